"""Closed runs in a database in memory, without the rest of a house."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, Engine, insert

from royalties.domain.periods import Period
from royalties.domain.royalties.postings import LedgerBefore, advances_account, entries_of_close
from royalties.domain.royalties.results import Run
from royalties.store.engine import make_engine
from royalties.store.ledger.entries import balances_now, post
from royalties.store.periods import carrying, runs
from royalties.store.tables import metadata, period, revision
from tests.builders.books import NOW


@cache
def tables() -> Engine:
    """A database in memory with all tables, and a revision that closed runs can name."""
    engine = make_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        said = {"kind": "contracts", "key": "foot", "body": {}}
        connection.execute(insert(revision).values(recorded_at=NOW, recorded_by="", **said))
    return engine


@contextmanager
def empty_books() -> Iterator[Connection]:
    """Books in which nothing was closed; what is written is taken back."""
    with tables().connect() as connection:
        yield connection
        connection.rollback()


def freeze(connection: Connection, run: Run) -> None:
    """Write a closed run as a close does, but for what it carries forward."""
    number = run.period.ordinal
    connection.execute(
        insert(period).values(
            id=number,
            name=str(run.period),
            starts=run.period.starts,
            ends=run.period.ends,
            status="open",
        )
    )
    used = {done.contract.key: runs.UsedRevisions(1, 1) for done in run.contracts}
    runs.write_run(
        connection,
        run,
        runs.ClosedRun(number, NOW, "tess", "{}", "", 1, taxed_at_close=False),
        used,
    )


def close_frozen(connection: Connection, run: Run) -> None:
    """The same with its entries in the ledger, and what it carries forward."""
    freeze(connection, run)
    entries = entries_of_close(run, _standing(connection, run.period, run))
    post(connection, run.period.ordinal, run.period.ends, entries)
    carrying.carry_forward(connection, run.period)


def _standing(connection: Connection, of: Period, run: Run) -> LedgerBefore:
    left, balances = carrying.left_before(connection, of), balances_now(connection)
    advanced = {}
    for each in run.contracts:
        key, state = each.contract.key, left.states.get(each.contract.key)
        paid = balances.get((advances_account(key), each.contract.currency), 0)
        advanced[key] = paid + (state.recouped if state else 0)
    return LedgerBefore(advanced, frozenset(left.states), frozenset(left.balances))
