"""Forms of entries, with tables in them: the contents of fields as the entry's body, and back.

A form is a WTForms form whose fields know their place in the body; a table is a ``RowList`` of
further forms. Rows have names of their own and their order is the order in which a page sends them,
so that a row is moved by moving it on the page; without JavaScript a button moves it (``operate``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form

from royalties.domain.money import NotAnAmountError, exact_number
from royalties.domain.problems import SetupFault
from royalties.web.forms.choices import NotListedError
from royalties.web.forms.fields import EntryField

Body = dict[str, Any]

_ROW_NAME = re.compile(r"[a-z0-9]{1,12}")
_MOST_ROWS = 500


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


class EntryForm(Form):
    """An entry of the setup, or a row of one, as fields.

    Attributes:
        id: of a row, its name; empty for a whole entry.
    """

    id = ""

    def __init__(
        self,
        formdata: "MultiDict[str, str] | None" = None,
        *,
        body: Mapping[str, Any] | None = None,
        prefix: str = "",
    ) -> None:
        """Take what was typed, or show a body; or neither, for a blank form."""
        super().__init__(formdata, prefix=prefix)
        if body is not None:
            body = self.as_fields(body)
            for each in self:
                each.process_data(_value_at(body, each.path))

    def __iter__(self) -> Iterator[Any]:
        """The fields and tables, in order."""
        return super().__iter__()

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a field or a table
        """A field or a table by its name in the class."""
        return super().__getitem__(name)

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The body with everything where the fields expect it."""
        return body

    def as_body(self, written: Written) -> None:
        """Put everything of the body that the fields make where the setup file expects it."""

    def written(self, base: Mapping[str, Any] | None = None) -> Written:
        """The body that the fields make: blank fields and rows say nothing.

        Args:
            base: the body before; what says the same stays as it was written there, and so do keys
                that the form does not know.
        """
        written = Written()
        written.body = _body(written, self, "")
        self.as_body(written)
        if base:
            known = {each.path.partition(".")[0] for each in self}
            unknown = {key: value for key, value in base.items() if key not in known}
            written.body = as_before({**unknown, **written.body}, base)
        return written

    @property
    def tables(self) -> "list[RowList]":
        """The tables of this entry or row."""
        return [each for each in self if isinstance(each, RowList)]

    @property
    def every_field(self) -> dict[str, EntryField]:
        """All fields, those of rows too, by name."""
        fields = {each.name: each for each in self if isinstance(each, EntryField)}
        for table in self.tables:
            for row in table.rows:
                fields |= row.every_field
        return fields

    def padded(self) -> Self:
        """The same with as many empty rows as are always shown."""
        for table in self.tables:
            while len(table.rows) < table.least:
                table.add()
            for row in table.rows:
                row.padded()
        return self

    def operate(self, act: str) -> str:
        """Add, remove or move a row as a button says (``up:rules:3``); the field to go on in."""
        verb, _, rest = act.partition(":")
        where, _, name = rest.partition(":")
        for table in self.tables:
            if table.name == where:
                return table.operate(verb, name)
            if where.startswith(f"{table.name}-"):
                return next(filter(None, (row.operate(act) for row in table.rows)), "")
        return ""

    def labels(self, before: str = "") -> dict[str, str]:
        """What each field is called in a list of mistakes: "Rule 2 · Tier 1 · Rate"."""
        labels = {}
        for form_field in self:
            if not isinstance(form_field, RowList):
                labels[form_field.name] = f"{before}{form_field.label.text}"
                continue
            word = form_field.word.capitalize()
            labels[f"{form_field.name}-add"] = f"{before}{word}s"
            for place, row in enumerate(form_field.rows, 1):
                labels |= row.labels(f"{before}{word} {place} · ")
        return labels


