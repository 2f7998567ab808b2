"""The number of statements does not grow with the number of rows loaded."""

from collections.abc import Callable

import pytest

from tests.builders.books import (
    Document,
    Office,
    a_beneficiary,
    a_contract,
    a_row,
    a_title,
    after,
    an_edition,
    an_isbn,
)
from tests.builders.orders import a_price_list, an_organization, takes_orders

FEW, MANY = 3, 40

pytestmark = after(takes_orders)


def titles(count: int, start: int) -> Document:
    return {
        "titles": [
            a_title(
                f"t{number}",
                an_edition(an_isbn(2 * number), identifiers={"asin": f"B0{number:08d}"}),
                an_edition(an_isbn(2 * number + 1), "ebook"),
            )
            for number in range(start, start + count)
        ]
    }


def rates(count: int, start: int) -> Document:
    return {
        "exchange_rates": [
            {"period": f"{2026 + number}-H1", "from": "GBP", "to": "USD", "rate": "1.25"}
            for number in range(start, start + count)
        ]
    }


def lists(count: int, start: int) -> Document:
    return {
        "price_lists": [
            {**a_price_list(), "key": f"list-{number}", "titles": [f"t{number}"]}
            for number in range(start, start + count)
        ]
    }


def keyed(part: str, make: Callable[[str], Document]) -> Callable[[int, int], Document]:
    return lambda count, start: {
        part: [make(f"key-{number}") for number in range(start, start + count)]
    }


PARTS: dict[str, Callable[[int, int], Document]] = {
    "titles": titles,
    "beneficiaries": keyed("beneficiaries", a_beneficiary),
    "contracts": lambda count, start: {
        **titles(count, start),
        "contracts": [
            a_contract(f"c{number}", [f"t{number}"]) for number in range(start, start + count)
        ],
    },
    "retailers": keyed(
        "retailers", lambda key: {"key": key, "name": key.title(), "channel": "online"}
    ),
    "organizations": keyed("organizations", an_organization),
    "exchange rates": rates,
    "price lists": lambda count, start: {**titles(count, start), **lists(count, start)},
}


@pytest.mark.thorough("combinations", but_one_in=4)
@pytest.mark.parametrize("part", PARTS)
def test_setup_is_loaded_with_few_statements(office: Office, part: str) -> None:
    def asked(count: int, start: int) -> int:
        setup = PARTS[part](count, start)
        return len(office.statements_of(lambda at: at.load(setup)))

    asked(1, 100)
    assert asked(MANY, 200) == asked(FEW, 300)
    again = PARTS[part](MANY, 200)
    same = len(office.statements_of(lambda at: at.load(again)))
    assert same <= asked(FEW, 400), "loaded again, it asks no more"


def test_amended_titles_are_loaded_with_few_statements(office: Office) -> None:
    office.load(titles(MANY, 200))

    def asked(count: int, price: str) -> int:
        setup = titles(count, 200)
        for each in setup["titles"]:
            each["editions"][0]["prices"][0]["amount"] = price
        return len(office.statements_of(lambda at: at.load(setup)))

    assert asked(MANY, "70.00") == asked(FEW, "60.00")


def test_sales_are_imported_with_few_statements(office: Office) -> None:
    office.load(titles(MANY, 200))

    def asked(count: int, day: int) -> int:
        rows = [
            a_row(number + 1, isbn=an_isbn(2 * (200 + number)), date=f"2025-03-{day:02d}")
            for number in range(count)
        ]
        return len(office.statements_of(lambda at: at.bring_batch(rows)))

    asked(1, 1)
    assert asked(MANY, 2) == asked(FEW, 3)


def test_released_rows_are_recorded_with_few_statements(office: Office) -> None:
    def asked(count: int, number: int) -> int:
        missing = an_isbn(number)
        rows = [a_row(place + 1, isbn=missing, reference=str(place)) for place in range(count)]
        office.bring_batch(rows)
        setup = {"titles": [a_title(f"t{number}", an_edition(missing))]}
        return len(office.statements_of(lambda at: at.load(setup)))

    asked(1, 1_000)  # sums that were kept before are asked for from the second time on
    assert asked(MANY, 1_001) == asked(FEW, 1_002)
