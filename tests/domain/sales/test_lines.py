"""Sale lines by the column, and those from before the books."""

import pytest

from royalties.domain.sales import lines
from royalties.domain.sales.lines import Early, Repeated, SaleLine, by_column, by_line, distinct


def a_line(row: int) -> SaleLine:
    about = (row % 2 + 1, "2024-03-01", row, "USD", 10**6, row * 10**6, 0)
    return SaleLine(0, row, 7, 1, *about, "US", "WA", "", "", f"R{row}")


def test_repeated_column_is_like_its_values() -> None:
    column = Repeated([0, 1, 0], ["a", None, "never used"])
    assert [*column] == ["a", None, "a"]
    assert len(column) == 3
    assert (column[1], [*column[1:]]) == (None, [None, "a"])
    assert None in column
    assert "never used" not in column
    assert distinct(column) == {"a", None} == distinct(["a", None, "a"])


def test_lines_come_back_from_columns_that_repeat() -> None:
    some = [a_line(row) for row in range(1, 9)]
    columns = [Repeated(range(len(some)), [*column]) for column in by_column(some)]
    assert [*by_line((*columns,))] == some


def test_early_lines_too_many_to_keep_are_not_kept_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_MOST_EARLY", 2)
    early = Early()
    for row in (1, 2, 1, 2):
        early.note(a_line(row))
    assert early.is_complete
    assert [*early.sold.values()] == [(2, 2 * 10**6), (4, 4 * 10**6)]
    for row in (1, 2):
        early.note(a_line(row)._replace(edition=8))
        assert (early.is_complete, early.sold) == (False, {})
