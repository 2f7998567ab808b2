"""A web shop's export of orders: what of it is recorded, set aside, left out, or wrong.

Each row gets what its order means for it (``EXTRAS``). Orders that are not paid yet are set aside,
and the next export brings them; of orders that stand in the books already, only what was paid
back since is recorded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from royalties.domain.counting import counted, noun
from royalties.domain.problems import Cause, Choice
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.cells import BLANK, Cell, Odd, Stranger, Wrong, printed, text_of
from royalties.ingest.report.columns import LeftOut
from royalties.ingest.report.declaration import Header, Row, Surroundings
from royalties.ingest.report.shop_orders import (
    REFUNDS,
    OrderError,
    Refund,
    ShopOrder,
    Worked,
    shown,
    worked_out,
)

EXTRAS = (
    "kind", "net", "return_net", "sold", "returned", "free", "currency", "country", "region",
    "city", "postcode", "list_price",
)  # fmt: skip
REFUND = "refund"
"""The key of the question what partial refunds were of."""

_TOGETHER = 5_000
"""Orders that are looked up in the books at once."""
_MOST_NAMED = 20
_MOST_DIGITS = 7

Extras = Sequence[Cell | Odd | None]


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

    ``state`` is the word for its payment, as printed; ``payment`` what it means, or what is wrong
    with it. ``gone`` is why it is no sale whatever was paid. ``figures`` are wrong where an amount
    is none.
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
    """Rows of orders: without blank ones and headers once more, which part no order in two."""
    for row in rows:
        if any(text_of(cell).strip() for cell in row[1]) and not header.repeats(row[1]):
            yield row


def order_units(text: str, column: str) -> int | Wrong:
    """How many copies an item of an order is of."""
    whole, _, decimals = text.partition(".")
    if (
        whole.isascii()
        and whole.isdecimal()
        and len(whole) <= _MOST_DIGITS
        and not decimals.strip("0")
    ):
        return int(whole)
    return Wrong(
        Cause.NO_WHOLE_NUMBER,
        f"{printed(text)!r} is not a whole number",
        "write how many copies",
        column,
    )


class _Stands(NamedTuple):
    """Copies and money that stand of a book, sales and returns together, and free copies."""

    units: int = 0
    net: int = 0
    free: int = 0


class _Line(NamedTuple):
    """What a row brings: copies sold, returned (positive) and given away, and their money."""

    sold: int = 0
    net: int = 0
    returned: int = 0
    back: int = 0
    free: int = 0


@dataclass(slots=True)
class _Told:
    """Orders that are told of in one warning, with the money concerned."""

    names: list[str] = field(default_factory=list)
    count: int = 0
    money: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, currency: str = "", micro: int = 0) -> None:
        """Tell of one more."""
        self.count += 1
        if len(self.names) < _MOST_NAMED:
            self.names.append(name)
        if currency:
            self.money[currency] += micro

    @property
    def named(self) -> str:
        """The first names."""
        more = self.count - len(self.names)
        return ", ".join(self.names) + (f" and {more:,} more" if more else "")

    @property
    def sums(self) -> str:
        """The money by currency."""
        return ", ".join(shown(currency, micro) for currency, micro in sorted(self.money.items()))


class ShopExport:
    """Arranges the orders of one export."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._answer = around.choices.get(REFUND, "")
        self._seen: set[int] = set()
        self._orders = 0
        self._imports: set[int] = set()
        self._told: dict[str, _Told] = {}
        self._unclear = _Told()

    def arranged(
        self, orders: Iterable[ExportedOrder]
    ) -> Iterator[tuple[int, Sequence[Cell | Odd | None]]]:
        """Every row with its extras, in order; says at the end what is to be said."""
        for some in _some(orders):
            recorded: dict[str, list[RecordedLines]] = {}
            for lines in self._around.recorded([each.number for each in some if each.number]):
                recorded.setdefault(lines.order, []).append(lines)
            for order in some:
                rows = self._rows(order, recorded.get(order.number, ()))
                for item, extras in zip(order.items, rows, strict=True):
                    number, cells = item.row
                    yield number, (*cells, *extras)
        self._say()

    def _tell(self, code: str) -> _Told:
        return self._told.setdefault(code, _Told())

    def _rows(self, order: ExportedOrder, recorded: Sequence[RecordedLines]) -> Sequence[Extras]:
        self._orders += 1
        if wrong := self._fault(order):
            return _wrong(order, wrong)
        figures = order.figures
        assert isinstance(figures, ShopOrder)  # noqa: S101 - else it were a fault
        is_sale = order.payment is Payment.MADE and not order.gone
        if is_sale and any(isinstance(item.units, Wrong) for item in order.items):
            return _wrong(order, None)
        try:
            worked = worked_out(figures, self._answer)
        except OrderError as error:
            if is_sale:
                wrong = Wrong(Cause.SUMS_DISAGREE, str(error), error.remedy, error.column)
                return _wrong(order, wrong)
            worked = None
        if recorded:
            return self._again(order, figures, worked, recorded)
        if not is_sale:
            return self._left(order, worked)
        assert worked is not None  # noqa: S101 - else it were wrong
        self._remark(order, figures, worked)
        return [self._new(order, place, worked) for place in range(len(order.items))]

    # What is wrong

    def _fault(self, order: ExportedOrder) -> Wrong | None:
        if not order.number:
            return Wrong(
                Cause.EMPTY,
                "the order has no number, so that a later export could not tell it from others",
                "write the number of the order into each of its rows",
                "Name",
            )
        if isinstance(order.figures, Wrong):
            return order.figures
        if isinstance(order.payment, Wrong) and not order.gone:
            return order.payment
        key = hash(order.number)
        if key in self._seen:
            return Wrong(
                Cause.ORDER_TWICE,
                f"order {printed(order.number)} stands twice in this file",
                "leave one of them out; the rows of an order stand together",
                "Name",
            )
        self._seen.add(key)
        return None

    # What is recorded

    def _recorded(self, order: ExportedOrder, place: int, line: _Line) -> Extras:
        """What a row of an order brings."""
        item = order.items[place]
        return (
            None, line.net + line.back, line.back if line.returned else None,
            item.units if isinstance(item.units, Wrong) else line.sold, line.returned, line.free,
            order.currency or BLANK, *order.place, self._list_price(item, order.currency),
        )  # fmt: skip

    def _new(self, order: ExportedOrder, place: int, worked: Worked) -> Extras:
        """What a row of an order brings that is not in the books."""
        item = order.items[place]
        if not item.is_extra:
            return self._recorded(order, place, _line(item, place, worked))
        money = worked.kept(place)
        told = self._tell("no-books")
        told.add(f"{printed(item.title)!r} of {order.number}", order.currency, money)
        return self._aside("set aside: gift card, tip or donation", order, money)

    def _aside(self, reason: str, order: ExportedOrder, money: int | None) -> Extras:
        return (
            LeftOut(reason, order.currency, money), money, None, 0, 0, 0, order.currency or BLANK,
            *order.place, None,
        )  # fmt: skip

    def _list_price(self, item: Item, currency: str) -> int | None:
        """The price that was struck out, or what was charged if the edition has none that day."""
        if item.compare_at:
            return item.compare_at
        if not isinstance(item.book, int) or not isinstance(item.day, str):
            return None
        own = self._around.price(item.book, item.day, currency)
        return (item.price or None) if own is None else None

    def _remark(self, order: ExportedOrder, figures: ShopOrder, worked: Worked) -> None:
        """Tell how the order's tax and its refund were understood."""
        name, currency = order.number, order.currency
        if worked.taken_out:
            self._tell("tax-inside").add(name, currency, worked.taken_out)
            if worked.taxes.in_proportion:
                self._tell("tax-in-proportion").add(name, currency, worked.taken_out)
        refund = figures.refunded
        match worked.refund:
            case Refund.LINE | Refund.GOODS:
                titles = [printed(order.items[place].title) for place in sorted(worked.returned)]
                of = repr(titles[0]) if len(titles) == 1 else "all its lines"
                self._tell("refund-as-line").add(f"{name} ({of})", currency, refund)
            case Refund.SHIPPING:
                self._tell("refund-as-shipping").add(name, currency, refund)
            case Refund.SPREAD:
                self._tell("refund-spread").add(name, currency, refund)
            case Refund.UNCLEAR if not all(item.is_extra for item in order.items):
                self._unclear.add(name, currency, refund)

    # What is not

    def _left(self, order: ExportedOrder, worked: Worked | None) -> list[Extras]:
        """Rows of an order that is no sale, or none yet."""
        money = [worked.kept(place) if worked else None for place in range(len(order.items))]
        told = sum(each or 0 for each in money)
        if not order.gone:
            self._tell("not-paid").add(f"{order.number} ({order.state})", order.currency, told)
        elif order.payment is Payment.MADE and told:
            self._tell("cancelled-though-paid").add(order.number, order.currency, told)
        reason = order.gone or f"set aside: {order.state}"
        return [self._aside(reason, order, each) for each in money]

    # What stands in the books already

    def _again(
        self,
        order: ExportedOrder,
        figures: ShopOrder,
        worked: Worked | None,
        recorded: Sequence[RecordedLines],
    ) -> Sequence[Extras]:
        """Rows of an order that is recorded: left out, but for what was paid back since."""
        batches = sorted({each.batch for each in recorded})
        self._imports.update(batches)
        self._tell("recorded").add(order.number)
        if order.payment is Payment.AWAITED and not order.gone:
            self._tell("recorded-unpaid").add(f"{order.number} ({order.state})")
            return self._kept(order, worked, {})
        worked, changes = self._compared(order, figures, worked, recorded)
        if changes is None:
            return _wrong(order, _changed(order, worked, recorded, batches))
        if changes:
            copies = sum(each.returned - each.sold for each in changes.values())
            money = shown(order.currency, sum(each.net + each.back for each in changes.values()))
            words = f"{counted(copies, 'copy')} returned, {money}" if copies else money
            self._tell("changed").add(f"{order.number} ({words})")
            if worked is not None and not order.gone:
                self._remark(order, figures, worked)
        return self._kept(order, worked, changes)

    def _compared(
        self,
        order: ExportedOrder,
        figures: ShopOrder,
        worked: Worked | None,
        recorded: Sequence[RecordedLines],
    ) -> tuple[Worked | None, dict[int, _Line] | None]:
        """An order read as it fits what stands of it, and what is to be recorded beside that."""
        if {each.currency for each in recorded} != {order.currency}:
            return worked, None
        stands = _standing(recorded)
        if order.gone:
            return worked, _changes(order, None, stands)
        if worked is None:
            return None, None
        readings = [worked]
        if worked.refund:
            readings += [worked_out(figures, answer) for answer in REFUNDS]
        found = [(each, _changes(order, _target(order, each), stands)) for each in readings]
        for each, changes in found:
            if changes == {} and each.refund is not Refund.UNCLEAR:
                return each, changes
        if worked.refund is Refund.UNCLEAR:
            self._unclear.add(order.number, order.currency, figures.refunded)
            return worked, {}
        return next(((each, changes) for each, changes in found if changes), (worked, None))

    def _kept(
        self, order: ExportedOrder, worked: Worked | None, changes: Mapping[int, _Line]
    ) -> list[Extras]:
        rows: list[Extras] = []
        for place in range(len(order.items)):
            if place in changes:
                rows.append(self._recorded(order, place, changes[place]))
            else:
                money = worked.kept(place) if worked is not None and not order.gone else None
                rows.append(self._aside("order recorded already", order, money))
        return rows

    # What is said

    def _say(self) -> None:
        warn, told = self._around.warn, self._told
        for code, message in _WARNINGS.items():
            if found := told.get(code):
                are = "is" if found.count == 1 else "are"
                warn(
                    f"shop-{code}",
                    message.format(
                        orders=counted(found.count, "order"),
                        lines=counted(found.count, "line"),
                        are=are, named=found.named, sums=found.sums,
                    ),
                )  # fmt: skip
        if found := told.get("recorded"):
            numbers = ", ".join(map(str, sorted(self._imports)))
            imports = f"{noun(len(self._imports), 'import')} {numbers}"
            are = "is" if found.count == 1 else "are"
            warn(
                "shop-recorded",
                f"{found.count:,} of {counted(self._orders, 'order')} {are} in {imports}, and left "
                f"out but for what was paid back since",
            )
        if found := told.get("tax-inside"):
            self._around.note(
                f"the tax lies inside the prices of {counted(found.count, 'order')}, and was taken "
                f"out: {found.sums}, with the shipping's part"
            )
        if found := told.get("refund-spread"):
            self._around.note(
                f"what was refunded of {counted(found.count, 'order')} is no line's price: it is "
                f"spread over the lines in proportion, and no copy is returned: {found.named}; "
                f"{found.sums}"
            )
        if self._unclear.count:
            self._around.ask(
                Choice(
                    REFUND,
                    f"what was refunded of {self._unclear.named} ({self._unclear.sums}) may be its "
                    f"goods or its shipping: choose which",
                    REFUNDS,
                )
            )


