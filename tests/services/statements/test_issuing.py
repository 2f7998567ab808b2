"""Statements are issued outside of any transaction: nobody waits, and nothing is issued twice."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from royalties.adapters.files import AlreadyIssuedError
from royalties.services.statements import drawing, issuing
from royalties.store.statements import statements as statement_store
from royalties.store.tables.metadata import unpacked
from tests.builders.books import Office, a_row, after, spring
from tests.patience import PATIENCE, ended, running
from tests.services import racing
from tests.services.racing import Racers, tasks

PERIOD = "2025-H1"

pytestmark = after(spring)


def issued(office: Office) -> dict[str, bytes]:
    folder = office.system.files.home / "issued" / PERIOD
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def told(office: Office) -> list[tuple[object, ...]]:
    return office.rows("SELECT seq FROM log WHERE action = 'issue'")


@pytest.mark.parametrize("are_final", [True, False])
def test_rendering_statements_does_not_block_writers(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, are_final: bool
) -> None:
    if are_final:
        office.close(PERIOD)
    impatient = office.another(busy_seconds=0.1)
    open_, brought = [], []

    def while_drawn(*arguments: object) -> Iterator[drawing.Drawn]:
        for each in drawing.draw_all(*arguments):  # type: ignore[arg-type]
            open_.append(office.system.engine.pool.checkedout())  # type: ignore[attr-defined]
            row = a_row(date="2025-08-08", reference=str(len(open_)))
            brought.append(impatient.bring_batch([row], f"{len(open_)}.csv"))
            yield each

    monkeypatch.setattr(issuing, "draw_all", while_drawn)
    written = office.statements(PERIOD)
    impatient.system.dispose()
    assert written.draft is not are_final
    assert len(brought) == written.statements > 1
    if are_final:
        assert set(open_) == {0}, "no transaction is open meanwhile"
    assert office.faults() == {}


def test_file_left_by_a_crash_is_issued_with_the_same_bytes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.close(PERIOD)
    monkeypatch.setattr(issuing, "draw_all", lambda *each: islice(drawing.draw_all(*each), 1))
    monkeypatch.setattr(statement_store, "add_issued_files", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        office.statements(PERIOD)
    monkeypatch.undo()
    left = issued(office)
    assert len(left) == 2
    assert office.rows("SELECT * FROM issued") == []
    assert office.faults() == {}
    office.statements(PERIOD)
    assert left.items() <= issued(office).items()
    assert len(told(office)) == 1
    assert office.faults() == {}


def test_issued_file_is_never_overwritten(office: Office) -> None:
    office.close(PERIOD)
    office.statements(PERIOD)
    path = next(office.system.files.issued(PERIOD, name) for name in issued(office))
    before = path.read_bytes()
    with pytest.raises(AlreadyIssuedError):
        office.system.files.keep_issued(PERIOD, path.name, b"others")
    assert path.read_bytes() == before


def test_concurrent_issuing_records_once(office: Office, racers: Racers) -> None:
    office.close(PERIOD)
    outcomes = racers.race(*tasks(office, *[(racing.statements, PERIOD)] * 2, pause="JOIN issued"))
    assert all(each.done for each in outcomes), outcomes
    assert len(told(office)) == 1
    assert office.faults() == {}


def test_parallel_rendering_gives_the_same_bytes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.close(PERIOD)
    contents = [
        unpacked(row[0]) for row in office.rows("SELECT content FROM statement ORDER BY place")
    ]
    wanted = [drawing.draw(each) for each in contents]
    monkeypatch.setattr(drawing, "FEWEST", 1)
    monkeypatch.setattr(drawing, "_cores", lambda: 2)
    assert list(drawing.draw_all([contents[:2], contents[2:]], len(contents))) == wanted


WAITS = """
import multiprocessing, time
from royalties.services.statements import drawing

def told(content, logos=()):
    return content

def blocks():
    yield ["1", "2"]
    print(*(each.pid for each in multiprocessing.active_children()), flush=True)
    time.sleep(600)

drawing.draw = told
drawing.FEWEST, drawing._cores = 1, lambda: 2
if __name__ == "__main__":
    list(drawing.draw_all(blocks(), 2))
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_processes_that_draw_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "waits.py"
    script.write_text(WAITS, encoding="utf-8")
    with running([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(each) for each in parent.stdout.readline().split()]
        assert children
        parent.kill()
        parent.wait(PATIENCE)
        assert all(ended(each, PATIENCE) for each in children), "one was left"
