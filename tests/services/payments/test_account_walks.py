"""Anybody changes accounts and pays to them in any order, days go by, and a model agrees.

No money goes to an account that one person alone let count, that has not cooled, or that somebody
has changed since it was approved.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from royalties.domain.payments.account_life import COOLING_DAYS
from royalties.domain.payments.accounts import UsAccount
from royalties.domain.payments.life import Method
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.payments import accounts, approving, batch_files, listing, moving, proposing
from royalties.services.work import RefusedError, Work
from tests.builders.books import Office, Shelf, closed
from tests.builders.orders import somebody

WHO = ("Cleo", "Max", "Mia", "Sam")
PAYEES = ("seattle", "tacoma")
NUMBERS = ("5550009012", "5550009013", "7771234567")
ASKED = "called Jo at the number of the contract"


@dataclass(slots=True)
class Held:
    """A payee's accounts as the model has them: numbers, by whom, and the day on which they count."""

    confirmed: str = ""
    counts_from: int = 0
    waiting: str = ""
    entered_by: str = ""


@dataclass(slots=True)
class Walker:
    """Who walks, on which day it is, and what the books should say."""

    office: Office
    reached: Counter[str]
    day: int = 0
    people: dict[str, Actor] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=lambda: {key: Held() for key in PAYEES})
    approved: dict[int, tuple[str, str, bool]] = field(default_factory=dict)
    """Of each approved payment, the payee, the account's number, and whether a file has it."""
    tokens: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self) -> None:
        for name, role in zip(WHO[:3], (Role.CLERK, Role.MANAGER, Role.MANAGER), strict=True):
            self.people[name] = somebody(self.office, name, role)
        self.people["Sam"] = Actor("Sam", Role.NONPROFIT, None, frozenset({"seattle"}))

    @contextmanager
    def work(self, who: str) -> Iterator[Work]:
        later, clock = timedelta(days=self.day), self.office.system.clock
        system = replace(self.office.system, clock=lambda: clock() + later)
        with system.work(self.people[who]) as work:
            yield work

    def number(self, key: str, state: str) -> int:
        rows = self.office.rows(
            "SELECT id FROM bank_account WHERE beneficiary = :key AND state = :state",
            key=key,
            state=state,
        )
        return int(rows[0][0]) if rows else 0

    def is_settled(self, key: str) -> bool:
        """Whether payments to a payee may be approved: nothing waits, or is cooling."""
        held = self.held[key]
        return not held.waiting and (not held.confirmed or self.day >= held.counts_from)

    def changed(self, key: str) -> None:
        """Approvals end, but for what a file has."""
        kept = {n: each for n, each in self.approved.items() if each[0] != key or each[2]}
        self.reached["withdrawn"] += len(kept) < len(self.approved)
        self.approved = kept

    # What people do; each returns whether it was done

    def enter(self, key: str, number: str, who: str) -> bool:
        held = self.held[key]
        with self.work(who) as work:
            source = "letter of 3 May"
            accounts.enter(work, key, UsAccount("021000021", number), f"{key} Fund", source)
        assert not held.waiting
        assert number != held.confirmed
        assert who != "Sam" or key == "seattle"
        held.waiting, held.entered_by = number, who
        self.changed(key)
        return True

    def confirm(self, key: str, who: str) -> bool:
        held = self.held[key]
        number = self.number(key, "proposed")
        with self.work(who) as work:
            accounts.confirm(work, number, ASKED)
        assert held.waiting
        assert who in {"Max", "Mia"} - {held.entered_by}, "two people"
        held.confirmed, held.waiting = held.waiting, ""
        held.counts_from = self.day + COOLING_DAYS
        self.changed(key)
        return True

    def decline(self, key: str, who: str) -> bool:
        number = self.number(key, "proposed")
        with self.work(who) as work:
            accounts.decline(work, number, "not theirs")
        assert who in {"Max", "Mia"}
        self.held[key].waiting = ""
        return True

    def end(self, key: str, who: str) -> bool:
        number = self.number(key, "confirmed")
        with self.work(who) as work:
            accounts.end(work, number, "closed")
        assert who != "Sam" or key == "seattle"
        self.held[key].confirmed = ""
        self.changed(key)
        return True

    def propose(self, who: str, *, without: bool) -> bool:
        with self.work(who) as work:
            token = f"t{next(self.tokens)}"
            made = proposing.propose_payments(work, token, without_account=without)
            rows = listing.batch(work, made.number).payments
        keeps = any(each.confirmed or each.waiting for each in self.held.values())
        for row in rows:
            if row.beneficiary in self.held:
                assert self.is_settled(row.beneficiary)
                assert not keeps or bool(self.held[row.beneficiary].confirmed) != without
        return True

    def approve(self, key: str, who: str) -> bool:
        batch = self.batch(key, "proposed")
        with self.work(who) as work:
            rows = approving.approve(work, batch, signed=range(99))
        assert who in {"Max", "Mia"}
        for row in rows:
            if row.beneficiary in self.held:
                assert self.is_settled(row.beneficiary)
                number = self.held[row.beneficiary].confirmed
                self.approved[row.id] = (row.beneficiary, number, False)
        return True

    def make_file(self, key: str, who: str) -> bool:
        batch = self.batch(key, "approved")
        with self.work(who) as work:
            before = batch_files.file_of(work, batch)
            made = batch_files.make_file(work, batch, work.today)
        for number in map(int, made.amounts) if before is None else ():
            if number in self.approved:
                payee, account, _ = self.approved[number]
                assert account == self.held[payee].confirmed
                assert account in made.content
                self.approved[number] = (payee, account, True)
        return True

    def send(self, key: str, who: str) -> bool:
        number = self.payment(key)
        batch = self.batch(key, "approved")
        with self.work(who) as work:
            made = batch_files.file_of(work, batch)
            day, method = (made.day, Method.FILE) if made else (work.today, Method.WIRE)
            moving.send(work, [number], day, method, f"W{number}")
        payee, account, in_file = self.approved.pop(number)
        if not in_file:
            assert self.is_settled(payee)
            assert account == self.held[payee].confirmed
        self.reached["sent to account"] += bool(account)
        return True

    def void(self, key: str, who: str) -> bool:
        number = self.payment(key)
        with self.work(who) as work:
            moving.void(work, number, "a mistake")
        self.approved.pop(number, None)
        return True

    def batch(self, key: str, state: str) -> int:
        rows = self.office.rows(
            "SELECT batch_id FROM payment WHERE beneficiary = :key AND state = :state",
            key=key,
            state=state,
        )
        return int(rows[0][0]) if rows else 0

    def payment(self, key: str) -> int:
        rows = self.office.rows(
            "SELECT id FROM payment WHERE beneficiary = :key "
            "AND state IN ('approved', 'proposed') ORDER BY state",
            key=key,
        )
        return int(rows[0][0]) if rows else 0

    def compare(self) -> None:
        rows = self.office.rows(
            "SELECT id FROM payment WHERE state = 'approved' "
            "AND beneficiary IN ('seattle', 'tacoma')"
        )
        assert {int(row[0]) for row in rows} == set(self.approved)


