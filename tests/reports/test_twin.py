"""The statement as a JSON document says what the workbook says."""

import json
from typing import Any

from reports import statement as reports
from tests.reports import samples
from tests.reports.reading import row_with, sheet_of


def twin(**changes: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(reports.twin(samples.statement(**changes))))
    return document


def test_head() -> None:
    document = twin()
    assert list(document) == [
        "kind",
        "schema_version",
        "template_version",
        "status",
        "number",
        "dated",
        "period",
        "starts",
        "ends",
        "publisher",
        "payee",
        "currency",
        "brought_forward",
        "allocated",
        "tax_rate",
        "tax",
        "due",
        "paid",
        "carried_forward",
        "outcome",
        "contracts",
    ]
    assert document["kind"] == "royalty-statement"
    assert document["schema_version"] == 1
    assert document["template_version"] == reports.TEMPLATE_VERSION
    assert (document["status"], document["number"]) == ("issued", "2025-H1-001")
    assert (document["dated"], document["starts"]) == ("2025-08-15", "2025-01-01")
    assert set(document["publisher"]) == {
        "name",
        "currency",
        "address",
        "email",
        "phone",
        "website",
    }


def test_a_draft_says_so() -> None:
    document = twin(number=None)
    assert (document["status"], document["number"]) == ("draft", None)


def test_amounts_are_texts_with_the_currencys_digits() -> None:
    document = twin()
    assert (document["due"], document["tax"]) == ("3485.50", "0.00")
    (contract,) = document["contracts"]
    assert contract["earned"] == "9762.68"
    assert contract["reserves"][0]["amount"] == "618.77"
    assert contract["life_to_date"][0]["units_life"] == 5120
    assert contract["shares"][0]["step"] == 1


def test_a_lines_earned_is_in_its_contracts_currency() -> None:
    line = samples.earned_line(currency="USD", earned=309000)
    contract = samples.contract(currency="JPY", lines=(line,))
    (shown,) = twin(currency="KWD", due=1, contracts=(contract,))["contracts"]
    assert shown["earned"] == "976268"
    assert shown["lines"][0]["earned"] == "309000"
    assert twin(currency="KWD", due=1)["due"] == "0.001"


def test_exact_texts_are_kept() -> None:
    (contract,) = twin()["contracts"]
    line = contract["lines"][9]
    assert (line["base"], line["portion"], line["rate"]) == ("1710.00", "5/7", "0.25")
    assert (line["units"], line["tier"]) == (57, None)


def test_the_workbook_shows_the_same_figures() -> None:
    document = twin()
    workbook = reports.workbook(samples.statement())
    letter, earned = sheet_of(workbook, "Statement"), sheet_of(workbook, "Earned")
    for name, key in (
        ("Balance brought forward", "brought_forward"),
        ("Royalties allocated to you", "allocated"),
        ("Due", "due"),
        ("Balance carried forward", "carried_forward"),
    ):
        assert row_with(letter, name)[4] == float(document[key])
    (contract,) = document["contracts"]
    for line in contract["lines"]:
        row = row_with(earned, line["id"])
        assert row[13] == float(line["earned"])
        assert row[9] == float(line["base"])
