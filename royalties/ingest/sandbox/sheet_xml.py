"""A second look at the XML of an .xlsx: what a fast reader passes over in silence.

Error cells, formulas that were never calculated, hidden columns, units shown as per cent,
amounts shown in a currency, rows that somebody struck through, and cells far away from the rest.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat  # element by element; a document type is refused

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from royalties.ingest.sandbox.archive import (
    DAMAGED,
    MOST_ROWS,
    SEND_AGAIN,
    Archive,
    FileRefusedError,
    Inflated,
    too_many_rows,
)

FAR = 1_000
"""So many empty rows end a sheet."""

_MOST_STRUCK = 1_000
_MOST_COLUMNS = 16_384
_LONGEST_ERROR = 40
_MOST_SEARCHES = 20
_TRUE = ("1", "true")
_COUNT = re.compile(r"[0-9]{1,7}")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ROW_NUMBER = re.compile(rb'<row\b[^>]*?\br="([0-9]{1,7})"')
_USUAL = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?'
    rb'(?: standalone="(?:yes|no)")? ?\?>)?\s*<worksheet (?:[^>]* )?xmlns=("[^"]+")'
)
"""How a sheet begins in every program's writing: in UTF-8, and without a prefix."""

_PERCENT_IDS = {9, 10}
_CURRENCY = re.compile(r"\[\$([^\]\[\s-]{1,5})(?:-[^\]\[]{0,12})?\]|\"([^\"]{1,5})\"|([€£¥₹₺₩$])")
_LONGEST_FORMAT = 200
_HEAD = 1 << 16
"""Bytes of a sheet in which cells shown in a currency are looked for: its first rows will do."""

_STYLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="([0-9]{1,5})"')


@dataclass(slots=True)
class SheetFindings:
    """What was seen on a sheet; columns count from 0, rows from 1.

    ``marks`` replaces the values of cells that have none: ``{row: {column: what stands there}}``.
    ``currencies`` has the first row of each column that is shown in a currency, and how the format
    names it. ``beyond`` is the first row after a thousand empty ones, and how many there are.
    """

    hidden: list[int] = field(default_factory=list)
    percent: dict[int, tuple[int, int]] = field(default_factory=dict)
    currencies: dict[int, tuple[int, str]] = field(default_factory=dict)
    struck: list[int] = field(default_factory=list)
    marks: dict[int, dict[int, bytes]] = field(default_factory=dict)
    hidden_rows: bool = False
    far: bool = False
    beyond: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Styles:
    """Numbers of the cell styles that matter."""

    percent: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    currencies: dict[int, str] = field(default_factory=dict)


def sheet_parts(archive: Archive) -> dict[str, str]:
    """Part names by sheet name."""
    workbook = next((n for n in archive.names if re.fullmatch(r"xl/workbook\d*\.xml", n)), "")
    folder, _, file = workbook.rpartition("/")
    targets = {
        relation.get("Id"): normpath(join("/" + folder, relation.get("Target", ""))).lstrip("/")
        for relation in _parsed(archive.part(f"{folder}/_rels/{file}.rels"))
    }
    parts_by_sheet: dict[str, str] = {}
    for element in _parsed(archive.part(workbook)).iter():
        if _local(element) == "sheet":
            ids = [value for key, value in element.attrib.items() if key.endswith("}id")]
            parts_by_sheet[element.get("name", "")] = targets.get(ids[0], "") if ids else ""
    return parts_by_sheet


def styles(archive: Archive) -> Styles:
    """Read which cell styles show per cent or a currency, or strike through."""
    name = next((n for n in archive.names if n.endswith("styles.xml")), "")
    if not name:
        return Styles()
    root = _parsed(archive.part(name))
    formats = {
        _number(element, "numFmtId")
        for element in root.iter()
        if _local(element) == "numFmt" and "%" in element.get("formatCode", "")
    }
    signs = {
        _number(element, "numFmtId"): sign
        for element in root.iter()
        if _local(element) == "numFmt" and (sign := _currency_of(element.get("formatCode", "")))
    }
    groups = {_local(group): list(group) for group in root}
    struck_fonts = {place for place, font in enumerate(groups.get("fonts", [])) if _strikes(font)}
    cells = list(enumerate(groups.get("cellXfs", [])))
    return Styles(
        frozenset(i for i, xf in cells if _number(xf, "numFmtId") in formats | _PERCENT_IDS),
        frozenset(i for i, xf in cells if _number(xf, "fontId") in struck_fonts),
        {i: signs[key] for i, xf in cells if (key := _number(xf, "numFmtId")) in signs},
    )