_WARNINGS = {
    "not-paid": "{orders} {are} not paid and set aside: {named}; {sums}. The next export brings "
    "what is paid by then",
    "cancelled-though-paid": "{orders} {are} cancelled and skipped, though nothing or not all was "
    "refunded: {named}; {sums}",
    "no-books": "{lines} {are} gift cards, tips or donations, no sales of books, and set aside: "
    "{named}; {sums}",
    "changed": "{orders} {are} recorded and changed since, and the difference is recorded: {named}",
    "recorded-unpaid": "{orders} {are} recorded and not paid: {named}. What is recorded stays: "
    "undo or correct that import if the order will not be paid",
    "tax-in-proportion": "the tax of {orders} is taken out of the lines in proportion, for no rate "
    "tells which it is of: {named}; {sums}",
    "refund-as-line": "what was refunded of {orders} is just what was paid for a line, and "
    "recorded as its return: {named}; {sums}. If it was not, add --choose refund=spread",
    "refund-as-shipping": "what was refunded of {orders} is just the shipping, so that the sales "
    "stay as they are: {named}; {sums}. If it was not, add --choose refund=spread",
}
"""What is said, by its code without ``shop-``."""


def _wrong(order: ExportedOrder, wrong: Wrong | None) -> list[Extras]:
    """Rows of an order with a fault of its own, or (None) in some of its rows."""
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


