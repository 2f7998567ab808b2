"""Orders as a web shop exports them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from royalties.domain.problems import Cause
from royalties.ingest.report.cells import Odd, Stranger, Wrong, printed, text_of
from royalties.ingest.report.declaration import Header, Row
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
    units: int | Wrong
    book: int | Odd
    day: str | Odd
    price: int | None = None
    compare_at: int | None = None
    is_extra: bool = False

    @property
    def key(self) -> int | str | None:
        """The book as recorded lines name it; None where it has no number."""
        if isinstance(self.book, Stranger):
            return self.book.identifier
        return self.book if isinstance(self.book, int) else None


@dataclass(frozen=True, slots=True)
class ExportedOrder:
    """An order of an export.

    ``state`` is the printed word for its payment, ``payment`` what it means or what is wrong with
    it. ``gone`` is why it is not a sale, whatever was paid. ``figures`` is a fault if an amount
    cannot be read.
    """

    number: str
    items: Sequence[Item]
    figures: ShopOrder | Wrong
    payment: Payment | Wrong
    state: str = ""
    gone: str = ""
    currency: str = ""
    place: tuple[str, str, str, str] = ("", "", "", "")


def order_rows(rows: Iterable[Row], header: Header) -> Iterator[Row]:
    """Rows of orders, without blank rows and repeated headers, which do not split an order."""
    for row in rows:
        if any(text_of(cell).strip() for cell in row[1]) and not header.repeats(row[1]):
            yield row


def order_units(text: str, column: str) -> int | Wrong:
    """The number of copies of an item."""
    digits, _, decimals = text.partition(".")
    if (
        digits.isascii()
        and digits.isdecimal()
        and len(digits) <= _MOST_DIGITS
        and not decimals.strip("0")
    ):
        return int(digits)
    return Wrong(
        Cause.NO_WHOLE_NUMBER,
        f"{printed(text)!r} is not a whole number",
        "write how many copies",
        column,
    )
