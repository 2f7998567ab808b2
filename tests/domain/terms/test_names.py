"""What entries of the setup are called."""

import pytest

from royalties.domain.terms.names import (
    contract_name,
    distinct_names,
    in_order,
    payment_name,
    plan_name,
    price_list_name,
    spelled_out,
)


@pytest.mark.parametrize(
    ("author", "titles", "name"),
    [
        ("Kim Foote", ["The Collab"], "Kim Foote: The Collab"),
        ("Kim Foote", ["The Collab", "Tides", "Ends"], "Kim Foote: The Collab and 2 more"),
        ("", ["The Collab"], "The Collab"),
        ("Kim Foote", [], "Kim Foote"),
    ],
)
def test_contract_is_called_by_author_and_titles(author: str, titles: list[str], name: str) -> None:
    assert contract_name(author, titles) == name


def test_plan_is_called_by_its_name_or_by_who_gets_of_it() -> None:
    assert plan_name("Three cities", ["Ann"]) == "Three cities"
    assert plan_name("", ["Ann", "Ben"]) == "Ann, Ben"
    assert plan_name("", ["Ann", "Ben", "Cid", "Dot"]) == "Ann, Ben and 2 more"


def test_price_list_and_payment_details_are_called_by_what_they_are_for() -> None:
    assert price_list_name("Schools", "USD") == "Schools"
    assert price_list_name("", "USD") == "Prices in USD"
    assert payment_name("A Bank", "The House", "USD") == "A Bank, USD"
    assert payment_name("", "The House", "") == "The House"


def test_entries_of_one_name_are_told_apart() -> None:
    names = {"a": "Readers", "b": "readers", "c": "Writers"}
    towns = {"a": ["Ulm"], "b": ["Kiel"], "c": ["Ulm"]}
    assert distinct_names(names, towns) == {
        "a": "Readers (Ulm)",
        "b": "readers (Kiel)",
        "c": "Writers",
    }
    assert distinct_names(names, {"a": ["Ulm"]}) == {
        "a": "Readers (Ulm)",
        "b": "readers",
        "c": "Writers",
    }
    second = {"a": ["Ulm", "12"], "b": ["Ulm", "13"]}
    assert distinct_names(names, second)["b"] == "readers (13)"
    assert distinct_names({"b": "Readers", "a": "Readers"}, {}) == {
        "b": "Readers (2)",
        "a": "Readers (1)",
    }


def test_names_are_sorted_with_their_numbers() -> None:
    names = ["Club 10", "club 2", "Ann", "12 Angry Men"]
    assert sorted(names, key=in_order) == ["12 Angry Men", "Ann", "club 2", "Club 10"]


def test_key_without_an_entry_is_spelled_out() -> None:
    assert spelled_out("barnes-noble") == "Barnes noble"
