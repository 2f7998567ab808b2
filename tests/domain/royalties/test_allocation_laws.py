"""Laws of allocation for any plan, however nested, capped and conditional."""

from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.money import rounded
from royalties.domain.royalties.allocation import Allocated, CapKey, allocate, needs_atoms
from royalties.domain.royalties.earning import Atom
from royalties.domain.terms.plans import (
    Cap,
    CapPer,
    Member,
    Plan,
    PlanVersion,
    Step,
    Takes,
    beneficiaries_of,
)
from tests.builders.domain import LONG_AGO, Steps
from tests.strategies import DAYS, atoms, caps, days, members, plan_steps, plans

amounts = st.sampled_from([0, 1, 2, 3, 7, 10, 99, 100, 101, 333, 1000, 5000])
stood = st.sampled_from([0, 0, 0, 1, 50, 777])
DAY = date(2025, 6, 30)


def placed(
    plan: Plan, payable: int, undistributed: int, lines: Sequence[Atom], day: date = DAY
) -> Allocated:
    """What a plan does in a first period."""
    version = plan.on(day)
    assert version is not None
    return allocate(plan, version, payable, undistributed, lines, day, "USD", lambda key, per: 0)


def caps_of(steps: Steps) -> Iterator[Cap]:
    """Every cap of a list of steps."""
    for step in steps:
        if step.cap:
            yield step.cap
        for member in step.to:
            if member.cap:
                yield member.cap
            yield from caps_of(member.steps)


@given(plans(), amounts, stood, atoms, days)
def test_allocations_and_undistributed_sum_to_the_payable(
    plan: Plan, payable: int, undistributed: int, lines: list[Atom], day: date
) -> None:
    """ "Σ allocated + undistributed = payable + undistributed before." """
    found = placed(plan, payable, undistributed, lines, day)
    given_away = sum(each.amount for each in found.allocations)
    assert given_away + found.undistributed == payable + undistributed


@given(plans(depth=1), amounts, stood, atoms, days)
def test_no_allocation_is_negative(
    plan: Plan, payable: int, undistributed: int, lines: list[Atom], day: date
) -> None:
    """Allocations are positive, one for each step and beneficiary, and only to those named."""
    found = placed(plan, payable, undistributed, lines, day)
    version = plan.on(day)
    assert version is not None
    assert found.undistributed >= 0
    assert all(each.amount > 0 for each in found.allocations)
    keys = [(each.step, each.beneficiary) for each in found.allocations]
    assert len(keys) == len(set(keys))
    for step, beneficiary in keys:
        assert beneficiary in beneficiaries_of((version.steps[step - 1],))
    assert [each.step for each in found.allocations] == sorted(step for step, _ in keys)


@given(plans(depth=1), amounts, stood, atoms, st.data())
def test_allocations_do_not_depend_on_the_order_of_lines(
    plan: Plan, payable: int, undistributed: int, lines: list[Atom], data: st.DataObject
) -> None:
    """ "No order of rows changes a result"; nor whether like lines were summed before."""
    found = placed(plan, payable, undistributed, lines)
    assert placed(plan, payable, undistributed, data.draw(st.permutations(lines))) == found
    halves = [
        half
        for atom in lines
        for half in (
            atom._replace(earned=atom.earned / 3, units=atom.units - 7),
            atom._replace(earned=atom.earned * 2 / 3, units=7),
        )
    ]
    assert placed(plan, payable, undistributed, halves) == found
    if not needs_atoms(plan.versions[0]) and not needs_atoms(plan.versions[-1]):
        assert placed(plan, payable, undistributed, []) == found


@given(plan_steps(1), members(0), amounts, stood, atoms)
def test_money_stays_undistributed_only_if_nobody_can_take_it(
    steps: tuple[Step, ...],
    to: tuple[Member, ...],
    payable: int,
    undistributed: int,
    lines: list[Atom],
) -> None:
    """A last member without a cap takes what everybody before could not."""
    last = Step(Takes.REMAINDER, None, (*to, Member(Fraction(1), "ann")))
    found = placed(_plan(*steps, last), payable, undistributed, lines)
    assert found.undistributed == 0


@given(plan_steps(1), amounts, stood, atoms)
def test_member_with_weight_zero_gets_nothing(
    steps: tuple[Step, ...], payable: int, undistributed: int, lines: list[Atom]
) -> None:
    """Not a leftover cent, and not what full members cannot take."""
    nobody = Member(Fraction(0), "nobody")
    with_nobody = tuple(replace(step, to=(nobody, *step.to)) for step in steps)
    found = placed(_plan(*with_nobody), payable, undistributed, lines)
    assert "nobody" not in {each.beneficiary for each in found.allocations}
    assert found.allocations == placed(_plan(*steps), payable, undistributed, lines).allocations


@given(plan_steps(1), amounts, stood, atoms, st.integers(0, 3))
def test_member_at_its_cap_before_a_step_takes_no_part_in_it(
    steps: tuple[Step, ...], payable: int, undistributed: int, lines: list[Atom], place: int
) -> None:
    """Everybody gets what they would get if whoever can take nothing were not in the plan."""
    full = Member(Fraction(7), "nobody", cap=Cap(Fraction(0), CapPer.LIFETIME))
    with_full = tuple(
        replace(step, to=(*step.to[:place], full, *step.to[place:])) for step in steps
    )
    found = placed(_plan(*with_full), payable, undistributed, lines)
    assert found.allocations == placed(_plan(*steps), payable, undistributed, lines).allocations


