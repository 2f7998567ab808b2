"""Workbooks: what cells can hold, what a fast reader would pass over, and what must not open."""

import gc
import os
import re
import timeit
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import process_time
from typing import Any, cast

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from royalties.ingest.recognise import as_received, open_report
from royalties.ingest.report import workbook as workbook_module
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.sandbox import sheet_xml
from royalties.ingest.sandbox.sheet_xml import Styles, inspect_sheet
from tests.ingest.shelf import BAD, RIVER, SAMPLES, TRADE, Read, read, read_text

HEADER = ["ISBN", "Title", "Sale date", "Units", "Net amount", "Currency"]
ROW = ["9780306406157", "The River Clock", date(2026, 7, 15), 10, 129.9, "USD"]


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Read]:
    def build(*rows: list[Any], change: Callable[[Worksheet], None] | None = None) -> Read:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (HEADER, *(rows or (ROW,))):
            sheet.append(row)
        if change:
            change(sheet)
        path = tmp_path / "report.xlsx"
        book.save(path)
        book.close()
        return read(path, TRADE, [RIVER])

    return build


def _with(place: int, value: object) -> list[Any]:
    return [*ROW[:place], value, *ROW[place + 1 :]]


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (3, True, "TRUE is not a value of Units"),
        (3, False, "FALSE is not a value of Units"),
        (3, "=5+5", "the formula in Units was never calculated"),
        (4, "#N/A", "Net amount holds the error #N/A"),
        (4, "#REF!", "Net amount holds the error #REF!"),
        (0, "#VALUE!", "ISBN holds the error #VALUE!"),
        (2, "=TODAY()", "the formula in Sale date was never calculated"),
        (3, 1.5, "'1.5' is not a whole number"),
        (4, 1 / 3, "more than six decimals"),
        (4, 1e300, "is not a number"),
        (2, datetime(1900, 1, 5), "out of range"),
        (2, 60, "out of range"),
        (2, 3_000_000, "is not a date"),
        (4, datetime(2026, 7, 15), "'2026-07-15' is a date, not an amount"),
        (3, datetime(2026, 7, 15), "not a whole number"),
        (0, datetime(2026, 7, 15), "a date, not an ISBN"),
    ],
)
def test_cell_without_a_value_is_refused(
    built: Callable[..., Read], place: int, value: object, message: str
) -> None:
    found = built(_with(place, value), ROW)
    [problem] = found.reading.problems
    assert message in problem.message
    assert (problem.row, problem.column) == (2, HEADER[place])
    assert len(found.sales) == 1


def test_error_cell_in_an_unused_column_is_ignored(built: Callable[..., Read]) -> None:
    assert not built(_with(1, "#N/A")).reading.problems


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (datetime(2026, 9, 30, 23, 59, 59), "2026-09-30"),
        (46295.9999999, "2026-09-30"),
        (46295.999999999, "2026-09-30"),
        (46295, "2026-09-30"),
        ("2026-09-30", "2026-09-30"),
    ],
)
def test_time_of_day_is_cut_from_dates(built: Callable[..., Read], value: object, day: str) -> None:
    def as_date(sheet: Worksheet) -> None:
        sheet["C2"].number_format = "yyyy-mm-dd hh:mm"

    for change in (None, as_date):
        assert built(_with(2, value), change=change).sales[0][5] == day


def test_dates_of_the_1904_system_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(ROW)
    book.save(tmp_path / "mac.xlsx")
    assert read(tmp_path / "mac.xlsx", TRADE, [RIVER]).sales[0][5] == "2026-07-15"


def test_floats_become_exact(built: Callable[..., Read]) -> None:
    amounts = [0.1 + 0.2, 1.1 * 3, 129.90000000000001, 24.95 * 3]
    found = built(*([*ROW[:4], amount, "USD"] for amount in amounts))
    assert [line[9] for line in found.sales] == [300_000, 3_300_000, 129_900_000, 74_850_000]


