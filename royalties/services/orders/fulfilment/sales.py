"""The sales that orders bring: each shipment, return and credit note records its own, as an import.

What an order brought in all follows from what is with the organization now and, once it is
invoiced, from what was billed and credited; each batch records what is missing to that. So all
shipments together bring the order's net receipts to the cent, and what comes back takes them back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from royalties.domain.money import MICRO, scale
from royalties.domain.orders import billing
from royalties.domain.orders.billing import Moved
from royalties.domain.orders.life import State
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import PaperLine
from royalties.domain.orders.pricing import LineKind
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.lines import Early, SaleLine
from royalties.domain.sales.slices import OF_CREDIT_NOTE, OF_SHIPMENT, Origin, SaleKind
from royalties.services.books import Setup
from royalties.services.orders.life import Order
from royalties.services.orders.papers import invoice_shown
from royalties.services.orders.quoting.terms import Agreed, micro_of
from royalties.services.sales.before_books import notice_of
from royalties.services.sales.import_document import document_of_order
from royalties.services.sales.recording import record_lines
from royalties.services.work import RefusedError, Work
from royalties.store.orders import money
from royalties.store.periods import periods
from royalties.store.sales import batches
from royalties.store.terms import catalogue

COMPLETE = frozenset({State.SHIPPED, State.INVOICED, State.PAID})
"""States in which no more copies go out."""

_DEFAULT_CHARGES = (LineKind.OPTION_COPIES.value,)
"""What counts beside copies where no contract says it."""


class BeforeBooksError(RefusedError):
    """Sales dated before the books' first period, which were not confirmed to count."""


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """A sale line in the making: copies at an address (from 1 on), and receipts in minor units."""

    address: int
    copies: int
    net: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """What brings sales: which report, what its lines refer to, its name, and when it was."""

    report: str
    reference: str
    name: str
    kind: SaleKind
    day: date


