"""What quotes, invoices and packing lists say, each frozen when it is issued.

Amounts are minor units of the paper's currency; prices of one copy are exact texts in units of it,
such as ``"22.80"`` or ``"0.085"``.
"""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from royalties.domain.money import number_text, scale
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.pricing import COUNTED, QuoteLine
from royalties.domain.terms.beneficiaries import Publisher
from royalties.domain.terms.payment_details import PaymentDetails


@dataclass(frozen=True, slots=True)
class Party:
    """Who a paper is for, or where copies go; ``lines`` is the address, one line each."""

    name: str
    lines: tuple[str, ...] = ()
    contact: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """The edition that a paper is about."""

    title: str
    authors: tuple[str, ...]
    isbn: str
    format: str
    options: tuple[str, ...] = ()
    """What makes a custom edition one, in words."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line with an amount; ``kind`` is a ``pricing.LineKind``, as are the rest of its parts."""

    kind: str
    words: str
    why: str
    quantity: int
    unit: str
    amount: int
    place: str = ""
    of_goods: int = 0
    of_freight: int = 0

    @property
    def is_counted(self) -> bool:
        """Whether quantity and price of one are shown; a credit note takes back amounts."""
        return self.kind in COUNTED and self.amount >= 0


@dataclass(frozen=True, slots=True)
class ShipToShown:
    """How many copies go where."""

    copies: int
    party: Party
    place: str
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class CheaperShown:
    """So many copies would cost less in all."""

    copies: int
    total: int


@dataclass(frozen=True, slots=True)
class QuoteShown:
    """A version of a quote, as the organization got it."""

    number: str
    """``O-2026-0001/2``: the order's number, and which version."""
    order: str
    version: int
    kind: str
    dated: date
    valid_until: date
    issued_by: str
    publisher: Publisher
    organization: Party
    goods: Goods
    audience: str
    need_by: date | None
    rush: bool
    ship_to: tuple[ShipToShown, ...]
    currency: str
    price_list: str
    lines: tuple[PaperLine, ...]
    total: int
    deposit: int
    net_terms: bool
    """Whether a purchase order stands in for the deposit."""
    tax_note: str
    delivery: str
    """When the copies will be there, and what that counts from."""
    terms: tuple[str, ...]
    cheaper: CheaperShown | None = None
    note: str = ""

    @property
    def copies(self) -> int:
        """Copies of all addresses."""
        return sum(each.copies for each in self.ship_to)


@dataclass(frozen=True, slots=True)
class InvoiceShown:
    """An invoice or credit note; a credit note's amounts are negative.

    ``balance`` is what is to be paid by ``due``: the total less the deposit that was applied and
    what was paid before.
    """

    number: str
    kind: InvoiceKind
    dated: date
    due: date
    publisher: Publisher
    organization: Party
    order: str
    po_number: str
    goods: Goods
    currency: str
    lines: tuple[PaperLine, ...]
    total: int
    deposit_applied: int
    balance: int
    of_number: str = ""
    """The invoice that a credit note is of."""
    tax_note: str = ""
    terms: tuple[str, ...] = ()
    note: str = ""
    paid_before: int = 0
    pay_to: PaymentDetails | None = None
    """How it is paid, as it held on the day; None where nothing is to be paid or stated."""
    of_lines: tuple[int, ...] = ()
    """The lines of that invoice that a credit note's lines credit, each by its place from 1 on."""


@dataclass(frozen=True, slots=True)
class PackedLine:
    """Copies of one edition in a shipment to an address, and beside it."""

    goods: Goods
    ordered: int
    before: int
    copies: int

    @property
    def to_come(self) -> int:
        """Copies that are still to come to this address."""
        return max(0, self.ordered - self.before - self.copies)


@dataclass(frozen=True, slots=True)
class PackingListShown:
    """What lies in a shipment."""

    number: str
    """``O-2026-0001-S1``: the order's number, and which shipment."""
    order: str
    dated: date
    publisher: Publisher
    organization: Party
    ship_to: Party
    po_number: str
    carrier: str
    tracking: str
    lines: tuple[PackedLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountLineShown:
    """What was invoiced (above 0), credited or received (below 0) on a day."""

    dated: date
    words: str
    number: str
    """Of the invoice or credit note; a payment's is its invoice's."""
    order: str
    due: date | None
    amount: int


@dataclass(frozen=True, slots=True)
class AccountShown:
    """An organization's statement of account in one currency, from its beginning."""

    publisher: Publisher
    organization: Party
    dated: date
    currency: str
    lines: tuple[AccountLineShown, ...]

    @property
    def balances(self) -> tuple[int, ...]:
        """What is owed after each line."""
        return tuple(accumulate(line.amount for line in self.lines))

    @property
    def balance(self) -> int:
        """What is owed; below 0 where too much was paid."""
        return sum(line.amount for line in self.lines)


def lines_shown(lines: tuple[QuoteLine, ...], currency: str) -> tuple[PaperLine, ...]:
    """Lines of a price as a paper prints them."""
    return tuple(
        PaperLine(
            line.kind.value,
            line.words,
            line.why,
            line.quantity,
            number_text(line.unit / scale(currency)),
            line.amount,
            line.place,
            line.of_goods,
            line.of_freight,
        )
        for line in lines
    )
