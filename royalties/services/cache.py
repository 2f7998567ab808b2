"""What read-only work remembers from one look to the next, and what takes too long for a page.

Draft and statements over a million sale lines take seconds. Whoever looks at a page is not kept
waiting for them: the verb ends with ``BeingCalculatedError``, the edge repeats it at leisure, and
the next look finds what was remembered.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from royalties.services.work import Work
from royalties.store.sales import totals

Made = TypeVar("Made")
Verb = Callable[[Work], object]

AT_ONCE = 20_000
"""Sale lines of a period that are added up while somebody waits: less than a tenth of a second."""

_NOTHING = object()


class BeingCalculatedError(Exception):
    """What was asked for takes longer than a page may; ``again`` is the verb, to be repeated.

    Attributes:
        name: under which it is remembered, and ``key`` of what state.
        words: what it is: ``the draft of 2025``.
        lines: how many sale lines are added up; None: all there are.
    """

    def __init__(
        self, name: str, key: Hashable, words: str, lines: int | None, again: Verb
    ) -> None:
        super().__init__(f"{words} is being calculated")
        self.name, self.key, self.words, self.lines, self.again = name, key, words, lines, again


@dataclass(frozen=True, slots=True)
class Failed:
    """What is remembered instead of a result: why there is none, for as long as that lasts."""

    error: Exception
    lasts: bool


def cached(
    work: Work, name: str, key: Hashable, make: Callable[[], Made], *, most: int = 1
) -> Made:
    """What read-only work made of the same state before; work that writes makes it anew.

    Args:
        name: what it is.
        key: the state that it is made of.
        make: makes it.
        most: of so many states it is cached; what was made first is forgotten first.
    """
    if work.memory is None:
        return make()
    known: dict[Hashable, Any] = work.memory.setdefault(name, {})
    value = known.get(key, _NOTHING)
    if value is _NOTHING:
        value = known[key] = make()
        for old in list(known)[:-most]:
            known.pop(old, None)
    if isinstance(value, Failed):
        if not value.lasts:
            known.pop(key, None)
        raise value.error
    return cast("Made", value)


def cached_value(work: Work, name: str, key: Hashable) -> object | None:
    """What is remembered already; None: it would have to be made."""
    return (work.memory or {}).get(name, {}).get(key)


def extent_of(work: Work, periods: tuple[int, ...]) -> totals.Extent:
    """How many sale lines some periods have, and of which imports."""

    def asked() -> dict[int, totals.Extent]:
        by_period = totals.extents(work.connection, periods)
        for period in periods:
            work.know(
                f"extents of {(period,)}",
                {period: by_period[period]} if period in by_period else {},
            )
        return by_period

    known = work.once(f"extents of {periods}", asked).values()
    return totals.Extent(
        sum(extent.lines for extent in known),
        tuple(one for extent in known for one in extent.imports),
    )


def has_many_lines(work: Work) -> bool:
    """Whether the sale lines of all periods are more than are added up while somebody waits."""
    return work.once("many lines", lambda: totals.has_more_than(work.connection, AT_ONCE))


def refuse_slow_calculation(
    work: Work,
    name: str,
    key: Hashable,
    again: Verb,
    *,
    words: str,
    periods: tuple[int, ...] | None,
) -> None:
    """Refuse to make at once what somebody who waits for a page would wait too long for.

    Args:
        name: as ``cached`` is given it, and so is the key.
        again: the verb that remembers it.
        words: what it is, for who waits.
        periods: whose sale lines are added up; None: all.

    Raises:
        BeingCalculatedError: it is not remembered yet, and the periods have many lines.
    """
    if work.patient or work.memory is None or key in work.memory.get(name, {}):
        return
    if periods is None:
        if has_many_lines(work):
            raise BeingCalculatedError(name, key, words, None, again)
        return
    lines = extent_of(work, periods).lines
    if lines > AT_ONCE:
        raise BeingCalculatedError(name, key, words, lines, again)
