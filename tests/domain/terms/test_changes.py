"""What changed between two bodies of an entry, in the words of the field."""

from typing import Any

import pytest

from royalties.domain.terms.changes import changes

Body = dict[str, Any]


def told(before: Body | None, after: Body) -> list[tuple[str, str, str]]:
    return [(each.field, each.before, each.after) for each in changes(before, after)]


def test_changed_fields_follow_the_newer_body_and_removed_ones_come_last() -> None:
    before = {"ein": "91-0000001", "on_hold": False, "name": "Readers", "country": "US"}
    after = {"email": "a@example.org", "name": "Seattle Readers", "on_hold": True, "country": "US"}
    assert told(before, after) == [
        ("e-mail", "", "a@example.org"),
        ("name", "Readers", "Seattle Readers"),
        ("on hold", "no", "yes"),
        ("EIN", "91-0000001", ""),
    ]


def test_every_field_of_a_new_entry_is_new() -> None:
    assert told(None, {"key": "seattle", "minimum_payment": "25.00"}) == [
        ("key", "", "seattle"),
        ("minimum payment", "", "25.00"),
    ]
    assert told({"key": "seattle"}, {"key": "seattle"}) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"tax_rate": "0.24"}, {"tax_rate": "0.305"}, ("tax rate", "24 %", "30.5 %")),
        ({"share": "1"}, {"share": "0.5"}, ("share", "100 %", "50 %")),
        (
            {"basis": "list", "rate": "0.1"},
            {"basis": "list", "rate": "0.12"},
            ("rate", "10 %", "12 %"),
        ),
        # an amount per copy is no share
        (
            {"basis": "unit", "rate": "0.1"},
            {"basis": "unit", "rate": "0.12"},
            ("rate", "0.1", "0.12"),
        ),
        (
            {"subsidiary_rights": {"translation": "0.75", "film": "0.5"}},
            {"subsidiary_rights": {"translation": "0.8", "film": "0.5"}},
            ("subsidiary rights · translation", "75 %", "80 %"),
        ),
        ({"rate": "a tenth"}, {"rate": "0.1"}, ("rate", "a tenth", "10 %")),
        ({"fixed": "300.00"}, {"fixed": "0.5"}, ("fixed amount", "300.00", "0.5")),
        ({"hold_periods": 1}, {"hold_periods": 2}, ("periods held", "1", "2")),
    ],
)
def test_shares_are_told_as_percentages_and_amounts_as_they_are(
    before: Body, after: Body, expected: tuple[str, str, str]
) -> None:
    assert told(before, after) == [expected]


def test_rates_are_shown_as_written_if_the_basis_changes_to_or_from_per_copy() -> None:
    assert told({"basis": "list", "rate": "0.1"}, {"basis": "unit", "rate": "1.50"}) == [
        ("basis", "list", "unit"),
        ("rate", "0.1", "1.50"),
    ]
    assert told({"basis": "unit", "rate": "1.50"}, {"basis": "list", "rate": "0.1"}) == [
        ("basis", "unit", "list"),
        ("rate", "1.50", "0.1"),
    ]
    tiers = [{"rate": "0.50", "up_to": 100}], [{"rate": "0.75", "up_to": 100}]
    rules = [[{"name": "Copies", "basis": "unit", "tiers": each}] for each in tiers]
    assert told({"rules": rules[0]}, {"rules": rules[1]}) == [
        ("rule “Copies” · tier 1 · rate", "0.50", "0.75")
    ]


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    def german(value: str | int) -> str:
        if isinstance(value, int):
            return f"{value:,}".replace(",", ".")
        return value.replace(".", ",")

    before = {
        "tax_rate": "0.245",
        "minimum_payment": "25.00",
        "tiers": [{"rate": "0.125"}],
        "opening": 4950,
    }
    after = {
        "tax_rate": "0.255",
        "minimum_payment": "30.00",
        "tiers": [{"rate": "0.135"}],
        "opening": 5000,
    }
    assert [(each.before, each.after) for each in changes(before, after, german)] == [
        ("24,5 %", "25,5 %"),
        ("25,00", "30,00"),
        ("12,5 %", "13,5 %"),
        ("4.950", "5.000"),
    ]


def test_rules_are_identified_by_name() -> None:
    hardcover = {"name": "Hardcover", "rate": "0.10"}
    ebook = {"name": "E-book", "rate": "0.25"}
    rest = {"name": "Rest", "basis": "net", "rate": "0.05"}
    assert told(
        {"rules": [hardcover, ebook]}, {"rules": [{**hardcover, "rate": "0.12"}, rest]}
    ) == [
        ("rule “Hardcover” · rate", "10 %", "12 %"),
        ("rule “Rest”", "", "name Rest; basis net; rate 5 %"),
        ("rule “E-book”", "name E-book; rate 25 %", ""),
    ]


def test_changed_order_of_rules_is_shown() -> None:
    """The first rule that matches takes a line, so it counts."""
    one, two, three = ({"name": name, "rate": "0.1"} for name in ("One", "Two", "Three"))
    assert told({"rules": [one, two]}, {"rules": [two, one]}) == [
        ("order of rules", "One, Two", "Two, One")
    ]
    assert told({"rules": [one, two]}, {"rules": [one, three, two]}) == [
        ("rule “Three”", "", "name Three; rate 10 %")
    ]
    assert told({"contract": {"rules": [one, two]}}, {"contract": {"rules": [two, one]}}) == [
        ("contract · order of rules", "One, Two", "Two, One")
    ]