def _currency_of(form: str) -> str:
    """How a number format names its currency: a sign, or letters in quotes or brackets."""
    found = _CURRENCY.search(form[:_LONGEST_FORMAT])
    return next(filter(None, found.groups()), "").strip() if found else ""


def inspect_sheet(xml: Inflated, known: Styles) -> SheetFindings:
    """Look through one sheet's XML, which is read as XML: by its elements, not its letters.

    Raises:
        FileRefusedError: it is damaged, or has more rows than a workbook may have.
    """
    seen = SheetFindings() if _shows_nothing(xml, known) else _SheetReader(known).read(xml)
    if known.currencies:
        for letters, row, style in _STYLED.findall(xml, 0, _HEAD):
            if sign := known.currencies.get(int(style)):
                seen.currencies.setdefault(column_number(letters.decode()), (int(row), sign))
    return seen


def begins_as_usual(xml: Inflated) -> bool:
    """Whether a sheet is in UTF-8 and without a prefix, as every program writes it."""
    return _USUAL.match(xml) is not None


def _shows_nothing(xml: Inflated, known: Styles) -> bool:
    """Whether a sheet cannot show what is looked for, since the letters of it are nowhere.

    Reading as XML takes as long as reading the workbook, finding letters a tenth of that. They
    tell only what cannot be there: whatever might be is left to the reader, and so is XML that
    could spell it in another way (another prefix or encoding, references, comments, blanks).
    """
    marked = known.percent | known.struck
    begins = _USUAL.match(xml)
    if begins is None or len(marked) > _MOST_SEARCHES or xml.count(begins[1]) > 1:
        return False
    letters = [b"&", b"<!", b"<f", b"hidden", b'="e"', b"='", b"= "]
    letters += [b"=" + blank for blank in (b"\n", b"\r", b"\t") if blank in xml]
    letters += [f's="{style}"'.encode() for style in marked]
    if marked:
        letters += [b's ="', b's\n="', b's\r="', b's\t="']
    if any(each in xml for each in letters):
        return False
    last = max(xml.rfind(b"<v"), xml.rfind(b"<is"), 0)
    rows = xml.count(b"<row", 0, last)
    number = _ROW_NUMBER.match(xml, max(xml.rfind(b"<row", 0, last), 0))
    return not last or (rows <= MOST_ROWS and number is not None and int(number[1]) <= rows + FAR)


