"""The ledger's reads and writes; the database seals entries that balance."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    insert,
    select,
    text,
    tuple_,
    union_all,
    update,
)

from royalties.domain.royalties.postings import Entry
from royalties.store.engine import is_sqlite
from royalties.store.tables import account_carried, carried, entry, period, posting

_ROWS_AT_ONCE = 1_000
"""Postings fetched at a time when all are read."""


class PostedLine(NamedTuple):
    """One posting with its entry, as listed in the journal."""

    entry: int
    dated: date
    period: str
    event: str
    subject: str
    description: str
    account: str
    currency: str
    amount: int


Place = tuple[int, int]
"""An entry's number and the posting's line in it."""


def lock(connection: Connection) -> None:
    """Keep others from posting until this transaction ends, so that numbers have no gaps.

    SQLite has only one writer anyway.
    """
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE entry IN SHARE ROW EXCLUSIVE MODE"))


def post(connection: Connection, period_id: int, dated: date, entries: Sequence[Entry]) -> range:
    """Append entries with their postings, and seal them; returns their numbers.

    The caller holds the period's lock, so that it stays open.
    """
    if not entries:
        return range(0)
    lock(connection)
    first = (connection.execute(select(func.max(entry.c.id))).scalar() or 0) + 1
    connection.execute(
        insert(entry),
        [
            {
                "id": number,
                "period_id": period_id,
                "dated": dated,
                "event": posted.event,
                "subject": posted.subject,
                "description": posted.description,
                "sealed": 0,
            }
            for number, posted in enumerate(entries, first)
        ],
    )
    connection.execute(
        insert(posting),
        [
            {"entry_id": number, "line": line, **side._asdict()}
            for number, posted in enumerate(entries, first)
            for line, side in enumerate(posted.postings, 1)
        ],
    )
    connection.execute(update(entry).where(entry.c.id >= first).values(sealed=1))
    return range(first, first + len(entries))


def balances(connection: Connection) -> dict[tuple[str, str], int]:
    """Every account's balance by (account, currency), computed from all of its postings."""
    rows = connection.execute(
        select(posting.c.account, posting.c.currency, func.sum(posting.c.amount))
        .group_by(posting.c.account, posting.c.currency)
        .order_by(posting.c.account, posting.c.currency)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def balances_now(connection: Connection) -> dict[tuple[str, str], int]:
    """The same, from the balances cached by the last close and the postings since then."""
    rows = connection.execute(_balance_query(_latest()))
    return {(row[0], row[1]): int(row[2]) for row in rows}


def sum_now(accounts: str) -> Select[Any]:
    """A query of what all accounts that begin with some text come to, over all currencies.

    It says whether nothing stands on any of them, where none can stand on the other side.
    """
    balance = _balance_query(_latest()).subquery()
    return select(func.coalesce(func.sum(balance.c[2]), 0)).where(
        balance.c.account.startswith(accounts, autoescape=True)
    )


def _latest() -> "_CachedBalances":
    """The latest cached balances, to be found by the query that uses them."""
    period_id, entries = (
        select(column).order_by(carried.c.period_id.desc()).limit(1).scalar_subquery()
        for column in (carried.c.period_id, carried.c.entries)
    )
    return _CachedBalances(period_id, func.coalesce(entries, 0))


class _CachedBalances(NamedTuple):
    """A closed period that cached every account's balance, and its last entry's number.

    Each is a number, or a query that finds it.
    """

    period_id: Any
    entries: Any


def _base(
    connection: Connection, day: date | None = None, before: int | None = None
) -> _CachedBalances | None:
    """The latest period with cached balances.

    Args:
        day: it ends by this day; None: any.
        before: the number of an entry that was posted later; None: any.
    """
    query = select(carried.c.period_id, carried.c.entries)
    if day:
        query = query.join(period, period.c.id == carried.c.period_id).where(period.c.ends <= day)
    if before is not None:
        query = query.where(carried.c.entries < before)
    row = connection.execute(query.order_by(carried.c.period_id.desc()).limit(1)).first()
    return _CachedBalances(*row) if row else None


def _balance_query(
    base: _CachedBalances | None,
    day: date | None = None,
    of: tuple[str, str] | None = None,
    up_to: Place | None = None,
) -> Any:  # noqa: ANN401 - SQLAlchemy's Select of three columns
    """(account, currency, balance) at the end of a day, or now.

    A base's cached balances include all entries until its close, whatever their days: entries of
    later days are subtracted again, and those posted since are added.

    Args:
        of: only this account and currency.
        up_to: leave out postings after this place; the base lies before it.
    """
    sides = (posting.c.account, posting.c.currency)
    chosen = [] if of is None else [posting.c.account == of[0], posting.c.currency == of[1]]
    if up_to is not None:
        chosen.append(_place() <= tuple_(*up_to))
    if base is None:
        since = select(*sides, posting.c.amount).where(*chosen)
        if day:
            since = since.join(entry, entry.c.id == posting.c.entry_id).where(entry.c.dated <= day)
        parts = [since]
    else:
        since = select(*sides, posting.c.amount).where(posting.c.entry_id > base.entries)
        if day:
            since = since.where(_posted_in(period.c.id > base.period_id, entry.c.dated <= day))
        cached = select(*(account_carried.c[name] for name in ("account", "currency", "amount")))
        cached = cached.where(account_carried.c.period_id == base.period_id)
        if of is not None:
            cached = cached.where(
                account_carried.c.account == of[0], account_carried.c.currency == of[1]
            )
        parts = [since.where(*chosen), cached]
        if day:
            later = _posted_in(period.c.id <= base.period_id, entry.c.dated > day)
            parts.append(select(*sides, -posting.c.amount).where(later, *chosen))
    summed = union_all(*parts).subquery()
    return (
        select(summed.c.account, summed.c.currency, func.sum(summed.c.amount))
        .group_by(summed.c.account, summed.c.currency)
        .order_by(summed.c.account, summed.c.currency)
    )


def _posted_in(periods: ColumnElement[bool], dated: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a posting belongs to an entry of some periods and days, found by index."""
    of_them = entry.c.period_id.in_(select(period.c.id).where(periods))
    return posting.c.entry_id.in_(select(entry.c.id).where(of_them, dated))


def journal(connection: Connection) -> Iterator[PostedLine]:
    """All postings in the order they were posted."""
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
    with connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}) as rows:
        for row in rows:
            yield PostedLine(*row)


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
    """The number of entries, and the highest entry number: equal if there is no gap."""
    row = connection.execute(select(func.count(), func.max(entry.c.id))).one()
    return row[0], row[1] or 0


class Balance(NamedTuple):
    """An account's balance in one currency; debit positive."""

    account: str
    currency: str
    amount: int


class EntryRow(NamedTuple):
    """An entry with the name of its period."""

    id: int
    dated: date
    period: str
    event: str
    subject: str
    description: str


class EntryLine(NamedTuple):
    """One posting of an entry."""

    entry: int
    line: int
    account: str
    currency: str
    amount: int


class AccountLine(NamedTuple):
    """One posting to an account, with its entry's facts."""

    entry: int
    line: int
    dated: date
    period: str
    event: str
    subject: str
    description: str
    amount: int


def balances_on(connection: Connection, day: date) -> list[Balance]:
    """Every account's balance at the end of a day."""
    rows = connection.execute(_balance_query(_base(connection, day), day))
    return [Balance(account, currency, int(amount)) for account, currency, amount in rows]


def currencies_of(connection: Connection, account: str) -> list[str]:
    """The currencies of an account's postings."""
    return _distinct_values(connection, posting.c.currency, posting.c.account == account)


def _distinct_values(
    connection: Connection, column: ColumnElement[str], *chosen: ColumnElement[bool]
) -> list[str]:
    """The distinct values of an indexed column, by a loose index scan (one seek for each)."""
    first = select(func.min(column).label("value")).where(*chosen).cte("leap", recursive=True)
    following = select(func.min(column)).where(*chosen, column > first.c.value).scalar_subquery()
    leap = first.union_all(select(following).where(first.c.value.is_not(None)))
    rows = connection.execute(select(leap.c.value).where(leap.c.value.is_not(None)))
    return sorted(rows.scalars())


def account_lines(
    connection: Connection,
    account: str,
    currency: str,
    limit: int,
    *,
    until: date | None = None,
    after: Place | None = None,
) -> list[AccountLine]:
    """Postings to an account, dated until a day, in posting order, starting after a place."""
    query = (
        select(
            entry.c.id,
            posting.c.line,
            entry.c.dated,
            period.c.name,
            entry.c.event,
            entry.c.subject,
            entry.c.description,
            posting.c.amount,
        )
        .join(entry, entry.c.id == posting.c.entry_id)
        .join(period, period.c.id == entry.c.period_id)
        .where(posting.c.account == account, posting.c.currency == currency)
        .order_by(posting.c.entry_id, posting.c.line)
        .limit(limit)
    )
    if until:
        query = query.where(entry.c.dated <= until)
    if after is not None:
        query = query.where(_place() > tuple_(*after))
    return [AccountLine(*row) for row in connection.execute(query)]


def account_balance(
    connection: Connection,
    account: str,
    currency: str,
    *,
    until: date | None = None,
    up_to: Place | None = None,
) -> int:
    """An account's balance at the end of a day, after all postings or those up to a place."""
    base = _base(connection, until, up_to[0] if up_to else None)
    row = connection.execute(_balance_query(base, until, (account, currency), up_to)).first()
    return int(row[2]) if row else 0


def entries(
    connection: Connection,
    limit: int,
    *,
    period_name: str = "",
    event: str = "",
    subject: str = "",
    below: int | None = None,
) -> list[EntryRow]:
    """Entries numbered below a number, the newest first."""
    query = _entries().order_by(entry.c.id.desc()).limit(limit)
    for column, value in (
        (period.c.name, period_name),
        (entry.c.event, event),
        (entry.c.subject, subject),
    ):
        if value:
            query = query.where(column == value)
    if below is not None:
        query = query.where(entry.c.id < below)
    return [EntryRow(*row) for row in connection.execute(query)]


def find_entry(connection: Connection, number: int) -> EntryRow | None:
    """An entry by its number."""
    row = connection.execute(_entries().where(entry.c.id == number)).first()
    return EntryRow(*row) if row else None


def lines_of(connection: Connection, numbers: Sequence[int]) -> list[EntryLine]:
    """The postings of some entries, in their order."""
    rows = connection.execute(
        select(*(posting.c[name] for name in ("entry_id", *EntryLine._fields[1:])))
        .where(posting.c.entry_id.in_(numbers))
        .order_by(posting.c.entry_id, posting.c.line)
    )
    return [EntryLine(*row) for row in rows]


def events(connection: Connection) -> list[str]:
    """The events that occur in the ledger."""
    return _distinct_values(connection, entry.c.event)


def _place() -> Any:  # noqa: ANN401 - SQLAlchemy's tuple of two columns
    return tuple_(posting.c.entry_id, posting.c.line)


def _entries() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of six columns
    return select(
        entry.c.id,
        entry.c.dated,
        period.c.name,
        entry.c.event,
        entry.c.subject,
        entry.c.description,
    ).join(period, period.c.id == entry.c.period_id)
