"""The life of an order, from request to payment, as one table of transitions.

Who may do what in which state, where it leads and what that needs is defined here and nowhere else:
buttons, refusals, history and tests derive from it. A plain bulk order lives the same life without
artwork and proof.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from royalties.domain.money import rounded


class OrderKind(StrEnum):
    """Copies as they are, or an edition of the organization's own."""

    BULK = "bulk"
    CUSTOM = "custom"


class State(StrEnum):
    """An order's state."""

    REQUESTED = "requested"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    ARTWORK = "artwork"
    PROOF_SENT = "proof-sent"
    CHANGES_ASKED = "changes-asked"
    PROOF_APPROVED = "proof-approved"
    IN_PRODUCTION = "in-production"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    PAID = "paid"
    ON_HOLD = "on-hold"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Side(StrEnum):
    """Who acts on an order: the house, the organization that ordered, or the calendar."""

    STAFF = "staff"
    ORGANIZATION = "organization"
    CALENDAR = "calendar"


class Action(StrEnum):
    """What somebody does with an order."""

    QUOTE = "quote"
    ACCEPT = "accept"
    ASK_ANOTHER_QUOTE = "ask-another-quote"
    WITHDRAW_QUOTE = "withdraw-quote"
    DECLINE = "decline"
    EXPIRE = "expire"
    INVOICE_DEPOSIT = "invoice-deposit"
    SEND_ARTWORK = "send-artwork"
    SEND_PROOF = "send-proof"
    ASK_CHANGES = "ask-changes"
    APPROVE_PROOF = "approve-proof"
    PRODUCE = "produce"
    SHIP_PART = "ship-part"
    SHIP_LAST = "ship-last"
    INVOICE = "invoice"
    RECEIVE = "receive"
    REVERSE_RECEIPT = "reverse-receipt"
    SETTLE = "settle"
    REOPEN = "reopen"
    CREDIT = "credit"
    CANCEL = "cancel"
    HOLD = "hold"
    RESUME = "resume"


