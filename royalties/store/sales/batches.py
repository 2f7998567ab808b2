"""Batches: imports of reports, their sales, and rows that wait for an edition."""

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.changes import Change
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.domain.sales.slices import Origin, SaleKind
from royalties.store.bulk import Row, add_rows
from royalties.store.sales import cached_slices, references, totals
from royalties.store.sales.line_tables import LINE_COLUMNS, WAITING_COLUMNS
from royalties.store.sales.slices import in_period
from royalties.store.tables import (
    alias_use,
    batch,
    coverage,
    edition,
    period,
    retailer,
    sale,
    sale_total,
    unbundled,
    waiting,
)

is_report: ColumnElement[bool] = batch.c.origin != Origin.TYPED
"""Whether a batch is a retailer's report, not sales typed by hand."""


_MOST_VALUES = 10_000
"""Values in one statement: SQLite's limit is about 32,000."""


class BatchRow(NamedTuple):
    """One batch; ``document`` is the import document."""

    id: int
    file_name: str
    sha256: str
    report: str
    origin: Origin
    retailer: str | None
    account: str
    sheets: list[str]
    document: dict[str, Any]
    rows: int
    lines: int
    status: BatchStatus
    recorded_at: str
    recorded_by: str
    corrects: int | None
    corrected_by: int | None
    changes: tuple[Change, ...]


class CoverageOverlap(NamedTuple):
    """An earlier batch whose days overlap those of a new one for the same retailer."""

    batch: int
    file_name: str
    origin: Origin
    retailer: str
    first_day: str
    last_day: str
    document: dict[str, Any]


def find_recorded(connection: Connection, sha256: str) -> BatchRow | None:
    """The batch that recorded a file with these bytes, unless it was undone or corrected."""
    row = connection.execute(
        _select().where(
            batch.c.sha256 == sha256,
            batch.c.status == BatchStatus.RECORDED,
            batch.c.corrected_by.is_(None),
        )
    ).first()
    return BatchRow(*row) if row else None


def find_batch(connection: Connection, number: int) -> BatchRow | None:
    """A batch by its number."""
    row = connection.execute(_select().where(batch.c.id == number)).first()
    return BatchRow(*row) if row else None


def batches(connection: Connection, numbers: Iterable[int] | None = None) -> list[BatchRow]:
    """Batches by their numbers, or all, undone ones included, ascending."""
    query = _select().order_by(batch.c.id)
    if numbers is not None:
        query = query.where(batch.c.id.in_(sorted(numbers)))
    return [BatchRow(*row) for row in connection.execute(query)]


def is_any_recorded(connection: Connection) -> bool:
    """Whether any import counts."""
    query = select(batch.c.id).where(batch.c.status == BatchStatus.RECORDED).limit(1)
    return connection.execute(query).first() is not None


def add_batch(connection: Connection, values: Mapping[str, object]) -> int:
    """Open a batch and return its number; ``finish_batch`` adds its totals."""
    inserted = connection.execute(insert(batch).values(**values).returning(batch.c.id))
    return int(inserted.scalar_one())


