"""What must always hold of payments; ``verify`` asks for it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from royalties.adapters.bank_vault import BankKeyError, DamagedDetailsError
from royalties.domain.payments.life import ON_ITS_WAY, PaymentState, batch_name, name_of
from royalties.domain.payments.proposing import Payee
from royalties.domain.royalties.postings import (
    PAYMENT_EVENTS,
    TAX,
    Entry,
    in_transit_account,
    to_pay_account,
)
from royalties.services.payments.moving import (
    sent_entry,
    settled_entry,
    taken_back_entries,
    tax_kept_if,
)
from royalties.services.payments.tax_deposits import deposited_entry, undone_entry
from royalties.services.work import Work
from royalties.store.ledger import entries as ledger
from royalties.store.payments import bank_lines, files, tax_deposits
from royalties.store.payments import payments as store
from royalties.store.payments.payments import PaymentRow
from royalties.store.payments.tax_deposits import DepositRow
from royalties.store.payments.taxed import taxed_of_each

Failures = Iterator[str]
_Said = tuple[str, str, str, tuple[tuple[str, str, int], ...]]


def payments_differ(work: Work) -> Failures:
    """Each payment is the sum of its parts and was approved before it was sent; files hold.

    A statement's amount is paid once: payments settle no more of it than its close set aside.
    """
    parts: dict[int, int] = defaultdict(int)
    for part in store.every_part(work.connection):
        parts[part.payment_id] += part.amount
    for row in store.every_payment(work.connection):
        if parts.pop(row.id, 0) != row.gross:
            yield f"payment {name_of(row.id)} is not the sum of what it settles"
        yield from _state_differs(row)
    yield from _taxed_twice(work)
    for number in parts:
        yield f"what payment {name_of(number)} settles stands, but there is no such payment"
    for each in store.set_aside(work.connection, work.actor, everything=True):
        if each.left < 0:
            yield f"statement {each.statement}: payments settle more of it than is to pay"
    yield from _files_differ(work)


def _taxed_twice(work: Work) -> Failures:
    """What an earlier year's payment was taxed for is taken out of the tax exactly once."""
    taxed = taxed_of_each(work.connection)
    for row in store.every_payment(work.connection):
        if row.sent_on is not None and (row.taxed_before or 0) != taxed.get(row.id, 0):
            yield (
                f"payment {name_of(row.id)}: {taxed.get(row.id, 0)} of it was taxed in an earlier "
                f"year, not {row.taxed_before or 0}"
            )
        kept = tax_kept_if(row, row.ended_on) if row.ended_on and row.put_back_in else None
        if row.tax_kept != kept:
            yield f"payment {name_of(row.id)}: the tax that stays of it is not that of its year"


def _files_differ(work: Work) -> Failures:
    """Files hold what was made; without their key those that name accounts are not opened."""
    vault = work.bank_vault
    for line, number in bank_lines.disagreeing_lines(work.connection):
        yield f"booking {line} of the bank does not agree with payment {name_of(number)}"
    for made in files.every_file(work.connection):
        content = made.content
        try:
            if vault.is_sealed(content):
                content = vault.open_text(content, made.name)
        except BankKeyError:
            continue
        except DamagedDetailsError:
            content = ""
        if sha256(content.encode()).hexdigest() != made.fingerprint:
            yield f"the file of {batch_name(made.batch_id)} was changed"


def _state_differs(row: PaymentRow) -> Failures:
    """A payment has come to its state by the steps before it."""
    name = f"payment {name_of(row.id)}"
    was_sent = row.sent_on is not None
    if was_sent != (row.sent_entry is not None) or (was_sent and row.approved_at is None):
        yield f"{name} was sent without approval or entry"
    if row.state in {*ON_ITS_WAY, PaymentState.RETURNED} and not was_sent:
        yield f"{name} is {row.state} but was never sent"
    ended = row.state in {PaymentState.RETURNED, PaymentState.VOIDED}
    if (row.put_back_in is not None) != (ended and was_sent):
        yield f"{name}: what came back of it stands where it does not belong"


