"""What becomes of approved payments: sent, arrived, come back, voided; each a balanced entry."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from royalties.domain.money import amount_text
from royalties.domain.payments import entries
from royalties.domain.payments.life import (
    BEFORE_SENDING,
    Method,
    PaymentAction,
    PaymentState,
    batch_name,
    name_of,
)
from royalties.domain.payments.proposing import Part
from royalties.domain.payments.taxed_before import kept_of, tax_on
from royalties.domain.people import Verb
from royalties.domain.royalties.postings import Entry
from royalties.services.books import setup_in_force
from royalties.services.payments import steps
from royalties.services.payments.facts import fingerprints, parts_of, tax_rate
from royalties.services.work import RefusedError, Work
from royalties.store.ledger import entries as ledger
from royalties.store.payments import files
from royalties.store.payments import payments as store
from royalties.store.payments import taxed as taxed_store
from royalties.store.payments.files import FileRow
from royalties.store.payments.payments import PaymentRow

_LONGEST_AGO = timedelta(days=366)


def send(
    work: Work, numbers: Collection[int], day: date, method: Method, reference: str = ""
) -> list[PaymentRow]:
    """Record that approved payments have left the house; tax is withheld by the rate of the day.

    Args:
        work: the unit of work.
        numbers: of the payments; a check pays one.
        day: on which they left; not in the future, and not before they were approved.
        method: how.
        reference: the bank's, or the check's number; our own name of each payment if empty.

    Raises:
        RefusedError: one is not approved, its account has changed since, or the day will not do.
    """
    work.actor.require(Verb.PAY)
    open_period = steps.hold(work)
    rows = steps.payments_held(work, numbers)
    words = steps.reference_of(reference)
    made = _file_of(work, rows) if method is Method.FILE else None
    if made is not None and made.day != day:
        raise RefusedError(f"the file says that the bank pays on {made.day}: record that day")
    if method is Method.CHECK:
        _require_check(work, rows, words)
    accounts = fingerprints(work, {row.beneficiary for row in rows})
    for row in rows:  # what stands in the file goes to the account that was approved
        steps.next_state(row, PaymentAction.SEND)
        _require_day(work, row, day)
        if made is None and row.account != accounts[row.beneficiary]:
            raise RefusedError(
                f"the bank account of {name_of(row.id)} has changed since it was approved: void "
                f"the payment, and propose it again"
            )
    taxes = expected_taxes(work, rows, day)
    sent = [
        row._replace(
            state=PaymentState.SENT,
            method=method,
            reference=words or name_of(row.id),
            sent_on=day,
            tax_rate=taxes[row.id].rate,
            tax=taxes[row.id].tax,
            taxed_before=taxes[row.id].taxed_before or None,
        )
        for row in rows
    ]
    for row in sent:
        if made is not None and made.amounts[str(row.id)] != row.net:
            raise RefusedError(
                f"the tax of {name_of(row.id)} has changed since its file was made: void the "
                f"payment, and propose it again"
            )
    posted = ledger.post(work.connection, open_period, work.today, [sent_entry(r) for r in sent])
    sent = [row._replace(sent_entry=entry) for row, entry in zip(sent, posted, strict=True)]
    store.change_each(work.connection, sent, _OF_SENDING)
    details = [
        (
            row,
            {
                "day": day,
                "method": method,
                "reference": row.reference,
                "tax": row.tax,
                **({"taxed_before": row.taxed_before} if row.taxed_before else {}),
            },
        )
        for row in sent
    ]
    steps.record_each(work, PaymentAction.SEND, details)
    return sent


_OF_SENDING = (
    *("state", "method", "reference", "sent_on"),
    *("tax_rate", "tax", "taxed_before", "sent_entry"),
)
"""What the sending of a payment changes of its row."""


def _file_of(work: Work, rows: Sequence[PaymentRow]) -> FileRow:
    """The one file in which all of some payments stand."""
    batches = {row.batch_id for row in rows}
    if len(batches) > 1:
        raise RefusedError("each batch has a file of its own: record the batches one by one")
    (batch,) = batches
    made = files.find_file(work.connection, batch)
    if made is None:
        raise RefusedError(f"{batch_name(batch)} has no file yet: make it first")
    for row in rows:
        if str(row.id) not in made.amounts:
            raise RefusedError(f"{name_of(row.id)} does not stand in the file")
    return made


def _require_check(work: Work, rows: Sequence[PaymentRow], number: str) -> None:
    if not number:
        raise RefusedError("write the check's number as the reference")
    if len(rows) > 1:
        raise RefusedError("a check pays one payment: record them one by one")
    earlier = store.by_check(work.connection, number)
    if earlier is not None:
        raise RefusedError(f"check {number} was written for {name_of(earlier)} already")


def _require_day(work: Work, row: PaymentRow, day: date) -> None:
    if day > work.today:
        raise RefusedError(f"{day} has not come yet: write the day on which it was sent")
    if day < work.today - _LONGEST_AGO:
        raise RefusedError(f"{day} is more than a year ago: write the day on which it was sent")
    if row.approved_at is not None and day < work.day_of(row.approved_at):
        raise RefusedError(
            f"{name_of(row.id)} was approved on {work.day_of(row.approved_at)}: it was not sent "
            f"before"
        )


class ExpectedTax(NamedTuple):
    """What is withheld of a payment if it is sent on a day, and what of it was taxed before."""

    rate: Fraction
    tax: int
    taxed_before: int


def expected_taxes(work: Work, rows: Collection[PaymentRow], day: date) -> dict[int, ExpectedTax]:
    """The rate of tax, and what is withheld of each payment, if they are sent on a day."""
    if not rows:
        return {}
    parts = {
        number: [Part(part.statement, part.amount) for part in of]
        for number, of in parts_of(work, rows).items()
    }
    numbers = {part.statement for of in parts.values() for part in of}
    taxed = store.taxed_statements(work.connection, numbers)
    before = taxed_store.taxed_of(work.connection, rows, parts)
    setup = setup_in_force(work)
    found = {}
    for row in rows:
        rate = tax_rate(setup, row.beneficiary, day)
        tax = tax_on(parts[row.id], taxed, before[row.id], rate)
        found[row.id] = ExpectedTax(rate, tax, before[row.id])
    return found


def settle(work: Work, numbers: Collection[int], day: date) -> list[PaymentRow]:
    """Record that payments have arrived: the bank's statement shows them.

    Raises:
        RefusedError: one was not sent, or the day lies before that or in the future.
    """
    work.actor.require(Verb.PAY)
    open_period = steps.hold(work)
    rows = steps.payments_held(work, numbers)
    for row in rows:
        steps.next_state(row, PaymentAction.SETTLE)
        _require_after_sending(work, row, day)
    settled = [row._replace(state=PaymentState.SETTLED, settled_on=day) for row in rows]
    of_money = [row for row in settled if row.net]  # where all was tax, nothing leaves the bank
    posted = ledger.post(
        work.connection, open_period, work.today, [settled_entry(row) for row in of_money]
    )
    entry_of = dict(zip((row.id for row in of_money), posted, strict=True))
    settled = [row._replace(settled_entry=entry_of.get(row.id)) for row in settled]
    store.change_each(work.connection, settled, ("state", "settled_on", "settled_entry"))
    steps.record_each(work, PaymentAction.SETTLE, [(row, {"day": day}) for row in settled])
    return settled


def take_back(work: Work, number: int, day: date, reason: str) -> PaymentRow:
    """Record that a payment came back: all of it is owed again, once, and the payee is on hold.

    Tax that was withheld of it is owed again too if it came back in the year in which it was sent;
    in a later year it stays withheld, for it was deposited and reported, and what is owed again is
    not taxed once more. The next close brings the amount forward, and nothing is proposed to the
    payee until somebody releases it.

    Raises:
        RefusedError: it was not sent, came back already, or the day will not do.
    """
    return _back(work, number, day, reason, PaymentAction.RETURN)


def void(work: Work, number: int, reason: str, *, seen_sent: bool | None = None) -> PaymentRow:
    """Take back a payment that never left, or never arrived (a check that was stopped).

    One that was not sent waits again at once. One that was sent is owed again as if it had come
    back today, and the next close brings it forward.

    Args:
        work: the unit of work.
        number: of the payment.
        reason: why; the history keeps it.
        seen_sent: whether it had been sent when it was looked at; None: nobody looked.

    Raises:
        RefusedError: it has arrived or ended already, was sent since somebody looked, or no reason
            is given.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    (row,) = steps.payments_held(work, [number])
    if row.state not in BEFORE_SENDING:
        if seen_sent is False and row.sent_on is not None:
            raise RefusedError(f"{name_of(number)} was sent in the meantime: look at it again")
        return _back(work, number, work.today, reason, PaymentAction.VOID)
    state = steps.next_state(row, PaymentAction.VOID)
    why = steps.line_of(reason, "the reason", needed=True)
    values = {"state": state, "ended_on": work.today, "reason": why}
    store.change(work.connection, number, values)
    steps.record(work, row, PaymentAction.VOID, {"reason": why})
    return row._replace(state=state, ended_on=work.today, reason=why)


