"""A crash before any statement leaves the books as they were, and a retry completes."""

from collections.abc import Callable

import pytest

from tests.builders.books import CrashError, Office, a_row, after, opened, spring


def crash_everywhere(office: Office, do: Callable[[Office], object], least: int) -> None:
    """Crash before every statement of some work in turn; then do it whole."""
    before = office.hashes()
    place = 0
    while True:
        place += 1

        def stop(number: int, _statement: str, at: int = place) -> None:
            if number == at:
                raise CrashError

        try:
            with office.before_statement(stop):
                do(office)
        except CrashError:
            assert office.hashes() == before, f"a crash before statement {place} left something"
            continue
        break
    assert place > least, "the work sent fewer statements than it must"
    assert office.hashes() != before
    assert office.faults() == {}


@after(opened)
def test_import(office: Office) -> None:
    path = office.report([a_row(3), a_row(-1)])
    crash_everywhere(office, lambda at: at.bring_file(path), 8)


@after(opened)
def test_undo(office: Office) -> None:
    batch = office.bring_batch([a_row(3)])
    crash_everywhere(office, lambda at: at.undo(batch), 6)


@after(spring)
def test_close(office: Office) -> None:
    crash_everywhere(office, lambda at: at.close("2025-H1"), 15)


@after(spring)
@pytest.mark.parametrize("verb", ["statements", "correct"])
def test_after_a_close(office: Office, verb: str) -> None:
    office.close("2025-H1")
    if verb == "statements":
        crash_everywhere(office, lambda at: at.statements("2025-H1"), 6)
    else:
        crash_everywhere(office, lambda at: at.correct(1), 6)
