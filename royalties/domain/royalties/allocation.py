"""How a plan's steps distribute what is payable. Source: calculation.md, "3. Allocation".

Amounts are minor units of the contract's currency. Lines enter as *parts*: sums over lines
that every ``when`` of the plan treats alike, each with its exact share of the payable amount.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple, assert_never

from royalties.domain.money import rounded, scale, split
from royalties.domain.royalties.earning import Atom
from royalties.domain.terms.plans import (
    Cap,
    CapPer,
    Member,
    Plan,
    PlanVersion,
    Step,
    Takes,
    When,
    steps_of,
)


class CapKey(NamedTuple):
    """Identifies a cap: by its step in its version, or by name across versions.

    ``version`` is the version's first day and ``path`` the step's place in it; both are empty for
    a cap with a ``name``.
    """

    plan: str
    version: str
    path: str
    name: str


class Allocation(NamedTuple):
    """What a beneficiary got from the outermost step number ``step`` (from 1)."""

    step: int
    beneficiary: str
    amount: int


@dataclass(slots=True)
class Allocated:
    """All amounts allocated, what could not be, and how much of each cap was used."""

    allocations: list[Allocation] = field(default_factory=list)
    undistributed: int = 0
    cap_use: dict[CapKey, int] = field(default_factory=dict)


CapUse = Callable[[CapKey, CapPer], int]
"""How much of a cap closed periods used in the time it covers, in minor units."""


@dataclass(slots=True)
class _Part:
    """Lines that no ``when`` tells apart: what is left of their exact share, and their copies."""

    atom: Atom
    left: Fraction
    units: int


@dataclass(slots=True)
class _Placed:
    """Outcome of a list of steps over an amount; nothing else changes until it is final."""

    given: dict[tuple[int, str], int] = field(default_factory=dict)
    caps: dict[CapKey, int] = field(default_factory=dict)
    left: int = 0


def needs_atoms(version: PlanVersion) -> bool:
    """Whether any step depends on which lines earned the money, or on copies.

    True for "1.00 per copy" and for "half of what e-books earned"; false for "half of it all".
    """
    return any(
        step.when is not None or step.takes is Takes.PER_UNIT for step in steps_of(version.steps)
    )


def allocate(  # noqa: PLR0917 - read in the order of the rule: plan, amounts, lines, time
    plan: Plan,
    version: PlanVersion,
    payable: int,
    undistributed: int,
    atoms: Sequence[Atom],
    day: date,
    currency: str,
    used: CapUse,
) -> Allocated:
    """Distribute ``payable`` plus what was undistributed before over a plan's steps.

    Of 1,000.00, a first step gives 500.00 to Seattle, and a second the remainder to Seattle and
    Houston at 1 : 2: Seattle gets 500.00 + 166.67, Houston 333.33.

    Args:
        plan: the plan; its key identifies its caps.
        version: the plan's version in force.
        payable: the period's payable amount, from which shares are computed.
        undistributed: what earlier periods left undistributed.
        atoms: the period's lines, if any step depends on them (``needs_atoms``).
        day: the period's last day, which decides whether a dated step applies.
        currency: the contract's currency.
        used: how much of each cap closed periods used.

    Returns:
        Allocations in step order without zeros; their sum plus ``undistributed`` is exactly
        what was to be distributed.
    """
    total = sum((atom.earned for atom in atoms), Fraction(0))
    parts = [
        _Part(atom, payable * atom.earned / total if total > 0 else Fraction(0), atom.units)
        for atom in atoms
    ]
    distribution = _Distribution(plan, version, day, currency, used)
    placed = distribution.steps(
        version.steps, payable, payable + undistributed, parts, path="", outer=None
    )
    return Allocated(
        [
            Allocation(step, beneficiary, amount)
            for (step, beneficiary), amount in placed.given.items()
            if amount
        ],
        placed.left,
        placed.caps,
    )


@dataclass(frozen=True, slots=True)
class _Distribution:
    """A version of a plan, applied to one period."""

    plan: Plan
    version: PlanVersion
    day: date
    currency: str
    used: CapUse

    def steps(
        self,
        steps: Sequence[Step],
        payable: int,
        pool: int,
        parts: list[_Part],
        *,
        path: str,
        outer: int | None,
    ) -> _Placed:
        """Run steps in order over ``pool``; shares are of ``payable``.

        ``parts`` is used up; ``outer`` is the outermost step's number inside nested lists.
        """
        placed = _Placed(left=pool)
        sums_by_condition = {
            step.when: _sum(parts, step.when) for step in steps if step.when is not None
        }
        for place, step in enumerate(steps, 1):
            if not step.counts_on(self.day) or placed.left <= 0:
                continue
            step_path = f"{path}{place}"
            amount = self._before_caps(step, payable, placed.left, parts, sums_by_condition)
            amount = min(amount, self._cap_left(step.cap, step_path))
            if amount <= 0:
                continue
            took = self._to_members(
                step, amount, parts, f"{step_path}.", outer if outer is not None else place, placed
            )
            self._use_cap(step.cap, step_path, took, placed.caps)
            _take(parts, step.when, took)
            placed.left -= took
        if sum(placed.given.values()) + placed.left != pool:
            raise AssertionError("a step placed money that nobody got, or gave more than it had")
        return placed

    def _before_caps(
        self,
        step: Step,
        payable: int,
        left: int,
        parts: Sequence[_Part],
        sums_by_condition: Mapping[When, Fraction],
    ) -> int:
        """What a step takes before caps, never more than is left (of its lines' part)."""
        within, part = left, payable
        amount = step.amount or Fraction(0)
        if step.when is not None:
            part = _clamped(sums_by_condition[step.when], payable)
            within = min(left, _clamped(_sum(parts, step.when), part))
        match step.takes:
            case Takes.FIXED:
                taken = rounded(self._minor(amount))
            case Takes.SHARE:
                taken = rounded(amount * part)
            case Takes.PER_UNIT:
                copies = sum(p.units for p in parts if matches(step.when, p.atom))
                taken = rounded(self._minor(amount) * copies)
            case Takes.REMAINDER:
                taken = within
            case _:
                assert_never(step.takes)
        return max(0, min(taken, within))

    def _to_members(
        self,
        step: Step,
        amount: int,
        parts: Sequence[_Part],
        path: str,
        outer: int,
        placed: _Placed,
    ) -> int:
        """Split an amount over a step's members; returns how much of it was placed.

        Members already at their cap get nothing. The excess of a member that reaches its cap goes
        to the others, and then that of nested lists, repeatedly, until everything is placed or
        no member can take more.
        """
        if not any(member.cap or member.steps for member in step.to):
            return _to_plain(step, amount, outer, placed)
        got = [0] * len(step.to)
        nested: dict[int, _Placed] = {}
        open_ = {
            place
            for place, member in enumerate(step.to)
            if member.weight > 0 and self._cap_left(member.cap, f"{path}{place + 1}") > 0
        }
        to_place = amount
        while to_place and open_:
            order = sorted(open_)
            for place, more in zip(
                order, split(to_place, [step.to[place].weight for place in order]), strict=True
            ):
                got[place] += more
            to_place = self._overflow_of_full(step, got, open_, path)
            if not to_place or not open_:
                to_place += self._overflow_of_nested(step, got, open_, nested, parts, path, outer)
        for place, member in enumerate(step.to):
            if member.beneficiary is not None and got[place]:
                key = (outer, member.beneficiary)
                placed.given[key] = placed.given.get(key, 0) + got[place]
            elif place in nested:
                for key, given in nested[place].given.items():
                    placed.given[key] = placed.given.get(key, 0) + given
                for cap, use in nested[place].caps.items():
                    _use_once(placed.caps, cap, use)
            self._use_cap(member.cap, f"{path}{place + 1}", got[place], placed.caps)
        return sum(got)

    def _overflow_of_full(self, step: Step, got: list[int], open_: set[int], path: str) -> int:
        overflow = 0
        for place in sorted(open_):
            room = self._cap_left(step.to[place].cap, f"{path}{place + 1}")
            if got[place] >= room:
                overflow += got[place] - room
                got[place] = room
                open_.discard(place)
        return overflow

    def _overflow_of_nested(  # noqa: PLR0917 - the state of one split
        self,
        step: Step,
        got: list[int],
        open_: set[int],
        nested: dict[int, _Placed],
        parts: Sequence[_Part],
        path: str,
        outer: int,
    ) -> int:
        overflow = 0
        for place, member in enumerate(step.to):
            settled = place in nested and sum(nested[place].given.values()) == got[place]
            if member.steps and got[place] and not settled:
                inner = self._nested(step, member, got[place], parts, f"{path}{place + 1}.", outer)
                nested[place] = inner
                if inner.left:
                    overflow += inner.left
                    got[place] -= inner.left
                    open_.discard(place)
        return overflow

    def _nested(
        self, step: Step, member: Member, got: int, parts: Sequence[_Part], path: str, outer: int
    ) -> _Placed:
        """Run a member's nested steps over what it got, which came from the step's lines."""
        matched = [part for part in parts if matches(step.when, part.atom)]
        left = sum((part.left for part in matched), Fraction(0))
        share = got / left if left > 0 else Fraction(0)
        own = [_Part(part.atom, part.left * share, part.units) for part in matched]
        return self.steps(member.steps, got, got, own, path=path, outer=outer)

    def _cap_left(self, cap: Cap | None, path: str) -> int:
        """What closed periods left of a cap; within one run a cap is used only once."""
        if cap is None:
            return _NO_LIMIT
        limit = rounded(self._minor(cap.amount))
        return max(0, limit - self.used(self._key(cap, path), cap.per))

    def _use_cap(self, cap: Cap | None, path: str, amount: int, caps: dict[CapKey, int]) -> None:
        if cap is not None and amount:
            _use_once(caps, self._key(cap, path), amount)

    def _key(self, cap: Cap, path: str) -> CapKey:
        if cap.name:
            return CapKey(self.plan.key, "", "", cap.name)
        return CapKey(self.plan.key, self.version.starts.isoformat(), path, "")

    def _minor(self, amount: Fraction) -> Fraction:
        return amount * scale(self.currency)


def _to_plain(step: Step, amount: int, outer: int, placed: _Placed) -> int:
    """Split an amount over members without caps or steps of their own: nothing overflows."""
    open_ = [member for member in step.to if member.weight > 0]
    if not open_:
        return 0
    parts = split(amount, [member.weight for member in open_])
    for member, part in zip(open_, parts, strict=True):
        if part and member.beneficiary is not None:
            key = (outer, member.beneficiary)
            placed.given[key] = placed.given.get(key, 0) + part
    return amount


_NO_LIMIT = 2**63


def _use_once(caps: dict[CapKey, int], key: CapKey, amount: int) -> None:
    """Record how much of a cap was used; a second use in the same run could not see the first.

    Raises:
        AssertionError: two caps of a version share a name, which setup files cannot do.
    """
    if key in caps:
        raise AssertionError(f"two caps of one version are called {key.name!r}")
    caps[key] = amount


def matches(when: When | None, atom: Atom) -> bool:
    """Whether a step takes from these lines; income matches no condition.

    "E-books in France" matches e-books sold in France, but neither paperbacks nor e-books
    elsewhere.
    """
    if when is None:
        return True
    checks = (
        (when.formats, atom.format),
        (when.channels, atom.channel),
        (when.retailers, atom.retailer),
        (when.countries, atom.place.country),
        (when.regions, atom.place.region),
        (when.cities, atom.place.city),
        (when.orders, atom.place.order),
    )
    return all(words is None or (word and word in words) for words, word in checks)


def _sum(parts: Sequence[_Part], when: When | None) -> Fraction:
    return sum((part.left for part in parts if matches(when, part.atom)), Fraction(0))


def _clamped(exact: Fraction, most: int) -> int:
    return rounded(max(Fraction(0), min(exact, Fraction(most))))


def _take(parts: Sequence[_Part], when: When | None, took: int) -> None:
    """Take from the lines a step matches, in proportion to what is left of their parts."""
    matched = [part for part in parts if matches(when, part.atom)]
    left = sum((part.left for part in matched), Fraction(0))
    if took and left > 0:
        remains = 1 - min(Fraction(took) / left, Fraction(1))
        for part in matched:
            part.left *= remains