class RowList(Field):
    """A table of rows, each a form; ``least`` are shown even if they are blank."""

    kind = "rows"
    rows: list[EntryForm]

    def __init__(self, row: type[EntryForm], word: str, *, least: int = 0, **more: Any) -> None:  # noqa: ANN401
        super().__init__(word.capitalize(), **more)
        self.row = row
        self.word = word
        self.least = least
        self.path = self.short_name
        self.rows = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ANN401, ARG002 - as WTForms has it
        """Take the rows that were sent, in the order in which they were."""
        self.process_errors = []
        self.rows = []
        if formdata is not None:
            names = list(dict.fromkeys(formdata.getlist(self.name)))[:_MOST_ROWS]
            self.rows = [self._row(each, formdata) for each in names if _ROW_NAME.fullmatch(each)]

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Show the entries of a body."""
        self.rows = [self._row(str(place), body=each) for place, each in enumerate(value or ())]

    def _row(self, name: str, formdata: Any = None, body: Any = None) -> EntryForm:  # noqa: ANN401
        row = self.row(formdata, body=body, prefix=f"{self.name}-{name}-")
        row.id = name
        return row

    @property
    def data(self) -> list[dict[str, Any]]:
        """The contents of each row's fields."""
        return [row.data for row in self.rows]

    @property
    def pattern(self) -> EntryForm:
        """What the page's script makes a new row of."""
        return self._row(f"__{self.short_name}__").padded()

    def add(self) -> EntryForm | None:
        """Add a blank row, unless there are too many."""
        if len(self.rows) >= _MOST_ROWS:
            return None
        taken = {each.id for each in self.rows}
        name = next(str(n) for n in range(len(taken) + 1) if str(n) not in taken)
        self.rows.append(self._row(name).padded())
        return self.rows[-1]

    def operate(self, verb: str, name: str) -> str:
        """Add, remove or move a row; returns the field to go on in."""
        place = next((place for place, row in enumerate(self.rows) if row.id == name), None)
        if verb == "add":
            added = self.add()
            return next(iter(added)).name if added is not None else ""
        if place is None:
            return ""
        if verb == "remove":
            del self.rows[place]
            return f"{self.name}-add"
        other = place + {"up": -1, "down": 1}.get(verb, 0)
        if 0 <= other < len(self.rows):
            self.rows[place], self.rows[other] = self.rows[other], self.rows[place]
        return f"{self.name}-{name}-{verb}"


def _body(written: Written, form: EntryForm, path: str) -> Body:
    body: Body = {}
    for form_field in form:
        here = f"{path}.{form_field.path}" if path else form_field.path
        if isinstance(form_field, RowList):
            entries = _entries(written, form_field, here)
            if entries:
                body[form_field.path] = entries
            continue
        written.places[here] = form_field.name
        if "." in form_field.path:
            written.places.setdefault(here.rpartition(".")[0], form_field.name)
        try:
            value = form_field.value()
        except (NotAnAmountError, NotListedError) as error:
            written.faults.append(SetupFault(here, str(error)))
            continue
        if value is not None:
            _put_at(body, form_field.path, value)
    return body


def _entries(written: Written, table: RowList, path: str) -> list[Body]:
    written.places[path] = f"{table.name}-add"
    entries: list[Body] = []
    for row in table.rows:
        here = f"{path}[{len(entries)}]"
        written.places[here] = next(iter(row)).name
        entry = _body(written, row, here)
        if entry:
            entries.append(entry)
    return entries


def _value_at(body: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - JSON
    value: Any = body
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put_at(body: Body, path: str, value: object) -> None:
    *outer, last = path.split(".")
    for key in outer:
        body = body.setdefault(key, {})
    body[last] = value


_UNORDERED = frozenset({"formats", "channels"})


def as_before(new: Any, old: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """A value equal to the former one, written as before, so that no change is reported."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {name: as_before(value, old.get(name), name) for name, value in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        if key in _UNORDERED and sorted(new) == sorted(old):
            return old
        named = {
            entry["name"]: entry for entry in old if isinstance(entry, dict) and "name" in entry
        }
        beside = [*old, *[None] * len(new)]
        return [
            as_before(entry, named.get(entry["name"], before))
            if isinstance(entry, dict) and "name" in entry
            else as_before(entry, before)
            for entry, before in zip(new, beside, strict=False)
        ]
    return old if _same_number(new, old) else new


def _same_number(new: object, old: object) -> bool:
    if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in (new, old)):
        return False
    try:
        return Fraction(exact_number(str(new))) == exact_number(str(old))
    except NotAnAmountError:
        return False
