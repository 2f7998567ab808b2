"""Fields of entries: each holds text as it was typed, and reads and writes one kind of value.

What a field is called, its hint and which values it takes are in the entry's pydantic model
(``royalties/ingest/setup``); a form names the model's field with ``fields_of``.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field
from wtforms.utils import unset_value

from royalties.domain.money import NotAnAmountError, exact_number
from royalties.services.work import RefusedError
from royalties.web.forms.numbers import as_plain, as_typed

Options = Sequence[tuple[str, str]]
"""What can be chosen, as (value, words)."""

LONGEST = 20_000
_LONGEST_WHOLE = 15
_LONGEST_NUMBER = 9
_LONGEST_SHOWN = 17
_CODE = 2
_BETWEEN_NAMES = re.compile(r"[,;\n]+")
BETWEEN_WORDS = re.compile(r"[,;\s]+")


class EntryField(Field):
    """A line of text as it was typed, without blank space at its ends.

    Attributes:
        kind: how the templates draw it.
        path: its value's place in the entry's body, such as ``counter.name``.
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
        most = self.longest + 1 if self.longest else LONGEST
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
            fault = f"{self.data[:20]!r} is no {self.word}"
            raise RefusedError(fault if self.data else f"the {self.word} is missing")
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
        fault = f"{self.data[:20]!r} is no day" if self.data else "the day is missing"
        raise RefusedError(f"{fault}: write it as 2026-04-03")


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
        return [each for each in BETWEEN_WORDS.split(text) if each]


class NameList(KeyList):
    """A list of names with commas between or on lines; codes may also be separated by spaces."""

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
