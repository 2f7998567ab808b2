"""An order as it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from royalties.domain.orders.life import OrderKind, State
from royalties.domain.orders.price_lists import Option


class FileKind(StrEnum):
    """What a file of an order is; the first four are ``artwork.Use``."""

    LOGO = "logo"
    LETTER = "letter"
    COVER = "cover"
    PROOF = "proof"
    PURCHASE_ORDER = "purchase-order"
    ATTACHMENT = "attachment"


class ProofDecision(StrEnum):
    """What an organization decided about a proof."""

    APPROVED = "approved"
    CHANGES = "changes"


class InvoiceKind(StrEnum):
    """What an invoice bills, or that it is a credit note."""

    DEPOSIT = "deposit"
    FINAL = "final"
    CANCELLATION = "cancellation"
    CREDIT = "credit"

    @property
    def label(self) -> str:
        """What papers and pages call it."""
        return _INVOICE_LABELS[self]


_INVOICE_LABELS = {
    InvoiceKind.DEPOSIT: "Deposit invoice",
    InvoiceKind.FINAL: "Invoice",
    InvoiceKind.CANCELLATION: "Cancellation invoice",
    InvoiceKind.CREDIT: "Credit note",
}


class PaperKind(StrEnum):
    """What a document of an order is, whose bytes are stored as they were first made."""

    QUOTE = "quote"
    INVOICE = "invoice"
    PACKING_LIST = "packing-list"


@dataclass(frozen=True, slots=True)
class Address:
    """Where copies go; ``place`` is country and state, ``US-WA``."""

    copies: int
    name: str
    lines: tuple[str, ...]
    city: str
    region: str
    postcode: str
    country: str

    @property
    def place(self) -> str:
        """Country and state as price lists and certificates name them."""
        return f"{self.country}-{self.region}" if self.region else self.country


@dataclass(frozen=True, slots=True)
class Order:
    """An order; ``version`` rises with every change."""

    id: int
    number: str
    kind: OrderKind
    organization: str
    title: str
    isbn: str
    own_isbn: str | None
    state: State
    held_in: State | None
    quantity: int
    audience: str
    need_by: date | None
    rush: bool
    options: tuple[Option, ...]
    ship_to: tuple[Address, ...]
    contact_name: str
    contact_email: str
    assigned_id: int | None
    quote_version: int | None
    po_number: str
    accepted_by: str
    approved_on: date | None
    started_on: date | None
    promised_on: date | None
    reorder_of: int | None
    created_at: datetime
    created_by: str
    version: int
