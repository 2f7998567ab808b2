"""Workbooks opened again, as a reader sees them."""

from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, TypeAlias
from zipfile import ZipFile

from lxml import etree
from openpyxl import load_workbook

Loaded: TypeAlias = Any
"""A workbook, sheet or cell; openpyxl's stubs know too little of what a loaded one has."""

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def opened(workbook: bytes) -> Loaded:
    return load_workbook(BytesIO(workbook))


def sheet_of(workbook: bytes, name: str) -> Loaded:
    return opened(workbook)[name]


def rows_of(sheet: Loaded) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def cells_of(workbook: bytes) -> Iterator[Loaded]:
    for sheet in opened(workbook).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield cell


def row_with(sheet: Loaded, value: object, column: int = 0) -> list[object]:
    """The first row that has the value in a column."""
    for row in rows_of(sheet):
        if row[column] == value:
            return row
    raise AssertionError(f"no row with {value!r} on {sheet.title}")


def texts_of(sheet: Loaded) -> list[str]:
    return [value for row in rows_of(sheet) for value in row if isinstance(value, str)]


def parts_of(workbook: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def formulas_in(workbook: bytes) -> list[str]:
    """Formula elements of the sheets' XML itself, whatever a reader makes of it."""
    return [
        etree.tostring(element).decode()
        for name, part in parts_of(workbook).items()
        if name.startswith("xl/worksheets/sheet")
        for element in etree.fromstring(part).iter(f"{MAIN}f")
    ]


def read_day(*day: int) -> datetime:
    """A day as openpyxl reads it."""
    return datetime.combine(date(*day), time())
