"""Units that a column's heading states: per cent, cents, a currency."""

import re
from dataclasses import dataclass

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.report.amounts import CURRENCY_MARKS

_PERCENT = re.compile(
    r"%|\b(?:per ?cent|percentage|pct|prozent|pour ?cent(?:age)?|porcentaje|percentuale)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s?[(\[]\s?(?:in\s)?([^()\[\]]{1,20}?)\s?[)\]]$", re.IGNORECASE)
_IN = re.compile(r"\sin\s([^\s()]{1,10})$", re.IGNORECASE)
_LAST_CODE = re.compile(r"\s([A-Z]{3})$", re.ASCII)
_LAST_WORD = re.compile(r"[\s_](cents?|pence|%|per ?cent|pct)$", re.IGNORECASE)
_MARKS = "*†‡§¹²³⁴⁵ "
_LONGEST = 120
"""Characters of a heading that is looked at; longer ones state no unit."""
_CENTS = frozenset(("cent", "cents", "us cents", "ct", "cts", "pence", "¢", "minor units"))
_WORDS = frozenset(("ALL", "TOP", "TRY", "MOP", "MAD", "PEN", "LAK", "GEL", "COP"))
"""Codes of currencies that are words or sizes as well."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What the numbers below a heading are; a currency is a code of ISO 4217, or empty."""

    percent: bool = False
    cents: bool = False
    currency: str = ""


def unit_of(heading: str) -> Unit:
    """The unit that a heading states."""
    if len(heading) > _LONGEST:
        return Unit()
    _, unit = _parted(heading)
    return Unit(
        bool(_PERCENT.search(heading)), unit.casefold() in _CENTS, _currency(unit) if unit else ""
    )


def without_marks(heading: str) -> str:
    """A heading without the marks of footnotes that stand around it.

    >>> without_marks("Net Units Sold or KENP Read**")
    'Net Units Sold or KENP Read'
    """
    return heading.strip(_MARKS)


def without_unit(heading: str) -> str:
    """A heading without the unit that it states."""
    return heading if len(heading) > _LONGEST else _parted(heading)[0]


def _parted(heading: str) -> tuple[str, str]:
    heading = without_marks(" ".join(heading.split()))
    for shape in (_BRACKETS, _IN, _LAST_CODE, _LAST_WORD):
        found = shape.search(heading)
        if found and _is_unit(found[1], bare=shape is _LAST_CODE):
            return heading[: found.start()].strip(), found[1]
    return heading, ""


def _is_unit(text: str, *, bare: bool) -> bool:
    if bare:
        return text in EXPONENTS and text not in _WORDS
    return (
        text.casefold() in _CENTS
        or bool(_PERCENT.fullmatch(text))
        or text in CURRENCY_MARKS
        or bool(_currency(text))
    )


def _currency(text: str) -> str:
    meant = CURRENCY_MARKS.get(text, frozenset())
    if len(meant) == 1:
        return next(iter(meant))
    return text.upper() if text.upper() in EXPONENTS else ""
