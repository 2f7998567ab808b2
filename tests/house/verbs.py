"""The verbs of ``services``: found in the code, so that none is forgotten.

A verb is a public function that adds to the log, by itself or through others, or that asks for
a permission which is not one to look.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from royalties.domain.people import Verb
from tests.house.repository import ROOT

SERVICES = ROOT / "royalties" / "services"
_PACKAGE = "royalties.services"
_TO_LOOK = {Verb.READ, Verb.READ_OWN, Verb.READ_ORDERS, Verb.AUDIT}


@dataclass(slots=True)
class _Function:
    """What a function does itself, and which functions of ``services`` it calls."""

    is_public: bool
    records: bool = False
    may_act: bool = False
    calls: set[str] = field(default_factory=set)


def verbs() -> set[str]:
    """Every verb, as ``terms.setup.load``."""
    known = _functions()
    return {
        name
        for name, found in known.items()
        if found.is_public and (found.may_act or _records(name, known))
    }


def unlogged_verbs() -> set[str]:
    """Verbs that ask for a permission to act, and whose code leads to no line of the log."""
    known = _functions()
    return {
        name
        for name, found in known.items()
        if found.is_public and found.may_act and not _records(name, known)
    }


def public_functions() -> set[str]:
    """Every public function of ``services``."""
    return {name for name, found in _functions().items() if found.is_public}


def _records(name: str, known: dict[str, _Function]) -> bool:
    seen: set[str] = set()
    todo = [name]
    while todo:
        each = todo.pop()
        if each in seen or each not in known:
            continue
        seen.add(each)
        if known[each].records:
            return True
        todo += known[each].calls
    return False


@cache
def _functions() -> dict[str, _Function]:
    return {
        name: found
        for path in sorted(SERVICES.rglob("*.py"))
        for name, found in _functions_of(path)
    }


def _functions_of(path: Path) -> Iterator[tuple[str, _Function]]:
    module = ".".join(path.relative_to(SERVICES).with_suffix("").parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = dict(_imported(tree))
    own = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    for each in tree.body:
        if isinstance(each, ast.FunctionDef):
            found = _Function(is_public=not each.name.startswith("_"))
            for call in (node for node in ast.walk(each) if isinstance(node, ast.Call)):
                _note(call, found, module, own, imported)
            yield f"{module}.{each.name}", found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names that a module has of others in ``services``, and what they stand for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PACKAGE):
            base = (node.module or "").removeprefix(_PACKAGE).removeprefix(".")
            for name in node.names:
                yield name.asname or name.name, f"{base}.{name.name}".removeprefix(".")


def _note(
    call: ast.Call, found: _Function, module: str, own: set[str], imported: dict[str, str]
) -> None:
    match call.func:
        case ast.Name(id=name) if name in own:
            found.calls.add(f"{module}.{name}")
        case ast.Name(id=name) if name in imported:
            found.calls.add(imported[name])
        case ast.Attribute(attr="record" | "record_each") if call.args and _is_verb(call.args[0]):
            found.records = True
        case ast.Attribute(attr="require") if call.args and not _is_to_look(call.args[0]):
            found.may_act |= _is_verb(call.args[0])
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in imported:
            found.calls.add(f"{imported[name]}.{attribute}")


def _is_verb(argument: ast.expr) -> bool:
    return ast.unparse(argument).lower().startswith("verb")


def _is_to_look(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Attribute) and Verb[argument.attr] in _TO_LOOK
