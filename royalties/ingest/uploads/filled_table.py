"""A table that somebody filled in, from a template of ours: CSV or a workbook, within bounds."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from royalties.ingest.report.amounts import take_apart
from royalties.ingest.report.cells import text_of
from royalties.ingest.report.opening import open_file
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.text import UndecidedEncodingError

MOST_ROWS = 20_000
_LONGEST_CELL = 1_000
_LOOKED_FOR_HEADER = 20


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row: its number in the file, and what stands in each column that is known."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """What stands in a column; empty where it is blank or not there."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell of a row, and what it said."""

    row: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        said = f" ({self.value[:40]!r})" if self.value else ""
        return f"row {self.row}, {self.column}{said}: {self.message}"


class FilledTableError(ValueError):
    """The file is no table that was filled in; the message says what to do."""


def read_filled(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[FilledRow]:
    """The rows of the first sheet whose header names the columns; blank rows are left out.

    Args:
        path: where its bytes are.
        columns: that are known; a header may name them in any order.
        needed: of them, those without which it is not the table that is meant.

    Raises:
        FilledTableError: it cannot be read, has no such header, or too many rows.
    """
    try:
        opened = open_file(path, {})
    except UnreadableError as error:
        raise FilledTableError(str(error)) from None
    except UndecidedEncodingError:
        raise FilledTableError("the file’s characters are unclear: save it as UTF-8") from None
    try:
        for sheet in opened.sheets:
            found = _filled_rows(sheet.rows(), columns, needed)
            if found is not None:
                return found
    except UnreadableError as error:
        raise FilledTableError(str(error)) from None
    finally:
        opened.close()
    raise FilledTableError(
        f"no header names the columns {', '.join(needed)}: begin with the template"
    )


def _filled_rows(
    rows: Iterator[list[Any]], columns: Sequence[str], needed: Sequence[str]
) -> list[FilledRow] | None:
    known = {each.casefold(): each for each in columns}
    header: list[str] | None = None
    filled: list[FilledRow] = []
    for number, row in enumerate(rows, 1):
        texts = [cell_text(cell) for cell in row]
        if header is None:
            named = [known.get(text.casefold(), "") for text in texts]
            if all(each in named for each in needed):
                header = named
            elif number >= _LOOKED_FOR_HEADER:
                return None
            continue
        cells = {
            name: text[:_LONGEST_CELL]
            for name, text in zip(header, texts, strict=False)
            if name and text
        }
        if not cells:
            continue
        if len(filled) >= MOST_ROWS:
            raise FilledTableError(f"the file has more than {MOST_ROWS:,} rows: split it")
        filled.append(FilledRow(number, cells))
    return filled if header is not None else None


def cell_text(cell: object) -> str:
    """What stands in a cell, as it would be typed."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        # As it is shown, without what binary fractions leave behind the tenth digit.
        return f"{cell:.10f}".rstrip("0").rstrip(".") if math.isfinite(cell) else repr(cell)
    if isinstance(cell, tuple):
        return date(*cell[:3]).isoformat()
    return text_of(cell).strip() if isinstance(cell, bytes) else str(cell).strip()


def plain_number(text: str, *, is_count: bool = False) -> str | None:
    """A number as people write it, as a plain decimal; None where it is none or unclear.

    ``1,234.50``, ``1.234,50`` and ``1234.5`` are numbers; ``1,234`` may be either, and is none.

    Args:
        text: as it was written.
        is_count: whether it counts something, so that 1,234 is a thousand and more.
    """
    figure = take_apart(text)
    if figure is None or figure.unit:
        return None
    if figure.doubtful and is_count:
        return f"{'-' if figure.negative else ''}{figure.whole}{figure.decimals}"
    if figure.doubtful == ",":
        return None
    decimals = figure.decimals.rstrip("0")
    minus = "-" if figure.negative else ""
    return f"{minus}{figure.whole}{'.' if decimals else ''}{decimals}"
