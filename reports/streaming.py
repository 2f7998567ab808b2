"""Openpyxl's worksheets with our own rows: any number of them, and never a formula.

Openpyxl packs workbooks, styles, charts and print set-up well, but it reads a text that begins
with "=" as a formula, cuts numbers to sixteen digits, stamps files with the time, and writes
cells slowly. Here a row is XML whose cells are texts or numbers and nothing else, and a file's
bytes depend on its content alone.
"""

import re
import shutil
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml.etree import Element, SubElement
from openpyxl.packaging.extended import ExtendedProperties
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE, BUILTIN_FORMATS_REVERSE
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook._writer import WorkbookWriter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import (
    ARC_APP,
    ARC_CORE,
    ARC_ROOT_RELS,
    ARC_STYLE,
    ARC_THEME,
    ARC_WORKBOOK,
    ARC_WORKBOOK_RELS,
)
from openpyxl.xml.functions import tostring

from reports.measure import Value
from reports.styles import Style, alignment_of, border_of, fill_of, font_of

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767

_IN_MEMORY = 4_000_000
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ERRORS = frozenset((b"#NULL!", b"#DIV/0!", b"#VALUE!", b"#REF!", b"#NAME?", b"#NUM!", b"#N/A"))
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def clean(text: str) -> str:
    """A text without characters that a workbook cannot hold, cut to the limit of a cell."""
    if not text.isprintable():
        text = _ILLEGAL.sub("", text)
    if len(text) > MOST_CHARACTERS // 2:  # the limit counts UTF-16 units
        text = text.encode("utf-16-le")[: 2 * MOST_CHARACTERS].decode("utf-16-le", "ignore")
    return text


def cell_xml(place: str, style: str, value: Value) -> str:
    """A cell: a text or a number, whatever the text looks like."""
    kind = ""
    match value:
        case None:
            return f'<c r="{place}" s="{style}"/>'
        case str():
            return _text_xml(place, style, clean(value))
        case bool():
            kind, content = ' t="b"', str(int(value))
        case b"=":  # a spreadsheet program turns this into an error, never a figure
            return f'<c r="{place}" s="{style}"><f>NA()</f></c>'
        case bytes():
            kind = ' t="e"'
            content = value.decode().translate(_ESCAPES) if value in _ERRORS else "#N/A"
        case Decimal():
            content = format(value, "f")
        case date():
            content = serial(value)
        case _:
            content = repr(value)
    return f'<c r="{place}" s="{style}"{kind}><v>{content}</v></c>'


def fits_date(day: date) -> bool:
    """Whether a workbook can represent the day: from March 1900 on, without a time zone."""
    if isinstance(day, datetime):
        return day.tzinfo is None and day.date() >= _FIRST_DAY
    return day >= _FIRST_DAY


def serial(day: date) -> str:
    """A day's serial number in a workbook, with the time as its fraction."""
    if not isinstance(day, datetime):
        return str((day - _EPOCH).days)
    since = day - datetime.combine(_EPOCH, time())
    return repr(since.days + (since.seconds + since.microseconds / 1e6) / 86_400)


def _text_xml(place: str, style: str, text: str) -> str:
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    space = ' xml:space="preserve"' if text != text.strip() else ""
    shown = text.translate(_ESCAPES) if _SPECIAL.search(text) else text
    inner = f"<t{space}>{shown}</t>" if shown else "<t/>"
    return f'<c r="{place}" s="{style}" t="inlineStr"><is>{inner}</is></c>'


class _XmlFile(Protocol):
    """The file that lxml writes elements to."""

    def flush(self) -> None: ...


