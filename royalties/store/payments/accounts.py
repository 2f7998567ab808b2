"""Bank details of payees; what is handed out goes through ``scope``."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from royalties.domain.payments.account_life import AccountAction, AccountState, BankAccount
from royalties.domain.people import Actor
from royalties.store.engine import is_sqlite
from royalties.store.scope import visible_to_beneficiary
from royalties.store.tables import bank_account, bank_account_event, payment

_LARGEST = 2**63 - 1
_COLUMNS = [bank_account.c[each.name] for each in fields(BankAccount)]
_IN_FORCE = (AccountState.PROPOSED, AccountState.CONFIRMED)


class AccountEventRow(NamedTuple):
    """One line of an account's history."""

    account_id: int
    action: AccountAction
    reason: str
    at: datetime
    by: str


class SealedAccountRow(NamedTuple):
    """An account as it is stored: encrypted for its payee."""

    id: int
    beneficiary: str
    sealed: str
    masked: str
    fingerprint: str


def add_account(connection: Connection, values: Mapping[str, object]) -> int:
    """Add bank details and return their number."""
    made = connection.execute(insert(bank_account).values(**values).returning(bank_account.c.id))
    return int(made.scalar_one())


def change_account(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Change what is stored of an account."""
    connection.execute(update(bank_account).where(bank_account.c.id == number).values(**values))


def add_account_event(connection: Connection, values: Mapping[str, object]) -> None:
    """Append to an account's history."""
    connection.execute(insert(bank_account_event).values(**values))


def find_account(
    connection: Connection, actor: Actor, number: int, *, lock: bool = False
) -> BankAccount | None:
    """An account that an actor may see; ``lock`` locks its row."""
    if number > _LARGEST:
        return None
    query = select(*_COLUMNS).where(bank_account.c.id == number)
    query = visible_to_beneficiary(query, actor, bank_account.c.beneficiary)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return BankAccount(*row) if row else None


def accounts_of(connection: Connection, actor: Actor, beneficiary: str) -> list[BankAccount]:
    """A payee's accounts that an actor may see, former ones too, the newest first."""
    query = select(*_COLUMNS).where(bank_account.c.beneficiary == beneficiary)
    query = visible_to_beneficiary(query, actor, bank_account.c.beneficiary)
    rows = connection.execute(query.order_by(bank_account.c.id.desc()))
    return [BankAccount(*row) for row in rows]


def proposed_accounts(connection: Connection, actor: Actor, limit: int) -> list[BankAccount]:
    """Accounts that wait for a second person, the oldest first."""
    query = select(*_COLUMNS).where(bank_account.c.state == AccountState.PROPOSED)
    query = visible_to_beneficiary(query, actor, bank_account.c.beneficiary)
    rows = connection.execute(query.order_by(bank_account.c.id).limit(limit))
    return [BankAccount(*row) for row in rows]


def accounts_in_force(
    connection: Connection, beneficiaries: Collection[str]
) -> dict[str, dict[AccountState, BankAccount]]:
    """Of some payees, what is proposed and what is confirmed; the caller has checked access."""
    if not beneficiaries:
        return {}
    rows = connection.execute(
        select(*_COLUMNS).where(
            bank_account.c.state.in_(_IN_FORCE),
            bank_account.c.beneficiary.in_(sorted(beneficiaries)),
        )
    )
    found: dict[str, dict[AccountState, BankAccount]] = {}
    for row in rows:
        account = BankAccount(*row)
        found.setdefault(account.beneficiary, {})[account.state] = account
    return found


def others_with(connection: Connection, fingerprint: str, beneficiary: str) -> list[str]:
    """Other payees who have, or had, the same account; the caller has checked access."""
    rows = connection.execute(
        select(bank_account.c.beneficiary)
        .where(bank_account.c.fingerprint == fingerprint, bank_account.c.beneficiary != beneficiary)
        .distinct()
        .order_by(bank_account.c.beneficiary)
    )
    return list(rows.scalars())


_SAID_TO_BE_THEIRS = (
    AccountState.PROPOSED,
    AccountState.CONFIRMED,
    AccountState.REPLACED,
    AccountState.ENDED,
)


def payees_with(connection: Connection, fingerprints: Collection[str]) -> dict[str, set[str]]:
    """Who has, or had, each of some accounts; those that were declined or taken back count not."""
    if not fingerprints:
        return {}
    rows = connection.execute(
        select(bank_account.c.fingerprint, bank_account.c.beneficiary).where(
            bank_account.c.fingerprint.in_(sorted(fingerprints)),
            bank_account.c.state.in_(_SAID_TO_BE_THEIRS),
        )
    )
    found: dict[str, set[str]] = {}
    for fingerprint, beneficiary in rows:
        found.setdefault(fingerprint, set()).add(beneficiary)
    return found


def masks_of(connection: Connection, fingerprints: Collection[str]) -> dict[str, str]:
    """Some accounts as pages show them, by their fingerprints."""
    if not fingerprints:
        return {}
    rows = connection.execute(
        select(bank_account.c.fingerprint, bank_account.c.masked)
        .where(bank_account.c.fingerprint.in_(sorted(fingerprints)))
        .order_by(bank_account.c.id)
    )
    return {row[0]: row[1] for row in rows}


def are_any_in_force(connection: Connection) -> bool:
    """Whether some beneficiary has bank details, or some that wait."""
    query = select(bank_account.c.id).where(bank_account.c.state.in_(_IN_FORCE)).limit(1)
    return connection.execute(query).first() is not None


def accounts_paid(connection: Connection, beneficiaries: Collection[str]) -> dict[str, set[str]]:
    """The fingerprints of accounts to which each beneficiary was paid; empty: not to an account."""
    if not beneficiaries:
        return {}
    rows = connection.execute(
        select(payment.c.beneficiary, payment.c.account)
        .where(payment.c.beneficiary.in_(sorted(beneficiaries)), payment.c.sent_on.is_not(None))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for beneficiary, account in rows:
        found.setdefault(beneficiary, set()).add(account)
    return found


def rename_account(connection: Connection, beneficiary: str, old: str, new: str) -> None:
    """Let payments to an account have its fingerprint, which has changed with the key."""
    connection.execute(
        update(payment)
        .where(payment.c.beneficiary == beneficiary, payment.c.account == old)
        .values(account=new)
    )


def account_events(connection: Connection, numbers: Collection[int]) -> list[AccountEventRow]:
    """The history of some accounts, the newest line first; the caller has checked access."""
    columns = [bank_account_event.c[name] for name in AccountEventRow._fields]
    rows = connection.execute(
        select(*columns)
        .where(bank_account_event.c.account_id.in_(sorted(numbers)))
        .order_by(bank_account_event.c.id.desc())
    )
    return [AccountEventRow(*row) for row in rows]


def entered_since(connection: Connection, by: str, since: datetime) -> int:
    """How many accounts somebody has entered since a moment."""
    query = select(func.count()).where(
        bank_account.c.entered_at >= since, bank_account.c.entered_by == by
    )
    return int(connection.execute(query).scalar_one())


def sealed_account(connection: Connection, number: int) -> SealedAccountRow:
    """An account as it is stored; the caller has checked access."""
    columns = [bank_account.c[name] for name in SealedAccountRow._fields]
    row = connection.execute(select(*columns).where(bank_account.c.id == number)).one()
    return SealedAccountRow(*row)


def sealed_accounts(connection: Connection) -> Iterator[SealedAccountRow]:
    """All accounts as they are stored, former ones too, for keys and checks."""
    columns = [bank_account.c[name] for name in SealedAccountRow._fields]
    for row in connection.execute(select(*columns).order_by(bank_account.c.id)):
        yield SealedAccountRow(*row)
