"""What closes carry forward for the next run is what all of history adds up to."""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert

from royalties.domain.periods import Period
from royalties.domain.royalties.run import ContractState, Run
from royalties.store.engine import make_engine
from royalties.store.periods import carrying, runs
from royalties.store.tables import metadata, period, revision
from tests.builders.books import NOW
from tests.builders.domain import Closed, Year, played
from tests.strategies import histories


@cache
def tables() -> Engine:
    """A database in memory with all tables, and a revision that closed runs can name."""
    engine = make_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        said = {"kind": "contracts", "key": "foot", "body": "{}"}
        connection.execute(insert(revision).values(recorded_at="", recorded_by="", **said))
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
            starts=run.period.starts.isoformat(),
            ends=run.period.ends.isoformat(),
            status="open",
        )
    )
    used = {done.contract.key: runs.UsedRevisions(1, 1) for done in run.contracts}
    at = NOW.isoformat()
    runs.write_run(connection, run, runs.ClosedRun(number, at, "tess", "{}", "", 1), used)


def sold_by(closed: Closed) -> dict[tuple[str, str], tuple[int, int]]:
    """Copies, once for each group of lines, and earnings over the life of contracts."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for run in closed.runs:
        for done in run.contracts:
            groups: dict[Hashable, tuple[str, int]] = {}
            for line in done.lines:
                if line.isbn is None:
                    continue
                groups[line.group] = (line.isbn, line.units)
                units, earned = found.get((done.contract.key, line.isbn), (0, 0))
                found[done.contract.key, line.isbn] = (units, earned + line.earned)
            for isbn, copies in groups.values():
                units, earned = found[done.contract.key, isbn]
                found[done.contract.key, isbn] = (units + copies, earned)
    return found


def without_nothing(state: ContractState) -> ContractState:
    """A counter or a cap of which nothing was counted is as good as none."""

    def some(sums: Mapping[Any, Any]) -> dict[Any, Any]:
        return {key: value for key, value in sums.items() if value}

    return replace(
        state,
        counters_life=some(state.counters_life),
        counters_year=some(state.counters_year),
        caps_life=some(state.caps_life),
        caps_year=some(state.caps_year),
    )


def agrees(connection: Connection, closed: Closed, after: Period) -> None:
    """What the next run reads is what every run so far adds up to, counted by the test itself."""
    left = carrying.left_before(connection, after)
    wanted = closed.states(after)
    assert {key: without_nothing(each) for key, each in left.states.items()} == {
        key: without_nothing(each) for key, each in wanted.items()
    }
    assert left.balances == closed.balances()
    assert left.sold == sold_by(closed)


@given(years=histories(most=6), kept_since=st.integers(0, 3))
@settings(deadline=None, max_examples=40)
def test_what_is_carried_forward_is_what_history_adds_up_to(
    years: list[Year], kept_since: int
) -> None:
    """Whatever terms change, and whether or not closes of earlier versions kept anything."""
    so_far = Closed()
    with empty_books() as connection:
        for place, run in enumerate(played(years).runs):
            freeze(connection, run)
            so_far.close(run)
            if place >= kept_since:
                carrying.carry_forward(connection, run.period)
            agrees(connection, so_far, run.period.shift(1))


@given(years=histories(most=4))
@settings(deadline=None, max_examples=20)
def test_a_state_that_was_left_reads_back_as_it_was(years: list[Year]) -> None:
    done = played(years).runs
    with empty_books() as connection:
        for run in done:
            freeze(connection, run)
        left = carrying.left_before(connection, done[-1].period.shift(1))
    assert carrying.left_of(carrying.state_of(left)) == left


@given(years=histories(most=3))
@settings(deadline=None, max_examples=10)
def test_the_chain_that_verify_follows_finds_nothing_wrong(years: list[Year]) -> None:
    done = played(years).runs
    with empty_books() as connection:
        for run in done:
            freeze(connection, run)
            carrying.carry_forward(connection, run.period)
        for step in carrying.chain(connection, done[0].period):
            assert step.kept == step.computed
