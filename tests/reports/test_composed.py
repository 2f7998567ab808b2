"""Statements composed from books: figures of the demo agree, and many places become one row."""

import json
from typing import Any

import pytest

from royalties.services.statements.composing import places_shown
from royalties.store.periods.figures import PlaceSum
from tests.builders.demo import demo_of_this_run

Twin = dict[str, Any]


@pytest.fixture(scope="module")
def twins() -> list[Twin]:
    home = demo_of_this_run()[0] / "instance"
    found = sorted(home.glob("statements/*/*.json"))
    assert found
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def contracts(twins: list[Twin]) -> list[Twin]:
    return [contract for twin in twins for contract in twin["contracts"]]


@pytest.mark.thorough("combinations")
def test_months_editions_and_places_tell_the_same_copies(twins: list[Twin]) -> None:
    for contract in contracts(twins):
        copies = sum(month["units"] for month in contract["months"])
        editions = contract["life_to_date"]
        for rows in (contract["months"], editions):
            assert copies == sum(row["sold"] + row["returned"] for row in rows)
        assert copies == sum(edition["units_period"] for edition in editions)
        assert copies == sum(place["units"] for place in contract["places"])


def test_editions_have_format_and_free_copies(twins: list[Twin]) -> None:
    editions = [edition for each in contracts(twins) for edition in each["life_to_date"]]
    assert all(edition["authors"] and edition["published"] for edition in editions)
    assert all(edition["list_price"] for edition in editions)
    assert any(edition["free"] for edition in editions)
    assert any(edition["returned"] < 0 for edition in editions)


def test_licensee_is_on_income_lines_only(twins: list[Twin]) -> None:
    lines = [line for contract in contracts(twins) for line in contract["lines"]]
    assert any(line["note"] for line in lines)
    assert all(line["basis"] == "income" for line in lines if line["note"])


def test_exchange_rates_are_those_of_the_lines(twins: list[Twin]) -> None:
    for contract in contracts(twins):
        shown = {rate["source"]: rate["rate"] for rate in contract["exchange_rates"]}
        used = {
            line["currency"]: line["exchange_rate"]
            for line in contract["lines"]
            if line["currency"] != contract["currency"] and line["basis"] != "unit"
        }
        assert shown == used


def test_the_share_is_part_of_the_pool(twins: list[Twin]) -> None:
    for contract in contracts(twins):
        exact = float(contract["allocated"]) / float(contract["pool"])
        assert float(contract["share_of_pool"]) == pytest.approx(exact, abs=1e-6)


def test_no_statement_names_another_beneficiary(twins: list[Twin]) -> None:
    names = {twin["payee"]["name"] for twin in twins}
    assert len(names) > 1
    for twin in twins:
        text = json.dumps(twin, ensure_ascii=False)
        assert {name for name in names if name in text} == {twin["payee"]["name"]}


def place(number: int, country: str = "US", currency: str = "USD") -> PlaceSum:
    return PlaceSum("9780306406157", country, "WA", f"{number:03d}", currency, number, 10**6)


def test_largest_places_come_first_and_the_rest_in_one_row() -> None:
    shown = places_shown([place(number) for number in range(1, 251)])
    assert len(shown) == 201
    assert [each.units for each in shown[:2]] == [250, 249]
    assert all(not each.more for each in shown[:-1])
    assert (shown[-1].more, shown[-1].units, shown[-1].net) == (50, 1275, (("USD", "50.00"),))


def test_a_place_has_its_receipts_by_currency() -> None:
    (shown,) = places_shown([place(1), place(1, currency="JPY"), place(1)])
    assert (shown.units, shown.net) == (3, (("JPY", "1"), ("USD", "2.00")))


def test_no_places_are_shown_if_no_country_is_known() -> None:
    assert places_shown([place(1, country="")]) == ()
    assert len(places_shown([place(1, country=""), place(2)])) == 2
