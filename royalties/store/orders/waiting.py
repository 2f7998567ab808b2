"""Quotes and proofs that wait for an organization's answer, for reminders."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from royalties.domain.orders.order import FileKind
from royalties.store.tables import mail, order_file, orders, proof_decision, quote


class AwaitedAnswer(NamedTuple):
    """An order with a quote or proof that waits, its version, and until or since when."""

    number: str
    version: int
    valid_until: date | None = None
    sent_at: datetime | None = None


def quotes_expiring(connection: Connection, first: date, last: date) -> list[AwaitedAnswer]:
    """The newest unanswered quotes that expire on one of some days."""
    newest = (
        select(quote.c.order_id, func.max(quote.c.version).label("version"))
        .group_by(quote.c.order_id)
        .subquery()
    )
    rows = connection.execute(
        select(orders.c.number, quote.c.version, quote.c.valid_until)
        .join(newest, newest.c.order_id == orders.c.id)
        .join(quote, (quote.c.order_id == orders.c.id) & (quote.c.version == newest.c.version))
        .where(orders.c.state == "quoted", quote.c.valid_until.between(first, last))
        .order_by(orders.c.id)
    )
    return [AwaitedAnswer(*row) for row in rows]


def proofs_unanswered(connection: Connection, before: datetime) -> list[AwaitedAnswer]:
    """The newest unanswered proofs that were sent before a moment."""
    newest = (
        select(order_file.c.order_id, func.max(order_file.c.version).label("version"))
        .where(order_file.c.kind == FileKind.PROOF)
        .group_by(order_file.c.order_id)
        .subquery()
    )
    rows = connection.execute(
        select(orders.c.number, order_file.c.version, order_file.c.at)
        .join(newest, newest.c.order_id == orders.c.id)
        .join(
            order_file,
            (order_file.c.order_id == orders.c.id)
            & (order_file.c.kind == FileKind.PROOF)
            & (order_file.c.version == newest.c.version),
        )
        .outerjoin(proof_decision, proof_decision.c.file_id == order_file.c.id)
        .where(
            orders.c.state == "proof-sent",
            order_file.c.at <= before,
            proof_decision.c.file_id.is_(None),
        )
        .order_by(orders.c.id)
    )
    return [AwaitedAnswer(row[0], row[1], sent_at=row[2]) for row in rows]


def already_reminded(connection: Connection, about: list[str]) -> frozenset[str]:
    """Which of some subjects a reminder was already sent about."""
    rows = connection.execute(
        select(mail.c.about).where(mail.c.kind == "reminder", mail.c.about.in_(about)).distinct()
    )
    return frozenset(rows.scalars())