def _back(work: Work, number: int, day: date, reason: str, action: PaymentAction) -> PaymentRow:
    """A sent payment's amount goes back to what is owed; nobody but a manager says so."""
    work.actor.require(Verb.APPROVE)
    open_period = steps.hold(work)
    (row,) = steps.payments_held(work, [number])
    state = steps.next_state(row, action)
    why = steps.line_of(reason, "the reason", needed=True)
    _require_after_sending(work, row, day)
    made = row._replace(
        state=state,
        ended_on=day,
        reason=why,
        put_back_in=open_period,
        tax_kept=tax_kept_if(row, day),
    )
    if posted := taken_back_entries(made):
        ledger.post(work.connection, open_period, work.today, posted)
    store.change_each(work.connection, [made], _OF_ENDING)
    detail = {"day": day, "reason": why}
    if made.tax_kept is not None:
        detail |= {"owed_again": made.owed_again, "tax_kept": made.tax_kept}
    steps.record(work, row, action, detail)
    return made


_OF_ENDING = ("state", "ended_on", "reason", "put_back_in", "tax_kept")
"""What changes of a payment's row that came back, or was voided after it was sent."""


def tax_kept_if(row: PaymentRow, day: date) -> int | None:
    """Tax that stays withheld if a payment comes back on a day; None: all of it is owed again."""
    return None if row.sent_on is None else kept_of(row.tax or 0, row.sent_on, day)


