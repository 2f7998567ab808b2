"""Aliases, identifiers assigned by hand: their editions, since when, and where they were used."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.lines import WaitingLine
from royalties.store.bulk import add_rows
from royalties.store.engine import insert_or, is_sqlite
from royalties.store.sales.line_tables import WAITING_COLUMNS
from royalties.store.sales.references import add_references, delete_unused
from royalties.store.tables import (
    alias_change,
    alias_use,
    batch,
    edition,
    identifier,
    period,
    retailer,
    sale,
    sale_total,
)

_AT_ONCE = 5_000
"""Rows in one statement."""


class AliasChange(NamedTuple):
    """A decision about an alias, and how many rows it moved. An ISBN of None: no edition."""

    identifier: str
    from_isbn: str | None
    to_isbn: str | None
    rows: int
    at: str
    by: str


class AliasUse(NamedTuple):
    """Rows of a sheet of an import that got their edition from an alias."""

    batch: int
    sheet: int
    rows: Sequence[int]


class UsedLine(NamedTuple):
    """A recorded line of such a row, with what is needed to move it."""

    batch: int
    sheet: int
    row: int
    period: int
    is_open: bool
    retailer: int
    retailer_key: str
    kind: int
    day: str
    units: int
    currency: str
    list_price: int | None
    net: int
    discount: int | None
    country: str
    region: str
    city: str
    order: str
    reference: str

    def waiting(self, identifier: str) -> WaitingLine:
        """The line as a waiting line again."""
        about = (self.retailer, self.kind, self.day, self.units, self.currency, self.list_price)
        place = (self.country, self.region, self.city, self.order, self.reference)
        return WaitingLine(
            self.sheet, self.row, identifier, *about, self.net, self.discount, *place
        )


def edition_of(connection: Connection, value: str, *, lock: bool = False) -> str | None:
    """The ISBN that an alias refers to; ``lock`` locks its row."""
    query = (
        select(edition.c.isbn)
        .join(identifier, identifier.c.edition_id == edition.c.id)
        .where(identifier.c.value == value, identifier.c.kind == "alias")
    )
    if lock and not is_sqlite(connection):
        query = query.with_for_update(of=identifier)
    isbn: str | None = connection.execute(query).scalar()
    return isbn


def point_alias(connection: Connection, value: str, edition_id: int | None) -> None:
    """Point an alias at another edition, or (None) at none."""
    own = and_(identifier.c.value == value, identifier.c.kind == "alias")
    if edition_id is None:
        connection.execute(delete(identifier).where(own))
    else:
        connection.execute(update(identifier).where(own).values(edition_id=edition_id))


def add_change(connection: Connection, change: AliasChange) -> None:
    """Store a decision."""
    connection.execute(insert(alias_change).values(**change._asdict()))


def changes(
    connection: Connection, value: str | None = None, limit: int = 200
) -> list[AliasChange]:
    """Decisions about an alias, or about all, the newest first."""
    query = select(*(alias_change.c[name] for name in AliasChange._fields))
    if value is not None:
        query = query.where(alias_change.c.identifier == value)
    rows = connection.execute(query.order_by(alias_change.c.id.desc()).limit(limit))
    return [AliasChange(*row) for row in rows]


def newest_change(connection: Connection) -> int:
    """A version number of all aliases: it grows with every decision."""
    return int(
        connection.execute(select(func.coalesce(func.max(alias_change.c.id), 0))).scalar_one()
    )


def add_uses(
    connection: Connection, batch_id: int, uses: Mapping[str, Mapping[int, Sequence[int]]]
) -> None:
    """Record rows of an import that got their edition from aliases, in addition to earlier ones."""
    for value, by_sheet in sorted(uses.items()):
        for sheet, rows in sorted(by_sheet.items()):
            at = and_(
                alias_use.c.identifier == value,
                alias_use.c.batch_id == batch_id,
                alias_use.c.sheet == sheet,
            )
            before = connection.execute(select(alias_use.c.rows).where(at)).scalar()
            all_rows = json.dumps(sorted({*rows, *(json.loads(before) if before else ())}))
            statement = insert_or(connection, alias_use).values(
                identifier=value, batch_id=batch_id, sheet=sheet, rows=all_rows
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["identifier", "batch_id", "sheet"],
                    set_={"rows": statement.excluded.rows},
                )
            )


def uses(connection: Connection, value: str) -> list[AliasUse]:
    """Where an alias was used, in imports that are neither undone nor corrected."""
    rows = connection.execute(
        select(alias_use.c.batch_id, alias_use.c.sheet, alias_use.c.rows)
        .join(batch, batch.c.id == alias_use.c.batch_id)
        .where(
            alias_use.c.identifier == value,
            batch.c.status == BatchStatus.RECORDED,
            batch.c.corrected_by.is_(None),
        )
        .order_by(alias_use.c.batch_id, alias_use.c.sheet)
    )
    return [AliasUse(number, sheet, json.loads(row_numbers)) for number, sheet, row_numbers in rows]


def lines_of(connection: Connection, use: AliasUse, isbn: str) -> Iterator[UsedLine]:
    """The recorded lines of an edition in some rows, in order."""
    periods = select(sale_total.c.period_id).where(sale_total.c.batch_id == use.batch)
    for first in range(0, len(use.rows), _AT_ONCE):
        rows = connection.execute(
            select(
                sale.c.batch_id, sale.c.sheet, sale.c.row, sale.c.period_id,
                period.c.status == PeriodStatus.OPEN, sale.c.retailer_id, retailer.c.key,
                sale.c.kind,
                sale.c.day, sale.c.units, sale.c.currency, sale.c.list_price, sale.c.net,
                sale.c.discount, sale.c.country, sale.c.region, sale.c.city, sale.c.order_ref,
                sale.c.reference,
            )
            .join(period, period.c.id == sale.c.period_id)
            .join(retailer, retailer.c.id == sale.c.retailer_id)
            .where(
                sale.c.edition_id == _edition_id(isbn),
                sale.c.period_id.in_(periods),
                sale.c.batch_id == use.batch,
                sale.c.sheet == use.sheet,
                sale.c.row.in_(use.rows[first : first + _AT_ONCE]),
            )
            .order_by(sale.c.row, sale.c.kind)
        )  # fmt: skip
        for row in rows.all():
            yield UsedLine(*row)._replace(is_open=bool(row[4]))


def move_lines(
    connection: Connection, lines: Sequence[UsedLine], isbn: str, edition_id: int
) -> None:
    """Move recorded lines of an edition to another one."""
    if not lines:
        return
    connection.execute(
        update(sale).where(*_lines_condition(isbn)).values(edition_id=edition_id), _keys(lines)
    )
    referred = [name for line in lines for name in (line.order, line.reference)]
    add_references(connection, lines[0].batch, ((name, edition_id) for name in referred))
    delete_unused(connection, lines[0].batch, _edition_id(isbn), referred)


def return_to_waiting(
    connection: Connection,
    lines: Sequence[UsedLine],
    isbn: str,
    waiting_lines: Iterable[WaitingLine],
) -> None:
    """Turn recorded lines back into waiting ones; the sums of whole imports are updated as well."""
    if not lines:
        return
    connection.execute(delete(sale).where(*_lines_condition(isbn)), _keys(lines))
    referred = [name for line in lines for name in (line.order, line.reference)]
    delete_unused(connection, lines[0].batch, _edition_id(isbn), referred)
    rows = [(*row, lines[0].batch) for row in waiting_lines]
    add_rows(connection, "waiting", (*WAITING_COLUMNS, "batch_id"), rows)
    sums: dict[tuple[Any, ...], list[int]] = {}
    for line in lines:
        key = (line.batch, line.period, line.retailer, line.day[:7], line.kind, line.currency)
        added = sums.setdefault(key, [0, 0, 0])
        for place, value in enumerate((1, line.units, line.net)):
            added[place] += value
    names = ("batch_id", "period_id", "retailer_id", "month", "kind", "currency")
    at = and_(*(sale_total.c[name] == bindparam(f"of_{name}") for name in names))
    less = {name: sale_total.c[name] - bindparam(f"less_{name}") for name in _SUMS}
    connection.execute(
        update(sale_total).where(at).values(**less),
        [
            {f"of_{name}": value for name, value in zip(names, key, strict=True)}
            | {f"less_{name}": value for name, value in zip(_SUMS, added, strict=True)}
            for key, added in sums.items()
        ],
    )
    connection.execute(
        delete(sale_total).where(sale_total.c.batch_id == lines[0].batch, sale_total.c.lines == 0)
    )


_SUMS = ("lines", "units", "net")
_KEY = ("batch_id", "sheet", "row", "period_id", "retailer_id", "kind", "currency")


def _lines_condition(isbn: str) -> list[ColumnElement[bool]]:
    same = [sale.c[name] == bindparam(f"of_{name}") for name in _KEY]
    return [sale.c.edition_id == _edition_id(isbn), *same]


def _edition_id(isbn: str) -> ScalarSelect[int]:
    return select(edition.c.id).where(edition.c.isbn == isbn).scalar_subquery()


def _keys(lines: Iterable[UsedLine]) -> list[dict[str, object]]:
    return [
        {
            "of_batch_id": line.batch,
            "of_sheet": line.sheet,
            "of_row": line.row,
            "of_period_id": line.period,
            "of_retailer_id": line.retailer,
            "of_kind": line.kind,
            "of_currency": line.currency,
        }
        for line in lines
    ]
