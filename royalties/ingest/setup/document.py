"""From a parsed file to plain bodies by kind and key, or to every fault at once."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ValidationError

from royalties.domain.problems import SetupFault
from royalties.ingest.setup.models import Setup
from royalties.ingest.setup.node import Node, joined
from royalties.ingest.setup.part import Part
from royalties.ingest.setup.placed import region_faults, with_codes
from royalties.ingest.setup.within import KEYS, faults_within, key_of

KINDS: tuple[str, ...] = (
    "publisher",
    "titles",
    "retailers",
    "contracts",
    "beneficiaries",
    "plans",
    "exchange_rates",
    "income",
    "reports",
    "organizations",
    "price_lists",
    "payment_details",
    "banks",
)
"""The parts of a setup file, in the order in which it shows them."""

Body = dict[str, Any]
Bodies = dict[str, dict[str, Body]]
"""Bodies of entries by part and key."""

Entry = tuple[str, str, Body]
"""An entry: its part, its key, its body."""

_DEEPEST = 64
_MOST_FAULTS = 1000
_NUMBERS = re.compile(r"\d+")
_AT = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")
"""The part of a file and the entry's place in which a fault lies."""
_MESSAGES = {
    "missing": "is missing: add it",
    "list_type": "must be a list: […]",
    "too_short": "must not be empty: name at least one, or leave the key out",
    "model_type": "must be an object: {…}",
    "dict_type": "must be an object: {…}",
}
"""What pydantic finds by itself, in our words."""


@dataclass(frozen=True, slots=True)
class Document:
    """A setup file that is right in itself, or what is right of one that is not.

    ``entries`` holds canonical bodies by kind and key: plain JSON values, defaults left out,
    numbers as they were written. ``paths`` says where in the file each stands. ``wrong`` are
    entries that are left out, since they have faults, as they stand in the file; of ``unsure``
    kinds nobody knows which entries the file would have.
    """

    entries: Bodies
    paths: dict[tuple[str, str], str]
    wrong: dict[tuple[str, str], Node] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()


class SetupError(ValueError):
    """A setup file that is refused, with everything that is wrong with it.

    ``right`` is what is right in itself where something is not, so that its references can be
    checked too; None where all was checked, or nothing can be.
    """

    def __init__(
        self, name: str, faults: Iterable[SetupFault], right: Document | None = None
    ) -> None:
        self.faults = list(faults)
        self.right = right
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"{name}: {count}", *map(str, self.faults)]))


class Twice(dict[str, Any]):
    """An object of a JSON file in which keys stood more than once."""

    keys_twice: tuple[str, ...] = ()


def parse_setup(data: object, name: str) -> Document:
    """Check a setup that was parsed already; ``name`` is what messages call it.

    Raises:
        SetupError: it has faults in itself; all of them are named.
    """
    shape = list(_repeated_keys(data, name))
    if not isinstance(data, dict):
        raise SetupError(name, [SetupFault("file", 'must hold one object: {"publisher": {…}, …}')])
    data = with_codes(data)
    setup = None
    try:
        setup = Setup.model_validate(data)
    except ValidationError as error:
        shape += _faults_of(error)
    named = {fault.path for fault in shape}
    further = [*faults_within(Node("", data)), *region_faults(data)]
    faults = [fault for fault in further if fault.path not in named]
    faults += shape
    if faults or setup is None:
        raise SetupError(name, in_order(faults), _right_of(data, faults, named))
    return _document(setup)


def in_order(faults: Iterable[SetupFault], further: Iterable[SetupFault] = ()) -> list[SetupFault]:
    """Faults as the file's parts and entries follow each other, each once.

    ``further`` ones are told only of places that have no fault yet.
    """
    listed = list(faults)
    named = {fault.path for fault in listed}
    more = [fault for fault in further if fault.path not in named]
    return sorted(dict.fromkeys([*listed, *more]), key=_place)


def _document(
    setup: Setup,
    places: Mapping[str, Sequence[int]] | None = None,
    wrong: Mapping[tuple[str, str], Node] | None = None,
    unsure: Iterable[str] = (),
) -> Document:
    """The entries of a setup; ``places`` are theirs in the file where some were left out."""
    entries: dict[str, dict[str, Body]] = {kind: {} for kind in KINDS}
    paths = {}
    for kind in KINDS:
        part = getattr(setup, kind)
        if part is None:
            continue
        for at, entry in enumerate(part if kind in KEYS else [part]):
            body = _body(entry)
            path = joined(kind, places[kind][at] if places else at) if kind in KEYS else kind
            key = key_of(kind, Node(path, body)) if kind in KEYS else kind
            entries[kind][key] = body
            paths[kind, key] = path
    left_out = {
        (kind, node.path if (kind, key) in paths else key): node
        for (kind, key), node in (wrong or {}).items()
    }
    return Document(entries, paths, left_out, frozenset(unsure))


