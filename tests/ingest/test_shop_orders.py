"""Web shops' exports: tax inside, states, refunds, gift cards, and orders that are recorded already.

The examples are small copies of exports that were taken wrongly somewhere.
"""

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from royalties.domain.money import MICRO, micro_text, rounded
from royalties.domain.sales.recorded_orders import RecordedLines
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.no_books import is_no_book
from royalties.ingest.report.reading import ReferenceData
from royalties.ingest.report.shop_taxes import taxes_of
from tests.ingest.shelf import Read, known_from, read

PAPERBACK, HARDCOVER, EBOOK = "9780306406157", "9781861972712", "9780804429573"
UNKNOWN = "9780000000002"
SHOP = known_from(
    {
        "titles": [
            {
                "title": "The River Clock",
                "published": "2020-01-01",
                "editions": [
                    {
                        "isbn": isbn,
                        "prices": [
                            {"currency": currency, "amount": price, "from": "2020-01-01"}
                            for currency in ("USD", "EUR")
                        ],
                    }
                    for isbn, price in ((PAPERBACK, "18.00"), (HARDCOVER, "30.00"), (EBOOK, "8.00"))
                ],
            }
        ],
        "retailers": [{"key": "publisher-web", "name": "Web shop"}],
    }
)
COLUMNS = (
    "Name", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
    "Lineitem compare at price", "Lineitem sku", "Lineitem taxable", "Shipping Country",
    "Cancelled at", "Refunded Amount", "Lineitem discount", "Tax 1 Name", "Tax 1 Value",
    "Tax 2 Name", "Tax 2 Value",
)  # fmt: skip
Cells = dict[str, str]


def line(price: str, sku: str = PAPERBACK, units: int = 1, **cells: str) -> Cells:
    """A line of an order."""
    named = {
        "Lineitem price": price, "Lineitem sku": sku, "Lineitem quantity": str(units),
        "Lineitem name": "A book", "Lineitem discount": "0.00",
        "Created at": "2025-05-02 10:00:00 +0200",
    }  # fmt: skip
    return named | {name.replace("_", " "): value for name, value in cells.items()}


def order(number: str, *lines: Cells, **facts: str) -> list[Cells]:
    """An order; facts by column, with _ for blanks."""
    first = {
        "Financial Status": "paid", "Currency": "EUR", "Shipping": "0.00", "Taxes": "0.00",
        "Discount Amount": "0.00", "Refunded Amount": "0.00", "Shipping Country": "DE",
    } | {name.replace("_", " "): value for name, value in facts.items()}  # fmt: skip
    first.setdefault("Total", first["Subtotal"])
    return [
        {"Name": number} | (first if not place else {}) | each for place, each in enumerate(lines)
    ]


def exported(
    rows: Sequence[Cells],
    known: ReferenceData = SHOP,
    without: Collection[str] = (),
    **choices: str,
) -> Read:
    """Read an export, in which some columns are absent."""
    text = io.StringIO(newline="")
    columns = [name for name in COLUMNS if name not in without]
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders_export.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return read(path, known, (), None, **choices)


def brought(found: Read) -> list[tuple[str, int, str]]:
    """Kind, units and receipts of each sale line, of a report without problems."""
    assert not found.reading.problems, found.messages
    return [(SaleKind(each[4]).word, each[6], micro_text(each[9], 2)) for each in found.sales]


def told(found: Read) -> dict[str, str]:
    """What is to be confirmed, by its code without shop-."""
    return {
        each.code.removeprefix("shop-"): each.message
        for each in found.reading.notices
        if each.code.startswith("shop-")
    }


# Tax


def test_tax_inside_prices_is_taken_out() -> None:
    rows = [
        *order("#5001", line("18.00", units=2), Subtotal="36.00", Taxes="2.36",
               Tax_1_Name="DE MwSt 7%", Tax_1_Value="2.36"),
        *order("#5002", line("18.00"), Subtotal="18.00", Shipping="4.90", Taxes="1.50",
               Total="22.90", Tax_1_Name="DE MwSt 7%", Tax_1_Value="1.50"),
    ]  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 2, "33.64"), ("sale", 1, "16.82")]
    assert found.reading.notes == [
        (
            "the tax lies inside the prices of 2 orders, and was taken out: EUR 3.86, with the "
            "shipping's part"
        )
    ]
    assert not told(found)


