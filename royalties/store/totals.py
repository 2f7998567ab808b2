"""Sums of each import's sale lines, kept with them, so that pages never add up a million lines.

A row of ``sale_total`` stands for the lines of one batch, period, retailer, month, kind and
currency. Whoever adds or takes away sales changes it in the same transaction.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, delete, func, insert, literal, select

from royalties.store.engine import insert_or
from royalties.store.tables import batch, period, retailer, sale, sale_total

Key = tuple[int, int, int, str, int, str]


class TotalRow(NamedTuple):
    """What one retailer sold in a month, as one batch reported it; receipts in millionths."""

    batch_id: int
    period_id: int
    retailer_id: int
    month: str
    kind: int
    currency: str
    lines: int
    units: int
    net: int


class _Months(dict[str, str]):
    """The month of each day."""

    def __missing__(self, day: str) -> str:
        month = self[day] = day[:7]
        return month


class Sums:
    """Adds up sale lines while they are written, which costs less than asking for them again."""

    def __init__(self) -> None:
        self._found: dict[Key, list[int]] = {}
        self._months = _Months()

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add lines, tuples of ``batches.SALE_COLUMNS``."""
        # Few keys stay near the processor: by the day this takes twice as long.
        found, months = self._found, self._months
        for row in rows:
            key = (row[17], row[16], row[3], months[row[5]], row[4], row[7])
            sums = found.get(key)
            if sums is None:
                found[key] = [1, row[6], row[9]]
            else:
                sums[0] += 1
                sums[1] += row[6]
                sums[2] += row[9]

    def keep(self, connection: Connection) -> None:
        """Add to what is kept of these batches, in the transaction that writes the lines."""
        if not self._found:
            return
        made = insert_or(connection, sale_total)
        more = {name: sale_total.c[name] + made.excluded[name] for name in TotalRow._fields[6:]}
        connection.execute(
            made.on_conflict_do_update(index_elements=TotalRow._fields[:6], set_=more),
            [TotalRow(*key, *sums)._asdict() for key, sums in sorted(self._found.items())],
        )


class Extent(NamedTuple):
    """How many sale lines there are, and whether corrections are among them."""

    lines: int
    has_corrections: bool


def extents(connection: Connection, periods: Collection[int] | None) -> dict[int, Extent]:
    """The extent of every period, or of some, that has sales."""
    is_correction = case((batch.c.corrects.is_not(None), 1), else_=0)
    query = (
        select(sale_total.c.period_id, func.sum(sale_total.c.lines), func.max(is_correction))
        .join(batch, batch.c.id == sale_total.c.batch_id)
        .group_by(sale_total.c.period_id)
    )
    if periods is not None:
        query = query.where(sale_total.c.period_id.in_(sorted(periods)))
    rows = connection.execute(query)
    return {row[0]: Extent(int(row[1]), bool(row[2])) for row in rows}


def forget(connection: Connection, number: int) -> None:
    """Take away the sums of a batch whose lines were taken away."""
    connection.execute(delete(sale_total).where(sale_total.c.batch_id == number))


def mirror(connection: Connection, number: int, correction: int, open_period: int) -> None:
    """Keep the sums of a correction, which mirrors every line of a batch."""
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


def differing(connection: Connection) -> Iterator[str]:
    """Sums that are not those of the sale lines, added up again: a sentence for each batch."""
    month = func.substr(sale.c.day, 1, 7)
    keys = [
        sale.c.batch_id,
        sale.c.period_id,
        sale.c.retailer_id,
        month,
        sale.c.kind,
        sale.c.currency,
    ]
    again = select(*keys, func.count(), func.sum(sale.c.units), func.sum(sale.c.net)).group_by(
        *keys
    )
    kept = select(*(sale_total.c[name] for name in TotalRow._fields))
    wrong = _rows(connection.execute(again)) ^ _rows(connection.execute(kept))
    names = {
        table.name: {row[0]: row[1] for row in connection.execute(select(table.c.id, name))}
        for table, name in ((period, period.c.name), (retailer, retailer.c.key))
    }
    seen = set()
    for row in sorted(wrong):
        if row[:4] in seen:
            continue
        seen.add(row[:4])
        yield (
            f"import {row[0]}: what is kept of {names['retailer'].get(row[2], row[2])} in {row[3]} "
            f"(counted in {names['period'].get(row[1], row[1])}) is not the sum of its sales"
        )


def _rows(rows: Iterable[Sequence[Any]]) -> set[tuple[Any, ...]]:
    """Rows whose sums are whole numbers on either engine."""
    return {(*row[:6], *map(int, row[6:])) for row in rows}
