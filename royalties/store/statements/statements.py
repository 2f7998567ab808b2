"""Statements: numbered and frozen at the close, and the files issued for them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.domain.people import Actor, PersonStatus
from royalties.store.engine import is_sqlite
from royalties.store.scope import visible_to_beneficiary
from royalties.store.tables import issued, mail, membership, period, person, settlement, statement


class StatementRow(NamedTuple):
    """A numbered statement; ``content`` is its whole content as JSON."""

    number: str
    period_id: int
    place: int
    beneficiary: str
    currency: str
    content: str
    fingerprint: str


class IssuedRow(NamedTuple):
    """An issued file, with the fingerprint of its bytes."""

    number: str
    file: str
    name: str
    sha256: str
    template_version: str
    issued_at: datetime
    issued_by: str


class StatementListRow(NamedTuple):
    """A statement as a list shows it; amounts in minor units."""

    number: str
    period: str
    ends: date
    place: int
    beneficiary: str
    currency: str
    brought_forward: int
    allocated: int
    tax_withheld: int
    due: int
    to_pay: int
    tax: int
    net: int
    carried_forward: int
    issued_at: datetime | None


class MailedRow(NamedTuple):
    """A message about a statement."""

    about: str
    recipient: str
    created_at: datetime
    created_by: str
    attachments: list[list[str]]
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str


def add_statements(connection: Connection, rows: Sequence[StatementRow]) -> None:
    """Number and freeze statements."""
    if rows:
        connection.execute(insert(statement), [row._asdict() for row in rows])


def numbers_by_payee(connection: Connection, period_id: int) -> dict[tuple[str, str], str]:
    """The numbers of a period's statements by (beneficiary, currency)."""
    rows = connection.execute(
        select(statement.c.beneficiary, statement.c.currency, statement.c.number).where(
            statement.c.period_id == period_id
        )
    )
    return {(row.beneficiary, row.currency): row.number for row in rows}


def contents_of(connection: Connection, numbers: Collection[str]) -> dict[str, str]:
    """The contents of statements, as JSON, by number."""
    rows = connection.execute(
        select(statement.c.number, statement.c.content).where(
            statement.c.number.in_(sorted(numbers))
        )
    )
    return {row.number: row.content for row in rows}


def not_issued(connection: Connection, period_id: int, number: str = "") -> list[str]:
    """A period's statements, or the one named, that were not issued yet, in order."""
    query = (
        select(statement.c.number)
        .outerjoin(issued, (issued.c.number == statement.c.number) & (issued.c.file == "workbook"))
        .where(statement.c.period_id == period_id, issued.c.number.is_(None))
        .order_by(statement.c.place)
    )
    if number:
        query = query.where(statement.c.number == number)
    return list(connection.execute(query).scalars())


def numbers_of(connection: Connection, actor: Actor, period_id: int) -> list[str]:
    """The numbers of a period's statements that an actor may see, in order."""
    query = (
        select(statement.c.number)
        .where(statement.c.period_id == period_id)
        .order_by(statement.c.place)
    )
    return list(
        connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary)).scalars()
    )


def find_statement(connection: Connection, actor: Actor, number: str) -> StatementRow | None:
    """A statement by its number, if the actor may see it."""
    query = select(*(statement.c[name] for name in StatementRow._fields)).where(
        statement.c.number == number
    )
    row = connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary)).first()
    return StatementRow(*row) if row else None


