"""WooCommerce: order items as its export add-ons write them, a row for each item of an order.

Line totals are without tax and after discounts; what belongs to the whole order stands on each of
its rows, or on the first alone. Shipping may be missing: then it is what the total has beyond the
lines and their tax.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from royalties.ingest.report.order_states import may_be_state
from royalties.ingest.report.shop_exports import EXTRAS, ShopExport
from royalties.ingest.report.shop_orders import ShopLine, ShopOrder

_STATES: Mapping[str, tuple[str, ...]] = {
    "completed": (
        "abgeschlossen", "fertiggestellt", "terminée", "completado", "completato", "voltooid",
        "afgerond", "concluído", "concluída",
    ),
    "processing": (
        "in bearbeitung", "en cours", "procesando", "in lavorazione", "in behandeling", "verwerken",
        "processando", "a processar",
    ),
    "refunded": (
        "rückerstattet", "erstattet", "remboursée", "reembolsado", "rimborsato", "terugbetaald",
    ),
    "pending payment": (
        "pending", "zahlung ausstehend", "attente paiement", "en attente de paiement",
        "pendiente de pago", "in attesa di pagamento", "wachten op betaling",
        "in afwachting van betaling", "pagamento pendente",
    ),
    "on hold": (
        "in wartestellung", "en attente", "en espera", "in sospeso", "in de wacht", "aguardando",
        "em espera",
    ),
    "draft": ("checkout draft", "entwurf", "brouillon", "borrador", "bozza", "concept", "rascunho"),
    "failed": (
        "fehlgeschlagen", "échouée", "fallido", "fallito", "mislukt", "malsucedido", "falhado",
    ),
    "cancelled": (
        "canceled", "storniert", "annulée", "cancelado", "annullato", "geannuleerd",
    ),
    "trash": (),
}  # fmt: skip
"""States of orders, as WooCommerce calls them in English and in other languages."""
_STATE_OF = {word: state for state, words in _STATES.items() for word in (state, *words)}
_PAYMENTS = {
    "completed": Payment.MADE,
    "processing": Payment.MADE,
    "refunded": Payment.MADE,
    "pending payment": Payment.AWAITED,
    "on hold": Payment.AWAITED,
    "draft": Payment.AWAITED,
    "failed": Payment.NEVER,
    "cancelled": Payment.NEVER,
    "trash": Payment.NEVER,
    "": Payment.AWAITED,
}
_NO_STATE = "no state"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "status": ("Order Status", "Status"),
    "currency": ("Order Currency", "Currency"),
    "title": ("Item Name", "Name", "Product Name"),
    "units": ("Quantity",),
    "cost": ("Item Cost",),
    "list": ("Order Line Subtotal",),
    "net": ("Order Line Total", "Order Line (w/o tax)"),
    "tax": ("Order Line Tax",),
    "refunded": ("Order Refund Amount",),
    "shipping": ("Order Shipping Amount", "Shipping Amount"),
    "taxes": ("Order Total Tax Amount", "Order Tax Amount"),
    "total": ("Order Total Amount", "Order Total"),
    **{
        f"{kind} {part}": tuple(f"{name} ({kind.capitalize()})" for name in names)
        for kind in ("shipping", "billing")
        for part, names in (
            ("country", ("Country Code", "Country Name", "Country")),
            ("region", ("State Code", "State Name", "State")),
            ("city", ("City",)),
            ("postcode", ("Postcode", "Zip")),
        )
    },
}


@dataclass(frozen=True, slots=True)
class _OrderRow:
    """A row's cells by what they are."""

    cells: Mapping[str, Cell]
    read: Callable[[Cell], int | NonValue]

    def text(self, name: str) -> str:
        """A cell as text; empty where the column is missing."""
        return text_of(self.cells.get(name, "")).strip()

    def amount(self, name: str) -> int:
        """An amount in millionths; 0 where it is blank, or waits for an answer."""
        value = self.read(self.cells.get(name, ""))
        return order_amount(value, _NAMES[name][0], self.text(name))


def _arranged(
    rows: Iterable[Row], header: Header, context: ArrangeContext
) -> Iterator[tuple[int, Sequence[Cell | NonValue | None]]]:
    return ShopExport(context).arranged(_orders(rows, header, context))


def _places(header: Header) -> dict[str, int]:
    names = [without_marks(normal(name)) for name in header.names]
    return {
        what: names.index(normal(found))
        for what, known in _NAMES.items()
        if (found := next((name for name in known if normal(name) in names), ""))
    }


def _orders(
    rows: Iterable[Row], header: Header, context: ArrangeContext
) -> Iterator[ExportedOrder]:
    places = _places(header)
    at, sku, created = header.at("order"), header.at(BOOK), header.at("date")
    sold = order_rows(rows, header, context.warn)
    for number, group in groupby(_numbered(sold, at), key=lambda row: row[0]):
        rows_of_order = [row for _, row in group]
        lines = [
            _OrderRow({what: cells[place] for what, place in places.items()}, context.amount)
            for _, cells in rows_of_order
        ]
        day = context.day(rows_of_order[0][1][created])
        items, wrong = [], None
        for row, line in zip(rows_of_order, lines, strict=True):
            book = context.book(row[1][sku])
            try:
                items.append(_item(row, line, book, day))
            except NoAmountError as error:
                wrong = wrong or error.wrong
                items.append(Item(row, line.text("title"), _units(line), book, day))
        yield _order("" if isinstance(number, int) else number, lines, items, wrong)


