"""What the dashboard shows of the books, one query for each kind of thing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    case,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from royalties.domain.approvals import ProposalStatus
from royalties.domain.payments.account_life import AccountState
from royalties.domain.payments.life import PaymentState
from royalties.domain.royalties.postings import to_pay_account
from royalties.domain.sales.imports import BatchStatus, UploadStatus
from royalties.domain.sales.slices import ImportOutcome, SaleKind
from royalties.store.desk.notes import IS_OPEN
from royalties.store.history import newest_revision_query
from royalties.store.ledger.entries import sum_now
from royalties.store.periods.closing import last_change_query
from royalties.store.periods.periods import last_closed_query
from royalties.store.sales.batches import is_report
from royalties.store.tables import (
    account_carried,
    bank_account,
    batch,
    coverage,
    mail,
    note,
    payment,
    proposal,
    retailer,
    sale_total,
    settlement,
    upload,
    waiting,
)
from royalties.store.tables.types import Day

_KINDS_SOLD = (SaleKind.SALE.value, SaleKind.RETURN.value, SaleKind.USAGE.value)


class RetailerSalesRow(NamedTuple):
    """Net copies and receipts (millionths) of a retailer in a period; free copies left out.

    ``last_month`` is the latest month with sales; in a row per month, it is that month.
    """

    period_id: int
    retailer: str
    currency: str
    units: int
    net: int
    last_month: str


def sales_by_retailer(connection: Connection, periods: Sequence[int]) -> list[RetailerSalesRow]:
    """Sales in some periods by retailer, currency and sale month."""
    rows = connection.execute(
        select(
            sale_total.c.period_id,
            retailer.c.key,
            sale_total.c.currency,
            func.sum(sale_total.c.units),
            func.sum(sale_total.c.net),
            sale_total.c.month,
        )
        .join(retailer, retailer.c.id == sale_total.c.retailer_id)
        .where(sale_total.c.period_id.in_(periods), sale_total.c.kind.in_(_KINDS_SOLD))
        .group_by(sale_total.c.period_id, retailer.c.key, sale_total.c.currency, sale_total.c.month)
    )
    return [
        RetailerSalesRow(row[0], row[1], row[2], int(row[3]), int(row[4]), row[5]) for row in rows
    ]


class OutstandingRow(NamedTuple):
    """Amounts outstanding after a close in one currency; minor units.

    Attributes:
        to_pay: what the close set aside to pay.
        carried: credit balances carried forward; debit balances are left out.
        held: reserves against returns.
    """

    currency: str
    to_pay: int
    carried: int
    held: int


def amounts_outstanding(
    connection: Connection, period_id: int, reserves: str
) -> list[OutstandingRow]:
    """Amounts outstanding after a closed period, by currency.

    Args:
        reserves: prefix of the names of the ledger's reserve accounts.
    """
    nothing = literal(0)
    carried = case((settlement.c.carried_forward > 0, settlement.c.carried_forward), else_=0)
    parts = union_all(
        select(
            settlement.c.currency,
            settlement.c.to_pay.label("to_pay"),
            carried.label("carried"),
            nothing.label("held"),
        ).where(settlement.c.period_id == period_id),
        select(account_carried.c.currency, nothing, nothing, -account_carried.c.amount).where(
            account_carried.c.period_id == period_id,
            account_carried.c.account.startswith(reserves, autoescape=True),
        ),
    ).subquery()
    rows = connection.execute(
        select(
            parts.c.currency,
            func.sum(parts.c.to_pay),
            func.sum(parts.c.carried),
            func.sum(parts.c.held),
        )
        .group_by(parts.c.currency)
        .order_by(parts.c.currency)
    )
    return [OutstandingRow(row[0], *map(int, row[1:])) for row in rows]


class ReportCoverageRow(NamedTuple):
    """The days that one recorded report covers for one retailer and account."""

    retailer: str
    account: str
    first_day: date
    last_day: date


def report_coverage(connection: Connection, since: date) -> list[ReportCoverageRow]:
    """What recorded reports cover that end on a day or later; typed sales cover no days."""
    first_day, last_day = (type_coerce(coverage.c[name], Day) for name in ("first_day", "last_day"))
    rows = connection.execute(
        select(retailer.c.key, coverage.c.account, first_day, last_day)
        .join(batch, batch.c.id == coverage.c.batch_id)
        .join(retailer, retailer.c.id == coverage.c.retailer_id)
        .where(
            batch.c.status == BatchStatus.RECORDED,
            batch.c.corrected_by.is_(None),
            is_report,
            last_day >= since,
        )
        .order_by(retailer.c.key, coverage.c.account, last_day)
    )
    return [ReportCoverageRow(*row) for row in rows]


class Standing(NamedTuple):
    """How far the books have come, and what needs attention.

    Attributes:
        revision: the newest one of the setup; 0: there is none.
        closed: the latest closed period; None: none is.
        change: the log's newest line that may change a figure; 0: there is none.
        counts: what needs attention, by what it is.
    """

    revision: int
    closed: int | None
    change: int
    counts: Mapping[str, int]


def standing(connection: Connection, without: Collection[str]) -> Standing:
    """How far the books have come, and what needs attention, in one query.

    Args:
        connection: to the books.
        without: verbs that change no figure.

    Counted are unknown ``identifiers``, their ``rows``, ``uploads``, open ``questions``,
    ``proposals`` that wait, and ``mail`` that failed; of payments to beneficiaries those
    ``to approve``, ``to send``, and that ``came back``; ``to pay`` is what the ledger has to pay,
    in minor units over all currencies. Checked uploads are either ``refused`` or ready to be
    recorded; one that holds nothing new is neither. Messages that were withdrawn or
    replaced have no text any more.
    """
    corrected = select(batch.c.id).where(batch.c.corrected_by.is_not(None))
    stands = waiting.c.batch_id.not_in(corrected) & waiting.c.set_aside.is_(None)
    checked = upload.c.status == UploadStatus.CHECKED
    refused = upload.c.outcome == ImportOutcome.REFUSED
    recordable = upload.c.outcome.is_(None) | upload.c.outcome.not_in(
        (ImportOutcome.REFUSED, ImportOutcome.NOTHING_NEW)
    )
    counted: dict[str, tuple[ColumnElement[int], ColumnElement[bool]]] = {
        "identifiers": (func.count(waiting.c.identifier.distinct()), stands),
        "rows": (func.count(waiting.c.identifier), stands),
        "uploads": (func.count(upload.c.id), checked & recordable),
        "refused": (func.count(upload.c.id), checked & refused),
        "mail": (
            func.count(mail.c.id),
            mail.c.sent_at.is_(None) & (mail.c.text != "") & (mail.c.error != ""),
        ),
        "questions": (func.count(note.c.id), IS_OPEN),
        "bank_details": (
            func.count(bank_account.c.id),
            bank_account.c.state == AccountState.PROPOSED,
        ),
        "proposals": (func.count(proposal.c.id), proposal.c.status == ProposalStatus.WAITING),
        "to approve": (func.count(payment.c.id), payment.c.state == PaymentState.PROPOSED),
        "to send": (func.count(payment.c.id), payment.c.state == PaymentState.APPROVED),
        "came back": (
            func.count(payment.c.id),
            (payment.c.state == PaymentState.RETURNED) & (payment.c.released == False),  # noqa: E712 - SQLAlchemy
        ),
    }
    row = connection.execute(
        select(
            newest_revision_query().scalar_subquery(),
            last_closed_query().scalar_subquery(),
            last_change_query(without).scalar_subquery(),
            *(
                select(count).where(condition).scalar_subquery()
                for count, condition in counted.values()
            ),
            sum_now(to_pay_account("")).scalar_subquery(),
        )
    ).one()
    counts = dict(zip(counted, map(int, row[3:-1]), strict=True)) | {"to pay": -int(row[-1])}
    return Standing(row[0] or 0, row[1], row[2] or 0, counts)