def test_table_may_begin_anywhere_in_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in enumerate(HEADER):
        sheet.cell(4, 3 + place, value)
        sheet.cell(5, 3 + place).value = cast(str, ROW[place])
    sheet["C5"].font = Font(strike=True)
    sheet.column_dimensions["F"].hidden = True
    sheet["F5"].number_format = "0%"
    sheet["K5"] = "a remark beside the table"
    book.save(tmp_path / "aside.xlsx")
    found = read(tmp_path / "aside.xlsx", TRADE, [RIVER])
    assert [line[1] for line in found.sales] == [5]
    assert found.codes == {"struck-out", "hidden-column", "percent-units"}


def test_several_sheets_are_asked_about(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, units in (("May", 1), ("June", 2)):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(_with(3, units))
    book.save(tmp_path / "two.xlsx")
    found = read(tmp_path / "two.xlsx", TRADE, [RIVER])
    assert [choice.options for choice in found.reading.choices] == [("May", "June", "all")]
    chosen = {
        answer: read(tmp_path / "two.xlsx", TRADE, [RIVER], sheet=answer).reading.totals.sold
        for answer in ("May", "June", "all")
    }
    assert chosen == {"May": 1, "June": 2, "all": 3}
    wrong = read(tmp_path / "two.xlsx", TRADE, [RIVER], sheet="July")
    assert "'July' does not fit" in wrong.reading.choices[0].message


def _rezipped(source: Path, target: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            short = name.rpartition("/")[2].partition(".")[0]
            new.writestr(name, parts.pop(short, b"") or old.read(name))
        for name, data in parts.items():
            new.writestr(f"xl/{name}.xml", data)
    return target


_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _sheet(rows: bytes) -> bytes:
    return b'<worksheet xmlns="%s">' % _MAIN + b"<sheetData>" + rows + b"</sheetData></worksheet>"


_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (c + 1, *[c] * 8) for c in range(97, 112)
)


# Made when they are asked for: half a gigabyte would be in the way of all other tests.
_HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "sheet": ("sheet1", lambda: _sheet(b" " * 250_000_000), "unpacks to more than 200 MB"),
    "strings": (
        "sharedStrings",
        lambda: b"<sst>" + b"<si><t>x</t></si>" * 10_000_000,
        "unpacks to more than",
    ),
    "ratio": ("sharedStrings", lambda: b"x" * 60_000_000, "unpacks to more than"),
    "styles": (
        "styles",
        lambda: b"<styleSheet>" + os.urandom(6_000_000).hex().encode(),
        "styles",
    ),
    "rows": (
        "sheet1",
        lambda: _sheet(b'<row><c t="n"><v>1</v></c></row>' * 1_048_575),
        "more than 250,000 rows",
    ),
    "laughs": ("workbook", lambda: _LAUGHS + b"]><x>&p;</x>", "damaged"),
    "cut": ("workbook", lambda: b"<workbook", "damaged"),
    "cut-sheet": ("sheet1", lambda: b"<worksheet><sheetData><row", "damaged|safely"),
    "garbage": ("styles", lambda: b"\xff\xfe<", "damaged|safely"),
}


@pytest.mark.usefixtures("own_processes")
@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize("what", _HOSTILE)
def test_hostile_workbooks_are_refused(tmp_path: Path, what: str) -> None:
    part, data, message = _HOSTILE[what]
    path = _rezipped(BAD / "xls-dim-small.xlsx", tmp_path / "bomb.xlsx", **{part: data()})
    assert path.stat().st_size < 15_000_000
    with pytest.raises(UnreadableError, match=message):
        read(path, TRADE, [RIVER])


def test_workbook_with_too_many_parts_is_refused(tmp_path: Path) -> None:
    parts = {f"part{number}": b"x" for number in range(1_001)}
    path = _rezipped(BAD / "xlsx-ok.xlsx", tmp_path / "parts.xlsx", **parts)
    with pytest.raises(UnreadableError, match="parts"):
        read(path, TRADE, [RIVER])