def _numbered(rows: Iterable[Row], at: int) -> Iterator[tuple[str | int, Row]]:
    """Rows with the number of their order, which may stand on its first row alone."""
    number: str | int = ""
    for row in rows:
        own = plain_text(row[1][at])
        if own or not number:
            number = own or row[0]
        yield number, row


def _item(row: Row, line: _OrderRow, book: int | NonValue, day: str | NonValue) -> Item:
    title, units = line.text("title"), _units(line)
    is_book = isinstance(book, int) or (
        isinstance(book, UnknownIdentifier) and isbn_numbers.is_valid(book.identifier)
    )
    price = line.amount("cost")
    if not price and isinstance(units, int) and units:
        price = line.amount("list") // units
    return Item(
        row=row,
        title=title,
        units=units,
        book=book,
        day=day,
        price=price or None,
        is_extra=not is_book and is_no_book(title),
    )


def _order(
    number: str, lines: Sequence[_OrderRow], items: Sequence[Item], wrong: Invalid | None
) -> ExportedOrder:
    first = lines[0]
    state = " ".join(first.text("status").casefold().replace("-", " ").split())
    state = state.removeprefix("wc ")
    state = _STATE_OF.get(state, state)
    figures: ShopOrder | Invalid
    try:
        figures = wrong or _figures(number, state, lines, items)
    except NoAmountError as error:
        figures = error.wrong
    payment = _payment(number, state, figures)
    return ExportedOrder(
        number=number,
        items=items,
        figures=figures,
        payment=payment,
        state=state or _NO_STATE,
        is_own_state=state not in _PAYMENTS and may_be_state(state),
        gone=f"{state} order" if payment is Payment.NEVER else "",
        currency=first.text("currency").upper(),
        place=order_place(first.text, ("country", "region", "city", "postcode")),
    )


def _payment(number: str, state: str, figures: ShopOrder | Invalid) -> Payment | Invalid:
    if state not in _PAYMENTS:
        return Invalid(
            Cause.ORDER_STATE,
            f"{printed(state)!r} of order {printed(number)} is no known Order Status",
            f"write one of {', '.join(filter(None, _PAYMENTS))}",
            "Order Status",
        )
    is_figured = isinstance(figures, ShopOrder) and figures.total and not figures.refunded
    if state == "refunded" and is_figured:
        return Invalid(
            Cause.ORDER_STATE,
            f"order {printed(number)} is refunded, but its Order Refund Amount is 0",
            "write what was refunded, or export the order again",
            "Order Refund Amount",
        )
    return _PAYMENTS[state]


def _figures(
    number: str, state: str, lines: Sequence[_OrderRow], items: Sequence[Item]
) -> ShopOrder:
    first = lines[0]
    nets = [line.amount("net") for line in lines]
    own = [line.amount("tax") for line in lines] if "tax" in first.cells else []
    taxes = first.amount("taxes") if first.text("taxes") else sum(own)
    before = sum(nets)
    total = first.amount("total") if first.text("total") else before + taxes
    shipping = first.amount("shipping")
    if not first.text("shipping"):
        shipping = max(total - before - taxes, 0)
    refunded = first.amount("refunded")
    if state == "refunded" and not first.text("refunded"):
        refunded = total
    listed = sum(line.amount("list") for line in lines)
    return ShopOrder(
        number=printed(number),
        currency=first.text("currency").upper(),
        subtotal=before,
        shipping=shipping,
        taxes=taxes,
        total=total,
        discount=max(listed - before, 0),
        refunded=refunded,
        lines=[
            ShopLine(
                units=item.units if isinstance(item.units, int) else 0,
                value=net,
                book=item.key,
                is_extra=item.is_extra,
                tax=own[place] if own else None,
            )
            for place, (net, item) in enumerate(zip(nets, items, strict=True))
        ],
    )


def _units(line: _OrderRow) -> int | Invalid:
    return order_units(line.text("units"), "Quantity")


FORMAT = ReportFormat(
    name="woocommerce-orders",
    title="WooCommerce's export of order items",
    retailer="publisher-web",
    columns=(
        Column("order", ("Order Number", "Order ID"), required=True),
        Column("", _NAMES["status"], required=True),
        Column("date", ("Order Date",), required=True),
        Column("currency", _NAMES["currency"], required=True),
        Column(BOOK, ("SKU",), required=True),
        Column("title", _NAMES["title"]),
        Column("sold", _NAMES["units"], required=True),
        Column("net", _NAMES["net"], required=True),
        *(
            Column("", names)
            for what, names in _NAMES.items()
            if what not in ("status", "currency", "title", "units", "net")
        ),
    ),
    points=True,
    by_order=True,
    arrange=_arranged,
    extras=EXTRAS,
)
