"""What an order's history and its promised day say, in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol, cast

from markupsafe import Markup

from royalties.domain.approvals import Proposal, ProposalKind
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import Order
from royalties.domain.orders.price_lists import PriceVersion
from royalties.services.desk.places import MENDED
from royalties.services.orders.intake import organizations
from royalties.services.orders.intake.organizations import MOVED
from royalties.services.orders.life import PROMISE
from royalties.web.core import formats

_UNTOLD = {"sha256", "fingerprint", "files", "currency", "by_hand", "rights", "shipped"}
"""What the history keeps for proof, and nobody reads."""

_AMOUNTS = {"total", "balance", "amount", "owed"}
_LABELS = {
    "of": "takes back",
    "file": "file",
    "po_number": "purchase order",
    "exempt": "tax certificate announced",
    "named": "in the name of",
}
ACTIONS = {
    PROMISE: "Promised day",
    MOVED: "Moved to another organization",
    MENDED: "Place of an address corrected",
    "request": "Asked for it",
    "invoice-deposit": "Deposit invoiced",
    "ask-changes": "Changes asked",
    "ship-part": "Copies shipped",
    "ship-last": "Last copies shipped",
    "settle": "Paid in full",
    "produce": "Production started",
    "accept": "Quote accepted",
    "quote": "Quote issued",
    "approve-proof": "Proof approved",
    "receive": "Receipt recorded",
    "credit": "Credit note issued",
    "hold": "Put on hold",
    "resume": "Resumed",
    "cancel": "Cancelled",
    "decline": "Declined",
    "expire": "Quote expired",
    "ask-another-quote": "Asked for another quote",
    "withdraw-quote": "Withdrew the quote",
    "purchase-order": "Purchase order sent",
    organizations.CONTACT: "New contact",
    "assign": "Assigned",
    "invoice": "Invoice issued",
    "send-artwork": "Artwork sent",
    "send-proof": "Proof sent",
    "comment": "Proof commented",
    "give-edition": "Own edition given",
    "came-back": "Copies came back",
    "pay-back": "Paid back",
    "reverse-receipt": "Receipt reversed",
    "reopen": "Not paid any more",
    "remind": "Reminded of an invoice",
    "invoice-cancellation": "Cancellation invoiced",
}


class HistoryLine(Protocol):
    """A line of an order's history."""

    @property
    def action(self) -> str:
        """What was done."""

    @property
    def by(self) -> str:
        """Who did it."""

    @property
    def detail(self) -> dict[str, Any]:
        """What was recorded beside it."""


def action_words(action: str) -> str:
    """What was done, in words."""
    return ACTIONS.get(action) or action.replace("-", " ").capitalize()


def detail_words(detail: Mapping[str, Any]) -> list[tuple[str, str | Markup]]:
    """What the history keeps of a step, as pairs of a label and words."""
    currency = str(detail.get("currency", ""))
    pairs = []
    for name, value in detail.items():
        if name in _UNTOLD or value in (None, "", False):
            continue
        label = _LABELS.get(name, name.replace("_", " "))
        pairs.append((label, _words(name, value, currency)))
    return pairs


def proposal_words(proposal: Proposal) -> str:
    """What a proposal about an order would do, in a line."""
    body = cast("dict[str, Any]", proposal.body)
    match proposal.kind:
        case ProposalKind.QUOTE:
            return f"Quote of {body['order']} below the price list"
        case ProposalKind.RECEIPT | ProposalKind.PAY_BACK:
            amount = f"{body['currency']} {formats.money(abs(body['amount']), body['currency'])}"
            what = "received" if proposal.kind is ProposalKind.RECEIPT else "paid back"
            return f"{amount} {what} for {body['invoice']}"
        case ProposalKind.CONTACT:
            return f"{body['name']} as contact of {body['order']}"
        case _:
            return f"Move {body['order']} to {body['to']}"


def promise_words(order: Order, events: Iterable[HistoryLine], version: PriceVersion | None) -> str:
    """How the promised day follows from what is known."""
    promises = [each for each in events if each.action == PROMISE]
    if order.promised_on is None or version is None:
        return ""
    if promises and promises[-1].detail.get("by_hand"):
        last = promises[-1]
        return f"set by {last.by}: {last.detail.get('reason', '')}"
    lead_time = version.rush_lead_time if order.rush else version.lead_time
    stages = (
        f"{formats.plural(lead_time.production, 'working day')} for production, "
        f"{lead_time.shipping} on the way"
    )
    begins = order.started_on if order.kind is OrderKind.BULK else order.approved_on
    if begins is not None:
        since = "started" if order.kind is OrderKind.BULK else "the proof was approved"
        return f"{stages}, since {since} on {formats.day(begins)}; days on hold are added"
    if order.kind is OrderKind.BULK:
        return f"{stages}, if production starts now; it moves while that waits"
    proof = formats.plural(lead_time.proof, "working day")
    return f"{proof} for the proof, {stages}; production’s clock starts when the proof is approved"


def _words(name: str, value: Any, currency: str) -> str | Markup:  # noqa: ANN401 - JSON
    if name in _AMOUNTS and currency and isinstance(value, int):
        return formats.money(value, currency, code=True)
    if value is True:
        return "yes"
    if isinstance(value, int):
        return formats.number(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    try:
        return formats.day(date.fromisoformat(text)) if len(text) == len("2026-04-03") else text
    except ValueError:
        return text
