"""Versions and steps that never count, and sales that no step meets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from royalties.domain.periods import Period, period_of
from royalties.domain.royalties.allocation import matches
from royalties.domain.royalties.earning import Atom
from royalties.domain.royalties.warnings.warning import (
    Terms,
    TermsInForce,
    TermsWarning,
    a_format,
    without_retailer,
)
from royalties.domain.terms.plans import Cap, Member, Plan, PlanVersion, Step, Takes, When
from royalties.domain.terms.wording import any_of, sales_words


@dataclass(frozen=True, slots=True)
class _DaySpan:
    """Days on which something counts, both included; None: for ever."""

    starts: date
    ends: date | None

    def within(self, starts: date | None, ends: date | None) -> "_DaySpan":
        """The part of it between two days."""
        first = max(self.starts, starts) if starts else self.starts
        last = min(filter(None, (self.ends, ends)), default=None)
        return _DaySpan(first, last)

    def has_a_last_day(self, period: Period) -> bool:
        """Whether some period of the calendar ends in it."""
        return self.ends is None or (
            self.starts <= self.ends and period_of(self.starts, period.calendar).ends <= self.ends
        )


@dataclass(frozen=True, slots=True)
class _StepsAt:
    """A list of steps: its path and words, what narrows it from outside, and when it counts."""

    plan: Plan
    version: PlanVersion
    path: str
    words: str
    outer: tuple[When, ...]
    span: _DaySpan
    atoms: Sequence[Atom]
    formats: frozenset[str]

    def warn(self, code: str, step: int, at: str, message: str) -> TermsWarning:
        """A warning about a step, counted from 0."""
        return TermsWarning(
            code,
            "plans",
            self.plan.key,
            f"{self.path}steps[{step}]{at}",
            f'plan "{self.plan.key}", version from {self.version.starts}, '
            f"step {self.words}{step + 1}",
            message,
        )


def of_plan(books: TermsInForce, plan: Plan) -> Iterator[TermsWarning]:
    """All about one plan; of its versions, those that may still distribute a period."""
    contracts = books.followers.get(plan.key, [])
    open_period = books.terms.open_period
    if not contracts:
        yield _of_whole_plan(plan, "plan-without-contract", "no contract follows it")
    begun = [contract.key for contract in contracts if contract.starts <= open_period.ends]
    if begun and plan.on(open_period.ends) is None:
        yield _of_whole_plan(
            plan,
            "plan-without-version",
            f"has no version in force on {open_period.ends}, so {open_period} cannot be run: add "
            f"one that begins earlier",
        )
    atoms = list(
        dict.fromkeys(books.atom(kind) for contract in contracts for kind in books.sold(contract))
    )
    formats = frozenset(e.format for contract in contracts for e in books.editions(contract))
    for version, span in _that_may_count(books.terms, plan):
        if not span.has_a_last_day(open_period):
            yield TermsWarning(
                "version-never",
                "plans",
                plan.key,
                f"versions[{version.starts}].from",
                f'plan "{plan.key}", version from {version.starts}',
                f"is never in force on the last day of a period: the next version begins on "
                f"{(span.ends or span.starts) + timedelta(days=1)}",
            )
            continue
        path = f"versions[{version.starts}]."
        top = _StepsAt(plan, version, path, "", (), span, atoms, formats)
        yield from _of_steps(books, top, version.steps)


def _of_whole_plan(plan: Plan, code: str, message: str) -> TermsWarning:
    return TermsWarning(code, "plans", plan.key, "", f'plan "{plan.key}"', message)


def _that_may_count(terms: Terms, plan: Plan) -> Iterator[tuple[PlanVersion, _DaySpan]]:
    """Versions that may distribute the open period or a later one, each with its days."""
    for version, later in zip(plan.versions, [*plan.versions[1:], None], strict=True):
        ends = later.starts - timedelta(days=1) if later else None
        starts = max(version.starts, terms.first_period.starts)
        if ends is None or ends >= max(starts, terms.open_period.starts):
            yield version, _DaySpan(starts, ends)


def _of_steps(books: TermsInForce, at: _StepsAt, steps: Sequence[Step]) -> Iterator[TermsWarning]:
    for place, step in enumerate(steps):
        warning = _of_step(books, at, steps, place)
        if warning:
            yield warning
        whens = (*at.outer, *((step.when,) if step.when else ()))
        span = at.span.within(step.from_, step.until)
        for number, member in enumerate(step.to):
            if _is_zero(member.cap):
                yield at.warn(
                    "step-takes-nothing",
                    place,
                    f".to[{number}].cap.amount",
                    f"its member {number + 1} gets nothing, being capped at 0",
                )
            inner = _StepsAt(
                at.plan,
                at.version,
                f"{at.path}steps[{place}].to[{number}].",
                f"{at.words}{place + 1}.{number + 1}.",
                whens,
                span,
                at.atoms,
                at.formats,
            )
            if not warning:
                yield from _of_steps(books, inner, member.steps)


def _of_step(
    books: TermsInForce, at: _StepsAt, steps: Sequence[Step], place: int
) -> TermsWarning | None:
    """The first reason for which a step never takes anything."""
    step = steps[place]
    if blocker := _taken_before(steps, place):
        return at.warn(
            "step-behind-remainder",
            place,
            "",
            f"never gets anything, because step {at.words}{blocker} takes all that is left of "
            f"{'the same sales' if steps[blocker - 1].when else 'everything'}: move it up, or "
            f"remove it",
        )
    if step.takes is not Takes.REMAINDER and not step.amount:
        return at.warn("step-takes-nothing", place, f".{step.takes}", "takes nothing: it says 0")
    if _is_zero(step.cap):
        return at.warn(
            "step-takes-nothing", place, ".cap.amount", "takes nothing, being capped at 0"
        )
    span = at.span.within(step.from_, step.until)
    if not span.has_a_last_day(books.terms.open_period) and (
        span.ends is None or span.ends >= books.terms.first_period.starts
    ):
        return at.warn(
            "step-dates",
            place,
            ".from" if step.from_ else ".until",
            f"never counts, because {_why_never(span)}: a step counts in the periods whose last "
            f"day lies between from and until",
        )
    return _unmatched(books, at, step, place)


def _why_never(span: _DaySpan) -> str:
    if span.ends and span.ends < span.starts:
        return f"it counts from {span.starts} at the earliest and until {span.ends} at the latest"
    return f"no period ends between {span.starts} and {span.ends}"


def _is_zero(cap: Cap | None) -> bool:
    return cap is not None and not cap.amount


def _taken_before(steps: Sequence[Step], place: int) -> int:
    """The number of an earlier step that always leaves this one nothing; 0: there is none.

    A remainder without a condition takes everything; one with a condition, or a share of 1, all of
    what its own sales earned. Of other sales, even if they are part of those, something may be
    left: their returns may have cost more than they earned.
    """
    mine = steps[place].when
    for number, step in enumerate(steps[:place], 1):
        takes_all = step.takes is Takes.REMAINDER or (
            step.takes is Takes.SHARE and step.when is not None and step.amount == 1
        )
        if (
            takes_all
            and step.when in (None, mine)
            and step.cap is None
            and step.from_ is None
            and step.until is None
            and any(map(_takes_any_amount, step.to))
        ):
            return number
    return 0


def _takes_any_amount(member: Member) -> bool:
    if member.cap is not None or member.weight <= 0:
        return False
    if member.beneficiary is not None:
        return True
    last = member.steps[-1]
    return (
        last.takes is Takes.REMAINDER
        and last.when is None
        and last.cap is None
        and last.from_ is None
        and last.until is None
        and any(map(_takes_any_amount, last.to))
    )


_CONDITIONS = (
    ("formats", "of the format"),
    ("channels", "through the channel"),
    ("retailers", "at the retailer"),
    ("countries", "in the country"),
    ("regions", "in the region"),
    ("cities", "in the city"),
    ("orders", "of the order"),
)
"""Conditions of a step in the order of ``allocation.matches``, and words before their values."""


def _unmatched(books: TermsInForce, at: _StepsAt, step: Step, place: int) -> TermsWarning | None:
    """A condition that no sale meets: none that could be made, or none that was."""
    if step.when is None:
        return None
    for outer in at.outer:
        for name, _ in _CONDITIONS:
            theirs, mine = getattr(outer, name), getattr(step.when, name)
            if theirs is not None and mine is not None and not theirs & mine:
                return at.warn(
                    "step-contradicts",
                    place,
                    f".when.{name}",
                    f"never matches: it is for {any_of(mine)}, within a step for {any_of(theirs)}",
                )
    if found := _impossible(books, at, step.when):
        name, why = found
        return at.warn("step-without-sales", place, f".when.{name}", f"matches nothing yet: {why}")
    whens = (*at.outer, step.when)
    if not at.atoms or any(all(matches(when, atom) for when in whens) for atom in at.atoms):
        return None
    for name, opening in _CONDITIONS:
        words = getattr(step.when, name)
        alone = When(**{name: words})
        if words is not None and not any(matches(alone, atom) for atom in at.atoms):
            return at.warn(
                "step-without-sales",
                place,
                f".when.{name}",
                f"has matched no sale so far: none is recorded {opening} {any_of(words)}; check "
                f"how the reports write it",
            )
    return at.warn(
        "step-without-sales",
        place,
        ".when",
        f"has matched no sale so far: no {sales_words(step.when)} are recorded",
    )


def _impossible(books: TermsInForce, at: _StepsAt, when: When) -> tuple[str, str] | None:
    """A format without editions, or a channel without retailers: the condition, and why."""
    if when.formats is not None and at.formats and not when.formats & at.formats:
        return "formats", f"no edition of its contracts' titles is {a_format(when.formats)}"
    why = without_retailer(when.channels, when.retailers, books.channels)
    return ("channels", why) if why else None
