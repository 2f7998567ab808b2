"""Units that a column's heading states: per cent, cents, a currency."""

import re
import unicodedata
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
_MARKS = "*†‡§¹²³⁴⁵⁶⁷⁸⁹ "
_NOTE = re.compile(r"\s?[(\[](?:\d|[a-e]|\*{1,3})[)\]]$", re.ASCII)
_LONGEST = 120
"""Characters of a heading that is looked at; longer ones state no unit."""
_CENTS = frozenset(("cent", "cents", "us cents", "ct", "cts", "pence", "¢", "minor units"))
WORDS = frozenset(
    (
        "ALL", "TOP", "TRY", "MOP", "MAD", "PEN", "LAK", "GEL", "COP", "SOS", "CUP", "BAM", "BOB",
        "RON", "ERN", "AMD", "ANG", "VES", "COU", "CHE", "CHW",
    )
)  # fmt: skip
"""Codes of currencies that are words or sizes as well."""


_SPAN = re.compile(
    r"[(\[]?\b(?:[mypq]td|(?:(?:month|year|period|quarter|life)[\s-])?to[\s-]date"
    r"|(?:this|current|last|prior)[\s-](?:month|year|period|quarter)|cumulative|kumuliert|lifetime"
    r"|year|month)\b"
    r"[\s)\]:-]*",
    re.IGNORECASE,
)
_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455"
    "\u0501\u04bb\u04cf\u043a\u043c\u043d\u0442\u0432\u0433\u043f"
    "\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03b6"
    "\u0131\u017fhvyl",
    "aeopcuxijsdnikmntbrnabenikmnoptuxzisnnui",
)
"""Cyrillic, Greek and other small letters that look like Latin ones, or whose capitals do; and of
these, such as look like each other's.
"""


def without_span(heading: str) -> str:
    """A heading without the span of time that it states (``Units YTD``); empty if it states none.

    >>> without_span("net amount (year to date)"), without_span("mtd_units"), without_span("net")
    ('net amount', 'units', '')
    """
    if len(heading) > _LONGEST:
        return ""
    words = heading.replace("_", " ")
    bare = " ".join(_SPAN.sub(" ", words).split()).strip("-:([ ")
    return bare if bare != " ".join(words.split()).strip("-:([ ") else ""


def look_alike(heading: str) -> str:
    r"""A heading with Latin letters for those that look like them: what two alphabets share.

    >>> look_alike("net am\N{CYRILLIC SMALL LETTER O}unt") == look_alike("net amount")
    True
    """
    plain = unicodedata.normalize("NFKD", heading).translate(_ALIKE)
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


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

    >>> without_marks("Net Units Sold or KENP Read**"), without_marks("Units (1)")
    ('Net Units Sold or KENP Read', 'Units')
    """
    return _NOTE.sub("", heading.strip(_MARKS)).strip(_MARKS)


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
        return text in EXPONENTS and text not in WORDS
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


def column_letters(at: int) -> str:
    """A column as spreadsheets name it.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    number = at + 1
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(65 + place) + letters
    return letters
