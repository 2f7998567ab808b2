"""A parallel run: the last old statement's totals compared with a draft, to the minor unit.

Each difference is shown with its probable cause; staff then explain it or correct the books.
Amounts are minor units of the figure's currency.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from royalties.domain.money import MICRO, rounded, scale
from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.results import ContractRun, Run, Settlement
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.wording import percent

_NEAR = Fraction(1, 10_000)
"""How far the rate that amounts imply may be from a round one to be taken for it."""


class Figure(StrEnum):
    """Which amount of a statement an old total is."""

    EARNED = "earned"
    WITHHELD = "withheld"
    RELEASED = "released"
    BROUGHT_FORWARD = "brought forward"
    RECOUPED = "recouped"
    PAYABLE = "payable"
    ALLOCATED = "allocated"
    DUE = "due"
    TO_PAY = "to pay"


OF_PAYEES = frozenset((Figure.ALLOCATED, Figure.DUE, Figure.TO_PAY))


class DifferenceCause(StrEnum):
    """Probable causes of a difference, in the order in which to look into them."""

    MISSING_REPORT = "missing report"
    RETURNS = "returns"
    TIER = "tier"
    RATE = "rate"
    OPENING = "opening"
    ROUNDING = "rounding"
    FOLLOWS = "follows from others"


class FigureKey(NamedTuple):
    """Identifies a figure: ``of`` is a contract's key, or a beneficiary's for ``OF_PAYEES``.

    ``rule`` and ``isbn`` are used for earned amounts only; empty means all rules or editions.
    """

    figure: Figure
    of: str
    currency: str
    rule: str = ""
    isbn: str = ""


class OldTotal(NamedTuple):
    """A total of the old statement; ``copies`` is None where it gave none."""

    key: FigureKey
    amount: int
    copies: int | None = None


class Computed(NamedTuple):
    """The same figure in the draft; ``copies`` is 0 for figures that have none."""

    amount: int
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differs between the old statement and the draft.

    Attributes:
        key: the figure.
        old: its amount in the old statement.
        new: its amount in the draft.
        old_copies: None where the old statement gave none.
        new_copies: copies in the draft.
        cause: the probable cause.
        why: evidence for that cause, as text.
    """

    key: FigureKey
    old: int
    new: int
    old_copies: int | None
    new_copies: int
    cause: DifferenceCause
    why: str

    @property
    def amount(self) -> int:
        """New minus old: positive where the draft has more."""
        return self.new - self.old


def figures_of(run: Run) -> dict[FigureKey, Computed]:
    """Every figure of a draft that an old statement may contain, leaving out zeros.

    A contract that earned 50.00 on 40 copies has ``Computed(5000, 40)`` under its earned key.
    """
    figures: dict[FigureKey, Computed] = {}
    for contract_run in run.contracts:
        key, currency = contract_run.contract.key, contract_run.contract.currency
        for line_key, lines in _by_edition(contract_run).items():
            amount = sum(line.earned for line in lines)
            figures[FigureKey(Figure.EARNED, key, currency, *line_key)] = Computed(
                amount, _copies(lines)
            )
        for figure, amount in _of_contract(contract_run).items():
            figures[FigureKey(figure, key, currency)] = Computed(amount)
    for settled in run.settlements:
        for figure, amount in _of_payee(settled).items():
            of_payee = FigureKey(figure, settled.beneficiary, settled.currency)
            figures[of_payee] = Computed(amount)
    return {
        key: computed for key, computed in figures.items() if computed.amount or computed.copies
    }


