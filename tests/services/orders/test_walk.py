"""Walks through the table: anybody does anything with orders, and a model in plain values agrees.

The model knows what is there (a valid quote, cover, copies, money) and asks the table of
``domain/orders/life.py`` alone. What the table allows must happen, all else must be refused and change
nothing.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, partial
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import (
    Action,
    NotPossibleError,
    OrderKind,
    Precondition,
    Side,
    State,
    step,
)
from royalties.domain.people import Actor, Role
from royalties.ingest.uploads.artwork import LARGEST, CheckedFile, check
from royalties.services.orders import life
from royalties.services.orders.billing import invoicing, receivables, settling
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.production import artwork, editions, proofs
from royalties.services.orders.quoting import quotes
from royalties.services.orders.values import TO_INVOICE, OrdersBy, OrdersQuery, order_values
from royalties.services.work import RefusedError, Work
from tests.builders.books import Office, Shelf
from tests.builders.orders import CUSTOM, REQUESTED, requested, somebody, takes_orders
from tests.builders.pdfs import a_pdf
from tests.builders.rich_orders import a_logo

MOST_ORDERS = 5
ORDERED = {1: 200, 2: 50}
"""Copies by address; a tenth more may be delivered."""

ACTIONS = (
    *("quote", "accept", "decline", "deposit", "artwork", "proof", "changes", "approve"),
    *("approve another", "produce", "ship", "ship last", "come back", "invoice", "receive"),
    *("pay back", "reverse", "credit", "cancel", "bill cancelled", "hold", "resume", "stale"),
)
COMMON = {
    *("request", "quote", "accept", "artwork", "proof", "approve", "produce", "ship"),
    *("refused", "hold", "resume", "later"),
}
"""What invented walks must reach by themselves: the written ones reach all of it."""

NUMBERS = st.integers(0, 999)


@dataclass
class Bill:
    """An invoice or credit note; ``amount`` is what it asks for, below 0 if it takes back."""

    number: str
    kind: str
    amount: int
    moved: dict[int, int] = field(default_factory=dict)
    reversed: set[int] = field(default_factory=set)
    credits: list["Bill"] = field(default_factory=list)

    @property
    def received(self) -> int:
        return sum(each for number, each in self.moved.items() if number not in self.reversed)

    @property
    def balance(self) -> int:
        return self.amount + sum(each.amount for each in self.credits) - self.received


@dataclass
class Known:
    """An order as it must be."""

    number: str
    kind: OrderKind
    actor: Actor
    net_terms: bool
    state: State = State.REQUESTED
    held_in: State | None = None
    valid_until: date = date.min
    deposit: int = 0
    ordered_on_paper: bool = False
    at: Counter[int] = field(default_factory=Counter)
    bills: list[Bill] = field(default_factory=list)

    @property
    def shipped(self) -> int:
        return sum(self.at.values())

    @property
    def balance(self) -> int:
        return sum(bill.balance for bill in self.bills)

    def billed(self, kind: str) -> Bill | None:
        return next((bill for bill in self.bills if bill.kind == kind), None)

    def is_covered(self) -> bool:
        ahead = self.billed("deposit")
        paid = ahead is not None and ahead.received >= self.deposit
        return (self.net_terms and self.ordered_on_paper) or paid

    def met(self, today: date) -> set[Precondition]:
        """What is there by itself; what comes with an act is added by it."""
        there = {
            Precondition.QUOTE_VALID: self.valid_until >= today,
            Precondition.QUOTE_PAST: self.valid_until < today,
            Precondition.PURCHASE_ORDER_OR_DEPOSIT: self.is_covered(),
            Precondition.TAX_SETTLED: self.shipped > 0,
            Precondition.NOTHING_SHIPPED: self.shipped == 0,
        }
        return {need for need, is_there in there.items() if is_there}


@cache
def looked_at(use: Use, data: bytes) -> CheckedFile:
    """What is found in a file; looked at once for all walks."""
    path = Path(_FOLDER[0]) / use.value
    path.write_bytes(data)
    return check(path, use.value, use, CUSTOM.options)


_FOLDER: list[str] = []
LOGO, PROOF = a_logo(), a_pdf(pages=2)


class Walker:
    """Does what anybody may try with orders on real books and on the model, and compares."""

    def __init__(self, office: Office, reached: Counter[str]) -> None:
        self.office = office
        self.reached = reached
        self.orders: list[Known] = []
        self.now = office.system.clock()
        self.office.system = replace(office.system, clock=lambda: self.now)
        self.guild = somebody(office, "Olga", Role.ORGANIZATION, "guild")
        self.league = somebody(office, "Lena", Role.ORGANIZATION, "league")
        self.tokens = count(1)

    @property
    def today(self) -> date:
        return self.now.date()

    def token(self) -> str:
        return f"form-{next(self.tokens)}"

    # Beginning, and the calendar

    def request(self, number: int = 0) -> None:
        """Somebody asks for 250 copies to two addresses."""
        if len(self.orders) >= MOST_ORDERS:
            return
        actor = (self.guild, self.guild, self.league)[number % 3]
        body = (CUSTOM, REQUESTED)[number % 2]
        made = requested(self.office, actor, body)
        self.orders.append(Known(made.number, body.kind, actor, actor is self.guild))
        self.reached["request"] += 1

    def later(self, days: int) -> None:
        """Days pass, and what the calendar does by itself is done."""
        self.now += timedelta(days=days)
        past = [
            each
            for each in self.orders
            if each.state is State.QUOTED and Precondition.QUOTE_PAST in each.met(self.today)
        ]
        with self.office.work() as work:
            expired = quotes.expire_quotes(work)
        assert sorted(expired) == sorted(each.number for each in past)
        for each in past:
            each.state = State.EXPIRED
        self.reached["later"] += 1
        self.reached["expire"] += len(past)

    # Acts

    def act(self, place: int, name: str, number: int = 0) -> bool:
        """Try something with an order; returns whether it was done."""
        order = self.orders[place % len(self.orders)]
        do = getattr(self, "_" + name.replace(" ", "_"))
        before = repr(order)
        done = bool(do(order, number))
        self.reached[name if done else "refused"] += 1
        self.reached[f"{name} by {order.kind}"] += done
        assert done or repr(order) == before
        return done

    def _try(
        self,
        order: Known,
        actor: Actor | None,
        verb: Callable[[Work, int], Any],
        after: Callable[[], State | None],
    ) -> Any:
        """Do it if the model says where it leads, else see it refused; returns what came of it."""
        version = self._read(order).version
        try:
            expected = after()
        except NotPossibleError:
            expected = None
        acting = self.office.system.work(actor) if actor else self.office.work()
        if expected is None:
            with pytest.raises(RefusedError), acting as work:
                verb(work, version)
            return None
        with acting as work:
            found = verb(work, version)
        order.state = expected
        if expected is not State.ON_HOLD:
            order.held_in = None
        return found if found is not None else True

    def _to(
        self, order: Known, action: Action, side: Side, *more: Precondition, unless: bool = False
    ) -> Callable[[], State | None]:
        """Where the table leads."""
        return lambda: (
            None
            if unless
            else step(
                action,
                side,
                order.state,
                order.kind,
                met=order.met(self.today) | set(more),
                held_in=order.held_in,
            )
        )

    def _read(self, order: Known) -> life.Order:
        with self.office.work(read_only=True) as work:
            found = life.find(work, order.number)
        assert found is not None
        return found

    def _quote(self, order: Known, _: int) -> bool:
        after = self._to(order, Action.QUOTE, Side.STAFF)
        shown = self._try(order, None, lambda w, v: quotes.issue_quote(w, order.number), after)
        if shown:
            order.valid_until, order.deposit = shown.valid_until, shown.deposit
        return bool(shown)

    def _accept(self, order: Known, number: int) -> bool:
        po_number = "PO-9" if number % 4 else ""
        verb = lambda w, v: quotes.accept_quote(  # noqa: E731 - one of many alike
            w, order.number, name="Olga Orr", po_number=po_number, version=v
        )
        after = self._to(order, Action.ACCEPT, Side.ORGANIZATION)
        if done := bool(self._try(order, order.actor, verb, after)):
            order.ordered_on_paper = bool(po_number)
        return done

    def _decline(self, order: Known, number: int) -> bool:
        side, actor = self._side(order, number)
        verb = partial(_reasoned, life.decline, order.number)
        return bool(self._try(order, actor, verb, self._to(order, Action.DECLINE, side)))

    def _deposit(self, order: Known, _: int) -> bool:
        token = self.token()
        after = self._to(
            order,
            Action.INVOICE_DEPOSIT,
            Side.STAFF,
            unless=order.billed("deposit") is not None,
        )
        verb = lambda w, v: invoicing.invoice_deposit(  # noqa: E731 - one of many alike
            w, order.number, version=v, token=token
        )
        return self._billed(order, self._try(order, None, verb, after))

    def _artwork(self, order: Known, number: int) -> bool:
        side, actor = self._side(order, number)
        file = self._file(Use.LOGO, LOGO)
        verb = lambda w, v: artwork.send_artwork(  # noqa: E731 - one of many alike
            w, order.number, version=v, files=[file], rights=True
        )
        after = self._to(order, Action.SEND_ARTWORK, side, Precondition.ARTWORK)
        return bool(self._try(order, actor, verb, after))

    def _proof(self, order: Known, _: int) -> bool:
        file = self._file(Use.PROOF, PROOF)
        verb = lambda w, v: proofs.send_proof(w, order.number, version=v, file=file)  # noqa: E731
        after = self._to(order, Action.SEND_PROOF, Side.STAFF, Precondition.PROOF)
        return bool(self._try(order, None, verb, after))

    def _changes(self, order: Known, _: int) -> bool:
        shown = self._proofs(order)
        verb = lambda w, v: proofs.ask_changes(  # noqa: E731 - one of many alike
            w, order.number, version=v, proof_version=shown, text="Larger, please."
        )
        after = self._to(order, Action.ASK_CHANGES, Side.ORGANIZATION, Precondition.COMMENT)
        return bool(self._try(order, order.actor, verb, after))

    def _approve(self, order: Known, _: int) -> bool:
        return self._approved(order, self._file(Use.PROOF, PROOF).sha256)

    def _approve_another(self, order: Known, _: int) -> bool:
        """A file that was not shown is never approved."""
        assert not self._approved(order, self._file(Use.LOGO, LOGO).sha256)
        return order.state is State.PROOF_SENT

    def _approved(self, order: Known, sha256: str) -> bool:
        shown = self._proofs(order)
        is_shown = sha256 == self._file(Use.PROOF, PROOF).sha256
        verb = lambda w, v: proofs.approve(  # noqa: E731 - one of many alike
            w,
            order.number,
            version=v,
            proof_version=shown,
            sha256=sha256,
            stored=sha256,
            name="Olga Orr",
            ticked=True,
        )
        more = [Precondition.PROOF_SHOWN] if is_shown else []
        after = self._to(order, Action.APPROVE_PROOF, Side.ORGANIZATION, *more)
        return bool(self._try(order, order.actor, verb, after))

    def _produce(self, order: Known, _: int) -> bool:
        verb = lambda w, v: life.produce(w, order.number, v)  # noqa: E731 - one of many alike
        done = self._try(order, None, verb, self._to(order, Action.PRODUCE, Side.STAFF))
        if done and order.kind is OrderKind.CUSTOM:
            version = self._read(order).version
            with self.office.work() as work:
                editions.give_own_edition(work, order.number, None, version=version)
        return bool(done)

    def _ship(self, order: Known, number: int) -> bool:
        address = 1 + number % 2
        left = max(ORDERED[address] - order.at[address], 1)
        copies = (left, max(left // 2, 1), left + ORDERED[address] // 10, left + 30)[number % 4]
        return self._goes(order, address, copies, last=False)

    def _ship_last(self, order: Known, number: int) -> bool:
        address = 1 + number % 2
        left = max(ORDERED[address] - order.at[address], 1)
        return self._goes(order, address, max(left - number % 7, 1), last=True)

    def _goes(self, order: Known, address: int, copies: int, *, last: bool) -> bool:
        token = self.token()
        wanted, all_ = sum(ORDERED.values()), order.shipped + copies
        here = order.at[address] + copies
        fits = 10 * all_ <= 11 * wanted and 10 * here <= 11 * ORDERED[address]
        action = Action.SHIP_LAST if last or all_ == wanted else Action.SHIP_PART
        more = [Precondition.COPIES_LEFT] * fits + [Precondition.ALL_SHIPPED] * (
            10 * abs(all_ - wanted) <= wanted
        )
        verb = lambda w, v: shipping.ship(  # noqa: E731 - one of many alike
            w,
            order.number,
            version=v,
            address=address,
            copies=copies,
            shipped_on=w.today,
            carrier="UPS",
            tracking="",
            token=token,
            last=last,
        )
        after = self._to(order, action, Side.STAFF, *more, unless=not fits)
        done = bool(self._try(order, None, verb, after))
        if done:
            order.at[address] += copies
            again = self._read(order).version
            with self.office.work() as work:  # the same form once more ships nothing
                verb(work, again)  # type: ignore[no-untyped-call]
        return done

    def _come_back(self, order: Known, number: int) -> bool:
        address = 1 + number % 2
        copies = number % 12 + 1
        token = self.token()
        verb = lambda w, v: shipping.came_back(  # noqa: E731 - one of many alike
            w,
            order.number,
            version=v,
            address=address,
            copies=copies,
            came_on=w.today,
            reason="damaged",
            token=token,
        )
        there = order.at[address] >= copies
        done = bool(self._try(order, None, verb, lambda: order.state if there else None))
        if done:
            order.at[address] -= copies
        return done

    def _invoice(self, order: Known, _: int) -> bool:
        token = self.token()
        verb = lambda w, v: invoicing.invoice(w, order.number, version=v, token=token)  # noqa: E731
        after = self._to(order, Action.INVOICE, Side.STAFF, unless=order.shipped <= 0)
        return self._billed(order, self._try(order, None, verb, after))

    def _bill_cancelled(self, order: Known, _: int) -> bool:
        token = self.token()
        with self.office.work(read_only=True) as work:
            owed = invoicing.owed_of_cancelled(work, self._read(order))
        fits = order.state is State.CANCELLED and owed and order.billed("cancellation") is None
        verb = lambda w, v: invoicing.invoice_cancellation(  # noqa: E731 - one of many alike
            w, order.number, version=v, token=token
        )
        issued = self._try(order, None, verb, lambda: order.state if fits else None)
        return self._billed(order, issued)

    def _receive(self, order: Known, number: int) -> bool:
        """All that is left of an invoice comes in, half of it, or too much."""
        if not order.bills:
            return False
        bill = order.bills[number % len(order.bills)]
        amount = max(
            (bill.balance, bill.balance, bill.balance // 2, bill.balance + 700)[number % 4], 1
        )
        token = self.token()
        verb = lambda w, v: receivables.receive(  # noqa: E731 - one of many alike
            w, bill.number, amount, w.today, f"wire {token}", token
        )
        row = self._try(order, None, verb, self._to(order, Action.RECEIVE, Side.STAFF))
        if row:
            bill.moved[row.id] = amount
            self._settle(order)
        return bool(row)

    def _reverse(self, order: Known, number: int) -> bool:
        """A receipt was wrong; once it is reversed, it counts no more and is not reversed again."""
        moved = [(bill, each) for bill in order.bills for each in bill.moved]
        if not moved:
            return False
        bill, receipt = moved[number % len(moved)]
        verb = lambda w, v: receivables.reverse_receipt(w, receipt, "typed twice")  # noqa: E731
        after = self._to(order, Action.REVERSE_RECEIPT, Side.STAFF, unless=receipt in bill.reversed)
        done = bool(self._try(order, None, verb, after))
        if done:
            bill.reversed.add(receipt)
            if order.state is State.PAID and order.balance > 0:
                order.state = State.INVOICED
                self.reached["reopen"] += 1
            self._settle(order)
        return done

    def _pay_back(self, order: Known, number: int) -> bool:
        over = [bill for bill in order.bills if bill.balance < 0]
        if not over:
            return False
        bill = over[number % len(over)]
        there = -max(bill.balance, order.balance)
        amount = max(there + number % 2, 1)  # a cent more than was paid too much is refused
        token = self.token()
        verb = lambda w, v: receivables.pay_back(  # noqa: E731 - one of many alike
            w, bill.number, amount, w.today, "back", token
        )
        fits = amount <= there
        row = self._try(order, None, verb, lambda: order.state if fits else None)
        if row:
            bill.moved[row.id] = -amount
        return bool(row)

    def _credit(self, order: Known, number: int) -> bool:
        """All that is left of an invoice is credited, or the half of its first line."""
        bill = order.billed("final") or order.billed("cancellation")
        if bill is None:
            return False
        token = self.token()
        with self.office.work(read_only=True) as work:
            of = invoicing.invoices(work, order.number)
            left = invoicing.left_of(
                next(each.shown for each in of if each.row.number == bill.number),
                [each.shown for each in of if each.row.number in {c.number for c in bill.credits}],
            )
        amounts = None if number % 3 == 0 else {1: left[0] // 2}
        chosen = sum(left) if amounts is None else left[0] // 2
        verb = lambda w, v: invoicing.credit_note(  # noqa: E731 - one of many alike
            w, bill.number, reason="damaged", token=token, amounts=amounts
        )
        after = self._to(order, Action.CREDIT, Side.STAFF, unless=not chosen)
        issued = self._try(order, None, verb, after)
        if issued:
            assert issued.row.total == -chosen
            bill.credits.append(Bill(issued.row.number, "credit", issued.row.total))
            self._settle(order)
        return bool(issued)

    def _cancel(self, order: Known, number: int) -> bool:
        side, actor = self._side(order, number)
        verb = partial(_reasoned, settling.cancel, order.number)
        return bool(self._try(order, actor, verb, self._to(order, Action.CANCEL, side)))

    def _hold(self, order: Known, _: int) -> bool:
        stood = order.state
        verb = partial(_reasoned, life.hold, order.number)
        done = bool(self._try(order, None, verb, self._to(order, Action.HOLD, Side.STAFF)))
        if done:
            order.held_in = stood
        return done

    def _resume(self, order: Known, _: int) -> bool:
        verb = lambda w, v: life.resume(w, order.number, v)  # noqa: E731 - one of many alike
        return bool(self._try(order, None, verb, self._to(order, Action.RESUME, Side.STAFF)))

    def _stale(self, order: Known, _: int) -> bool:
        """Whoever looked at an order before somebody changed it is told."""
        version = self._read(order).version
        with pytest.raises(life.ChangedMeanwhileError), self.office.work() as work:
            life.hold(work, order.number, "late", version - 1)
        return True

    # Parts

    def _side(self, order: Known, number: int) -> tuple[Side, Actor | None]:
        return (Side.STAFF, None) if number % 2 else (Side.ORGANIZATION, order.actor)

    def _file(self, use: Use, data: bytes) -> artwork.InspectedFile:
        files = self.office.system.files
        kept = files.keep_upload(BytesIO(data), LARGEST)
        return artwork.InspectedFile.of(files, (use, use.value), kept, looked_at(use, data))

    def _proofs(self, order: Known) -> int:
        with self.office.work(read_only=True) as work:
            return len(proofs.proofs(work, self._read(order)))

    def _billed(self, order: Known, issued: Any) -> bool:
        if issued:
            row = issued.row
            order.bills.append(Bill(row.number, row.kind, row.total - row.deposit_applied))
            self._settle(order)
        return bool(issued)

    def _settle(self, order: Known) -> None:
        if order.state is State.INVOICED and order.balance <= 0:
            order.state = State.PAID
            self.reached["settle"] += 1

    # What must be so

    def compare(self) -> None:
        """The books say of every order what the model says."""
        with self.office.work(read_only=True) as work:
            for order in self.orders:
                found = life.find(work, order.number)
                assert found is not None
                assert (found.state, found.held_in) == (order.state, order.held_in)
                rows = shipping.shipments(work, order.number)
                assert sum(each.copies for each in rows) == order.shipped
                open_ = {
                    each.number: each.balance for each in receivables.balances(work, order.number)
                }
                assert open_ == {bill.number: bill.balance for bill in order.bills}
                if order.state is State.PAID:
                    assert order.balance <= 0
                if order.state in {State.INVOICED, State.PAID}:
                    assert order.billed("final") is not None

    def _compare_values(self, work: Work) -> None:
        """The list of orders' values says of each what was billed and came in, however added up."""
        since = f"{work.today.year - 2}-12"
        tables = {by: order_values(work, OrdersQuery(by, since=since)) for by in OrdersBy}
        assert len({table.totals for table in tables.values()}) <= 1
        for table in tables.values():
            assert sum(row.owed for row in table.rows) == sum(row.owed for row in table.totals)
        rows = {row.key: row for row in tables[OrdersBy.ORDER].rows}
        for order in self.orders:
            bills = [bill for each in order.bills for bill in (each, *each.credits)]
            row = rows[order.number]
            assert row.invoiced == sum(bill.amount for bill in bills)
            assert row.received == sum(bill.received for bill in order.bills)
            assert row.owed == order.balance
            assert row.to_invoice == 0 or order.state in TO_INVOICE
            assert bool(row.offered) == (order.state is State.QUOTED)

    def end(self) -> None:
        """What was paid too much is paid back; then money in is what invoices ask, and all holds."""
        for place, order in enumerate(self.orders):
            while order.state is State.PAID and order.balance < 0:
                assert self.act(place, "pay back", 0)
        with self.office.work(read_only=True) as work:
            for order in (each for each in self.orders if each.state is State.PAID):
                money_in = sum(
                    each.amount for each in receivables.receipts(work, self._read(order))
                )
                asked = sum(bill.amount for bill in order.bills)
                taken = -sum(each.amount for bill in order.bills for each in bill.credits)
                assert money_in == asked - taken
            self._compare_values(work)
        assert self.office.faults() == {}