def test_tax_outside_prices_is_none_of_them() -> None:
    rows = order("#1", line("18.00"), Subtotal="18.00", Shipping="5.00", Taxes="1.44",
                 Total="24.44", Tax_1_Name="State Tax 8%", Tax_1_Value="1.44")  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 1, "18.00")]
    assert not told(found)
    assert not found.reading.notes


def test_lines_of_several_rates_bear_their_own() -> None:
    """A book at 7 % beside a calendar at 19 %: the printed taxes can come of one division only."""
    rows = order("#1", line("21.40"), line("11.90", HARDCOVER), Subtotal="33.30", Taxes="3.30",
                 Tax_1_Name="MwSt 7%", Tax_1_Value="1.40", Tax_2_Name="MwSt 19%",
                 Tax_2_Value="1.90")  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 1, "20.00"), ("sale", 1, "10.00")]
    assert not told(found)


def test_tax_without_rates_is_taken_out_in_proportion() -> None:
    rows = order("#1", line("20.00"), line("10.00", HARDCOVER), Subtotal="30.00", Taxes="2.00")
    found = exported(rows)
    assert brought(found) == [("sale", 1, "18.67"), ("sale", 1, "9.33")]
    assert "no rate tells which it is of: #1; EUR 2.00" in told(found)["tax-in-proportion"]


def test_lines_without_tax_bear_none() -> None:
    rows = order("#1", line("20.00", Lineitem_taxable="false"),
                 line("10.70", HARDCOVER, Lineitem_taxable="true"),
                 Subtotal="30.70", Taxes="0.70")  # fmt: skip
    assert brought(exported(rows)) == [("sale", 1, "20.00"), ("sale", 1, "10.00")]


def test_taxes_that_are_blank_are_those_printed_by_name() -> None:
    rows = order("#1", line("10.70"), Subtotal="10.70", Taxes="", Tax_1_Name="MwSt 7,0 %",
                 Tax_1_Value="0.70")  # fmt: skip
    assert brought(exported(rows)) == [("sale", 1, "10.00")]


@pytest.mark.parametrize(
    ("facts", "column", "words"),
    [
        ({"Subtotal": "20.00", "Taxes": "1.00", "Total": "20.50"}, "Total",
         ("neither its Subtotal with Shipping nor that with Taxes: Subtotal EUR 20.00, Shipping "
         "EUR 0.00, Taxes EUR 1.00, Total EUR 20.50")),
        ({"Subtotal": "20.00", "Total": "21.00"}, "Total", "order #1 is neither"),
        ({"Subtotal": "20.00", "Taxes": "1.00", "Total": ""}, "Total", "is blank, so that nobody"),
        ({"Subtotal": "19.00"}, "Subtotal", "they come to EUR 20.00, its Subtotal is EUR 19.00"),
        ({"Subtotal": "20.00", "Taxes": "25.00"}, "Taxes", "EUR 25.00, are more than its prices"),
        ({"Subtotal": "20.00", "Shipping": "-5.00", "Total": "15.00"}, "Shipping", "below zero"),
    ],
    ids=["neither", "no tax", "no total", "lines", "too much", "negative"],
)  # fmt: skip
def test_figures_that_disagree_are_a_problem(
    facts: dict[str, str], column: str, words: str
) -> None:
    found = exported(order("#1", line("20.00"), **facts))
    [problem] = found.reading.problems
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.message
    assert problem.remedy == "correct the order, or export it again" or column == "Shipping"


def test_shipping_discount_does_not_reduce_the_goods() -> None:
    """Discount Amount says all discounts: here 2.00 of a line, 3.00 of the order, 4.90 of shipping."""
    rows = order("#1", line("20.00", Lineitem_discount="2.00"), line("7.00", EBOOK),
                 Subtotal="22.00", Discount_Amount="9.90")  # fmt: skip
    assert brought(exported(rows)) == [("sale", 1, "15.84"), ("sale", 1, "6.16")]


# States

STATES = (
    "paid", "pending", "authorized", "expired", "partially_paid", "voided", "unpaid", "refunded",
    "",
)  # fmt: skip


