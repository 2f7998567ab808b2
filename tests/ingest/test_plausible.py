"""A mapped report whose receipts cannot be those of its copies is to be confirmed."""

from pathlib import Path

import pytest

from royalties.ingest.report.mapping import Mapping
from tests.ingest.shelf import RIVER, Read, read_text

HEADER = "Sale date,ISBN,Units,Net amount,Currency,List price"
PRICED = Mapping("priced", "amazon", {**RIVER.columns, "list_price": "List price"})


def some(folder: Path, *rows: str) -> Read:
    """Rows of units, net receipts and list price."""
    lines = [
        f"2026-03-01,9780306406157,{units},{net},USD,{price}"
        for units, net, price in map(str.split, rows)
    ]
    return read_text(folder, "\n".join([HEADER, *lines]) + "\n", mappings=[PRICED])


@pytest.mark.parametrize(
    ("rows", "is_doubted"),
    [
        (["3 0.30 20.00"], True),
        (["3 1.20 20.00"], False),  # 2 % exactly
        (["3 1.19 20.00"], True),
        (["3 72.00 20.00"], False),  # 120 % exactly
        (["3 72.01 20.00"], True),
        (["3 0.30 20.00", "3 30.00 20.00"], False),  # half of them
        (["3 0.30 20.00", "3 30.00 20.00", "1 0.10 20.00"], True),
        (["3 0 20.00", "-3 -0.30 20.00"], False),  # what brought nothing, and returns
    ],
)
def test_receipts_far_from_most_list_prices_are_doubted(
    tmp_path: Path, rows: list[str], is_doubted: bool
) -> None:
    found = some(tmp_path, *rows)
    assert found.messages == []
    assert ("net-implausible" in found.codes) is is_doubted


def test_doubt_names_one_row_and_the_number_of_similar_rows(tmp_path: Path) -> None:
    found = some(tmp_path, "3 30.00 20.00", "3 0.30 20.00", "1 0.10 20.00")
    (message,) = [each.message for each in found.reading.notices if each.code == "net-implausible"]
    assert message == (
        "row 3: net receipts of 0.30 USD for 3 copies at a list price of 20.00; 2 of 3 sales with a "
        "list price are below 2 % of it or above 120 %: is the column of net receipts the right "
        "one, and is it of the whole row?"
    )
