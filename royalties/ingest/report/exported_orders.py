"""Orders as a web shop exports them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from royalties.domain.problems import Cause
from royalties.ingest.report.amounts import take_apart
from royalties.ingest.report.cells import (
    Invalid,
    MarkedAmount,
    NonValue,
    UnknownIdentifier,
    printed,
    text_of,
)
from royalties.ingest.report.declaration import BOOK, Header, Row
from royalties.ingest.report.labels import is_total_label
from royalties.ingest.report.shop_orders import ShopOrder

_MOST_DIGITS = 7


class Payment(Enum):
    """Whether an order was paid."""

    MADE = "made"
    AWAITED = "awaited"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of an order; amounts are millionths, ``price`` is what a copy was charged."""

    row: Row
    title: str
    units: int | Invalid
    book: int | NonValue
    day: str | NonValue
    price: int | None = None
    compare_at: int | None = None
    is_extra: bool = False

    @property
    def key(self) -> int | str | None:
        """The book as recorded lines name it; None where it has no number."""
        if isinstance(self.book, UnknownIdentifier):
            return self.book.identifier
        return self.book if isinstance(self.book, int) else None


@dataclass(frozen=True, slots=True)
class ExportedOrder:
    """An order of an export.

    ``state`` is the printed word for its payment, ``payment`` what it means or what is wrong with
    it. ``gone`` is why it is not a sale, whatever was paid. ``figures`` is a fault if an amount
    cannot be read. ``is_own_state``: the shop made that state up, so that only the shop knows what
    it means; ``is_asked``: that is still to be answered.
    """

    number: str
    items: Sequence[Item]
    figures: ShopOrder | Invalid
    payment: Payment | Invalid
    state: str = ""
    gone: str = ""
    currency: str = ""
    place: tuple[str, str, str, str] = ("", "", "", "")
    is_own_state: bool = False
    is_asked: bool = False


def order_rows(
    rows: Iterable[Row], header: Header, warn: Callable[[str, str], None]
) -> Iterator[Row]:
    """Rows of orders, without blank rows, repeated headers and totals, which do not split one."""
    own = [at for at in (header.at(BOOK), header.at("date")) if at >= 0]
    for row in rows:
        texts = [text_of(cell).strip() for cell in row[1]]
        if not any(texts) or header.repeats(row[1]):
            continue
        if not any(texts[at] and not is_total_label(texts[at]) for at in own) and _is_total(texts):
            warn("totals-row", f"row {row[0]} looks like a total: excluded")
            continue
        yield row


def _is_total(texts: Sequence[str]) -> bool:
    """Whether a row without a book and a day has the label of a total, or figures alone."""
    if any(is_total_label(text) for text in texts if text):
        return True
    return all(take_apart(text) for text in texts if text)


def order_units(text: str, column: str) -> int | Invalid:
    """The number of copies of an item."""
    digits, _, decimals = text.partition(".")
    if (
        digits.isascii()
        and digits.isdecimal()
        and len(digits) <= _MOST_DIGITS
        and not decimals.strip("0")
    ):
        return int(digits)
    return Invalid(
        Cause.NO_WHOLE_NUMBER,
        f"{printed(text)!r} is not a whole number",
        "write how many copies",
        column,
    )


class NoAmountError(ValueError):
    """A cell of an order that is not an amount; carries its column and what is wrong."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(printed(text))
        self.column = column

    @property
    def wrong(self) -> Invalid:
        """What is wrong with the order."""
        return Invalid(
            Cause.NO_NUMBER, f"{self} is not an amount", "write a number such as 12.50", self.column
        )


def order_amount(value: int | NonValue, column: str, text: str) -> int:
    """An amount in millionths; 0 where it is blank, or waits for an answer.

    Raises:
        NoAmountError: the cell holds something else.
    """
    if isinstance(value, Invalid):
        raise NoAmountError(column, text)
    if isinstance(value, MarkedAmount):
        return value.micro
    return value if isinstance(value, int) else 0


def order_place(text: Callable[[str], str], parts: Sequence[str]) -> tuple[str, str, str, str]:
    """Country, region, city and postcode of the shipping address, or of the billing address.

    ``parts`` is how the export calls these four behind *shipping* and *billing*.
    """
    for kind in ("shipping", "billing"):
        country, region, city, postcode = (text(f"{kind} {part}") for part in parts)
        if country or region or city:
            return country, region, city, postcode.lstrip("'")
    return ("", "", "", "")
