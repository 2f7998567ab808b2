"""Queries that find what must never be: each yields a sentence for every fault."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from royalties.domain.sales import Kind
from royalties.store.tables import batch, earned_line, edition, period, sale, waiting


def orphan_sales(connection: Connection) -> Iterator[str]:
    """Sales or waiting rows of an import that was undone."""
    for table in (sale, waiting):
        rows = connection.execute(
            select(batch.c.id, func.count())
            .join(table, table.c.batch_id == batch.c.id)
            .where(batch.c.status != "recorded")
            .group_by(batch.c.id)
        )
        for row in rows:
            yield f"import {row[0]} was undone but {row[1]} of its rows stand in {table.name}"


def sales_in_wrong_period(connection: Connection) -> Iterator[str]:
    """Sales that count in a period which ended before their day."""
    rows = connection.execute(
        select(sale.c.batch_id, period.c.name, func.count())
        .join(period, period.c.id == sale.c.period_id)
        .where(sale.c.day > period.c.ends)
        .group_by(sale.c.batch_id, period.c.name)
    )
    for row in rows:
        yield f"import {row[0]}: {row[2]} sales count in {row[1]}, which ended before their day"


def batches_that_lost_lines(connection: Connection) -> Iterator[str]:
    """Imports of which fewer or more lines stand than they recorded and released."""
    stands = (
        select(sale.c.batch_id, func.count().label("lines")).group_by(sale.c.batch_id).subquery()
    )
    waits = (
        select(waiting.c.batch_id, func.count().label("lines"))
        .group_by(waiting.c.batch_id)
        .subquery()
    )
    have = func.coalesce(stands.c.lines, 0) + func.coalesce(waits.c.lines, 0)
    rows = connection.execute(
        select(batch.c.id, batch.c.lines, have)
        .outerjoin(stands, stands.c.batch_id == batch.c.id)
        .outerjoin(waits, waits.c.batch_id == batch.c.id)
        .where(batch.c.status == "recorded", have != batch.c.lines)
        .order_by(batch.c.id)
    )
    for row in rows:
        yield f"import {row[0]} recorded {row[1]} lines, but {row[2]} stand in the books"


class Standing(NamedTuple):
    """What stands of an import, waiting rows included; receipts in millionths by currency."""

    sold: int
    returned: int
    free: int
    net: dict[str, int]


def standing_by_batch(connection: Connection) -> dict[int, Standing]:
    """What stands in the books of every import."""
    found: dict[int, tuple[dict[int, int], dict[str, int]]] = {}
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
            units, net = found.setdefault(number, ({}, {}))
            units[kind] = units.get(kind, 0) + int(copies)
            net[currency] = net.get(currency, 0) + int(receipts)
    return {
        number: Standing(
            units.get(Kind.SALE.value, 0),
            -units.get(Kind.RETURN.value, 0),
            units.get(Kind.FREE.value, 0),
            net,
        )
        for number, (units, net) in found.items()
    }


def closed_copies_differ(connection: Connection) -> Iterator[str]:
    """Closed periods whose earned lines count other copies than their sales do.

    Compared by edition, retailer, kind and currency for every contract that earned on the
    edition; a line's tiers repeat the group's copies, so the highest stands for all.
    """
    sold = (
        select(
            sale.c.period_id,
            edition.c.isbn,
            sale.c.kind,
            sale.c.currency,
            func.sum(sale.c.units).label("units"),
        )
        .join(edition, edition.c.id == sale.c.edition_id)
        .join(period, and_(period.c.id == sale.c.period_id, period.c.status == "closed"))
        .where(sale.c.kind != Kind.FREE.value)
        .group_by(sale.c.period_id, edition.c.isbn, sale.c.kind, sale.c.currency)
    )
    groups = (
        select(
            earned_line.c.period_id,
            earned_line.c.contract,
            earned_line.c.isbn,
            earned_line.c.kind,
            earned_line.c.currency,
            func.max(earned_line.c.units).label("units"),
        )
        .where(earned_line.c.isbn.is_not(None))
        .group_by(
            earned_line.c.period_id,
            earned_line.c.contract,
            earned_line.c.rule_place,
            earned_line.c.isbn,
            earned_line.c.retailer,
            earned_line.c.kind,
            earned_line.c.currency,
            earned_line.c.exchange_rate,
        )
        .subquery()
    )
    counted = connection.execute(
        select(
            groups.c.period_id,
            groups.c.contract,
            groups.c.isbn,
            groups.c.kind,
            groups.c.currency,
            func.sum(groups.c.units),
        ).group_by(
            groups.c.period_id,
            groups.c.contract,
            groups.c.isbn,
            groups.c.kind,
            groups.c.currency,
        )
    )
    words = {kind.word: kind.value for kind in Kind}
    names = {row.id: row.name for row in connection.execute(select(period.c.id, period.c.name))}
    standing = {tuple(row[:4]): int(row[4]) for row in connection.execute(sold)}
    for row in counted:
        key = (row[0], row[2], words[row[3]], row[4])
        if standing.get(key, 0) != int(row[5]):
            yield (
                f"{names.get(row[0])}, contract {row[1]}, {row[2]}: {row[5]} copies ({row[3]}) "
                f"were counted, {standing.get(key, 0)} stand in the sales"
            )


def corrections_that_do_not_mirror(connection: Connection) -> Iterator[str]:
    """Corrections that, with what they correct, do not come to nothing."""
    pairs = connection.execute(
        select(batch.c.id, batch.c.corrects).where(
            batch.c.corrects.is_not(None), batch.c.status == "recorded"
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
        rest = connection.execute(
            select(sale.c.edition_id)
            .where(or_(sale.c.batch_id == number, sale.c.batch_id == corrects))
            .group_by(*keys)
            .having(or_(func.sum(sale.c.units) != 0, func.sum(sale.c.net) != 0))
        ).first()
        if rest is not None:
            yield f"import {number} does not mirror import {corrects}, which it corrects"
    wanted = {corrects: number for number, corrects in pairs}
    rows = connection.execute(select(batch.c.id, batch.c.corrected_by).order_by(batch.c.id))
    for row in rows:
        if row.corrected_by != wanted.get(row.id):
            yield (
                f"import {row.id} counts as corrected by {row.corrected_by or 'none'}, but "
                f"{wanted.get(row.id) or 'none'} corrects it"
            )


def _names_what_it_reverses(connection: Connection, number: int) -> bool:
    """Whether a correction's lines say which closed run counted what they take back.

    Those that were closed before lines said so never will; all others must.
    """
    said = connection.execute(
        select(func.count(sale.c.reverses), func.count().filter(period.c.status == "open"))
        .join(period, period.c.id == sale.c.period_id)
        .where(sale.c.batch_id == number)
    ).one()
    return any(said)