def statement_rows(
    connection: Connection,
    actor: Actor,
    *,
    period_id: int | None = None,
    beneficiary: str = "",
    numbers: Collection[str] = (),
    offset: int = 0,
    limit: int | None = None,
) -> list[StatementListRow]:
    """Statements that an actor may see, the newest period first, without their contents."""
    amounts = [settlement.c[name] for name in StatementListRow._fields[6:14]]
    query = (
        select(
            statement.c.number,
            period.c.name,
            period.c.ends,
            statement.c.place,
            statement.c.beneficiary,
            statement.c.currency,
            *amounts,
            issued.c.issued_at,
        )
        .join(period, period.c.id == statement.c.period_id)
        .join(
            settlement,
            (settlement.c.period_id == statement.c.period_id)
            & (settlement.c.beneficiary == statement.c.beneficiary)
            & (settlement.c.currency == statement.c.currency),
        )
        .outerjoin(issued, (issued.c.number == statement.c.number) & (issued.c.file == "workbook"))
        .order_by(statement.c.period_id.desc(), statement.c.place)
        .offset(offset)
        .limit(limit)
    )
    if period_id is not None:
        query = query.where(statement.c.period_id == period_id)
    if beneficiary:
        query = query.where(statement.c.beneficiary == beneficiary)
    if numbers:
        query = query.where(statement.c.number.in_(sorted(numbers)))
    rows = connection.execute(visible_to_beneficiary(query, actor, statement.c.beneficiary))
    return [StatementListRow(*row) for row in rows]


def issued_of(connection: Connection, period_id: int) -> tuple[int, int]:
    """How many of a period's statements were issued, and how many there are."""
    query = (
        select(func.count(issued.c.number), func.count())
        .select_from(statement)
        .outerjoin(issued, (issued.c.number == statement.c.number) & (issued.c.file == "workbook"))
        .where(statement.c.period_id == period_id)
    )
    issued_count, total = connection.execute(query).one()
    return issued_count, total


def neighbours(
    connection: Connection, actor: Actor, period_id: int, place: int
) -> tuple[str | None, str | None]:
    """The numbers before and after a place of a period, among those an actor may see."""

    def nearest(later: bool) -> str | None:  # noqa: FBT001 - a step back or forward
        at = statement.c.place
        query = (
            select(statement.c.number)
            .where(statement.c.period_id == period_id, at > place if later else at < place)
            .order_by(at if later else at.desc())
            .limit(1)
        )
        return connection.execute(
            visible_to_beneficiary(query, actor, statement.c.beneficiary)
        ).scalar()

    return nearest(later=False), nearest(later=True)


def lock_for_issuing(connection: Connection, period_id: int) -> None:
    """Lock a period's statements, so that the second of two issuers finds the first one's files."""
    if not is_sqlite(connection):
        connection.execute(
            select(statement.c.number)
            .where(statement.c.period_id == period_id)
            .order_by(statement.c.place)
            .with_for_update()
        )


def issued_files(
    connection: Connection, period_id: int | None = None, number: str = ""
) -> dict[tuple[str, str], IssuedRow]:
    """Issued files by (statement number, which file)."""
    query = select(*(issued.c[name] for name in IssuedRow._fields))
    if period_id is not None:
        query = query.join(statement, statement.c.number == issued.c.number).where(
            statement.c.period_id == period_id
        )
    if number:
        query = query.where(issued.c.number == number)
    rows = connection.execute(query)
    return {(row.number, row.file): IssuedRow(*row) for row in rows}


def mail_about(connection: Connection, numbers: Collection[str]) -> list[MailedRow]:
    """E-mail about statements, the newest first."""
    if not numbers:
        return []
    rows = connection.execute(
        select(*(mail.c[name] for name in MailedRow._fields))
        .where(mail.c.kind == "statement", mail.c.about.in_(sorted(numbers)))
        .order_by(mail.c.id.desc())
    )
    return [MailedRow(*row) for row in rows]


def portal_users(connection: Connection, beneficiaries: Collection[str]) -> dict[str, list[str]]:
    """E-mail addresses of the active people of some nonprofits, by the nonprofit's key."""
    rows = connection.execute(
        select(membership.c.beneficiary, person.c.email)
        .join(person, person.c.id == membership.c.person_id)
        .where(
            person.c.status == PersonStatus.ACTIVE,
            person.c.role == "nonprofit",
            membership.c.beneficiary.in_(sorted(beneficiaries)),
        )
        .order_by(membership.c.beneficiary, person.c.email)
    )
    emails_by_beneficiary: dict[str, list[str]] = {}
    for key, email in rows:
        emails_by_beneficiary.setdefault(key, []).append(email)
    return emails_by_beneficiary


def add_issued_files(connection: Connection, rows: Sequence[IssuedRow]) -> None:
    """Record files as issued."""
    if rows:
        connection.execute(insert(issued), [row._asdict() for row in rows])