class _RowWriter(WorksheetWriter):
    """Takes rows as XML and spools them to a file of their own.

    Rows bypass lxml: it would parse and serialize each again, a tenth of a statement's time.
    """

    ws: "StreamedSheet"
    out: SpooledTemporaryFile[bytes]

    def __init__(self, ws: "StreamedSheet") -> None:
        super().__init__(ws, SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - see cleanup

    def write_row(self, xf: _XmlFile, row: Any, row_idx: int) -> None:  # noqa: ANN401 - text
        if row_idx == 1:
            xf.flush()  # what precedes the rows
        self.out.write(row.encode("ascii", "xmlcharrefreplace"))  # as lxml writes the rest

    def write_breaks(self) -> None:
        """Write breaks and what follows them: do not flag ISBNs as numbers stored as text."""
        super().write_breaks()
        errors = Element("ignoredErrors")
        SubElement(errors, "ignoredError", sqref=self.ws.used, numberStoredAsText="1")
        self.xf.send(errors)

    def cleanup(self) -> None:
        self.out.close()


class StreamedSheet(WriteOnlyWorksheet):
    """A worksheet whose rows are XML, appended one by one.

    ``used`` is the range of its cells, to be set before the workbook is packed.
    """

    _writer: _RowWriter | None = None
    used = "A1"

    def abandon(self) -> None:
        """Discard what was written, in order, if it was not packed."""
        if self._writer is not None:
            if not self.closed:
                self.close()
            self._writer.cleanup()

    def append_row(self, row: str) -> None:
        """Write a row of XML, in which empty elements are self-closing."""
        self.append((row,))

    def _get_writer(self) -> None:
        if self._writer is None:
            self._writer = _RowWriter(self)
            self._writer.write_top()

    def _values_to_row(self, values: tuple[str], _: int) -> str:
        return values[0]


class StreamedWorkbook(Workbook):
    """A workbook of streamed sheets."""

    _fonts: IndexedList[object]
    _fills: IndexedList[object]
    _borders: IndexedList[object]
    _alignments: IndexedList[object]
    _number_formats: IndexedList[str]
    _cell_styles: IndexedList[StyleArray]

    def __init__(self) -> None:
        super().__init__(write_only=True)
        self.calculation = None  # nothing to compute, and nothing to save when a reader closes it
        self._places: dict[int, int] = {}
        self._added: list[Style] = []
        self._streamed: list[StreamedSheet] = []

    def add(self, title: str) -> StreamedSheet:
        """Add a sheet."""
        sheet = StreamedSheet(self, title)
        self._streamed.append(sheet)
        self._add_sheet(sheet)  # type: ignore[attr-defined]
        return sheet

    def number_of(self, style: Style) -> int:
        """The index by which cells refer to a style, which is added if it is new.

        Openpyxl's own cells compare each part with all others, which would cost a fifth of a
        statement's time.
        """
        self._added.append(style)
        array = StyleArray()
        array.fontId = self._place(self._fonts, font_of(style))
        array.fillId = self._place(self._fills, fill_of(style))
        array.borderId = self._place(self._borders, border_of(style))
        array.alignmentId = self._place(self._alignments, alignment_of(style))
        array.numFmtId = self._format(style.format)
        return self._cell_styles.add(array)

    def _place(self, known: IndexedList[object], part: object) -> int:
        place = self._places.get(id(part))
        if place is None:
            place = self._places[id(part)] = known.add(part)
        return place

    def _format(self, number_format: str) -> int:
        built_in = BUILTIN_FORMATS_REVERSE.get(number_format)
        if built_in is not None:
            return built_in
        return BUILTIN_FORMATS_MAX_SIZE + self._number_formats.add(number_format)

    def abandon(self) -> None:
        """Discard sheets that were not packed."""
        for sheet in self._streamed:
            sheet.abandon()

    def packed(self) -> bytes:
        """The file, without the time stamp that ``save`` would write."""
        file = BytesIO()
        _Packer(self, cast("ZipFile", _Archive(file))).save()
        return file.getvalue()

    def stylesheet(self) -> bytes:
        """The styles as XML, which depends only on the styles added and their order.

        Most statements have the same ones; serializing them takes a seventh of a statement's time.
        """
        key = tuple(self._added)
        cached = _STYLESHEETS.get(key)
        if cached is None:
            cached = _STYLESHEETS[key] = tostring(write_stylesheet(self))
            while len(_STYLESHEETS) > _MOST_STYLESHEETS:
                _STYLESHEETS.pop(next(iter(_STYLESHEETS)), None)
        return cached


_STYLESHEETS: dict[tuple[Style, ...], bytes] = {}
_MOST_STYLESHEETS = 50


class _Packer(ExcelWriter):
    """Openpyxl's writer without parts that our workbooks never have, with cached styles."""

    workbook: StreamedWorkbook

    def write_data(self) -> None:
        own: Any = self  # untyped attributes
        archive = own._archive  # noqa: SLF001 - openpyxl's
        archive.writestr(ARC_APP, tostring(ExtendedProperties().to_tree()))
        archive.writestr(ARC_CORE, tostring(self.workbook.properties.to_tree()))
        archive.writestr(ARC_THEME, theme_xml)
        own._write_worksheets()  # noqa: SLF001 - openpyxl's
        own._write_images()  # noqa: SLF001 - openpyxl's
        own._write_charts()  # noqa: SLF001 - openpyxl's
        archive.writestr(ARC_STYLE, self.workbook.stylesheet())
        writer: Any = WorkbookWriter(self.workbook)
        archive.writestr(ARC_ROOT_RELS, writer.write_root_rels())
        archive.writestr(ARC_WORKBOOK, writer.write())
        archive.writestr(ARC_WORKBOOK_RELS, writer.write_rels())
        own.manifest._write(archive, self.workbook)  # noqa: SLF001 - as openpyxl's own


class _Archive:
    """The part of a ZIP file's interface that openpyxl uses, without clock or machine data."""

    def __init__(self, file: BytesIO) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED)
        self.namelist = self._zip.namelist
        self.close = self._zip.close

    def writestr(self, name: str, data: str | bytes) -> None:
        self._zip.writestr(_entry(name), data)

    def write(self, source: IO[bytes], name: str) -> None:
        source.seek(0)
        with self._zip.open(_entry(name), "w") as target:
            shutil.copyfileobj(source, target)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name)  # dated 1980, ZIP's epoch
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry
