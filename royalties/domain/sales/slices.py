"""Sales as the calculation sees them: kinds, and slices (sums over like sale lines)."""

from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple


class SaleKind(IntEnum):
    """What a sale line is; stored as its number.

    ``USAGE`` is money for use and not for copies: pages read, subscription pools, loans
    (calculation.md, "What goes in"). It has no units and no list price.
    """

    SALE = 1
    RETURN = 2
    FREE = 3
    USAGE = 4

    @property
    def word(self) -> str:
        """The word in files and documents: sale, return, free, usage."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """What statements and pages call it."""
        return kind_label(self.word)


def kind_label(word: str) -> str:
    """What statements and pages call a kind of earned lines: of sales, or ``income``."""
    return _LABELS.get(word, word.capitalize())


_LABELS = {"usage": "Subscriptions and loans"}


class Origin(StrEnum):
    """Where the sales of an import come from; a correction's are those of what it takes back."""

    REPORT = "report"
    TYPED = "typed"
    ORDER = "order"


class ImportOutcome(StrEnum):
    """What came of reading a report, or would come of recording it."""

    RECORDED = "recorded"
    REFUSED = "refused"
    CONFIRM = "confirm"
    CHOOSE = "choose"
    NOTHING_NEW = "nothing-new"


OF_SHIPMENT, OF_CREDIT_NOTE = "shipment", "credit-note"
"""Reports that no retailer sends: the sales of an order, as it was shipped or credited."""


class Place(NamedTuple):
    """Where copies went, as far as plans and rules ask; an empty text is "anything else"."""

    country: str = ""
    region: str = ""
    city: str = ""
    order: str = ""


class Slice(NamedTuple):
    """Sums over sale lines that every rule and every plan step treats alike.

    ``units`` are net copies; ``net`` and ``list_value`` are exact sums in millionths of
    ``currency``; ``priced`` is false where neither report nor edition has a list price (then
    ``list_value`` is 0, and no discount is known); ``discount`` is the class between the limits
    that rules name (``domain.discounts``). ``reverses`` is the closed period whose run counted
    the lines that these take back; None for all others. ``day`` stands for the days of the
    lines where contracts of their title end: no contract begins or ends between them. None: no
    contract asks.
    """

    isbn: str
    retailer: str
    kind: SaleKind
    currency: str
    priced: bool
    discount: int
    place: Place
    units: int
    net: int
    list_value: int
    reverses: int | None = None
    day: date | None = None
