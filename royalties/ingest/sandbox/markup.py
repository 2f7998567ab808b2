"""An XML report as one sheet: a row for each of its lines, a column for each kind of element.

Lines are the composites below the root that are neither head nor summary. A column has the name of
its element; an identifier that states its type, such as ``<ProductID><ProductIDType>15…``, has that
of its composite with the type (``ProductID 15``). What the head says stands in every row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element  # only its name; defusedxml reads

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, parse

from royalties.ingest.sandbox.archive import MOST_ROWS, FileRefusedError, too_many_rows
from royalties.ingest.sandbox.books import WIDEST

MOST_BYTES = 40_000_000
DEEPEST = 12
_ASIDE = ("header", "head", "summary", "total", "trailer", "control")
_TYPE_AND_VALUE = 2
_TYPES = ("type", "typecode", "idtype", "qualifier", "qualifiercode", "scheme")


class MarkupPages:
    """The one sheet of an XML file."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            FileRefusedError: it is too large or too deep, declares entities, or is no XML.
        """
        if path.stat().st_size > MOST_BYTES:
            raise FileRefusedError(
                f"the XML is larger than {MOST_BYTES // 1_000_000} MB",
                "ask for the report in parts, or as CSV",
            )
        try:
            root = parse(path, forbid_dtd=True).getroot()
            assert root is not None  # noqa: S101 - a document that was parsed has one
        except DefusedXmlException as error:
            raise FileRefusedError(
                "the XML declares a document type or entities, which a report needs not",
                "ask the retailer for the report without them, or as CSV",
            ) from error
        except (ParseError, ValueError, LookupError) as error:
            raise FileRefusedError(
                f"the XML is damaged: {error}", "download it again, or ask for it as CSV"
            ) from error
        if _depth(root) > DEEPEST:
            raise FileRefusedError(
                f"the XML is more than {DEEPEST} elements deep", "ask for the report as CSV"
            )
        head, lines = _parted(root)
        if not lines:
            raise FileRefusedError(
                f"the XML has no lines below <{_local(root)}>",
                "if there were no sales, there is nothing to import; else ask for it again",
            )
        if len(lines) > MOST_ROWS:
            raise too_many_rows()
        # What the head says is put together once: each line takes no more of it than columns.
        common = _first_of_each(cell for each in head for cell in _cells(each))
        rows, names = _rows_of(lines, common)
        self.names = [("", True)]
        self._rows: list[list[Any]] = [
            names, *([row.get(name, "") for name in names] for row in rows)
        ]  # fmt: skip

    def rows(self, name: str) -> Iterator[list[Any]]:  # noqa: ARG002 - there is one sheet
        """See ``Pages``."""
        return map(list, self._rows)

    def offset(self, name: str) -> int:  # noqa: ARG002
        """See ``Pages``."""
        return 0

    def size(self, name: str) -> tuple[int, int]:  # noqa: ARG002
        """See ``Pages``."""
        return len(self._rows), len(self._rows[0])


def _rows_of(
    lines: Sequence[Element], common: Mapping[str, str]
) -> tuple[list[dict[str, str]], list[str]]:
    """A row for each line, and the names of all columns.

    Raises:
        FileRefusedError: there are more columns than a report may have.
    """
    rows: list[dict[str, str]] = []
    names: dict[str, None] = {}
    for line in lines:
        row = _first_of_each((*_cells(line), *common.items()))
        names.update(dict.fromkeys(row))
        if len(names) > WIDEST:
            raise FileRefusedError(
                f"the XML has more than {WIDEST:,} kinds of element", "ask for the report as CSV"
            )
        rows.append(row)
    return rows, list(names)


def _first_of_each(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by name; of several of one name the first that says anything."""
    row: dict[str, str] = {}
    for name, text in cells:
        if not row.get(name):
            row[name] = text
    return row


def _depth(root: Element) -> int:
    deepest, level = 0, [root]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [child for element in level for child in element]
    return deepest


def _local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _parted(root: Element) -> tuple[list[Element], list[Element]]:
    """What is said once, and the lines: those below the root, or below the one element that is."""
    head: list[Element] = []
    inner = [root]
    while True:
        children = [child for element in inner for child in element]
        head += [child for child in children if not len(child) or _is_aside(child)]
        lines = [child for child in children if len(child) and not _is_aside(child)]
        if len(lines) != 1 or any(not len(child) for child in lines[0]):
            return [each for each in head if not _is_sum(each)], lines
        inner = lines


def _is_aside(element: Element) -> bool:
    return any(word in _local(element).casefold() for word in _ASIDE)


def _is_sum(element: Element) -> bool:
    name = _local(element).casefold()
    return "summary" in name or "total" in name


def _cells(element: Element) -> Iterator[tuple[str, str]]:
    """Names and texts of all that an element holds, in order."""
    if not len(element):
        yield _local(element), (element.text or "").strip()
        return
    if len(element) == _TYPE_AND_VALUE:
        typed = [child for child in element if _local(child).casefold().endswith(_TYPES)]
        values = [child for child in element if child not in typed and not len(child)]
        if len(typed) == len(values) == 1:
            named = f"{_local(element)} {(typed[0].text or '').strip()}"
            yield named, (values[0].text or "").strip()
            return
    for child in element:
        yield from _cells(child)
