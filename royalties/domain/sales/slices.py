"""Sales as the calculation sees them: kinds, and slices (sums over like sale lines)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import IntEnum, StrEnum
from itertools import chain, compress
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
    CHANGED = "changed"
    """The file of an upload differs from what was checked; never cached."""


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


class Seller(NamedTuple):
    """Who sold, and of what kind the sales are."""

    retailer: str
    kind: SaleKind


class Judged(NamedTuple):
    """What rules look at, beside edition and retailer; ``is_usage``: it is money for use."""

    country: str
    discount: int
    priced: bool
    is_usage: bool


class Like(NamedTuple):
    """What slices have in common that differ by edition, retailer and kind alone."""

    currency: str
    place: Place
    reverses: int | None
    judged: Judged
    day: date | None = None


UNITS, NET, LIST_VALUE = range(1, 4)
"""Columns of a block; the first one says who sold."""


class Block(NamedTuple):
    """Slices of one edition as columns, which are as long as there are sellers.

    No seller appears twice, and none of free copies: these earn nothing. What the columns
    hold is documented at ``Slice``. They follow one another in ``numbers``, which other blocks may
    share, from ``first`` on, each ``size`` long; sellers by their numbers in ``by_number``.
    """

    isbn: str
    like: Like
    size: int
    first: int
    numbers: tuple[int, ...]
    by_number: Mapping[int, Seller]

    def column(self, place: int) -> tuple[int, ...]:
        """Copies, receipts or list values."""
        start = self.first + place * self.size
        return self.numbers[start : start + self.size]

    @property
    def sellers(self) -> list[Seller]:
        """Who sold, and what the sales are."""
        by_number = self.by_number
        return [by_number[number] for number in self.column(0)]

    @property
    def any_retailer(self) -> str:
        """One of those who sold."""
        return self.by_number[self.numbers[self.first]].retailer

    def chosen(self, flags: Sequence[bool]) -> "Block":
        """A block of some sellers only."""
        columns = [tuple(compress(self.column(place), flags)) for place in range(4)]
        numbers = tuple(chain.from_iterable(columns))
        return self._replace(numbers=numbers, first=0, size=len(columns[0]))

    def slices(self) -> Iterator[Slice]:
        """The same as slices."""
        currency, place, reverses, judged, day = self.like
        columns = map(self.column, (UNITS, NET, LIST_VALUE))
        for (retailer, kind), units, net, list_value in zip(self.sellers, *columns, strict=True):
            yield Slice(
                self.isbn,
                retailer,
                kind,
                currency,
                judged.priced,
                judged.discount,
                place,
                units,
                net,
                list_value,
                reverses,
                day,
            )


def blocks_of(slices: Iterable[Slice]) -> list[Block]:
    """Slices as columns; those that differ by nothing are added up."""
    sums: dict[tuple[str, Like], dict[Seller, tuple[int, int, int]]] = {}
    for slice_ in slices:
        if slice_.kind is SaleKind.FREE:
            continue
        is_usage = slice_.kind is SaleKind.USAGE
        judged = Judged(slice_.place.country, slice_.discount, slice_.priced, is_usage)
        like = Like(slice_.currency, slice_.place, slice_.reverses, judged, slice_.day)
        of_block = sums.setdefault((slice_.isbn, like), {})
        seller = Seller(slice_.retailer, slice_.kind)
        units, net, list_value = of_block.get(seller, (0, 0, 0))
        of_block[seller] = (units + slice_.units, net + slice_.net, list_value + slice_.list_value)
    return [
        Block(
            isbn,
            like,
            len(of_block),
            0,
            (*range(len(of_block)), *chain.from_iterable(zip(*of_block.values(), strict=True))),
            dict(enumerate(of_block)),
        )
        for (isbn, like), of_block in sums.items()
    ]
