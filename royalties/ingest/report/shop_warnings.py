"""Warnings, notes and the question about a web shop's export, one for all orders concerned."""

from collections import Counter
from dataclasses import dataclass, field

from royalties.domain.counting import counted, noun
from royalties.domain.problems import Choice
from royalties.ingest.report.declaration import ArrangeContext
from royalties.ingest.report.shop_orders import REFUNDS, shown

REFUND = "refund"
"""The key of the question what partial refunds were of."""

_MOST_NAMED = 20
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
"""Texts of warnings, by code without ``shop-``."""


@dataclass(slots=True)
class MentionedOrders:
    """Orders that one warning names, with the money concerned."""

    names: list[str] = field(default_factory=list)
    count: int = 0
    money: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, currency: str = "", micro: int = 0) -> None:
        """Mention one more."""
        self.count += 1
        if len(self.names) < _MOST_NAMED:
            self.names.append(name)
        if currency:
            self.money[currency] += micro

    @property
    def counted(self) -> str:
        """How many orders they are."""
        return counted(self.count, "order")

    @property
    def named(self) -> str:
        """The first names."""
        more = self.count - len(self.names)
        return ", ".join(self.names) + (f" and {more:,} more" if more else "")

    @property
    def sums(self) -> str:
        """The money by currency."""
        return ", ".join(shown(currency, micro) for currency, micro in sorted(self.money.items()))


class ShopWarnings:
    """Collects orders by the code of what to say about them, and says it once for all."""

    def __init__(self) -> None:
        self.orders = 0
        """How many orders the export holds."""
        self.imports: set[int] = set()
        """Imports that recorded some of them."""
        self.unclear = MentionedOrders()
        """Orders whose refund may be of their goods or of their shipping."""
        self._mentioned: dict[str, MentionedOrders] = {}

    def of(self, code: str) -> MentionedOrders:
        """The orders that are mentioned under a code."""
        return self._mentioned.setdefault(code, MentionedOrders())

    def say(self, context: ArrangeContext) -> None:
        """Warn, note and ask."""
        for code, message in _WARNINGS.items():
            if orders := self._mentioned.get(code):
                are = "is" if orders.count == 1 else "are"
                context.warn(
                    f"shop-{code}",
                    message.format(
                        orders=counted(orders.count, "order"),
                        lines=counted(orders.count, "line"),
                        are=are, named=orders.named, sums=orders.sums,
                    ),
                )  # fmt: skip
        if orders := self._mentioned.get("recorded"):
            numbers = ", ".join(map(str, sorted(self.imports)))
            imports = f"{noun(len(self.imports), 'import')} {numbers}"
            are = "is" if orders.count == 1 else "are"
            context.warn(
                "shop-recorded",
                f"{orders.count:,} of {counted(self.orders, 'order')} {are} in {imports}, and left "
                f"out but for what was paid back since",
            )
        if orders := self._mentioned.get("tax-inside"):
            context.note(
                f"the tax lies inside the prices of {counted(orders.count, 'order')}, and was "
                f"taken out: {orders.sums}, with the shipping's part"
            )
        if orders := self._mentioned.get("refund-spread"):
            context.note(
                f"what was refunded of {counted(orders.count, 'order')} is no line's price: it is "
                f"spread over the lines in proportion, and no copy is returned: {orders.named}; "
                f"{orders.sums}"
            )
        if self.unclear.count:
            context.ask(
                Choice(
                    REFUND,
                    f"what was refunded of {self.unclear.named} ({self.unclear.sums}) may be its "
                    f"goods or its shipping: choose which",
                    REFUNDS,
                )
            )
