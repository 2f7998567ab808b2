"""What is owed and was not paid, by age and state: for the review of unclaimed property."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports import plain_table
from reports.plain_table import PlainTable
from royalties.domain.money import amount_text
from royalties.domain.payments.proposing import Payee
from royalties.domain.payments.unclaimed import (
    AgeBand,
    age_text,
    band_of,
    completed_months,
    oldest,
    owed_since,
)
from royalties.domain.people import Verb
from royalties.ingest.places import country_name, region_name
from royalties.services.books import setup_in_force
from royalties.services.payments.facts import name_of_payee
from royalties.services.payments.proposing import PaymentOutlook, not_to_pay, outlook
from royalties.services.work import Work
from royalties.store.payments import payments as store
from royalties.store.payments import unclaimed as store_unclaimed
from royalties.store.payments.unclaimed import CameBackRow

NO_ADDRESS = "no address"
"""Where the setup has no country of a payee."""

_PAYABLE = "nothing stands in the way: propose it"
_UNDER_WAY = "a payment is under way"
_CAME_BACK = "it came back: the next close brings it forward"


@dataclass(frozen=True, slots=True)
class UnclaimedAmount:
    """An amount that is owed since a day, in minor units, and why it was not paid.

    ``country`` and ``region`` are codes, empty where the setup has none; ``last_arrived`` is the
    day of the last payment that reached the payee, ``last_seen`` that of the last visit of its
    people in the portal.
    """

    beneficiary: str
    name: str
    country: str
    region: str
    currency: str
    amount: int
    since: date
    months: int
    reason: str
    last_arrived: date | None
    last_seen: date | None

    @property
    def place(self) -> str:
        """State and country in words."""
        if not self.country:
            return NO_ADDRESS
        country = country_name(self.country)
        return f"{country}, {region_name(self.country, self.region)}" if self.region else country

    @property
    def age(self) -> str:
        """How long it has been owed, in words."""
        return age_text(self.months)


@dataclass(frozen=True, slots=True)
class _Owed:
    payee: Payee
    amount: int
    since: date
    reason: str


def unclaimed(work: Work, at_least: int = 0) -> list[UnclaimedAmount]:
    """What closed periods left to beneficiaries and no payment has taken out of the house.

    It is what is to pay and was not sent, what came back, and what is carried forward above zero.

    Args:
        work: the unit of work.
        at_least: only what has been owed for so many months.

    Returns:
        By place, the oldest first.
    """
    work.actor.require(Verb.READ)
    owed = _summed(_owed(work))
    keys = {each.payee[0] for each in owed}
    heard_of = store_unclaimed.last_heard_of(work.connection, keys)
    setup = setup_in_force(work)
    found = []
    for each in owed:
        months = completed_months(each.since, work.today)
        key, currency = each.payee
        if months < at_least:
            continue
        entry = setup.beneficiaries.get(key)
        arrived, seen = heard_of[key]
        found.append(
            UnclaimedAmount(
                key,
                name_of_payee(setup, key),
                entry.country if entry else "",
                entry.region if entry else "",
                currency,
                each.amount,
                each.since,
                months,
                each.reason,
                arrived,
                work.day_of(seen) if seen else None,
            )
        )
    return sorted(found, key=lambda each: (each.place, each.since, each.name, each.currency))


def _owed(work: Work) -> list[_Owed]:
    connection = work.connection
    waiting = store.set_aside(connection, work.actor, unsent=True)
    last, left = not_to_pay(work)
    if last is None:
        return []
    carried = {(key, currency): amount for key, currency, amount, _ in left if amount > 0}
    back = store_unclaimed.came_back(connection)
    not_brought_forward = [row for row in back if row.period > last]
    keys = {each.beneficiary for each in waiting} | {key for key, _ in carried}
    keys |= {row.beneficiary for row in not_brought_forward}
    since, of_statement = _since(work, keys, back)
    reasons = _reasons(outlook(work))
    owed = [
        _Owed(
            (each.beneficiary, each.currency),
            each.left,
            of_statement[each.statement],
            reasons.get((each.beneficiary, each.currency), _UNDER_WAY),
        )
        for each in waiting
    ]
    owed += [
        _Owed(payee, amount, since[payee][last], reasons.get(payee, _UNDER_WAY))
        for payee, amount in carried.items()
    ]
    for payee, rows in _by_payment(not_brought_forward).values():
        days = oldest((row.statement for row in rows), of_statement)
        owed.append(_Owed(payee, rows[0].owed, min(days), _CAME_BACK))
    return owed


def _since(
    work: Work, keys: Collection[str], back: Iterable[CameBackRow]
) -> tuple[dict[Payee, dict[int, date]], dict[str, date]]:
    """Since when each payee's periods, and each of their statements, have been owed."""
    settled: dict[Payee, dict[int, list[str]]] = {}
    for row in back:
        of_payee = settled.setdefault((row.beneficiary, row.currency), {})
        of_payee.setdefault(row.period, []).append(row.statement)
    since: dict[Payee, dict[int, date]] = {}
    of_statement: dict[str, date] = {}
    for payee, account in store_unclaimed.accounts(work.connection, keys).items():
        since[payee] = owed_since(account, settled.get(payee, {}))
        of_statement |= {each.statement: since[payee][each.period] for each in account}
    return since, of_statement


