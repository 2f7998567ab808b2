"""What changed between two bodies of a setup entry, field by field and in readable words."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from royalties.domain.money import NotAnAmountError, exact_number, number_text

_WORDS = {
    "basis": "basis",
    "brought_in": "brought into the books",
    "cap": "cap",
    "counter": "counter",
    "ein": "EIN",
    "email": "e-mail",
    "fixed": "fixed amount",
    "from": "from",
    "isbn": "ISBN",
    "hold_periods": "periods held",
    "minimum_payment": "minimum payment",
    "on_hold": "on hold",
    "opening": "counted before",
    "opening_balance": "opening balance",
    "paid_on": "paid on",
    "pay_out_at_year_end": "to pay in full at year end",
    "per_unit": "per copy",
    "recouped": "recouped before",
    "released_in": "released in",
    "remainder": "all that is left",
    "shows_giving": "tells where its royalties go",
    "sold_by": "sold by",
    "unit_cost": "cost of one copy",
    "resets": "starts again",
    "retired": "retired since",
    "rights_ended": "rights that ended",
    "sell_off_until": "sold off until",
    "subsidiary_rights": "subsidiary rights",
    "tax_rate": "tax rate",
    "tiers_by": "counted by",
    "up_to": "up to",
    "withheld_in": "withheld in",
}
_SINGULAR = {
    "advances": "advance",
    "awards": "award",
    "brought_in": "brought in",
    "caps": "cap",
    "chapters": "chapter",
    "editions": "edition",
    "links": "link",
    "prices": "price",
    "reserves": "reserve",
    "rules": "rule",
    "steps": "step",
    "tiers": "tier",
    "to": "member",
    "versions": "version",
}
_A_LINE = 80
"""Characters beyond which a text is a paragraph."""

_SHARES = frozenset({"rate", "share", "tax_rate", "subsidiary_rights"})
"""Keys whose values are fractions of one, unless a rule is of basis unit."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its place, its value before and its value now; empty where absent.

    ``key`` is the field's key in the setup file.
    """

    field: str
    before: str
    after: str
    key: str = ""


def changes(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    number: Callable[[str | int], str] = str,
) -> list[Change]:
    """Every difference between two bodies, in the order of the newer one.

    Args:
        number: how who reads it writes a plain decimal or a percentage; other texts it leaves.
    """
    return list(_in_objects(_ValueAt(number=number), before or {}, after or {}))


def field_words(field: str) -> str:
    """A field's key as words: ``tax_rate`` is tax rate."""
    return _WORDS.get(field, field.replace("_", " "))


@dataclass(frozen=True, slots=True)
class _ValueAt:
    """A value's place: the words that lead there, and how its texts are written."""

    words: tuple[str, ...] = ()
    key: str = ""
    is_share: bool = False
    is_unit: bool = False
    number: Callable[[str | int], str] = str

    def at(self, key: str) -> "_ValueAt":
        """The value at a key of an object."""
        share = key in _SHARES or self.key == "subsidiary_rights"
        words = (*self.words, field_words(key))
        return replace(self, words=words, key=key, is_share=share)

    def entry(self, words: str) -> "_ValueAt":
        """An entry of the list at this place; the list itself needs no word."""
        return replace(self, words=(*self.words[:-1], words))

    def within(self, *bodies: Mapping[str, Any]) -> "_ValueAt":
        """The same place inside an object: an amount per copy is no share."""
        unit = self.is_unit or any(body.get("basis") == "unit" for body in bodies)
        return replace(self, is_unit=unit)

    def change(self, before: object, after: object) -> Change:
        """A difference here."""
        return Change(" · ".join(self.words), self.text(before), self.text(after), self.key)

    def text(self, value: object) -> str:
        """A value as it is shown."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, dict):
            inner = self.within(value)
            return "; ".join(
                field_words(key)
                if part is True
                else f"{field_words(key)} {inner.at(key).text(part)}"
                for key, part in value.items()
            )
        if isinstance(value, list):
            shown = [self.text(part) for part in value]
            nested = any(isinstance(part, dict) for part in value)
            glue = " ¶ " if any(len(part) > _A_LINE for part in shown) and not nested else ", "
            return glue.join(f"({part})" if nested else part for part in shown)
        if self.is_share and not self.is_unit and isinstance(value, str):
            return self.number(_percent(value))
        return self.number(value) if isinstance(value, int) else self.number(str(value))


def _in_objects(
    at: _ValueAt, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    inside = at.within(before, after)
    for key in (*after, *(key for key in before if key not in after)):
        if before.get(key) != after.get(key):
            yield from _between(inside.at(key), before.get(key), after.get(key))


def _between(at: _ValueAt, old: object, new: object) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _in_objects(at, old, new)
    elif _are_objects(old) and _are_objects(new):
        entries: tuple[list[Any], list[Any]] = (old or [], new or [])  # type: ignore[assignment]
        name = _name_of(*entries)
        yield from _by_name(at, name, *entries) if name else _by_place(at, *entries)
    else:
        yield at.change(old, new)


def _are_objects(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(each, dict) for each in value)
    )


def _name_of(old: list[Any], new: list[Any]) -> str:
    """The key that tells apart all entries of both lists, if there is one."""
    for name in ("name", "isbn", "retailer", "from"):
        found = [[each.get(name) for each in entries] for entries in (old, new)]
        if all(None not in each and len(set(each)) == len(each) for each in found):
            return name
    return ""


def _by_name(at: _ValueAt, name: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    word = _SINGULAR.get(at.key, field_words(at.key))
    how = {"name": "{} “{}”", "from": "{} from {}"}.get(name, "{} {}")

    def titled(called: str) -> _ValueAt:
        return at.entry(how.format(word, at.number(called)))

    was = {entry[name]: entry for entry in old}
    now = {entry[name]: entry for entry in new}
    for called, body in now.items():
        if called not in was:
            yield titled(called).change(None, body)
        else:
            yield from _in_objects(titled(called), was[called], body)
    for called, body in was.items():
        if called not in now:
            yield titled(called).change(body, None)
    if [key for key in was if key in now] != [key for key in now if key in was]:
        yield Change(
            " · ".join(at.entry(f"order of {at.key}").words), ", ".join(was), ", ".join(now)
        )


def _by_place(at: _ValueAt, old: list[Any], new: list[Any]) -> Iterator[Change]:
    word = _SINGULAR.get(at.key, field_words(at.key))
    was, now = ([json.dumps(each, sort_keys=True) for each in entries] for entries in (old, new))
    for tag, low, high, start, end in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for place, (before, after) in enumerate(
            zip_longest(old[low:high], new[start:end]), start + 1
        ):
            here = at.entry(f"{word} {place}")
            if before is not None and after is not None:
                yield from _in_objects(here, before, after)
            else:
                yield here.change(before, after)


def _percent(text: str) -> str:
    try:
        return f"{number_text(exact_number(text) * 100)} %"
    except NotAnAmountError:
        return text
