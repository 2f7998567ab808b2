"""How time grows with what is read: measured at doubled sizes, on text made to be hard.

A reader that is linear takes twice as long for twice the text, one that is quadratic four times.
Sizes are doubled from a small one on, so that even a cubic reader is found out within a second.
"""

import gc
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from re import _constants as codes  # type: ignore[attr-defined, unused-ignore]
from re import _parser as parser  # type: ignore[attr-defined, unused-ignore]
from typing import Any

MOST = 3
"""Times as long as for half of it: between 2 (linear) and 4 (quadratic)."""

FLOOR = 0.05
"""Seconds of computing below which nothing is compared: the clock and the machine's noise."""

_TRIES = 5
_FILLERS = ' \t1a"(<,-.=/\\\n:x'
_ENDINGS = ("", "\x00", "\n\x00")


def growth(read: Callable[[Any], object], sizes: Iterable[tuple[int, Callable[[], Any]]]) -> str:
    """Where time grows too fast, or nothing.

    Args:
        read: what is measured; whatever it raises is an answer.
        sizes: sizes, each twice the one before, with what makes the text of that size.
    """
    half: Any = None
    before = 0.0
    for size, make in sizes:
        text = make()
        taken = seconds(read, text)
        if before and taken > FLOOR and taken > MOST * before:
            # A processor's speed changes from one moment to the next by more than a half:
            # only times measured one right after the other are compared, and most must agree.
            pairs = [(seconds(read, half), seconds(read, text)) for _ in range(_TRIES)]
            before, taken = sorted(pairs, key=_ratio)[_TRIES // 2]
            if taken > max(FLOOR, MOST * before):
                return f"{size:,} letters take {taken:.3f} s, half of them {before:.3f} s"
        half, before = text, max(taken, FLOOR / 2 / MOST)
    return ""


def _ratio(pair: tuple[float, float]) -> float:
    half, whole = pair
    return whole / max(half, FLOOR / 2 / MOST)


def seconds(read: Callable[[Any], object], text: Any) -> float:
    """Seconds of computing that a reader takes for a text."""
    gc.disable()
    began = time.thread_time()
    try:
        read(text)
    except Exception:  # noqa: BLE001, S110 - a refusal is an answer as well
        pass
    finally:
        gc.enable()
    return time.thread_time() - began


def hard_texts(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, Callable[[int], Any]]]:
    """Texts that a pattern nearly matches, each as a name and what makes it of a size."""
    beginnings = list(dict.fromkeys(_beginnings(pattern)))
    for start in beginnings:
        for filler in dict.fromkeys((*_FILLERS, *start[-2:])):
            yield from _made(pattern, start, filler)
        yield from _repeated(pattern, start)
    for start in beginnings:
        for filler in (" ", "1", "a"):
            yield from _repeated(pattern, start + filler * 8)


def _made(
    pattern: "re.Pattern[Any]", start: str, filler: str
) -> Iterator[tuple[str, Callable[[int], Any]]]:
    for ending in _ENDINGS:
        yield (
            f"{start!r}, {filler!r} again and again, {ending!r}",
            partial(_filled, pattern, start, filler, ending),
        )


def _repeated(pattern: "re.Pattern[Any]", unit: str) -> Iterator[tuple[str, Callable[[int], Any]]]:
    if unit:
        for ending in _ENDINGS:
            yield (
                f"{unit!r} again and again, {ending!r}",
                partial(_filled, pattern, "", unit, ending),
            )


def _filled(pattern: "re.Pattern[Any]", start: str, unit: str, ending: str, size: int) -> Any:
    return _typed(pattern, start + unit * (size // len(unit)) + ending)


def _typed(pattern: "re.Pattern[Any]", text: str) -> Any:
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def _beginnings(pattern: "re.Pattern[Any]") -> Iterator[str]:
    """What the pattern matches, as short as may be, and every beginning of it."""
    source = pattern.pattern
    if isinstance(source, bytes):
        source = source.decode("latin-1")
    parsed = parser.parse(source, pattern.flags & ~re.UNICODE)
    yield ""
    whole = list(parsed)
    for end in range(1, len(whole) + 1):
        yield "".join(_sample(item) for item in whole[:end])


def _sample(item: Any) -> str:  # noqa: PLR0911 - an item of a parsed pattern
    kind, value = item
    if kind is codes.LITERAL:
        return chr(int(value))
    if kind is codes.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is codes.ANY:
        return "a"
    if kind is codes.IN:
        return _of_class(value)
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)):
        least, _, inner = value
        return "".join(map(_sample, inner)) * max(int(least), 1)
    if kind is codes.SUBPATTERN:
        return "".join(map(_sample, value[-1]))
    if kind is getattr(codes, "ATOMIC_GROUP", None):
        return "".join(map(_sample, value))
    if kind is codes.BRANCH:
        return "".join(map(_sample, value[1][0]))
    return ""


def _of_class(items: Any) -> str:
    for letter in "1aA -.=,x/'\"é\xe9\x80\xc3":
        if _is_in(items, letter):
            return letter
    return next(chr(n) for n in range(0x10000) if _is_in(items, chr(n)))


def _is_in(items: Any, letter: str) -> bool:
    found = False
    for kind, value in items:
        if kind is codes.LITERAL:
            found |= ord(letter) == value
        elif kind is codes.RANGE:
            found |= value[0] <= ord(letter) <= value[1]
        elif kind is codes.CATEGORY:
            found |= _is_of(value, letter)
    return found != (items[0][0] is codes.NEGATE)


def _is_of(category: Any, letter: str) -> bool:
    name = str(category).lower().removeprefix("category_").removeprefix("uni_")
    shape = {"digit": r"\d", "space": r"\s", "word": r"\w"}
    kind = name.removeprefix("not_")
    return bool(re.fullmatch(shape[kind], letter)) is not name.startswith("not_")
