"""What read-only work remembers from one look to the next, and what takes too long for a page.

Draft and statements over a million sale lines take seconds. Whoever looks at a page is not kept
waiting for them: the verb ends with ``BeingCalculatedError``, the edge repeats it at leisure, and
the next look finds what was remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from royalties.services.work import Work
from royalties.store import totals

Made = TypeVar("Made")
Verb = Callable[[Work], object]

AT_ONCE = 20_000
"""Sale lines of a period that are added up while somebody waits: less than a tenth of a second."""


class BeingCalculatedError(Exception):
    """What was asked for takes longer than a page may; ``again`` is the verb, to be repeated.

    Attributes:
        name: under which it is remembered, and ``key`` of what state.
        words: what it is: ``the draft of 2025``.
        lines: how many sale lines are added up.
    """

    def __init__(self, name: str, key: object, words: str, lines: int, again: Verb) -> None:
        super().__init__(f"{words} is being calculated")
        self.name, self.key, self.words, self.lines, self.again = name, key, words, lines, again


@dataclass(frozen=True, slots=True)
class Failed:
    """What is remembered instead of a result: why there is none, for as long as that lasts."""

    error: Exception
    lasts: bool


def remembered(work: Work, name: str, key: object, make: Callable[[], Made]) -> Made:
    """What read-only work made of the same state before; work that writes makes it anew."""
    if work.memory is None:
        return make()
    if not _is_known(work, name, key):
        work.memory[name] = (key, make())
    value = work.memory[name][1]
    if isinstance(value, Failed):
        if not value.lasts:
            work.memory.pop(name, None)
        raise value.error
    return cast("Made", value)


def keep_nobody_waiting(
    work: Work, name: str, key: object, again: Verb, *, words: str, periods: tuple[int, ...]
) -> None:
    """Refuse to make at once what somebody who waits for a page would wait too long for.

    Args:
        name: as ``remembered`` is given it, and so is the key.
        again: the verb that remembers it.
        words: what it is, for who waits.
        periods: whose sale lines are added up.

    Raises:
        BeingCalculatedError: it is not remembered yet, and the periods have many lines.
    """
    if work.patient or work.memory is None or _is_known(work, name, key):
        return
    lines = work.once(f"lines of {periods}", lambda: totals.lines_in(work.connection, periods))
    if lines > AT_ONCE:
        raise BeingCalculatedError(name, key, words, lines, again)


def _is_known(work: Work, name: str, key: object) -> bool:
    known = (work.memory or {}).get(name)
    return known is not None and known[0] == key
