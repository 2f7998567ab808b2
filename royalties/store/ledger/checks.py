"""What ``verify`` reads, streamed, and queries that find broken invariants.

Whatever grows with the years is streamed: a thousand rows of figures at a time, or a few of
those that carry documents. Each query for faults yields one sentence per fault.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, or_, select

from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import SaleKind
from royalties.store.periods.earned import earned_groups
from royalties.store.periods.runs import ClosedRun
from royalties.store.sales.slices import in_period
from royalties.store.statements.statements import StatementRow
from royalties.store.tables import (
    allocation,
    batch,
    brought_in,
    closed_run,
    contract_close,
    earned_line,
    edition,
    issued,
    period,
    reserve_release,
    revision,
    sale,
    settlement,
    statement,
    unbundled,
    waiting,
)

_ROWS, _DOCUMENTS = 1_000, 20
_TABLES = {
    each.name: each
    for each in (
        allocation,
        brought_in,
        contract_close,
        earned_line,
        period,
        reserve_release,
        settlement,
    )
}


def _streamed(connection: Connection, query: Select[Any], most: int = _ROWS) -> Iterator[Any]:
    """Rows, fetched as they are consumed: PostgreSQL's driver would fetch all at once."""
    with connection.execute(query, execution_options={"yield_per": most}) as rows:
        yield from rows


def rows(connection: Connection, table: str, period_id: int | None = None) -> Iterator[Any]:
    """Rows of one of the closed runs' tables, of one period or of all, in order."""
    chosen = _TABLES[table]
    query = select(chosen).order_by(*chosen.primary_key.columns)
    if period_id is not None:
        query = query.where(chosen.c.period_id == period_id)
    return _streamed(connection, query)


def releases_of(connection: Connection, withheld_in: int) -> Iterator[Any]:
    """Releases, in any period, of what a period withheld."""
    return _streamed(
        connection, select(reserve_release).where(reserve_release.c.withheld_in == withheld_in)
    )


def releases_of_nothing(connection: Connection) -> Iterator[Any]:
    """Releases of amounts that no closed period withheld."""
    return _streamed(
        connection,
        select(reserve_release)
        .outerjoin(
            contract_close,
            (contract_close.c.period_id == reserve_release.c.withheld_in)
            & (contract_close.c.contract == reserve_release.c.contract),
        )
        .where(contract_close.c.contract.is_(None)),
    )


def closings(connection: Connection) -> Iterator[Any]:
    """Period number, moment and fingerprint of every closed run, the earliest first."""
    columns = (closed_run.c.period_id, closed_run.c.closed_at, closed_run.c.fingerprint)
    return _streamed(connection, select(*columns).order_by(closed_run.c.period_id))


def closed_runs(connection: Connection) -> Iterator[ClosedRun]:
    """Every closed run with its document, the earliest first."""
    query = select(*(closed_run.c[name] for name in ClosedRun._fields))
    rows = _streamed(connection, query.order_by(closed_run.c.period_id), 1)
    return (ClosedRun(*row) for row in rows)


def statements(connection: Connection, period_id: int) -> Iterator[StatementRow]:
    """The statements of a period in order of their numbers, with their contents."""
    query = select(*(statement.c[name] for name in StatementRow._fields))
    rows = _streamed(
        connection,
        query.where(statement.c.period_id == period_id).order_by(statement.c.place),
        _DOCUMENTS,
    )
    return (StatementRow(*row) for row in rows)


class IssuedFileRow(NamedTuple):
    """An issued file, and the period of its statement if that exists."""

    number: str
    name: str
    sha256: str
    period_id: int | None


def issued_files(connection: Connection) -> Iterator[IssuedFileRow]:
    """Every file that was issued for a statement."""
    columns = (issued.c.number, issued.c.name, issued.c.sha256, statement.c.period_id)
    query = select(*columns).outerjoin(statement, statement.c.number == issued.c.number)
    return (IssuedFileRow(*row) for row in _streamed(connection, query))


