"""Reports with a column of copies that came back beside those that were sold."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royalties.ingest.proposing import is_net_of_returns
from royalties.ingest.report.mapping import Mapping
from tests.ingest.shelf import TRADE, read_text

A, STRANGER = "9780306406157", "9780000000002"

_COLUMNS = {
    "isbn": "ISBN", "date": "Day", "units": "Sold", "returned_units": "Back", "net": "Net",
    "currency": "Currency", "unit_net": "Each", "list_price": "Price", "discount": "Disc",
}  # fmt: skip
HEADER = "ISBN,Day,Sold,Back,Net,Currency,Each,Price,Disc\n"
FIGURES = st.tuples(
    st.integers(1, 400), st.integers(0, 400), st.integers(100, 5000), st.integers(0, 90)
)


def _rows(figures: list[tuple[int, int, int, int]], book: str, off: Decimal) -> str:
    """Rows whose money is that of the copies kept; ``off`` is too much money in each."""
    rows = []
    for sold, back, cents, percent in figures:
        price = Decimal(cents) / 100
        each = price * (100 - percent) / 100
        net = each * (sold - back) + off
        rows.append(f"{book},2025-03-01,{sold},{back},{net:.4f},USD,{each},{price},{percent}%\n")
    return HEADER + "".join(rows)


@pytest.mark.parametrize("book", [A, STRANGER], ids=["known", "waiting"])
@settings(deadline=None, max_examples=60)
@given(st.lists(FIGURES, min_size=1, max_size=4))
def test_money_of_the_copies_kept_is_no_contradiction(
    tmp_path_factory: pytest.TempPathFactory, book: str, figures: list[tuple[int, int, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("report")
    mapping = Mapping(key="r", retailer="amazon", columns=_COLUMNS, returns="own-column")
    found = read_text(folder, _rows(figures, book, Decimal(0)), mappings=[mapping])
    assert not found.messages
    # A row whose copies all came back brings nothing, and gave none away.
    assert not {"figures-differ", "column-not-read", "zero-net"} & found.codes
    kept = [sold - back for sold, back, _, _ in figures]
    units = [line[6] for line in found.sales] + [line.units for line in found.waiting]
    assert sum(units) == sum(kept)
    nets = [line[9] for line in found.sales] + [line.net or 0 for line in found.waiting]
    assert sum(nets) == sum(
        cents * (100 - percent) * left * 100
        for (_, _, cents, percent), left in zip(figures, kept, strict=True)
    )


@settings(deadline=None, max_examples=30)
@given(FIGURES.filter(lambda each: each[0] != each[1]))
def test_other_money_than_that_of_the_copies_kept_is(
    tmp_path_factory: pytest.TempPathFactory, figures: tuple[int, int, int, int]
) -> None:
    """By more than half a cent for each copy."""
    folder = tmp_path_factory.mktemp("report")
    mapping = Mapping(key="r", retailer="amazon", columns=_COLUMNS, returns="own-column")
    off = Decimal(figures[0] - figures[1])
    found = read_text(folder, _rows([figures], A, off), mappings=[mapping])
    assert "figures-differ" in found.codes


def test_copies_that_are_kept_without_money_are_warned_of(tmp_path: Path) -> None:
    mapping = Mapping(key="r", retailer="amazon", columns=_COLUMNS, returns="own-column")
    text = HEADER + f"{A},2025-03-01,3,1,0.00,USD,,,\n"
    assert "zero-net" in read_text(tmp_path, text, mappings=[mapping]).codes


def test_a_column_of_returns_is_not_passed_over(tmp_path: Path) -> None:
    """It was named, but returns were not said to be there: two copies must not count unseen."""
    mapping = Mapping(key="r", retailer="amazon", columns=_COLUMNS)
    text = HEADER + f"{A},2025-03-01,2,1,6.00,USD,,,\n"
    found = read_text(tmp_path, text, known=TRADE, mappings=[mapping])
    said = {notice.code: notice.message for notice in found.reading.notices}
    assert said["column-not-read"].startswith("Back: 1 is not read, since returns are not said")
    none = HEADER + f"{A},2025-03-01,2,0,6.00,USD,,,\n"
    assert "column-not-read" not in read_text(tmp_path, none, mappings=[mapping]).codes


@pytest.mark.parametrize(
    ("heading", "is_net"),
    [("Units", False), ("Net units", True), ("NetSold", True), ("Unidades netas", True), ("", False)],
)  # fmt: skip
def test_headings_of_copies_kept(heading: str, is_net: bool) -> None:
    assert is_net_of_returns(heading) is is_net
