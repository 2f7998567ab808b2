"""Lists are sorted by a click on a heading, all in one way; the order is part of the address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import request

from royalties.web.core.paging import here_with

Item = TypeVar("Item")

WORDS = frozenset({"name", "to", "state"})
"""Headings of words: they begin with A, figures and days with the largest or the last."""


def in_order(
    rows: Sequence[Item], sorted_by: Mapping[str, Callable[[Item], Any]], usual: str
) -> tuple[list[Item], str]:
    """Rows as the address asks for them, and by what: a heading's name, with a minus turned.

    Args:
        rows: in the usual order.
        sorted_by: what each heading sorts by.
        usual: how they are sorted already.
    """
    sort = request.args.get("sort", "")
    name = sort.removeprefix("-")
    if name not in sorted_by:
        return list(rows), usual
    return sorted(rows, key=sorted_by[name], reverse=sort.startswith("-")), sort


def linker(sorted_by: str) -> Callable[[str], str]:
    """Makes a heading's address: figures begin with the largest, words with A; then turned."""

    def link(name: str) -> str:
        first, other = (name, f"-{name}") if name in WORDS else (f"-{name}", name)
        return here_with(sort=other if sorted_by == first else first, page="")

    return link