def _some(orders: Iterable[ExportedOrder]) -> Iterator[list[ExportedOrder]]:
    some: list[ExportedOrder] = []
    for order in orders:
        some.append(order)
        if len(some) == _TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _line(item: Item, place: int, worked: Worked) -> _Line:
    """What a row brings that is not recorded yet."""
    units = item.units if isinstance(item.units, int) else 0
    if worked.free:
        return _Line(free=units, net=worked.nets[place])
    if place in worked.returned:
        return _Line(units, worked.nets[place], units, -worked.nets[place])
    return _Line(units, worked.nets[place] - worked.reduced[place])


def _standing(recorded: Iterable[RecordedLines]) -> dict[int | str, _Stands]:
    stands: dict[int | str, _Stands] = {}
    for each in recorded:
        units, net, free = stands.get(each.book, _Stands())
        if each.kind == SaleKind.FREE:
            stands[each.book] = _Stands(units, net + each.net, free + each.units)
        else:
            stands[each.book] = _Stands(units + each.units, net + each.net, free)
    return stands


def _target(order: ExportedOrder, worked: Worked) -> dict[int | str, _Stands]:
    """What should stand of each book."""
    target: dict[int | str, _Stands] = {}
    for place, item in enumerate(order.items):
        if item.is_extra or item.key is None:
            continue
        line = _line(item, place, worked)
        units, net, free = target.get(item.key, _Stands())
        target[item.key] = _Stands(
            units + line.sold - line.returned, net + line.net + line.back, free + line.free
        )
    return target


