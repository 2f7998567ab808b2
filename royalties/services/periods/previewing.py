"""What a change of terms would have given: a period calculated twice, and nothing written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from royalties.domain.json_values import canonical
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.earning import UnknownRightError
from royalties.domain.royalties.exchange import MissingExchangeRateError
from royalties.domain.royalties.inputs import Books
from royalties.domain.royalties.results import ContractRun, Run, Settlement
from royalties.domain.royalties.run import NoPlanError, in_force, run
from royalties.domain.terms.plans import Plan
from royalties.ingest import setup as setup_file
from royalties.services.books import (
    Setup,
    books_of,
    distinctions_of,
    open_period_of,
    setup_in_force,
    setup_used_by,
)
from royalties.services.cache import cached, refuse_slow_calculation
from royalties.services.pending import pending_numbers, setup_beside
from royalties.services.periods.draft import state_of
from royalties.services.terms.amending import canonical_body, check
from royalties.services.work import Work
from royalties.store.periods import runs as store

Body = Mapping[str, Any]
_Value = TypeVar("_Value")

PARTS = frozenset({"contracts", "plans", "beneficiaries"})
"""Parts of which a change moves figures."""

_KEPT_PREVIEWS = 20
_CANNOT = (MissingExchangeRateError, NoPlanError, UnknownRightError)


@dataclass(frozen=True, slots=True)
class AmountChange:
    """An amount now and as proposed, in minor units."""

    before: int
    after: int

    @property
    def difference(self) -> int:
        """What the proposal adds."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ContractEffect:
    """What changes for a contract, and what its rules and rights earn."""

    contract: str
    author: str
    currency: str
    earned: AmountChange
    payable: AmountChange
    rules: tuple[tuple[str, AmountChange], ...]


@dataclass(frozen=True, slots=True)
class BeneficiaryEffect:
    """What changes for a beneficiary in one currency.

    ``net`` is what would arrive: nothing below the minimum or on hold, else what is due without
    the tax that is expected to be withheld.
    """

    beneficiary: str
    name: str
    currency: str
    allocated: AmountChange
    due: AmountChange
    net: AmountChange


@dataclass(frozen=True, slots=True)
class PreviewTotals:
    """Sums over all contracts and beneficiaries of one currency."""

    earned: AmountChange
    payable: AmountChange
    allocated: AmountChange
    due: AmountChange
    net: AmountChange


