"""The publisher's web shop: Shopify's export of orders.

Facts of an order stand on its first line only, and discounts, taxes and refunds are amounts of the
whole order, so that an order is worked out as a whole (``shop_orders``) before its lines are read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from stdnum import isbn as isbn_numbers

from royalties.domain.problems import Cause
from royalties.ingest.report.cells import (
    Cell,
    Invalid,
    NonValue,
    UnknownIdentifier,
    printed,
    text_of,
)
from royalties.ingest.report.columns import plain_text
from royalties.ingest.report.declaration import (
    BOOK,
    ArrangeContext,
    Column,
    Header,
    ReportFormat,
    Row,
    normal,
)
from royalties.ingest.report.exported_orders import (
    ExportedOrder,
    Item,
    NoAmountError,
    Payment,
    order_amount,
    order_place,
    order_rows,
    order_units,
)
from royalties.ingest.report.headings import without_marks
from royalties.ingest.report.no_books import is_no_book
from royalties.ingest.report.shop_exports import EXTRAS, ShopExport
from royalties.ingest.report.shop_orders import ShopLine, ShopOrder
from royalties.ingest.report.shop_taxes import rate_in

_PLACE = ("country", "province", "city", "zip")
_PAYMENTS = {
    "paid": Payment.MADE,
    "partially_refunded": Payment.MADE,
    "refunded": Payment.MADE,
    "pending": Payment.AWAITED,
    "authorized": Payment.AWAITED,
    "unpaid": Payment.AWAITED,
    "partially_paid": Payment.AWAITED,
    "": Payment.AWAITED,
    "expired": Payment.NEVER,
    "voided": Payment.NEVER,
}
_TAXES = 5
"""Taxes that an export prints by name."""
_READ = frozenset(
    (
        "name", "financial status", "currency", "subtotal", "shipping", "taxes", "total", "duties",
        "discount amount", "refunded amount", "cancelled at", "lineitem quantity", "lineitem name",
        "lineitem price", "lineitem compare at price", "lineitem taxable", "lineitem discount",
        *(f"tax {place} {what}" for place in range(1, _TAXES + 1) for what in ("name", "value")),
        *(
            f"{kind} {part}"
            for kind in ("shipping", "billing")
            for part in _PLACE
        ),
    )
)  # fmt: skip
"""Columns that are looked at, of some eighty."""


class _WebOrderRow(dict[str, str]):
    """A row's texts by the normal name of its column."""

    def __init__(
        self, texts: Iterable[tuple[str, str]], read: Callable[[Cell], int | NonValue]
    ) -> None:
        super().__init__(texts)
        self._read = read

    def amount(self, name: str) -> int:
        """An amount in millionths; 0 where it is blank, or waits for an answer."""
        text = self.get(name, "")
        return order_amount(self._read(text) if text else 0, name, text)


def _arranged(
    rows: Iterable[Row], header: Header, context: ArrangeContext
) -> Iterator[tuple[int, Sequence[Cell | NonValue | None]]]:
    return ShopExport(context).arranged(_orders(rows, header, context))


def _orders(
    rows: Iterable[Row], header: Header, context: ArrangeContext
) -> Iterator[ExportedOrder]:
    names = [without_marks(normal(name)) for name in header.names]
    read = [(name, place) for place, name in enumerate(names) if name in _READ]
    at, sku, created = header.at("order"), header.at(BOOK), header.at("date")
    for number, group in groupby(
        order_rows(rows, header, context.warn), key=lambda row: plain_text(row[1][at]) or row[0]
    ):
        rows_of_order = [*group]
        lines = [
            _WebOrderRow(
                ((name, text_of(cells[place]).strip()) for name, place in read), context.amount
            )
            for _, cells in rows_of_order
        ]
        try:
            prices = [
                (line.amount("lineitem price"), line.amount("lineitem compare at price"))
                for line in lines
            ]
            wrong = None
        except NoAmountError as error:
            prices, wrong = [(0, 0)] * len(lines), error.wrong
        items = [
            _item(row, line, context.book(row[1][sku]), context.day(row[1][created]), *price)
            for row, line, price in zip(rows_of_order, lines, prices, strict=True)
        ]
        yield _order("" if isinstance(number, int) else number, lines, items, wrong)