@given(plan_steps(0), amounts, stood, atoms)
def test_no_step_allocates_more_than_it_may(
    steps: tuple[Step, ...], payable: int, undistributed: int, lines: list[Atom]
) -> None:
    """Its amount, its share of payable, its rate times copies; never more than its lines' part."""
    found = placed(_plan(*steps), payable, undistributed, lines)
    for number, step in enumerate(steps, 1):
        got = sum(each.amount for each in found.allocations if each.step == number)
        amount = step.amount or Fraction(0)
        if not step.counts_on(DAY):
            assert got == 0
        if step.takes is Takes.FIXED:
            assert got <= rounded(amount * 100)
        if step.takes is Takes.SHARE:
            assert got <= rounded(amount * payable)
        if step.takes is Takes.PER_UNIT and step.when is None:
            assert got <= max(0, rounded(amount * 100 * sum(atom.units for atom in lines)))
        if step.when is not None:
            assert got <= payable
        if step.cap is not None:
            assert got <= rounded(step.cap.amount * 100)


def _plan(*steps: Step) -> Plan:
    return Plan("plan", (PlanVersion(LONG_AGO, steps),))


# Caps, period after period


class Books:
    """How far caps were used in closed periods, remembered by what members really got."""

    def __init__(self) -> None:
        self.closed: list[tuple[int, dict[CapKey, int]]] = []

    def used(self, year: int) -> dict[CapPer, Tally[CapKey]]:
        """By how long a cap counts."""
        found = {per: Tally[CapKey]() for per in CapPer}
        for then, use in self.closed:
            found[CapPer.LIFETIME].update(use)
            if then == year:
                found[CapPer.YEAR].update(use)
        return found


periods = st.lists(st.tuples(amounts, atoms), min_size=1, max_size=5)


def distinct(steps: tuple[Step, ...], numbers: Iterator[int]) -> tuple[Step, ...]:
    """The same steps with a beneficiary of its own for every member."""
    return tuple(
        replace(
            step,
            to=tuple(
                replace(member, steps=distinct(member.steps, numbers))
                if member.steps
                else replace(member, beneficiary=f"payee {next(numbers)}")
                for member in step.to
            ),
        )
        for step in steps
    )


def held_by(steps: Steps, path: str = "") -> Iterator[tuple[Cap, str, set[str]]]:
    """Every cap with its place and those who get what it lets through."""
    for number, step in enumerate(steps, 1):
        here = f"{path}{number}"
        if step.cap:
            yield step.cap, here, set(beneficiaries_of((step,)))
        for place, member in enumerate(step.to, 1):
            inside = set(beneficiaries_of(member.steps)) or {str(member.beneficiary)}
            if member.cap:
                yield member.cap, f"{here}.{place}", inside
            yield from held_by(member.steps, f"{here}.{place}.")


@given(plan_steps(), periods)
def test_no_cap_is_ever_exceeded(
    steps: tuple[Step, ...], quarters: list[tuple[int, list[Atom]]]
) -> None:
    """Over periods, calendar years and for life, by what its members were given."""
    plan = _plan(*distinct(steps, count()))
    books, taken = Books(), dict[tuple[str, int], Tally[str]]()
    undistributed = 0
    for quarter, (payable, lines) in enumerate(quarters):
        year = 2025 + quarter // 2
        used = books.used(year)
        found = allocate(
            plan,
            plan.versions[0],
            payable,
            undistributed,
            lines,
            DAYS[-1],
            "USD",
            lambda key, per, used=used: used[per][key],  # type: ignore[misc]
        )
        undistributed = found.undistributed
        books.closed.append((year, found.cap_use))
        got: Tally[str] = Tally()
        for each in found.allocations:
            got[each.beneficiary] += each.amount
        for cap, path, names in held_by(plan.versions[0].steps):
            amount = sum(got[name] for name in names)
            key = CapKey("plan", LONG_AGO.isoformat(), path, "")
            assert found.cap_use.get(key, 0) == amount
            for scope in (("period", quarter), ("year", year), ("lifetime", 0)):
                if cap.per.value == scope[0]:
                    so_far = taken.setdefault(scope, Tally())
                    so_far[path] += amount
                    assert so_far[path] <= rounded(cap.amount * 100)


@given(st.lists(st.tuples(caps, caps), min_size=1, max_size=2), periods, st.integers(1, 4))
def test_named_cap_continues_in_later_versions(
    limits: list[tuple[Cap, Cap]], years: list[tuple[int, list[Atom]]], change: int
) -> None:
    """Its earlier use counts, whatever its place and limit in the new version."""

    def version(place: int, starts: date) -> PlanVersion:
        named = [
            replace(pair[place], per=CapPer.LIFETIME, name=f"cap {number}")
            for number, pair in enumerate(limits)
        ]
        if place:
            named.reverse()
        steps = [
            Step(Takes.REMAINDER, None, (Member(Fraction(1), str(cap.name)),), cap=cap)
            for cap in named
        ]
        last = Step(Takes.REMAINDER, None, (Member(Fraction(1), "ann"),))
        return PlanVersion(starts, (*steps, last))

    plan = Plan("plan", (version(0, LONG_AGO), version(1, date(2025 + change, 1, 1))))
    got: Tally[str] = Tally()
    books = Books()
    for year, (payable, lines) in enumerate(years, 2025):
        day = date(year, 12, 31)
        in_force = plan.on(day)
        assert in_force is not None
        used = books.used(year)
        before = got.copy()
        found = allocate(
            plan,
            in_force,
            payable,
            0,
            lines,
            day,
            "USD",
            lambda key, per, used=used: used[per][key],  # type: ignore[misc]
        )
        books.closed.append((year, found.cap_use))
        got.update({each.beneficiary: each.amount for each in found.allocations})
        for number, pair in enumerate(limits):
            name = f"cap {number}"
            limit = rounded(pair[in_force is not plan.versions[0]].amount * 100)
            assert got[name] <= max(limit, before[name])
