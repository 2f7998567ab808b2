"""A place in a setup file: its path and what stands there, whatever that is.

The rules between keys read through nodes, so one wrong value hides no other fault: what is
absent or of a wrong type reads as absent here, and the models have named it already.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from royalties.domain.money import NotAnAmountError
from royalties.domain.problems import SetupFault
from royalties.ingest.setup.scalars import number_of

_PLAIN_KEY = re.compile(r"[^\W\d][\w-]*|\$\w+")
_LONGEST_KEY = 80


def joined(path: str, key: str | int) -> str:
    """The path of what stands at a key or a place: ``contracts[0].rules``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    key = key[:_LONGEST_KEY]
    if not _PLAIN_KEY.fullmatch(key):
        return f"{path}[{key!r}]"
    return f"{path}.{key}" if path else key


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and the path to it."""

    path: str
    value: Any

    def get(self, key: str) -> "Node":
        """What stands at a key; an absent node where nothing does."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(joined(self.path, key), value)

    def each(self) -> Iterator["Node"]:
        """What a list holds, in order."""
        if isinstance(self.value, list):
            for place, value in enumerate(self.value):
                yield Node(joined(self.path, place), value)

    def pairs(self) -> Iterator[tuple[str, "Node"]]:
        """What an object holds, in order."""
        if isinstance(self.value, dict):
            for key in self.value:
                if isinstance(key, str):
                    yield key, self.get(key)

    @property
    def given(self) -> bool:
        """Whether anything stands here."""
        return self.value is not None

    @property
    def text(self) -> str:
        """The text that stands here, without blanks around it; else an empty one."""
        return self.value.strip() if isinstance(self.value, str) else ""

    @property
    def number(self) -> Fraction | None:
        """The plain number that stands here, if any."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return Fraction(self.value)
        try:
            return number_of(self.value) if isinstance(self.value, str) else None
        except NotAnAmountError:
            return None

    @property
    def day(self) -> date | None:
        """The day that stands here, if any."""
        try:
            return date.fromisoformat(str(self.value)) if self.given else None
        except ValueError:
            return None

    def fault(self, message: str) -> SetupFault:
        """A fault at this place."""
        return SetupFault(self.path, message)


def each_once(
    entries: Iterable[Node], parts: tuple[str, ...], message: str
) -> Iterator[SetupFault]:
    """Faults of entries of a list that agree in some keys with one before."""
    seen: dict[tuple[str, ...], str] = {}
    for entry in entries:
        key = tuple(entry.get(part).text or str(entry.get(part).value) for part in parts)
        first = seen.setdefault(key, entry.path)
        if first != entry.path and all(entry.get(part).given for part in parts):
            yield entry.get(parts[-1]).fault(message.format(first))


def listed_once(words: Node) -> Iterator[SetupFault]:
    """Faults of words that a list names twice."""
    seen: set[str] = set()
    for word in words.each():
        if word.text and word.text in seen:
            yield word.fault("is named twice: leave it out")
        seen.add(word.text)