class _SheetReader:
    """Reads a sheet's XML element by element and notes what is odd about its cells.

    Formulas, errors and marks count in cells alone: ``<formula>`` of a conditional format,
    ``<firstHeader>`` and ``<f>`` of another namespace are none. Cells and rows that do not say
    where they stand follow the one before, as the standard has it.
    """

    def __init__(self, known: Styles) -> None:
        self._seen = SheetFindings()
        self._percent = {str(style) for style in known.percent}
        self._struck = {str(style) for style in known.struck}
        self._marked = self._percent | self._struck
        self._struck_rows: set[int] = set()
        self._row = self._rows = 0
        self._valued_row = self._valued_rows = 0
        self._gap: tuple[int, int] | None = None
        self._cell: dict[str, str] = {}
        self._reference = ""
        self._since = 0
        self._is_formula = self._has_value = False
        self._error: str | None = None
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {}
        self._value = ""
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.StartElementHandler = self._on_root
        self._expat.StartDoctypeDeclHandler = _refuse_doctype

    def read(self, xml: Inflated) -> SheetFindings:
        """Read a whole sheet."""
        try:
            self._expat.Parse(xml, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise FileRefusedError(DAMAGED, SEND_AGAIN) from error
        self._end_cell()
        _require_rows(self._valued_rows)
        seen, rows = self._seen, self._valued_rows
        seen.struck = sorted(self._struck_rows)[:_MOST_STRUCK]
        seen.far = self._valued_row > rows + FAR
        if seen.far and self._gap is not None and self._gap[1] <= rows:
            seen.beyond = (self._gap[0], rows - self._gap[1] + 1)
        return seen

    def _on_root(self, name: str, _: dict[str, str]) -> None:
        """Cells are of the sheet's own namespace, whatever it and its prefix are called."""
        namespace = name.removesuffix("worksheet")
        self._value = namespace + "v"
        self._starts = {
            namespace + local: start
            for local, start in (
                ("c", self._on_cell),
                ("is", self._on_value),
                ("f", self._on_formula),
                ("row", self._on_row),
                ("col", self._on_column),
            )
        }
        self._expat.StartElementHandler = self._on_start

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._value:
            self._on_value(attributes)
        elif start := self._starts.get(name):
            start(attributes)

    def _on_column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _TRUE:
            first, last = (_counted(attributes.get(name), 0) for name in ("min", "max"))
            if len(self._seen.hidden) < _MOST_COLUMNS:
                self._seen.hidden += range(max(first, 1) - 1, min(last, _MOST_COLUMNS))

    def _on_row(self, attributes: dict[str, str]) -> None:
        self._end_cell()
        _require_rows(self._valued_rows)
        row = _counted(attributes.get("r"), self._row + 1)
        self._rows += 1
        if self._gap is None and row - self._row > FAR + 1:
            self._gap = (row, self._rows)
        self._row, self._reference, self._since = row, "", 0
        if attributes.get("hidden") in _TRUE:
            self._seen.hidden_rows = True

    def _on_cell(self, attributes: dict[str, str]) -> None:
        if self._is_formula or self._error is not None:
            self._end_cell()
        self._cell, self._has_value = attributes, False
        reference = attributes.get("r")
        if reference:
            self._reference, self._since = reference, 0
        else:
            self._since += 1
        if attributes.get("t") == "e":
            self._error = ""
        style = attributes.get("s")
        if style in self._marked:
            row, column = self._place()
            if style in self._percent:
                count, first = self._seen.percent.get(column, (0, row))
                self._seen.percent[column] = (count + 1, min(first, row))
            if style in self._struck:
                self._struck_rows.add(row)

    def _on_formula(self, _: dict[str, str]) -> None:
        self._is_formula = True
        self._has_value = self._has_value or self._cell.get("t") == "str"

    def _on_value(self, _: dict[str, str]) -> None:
        self._valued_row, self._valued_rows = self._row, self._rows
        if self._is_formula or self._error is not None:
            self._expat.CharacterDataHandler = self._on_text
            self._expat.EndElementHandler = self._on_end

    def _on_text(self, text: str) -> None:
        self._has_value = True
        if self._error is not None and len(self._error) < _LONGEST_ERROR:
            self._error += text

    def _on_end(self, name: str) -> None:
        if name.endswith((" v", " is")):
            self._expat.CharacterDataHandler = self._expat.EndElementHandler = None

    def _end_cell(self) -> None:
        """What the cell before was, now that all of it is read: an error, or no value."""
        if self._error is not None:
            row, column = self._place()
            error = self._error[:_LONGEST_ERROR].encode() or b"#N/A"
            self._seen.marks.setdefault(row, {})[column] = error
        elif self._is_formula and not self._has_value:
            row, column = self._place()
            self._seen.marks.setdefault(row, {})[column] = b"="
        self._is_formula, self._error = False, None

    def _place(self) -> tuple[int, int]:
        """Row and column of the cell that is being read."""
        match = _REFERENCE.fullmatch(self._reference)
        if match is None:
            return self._row, max(self._since - 1, 0)
        return int(match[2]), column_number(match[1]) + self._since


def _require_rows(rows: int) -> None:
    if rows > MOST_ROWS + 1:
        raise too_many_rows()


def _refuse_doctype(*_: object) -> None:
    """A sheet has none; entities that one may declare are never looked at."""
    raise FileRefusedError(DAMAGED, SEND_AGAIN)


def _counted(text: str | None, otherwise: int) -> int:
    return int(text) if text and _COUNT.fullmatch(text) else otherwise


def column_number(letters: str) -> int:
    """Column letters as a number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _strikes(font: Element) -> bool:
    return any(
        _local(part) == "strike" and part.get("val", "1") not in ("0", "false") for part in font
    )


def _number(element: Element, name: str) -> int:
    text = element.get(name, "")
    return int(text) if text.isdecimal() else -1


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _parsed(xml: Inflated) -> Element:
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise FileRefusedError(DAMAGED, SEND_AGAIN) from error
    return root