@dataclass(frozen=True, slots=True)
class Effect:
    """A period as it stands beside what a proposal would give.

    Attributes:
        period: which.
        closed: whether it is closed, so that nothing will change there.
        as_if: whether a plan's version was taken as if it had begun by then.
        contracts: those that change; ``same_contracts`` counts the others.
        beneficiaries: those that change; ``same_beneficiaries`` counts the others.
        totals: per currency, sums over all of them, changed or not.
        exceptions: sales that earn nothing, before and after, as kinds of sales.
        problem: why it cannot be calculated; the rest is empty then.
    """

    period: str
    closed: bool
    as_if: bool = False
    contracts: tuple[ContractEffect, ...] = ()
    same_contracts: int = 0
    beneficiaries: tuple[BeneficiaryEffect, ...] = ()
    same_beneficiaries: int = 0
    totals: Mapping[str, PreviewTotals] = field(default_factory=dict)
    exceptions: AmountChange = AmountChange(0, 0)
    problem: str = ""

    @property
    def changes(self) -> bool:
        """Whether anything would have been different."""
        return bool(self.contracts or self.beneficiaries or self.exceptions.difference)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A whole entry as proposed, and of a plan the version in question."""

    part: str
    entry: Body
    version: str


def preview(work: Work, part: str, body: Body, *, version: str = "") -> list[Effect]:
    """What a new body of an entry would have given in the last closed and the open period.

    Args:
        part: ``contracts``, ``plans`` or ``beneficiaries``.
        body: the whole entry as proposed.
        version: first day of the plan's version in question; it is tried also on periods
            before it begins, since that is what the question is about.

    Raises:
        SetupError: with every fault of the entry.
    """
    work.actor.require(Verb.READ)
    check(work, part, body)
    tried = _Tried(part, canonical_body(part, body), version)
    period = open_period_of(work, setup_in_force(work))
    state = (state_of(work, period), pending_numbers(work))
    key = (state, part, canonical(tried.entry), version)
    refuse_slow_calculation(
        work,
        "preview",
        key,
        lambda patient: preview(patient, part, body, version=version),
        words="what this would have given",
        periods=(period.ordinal, period.ordinal - 1),
    )
    calculate = lambda: _effects(work, tried, period)  # noqa: E731
    return cached(work, "preview", key, calculate, most=_KEPT_PREVIEWS)


def last_close(work: Work, open_period: Period) -> tuple[Setup, Books] | None:
    """What the close before an open period used, if there was one; it never changes."""
    period = open_period.shift(-1)
    closed = store.find_closing(work.connection, period.ordinal)
    if closed is None:
        return None

    def read() -> tuple[Setup, Books]:
        then = setup_used_by(work, closed.revision)
        return then, books_of(work, then, period)

    return cached(work, "books of the last close", period, read)


def _effects(work: Work, tried: _Tried, period: Period) -> list[Effect]:
    """What an entry would have given in the period before an open one, if any, and in that."""
    now = setup_in_force(work)
    beside = setup_beside(work)  # what waits, and may be named
    effects = []
    closed = last_close(work, period)
    if closed is not None:
        then, books = closed
        setup = _with_later_keys(then, beside)
        effects.append(_effect(work, setup, tried, lambda: books, books.period, closed=True))
    read = lambda: books_of(work, now, period)  # noqa: E731
    setup = _with_later_keys(now, beside)
    effects.append(_effect(work, setup, tried, read, period, closed=False))
    return effects


def _with_later_keys(then: Setup, now: Setup) -> Setup:
    """A setup, and what a proposal may name that is added later."""
    return replace(
        then,
        titles={**now.titles, **then.titles},
        retailers={**now.retailers, **then.retailers},
        beneficiaries={**now.beneficiaries, **then.beneficiaries},
        plans={**now.plans, **then.plans},
    )


def _effect(
    work: Work,
    setup: Setup,
    tried: _Tried,
    books_then: Callable[[], Books],
    period: Period,
    *,
    closed: bool,
) -> Effect:
    proposed, as_if = _proposed(setup, tried, period)
    empty = Effect(str(period), closed, as_if)
    try:
        books = books_then()
        before = run(books)
        after = run(_books_as(work, books, proposed))
    except _CANNOT as error:
        return replace(empty, problem=str(error))
    return _compared(empty, before, after, proposed)


def _proposed(setup: Setup, tried: _Tried, period: Period) -> tuple[Setup, bool]:
    """The setup with an entry replaced, and whether its plan begins earlier than it says."""
    entry, key = tried.entry, tried.entry["key"]
    match tried.part:
        case "contracts":
            contract = setup_file.contract_of(entry)
            return replace(setup, contracts={**setup.contracts, key: contract}), False
        case "beneficiaries":
            payee = setup_file.beneficiary_of(entry, setup.publisher.currency)
            return replace(setup, beneficiaries={**setup.beneficiaries, key: payee}), False
        case _:
            plan = setup_file.plan_of(entry)
            shifted = _in_force_by(plan, tried.version, period)
            return replace(setup, plans={**setup.plans, key: shifted}), shifted is not plan


def _in_force_by(plan: Plan, version: str, period: Period) -> Plan:
    """The plan with a version in force on a period's last day, whenever it really begins."""
    if not version:
        return plan
    version_then = next(
        candidate for candidate in plan.versions if candidate.starts == date.fromisoformat(version)
    )
    if plan.on(period.ends) == version_then:
        return plan
    earlier = tuple(candidate for candidate in plan.versions if candidate.starts < period.ends)
    return Plan(plan.key, (*earlier, replace(version_then, starts=period.ends)))