def _item(
    row: Row,
    line: _WebOrderRow,
    book: int | NonValue,
    day: str | NonValue,
    price: int,
    compare_at: int,
) -> Item:
    title = line.get("lineitem name", "")
    is_book = isinstance(book, int) or (
        isinstance(book, UnknownIdentifier) and isbn_numbers.is_valid(book.identifier)
    )
    return Item(
        row=row,
        title=title,
        units=order_units(line.get("lineitem quantity", ""), "Lineitem quantity"),
        book=book,
        day=day,
        price=price,
        compare_at=compare_at,
        is_extra=not is_book and is_no_book(title),
    )


def _order(
    number: str, lines: Sequence[_WebOrderRow], items: Sequence[Item], wrong: Invalid | None
) -> ExportedOrder:
    first = lines[0]
    figures: ShopOrder | Invalid
    try:
        figures = wrong or _figures(number, lines, items)
    except NoAmountError as error:
        figures = error.wrong
    state = "_".join(first.get("financial status", "").casefold().replace("-", " ").split())
    payment = _payment(number, state, figures)
    gone = ""
    if first.get("cancelled at"):
        gone = "cancelled order"
    elif payment is Payment.NEVER:
        gone = f"{state} order"
    return ExportedOrder(
        number=number,
        items=items,
        figures=figures,
        payment=payment,
        state=state.replace("_", " ") or "no payment state",
        gone=gone,
        currency=first.get("currency", "").upper(),
        place=order_place(lambda name: first.get(name, ""), _PLACE),
    )


def _figures(number: str, lines: Sequence[_WebOrderRow], items: Sequence[Item]) -> ShopOrder:
    first = lines[0]
    rates = [
        (rate_in(first.get(f"tax {place} name", "")), first.amount(f"tax {place} value"))
        for place in range(1, _TAXES + 1)
    ]
    return ShopOrder(
        number=printed(number),
        currency=first.get("currency", "").upper(),
        subtotal=first.amount("subtotal"),
        shipping=first.amount("shipping"),
        taxes=first.amount("taxes") if first.get("taxes") else sum(tax for _, tax in rates),
        total=first.amount("total") if first.get("total") else None,
        discount=first.amount("discount amount"),
        refunded=first.amount("refunded amount"),
        duties=first.amount("duties"),
        rates=rates,
        lines=[
            ShopLine(
                units=_count(item),
                value=(item.price or 0) * _count(item) - line.amount("lineitem discount"),
                book=item.key,
                is_taxable=line.get("lineitem taxable", "").casefold() != "false",
                is_extra=item.is_extra,
            )
            for line, item in zip(lines, items, strict=True)
        ],
    )


def _payment(number: str, state: str, figures: ShopOrder | Invalid) -> Payment | Invalid:
    payment = _PAYMENTS.get(state)
    if payment is None:
        return Invalid(
            Cause.ORDER_STATE,
            f"{printed(state)!r} of order {printed(number)} is no known Financial Status",
            f"write one of {', '.join(filter(None, _PAYMENTS))}",
            "Financial Status",
        )
    if (
        state.endswith("refunded")
        and isinstance(figures, ShopOrder)
        and figures.total
        and not figures.refunded
    ):
        return Invalid(
            Cause.ORDER_STATE,
            f"order {printed(number)} is {state.replace('_', ' ')}, but its Refunded Amount is 0",
            "write what was refunded, or export the order again",
            "Refunded Amount",
        )
    return payment


def _count(item: Item) -> int:
    return item.units if isinstance(item.units, int) else 0


FORMAT = ReportFormat(
    name="publisher-web-orders",
    title="Shopify's export of orders",
    retailer="publisher-web",
    columns=(
        Column("order", ("Name",), required=True),
        Column("", ("Financial Status",), required=True),
        Column("date", ("Created at",), required=True),
        Column("title", ("Lineitem name",), required=True),
        Column(BOOK, ("Lineitem sku",), required=True),
        Column("", ("Lineitem price",), required=True),
        Column("", ("Lineitem compare at price",)),
        Column("sold", ("Lineitem quantity",), required=True),
        Column("net", ("Subtotal",), required=True),
        Column("", ("Shipping",), required=True),
        Column("", ("Taxes",), required=True),
        Column("", ("Total",), required=True),
        Column("reference", ("Payment Reference",)),
        Column("currency", ("Currency",), required=True),
        Column("", ("Discount Amount",), required=True),
        Column("", ("Refunded Amount",), required=True),
    ),
    decimal=".",
    unread=(*_READ, "*fulfillment status", "outstanding balance"),
    by_order=True,
    arrange=_arranged,
    extras=EXTRAS,
)
