"""What a list says: plain values for each of its entries, and what is wrong or open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
"""What one row says, as JSON values, without what it does not say; ``place`` is where it stands."""

Answers: TypeAlias = Mapping[str, str]
"""What somebody answered, by a question's key."""


@dataclass(frozen=True, slots=True)
class ListFault:
    """Something wrong: where it stands, what it is, and what to do."""

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """Something that the list leaves open.

    Attributes:
        key: of the answer.
        words: the question.
        options: values and their words.
    """

    key: str
    words: str
    options: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class ListContents:
    """A list that was read.

    Attributes:
        records: its entries; none of them counts while there is a fault or a question.
        notes: what to know about how it was read.
    """

    records: list[Record] = field(default_factory=list)
    faults: list[ListFault] = field(default_factory=list)
    questions: list[ListQuestion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
