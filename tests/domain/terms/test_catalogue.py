"""List prices of editions, and how titles and their numbers are shown."""

from datetime import date

import pytest

from royalties.domain.terms.catalogue import (
    Edition,
    Format,
    Price,
    PublicTitle,
    Title,
    marked,
    numbers_heading,
)

EDITION = Edition(
    "9781442200012",
    Format.HARDCOVER,
    (
        Price("USD", 12_000_000, date(2025, 4, 1)),
        Price("USD", 10_000_000, date(2025, 1, 1)),
        Price("GBP", 8_000_000, date(2024, 1, 1)),
    ),
)


@pytest.mark.parametrize(
    ("day", "currency", "price"),
    [
        (date(2024, 12, 31), "USD", None),
        (date(2025, 1, 1), "USD", 10_000_000),
        (date(2025, 3, 31), "USD", 10_000_000),
        (date(2025, 4, 1), "USD", 12_000_000),
        (date(2030, 1, 1), "GBP", 8_000_000),
        (date(2030, 1, 1), "JPY", None),
    ],
)
def test_the_price_is_the_latest_in_the_currency_not_after_the_sale(
    day: date, currency: str, price: int | None
) -> None:
    assert EDITION.price_on(day, currency) == price


HOUSE_NUMBER = "2000000000015"


def test_house_number_is_not_an_isbn() -> None:
    assert marked(EDITION.isbn) == EDITION.isbn
    assert marked(HOUSE_NUMBER) == "No. 2000000000015"
    assert numbers_heading([EDITION.isbn, HOUSE_NUMBER]) == "ISBN or number"
    assert numbers_heading([EDITION.isbn]) == "ISBN"
    assert numbers_heading([]) == "ISBN"


@pytest.mark.parametrize(
    ("subtitle", "heading"),
    [("", "Counting: A: B"), ("B", "Counting: A"), ("A", "Counting: A: B")],
)
def test_heading_omits_the_subtitle(subtitle: str, heading: str) -> None:
    title = Title("count", "Counting: A: B", shown=PublicTitle(subtitle=subtitle))
    assert title.heading == heading