def test_only_what_was_paid_is_sold() -> None:
    rows = [
        row
        for place, state in enumerate(STATES, 6001)
        for row in order(
            f"#{place}", line("20.00"), Subtotal="20.00", Financial_Status=state, Currency="USD",
            Refunded_Amount="20.00" if state == "refunded" else "0.00",
        )
    ]  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 1, "20.00"), ("sale", 1, "20.00"), ("return", -1, "-20.00")]
    assert found.reading.skipped.by_reason == {
        "set aside: pending": 1, "set aside: authorized": 1, "expired order": 1,
        "set aside: partially paid": 1, "voided order": 1, "set aside: unpaid": 1,
        "set aside: no payment state": 1,
    }  # fmt: skip
    assert told(found) == {
        "not-paid": "5 orders are not paid and set aside: #6002 (pending), #6003 (authorized), "
        "#6005 (partially paid), #6007 (unpaid), #6009 (no payment state); USD 100.00. The next "
        "export brings what is paid by then"
    }
    assert sum(each["USD"] for each in found.reading.skipped.net.values()) == 140 * MICRO


def test_states_are_read_as_people_write_them() -> None:
    rows = order("#1", line("20.00"), Subtotal="20.00", Financial_Status=" Partially Paid ")
    assert exported(rows).reading.skipped.by_reason == {"set aside: partially paid": 1}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("bezahlt", "'bezahlt' of order #1 is no known Financial Status"),
        ("refunded", "order #1 is refunded, but its Refunded Amount is 0"),
        ("partially_refunded", "order #1 is partially refunded, but its Refunded Amount is 0"),
    ],
)
def test_states_that_say_nothing_are_a_problem(state: str, words: str) -> None:
    found = exported(order("#1", line("20.00"), Subtotal="20.00", Financial_Status=state))
    assert [problem.message for problem in found.reading.problems] == [words]


def test_cancelled_order_with_kept_money_is_reported() -> None:
    found = exported(order("#1", line("20.00"), Subtotal="20.00", Cancelled_at="2025-05-03"))
    assert found.reading.skipped.by_reason == {"cancelled order": 1}
    assert "#1; EUR 20.00" in told(found)["cancelled-though-paid"]


def test_more_orders_than_are_named_are_counted() -> None:
    rows = [
        row
        for place in range(30)
        for row in order(f"#{place}", line("2.00"), Subtotal="2.00", Financial_Status="pending")
    ]
    message = told(exported(rows))["not-paid"]
    assert "#19 (pending) and 10 more; EUR 60.00" in message
    assert "#20" not in message


def test_order_that_stands_twice_is_a_problem() -> None:
    rows = [
        *order("#1", line("20.00"), Subtotal="20.00"),
        *order("#2", line("20.00"), Subtotal="20.00"),
        *order("#1", line("20.00"), Subtotal="20.00"),
        *order("", line("20.00"), Subtotal="20.00"),
    ]
    assert exported(rows).messages == [
        "4 Name: order #1 stands twice in this file",
        "5 Name: the order has no number, so that a later export could not tell it from others",
    ]


# Gift cards, tips, donations


def test_gift_cards_and_tips_are_set_aside() -> None:
    """The gift card is in the subtotal, the tip only in the total."""
    rows = [
        *order("#4001", line("50.00", "", Lineitem_name="Gift card $50"), line("20.00"),
               line("3.00", "", Lineitem_name="Tip"), Subtotal="70.00", Total="73.00"),
        *order("#4002", line("30.00", HARDCOVER), Subtotal="30.00"),
    ]  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 1, "20.00"), ("sale", 1, "30.00")]
    reason = "set aside: gift card, tip or donation"
    assert found.reading.skipped.by_reason == {reason: 2}
    assert found.reading.skipped.net == {reason: {"EUR": 53 * MICRO}}
    assert told(found)["no-books"] == (
        "2 lines are gift cards, tips or donations, no sales of books, and set aside: "
        "'Gift card $50' of #4001, 'Tip' of #4001; EUR 53.00"
    )


def test_discounts_and_taxes_are_not_of_gift_cards() -> None:
    rows = order("#1", line("50.00", "GIFT-50", Lineitem_name="Gift Card - $50.00"), line("23.40"),
                 Subtotal="71.40", Discount_Amount="2.00", Taxes="1.40", Tax_1_Name="MwSt 7%",
                 Tax_1_Value="1.40")  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 1, "20.00")]
    assert "EUR 50.00" in told(found)["no-books"]


@pytest.mark.parametrize(
    "name",
    ["Gift card $50", "Gift Card - €25,00", "10 EUR Geschenkgutschein", "Tip", "TIP - $3.00",
     "Trinkgeld", "Donation to the library", "Library donation", "carte-cadeau", "Spende 5 €"],
)  # fmt: skip
def test_names_of_other_goods_are_no_books(name: str) -> None:
    assert is_no_book(name)