def _right_of(
    data: Mapping[str, Any], faults: Iterable[SetupFault], misshapen: Collection[str]
) -> Document | None:
    """What is left of a setup without the entries that have faults; None if that is unclear."""
    at = {found.groups() for fault in faults if (found := _AT.match(fault.path))}
    right: dict[str, Any] = {}
    places: dict[str, list[int]] = {}
    wrong: dict[tuple[str, str], Node] = {}
    # A part under a name that is not known may be any of those that are not there.
    strange = bool(data.keys() - {*KINDS, "$schema"})
    unsure = {kind for kind in KINDS if kind not in data and strange}
    for kind in KINDS:
        part = data.get(kind)
        if part is None:
            continue
        if kind not in KEYS:
            if any(name == kind for name, _ in at):
                unsure.add(kind)
                wrong[kind, kind] = Node(kind, part)
            else:
                right[kind] = part
        elif not isinstance(part, list):
            unsure.add(kind)
        else:
            if (kind, None) in at:
                unsure.add(kind)
            places[kind] = [n for n in range(len(part)) if (kind, str(n)) not in at]
            right[kind] = [part[n] for n in places[kind]]
            for n in set(range(len(part))) - set(places[kind]):
                entry = Node(joined(kind, n), part[n])
                keys = [entry.get(name) for name in KEYS[kind] if name != "note"]
                key = key_of(kind, entry)
                if any(not each.text or each.path in misshapen for each in keys):
                    unsure.add(kind)
                    key = entry.path
                wrong[kind, entry.path if (kind, key) in wrong else key] = entry
    try:
        return _document(Setup.model_validate(right), places, wrong, unsure)
    except ValidationError:
        return None


def _body(part: BaseModel) -> Body:
    body = {}
    for name, known in type(part).model_fields.items():
        value = getattr(part, name)
        if not _is_default(value, known.default) and (plain := _plain(value)) != {}:
            body[known.alias or name] = plain
    return body


def _is_default(value: object, default: object) -> bool:
    if value is None or isinstance(value, bool) or isinstance(default, bool):
        return value is None or value is default
    # "0.00" says no more than the absent "0"; texts have the default "" and never these.
    if default in ("0", 0, 1) and isinstance(value, str | int):
        return Fraction(value) == Fraction(str(default))
    return bool(value == default)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _body(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _repeated_keys(data: object, name: str) -> Iterator[SetupFault]:
    """Walks the data without recursion, so that nothing after it meets a bottomless depth."""
    todo: list[tuple[str, object, int]] = [("", data, 1)]
    while todo:
        path, value, depth = todo.pop()
        if depth > _DEEPEST:
            fault = SetupFault(path[:120] + "…", f"is nested more than {_DEEPEST} deep: flatten it")
            raise SetupError(name, [fault])
        if isinstance(value, Twice):
            for key in value.keys_twice:
                yield SetupFault(joined(path, key), "this key stands twice: keep one of them")
        if isinstance(value, dict):
            todo += [(joined(path, str(key)), item, depth + 1) for key, item in value.items()]
        elif isinstance(value, list):
            todo += [(joined(path, place), item, depth + 1) for place, item in enumerate(value)]


def _faults_of(error: ValidationError) -> list[SetupFault]:
    details = error.errors(include_url=False, include_input=False)
    faults = [_fault_of(detail) for detail in details[:_MOST_FAULTS]]
    if len(details) > _MOST_FAULTS:
        more = len(details) - _MOST_FAULTS
        faults.append(SetupFault("file", f"has {more} more faults: mend the others first"))
    return faults


def _fault_of(detail: Mapping[str, Any]) -> SetupFault:
    path = ""
    for part in detail["loc"]:
        # "~…" tells which branch was tried, "[key]" that a key itself was refused.
        if not (isinstance(part, str) and (part.startswith("~") or part == "[key]")):
            path = joined(path, part)
    return SetupFault(path or "file", _message(detail))


def _message(detail: Mapping[str, Any]) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(detail["loc"])
        case "value_error":
            return str(detail["ctx"]["error"])
        case other:
            return _MESSAGES.get(other, str(detail["msg"]))


def _unknown_key(loc: tuple[str | int, ...]) -> str:
    known = [field.alias or name for name, field in _model_at(loc[:-1]).model_fields.items()]
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    hint = f'did you mean "{near[0]}"? ' if near else ""
    return f"unknown key: {hint}known here: {', '.join(known)}"


def _model_at(loc: tuple[str | int, ...]) -> type[Part]:
    model: type[Part] = Setup
    for part in loc:
        for name, known in model.model_fields.items():
            if part == (known.alias or name):
                model = _part_in(known.annotation) or model
    return model


def _part_in(annotation: object) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    inner = (_part_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((part for part in inner if part is not None), None)


def _place(fault: SetupFault) -> tuple[int, list[int], str]:
    """In the order of the parts, then of their entries, then by name."""
    kind = re.split(r"[.\[]", fault.path, maxsplit=1)[0]
    order = KINDS.index(kind) if kind in KINDS else -1
    return order, [int(number) for number in _NUMBERS.findall(fault.path)], fault.path
