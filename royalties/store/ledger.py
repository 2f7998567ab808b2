"""The ledger's reads and writes; entries are sealed by the database once they balance."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from royalties.domain.postings import Entry
from royalties.store.tables import entry, period, posting


class PostedLine(NamedTuple):
    """One posting with its entry, as the journal lists it."""

    entry: int
    dated: str
    period: str
    event: str
    subject: str
    description: str
    account: str
    currency: str
    amount: int


def post(connection: Connection, period_id: int, dated: str, entries: Sequence[Entry]) -> None:
    """Append entries, each with its postings, and seal them.

    The numbers go on without gaps; the caller holds the period's lock, so nobody else counts.
    """
    if not entries:
        return
    first = (connection.execute(select(func.max(entry.c.id))).scalar() or 0) + 1
    connection.execute(
        insert(entry),
        [
            {
                "id": number,
                "period_id": period_id,
                "dated": dated,
                "event": each.event,
                "subject": each.subject,
                "description": each.description,
                "sealed": 0,
            }
            for number, each in enumerate(entries, first)
        ],
    )
    connection.execute(
        insert(posting),
        [
            {"entry_id": number, "line": line, **side._asdict()}
            for number, each in enumerate(entries, first)
            for line, side in enumerate(each.postings, 1)
        ],
    )
    connection.execute(update(entry).where(entry.c.id >= first).values(sealed=1))


def balances(connection: Connection) -> dict[tuple[str, str], int]:
    """Every account's balance by (account, currency), computed from its postings."""
    rows = connection.execute(
        select(posting.c.account, posting.c.currency, func.sum(posting.c.amount))
        .group_by(posting.c.account, posting.c.currency)
        .order_by(posting.c.account, posting.c.currency)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def journal(connection: Connection) -> Iterator[PostedLine]:
    """All postings in the order they were made."""
    return _postings(connection, None)


def journal_of(connection: Connection, period_id: int) -> Iterator[PostedLine]:
    """The postings of one period."""
    return _postings(connection, period_id)


def _postings(connection: Connection, period_id: int | None) -> Iterator[PostedLine]:
    query = (
        select(
            entry.c.id,
            entry.c.dated,
            period.c.name,
            entry.c.event,
            entry.c.subject,
            entry.c.description,
            posting.c.account,
            posting.c.currency,
            posting.c.amount,
        )
        .join(posting, posting.c.entry_id == entry.c.id)
        .join(period, period.c.id == entry.c.period_id)
        .order_by(entry.c.id, posting.c.line)
    )
    if period_id is not None:
        query = query.where(entry.c.period_id == period_id)
    rows = connection.execute(query)
    return (PostedLine(*row) for row in rows)


def faulty_entries(connection: Connection) -> list[int]:
    """Entries that are not sealed, do not balance, or have fewer than two postings."""
    unbalanced = (
        select(posting.c.entry_id)
        .group_by(posting.c.entry_id, posting.c.currency)
        .having(func.sum(posting.c.amount) != 0)
    )
    thin = (
        select(entry.c.id)
        .outerjoin(posting, posting.c.entry_id == entry.c.id)
        .group_by(entry.c.id)
        .having(func.count(posting.c.line) < 2)  # noqa: PLR2004 - an entry has two sides
    )
    rows = connection.execute(
        select(entry.c.id)
        .where((entry.c.sealed != 1) | entry.c.id.in_(unbalanced) | entry.c.id.in_(thin))
        .order_by(entry.c.id)
    )
    return [row.id for row in rows]


def entry_numbers(connection: Connection) -> tuple[int, int]:
    """How many entries there are, and the highest number: equal when there is no gap."""
    row = connection.execute(select(func.count(), func.max(entry.c.id))).one()
    return row[0], row[1] or 0
