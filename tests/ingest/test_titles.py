"""Public pages of titles in a setup file: what is accepted, refused, and left unchanged."""

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from royalties.domain.problems import SetupFault
from royalties.domain.terms.catalogue import Award, Chapter, Link, PublicTitle, WhereToBuy
from royalties.ingest import setup
from royalties.ingest.setup import SetupError, check, parse_setup
from tests.builders.books import a_setup
from tests.builders.titles import a_public_title

T = "titles[0]"


def faults(**more: object) -> list[SetupFault]:
    try:
        document = parse_setup(a_setup(titles=[a_public_title(**more)], contracts=[]), "setup")
    except SetupError as error:
        return error.faults
    return [each for each in check(document, document.entries) if each.path.startswith("titles")]


def body(**more: object) -> dict[str, Any]:
    document = parse_setup({"titles": [a_public_title(**more)]}, "setup.json")
    return document.entries["titles"]["collab"]


def test_public_page_of_a_title_becomes_domain_values() -> None:
    assert setup.title_of(body()).shown == PublicTitle(
        public=True,
        subtitle="A Story",
        description=("What it is about.", "A second paragraph."),
        chapters=(
            Chapter("Beginnings", (), "https://example.org/beginnings.pdf"),
            Chapter("Ends", ("Kim Foote", "Jo Ray")),
        ),
        awards=(Award("A Prize", 2016, "A Society"),),
        sold_by=(WhereToBuy("bay", "https://example.org/bay"), WhereToBuy("amazon")),
        links=(Link("An interview", "https://example.org/interview"),),
        bulk=True,
        custom=True,
        giving=True,
    )


def test_title_without_a_public_page_is_hidden_and_kept_unchanged() -> None:
    document = parse_setup(a_setup(), "setup.json")
    plain = document.entries["titles"]["collab"]
    assert set(plain) == {"key", "title", "authors", "published", "editions"}
    assert setup.title_of(plain).shown == PublicTitle()


def test_empty_values_are_left_out() -> None:
    nothing: dict[str, Any] = {
        "public": False,
        "description": [],
        "chapters": [],
        "awards": [],
        "sold_by": [],
        "links": [],
        "bulk": False,
        "custom": False,
        "shows_giving": False,
    }
    kept = body(**nothing)
    assert not set(kept) & set(nothing)


def test_schema_accepts_the_public_page() -> None:
    validator = Draft202012Validator(setup.json_schema())
    assert validator.is_valid(a_setup(titles=[a_public_title()]))
    wrong = a_public_title(links=[{"words": "x", "url": "http://example.org"}])
    assert not validator.is_valid(a_setup(titles=[wrong]))


@pytest.mark.parametrize(
    ("more", "path", "message"),
    [
        ({"public": "yes"}, "public", "neither true nor false"),
        ({"subtitle": ""}, "subtitle", "blank"),
        ({"description": "text"}, "description", "must be a list"),
        ({"description": ["a\nb"]}, "description[0]", "control character"),
        ({"subtitle": "Given to \u202eytirahC"}, "subtitle", "control character"),
        ({"description": ["x" * 4001]}, "description[0]", "shorten it to 4000"),
        ({"chapters": [{}]}, "chapters[0].title", "is missing"),
        ({"chapters": [{"title": "A", "page": 1}]}, "chapters[0].page", "unknown key"),
        (
            {"chapters": [{"title": "A", "sample": "chapter.pdf"}]},
            "chapters[0].sample",
            "upload a PDF",
        ),
        (
            {"chapters": [{"title": "A", "sample": f"../{'a' * 64}.pdf"}]},
            "chapters[0].sample",
            "https://",
        ),
        ({"awards": [{"name": "A", "year": "2016"}]}, "awards[0].year", "not a year"),
        ({"awards": [{"name": "A", "year": True}]}, "awards[0].year", "not a year"),
        ({"awards": [{"name": "A", "year": 16}]}, "awards[0].year", "out of range"),
        (
            {"sold_by": [{"retailer": "amazn"}]},
            "sold_by[0].retailer",
            'did you mean "amazon"?',
        ),
        (
            {"sold_by": [{"retailer": "amazon"}, {"retailer": "amazon"}]},
            "sold_by[1].retailer",
            "each retailer once",
        ),
        ({"links": [{"words": "A"}]}, "links[0].url", "is missing"),
    ],
)
def test_invalid_public_page_is_refused(more: dict[str, Any], path: str, message: str) -> None:
    found = faults(**more)
    assert [each.path for each in found] == [f"{T}.{path}"]
    assert message in found[0].message


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "http://example.org",
        "//example.org",
        "/titles",
        "https:",
        "https://",
        "https:///path",
        "https://user:password@example.org",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1",
        'https://example.org/"onmouseover="alert(1)',
        "https://example.org/<script>",
        "https://example.org/a b",
        "https://example.org/\tb",
        "https://example.org\\@evil.example",
        "java\nscript:alert(1)",
        f"https://example.org/{'a' * 500}",
    ],
)
def test_unsafe_link_is_refused(url: str) -> None:
    for more in (
        {"links": [{"words": "A", "url": url}]},
        {"sold_by": [{"retailer": "amazon", "url": url}]},
        {"chapters": [{"title": "A", "sample": url}]},
    ):
        assert len(faults(**more)) == 1, more


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org:8443/a?b=c&d=%20#e"])
def test_links_are_kept_as_they_are(url: str) -> None:
    assert body(links=[{"words": "A", "url": url}])["links"][0]["url"] == url


def test_checking_does_not_change_the_body() -> None:
    given = a_public_title()
    before = copy.deepcopy(given)
    parse_setup({"titles": [given]}, "setup.json")
    assert given == before
