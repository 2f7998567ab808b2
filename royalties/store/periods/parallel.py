"""Parallel runs: an old statement's totals beside a draft, and explanations of differences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from royalties.domain.periods import ParallelStatus
from royalties.store.tables import parallel_run


class ParallelRow(NamedTuple):
    """A parallel run."""

    id: int
    period: str
    file: str
    totals: Any
    reasons: Any
    status: ParallelStatus
    begun_at: datetime
    begun_by: str
    decided_at: datetime | None
    decided_by: str | None
    note: str


def of_period(connection: Connection, period: str) -> list[ParallelRow]:
    """A period's parallel runs, the newest first."""
    query = select(*(parallel_run.c[name] for name in ParallelRow._fields))
    rows = connection.execute(
        query.where(parallel_run.c.period == period).order_by(parallel_run.c.id.desc())
    )
    return [ParallelRow(*row) for row in rows]


def find_open(connection: Connection, period: str) -> ParallelRow | None:
    """The open one, if any."""
    return next(
        (each for each in of_period(connection, period) if each.status == ParallelStatus.OPEN), None
    )


def add(connection: Connection, values: Mapping[str, object]) -> int:
    """Start one and return its number."""
    inserted = connection.execute(
        insert(parallel_run).values(**values).returning(parallel_run.c.id)
    )
    return int(inserted.scalar_one())


def change(connection: Connection, number: int, values: Mapping[str, object]) -> bool:
    """Change one while it is open; returns whether it was."""
    updated = connection.execute(
        update(parallel_run)
        .where(parallel_run.c.id == number, parallel_run.c.status == ParallelStatus.OPEN)
        .values(**values)
    )
    return updated.rowcount == 1
