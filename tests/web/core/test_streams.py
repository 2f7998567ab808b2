"""Streamed answers: a client that stops reading leaves no connection in use."""

import gc
import threading
from pathlib import Path

import pytest

from royalties.domain.people import Role
from royalties.services.cache import BeingCalculatedError
from royalties.services.work import Work
from royalties.web.core.calculating import Calculator
from tests.builders.books import Office, Shelf, after, closed
from tests.builders.site import BASE, Site, lend_site

STREAMS = (
    "/finance/sales/sales.csv?period=all",
    "/finance/sales/sales.xlsx?period=all",
    "/finance/audit.csv",
    "/finance/ledger/journal?format=csv",
    "/finance/ledger/journal?format=beancount",
)


def in_use(office: Office) -> int:
    return int(office.system.engine.pool.checkedout())  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", STREAMS)
@after(closed)
def test_aborted_download_releases_its_connection(site: Site, path: str) -> None:
    visitor = site.visitor(Role.MANAGER)
    for chunks in (0, 1, None):
        answer = visitor.client.get(path, base_url=BASE)
        assert answer.status_code == 200
        left = answer.iter_encoded()
        for _ in range(chunks or 0):
            assert next(left)
        if chunks is None:
            assert b"".join(left)
        answer.close()
        assert in_use(site.office) == 0, chunks
    headers = visitor.client.head(path, base_url=BASE)
    assert headers.status_code == 200
    headers.close()
    assert in_use(site.office) == 0


def test_books_are_closed_once_calculations_have_ended(shelf: Shelf, tmp_path: Path) -> None:
    """A connection that is in use when its engine is disposed of would be closed by nobody."""
    ends = threading.Event()
    may_end = threading.Timer(0.5, ends.set)

    def make(work: Work) -> None:
        work.connection.exec_driver_sql("SELECT 1")
        work.connection.exec_driver_sql("SELECT 2")
        ends.wait()

    calculator = Calculator()
    with shelf.office("postgresql", closed, tmp_path / "office") as office:
        asked = BeingCalculatedError("a test", "", "", 0, make)
        who = lend_site(office).somebody(Role.CLERK)
        calculator.start(office.system, asked, who)
        while not in_use(office):
            pass
        may_end.start()
    assert ends.is_set()
    calculator.finish()
    gc.collect()  # what was left open would be told here
