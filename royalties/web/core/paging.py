"""Long lists are shown a page at a time, all in one way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

PER_PAGE = 50
_LONGEST_NUMBER = 6

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The page of a list that the address asks for.

    Attributes:
        items: what it shows.
        count: how many there are in all.
        number: which page it is, and ``pages`` how many there are.
        before: the address of the page before, with the same filters; empty if there is none.
        after: the same of the page after.
    """

    items: Sequence[Item]
    count: int
    number: int
    pages: int
    before: str
    after: str


def part_of(items: Sequence[Item], size: int = PER_PAGE) -> Page[Item]:
    """A list's page that the address asks for; beyond the last one it is the last one."""
    pages = max(1, -(-len(items) // size))
    number = min(page_number(), pages)
    return Page(
        items[(number - 1) * size : number * size],
        len(items),
        number,
        pages,
        here_with(page=number - 1) if number > 1 else "",
        here_with(page=number + 1) if number < pages else "",
    )


def page_number(name: str = "page") -> int:
    """The page of a list that the address asks for."""
    text = request.args.get(name, "")
    fits = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return max(1, int(text)) if fits else 1


def query() -> dict[str, str]:
    """What the address asks for, but for names such as ``_method`` that ``url_for`` takes."""
    return {name: text for name, text in request.args.items() if not name.startswith("_")}


def here_with(**changes: object) -> str:
    """This page's address with some of its filters changed; empty ones fall away."""
    values = {**query(), **(request.view_args or {}), **changes}
    arguments = {name: value for name, value in values.items() if value not in ("", None)}
    return url_for(request.endpoint or "", **arguments)


def export_addresses(endpoint: str) -> dict[str, str]:
    """Where a list is handed out as a file, with the filters of this page, by the file's ending.

    Args:
        endpoint: ``.reserves`` for the pages ``reserves_csv`` and ``reserves_xlsx`` of its group.
    """
    values: dict[str, Any] = query()
    return {ending: url_for(f"{endpoint}_{ending}", **values) for ending in ("csv", "xlsx")}
