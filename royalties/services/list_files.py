"""A list as it is shown, as a file: CSV, or a workbook of one sheet."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from reports import listing as paper


def as_csv(columns: Sequence[tuple[str, int]], rows: Iterable[paper.Row]) -> bytes:
    """A list as CSV; with each heading goes its column's width, which only a workbook has."""
    return "".join(paper.csv_lines([heading for heading, _ in columns], rows)).encode()


def as_workbook(name: str, columns: Sequence[tuple[str, int]], rows: Iterable[paper.Row]) -> bytes:
    """A list as a workbook of one sheet with this name."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "list.xlsx"
        paper.write_workbook(path, name, columns, rows)
        return path.read_bytes()
