"""Periods: which are open, and the lock that separates imports from closes."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select, update

from royalties.domain.periods import Period, PeriodStatus
from royalties.store.engine import insert_or
from royalties.store.tables import period


class KnownPeriod(NamedTuple):
    """A period that sales or closes have touched."""

    id: int
    name: str
    starts: date
    ends: date
    status: PeriodStatus
    closed_at: datetime | None


def known_periods(connection: Connection) -> list[KnownPeriod]:
    """All periods of the books, the earliest first."""
    rows = connection.execute(
        select(*(period.c[name] for name in KnownPeriod._fields)).order_by(period.c.id)
    )
    return [KnownPeriod(*row) for row in rows]


def last_closed(connection: Connection) -> int | None:
    """The number of the latest closed period."""
    return connection.execute(last_closed_query()).scalar()


def last_closed_query() -> Select[int | None]:
    """A query for the number of the latest closed period; NULL if none is closed."""
    return select(func.max(period.c.id)).where(period.c.status == PeriodStatus.CLOSED)


def lock_for_sales(connection: Connection, first: Period) -> int:
    """Lock the earliest open period while sales are recorded; returns its number.

    Args:
        first: the books' first period, open until it is closed.

    Several imports may hold the lock at once; a close waits for all of them (ledger.md, 2.2).
    """
    return _lock(connection, first, share=True)


def lock_for_close(connection: Connection, first: Period) -> int:
    """Lock the earliest open period exclusively; returns its number."""
    return _lock(connection, first, share=False)


def _lock(connection: Connection, first: Period, *, share: bool) -> int:
    while True:
        closed = last_closed(connection)
        earliest = first if closed is None else first.shift(closed + 1 - first.ordinal)
        ensure_periods(connection, [earliest])
        row = connection.execute(
            select(period.c.id, period.c.status)
            .where(period.c.id == earliest.ordinal)
            .with_for_update(read=share)
        ).one()
        if row.status == PeriodStatus.OPEN:
            return earliest.ordinal


def ensure_periods(connection: Connection, periods: Iterable[Period]) -> None:
    """Create the rows of periods that have none yet."""
    rows = [
        {
            "id": missing.ordinal,
            "name": str(missing),
            "starts": missing.starts,
            "ends": missing.ends,
            "status": PeriodStatus.OPEN,
        }
        for missing in sorted(set(periods))
    ]
    if rows:
        connection.execute(insert_or(connection, period).on_conflict_do_nothing(), rows)


def mark_closed(connection: Connection, ordinal: int, at: datetime) -> None:
    """Close a period for good."""
    connection.execute(
        update(period)
        .where(period.c.id == ordinal)
        .values(status=PeriodStatus.CLOSED, closed_at=at)
    )
