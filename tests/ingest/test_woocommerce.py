"""WooCommerce's states of orders in its languages, and what of them is money."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.sales.remembered import Remembered
from royalties.ingest.report.order_states import state_key
from royalties.ingest.report.reading import ReferenceData
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


def _export(folder: Path, *rows: str, known: ReferenceData = SHOP, **choices: Any) -> Read:
    path = folder / "orders.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return read(path, known, **choices)


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
def test_refund_of_zero_is_a_problem(tmp_path: Path, state: str) -> None:
    found = _export(tmp_path, _order(state, "0.00"))
    assert found.messages == [
        "2 Order Refund Amount: order 1 is refunded, but its Order Refund Amount is 0"
    ]
    assert not found.sales


@pytest.mark.parametrize("total", [",,,,,Total,1,20.00,1.40,,21.40", ",,,,,,1,20.00,1.40,0,21.40"])
def test_total_is_not_a_line_of_the_last_order(tmp_path: Path, total: str) -> None:
    found = _export(tmp_path, _order("Completed", "0"), total)
    assert not found.messages
    assert found.codes == {"totals-row"}
    assert [line.net for line in found.sales] == [20_000_000]


def _key(state: str) -> str:
    return state_key(state.removeprefix("wc-"))


OWN_EXAMPLES = ("Shipped", "wc-packed", "Ready to ship", "Delivered (DHL)", "発送済")


@given(
    st.lists(st.sampled_from((*OWN_EXAMPLES, "Completed", "On hold", "Failed")), min_size=1, max_size=8),
    st.fixed_dictionaries({state: st.sampled_from((None, "sale", "set-aside", "skip", "paid")) for state in OWN_EXAMPLES}),
    st.booleans(),
)  # fmt: skip
def test_states_of_the_shop_are_asked_once(
    tmp_path_factory: pytest.TempPathFactory,
    states: list[str],
    answers: dict[str, str | None],
    remembered: bool,
) -> None:
    """Every order is recorded, set aside or skipped, and asked about until somebody answered."""
    folder = tmp_path_factory.mktemp("shop")
    rows = [
        f"{number},{state},2025-05-02,EUR,{BOOK},T,1,20.00,1.40,0.00,21.40"
        for number, state in enumerate(states, 1)
    ]
    said: dict[str, Any] = {_key(state): answer for state, answer in answers.items() if answer}
    wrong = {key for key, answer in said.items() if answer == "paid"}
    if remembered:
        said = {key: answer for key, answer in said.items() if key not in wrong}
        kept = {("woocommerce-orders", key): answer for key, answer in said.items()}
        found = _export(
            folder, *rows, known=replace(SHOP, remembered={1: Remembered(answers=kept)})
        )
    else:
        found = _export(folder, *rows, **said)
    assert not found.messages
    meant = {"Completed": "sale", "On hold": "set-aside", "Failed": "skip", **answers}
    is_open = {state for state in states if meant[state] in (None, "paid")}
    assert found.asked == {_key(state) for state in is_open}
    assert len(found.sales) == sum(meant[state] == "sale" for state in states)
    assert sum(found.reading.skipped.by_reason.values()) == len(states) - len(found.sales)
    for choice in found.reading.choices:
        numbers = [
            str(number) for number, state in enumerate(states, 1) if _key(state) == choice.key
        ]
        assert f"{', '.join(numbers)}; EUR {20 * len(numbers):.2f}" in choice.message
        assert ("'paid' does not fit" in choice.message) is (not remembered and choice.key in wrong)
        assert choice.options == ("sale", "set-aside", "skip")
    told = " ".join(notice.message for notice in found.reading.notices)
    aside = [state for state in states if meant[state] == "set-aside"]
    assert f"EUR {20 * len(aside):.2f}" in told if aside else "shop-not-paid" not in found.codes
    used = {key: answer for key, answer in said.items() if key in map(_key, states)}
    used = {key: answer for key, answer in used.items() if key not in wrong}
    assert found.reading.answers == ({} if remembered else used)


@pytest.mark.parametrize("state", ["4711", "x" * 50, "12.50"])
def test_what_is_no_state_is_a_problem(tmp_path: Path, state: str) -> None:
    found = _export(tmp_path, _order(state, "0.00"))
    assert ["no known Order Status" in message for message in found.messages] == [True]


def test_a_column_of_names_is_no_column_of_states(tmp_path: Path) -> None:
    rows = [
        f"{number},Name {chr(64 + number)},2025-05-02,EUR,{BOOK},T,1,20.00,1.40,0,21.40"
        for number in range(1, 21)
    ]
    found = _export(tmp_path, *rows)
    assert len(found.asked) == 12
    assert len(found.messages) == 8


def test_an_order_without_a_state_is_set_aside(tmp_path: Path) -> None:
    found = _export(tmp_path, _order("", "0.00"))
    assert not found.messages
    assert found.codes == {"shop-not-paid"}
