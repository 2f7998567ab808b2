"""Sums of each import's sale lines, stored with them, so that pages never sum a million lines.

A row of ``sale_total`` sums the lines of one batch, period, retailer, month, kind and currency.
Whoever adds or deletes sales updates it in the same transaction.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, delete, func, insert, literal, select

from royalties.domain.sales.lines import Sum, SumKey
from royalties.store.engine import insert_or
from royalties.store.sales.cached_slices import Slicing, slicings
from royalties.store.sales.slices import in_period
from royalties.store.tables import period, retailer, sale, sale_total


class TotalRow(NamedTuple):
    """A retailer's sales in a month, as one batch reported them; receipts in millionths."""

    batch_id: int
    period_id: int
    retailer_id: int
    month: str
    kind: int
    currency: str
    lines: int
    units: int
    net: int


def add_totals(
    connection: Connection, batch_id: int, sums: Mapping[int, Mapping[SumKey, Sum]]
) -> None:
    """Add to a batch's sums, by period, in the transaction that writes the lines."""
    rows = [
        TotalRow(batch_id, period_id, *key, *each)._asdict()
        for period_id, of_period in sorted(sums.items())
        for key, each in sorted(of_period.items())
    ]
    if rows:
        rows_by_key = insert_or(connection, sale_total)
        more = {
            name: sale_total.c[name] + rows_by_key.excluded[name] for name in TotalRow._fields[6:]
        }
        connection.execute(
            rows_by_key.on_conflict_do_update(index_elements=TotalRow._fields[:6], set_=more), rows
        )


class Extent(NamedTuple):
    """How many sale lines a period has, and of which imports."""

    lines: int
    imports: tuple[Slicing, ...]

    @property
    def has_corrections(self) -> bool:
        """Whether any of the imports are corrections."""
        return any(each.is_correction for each in self.imports)


def extents(connection: Connection, periods: Collection[int]) -> dict[int, Extent]:
    """The extent of those periods that have sales."""
    imports_by_period: dict[int, list[Slicing]] = {}
    for slicing in slicings(connection, periods):
        imports_by_period.setdefault(slicing.period_id, []).append(slicing)
    return {
        period_id: Extent(sum(each.lines for each in imports), tuple(imports))
        for period_id, imports in imports_by_period.items()
    }


def has_more_than(connection: Connection, lines: int) -> bool:
    """Whether there are more than this many sale lines, in all periods together.

    Stops summing once there are, so that it does not take longer every year.
    """
    query, counted = select(sale_total.c.lines), 0
    with connection.execute(query, execution_options={"yield_per": 200}) as rows:
        for row in rows:
            counted += row.lines
            if counted > lines:
                return True
    return False


def delete_totals(connection: Connection, number: int) -> None:
    """Delete the sums of a batch whose lines were deleted."""
    connection.execute(delete(sale_total).where(sale_total.c.batch_id == number))


def reverse_totals(connection: Connection, number: int, correction: int, open_period: int) -> None:
    """Write the sums of a correction, which reverses every line of a batch."""
    into = case(
        (sale_total.c.period_id > open_period, sale_total.c.period_id), else_=literal(open_period)
    )
    keys = [sale_total.c.retailer_id, sale_total.c.month, sale_total.c.kind, sale_total.c.currency]
    connection.execute(
        insert(sale_total).from_select(
            TotalRow._fields,
            select(
                literal(correction),
                into,
                *keys,
                func.sum(sale_total.c.lines),
                -func.sum(sale_total.c.units),
                -func.sum(sale_total.c.net),
            )
            .where(sale_total.c.batch_id == number)
            .group_by(into, *keys),
        )
    )


def wrong_totals(connection: Connection) -> Iterator[str]:
    """Stored sums that differ from the sale lines, summed again: a sentence for each.

    Compared period by period, so memory does not grow with the years.
    """
    names = {
        table.name: {row[0]: row[1] for row in connection.execute(select(table.c.id, name))}
        for table, name in ((period, period.c.name), (retailer, retailer.c.key))
    }
    for period_id in sorted(names["period"]):
        wrong = _recomputed_totals(connection, period_id) ^ _cached_totals(connection, period_id)
        seen = {(row[0], row[2], row[3]) for row in wrong}
        for batch_id, retailer_id, month in sorted(seen):
            yield (
                f"import {batch_id}: what is kept of "
                f"{names['retailer'].get(retailer_id, retailer_id)} in {month} "
                f"(counted in {names['period'][period_id]}) is not the sum of its sales"
            )


def _recomputed_totals(connection: Connection, period_id: int) -> set[tuple[Any, ...]]:
    """A period's lines summed again."""
    keys = [
        sale.c.batch_id,
        sale.c.period_id,
        sale.c.retailer_id,
        func.substr(sale.c.day, 1, 7),
        sale.c.kind,
        sale.c.currency,
    ]
    sums = (func.count(), func.sum(sale.c.units), func.sum(sale.c.net))
    return _rows(
        connection.execute(select(*keys, *sums).where(in_period(period_id)).group_by(*keys))
    )


def _cached_totals(connection: Connection, period_id: int) -> set[tuple[Any, ...]]:
    cached = select(*(sale_total.c[name] for name in TotalRow._fields))
    return _rows(connection.execute(cached.where(sale_total.c.period_id == period_id)))


def _rows(rows: Iterable[Sequence[Any]]) -> set[tuple[Any, ...]]:
    """Rows with sums as integers on either engine."""
    return {(*row[:6], *map(int, row[6:])) for row in rows}