@pytest.mark.parametrize(
    "name", ["Tips for Writers", "The Tip of the Iceberg", "The Gift", "", "Tote bag", "Don"]
)
def test_names_that_may_be_books(name: str) -> None:
    assert not is_no_book(name)


def test_book_with_donation_in_its_title_is_a_book() -> None:
    rows = [
        *order("#1", line("20.00", Lineitem_name="Donation"), Subtotal="20.00"),
        *order("#2", line("20.00", UNKNOWN, Lineitem_name="Gift card"), Subtotal="20.00"),
    ]
    found = exported(rows)
    assert brought(found) == [("sale", 1, "20.00")]
    assert [each[2] for each in found.waiting] == [UNKNOWN]


def test_other_things_without_a_number_are_asked_about() -> None:
    found = exported(order("#1", line("9.00", "", Lineitem_name="Tote bag"), Subtotal="9.00"))
    assert found.messages == ["2 Lineitem sku: Lineitem sku is empty (is it 'Tote bag'?)"]


# Refunds


def refunded(amount: str, **more: str) -> list[Cells]:
    """Two books and shipping, tax inside: 20.00 and 10.00, and 5.00 that bear 7 %."""
    facts = {"Shipping": "5.00", "Total": "35.00", "Taxes": "2.29"} | more
    return order("#1", line("20.00"), line("10.00", HARDCOVER), Subtotal="30.00",
                 Financial_Status="partially_refunded", Refunded_Amount=amount,
                 Tax_1_Name="MwSt 7%", Tax_1_Value=facts["Taxes"], **facts)  # fmt: skip


def test_refund_of_a_line_is_its_return() -> None:
    found = exported(refunded("10.00"))
    assert brought(found) == [("sale", 1, "18.69"), ("sale", 1, "9.35"), ("return", -1, "-9.35")]
    assert "just what was paid for a line" in told(found)["refund-as-line"]
    assert "#1 ('A book'); EUR 10.00" in told(found)["refund-as-line"]
    spread = exported(refunded("10.00"), refund="spread")
    assert brought(spread) == [("sale", 1, "12.46"), ("sale", 1, "6.23")]
    assert told(spread) == {}
    assert any("no copy is returned: #1; EUR 10.00" in each for each in spread.reading.notes)


def test_refund_of_a_line_with_its_tax_is_its_return() -> None:
    rows = order("#1", line("20.00"), line("10.00", HARDCOVER), Subtotal="30.00", Taxes="2.10",
                 Total="32.10", Financial_Status="partially_refunded", Refunded_Amount="21.40",
                 Tax_1_Name="Tax 7%", Tax_1_Value="2.10")  # fmt: skip
    assert brought(exported(rows)) == [
        ("sale", 1, "20.00"), ("return", -1, "-20.00"), ("sale", 1, "10.00"),
    ]  # fmt: skip


def test_refund_of_the_shipping_changes_no_sale() -> None:
    found = exported(refunded("5.00"))
    assert brought(found) == [("sale", 1, "18.69"), ("sale", 1, "9.35")]
    assert set(told(found)) == {"refund-as-shipping"}


def test_refund_of_the_shipping_with_its_tax_changes_no_sale() -> None:
    rows = order("#1", line("20.00"), Subtotal="20.00", Shipping="5.00", Taxes="1.75",
                 Total="26.75", Financial_Status="partially_refunded", Refunded_Amount="5.35",
                 Tax_1_Name="Tax 7%", Tax_1_Value="1.75")  # fmt: skip
    found = exported(rows)
    assert brought(found) == [("sale", 1, "20.00")]
    assert set(told(found)) == {"refund-as-shipping"}


def test_refund_of_all_goods_returns_them() -> None:
    found = exported(refunded("30.00"))
    assert [units for _, units, _ in brought(found)] == [1, -1, 1, -1]
    assert "(all its lines)" in told(found)["refund-as-line"]


def test_other_refunds_are_spread() -> None:
    found = exported(refunded("7.00"))
    assert brought(found) == [("sale", 1, "14.33"), ("sale", 1, "7.17")]
    assert told(found) == {}
    assert any("no copy is returned: #1; EUR 7.00" in each for each in found.reading.notes)


def test_refund_of_either_of_two_books_is_spread() -> None:
    rows = order("#1", line("10.00"), line("10.00", HARDCOVER), Subtotal="20.00",
                 Financial_Status="partially_refunded", Refunded_Amount="10.00")  # fmt: skip
    assert brought(exported(rows)) == [("sale", 1, "5.00"), ("sale", 1, "5.00")]


