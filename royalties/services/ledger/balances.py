"""The ledger as it is read: a trial balance, accounts with their postings, entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from royalties.domain.people import Verb
from royalties.domain.periods import PeriodStatus, parse_period
from royalties.domain.royalties.postings import MEANINGS, meaning_of
from royalties.ingest import places
from royalties.services.books import setup_in_force
from royalties.services.names import Names, names_of
from royalties.services.work import Work
from royalties.store.ledger import entries as store
from royalties.store.ledger.entries import AccountLine, EntryLine, EntryRow, Place
from royalties.store.periods import periods

PAGE = 40
_SHOWN_OF_A_KIND = 20


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account in plain words: what it means, and whose it is.

    ``of`` names the kind of object in the setup, ``contracts``, ``beneficiaries`` or
    ``organizations``, and ``key`` which one; both are empty where there is none.
    """

    name: str
    meaning: str
    whose: str = ""
    of: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's balance, in minor units; one of the two columns is zero."""

    account: LedgerAccount
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """Accounts of one meaning; ``more`` counts those that a summary leaves out."""

    kind: str
    meaning: str
    standings: tuple[AccountBalance, ...]
    debit: int
    credit: int
    more: int


@dataclass(frozen=True, slots=True)
class Trial:
    """The trial balance of one currency."""

    currency: str
    groups: tuple[AccountGroup, ...]
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Balances:
    """Trial balances on a day, and the closed periods whose ends one may ask for."""

    day: date
    trials: tuple[Trial, ...]
    periods: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting to an account, and the account's balance after it."""

    line: AccountLine
    balance: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page of an account in one currency."""

    account: LedgerAccount
    currency: str
    currencies: tuple[str, ...]
    opening: int
    movements: tuple[Movement, ...]
    balance: int
    after: Place | None


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry with its postings."""

    entry: EntryRow
    lines: tuple[tuple[LedgerAccount, EntryLine], ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, the newest first, and what they can be filtered by."""

    entries: tuple[Booked, ...]
    below: int | None
    periods: tuple[str, ...]
    events: tuple[str, ...]


def balances(work: Work, *, period: str = "", day: date | None = None, kind: str = "") -> Balances:
    """The trial balance at the end of a period, on a day, or as it stands.

    Args:
        period: a period; a day counts before it.
        day: any.
        kind: only the accounts of this meaning, all of them; otherwise the first of each.
    """
    work.actor.require(Verb.READ)
    setup, names = setup_in_force(work), names_of(work)
    closed = [
        known
        for known in periods.known_periods(work.connection)
        if known.status == PeriodStatus.CLOSED
    ]
    if not day and period:
        day = parse_period(period, setup.calendar).ends
    if not day:
        day = closed[-1].ends if closed else work.today
    balances_by_kind: dict[str, dict[str, list[AccountBalance]]] = {}
    for balance in store.balances_on(work.connection, day):
        account = account_of(names, balance.account)
        of_kind = balances_by_kind.setdefault(balance.currency, {}).setdefault(
            meaning_of(balance.account)[0], []
        )
        if balance.amount:
            of_kind.append(AccountBalance(account, max(balance.amount, 0), max(-balance.amount, 0)))
    most = None if kind else _SHOWN_OF_A_KIND
    return Balances(
        day,
        tuple(
            _trial(currency, kinds, kind, most)
            for currency, kinds in sorted(balances_by_kind.items())
        ),
        tuple((known.name, known.ends) for known in reversed(closed)),
    )


def statement(
    work: Work,
    name: str,
    currency: str = "",
    *,
    until: date | None = None,
    after: Place | None = None,
) -> AccountPage | None:
    """A page of an account's postings with the balance behind each; None if it has none.

    Args:
        until: the last day of the entries, None: all of them.
    """
    work.actor.require(Verb.READ)
    currencies = store.currencies_of(work.connection, name)
    if not currencies or (currency and currency not in currencies):
        return None
    currency = currency or currencies[0]
    connection = work.connection
    lines = store.account_lines(connection, name, currency, PAGE + 1, until=until, after=after)
    more, lines = len(lines) > PAGE, lines[:PAGE]
    opening = 0
    if after:
        opening = store.account_balance(connection, name, currency, until=until, up_to=after)
    movements, running = [], opening
    for line in lines:
        running += line.amount
        movements.append(Movement(line, running))
    return AccountPage(
        account_of(names_of(work), name),
        currency,
        tuple(currencies),
        opening,
        tuple(movements),
        store.account_balance(connection, name, currency, until=until) if more else running,
        (lines[-1].entry, lines[-1].line) if more else None,
    )


def entry_page(
    work: Work,
    *,
    period: str = "",
    event: str = "",
    subject: str = "",
    below: int | None = None,
) -> EntryPage:
    """Entries, the newest first, fifty at a time."""
    work.actor.require(Verb.READ)
    entries = store.entries(
        work.connection, PAGE + 1, period_name=period, event=event, subject=subject, below=below
    )
    more, entries = len(entries) > PAGE, entries[:PAGE]
    closed = [
        known
        for known in periods.known_periods(work.connection)
        if known.status == PeriodStatus.CLOSED
    ]
    return EntryPage(
        _booked(work, entries),
        entries[-1].id if more else None,
        tuple(known.name for known in reversed(closed)),
        tuple(store.events(work.connection)),
    )


def find_entry(work: Work, number: int) -> Booked | None:
    """An entry by its number."""
    work.actor.require(Verb.READ)
    found = store.find_entry(work.connection, number)
    return _booked(work, [found])[0] if found else None


def account_of(names: Names, name: str) -> LedgerAccount:
    """An account's name in plain words."""
    kind, key = meaning_of(name)
    meaning = MEANINGS.get(kind, name)
    if not key:
        return LedgerAccount(name, meaning)
    if kind.endswith("beneficiary:"):
        return LedgerAccount(name, meaning, names.of("beneficiaries", key), "beneficiaries", key)
    if kind in {"asset:receivable:", "liability:deposits:"}:
        return LedgerAccount(name, meaning, names.of("organizations", key), "organizations", key)
    if kind == "liability:sales-tax:":
        return LedgerAccount(name, meaning, places.place_name(key))
    return LedgerAccount(name, meaning, names.of("contracts", key), "contracts", key)


def _booked(work: Work, entries: Sequence[EntryRow]) -> tuple[Booked, ...]:
    names = names_of(work)
    lines: dict[int, list[tuple[LedgerAccount, EntryLine]]] = {entry.id: [] for entry in entries}
    for line in store.lines_of(work.connection, list(lines)):
        lines[line.entry].append((account_of(names, line.account), line))
    return tuple(Booked(entry, tuple(lines[entry.id])) for entry in entries)


def _trial(
    currency: str, kinds: dict[str, list[AccountBalance]], only: str, most: int | None
) -> Trial:
    order = [kind for kind in MEANINGS if kind in kinds]
    order += sorted(set(kinds) - set(order))
    groups = tuple(
        _group(kind, kinds[kind], most) for kind in order if only in ("", kind) and kinds[kind]
    )
    return Trial(currency, groups, *_sums(group for group in groups))


def _group(kind: str, standings: Sequence[AccountBalance], most: int | None) -> AccountGroup:
    shown = tuple(standings if most is None else standings[:most])
    return AccountGroup(
        kind,
        MEANINGS.get(kind, kind),
        shown,
        *_sums(standings),
        len(standings) - len(shown),
    )


def _sums(parts: Iterable[AccountBalance | AccountGroup]) -> tuple[int, int]:
    found = list(parts)
    return sum(each.debit for each in found), sum(each.credit for each in found)
