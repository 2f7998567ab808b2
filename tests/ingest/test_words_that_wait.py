"""Rows whose identifier is words, or a house number: they wait, and are no notes or totals."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.shelf import Read, read, read_text

A = "9780306406157"
BAD = "9780306406158"
HEADER = "ISBN,SKU,Sale date,Units,Net amount,Currency\n"


def _read(folder: Path, *rows: str) -> Read:
    return read_text(folder, HEADER + "".join(f"{row}\n" for row in rows))


THINGS = st.tuples(
    st.sampled_from(("Tote bag", "Gift card", "Mug", "1204", "77", "Geschenkgutschein", "T-shirt")),
    st.integers(1, 20),
    st.integers(1, 9_999),
)


@settings(deadline=None)
@given(st.lists(THINGS, min_size=1, max_size=6), st.lists(st.integers(1, 9_999), max_size=3))
def test_all_money_is_recorded_or_waits(
    tmp_path_factory: pytest.TempPathFactory, things: list[tuple[str, int, int]], books: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("report")
    found = _read(
        folder,
        *(f"{A},,2025-03-{at:02},1,{cents / 100},USD" for at, cents in enumerate(books, 1)),
        *(f"{name},,2025-03-02,{units},{cents / 100},USD" for name, units, cents in things),
    )
    assert not found.messages
    assert len(found.sales) == len(books)
    assert sum(line.net or 0 for line in found.waiting) == 10_000 * sum(
        cents for _, _, cents in things
    )
    assert {line.identifier for line in found.waiting} == {name.upper() for name, _, _ in things}


@pytest.mark.parametrize("label", ["Total", "Blue Door Balance", "Salt & Light"])
def test_rows_that_add_up_others_do_not_wait(tmp_path: Path, label: str) -> None:
    rows = (f"{A},,2025-03-01,1,5,USD", f"{A},,2025-03-02,2,10,USD")
    found = _read(tmp_path, *rows, f"{label},,,3,15,USD")
    assert not found.waiting
    assert not found.messages
    assert len(found.sales) == 2


def test_words_without_a_day_are_a_problem_where_others_have_one(tmp_path: Path) -> None:
    rows = (f"{A},,2025-03-01,1,5,USD", f"{A},,2025-03-02,2,10,USD")
    found = _read(tmp_path, *rows, "Summit,,,7,70,USD")
    assert [message.split(":")[0] for message in found.messages] == ["4 ISBN", "4 Sale date"]


@pytest.mark.parametrize(
    ("isbn", "other", "waits"),
    [
        ("Tote bag", "9783161484100", "9783161484100"),
        ("Tote bag", "2940012345678", "2940012345678"),
        ("Tote bag", "", "TOTE BAG"),
        (BAD, "Tote bag", ""),
    ],
)
def test_a_number_comes_before_words(tmp_path: Path, isbn: str, other: str, waits: str) -> None:
    """A wrong check digit beside words stays a problem."""
    path = tmp_path / "report.csv"
    path.write_text(
        "Date Of Sale,Publisher's ISBN,BN Identifier,Title,List Price($),Unit Sold,Units Returned,"
        f"Total Publisher's Revenue\n03/13/2025,{isbn},{other},Bag,10.00,2,0,12.00\n",
        encoding="utf-8",
    )
    found = read(path)
    assert [line.identifier for line in found.waiting] == [waits] * bool(waits)
    assert bool(found.messages) is not bool(waits)
