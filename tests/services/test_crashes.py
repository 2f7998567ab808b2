"""A crash before any statement leaves the books as they were, and a retry completes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.books import CrashError, Office, Shelf, a_row, after, opened, spring

pytestmark = pytest.mark.engines("both")


def crash_everywhere(
    office: Office,
    do: Callable[[Office], object],
    least: int,
    *,
    step: int = 1,
    in_parts: bool = False,
) -> None:
    """Crash before every statement of some work in turn, and before its first commit; then do it.

    Work in parts has one that writes, with others that read before and after it: it is done, or not.
    """
    before = office.hashes()
    place, left = 0, []
    while True:

        def stop(number: int, statement: str, at: int = place) -> None:
            if number == at or (not at and statement == "COMMIT"):
                raise CrashError

        place += step
        try:
            with office.before_statement(stop):
                do(office)
        except CrashError:
            left.append(office.hashes())
            assert in_parts or left[-1] == before, (
                f"a crash before statement {place - step} left something"
            )
            continue
        break
    after = office.hashes()
    assert all(each in (before, after) for each in left)
    assert place > least + step, "the work sent fewer statements than it must"
    assert office.hashes() != before
    assert office.faults() == {}


@after(opened)
def test_undo_survives_a_crash_at_any_step(office: Office, step: int) -> None:
    batch = office.bring_batch([a_row(3)])
    crash_everywhere(office, lambda at: at.undo(batch), 6, step=step)


@after(spring)
@pytest.mark.parametrize("verb", ["statements", "correct"])
def test_statements_and_corrections_survive_a_crash_at_any_step(
    office: Office, verb: str, step: int
) -> None:
    office.close("2025-H1")
    if verb == "statements":
        crash_everywhere(office, lambda at: at.statements("2025-H1"), 6, step=step, in_parts=True)
    else:
        crash_everywhere(office, lambda at: at.correct(1), 6, step=step)


@pytest.mark.parametrize(("verb", "least"), [("import", 8), ("close", 15)])
@after(spring)
def test_retry_after_a_crash_gives_the_same_books(
    office: Office, shelf: Shelf, tmp_path: Path, verb: str, least: int, step: int
) -> None:
    """To the byte, numbers and kept files included; PostgreSQL's sequences alone leave gaps."""

    report = office.report([a_row(3), a_row(-1)])

    def do(at: Office) -> object:
        return at.close("2025-H1") if verb == "close" else at.bring_file(report)

    crash_everywhere(office, do, least, step=step)
    if not office.is_sqlite:
        return
    folder = tmp_path / "never crashed"
    folder.mkdir()
    with shelf.office("sqlite", spring, folder) as twin:
        do(twin)
        assert office.hashes() == twin.hashes()
        assert kept(office) == kept(twin)


def kept(office: Office) -> dict[str, bytes]:
    """Every file that the system keeps, by its place."""
    home = office.system.files.home
    folders = ("received", "issued", "returned")
    return {
        str(path.relative_to(home)): path.read_bytes()
        for name in folders
        for path in (home / name).rglob("*")
        if path.is_file()
    }