def _books_as(work: Work, books: Books, proposed: Setup) -> Books:
    """The books under a proposed setup; sales are summed again only if it asks more of them."""
    period = books.period
    contracts = in_force(list(proposed.contracts.values()), period)
    new, known = (
        distinctions_of(each, [plans[contract.plan] for contract in each], books.sold, period)
        for each, plans in ((contracts, proposed.plans), (books.contracts, books.plans))
    )
    if new != known:
        return books_of(work, proposed, period)
    return replace(
        books,
        contracts=contracts,
        plans=proposed.plans,
        beneficiaries=proposed.beneficiaries,
    )


def _compared(empty: Effect, before: Run, after: Run, setup: Setup) -> Effect:
    contracts = [
        _contract_effect(*pair)
        for pair in _pairs(
            before.contracts, after.contracts, lambda computed: computed.contract.key
        )
    ]
    payees = [
        _beneficiary_effect(*pair, setup)
        for pair in _pairs(before.settlements, after.settlements, _payee)
    ]
    changed = [
        contract
        for contract in contracts
        if _differ(contract.earned, contract.payable, *_amounts_of(contract.rules))
    ]
    affected = [payee for payee in payees if _differ(payee.allocated, payee.due, payee.net)]
    currencies = sorted(
        {figures.currency for figures in contracts} | {figures.currency for figures in payees}
    )
    return replace(
        empty,
        contracts=tuple(changed),
        same_contracts=len(contracts) - len(changed),
        beneficiaries=tuple(affected),
        same_beneficiaries=len(payees) - len(affected),
        totals={
            currency: PreviewTotals(
                _sum(contract.earned for contract in contracts if contract.currency == currency),
                _sum(contract.payable for contract in contracts if contract.currency == currency),
                _sum(payee.allocated for payee in payees if payee.currency == currency),
                _sum(payee.due for payee in payees if payee.currency == currency),
                _sum(payee.net for payee in payees if payee.currency == currency),
            )
            for currency in currencies
        },
        exceptions=AmountChange(len(before.exceptions), len(after.exceptions)),
    )


def _pairs(
    before: Iterable[_Value], after: Iterable[_Value], key: Callable[[_Value], Any]
) -> list[tuple[_Value | None, _Value | None, _Value]]:
    """The same thing before and after, by key, None where it is missing; and one that is not."""
    was, now = ({key(each): each for each in values} for values in (before, after))
    either = {**was, **now}
    return [(was.get(each), now.get(each), either[each]) for each in sorted(either)]


def _payee(each: Settlement) -> tuple[str, str]:
    return each.currency, each.beneficiary


def _contract_effect(
    before: ContractRun | None, after: ContractRun | None, some: ContractRun
) -> ContractEffect:
    earned = [_earned_by_rule(each) for each in (before, after)]
    return ContractEffect(
        some.contract.key,
        some.contract.author,
        some.contract.currency,
        AmountChange(before.earned if before else 0, after.earned if after else 0),
        AmountChange(before.payable if before else 0, after.payable if after else 0),
        tuple(
            (rule, AmountChange(earned[0].get(rule, 0), earned[1].get(rule, 0)))
            for rule in dict.fromkeys((*earned[1], *earned[0]))
        ),
    )


def _earned_by_rule(contract_run: ContractRun | None) -> dict[str, int]:
    earned: dict[str, int] = {}
    for line in contract_run.lines if contract_run else ():
        earned[line.rule] = earned.get(line.rule, 0) + line.earned
    return earned


def _beneficiary_effect(
    before: Settlement | None, after: Settlement | None, some: Settlement, setup: Setup
) -> BeneficiaryEffect:
    return BeneficiaryEffect(
        some.beneficiary,
        setup.beneficiaries[some.beneficiary].name,
        some.currency,
        AmountChange(before.allocated if before else 0, after.allocated if after else 0),
        AmountChange(before.due if before else 0, after.due if after else 0),
        AmountChange(before.net if before else 0, after.net if after else 0),
    )


def _amounts_of(rules: Iterable[tuple[str, AmountChange]]) -> list[AmountChange]:
    return [figure for _, figure in rules]


def _differ(*figures: AmountChange) -> bool:
    return any(figure.difference for figure in figures)


def _sum(figures: Iterable[AmountChange]) -> AmountChange:
    listed = list(figures)
    return AmountChange(sum(each.before for each in listed), sum(each.after for each in listed))
