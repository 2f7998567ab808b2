"""WooCommerce's states of orders in its languages, and what of them is money."""

from pathlib import Path

import pytest

from tests.ingest.shelf import Read, known_from, read

BOOK = "9780306406157"
SHOP = known_from(
    {
        "titles": [
            {"title": "T", "published": "2020-01-01", "editions": [{"isbn": BOOK, "prices": []}]}
        ],
        "retailers": [{"key": "publisher-web", "name": "Web shop"}],
    }
)
HEADER = (
    "Order Number,Order Status,Order Date,Order Currency,SKU,Item Name,Quantity,Order Line Total,"
    "Order Line Tax,Order Refund Amount,Order Total Amount"
)


def _export(folder: Path, *rows: str) -> Read:
    path = folder / "orders.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return read(path, SHOP)


def _order(state: str, refunded: str) -> str:
    return f"1,{state},2025-05-02,EUR,{BOOK},T,1,20.00,1.40,{refunded},21.40"


SOLD = ("Completed", "wc-processing", "Abgeschlossen", "In Bearbeitung", "Terminée", "Completado")
ASIDE = ("wc-on-hold", "Zahlung ausstehend", "En attente", "Pendiente de pago", "In sospeso")
NEVER = ("wc-failed", "Canceled", "Storniert", "Annulée", "Fallido", "Mislukt")
BACK = ("Refunded", "wc-refunded", "Rückerstattet", "Remboursée", "Rimborsato")


@pytest.mark.parametrize("state", [*SOLD, *ASIDE, *NEVER])
def test_states_in_other_languages(tmp_path: Path, state: str) -> None:
    found = _export(tmp_path, _order(state, "0.00"))
    assert not found.messages
    assert sum(line.net for line in found.sales) == (20_000_000 if state in SOLD else 0)
    assert ("shop-not-paid" in found.codes) is (state in ASIDE)
    assert sum(found.reading.skipped.by_reason.values()) == (state not in SOLD)


@pytest.mark.parametrize("state", BACK)
@pytest.mark.parametrize("refunded", ["21.40", ""])
def test_refunded_orders_bring_nothing(tmp_path: Path, state: str, refunded: str) -> None:
    found = _export(tmp_path, _order(state, refunded))
    assert not found.messages
    assert [line.units for line in found.sales] == [1, -1]
    assert sum(line.net for line in found.sales) == 0


@pytest.mark.parametrize("state", BACK)
def test_a_refund_of_nothing_is_a_problem(tmp_path: Path, state: str) -> None:
    found = _export(tmp_path, _order(state, "0.00"))
    assert found.messages == [
        "2 Order Refund Amount: order 1 is refunded, but its Order Refund Amount is 0"
    ]
    assert not found.sales


@pytest.mark.parametrize("total", [",,,,,Total,1,20.00,1.40,,21.40", ",,,,,,1,20.00,1.40,0,21.40"])
def test_a_total_is_no_line_of_the_last_order(tmp_path: Path, total: str) -> None:
    found = _export(tmp_path, _order("Completed", "0"), total)
    assert not found.messages
    assert found.codes == {"totals-row"}
    assert [line.net for line in found.sales] == [20_000_000]
