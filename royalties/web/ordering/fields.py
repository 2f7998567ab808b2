"""What pages of orders have in common on both sides: refusals, tokens, an order's way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from secrets import token_urlsafe

from flask import flash, redirect

from royalties.domain.money import amount_text, number_text, rounded, scale
from royalties.domain.orders.life import ENDED, State, label_of, path_of
from royalties.services.orders import life
from royalties.services.orders.life import Order
from royalties.services.work import RefusedError
from royalties.web.core.consent import ChangedSinceSeenError
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer
from royalties.web.core.visit import all_or_nothing

Do = Callable[[], str]
"""A verb with what a form sent; returns its message."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A state on the order's way, and when it was reached."""

    state: State
    words: str
    on: datetime | None
    done: bool
    current: bool


def stages(order: Order, events: Iterable[life.Event]) -> list[Stage]:
    """The way of an order, with the day on which each state was reached."""
    reached: dict[State, datetime] = {
        each.after: each.at for each in events if each.after != each.before
    }
    reached.setdefault(State.REQUESTED, order.created_at)
    stands = order.held_in or order.state
    stands = State.PROOF_SENT if stands is State.CHANGES_ASKED else stands
    path = path_of(order.kind)
    place = path.index(stands) if stands in path else _furthest(path, reached)
    return [
        Stage(
            state,
            label_of(state).capitalize(),
            reached.get(state) if at <= place else None,
            at < place or stands is State.PAID,
            at == place and order.state not in ENDED,
        )
        for at, state in enumerate(path)
    ]


def _furthest(path: tuple[State, ...], reached: dict[State, datetime]) -> int:
    return max(at for at, state in enumerate(path) if state in reached)


def do_or_show(do: Do, onward: str, page: Callable[[str], str]) -> Answer:
    """Do what a form asks for and go on; refused, the page comes back with what was typed.

    Args:
        do: the verb; returns the message for the next page.
        onward: the address to go on to.
        page: shows the page with a refusal.
    """
    try:
        with all_or_nothing():
            words = do()
    except ChangedSinceSeenError as error:
        return page(in_names(error)), 409
    except life.ChangedMeanwhileError as error:
        return page(f"{error}. Nothing that you typed is lost: it stands below."), 409
    except RefusedError as error:
        return page(in_names(error)), 422
    flash(words, "good")
    return redirect(onward, 303)


def new_token() -> str:
    """What a form carries so that it counts once, however often it is sent."""
    return token_urlsafe(24)


def unit(value: Fraction, currency: str) -> str:
    """An exact price of one, in minor units, as a text in units."""
    return number_text(value / scale(currency))


def unit_text(value: Fraction, currency: str) -> str:
    """An exact price of one, in minor units, as a text in units; to the cent if it has no end."""
    exact = unit(value, currency)
    return amount_text(rounded(value), currency) if "/" in exact else exact
