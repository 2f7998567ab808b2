"""A batch's file for the bank: made once, and the same bytes at every download."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from reports.payments.columns import ColumnMap, payments_csv
from royalties.domain.money import amount_text
from royalties.domain.payments.life import FileFormat, PaymentState, batch_name, name_of
from royalties.domain.payments.orders import Address, PayeeKind, PaymentOrder
from royalties.domain.people import Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.services.books import setup_in_force
from royalties.services.payments import steps
from royalties.services.payments.approving import NoBatchError
from royalties.services.payments.moving import expected_taxes
from royalties.services.work import RefusedError, Work
from royalties.store.payments import files
from royalties.store.payments import payments as store
from royalties.store.payments.files import FileRow
from royalties.store.payments.payments import PaymentRow

_AHEAD = timedelta(days=31)
_COLUMNS = ColumnMap(
    (
        ("Reference", "reference"),
        ("Payee", "payee"),
        ("Amount", "amount"),
        ("Currency", "currency"),
        ("Pay on", "day"),
        ("Statements", "statements"),
        ("Street", "street"),
        ("Town", "town"),
        ("Region", "region"),
        ("Country", "country"),
    )
)


def make_file(work: Work, number: int, day: date) -> FileRow:
    """Make a batch's file of all its approved payments, after tax; the one made before, if any.

    Args:
        work: the unit of work.
        number: of the batch.
        day: on which the bank is to pay; from today on, within a month.

    Raises:
        RefusedError: something of the batch is not approved yet, nothing is left of a payment after
            tax, or the day will not do.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    if store.find_batch(work.connection, number) is None:
        raise NoBatchError(number)
    earlier = files.find_file(work.connection, number)
    if earlier is not None:
        return earlier
    rows = store.payments(work.connection, work.actor, batch=number)
    waiting = [name_of(row.id) for row in rows if row.state is PaymentState.PROPOSED]
    if waiting:
        raise RefusedError(f"not approved yet: {', '.join(reversed(waiting))}")
    approved = [row for row in reversed(rows) if row.state is PaymentState.APPROVED]
    if not approved:
        raise RefusedError(f"nothing of {batch_name(number)} is approved and still to be sent")
    if not work.today <= day <= work.today + _AHEAD:
        raise RefusedError("the bank pays from today on, within a month: write another day")
    taxes = expected_taxes(work, approved, day)
    amounts = {row.id: row.gross - taxes[row.id][1] for row in approved}
    for row in approved:
        if amounts[row.id] <= 0:
            raise RefusedError(
                f"nothing is left of {name_of(row.id)} after tax: record it as sent by another way"
            )
    content = payments_csv(_orders(work, approved, amounts), _COLUMNS, day).decode()
    made = FileRow(
        number,
        FileFormat.CSV,
        f"payments-{batch_name(number)}.csv",
        day,
        {str(key): amount for key, amount in amounts.items()},
        content,
        sha256(content.encode()).hexdigest(),
        work.at,
        work.actor.name,
    )
    files.add_file(work.connection, made)
    totals = _totals(approved, amounts)
    work.record(
        Verb.PAY,
        {
            "batch": batch_name(number),
            "what": "payment-file",
            "sha256": made.fingerprint,
            "day": day,
            "totals": totals,
        },
    )
    return made


def file_of(work: Work, number: int) -> FileRow | None:
    """A batch's file as it was made; None: it was not yet."""
    work.actor.require(Verb.PAY)
    return files.find_file(work.connection, number)


def _totals(rows: Sequence[PaymentRow], amounts: dict[int, int]) -> dict[str, str]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + amounts[row.id]
    return {each: amount_text(sums[each], each) for each in sorted(sums)}


def _orders(work: Work, rows: Sequence[PaymentRow], amounts: dict[int, int]) -> list[PaymentOrder]:
    setup = setup_in_force(work)
    parts = store.parts_of(work.connection, [row.id for row in rows])
    return [
        PaymentOrder(
            name_of(row.id),
            setup.beneficiaries[row.beneficiary].name,
            PayeeKind.PERSON
            if setup.beneficiaries[row.beneficiary].private
            else PayeeKind.ORGANIZATION,
            amounts[row.id],
            row.currency,
            tuple(part.statement for part in parts[row.id]),
            address=_address(setup.beneficiaries[row.beneficiary]),
        )
        for row in rows
    ]


def _address(payee: Beneficiary) -> Address:
    return Address(
        street=", ".join(payee.address),
        town=payee.city,
        region=payee.region,
        country=payee.country,
    )
