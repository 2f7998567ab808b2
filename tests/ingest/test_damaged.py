"""Damaged files: the columns of a file are offered to be mapped only if it has any to show."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.problems import Cause, Problem
from royalties.ingest.recognise import first_rows, open_report
from royalties.ingest.report.cells import text_of
from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import BAD, SAMPLES, TRADE
from tests.selection import costly

FILES = sorted(path for folder in (BAD, SAMPLES) for path in folder.iterdir() if path.is_file())
DAMAGE = {
    "none": lambda data, at: data,
    "cut": lambda data, at: data[:at],
    "without its beginning": lambda data, at: data[at:],
    "a gap": lambda data, at: data[:at] + data[at + 64 :],
    "zeros": lambda data, at: data[:at] + bytes(len(data) - at),
    "another byte": lambda data, at: data[:at] + bytes((data[at] ^ 0x55,)) + data[at + 1 :],
}


def refusal(path: Path) -> Problem | None:
    try:
        open_report(path, name=path.name, known=TRADE, mappings=(), choices={}).close()
    except UnreadableError as error:
        return error.problem
    return None


def has_columns(path: Path) -> bool:
    """Whether one of the first rows may be a header."""
    try:
        sheets = first_rows(path, {})
    except UnreadableError:
        return False
    rows = (row for sheet in sheets for row in sheet.rows[:15])
    return any(sum(bool(text_of(cell).strip()) for cell in row) > 1 for row in rows)


@costly()
@given(
    file=st.sampled_from(FILES),
    damage=st.sampled_from(sorted(DAMAGE)),
    share=st.integers(0, 999),
)
def test_columns_are_offered_for_mapping_only_where_there_are_any(
    file: Path, damage: str, share: int
) -> None:
    data = file.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"damaged{file.suffix}"
        path.write_bytes(DAMAGE[damage](data, len(data) * share // 1_000) if data else data)
        problem = refusal(path)
        if problem is not None:
            assert (problem.cause == Cause.OTHER_COLUMNS) == has_columns(path), problem


@pytest.mark.parametrize("words", ["map", "columns"])
@pytest.mark.parametrize("name", ["xlsx-bitflip.xlsx", "csv-empty.csv", "xlsx-encrypted.xlsx"])
def test_remedy_of_an_unreadable_file_is_another_file(name: str, words: str) -> None:
    problem = refusal(BAD / name)
    assert problem is not None
    assert words not in problem.remedy


@given(seed=st.integers(0, 2**32), size=st.integers(1_000, 20_000))
def test_bytes_without_any_sense_are_neither_text_nor_a_workbook(seed: int, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        path.write_bytes(random.Random(seed).randbytes(size))
        problem = refusal(path)
    assert problem is not None
    assert "map" not in problem.remedy


def test_text_with_a_stray_control_character_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"ISBN,Units,Net\n" + b"9780306406157,1\x02,10.00\n" * 500)
    assert has_columns(path)