def test_refund_of_a_line_or_the_shipping_is_asked_about() -> None:
    rows = order("#1", line("20.00"), line("5.00", HARDCOVER), Subtotal="25.00", Shipping="5.00",
                 Total="30.00", Financial_Status="partially_refunded",
                 Refunded_Amount="5.00")  # fmt: skip
    [choice] = exported(rows).reading.choices
    assert (choice.key, choice.options) == ("refund", ("line", "shipping", "spread"))
    assert "#1 (EUR 5.00)" in choice.message
    kept = {answer: exported(rows, refund=answer) for answer in choice.options}
    assert {answer: sum(found.reading.totals.net.values()) for answer, found in kept.items()} == {
        "line": 20 * MICRO, "shipping": 25 * MICRO, "spread": 20 * MICRO,
    }  # fmt: skip
    assert not any(found.asked for found in kept.values())


def test_returned_free_copies_are_not_returns() -> None:
    rows = order("#1", line("20.00"), Subtotal="0.00", Discount_Amount="20.00", Shipping="5.00",
                 Total="5.00", Financial_Status="refunded", Refunded_Amount="5.00")  # fmt: skip
    assert brought(exported(rows)) == [("free", 1, "0.00")]


# Orders that stand in the books


def lines_of(report: Read) -> list[Any]:
    """Sale lines and those that wait."""
    return [*report.sales, *report.waiting]


def standing(*found: Read) -> ReferenceData:
    """The shop, with what was read of its exports as imports 1, 2, …"""
    lines = [
        RecordedLines(each[14], number, each[2], each[4], each[7], each[6], each[9])
        for number, report in enumerate(found, 1)
        for each in lines_of(report)
    ]

    def recorded(_: int, numbers: Sequence[str]) -> list[RecordedLines]:
        return [each for each in lines if each.order in numbers]

    return replace(SHOP, recorded=recorded)


MAY = (
    *order("#7001", line("20.00"), Subtotal="20.00"),
    *order("#7002", line("30.00", HARDCOVER), line("8.00", UNKNOWN), Subtotal="38.00"),
)
JUNE = order("#7003", line("20.00"), Subtotal="20.00")
BACK = order("#7001", line("20.00"), Subtotal="20.00", Financial_Status="refunded",
             Refunded_Amount="20.00")  # fmt: skip


def test_orders_that_are_recorded_are_left_out() -> None:
    found = exported([*MAY, *JUNE], standing(exported(MAY)))
    assert brought(found) == [("sale", 1, "20.00")]
    assert not found.waiting
    assert found.reading.skipped.by_reason == {"order recorded already": 3}
    assert told(found) == {
        "recorded": "2 of 3 orders are in import 1, and left out but for what was paid back since"
    }


def test_refund_since_is_a_return() -> None:
    found = exported([*BACK, *MAY[1:], *JUNE], standing(exported(MAY)))
    assert brought(found) == [("return", -1, "-20.00"), ("sale", 1, "20.00")]
    assert told(found)["changed"] == (
        "1 order is recorded and changed since, and the difference is recorded: #7001 (1 copy "
        "returned, EUR -20.00)"
    )
    again = exported([*BACK, *MAY[1:], *JUNE], standing(exported(MAY), found))
    assert brought(again) == []
    assert "3 of 3 orders are in imports 1, 2" in told(again)["recorded"]


def test_refund_since_of_a_waiting_line_waits() -> None:
    rows = order("#7002", line("30.00", HARDCOVER), line("8.00", UNKNOWN), Subtotal="38.00",
                 Financial_Status="partially_refunded", Refunded_Amount="8.00")  # fmt: skip
    found = exported(rows, standing(exported(MAY)))
    assert not brought(found)
    [line_] = found.waiting
    assert (line_[2], line_[4], line_[6], line_[9]) == (UNKNOWN, SaleKind.RETURN, -1, -8 * MICRO)


