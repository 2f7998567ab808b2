"""Terms in plain words: rules, reserves, and a plan's steps.

What statements say of a step is for one beneficiary and never names the others; what the desk
says (``step_words``) names them all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from royalties.domain.counting import counted
from royalties.domain.currencies import exponent
from royalties.domain.money import number_text
from royalties.domain.terms.contracts import (
    Basis,
    Counts,
    DiscountRange,
    Reserve,
    Resets,
    Rule,
    Words,
)
from royalties.domain.terms.plans import Cap, CapPer, Member, Step, Takes, When

_MOST_DECIMALS = 4
"""Of a percentage; one with more is rounded, and says so."""

_CAP_TIMES = {
    CapPer.PERIOD: "in a period",
    CapPer.YEAR: "in a calendar year",
    CapPer.LIFETIME: "in all",
}


def sentence(step: Step, beneficiary: str, currency: str) -> str:
    """What a step does and what part of it is the beneficiary's."""
    part = _part(step, beneficiary, currency)
    text = f"{_takes(step, currency)}{_conditions(step, currency)}"
    return f"{text}, {part}." if part else f"{text}."


_BASES = {
    Basis.LIST: "of the list price",
    Basis.NET: "of net receipts",
    Basis.UNIT: "for every copy",
    Basis.PROFIT: "of net receipts less unit cost",
}


def rule_sentence(rule: Rule, currency: str) -> str:
    """A royalty rule: its rates, what they apply to, and which sales."""
    rates = [_rate(rule, place, currency) for place in range(len(rule.tiers))]
    clauses = [
        f"{opening} {any_of(words)}"
        for words, opening in (
            (rule.formats, "on"),
            (rule.channels, "through the channel"),
            (rule.retailers, "at"),
            (rule.countries, "in"),
        )
        if words
    ]
    if rule.discount is not None:
        clauses.append(f"at a discount {_range(rule.discount)}")
    return f"{', then '.join(rates)} {_BASES[rule.basis]} {' '.join(clauses)}".rstrip() + "."


def _rate(rule: Rule, place: int, currency: str) -> str:
    tier = rule.tiers[place]
    rate = (
        f"{currency} {money_words(tier.rate, currency)}"
        if rule.basis is Basis.UNIT
        else percent(tier.rate)
    )
    if tier.up_to is None:
        return rate
    if rule.counts is Counts.UNITS:
        return f"{rate} up to {_copies(tier.up_to)} copies"
    return f"{rate} up to {currency} {money_words(tier.up_to, currency)}"


def _range(limits: DiscountRange) -> str:
    named = (
        (limits.from_, "from"),
        (limits.above, "above"),
        (limits.below, "below"),
        (limits.up_to, "up to"),
    )
    return " and ".join(f"{word} {percent(limit)}" for limit, word in named if limit is not None)


_RESETS = {
    Resets.NEVER: "over the life of the contract",
    Resets.YEAR: "afresh each calendar year",
    Resets.PERIOD: "afresh each period",
}
_COUNTED = {
    Counts.UNITS: "Net copies count",
    Counts.LIST: "List value counts",
    Counts.NET: "Net receipts count",
}


def counter_sentence(rule: Rule) -> str:
    """What an escalator counts, and from where; empty for a rule of one rate."""
    if len(rule.tiers) == 1:
        return ""
    text = f"{_COUNTED[rule.counts]} {_RESETS[rule.counter.resets]}"
    if rule.counter.name != rule.name:
        text += f", as “{rule.counter.name}”"
    if rule.counter.opening:
        text += f", from {_counted(rule)} before the first period"
    return f"{text}."


def reserve_sentence(reserve: Reserve) -> str:
    """What is withheld against returns, of what, and for how long."""
    of = [
        f"{opening} {any_of(words)}"
        for words, opening in (
            (reserve.formats, "on"),
            (reserve.channels, "through the channel"),
        )
        if words
    ]
    rates = ", then ".join(percent(rate) for rate in reserve.rates)
    if reserve.by_period:
        rates += " (by the title’s periods since publication, then nothing)"
    held = counted(reserve.hold_periods, "period")
    return f"{' '.join([f'{rates} of what is earned', *of])}, released after {held}."


