"""Which entries of the setup name which others, and how a changed key reaches all of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
Bodies = Mapping[str, Mapping[str, Body]]
"""Bodies by part and key."""

_NAMED_BY: Mapping[str, Mapping[str, str]] = {
    "titles": {"retailer": "retailers"},
    "contracts": {"titles": "titles", "plan": "plans", "retailers": "retailers"},
    "plans": {"retailers": "retailers", "beneficiary": "beneficiaries"},
    "reports": {"retailer": "retailers"},
    "price_lists": {"titles": "titles", "retailers": "retailers"},
    "income": {"contract": "contracts"},
}
"""By part, the fields that name other entries, wherever they appear, and the part of those."""

_NO_ENTRIES = frozenset({"columns"})
"""Fields below which the same words mean something else: columns of a report."""


def references_to(bodies: Bodies, part: str, key: str) -> Iterator[tuple[str, str]]:
    """Every entry that names one, as (part, key).

    >>> bodies = {"contracts": {"foot-2015": {"titles": ["collab"], "plan": "cities"}}}
    >>> list(references_to(bodies, "plans", "cities"))
    [('contracts', 'foot-2015')]
    """
    for named_by, of_part in bodies.items():
        if part not in _NAMED_BY.get(named_by, {}).values():
            continue
        for other, body in of_part.items():
            found: set[str] = set()
            renamed(named_by, body, part, lambda each, found=found: found.add(each) or each)  # type: ignore[misc]
            if key in found:
                yield named_by, other


def named_in(part: str, body: Body) -> set[tuple[str, str]]:
    """The entries that one names, as (part, key).

    >>> sorted(named_in("contracts", {"titles": ["collab"], "plan": "cities"}))
    [('plans', 'cities'), ('titles', 'collab')]
    """
    return {
        (of, key)
        for of in set(_NAMED_BY.get(part, {}).values())
        for key in _keys_named(part, body, of)
    }


def _keys_named(part: str, body: Body, of: str) -> set[str]:
    found: set[str] = set()

    def note(key: str) -> str:
        found.add(key)
        return key

    renamed(part, body, of, note)
    return found


def renamed(part: str, body: Body, of: str, new: Callable[[str], str]) -> dict[str, Any]:
    """An entry's body in which every key of another part is what a function makes of it.

    >>> renamed("contracts", {"titles": ["a", "b"], "plan": "a"}, "titles", str.upper)
    {'titles': ['A', 'B'], 'plan': 'a'}

    Args:
        part: of the entry.
        body: of the entry.
        of: the part whose keys are meant.
        new: gives the key to write instead of one.
    """
    fields = {name for name, named in _NAMED_BY.get(part, {}).items() if named == of}
    found: dict[str, Any] = _walked(body, fields, new)
    return found


def _walked(value: Any, fields: set[str], new: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {
            name: _named(part, new)
            if name in fields
            else part
            if name in _NO_ENTRIES
            else _walked(part, fields, new)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_walked(part, fields, new) for part in value]
    return value


def _named(value: Any, new: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    """One key, a list of keys, or keys by some word."""
    if isinstance(value, Mapping):
        return {name: new(each) for name, each in value.items()}
    if isinstance(value, list):
        return [new(each) for each in value]
    return new(value)