def finish_batch(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Write a batch's totals once all its rows are recorded."""
    connection.execute(update(batch).where(batch.c.id == number).values(**values))


def add_lines(
    connection: Connection, period_id: int, batch_id: int, lines: Collection[SaleLine]
) -> None:
    """Record sale lines one by one; ``line_file`` records those of a report."""
    columns = (*LINE_COLUMNS, "period_id", "batch_id")
    add_rows(connection, "sale", columns, ((*line, period_id, batch_id) for line in lines))
    names = ((name, line.edition) for line in lines for name in (line.order, line.reference))
    references.add_references(connection, batch_id, names)


def add_coverage(
    connection: Connection, number: int, account: str, covered: Mapping[int, tuple[str, str]]
) -> None:
    """Record which days of which retailers a batch covers."""
    rows = [
        {
            "batch_id": number,
            "retailer_id": retailer_id,
            "account": account,
            "first_day": first,
            "last_day": last,
        }
        for retailer_id, (first, last) in sorted(covered.items())
    ]
    if rows:
        connection.execute(insert(coverage), rows)


def overlapping_coverage(
    connection: Connection, account: str, covered: Mapping[int, tuple[str, str]]
) -> list[CoverageOverlap]:
    """Batches that count, with overlapping days for the same retailer and account."""
    overlaps = [
        and_(
            coverage.c.retailer_id == retailer_id,
            coverage.c.first_day <= last,
            coverage.c.last_day >= first,
        )
        for retailer_id, (first, last) in covered.items()
    ]
    if not overlaps:
        return []
    rows = connection.execute(
        select(
            batch.c.id,
            batch.c.file_name,
            batch.c.origin,
            retailer.c.key,
            coverage.c.first_day,
            coverage.c.last_day,
            batch.c.document,
        )
        .join(batch, batch.c.id == coverage.c.batch_id)
        .join(retailer, retailer.c.id == coverage.c.retailer_id)
        .where(
            batch.c.status == BatchStatus.RECORDED,
            batch.c.corrected_by.is_(None),
            coverage.c.account == account,
            or_(*overlaps),
        )
        .order_by(batch.c.id, retailer.c.key)
    )
    return [CoverageOverlap(*row) for row in rows]


def copies_sold(
    connection: Connection, pairs: Collection[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Copies sold less copies returned in all periods, by retailer and edition."""
    editions = sorted({book for _, book in pairs})
    copies: dict[tuple[int, int], int] = {}
    for first in range(0, len(editions), _MOST_VALUES):
        rows = connection.execute(
            select(sale.c.retailer_id, sale.c.edition_id, func.sum(sale.c.units))
            .where(
                sale.c.edition_id.in_(editions[first : first + _MOST_VALUES]),
                sale.c.kind.in_((SaleKind.SALE.value, SaleKind.RETURN.value)),
            )
            .group_by(sale.c.retailer_id, sale.c.edition_id)
        )
        copies |= {(shop, book): int(units) for shop, book, units in rows}
    return {pair: copies.get(pair, 0) for pair in pairs}


def closed_periods_of(connection: Connection, number: int) -> list[str]:
    """Closed periods that counted sales of a batch."""
    rows = connection.execute(
        select(period.c.name)
        .join(sale_total, sale_total.c.period_id == period.c.id)
        .where(sale_total.c.batch_id == number, period.c.status == PeriodStatus.CLOSED)
        .distinct()
        .order_by(period.c.name)
    )
    return [row.name for row in rows]


def undo_batch(connection: Connection, number: int, at: str) -> tuple[int, int]:
    """Remove a batch's sales and waiting rows; the batch itself stays, marked undone.

    Returns:
        How many sale lines and how many waiting lines were removed.
    """
    cached_slices.delete_sums(connection, number)
    connection.execute(delete(alias_use).where(alias_use.c.batch_id == number))
    references.delete_references(connection, _of_batch(number), number)
    sales = connection.execute(delete(sale).where(_of_batch(number))).rowcount
    rows = connection.execute(delete(waiting).where(waiting.c.batch_id == number)).rowcount
    connection.execute(delete(unbundled).where(unbundled.c.batch_id == number))
    totals.delete_totals(connection, number)
    connection.execute(delete(coverage).where(coverage.c.batch_id == number))
    connection.execute(
        update(batch).where(batch.c.id == number).values(status=BatchStatus.UNDONE, undone_at=at)
    )
    return sales, rows


def mark_corrected(connection: Connection, number: int, correction: int | None) -> None:
    """Mark a batch as reversed by a correction, or (None) as counting again."""
    connection.execute(update(batch).where(batch.c.id == number).values(corrected_by=correction))


def reverse_sales(connection: Connection, number: int, correction: int, open_period: int) -> int:
    """Record the reversal of every sale of a batch; returns how many.

    Each counts in the open period, or in the sale's own if that is later. If a closed run counted
    the sale, the reversal names that run's period.
    """
    copied = [
        sale.c.edition_id,
        case((sale.c.period_id > open_period, sale.c.period_id), else_=literal(open_period)),
        sale.c.retailer_id,
        sale.c.kind,
        sale.c.currency,
        literal(correction),
        sale.c.sheet,
        sale.c.row,
        sale.c.day,
        -sale.c.units,
        sale.c.list_price,
        sale.c.discount,
        sale.c.country,
        sale.c.region,
        sale.c.city,
        sale.c.order_ref,
        sale.c.reference,
        -sale.c.net,
        case((sale.c.period_id < open_period, sale.c.period_id)),
    ]
    connection.execute(
        insert(sale).from_select(
            [column.name for column in sale.c],
            select(*copied).where(_of_batch(number)),
        )
    )
    totals.reverse_totals(connection, number, correction, open_period)
    references.copy_references(connection, _of_batch(correction), correction)
    count = connection.execute(select(func.count()).select_from(sale).where(_of_batch(correction)))
    return int(count.scalar_one())


def totals_of(connection: Connection, number: int) -> list[Row]:
    """(retailer id, kind, currency, lines, units, net, first day, last day) of a batch's sales."""
    rows = connection.execute(
        select(
            sale.c.retailer_id,
            sale.c.kind,
            sale.c.currency,
            func.count(),
            func.sum(sale.c.units),
            func.sum(sale.c.net),
            func.min(sale.c.day),
            func.max(sale.c.day),
        )
        .where(_of_batch(number))
        .group_by(sale.c.retailer_id, sale.c.kind, sale.c.currency)
        .order_by(sale.c.retailer_id, sale.c.kind, sale.c.currency)
    )
    return [tuple(row) for row in rows]


def waiting_summary(connection: Connection) -> list[tuple[str, int, int, int]]:
    """(identifier, batch, rows, units) of all waiting rows."""
    rows = connection.execute(
        select(waiting.c.identifier, waiting.c.batch_id, func.count(), func.sum(waiting.c.units))
        .where(is_waiting())
        .group_by(waiting.c.identifier, waiting.c.batch_id)
        .order_by(waiting.c.identifier, waiting.c.batch_id)
    )
    return [(row[0], row[1], row[2], int(row[3])) for row in rows]


class ResolvedLine(NamedTuple):
    """A waiting line of a batch whose edition is now known."""

    line: WaitingLine
    batch: int
    edition: int


def waiting_identifiers(connection: Connection) -> list[str]:
    """All identifiers under which rows wait."""
    query = select(waiting.c.identifier).where(is_waiting()).distinct()
    return sorted(connection.scalars(query))


def resolved_lines(connection: Connection, editions: Mapping[str, int]) -> list[ResolvedLine]:
    """Waiting lines whose edition is now known; ``editions`` has edition ids by identifier."""
    columns = [waiting.c[name] for name in (*WAITING_COLUMNS, "batch_id")]
    names = sorted(editions)
    lines = []
    for first in range(0, len(names), _MOST_VALUES):
        some = waiting.c.identifier.in_(names[first : first + _MOST_VALUES])
        rows = connection.execute(select(*columns).where(some, is_waiting()))
        for *values, number in rows:
            line = WaitingLine(*values)
            lines.append(ResolvedLine(line, number, editions[line.identifier]))
    return sorted(lines, key=_place_of)


def _place_of(known: ResolvedLine) -> tuple[int, int, int, int]:
    return known.batch, known.line.sheet, known.line.row, known.line.kind


def is_waiting() -> ColumnElement[bool]:
    """Whether a row waits; those of a corrected import, or of what is no book, do not."""
    corrected = select(batch.c.id).where(batch.c.corrected_by.is_not(None))
    return and_(waiting.c.batch_id.not_in(corrected), waiting.c.set_aside.is_(None))


def delete_waiting(connection: Connection, rows: Iterable[Row]) -> None:
    """Delete waiting rows, given as (batch, sheet, row, kind)."""
    names = ("batch_id", "sheet", "row", "kind")
    parameters = [
        {f"of_{name}": value for name, value in zip(names, row, strict=True)} for row in rows
    ]
    if parameters:
        connection.execute(
            delete(waiting).where(*(waiting.c[name] == bindparam(f"of_{name}") for name in names)),
            parameters,
        )


def sales_of(
    connection: Connection, period_id: int | None = None, batch_id: int | None = None
) -> Iterator[Row]:
    """Recorded sale lines with names in place of numbers, streamed in order of file and row."""
    query = _sale_lines()
    if period_id is not None:
        query = query.where(in_period(period_id))
    if batch_id is not None:
        query = query.where(_of_batch(batch_id))
    with connection.execute(query, execution_options={"stream_results": True}) as rows:
        for row in rows:
            yield tuple(row)


def lines_of_group(
    connection: Connection,
    period_id: int,
    group: tuple[str, str, int, str],
    after: tuple[int, int, int] | None = None,
) -> Generator[Row, None, None]:
    """The sale lines that one earned line's group was summed from, as ``sales_of`` returns them.

    Args:
        group: ISBN, retailer's key, kind and currency.
        after: batch, sheet and row of the last line of the previous page.
    """
    isbn, retailer_key, kind, currency = group
    query = _sale_lines().where(
        sale.c.period_id == period_id,
        sale.c.edition_id == select(edition.c.id).where(edition.c.isbn == isbn).scalar_subquery(),
        sale.c.retailer_id
        == select(retailer.c.id).where(retailer.c.key == retailer_key).scalar_subquery(),
        sale.c.kind == kind,
        sale.c.currency == currency,
    )
    if after is not None:
        query = query.where(
            tuple_(sale.c.batch_id, sale.c.sheet, sale.c.row) > tuple_(*map(literal, after))
        )
    with connection.execute(query, execution_options={"stream_results": True}) as rows:
        for row in rows:
            yield tuple(row)


def _of_batch(number: int) -> ColumnElement[bool]:
    """Lines of a batch, found along the table's key in the periods in which it has sums.

    Without the periods, the sales of all years would be scanned.
    """
    periods = select(sale_total.c.period_id).where(sale_total.c.batch_id == number)
    return and_(
        sale.c.edition_id.in_(select(edition.c.id)),
        sale.c.period_id.in_(periods),
        sale.c.batch_id == number,
    )


def _sale_lines() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of its columns
    return (
        select(
            sale.c.batch_id,
            batch.c.file_name,
            batch.c.sheets,
            sale.c.sheet,
            sale.c.row,
            period.c.name,
            sale.c.day,
            edition.c.isbn,
            retailer.c.key,
            sale.c.kind,
            sale.c.units,
            sale.c.currency,
            sale.c.list_price,
            sale.c.net,
            sale.c.discount,
            sale.c.country,
            sale.c.region,
            sale.c.city,
            sale.c.order_ref,
            sale.c.reference,
            batch.c.corrects,
            type_coerce(batch.c.origin, String),  # as stored: there may be millions of lines
            sale.c.reverses,
        )
        .join(batch, batch.c.id == sale.c.batch_id)
        .join(edition, edition.c.id == sale.c.edition_id)
        .join(retailer, retailer.c.id == sale.c.retailer_id)
        .join(period, period.c.id == sale.c.period_id)
        .order_by(sale.c.batch_id, sale.c.sheet, sale.c.row, sale.c.kind)
    )


def _select() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(batch.c[name] for name in BatchRow._fields))
