"""Groups of pages, each for one audience: whoever is not of it finds nothing there."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from royalties.domain.people import EVERYBODY, Role
from royalties.web.core.again import to_send_again
from royalties.web.core.visit import actor, visit

LARGEST = 2**63 - 1
"""The largest number that a database takes."""

Answer = Response | str | tuple[str, int]
View = Callable[..., Any]
Word = TypeVar("Word", bound=StrEnum)


class Pages(Blueprint):
    """Pages under one address for the roles that may see them.

    A stranger is asked to sign in, and keeps what was typed into a form; a role of another audience
    gets the answer of an address that does not exist. What somebody may *do* there is asked for
    inside every verb.
    """

    def __init__(self, name: str, import_name: str, prefix: str, audience: frozenset[Role]) -> None:
        super().__init__(name, import_name, url_prefix=prefix)
        self.audience = audience
        self.before_request(self._admit)

    def _admit(self) -> Response | tuple[str, int] | None:
        if self.audience >= EVERYBODY:
            return None
        visitor = actor()
        if visitor.role in self.audience:
            return None
        if visitor.role is not Role.STRANGER:
            abort(404)
        return to_send_again(door(), 403) or to_sign_in()


def door(onward: str | None = None) -> str:
    """Where what is missing is asked for, the password or the second factor."""
    asks = "account.sign_in" if visit() is None else "account.second_factor"
    return url_for(asks, next=onward)


def to_sign_in() -> Response:
    """Ask for what is missing, and come back here after; from a form, to the page it is on."""
    if request.method != "POST":
        return redirect(door(here()))
    flash(
        "What you sent was not saved. The browser's Back shows it again once you signed in.", "warn"
    )
    return redirect(door(_form_page()))


def _form_page() -> str | None:
    """The page that a form was sent from, if it is one of ours that can be looked at."""
    parts = urlsplit(request.referrer or "")
    if (parts.scheme, parts.netloc) != (request.scheme, request.host):
        return None
    adapter = current_app.create_url_adapter(request)
    try:
        if adapter is not None:
            adapter.match(parts.path, method="GET")
    except HTTPException:
        return None
    return own_address(parts.path + (f"?{parts.query}" if parts.query else ""))


def here() -> str:
    """The address of this page, to come back to; pages that change something are left out."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


class NumberConverter(IntegerConverter):
    """A number in an address; one that no database takes leads nowhere."""

    def __init__(self, map_: Map, max: int = LARGEST) -> None:  # noqa: A002 - Werkzeug's own name
        super().__init__(map_, max=max)


def number_in_query(name: str, least: int = 0) -> int:
    """A number behind the question mark, ``least`` if it is none or too small or too large."""
    number = request.args.get(name, least, int)
    return number if least <= number <= LARGEST else least


def word_in_query(name: str, words: type[Word]) -> Word:
    """One of some words that the address says; the first one where it says none of them."""
    return word_of(request.args, name, words)


def word_of(texts: Mapping[str, str], name: str, words: type[Word]) -> Word:
    """The same of texts that the address gave."""
    known = {each.value: each for each in words}
    return known.get(texts.get(name, "").strip(), next(iter(words)))


def own_address(address: str | None) -> str | None:
    """An address to go on to if it is one of ours, else None: never somebody else's."""
    if not address or not address.startswith("/") or len(address) > 2000:  # noqa: PLR2004
        return None
    if not address.isprintable() or "\\" in address or address.startswith("//"):
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None
