"""Currencies that a report names outside its rows: above the table, on a cover, in its name."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.report.amounts import CURRENCY_MARKS
from royalties.ingest.report.dates import LOCALES
from royalties.ingest.report.headings import WORDS

_LONGEST = 200
_MOST = 5
_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])", re.ASCII)
_MARK = re.compile(
    r"(?<!\w)(?:US|CA|AU|NZ|HK|MX|NT|[ACSR])?\$|[£€¥￥₹₺₩]|(?<!\w)(?:zł|kr|Rs)(?!\w)"
)
_SOLD_IN = (
    "USD", "EUR", "GBP", "CAD", "AUD", "NZD", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN", "INR",
    "BRL", "MXN", "CNY", "ZAR", "HKD", "SGD", "CZK", "HUF", "KRW", "TRY", "ILS", "TWD",
)  # fmt: skip
"""Currencies that are known by their names as well."""

_FAMILIAR = {
    "us dollar": "USD", "us dollars": "USD", "u.s. dollars": "USD", "american dollars": "USD",
    "sterling": "GBP", "pound sterling": "GBP", "pounds sterling": "GBP",
}  # fmt: skip
_DOLLARS = ("dollar", "dollars", "dólares", "dollari")


def named_currencies(places: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """The codes of ISO 4217 that each text can mean, by where it stands and what it says.

    >>> [sorted(each) for each in named_currencies([("row 1", "All amounts in EUR")]).values()]
    [['EUR']]
    >>> named_currencies([("row 1", "Sales of ALL titles, TOP 10")])
    {}

    Args:
        places: where a text stands, in words, and the text.
    """
    named = {}
    for where, text in places:
        if codes := frozenset(_codes(text[:_LONGEST])):
            named[f"{where} says {text[:_LONGEST].strip()!r}"] = codes
    return named


def proposed_currencies(places: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Currencies that texts name beyond doubt, each once, with where it was found."""
    proposals: dict[str, str] = {}
    for where, text in places:
        codes = set(_codes(text[:_LONGEST]))
        if len(codes) == 1:
            proposals.setdefault(codes.pop(), where)
    return [*proposals.items()][:_MOST]


def _codes(text: str) -> Iterator[str]:
    yield from (code for code in _CODE.findall(text) if code in EXPONENTS and code not in WORDS)
    for mark in _MARK.findall(text):
        yield from CURRENCY_MARKS[mark]
    if " " not in text:
        return  # the name of a file or a sheet: codes will do
    pattern, codes_by_name = _names()
    for name in pattern.findall(text.casefold()):
        yield from codes_by_name[name]


@cache
def _names() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """Names of currencies in the languages of reports, one and several of it, in lower case."""
    from babel import Locale  # noqa: PLC0415 - half a second, for those who need it
    from babel.numbers import get_currency_name  # noqa: PLC0415

    codes = {name: frozenset((code,)) for name, code in _FAMILIAR.items()}
    codes |= dict.fromkeys(_DOLLARS, CURRENCY_MARKS["$"])
    for language in ("en", *LOCALES.values()):
        locale = Locale(language)
        for code in _SOLD_IN:
            for count in (None, 1, 2, 5):
                name = get_currency_name(code, count=count, locale=locale).casefold()
                # A single word may be another one as well: real books, a prize that was won.
                if " " in name or code == "EUR":
                    codes[name] = frozenset((code,))
    longest_first = sorted(codes, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"), codes
