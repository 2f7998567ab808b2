"""An invented publisher's catalogue and sales, identical for the same size.

2,000 editions of 500 titles, 12 retailers, 24 months, about 5 % returns and 1 % free copies.
"""

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

TITLES = 500
EDITIONS_A_TITLE = 4
STATEMENTS = 500
HEADER = (
    "date",
    "isbn",
    "retailer",
    "kind",
    "units",
    "currency",
    "list_price",
    "net",
    "discount",
    "country",
    "region",
    "city",
    "order",
    "reference",
)
_FORMATS = ("hardcover", "paperback", "ebook", "audiobook")
_PRICES = ("75.00", "38.00", "9.99", "24.50")
RETAILERS = (
    ("amazon", "online", "USD"),
    ("amazon-uk", "online", "GBP"),
    ("amazon-de", "online", "EUR"),
    ("barnes-noble", "bookstore", "USD"),
    ("elliott-bay", "bookstore", "USD"),
    ("powells", "bookstore", "USD"),
    ("waterstones", "bookstore", "GBP"),
    ("ingram", "wholesale", "USD"),
    ("gardners", "wholesale", "GBP"),
    ("meridian", "library", "USD"),
    ("web", "direct", "USD"),
    ("phone", "direct", "USD"),
)
_DISCOUNTS = ("0.40", "0.42", "0.45", "0.50", "0.55", "0.60")
_PLACES = (
    ("US", "WA", "Seattle"),
    ("US", "TX", "Houston"),
    ("US", "GA", "Atlanta"),
    ("US", "", ""),
    ("US", "NY", "Buffalo"),
)
_DAYS = [
    f"{year}-{month:02d}-{day:02d}"
    for year in (2024, 2025)
    for month in range(1, 13)
    for day in range(1, 29)
]


def isbns() -> list[str]:
    """2,000 ISBN-13 with valid check digits, with the prefix 979-8."""
    return [_checked(f"9798{number:08d}") for number in range(TITLES * EDITIONS_A_TITLE)]


def _checked(twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{-total % 10}"


def write_setup(path: Path) -> None:
    """The setup file: one contract a title, one plan and beneficiary a contract."""
    numbers = isbns()
    setup = {
        "publisher": {
            "name": "Bench House",
            "currency": "USD",
            "calendar": "yearly",
            "first_period": "2025",
        },
        "titles": [_title(place, numbers) for place in range(TITLES)],
        "retailers": [
            {"key": key, "name": key.title(), "channel": channel} for key, channel, _ in RETAILERS
        ],
        "contracts": [_contract(place) for place in range(TITLES)],
        "beneficiaries": [
            {"key": f"b{place}", "name": f"Beneficiary {place}", "country": "US"}
            for place in range(STATEMENTS)
        ],
        "plans": [_plan(place) for place in range(TITLES)],
        "exchange_rates": [
            {"period": "2025", "from": "GBP", "to": "USD", "rate": "1.2712"},
            {"period": "2025", "from": "EUR", "to": "USD", "rate": "1.0831"},
        ],
    }
    path.write_text(json.dumps(setup), encoding="utf-8")


def _title(place: int, numbers: list[str]) -> dict[str, object]:
    return {
        "key": f"t{place}",
        "title": f"Invented title {place}",
        "authors": ["A. Author"],
        "published": "2023-03-01",
        "editions": [
            {
                "isbn": numbers[place * EDITIONS_A_TITLE + number],
                "format": _FORMATS[number],
                "prices": [{"currency": "USD", "amount": _PRICES[number], "from": "2023-03-01"}],
            }
            for number in range(EDITIONS_A_TITLE)
        ],
    }


def _contract(place: int) -> dict[str, object]:
    return {
        "key": f"c{place}",
        "titles": [f"t{place}"],
        "currency": "USD",
        "starts": "2023-01-01",
        "author": "A. Author",
        "rules": [
            {
                "name": "Print",
                "formats": ["hardcover", "paperback"],
                "discount": {"below": "0.55"},
                "basis": "list",
                "tiers": [
                    {"up_to": 5000, "rate": "0.10"},
                    {"up_to": 10000, "rate": "0.125"},
                    {"rate": "0.15"},
                ],
            },
            {"name": "Digital", "formats": ["ebook", "audiobook"], "basis": "net", "rate": "0.25"},
            {"name": "Everything else", "basis": "net", "rate": "0.10"},
        ],
        "reserve": {"rate": "0.20", "formats": ["hardcover", "paperback"], "hold_periods": 1},
        "plan": f"p{place}",
    }


def _plan(place: int) -> dict[str, object]:
    mine, other = f"b{place % STATEMENTS}", f"b{(place + 1) % STATEMENTS}"
    steps = [
        {"share": "0.30", "to": [{"beneficiary": mine}]},
        {"remainder": True, "to": [{"beneficiary": mine, "weight": 2}, {"beneficiary": other}]},
    ]
    return {"key": f"p{place}", "versions": [{"from": "2023-01-01", "steps": steps}]}


def sales_rows(count: int, titles: int = TITLES) -> Iterator[tuple[str, ...]]:
    """Rows of the standard sales file, in the order in which they were sold."""
    chance = random.Random(1)
    numbers = isbns()[: titles * EDITIONS_A_TITLE]
    for row in range(count):
        edition = chance.randrange(len(numbers))
        retailer, _, currency = RETAILERS[chance.randrange(len(RETAILERS))]
        draw = chance.random()
        kind = "sale" if draw < 0.94 else "return" if draw < 0.99 else "free"
        units = chance.randint(1, 12)
        price = _PRICES[edition % EDITIONS_A_TITLE]
        discount = _DISCOUNTS[chance.randrange(len(_DISCOUNTS))]
        cents = int(price.replace(".", "")) * (100 - int(discount[2:])) * units
        sign = "-" if kind == "return" else ""
        net = "0" if kind == "free" else f"{sign}{cents // 10000}.{cents % 10000:04d}"
        yield (
            _DAYS[row * len(_DAYS) // count],
            numbers[edition],
            retailer,
            kind,
            f"{sign}{units}",
            currency,
            price,
            net,
            discount,
            *_PLACES[chance.randrange(len(_PLACES))],
            "",
            f"R{row}",
        )


def write_csv(path: Path, count: int, *, titles: int = TITLES) -> None:
    """A standard sales file of ``count`` rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(sales_rows(count, titles))


def write_xlsx(path: Path, count: int) -> None:
    """The same as a workbook."""
    from openpyxl import Workbook  # noqa: PLC0415 - only the workbook's bench needs it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sales")
    sheet.append(HEADER)
    for row in sales_rows(count):
        sheet.append([*row[:4], int(row[4]), row[5], *map(float, row[6:9]), *row[9:]])
    book.save(path)
