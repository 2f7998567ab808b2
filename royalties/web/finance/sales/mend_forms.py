"""The form in which a refused report is mended: its rows with problems, each cell to type over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from royalties.domain.sales.changes import (
    LONGEST_CELL,
    LONGEST_REASON,
    CellChange,
    Change,
    RowLeftOut,
    cell_at,
    one_line,
)
from royalties.web.forms.entries import EntryForm, RowList
from royalties.web.forms.fields import EntryField, Hidden

SHOWN_ROWS = 15
"""Rows to mend on a page."""

_MOST_NUMBER, _MOST_DIGITS = 2**31, 10


class CellForm(EntryForm):
    """A cell: its name, its value when the form was shown, and its new value."""

    cell = Hidden()
    was = Hidden()
    now = EntryField(longest=LONGEST_CELL)


class RowForm(EntryForm):
    """A row, to be left out if there is a reason."""

    sheet = Hidden()
    row = Hidden()
    reason = EntryField("Leave this row out, because", longest=LONGEST_REASON)
    cells = RowList(CellForm, "cell")


class MendForm(EntryForm):
    """Rows of a report."""

    rows = RowList(RowForm, "row")

    def changes(self, leave: str = "") -> list[Change]:
        """Changed cells and left-out rows; ``leave`` names the row whose button was pressed."""
        changes: list[Change] = []
        for row in self["rows"].rows:
            sheet, number = row["sheet"].data, _number(row["row"].data)
            if row["reason"].data or row.id == leave:
                changes.append(RowLeftOut(sheet, number, row["reason"].data))
                continue
            for cell in row["cells"].rows:
                place = cell_at(cell["cell"].data)
                was, now = one_line(cell["was"].data), one_line(cell["now"].data)
                if place is not None and now != was:
                    changes.append(CellChange(sheet, number, place[0], was, now))
        return changes


@dataclass(slots=True)
class CellToMend:
    """A cell's fields, the name of the list that it is of, its heading, and its problems."""

    form: EntryForm
    list_name: str
    column: str
    problems: list[Mapping[str, Any]]


@dataclass(slots=True)
class RowToMend:
    """A row's fields, the cells at fault, the other ones, and all its problems."""

    form: EntryForm
    sheet: str
    row: int
    problems: list[Mapping[str, Any]]
    wrong: list[CellToMend] = field(default_factory=list)
    others: list[CellToMend] = field(default_factory=list)


def rows_to_mend(
    document: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Rows of a document that have some of its problems, and may be mended here."""
    places = {(each["sheet"], each["row"]) for each in chosen}
    refused: Sequence[Mapping[str, Any]] = document.get("refused_rows", ())
    return [each for each in refused if (each["sheet"], each["row"]) in places]


def as_form(
    document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], typed: MendForm | None = None
) -> list[RowToMend]:
    """Rows as fields that show what the file holds, or what was typed and could not be saved."""
    form = MendForm(
        body={
            "rows": [
                {
                    "sheet": refused["sheet"],
                    "row": str(refused["row"]),
                    "cells": [
                        {"cell": cell["cell"], "was": cell["value"], "now": cell["value"]}
                        for cell in refused["cells"]
                    ],
                }
                for refused in rows
            ]
        }
    )
    typed_texts = _typed(typed)
    problems: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for problem in document["problems"]:
        problems.setdefault((problem["sheet"], problem["row"]), []).append(problem)
    row_forms = []
    for row, fields in zip(rows, form["rows"].rows, strict=True):
        key = (row["sheet"], row["row"])
        row_form = RowToMend(fields, *key, problems.get(key, []))
        fields["reason"].data = typed_texts.pop((*key, ""), "")
        for cell, own in zip(row["cells"], fields["cells"].rows, strict=True):
            own["now"].data = typed_texts.pop((*key, cell["cell"]), own["now"].data)
            faults = [fault for fault in row_form.problems if fault.get("cell") == cell["cell"]]
            mended = CellToMend(own, fields["cells"].name, cell["column"], faults)
            (row_form.wrong if faults else row_form.others).append(mended)
        row_forms.append(row_form)
    return row_forms


def _typed(typed: MendForm | None) -> dict[tuple[str, int, str], str]:
    if typed is None:
        return {}
    texts = {}
    for row in typed["rows"].rows:
        key = (row["sheet"].data, _number(row["row"].data))
        if row["reason"].data:
            texts[*key, ""] = row["reason"].data
        for cell in row["cells"].rows:
            if one_line(cell["now"].data) != one_line(cell["was"].data):
                texts[*key, cell["cell"].data] = cell["now"].data
    return texts


def _number(text: str) -> int:
    is_number = text.isdecimal() and text.isascii() and len(text) <= _MOST_DIGITS
    return int(text) if is_number and int(text) < _MOST_NUMBER else 0


class TakeBackForm(EntryForm):
    """Why an import is undone or corrected."""

    reason = EntryField("Why", longest=LONGEST_REASON)
