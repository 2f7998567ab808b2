"""Quotes, and the documents generated from quotes, invoices and packing lists."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.domain.orders.order import PaperKind
from royalties.store.tables import orders, paper, quote


class QuoteRow(NamedTuple):
    """A version of a quote; ``content`` is its whole content as JSON."""

    order_id: int
    version: int
    issued_at: datetime
    issued_by: str
    valid_until: date
    currency: str
    total: int
    deposit: int
    content: str
    fingerprint: str


class PaperRow(NamedTuple):
    """A generated file, made once; ``file`` is xlsx or pdf."""

    kind: PaperKind
    number: str
    file: str
    name: str
    sha256: str
    template_version: str
    at: datetime
    by: str


def add_quote(connection: Connection, row: QuoteRow) -> None:
    """Add a version of a quote."""
    connection.execute(insert(quote).values(**row._asdict()))


def quotes_of(connection: Connection, order_id: int) -> list[QuoteRow]:
    """All versions of an order's quote, the newest first; the caller has checked access."""
    names = QuoteRow._fields
    query = select(*(quote.c[name] for name in names)).where(quote.c.order_id == order_id)
    return [QuoteRow(*row) for row in connection.execute(query.order_by(quote.c.version.desc()))]


def all_quotes(connection: Connection) -> list[tuple[str, QuoteRow]]:
    """Every version of every quote with its order's number."""
    query = select(orders.c.number, *(quote.c[name] for name in QuoteRow._fields)).join(
        quote, quote.c.order_id == orders.c.id
    )
    rows = connection.execute(query.order_by(orders.c.id, quote.c.version))
    return [(row[0], QuoteRow(*row[1:])) for row in rows]


def past_validity(connection: Connection, today: date) -> list[str]:
    """Numbers of orders that wait for an answer to an expired quote."""
    newest = (
        select(quote.c.order_id, func.max(quote.c.version).label("version"))
        .group_by(quote.c.order_id)
        .subquery()
    )
    query = (
        select(orders.c.number)
        .join(newest, newest.c.order_id == orders.c.id)
        .join(quote, (quote.c.order_id == orders.c.id) & (quote.c.version == newest.c.version))
        .where(orders.c.state == "quoted", quote.c.valid_until < today)
        .order_by(orders.c.id)
    )
    return list(connection.execute(query).scalars())


def find_paper(connection: Connection, kind: PaperKind, number: str, file: str) -> PaperRow | None:
    """A generated file of a document, if there is one."""
    names = PaperRow._fields
    row = connection.execute(
        select(*(paper.c[name] for name in names)).where(
            paper.c.kind == kind, paper.c.number == number, paper.c.file == file
        )
    ).first()
    return PaperRow(*row) if row else None


def all_papers(connection: Connection) -> list[PaperRow]:
    """Every generated file."""
    query = select(*(paper.c[name] for name in PaperRow._fields))
    rows = connection.execute(query.order_by(paper.c.kind, paper.c.number, paper.c.file))
    return [PaperRow(*row) for row in rows]


def add_paper(connection: Connection, row: PaperRow) -> None:
    """Record a generated file."""
    connection.execute(insert(paper).values(**row._asdict()))
