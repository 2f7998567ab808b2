"""Identifiers of editions as reports, setup files and people write them, in one normal form.

Retailers and spreadsheets change how an identifier looks (``hb-lant-01``, ``HB LANT 01``,
``978-1-4422-…``, a number without its leading zeros), never which edition is meant.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_LEFT_OUT = re.compile(r"[\s\u2212]")
_SPACE_OR_DASH = frozenset(("Pd", "Zs", "Cf"))
_NUMBER = re.compile(r"\d+X?", re.ASCII)
_ISBN10 = re.compile(r"\d{9}[\dX]", re.ASCII)
_MOST_ZEROS = 2
"""So many leading zeros may an ISBN-10 have lost: fewer digits could be any number."""


def identifier_key(text: str) -> str:
    """An identifier without case, blanks, hyphens and invisible characters; may be empty."""
    if text.isascii():
        return "".join(text.split()).replace("-", "").upper()
    signs = (sign for sign in text if unicodedata.category(sign) not in _SPACE_OR_DASH)
    return _LEFT_OUT.sub("", "".join(signs)).upper()


def is_isbn10(text: str) -> bool:
    """Whether ten bare signs are an ISBN, by their check digit."""
    if not _ISBN10.fullmatch(text):
        return False
    digits = [10 if sign == "X" else int(sign) for sign in text]
    return sum(place * digit for place, digit in enumerate(digits, 1)) % 11 == 0


class EditionNames:
    """Finds editions, given by their numbers, by what names them."""

    def __init__(self, names: Mapping[str, int]) -> None:
        """Take editions by ISBN-13 and by every other identifier, in upper case."""
        self._names = names
        self._index: _Index | None = None

    def find(self, text: str) -> frozenset[int]:
        """The editions that a text may mean: none, one, or several that are ambiguous.

        A text as it was given counts first, then its normal form, then a number without its
        leading zeros.
        """
        if (exact := self._names.get(text.upper())) is not None:
            return frozenset((exact,))
        if self._index is None:
            self._index = _Index(self._names)
        return frozenset(self._index.find(identifier_key(text)))


class _Index:
    """Editions by the normal forms of their names, and by numbers without leading zeros."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self._by_key: dict[str, set[int]] = {}
        self._by_number: dict[str, list[tuple[str, int]]] = {}
        for name, edition in names.items():
            key = identifier_key(name)
            self._by_key.setdefault(key, set()).add(edition)
            if _NUMBER.fullmatch(key):
                self._by_number.setdefault(key.lstrip("0"), []).append((key, edition))

    def find(self, key: str) -> Iterable[int]:
        return self._by_key.get(key) or self._padded(key)

    def _padded(self, key: str) -> Iterable[int]:
        number = key.lstrip("0")
        if not number or not _NUMBER.fullmatch(key):
            return ()
        return {
            edition
            for known, edition in self._by_number.get(number, ())
            if len(known) - len(key) <= _MOST_ZEROS or not is_isbn10(known)
        }
