"""Remembered answers about a retailer's reports, and the waiting rows they concern."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from royalties.domain.sales.lines import WaitingLine
from royalties.domain.sales.remembered import AnswerKind, BundlePart, Remembered
from royalties.store.sales.batches import is_waiting
from royalties.store.sales.line_tables import WAITING_COLUMNS
from royalties.store.tables import edition, remembered, retailer, unbundled, waiting


class RememberedRow(NamedTuple):
    """A remembered answer; ``ended_at`` is None while it is in force."""

    id: int
    retailer: str
    retailer_id: int
    said: AnswerKind
    name: str
    key: str
    value: Any
    said_at: str
    said_by: str
    ended_at: str | None
    ended_by: str | None


def all_answers(connection: Connection, *, standing: bool = False) -> list[RememberedRow]:
    """All answers ever given, or those in force; the newest first."""
    columns = (remembered.c[name] for name in RememberedRow._fields if name != "retailer")
    query = select(*columns, retailer.c.key.label("of")).join(
        retailer, retailer.c.id == remembered.c.retailer_id
    )
    if standing:
        query = query.where(remembered.c.ended_at.is_(None))
    rows = connection.execute(query.order_by(remembered.c.id.desc()))
    return [RememberedRow(row.id, row.of, *row[1:-1]) for row in rows]


def answers_in_force(connection: Connection) -> dict[int, Remembered]:
    """The answers in force, by the retailer's number."""
    rows = all_answers(connection, standing=True)
    if not rows:
        return {}
    isbns = connection.execute(select(edition.c.isbn, edition.c.id))
    numbers: dict[str, int] = {row.isbn: row.id for row in isbns}
    no_books: dict[int, dict[str, str]] = {}
    bundles: dict[int, dict[str, Sequence[BundlePart]]] = {}
    answers: dict[int, dict[tuple[str, str], str]] = {}
    for row in rows:
        value = row.value
        match row.said:
            case AnswerKind.NO_BOOK:
                no_books.setdefault(row.retailer_id, {})[row.key] = row.name
            case AnswerKind.BUNDLE:
                parts = [BundlePart(numbers[isbn], Fraction(share)) for isbn, share in value]
                bundles.setdefault(row.retailer_id, {})[row.key] = parts
            case AnswerKind.ANSWER:
                of = answers.setdefault(row.retailer_id, {})
                of[value["report"], row.name] = value["answer"]
    return {
        shop: Remembered(no_books.get(shop, {}), bundles.get(shop, {}), answers.get(shop, {}))
        for shop in {*no_books, *bundles, *answers}
    }


def find_answer(connection: Connection, number: int) -> RememberedRow | None:
    """An answer by its number."""
    return next((row for row in all_answers(connection) if row.id == number), None)


def add_answer(connection: Connection, values: Mapping[str, object]) -> int:
    """Store an answer and return its number."""
    inserted = connection.execute(insert(remembered).values(**values).returning(remembered.c.id))
    return int(inserted.scalar_one())


def end_answer(connection: Connection, number: int, at: str, by: str) -> int:
    """End an answer; the rows that it set aside wait again. Returns how many."""
    connection.execute(
        update(remembered).where(remembered.c.id == number).values(ended_at=at, ended_by=by)
    )
    updated = connection.execute(
        update(waiting).where(waiting.c.set_aside == number).values(set_aside=None)
    )
    return updated.rowcount


def waiting_names(connection: Connection, retailer_id: int) -> list[str]:
    """All identifiers under which rows of a retailer wait."""
    query = select(waiting.c.identifier).where(waiting.c.retailer_id == retailer_id, is_waiting())
    return sorted(connection.scalars(query.distinct()))


def retailers_waiting(connection: Connection, names: Collection[str]) -> dict[str, list[str]]:
    """Keys of the retailers whose rows wait, by identifier."""
    rows = connection.execute(
        select(waiting.c.identifier, retailer.c.key)
        .join(retailer, retailer.c.id == waiting.c.retailer_id)
        .where(waiting.c.identifier.in_([*names]), is_waiting())
        .distinct()
        .order_by(waiting.c.identifier, retailer.c.key)
    )
    retailers: dict[str, list[str]] = {}
    for name, key in rows:
        retailers.setdefault(name, []).append(key)
    return retailers


def set_rows_aside(
    connection: Connection, number: int, retailer_id: int, names: Iterable[str]
) -> int:
    """Set aside the rows that wait under some identifiers; returns how many."""
    rows = 0
    for name in names:
        updated = connection.execute(
            update(waiting)
            .where(waiting.c.identifier == name, waiting.c.retailer_id == retailer_id, is_waiting())
            .values(set_aside=number)
        )
        rows += updated.rowcount
    return rows


def lines_waiting(
    connection: Connection, retailer_id: int, names: Iterable[str]
) -> list[tuple[int, WaitingLine]]:
    """Lines of a retailer that wait under some identifiers, each with its batch."""
    columns = [waiting.c[name] for name in (*WAITING_COLUMNS, "batch_id")]
    lines = []
    for name in names:
        rows = connection.execute(
            select(*columns)
            .where(waiting.c.identifier == name, waiting.c.retailer_id == retailer_id, is_waiting())
            .order_by(waiting.c.batch_id, waiting.c.sheet, waiting.c.row, waiting.c.kind)
        )
        lines += [(number, WaitingLine(*values)) for *values, number in rows]
    return lines


def note_unbundled(connection: Connection, rows: Iterable[Mapping[str, int]]) -> None:
    """Record how many lines and copies rows gained because they turned out to be bundles."""
    if these := [*rows]:
        connection.execute(insert(unbundled), these)
