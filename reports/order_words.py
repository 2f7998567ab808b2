"""How documents of orders write figures, days, editions and addresses."""

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from stdnum import isbn

from royalties.domain.money import amount_text
from royalties.domain.orders.papers import Goods, PaperLine, Party
from royalties.domain.terms.beneficiaries import Publisher
from royalties.domain.terms.catalogue import INTERNAL

LETTER_CURRENCIES = frozenset({"USD", "CAD", "MXN"})
"""Currencies of countries that use Letter paper; all others print on A4."""

Sum: TypeAlias = tuple[str, int, bool]
"""A sum below the line items: its label, minor units, and whether it is the one that matters."""


def paper_of(publisher: Publisher) -> str:
    """The paper size that a publisher prints on."""
    return "us-letter" if publisher.currency in LETTER_CURRENCIES else "a4"


def amount(minor: int, currency: str) -> str:
    """An amount with thousands separators and a true minus: −1,234.50."""
    return _grouped(amount_text(minor, currency))


def unit(text: str, currency: str) -> str:
    """A unit price with at least the currency's digits."""
    digits = len(amount_text(0, currency).partition(".")[2])
    integer, _, decimals = text.partition(".")
    if "/" in text or not digits:
        return _grouped(text)
    return _grouped(f"{integer}.{decimals:0<{digits}}")


def count(number: int) -> str:
    """A number of copies."""
    return _grouped(str(number))


def day(when: date) -> str:
    """A day: 3 Apr 2026."""
    return f"{when.day} {when:%b %Y}"


def goods_line(goods: Goods) -> str:
    """An edition in one line, below its title."""
    own = goods.isbn.startswith(INTERNAL)
    number = f"No. {goods.isbn}" if own else f"ISBN {isbn.format(goods.isbn)}"
    parts = (", ".join(goods.authors), goods.format.capitalize(), number)
    return " · ".join(part for part in parts if part)


def option_text(goods: Goods) -> str:
    """The options of a custom edition."""
    return ", ".join(goods.options)


def contact(publisher: Publisher) -> str:
    """The publisher's contact details."""
    return " · ".join(filter(None, (publisher.email, publisher.phone, publisher.website)))


def party_lines(party: Party) -> list[str]:
    """The lines below a party's name."""
    return [line for line in (*party.lines, party.contact, party.email) if line]


def paragraphs(text: str) -> list[str]:
    """The lines of a text."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def letterhead_data(publisher: Publisher) -> dict[str, object]:
    """The letterhead as the templates' data."""
    lines = [*publisher.address, contact(publisher)]
    return {"name": publisher.name, "lines": [line for line in lines if line]}


def party_data(who: Party) -> dict[str, object]:
    """A party as the templates' data."""
    return {"name": who.name, "lines": party_lines(who)}


def goods_data(about: Goods) -> dict[str, object]:
    """An edition as the templates' data."""
    return {"title": about.title, "line": goods_line(about), "options": option_text(about)}


def line_data(of: Iterable[PaperLine], currency: str) -> list[dict[str, str]]:
    """Line items as the templates' data."""
    return [
        {
            "words": line.words,
            "why": line.why,
            "quantity": count(line.quantity) if line.is_counted else "",
            "unit": unit(line.unit, currency) if line.is_counted else "",
            "amount": amount(line.amount, currency),
        }
        for line in of
    ]


def sum_data(of: Iterable[Sum], currency: str) -> list[list[object]]:
    """Sums as the templates' data."""
    return [[label, amount(minor, currency), counts] for label, minor, counts in of]


def day_data(when: date) -> list[int]:
    """A day as the templates' data."""
    return [when.year, when.month, when.day]


def joined(lines: Iterable[str]) -> str:
    """An address on one line."""
    return ", ".join(lines)


def _grouped(text: str) -> str:
    sign, plain = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = plain.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if whole.isdigit() else text