def issued_by_period(connection: Connection) -> dict[int | None, int]:
    """How many files were issued for each period's statements."""
    query = (
        select(statement.c.period_id, func.count())
        .select_from(issued)
        .outerjoin(statement, statement.c.number == issued.c.number)
        .group_by(statement.c.period_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def imports(connection: Connection) -> Iterator[Any]:
    """Every import in order of number, undone ones included; ``document`` is JSON text."""
    return _streamed(connection, select(batch).order_by(batch.c.id), _DOCUMENTS)


def orphan_sales(connection: Connection) -> Iterator[str]:
    """Sales or waiting rows of an import that was undone."""
    for table in (sale, waiting):
        rows = connection.execute(
            select(batch.c.id, func.count())
            .join(table, table.c.batch_id == batch.c.id)
            .where(batch.c.status != BatchStatus.RECORDED)
            .group_by(batch.c.id)
        )
        for row in rows:
            yield f"import {row[0]} was undone but {row[1]} of its rows stand in {table.name}"


def sales_in_wrong_period(connection: Connection) -> Iterator[str]:
    """Sales counted in a period that ended before their day."""
    rows = connection.execute(
        select(sale.c.batch_id, period.c.name, func.count())
        .join(period, period.c.id == sale.c.period_id)
        .where(sale.c.day > period.c.ends)
        .group_by(sale.c.batch_id, period.c.name)
    )
    for row in rows:
        yield f"import {row[0]}: {row[2]} sales count in {row[1]}, which ended before their day"


def batches_that_lost_lines(connection: Connection) -> Iterator[str]:
    """Imports with fewer or more lines than they recorded and released."""
    recorded = (
        select(sale.c.batch_id, func.count().label("lines")).group_by(sale.c.batch_id).subquery()
    )
    waiting_lines = (
        select(waiting.c.batch_id, func.count().label("lines"))
        .group_by(waiting.c.batch_id)
        .subquery()
    )
    gained = (
        select(unbundled.c.batch_id, func.sum(unbundled.c.lines).label("lines"))
        .group_by(unbundled.c.batch_id)
        .subquery()
    )
    current = (
        func.coalesce(recorded.c.lines, 0)
        + func.coalesce(waiting_lines.c.lines, 0)
        - func.coalesce(gained.c.lines, 0)
    )
    rows = connection.execute(
        select(batch.c.id, batch.c.lines, current)
        .outerjoin(recorded, recorded.c.batch_id == batch.c.id)
        .outerjoin(waiting_lines, waiting_lines.c.batch_id == batch.c.id)
        .outerjoin(gained, gained.c.batch_id == batch.c.id)
        .where(batch.c.status == BatchStatus.RECORDED, current != batch.c.lines)
        .order_by(batch.c.id)
    )
    for row in rows:
        yield f"import {row[0]} recorded {row[1]} lines, but {row[2]} stand in the books"


def copies_unbundled(connection: Connection) -> dict[int, int]:
    """How many copies an import has gained, because waiting rows turned out to be bundles."""
    rows = connection.execute(
        select(unbundled.c.batch_id, func.sum(unbundled.c.units)).group_by(unbundled.c.batch_id)
    )
    return {number: int(units) for number, units in rows}


class RecordedImport(NamedTuple):
    """An import's current sums, waiting rows included; receipts in millionths by currency.

    ``net`` is the receipts for copies, ``usage`` those for use.
    """

    sold: int
    returned: int
    free: int
    net: dict[str, int]
    usage: dict[str, int]


def balances_by_batch(connection: Connection) -> dict[int, RecordedImport]:
    """Every import's current sums in the books."""
    sums_by_batch: dict[int, tuple[dict[int, int], dict[str, int]]] = {}
    usage: dict[int, dict[str, int]] = {}
    for table in (sale, waiting):
        rows = connection.execute(
            select(
                table.c.batch_id,
                table.c.kind,
                table.c.currency,
                func.sum(table.c.units),
                func.sum(func.coalesce(table.c.net, 0)),
            ).group_by(table.c.batch_id, table.c.kind, table.c.currency)
        )
        for number, kind, currency, copies, receipts in rows:
            units, net = sums_by_batch.setdefault(number, ({}, {}))
            units[kind] = units.get(kind, 0) + int(copies)
            of = usage.setdefault(number, {}) if kind == SaleKind.USAGE.value else net
            of[currency] = of.get(currency, 0) + int(receipts)
    return {
        number: RecordedImport(
            units.get(SaleKind.SALE.value, 0),
            -units.get(SaleKind.RETURN.value, 0),
            units.get(SaleKind.FREE.value, 0),
            net,
            usage.get(number, {}),
        )
        for number, (units, net) in sums_by_batch.items()
    }


CopiesInTerm = Mapping[tuple[str, str], Mapping[tuple[str, str], int]]
"""Copies within each contract's term, by (contract, ISBN), then by (kind, currency)."""


def closed_copies_differ(
    connection: Connection, copies_in_term: Callable[[int], tuple[Collection[str], CopiesInTerm]]
) -> Iterator[str]:
    """Closed periods whose earned lines count other copies than their sales do.

    Compared by edition, kind and currency for every contract that earned on the edition, one period
    at a time, so memory does not grow with the years.

    Args:
        connection: of the books.
        copies_in_term: for a period, the ISBNs of titles whose contracts end, and the copies
            within each contract's term.
    """
    query = select(period.c.id, period.c.name).where(period.c.status == PeriodStatus.CLOSED)
    for number, name in connection.execute(query.order_by(period.c.id)).all():
        dated: Collection[str] = ()
        by_day: CopiesInTerm = {}
        if _has_ends(connection, number):
            dated, by_day = copies_in_term(number)
        for contract, isbn, kind, currency, stand, copies in _copies(connection, number):
            expected = stand
            if isbn in dated:
                expected = by_day.get((contract, isbn), {}).get((kind, currency), 0)
            if expected != copies:
                yield (
                    f"{name}, contract {contract}, {isbn}: {copies} copies ({kind}) "
                    f"were counted, {expected} stand in the sales"
                )


def _has_ends(connection: Connection, period_id: int) -> bool:
    """Whether a contract used by a closed run has an end date."""
    query = (
        select(contract_close.c.contract)
        .join(revision, revision.c.id == contract_close.c.contract_revision)
        .where(
            contract_close.c.period_id == period_id,
            cast(revision.c.body, Text).contains('"ends":', autoescape=True),
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def _copies(
    connection: Connection, period_id: int
) -> Iterator[tuple[str, str, str, str, int, int]]:
    """By contract, ISBN, kind and currency: the copies sold, and the copies counted."""
    keys = (edition.c.isbn, sale.c.kind, sale.c.currency)
    sold = (
        select(*keys, func.sum(sale.c.units))
        .join(edition, edition.c.id == sale.c.edition_id)
        .where(in_period(period_id), sale.c.kind != SaleKind.FREE.value)
        .group_by(*keys)
    )
    groups = earned_groups([period_id])
    of = (groups.c.contract, groups.c.isbn, groups.c.kind, groups.c.currency)
    counted = select(*of, func.sum(groups.c.units)).group_by(*of).order_by(*of)
    words = {kind.word: kind.value for kind in SaleKind}
    standing = {tuple(row[:3]): int(row[3]) for row in connection.execute(sold)}
    for contract, isbn, kind, currency, copies in connection.execute(counted):
        stand = standing.get((isbn, words[kind], currency), 0)
        yield contract, isbn, kind, currency, stand, int(copies)


def corrections_that_do_not_mirror(connection: Connection) -> Iterator[str]:
    """Corrections that do not cancel out what they correct."""
    pairs = connection.execute(
        select(batch.c.id, batch.c.corrects).where(
            batch.c.corrects.is_not(None), batch.c.status == BatchStatus.RECORDED
        )
    ).all()
    for number, corrects in pairs:
        keys: list[ColumnElement[Any]] = [
            sale.c.edition_id,
            sale.c.retailer_id,
            sale.c.kind,
            sale.c.currency,
        ]
        if _names_what_it_reverses(connection, number):
            keys.append(func.coalesce(sale.c.reverses, sale.c.period_id))
        difference = connection.execute(
            select(sale.c.edition_id)
            .where(or_(sale.c.batch_id == number, sale.c.batch_id == corrects))
            .group_by(*keys)
            .having(or_(func.sum(sale.c.units) != 0, func.sum(sale.c.net) != 0))
        ).first()
        if difference is not None:
            yield f"import {number} does not mirror import {corrects}, which it corrects"
    corrected_by = {corrects: number for number, corrects in pairs}
    rows = connection.execute(select(batch.c.id, batch.c.corrected_by).order_by(batch.c.id))
    for row in rows:
        if row.corrected_by != corrected_by.get(row.id):
            yield (
                f"import {row.id} counts as corrected by {row.corrected_by or 'none'}, but "
                f"{corrected_by.get(row.id) or 'none'} corrects it"
            )


def _names_what_it_reverses(connection: Connection, number: int) -> bool:
    """Whether a correction's lines name the closed run whose counts they reverse.

    Corrections closed before that was recorded never do; all later ones must.
    """
    values = connection.execute(
        select(
            func.count(sale.c.reverses), func.count().filter(period.c.status == PeriodStatus.OPEN)
        )
        .join(period, period.c.id == sale.c.period_id)
        .where(sale.c.batch_id == number)
    ).one()
    return any(values)
