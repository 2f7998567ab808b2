"""A long sheet is parsed in pieces: whatever is asked of it, the answer is that of the whole."""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import python_calamine as calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.report.workbook import Workbook
from royalties.ingest.sandbox import pieces
from royalties.ingest.sandbox.archive import Archive, FileRefusedError
from royalties.ingest.sandbox.pieces import JoinedSheet, PackedSheet
from royalties.ingest.sandbox.session import Session
from tests.selection import costly

WHOLE = 1 << 40
QUESTIONS = (b"about", b"sheet 0", b"rows 0 0 40", b"rows 0 0 0", b"rows 0 7 0")
SHEET = "xl/worksheets/sheet1.xml"


def _answers(path: Path, size: int) -> list[bytes | str]:
    """What the child would send of a workbook whose sheet is cut into pieces of a size."""
    sent: list[bytes | str] = []
    with patch.object(pieces, "_PIECE", size), patch.object(pieces, "_OF_COMMON", 0):
        try:
            session = Session(path, "zip", careful=False)
            for question in QUESTIONS:
                out = io.BytesIO()
                session.answer(question, out)
                sent.append(out.getvalue())
        except (FileRefusedError, MemoryError) as refused:
            sent.append(repr(refused) + getattr(refused, "message", ""))
    return sent


def _assert_same(data: bytes, sizes: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        path.write_bytes(data)
        whole = _answers(path, WHOLE)
        for size in sizes:
            assert _answers(path, size) == whole, f"in pieces of {size} bytes"


values = st.one_of(
    st.none(), st.just(""), st.integers(-10**9, 10**9), st.floats(-1e9, 1e9), st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8),
    st.sampled_from(("USD", "a & <b>", " padded ", '<row r="3">', "=1+1", "=SUM(A1:A2)", "#N/A")),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.times(),
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),
)  # fmt: skip
tables = st.lists(st.lists(values, max_size=5), min_size=1, max_size=25)
sizes = st.lists(st.integers(1, 1_500), min_size=1, max_size=2)


def _by_xlsxwriter(rows: Sequence[Sequence[Any]], first: int, *, in_memory: bool) -> bytes:
    """As Excel writes it: shared texts, or texts beside the cells, and no row without cells."""
    data = io.BytesIO()
    options = {"constant_memory": in_memory, "in_memory": True, "default_date_format": "d.m.yyyy"}
    book = xlsxwriter.Workbook(data, options)
    sheet = book.add_worksheet()
    sheet.set_row(first + 2, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, book.add_format({"num_format": "0%"}), {"hidden": True})
    for at, row in enumerate(rows, first):
        for column, value in enumerate(row):
            if isinstance(value, str) and value.startswith("="):
                sheet.write_formula(at, column, value, None, at)
            elif isinstance(value, date | time):
                sheet.write_datetime(at, column, value)
            elif value is not None:
                sheet.write(at, column, value)
    sheet.merge_range(first + 40, 0, first + 41, 2, "merged")
    book.close()
    return data.getvalue()


def _by_openpyxl(rows: Sequence[Sequence[Any]], first: int, *, write_only: bool) -> bytes:
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet() if write_only else book.active
    assert sheet is not None
    for cells in [[None]] * first + [*rows]:
        sheet.append(
            [value for value in cells if not isinstance(value, str) or value.isprintable()]
        )
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@costly(8)
@given(tables, st.integers(0, 12), sizes, st.sampled_from(range(4)))
def test_pieces_of_written_workbooks_answer_as_the_whole(
    rows: list[list[Any]], first: int, of: list[int], writer: int
) -> None:
    if writer < 2:
        data = _by_xlsxwriter(rows, first, in_memory=bool(writer))
    else:
        data = _by_openpyxl(rows, first, write_only=writer == 2)
    _assert_same(data, of)


