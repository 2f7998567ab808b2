"""Forms with tables in them: an entry of the setup as what stands in fields, and back, lossless.

A form is described once, as cells and tables of cells. Rows have names of their own and their
order is the order in which a page sends them, so that a row is moved by moving it on the page;
without JavaScript a button moves it (``operate``).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from werkzeug.datastructures import MultiDict

from royalties.domain.money import NotAnAmountError, exact_number
from royalties.domain.problems import SetupFault
from royalties.web.finance.terms.typed_numbers import as_plain, as_typed

Row = dict[str, Any]
"""What stands in a form or one of its rows: texts, lists of ticked words, lists of rows."""

Body = dict[str, Any]

ID = "id"
REGION_HINT = "Its name or its code, such as Washington or WA."
_ROW_NAME = re.compile(r"[a-z0-9]{1,12}")
_MOST_ROWS = 500
_LONGEST = 20_000
_LONGEST_WHOLE = 15
_BETWEEN_NAMES = re.compile(r"[,;\n]+")
_CODE = 2
_BETWEEN_WORDS = re.compile(r"[,;\s]+")


class CellKind(StrEnum):
    """What a cell holds, and how it stands in the setup file."""

    TEXT = "text"
    WHOLE = "whole"
    SHARE = "share"
    AMOUNT = "amount"
    DAY = "day"
    CHOICE = "choice"
    WORDS = "words"
    NAMES = "names"
    COUNTRY = "country"
    REGION = "region"
    LINES = "lines"
    TICKS = "ticks"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field.

    Attributes:
        name: in the form, within its row.
        label: what it is called.
        at: where it stands in the body, such as ``counter.name``; empty: at its name.
        kind: what it holds.
        hint: what to write.
        options: of a choice or of ticks, as (value, words).
        listed: id of the page's list of keys that may be written here.
        required: whether the entry cannot do without.
        short: whether few characters are written.
    """

    name: str
    label: str
    at: str = ""
    kind: CellKind = CellKind.TEXT
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    listed: str = ""
    required: bool = False
    short: bool = False

    @property
    def path(self) -> str:
        """Where it stands in the body."""
        return self.at or self.name


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows of cells; ``least`` are shown even if they are blank."""

    name: str
    word: str
    cells: tuple[Cell, ...] = ()
    tables: tuple["RowTable", ...] = ()
    least: int = 0

    def cell(self, name: str) -> Cell:
        """A cell by its name."""
        return next(each for each in self.cells if each.name == name)

    def table(self, name: str) -> "RowTable":
        """A table of the rows by its name."""
        return next(each for each in self.tables if each.name == name)


@dataclass(slots=True)
class Written:
    """The body that a form makes, and which field each part of it came from."""

    body: Body = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    faults: list[SetupFault] = field(default_factory=list)

    def field_of(self, path: str) -> str:
        """The field in which a fault at a path is mended; empty if it is none of them."""
        while path not in self.places:
            shorter = re.sub(r"(\[[^\]]*\]|\.?[^.\[\]]+)$", "", path)
            if shorter in ("", path):
                return self.places.get(path, "")
            path = shorter
        return self.places[path]


# From a browser, and to it


def typed(form: "MultiDict[str, str]", shape: RowTable, prefix: str = "") -> Row:
    """What was typed, nothing lost but blank space at the ends."""
    row: Row = {}
    for cell in shape.cells:
        name = prefix + cell.name
        if cell.kind is CellKind.TICKS:
            allowed = [value for value, _ in cell.options]
            row[cell.name] = [each for each in form.getlist(name) if each in allowed]
        else:
            row[cell.name] = form.get(name, "")[:_LONGEST].strip()
    for table in shape.tables:
        names = dict.fromkeys(form.getlist(prefix + table.name))
        row[table.name] = [
            {ID: name, **typed(form, table, f"{prefix}{table.name}-{name}-")}
            for name in list(names)[:_MOST_ROWS]
            if _ROW_NAME.fullmatch(name)
        ]
    return row


def padded(row: Row, shape: RowTable) -> Row:
    """The same with as many empty rows as are always shown."""
    filled = dict(row)
    for table in shape.tables:
        rows = [padded(each, table) for each in row.get(table.name, [])]
        while len(rows) < table.least:
            rows.append(padded(_blank(table, rows), table))
        filled[table.name] = rows
    return filled


def operate(row: Row, shape: RowTable, act: str) -> tuple[Row, str]:
    """Add, remove or move a row as a button says (``up:rules:3``); and the field to go on in."""
    verb, _, rest = act.partition(":")
    where, _, name = rest.partition(":")
    return _operated(row, shape, "", (verb, where, name))


def _operated(
    row: Row, shape: RowTable, prefix: str, asked: tuple[str, str, str]
) -> tuple[Row, str]:
    verb, where, name = asked
    changed, focus = dict(row), ""
    for table in shape.tables:
        here = prefix + table.name
        rows = list(row.get(table.name, []))
        if here == where:
            rows, focus = _moved(rows, table, here, verb, name)
        elif where.startswith(f"{here}-"):
            for place, each in enumerate(rows):
                rows[place], found = _operated(each, table, f"{here}-{each[ID]}-", asked)
                focus = focus or found
        changed[table.name] = rows
    return changed, focus


def _moved(
    rows: list[Row], table: RowTable, here: str, verb: str, name: str
) -> tuple[list[Row], str]:
    place = next((place for place, each in enumerate(rows) if each[ID] == name), None)
    if verb == "add" and len(rows) < _MOST_ROWS:
        made = padded(_blank(table, rows), table)
        return [*rows, made], f"{here}-{made[ID]}-{table.cells[0].name}"
    if place is None:
        return rows, ""
    if verb == "remove":
        return [*rows[:place], *rows[place + 1 :]], f"{here}-add"
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return rows, f"{here}-{name}-{verb}"


def _blank(table: RowTable, beside: Sequence[Row]) -> Row:
    taken = {each[ID] for each in beside}
    name = next(str(n) for n in range(len(taken) + 1) if str(n) not in taken)
    blank: Row = {ID: name}
    for cell in table.cells:
        blank[cell.name] = [] if cell.kind is CellKind.TICKS else ""
    return blank


# From a body, and to it


def shown(body: Mapping[str, Any], shape: RowTable) -> Row:
    """A body as it stands in the form's fields."""
    row: Row = {cell.name: _text_of(cell, _at(body, cell.path)) for cell in shape.cells}
    for table in shape.tables:
        entries = body.get(table.name) or []
        row[table.name] = [
            {ID: str(place), **shown(entry, table)} for place, entry in enumerate(entries)
        ]
    return row


