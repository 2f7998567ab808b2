"""No page catches a refusal and then keeps changes that its verbs made before it."""

import ast
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import royalties.web
from royalties.services.errors import REFUSALS
from royalties.web.core import visit

ROOM = Path(royalties.web.__file__).parent
FILES = sorted(path for path in ROOM.rglob("*.py") if path.name != "__init__.py")

ONLY_READ = {
    "account.links.first_administrator": 1,
    "account.links.invitation": 2,
    "account.links.reset": 1,
    "core.calculating._calculate": 1,
    "core.errors._of_the_database": 1,
    "core.health.readiness": 1,
    "core.layout.publisher_name": 1,
    "finance.desk.home.home": 1,
    "finance.desk.house._save": 1,
    "finance.desk.house._with_all_faults": 1,
    "finance.desk.house_form.as_body": 1,
    "finance.desk.list_filters._period_today": 1,
    "finance.desk.lists._preview": 1,
    "finance.desk.lists.send": 2,
    "finance.desk.setup_files._preview": 1,
    "finance.desk.setup_files._preview_again": 1,
    "finance.orders.approvals._draft": 1,
    "finance.orders.money._draft": 1,
    "finance.orders.price_lists._trial_quote": 1,
    "finance.orders.quotes._currency": 1,
    "finance.orders.quotes._draft": 2,
    "finance.orders.values._order_values": 1,
    "finance.payments.pages.batch_file": 1,
    "finance.payments.bank_lines.imported": 1,
    "finance.payments.bank_lines._read_and": 1,
    "finance.payments.pages._find_batch": 1,
    "finance.payments.pages._find_payment": 1,
    "finance.payments.tax._found": 1,
    "finance.payments.tax_deposits._find": 1,
    "finance.people.pages._all_names": 1,
    "finance.people.pages._house": 1,
    "finance.people.pages._names": 1,
    "finance.periods.reserves_and_advances._advances": 1,
    "finance.periods.reserves_and_advances._reserves": 1,
    "finance.periods.over_time._table": 1,
    "finance.periods.parallel._rows_sent": 1,
    "finance.periods.parallel.begin": 1,
    "finance.periods.typed_totals.type_totals": 1,
    "finance.sales.importing.retailers": 1,
    "finance.sales.mapping.look": 1,
    "finance.sales.mapping.mapping": 1,
    "finance.statements.pages.why": 1,
    "finance.terms.catalogue._setup": 1,
    "finance.terms.editing.answer_preview": 1,
    "finance.terms.editing.add_further_errors": 1,
    "finance.terms.openings._rows_sent": 1,
    "finance.terms.openings._preview": 1,
    "ordering.pages._estimate": 1,
    "ordering.request_form.faults": 1,
    "public.order_links.opened": 1,
    "public.quote_links._enclosed_file": 1,
}
"""Functions that catch refusals of what only reads, and how often: nothing is to be taken back."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_caught_refusal_rolls_back_earlier_steps(path: Path) -> None:
    name = ".".join(path.relative_to(ROOM).with_suffix("").parts)
    module = importlib.import_module(f"royalties.web.{name}")
    found = Counter(
        f"{name}.{function}"
        for function, caught in refusals_caught(module, ast.parse(path.read_text("utf-8")))
        if not is_all_or_nothing(caught) and getattr(module, function, None) not in visit._ONLY_LOOK
    )
    reads = {where: count for where, count in ONLY_READ.items() if where.startswith(f"{name}.")}
    assert dict(found) == reads, f"{path}: call the verbs in all_or_nothing()"


def refusals_caught(module: ModuleType, tree: ast.AST) -> Iterator[tuple[str, ast.Try]]:
    """Every ``try`` that catches a refusal, with the function it is in."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for each in ast.walk(function):
                if isinstance(each, ast.Try) and any(
                    catches_refusal(module, handler)
                    for handler in each.handlers
                    if not isinstance(handler.body[-1], ast.Raise)
                ):
                    yield function.name, each


def catches_refusal(module: ModuleType, handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    named = eval(ast.unparse(handler.type), vars(module))  # noqa: S307 - our own code
    kinds = named if isinstance(named, tuple) else (named,)
    return any(issubclass(each, REFUSALS) or issubclass(RuntimeError, each) for each in kinds)


def is_all_or_nothing(caught: ast.Try) -> bool:
    """Whether all that is tried stands in one block that a refusal takes back."""
    only = caught.body[0]
    return (
        len(caught.body) == 1
        and isinstance(only, ast.With)
        and ast.unparse(only.items[0].context_expr) == "all_or_nothing()"
    )
