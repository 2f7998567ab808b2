"""What verbs say to those who type commands, pages say in other words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import royalties
from royalties.web.core.formats import sentence
from royalties.web.core.names import without_commands
from tests.web.core.spoken import faults_of_words

ROOT = Path(royalties.__file__).parent
COMMAND = re.compile(r"'royalties |(?<![\w-])--[a-z]")
ONLY_TYPED = {
    "services/desk/backups.py",
    "services/desk/places.py",
    "services/terms/lists.py",
    "ingest/setup/mapped_reports.py",
}
"""Modules whose messages with a command nobody meets in a browser: they are of commands alone."""


def texts_of(module: Path) -> Iterator[str]:
    """The texts in a module that may be said to somebody; values in them are ``x``."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    silent = {
        id(each.value)
        for each in ast.walk(tree)
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
    }
    parts = {
        id(part)
        for each in ast.walk(tree)
        if isinstance(each, ast.JoinedStr)
        for part in each.values
    }
    for each in ast.walk(tree):
        if isinstance(each, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "x" for part in each.values
            )
        elif isinstance(each, ast.Constant) and id(each) not in silent | parts:
            yield str(each.value)


def test_no_message_on_a_page_has_a_command() -> None:
    seen, wrong = 0, []
    for ring in ("domain", "ingest", "services"):
        for module in sorted((ROOT / ring).rglob("*.py")):
            name = module.relative_to(ROOT).as_posix()
            for text in texts_of(module) if name not in ONLY_TYPED else ():
                if COMMAND.search(text):
                    seen += 1
                    told = without_commands(text)
                    wrong += [f"{name}: {each}" for each in faults_of_words(told)]
                    if COMMAND.search(told):
                        wrong.append(f"{name}: {told}")
    assert seen > 5
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nothing was sent", "Nothing was sent"),
        ("empty.pdf is empty", "empty.pdf is empty"),
        ("sales.xlsx: no rows", "sales.xlsx: no rows"),
        ("e.g. two", "E.g. two"),
        ("row 1.50 is wrong", "Row 1.50 is wrong"),
        (".pdf is no name", ".pdf is no name"),
        ("my sales of May.csv: no rows", "my sales of May.csv: no rows"),
        ("the file sales.csv: no rows", "The file sales.csv: no rows"),
        ("the total is 12.50: too much", "The total is 12.50: too much"),
        ("", ""),
    ],
)
def test_sentence_begins_with_a_capital_but_for_a_files_name(words: str, said: str) -> None:
    assert sentence(words) == said
