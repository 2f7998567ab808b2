"""What somebody changed in a report before it was recorded: cells typed over, rows left out.

The file stays as it was received; changes are applied whenever it is read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeAlias

MOST_CHANGES = 300
"""Changes of one report; beyond it a spreadsheet program is the better tool."""

LONGEST_CELL = 500
LONGEST_REASON = 200

_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,8})", re.ASCII)
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell typed over.

    Attributes:
        sheet: the sheet's name, empty in a text file.
        row: the spreadsheet's row or the text file's line, the first being 1.
        place: of the column, the first being 0.
        was: the cell as read; None: whatever it holds.
        now: what it counts as.
        column: the column's heading, to be shown.
        by: who changed it.
        at: when, as stored; empty: when the report is recorded.
    """

    sheet: str
    row: int
    place: int
    was: str | None
    now: str
    column: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class RowLeftOut:
    """A row left out, for a reason; the other attributes are those of ``CellChange``."""

    sheet: str
    row: int
    reason: str
    by: str = ""
    at: str = ""


Change: TypeAlias = CellChange | RowLeftOut


def cell_name(place: int, row: int) -> str:
    """A cell as spreadsheets name it.

    >>> cell_name(0, 1), cell_name(27, 12)
    ('A1', 'AB12')
    """
    letters, left = "", place + 1
    while left:
        left, letter = divmod(left - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def cell_at(name: str) -> tuple[int, int] | None:
    """Place of the column, the first being 0, and row of a cell; None where it is no cell.

    >>> cell_at("ab12"), cell_at("12")
    ((27, 12), None)
    """
    match = _CELL.fullmatch(name.strip().upper())
    if match is None:
        return None
    place = 0
    for letter in match[1]:
        place = place * _LETTERS + ord(letter) - ord("A") + 1
    return place - 1, int(match[2])


def one_line(text: str) -> str:
    """What was typed as it counts: on one line, without blanks around it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def key_of(change: Change) -> str:
    """The token of exactly this change in a form."""
    return sha256(repr(change).encode()).hexdigest()[:20]


def as_values(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Changes as JSON values, as the import document has them."""
    return [
        {
            "sheet": change.sheet,
            "row": change.row,
            "cell": cell_name(change.place, change.row),
            "column": change.column,
            "from": change.was,
            "to": change.now,
            "by": change.by,
            "at": change.at,
        }
        if isinstance(change, CellChange)
        else {
            "sheet": change.sheet,
            "row": change.row,
            "left_out": change.reason,
            "by": change.by,
            "at": change.at,
        }
        for change in changes
    ]


def of_values(values: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Changes of what ``as_values`` made of them."""
    return tuple(_of_value(each) for each in values)


def _of_value(value: Mapping[str, Any]) -> Change:
    where = (value["sheet"], value["row"])
    if "left_out" in value:
        return RowLeftOut(*where, value["left_out"], value["by"], value["at"])
    cell = cell_at(value["cell"])
    assert cell is not None  # noqa: S101 - as_values wrote it
    details = (value["from"], value["to"], value["column"], value["by"], value["at"])
    return CellChange(*where, cell[0], *details)


def signed(changes: Sequence[Change], by: str, at: str) -> tuple[Change, ...]:
    """Changes with who made them and when, where they do not say so yet."""
    return tuple(each if each.at else replace(each, by=by, at=at) for each in changes)


def words_of(change: Change) -> str:
    """A change in words, behind its row."""
    if isinstance(change, RowLeftOut):
        return f"left out: {change.reason}"
    return f"{change.column or cell_name(change.place, change.row)} {change.was!r} → {change.now!r}"