def entries_of_payments_differ(work: Work) -> Failures:
    """The ledger holds exactly what payments post; to pay = payments + what waits, per payee."""
    wanted: Counter[_Said] = Counter()
    rows = store.every_payment(work.connection)
    for row in rows:
        wanted.update(map(_said, _posted(row)))
    deposits = tax_deposits.deposits(work.connection)
    for deposit in deposits:
        wanted[_said(deposited_entry(deposit))] += 1
        if deposit.undone_on is not None:
            wanted[_said(undone_entry(deposit))] += 1
    standing: Counter[_Said] = Counter()
    lines = (line for line in ledger.journal(work.connection) if line.event in PAYMENT_EVENTS)
    for (_, event, subject, words), of_entry in groupby(
        lines, key=lambda line: (line.entry, line.event, line.subject, line.description)
    ):
        sides = tuple((line.account, line.currency, line.amount) for line in of_entry)
        standing[event, subject, words, sides] += 1
    for event, subject, words, _ in (standing - wanted).elements():
        yield f"an entry ({event} {subject}, {words}) stands in the ledger that no payment posts"
    for event, subject, words, _ in (wanted - standing).elements():
        yield f"the entry of a payment ({event} {subject}, {words}) is not in the ledger"
    yield from _accounts_differ(work, rows)
    yield from _tax_differs(work, deposits)


def _tax_differs(work: Work, deposits: list[DepositRow]) -> Failures:
    """The tax that is to be passed on is what was withheld, less what was deposited."""
    wanted: dict[str, int] = defaultdict(int)
    for each in tax_deposits.withheld(work.connection):
        wanted[each.currency] += each.amount
    for deposit in deposits:
        if deposit.undone_on is None:
            wanted[deposit.currency] -= deposit.amount
    stands = {
        currency: -amount
        for (account, currency), amount in ledger.balances(work.connection).items()
        if account == TAX
    }
    for currency in sorted({*wanted, *stands}):
        if stands.get(currency, 0) != wanted[currency]:
            yield (
                f"tax to be passed on stands at {stands.get(currency, 0)} {currency}, not what was "
                f"withheld less what was deposited, {wanted[currency]}"
            )


def _posted(row: PaymentRow) -> list[Entry]:
    """All entries that a payment has posted so far."""
    if row.sent_on is None:
        return []
    posted = [sent_entry(row)]
    if row.settled_on is not None and row.net:
        posted.append(settled_entry(row))
    return posted + (taken_back_entries(row) if row.put_back_in is not None else [])


def _said(entry: Entry) -> _Said:
    sides = tuple((each.account, each.currency, each.amount) for each in entry.postings)
    return (entry.event, entry.subject, entry.description, sides)


def _accounts_differ(work: Work, rows: list[PaymentRow]) -> Failures:
    """Each payee's accounts: what is to pay, and what is on its way."""
    balances = ledger.balances(work.connection)
    paid: dict[Payee, int] = defaultdict(int)
    on_its_way: dict[Payee, int] = defaultdict(int)
    for row in rows:
        payee = (row.beneficiary, row.currency)
        if row.sent_on is not None:
            paid[payee] += row.gross
        if row.state is PaymentState.SENT:
            on_its_way[payee] += row.net
    to_pay = files.sums_to_pay(work.connection)
    for beneficiary, currency in sorted({*to_pay, *paid}):
        payee = (beneficiary, currency)
        pairs = (
            (to_pay_account(beneficiary), to_pay.get(payee, 0) - paid[payee]),
            (in_transit_account(beneficiary), on_its_way[payee]),
        )
        for account, amount in pairs:
            stands = -balances.get((account, currency), 0)
            if stands != amount:
                yield f"account {account} stands at {stands} {currency}, not {amount}"