def _by_payment(rows: Iterable[CameBackRow]) -> dict[int, tuple[Payee, list[CameBackRow]]]:
    found: dict[int, tuple[Payee, list[CameBackRow]]] = {}
    for row in rows:
        found.setdefault(row.payment, ((row.beneficiary, row.currency), []))[1].append(row)
    return found


def _reasons(seen: PaymentOutlook) -> dict[Payee, str]:
    reasons = {(each.beneficiary, each.currency): _PAYABLE for each in seen.proposed}
    return reasons | {
        (each.beneficiary, each.currency): each.reason.value for each in seen.left_out
    }


def _summed(owed: Iterable[_Owed]) -> list[_Owed]:
    """One amount for each payee, day and reason."""
    sums: dict[tuple[Payee, date, str], int] = {}
    for each in owed:
        key = (each.payee, each.since, each.reason)
        sums[key] = sums.get(key, 0) + each.amount
    return [_Owed(payee, amount, since, why) for (payee, since, why), amount in sums.items()]


Sums = dict[tuple[str, str], dict[AgeBand, int]]
"""Minor units by (place, currency) and age."""


def by_place_and_age(amounts: Iterable[UnclaimedAmount]) -> Sums:
    """What each state has of each age, in each currency."""
    sums: Sums = {}
    for each in amounts:
        of_place = sums.setdefault((each.place, each.currency), dict.fromkeys(AgeBand, 0))
        of_place[band_of(each.months)] += each.amount
    return sums


_NOTE = "What closed periods left and no payment has taken out of the house, the oldest first."
_SUMS_NOTE = "After how many years a state asks for it differs: look at each state’s rules."


def workbook(work: Work, at_least: int = 0) -> bytes:
    """The list as a workbook: each amount, and the sums by place and age."""
    amounts = unclaimed(work, at_least)
    house = setup_in_force(work).publisher
    tables = [
        PlainTable("Unclaimed", _NOTE, _COLUMNS, [_line(each) for each in amounts]),
        PlainTable(
            "By state and age",
            _SUMS_NOTE,
            [("State", False), ("Currency", False), *((band.value, True) for band in AgeBand)],
            _sum_lines(by_place_and_age(amounts)),
        ),
    ]
    return plain_table.workbook(tables, house.name, house.currency, work.today)


_COLUMNS = (
    *(("State", False), ("Beneficiary", False), ("Currency", False), ("Amount", True)),
    *(("Owed since", False), ("Months", True), ("Why it was not paid", False)),
    *(("Last payment arrived", False), ("Last seen in the portal", False)),
)


def _line(each: UnclaimedAmount) -> list[plain_table.Value]:
    return [
        each.place,
        each.name,
        each.currency,
        Decimal(amount_text(each.amount, each.currency)),
        each.since,
        each.months,
        each.reason,
        each.last_arrived or "",
        each.last_seen or "",
    ]


def _sum_lines(sums: Sums) -> Sequence[Sequence[plain_table.Value]]:
    return [
        [
            place,
            currency,
            *(Decimal(amount_text(of_place[band], currency)) for band in AgeBand),
        ]
        for (place, currency), of_place in sums.items()
    ]
