"""Currencies that a report names outside its rows: above the table, on a cover, in its name."""

import re
from collections.abc import Iterable, Iterator

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.report.amounts import CURRENCY_MARKS
from royalties.ingest.report.headings import WORDS

_LONGEST = 200
_MOST = 5
_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])", re.ASCII)
_MARK = re.compile(
    r"(?<!\w)(?:US|CA|AU|NZ|HK|MX|NT|[ACSR])?\$|[£€¥￥₹₺₩]|(?<!\w)(?:zł|kr|Rs)(?!\w)"
)
_NAME = re.compile(
    r"\b(?:(us|u\.s\.|american|canadian|australian|new zealand|hong kong|singapore)\s)?"
    r"(dollars?|euros?|pounds? sterling|sterling|british pounds?|yen|swiss francs?)\b",
    re.IGNORECASE,
)
_NAMED = {
    "euro": "EUR", "pound sterling": "GBP", "sterling": "GBP", "british pound": "GBP",
    "yen": "JPY", "swiss franc": "CHF", "us": "USD", "u.s.": "USD", "american": "USD",
    "canadian": "CAD", "australian": "AUD", "new zealand": "NZD", "hong kong": "HKD",
    "singapore": "SGD",
}  # fmt: skip


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
    for kind, name in _NAME.findall(text):
        singular = name.casefold().replace("dollars", "dollar").replace("euros", "euro")
        singular = singular.replace("pounds", "pound").replace("francs", "franc")
        if singular == "dollar" and not kind:
            yield from CURRENCY_MARKS["$"]
        else:
            yield _NAMED[kind.casefold() or singular]