@dataclass(frozen=True, slots=True)
class Selling:
    """An order whose sales are recorded, with what they go by."""

    work: Work
    setup: Setup
    order: Order
    agreed: Agreed
    before_books: bool = False
    """Whether sales dated before the books' first period are wanted."""

    def record_shipment(
        self, number: int, moved: Sequence[Moved], day: date, *, complete: bool
    ) -> int:
        """Record the sales of a shipment or return, the last of what was moved; gives the batch."""
        last = moved[-1]
        charges = self._charges()
        net = self._brought(moved, charges, complete=complete) - self._recorded()
        went = last.copies > 0
        occasion = Occasion(
            OF_SHIPMENT,
            str(number),
            f"{'Shipment' if went else 'Return'} {number} of order {self.order.number}",
            SaleKind.SALE if went else SaleKind.RETURN,
            day,
        )
        return self._record(occasion, [ShipmentLine(last.address, last.copies, net)], charges)

    def record_credit(self, reference: str, moved: Sequence[Moved], day: date) -> int | None:
        """Take back what a credit note gave up of what copies brought; gives the batch, if any."""
        charges = self._charges()
        complete = self.order.state in COMPLETE
        net = self._brought(moved, charges, complete=complete) - self._recorded()
        parts = billing.spread(net, billing.copies_at(moved))
        if not net or not parts:
            return None
        lines = [ShipmentLine(address, 0, part) for address, part in parts.items() if part]
        name = f"Credit note {reference} of order {self.order.number}"
        occasion = Occasion(OF_CREDIT_NOTE, reference, name, SaleKind.RETURN, day)
        return self._record(occasion, lines, charges)

    def _brought(self, moved: Sequence[Moved], charges: Iterable[str], *, complete: bool) -> int:
        """Net receipts, in minor units, that are to be recorded after what was moved."""
        quote = self.agreed.quote
        kinds = frozenset(charges)
        copies = sum(each.copies for each in moved)
        whole = billing.whole_of(moved, self.order.quantity, complete=complete)
        receipts = billing.receipts_of(quote.lines, kinds, quote.currency, copies, whole)
        billed = self._billed(kinds)
        return receipts if billed is None else min(receipts, billed)

    def _billed(self, charges: frozenset[str]) -> int | None:
        """What was billed and not credited of what counts; None before the final invoice."""
        rows = money.invoices_of(self.work.connection, self.order.id)
        final = next((row for row in rows if row.kind == InvoiceKind.FINAL), None)
        if final is None:
            return None
        lines: list[PaperLine] = []
        for row in rows:
            if final.id in {row.id, row.of_id}:
                lines += invoice_shown(row).lines
        return sum(line.amount for line in billing.earning(lines, charges))

    def _recorded(self) -> int:
        """Net receipts, in minor units, of the order's recorded sales."""
        found = money.receipts_of_order(self.work.connection, self.order.number)
        return found // (MICRO // scale(self.agreed.quote.currency))

    def _charges(self) -> tuple[str, ...]:
        """The charges that count: those of the first shipment for all of an order."""
        first = money.first_document(self.work.connection, self.order.number)
        if first is not None:
            return tuple(first["order"]["charges"])
        return charges_of(self.setup, self.order, self.agreed.quote.lines)

    def _record(self, of: Occasion, lines: Sequence[ShipmentLine], charges: Sequence[str]) -> int:
        """Record one batch, as an import does; the caller holds the order and the period."""
        work, connection, order = self.work, self.work.connection, self.order
        currency = self.agreed.quote.currency
        retailer = self.agreed.prices.retailers[order.kind]
        fingerprint = sha256(of.name.encode()).hexdigest()
        first = self.setup.first_period
        open_period = periods.lock_for_sales(connection, first)
        earliest = first.shift(open_period - first.ordinal)
        self._require_in_books(of, lines, earliest)
        number = batches.add_batch(
            connection,
            {
                "file_name": of.name,
                "sha256": fingerprint,
                "size": 0,
                "report": of.report,
                "origin": Origin.ORDER,
                "retailer": retailer,
                "account": money.account_of(order.number),
                "sheets": [],
                "choices": {},
                "document": {},
                "rows": len(lines),
                "lines": len(lines),
                "status": BatchStatus.RECORDED,
                "recorded_at": work.stored_at,
                "recorded_by": work.actor.name,
            },
        )
        document = document_of_order(
            report=of.report,
            retailer=retailer,
            fingerprint=fingerprint,
            day=of.day.isoformat(),
            batch=number,
            lines=len(lines),
            copies=sum(line.copies for line in lines),
            net={currency: micro_of(sum(line.net for line in lines), currency)},
            is_return=of.kind is SaleKind.RETURN,
            order={"number": order.number, "reference": of.reference, "charges": list(charges)},
        )
        batches.finish_batch(connection, number, {"document": document})
        record_lines(work, self.setup, earliest, {number: self._sale_lines(of, lines)})
        work.record(
            Verb.IMPORT,
            {
                "batch": number,
                "file": of.name,
                "sha256": fingerprint,
                "lines": len(lines),
                "confirmed": [],
                "order": order.number,
            },
        )
        return number

    def _require_in_books(
        self, of: Occasion, lines: Sequence[ShipmentLine], open_period: Period
    ) -> None:
        """Refuse sales from before the books, unless they were confirmed to count."""
        early, currency = Early(), self.agreed.quote.currency
        if self.before_books or of.day >= self.setup.first_period.starts:
            return
        copies = sum(line.copies for line in lines)
        early.add(1, copies, currency, micro_of(sum(line.net for line in lines), currency))
        notice = notice_of(early, self.setup, open_period)
        assert notice is not None  # noqa: S101 - there is one row
        raise BeforeBooksError(notice.message)

    def _sale_lines(self, of: Occasion, lines: Sequence[ShipmentLine]) -> list[SaleLine]:
        order, agreed = self.order, self.agreed
        edition = self._edition()
        retailer = catalogue.retailer_ids(self.work.connection)[agreed.prices.retailers[order.kind]]
        currency = agreed.quote.currency
        sale_lines = []
        for row, line in enumerate(lines, 1):
            to = order.ship_to[line.address - 1]
            sale_lines.append(
                SaleLine(
                    sheet=0,
                    row=row,
                    edition=edition,
                    retailer=retailer,
                    kind=of.kind.value,
                    day=of.day.isoformat(),
                    units=line.copies,
                    currency=currency,
                    list_price=agreed.list_price,
                    net=micro_of(line.net, currency),
                    discount=agreed.discount,
                    country=to.country,
                    region=to.region,
                    city=to.city,
                    order=order.number,
                    reference=of.reference,
                )
            )
        return sale_lines

    def _edition(self) -> int:
        order = self.order
        isbn = order.own_isbn or order.isbn
        numbers = {row.isbn: row.id for row in catalogue.edition_rows(self.work.connection)}
        if isbn not in numbers:
            raise RefusedError(f"the catalogue has no edition {isbn}: add it to its title first")
        return numbers[isbn]


def charges_of(setup: Setup, order: Order, lines: Iterable[PaperLine]) -> tuple[str, ...]:
    """What of an order counts into net receipts beside copies, by the contracts of its title.

    Raises:
        RefusedError: several contracts share the title and count different charges of this order.
    """
    there = {line.kind for line in lines}
    charges: Mapping[str, tuple[str, ...]] = {
        key: tuple(sorted(there.intersection(contract.order_charges)))
        for key, contract in sorted(setup.contracts.items())
        if order.title in contract.titles
    }
    different = sorted(set(charges.values()))
    if len(different) > 1:
        names = " and ".join(charges)
        raise RefusedError(
            f"contracts {names} count different charges of order {order.number} into net "
            f"receipts, but a sale has one: let their order_charges agree"
        )
    return different[0] if different else tuple(sorted(there.intersection(_DEFAULT_CHARGES)))
