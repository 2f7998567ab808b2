"""A received file opened by what it is, never by its name."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from royalties.domain.problems import Problem
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.tables import Sheet
from royalties.ingest.report.text import Encoding, TextSheet, find_encoding
from royalties.ingest.report.workbook import Workbook

_HEAD = 4_096
_LEAST_CONTROLS, _ONE_IN = 8, 20
"""Control characters, and one in so many, that make the beginning of a file no text."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML_2003 = (
    b"urn:schemas-microsoft-com:office:spreadsheet",
    b'progid="Excel.Sheet"',
    b"progid='Excel.Sheet'",
)
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    *((b"BZh%d1AY&SY" % level, "a bzip2 archive") for level in range(1, 10)),
    (b"{\\rtf", "a rich text document"),
    (b"SQLite format 3", "a database"),
)
_WEB_PAGE = (b"<html", b"<!doctype html", b"<table", b"<head>", b"<head ", b"<body")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """An opened file: its sheets and name, and what is to be confirmed or told about it."""

    sheets: Sequence[Sheet]
    remarks: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    close: Callable[[], None] = lambda: None
    name: str = ""


def open_file(path: Path, choices: Mapping[str, str]) -> OpenedFile:
    """Open a file by its first bytes.

    Raises:
        UnreadableError: it is empty, damaged, hostile or no report at all.
        UndecidedEncodingError: its encoding has to be chosen.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(path, "zip")
    if head.startswith(_OLE):
        return _workbook(path, "ole")
    _refuse_foreign(head)
    if _XML.match(head.translate(None, b"\0")):
        return _markup(path)
    encoding = find_encoding(path, choices)
    _refuse_odd_line_ends(head, encoding)
    _refuse_no_text(head, encoding)
    sheet = TextSheet(path, encoding)
    notes = [encoding.note] if encoding.note else []
    if sheet.delimiter != ",":
        notes.append(f"the delimiter is {_DELIMITER_NAMES.get(sheet.delimiter, sheet.delimiter)}")
    return OpenedFile([sheet], notes=notes)


_TOML = re.compile(
    rb"(?:#[^\n]*\n|\s)*+\[{1,2}[a-z_.]++\]{1,2}[ \t\r]*+(?:#[^\n]*+)?\n\s*+[a-z_$\"]++\s*+="
)
"""A table's name and its first key."""
_ODD_LINE_ENDS = ("\x85", "\u2028", "\u2029", "\x1e")
_XML = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*+(?:<\?xml\s|<(?:[\w.-]++:)?SalesReport[\s>])"
)
_JSON = re.compile(rb'\{\s*(?:"|\}|$)')
"""An object begins with a name in quotes, or ends at once; a brace alone begins a text as well."""

_DELIMITER_NAMES = {"\t": "a tab", ";": "a semicolon", "|": "a bar"}


def _workbook(path: Path, kind: str) -> OpenedFile:
    workbook = Workbook(path, kind)
    remarks = [
        ("hidden-sheet", f"hidden sheet {name!r} was ignored") for name in workbook.hidden[:1]
    ]
    if len(workbook.hidden) > 1:
        names = ", ".join(map(repr, workbook.hidden))
        remarks = [("hidden-sheet", f"hidden sheets were ignored: {names}")]
    if workbook.linked:
        remarks.append(
            ("external-links", "links to other workbooks were ignored, and never followed")
        )
    notes = []
    if workbook.macros:
        notes.append("the workbook has macros: none of them was run")
    return OpenedFile(workbook.sheets, remarks, notes, workbook.close)


def _markup(path: Path) -> OpenedFile:
    markup = Workbook(path, "xml")
    note = "the file is XML: each of its lines is a row, each kind of element a column"
    return OpenedFile(markup.sheets, notes=[note], close=markup.close)


def _refuse_odd_line_ends(head: bytes, encoding: Encoding) -> None:
    """Refuse a text whose lines end as those of other computers do: it would be one long header."""
    text = head[encoding.skip :].decode(encoding.codec, "replace")
    if not any(end in text for end in "\r\n") and any(end in text for end in _ODD_LINE_ENDS):
        raise UnreadableError(
            Problem(
                "the lines of the file end with signs that are no ends of lines here",
                "open it in a spreadsheet program and save it as .xlsx",
            )
        )


def _refuse_no_text(head: bytes, encoding: Encoding) -> None:
    """Refuse bytes that decode to signs which texts do not have, but for a stray one."""
    text = head[encoding.skip :].decode(encoding.codec, "replace")
    controls = sum(unicodedata.category(sign) == "Cc" and not sign.isspace() for sign in text)
    if controls >= _LEAST_CONTROLS and controls * _ONE_IN > len(text):
        raise UnreadableError(
            Problem(
                "the file is neither text nor a workbook: it is damaged, or of another kind",
                "ask for the report again, as .xlsx or CSV",
            )
        )


def _refuse_foreign(head: bytes) -> None:
    lower = head.lower()
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            raise UnreadableError(
                Problem(
                    f"the file is {kind}, not a report",
                    "ask the retailer for the report as .xlsx or CSV",
                )
            )
    start = lower.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") and any(sign.lower() in lower for sign in _XML_2003):
        raise UnreadableError(
            Problem(
                "the file is an XML Spreadsheet of 2003",
                "open it in a spreadsheet program and save it as .xlsx",
            )
        )
    if start.startswith(b"<") and any(tag in lower for tag in _WEB_PAGE):
        raise UnreadableError(
            Problem(
                "the file is a web page under a spreadsheet's name",
                "open it in a spreadsheet program and save it as .xlsx",
            )
        )
    is_json = _JSON.match(start)
    if is_json or _TOML.match(start):
        raise UnreadableError(
            Problem(
                f"the file is {'JSON' if is_json else 'TOML'} as a setup file is, not a report",
                "bring a setup to the books with 'royalties load'; ask the retailer for the "
                "report as .xlsx or CSV",
            )
        )
