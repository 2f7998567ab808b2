"""Files of batches, made once; and every payment and part, for ``verify``."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from royalties.domain.payments.life import FileFormat
from royalties.domain.payments.proposing import Payee
from royalties.store.tables import entry, payment, payment_file, settlement


class FileRow(NamedTuple):
    """A batch's file as it was made; ``content`` is encrypted where it names accounts.

    ``amounts`` are those after tax, in minor units, by the number of each payment.
    """

    batch_id: int
    format: FileFormat
    name: str
    day: date
    amounts: dict[str, int]
    content: str
    fingerprint: str
    made_at: datetime
    made_by: str


def find_file(connection: Connection, batch: int) -> FileRow | None:
    """The file of a batch, if it was made."""
    columns = (payment_file.c[name] for name in FileRow._fields)
    row = connection.execute(select(*columns).where(payment_file.c.batch_id == batch)).first()
    return FileRow(*row) if row else None


def count_of(connection: Connection, format_: FileFormat) -> int:
    """How many files of a format were made."""
    query = select(func.count()).where(payment_file.c.format == format_)
    return int(connection.execute(query).scalar_one())


def add_file(connection: Connection, row: FileRow) -> None:
    """Keep a file: a batch has one, for ever."""
    connection.execute(insert(payment_file).values(**row._asdict()))


def change_content(connection: Connection, batch: int, content: str) -> None:
    """Keep the content of a file as another key encrypts it."""
    connection.execute(
        update(payment_file).where(payment_file.c.batch_id == batch).values(content=content)
    )


def every_file(connection: Connection) -> list[FileRow]:
    """All files, for ``verify``."""
    columns = (payment_file.c[name] for name in FileRow._fields)
    rows = connection.execute(select(*columns).order_by(payment_file.c.id))
    return [FileRow(*row) for row in rows]


def sums_to_pay(connection: Connection) -> dict[Payee, int]:
    """What all closed periods set aside to pay, by beneficiary and currency."""
    rows = connection.execute(
        select(settlement.c.beneficiary, settlement.c.currency, func.sum(settlement.c.to_pay))
        .group_by(settlement.c.beneficiary, settlement.c.currency)
        .having(func.sum(settlement.c.to_pay) > 0)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


class MovedRow(NamedTuple):
    """A payment that was sent, or put back, while some period was the open one."""

    id: int
    beneficiary: str
    currency: str
    gross: int
    tax: int
    tax_kept: int
    taxed_before: int
    reference: str
    sent_on: date
    ended_on: date | None
    reason: str
    sent_here: bool
    put_back_here: bool


def moved_in(connection: Connection, period_id: int) -> list[MovedRow]:
    """What was sent to beneficiaries, or came back, while a period was the open one."""
    sent_here = entry.c.period_id == period_id
    back_here = func.coalesce(payment.c.put_back_in, 0) == period_id
    rows = connection.execute(
        select(
            payment.c.id,
            payment.c.beneficiary,
            payment.c.currency,
            payment.c.gross,
            func.coalesce(payment.c.tax, 0),
            func.coalesce(payment.c.tax_kept, 0),
            func.coalesce(payment.c.taxed_before, 0),
            payment.c.reference,
            payment.c.sent_on,
            payment.c.ended_on,
            payment.c.reason,
            sent_here.label("sent_here"),
            back_here.label("back_here"),
        )
        .join(entry, entry.c.id == payment.c.sent_entry)
        .where(sent_here | back_here)
        .order_by(payment.c.id)
    )
    return [MovedRow._make(row) for row in rows]
