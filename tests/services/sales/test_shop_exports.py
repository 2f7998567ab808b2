"""Exports of the web shop that overlap: each order counts once, whatever comes in between."""

import csv
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from royalties.services.sales import importing
from royalties.services.sales.batches import undo_warning
from royalties.services.sales.importing import ImportResult, Request, import_file
from tests.builders.books import (
    HARDCOVER,
    TESS,
    UNKNOWN,
    Document,
    Office,
    a_row,
    a_setup,
    after,
    nothing,
)
from tests.services.sales.test_held import while_read

COLUMNS = (
    "Name", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
    "Lineitem sku", "Shipping Province", "Shipping Country", "Cancelled at", "Refunded Amount",
)  # fmt: skip
SHOP = "publisher-web"


def shop(office: Office) -> None:
    """A house with a web shop."""
    nothing(office)
    office.load(a_setup(retailers=[{"key": SHOP, "name": "Web shop", "channel": "direct"}]))


pytestmark = after(shop)

Order = tuple[str, Mapping[str, str]]


def order(number: str, **more: str) -> Order:
    """An order of one hardcover at 20 dollars."""
    return number, {name.replace("_", " "): value for name, value in more.items()}


def refunded(number: str, **more: str) -> Order:
    """The order, paid back."""
    return order(number, Financial_Status="refunded", Refunded_Amount="20.00", **more)


def an_export(office: Office, name: str, *orders: Order) -> Path:
    """An export of orders, somewhere outside."""
    path = office.outside / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, more in orders:
            usual = {
                "Name": number, "Financial Status": "paid", "Currency": "USD", "Subtotal": "20.00",
                "Shipping": "0.00", "Taxes": "0.00", "Total": "20.00", "Discount Amount": "0.00",
                "Created at": "2025-05-03 10:00:00 -0700", "Lineitem quantity": "1",
                "Lineitem name": "x", "Lineitem price": "20.00", "Lineitem sku": HARDCOVER,
                "Shipping Province": "WA", "Shipping Country": "US", "Refunded Amount": "0.00",
            }  # fmt: skip
            writer.writerow(usual | dict(more))
    return path


def bring(office: Office, name: str, *orders: Order, confirm: bool = True) -> Document:
    """Import an export."""
    return office.bring_file(an_export(office, name, *orders), confirm=confirm).document


def warned(document: Document) -> dict[str, str]:
    """Its warnings by code."""
    return {each["code"]: each["message"] for each in document["warnings"]}


def standing(office: Office) -> list[tuple[Any, ...]]:
    """What stands of each order: copies and receipts."""
    return office.rows(
        "SELECT order_ref, sum(units), sum(net) / 1000000 FROM sale GROUP BY order_ref ORDER BY 1"
    )


def test_overlapping_export_records_only_new_orders(office: Office) -> None:
    bring(office, "may.csv", order("#1"), order("#2"))
    june = (refunded("#1"), order("#2"), order("#3"), order("#4"))
    asked = bring(office, "june.csv", *june, confirm=False)
    assert asked["outcome"] == "confirm"
    assert warned(asked) == {
        "shop-recorded": "2 of 4 orders are in import 1, and left out but for what was paid back "
        "since",
        "shop-changed": "1 order is recorded and changed since, and the difference is recorded: #1 "
        "(1 copy returned, USD -20.00)",
    }
    document = bring(office, "june.csv", *june)
    assert (document["outcome"], document["recordable"]) == ("recorded", 3)
    assert document["skipped"] == [
        {"rows": 1, "reason": "order recorded already", "net": {"USD": "20.00"}}
    ]
    assert standing(office) == [("#1", 0, 0), ("#2", 1, 20), ("#3", 1, 20), ("#4", 1, 20)]
    assert office.faults() == {}
    office.undo(2)
    assert standing(office) == [("#1", 1, 20), ("#2", 1, 20)]
    assert bring(office, "june.csv", *june)["outcome"] == "recorded"


def test_refund_after_a_close_counts_in_the_open_period(office: Office) -> None:
    bring(office, "may.csv", order("#1"), order("#2"))
    office.close("2025-H1")
    document = bring(office, "july.csv", refunded("#1"), order("#2"))
    assert "closed-period" in warned(document)
    assert office.rows(
        "SELECT name, kind, units FROM sale JOIN period ON id = period_id ORDER BY name, units"
    ) == [("2025-H1", 1, 1), ("2025-H1", 1, 1), ("2025-H2", 2, -1)]
    assert office.faults() == {}