def test_refund_since_that_is_spread_restates_the_sale() -> None:
    paid = order("#1", line("20.00"), line("10.00", HARDCOVER), Subtotal="30.00")
    part = order("#1", line("20.00"), line("10.00", HARDCOVER), Subtotal="30.00",
                 Financial_Status="partially_refunded", Refunded_Amount="3.00")  # fmt: skip
    first = exported(paid)
    second = exported(part, standing(first))
    assert brought(second) == [
        ("sale", 1, "18.00"), ("return", -1, "-20.00"), ("sale", 1, "9.00"), ("return", -1, "-10.00"),
    ]  # fmt: skip
    whole = order("#1", line("20.00"), line("10.00", HARDCOVER), Subtotal="30.00",
                  Financial_Status="refunded", Refunded_Amount="30.00")  # fmt: skip
    third = exported(whole, standing(first, second))
    assert brought(third) == [("return", -1, "-18.00"), ("return", -1, "-9.00")]


def test_order_that_was_cancelled_since_is_taken_back() -> None:
    rows = order("#7001", line("20.00"), Subtotal="20.00", Financial_Status="voided",
                 Cancelled_at="2025-05-09")  # fmt: skip
    found = exported(rows, standing(exported(MAY)))
    assert brought(found) == [("return", -1, "-20.00")]


def test_recorded_order_that_is_not_paid_any_more_stays() -> None:
    rows = order("#7001", line("20.00"), Subtotal="20.00", Financial_Status="pending")
    found = exported(rows, standing(exported(MAY)))
    assert not brought(found)
    assert "#7001 (pending)" in told(found)["recorded-unpaid"]
    assert "not-paid" not in told(found)


@pytest.mark.parametrize(
    "rows",
    [
        order("#7001", line("20.00", units=2), Subtotal="40.00"),
        order("#7001", line("20.00", HARDCOVER), Subtotal="20.00"),
        order("#7001", line("20.00"), Subtotal="20.00", Currency="USD"),
        order("#7001", line("20.00"), Subtotal="0.00", Discount_Amount="20.00"),
    ],
    ids=["more", "another book", "another currency", "given away"],
)
def test_other_changes_are_a_problem(rows: list[Cells]) -> None:
    found = exported(rows, standing(exported(MAY)))
    [problem] = found.reading.problems
    assert (problem.row, problem.column, problem.cause) == (2, "Name", "order-changed")
    assert "order #7001 stands in import 1 with 1 copy, EUR 20.00, but" in problem.message
    assert "undo import 1" in problem.remedy


def test_older_export_takes_no_refund_back() -> None:
    """An export of before the refund would sell the copy once more."""
    found = exported(MAY, standing(exported([*BACK, *MAY[1:]])))
    assert [problem.row for problem in found.reading.problems] == [2]
    assert "leave its rows out if this export is older" in found.reading.problems[0].remedy


def test_answer_about_a_refund_is_known_by_what_stands() -> None:
    rows = refunded("10.00")
    for answer in ("line", "spread"):
        again = exported(rows, standing(exported(rows, refund=answer)))
        assert not brought(again)
        assert set(told(again)) == {"recorded"}


# Whatever a shop exports

THINGS = (
    (PAPERBACK, "A book"), (HARDCOVER, "A book"), (EBOOK, "A book"), (UNKNOWN, "A book"),
    (PAPERBACK, "A book"), ("", "Gift card $10"), ("", "Tip"), ("DON-1", "Donation"),
)  # fmt: skip
RATES = (Fraction(7, 100), Fraction(19, 100), Fraction(55, 1000), Fraction(0))
OPTIONAL = (
    "Lineitem compare at price", "Lineitem taxable", "Shipping Country", "Cancelled at",
    "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name", "Tax 2 Value",
)  # fmt: skip
STATES_MADE = ("paid", "paid", "paid", "pending", "", "voided", "partially_refunded")


@dataclass(frozen=True)
class Made:
    """An invented order as it is exported now and later.

    ``least`` and ``most`` cents are left of its goods without tax and refunds: a part of tax and
    refund may be the shipping's.
    """

    now: list[Cells]
    later: list[Cells]
    least: int
    most: int


def cents(amount: int) -> str:
    """An amount as an export prints it."""
    return f"{amount // 100}.{amount % 100:02d}"


