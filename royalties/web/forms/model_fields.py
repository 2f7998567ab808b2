"""Fields of a form out of the setup's models: label, hint and kind come from one place."""

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part
from royalties.web.forms.choices import Ticks
from royalties.web.forms.fields import (
    Country,
    Currency,
    DayField,
    EntryField,
    Key,
    KeyList,
    Lines,
    NameList,
    Number,
    Paragraphs,
    Region,
    Share,
    Tick,
    Whole,
)

KEY_LABEL = "Short name in files"


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
            path: its place, by the names of the setup file.
            kind: the field's class, if it is not that of its type.
            more: ``hint`` (True: the model's; or another text), ``label``, ``short``, ``listed``,
                ``options``, ``name`` in the form, ``needed``.
        """
        field, hint, is_needed = _model_field(model, path)
        given_hint = more.pop("hint", False)
        more.setdefault("needed", is_needed and not in_rows)
        return (kind or _KINDS.get(hint, EntryField))(
            more.pop("label", None) or field.title or "",
            path=path,
            hint=(field.description or "") if given_hint is True else given_hint or "",
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
        kinds = [each for each in get_args(hint) if each is not NoneType]
        return kinds[0] if len(kinds) == 1 else hint
    return hint