class Precondition(StrEnum):
    """What an action asks for beside state and side; the words finish "this needs …"."""

    QUOTE_VALID = "a quote that is still valid"
    QUOTE_PAST = "a quote whose validity has ended"
    ACCEPTANCE = "who accepted it, how and on which day"
    PURCHASE_ORDER_OR_DEPOSIT = "a purchase order, or the deposit paid"
    ARTWORK = "artwork that passed its checks"
    PROOF = "a proof as PDF"
    COMMENT = "a comment that says what to change"
    PROOF_SHOWN = "the very file that was shown, by its fingerprint"
    TAX_SETTLED = "a tax certificate for each ship-to state, or its tax on the invoice"
    COPIES_LEFT = "copies that were not shipped yet"
    ALL_SHIPPED = "all copies shipped, within tolerance"
    NOTHING_SHIPPED = "that nothing was shipped"
    NOTHING_OWED = "that nothing is owed any more"
    OWED_AGAIN = "that something is owed again"


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. ``to`` is None where the order stays (or, resumed, goes back)."""

    action: Action
    sides: frozenset[Side]
    states: frozenset[State]
    to: State | None
    needs: tuple[Precondition, ...] = ()
    kinds: frozenset[OrderKind] = frozenset(OrderKind)


_STAFF = frozenset({Side.STAFF})
_THEM = frozenset({Side.ORGANIZATION})
_BOTH = _STAFF | _THEM
_CUSTOM = frozenset({OrderKind.CUSTOM})
_BULK = frozenset({OrderKind.BULK})

_BEFORE_PROOF = frozenset({State.ACCEPTED, State.ARTWORK, State.CHANGES_ASKED})
_CANCELLED_BY_THEM = frozenset(
    {
        State.REQUESTED,
        State.QUOTED,
        State.ACCEPTED,
        State.ARTWORK,
        State.PROOF_SENT,
        State.CHANGES_ASKED,
    }
)
_UNDER_WAY = _CANCELLED_BY_THEM | {State.PROOF_APPROVED, State.IN_PRODUCTION}
_BILLED = frozenset({State.INVOICED, State.PAID})
_WITH_MONEY = (
    (_UNDER_WAY - {State.REQUESTED, State.QUOTED})
    | {State.SHIPPED, State.CANCELLED, State.ON_HOLD}
    | _BILLED
)

TABLE: tuple[Transition, ...] = (
    Transition(
        Action.QUOTE,
        _STAFF,
        frozenset({State.REQUESTED, State.QUOTED, State.EXPIRED, State.DECLINED}),
        State.QUOTED,
    ),
    Transition(
        Action.ACCEPT,
        _THEM,
        frozenset({State.QUOTED}),
        State.ACCEPTED,
        (Precondition.QUOTE_VALID,),
    ),
    Transition(
        Action.ACCEPT,
        _STAFF,
        frozenset({State.QUOTED}),
        State.ACCEPTED,
        (Precondition.QUOTE_VALID, Precondition.ACCEPTANCE),
    ),
    Transition(
        Action.ASK_ANOTHER_QUOTE,
        _THEM,
        frozenset({State.QUOTED}),
        State.REQUESTED,
        (Precondition.COMMENT,),
    ),
    Transition(Action.WITHDRAW_QUOTE, _STAFF, frozenset({State.QUOTED}), State.REQUESTED),
    Transition(Action.DECLINE, _BOTH, frozenset({State.REQUESTED, State.QUOTED}), State.DECLINED),
    Transition(
        Action.EXPIRE,
        frozenset({Side.CALENDAR}),
        frozenset({State.QUOTED}),
        State.EXPIRED,
        (Precondition.QUOTE_PAST,),
    ),
    Transition(
        Action.INVOICE_DEPOSIT,
        _STAFF,
        frozenset({State.ACCEPTED}),
        None,
    ),
    Transition(
        Action.SEND_ARTWORK,
        _BOTH,
        _BEFORE_PROOF,
        State.ARTWORK,
        (Precondition.PURCHASE_ORDER_OR_DEPOSIT, Precondition.ARTWORK),
        _CUSTOM,
    ),
    Transition(
        Action.SEND_PROOF,
        _STAFF,
        frozenset({State.ARTWORK, State.CHANGES_ASKED, State.PROOF_SENT}),
        State.PROOF_SENT,
        (Precondition.PROOF,),
        _CUSTOM,
    ),
    # An own ISBN alone needs no artwork, and an order that is made again has it already.
    Transition(
        Action.SEND_PROOF,
        _STAFF,
        frozenset({State.ACCEPTED}),
        State.PROOF_SENT,
        (Precondition.PURCHASE_ORDER_OR_DEPOSIT, Precondition.ARTWORK, Precondition.PROOF),
        _CUSTOM,
    ),
    Transition(
        Action.ASK_CHANGES,
        _THEM,
        frozenset({State.PROOF_SENT}),
        State.CHANGES_ASKED,
        (Precondition.COMMENT,),
        _CUSTOM,
    ),
    Transition(
        Action.APPROVE_PROOF,
        _THEM,
        frozenset({State.PROOF_SENT}),
        State.PROOF_APPROVED,
        (Precondition.PROOF_SHOWN,),
        _CUSTOM,
    ),
    Transition(
        Action.PRODUCE,
        _STAFF,
        frozenset({State.PROOF_APPROVED}),
        State.IN_PRODUCTION,
        (),
        _CUSTOM,
    ),
    Transition(
        Action.PRODUCE,
        _STAFF,
        frozenset({State.ACCEPTED}),
        State.IN_PRODUCTION,
        (Precondition.PURCHASE_ORDER_OR_DEPOSIT,),
        _BULK,
    ),
    Transition(
        Action.SHIP_PART,
        _STAFF,
        frozenset({State.IN_PRODUCTION}),
        None,
        (Precondition.COPIES_LEFT,),
    ),
    Transition(
        Action.SHIP_LAST,
        _STAFF,
        frozenset({State.IN_PRODUCTION}),
        State.SHIPPED,
        (Precondition.ALL_SHIPPED,),
    ),
    Transition(
        Action.INVOICE,
        _STAFF,
        frozenset({State.SHIPPED}),
        State.INVOICED,
        (Precondition.TAX_SETTLED,),
    ),
    Transition(Action.RECEIVE, _STAFF, _WITH_MONEY, None),
    Transition(Action.REVERSE_RECEIPT, _STAFF, _WITH_MONEY, None),
    Transition(
        Action.SETTLE, _STAFF, frozenset({State.INVOICED}), State.PAID, (Precondition.NOTHING_OWED,)
    ),
    Transition(
        Action.REOPEN, _STAFF, frozenset({State.PAID}), State.INVOICED, (Precondition.OWED_AGAIN,)
    ),
    Transition(Action.CREDIT, _STAFF, _BILLED | {State.CANCELLED}, None),
    Transition(Action.CANCEL, _THEM, _CANCELLED_BY_THEM, State.CANCELLED),
    Transition(Action.CANCEL, _STAFF, _UNDER_WAY, State.CANCELLED, (Precondition.NOTHING_SHIPPED,)),
    Transition(Action.HOLD, _STAFF, _UNDER_WAY, State.ON_HOLD),
    Transition(Action.RESUME, _STAFF, frozenset({State.ON_HOLD}), None),
    Transition(
        Action.CANCEL,
        _STAFF,
        frozenset({State.ON_HOLD}),
        State.CANCELLED,
        (Precondition.NOTHING_SHIPPED,),
    ),
)
"""The life of an order. The first line that fits action, side, state and kind counts."""

ENDED = frozenset({State.PAID, State.DECLINED, State.EXPIRED, State.CANCELLED})
"""States in which nobody waits for anything."""

PATH = (
    State.REQUESTED,
    State.QUOTED,
    State.ACCEPTED,
    State.ARTWORK,
    State.PROOF_SENT,
    State.PROOF_APPROVED,
    State.IN_PRODUCTION,
    State.SHIPPED,
    State.INVOICED,
    State.PAID,
)
"""The way of an order when all goes well, as it is drawn."""

_ONLY_CUSTOM = frozenset({State.ARTWORK, State.PROOF_SENT, State.PROOF_APPROVED})


def path_of(kind: OrderKind) -> tuple[State, ...]:
    """The way of an order of this kind when all goes well."""
    return tuple(state for state in PATH if kind is OrderKind.CUSTOM or state not in _ONLY_CUSTOM)


class NotPossibleError(ValueError):
    """Something that the table does not allow for this order as it stands."""

    def __init__(self, action: Action, state: State, reason: str) -> None:
        self.action, self.state = action, state
        words = action.value.replace("-", " ")
        super().__init__(f"{words} is not possible while the order is {label_of(state)}: {reason}")


def label_of(value: State | Action) -> str:
    """A state or action in words."""
    return value.value.replace("-", " ")


def find(action: Action, side: Side, state: State, kind: OrderKind) -> Transition | None:
    """The table's line for an action, or None where there is none."""
    return next(
        (
            line
            for line in TABLE
            if line.action is action
            and side in line.sides
            and state in line.states
            and kind in line.kinds
        ),
        None,
    )