@dataclass(frozen=True, slots=True)
class MemberWords:
    """Who gets part of a step: a name, the weight and its part, a cap; or nested steps."""

    beneficiary: str
    name: str
    weight: str
    part: str
    cap: str
    steps: tuple["StepWords", ...]


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step for the desk: what it takes, and everybody who gets of it."""

    takes: str
    members: tuple[MemberWords, ...]


def step_words(
    steps: Sequence[Step], names: Mapping[str, str], currency: str
) -> tuple[StepWords, ...]:
    """Steps in plain words, every beneficiary named.

    Args:
        steps: in order.
        names: what beneficiaries are called, by key.
        currency: of the contract; empty where contracts of several share the plan.
    """
    return tuple(
        StepWords(
            f"{_takes(step, currency)}{_conditions(step, currency)}".strip(),
            tuple(_member_words(member, step, names, currency) for member in step.to),
        )
        for step in steps
    )


def _member_words(
    member: Member, step: Step, names: Mapping[str, str], currency: str
) -> MemberWords:
    total = sum((each.weight for each in step.to), Fraction(0))
    return MemberWords(
        member.beneficiary or "",
        names.get(member.beneficiary or "", member.beneficiary or ""),
        number_text(member.weight),
        percent(member.weight / total) if total else "",
        _cap(member.cap, currency).removeprefix(", ") if member.cap else "",
        step_words(member.steps, names, currency),
    )


def concerns(step: Step, beneficiary: str) -> bool:
    """Whether a step may give to a beneficiary, itself or in a nested list."""
    return any(_leads_to(member, beneficiary) for member in step.to)


def percent(share: Fraction) -> str:
    """A share as a percentage, to two decimals where it does not end by the fourth."""
    exact = share * 100
    text = number_text(exact)
    is_short = "/" not in text and len(text.partition(".")[2]) <= _MOST_DECIMALS
    return f"{text} %" if is_short else f"{float_free(exact)} %"


def float_free(exact: Fraction) -> str:
    """About, to two decimals."""
    hundredths = (exact.numerator * 200 + exact.denominator) // (2 * exact.denominator)
    return f"about {hundredths // 100}.{hundredths % 100:02d}"


def _takes(step: Step, currency: str) -> str:
    amount = step.amount or Fraction(0)
    match step.takes:
        case Takes.FIXED:
            return f"{currency} {money_words(amount, currency)} each period".strip()
        case Takes.SHARE:
            return f"{percent(amount)} of what is payable"
        case Takes.PER_UNIT:
            return f"{currency} {money_words(amount, currency)} for every copy".strip()
        case Takes.REMAINDER:
            return "All that is left"


def _conditions(step: Step, currency: str) -> str:
    text = ""
    if step.when is not None:
        text += f" from {sales_words(step.when)}"
    if step.cap is not None:
        text += _cap(step.cap, currency)
    if step.from_ is not None:
        text += f", from {step.from_}"
    if step.until is not None:
        text += f", until {step.until}"
    return text


def _part(step: Step, beneficiary: str, currency: str) -> str:
    members = [member for member in step.to if member.weight > 0]
    mine = [member for member in step.to if _leads_to(member, beneficiary)]
    total = sum((member.weight for member in members), Fraction(0))
    return "; ".join(
        _of_member(member, total, len(members), beneficiary, currency) for member in mine
    )


def _of_member(
    member: Member, total: Fraction, members: int, beneficiary: str, currency: str
) -> str:
    words = []
    if members > 1:
        part = percent(member.weight / total)
        words.append(f"split over {members} by weight, your part being {part}")
    if member.cap:
        words.append(_cap(member.cap, currency).removeprefix(", "))
    if member.beneficiary is not None:
        return ", ".join(words)
    inner = " ".join(
        sentence(step, beneficiary, currency)
        for step in member.steps
        if concerns(step, beneficiary)
    )
    return ", ".join([*words, f"and of that: {inner.removesuffix('.')}"])


def sales_words(when: When) -> str:
    """Which sales a condition is for: ``e-book sales in WA``."""
    kind = f"{any_of(when.formats)} sales" if when.formats else "sales"
    return " ".join([kind, *_clauses(when)])


def _clauses(when: When) -> Iterator[str]:
    for words, opening in (
        (when.channels, "through the channel"),
        (when.retailers, "at"),
        (when.countries, "in"),
        (when.regions, "in"),
        (when.cities, "in"),
        (when.orders, "on order"),
    ):
        if words:
            yield f"{opening} {any_of(words)}"


def any_of(words: Words) -> str:
    """Words of a condition: ``amazon``, ``amazon or ingram``."""
    listed = sorted("e-book" if each == "ebook" else each for each in words or ())
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def _cap(cap: Cap, currency: str) -> str:
    amount = f"{currency} {money_words(cap.amount, currency)}".strip()
    return f", at most {amount} {_CAP_TIMES[cap.per]}"


def money_words(amount: Fraction, currency: str) -> str:
    """An amount with the currency's decimals, or more where it has more."""
    whole, _, digits = number_text(amount).partition(".")
    digits = digits.ljust(exponent(currency) if currency else 2, "0")
    return f"{int(whole):,}{'.' if digits else ''}{digits}"


def _counted(rule: Rule) -> str:
    """What a counter begins with: whole copies, or an amount."""
    opening = rule.counter.opening
    return _copies(opening) if rule.counts is Counts.UNITS else money_words(opening, "")


def _copies(count: Fraction) -> str:
    return f"{int(count):,}" if count.denominator == 1 else number_text(count)


def _leads_to(member: Member, beneficiary: str) -> bool:
    return member.beneficiary == beneficiary or any(
        concerns(step, beneficiary) for step in member.steps
    )
