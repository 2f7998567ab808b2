"""The steps to a new publisher's first close: whether each is done, and what is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from royalties.domain.approvals import Proposal, ProposalKind
from royalties.domain.counting import counted, series
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.terms.catalogue import Title
from royalties.domain.terms.contracts import Basis, Rule
from royalties.services.books import Setup, last_closed_in
from royalties.services.frame import NO_OPENINGS, frame_of
from royalties.services.work import Work
from royalties.store import work as settings
from royalties.store.sales import batches

_NAMED = 3
_ASKED = (
    "Are there advances not earned back yet, balances, or copies counted before the first "
    "period? Enter them with the contracts and beneficiaries; or say that there are none."
)


class StepName(StrEnum):
    """The steps, in their order."""

    RETAILERS = "retailers"
    TITLES = "titles"
    BENEFICIARIES = "beneficiaries"
    PLAN = "plan"
    CONTRACT = "contract"
    OPENINGS = "openings"
    REPORT = "first report"
    DRAFT = "draft"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step.

    Attributes:
        step: which one.
        is_done: whether nothing is missing.
        lacks: what is missing, a sentence each.
        has_any: whether some of it is there, so that its list is worth a look.
        waiting: proposals that would help, once another manager approves them.
    """

    step: StepName
    lacks: tuple[str, ...] = ()
    has_any: bool = False
    waiting: tuple[Proposal, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return not self.lacks


@dataclass(frozen=True, slots=True)
class BooksSoFar:
    """Facts about the books that the steps depend on.

    Attributes:
        is_recorded: whether an import is in the books.
        identifiers: unknown ISBNs, under which rows wait.
        exceptions: of the draft; None: it has not been computed since a change.
        has_sales: whether the open period has sales.
        has_income: whether income of a right was entered, which earns without a sale.
    """

    is_recorded: bool
    identifiers: int
    exceptions: int | None
    has_sales: bool
    has_income: bool


def is_first(work: Work) -> bool:
    """Whether no period has been closed yet."""
    return last_closed_in(work) is None


def is_any_recorded(work: Work) -> bool:
    """Whether an import is in the books."""
    return work.once("any recorded", lambda: batches.is_any_recorded(work.connection))


def first_steps(
    work: Work, setup: Setup, period: Period, begun: BooksSoFar, waiting: Sequence[Proposal]
) -> tuple[FirstStep, ...]:
    """The steps to the first close; none once a period has been closed."""
    work.actor.require(Verb.READ)
    if not is_first(work):
        return ()
    lacks: dict[StepName, Callable[[], Iterable[str]]] = {
        StepName.RETAILERS: lambda: [] if setup.retailers else ["Who sells your books?"],
        StepName.TITLES: lambda: _titles(setup),
        StepName.BENEFICIARIES: lambda: [] if setup.beneficiaries else ["Who gets royalties?"],
        StepName.PLAN: lambda: [] if setup.plans else ["How is what is payable distributed?"],
        StepName.CONTRACT: lambda: _contracts(setup),
        StepName.OPENINGS: lambda: _openings(work, setup),
        StepName.REPORT: lambda: _report(begun),
        StepName.DRAFT: lambda: _draft(begun),
        StepName.CLOSE: lambda: _close(work, period, begun),
    }
    there = {
        StepName.RETAILERS: bool(setup.retailers),
        StepName.TITLES: bool(setup.titles),
        StepName.BENEFICIARIES: bool(setup.beneficiaries),
        StepName.PLAN: bool(setup.plans),
        StepName.CONTRACT: bool(setup.contracts),
        StepName.REPORT: begun.is_recorded,
    }
    return tuple(
        FirstStep(step, tuple(lacks[step]()), there.get(step, False), _waiting(step, waiting))
        for step in StepName
    )


def note_no_openings(work: Work) -> None:
    """Note that there are no opening balances."""
    work.actor.require(Verb.LOAD)
    noted = True
    settings.write_setting(work.connection, NO_OPENINGS, noted, work.at, work.actor.name)
    work.record(Verb.LOAD, {NO_OPENINGS: True})


def _titles(setup: Setup) -> list[str]:
    if not setup.titles:
        return ["What do you publish? Each title has editions, and each edition list prices."]
    bare = [title.title for title in setup.titles.values() if not title.editions]
    by_list = _rules_by_list(setup)
    unpriced = [
        title.title
        for key, title in setup.titles.items()
        if key in by_list and _wants_price(title, by_list[key])
    ]
    lacks = [f"{_listed(bare)} {_have(bare)} no edition yet."] if bare else []
    if unpriced:
        lacks.append(f"An edition of {_listed(unpriced)} has no list price, and earns by it.")
    return lacks


def _rules_by_list(setup: Setup) -> dict[str, list[Rule]]:
    """Rules that go by the list price, by the titles of their contracts."""
    rules: dict[str, list[Rule]] = {}
    for contract in setup.contracts.values():
        for_list = [rule for rule in contract.rules if rule.basis is Basis.LIST]
        for title in contract.titles if for_list else ():
            rules.setdefault(title, []).extend(for_list)
    return rules


def _wants_price(title: Title, rules: Iterable[Rule]) -> bool:
    """Whether an edition without a list price may come under one of the rules."""
    unpriced = {edition.format for edition in title.editions if not edition.prices}
    return bool(unpriced) and any(
        rule.formats is None or not unpriced.isdisjoint(rule.formats) for rule in rules
    )


def _contracts(setup: Setup) -> list[str]:
    if not setup.contracts:
        return ["What does a sale earn? A contract has the rules, and names the plan."]
    covered = {key for contract in setup.contracts.values() for key in contract.titles}
    without = [
        title.title for key, title in setup.titles.items() if title.royalties and key not in covered
    ]
    lacks = [f"{_listed(without)} {_have(without)} no contract."] if without else []
    ruleless = [key for key, each in setup.contracts.items() if not each.rules and not each.rights]
    if ruleless:
        lacks.append(f"{counted(len(ruleless), 'contract')} without rules: nothing earns by it.")
    return lacks


def _openings(work: Work, setup: Setup) -> list[str]:
    has_any = any(
        each.opening_balance or each.brought_in for each in setup.beneficiaries.values()
    ) or any(
        contract.opening_balance
        or contract.brought_in
        or contract.advances
        or any(rule.counter.opening for rule in contract.rules)
        for contract in setup.contracts.values()
    )
    if has_any or frame_of(work).has_no_openings:
        return []
    return [_ASKED]


def _report(begun: BooksSoFar) -> list[str]:
    if not begun.is_recorded:
        return ["Import the first retailer’s report, or enter its sales by hand."]
    if begun.identifiers:
        isbns = counted(begun.identifiers, "unknown ISBN")
        return [f"{isbns}: rows wait and count nowhere until you say which edition it is."]
    return []


def _draft(begun: BooksSoFar) -> list[str]:
    if not begun.has_sales:
        return [] if begun.has_income else ["There are no sales in the open period yet."]
    if begun.exceptions is None:
        return ["The draft has not been computed since the last change."]
    if begun.exceptions:
        return [f"{counted(begun.exceptions, 'exception')} in the draft: not every sale earns."]
    return []


def _close(work: Work, period: Period, begun: BooksSoFar) -> list[str]:
    if not begun.is_recorded and not begun.has_income:
        return ["There is nothing to close yet."]
    if work.today <= period.ends:
        return ["The period has not ended yet."]
    return ["The period has ended: go through its checklist."]


_PARTS = {
    StepName.TITLES: ("titles",),
    StepName.BENEFICIARIES: ("beneficiaries",),
    StepName.PLAN: ("plans",),
    StepName.CONTRACT: ("contracts",),
}


def _waiting(step: StepName, waiting: Iterable[Proposal]) -> tuple[Proposal, ...]:
    parts = _PARTS.get(step, ())
    return tuple(
        proposal
        for proposal in waiting
        if (proposal.kind is ProposalKind.SETUP and proposal.subject.partition(" ")[0] in parts)
        or (proposal.kind is ProposalKind.CLOSE and step is StepName.CLOSE)
    )


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{each}”" for each in names[:_NAMED]]
    if len(names) > _NAMED:
        return f"{', '.join(shown)} and {len(names) - _NAMED} more"
    return series(shown)


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"