@pytest.mark.parametrize(
    ("part", "name", "field"),
    [
        ("editions", "isbn", "edition 9781442200012 · x"),
        ("links", "retailer", "link 9781442200012 · x"),
        ("versions", "from", "version from 9781442200012 · x"),
        ("others", "from", "others from 9781442200012 · x"),
        ("cap", "name", "cap “9781442200012” · x"),
        ("sold_by", "name", "sold by “9781442200012” · x"),
    ],
)
def test_entries_are_named_by_what_distinguishes_them(part: str, name: str, field: str) -> None:
    other = {name: "other", "x": "1"}
    before, after = ([{name: "9781442200012", "x": each}, other] for each in ("1", "2"))
    assert told({part: before}, {part: after}) == [(field, "1", "2")]


def test_prices_of_one_day_in_two_currencies_are_identified_by_place() -> None:
    def prices(*amounts: str) -> Body:
        currencies = ("USD", "GBP")
        return {
            "prices": [
                {"currency": currency, "amount": amount, "from": "2025-04-01"}
                for currency, amount in zip(currencies, amounts, strict=False)
            ]
        }

    assert told(prices("80.00", "60.00"), prices("80.00", "65.00")) == [
        ("price 2 · amount", "60.00", "65.00")
    ]
    assert told(prices("80.00"), prices("85.00")) == [
        ("price from 2025-04-01 · amount", "80.00", "85.00")
    ]
    assert told(prices("80.00"), prices("80.00", "65.00")) == [
        ("price 2", "", "currency GBP; amount 65.00; from 2025-04-01")
    ]
    assert told(prices("80.00", "65.00"), prices("80.00")) == [
        ("price 2", "currency GBP; amount 65.00; from 2025-04-01", "")
    ]


def test_inserted_step_does_not_change_other_steps() -> None:
    start, rest = {"fixed": "300.00"}, {"remainder": True}
    share = {"share": "0.4", "to": [{"beneficiary": "seattle"}, {"beneficiary": "houston"}]}
    assert told({"steps": [start, rest]}, {"steps": [start, share, rest]}) == [
        ("step 2", "", "share 40 %; to (beneficiary seattle), (beneficiary houston)")
    ]
    assert told({"steps": [start, share, rest]}, {"steps": [start, rest]}) == [
        ("step 2", "share 40 %; to (beneficiary seattle), (beneficiary houston)", "")
    ]
    fewer = {**share, "to": [{"beneficiary": "seattle"}, {"beneficiary": "tacoma"}]}
    assert told({"steps": [start, share]}, {"steps": [start, fewer]}) == [
        ("step 2 · member 2 · beneficiary", "houston", "tacoma")
    ]
    assert told({"steps": [share, rest, start]}, {"steps": [rest]}) == [
        ("step 1", "share 40 %; to (beneficiary seattle), (beneficiary houston)", ""),
        ("step 2", "fixed amount 300.00", ""),
    ]


def test_steps_that_only_have_their_keys_in_another_order_are_the_same() -> None:
    step = {"share": "0.4", "per_unit": "1"}
    turned = {"per_unit": "1", "share": "0.4"}
    assert told({"steps": [step, {"fixed": "1"}]}, {"steps": [turned, {"fixed": "2"}]}) == [
        ("step 2 · fixed amount", "1", "2")
    ]


def test_entries_of_which_one_has_no_name_go_by_place() -> None:
    before = [{"name": "One", "rate": "0.1"}, {"rate": "0.2"}]
    after = [{"name": "One", "rate": "0.1"}, {"rate": "0.3"}]
    assert told({"rules": before}, {"rules": after}) == [("rule 2 · rate", "20 %", "30 %")]


def test_first_entries_of_a_list_are_shown_one_by_one() -> None:
    assert told({}, {"advances": [{"amount": "50.00", "paid_on": "2024-05-01"}]}) == [
        ("advance 1", "", "amount 50.00; paid on 2024-05-01")
    ]
    assert told({"advances": [{"amount": "50.00"}]}, {}) == [("advance 1", "amount 50.00", "")]
    assert told({"prices": [{"from": "2025-04-01"}]}, {"prices": []}) == [
        ("price from 2025-04-01", "from 2025-04-01", "")
    ]


def test_lists_of_plain_values_are_shown_as_a_whole() -> None:
    assert told({"formats": ["hardcover"]}, {"formats": ["hardcover", "ebook"]}) == [
        ("formats", "hardcover", "hardcover, ebook")
    ]
    assert told({"formats": ["hardcover"]}, {"formats": []}) == [("formats", "hardcover", "")]
    assert told({"discount": {"below": "0.55"}}, {"discount": {"up_to": "0.5"}}) == [
        ("discount · up to", "", "0.5"),
        ("discount · below", "0.55", ""),
    ]


def test_paragraphs_are_set_apart_and_short_lines_are_not() -> None:
    line, paragraph = "x" * 80, "y" * 81
    assert told({}, {"awards": [line, line]}) == [("awards", "", f"{line}, {line}")]
    assert told({}, {"about": [line, paragraph]}) == [("about", "", f"{line} ¶ {paragraph}")]
    long = {"name": paragraph}
    assert told({}, {"cap": {"of": [long, long]}}) == [
        ("cap", "", f"of (name {paragraph}), (name {paragraph})")
    ]


def test_list_entries_without_a_noun_use_the_lists_name() -> None:
    assert told({"others": [{"x": "1"}]}, {"others": [{"x": "2"}]}) == [("others 1 · x", "1", "2")]


def test_a_new_step_says_in_words_what_it_takes() -> None:
    step = {"remainder": True, "to": [{"beneficiary": "Seattle Readers"}]}
    assert told({"steps": []}, {"steps": [step]}) == [
        ("step 1", "", "all that is left; to (beneficiary Seattle Readers)")
    ]
