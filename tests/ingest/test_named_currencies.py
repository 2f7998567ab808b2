"""A currency that a report names outside its rows is never passed over."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from royalties.ingest.report.mapping import Mapping
from tests.ingest.shelf import RIVER, TRADE, Read, read, read_text

SALES = "ISBN,Sale date,Units,Net amount\n9780306406157,2026-05-03,2,12.50\n"
IN_DOLLARS = replace(
    RIVER,
    columns={field: name for field, name in RIVER.columns.items() if field != "currency"},
    currency="USD",
)
UNSAID = replace(IN_DOLLARS, currency=None)


def _read(folder: Path, above: str, sales: str = SALES, **choices: Any) -> Read:
    return read_text(folder, above + sales, mappings=[IN_DOLLARS], **choices)


EUROS = (
    "All amounts in EUR", "All amounts are stated in euros", "Currency: EUR", "Currency,EUR",
    "Total due: €12.50", "Statement (EUR)", "Account EUR-2231", "Beträge in Euro",
    "Montants en euros", "Net receipts, EUR", "settlement currency:EUR",
)  # fmt: skip
OTHERS = {
    "Amounts in pounds sterling": "GBP", "Amounts in £": "GBP", "Canadian dollars": "CAD",
    "C$": "CAD", "All prices in AU$": "AUD", "in Swiss francs": "CHF", "₹": "INR", "zł": "PLN",
    "JPY": "JPY", "Valuta: SEK": "SEK", "in Japanese yen": "JPY", "Alle Beträge in Schweizer Franken": "CHF",
    "Importes en libras esterlinas": "GBP", "Montants en dollars canadiens": "CAD",
    "Importi in sterline britanniche": "GBP", "Alle bedragen in Canadese dollar": "CAD",
    "Valores em reais brasileiros": "BRL", "Belopp i svenska kronor": "SEK", "Indian rupees": "INR",
    "pay us in sterling": "GBP", "All sums in Australian dollars (net)": "AUD",
}  # fmt: skip


@pytest.mark.parametrize(
    ("above", "code"), [*((text, "EUR") for text in EUROS), *OTHERS.items()], ids=repr
)
def test_another_currency_above_the_table_is_asked(tmp_path: Path, above: str, code: str) -> None:
    report = _read(tmp_path, f"River Books,Sales\n{above}\n\n")
    assert report.asked == {"currency"}
    [question] = report.reading.choices
    assert question.options == (code, "USD")
    assert "row 2 says" in question.message
    assert _currency(_read(tmp_path, f"{above}\n", currency=code)) == code
    assert _currency(_read(tmp_path, f"{above}\n", currency="USD")) == "USD"


def _currency(report: Read) -> str:
    assert report.asked == set()
    assert report.messages == []
    [line] = report.sales
    return line.currency


def test_another_answer_is_asked_again(tmp_path: Path) -> None:
    assert _read(tmp_path, "All amounts in EUR\n", currency="GBP").asked == {"currency"}


@pytest.mark.parametrize(
    "above",
    [
        "All amounts in USD", "Exchange rate EUR/USD 1.08", "Total in $", "US dollars", "dollars",
        "Sales of ALL titles", "TOP 100", "ISBN-13 report, MAD Books", "Europe and the UK",
        "AMAZON.COM", "", "12.50",
    ],
    ids=repr,
)  # fmt: skip
def test_text_above_the_table_without_another_currency_asks_nothing(
    tmp_path: Path, above: str
) -> None:
    assert _currency(_read(tmp_path, f"{above}\n")) == "USD"


def test_currency_of_the_rows_is_not_doubted(tmp_path: Path) -> None:
    sales = "ISBN,Sale date,Units,Net amount,Currency\n9780306406157,2026-05-03,2,12.50,USD\n"
    report = read_text(tmp_path, f"All amounts in EUR\n{sales}", mappings=[RIVER])
    assert _currency(report) == "USD"


def test_name_of_the_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "river_EUR_2026-05.csv"
    path.write_text(SALES, encoding="utf-8")
    report = read(path, mappings=[IN_DOLLARS])
    assert report.asked == {"currency"}
    assert "the name of the file says 'river_EUR_2026-05'" in report.reading.choices[0].message


@pytest.mark.parametrize("above", ["All amounts in CHF", "Currency,CHF", "Amounts in Swiss francs"])
def test_currency_above_the_table_is_proposed_where_it_is_asked(tmp_path: Path, above: str) -> None:
    report = read_text(tmp_path, f"{above}\n{SALES}", mappings=[UNSAID])
    [question] = report.reading.choices
    assert question.key == "currency"
    assert question.proposed == ("CHF",)
    assert question.options[0] == "CHF"


FORMATS = {
    "[$€-2] #,##0.00": "EUR", '#,##0.00 "€"': "EUR", "#,##0.00\\ [$€-407]": "EUR", "[$£-809]#,##0.00": "GBP",
    "[$EUR] #,##0.00": "EUR", "_-* #,##0.00 [$CHF-807]_-": "CHF", "[$zł-415]#,##0.00": "PLN",
    '"CAD" 0.00;[Red]-"CAD" 0.00': "CAD",
}  # fmt: skip


def _formatted(folder: Path, form: str, mapping: Mapping = IN_DOLLARS, **choices: Any) -> Read:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ISBN", "Sale date", "Units", "Net amount", "Currency"])
    sheet.append(["9780306406157", date(2026, 5, 3), 2, 12.5, "USD"])
    sheet["D2"].number_format = form
    book.save(folder / "sales.xlsx")
    return read(folder / "sales.xlsx", TRADE, [mapping], **choices)


@pytest.mark.parametrize(("form", "code"), FORMATS.items(), ids=repr)
def test_amounts_shown_in_another_currency_are_asked_about(
    tmp_path: Path, form: str, code: str
) -> None:
    mapping = replace(IN_DOLLARS, unread=("Currency",))
    [question] = _formatted(tmp_path, form, mapping).reading.choices
    assert (question.key, question.options) == ("currency", (code, "USD"))
    assert "the format of D2 (Net amount) says" in question.message
    assert _currency(_formatted(tmp_path, form, mapping, currency=code)) == code


@pytest.mark.parametrize(
    "form",
    ["#,##0.00", "0%", '0.00 "net"', "[$-409]0.00", "[$$-409]#,##0.00", "$0.00", '"US$" 0.00'],
)
def test_other_formats_ask_nothing_about_the_currency(tmp_path: Path, form: str) -> None:
    mapping = replace(IN_DOLLARS, unread=("Currency",))
    assert "currency" not in _formatted(tmp_path, form, mapping).asked


def test_row_currency_overrides_the_currency_of_the_number_format(tmp_path: Path) -> None:
    assert _currency(_formatted(tmp_path, "[$€-2] #,##0.00", RIVER)) == "USD"
