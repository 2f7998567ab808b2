"""Where an entry is used outside the setup: sales, closed runs, orders, people."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, delete, select, type_coerce, update

from royalties.domain.notes import NoteSubject
from royalties.store.tables import (
    alias_change,
    bank_account,
    batch,
    certificate,
    colleague,
    contract_close,
    coverage,
    document,
    earned_line,
    edition,
    identifier,
    invoice,
    membership,
    note,
    order_draft,
    orders,
    organization_member,
    price,
    quote,
    remembered,
    retailer,
    revision,
    sale,
    sale_total,
    sales_draft,
    settlement,
    title,
    waiting,
)


class Usage(NamedTuple):
    """Where an entry is used outside the setup."""

    closed: bool = False
    sales: bool = False
    orders: bool = False
    people: bool = False
    documents: bool = False
    notes: bool = False
    bank_details: bool = False


def _is_any(connection: Connection, *conditions: ColumnElement[bool]) -> bool:
    """Whether one of some conditions, each on one table, holds for a row."""
    return any(
        connection.execute(select(1).where(each).limit(1)).first() is not None
        for each in conditions
    )


def _has_notes(connection: Connection, subject: NoteSubject, key: str) -> bool:
    """Whether an entry has notes in force; withdrawn ones are history."""
    stands = note.c.withdrawn_at.is_(None)
    return _is_any(connection, (note.c.subject == subject) & (note.c.key == key) & stands)


def of_retailer(connection: Connection, key: str) -> Usage:
    """Where a retailer is used."""
    number = select(retailer.c.id).where(retailer.c.key == key).scalar_subquery()
    return Usage(
        closed=_is_any(connection, earned_line.c.retailer == key),
        notes=_has_notes(connection, NoteSubject.RETAILER, key),
        sales=_is_any(
            connection,
            *(
                table.c.retailer_id == number
                for table in (sale_total, coverage, sale, waiting, remembered)
            ),
            batch.c.retailer == key,
        ),
    )


def of_editions(connection: Connection, isbns: Collection[str], key: str = "") -> Usage:
    """Where editions, or the title with a key, are used."""
    isbns = sorted(isbns)
    numbers = select(edition.c.id).where(edition.c.isbn.in_(isbns))
    shares = type_coerce(remembered.c.value, Text)
    named = [
        *(orders.c.isbn.in_(isbns), orders.c.own_isbn.in_(isbns)),
        *((orders.c.title == key, order_draft.c.title == key) if key else ()),
    ]
    return Usage(
        closed=_is_any(connection, earned_line.c.isbn.in_(isbns)),
        sales=_is_any(
            connection,
            sale.c.edition_id.in_(numbers),
            identifier.c.edition_id.in_(numbers) & (identifier.c.kind == "alias"),
            alias_change.c.from_isbn.in_(isbns),
            alias_change.c.to_isbn.in_(isbns),
            *(shares.contains(isbn, autoescape=True) for isbn in isbns),
        ),
        orders=_is_any(connection, *named),
    )


def of_contract(connection: Connection, key: str) -> Usage:
    """Where a contract is used."""
    return Usage(
        closed=_is_any(connection, contract_close.c.contract == key),
        notes=_has_notes(connection, NoteSubject.CONTRACT, key),
    )


def of_plan(connection: Connection, key: str) -> Usage:
    """Where a plan is used."""
    used = select(revision.c.id).where(revision.c.kind == "plans", revision.c.key == key)
    return Usage(closed=_is_any(connection, contract_close.c.plan_revision.in_(used)))


def of_beneficiary(connection: Connection, key: str) -> Usage:
    """Where a beneficiary is used."""
    return Usage(
        closed=_is_any(connection, settlement.c.beneficiary == key),
        people=_is_any(connection, membership.c.beneficiary == key, colleague.c.house == key),
        documents=_is_any(connection, document.c.beneficiary == key),
        bank_details=_is_any(connection, bank_account.c.beneficiary == key),
        notes=_has_notes(connection, NoteSubject.BENEFICIARY, key),
    )


def of_organization(connection: Connection, key: str) -> Usage:
    """Where an organization is used."""
    return Usage(
        orders=_is_any(
            connection,
            orders.c.organization == key,
            invoice.c.organization == key,
            certificate.c.organization == key,
        ),
        people=_is_any(
            connection, organization_member.c.organization == key, colleague.c.house == key
        ),
    )


def of_price_list(connection: Connection) -> Usage:
    """Whether a quote was ever issued, which used some price list."""
    return Usage(orders=_is_any(connection, quote.c.version > 0))


def remove_retailer(connection: Connection, key: str) -> None:
    """Delete an unused retailer; its sheets of typed sales are deleted as well."""
    connection.execute(delete(sales_draft).where(sales_draft.c.retailer == key))
    connection.execute(delete(retailer).where(retailer.c.key == key))


def remove_editions(connection: Connection, isbns: Iterable[str]) -> None:
    """Delete unused editions."""
    numbers = list(
        connection.execute(select(edition.c.id).where(edition.c.isbn.in_(sorted(isbns)))).scalars()
    )
    for table in (price, identifier):
        connection.execute(delete(table).where(table.c.edition_id.in_(numbers)))
    connection.execute(delete(edition).where(edition.c.id.in_(numbers)))


def remove_title(connection: Connection, key: str) -> None:
    """Delete a title whose editions were deleted."""
    connection.execute(delete(title).where(title.c.key == key))


def rename_notes(connection: Connection, subject: NoteSubject, key: str, new: str) -> None:
    """Move notes about an entry, withdrawn ones too, to its new key."""
    of = (note.c.subject == subject) & (note.c.key == key)
    connection.execute(update(note).where(of).values(key=new))


def rename_retailer(connection: Connection, key: str, new: str) -> None:
    """Change a retailer's key everywhere."""
    for column in (retailer.c.key, batch.c.retailer, sales_draft.c.retailer):
        connection.execute(update(column.table).where(column == key).values({column.name: new}))


def rename_title(connection: Connection, key: str, new: str) -> None:
    """Change a title's key everywhere."""
    for column in (title.c.key, orders.c.title, order_draft.c.title):
        connection.execute(update(column.table).where(column == key).values({column.name: new}))


def rename_house(connection: Connection, key: str, new: str, *, is_organization: bool) -> None:
    """Change the key of a beneficiary, or of an organization without orders, everywhere."""
    column = organization_member.c.organization if is_organization else membership.c.beneficiary
    connection.execute(update(column.table).where(column == key).values({column.name: new}))
    if not is_organization:
        connection.execute(
            update(document).where(document.c.beneficiary == key).values(beneficiary=new)
        )
    role = "organization" if is_organization else "nonprofit"
    connection.execute(
        update(colleague)
        .where(colleague.c.house == key, colleague.c.role == role)
        .values(house=new)
    )
