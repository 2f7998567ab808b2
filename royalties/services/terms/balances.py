"""Balances of contracts and beneficiaries after what was closed, as the desk shows them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from royalties.domain.money import amount_text, number_text
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.escalators import counter_before
from royalties.domain.royalties.postings import advances_account
from royalties.domain.royalties.results import Recouped
from royalties.domain.royalties.run import recoup
from royalties.domain.terms.contracts import Contract
from royalties.services.books import Setup, last_closed_in
from royalties.services.work import Work
from royalties.store.people import people
from royalties.store.terms import balances as store

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class AdvanceBalance:
    """An advance and how much of it is earned back, as texts of the contract's currency."""

    paid_on: str
    amount: str
    recouped: str
    outstanding: str


@dataclass(frozen=True, slots=True)
class ContractBalance:
    """A contract after the last closed period.

    ``closes`` are its accounts, the newest first; ``counters`` the counts of its escalators.
    """

    closes: list[Any]
    advances: list[AdvanceBalance]
    counters: dict[str, str]


def contract_balance(work: Work, setup: Setup, contract: Contract) -> ContractBalance:
    """A contract's balances."""
    work.actor.require(Verb.READ)
    closes = store.contract_closes(
        work.connection, contract.key, advances_account(contract.key), _SHOWN
    )
    next_period = open_period(work, setup)
    before = store.recouped(work.connection, contract.key)
    advances = recoup(contract, 0, before, next_period.ends)
    return ContractBalance(
        closes,
        [_advanced(each, contract.currency) for each in advances],
        _counters(work, setup, contract, next_period),
    )


def _advanced(recouped: Recouped, currency: str) -> AdvanceBalance:
    return AdvanceBalance(
        recouped.advance.paid_on.isoformat(),
        amount_text(recouped.advance.amount, currency),
        amount_text(recouped.before, currency),
        amount_text(recouped.outstanding, currency),
    )


def _counters(work: Work, setup: Setup, contract: Contract, next_period: Period) -> dict[str, str]:
    """Each escalator's count as the open period begins, by its name."""
    escalators = [rule for rule in contract.rules if len(rule.tiers) > 1]
    if not escalators:
        return {}
    life: dict[str, Fraction] = {}
    year: dict[str, Fraction] = {}
    first_of_year = next_period.ordinal - next_period.place + 1
    for row in store.counter_values(work.connection, contract.key):
        for sums in (life, year) if row.period_id >= first_of_year else (life,):
            sums[row.counter] = sums.get(row.counter, Fraction(0)) + row.counted
    first = setup.first_period
    return {
        rule.counter.name: _about(
            counter_before(
                rule,
                life=life.get(rule.counter.name, Fraction(0)),
                year=year.get(rule.counter.name, Fraction(0)),
                first=next_period == first,
                first_year=next_period.year == first.year,
            )
        )
        for rule in escalators
    }


def _about(exact: Fraction) -> str:
    """A counter's value; amounts converted between currencies may never end: to the cent then."""
    text = number_text(exact)
    return text if "/" not in text else number_text(Fraction(round(exact * 100), 100))


def open_period(work: Work, setup: Setup) -> Period:
    """The earliest period that is not closed."""
    last = last_closed_in(work)
    first = setup.first_period
    return first if last is None else first.shift(last + 1 - first.ordinal)


@dataclass(frozen=True, slots=True)
class PayeeBalance:
    """A beneficiary after the last closed period: accounts, the newest first; and their people."""

    settlements: list[Any]
    people: list[Any]


def payee_balance(work: Work, key: str) -> PayeeBalance:
    """A beneficiary's balances, and who may look at their statements."""
    work.actor.require(Verb.READ)
    return PayeeBalance(
        store.settlements_of(work.connection, key, _SHOWN),
        list(people.members(work.connection, work.actor, key)),
    )


def carried_balances(work: Work) -> dict[str, list[tuple[str, int]]]:
    """What beneficiaries carry forward, as (currency, amount), by key."""
    work.actor.require(Verb.READ)
    last = last_closed_in(work)
    return {} if last is None else store.balances_after(work.connection, last)


def rates_needed(work: Work, setup: Setup, period: Period) -> list[tuple[str, str, int]]:
    """Rates that a period's sales may need and that are missing, as (from, to, sale lines).

    Which title a sale is of is not asked here, so a pair may be named that no contract needs;
    the run names exactly those that it lacks.
    """
    work.actor.require(Verb.READ)
    sold = store.currencies_sold(work.connection, period.ordinal)
    known = {
        (rate.source, rate.target) for rate in setup.exchange_rates if rate.period == str(period)
    }
    begun = [contract for contract in setup.contracts.values() if contract.starts <= period.ends]
    needed = {
        (currency, target): lines
        for currency, lines in sold
        for target in {contract.currency for contract in begun}
        if currency != target
    }
    profit = any(rule.basis.value == "profit" for contract in begun for rule in contract.rules)
    costs = any(e.unit_cost for title in setup.titles.values() for e in title.editions)
    if profit and costs:
        house = setup.publisher.currency
        needed |= {(house, currency): lines for currency, lines in sold if currency != house}
    return [
        (source, target, lines)
        for (source, target), lines in sorted(needed.items())
        if (source, target) not in known
    ]