@pytest.mark.thorough("measurements")
def test_cell_far_from_the_table_uses_no_memory(tmp_path: Path) -> None:
    plain = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>' % (row, row, text)
        for row, text in ((1, b"ISBN"), (2, b"9780306406157"))
    )
    wide = b'<row r="3"><c r="XFD3"><v>1</v></c></row>'
    many = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in range(4, 90_000)
    )
    path = _rezipped(
        BAD / "xls-dim-small.xlsx", tmp_path / "far.xlsx", sheet1=_sheet(plain + wide + many)
    )
    with pytest.raises(UnreadableError, match="only one column"):
        read(path, TRADE, [RIVER])


@given(
    st.lists(st.sampled_from(("Sheet", "May", "Totals")), min_size=1, unique=True),
    st.lists(st.tuples(st.integers(1, 400), st.sampled_from((" ", "\n", "\u00a0"))), max_size=3),
)
def test_a_workbook_in_which_nothing_is_written_is_said_to_be_empty(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], blanks: list[tuple[int, str]]
) -> None:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name in names:
        sheet = book.create_sheet(name)
        for row, blank in blanks:
            sheet.cell(row, 3, blank)
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    book.save(path)
    with pytest.raises(UnreadableError) as refused:
        read(path, TRADE, [RIVER])
    message = str(refused.value)
    assert "report.xlsx is empty: nothing is written on" in message
    assert all(repr(name) in message for name in names)
    assert "ask the retailer for the report again" in message


@pytest.mark.parametrize("text", ["", "\n\n", " ,,\n,,\n", "\ufeff", ";;\n \n"])
def test_a_text_in_which_nothing_is_written_is_said_to_be_empty(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableError, match="is empty"):
        read_text(tmp_path, text)


def _row(number: int, *values: object) -> bytes:
    cells = b"".join(
        b'<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>' % (65 + at, number, str(value).encode())
        for at, value in enumerate(values)
    )
    return b'<row r="%d">%s</row>' % (number, cells)


def _of_rows(folder: Path, *rows: bytes) -> Read:
    source = BAD / "xls-dim-small.xlsx"
    path = _rezipped(source, folder / "rows.xlsx", sheet1=_sheet(b"".join(rows)))
    return read(path, TRADE, [RIVER])


@pytest.mark.thorough("large files")
def test_rows_far_below_the_table_are_handled(tmp_path: Path) -> None:
    head, sale = _row(1, *HEADER), (*ROW[:2], "2026-07-15", *ROW[3:])
    near = _of_rows(tmp_path, head, _row(2, *sale), _row(900, *sale))
    assert [line[1] for line in near.sales] == [2, 900]
    gaps = _of_rows(tmp_path, head, *(_row(2 + 3 * n, *sale) for n in range(2_000)))
    assert len(gaps.sales) == 2_000
    assert not gaps.codes - {"identical-rows"}
    stray = _of_rows(tmp_path, head, _row(2, *sale), _row(9_000, "x"))
    assert not stray.codes
    assert "sheet 'Sales': a stray cell in row 9000 was ignored" in stray.reading.notes
    table = _of_rows(tmp_path, head, _row(2, *sale), _row(9_000, *sale), _row(9_001, *sale))
    assert table.codes == {"far-rows"}
    assert "2 rows from row 9000 on" in table.reading.notices[0].message
    assert len(table.sales) == 1


def test_unusual_xml_spelling_is_read(tmp_path: Path) -> None:
    """Prefixes and single quotes are XML, too."""
    head = _row(1, *HEADER)
    bad = b"<row r='2'><c r='A2'><f>1+1</f></c><c r='D2' t='e'><v>#DIV/0!</v></c></row>"
    plain = _sheet(head.replace(b'"', b"'") + bad).replace(b'"', b"'")
    prefixed = re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", plain).replace(b"xmlns=", b"xmlns:x=")
    for sheet in (plain, prefixed):
        path = _rezipped(BAD / "xls-dim-small.xlsx", tmp_path / "x.xlsx", sheet1=sheet)
        found = read(path, TRADE, [RIVER])
        told = "\n".join(found.messages)
        assert "the formula in ISBN was never calculated" in told
        assert "Units holds the error #DIV/0!" in told