def _reasoned(verb: Callable[[Work, str, str, int], Any], number: str, work: Work, v: int) -> Any:
    return verb(work, number, "The event is off", v)


FORWARD = {
    State.REQUESTED: ("quote",),
    State.QUOTED: ("accept",),
    State.ACCEPTED: ("artwork", "produce", "deposit", "receive"),
    State.ARTWORK: ("proof",),
    State.PROOF_SENT: ("approve", "approve", "changes", "approve another"),
    State.CHANGES_ASKED: ("proof", "artwork"),
    State.PROOF_APPROVED: ("produce",),
    State.IN_PRODUCTION: ("ship", "ship", "ship", "ship last", "come back"),
    State.SHIPPED: ("invoice",),
    State.INVOICED: ("receive", "receive", "come back", "credit", "reverse"),
    State.PAID: ("credit", "pay back", "come back", "reverse"),
    State.ON_HOLD: ("resume",),
    State.DECLINED: ("quote",),
    State.EXPIRED: ("quote",),
    State.CANCELLED: ("bill cancelled", "receive", "credit"),
}
"""What is likely next in each state; the rest is tried now and then."""

STRAIGHT = ("quote", "accept", "artwork", "proof", "approve", "produce", "ship")
"""The straight way of a custom edition, until some of its copies are shipped."""


