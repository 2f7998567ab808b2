"""A web shop's export of orders: which rows are recorded, set aside, left out or refused.

Each row gets additional columns (``EXTRAS``) with what its order means for it. Unpaid orders are
set aside until a later export has them paid; of orders that are already recorded, only later
refunds are recorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from royalties.domain.counting import counted
from royalties.domain.problems import Cause
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.ingest.report.cells import BLANK, Cell, Invalid, NonValue, printed
from royalties.ingest.report.columns import LeftOut
from royalties.ingest.report.declaration import ArrangeContext
from royalties.ingest.report.exported_orders import ExportedOrder, Item, Payment
from royalties.ingest.report.order_states import OrderStates
from royalties.ingest.report.recorded_again import (
    RowSales,
    changed_fault,
    changes_between,
    recorded_by_book,
    sales_of_row,
    wanted_by_book,
)
from royalties.ingest.report.shop_orders import (
    REFUNDS,
    OrderError,
    OrderProceeds,
    Refund,
    ShopOrder,
    proceeds_of,
    shown,
)
from royalties.ingest.report.shop_warnings import REFUND, ShopWarnings

EXTRAS = (
    "kind", "net", "return_net", "sold", "returned", "free", "currency", "country", "region",
    "city", "postcode", "list_price",
)  # fmt: skip

_TOGETHER = 5_000
"""How many orders are looked up in the books at once."""

Extras = Sequence[Cell | NonValue | None]


class ShopExport:
    """Arranges the orders of one export."""

    def __init__(self, context: ArrangeContext) -> None:
        self._context = context
        self._answer = context.choices.get(REFUND, "")
        self._seen: set[int] = set()
        self._warnings = ShopWarnings()
        self._states = OrderStates(context.choices)

    def arranged(
        self, orders: Iterable[ExportedOrder]
    ) -> Iterator[tuple[int, Sequence[Cell | NonValue | None]]]:
        """Yield every row with its extras, in order; then warn, note and ask about the orders."""
        for some in _batches(map(self._states.settled, orders)):
            recorded: dict[str, list[RecordedLines]] = {}
            for lines in self._context.recorded([order.number for order in some if order.number]):
                recorded.setdefault(lines.order, []).append(lines)
            for order in some:
                rows = self._rows(order, recorded.get(order.number, ()))
                for item, extras in zip(order.items, rows, strict=True):
                    number, cells = item.row
                    yield number, (*cells, *extras)
        self._warnings.say(self._context)
        self._states.ask(self._context)

    def _rows(self, order: ExportedOrder, recorded: Sequence[RecordedLines]) -> Sequence[Extras]:
        self._warnings.orders += 1
        if wrong := self._fault(order):
            return _wrong(order, wrong)
        figures = order.figures
        assert isinstance(figures, ShopOrder)  # noqa: S101 - else it were a fault
        is_sale = order.payment is Payment.MADE and not order.gone
        if is_sale and any(isinstance(item.units, Invalid) for item in order.items):
            return _wrong(order, None)
        try:
            proceeds = proceeds_of(figures, self._answer)
        except OrderError as error:
            if is_sale:
                wrong = Invalid(Cause.SUMS_DISAGREE, str(error), error.remedy, error.column)
                return _wrong(order, wrong)
            proceeds = None
        if recorded:
            return self._again(order, figures, proceeds, recorded)
        if not is_sale:
            return self._left(order, proceeds)
        assert proceeds is not None  # noqa: S101 - else it were wrong
        self._remark(order, figures, proceeds)
        return [self._new(order, place, proceeds) for place in range(len(order.items))]

    # What is wrong

    def _fault(self, order: ExportedOrder) -> Invalid | None:
        if not order.number:
            return Invalid(
                Cause.EMPTY,
                "the order has no number, so that a later export could not tell it from others",
                "write the number of the order into each of its rows",
                "Name",
            )
        if isinstance(order.figures, Invalid):
            return order.figures
        if isinstance(order.payment, Invalid) and not order.gone:
            return order.payment
        key = hash(order.number)
        if key in self._seen:
            return Invalid(
                Cause.ORDER_TWICE,
                f"order {printed(order.number)} stands twice in this file",
                "leave one of them out; the rows of an order stand together",
                "Name",
            )
        self._seen.add(key)
        return None

    # What is recorded

    def _recorded(self, order: ExportedOrder, place: int, line: RowSales) -> Extras:
        """Extras of a row that is recorded."""
        item = order.items[place]
        return (
            None, line.net + line.back, line.back if line.returned else None,
            item.units if isinstance(item.units, Invalid) else line.sold, line.returned, line.free,
            order.currency or BLANK, *order.place, self._list_price(item, order.currency),
        )  # fmt: skip

    def _new(self, order: ExportedOrder, place: int, proceeds: OrderProceeds) -> Extras:
        """Extras of a row whose order is not recorded yet."""
        item = order.items[place]
        if not item.is_extra:
            return self._recorded(order, place, sales_of_row(item, place, proceeds))
        money = proceeds.kept(place)
        name = f"{printed(item.title)!r} of {order.number}"
        self._warnings.of("no-books").add(name, order.currency, money)
        return self._aside("set aside: gift card, tip or donation", order, money)

    def _aside(self, reason: str, order: ExportedOrder, money: int | None) -> Extras:
        return (
            LeftOut(reason, order.currency, money), money, None, 0, 0, 0, order.currency or BLANK,
            *order.place, None,
        )  # fmt: skip

    def _list_price(self, item: Item, currency: str) -> int | None:
        """The crossed-out price, or the price charged if the edition has no list price that day."""
        if item.compare_at:
            return item.compare_at
        if not isinstance(item.book, int) or not isinstance(item.day, str):
            return None
        own = self._context.price(item.book, item.day, currency)
        return (item.price or None) if own is None else None

    def _remark(self, order: ExportedOrder, figures: ShopOrder, proceeds: OrderProceeds) -> None:
        """Mention how the order's tax and refund were interpreted."""
        name, currency = order.number, order.currency
        if proceeds.taken_out:
            self._warnings.of("tax-inside").add(name, currency, proceeds.taken_out)
            if proceeds.taxes.in_proportion:
                self._warnings.of("tax-in-proportion").add(name, currency, proceeds.taken_out)
        refund = figures.refunded
        match proceeds.refund:
            case Refund.LINE | Refund.GOODS:
                titles = [printed(order.items[place].title) for place in sorted(proceeds.returned)]
                of = repr(titles[0]) if len(titles) == 1 else "all its lines"
                self._warnings.of("refund-as-line").add(f"{name} ({of})", currency, refund)
            case Refund.SHIPPING:
                self._warnings.of("refund-as-shipping").add(name, currency, refund)
            case Refund.SPREAD:
                self._warnings.of("refund-spread").add(name, currency, refund)
            case Refund.UNCLEAR if not all(item.is_extra for item in order.items):
                self._warnings.unclear.add(name, currency, refund)

    # What is not

    def _left(self, order: ExportedOrder, proceeds: OrderProceeds | None) -> list[Extras]:
        """Rows of an order that is not a sale, or not yet."""
        money = [proceeds.kept(place) if proceeds else None for place in range(len(order.items))]
        known = sum(amount or 0 for amount in money)
        if order.is_asked:
            self._states.mention(order, known)
        elif not order.gone:
            self._warnings.of("not-paid").add(
                f"{order.number} ({order.state})", order.currency, known
            )
        elif order.payment is Payment.MADE and known:
            self._warnings.of("cancelled-though-paid").add(order.number, order.currency, known)
        reason = order.gone or f"set aside: {order.state}"
        return [self._aside(reason, order, amount) for amount in money]

    # What stands in the books already

    def _again(
        self,
        order: ExportedOrder,
        figures: ShopOrder,
        proceeds: OrderProceeds | None,
        recorded: Sequence[RecordedLines],
    ) -> Sequence[Extras]:
        """Rows of an order that is recorded already: left out, except for later refunds."""
        batches = sorted({lines.batch for lines in recorded})
        self._warnings.imports.update(batches)
        self._warnings.of("recorded").add(order.number)
        if order.payment is Payment.AWAITED and not order.gone:
            if order.is_asked:
                places = range(len(order.items))
                self._states.mention(order, sum(map(proceeds.kept, places)) if proceeds else 0)
            else:
                self._warnings.of("recorded-unpaid").add(f"{order.number} ({order.state})")
            return self._recorded_rows(order, proceeds, {})
        proceeds, changes = self._compared(order, figures, proceeds, recorded)
        if changes is None:
            return _wrong(order, changed_fault(order, proceeds, recorded, batches))
        if changes:
            copies = sum(change.returned - change.sold for change in changes.values())
            money = shown(
                order.currency, sum(change.net + change.back for change in changes.values())
            )
            words = f"{counted(copies, 'copy')} returned, {money}" if copies else money
            self._warnings.of("changed").add(f"{order.number} ({words})")
            if proceeds is not None and not order.gone:
                self._remark(order, figures, proceeds)
        return self._recorded_rows(order, proceeds, changes)

    def _compared(
        self,
        order: ExportedOrder,
        figures: ShopOrder,
        proceeds: OrderProceeds | None,
        recorded: Sequence[RecordedLines],
    ) -> tuple[OrderProceeds | None, dict[int, RowSales] | None]:
        """The reading of an order that fits what is recorded, and what to record in addition."""
        if {lines.currency for lines in recorded} != {order.currency}:
            return proceeds, None
        by_book = recorded_by_book(recorded)
        if order.gone:
            return proceeds, changes_between(order, None, by_book)
        if proceeds is None:
            return None, None
        readings = [proceeds]
        if proceeds.refund:
            readings += [proceeds_of(figures, answer) for answer in REFUNDS]
        compared = [
            (reading, changes_between(order, wanted_by_book(order, reading), by_book))
            for reading in readings
        ]
        for reading, changes in compared:
            if changes == {} and reading.refund is not Refund.UNCLEAR:
                return reading, changes
        if proceeds.refund is Refund.UNCLEAR:
            self._warnings.unclear.add(order.number, order.currency, figures.refunded)
            return proceeds, {}
        return next((pair for pair in compared if pair[1]), (proceeds, None))

    def _recorded_rows(
        self, order: ExportedOrder, proceeds: OrderProceeds | None, changes: Mapping[int, RowSales]
    ) -> list[Extras]:
        rows: list[Extras] = []
        for place in range(len(order.items)):
            if place in changes:
                rows.append(self._recorded(order, place, changes[place]))
            else:
                money = proceeds.kept(place) if proceeds is not None and not order.gone else None
                rows.append(self._aside("order recorded already", order, money))
        return rows


def _wrong(order: ExportedOrder, wrong: Invalid | None) -> list[Extras]:
    """Rows of an order with a fault; None if the fault is in some of its rows."""
    return [
        (
            None,
            0 if wrong is None else wrong,
            None,
            item.units,
            0,
            0,
            order.currency or BLANK,
            *order.place,
            None,
        )
        for item in order.items
    ]


def _batches(orders: Iterable[ExportedOrder]) -> Iterator[list[ExportedOrder]]:
    some: list[ExportedOrder] = []
    for order in orders:
        some.append(order)
        if len(some) == _TOGETHER:
            yield some
            some = []
    if some:
        yield some
