"""The publisher's web shop: Shopify's export of orders.

Facts of an order stand on its first line only, and refunds are amounts of the whole order, so
that an order is worked out as a whole before its lines are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import MICRO, rounded, split
from royalties.domain.problems import Cause
from royalties.ingest.report.amounts import exact
from royalties.ingest.report.cells import BLANK, Cell, Odd, Wrong, printed, text_of
from royalties.ingest.report.columns import LeftOut
from royalties.ingest.report.declaration import BOOK, Column, Header, ReportFormat, Row, normal

_Extras = Sequence[Cell | Odd | None]


@dataclass(frozen=True, slots=True)
class _Order:
    """The lines of an order as texts by column name."""

    lines: Sequence[dict[str, str]]

    def text(self, name: str) -> str:
        """A fact of the whole order."""
        return self.lines[0].get(name, "")

    def amount(self, name: str) -> int:
        """An amount of the whole order in millionths; 0 where it is blank."""
        return _amount(self.lines[0], name)


class _NoAmountError(ValueError):
    """A cell of an order that is no amount; carries its column and text."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(printed(text))
        self.column = column


def _amount(line: dict[str, str], name: str) -> int:
    text = line.get(name, "")
    amount = exact(text) if text else 0
    if amount is None:
        raise _NoAmountError(name, text)
    return amount


def _arranged(rows: Iterable[Row], header: Header) -> Iterator[tuple[int, _Extras]]:
    names = [normal(name) for name in header.names]
    order = names.index("name")
    for _, group in groupby(rows, key=lambda row: text_of(row[1][order]).strip() or row[0]):
        rows_of_order = list(group)
        lines = [
            {name: text_of(cell).strip() for name, cell in zip(names, cells, strict=False)}
            for _, cells in rows_of_order
        ]
        for (number, cells), extras in zip(rows_of_order, _worked_out(_Order(lines)), strict=True):
            yield number, (*cells, *extras)


def _worked_out(order: _Order) -> Iterator[_Extras]:
    """Kind, net, charge for returns, copies sold, returned and free, currency, place, postcode."""
    if not any(order.lines[0].values()):
        yield from ([None] * len(_EXTRAS) for _ in order.lines)
        return
    left = (
        LeftOut("cancelled order") if order.text("cancelled at")
        else LeftOut("voided order") if order.text("financial status") == "voided" else None
    )  # fmt: skip
    try:
        nets: Sequence[int | Odd] = [0] * len(order.lines) if left else _nets(order)
        refunded = not left and _fully_refunded(order)
        given_away = (
            not left and not order.amount("subtotal") and order.amount("discount amount") > 0
        )
    except _NoAmountError as error:
        wrong = Wrong(
            Cause.NO_NUMBER,
            f"{error} is not an amount",
            "write a number such as 12.50",
            error.column,
        )
        nets, refunded, given_away = [wrong] * len(order.lines), False, False
    place = _place(order)
    for line, net in zip(order.lines, nets, strict=True):
        units = line.get("lineitem quantity", "")
        sold = _units(units)
        back = -net if refunded and isinstance(net, int) else None
        yield (
            left, 0 if refunded and isinstance(net, int) else net, back,
            0 if given_away else sold, sold if refunded else 0, sold if given_away else 0,
            order.text("currency").upper() or BLANK, *place,
        )  # fmt: skip


def _units(text: str) -> int | Odd:
    if text.isascii() and text.isdecimal() and len(text) <= 7:
        return int(text)
    return Wrong(
        Cause.NO_WHOLE_NUMBER,
        f"{printed(text)!r} is not a whole number",
        "write how many copies",
        "Lineitem quantity",
    )


def _nets(order: _Order) -> list[int | Odd]:
    """Each line's money: less its discounts, and less its share of a partial refund."""
    values = [
        _amount(line, "lineitem price") * _count(line) - _amount(line, "lineitem discount")
        for line in order.lines
    ]
    scale = MICRO // 10 ** EXPONENTS.get(order.text("currency").upper(), 2)
    subtotal, discount = order.amount("subtotal"), order.amount("discount amount")
    if sum(values) - discount == subtotal:
        shares = split(discount // scale, [max(value, 0) for value in values]) if discount else []
        values = (
            [value - share * scale for value, share in zip(values, shares, strict=True)]
            if shares
            else values
        )
    elif sum(values) != subtotal:
        wrong = Wrong(
            Cause.SUMS_DISAGREE,
            f"the lines of order {printed(order.text('name'))} do not add up to its subtotal",
            "correct the order, or export it again",
            "Subtotal",
        )
        return [wrong] * len(values)
    refund = order.amount("refunded amount")
    if refund and not _fully_refunded(order):
        goods = Fraction(refund * subtotal, subtotal + order.amount("taxes") or 1)
        shares = split(rounded(goods / scale), [max(value, 0) for value in values])
        values = [value - share * scale for value, share in zip(values, shares, strict=True)]
    return [*values]


def _count(line: dict[str, str]) -> int:
    units = _units(line.get("lineitem quantity", ""))
    return units if isinstance(units, int) else 0


def _fully_refunded(order: _Order) -> bool:
    refund = order.amount("refunded amount")
    return refund > 0 and refund >= order.amount("total")


def _place(order: _Order) -> tuple[str, str, str, str]:
    """Country, region, city and postcode of the shipping address, or of the billing address."""
    for kind in ("shipping", "billing"):
        address = (
            order.text(f"{kind} country"),
            order.text(f"{kind} province"),
            order.text(f"{kind} city"),
        )
        if any(address):
            return (*address, order.text(f"{kind} zip").lstrip("'"))
    return ("", "", "", "")


_EXTRAS = (
    "kind", "net", "return_net", "sold", "returned", "free", "currency", "country",
    "region", "city", "postcode",
)  # fmt: skip

FORMAT = ReportFormat(
    name="publisher-web-orders",
    title="Shopify's export of orders",
    retailer="publisher-web",
    columns=(
        Column("order", ("Name",), required=True),
        Column("date", ("Created at",), required=True),
        Column("title", ("Lineitem name",), required=True),
        Column(BOOK, ("Lineitem sku",), required=True),
        Column("list_price", ("Lineitem price",), required=True),
        Column("sold", ("Lineitem quantity",), required=True),
        Column("net", ("Subtotal",), required=True),
        Column("reference", ("Payment Reference",)),
        Column("currency", ("Currency",), required=True),
        Column("", ("Discount Amount",), required=True),
        Column("", ("Refunded Amount",), required=True),
    ),
    decimal=".",
    charged=True,
    arrange=_arranged,
    extras=_EXTRAS,
)
