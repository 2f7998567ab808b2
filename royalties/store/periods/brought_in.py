"""The state of contracts before these books (brought in), as stored JSON values."""

from collections.abc import Iterable, Mapping
from typing import Any

from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.inputs import BroughtIn, HeldReserve

State = dict[str, Any]


def state_brought_in(brought_in: BroughtIn) -> State:
    """A contract's state before these books, as JSON values."""
    return {
        "held": reserves_as_json(brought_in.held),
        "caps": caps_as_json(brought_in.caps),
        "sold": {isbn: list(figures) for isbn, figures in sorted(brought_in.sold.items())},
    }


def brought_in_of(state: State, undistributed: int) -> BroughtIn:
    """The inverse of ``state_brought_in``."""
    return BroughtIn(
        reserves_of(state["held"]),
        undistributed,
        caps_of(state["caps"]),
        {isbn: (units, earned) for isbn, (units, earned) in state["sold"].items()},
    )


def reserves_as_json(held: Iterable[HeldReserve]) -> list[list[int]]:
    """Reserves as (period, amount), and the period that releases them where they name one."""
    return [
        [each.period, each.amount, *([] if each.release is None else [each.release])]
        for each in held
    ]


def reserves_of(held: Iterable[list[int]]) -> tuple[HeldReserve, ...]:
    """The inverse of ``reserves_as_json``."""
    return tuple(HeldReserve(*each) for each in held)


def caps_as_json(caps: Mapping[CapKey, int]) -> list[list[Any]]:
    """What caps let through, as the parts of their keys and the amount."""
    return [[*key, amount] for key, amount in sorted(caps.items())]


def caps_of(caps: Iterable[list[Any]]) -> dict[CapKey, int]:
    """The inverse of ``caps_as_json``."""
    return {CapKey(*key): amount for *key, amount in caps}