def _headed(sheet: Worksheet) -> None:
    sheet.HeaderFooter.differentFirst = sheet.HeaderFooter.differentOddEven = True
    for place in (sheet.firstHeader, sheet.firstFooter, sheet.evenFooter, sheet.oddHeader):
        assert place is not None
        place.center.text = 'of <f> t="e"'


def _printed(sheet: Worksheet) -> None:
    sheet.print_title_rows, sheet.print_area = "1:1", "A1:F9"
    assert sheet.parent is not None
    sheet.parent.defined_names["first"] = DefinedName("first", attr_text="Sheet!$A$1")


def _filtered(sheet: Worksheet) -> None:
    sheet.freeze_panes, sheet.auto_filter.ref = "A2", "A1:F2"
    sheet.auto_filter.add_filter_column(0, ["9780306406157"])


def _charted(sheet: Worksheet) -> None:
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "H2")


HARMLESS = {
    "a conditional format": lambda sheet: sheet.conditional_formatting.add(
        "D2:E9",
        FormulaRule(formula=['$D2="e"'], font=Font(bold=True)),  # type: ignore[no-untyped-call]
    ),
    "a colour scale": lambda sheet: sheet.conditional_formatting.add(
        "D2:D9",
        ColorScaleRule("formula", "D1", "FFFFFF", "formula", "D2", "000000"),  # type: ignore[no-untyped-call]
    ),
    "a validation": lambda sheet: sheet.add_data_validation(
        DataValidation("custom", formula1="ISNUMBER(D2)", formula2="<f", sqref="D2:D9")
    ),
    "headers and footers": _headed,
    "titles to print, and an area": _printed,
    "a filter and frozen rows": _filtered,
    "a table": lambda sheet: sheet.add_table(Table(displayName="Sold", ref="A1:F2")),
    "a comment": lambda sheet: setattr(
        sheet["D2"], "comment", Comment('<f>1+1</f> <c r="D2" t="e"><v>#N/A</v></c>', "<f")
    ),
    "a link": lambda sheet: setattr(sheet["B2"], "hyperlink", "https://example.org/?t=e&f=<f>"),
    "a chart": _charted,
    "text that looks like XML": lambda sheet: setattr(
        sheet["B2"], "value", '<f>1+1</f> t="e" <c r="D2" t="e"><v>#N/A</v></c>'
    ),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_text_like_a_formula_or_error_is_text(
    built: Callable[..., Read], change: Callable[[Worksheet], None]
) -> None:
    """Only cells hold formulas and errors, whatever else of a sheet is called or says."""
    found = built(change=change)
    assert (found.messages, len(found.sales)) == ([], 1)


def test_workbook_with_every_feature_is_read(tmp_path: Path) -> None:
    """XlsxWriter spells it in its own way: sparklines and rules of 2010 have formulas, too."""
    path = tmp_path / "rich.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sales")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [ROW[0], 'A <f> t="e"', "2026-07-15", 10, 129.9, "USD"])
        sheet.write_formula("H2", "=D2*2", None, 20)
        sheet.write_formula("I2", '=IF(D2="e","","<f>")', None, "<f>")
        sheet.write_array_formula("J2:J2", "{=SUM(D2:D2)}", None, 10)
        sheet.add_sparkline("K2", {"range": "Sales!D2:E2"})
        sheet.set_header("&C<f>", {"align_with_margins": True})
        sheet.conditional_format("D2:D9", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("E2:E9", {"type": "formula", "criteria": '=$D2="e"'})
        sheet.conditional_format("E2:E9", {"type": "icon_set", "icon_style": "3_arrows"})
        sheet.data_validation("D2:D9", {"validate": "list", "source": ["<f", 't="e"']})
        sheet.write_comment("D2", "<f>1</f>")
        sheet.insert_textbox("H5", "<f>1</f>")
        sheet.repeat_rows(0)
        book.define_name("Sold", "=Sales!$D$2")
    found = read(path, TRADE, [RIVER])
    assert (found.messages, len(found.sales)) == ([], 1)


def test_text_around_cells_is_not_read_as_their_value(tmp_path: Path) -> None:
    """Comments, character data, other namespaces, references, blanks and orders of attributes."""
    head = _row(1, *HEADER)
    sale = _row(2, *ROW[:2], "2026-07-15", *ROW[3:])
    comment = b'<!-- <row r="9"><c r="D9" t="e"><f>1</f></c></row> -->'
    data = b'<row r="3"><c r="B3" t="inlineStr"><is><t><![CDATA[<c r="D2" t="e"><f>]]></t></is></c></row>'
    found = _of_rows(tmp_path, comment, head, sale)
    assert (found.messages, len(found.sales)) == ([], 1)
    found = _of_rows(tmp_path, head, sale, data)
    assert not [each for each in found.messages if "formula" in each or "error" in each]
    for odd in (
        b'<c\n t = "e"\tr="D2"><v>#DIV/0!</v></c>',
        b'<c t="&#101;" r="D2"><v>#DIV/0!</v></c>',
        b"<c r='D2' t='e'><v>#DIV/0!</v></c>",
        b'<y:c xmlns:y="%s" r="D2" t="e"><y:v>#DIV/0!</y:v></y:c>' % _MAIN,
    ):
        row = b'<row r="2">' + odd + b"</row>"
        assert inspect_sheet(_sheet(head + row), Styles()).marks == {2: {3: b"#DIV/0!"}}, odd


@pytest.mark.thorough("large files")
def test_scanning_a_sheet_is_linear(tmp_path: Path) -> None:
    """Formulas and errors in every cell cost no more than their number."""
    cell = b'<c r="D%d" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E%d"><f>2</f></c>'

    def seconds(count: int) -> float:
        rows = (b'<row r="%d">%s</row>' % (row, cell % (row, row)) for row in range(2, count))
        xml = _sheet(b"".join(rows))
        looks = timeit.repeat(
            lambda: inspect_sheet(xml, Styles()), timer=process_time, number=1, repeat=5
        )
        return min(looks)

    assert seconds(40_000) <= 3 * seconds(20_000)


cells = st.builds(
    lambda column, kind, inside: b'<c r="%c%%d" %s>%s</c>' % (65 + column, kind, inside),
    st.integers(0, 5),
    st.sampled_from([b"", b't="e"', b't="str"', b't="n"', b's="3"', b's="4" t="e"', b't = "e"']),
    st.sampled_from([b"", b"<v>1</v>", b"<f>1</f>", b"<f/><v>2</v>", b"<f>1</f><v></v>"]),
)
around = st.sampled_from(
    [
        b"",
        b'<cols><col min="2" max="3" hidden="1"/></cols>',
        b"<headerFooter><firstHeader>x</firstHeader></headerFooter>",
        b'<conditionalFormatting><cfRule><formula>"e"</formula></cfRule></conditionalFormatting>',
        b"<!-- nothing -->",
    ]
)


@given(st.lists(st.lists(cells, max_size=4), max_size=5), around, around, st.integers(1, 3_000))
def test_parts_that_are_not_xml_are_not_scanned(
    rows: list[list[bytes]], before: bytes, after: bytes, gap: int
) -> None:
    """The quick look passes over no sheet on which the reader would see something."""
    written = b"".join(
        b'<row r="%d">%s</row>' % (place * gap, b"".join(each % (place * gap) for each in row))
        for place, row in enumerate(rows, 1)
    )
    xml = _sheet(written).replace(b"<sheetData>", before + b"<sheetData>")
    xml = xml.replace(b"</sheetData>", b"</sheetData>" + after)
    known = Styles(frozenset({3}), frozenset({4}))
    assert sheet_xml._SheetReader(known).read(xml) == inspect_sheet(xml, known)


def test_cells_without_a_reference_are_placed(tmp_path: Path) -> None:
    """They follow the one before, as the standard has it."""
    text = b'<c t="inlineStr"><is><t>x</t></is></c>'
    bad = b"<row>" + 3 * text + b'<c t="e"><v>#N/A</v></c></row>'
    found = _of_rows(tmp_path, _row(1, *HEADER), bad).reading.problems
    (problem,) = [each for each in found if "#N/A" in each.message]
    assert (problem.row, problem.column) == (2, "Units")


def test_refusal_of_a_child_that_ended_before_it_was_asked_is_read(
    own_processes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks at the file before its first question, and on a busy machine it may be done then."""
    started = workbook_module._started

    def and_ended(*about: Any) -> Any:
        child = started(*about)
        child.wait()
        return child

    monkeypatch.setattr(workbook_module, "_started", and_ended)
    with pytest.raises(UnreadableError, match="password"):
        read(BAD / "xlsx-encrypted.xlsx")


def test_truncated_workbook_is_refused(tmp_path: Path) -> None:
    data = (SAMPLES / "standard-sales.xlsx").read_bytes()
    for size in (4, 30, 1_000, len(data) // 2, len(data) - 1):
        path = tmp_path / f"cut{size}.xlsx"
        path.write_bytes(data[:size])
        with pytest.raises(UnreadableError):
            read(path)
    old = (SAMPLES / "barnes-noble.xls").read_bytes()
    for size in (8, 512, 2_000):
        path = tmp_path / f"cut{size}.xls"
        path.write_bytes(old[:size])
        with pytest.raises(UnreadableError):
            read(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x1f\x8b\x08" + zlib.compress(b"x"), "gzip"),
        (b"<html><table><tr><td>ISBN</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf <TABLE border=1>", "web page"),
        (b'\xef\xbb\xbf\n{"publisher": {', "JSON as a setup file is.*royalties load"),
        (b'# ours\n[publisher]\nname = "X"\n', "TOML as a setup file is.*royalties load"),
        (b'[[titles]]\n"key" = "a"\n', "TOML as a setup file is"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 5_000, "damaged|safely"),
    ],
)
def test_file_that_is_no_report_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=message):
        read(path)


@pytest.mark.usefixtures("own_processes")
def test_hanging_child_process_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "WAIT_SECONDS", 0)
    with pytest.raises(UnreadableError, match="could not be read safely"):
        read(SAMPLES / "standard-sales.xlsx")


@pytest.mark.usefixtures("own_processes")
def test_child_process_ends_with_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    children = []
    start = workbook_module._started

    def remember(*args: Any) -> Any:
        children.append(start(*args))
        return children[-1]

    monkeypatch.setattr(workbook_module, "_started", remember)
    read(SAMPLES / "standard-sales.xlsx")
    read(SAMPLES / "ingramspark-compensation.xlsx")
    reading = open_report(
        SAMPLES / "standard-sales.xlsx", name="x", known=TRADE, mappings=[], choices={}
    )
    reading.close()
    forgotten = as_received(SAMPLES / "standard-sales.xlsx", {})
    next(forgotten)
    del forgotten
    gc.collect()
    assert len(children) == 4
    assert all(child.poll() is not None for child in children)


@pytest.mark.usefixtures("own_processes")
def test_words_in_a_workbook_do_not_make_it_look_encrypted(tmp_path: Path) -> None:
    """An old workbook may name a part of encrypted ones in a cell; its directory tells."""
    data = bytearray((SAMPLES / "barnes-noble.xls").read_bytes())
    path = tmp_path / "words.xls"
    path.write_bytes(bytes(data) + "EncryptedPackage".encode("utf-16-le") + bytes(512 - 32))
    assert read(path).sales


@pytest.mark.parametrize(
    "start", [b"{Draft} sales\n", b"progid=,'Excel.Sheet'\n", b'progid="Excel.Sheet"\n', b"BZh\n"]
)
def test_words_in_a_text_do_not_make_it_look_like_another_file(
    tmp_path: Path, start: bytes
) -> None:
    head = ",".join(HEADER).encode()
    path = tmp_path / "words.csv"
    path.write_bytes(start + head + b"\n9780306406157,The River Clock,2026-07-15,10,129.90,USD\n")
    assert len(read(path, TRADE, [RIVER]).sales) == 1
