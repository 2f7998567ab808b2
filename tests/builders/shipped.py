"""Orders that are being made, shipped, invoiced and paid, in a few words."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from itertools import count
from typing import Any

from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import Order
from royalties.domain.people import Role
from royalties.services.orders import life
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.billing.issuing import IssuedInvoice
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.intake.creation import Requested
from royalties.services.work import Work
from royalties.store.orders.money import ReceiptRow, ShipmentRow
from tests.builders.books import Office, told_once
from tests.builders.orders import (
    CUSTOM,
    REQUESTED,
    a_price_list,
    accepted,
    order_setup,
    somebody,
    takes_orders,
)
from tests.builders.pdfs import a_pdf

SHIPPED = date(2025, 5, 2)
_TOKENS = count(1)


def token() -> str:
    """A form's token, as a page would make it."""
    return f"form-{next(_TOKENS)}"


def order_of(office: Office, number: str) -> Order:
    """An order as it stands."""
    with office.work(read_only=True) as work:
        found = life.find(work, number)
    assert found is not None
    return found


def acted(office: Office, number: str, do: Callable[[Work, int], Any]) -> Any:
    """What somebody does who has just looked at the order."""
    version = order_of(office, number).version
    with office.work() as work:
        return do(work, version)


def in_production(office: Office, body: Requested = REQUESTED, organization: str = "guild") -> str:
    """The number of an order whose copies are being made."""
    name = f"Olga {organization}"
    known = office.rows("SELECT 1 FROM person WHERE name = :name", name=name)
    actor = somebody(
        office, name if not known else f"{name} {token()}", Role.ORGANIZATION, organization
    )
    number = accepted(office, actor, body)
    if body.kind is OrderKind.BULK:
        acted(office, number, lambda work, version: life.produce(work, number, version))
    else:  # artwork and proof have tests of their own
        office.execute(f"UPDATE orders SET state = 'in-production' WHERE number = '{number}'")
    return number


@told_once
def made(office: Office) -> None:
    """A bulk order of 250 copies, O-2026-0001, is being made."""
    takes_orders(office)
    in_production(office)


def a_custom_one(office: Office) -> None:
    """A custom order of 250 copies, O-2026-0001, is being made."""
    takes_orders(office)
    in_production(office, CUSTOM)


def ship(
    office: Office, number: str, address: int, copies: int, day: date = SHIPPED, **more: Any
) -> ShipmentRow:
    """Ship copies."""
    values = {"carrier": "UPS", "tracking": "1Z 999", "token": token(), **more}
    found: ShipmentRow = acted(
        office,
        number,
        lambda work, version: shipping.ship(
            work,
            number,
            version=values.pop("version", version),
            address=address,
            copies=copies,
            shipped_on=day,
            **values,
        ),
    )
    return found


def come_back(
    office: Office, number: str, address: int, copies: int, day: date = SHIPPED
) -> ShipmentRow:
    """Take copies back."""
    found: ShipmentRow = acted(
        office,
        number,
        lambda work, version: shipping.came_back(
            work,
            number,
            version=version,
            address=address,
            copies=copies,
            came_on=day,
            reason="damaged",
            token=token(),
        ),
    )
    return found


def invoice(office: Office, number: str, **more: Any) -> IssuedInvoice:
    """Issue the final invoice."""
    values = {"token": token(), **more}
    found: IssuedInvoice = acted(
        office,
        number,
        lambda work, version: invoicing.invoice(work, number, version=version, **values),
    )
    return found


def credit(office: Office, number: str, amounts: dict[int, int] | None = None) -> IssuedInvoice:
    """Credit an invoice, or some of its lines."""
    with office.work() as work:
        return invoicing.credit_note(
            work, number, reason="ten were damaged", token=token(), amounts=amounts
        )


def receive(
    office: Office, number: str, amount: int, day: date = SHIPPED, reference: str = "wire 17"
) -> ReceiptRow:
    """Money comes in for an invoice."""
    with office.work() as work:
        return receivables.receive(work, number, amount, day, reference, token())


@told_once
def shipped(office: Office) -> None:
    """All 250 copies are shipped: 200 to Seattle, 50 to Tacoma."""
    made(office)
    ship(office, "O-2026-0001", 1, 200)
    ship(office, "O-2026-0001", 2, 50)


def three_proofs(office: Office) -> None:
    """Of an order that ships, three proofs were sent and one is free; each further costs 65.00."""
    takes_orders(office)
    office.load(order_setup(price_lists=[a_price_list(free_proofs=1, proof_charge="65.00")]))
    in_production(office)
    digest, size = office.system.files.keep_upload(BytesIO(a_pdf()), 10_000)
    office.system.files.keep_checked(digest)
    row = (
        f"('proof', {{}}, 'p.pdf', 'application/pdf', '{digest}', {size}, '{{{{}}}}', '2026', "
        "'Cleo', 'staff', 1)"
    )
    office.execute(
        "INSERT INTO order_file (kind, version, name, type, sha256, size, facts, at, by, side, "
        "order_id) VALUES " + ", ".join(row.format(each) for each in (1, 2, 3))
    )
    ship(office, "O-2026-0001", 1, 200)
    ship(office, "O-2026-0001", 2, 50)


@told_once
def invoiced(office: Office) -> None:
    """The final invoice, I-000001, is issued."""
    shipped(office)
    invoice(office, "O-2026-0001")


@told_once
def paid(office: Office) -> None:
    """Ten copies came back and were credited, the rest of the invoice is paid."""
    invoiced(office)
    come_back(office, "O-2026-0001", 1, 10)
    credit(office, "I-000001", {1: 51_000, 4: 5_100})
    receive(office, "I-000001", 500_000)
    with office.work(read_only=True) as work:
        left = receivables.balances(work, "O-2026-0001")[0].balance
    receive(office, "I-000001", left)
