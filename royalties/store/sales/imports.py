"""Imports and waiting rows as pages list them: a page at a time, with stored sums."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, func, select

from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.changes import Change
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import Origin
from royalties.store.tables import batch, period, sale_total, waiting

STATUSES: dict[str, tuple[ColumnElement[bool], ...]] = {
    "recorded": (batch.c.status == BatchStatus.RECORDED, batch.c.corrected_by.is_(None)),
    "corrected": (batch.c.corrected_by.is_not(None),),
    "correction": (batch.c.corrects.is_not(None),),
    "undone": (batch.c.status == BatchStatus.UNDONE,),
}
"""The statuses by which a list can be filtered."""


class ImportRow(NamedTuple):
    """One import as a list shows it."""

    id: int
    file_name: str
    report: str
    retailer: str | None
    rows: int
    lines: int
    status: BatchStatus
    recorded_at: str
    recorded_by: str
    corrects: int | None
    corrected_by: int | None


class ImportDetails(NamedTuple):
    """One import with everything stored about it."""

    id: int
    file_name: str
    sha256: str
    size: int
    report: str
    origin: Origin
    retailer: str | None
    choices: Mapping[str, str]
    document: dict[str, Any]
    rows: int
    lines: int
    status: BatchStatus
    recorded_at: str
    recorded_by: str
    undone_at: str | None
    corrects: int | None
    corrected_by: int | None
    changes: tuple[Change, ...]


class ImportSums(NamedTuple):
    """An import's sums in a period, of a kind in a currency; receipts in millionths."""

    batch_id: int
    period: str
    status: PeriodStatus
    kind: int
    currency: str
    lines: int
    units: int
    net: int


class WaitingIdentifier(NamedTuple):
    """The waiting rows of one identifier."""

    identifier: str
    rows: int
    units: int
    first_day: str
    last_day: str


def imports(
    connection: Connection,
    *,
    retailer: str = "",
    period_name: str = "",
    status: str = "",
    limit: int,
    skip: int,
) -> list[ImportRow]:
    """A page of imports, the newest first."""
    query = select(*(batch.c[name] for name in ImportRow._fields))
    query = query.order_by(batch.c.id.desc()).limit(limit).offset(skip)
    if retailer:
        query = query.where(batch.c.retailer == retailer)
    if period_name:
        query = query.where(
            exists()
            .where(sale_total.c.batch_id == batch.c.id, sale_total.c.period_id == period.c.id)
            .where(period.c.name == period_name)
        )
    if status in STATUSES:
        query = query.where(*STATUSES[status])
    return [ImportRow(*row) for row in connection.execute(query)]


def sums_by_import(connection: Connection, numbers: Sequence[int]) -> list[ImportSums]:
    """The sums of imports in every period in which their sales count."""
    keys = (
        sale_total.c.batch_id,
        period.c.id,
        period.c.name,
        period.c.status,
        sale_total.c.kind,
        sale_total.c.currency,
    )
    rows = connection.execute(
        select(
            *keys,
            func.sum(sale_total.c.lines),
            func.sum(sale_total.c.units),
            func.sum(sale_total.c.net),
        )
        .join(period, period.c.id == sale_total.c.period_id)
        .where(sale_total.c.batch_id.in_(numbers))
        .group_by(*keys)
        .order_by(sale_total.c.batch_id, period.c.id, sale_total.c.currency, sale_total.c.kind)
    )
    return [ImportSums(row[0], *row[2:6], *map(int, row[6:])) for row in rows]


def find_import(connection: Connection, number: int) -> ImportDetails | None:
    """An import with everything stored about it."""
    query = select(*(batch.c[name] for name in ImportDetails._fields)).where(batch.c.id == number)
    row = connection.execute(query).first()
    return ImportDetails(*row) if row else None


def waiting_rows(
    connection: Connection, *, number: int | None = None, limit: int, skip: int = 0
) -> list[WaitingIdentifier]:
    """Waiting rows by identifier, the most rows first; of one import, or of all that count."""
    query = _only_waiting(
        select(
            waiting.c.identifier,
            func.count(),
            func.sum(waiting.c.units),
            func.min(waiting.c.day),
            func.max(waiting.c.day),
        )
    )
    if number is not None:
        query = query.where(waiting.c.batch_id == number)
    rows = connection.execute(
        query.group_by(waiting.c.identifier)
        .order_by(func.count().desc(), waiting.c.identifier)
        .limit(limit)
        .offset(skip)
    )
    return [WaitingIdentifier(row[0], row[1], int(row[2]), *row[3:]) for row in rows]


def waiting_count(connection: Connection, number: int | None = None) -> tuple[int, int]:
    """How many rows wait, under how many identifiers."""
    query = _only_waiting(select(func.count(), func.count(waiting.c.identifier.distinct())))
    if number is not None:
        query = query.where(waiting.c.batch_id == number)
    rows, identifiers = connection.execute(query).one()
    return rows, identifiers


def imports_waiting(
    connection: Connection, identifiers: Iterable[str]
) -> list[tuple[str, int, str]]:
    """(identifier, import, its file's name) of the imports in which identifiers wait."""
    rows = connection.execute(
        _only_waiting(select(waiting.c.identifier, batch.c.id, batch.c.file_name))
        .where(waiting.c.identifier.in_(list(identifiers)))
        .group_by(waiting.c.identifier, batch.c.id, batch.c.file_name)
        .order_by(waiting.c.identifier, batch.c.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _only_waiting(query: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's Select of some columns
    """Rows that wait; those of a corrected import do not."""
    return (
        query.where(waiting.c.set_aside.is_(None))
        .select_from(waiting)
        .join(batch, (batch.c.id == waiting.c.batch_id) & batch.c.corrected_by.is_(None))
    )
