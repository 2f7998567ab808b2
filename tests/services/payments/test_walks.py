"""Anybody does anything with payments in any order, and a model in plain dicts agrees.

Nothing is paid twice, nothing that is not due; each payee's sum is kept to the cent; and nobody pays
alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from royalties.domain.money import minor_units
from royalties.domain.payments.life import Method
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.payments import approving, listing, moving, proposing
from royalties.services.work import RefusedError, Work
from tests.builders.books import NOW, Office, Shelf, a_row, after, spring
from tests.builders.orders import somebody

Payee = tuple[str, str]

WHO = ("Cleo", "Max", "Mia")
PERIODS = ("2025-H1", "2025-H2", "2026-H1", "2026-H2", "2027-H1")
SOLD = {"2025-H2": "2025-09-09", "2026-H1": "2026-02-02", "2026-H2": "2026-08-08"}
STEPS = ("pay less", "approve", "send", "settle", "return", "void", "release")


@dataclass(slots=True)
class Paid:
    """A payment as the model has it."""

    payee: Payee
    batch: int
    parts: dict[str, int]
    makers: set[str]
    state: str = "proposed"
    net: int = 0
    arrived: bool = False
    released: bool = False
    year: int = 0
    taxed_before: int = 0

    @property
    def gross(self) -> int:
        return sum(self.parts.values())


@dataclass(slots=True)
class Walker:
    """Who walks through the books, and what they should say."""

    office: Office
    reached: Counter[str]
    people: dict[str, Actor] = field(default_factory=dict)
    waits: dict[str, tuple[Payee, int]] = field(default_factory=dict)
    payments: dict[int, Paid] = field(default_factory=dict)
    carried: dict[Payee, int] = field(default_factory=lambda: defaultdict(int))
    back: dict[Payee, int] = field(default_factory=lambda: defaultdict(int))
    taxed: dict[Payee, int] = field(default_factory=lambda: defaultdict(int))
    """What of each balance an earlier year's payment was taxed for, and no close set aside yet."""
    taxed_of: dict[str, int] = field(default_factory=dict)
    """The same of each statement, and no payment took yet."""
    kept: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Tax that stays withheld of payments that came back in a later year, by currency."""
    gone: dict[Payee, int] = field(default_factory=lambda: defaultdict(int))
    """What each payee will never receive of what was set aside: that tax."""
    now: datetime = NOW
    next_period: int = 0
    tokens: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self) -> None:
        self.office.system = replace(self.office.system, clock=lambda: self.now)
        roles = (Role.CLERK, Role.MANAGER, Role.MANAGER)
        self.people = {
            name: somebody(self.office, name, role) for name, role in zip(WHO, roles, strict=True)
        }
        self.close()

    # What people do

    def close(self) -> None:
        if self.next_period >= len(PERIODS):
            return
        period = PERIODS[self.next_period]
        if self.next_period:
            ends = date(int(period[:4]) + (period[-1] == "2"), 7 - 6 * int(period[-1] == "2"), 2)
            while self.now.date() < ends:
                self.new_year()
            day = SOLD.get(period, "2027-01-10")
            self.office.bring([a_row(30, date=day, reference=period)])
        self.office.close(period)
        self.next_period += 1
        self.reached["close"] += 1
        numbers: dict[Payee, str] = {
            (row[1], row[2]): row[0]
            for row in self.office.rows(
                "SELECT number, beneficiary, currency FROM statement WHERE number LIKE :like",
                like=f"{period}-%",
            )
        }
        for each in self.office.run(period)["beneficiaries"]:
            payee = (each["key"], each["currency"])
            cents = {
                name: minor_units(each[name], payee[1])
                for name in ("brought_forward", "to_pay", "carried_forward", "tax")
            }
            if self.next_period > 1 and payee in self.carried:
                assert cents["brought_forward"] == self.carried[payee] + self.back[payee]
                self.reached["brought forward again"] += bool(self.back[payee])
            self.carried[payee] = cents["carried_forward"]
            before = min(self.taxed[payee], cents["to_pay"])
            assert cents["tax"] == tax_of(payee, cents["to_pay"] - before)
            self.taxed[payee] -= before
            if cents["to_pay"]:
                self.waits[numbers[payee]] = (payee, cents["to_pay"])
                self.taxed_of[numbers[payee]] = before
        self.back.clear()

    def propose(self, who: str, less: bool) -> None:
        held = {p.payee for p in self.payments.values() if p.state in ("proposed", "approved")}
        held |= {
            p.payee for p in self.payments.values() if p.state == "returned" and not p.released
        }
        left: dict[Payee, dict[str, int]] = defaultdict(dict)
        for number, (payee, amount) in self.waits.items():
            if amount and payee not in held:
                left[payee][number] = amount
        wanted = {payee: sum(of.values()) // 2 for payee, of in left.items()} if less else {}
        wanted = {payee: amount for payee, amount in wanted.items() if amount}
        with self.tried(bool(left), who) as work:
            if work is None:
                return
            made = proposing.propose_payments(work, f"t{next(self.tokens)}", wanted=wanted)
            shown = listing.batch(work, made.number)
            found = {
                (row.beneficiary, row.currency): (
                    row.id,
                    {part.statement: part.amount for part in shown.parts[row.id]},
                )
                for row in shown.payments
            }
        assert found.keys() == left.keys()
        for payee, (made_number, parts) in found.items():
            assert sum(parts.values()) == wanted.get(payee, sum(left[payee].values()))
            for statement, amount in parts.items():
                assert self.waits[statement][0] == payee
                assert amount <= self.waits[statement][1]
                self.waits[statement] = (payee, self.waits[statement][1] - amount)
            self.payments[made_number] = Paid(payee, made.number, parts, {who})
        self.reached["propose less" if less else "propose"] += 1

    def step(self, what: str, place: int, who: str) -> None:
        if self.payments:
            number = sorted(self.payments)[place % len(self.payments)]
            getattr(self, what.replace(" ", "_").replace("return", "come_back"))(number, who)

    def pay_less(self, number: int, who: str) -> None:
        paid = self.payments[number]
        amount = paid.gross // 2
        with self.tried(paid.state in ("proposed", "approved") and amount > 0, who) as work:
            if work is None:
                return
            proposing.hold_back(work, number, amount)
        self._give_back(paid, paid.gross - amount)
        paid.state, paid.makers = "proposed", paid.makers | {who}
        self.reached["pay less"] += 1

    def approve(self, number: int, who: str) -> None:
        batch = self.payments[number].batch
        of = {n: p for n, p in self.payments.items() if p.batch == batch and p.state == "proposed"}
        made_by = {who_made for p in of.values() for who_made in p.makers}
        maker = self.office.rows("SELECT prepared_by FROM payment_batch WHERE id = :id", id=batch)[
            0
        ][0]
        possible = bool(of) and who != "Cleo" and who not in made_by and who != maker
        self.reached["alone"] += bool(of) and who != "Cleo" and not possible
        with self.tried(possible, who) as work:
            if work is None:
                return
            approving.approve(work, batch, signed=of.keys())
        for paid in of.values():
            paid.state = "approved"
        self.reached["approve"] += 1

    def send(self, number: int, who: str) -> None:
        paid = self.payments[number]
        with self.tried(paid.state == "approved", who) as work:
            if work is None:
                return
            (row,) = moving.send(work, [number], work.today, Method.WIRE, f"W{number}")
        for statement, amount in paid.parts.items():
            before = min(amount, self.taxed_of[statement])
            self.taxed_of[statement] -= before
            paid.taxed_before += before
        tax = tax_of(paid.payee, paid.gross - paid.taxed_before)
        assert (row.gross, row.tax) == (paid.gross, tax)
        assert (row.taxed_before or 0) == paid.taxed_before
        paid.state, paid.net, paid.year = "sent", paid.gross - tax, self.now.year
        self.reached["send"] += 1
        self.reached["send what was taxed"] += bool(paid.taxed_before)
        self.reached["send both"] += 0 < paid.taxed_before < paid.gross

    def settle(self, number: int, who: str) -> None:
        paid = self.payments[number]
        with self.tried(paid.state == "sent", who) as work:
            if work is None:
                return
            moving.settle(work, [number], work.today)
        paid.state, paid.arrived = "settled", True
        self.reached["settle"] += 1

    def come_back(self, number: int, who: str) -> None:
        paid = self.payments[number]
        with self.tried(paid.state in ("sent", "settled") and who != "Cleo", who) as work:
            if work is None:
                return
            moving.take_back(work, number, work.today, "R03")
        paid.state = "returned"
        self._owed_again(paid)
        self.reached["return"] += 1

    def void(self, number: int, who: str) -> None:
        paid = self.payments[number]
        before = paid.state in ("proposed", "approved")
        with self.tried(before or (paid.state == "sent" and who != "Cleo"), who) as work:
            if work is None:
                return
            moving.void(work, number, "a mistake")
        if before:
            self._give_back(paid, paid.gross)
        else:
            self._owed_again(paid)
        self.reached["void" if before else "void sent"] += 1
        paid.state = "voided" if before else "stopped"

    def release(self, number: int, who: str) -> None:
        paid = self.payments[number]
        possible = paid.state == "returned" and not paid.released and who != "Cleo"
        with self.tried(possible, who) as work:
            if work is None:
                return
            moving.release(work, number, "new account")
        paid.released = True
        self.reached["release"] += 1

    def _owed_again(self, paid: Paid) -> None:
        """In the same year all of it; later, what was sent, and it is taxed already."""
        if paid.year == self.now.year:
            self.back[paid.payee] += paid.gross
            self.taxed[paid.payee] += paid.taxed_before
            return
        tax = paid.gross - paid.net
        self.back[paid.payee] += paid.net
        self.taxed[paid.payee] += paid.net
        self.kept[paid.payee[1]] += tax
        self.gone[paid.payee] += tax
        self.reached["back in a later year"] += 1
        self.reached["tax stays"] += bool(tax)

    def new_year(self) -> None:
        if self.now.year < NOW.year + 2:
            self.now = self.now.replace(year=self.now.year + 1, month=1, day=15)
            self.reached["new year"] += 1

    def _give_back(self, paid: Paid, amount: int) -> None:
        """The latest statement first, as holding back keeps the earliest."""
        for statement in sorted(paid.parts, reverse=True):
            taken = min(amount, paid.parts[statement])
            payee, left = self.waits[statement]
            self.waits[statement] = (payee, left + taken)
            paid.parts[statement] -= taken
            amount -= taken
            if paid.state in ("proposed", "approved") and not paid.parts[statement]:
                del paid.parts[statement]

    @contextmanager
    def tried(self, possible: bool, who: str) -> Iterator[Work | None]:
        """Do something that must be possible; or nothing, and see that it is refused."""
        if possible:
            with self.office.system.work(self.people[who]) as work:
                yield work
            return
        yield None

    # What must hold

    def compare(self) -> None:
        balances = {
            (row[0], row[1]): int(row[2])
            for row in self.office.rows(
                "SELECT account, currency, sum(amount) FROM posting GROUP BY account, currency"
            )
        }
        to_pay: dict[Payee, int] = defaultdict(int)
        on_its_way: dict[Payee, int] = defaultdict(int)
        bank: dict[str, int] = defaultdict(int)
        tax = defaultdict(int, self.kept)
        for payee, left in self.waits.values():
            to_pay[payee] += left
        for paid in self.payments.values():
            if paid.state in ("proposed", "approved"):
                to_pay[paid.payee] += paid.gross
            elif paid.state == "sent":
                on_its_way[paid.payee] += paid.net
            elif paid.state == "settled":
                bank[paid.payee[1]] += paid.net
            if paid.state in ("sent", "settled"):
                tax[paid.payee[1]] += paid.gross - paid.net
        for payee in {*to_pay, *self.carried}:
            name, currency = payee
            owed = self.carried[payee] + self.back[payee]
            said = {
                f"liability:to-pay:{name}": to_pay[payee],
                f"liability:in-transit:{name}": on_its_way[payee],
                f"liability:beneficiary:{name}": owed,
            }
            for account, amount in said.items():
                assert -balances.get((account, currency), 0) == amount, account
        for currency in ("USD", "GBP"):
            assert -balances.get(("asset:bank", currency), 0) == bank[currency]
            assert -balances.get(("liability:tax", currency), 0) == tax[currency]
        rows = self.office.rows("SELECT id, state, gross FROM payment")
        states = {"stopped": "voided"}
        assert {row[0]: (row[1], row[2]) for row in rows if row[1] != "voided"} == {
            number: (states.get(p.state, p.state), p.gross)
            for number, p in self.payments.items()
            if p.state not in ("voided", "stopped")
        }


def tax_of(payee: Payee, amount: int) -> int:
    rate = Decimal("0.24") if payee[0] == "tacoma" else Decimal(0)
    return int((amount * rate).quantize(Decimal(1), "ROUND_HALF_UP"))


def refused(walker: Walker, what: str, number: int, who: str) -> None:
    """Something that the model says is impossible is refused, and changes nothing."""
    before = walker.office.hashes("log")
    with pytest.raises((RefusedError, NotAllowedError)):
        attempted(walker, what, number, who)
    assert walker.office.hashes("log") == before
    walker.reached["refused"] += 1


def attempted(walker: Walker, what: str, number: int, who: str) -> None:
    paid = walker.payments[number]
    with walker.office.system.work(walker.people[who]) as work:
        match what:
            case "approve":
                approving.approve(work, paid.batch, signed=walker.payments)
            case "send":
                moving.send(work, [number], work.today, Method.WIRE)
            case "settle":
                moving.settle(work, [number], work.today)
            case "return":
                moving.take_back(work, number, work.today, "R03")
            case "void":
                moving.void(work, number, "a mistake")
            case "release":
                moving.release(work, number, "new account")
            case _:
                proposing.hold_back(work, number, paid.gross)


POSSIBLE: dict[str, set[str]] = {
    "pay less": set(),
    "approve": {"proposed"},
    "send": {"approved"},
    "settle": {"sent"},
    "return": {"sent", "settled"},
    "void": {"proposed", "approved", "sent"},
    "release": {"returned"},
}
NUMBERS = st.integers(0, 30)


class Desk(RuleBasedStateMachine):
    """Hypothesis at the desk."""

    def __init__(self, opened: AbstractContextManager[Office], reached: Counter[str]) -> None:
        super().__init__()
        self._opened = opened
        self.walker = Walker(opened.__enter__(), reached)
        self.walker.begin()

    def teardown(self) -> None:
        try:
            assert self.walker.office.faults() == {}
        finally:
            self._opened.__exit__(None, None, None)

    @invariant()
    def books_agree(self) -> None:
        self.walker.compare()

    @rule(who=st.sampled_from(WHO), less=st.booleans())
    def propose(self, who: str, less: bool) -> None:
        self.walker.propose(who, less)

    @rule(what=st.sampled_from(STEPS), place=NUMBERS, who=st.sampled_from(WHO))
    def step(self, what: str, place: int, who: str) -> None:
        self.walker.step(what, place, who)

    @rule(place=NUMBERS, far=st.integers(0, 4), is_late=st.booleans())
    def go_on(self, place: int, far: int, *, is_late: bool) -> None:
        """Along the straight way: walks that choose freely seldom get far."""
        self.walker.propose("Cleo", less=False)
        if not far:
            self.walker.step("void", place, "Mia")
        for what in ("approve", "send", "settle", "return")[:far]:
            if what == "return" and is_late:
                self.walker.new_year()
            self.walker.step(what, place, "Mia")

    @rule(what=st.sampled_from(STEPS), place=NUMBERS, who=st.sampled_from(WHO))
    def try_what_is_impossible(self, what: str, place: int, who: str) -> None:
        walker = self.walker
        if walker.payments:
            number = sorted(walker.payments)[place % len(walker.payments)]
            paid = walker.payments[number]
            batch = {p.state for p in walker.payments.values() if p.batch == paid.batch}
            states = batch if what == "approve" else {paid.state}
            if not states & POSSIBLE[what]:
                refused(walker, what, number, who)

    @rule()
    def close(self) -> None:
        self.walker.close()


COMMON = {
    *("close", "propose", "approve", "send", "settle", "return", "void", "refused"),
    *("new year", "back in a later year"),
}
"""What invented walks must reach by themselves; the written one reaches all."""


@after(spring)
def test_fixed_walk_reaches_every_step_of_payments(office: Office) -> None:
    reached: Counter[str] = Counter()
    walker = Walker(office, reached)
    walker.begin()
    walker.compare()
    steps: list[tuple[Any, ...]] = [
        ("propose", "Max", True),
        ("step", "approve", 0, "Max"),
        ("step", "approve", 0, "Mia"),
        ("step", "pay less", 0, "Mia"),
        ("step", "approve", 0, "Mia"),
        ("step", "approve", 0, "Max"),
        ("step", "void", 0, "Cleo"),
        ("propose", "Cleo", False),
        *(("step", "approve", place, "Max") for place in range(9)),
        *(("step", "send", place, "Cleo") for place in range(9)),
        ("step", "void", 1, "Mia"),
        *(("step", "settle", place, "Cleo") for place in range(2, 5)),
        ("step", "return", 2, "Mia"),
        ("close",),
        ("step", "release", 2, "Max"),
        ("propose", "Max", False),
        *(("step", "approve", place, "Mia") for place in range(12)),
        *(("step", "send", place, "Mia") for place in range(12)),
        *(("step", "return", place, "Mia") for place in range(12)),
        ("close",),
        *(("step", "release", place, "Max") for place in range(20)),
        ("propose", "Mia", False),
        *(("step", "approve", place, "Max") for place in range(20)),
        *(("step", "send", place, "Mia") for place in range(20)),
        ("new_year",),
        *(("step", "return", place, "Mia") for place in range(10, 20)),
        ("close",),
        *(("step", "release", place, "Max") for place in range(20)),
        ("propose", "Mia", True),
        *(("step", "approve", place, "Max") for place in range(25)),
        *(("step", "send", place, "Mia") for place in range(25)),
        ("propose", "Mia", False),
        *(("step", "approve", place, "Max") for place in range(30)),
        *(("step", "send", place, "Mia") for place in range(30)),
        *(("step", "return", place, "Mia") for place in range(25, 30)),
        ("new_year",),
        *(("step", "void", place, "Mia") for place in range(30)),
        ("close",),
        *(("step", "release", place, "Max") for place in range(30)),
        ("propose", "Mia", False),
        *(("step", "approve", place, "Max") for place in range(40)),
        *(("step", "send", place, "Mia") for place in range(40)),
        *(("step", "settle", place, "Cleo") for place in range(40)),
    ]
    for what, *arguments in steps:
        getattr(walker, what)(*arguments)
        walker.compare()
    for number in sorted(walker.payments):
        refused(walker, "settle", number, "Cleo")
    assert office.faults() == {}
    wanted = {*COMMON, "propose less", "pay less", "void sent", "release", "alone"}
    wanted |= {"back in a later year", "tax stays", "send what was taxed", "send both"}
    assert {*wanted, "brought forward again"} - (+reached).keys() == set()


@pytest.mark.thorough("invented walks")
@pytest.mark.timeout(1800)  # a night's walks, and shrinking the walk that failed
def test_invented_walks_pay_nothing_twice(shelf: Shelf, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    folders = (tmp_path / f"walk {number}" for number in count(1))
    asked = settings().max_examples

    def desk() -> Desk:
        return Desk(shelf.office("sqlite", spring, next(folders)), reached)

    run_state_machine_as_test(
        cast("type[Desk]", desk),
        settings=settings(
            max_examples=max(asked // 16, 6),
            stateful_step_count=30,
            phases=(Phase.generate, Phase.shrink),
        ),
    )
    assert COMMON - (+reached).keys() == set()
