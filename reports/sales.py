"""Recorded sales as a file: the columns of the standard sales file, and where each line came from.

An import reads the standard columns back unchanged.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from reports import listing
from reports.listing import MOST, Row

__all__ = ["HEADINGS", "MOST", "Row", "csv_lines", "write_workbook"]

_COLUMNS = (
    ("date", 11),
    ("isbn", 15),
    ("retailer", 18),
    ("kind", 8),
    ("units", 7),
    ("currency", 9),
    ("list_price", 10),
    ("net", 11),
    ("discount", 9),
    ("country", 9),
    ("region", 9),
    ("city", 14),
    ("order", 14),
    ("reference", 14),
    ("title", 40),
    ("format", 11),
    ("period", 9),
    ("import", 8),
    ("file", 30),
    ("sheet", 14),
    ("row", 8),
)

HEADINGS = tuple(heading for heading, _ in _COLUMNS)


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The sales as CSV."""
    return listing.csv_lines(HEADINGS, rows)


def write_workbook(path: Path, rows: Iterable[Row]) -> None:
    """Write the sales as a workbook."""
    listing.write_workbook(path, "Sales", _COLUMNS, rows)