def differences_from(run: Run, totals: Sequence[OldTotal]) -> list[Difference]:
    """Differences between old totals and a draft, ordered by cause and key.

    An old total of 50.00 where the draft earned 52.00 is one difference of 2.00. Where old totals
    are by rule or edition, the contract's other rules and editions count as old totals of zero.
    """
    figures = figures_of(run)
    contracts = {contract_run.contract.key: contract_run for contract_run in run.contracts}
    given_keys = {total.key for total in totals}
    detailed = {
        key.of for key in given_keys if key.figure is Figure.EARNED and (key.rule or key.isbn)
    }
    beyond = [
        OldTotal(key, 0, 0)
        for key in figures
        if key.figure is Figure.EARNED
        and key.of in detailed
        and not any(_covers(given_key, key) for given_key in given_keys)
    ]
    differences = []
    for total in (*totals, *beyond):
        new = _computed(total.key, figures)
        copies_differ = total.copies is not None and total.copies != new.copies
        if total.amount != new.amount or copies_differ:
            differences.append(_difference(total, new, contracts))
    differences.sort(key=lambda difference: difference.key)
    return sorted(
        (_marked_as_following(difference, differences) for difference in differences),
        key=lambda difference: (list(DifferenceCause).index(difference.cause), difference.key),
    )


def _covers(total: FigureKey, key: FigureKey) -> bool:
    """Whether an old total includes a figure of the draft."""
    return (
        (total.figure, total.of, total.currency) == (key.figure, key.of, key.currency)
        and total.rule in {"", key.rule}
        and total.isbn in {"", key.isbn}
    )


def _computed(total: FigureKey, figures: Mapping[FigureKey, Computed]) -> Computed:
    matching = [each for key, each in figures.items() if _covers(total, key)]
    return Computed(sum(each.amount for each in matching), sum(each.copies for each in matching))


def _by_edition(contract_run: ContractRun) -> dict[tuple[str, str], list[EarnedLine]]:
    lines_by_edition: dict[tuple[str, str], list[EarnedLine]] = {}
    for line in contract_run.lines:
        lines_by_edition.setdefault((line.rule, line.isbn or ""), []).append(line)
    return lines_by_edition


def _copies(lines: Iterable[EarnedLine]) -> int:
    """Net copies, counted once per group: each tier's line repeats its group's copies."""
    return sum({line.group: line.units for line in lines}.values())


def _of_contract(contract_run: ContractRun) -> dict[Figure, int]:
    return {
        Figure.WITHHELD: contract_run.reserve.withheld,
        Figure.RELEASED: contract_run.reserve.released,
        Figure.BROUGHT_FORWARD: contract_run.brought_forward,
        Figure.RECOUPED: contract_run.recouped,
        Figure.PAYABLE: contract_run.payable,
    }


def _of_payee(settled: Settlement) -> dict[Figure, int]:
    return {
        Figure.BROUGHT_FORWARD: settled.brought_forward,
        Figure.ALLOCATED: settled.allocated,
        Figure.DUE: settled.due,
        Figure.TO_PAY: settled.to_pay,
    }


# Causes


def _difference(total: OldTotal, new: Computed, contracts: Mapping[str, ContractRun]) -> Difference:
    contract_run = contracts.get(total.key.of)
    if total.key.figure is Figure.EARNED:
        lines = [
            line
            for line in (contract_run.lines if contract_run else ())
            if total.key.rule in {"", line.rule} and total.key.isbn in {"", line.isbn or ""}
        ]
        cause, why = _of_earned(total, new, lines, contract_run)
    else:
        cause, why = _of_account(total, new)
    return Difference(total.key, total.amount, new.amount, total.copies, new.copies, cause, why)


def _of_earned(
    total: OldTotal, new: Computed, lines: Sequence[EarnedLine], contract_run: ContractRun | None
) -> tuple[DifferenceCause, str]:
    if contract_run is None or not lines:
        return DifferenceCause.MISSING_REPORT, "the draft has no such sales"
    returned = -_copies([line for line in lines if line.kind == SaleKind.RETURN.word])
    if total.copies is not None and total.copies != new.copies:
        if returned and total.copies - new.copies == returned:
            return DifferenceCause.RETURNS, f"the draft takes {returned} returned copies off"
        less = total.copies - new.copies
        side = "fewer" if less > 0 else "more"
        return DifferenceCause.MISSING_REPORT, f"the draft counts {abs(less)} {side} copies"
    if abs(new.amount - total.amount) <= len(lines):
        which = "the earned line was" if len(lines) == 1 else "earned lines were"
        return DifferenceCause.ROUNDING, f"it is no more than if {which} rounded otherwise"
    return _of_rates(total, lines, contract_run)


