"""How dates, money and numbers are written for the person who looks."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_compact_decimal, format_decimal
from flask import Flask, g, has_request_context, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from royalties.domain.counting import noun
from royalties.domain.currencies import exponent
from royalties.domain.money import amount_text
from royalties.domain.payments.life import FileFormat, Method
from royalties.domain.payments.orders import ChargeBearer
from royalties.domain.sales.reporting import account_words
from royalties.domain.sales.slices import kind_label
from royalties.domain.spans import span_name
from royalties.domain.terms.catalogue import INTERNAL, Format, marked, numbers_heading
from royalties.web.core.visit import visit, work
from royalties.web.title_words import FORMATS

LOCALES = {
    "en_US": "English (United States): Apr 3, 2026 · 1,234.50",
    "en_GB": "English (United Kingdom): 3 Apr 2026 · 1,234.50",
    "en_CA": "English (Canada): Apr 3, 2026 · 1,234.50",
    "de_DE": "Deutsch: 03.04.2026 · 1.234,50",
    "fr_FR": "Français: 3 avr. 2026 · 1 234,50",
    "es_US": "Español (Estados Unidos): 3 abr 2026 · 1,234.50",
}
"""The formats that a person may choose, each with an example."""

_EXAMPLE = re.compile(r"(?<=\d)\.(?=\d)")

Amount = int | str | Decimal | None


def locale() -> Locale:
    """The visitor's: as chosen, else as the browser asks, else American."""
    if "locale" not in g:
        session = visit()
        name = session.locale if session is not None else ""
        if name not in LOCALES:
            name = request.accept_languages.best_match(
                [each.replace("_", "-") for each in LOCALES], "en-US"
            ).replace("-", "_")
        try:
            g.locale = Locale.parse(name)
        except UnknownLocaleError:
            g.locale = Locale.parse("en_US")
    found_locale: Locale = g.locale
    return found_locale


def number(value: Amount, digits: int | None = None) -> str:
    """A number with the visitor's separators and a true minus; empty for None."""
    if value is None or value == "":
        return ""
    return _printed(str(value), digits, str(locale()))


