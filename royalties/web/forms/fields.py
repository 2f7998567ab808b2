"""Fields of entries: each holds text as it was typed, and reads and writes one kind of value.

What a field is called, its hint and which values it takes stand in the entry's pydantic model
(``royalties/ingest/setup``); a form names the model's field with ``fields_of``.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from wtforms import Field
from wtforms.utils import unset_value

from royalties.domain.money import NotAnAmountError, exact_number
from royalties.ingest import places
from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part
from royalties.services.names import WORDS
from royalties.services.work import RefusedError
from royalties.web.core.names import names, offered
from royalties.web.forms.numbers import as_plain, as_typed

KEY_LABEL = "Short name in files"

Options = Sequence[tuple[str, str]]
"""What can be chosen, as (value, words)."""

_LONGEST = 20_000
_LONGEST_WHOLE = 15
_LONGEST_NUMBER = 9
_LONGEST_SHOWN = 17
_CODE = 2
_BETWEEN_NAMES = re.compile(r"[,;\n]+")
_BETWEEN_WORDS = re.compile(r"[,;\s]+")


class EntryField(Field):
    """A line of text; what was typed is kept, but for blank space at its ends.

    Attributes:
        kind: how the templates draw it.
        path: where its value stands in the entry's body, such as ``counter.name``.
        word: what a refusal calls its number.
        short: whether few characters are written.
        longest: characters that a page lets somebody write; one more is read, so that a verb
            refuses what is too long and cuts nothing. 0: as many as a page may send.
        warnings: what is worth a second look, as ``errors`` are what is wrong.
        form: the form or row that it belongs to.
    """

    kind = "text"
    data: Any

    def __init__(
        self,
        label: str = "",
        *,
        path: str = "",
        hint: str = "",
        word: str = "number",
        needed: bool = False,
        short: bool = False,
        longest: int = 0,
        listed: str = "",
        **more: Any,  # noqa: ANN401 - what WTForms gives every field
    ) -> None:
        super().__init__(label, description=hint, **more)
        self.path = path or self.short_name
        self.word = word
        self.short = short
        self.longest = longest
        self.listed = listed
        self.form = more.get("_form")
        self.errors: list[str] = []
        self.warnings: list[str] = []
        if needed:
            self.flags.required = True

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ANN401, ARG002 - as WTForms has it
        """Take what was typed, or a value of a body; a form may have thousands of fields."""
        self.process_errors = []
        self.raw_data = formdata.getlist(self.name) if formdata is not None else None
        if self.raw_data is None:
            self.process_data(data if data is not unset_value else None)
        else:
            self.process_formdata(self.raw_data)

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Take a value of a body."""
        self.data = "" if value is None else self.written_out(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed."""
        most = self.longest + 1 if self.longest else _LONGEST
        self.data = str(valuelist[0]).strip()[:most] if valuelist else ""

    def value(self) -> object | None:
        """What the body says; None where nothing was typed.

        Raises:
            NotAnAmountError: the number has the other decimal mark.
        """
        return self.read(self.data) if self.data else None

    @property
    def number(self) -> int:
        """The whole number that was typed or chosen, from 0 up.

        Raises:
            RefusedError: it is none.
        """
        number = _number(self.data, _LONGEST_NUMBER)
        if number < 0:
            said = f"{self.data[:20]!r} is no {self.word}"
            raise RefusedError(said if self.data else f"the {self.word} is missing")
        return number

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """A value as people type it."""
        return str(value)

    def read(self, text: str) -> object:
        """The value of what was typed; what cannot be one stays as it is, to be refused."""
        return text


class Hidden(EntryField):
    """What a page sends of itself, and nobody types."""

    kind = "hidden"

    @property
    def number(self) -> int:
        """The number that the page showed; one that cannot be, if it is none."""
        return _number(self.data, _LONGEST_SHOWN)


class Email(EntryField):
    """An e-mail address."""

    kind = "email"


class FileUpload(EntryField):
    """One file or several; they are read by ``core.files.enclosed``."""

    kind = "file"

    def __init__(
        self,
        label: str = "",
        *,
        accept: str = "",
        many: bool = False,
        **more: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(label, **more)
        self.accept = accept
        self.many = many


class DayField(EntryField):
    """A day."""

    kind = "day"

    @property
    def day(self) -> date:
        """The day that was typed.

        Raises:
            RefusedError: it is none.
        """
        try:
            if len(self.data) == len("2026-04-03"):
                return date.fromisoformat(self.data)
        except ValueError:
            pass
        said = f"{self.data[:20]!r} is no day" if self.data else "the day is missing"
        raise RefusedError(f"{said}: write it as 2026-04-03")


class Number(EntryField):
    """A number with the visitor's decimal mark."""

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """With the visitor's mark."""
        return as_typed(str(value))

    def read(self, text: str) -> object:
        """A plain decimal."""
        return as_plain(text)


class Whole(Number):
    """A whole number."""

    def read(self, text: str) -> object:
        """An integer, where it is one."""
        text = as_plain(text)
        plain = text.isascii() and text.removeprefix("-").isdecimal()
        return int(text) if plain and len(text) <= _LONGEST_WHOLE else text


class Share(Number):
    """A fraction, which people write as a percentage."""

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """12.5 % for 0.125."""
        return as_typed(percent_text(value))

    def read(self, text: str) -> object:
        """0.125 for 12.5 %."""
        return fraction_text(as_plain(text))


class Currency(EntryField):
    """Three capital letters."""

    def read(self, text: str) -> object:
        """Capitals, however it was typed."""
        return text.upper()


class Lines(EntryField):
    """A list of texts, one a line."""

    kind = "lines"

    def __init__(self, label: str = "", *, rows: int = 2, **more: Any) -> None:  # noqa: ANN401
        super().__init__(label, **more)
        self.rows = rows

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """One a line."""
        return "\n".join(value)

    def read(self, text: str) -> object:
        """Lines that are not blank."""
        return [each.strip() for each in text.splitlines() if each.strip()]


class Paragraphs(Lines):
    """A list of texts, parted by blank lines."""

    def __init__(self, label: str = "", *, rows: int = 8, **more: Any) -> None:  # noqa: ANN401
        super().__init__(label, rows=rows, **more)

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """With a blank line between."""
        return "\n\n".join(value)

    def read(self, text: str) -> object:
        """Each paragraph as one line."""
        parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
        lines = ([line.strip() for line in part.splitlines() if line.strip()] for part in parts)
        return [" ".join(each) for each in lines if each]


class KeyList(EntryField):
    """A list of keys, with commas or blanks between."""

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """With commas between."""
        return ", ".join(value)

    def read(self, text: str) -> object:
        """The keys."""
        return [each for each in _BETWEEN_WORDS.split(text) if each]


class NameList(KeyList):
    """A list of names with commas between or on lines; codes may also stand side by side."""

    def read(self, text: str) -> object:
        """The names and codes."""
        names: list[str] = []
        for piece in filter(None, (part.strip() for part in _BETWEEN_NAMES.split(text))):
            words = piece.split()
            names += words if all(len(word) == _CODE for word in words) else [piece]
        return names


class Country(EntryField):
    """A country of the list."""

    kind = "country"


class Region(EntryField):
    """A region of the country beside it."""

    kind = "region"

    @property
    def country(self) -> str:
        """The country that was chosen beside it."""
        name = self.short_name.removesuffix("region") + "country"
        return str(self.form[name].data) if self.form is not None else ""


class Selection(EntryField):
    """One of some words; what is none of them stays to be seen."""

    kind = "choice"

    def __init__(
        self,
        label: str = "",
        *,
        options: Options | Callable[[], Options] = (),
        **more: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(label, **more)
        self._options = options

    def offer(self, options: Options) -> None:
        """Say what can be chosen on this page."""
        self._options = options

    @property
    def options(self) -> Options:
        """What can be chosen; of a function, what it says when the page is drawn."""
        return self._options() if callable(self._options) else self._options


class Ticks(Selection):
    """Some of some words."""

    kind = "ticks"

    @property
    def chosen(self) -> list[str]:
        """What is ticked, in the words of the list."""
        words = dict(self.options)
        return [words.get(each, each) for each in self.data]

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Take a list of words."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was ticked, of what can be."""
        allowed = {value for value, _ in self.options}
        self.data = [each for each in valuelist if each in allowed]

    def value(self) -> object | None:
        """The words; None where nothing was ticked."""
        return list(self.data) or None


class NotListedError(ValueError):
    """What was typed is no name of the list."""


class Picker(EntryField):
    """One entry of the setup, found by its name; its key may be typed as well.

    What can be chosen stands in one list for all such fields of a page (``forms.lists``), which a
    browser offers as it is, and ``picker.js`` searches.

    Attributes:
        of: the part of the setup; ``editions`` for those of titles.
        entry: what one entry is called where none is found.
    """

    kind = "pick"

    def __init__(self, label: str = "", *, of: str, entry: str = "", **more: Any) -> None:  # noqa: ANN401
        super().__init__(label, listed=f"list-{of.replace('_', '-')}", **more)
        self.of = of
        self.entry = entry or WORDS.get(of, "edition")

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """An entry by its name."""
        return names().of(self.of, str(value))

    def read(self, text: str) -> object:
        """The key of a name.

        Raises:
            NotListedError: nothing of the list is called like that.
        """
        return _key_of(self.of, self.entry, text)


class PickerList(Picker):
    """Some entries of the setup, ticked in a list that can be searched."""

    kind = "picks"
    data: list[str]

    @property
    def options(self) -> Options:
        """What can be chosen as (key, name): what is offered, and what was chosen before."""
        known = offered(self.of)
        listed = {key for key, _ in known}
        before = [(key, names().of(self.of, key)) for key in self.data if key not in listed]
        return [*before, *known]

    @property
    def chosen(self) -> list[str]:
        """The names of what is chosen."""
        return [names().of(self.of, key) for key in self.data]

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Take a list of keys."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was ticked, or keys and names with commas between or on lines."""
        self.data = []
        for each in valuelist:
            text = str(each).strip()[:_LONGEST]
            key = names().key_of(self.of, text)
            self.data += [key] if key else [part for part in _BETWEEN_WORDS.split(text) if part]

    def value(self) -> object | None:
        """The keys; None where nothing was chosen.

        Raises:
            NotListedError: one is no entry's.
        """
        return [_key_of(self.of, self.entry, each) for each in self.data] or None


def _key_of(part: str, entry: str, text: str) -> str:
    key = names().key_of(part, text)
    if key is None:
        alike = names().like(part, text)
        meant = f": is it “{alike}”?" if alike else ": choose one from the list"
        raise NotListedError(f"no {entry} is called “{text[:60]}”{meant}")
    return key


class PlaceField(EntryField):
    """A country, or a region with its country: Washington, United States."""

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """By name."""
        country, _, region = str(value).partition("-")
        named = (
            places.region_name(country, region) if region else "",
            places.country_name(country),
        )
        return ", ".join(filter(None, named))

    def read(self, text: str) -> object:
        """The code of a name, or the code; what is no place stays, to be refused."""
        region, _, country = text.rpartition(",")
        try:
            return places.place(f"{country.strip()}-{region.strip()}" if region else text)
        except places.NotAPlaceError:
            return text


class Tick(EntryField):
    """Yes or no; ``is_consent``: no browser and no page fills it in again."""

    kind = "tick"

    def __init__(self, label: str = "", *, is_consent: bool = False, **more: Any) -> None:  # noqa: ANN401
        super().__init__(label, **more)
        self.is_consent = is_consent

    @property
    def is_ticked(self) -> bool:
        """Whether it was."""
        return bool(self.data == "1")

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """What a ticked box sends."""
        return "1" if value else ""

    def read(self, text: str) -> object:
        """Whether it was ticked."""
        return bool(text)


class Key(EntryField):
    """The key of an entry, asked for while it is new; one that is blank is refused as a key."""

    def value(self) -> object:
        """What was typed, blank too."""
        return self.data


def _number(text: str, longest: int) -> int:
    """A whole number from 0 up; -1 for anything else."""
    plain = text.isascii() and text.isdecimal() and len(text) <= longest
    return int(text) if plain else -1


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


_KINDS: dict[Any, type[EntryField]] = {
    s.Amount: Number,
    s.Count: Whole,
    s.Country: Country,
    s.Currency: Currency,
    s.Day: DayField,
    s.Debit: Number,
    s.Flag: Tick,
    s.Limit: Whole,
    s.ListPrice: Number,
    s.NetCopies: Whole,
    s.Opening: Whole,
    s.Rate: Share,
    s.Rating: Number,
    s.Region: Region,
    s.SignedAmount: Number,
    s.Weight: Whole,
    s.Whole: Whole,
    s.Year: Whole,
    list[s.ChannelWord]: Ticks,
    list[s.Country]: NameList,
    list[s.FormatWord]: Ticks,
    list[s.Key]: KeyList,
    list[s.Paragraph]: Paragraphs,
    list[s.Region]: Lines,
    list[s.Text]: Lines,
}
"""The field of each type of the setup file; any other is a line of text."""


def fields_of(model: type[Part], *, in_rows: bool = False) -> Callable[..., Any]:
    """What declares fields of a model: ``of("ein", hint=True)``.

    The field's class is that of its type, its label the model's title, and its hint the model's
    description. A field of a row is never needed: a row that is blank says nothing.
    """

    def of(path: str, *, kind: type[EntryField] | None = None, **more: Any) -> Any:  # noqa: ANN401
        """One field, at a path such as ``counter.name``.

        Args:
            path: where it stands, by the names of the setup file.
            kind: the field's class, if it is not that of its type.
            more: ``hint`` (True: the model's; or another text), ``label``, ``short``, ``listed``,
                ``options``, ``name`` in the form, ``needed``.
        """
        field, hint, is_needed = _model_field(model, path)
        said = more.pop("hint", False)
        more.setdefault("needed", is_needed and not in_rows)
        return (kind or _KINDS.get(hint, EntryField))(
            more.pop("label", None) or field.title or "",
            path=path,
            hint=(field.description or "") if said is True else said or "",
            **more,
        )

    return of


def key_field(model: type[Part], example: str) -> Any:  # noqa: ANN401 - an unbound field
    """The field of a new entry's key, which is made from its name where it is left blank."""
    hint = f"What setup files call it, such as {example}. Blank: it is made from the name."
    return fields_of(model)("key", kind=Key, hint=hint, label=KEY_LABEL, needed=False)


def _model_field(model: type[Part], path: str) -> tuple[Any, Any, bool]:
    """A model's field, its type without "or null", and whether an entry cannot do without."""
    is_needed = True
    *outer, last = path.split(".")
    for name in outer:
        field, hint = _field(model, name)
        model, is_needed = hint, is_needed and field.is_required()
    field, hint = _field(model, last)
    return field, hint, is_needed and field.is_required()


def _field(model: type[Part], name: str) -> tuple[Any, Any]:
    for key, field in model.model_fields.items():
        if (field.alias or key) == name:
            return field, _without_null(_hints(model)[key])
    raise KeyError(f"{model.__name__} has no field {name}")


@cache
def _hints(model: type[Part]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _without_null(hint: Any) -> Any:  # noqa: ANN401 - a type
    if get_origin(hint) in (Union, UnionType):
        kept = [each for each in get_args(hint) if each is not NoneType]
        return kept[0] if len(kept) == 1 else hint
    return hint