def _require_after_sending(work: Work, row: PaymentRow, day: date) -> None:
    if day > work.today:
        raise RefusedError(f"{day} has not come yet: write the day on the bank's statement")
    if row.sent_on is not None and day < row.sent_on:
        raise RefusedError(f"{name_of(row.id)} was sent on {row.sent_on}: not before that")


def release(work: Work, number: int, reason: str) -> PaymentRow:
    """Let a payee be paid again whose payment came back: what was wrong is put right.

    Raises:
        RefusedError: it did not come back, was released already, or no reason is given.
    """
    work.actor.require(Verb.APPROVE)
    steps.hold(work)
    (row,) = steps.payments_held(work, [number])
    steps.next_state(row, PaymentAction.RELEASE)
    if row.released:
        raise RefusedError(f"{name_of(number)} was released already")
    why = steps.line_of(reason, "what was put right", needed=True)
    store.change(work.connection, number, {"released": True})
    steps.record(work, row, PaymentAction.RELEASE, {"reason": why})
    return row._replace(released=True)


def sent_entry(row: PaymentRow) -> Entry:
    """What a payment posted when it was sent."""
    return entries.sent(row.beneficiary, row.currency, row.gross, row.tax or 0, _words(row))


def settled_entry(row: PaymentRow) -> Entry:
    """What a payment posted when it arrived; without sides where all of it was tax."""
    return entries.settled(row.beneficiary, row.currency, row.net, _words(row))


def taken_back_entries(row: PaymentRow) -> list[Entry]:
    """What a payment posted when it came back, or was voided after it was sent."""
    posted = [sent_entry(row)]
    if row.settled_on is not None and row.net:
        posted.append(settled_entry(row))
    if row.tax_kept is None:
        return entries.taken_back(row.beneficiary, row.currency, row.gross, posted, _words(row))
    return entries.net_taken_back(row.beneficiary, row.currency, row.net, posted[1:], _words(row))


def _words(row: PaymentRow) -> str:
    name = name_of(row.id)
    return f"payment {name}" + (f", {row.reference}" if row.reference not in {"", name} else "")


def total_words(rows: Iterable[PaymentRow]) -> str:
    """What some payments come to after tax: ``EUR 20.00, USD 380.00``."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + row.net
    return ", ".join(f"{each} {amount_text(sums[each], each)}" for each in sorted(sums))


def gross_by_currency(rows: Iterable[PaymentRow]) -> dict[str, int]:
    """What some payments come to before tax, by currency."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + row.gross
    return dict(sorted(sums.items()))