@lru_cache(maxsize=20_000)
def _printed(value: str, digits: int | None, name: str) -> str:
    """A number in a locale's form: pages of figures spend most of their time on these."""
    exact = Decimal(value)
    if digits is None:
        digits = max(0, -int(exact.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text: str = format_decimal(exact, pattern, locale=name)
    return text.replace("-", "\N{MINUS SIGN}")


def compact(value: Amount) -> str:
    """A number as short as a bar has room for: 12K, 1.3M; the exact one is shown elsewhere."""
    exact = Decimal(value or 0)
    digits = 0 if abs(exact) < 1000 else 1  # noqa: PLR2004
    text: str = format_compact_decimal(exact, locale=locale(), fraction_digits=digits)
    return text.replace("-", "\N{MINUS SIGN}")


METHODS = {
    Method.FILE: "bank file",
    Method.TRANSFER: "bank transfer",
    Method.WIRE: "wire",
    Method.CHECK: "check",
    Method.CARD: "card",
    Method.OTHER: "another way",
}
"""How a payment is sent, in the visitor's words."""

BANK_FILES = {
    FileFormat.NACHA: "NACHA (U.S. ACH)",
    FileFormat.PAIN_09: "ISO 20022 (pain.001.001.09)",
    FileFormat.PAIN_03: "ISO 20022, as banks took it before (pain.001.001.03)",
}
"""The files that banks take, in the visitor's words."""

CHARGES = {
    ChargeBearer.SHARED: "Shared",
    ChargeBearer.DEBTOR: "Paid by us",
    ChargeBearer.SERVICE_LEVEL: "As the service says",
}
"""Who pays the banks' charges, in the visitor's words."""


def money(value: Amount, currency: str = "", *, code: bool = False) -> Markup:
    """An amount: minor units as an integer, or units as text; negative ones are marked.

    Args:
        value: minor units (int) of the currency, or an exact text or decimal of units.
        currency: its ISO 4217 code.
        code: whether the code is shown behind the amount.
    """
    if value is None or value == "":
        return Markup("")
    text = amount_text(value, currency) if isinstance(value, int) else str(value)
    return _printed_money(text, currency, code, str(locale()))


@lru_cache(maxsize=20_000)
def _printed_money(value: str, currency: str, code: bool, name: str) -> Markup:  # noqa: FBT001
    exact = Decimal(value)
    digits = max(exponent(currency) if currency else 0, -int(exact.as_tuple().exponent))
    printed = escape(_printed(value, digits, name))
    if code and currency:
        printed += Markup(" <abbr>{}</abbr>").format(currency)
    if exact < 0:
        return Markup('<span class="negative">{}</span>').format(printed)
    return printed


def digits_of(text: str, currency: str) -> int:
    """The decimals of an exact amount: the currency's, or its own if it has more."""
    return max(exponent(currency), -int(Decimal(text).as_tuple().exponent))


def amount_words(value: int, currency: str) -> str:
    """An amount in minor units with its currency's code, as plain text."""
    return str(money(value, currency, code=True).striptags())


def day(value: date | str | None) -> str:
    """A day, the month by name: 3 Apr 2026; of a moment the day in the house's time zone."""
    if not value:
        return ""
    if isinstance(value, str):
        value = work().day_of(value)
    elif isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(work().now.tzinfo)
    return _printed_day(date(value.year, value.month, value.day), str(locale()))


@lru_cache(maxsize=5_000)
def _printed_day(day: date, name: str) -> str:
    text: str = format_date(day, "medium", locale=name)
    return text


def moment(value: datetime | str | None) -> str:
    """A moment in the house's time zone, to the minute, the zone named."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    here = value.astimezone(work().now.tzinfo)
    shown_time = _printed_time(here.hour, here.minute, str(locale()))
    return f"{day(here.date())}, {shown_time} {here.tzname()}"


@lru_cache(maxsize=5_000)
def _printed_time(hour: int, minute: int, name: str) -> str:
    text: str = format_time(time(hour, minute), "short", locale=name)
    return text


_OF_YEAR = {
    "H1": "first half of",
    "H2": "second half of",
    "Q1": "first quarter of",
    "Q2": "second quarter of",
    "Q3": "third quarter of",
    "Q4": "fourth quarter of",
}


def period_words(name: str) -> str:
    """A period in words: 2025-H1 is the first half of 2025."""
    year, _, part = str(name).partition("-")
    if not part:
        return f"year {year}"
    if part in _OF_YEAR:
        return f"{_OF_YEAR[part]} {year}"
    return format_date(date(int(year), int(part), 1), "MMMM y", locale=locale())


def span(first: date, last: date) -> str:
    """The days that something is about: a period in words, a day, or the first and the last."""
    name = span_name(first, last)
    if first == last:
        return day(first)
    return f"{day(first)} – {day(last)}" if " " in name else period_words(name)


def percent(value: Fraction | Decimal | str | None, digits: int = 1) -> str:
    """A fraction of one as a percentage."""
    if value is None or value == "":
        return ""
    share = Fraction(value) * 100
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return f"{number(round(exact, digits), digits)} %"


def rate(value: Fraction | Decimal | str | None) -> str:
    """A rate or share as a percentage: exact, with at most four decimals."""
    if value is None or value == "":
        return ""
    share = Fraction(value) * 100
    exact = round(Decimal(share.numerator) / Decimal(share.denominator), 4)
    text = f"{exact:f}".rstrip("0").rstrip(".")
    return f"{number(text)} %"


def isbn(value: str | None) -> str:
    """An ISBN with its hyphens; a house's own number is marked as one, for it is no ISBN."""
    from stdnum import isbn as numbers  # noqa: PLC0415 - a table of ranges, read once

    if value and value.startswith(INTERNAL):
        return marked(value)
    return numbers.format(value) if value else ""


def isbn_heading(rows: Iterable[Any]) -> str:
    """What a column of the numbers of editions, or of what has an edition, is called."""
    return numbers_heading(each.isbn for each in rows)


def edition_number(value: str) -> str:
    """What an edition is found by, and what that is: an ISBN, or the house's own number."""
    return isbn(value) if value.startswith(INTERNAL) else f"ISBN {isbn(value)}"


def size(value: int) -> str:
    """Bytes as people say them."""
    if value < 1000:  # noqa: PLR2004
        return f"{value} bytes"
    kilobytes = Decimal(value) / 1000
    if kilobytes < 1000:  # noqa: PLR2004
        return f"{number(round(kilobytes, 1), 1)} kB"
    return f"{number(round(kilobytes / 1000, 1), 1)} MB"


def plural(count: int, word: str, words: str = "") -> str:
    """``1 row``, ``2 rows``."""
    return f"{number(count)} {noun(count, word, words)}"


def format_words(value: str) -> str:
    """An edition's format as a word within a line: e-book, hardcover."""
    return FORMATS[Format(value)].lower() if value else ""


def kind_words(value: str) -> str:
    """A kind of sales within a line: sale, return, free, subscriptions and loans."""
    return kind_label(value).lower() if value else ""


def file_type(value: str) -> str:
    """A file's type as people say it: PNG for image/png."""
    known = {"plain": "text", "svg+xml": "SVG"}
    known["vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = "Excel"
    known["vnd.openxmlformats-officedocument.wordprocessingml.document"] = "Word"
    rest = value.rpartition("/")[2]
    return known.get(rest, rest.upper())


def decimal_mark() -> str:
    """The visitor's; a point where nobody visits."""
    if not has_request_context():
        return "."
    return "," if locale().number_symbols["latn"]["decimal"] == "," else "."


_LONGEST_ENDING = 5
"""Letters behind the dot of a file's name."""

_ARTICLES = frozenset({"the", "a", "an", "this", "no"})
"""Words that begin a sentence about a file, and hardly ever a file's name."""


def sentence(words: str) -> str:
    """The same beginning with a capital letter; a file's name, if it comes first, as it is."""
    first, before_colon = words.partition(" ")[0], words.partition(":")[0]
    is_file = _is_file_name(first.rstrip(":,;")) or (
        _is_file_name(before_colon) and first not in _ARTICLES
    )
    return words if is_file else words[:1].upper() + words[1:]


def _is_file_name(words: str) -> bool:
    """Whether words end as the names of files do: ``my sales of May.csv``, but not ``12.50``."""
    stem, _, ending = words.rpartition(".")
    is_ending = ending.isalnum() and 2 <= len(ending) <= _LONGEST_ENDING  # noqa: PLR2004
    return bool(stem) and is_ending and not ending.isdigit()


def examples(hint: str) -> str:
    """A hint of the house, the numbers in it as its visitor types them."""
    return _EXAMPLE.sub(decimal_mark(), hint)


FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "compact": compact,
    "money": money,
    "day": day,
    "moment": moment,
    "period": period_words,
    "percent": percent,
    "rate": rate,
    "isbn": isbn,
    "isbn_heading": isbn_heading,
    "edition_number": edition_number,
    "size": size,
    "plural": plural,
    "format_words": format_words,
    "kind_words": kind_words,
    "file_type": file_type,
    "examples": examples,
    "span": span,
    "sentence": sentence,
    "account_words": account_words,
}


def init_app(app: Flask) -> None:
    """Give templates the filters.

    They get the context, though none needs it: what a filter makes of a constant without it is
    cached from the first visitor on, in that one's format.
    """
    app.jinja_env.globals["units_of"] = digits_of
    app.jinja_env.filters.update({name: _unfolded(each) for name, each in FILTERS.items()})


def _unfolded(formatter: Callable[..., str]) -> Callable[..., str]:
    def told(_context: Context, *values: Any, **more: Any) -> str:  # noqa: ANN401 - any filter's
        return formatter(*values, **more)

    return pass_context(told)
