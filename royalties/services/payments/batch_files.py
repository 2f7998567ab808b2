"""A batch's file for the bank: made once, and the same bytes at every download."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from reports.payments.columns import ColumnMap, payments_csv
from royalties.adapters.bank_vault import BankKeyError, DamagedDetailsError
from royalties.domain.money import amount_text
from royalties.domain.payments.accounts import Account
from royalties.domain.payments.banks import Bank
from royalties.domain.payments.life import FileFormat, PaymentState, batch_name, name_of
from royalties.domain.payments.orders import Address, PayeeKind, PaymentOrder, Refusal
from royalties.domain.people import Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.services.books import setup_in_force
from royalties.services.payments import steps
from royalties.services.payments.approving import NoBatchError
from royalties.services.payments.facts import confirmed_accounts, unsettled
from royalties.services.payments.moving import expected_taxes
from royalties.services.work import RefusedError, Work
from royalties.store.payments import accounts as bank_accounts
from royalties.store.payments import files
from royalties.store.payments import payments as store
from royalties.store.payments.files import FileRow
from royalties.store.payments.payments import PaymentRow

_AHEAD = timedelta(days=31)
_WITHOUT_ACCOUNTS = ColumnMap(
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
_COLUMNS = ColumnMap(
    (
        *_WITHOUT_ACCOUNTS.columns[:6],
        ("Routing number", "routing"),
        ("Institution number", "institution"),
        ("Transit number", "transit"),
        ("Account number", "account"),
        ("Kind of account", "account type"),
        ("IBAN", "iban"),
        ("BIC", "bic"),
        *_WITHOUT_ACCOUNTS.columns[6:],
    )
)
"""Where payees have bank details; only those columns are empty that their kinds do not have."""


class NotCarriedError(RefusedError):
    """The bank's network does not carry some payments of a batch; each is named, with a remedy."""

    def __init__(self, bank: Bank, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(map(str, refusals))
        super().__init__(f"{bank.name} cannot pay all of it: {' · '.join(self.refusals)}")


def banks_offered(work: Work) -> list[Bank]:
    """The house's banks that a file can be made for today, in the order of the setup."""
    work.actor.require(Verb.READ)
    banks = setup_in_force(work).banks.values()
    return [bank for bank in banks if bank.retired is None or work.today < bank.retired]


def make_file(work: Work, number: int, day: date, bank: str = "") -> FileRow:
    """Make a batch's file of all its approved payments, after tax; the one made before, if any.

    Args:
        work: the unit of work.
        number: of the batch.
        day: on which the bank is to pay; from today on, within a month, and a banking day.
        bank: key of the house's bank that the file is for; empty: a list, for any bank's own form.

    Raises:
        RefusedError: something of the batch is not approved yet, nothing is left of a payment after
            tax, an account cannot be read or is not the approved one, only some have accounts, the
            day will not do, the bank is not offered, or the batch has another bank's file already.
        NotCarriedError: the bank's network does not carry some payment.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    if store.find_batch(work.connection, number) is None:
        raise NoBatchError(number)
    earlier = files.find_file(work.connection, number)
    if earlier is not None:
        if bank and earlier.format is not _offered(work, bank).format:
            raise RefusedError(
                f"{batch_name(number)} has its file already, {earlier.name}: it is made once, for "
                f"a bank may have it. To pay by another bank, void the payments, and propose them "
                f"again"
            )
        return _opened(work, earlier)
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
    amounts = {row.id: row.gross - taxes[row.id].tax for row in approved}
    for row in approved:
        if amounts[row.id] <= 0:
            raise RefusedError(
                f"nothing is left of {name_of(row.id)} after tax: record it as sent by another way"
            )
    accounts = _accounts(work, approved)
    orders = _orders(work, approved, amounts, accounts)
    if bank:
        house_bank = _offered(work, bank)
        format_, content = house_bank.format, _written(work, number, house_bank, orders, day)
    else:
        columns = _COLUMNS if accounts else _WITHOUT_ACCOUNTS
        format_, content = FileFormat.CSV, payments_csv(orders, columns, day).decode()
    name = f"payments-{batch_name(number)}.{_ENDINGS[format_]}"
    made = FileRow(
        number,
        format_,
        name,
        day,
        {str(key): amount for key, amount in amounts.items()},
        content,
        sha256(content.encode()).hexdigest(),
        work.at,
        work.actor.name,
    )
    kept = work.bank_vault.seal_text(content, name) if accounts else content
    files.add_file(work.connection, made._replace(content=kept))
    totals = _totals(approved, amounts)
    work.record(
        Verb.PAY,
        {
            "batch": batch_name(number),
            "what": "payment-file",
            "sha256": made.fingerprint,
            "day": day,
            **({"bank": bank} if bank else {}),
            "totals": totals,
        },
    )
    return made


def not_carried(work: Work, number: int, banks: Sequence[Bank]) -> list[list[str]]:
    """What each bank's network does not carry of a batch's payments as they stand, in words.

    For whoever looks at a batch before its file is made. Tax is that of today; payments without
    an account are none for a bank's file, and named as such. Nothing is said where an
    account cannot be read: making the file says so.
    """
    work.actor.require(Verb.PAY)
    rows = [
        row
        for row in reversed(store.payments(work.connection, work.actor, batch=number))
        if row.state in (PaymentState.PROPOSED, PaymentState.APPROVED)
    ]
    taxes = expected_taxes(work, rows, work.today)
    amounts = {row.id: row.gross - taxes[row.id].tax for row in rows}
    try:
        accounts = _opened_accounts(work, {row.beneficiary for row in rows})
    except RefusedError:
        return [[] for _ in banks]
    orders = _orders(work, rows, amounts, accounts)
    return [[str(refusal) for refusal in bank.refusals(orders)] for bank in banks]


_ENDINGS = {
    FileFormat.CSV: "csv",
    FileFormat.NACHA: "ach",
    FileFormat.PAIN_09: "xml",
    FileFormat.PAIN_03: "xml",
}


def _offered(work: Work, key: str) -> Bank:
    for bank in banks_offered(work):
        if bank.key == key:
            return bank
    raise RefusedError(f"there is no bank {key!r} that a file is made for today: see “Our banks”")


def _written(work: Work, number: int, bank: Bank, orders: Sequence[PaymentOrder], day: date) -> str:
    """What the bank takes: a NACHA file, or an ISO 20022 credit transfer."""
    # XML and the calendars of banks are slow to load, and needed here only.
    from reports.payments.iso20022 import iso_file  # noqa: PLC0415
    from reports.payments.nacha import MODIFIERS, ProfileError, nacha_file  # noqa: PLC0415

    if refusals := bank.refusals(orders):
        raise NotCarriedError(bank, refusals)
    _require_banking_day(bank, day)
    try:
        if bank.is_ach:
            before = files.count_of(work.connection, bank.format)
            content = nacha_file(
                orders,
                bank.ach,
                made=work.now,
                effective=day,
                modifier=MODIFIERS[before % len(MODIFIERS)],
            )
        else:
            content = iso_file(
                orders, bank.iso, message=batch_name(number), made=work.now, execution=day
            )
    except ProfileError as error:
        raise RefusedError(f"{bank.name} cannot have a file: {error}") from error
    return content.decode()


def _require_banking_day(bank: Bank, day: date) -> None:
    from royalties.adapters import banking_days  # noqa: PLC0415

    calendars = {
        "USD": banking_days.Calendar.FEDERAL_RESERVE,
        "EUR": banking_days.Calendar.TARGET,
        "CAD": banking_days.Calendar.CANADA,
    }
    calendar = calendars.get("USD" if bank.is_ach else bank.currency)
    if calendar is not None and not banking_days.is_banking_day(day, calendar):
        after = banking_days.after(day, 0, calendar)
        raise RefusedError(f"banks do not pay on {day}: the next day on which they do is {after}")


def file_of(work: Work, number: int) -> FileRow | None:
    """A batch's file as it was made; None: it was not yet.

    Raises:
        RefusedError: it cannot be read: its key is missing, or it was tampered with.
    """
    work.actor.require(Verb.PAY)
    made = files.find_file(work.connection, number)
    return _opened(work, made) if made is not None else None


def note_taken(work: Work, number: int) -> None:
    """Log that somebody has a batch's file, and so the accounts in it, in clear."""
    work.actor.require(Verb.PAY)
    made = files.find_file(work.connection, number)
    if made is not None and work.bank_vault.is_sealed(made.content):
        work.record(Verb.PAY, {"batch": batch_name(number), "what": "payment-file-taken"})


def _opened(work: Work, made: FileRow) -> FileRow:
    if not work.bank_vault.is_sealed(made.content):
        return made
    try:
        return made._replace(content=work.bank_vault.open_text(made.content, made.name))
    except (BankKeyError, DamagedDetailsError) as error:
        raise _unreadable(f"the file of {batch_name(made.batch_id)}", error) from error


def _unreadable(what: str, error: Exception) -> RefusedError:
    if isinstance(error, DamagedDetailsError):
        return RefusedError(str(error))
    return RefusedError(
        f"{what} cannot be read: its key is missing on the server. Whoever looks after it finds in "
        "its manual what to do"
    )


def _accounts(work: Work, rows: Sequence[PaymentRow]) -> dict[str, tuple[str, Account]]:
    """In whose name each payee's account is, and the account in clear: the approved ones.

    Empty if all are paid another way.
    """
    without = [name_of(row.id) for row in rows if not row.account]
    if len(without) == len(rows):
        return {}
    if without:
        raise RefusedError(
            f"there are no bank details for {', '.join(without)}: void these, and propose them "
            f"apart, by check or another way"
        )
    changed = [name_of(row.id) for row in unsettled(work, rows)]
    if changed:
        raise RefusedError(
            f"the bank details have changed since they were approved: void {', '.join(changed)}"
        )
    return _opened_accounts(work, {row.beneficiary for row in rows})


def _opened_accounts(work: Work, keys: set[str]) -> dict[str, tuple[str, Account]]:
    """In whose name each payee's confirmed account is, and the account in clear."""
    confirmed = confirmed_accounts(work, keys)
    found = {}
    for key, account in confirmed.items():
        sealed = bank_accounts.sealed_account(work.connection, account.id)
        try:
            found[key] = (account.holder, work.bank_vault.open(sealed.sealed, key))
        except (BankKeyError, DamagedDetailsError) as error:
            raise _unreadable(f"the account of {account.holder}", error) from error
    return found


def _totals(rows: Sequence[PaymentRow], amounts: dict[int, int]) -> dict[str, str]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + amounts[row.id]
    return {each: amount_text(sums[each], each) for each in sorted(sums)}


def _orders(
    work: Work,
    rows: Sequence[PaymentRow],
    amounts: dict[int, int],
    accounts: dict[str, tuple[str, Account]],
) -> list[PaymentOrder]:
    setup = setup_in_force(work)
    parts = store.parts_of(work.connection, [row.id for row in rows])
    return [
        PaymentOrder(
            name_of(row.id),
            _holder(setup.beneficiaries[row.beneficiary], accounts),
            PayeeKind.PERSON
            if setup.beneficiaries[row.beneficiary].private
            else PayeeKind.ORGANIZATION,
            amounts[row.id],
            row.currency,
            tuple(part.statement for part in parts[row.id]),
            account=accounts[row.beneficiary][1] if row.beneficiary in accounts else None,
            address=_address(setup.beneficiaries[row.beneficiary]),
        )
        for row in rows
    ]


def _holder(payee: Beneficiary, accounts: dict[str, tuple[str, Account]]) -> str:
    """Who is paid, as the bank has it."""
    return accounts[payee.key][0] if payee.key in accounts else payee.name


def _address(payee: Beneficiary) -> Address:
    return Address(
        street=", ".join(payee.address),
        town=payee.city,
        region=payee.region,
        country=payee.country,
    )