def _of_rates(
    total: OldTotal, lines: Sequence[EarnedLine], contract_run: ContractRun
) -> tuple[DifferenceCause, str]:
    """The cause where copies agree but amounts do not: another tier, or another rate."""
    places = {line.rule_place for line in lines}
    rules = [rule for place, rule in enumerate(contract_run.contract.rules) if place in places]
    units = scale(contract_run.contract.currency)
    bases = {line.group: Fraction(line.base) * line.exchange_rate for line in lines}
    base = sum(bases.values(), Fraction(0)) / MICRO * units
    tiered = [rule for rule in rules if len(rule.tiers) > 1]
    for tier in (tier for rule in tiered for tier in rule.tiers):
        if abs(rounded(base * tier.rate) - total.amount) <= len(lines):
            return DifferenceCause.TIER, f"all of it at {percent(tier.rate)} gives the old amount"
    if tiered:
        return (
            DifferenceCause.TIER,
            "the old amount lies between the tiers: look at what was counted before",
        )
    if not base:
        return DifferenceCause.MISSING_REPORT, "the draft has no base for it"
    implied = Fraction(total.amount) / base
    near = Fraction(round(implied * 1000), 1000)
    if abs(implied - near) <= _NEAR:
        return DifferenceCause.RATE, f"the old amount is {percent(near)} of the draft’s base"
    return (
        DifferenceCause.MISSING_REPORT,
        "no rate explains it: compare the reports that were counted",
    )


def _of_account(total: OldTotal, new: Computed) -> tuple[DifferenceCause, str]:
    match total.key.figure:
        case Figure.RELEASED:
            return DifferenceCause.OPENING, "reserves held before the books, or when they come free"
        case Figure.BROUGHT_FORWARD:
            return DifferenceCause.OPENING, "the balance that was brought into the books"
        case Figure.RECOUPED:
            return DifferenceCause.OPENING, "what was earned back of advances before the books"
        case Figure.WITHHELD:
            cause, why = DifferenceCause.RATE, "the reserve’s rate, or what it applies to"
        case Figure.ALLOCATED | Figure.PAYABLE:
            cause, why = (
                DifferenceCause.RATE,
                "the plan’s shares, caps used before, or undistributed money",
            )
        case _:
            cause, why = DifferenceCause.OPENING, "the balance brought forward, or the tax withheld"
    if abs(new.amount - total.amount) <= 1:
        return DifferenceCause.ROUNDING, "one minor unit: it was rounded otherwise"
    return cause, why


_SOURCES: Mapping[Figure, frozenset[Figure]] = {
    Figure.WITHHELD: frozenset({Figure.EARNED}),
    Figure.RECOUPED: frozenset({Figure.EARNED, Figure.RELEASED}),
    Figure.PAYABLE: frozenset(
        {Figure.EARNED, Figure.WITHHELD, Figure.RELEASED, Figure.RECOUPED, Figure.BROUGHT_FORWARD}
    ),
    Figure.ALLOCATED: frozenset({Figure.EARNED, Figure.PAYABLE}),
    Figure.DUE: frozenset({Figure.EARNED, Figure.PAYABLE, Figure.ALLOCATED}),
    Figure.TO_PAY: frozenset({Figure.EARNED, Figure.PAYABLE, Figure.ALLOCATED, Figure.DUE}),
}


def _marked_as_following(difference: Difference, differences: Sequence[Difference]) -> Difference:
    """The difference, marked as following from others if those it is made of explain it."""
    sources = _SOURCES.get(difference.key.figure, frozenset())
    of_payee = difference.key.figure in OF_PAYEES
    others = [
        other
        for other in differences
        if other.key.figure in sources and (of_payee or other.key.of == difference.key.of)
    ]
    if not others or abs(difference.amount) <= 1 < max(abs(other.amount) for other in others):
        return difference
    if abs(difference.amount) > sum(abs(other.amount) for other in others):
        return difference
    words = ", ".join(dict.fromkeys(other.key.figure.value for other in others))
    return Difference(
        difference.key, difference.old, difference.new, difference.old_copies,
        difference.new_copies, DifferenceCause.FOLLOWS,
        f"it is made of figures that differ: {words}",
    )  # fmt: skip