CELLS = (
    '<c r="A{0}"><v>{0}</v></c>', '<c r="B{0}" t="inlineStr"><is><t>x</t></is></c>',
    '<c r="D{0}" t="str"><f>1</f><v>y</v></c>', "<c><v>7</v></c>", "<c/>", '<c r="E{0}"/>',
    '<c t="inlineStr" r="C{0}"><is><t></t></is></c>', "<c r='A{0}'><v>1</v></c>",
    '<c r="B{0}" t="e"><v>#N/A</v></c>', '<c r="A{0}"><f>A1</f></c>', '<c r="B{0}" t="s"><v>3</v></c>',
)  # fmt: skip
ODD_CELLS = (
    '<c r="C{1}"><v>8</v></c>', '<c r="{0}A"><v>2</v></c>', "<c r='XFD{0}'><v>9</v></c>",
    '<c r="A{0}" s="900"><v>2</v></c>', '<c r="B{0}" t="s"><v>99</v></c>',
)  # fmt: skip
ROWS = (
    '<row r="{0}">', '<row r="{0}" spans="1:4" hidden="1">', '<row spans="1:4" r="{0}">',
    '<row r="{0}" x="&gt;">', '<row\nr="{0}">', "<row r='{0}'>", "<row>",
)  # fmt: skip
ODD = (
    *(f'<row r="{{0}}">{cell}</row>' for cell in ODD_CELLS),
    '<row r="{1}"><c><v>5</v></c></row>', '<row r="0"><c><v>5</v></c></row>', '<row r=""></row>',
    '<row r="{0}" r="{0}"></row>', '<row r="{0}<c><v>5</v></c></row>', '<row r="{0}"/>', "</row>",
    '<!-- <row r="{1}"> -->', '<?x <row r="{1}"?>', "<x a='<row r=\"{1}\">'/>", "&amp;",
    '<![CDATA[<row r="{1}">]]>', "</sheetData>", "<sheetData>",
    '<mc:x><row r="{0}"><c r="B{0}"><v>6</v></c></row></mc:x>',
)  # fmt: skip
HEADS = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<worksheet xmlns="x"><dimension ref="A1:D9"/><sheetData>',
    '<?xml version="1.0" encoding="ISO-8859-1"?><worksheet xmlns="x"><sheetData>',
    '<x:worksheet xmlns:x="x"><sheetData>',
    '<worksheet xmlns="x"><dimension ref="?"/><sheetData>',
    '<worksheet xmlns="x"><!-- <sheetData> --><sheetData>',
)
TAILS = (
    "</sheetData></worksheet>",
    '</sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells></worksheet>',
    '</sheetData><extLst><row r="900"><c r="A900"><v>9</v></c></row></extLst></worksheet>',
    "</sheetData ></worksheet>",
    "",
)


@st.composite
def spelled_sheets(draw: st.DrawFn) -> str:
    """A sheet's XML, whose rows and cells are spelled in many ways, some of which no program uses."""
    head = draw(st.sampled_from(HEADS[:2]) | st.sampled_from(HEADS))
    tail = draw(st.sampled_from(TAILS[:2]) | st.sampled_from(TAILS))
    spelled, number = [], 0
    for _ in range(draw(st.integers(1, 14))):
        number += draw(st.sampled_from((1, 1, 1, 2, 30)))
        row = [draw(st.sampled_from(ROWS)), *draw(st.lists(st.sampled_from(CELLS), max_size=4))]
        spelled.append("".join([*row, "</row>"]).format(number))
    if odd := draw(st.sampled_from(("", *ODD))):
        place = draw(st.integers(0, len(spelled)))
        spelled.insert(place, odd.format(number + 1, draw(st.integers(1, number + 2))))
    return "".join([head, *spelled, tail])


def _with_sheet(xml: str) -> bytes:
    """A workbook with this XML for its sheet."""
    data = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(_by_xlsxwriter([["a", "b", "c", "d"]], 0, in_memory=False)))
    with zipfile.ZipFile(data, "w") as target:
        for name in source.namelist():
            target.writestr(name, xml if name == SHEET else source.read(name))
    return data.getvalue()


@given(spelled_sheets(), st.lists(st.integers(1, 200), min_size=1, max_size=2))
def test_pieces_of_unusual_sheets_answer_as_the_whole(xml: str, of: list[int]) -> None:
    _assert_same(_with_sheet(xml), of)


def _long(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sales")
    for at in range(3, rows):
        cells = [f"R{at}", at, at / 8, "USD", "Seattle", "" if at % 3 else "text", at * 2, "sale"]
        sheet.write_row(at, 1, cells)
    book.add_worksheet("Other").write(0, 0, "x")
    book.close()


def test_a_long_sheet_is_parsed_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    _long(path, 9_000)
    archive = Archive(path)
    archive.check()
    packed = PackedSheet(archive, "Sales", SHEET, archive.part(SHEET), frozenset((SHEET,)))
    with ThreadPoolExecutor(2) as beside:
        begun = pieces.begin(packed, beside)
    assert len(begun) > 1
    sheet = pieces.joined(begun)
    assert isinstance(sheet, JoinedSheet)
    whole = calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Sales")
    assert (sheet.start, sheet.total_height, sheet.width) == ((3, 1), 8_999, whole.width)
    assert list(sheet.iter_rows()) == list(whole.iter_rows())
    book = Workbook(path, "zip")
    try:
        assert [len(list(each.rows())) for each in book.sheets] == [9_000, 1]
        assert [*list(book.sheets[0].rows())[-1]] == list(whole.iter_rows())[-1]
    finally:
        book.close()


def test_what_every_piece_needs_is_small_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    _long(path, 9_000)
    with zipfile.ZipFile(path, "a") as archive_file:
        archive_file.writestr("xl/notes.xml", b"<x/>" * 500_000)
    archive = Archive(path)
    archive.check()
    packed = PackedSheet(archive, "Sales", SHEET, archive.part(SHEET), frozenset((SHEET,)))
    with ThreadPoolExecutor(1) as beside:
        assert not pieces.begin(packed, beside)
