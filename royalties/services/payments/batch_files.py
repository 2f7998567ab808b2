"""A batch's file for the bank: made once, and the same bytes at every download."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from reports.payments.columns import ColumnMap, payments_csv
from royalties.adapters.bank_vault import BankKeyError, DamagedDetailsError
from royalties.domain.money import amount_text
from royalties.domain.payments.accounts import Account
from royalties.domain.payments.life import FileFormat, PaymentState, batch_name, name_of
from royalties.domain.payments.orders import Address, PayeeKind, PaymentOrder
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


def make_file(work: Work, number: int, day: date) -> FileRow:
    """Make a batch's file of all its approved payments, after tax; the one made before, if any.

    Args:
        work: the unit of work.
        number: of the batch.
        day: on which the bank is to pay; from today on, within a month.

    Raises:
        RefusedError: something of the batch is not approved yet, nothing is left of a payment after
            tax, an account cannot be read or is not the approved one, only some have accounts, or
            the day will not do.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    if store.find_batch(work.connection, number) is None:
        raise NoBatchError(number)
    earlier = files.find_file(work.connection, number)
    if earlier is not None:
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
    amounts = {row.id: row.gross - taxes[row.id][1] for row in approved}
    for row in approved:
        if amounts[row.id] <= 0:
            raise RefusedError(
                f"nothing is left of {name_of(row.id)} after tax: record it as sent by another way"
            )
    accounts = _accounts(work, approved)
    columns = _COLUMNS if accounts else _WITHOUT_ACCOUNTS
    content = payments_csv(_orders(work, approved, amounts, accounts), columns, day).decode()
    name = f"payments-{batch_name(number)}.csv"
    made = FileRow(
        number,
        FileFormat.CSV,
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
            "totals": totals,
        },
    )
    return made


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
    confirmed = confirmed_accounts(work, {row.beneficiary for row in rows})
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
            account=accounts[row.beneficiary][1] if accounts else None,
            address=_address(setup.beneficiaries[row.beneficiary]),
        )
        for row in rows
    ]


def _holder(payee: Beneficiary, accounts: dict[str, tuple[str, Account]]) -> str:
    """Who is paid, as the bank has it."""
    return accounts[payee.key][0] if accounts else payee.name


def _address(payee: Beneficiary) -> Address:
    return Address(
        street=", ".join(payee.address),
        town=payee.city,
        region=payee.region,
        country=payee.country,
    )
