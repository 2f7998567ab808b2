"""States of orders that a shop gave a name of its own: what they mean is asked once.

An answer is remembered for that retailer, as other answers about its reports are.
"""

import re
from dataclasses import replace

from royalties.domain.problems import Choice
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.cells import printed
from royalties.ingest.report.conventions import again
from royalties.ingest.report.declaration import ArrangeContext
from royalties.ingest.report.exported_orders import ExportedOrder, Payment
from royalties.ingest.report.shop_warnings import MentionedOrders

SALE, AWAITED, NEVER = "sale", "set-aside", "skip"
ANSWERS = (SALE, AWAITED, NEVER)
KEY = "state_"
"""What the keys of these questions begin with."""

MOST_STATES = 12
LONGEST_STATE = 40

_PAYMENTS = {SALE: Payment.MADE, AWAITED: Payment.AWAITED, NEVER: Payment.NEVER}
_SIGNS = re.compile(r"\W+")


def state_key(state: str) -> str:
    """The key of the question what a state means."""
    return KEY + _SIGNS.sub("_", state.casefold()).strip("_")


def may_be_state(text: str) -> bool:
    """Whether a text can be what a shop calls a state of orders."""
    return len(text) <= LONGEST_STATE and any(map(str.isalpha, text))


class OrderStates:
    """What states mean that only the shop knows, by the user's answers; and what is to be asked."""

    def __init__(self, choices: TrackedAnswers) -> None:
        self._choices = choices
        self._seen: dict[str, MentionedOrders] = {}
        self._named: dict[str, str] = {}

    def settled(self, order: ExportedOrder) -> ExportedOrder:
        """An order with what its state means, as far as that was answered.

        With too many states, the column holds something else: they stay wrong.
        """
        if not order.is_own_state:
            return order
        key = state_key(order.state)
        if key not in self._seen and len(self._seen) == MOST_STATES:
            return order
        self._seen.setdefault(key, MentionedOrders())
        self._named.setdefault(key, order.state)
        answer = self._answer(key)
        payment = _PAYMENTS[answer or AWAITED]
        gone = f"{order.state} order" if payment is Payment.NEVER else order.gone
        return replace(order, payment=payment, gone=gone, is_asked=not answer)

    def _answer(self, key: str) -> str:
        if given := self._choices.peek(key, ANSWERS):
            self._choices.need((key,))
            self._choices.taken[key] = given
            return given
        if self._choices.peek(key):
            return ""
        if remembered := self._choices.remembered.get(key, ""):
            self._choices.recalled[key] = remembered
        return remembered

    def mention(self, order: ExportedOrder, net: int) -> None:
        """Have the question name an order, with its net receipts in millionths."""
        self._seen[state_key(order.state)].add(printed(order.number), order.currency, net)

    def ask(self, context: ArrangeContext) -> None:
        """Ask what each state means that nobody answered for."""
        for key, orders in self._seen.items():
            if orders.count:
                are = "is" if orders.count == 1 else "are"
                context.ask(
                    again(
                        Choice(
                            key,
                            f"{orders.counted} {are} {printed(self._named[key])!r}, which is the "
                            f"shop's own state: {orders.named}; {orders.sums}. Choose whether such "
                            f"orders are sales, are set aside until a later export, or are skipped",
                            ANSWERS,
                        ),
                        self._choices,
                    )
                )