def test_order_set_aside_is_recorded_from_the_next_export(office: Office) -> None:
    pending = bring(office, "may.csv", order("#1"), order("#2", Financial_Status="pending"))
    assert pending["skipped"] == [
        {"rows": 1, "reason": "set aside: pending", "net": {"USD": "20.00"}}
    ]
    assert "1 order is not paid and set aside: #2 (pending); USD 20.00" in str(warned(pending))
    paid = bring(office, "june.csv", order("#1"), order("#2"))
    assert paid["recordable"] == 1
    assert standing(office) == [("#1", 1, 20), ("#2", 1, 20)]


def test_orders_of_undone_and_corrected_imports_can_be_recorded_again(office: Office) -> None:
    bring(office, "may.csv", order("#1"))
    office.undo(1)
    assert bring(office, "may-again.csv", order("#1"), order("#2"))["recordable"] == 2
    office.close("2025-H1")
    office.correct(2)
    assert bring(office, "may-anew.csv", order("#1"), order("#2"))["recordable"] == 2
    assert standing(office) == [("#1", 1, 20), ("#2", 1, 20)]


def test_unmatched_lines_of_an_order_are_recognised(office: Office) -> None:
    bring(office, "may.csv", order("#1", Lineitem_sku=UNKNOWN))
    again = bring(office, "june.csv", order("#1", Lineitem_sku=UNKNOWN), order("#2"))
    assert (again["recordable"], again["waiting"]) == (1, [])
    office.alias(UNKNOWN, HARDCOVER)
    back = bring(office, "july.csv", refunded("#1", Lineitem_sku=UNKNOWN), order("#2"))
    assert back["recordable"] == 1
    assert standing(office) == [("#1", 0, 0), ("#2", 1, 20)]
    assert office.faults() == {}


def test_same_order_number_of_another_retailer_is_another_order(office: Office) -> None:
    shops = [
        {"key": key, "name": name, "channel": "direct"}
        for key, name in ((SHOP, "Web shop"), ("phone", "Telephone"))
    ]
    office.load({"retailers": shops})
    office.bring_batch([{**a_row(1), "retailer": "phone", "order": "#1"}])
    assert bring(office, "may.csv", order("#1"))["recordable"] == 1


def test_typed_sales_with_an_order_number_are_recognised(office: Office) -> None:
    typed = {
        **a_row(1, date="2025-05-03"), "retailer": SHOP, "order": "#1", "list_price": "20.00",
        "net": "20.00", "discount": "0",
    }  # fmt: skip
    office.bring_batch([typed], "typed.csv")
    document = bring(office, "may.csv", order("#1"), order("#2"))
    assert document["recordable"] == 1
    assert "period-covered" in warned(document), "another report may hold sales without an order"


def test_export_is_read_again_if_another_is_recorded_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hold order #2: whoever comes second leaves it out."""
    ours = an_export(office, "ours.csv", order("#2"), order("#3"))
    theirs = an_export(office, "theirs.csv", order("#1"), order("#2"))
    others = [theirs]

    def they_come_first() -> None:
        while others:
            assert another(office, others.pop()).outcome == "recorded"

    with while_read(monkeypatch, they_come_first) as opened_:
        units = partial(office.system.work, TESS)
        result = import_file(units, Request(ours, ours.name, confirm=True))
    assert result.outcome == "recorded"
    assert opened_.count("ours.csv") == 2
    assert standing(office) == [("#1", 1, 20), ("#2", 1, 20), ("#3", 1, 20)]
    assert list(office.system.files.spool.glob(".lines-*")) == []
    assert office.faults() == {}


def another(office: Office, path: Path) -> ImportResult:
    """Somebody else's import."""
    other = office.another(busy_seconds=5).system
    try:
        with other.work(TESS) as work:
            return importing.import_report(work, Request(path, path.name, confirm=True))
    finally:
        other.dispose()


def test_undoing_an_order_whose_refund_stands_later_warns(office: Office) -> None:
    first = bring(office, "may.csv", order("#1"), order("#2"))["batch"]
    with office.work(read_only=True) as work:
        assert not undo_warning(work, first)
    later = bring(office, "june.csv", order("#1"), refunded("#2"))["batch"]
    with office.work(read_only=True) as work:
        told = undo_warning(work, first)
        assert not undo_warning(work, later)
    assert f"import {later} holds what changed since in 1 order (#2)" in told
    assert office.undo(first).warning == told
    assert not office.undo(later).warning