STEPS = ("confirm", "decline", "end", "approve", "make_file", "send", "void")


class Desk(RuleBasedStateMachine):
    """Hypothesis at the desk, and at a nonprofit's."""

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

    def tried(self, what: str, *arguments: str, **more: bool) -> None:
        before = self.walker.office.hashes("log")
        try:
            getattr(self.walker, what)(*arguments, **more)
        except (RefusedError, NotAllowedError):
            assert self.walker.office.hashes("log") == before
            self.walker.reached["refused"] += 1
        else:
            self.walker.reached[what] += 1

    @invariant()
    def books_agree(self) -> None:
        self.walker.compare()

    @rule(key=st.sampled_from(PAYEES), number=st.sampled_from(NUMBERS), who=st.sampled_from(WHO))
    def enter(self, key: str, number: str, who: str) -> None:
        self.tried("enter", key, number, who)

    @rule(who=st.sampled_from(WHO), without=st.booleans())
    def propose(self, who: str, without: bool) -> None:
        self.tried("propose", who, without=without)

    @rule(what=st.sampled_from(STEPS), key=st.sampled_from(PAYEES), who=st.sampled_from(WHO))
    def step(self, what: str, key: str, who: str) -> None:
        self.tried(what, key, who)

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.walker.day += days

    @rule(key=st.sampled_from(PAYEES), far=st.integers(1, 5), number=st.sampled_from(NUMBERS))
    def go_on(self, key: str, far: int, number: str) -> None:
        """Along the straight way: walks that choose freely seldom get far."""
        self.tried("enter", key, number, "Cleo")
        self.tried("confirm", key, "Max")
        self.walker.day += COOLING_DAYS
        self.tried("propose", "Cleo", without=False)
        for what in ("approve", "make_file", "send")[:far]:
            self.tried(what, key, "Mia")


COMMON = {"enter", "confirm", "decline", "end", "propose", "approve", "send", "void", "refused"}


@pytest.mark.thorough("invented walks")
@pytest.mark.timeout(1800)  # a night's walks, and shrinking the walk that failed
def test_invented_walks_pay_no_unproven_account(shelf: Shelf, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    folders = (tmp_path / f"walk {number}" for number in count(1))
    asked = settings().max_examples

    def desk() -> Desk:
        return Desk(shelf.office("sqlite", closed, next(folders)), reached)

    run_state_machine_as_test(
        cast("type[Desk]", desk),
        settings=settings(
            max_examples=max(asked // 8, 12),
            stateful_step_count=40,
            phases=(Phase.generate, Phase.shrink),
        ),
    )
    wanted = {*COMMON, "withdrawn", "make_file", "sent to account"}
    assert wanted - (+reached).keys() == set()
