"""Rows and files that stand out: copies far beyond the usual, footers, hidden rows, odd parts."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.unusual import CopyCounts
from tests.ingest.shelf import BAD, RIVER, TRADE, Read, read, read_text

A = "9780306406157"
HEADER = "ISBN,Sale date,Units,Net amount,Currency\n"


def _rows(folder: Path, *units: int, more: str = "") -> Read:
    rows = [f"{A},2025-03-01,{count},{count}.50,USD" for count in units]
    return read_text(folder, HEADER + "\n".join(rows) + "\n" + more)


def _told(found: Read, code: str) -> str:
    return "; ".join(each.message for each in found.reading.notices if each.code == code)


@pytest.mark.parametrize(
    ("units", "told"),
    [
        ((1, 2, 3, 4, 2_500), "row 6: 2,500 copies, while half of all rows have 3 or fewer"),
        ((1, 2, 3, 4, 2_500, 3_000), "(1 more such rows)"),
        ((1, 2, 3, 4, 900), ""),
        ((100, 200, 300, 400, 2_500), ""),
        ((5_000,), ""),
        ((25_000,), "row 2: 25,000 copies: is it copies that stand there?"),
    ],
)
def test_copies_far_beyond_the_usual(tmp_path: Path, units: tuple[int, ...], told: str) -> None:
    found = _told(_rows(tmp_path, *units), "units-unusual")
    assert told in found
    assert bool(told) is bool(found)


@given(
    st.lists(
        st.tuples(st.integers(1, 2), st.integers(1, 3), st.sampled_from((1, 2, 3)), st.integers(1, 9)),
        min_size=1,
    ),
    st.integers(1, 4),
)  # fmt: skip
def test_copies_are_balanced_however_they_are_read(
    lines: list[tuple[int, int, int, int]], size: int
) -> None:
    signed = [(*line[:3], -line[3] if line[2] == 2 else line[3]) for line in lines]
    copies = CopyCounts()
    for first in range(0, len(signed), size):
        some = signed[first : first + size]
        shops, books, kinds, units = zip(*some, strict=True)
        copies.look((0, str), range(len(some)), (shops, books, kinds, units))
    net = {
        pair: sum(count for *of, kind, count in signed if (*of,) == pair and kind != 3)
        for pair in {line[:2] for line in signed}
    }
    assert copies.beyond_sales == {pair: -count for pair, count in net.items() if count < 0}


@pytest.mark.parametrize(
    "text", ["Figures exclude returns of March", "* preliminary", "Page 1 of 2"]
)
def test_footer_below_the_last_sale_needs_confirmation(tmp_path: Path, text: str) -> None:
    found = _rows(tmp_path, 1, 2, more=f"\n{text},,,,\n")
    assert _told(found, "footer").startswith(f"row 5 has only text: {text!r}, below the last sale")
    known = replace(RIVER, skip=(text.split(maxsplit=1)[0],))
    silent = read_text(
        tmp_path, f"{HEADER}{A},2025-03-01,1,1.50,USD\n{text},,,,\n", mappings=[known]
    )
    assert not silent.codes


def test_a_heading_between_sales_is_a_note(tmp_path: Path) -> None:
    found = _rows(tmp_path, 1, more=f"Hardcovers,,,,\n{A},2025-03-02,1,1.50,USD\n")
    assert not found.codes
    assert "row 3 has only text: 'Hardcovers'" in found.reading.notes


def test_hidden_rows_are_confirmed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BAD / "xlsx-ok.xlsx")
    sheet = book.worksheets[0]
    sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    found = read(tmp_path / "hidden.xlsx", TRADE, [RIVER])
    assert "has hidden rows: they are imported like the others" in _told(found, "hidden-rows")
    assert found.reading.totals.lines == 3


def _packed(*more: tuple[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(BAD / "xlsx-ok.xlsx") as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for name, part in more:
            new.writestr(name, part)
    return data.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "xl/../../evil.xml",
        "/etc/evil.xml",
        "..\\evil.xml",
        "C:/evil.xml",
        "C:\\evil",
    ],
)
def test_workbook_with_path_traversal_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(_packed((name, b"<x/>")))
    with pytest.raises(UnreadableError, match="leaves its folder"):
        read(path, TRADE, [RIVER])


@pytest.mark.parametrize("name", ["xl/..hidden.xml", "xl/a..b.xml"])
def test_two_dots_inside_a_name_leave_no_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(_packed((name, b"<x/>")))
    assert read(path, TRADE, [RIVER]).reading.totals.lines == 3


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_a_workbook_with_macros_is_read_and_says_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.xlsm"
    path.write_bytes(_packed((name, b"\xd0\xcf")))
    found = read(path, TRADE, [RIVER])
    assert found.reading.totals.lines == 3
    assert "the workbook has macros: none of them was run" in found.reading.notes


UNIT_NET = replace(RIVER, columns={**RIVER.columns, "unit_net": "Each"})


@pytest.mark.parametrize("book", [A, "9783161484100"], ids=("known", "waiting"))
@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ("2,10.00,5.00", ""),
        ("3,10.00,3.33", ""),
        ("2,10.00,10.00", "net receipts of 10.00 USD, but 2 copies at 10.00 each make 20.00"),
        ("-2,-10.00,5.00", ""),
        ("-2,-10.00,-5.00", ""),
        ("-2,-12.00,5.00", "make -10.00"),
        ("2,10.00,", ""),
    ],
)
def test_net_that_is_not_units_at_the_receipts_of_one(
    tmp_path: Path, figures: str, told: str, book: str
) -> None:
    text = f"ISBN,Sale date,Units,Net amount,Each,Currency\n{book},2025-03-01,{figures},USD\n"
    found = read_text(tmp_path, text, mappings=[UNIT_NET])
    assert not found.reading.problems
    assert told in _told(found, "figures-differ")
    assert found.codes <= ({"figures-differ"} if told else set())
