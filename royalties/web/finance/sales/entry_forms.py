"""Forms of setup entries: faults of the setup file's checker shown at their fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField

from royalties.domain.problems import SetupFault

_PARTS = re.compile(r"[^.\[\]]+")
_NAME = re.compile(r"[a-z_]+(-\d{1,6}(-[a-z_]+)?)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where: the field's id (empty: nowhere in particular) and its words."""

    field: str
    words: str
    message: str


def filled(rows: "FieldList[Any]") -> "list[FormField[Any]]":
    """The rows of a table in which something was typed; the others say nothing."""
    return [row for row in rows.entries if _says_something(row.form)]


def own_fields(sent: "MultiDict[str, str]") -> "MultiDict[str, str] | None":
    """What was sent, without names that no field can have; None where nothing was."""
    kept = [(name, value) for name, value in sent.items(multi=True) if _NAME.fullmatch(name)]
    return MultiDict(kept) if kept else None


def lines_of(text: str | None) -> list[str]:
    """The lines of a text that are not blank."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def paragraphs_of(text: str | None) -> list[str]:
    """Paragraphs that are parted by blank lines."""
    parts = re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n"))
    return [" ".join(lines_of(part)) for part in parts if part.strip()]


def given(**values: object) -> dict[str, Any]:
    """A body without what is blank; a name with an underscore at its end stands for a word."""
    return {
        name.removesuffix("_"): value
        for name, value in values.items()
        if value is not None and value is not False and value not in ("", [], {})
    }


def text_of(field: Field) -> str:
    """What was typed, without blanks around it."""
    return (field.data or "").strip()


def change_rows(form: Form, add: str, remove: str) -> bool:
    """Add a row to the table with an id, or remove the one with an id; False: neither was asked."""
    if not add and not remove:
        return False
    for rows in _tables(form):
        if rows.id == add:
            rows.append_entry()
        rows.entries = [row for row in rows.entries if row.id != remove]
    return True


def place(form: Form, faults: Iterable[SetupFault]) -> list[Mistake]:
    """Put each fault at the field that its path leads to, and list all of them."""
    mistakes = []
    for fault in faults:
        # titles[0].editions[1].isbn: the first two parts lead to the entry itself.
        found = _field_at(form, _PARTS.findall(fault.path)[2:])
        if found is None:
            mistakes.append(Mistake("", "", f"{fault.path}: {fault.message}"))
            continue
        words = _words_of(found)
        if isinstance(found, FormField):
            found = next(iter(found.form))
        found.errors = [*found.errors, fault.message]
        mistakes.append(Mistake(found.id, words, fault.message))
    return mistakes


def _field_at(form: Form, parts: list[str]) -> Field | None:
    if not parts:
        return None
    at: Field | None = None
    inside: Form | None = form
    for part in parts:
        if inside is not None:
            name = part if part in inside else f"{part}_"
            if name not in inside:
                return at
            at = inside[name]
        elif isinstance(at, FieldList):
            rows = filled(at)
            chosen = [
                row for row in rows if "kind" in row.form and text_of(row.form["kind"]) == part
            ]
            if part.isdigit() and int(part) < len(rows):
                chosen = [rows[int(part)]]
            if not chosen:
                return at
            at = chosen[0]
        else:
            return at
        inside = at.form if isinstance(at, FormField) else None
    return at


def _words_of(field: Field) -> str:
    """The label, with its table's and row's before it: Editions 2, Prices 1, Amount."""
    if field.id != field.short_name or "-" in field.id:
        *way, _name = re.split(r"-(\d+)-", field.id)
        rows = [
            f"{table.replace('_', ' ').capitalize()} {int(number) + 1}"
            for table, number in zip(way[::2], way[1::2], strict=True)
        ]
        return ", ".join([*rows, field.label.text])
    return str(field.label.text)


def _says_something(form: Form) -> bool:
    return any(
        bool(filled(field)) if isinstance(field, FieldList) else bool(text_of(field))
        for field in form
    )


def _tables(form: Form) -> "Iterable[FieldList[Any]]":
    for field in form:
        if isinstance(field, FieldList):
            yield field
            for row in field.entries:
                yield from _tables(row.form)