def _changes(
    order: ExportedOrder,
    target: Mapping[int | str, _Stands] | None,
    stands: Mapping[int | str, _Stands],
) -> dict[int, _Line] | None:
    """What is to be recorded beside what stands, by the place of the row that brings it.

    None where that is no refund: more would have to stand than does (an older export, an order
    that was added to), or another book. A target of None takes all back, but for free copies.
    """
    first = {item.key: place for place, item in reversed([*enumerate(order.items)]) if item.key}
    changes: dict[int, _Line] = {}
    for book in {**stands, **(target or {})}:
        before, now = stands.get(book, _Stands()), (target or {}).get(book, _Stands())
        units, net = now.units - before.units, now.net - before.net
        if target is not None and now.free != before.free:
            return None
        if not units and not net:
            continue
        if units > 0 or net > 0 or book not in first:
            return None
        if units:
            changes[first[book]] = _Line(returned=-units, back=net)
        elif before.units > 0:
            changes[first[book]] = _Line(now.units, now.net, before.units, -before.net)
        else:
            return None
    return changes


def _changed(
    order: ExportedOrder,
    worked: Worked | None,
    recorded: Sequence[RecordedLines],
    batches: Sequence[int],
) -> Wrong:
    imports = f"{noun(len(batches), 'import')} {', '.join(map(str, batches))}"
    stands = _standing(recorded).values()
    now = _target(order, worked).values() if worked is not None and not order.gone else ()
    was = _shown(stands, recorded[0].currency)
    return Wrong(
        Cause.ORDER_CHANGED,
        f"order {printed(order.number)} stands in {imports} with {was}, but this export says "
        f"{_shown(now, order.currency)}, which is no refund of it",
        f"leave its rows out if this export is older than {imports}; else undo {imports} (correct "
        f"it, once its period is closed) and import this file again",
        "Name",
    )


def _shown(stands: Iterable[_Stands], currency: str) -> str:
    all_of = [*stands]
    units = sum(each.units + each.free for each in all_of)
    return f"{counted(units, 'copy')}, {shown(currency, sum(each.net for each in all_of))}"
