"""The worked lines in the domain's docstrings are true."""

import doctest
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

import royalties.domain

MODULES = [each.name for each in walk_packages(royalties.domain.__path__, "royalties.domain.")]


def _worked() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in MODULES:
        yield from (test for test in finder.find(import_module(name)) if test.examples)


@pytest.mark.parametrize("worked", list(_worked()), ids=lambda worked: worked.name)
def test_docstring_examples_give_what_they_say(worked: doctest.DocTest) -> None:
    failures: list[str] = []
    doctest.DocTestRunner(verbose=False).run(worked, out=failures.append)
    assert not failures, "".join(failures)


def test_money_module_has_docstring_examples() -> None:
    assert {"rounded", "split"} <= {test.name.rpartition(".")[2] for test in _worked()}
