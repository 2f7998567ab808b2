"""``verify`` finds changes made to the money or shipments of orders outside of the program."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from royalties.services.work import Work
from tests.builders.books import Office, Shelf, after
from tests.builders.shipped import paid
from tests.services.ledger.test_verifying import faults_after, told

MONEY = "orders: receivables and deposits"
NUMBERS = "invoices are numbered"
SHIPMENTS = "shipments hold"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """Books with a paid order, for all tests that leave them as they were."""
    with shelf.office(request.param, paid, tmp_path_factory.mktemp("paid")) as office:
        yield office


@after(paid)
def test_untouched_books_have_no_faults(office: Office) -> None:
    assert office.faults() == {}


@dataclass(frozen=True)
class Tampering:
    """A statement; the invariant that tells, by its beginning; and what it names."""

    statement: str
    invariant: str
    named: str


TAMPERINGS = {
    "a receipt's amount": Tampering(
        "UPDATE receipt SET amount = amount + 1 WHERE id = 1", MONEY, "receipt 1"
    ),
    "a receipt that reverses half of one": Tampering(
        "UPDATE receipt SET reverses_id = 1 WHERE id = 2", MONEY, "receipt 2 is not the opposite"
    ),
    "a receipt is deleted": Tampering(
        "DELETE FROM receipt WHERE id = 1", MONEY, "no invoice or receipt stands behind it"
    ),
    "an entry's account": Tampering(
        "UPDATE posting SET account = 'income:orders:freight' "
        "WHERE account = 'income:orders:copies'",
        MONEY,
        "invoice I-000001: entry",
    ),
    "a posting from tax to revenue": Tampering(
        "UPDATE posting SET account = 'income:orders:charges' "
        "WHERE account LIKE 'liability:sales-tax:%'",
        MONEY,
        "account income:orders:charges stands at",
    ),
    "another organization's account": Tampering(
        "UPDATE posting SET account = 'asset:receivable:league' "
        "WHERE account = 'asset:receivable:guild'",
        MONEY,
        "invoice I-000001: entry",
    ),
    "an entry's event": Tampering(
        "UPDATE entry SET event = 'earned' WHERE event = 'credited'", MONEY, "invoice I-000002"
    ),
    "an invoice is deleted": Tampering(
        "DELETE FROM invoice WHERE id = 2", MONEY, "(credited O-2026-0001): no invoice"
    ),
    "a gap in the numbers": Tampering(
        "UPDATE invoice SET id = 3 WHERE id = 2", NUMBERS, "invoice I-000002 stands in place 2"
    ),
    "an invoice's number": Tampering(
        "UPDATE invoice SET number = 'I-000009' WHERE id = 2", NUMBERS, "I-000009"
    ),
    "what an invoice says": Tampering(
        "UPDATE invoice SET content = replace(content, '1275000', '1275001')",
        NUMBERS,
        "invoice I-000001",
    ),
    "an invoice's total": Tampering(
        "UPDATE invoice SET total = total - 1 WHERE id = 1", NUMBERS, "its row says something else"
    ),
    "when an invoice is due": Tampering(
        "UPDATE invoice SET due_on = '2030-01-01' WHERE id = 1", NUMBERS, "its row says"
    ),
    "a shipment's copies": Tampering(
        "UPDATE shipment SET copies = 201 WHERE number = 1",
        SHIPMENTS,
        "shipment 1 of order O-2026-0001: 201 copies went, but 200",
    ),
    "a shipment is deleted": Tampering(
        "DELETE FROM shipment WHERE number = 3",
        SHIPMENTS,
        "Return 3 of order O-2026-0001 stands in the sales",
    ),
    "a shipment's place": Tampering(
        "UPDATE shipment SET number = 7 WHERE number = 3", SHIPMENTS, "stands in place 3"
    ),
    "a sale's order": Tampering(
        "UPDATE sale SET order_ref = 'O-2026-0009' WHERE batch_id = 1", SHIPMENTS, "shipment 1"
    ),
    "a sale's edition": Tampering(
        "UPDATE sale SET edition_id = 1 WHERE batch_id = 2", SHIPMENTS, "shipment 2"
    ),
    "a shipment's sales are gone": Tampering(
        "UPDATE batch SET status = 'undone' WHERE id = 2", SHIPMENTS, "were taken back"
    ),
    "a sale's receipts": Tampering(
        "UPDATE sale SET net = net + 1 WHERE batch_id = 1", "imports hold", "Shipment 1"
    ),
}


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_with_invoices_is_found_and_named(books: Office, name: str) -> None:
    tampering = TAMPERINGS[name]

    def tamper(work: Work) -> None:
        done = work.connection.execute(text(tampering.statement))
        assert done.rowcount, "the statement changes something"

    assert tampering.named in told(faults_after(books, tamper), tampering.invariant)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("quote", "total"),
        ("shipment", "copies"),
        ("invoice", "total"),
        ("receipt", "amount"),
        ("paper", "name"),
        ("order_event", "action"),
    ],
)
def test_database_refuses_changes_of_issued_invoices(
    books: Office, table: str, column: str
) -> None:
    assert books.rows(f"SELECT 1 FROM {table}"), "the story leaves rows in every table"
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with (
            books.system.engine.connect() as connection,
            pytest.raises(DatabaseError, match=r"cannot be changed|append-only"),
        ):
            connection.execute(text(statement))
