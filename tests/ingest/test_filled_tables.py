"""Tables that somebody filled in: read within bounds, and each cell as it is shown."""

import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from royalties.ingest.uploads import children
from royalties.ingest.uploads.filled_apart import read_filled_apart
from royalties.ingest.uploads.filled_table import FilledTableError, cell_text, read_filled

COLUMNS = ("what", "of", "amount")


def test_table_is_read_apart_as_it_is_read_here(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for line in (["Note"], ["what", "", "of", "amount"], ["balance", "x", "tacoma", 0.1 + 0.2]):
        book.active.append(line)
    path = tmp_path / "table.xlsx"
    book.save(path)
    [row] = read_filled_apart(path, COLUMNS, COLUMNS)
    assert (row.number, row.cells) == (3, {"what": "balance", "of": "tacoma", "amount": "0.3"})
    assert read_filled(path, COLUMNS, COLUMNS) == [row]


def test_file_that_is_not_a_table_is_reported_when_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FilledTableError, match="no header names the columns what, of, amount"):
        read_filled_apart(path, COLUMNS, COLUMNS)


def test_reader_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    os.mkfifo(path)  # who opens it waits for somebody who writes
    monkeypatch.setattr(children, "WAIT_SECONDS", 0.5)
    with pytest.raises(FilledTableError, match="could not be read safely"):
        read_filled_apart(path, COLUMNS, COLUMNS)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ((2025, 7, 31), "2025-07-31"),
        ((2025, 7, 31, 12, 0, 0), "2025-07-31"),
        (b"#N/A", "#N/A"),
        (b"=", "(formula without a value)"),
        (b"TRUE", "TRUE"),
        (5.0, "5"),
        (-0.5, "-0.5"),
        (0.1 + 0.2, "0.3"),
        (1234.57, "1234.57"),
        (1e15, "1000000000000000"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (None, ""),
        (" x ", "x"),
    ],
)
def test_cell_of_a_table_is_text_as_it_would_be_typed(cell: object, text: str) -> None:
    assert cell_text(cell) == text
