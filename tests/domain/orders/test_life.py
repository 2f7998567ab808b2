"""The life of an order: every state, action, side and kind against a listing made by hand."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from royalties.domain.orders.life import (
    ENDED,
    PATH,
    TABLE,
    Action,
    LeadTime,
    NotPossibleError,
    OrderKind,
    Precondition,
    Side,
    State,
    find,
    owed_on_cancel,
    path_of,
    possible,
    promised_date,
    step,
    within_tolerance,
    working_day_after,
    working_days_between,
)

BOTH, BULK, CUSTOM = "bulk custom", "bulk", "custom"

# Written from the description of an order's life, not from the table: who does what to which
# orders in which states, where that leads ("=": it stays, "<": back to where it was held) and
# what it needs.
# fmt: off
LISTING = """
staff         quote            both    requested quoted expired declined                -> quoted
organization  accept           both    quoted                                           -> accepted        QUOTE_VALID
staff         accept           both    quoted                                           -> accepted        QUOTE_VALID ACCEPTANCE
organization  ask-another-quote both   quoted                                           -> requested       COMMENT
staff         withdraw-quote   both    quoted                                           -> requested
staff         decline          both    requested quoted                                 -> declined
organization  decline          both    requested quoted                                 -> declined
calendar      expire           both    quoted                                           -> expired         QUOTE_PAST
staff         invoice-deposit  both    accepted                                         -> =
staff         send-artwork     custom  accepted artwork changes-asked                   -> artwork         PURCHASE_ORDER_OR_DEPOSIT ARTWORK
organization  send-artwork     custom  accepted artwork changes-asked                   -> artwork         PURCHASE_ORDER_OR_DEPOSIT ARTWORK
staff         send-proof       custom  artwork changes-asked proof-sent                 -> proof-sent      PROOF
staff         send-proof       custom  accepted                                         -> proof-sent      PURCHASE_ORDER_OR_DEPOSIT ARTWORK PROOF
organization  ask-changes      custom  proof-sent                                       -> changes-asked   COMMENT
organization  approve-proof    custom  proof-sent                                       -> proof-approved  PROOF_SHOWN
staff         produce          custom  proof-approved                                   -> in-production
staff         produce          bulk    accepted                                         -> in-production   PURCHASE_ORDER_OR_DEPOSIT
staff         ship-part        both    in-production                                    -> =               COPIES_LEFT
staff         ship-last        both    in-production                                    -> shipped         ALL_SHIPPED
staff         invoice          both    shipped                                          -> invoiced        TAX_SETTLED
staff         receive          both    accepted artwork proof-sent changes-asked proof-approved in-production shipped invoiced paid cancelled on-hold -> =
staff         reverse-receipt  both    accepted artwork proof-sent changes-asked proof-approved in-production shipped invoiced paid cancelled on-hold -> =
staff         settle           both    invoiced                                         -> paid            NOTHING_OWED
staff         reopen           both    paid                                             -> invoiced        OWED_AGAIN
staff         credit           both    invoiced paid cancelled                          -> =
organization  cancel           both    requested quoted accepted artwork proof-sent changes-asked -> cancelled
staff         cancel           both    requested quoted accepted artwork proof-sent changes-asked proof-approved in-production on-hold -> cancelled NOTHING_SHIPPED
staff         hold             both    requested quoted accepted artwork proof-sent changes-asked proof-approved in-production -> on-hold
staff         resume           both    on-hold                                          -> <
"""
# fmt: on

Case = tuple[Action, Side, State, OrderKind]


def _listed() -> dict[Case, tuple[str, frozenset[Precondition]]]:
    found: dict[Case, tuple[str, frozenset[Precondition]]] = {}
    for line in LISTING.strip().splitlines():
        left, right = line.split("->")
        side, action, kinds, *states = left.split()
        to, *needs = right.split()
        for state in states:
            for kind in OrderKind if kinds == "both" else [OrderKind(kinds)]:
                case = (Action(action), Side(side), State(state), kind)
                assert case not in found, case
                found[case] = to, frozenset(Precondition[need] for need in needs)
    return found


LISTED = _listed()
EVERYTHING: list[Case] = [
    (action, side, state, kind)
    for action in Action
    for side in Side
    for state in State
    for kind in OrderKind
]


def test_transition_table_matches_the_specification() -> None:
    there = {case: find(*case) for case in EVERYTHING}
    assert {case for case, line in there.items() if line} == set(LISTED)
    for case, (to, needs) in LISTED.items():
        line = there[case]
        assert line is not None
        assert (line.to.value if line.to else to) == to, case
        assert (line.to is None) == (to in "=<"), case
        assert frozenset(line.needs) == needs, case


def test_no_transition_is_shadowed_by_another() -> None:
    used = {find(*case) for case in EVERYTHING}
    assert set(TABLE) <= used


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("kind", OrderKind)
def test_possible_actions_match_the_transition_table(side: Side, kind: OrderKind) -> None:
    for state in State:
        shown = [line.action for line in possible(side, state, kind)]
        assert shown == [each for each in Action if (each, side, state, kind) in LISTED]


def test_step_is_refused_if_any_precondition_is_missing() -> None:
    for case, (to, needs) in LISTED.items():
        action, side, state, kind = case
        after = step(action, side, state, kind, met=needs, held_in=State.ARTWORK)
        assert after is {"=": state, "<": State.ARTWORK}.get(to, after)
        assert to in "=<" or after.value == to
        for missing in needs:
            with pytest.raises(NotPossibleError, match="this needs") as refusal:
                step(action, side, state, kind, met=needs - {missing})
            assert missing.value in str(refusal.value)


def test_unlisted_transition_is_refused_naming_who_may_do_it() -> None:
    for case in EVERYTHING:
        if case in LISTED:
            continue
        action, side, state, kind = case
        with pytest.raises(NotPossibleError) as refusal:
            step(action, side, state, kind, met=Precondition)
        others = [each for each in Side if (action, each, state, kind) in LISTED]
        if others:
            assert all(each.value in str(refusal.value) for each in others)
        else:
            assert "does not follow" in str(refusal.value)


@pytest.mark.parametrize(
    ("action", "side", "state", "words", "told"),
    [
        (
            Action.ASK_CHANGES,
            Side.STAFF,
            State.PROOF_SENT,
            {},
            "ask changes is not possible while the order is proof sent: that is for organization",
        ),
        (
            Action.SEND_ARTWORK,
            Side.CALENDAR,
            State.CHANGES_ASKED,
            {},
            (
                "send artwork is not possible while the order is changes asked: that is for "
                "organization or staff"
            ),
        ),
        (
            Action.SEND_PROOF,
            Side.STAFF,
            State.SHIPPED,
            {},
            "send proof is not possible while the order is shipped: it does not follow from there",
        ),
        (
            Action.SEND_ARTWORK,
            Side.STAFF,
            State.ACCEPTED,
            {Precondition.ARTWORK: "a logo as SVG"},
            (
                "send artwork is not possible while the order is accepted: this needs a purchase "
                "order, or the deposit paid; and a logo as SVG"
            ),
        ),
    ],
)
def test_refusal_message_is_a_whole_sentence(
    action: Action, side: Side, state: State, words: dict[Precondition, str], told: str
) -> None:
    with pytest.raises(NotPossibleError) as refusal:
        step(action, side, state, OrderKind.CUSTOM, met=(), words=words)
    assert str(refusal.value) == told


def test_ended_orders_that_can_be_reopened() -> None:
    out = {
        (state, line.action)
        for state in ENDED
        for side in Side
        for kind in OrderKind
        for line in possible(side, state, kind)
        if line.to is not None
    }
    assert out == {
        (State.DECLINED, Action.QUOTE),
        (State.EXPIRED, Action.QUOTE),
        (State.PAID, Action.REOPEN),
    }


def test_every_state_is_reachable_and_only_end_states_are_final() -> None:
    for kind in OrderKind:
        reached = {State.REQUESTED}
        for _ in State:
            reached |= {
                line.to
                for state in reached
                for side in Side
                for line in possible(side, state, kind)
                if line.to
            }
        proofs = {State.ARTWORK, State.PROOF_SENT, State.CHANGES_ASKED, State.PROOF_APPROVED}
        assert reached == set(State) - (proofs if kind is OrderKind.BULK else set())
        for state in reached - ENDED:
            assert any(possible(side, state, kind) for side in Side)


def test_bulk_order_skips_artwork_and_proof() -> None:
    assert path_of(OrderKind.CUSTOM) == PATH
    left_out = set(PATH) - set(path_of(OrderKind.BULK))
    assert left_out == {State.ARTWORK, State.PROOF_SENT, State.PROOF_APPROVED}


class Life(RuleBasedStateMachine):
    """Anybody tries anything at any time; the table alone decides."""

    @initialize(kind=st.sampled_from(OrderKind))
    def begin(self, kind: OrderKind) -> None:
        self.kind, self.state = kind, State.REQUESTED
        self.held_in: State | None = None
        self.approved = self.accepted = self.shipped = False

    @rule(
        action=st.sampled_from(Action),
        side=st.sampled_from(Side),
        met=st.one_of(
            st.just(frozenset(Precondition)), st.frozensets(st.sampled_from(Precondition))
        ),
    )
    def somebody_acts(self, action: Action, side: Side, met: frozenset[Precondition]) -> None:
        before, there = self.state, set(met)
        if self.shipped:
            there.discard(Precondition.NOTHING_SHIPPED)
        listed = LISTED.get((action, side, before, self.kind))
        try:
            after = step(action, side, before, self.kind, met=there, held_in=self.held_in)
        except NotPossibleError:
            assert listed is None or not listed[1] <= there
            return
        assert listed is not None
        assert listed[1] <= there
        if action is Action.HOLD:
            self.held_in = before
        if action is Action.RESUME:
            assert after is self.held_in
        if after is not State.ON_HOLD:
            self.held_in = None
        self.accepted |= action is Action.ACCEPT
        self.approved |= action is Action.APPROVE_PROOF
        self.shipped |= action in {Action.SHIP_PART, Action.SHIP_LAST}
        self.state = after

    @precondition(lambda self: self.state is State.CANCELLED)
    @rule()
    def nothing_brings_it_back(self) -> None:
        assert not any(line.to for side in Side for line in possible(side, self.state, self.kind))

    @invariant()
    def nothing_happens_before_what_it_follows(self) -> None:
        stands = self.held_in or self.state
        produced = {State.IN_PRODUCTION, State.SHIPPED, State.INVOICED, State.PAID}
        assert self.accepted or stands not in produced
        assert self.approved or self.kind is OrderKind.BULK or stands not in produced
        assert self.shipped or stands not in {State.SHIPPED, State.INVOICED, State.PAID}
        assert not (self.shipped and stands is State.CANCELLED)
        assert (self.held_in is not None) == (self.state is State.ON_HOLD)


TestLife = Life.TestCase

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
PACES = st.builds(LeadTime, *[st.integers(0, 40)] * 3)


@given(DAYS, st.integers(0, 60), st.frozensets(DAYS, max_size=20))
def test_working_days_are_counted_one_by_one(
    day: date, days: int, holidays: frozenset[date]
) -> None:
    found = working_day_after(day, days, holidays)
    between = [day + timedelta(days=each + 1) for each in range((found - day).days)]
    assert len([each for each in between if each.weekday() < 5 and each not in holidays]) == days
    assert not days or (found.weekday() < 5 and found not in holidays)


def test_working_days_match_examples_by_hand() -> None:
    friday = date(2026, 7, 3)
    assert working_day_after(friday, 0) == friday
    assert working_day_after(friday, 1) == date(2026, 7, 6)
    assert working_day_after(friday, 10) == date(2026, 7, 17)
    assert working_day_after(friday, 1, frozenset({date(2026, 7, 6)})) == date(2026, 7, 7)


def test_working_days_between_two_days_leave_out_the_first() -> None:
    thursday = date(2026, 7, 2)
    until = {"2026-07-02": 0, "2026-07-03": 1, "2026-07-05": 1, "2026-07-06": 2, "2026-07-13": 7}
    for last, days in until.items():
        assert working_days_between(thursday, date.fromisoformat(last)) == days
    holidays = frozenset({date(2026, 7, 3), date(2026, 7, 4)})
    assert working_days_between(thursday, date(2026, 7, 6), holidays) == 1


@given(st.sampled_from(OrderKind), PACES, DAYS, st.none() | DAYS, st.none() | DAYS)
def test_promised_date_is_never_in_the_past(
    kind: OrderKind, lead_time: LeadTime, today: date, approved: date | None, started: date | None
) -> None:
    assert promised_date(kind, lead_time, today=today, approved=approved, started=started) >= today


@given(st.sampled_from(OrderKind), PACES, DAYS, DAYS, st.integers(0, 30))
def test_promised_date_never_gets_earlier_by_waiting(
    kind: OrderKind, lead_time: LeadTime, today: date, begun: date, later: int
) -> None:
    now = promised_date(kind, lead_time, today=today, approved=begun, started=begun)
    then = promised_date(
        kind, lead_time, today=today + timedelta(days=later), approved=begun, started=begun
    )
    assert then >= now


def test_production_begins_when_the_proof_is_approved() -> None:
    lead_time = LeadTime(3, 10, 5)
    monday = date(2026, 8, 3)
    waiting = promised_date(OrderKind.CUSTOM, lead_time, today=monday, approved=None, started=None)
    assert waiting == date(2026, 8, 27)  # 3 + 10 + 5 working days
    approved = promised_date(
        OrderKind.CUSTOM, lead_time, today=monday, approved=monday, started=None
    )
    assert approved == date(2026, 8, 24)
    late = promised_date(
        OrderKind.CUSTOM, lead_time, today=date(2026, 9, 1), approved=monday, started=None
    )
    assert late == date(2026, 9, 8)  # production should have ended: it ends today at best
    bulk = promised_date(OrderKind.BULK, lead_time, today=monday, approved=None, started=None)
    assert bulk == date(2026, 8, 24)
    friday = date(2026, 7, 31)
    started = promised_date(OrderKind.BULK, lead_time, today=monday, approved=None, started=friday)
    assert started == date(2026, 8, 21)


@given(st.integers(1, 10_000), st.integers(0, 20_000), st.fractions(0, 1))
def test_delivery_tolerance_is_the_same_above_and_below(
    ordered: int, off: int, share: Fraction
) -> None:
    assert within_tolerance(ordered, ordered, share)
    above = within_tolerance(ordered, ordered + off, share)
    assert above == within_tolerance(ordered, ordered - off, share) == (off <= ordered * share)


SHARES = st.dictionaries(
    st.sampled_from(
        [State.ACCEPTED, State.ARTWORK, State.PROOF_SENT, State.PROOF_APPROVED, State.IN_PRODUCTION]
    ),
    st.fractions(0, 1, max_denominator=100),
)
MAY_BE_CANCELLED = st.sampled_from([*PATH[: PATH.index(State.SHIPPED)], State.CHANGES_ASKED])


@given(MAY_BE_CANCELLED, st.integers(0, 10**9), st.data(), SHARES)
def test_cancellation_fee_is_capped_by_the_order_and_never_falls(
    state: State, total: int, data: st.DataObject, shares: dict[State, Fraction]
) -> None:
    setup = data.draw(st.integers(0, total))
    owed = owed_on_cancel(state, total, setup, shares)
    assert 0 <= owed <= total
    begun = PATH.index(State.PROOF_SENT if state is State.CHANGES_ASKED else state)
    if total and begun >= PATH.index(State.ARTWORK):
        assert owed >= setup
    for earlier in PATH[:begun]:
        assert owed_on_cancel(earlier, total, setup, shares) <= owed


def test_cancellation_fee_matches_examples_by_hand() -> None:
    shares = {State.ACCEPTED: Fraction(1, 20), State.PROOF_APPROVED: Fraction(1, 4)}
    assert owed_on_cancel(State.QUOTED, 0, 0, shares) == 0
    assert owed_on_cancel(State.ACCEPTED, 100_000, 20_000, shares) == 5_000
    assert owed_on_cancel(State.ARTWORK, 100_000, 20_000, shares) == 24_000
    assert owed_on_cancel(State.CHANGES_ASKED, 100_000, 20_000, shares) == 24_000
    assert owed_on_cancel(State.IN_PRODUCTION, 100_000, 20_000, shares) == 40_000
    assert owed_on_cancel(State.IN_PRODUCTION, 100_000, 20_000, {}) == 20_000