def possible(side: Side, state: State, kind: OrderKind) -> list[Transition]:
    """What a side may do with an order in this state; one line for each action."""
    found = [find(action, side, state, kind) for action in Action]
    return [line for line in found if line is not None]


def step(
    action: Action,
    side: Side,
    state: State,
    kind: OrderKind,
    *,
    met: Iterable[Precondition],
    held_in: State | None = None,
    words: Mapping[Precondition, str] | None = None,
) -> State:
    """The state that an action leads to.

    Args:
        met: what is there of the table's needs.
        words: of needs that read otherwise for this order.
        held_in: where an order on hold stood before.

    Raises:
        NotPossibleError: the table does not allow it; says who may, or what is missing.
    """
    line = find(action, side, state, kind)
    if line is None:
        others = sorted({s.value for s in Side if find(action, s, state, kind) is not None})
        reason = f"that is for {' or '.join(others)}" if others else "it does not follow from there"
        raise NotPossibleError(action, state, reason)
    there = frozenset(met)
    missing = [(words or {}).get(need, need.value) for need in line.needs if need not in there]
    if missing:
        raise NotPossibleError(action, state, f"this needs {'; and '.join(missing)}")
    if action is Action.RESUME:
        return held_in or State.REQUESTED
    return line.to or state


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long the stages of production take, in working days."""

    proof: int
    production: int
    shipping: int


def working_day_after(day: date, days: int, holidays: frozenset[date] = frozenset()) -> date:
    """The day so many working days after another; Saturdays, Sundays and holidays do not count.

    >>> working_day_after(date(2026, 12, 24), 2, frozenset({date(2026, 12, 25)}))
    datetime.date(2026, 12, 29)
    """
    working_day = day
    left = days
    while left > 0:
        working_day += timedelta(days=1)
        if working_day.weekday() < 5 and working_day not in holidays:  # noqa: PLR2004 - Monday is 0
            left -= 1
    return working_day


def working_days_between(first: date, last: date, holidays: frozenset[date] = frozenset()) -> int:
    """How many working days lie after the first day, up to the last.

    >>> working_days_between(date(2026, 12, 24), date(2026, 12, 29))
    3
    """
    days = (first + timedelta(days=each) for each in range(1, (last - first).days + 1))
    return sum(day.weekday() < 5 and day not in holidays for day in days)  # noqa: PLR2004 - Monday is 0


def promised_date(
    kind: OrderKind,
    lead_time: LeadTime,
    *,
    today: date,
    approved: date | None,
    started: date | None,
) -> date:
    """When the copies will be there, from what is known today.

    Production's clock starts when the proof is approved (a bulk order's when it is started); until
    then the promise is counted from today as if that happened now, so it moves while one waits.

    A proof approved on Tuesday 1 December 2026, with 10 days of production and 3 of shipping: the
    copies are there on Friday 18 December.
    """
    begins = started if kind is OrderKind.BULK else approved
    if begins is None:
        begins = working_day_after(today, lead_time.proof) if kind is OrderKind.CUSTOM else today
    ready = working_day_after(begins, lead_time.production)
    return working_day_after(max(ready, today), lead_time.shipping)


def within_tolerance(ordered: int, shipped: int, tolerance: Fraction) -> bool:
    """Whether what was shipped is what was ordered, but for the printer's tolerance.

    >>> within_tolerance(500, 510, Fraction("0.02")), within_tolerance(500, 511, Fraction("0.02"))
    (True, False)
    """
    return abs(shipped - ordered) <= ordered * tolerance


def owed_on_cancel(state: State, total: int, setup: int, shares: dict[State, Fraction]) -> int:
    """What an order that is cancelled in a state owes, in minor units.

    >>> owed_on_cancel(
    ...     State.IN_PRODUCTION, 100_000, 10_000, {State.IN_PRODUCTION: Fraction("0.5")}
    ... )
    55000

    Args:
        state: where it stands (if it is on hold, where it stood).
        total: the accepted quote's total; 0 before acceptance.
        setup: its set-up charges, owed from the moment artwork is worked on.
        shares: the part of the rest that is owed from a state on, by the price list.
    """
    if not total:
        return 0
    place = PATH.index(State.PROOF_SENT if state is State.CHANGES_ASKED else state)
    begun = setup if place >= PATH.index(State.ARTWORK) else 0
    due = [share for since, share in shares.items() if PATH.index(since) <= place]
    share = max(due, default=Fraction(0))
    return begun + rounded((total - begun) * share)