def written(row: Row, shape: RowTable) -> Written:
    """The body that a form's fields make; blank fields and rows say nothing."""
    found = Written()
    found.body = _body(found, row, shape, "", "")
    return found


def _body(found: Written, row: Row, shape: RowTable, path: str, prefix: str) -> Body:
    body: Body = {}
    for cell in shape.cells:
        here = _joined(path, cell.path)
        found.places[here] = prefix + cell.name
        if "." in cell.path:
            found.places.setdefault(here.rpartition(".")[0], prefix + cell.name)
        value = _value_of(cell, row.get(cell.name), found, here)
        if value is not None:
            _put(body, cell.path, value)
    for table in shape.tables:
        where = _joined(path, table.name)
        found.places[where] = f"{prefix}{table.name}-add"
        entries: list[Body] = []
        for each in row.get(table.name, []):
            start = f"{prefix}{table.name}-{each[ID]}-"
            inner = f"{where}[{len(entries)}]"
            found.places[inner] = start + table.cells[0].name
            entry = _body(found, each, table, inner, start)
            if entry:
                entries.append(entry)
        if entries:
            body[table.name] = entries
    return body


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _at(body: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - JSON
    value: Any = body
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put(body: Body, path: str, value: object) -> None:
    *outer, last = path.split(".")
    for key in outer:
        body = body.setdefault(key, {})
    body[last] = value


def _text_of(cell: Cell, value: Any) -> str | list[str]:  # noqa: ANN401 - JSON
    if cell.kind is CellKind.TICKS:
        return list(value or ())
    return "" if value is None else _TO_TEXT.get(cell.kind, str)(value)


def _value_of(cell: Cell, text: Any, found: Written, path: str) -> object | None:  # noqa: ANN401 - text or ticks
    if not text:
        return None
    if cell.kind in (CellKind.SHARE, CellKind.AMOUNT, CellKind.WHOLE):
        try:
            text = as_plain(text)
        except NotAnAmountError as error:
            found.faults.append(SetupFault(path, str(error)))
            return None
    return _FROM_TEXT.get(cell.kind, str)(text)


def _whole(text: str) -> int | str:
    plain = text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= _LONGEST_WHOLE
    return int(text) if plain else text


def _words(text: str) -> list[str]:
    return [each for each in _BETWEEN_WORDS.split(text) if each]


def _names(text: str) -> list[str]:
    """Names with commas between, or on lines; codes may also stand side by side."""
    found: list[str] = []
    for each in filter(None, (part.strip() for part in _BETWEEN_NAMES.split(text))):
        words = each.split()
        found += words if all(len(word) == _CODE for word in words) else [each]
    return found


def _lines(text: str) -> list[str]:
    return [each.strip() for each in text.splitlines() if each.strip()]


def percent_text(fraction: str) -> str:
    """A fraction as people write it: 12.5 % for 0.125; what has no two digits stays as it is."""
    try:
        exact_number(fraction)
        exact = Decimal(fraction)
    except (NotAnAmountError, InvalidOperation):
        return fraction
    shifted = format(exact.scaleb(2), "f")
    return f"{shifted} %" if fraction_text(f"{shifted} %") == fraction else fraction


def fraction_text(text: str) -> str:
    """What was typed as a share: 12.5 % is 0.125; without the sign it is a fraction already."""
    if not text.endswith("%"):
        return text
    try:
        number = text.removesuffix("%").strip()
        exact_number(number)
        return format(Decimal(number).scaleb(-2), "f")
    except (NotAnAmountError, InvalidOperation):
        return text


_TO_TEXT: dict[CellKind, Callable[[Any], str]] = {
    CellKind.TICK: lambda value: "1" if value else "",
    CellKind.WORDS: ", ".join,
    CellKind.NAMES: ", ".join,
    CellKind.LINES: "\n".join,
    CellKind.SHARE: lambda value: as_typed(percent_text(value)),
    CellKind.AMOUNT: lambda value: as_typed(str(value)),
    CellKind.WHOLE: lambda value: as_typed(str(value)),
}
_FROM_TEXT: dict[CellKind, Callable[[Any], object]] = {
    CellKind.TICKS: list,
    CellKind.TICK: bool,
    CellKind.WHOLE: _whole,
    CellKind.WORDS: _words,
    CellKind.NAMES: _names,
    CellKind.LINES: _lines,
    CellKind.SHARE: fraction_text,
}

_UNORDERED = frozenset({"formats", "channels"})


def as_before(new: Any, old: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """What says the same as before, written as before: no change is told where there is none."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {each: as_before(value, old.get(each), each) for each, value in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        if key in _UNORDERED and sorted(new) == sorted(old):
            return old
        named = {each["name"]: each for each in old if isinstance(each, dict) and "name" in each}
        beside = [*old, *[None] * len(new)]
        return [
            as_before(each, named.get(each["name"], before))
            if isinstance(each, dict) and "name" in each
            else as_before(each, before)
            for each, before in zip(new, beside, strict=False)
        ]
    return old if _same_number(new, old) else new


def _same_number(new: object, old: object) -> bool:
    if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in (new, old)):
        return False
    try:
        return Fraction(exact_number(str(new))) == exact_number(str(old))
    except NotAnAmountError:
        return False
