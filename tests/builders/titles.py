"""Titles that everybody may see."""

from typing import Any

from royalties.adapters.files import Files
from tests.builders.books import (
    EBOOK,
    Document,
    Office,
    a_title,
    an_edition,
    closed,
)


def a_public_title(**more: Any) -> Document:
    """The ordinary title with everything that its public page can show."""
    return a_title(
        "collab",
        an_edition(),
        an_edition(EBOOK, "ebook", prices=[], identifiers={"asin": "B0XMPL6928"}),
        **{
            "public": True,
            "subtitle": "A Story",
            "description": ["What it is about.", "A second paragraph."],
            "chapters": [
                {"title": "Beginnings", "sample": "https://example.org/beginnings.pdf"},
                {"title": "Ends", "authors": ["Kim Foote", "Jo Ray"]},
            ],
            "awards": [{"name": "A Prize", "year": 2016, "by": "A Society"}],
            "sold_by": [
                {"retailer": "bay", "url": "https://example.org/bay"},
                {"retailer": "amazon"},
            ],
            "links": [{"words": "An interview", "url": "https://example.org/interview"}],
            "bulk": True,
            "custom": True,
            "shows_giving": True,
            **more,
        },
    )


def public(office: Office) -> None:
    """The first half is closed; then a title becomes public, which no price list covers."""
    closed(office)
    office.load({"titles": [a_public_title()]}, "public.json")


def samples(files: Files) -> list[str]:
    """Names of the stored sample chapters."""
    return sorted(path.name for path in (files.home / "samples").rglob("*.pdf"))
