"""The statement as a JSON document says what the workbook says."""

import json
from typing import Any

from reports import statement as reports
from royalties.domain.royalties.statements import AdjustmentShown
from tests.reports import samples
from tests.reports.reading import row_with, sheet_of


def twin(**changes: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(reports.twin(samples.statement(**changes))))
    return document


def test_json_has_the_head_of_the_statement() -> None:
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
        "due",
        "to_pay",
        "tax_rate",
        "tax",
        "net",
        "carried_forward",
        "outcome",
        "contracts",
        "pays_by",
    ]
    assert document["kind"] == "royalty-statement"
    assert document["schema_version"] == 2
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


def test_draft_is_marked_in_json() -> None:
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


def test_json_has_editions_places_rates_and_share() -> None:
    (contract,) = twin()["contracts"]
    edition = contract["life_to_date"][0]
    assert edition["authors"] == ["A. N. Author", "C. O. Author"]
    assert (edition["published"], edition["list_price"]) == ("2021-09-01", "75.00")
    assert [edition[name] for name in ("sold", "returned", "free")] == [551, -18, 12]
    assert contract["life_to_date"][2]["published"] is None
    place, *_, rest = contract["places"]
    assert (place["city"], place["units"], place["more"]) == ("Seattle", 1204, 0)
    assert (rest["net"], rest["more"]) == ([["USD", "6700.00"]], 37)
    assert (contract["months"][0]["sold"], contract["months"][0]["returned"]) == (313, -3)
    assert contract["lines"][10]["note"] == "Sample Publishing, Korean edition"
    assert contract["reserves"][0]["release_ends"] == "2025-12-31"
    assert (contract["plan"], contract["pool"]) == ("cities", "6732.98")
    assert contract["share_of_pool"] == "0.515834"
    assert contract["exchange_rates"] == [
        {"source": "GBP", "target": "USD", "rate": "1.2712", "period": "2025-H1"}
    ]
    payee = twin()["payee"]
    assert (payee["city"], payee["minimum_payment"]) == ("Seattle", "25.00")


def test_a_lines_earned_is_in_its_contracts_currency() -> None:
    line = samples.earned_line(currency="USD", earned=309000)
    contract = samples.contract(currency="JPY", lines=(line,))
    (shown,) = twin(currency="KWD", due=1, contracts=(contract,))["contracts"]
    assert shown["earned"] == "976268"
    assert shown["lines"][0]["earned"] == "309000"
    assert twin(currency="KWD", due=1)["due"] == "0.001"


def test_json_keeps_exact_texts() -> None:
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


def test_adjustments_are_listed_if_any() -> None:
    document = twin(adjustments=(AdjustmentShown("A cheque that came back", 1_250),))
    assert document["adjustments"] == [{"reason": "A cheque that came back", "amount": "12.50"}]