@st.composite
def made_orders(draw: st.DrawFn, number: str) -> Made:
    """An order of several lines, with gift cards, discounts, one or two rates, and refunds."""
    things = draw(st.lists(st.sampled_from(THINGS), min_size=1, max_size=4))
    units = [draw(st.integers(1, 3)) for _ in things]
    prices = [draw(st.integers(1, 5_000)) for _ in things]
    books = [sku[:1].isdigit() for sku, _ in things]
    whole = [price * count for price, count in zip(prices, units, strict=True)]
    own = [
        draw(st.integers(0, value // 2)) if is_book else 0
        for value, is_book in zip(whole, books, strict=True)
    ]
    values = [value - off for value, off in zip(whole, own, strict=True)]
    goods = sum(value for value, is_book in zip(values, books, strict=True) if is_book)
    discount = draw(st.integers(0, goods // 2))
    tips = sum(value for value, (_, name) in zip(values, things, strict=True) if name == "Tip")
    outside = tips if not discount and draw(st.booleans()) else 0
    subtotal = sum(values) - discount - outside
    shipping, ships = draw(st.sampled_from((0, 0, 490, 1))), draw(st.booleans())
    inside, rates = draw(st.booleans()), draw(st.lists(st.sampled_from(RATES), max_size=2))
    of = [draw(st.integers(0, max(len(rates) - 1, 0))) for _ in things]
    bases = [
        sum(
            value
            for value, is_book, mine in zip(values, books, of, strict=True)
            if is_book and mine == place
        )
        + (shipping if ships and not place else 0)
        for place in range(len(rates))
    ]
    taxes = [
        rounded(base * rate / (1 + rate if inside else 1))
        for base, rate in zip(bases, rates, strict=True)
    ]
    if inside and sum(taxes) * 4 > goods - discount:
        taxes = [0] * len(rates)
    tax = sum(taxes)
    total = subtotal + outside + shipping + (0 if inside else tax)
    state = draw(st.sampled_from(STATES_MADE))
    refund = draw(st.integers(1, total)) if state == "partially_refunded" and total else 0
    state = "paid" if state == "partially_refunded" and not total else state
    blank = draw(st.booleans())

    def amount(value: int) -> str:
        return "" if blank and not value else cents(value)

    facts = {
        "Financial_Status": state, "Subtotal": cents(subtotal), "Total": cents(total),
        "Shipping": amount(shipping), "Taxes": amount(tax),
        "Discount_Amount": amount(sum(own) + discount), "Refunded_Amount": amount(refund),
    }  # fmt: skip
    if draw(st.booleans()):
        for place, (rate, each) in enumerate(zip(rates, taxes, strict=True), 1):
            facts |= {
                f"Tax_{place}_Name": f"MwSt {micro_text(int(rate * 100 * MICRO))}%",
                f"Tax_{place}_Value": amount(each),
            }
    lines = [
        line(cents(price), sku, count, Lineitem_name=name, Lineitem_discount=amount(off))
        for (sku, name), count, price, off in zip(things, units, prices, own, strict=True)
    ]
    since = facts
    if state in ("paid", "partially_refunded") and total and draw(st.booleans()):
        since = facts | {"Financial_Status": "refunded", "Refunded_Amount": cents(total)}
    exact = total - shipping - tax
    least, most = exact, exact + (tax if inside and shipping else 0)
    if refund:
        least, most = (0, 0) if refund == total else (max(least - refund, 0), most)
    return Made(order(number, *lines, **facts), order(number, *lines, **since), least, most)


@st.composite
def exports(draw: st.DrawFn) -> list[Made]:
    """Some orders."""
    return [draw(made_orders(f"#{place}")) for place in range(1, draw(st.integers(1, 5)) + 1)]


def now(made: Sequence[Made]) -> list[Cells]:
    """Their rows as exported first."""
    return [row for each in made for row in each.now]


def later(made: Sequence[Made]) -> list[Cells]:
    """Their rows as exported later."""
    return [row for each in made for row in each.later]


@given(exports(), st.sets(st.sampled_from(OPTIONAL)))
def test_nothing_of_an_export_is_lost(made: list[Made], absent: set[str]) -> None:
    """Rows are recorded, left out or waiting; all money is recorded, waiting, or told of."""
    if any(row["Lineitem discount"] not in ("", "0.00") for row in now(made)):
        absent -= {"Lineitem discount"}
    found = exported(now(made), refund="line", without=absent)
    assert not found.reading.problems, found.messages
    totals, skipped = found.reading.totals, found.reading.skipped
    waiting = sum(rows for rows, _ in totals.waiting.values())
    left = sum(skipped.by_reason.values())
    assert totals.rows == len(now(made)) == totals.recordable + left + waiting
    recorded = sum(each[9] for each in lines_of(found))
    assert totals.net.get("EUR", 0) == sum(each[9] for each in found.sales)
    money = recorded + sum(sum(each.values()) for each in skipped.net.values())
    assert sum(each.least for each in made) * 10_000 <= money
    assert money <= sum(each.most for each in made) * 10_000
    told_of = told(found).get("not-paid", "")
    for each in made:
        if each.now[0]["Financial Status"] in ("pending", ""):
            assert f"{each.now[0]['Name']} (" in told_of


@given(exports())
def test_order_by_order_is_the_whole(made: list[Made]) -> None:
    """An export that is taken apart, or comes twice, brings the same."""
    whole = exported(now(made), refund="line")
    known, apart = SHOP, list[Read]()
    for each in made:
        apart.append(exported(each.now, known, refund="line"))
        known = standing(*apart)

    def lines(*found: Read) -> Counter[tuple[Any, ...]]:
        return Counter(each[2:] for one in found for each in (*one.sales, *one.waiting))

    assert lines(whole) == lines(*apart)
    again = exported(now(made), standing(whole))
    assert not again.reading.problems, again.messages
    assert not again.asked
    assert lines(again) == Counter()


@given(exports(), st.data())
def test_later_exports_bring_the_difference(made: list[Made], data: st.DataObject) -> None:
    """Two exports that overlap leave the books as the later alone would have."""
    first = exported(now(made[: data.draw(st.integers(0, len(made)))]), refund="line")
    second = exported(later(made), standing(first), refund="line")
    assert not second.reading.problems, second.messages
    alone = exported(later(made), refund="line")

    def stands(*found: Read) -> dict[Any, tuple[int, int]]:
        sums: dict[Any, tuple[int, int]] = {}
        for each in (line for report in found for line in lines_of(report)):
            units, net = sums.get(each[2], (0, 0))
            sums[each[2]] = units + each[6], net + each[9]
        return {book: sum_ for book, sum_ in sums.items() if any(sum_)}

    assert stands(first, second) == stands(alone)


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=6),
    st.integers(0, 900),
    st.sampled_from(RATES[:3]),
)
def test_prices_of_one_rate_lose_it_to_the_cent(
    values: list[int], shipping: int, rate: Fraction
) -> None:
    """Shops round the tax of each line; so does what is taken out, but for a cent between two."""
    taxes = [rounded(value * rate / (1 + rate)) for value in (*values, shipping)]
    tax = cents(sum(taxes))
    books = (PAPERBACK, HARDCOVER, EBOOK)
    rows = order(
        "#1", *(line(cents(value), books[at % 3]) for at, value in enumerate(values)),
        Subtotal=cents(sum(values)), Shipping=cents(shipping), Taxes=tax,
        Total=cents(sum(values) + shipping), Tax_1_Name=f"MwSt {float(rate * 100):g}%",
        Tax_1_Value=tax,
    )  # fmt: skip
    found = exported(rows)
    assert not found.reading.problems, found.messages
    nets = [each[9] for each in found.sales]
    assert all(not net % 10_000 for net in nets)
    for value, own, net in zip(values, taxes, nets, strict=False):
        assert abs((value - own) * 10_000 - net) <= 10_000 * (1 + len(values) // 2)


@given(
    st.lists(st.integers(0, 100_000), min_size=1, max_size=5),
    st.integers(0, 10_000),
    st.lists(st.sampled_from(RATES[:3]), max_size=2, unique=True),
    st.integers(1, 30_000),
    st.booleans(),
)
@example([1_070, 0], 0, [RATES[0]], 70, True)
def test_shares_of_a_tax_sum_to_it(
    values: list[int], shipping: int, rates: list[Fraction], tax: int, inside: bool
) -> None:
    cent = MICRO // 100
    printed = [(rate, (tax if not place else 7) * cent) for place, rate in enumerate(rates)]
    whole = sum(amount for _, amount in printed) or tax * cent
    found = taxes_of(
        [value * cent for value in values],
        shipping * cent,
        whole,
        printed,
        (cent, cent),
        inside=inside,
    )
    assert sum(found.lines) + found.shipping == whole
    assert all(not share or value for share, value in zip(found.lines, values, strict=True))
    assert min(found.lines) >= 0 <= found.shipping


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_taxes_are_divided_in_the_currencys_own_units(currency: str) -> None:
    rows = order("#1", line("1000"), line("500", HARDCOVER), Subtotal="1500", Taxes="100",
                 Currency=currency)  # fmt: skip
    nets = [net for _, _, net in brought(exported(rows))]
    assert nets == {"JPY": ["933.00", "467.00"], "KWD": ["933.333", "466.667"]}[currency]
