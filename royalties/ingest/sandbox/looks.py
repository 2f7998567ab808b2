"""A second look at the XML of an .xlsx: what a fast reader passes over in silence.

Error cells, formulas that were never calculated, hidden columns, units shown as per cent,
rows that somebody struck through, and cells far away from the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from royalties.ingest.sandbox.archive import (
    DAMAGED,
    MOST_ROWS,
    SEND_AGAIN,
    Archive,
    RefusedError,
    too_many_rows,
)

FAR = 1_000
"""So many empty rows end a sheet."""

_MOST_STRUCK = 1_000
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_ROW_NUMBER = re.compile(rb"""\br=["'](\d{1,7})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_PERCENT_IDS = {9, 10}


@dataclass(slots=True)
class Look:
    """What was seen on a sheet; columns count from 0, rows from 1.

    ``marks`` replaces the values of cells that have none: ``{row: {column: what stands there}}``.
    ``beyond`` is the first row after a thousand empty ones, and how many there are.
    """

    hidden: list[int] = field(default_factory=list)
    percent: dict[int, tuple[int, int]] = field(default_factory=dict)
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


def sheet_parts(archive: Archive) -> dict[str, str]:
    """Part names by sheet name."""
    workbook = next((n for n in archive.names if re.fullmatch(r"xl/workbook\d*\.xml", n)), "")
    folder, _, file = workbook.rpartition("/")
    targets = {
        relation.get("Id"): normpath(join("/" + folder, relation.get("Target", ""))).lstrip("/")
        for relation in _parsed(archive.part(f"{folder}/_rels/{file}.rels"))
    }
    found: dict[str, str] = {}
    for element in _parsed(archive.part(workbook)).iter():
        if _local(element) == "sheet":
            ids = [value for key, value in element.attrib.items() if key.endswith("}id")]
            found[element.get("name", "")] = targets.get(ids[0], "") if ids else ""
    return found


def styles(archive: Archive) -> Styles:
    """Read which cell styles show per cent or strike through."""
    name = next((n for n in archive.names if n.endswith("styles.xml")), "")
    if not name:
        return Styles()
    root = _parsed(archive.part(name))
    formats = {
        _number(element, "numFmtId")
        for element in root.iter()
        if _local(element) == "numFmt" and "%" in element.get("formatCode", "")
    }
    groups = {_local(group): list(group) for group in root}
    struck_fonts = {place for place, font in enumerate(groups.get("fonts", [])) if _strikes(font)}
    cells = list(enumerate(groups.get("cellXfs", [])))
    return Styles(
        frozenset(i for i, xf in cells if _number(xf, "numFmtId") in formats | _PERCENT_IDS),
        frozenset(i for i, xf in cells if _number(xf, "fontId") in struck_fonts),
    )


def look(xml: bytes, known: Styles) -> Look:
    """Look through one sheet's XML.

    Raises:
        RefusedError: more rows than a workbook may have.
    """
    seen = Look()
    begins = max(xml.find(b"sheetData"), 0)
    tags = _Tags(xml, begins)
    for column in re.findall(rb"<(?:\w+:)?col\b[^>]*>", xml[:begins]):
        if re.search(rb"""\bhidden=["'](1|true)["']""", column):
            first, last = (_attribute(column, name) for name in (b"min", b"max"))
            seen.hidden += range(first - 1, min(last, 16_384))
    seen.hidden_rows = xml.find(tags.quoted("hidden", 1), begins) >= 0
    _count_rows(tags, seen)
    for tag, row, column in tags.cells_with(tags.quoted("t", "e")):
        seen.marks.setdefault(row, {})[column] = _text_of(xml, tag) or b"#N/A"
    _find_formulas(tags, seen)
    for style in known.percent:
        for _, row, column in tags.cells_with(tags.quoted("s", style)):
            count, first = seen.percent.get(column, (0, row))
            seen.percent[column] = (count + 1, min(first, row))
    struck = {
        row for style in known.struck for _, row, _ in tags.cells_with(tags.quoted("s", style))
    }
    seen.struck = sorted(struck)[:_MOST_STRUCK]
    return seen


class _Tags:
    """Finds cells by plain search, in whatever spelling of XML the sheet is written.

    Parsing sixty megabytes would take longer than reading the workbook.
    """

    def __init__(self, xml: bytes, begins: int) -> None:
        self.xml = xml
        prefix = re.search(rb"<(\w+:)?$", xml[max(begins - 40, 0) : begins])
        self.opens = b"<" + (prefix[1] or b"" if prefix else b"")
        self._quote = b"'" if xml.count(b"='", begins, begins + 4_000) else b'"'

    def quoted(self, name: str, value: str | int) -> bytes:
        """An attribute as this sheet writes it."""
        return b" " + name.encode() + b"=" + self._quote + str(value).encode() + self._quote

    def cells_with(self, literal: bytes, inside: bool = False) -> Iterator[tuple[int, int, int]]:
        """Yield offset, row and column of cells with a literal in (or inside) their tag."""
        xml, cell = self.xml, self.opens + b"c "
        at = xml.find(literal)
        while at >= 0:
            tag = xml.rfind(cell, 0, at + 1)
            end = xml.find(b">", tag) if tag >= 0 else -1
            if tag >= 0 and (end > at) is not inside:
                found = _REFERENCE.search(xml, tag, end)
                if found is None:
                    raise RefusedError(
                        "cells with errors, formulas or marks do not say where they stand",
                        "open the workbook in a spreadsheet program and save it as .xlsx",
                    )
                yield tag, int(found[2]), column_number(found[1].decode())
            at = xml.find(literal, at + len(literal))


def _count_rows(tags: _Tags, seen: Look) -> None:
    xml, row = tags.xml, tags.opens + b"row"
    last = max(xml.rfind(tags.opens + b"v>"), xml.rfind(tags.opens + b"is>"), 0)
    rows = xml.count(row, 0, last)
    if rows > MOST_ROWS + 1:
        raise too_many_rows()
    start = xml.rfind(row, 0, last)
    number = _ROW_NUMBER.search(xml, start, start + 200) if start >= 0 else None
    seen.far = number is not None and int(number[1]) > rows + FAR
    if seen.far:
        seen.beyond = _rows_beyond(tags, last)


def _rows_beyond(tags: _Tags, last: int) -> tuple[int, int]:
    """The first row below a gap of more than a thousand, and how many rows stand there."""
    before = 0
    found = re.compile(tags.opens + rb"""row\b[^>]*?\br=["'](\d{1,7})["']""")
    rows = [int(match[1]) for match in found.finditer(tags.xml, 0, last)]
    for place, row in enumerate(rows):
        if row - before > FAR + 1:
            return row, len(rows) - place
        before = row
    return 0, 0


def _find_formulas(tags: _Tags, seen: Look) -> None:
    xml = tags.xml
    for tag, row, column in tags.cells_with(tags.opens + b"f", inside=True):
        end = xml.find(tags.opens[:1] + b"/" + tags.opens[1:] + b"c>", tag)
        body = xml[tag : end if end > 0 else tag + 10_000]
        if not _VALUE.search(body) and tags.quoted("t", "str") not in body:
            seen.marks.setdefault(row, {}).setdefault(column, b"=")


def column_number(letters: str) -> int:
    """Column letters as a number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text_of(xml: bytes, tag: int) -> bytes:
    found = re.compile(rb"<(?:\w+:)?v>([^<]{0,40})").search(xml, tag, tag + 4_000)
    return found[1] if found else b""


def _attribute(tag: bytes, name: bytes) -> int:
    found = re.search(rb"\b" + name + rb"""=["'](\d{1,5})["']""", tag)
    return int(found[1]) if found else 0


def _strikes(font: Element) -> bool:
    return any(
        _local(part) == "strike" and part.get("val", "1") not in ("0", "false") for part in font
    )


def _number(element: Element, name: str) -> int:
    text = element.get(name, "")
    return int(text) if text.isdecimal() else -1


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _parsed(xml: bytes) -> Element:
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RefusedError(DAMAGED, SEND_AGAIN) from error
    return root