class Desk(RuleBasedStateMachine):
    """Invents walks."""

    def __init__(self, opened: AbstractContextManager[Office], reached: Counter[str]) -> None:
        super().__init__()
        self._opened = opened
        self.walker = Walker(opened.__enter__(), reached)
        self.walker.request(0)

    def teardown(self) -> None:
        try:
            self.walker.end()
        finally:
            self._opened.__exit__(None, None, None)

    @initialize(left=st.integers(0, len(STRAIGHT)))
    def set_out(self, left: int) -> None:
        """Somewhere on the straight way, most of all at its end: walks are too short to get far."""
        for name in STRAIGHT[: len(STRAIGHT) - left]:
            assert self.walker.act(0, name, 1)

    @invariant()
    def agrees(self) -> None:
        self.walker.compare()

    @rule(number=NUMBERS)
    def request(self, number: int) -> None:
        self.walker.request(number)

    @rule(place=NUMBERS, number=NUMBERS)
    def go_on(self, place: int, number: int) -> None:
        likely = FORWARD[self.walker.orders[place % len(self.walker.orders)].state]
        self.walker.act(place, likely[number % len(likely)], number // 7)

    @rule(place=NUMBERS, number=NUMBERS)
    def go_on_twice(self, place: int, number: int) -> None:
        self.go_on(place, number)
        self.go_on(place, number // 3)

    @rule(place=NUMBERS, name=st.sampled_from(ACTIONS), number=NUMBERS)
    def try_anything(self, place: int, name: str, number: int) -> None:
        self.walker.act(place, name, number)

    @rule(place=NUMBERS, name=st.sampled_from(ACTIONS), number=NUMBERS)
    def try_anything_while_it_is_held(self, place: int, name: str, number: int) -> None:
        for each in ("hold", name, "resume"):
            self.walker.act(place, each, number)

    @rule(days=st.sampled_from((1, 3, 31)))
    def later(self, days: int) -> None:
        self.walker.later(days)


WALKS: dict[str, list[tuple[Any, ...]]] = {
    "a custom edition, to payment": [
        ("request", 0),
        *(("act", 0, name, 1) for name in ("quote", "decline", "quote")),
        ("later", 31),
        *(("act", 0, name, 1) for name in ("accept", "quote", "accept", "hold", "resume")),
        *(("act", 0, name, 1) for name in ("artwork", "proof", "approve another", "changes")),
        *(("act", 0, name, 1) for name in ("proof", "approve", "changes", "produce", "stale")),
        *(("act", 0, "ship", number) for number in (4, 3, 1)),
        *(("act", 0, "ship last", number) for number in (1, 0)),
        *(("act", 0, name, 4) for name in ("come back", "invoice", "credit", "receive")),
        *(("act", 0, "receive", number) for number in (2, 3, 0)),
        *(("act", 0, name, 1) for name in ("pay back", "cancel", "hold")),
        *(("act", 0, name, 0) for name in ("pay back", "reverse", "reverse", "receive")),
        *(("act", 0, name, 0) for name in ("come back", "credit", "pay back")),
    ],
    "a bulk order that pays ahead, and one that is cancelled": [
        ("request", 5),
        ("request", 5),
        *(("act", 0, name, 0) for name in ("quote", "accept", "produce", "deposit", "deposit")),
        *(("act", 0, name, 0) for name in ("receive", "produce", "ship", "cancel", "invoice")),
        *(("act", 0, "ship", 1), ("act", 0, "ship", 4), ("act", 0, "ship", 0)),
        *(("act", 0, name, 1) for name in ("ship last", "invoice", "receive", "receive")),
        *(("act", 1, name, 0) for name in ("quote", "accept", "deposit", "receive", "produce")),
        *(("act", 1, name, 1) for name in ("hold", "cancel", "bill cancelled", "receive")),
        *(("act", 1, name, 0) for name in ("bill cancelled", "credit", "pay back", "resume")),
    ],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    """Where files are looked at."""
    _FOLDER[:] = [str(tmp_path)]


def test_random_walks_reach_every_step(shelf: Shelf, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    for name, walk in WALKS.items():
        with shelf.office("sqlite", takes_orders, tmp_path / name) as office:
            walker = Walker(office, reached)
            for what, *arguments in walk:
                getattr(walker, what)(*arguments)
                walker.compare()
            walker.end()
    wanted = {*ACTIONS, "request", "later", "expire", "settle", "reopen", "refused"}
    assert wanted - (+reached).keys() == set()


@pytest.mark.thorough("invented walks")
@pytest.mark.timeout(1800)  # a night's walks, and shrinking the walk that failed
def test_random_walks_keep_orders_consistent(shelf: Shelf, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    folders = (tmp_path / f"walk {number}" for number in count(1))
    asked = settings().max_examples

    def desk() -> Desk:
        return Desk(shelf.office("sqlite", takes_orders, next(folders)), reached)

    run_state_machine_as_test(
        cast("type[Desk]", desk),
        settings=settings(
            max_examples=max(asked // 16, 6),
            stateful_step_count=30,
            phases=(Phase.generate, Phase.shrink),
        ),
    )
    assert COMMON - (+reached).keys() == set()
