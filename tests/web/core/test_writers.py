"""Readers are answered while writers wait for their turn."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from werkzeug.test import TestResponse

from royalties.domain.people import Role, Verb
from royalties.web.core.writers import LOCK_SECONDS, MOST, WRITERS, Writers
from tests.builders.books import after, opened
from tests.builders.site import Site, Visitor
from tests.patience import PATIENCE

THREADS = 8
pytestmark = after(opened)


def write(visitor: Visitor) -> TestResponse:
    return visitor.post("/account/me", {"name": f"{visitor.actor.name} Ash", "locale": "en_US"})


def look(visitor: Visitor) -> TestResponse:
    return visitor.get("/finance/sales/")


@contextmanager
def somebody_writes(site: Site) -> Iterator[None]:
    """A command holds what every change needs, until the block ends."""
    with site.office.work() as work:
        work.record(Verb.AUDIT, {"for": "long"})
        yield


@pytest.fixture
def turns(site: Site) -> Iterator[Writers]:
    """Writers who wait as long as the test lasts."""
    before = site.app.extensions[WRITERS]
    site.app.extensions[WRITERS] = made = Writers(lock_seconds=PATIENCE)
    yield made
    site.app.extensions[WRITERS] = before


@pytest.mark.usefixtures("turns")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_waiting_writers_leave_threads_to_readers(site: Site) -> None:
    """As many threads as the server has, all of them asked to write, then one to look."""
    writers = [site.visitor(Role.CLERK) for _ in range(THREADS)]
    reader = site.visitor(Role.CLERK)
    with ThreadPoolExecutor(THREADS) as server:
        with somebody_writes(site):
            waiting: set[Future[TestResponse]] = {server.submit(write, each) for each in writers}
            looked = server.submit(look, reader)
            assert looked.result(PATIENCE).status_code == 200
            told: set[Future[TestResponse]] = set()
            while len(waiting) > MOST:
                done, waiting = wait(waiting, PATIENCE, FIRST_COMPLETED)
                told |= done
            assert not any(each.done() for each in waiting), "these wait for who writes"
            assert server.submit(look, reader).result(PATIENCE).status_code == 200
        answers = [each.result(PATIENCE) for each in waiting]
    assert [each.status_code for each in answers] == [303] * MOST
    refused = [each.result() for each in told]
    assert [each.status_code for each in refused] == [503] * (THREADS - MOST)
    assert all("try again" in each.text for each in refused)
    assert all(int(each.headers["Retry-After"]) > 0 for each in refused)
    assert write(writers[0]).status_code == 303, "every turn was given back"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_writing_request_waits_only_seconds_for_a_lock(site: Site, turns: Writers) -> None:
    assert LOCK_SECONDS <= 5
    turns.lock_seconds = 0.05
    clerk = site.visitor(Role.CLERK)
    with somebody_writes(site):
        answers = [write(clerk) for _ in range(MOST + 1)]
        assert [each.status_code for each in answers] == [503] * (MOST + 1)
        assert look(clerk).status_code == 200
    assert write(clerk).status_code == 303, "the turns were given back"
    commands = site.office.work()
    with commands as work:
        shown = "PRAGMA busy_timeout" if site.office.is_sqlite else "SHOW lock_timeout"
        said = work.connection.exec_driver_sql(shown).scalar_one()
        assert said in {30_000, "30s"}, "commands wait as long as ever"
