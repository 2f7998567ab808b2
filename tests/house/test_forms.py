"""What a browser sends is declared by forms; the few modules that read it themselves say why."""

import ast
from pathlib import Path

import pytest

import royalties.web

ROOM = Path(royalties.web.__file__).parent
FILES = sorted(path for path in ROOM.rglob("*.py") if path.parent != ROOM / "forms")

VERBS = {"act", "do"}
"""Names of buttons: which of them was pressed says what is done with the form."""

BY_HAND = {
    "__init__": "counts the letters of everything that was sent, whatever it is",
    "account.factor": "a sealed key that the page gave, read before it is known whose form it is",
    "account.pages": "the button's value: which session ends",
    "core.consent": "goes through what was sent, whatever form it belongs to",
    "finance.desk.house": "the name that is typed to empty the desk, and no other field",
    "finance.desk.lists": "questions of a list, which depend on its file",
    "finance.orders.board": "which of the page's forms was sent",
    "finance.orders.quotes": "which of the page's forms was sent",
    "finance.people.pages": "one role or one switch, which a button sends",
    "finance.periods.closing": "sentences about figures, one for each of a draft",
    "finance.periods.parallel": "reasons of differences, one for each of a comparison",
    "finance.sales.aliases": "a search that is a form's or an address's",
    "finance.sales.entry": "the sheet of sales: a thousand rows as one text, or as columns",
    "finance.sales.importing": "what a button beside an identifier sends",
    "finance.sales.remembering": "what a button beside an identifier sends, and pairs of a bundle",
    "finance.sales.uploading": "questions of an upload, which depend on its file",
    "finance.terms.documents": "a payee and a period for each of the files that were sent",
    "finance.terms.editing": "what every page of an entry carries, whichever form it shows",
    "ordering.forms": "the one place where forms about an order are made of what was sent",
    "ordering.pages": "the request's own engine: steps whose fields depend on the price list",
    "organization.files": "which file a form of one file is for, and looks that were taken before",
}
"""Modules that read fields without a form, and why."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_fields_are_read_by_forms(path: Path) -> None:
    name = ".".join(path.relative_to(ROOM).with_suffix("").parts)
    by_hand = reads_by_hand(ast.parse(path.read_text("utf-8")))
    if name in BY_HAND:
        assert by_hand, f"{name} reads no fields by hand any more: take it off the list"
    else:
        assert not by_hand, f"{path}:{by_hand[0]}: declare a form (docs/web.md, Forms)"


def reads_by_hand(tree: ast.AST) -> list[int]:
    """Lines that read ``request.form`` or ``request.values`` for more than a form or a button."""
    declared: set[int] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and (is_form(each.func) or is_verb(each)):
            sent = (
                [*each.args, each.func.value] if isinstance(each.func, ast.Attribute) else each.args
            )
            declared |= {id(inner) for inner in sent if is_sent(inner)}
    return sorted(
        each.lineno
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and is_sent(each) and id(each) not in declared
    )


def is_sent(node: ast.AST) -> bool:
    """Whether it is what a browser sent: ``request.form``, ``request.values``."""
    return isinstance(node, ast.Attribute) and ast.unparse(node) in {
        "request.form",
        "request.values",
    }


def is_form(called: ast.expr) -> bool:
    """Whether it is a form's class: ``RateForm``, ``forms.InvoiceForm``, a parameter ``form``."""
    return ast.unparse(called).rpartition(".")[2].lower().endswith("form")


def is_verb(called: ast.Call) -> bool:
    """Whether it asks which button was pressed: ``request.form.get("do")``."""
    first = called.args[0] if called.args else None
    return (
        isinstance(called.func, ast.Attribute)
        and called.func.attr == "get"
        and isinstance(first, ast.Constant)
        and first.value in VERBS
    )
