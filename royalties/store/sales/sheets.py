"""Sheets of sales that somebody is typing: stored per person and retailer."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from royalties.store.engine import insert_or
from royalties.store.tables import sales_draft


class SheetDraftRow(NamedTuple):
    """A draft."""

    retailer: str
    rows: tuple[tuple[str, ...], ...]
    token: str
    version: int
    changed_at: str


def drafts_of(connection: Connection, person: int) -> list[SheetDraftRow]:
    """All drafts of a person, by retailer."""
    query = _drafts().where(sales_draft.c.person_id == person).order_by(sales_draft.c.retailer)
    return [SheetDraftRow(*row) for row in connection.execute(query)]


def lock_draft(connection: Connection, person: int, draft: SheetDraftRow) -> SheetDraftRow:
    """The person's draft for a retailer, created if there is none, its row locked."""
    connection.execute(
        insert_or(connection, sales_draft)
        .values(person_id=person, **draft._asdict())
        .on_conflict_do_nothing(index_elements=["person_id", "retailer"])
    )
    query = _drafts().where(
        sales_draft.c.person_id == person, sales_draft.c.retailer == draft.retailer
    )
    return SheetDraftRow(*connection.execute(query.with_for_update()).one())


def write_draft(connection: Connection, person: int, draft: SheetDraftRow) -> None:
    """Replace a draft."""
    connection.execute(
        update(sales_draft)
        .where(sales_draft.c.person_id == person, sales_draft.c.retailer == draft.retailer)
        .values(**draft._asdict())
    )


def _drafts() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(sales_draft.c[name] for name in SheetDraftRow._fields))
