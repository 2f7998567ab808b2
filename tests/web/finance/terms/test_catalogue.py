"""Titles, retailers and requests at the desk."""

import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from babel import Locale
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from royalties.domain.people import Role
from royalties.ingest.setup import parse_setup
from royalties.web.finance.terms.title_form import TitleForm
from tests.builders import forms
from tests.builders.books import EBOOK, HARDCOVER, a_row, a_setup, after, nothing, opened
from tests.builders.forms import sent
from tests.builders.site import Site, Visitor
from tests.builders.titles import public, samples

PDF = b"%PDF-1.7\nsample"
HOSTILE = "</textarea><script>alert(1)</script>{{7*7}}\"'"
AMEND = "/finance/titles/collab/amend"
ROWS = r"(editions-\d+-)?(editions|prices|identifiers|sold_by|chapters|awards|links)"
"""Names of the fields that name rows, in their order."""


class Fields(HTMLParser):
    """What a browser sends of a page's form as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self._textarea = self._select = ""
        self._patterns = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._patterns += tag == "template"
        if self._patterns:
            return  # what a new row is made of is not sent
        name = found.get("name") or ""
        if tag == "input" and name not in ("", "q", "csrf_token"):
            if found.get("type") == "hidden" and re.fullmatch(ROWS, name):
                self.found[name] = [*self.found.get(name, []), found.get("value")]
            elif found.get("type") != "checkbox" or "checked" in found:
                self.found[name] = found.get("value") or ""
        elif tag == "textarea":
            self._textarea, self.found[name] = name, ""
        elif tag == "select":
            self._select, self.found[name] = name, ""
        elif tag == "option" and "selected" in found:
            self.found[self._select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._patterns -= tag == "template"
        if tag == "textarea" and self._textarea:
            # A browser leaves out a line break right after the tag.
            self.found[self._textarea] = self.found[self._textarea].lstrip("\r\n")
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.found[self._textarea] += data


def fields(page: str) -> dict[str, Any]:
    reader = Fields()
    reader.feed(page)
    return reader.found


def amended(visitor: Visitor, **changes: Any) -> Any:
    """The title's form sent with some fields changed."""
    return visitor.post(AMEND, {**fields(visitor.page(AMEND)), **changes})


# Lists and pages


@after(public)
def test_desk_reads_the_catalogue_and_only_managers_change_it(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    for path in ("/finance/titles", "/finance/titles/collab", "/finance/retailers/bay"):
        assert re.search("Amend|Add a title", manager.page(path))
        assert not re.search(">(Amend|Add a title|Add a retailer|Upload)<", clerk.page(path))
    clerk.page("/finance/titles/collab/history")
    before = site.office.hashes("session")
    for path in (AMEND, "/finance/new-title", "/finance/new-retailer"):
        assert clerk.get(path).status_code == 403
        assert clerk.post(path, {"key": "x", "title": "X"}).status_code == 403
    answer = clerk.post(
        "/finance/titles/collab/sample", {"chapter": "1", "file": (BytesIO(PDF), "a.pdf")}
    )
    assert answer.status_code == 403
    assert site.office.hashes("session") == before


@after(public)
def test_titles_are_found_by_isbn_in_any_form(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for words in ("978-1-4422-0001-2", "9781442200012", "1442200014", "foote collab"):
        page = clerk.page(f"/finance/titles?q={words}")
        assert "/finance/titles/collab" in page
        assert "/finance/titles/atlas" not in page
    assert "No title has these words" in clerk.page("/finance/titles?q=zzz")


@after(public)
def test_a_titles_page_shows_what_is_known(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/titles/collab")
    for words in ("978-1-4422-0001-2", "B0XMPL6928", "foot-2015", "9.10", "85.00", "Apr 1, 2025"):
        assert words in page
    assert "Copies, 2025-H1" in page


@after(nothing)
def test_lists_without_setup_say_the_next_step(site: Site) -> None:
    administrator = site.visitor(Role.ADMINISTRATOR)
    assert "There is no title yet" in administrator.page("/finance/titles")
    assert "There is no retailer yet" in administrator.page("/finance/retailers")
    assert administrator.get("/finance/titles/collab").status_code == 404
    answer = administrator.post("/finance/new-retailer", {"key": "a", "name": "A", "channel": "x"})
    assert answer.status_code == 422


PAGES = (
    "/finance/titles",
    "/finance/titles/collab",
    "/finance/titles/collab/history",
    AMEND,
    "/finance/retailers",
    "/finance/retailers/amazon",
    "/finance/retailers/amazon/history",
    "/titles/",
    "/titles/collab",
    "/finance/orders/new/collab/",
)


@after(public)
def test_catalogue_pages_run_few_queries(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    for path in PAGES:
        manager.page(path)
        asked: list[str] = []
        with site.office.before_statement(lambda _number, statement: asked.append(statement)):  # noqa: B023
            manager.page(path)
        own = [
            each for each in asked if not re.match("BEGIN|COMMIT|PRAGMA|SET|SELECT alembic", each)
        ]
        assert len(own) <= 15, (path, own)
        assert not [each for each in own if re.search(r"\bFROM sale\b", each)]


@after(public)
def test_unknown_titles_and_retailers_are_not_found(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    for path in ("titles/nothing", "retailers/nothing"):
        for tail in ("", "/amend", "/history"):
            assert manager.get(f"/finance/{path}{tail}").status_code == 404


# The form and the entry


@after(public)
def test_unchanged_form_changes_nothing(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    before = site.office.hashes("session", "log")
    answer = amended(manager)
    assert answer.status_code == 303
    assert "Nothing was changed" in manager.page(answer.location)
    path = "/finance/retailers/bay/amend"
    assert manager.post(path, fields(manager.page(path))).status_code == 303
    assert site.office.hashes("session", "log") == before


TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
LINKS = st.sampled_from(["https://example.org/a?b=c&d", "https://example.org/é"])
DAYS = st.dates().filter(lambda day: 1000 <= day.year <= 9998).map(str)
ISBNS = ("9781442200012", "9781442200029", "9781442200036")


def an_entry(**parts: Any) -> Any:
    """Objects with some of these keys."""
    return st.fixed_dictionaries({}, optional=parts)


PRICES = st.lists(
    st.fixed_dictionaries(
        {
            "currency": st.sampled_from(["USD", "EUR", "JPY"]),
            "amount": st.decimals(0, 9999, places=2).map(str),
            "from": DAYS,
        }
    ),
    max_size=3,
    unique_by=lambda each: (each["currency"], each["from"]),
)


@st.composite
def titles(draw: Any) -> dict[str, Any]:
    """Any title that a setup file may hold."""
    editions = [
        {
            "isbn": isbn,
            "format": draw(st.sampled_from(["hardcover", "ebook", "custom"])),
            "prices": draw(PRICES),
            "unit_cost": draw(st.sampled_from(["0", "0.00", "11.20", "00.5"])),
            "identifiers": draw(
                st.dictionaries(st.sampled_from(["asin", "bn", "old.isbn"]), TEXT, max_size=3)
            ),
        }
        for isbn in draw(st.lists(st.sampled_from(ISBNS), unique=True))
    ]
    chapter = st.fixed_dictionaries(
        {"title": TEXT},
        optional={
            "authors": st.lists(TEXT, max_size=2),
            "sample": LINKS | st.just(f"{'0a' * 32}.pdf"),
        },
    )
    award = st.fixed_dictionaries(
        {"name": TEXT}, optional={"year": st.integers(1000, 9998), "by": TEXT}
    )
    seller = st.fixed_dictionaries(
        {"retailer": st.sampled_from(["amazon", "bay"])}, optional={"url": LINKS}
    )
    link = st.fixed_dictionaries({"words": TEXT, "url": LINKS})
    more = an_entry(
        subtitle=TEXT,
        authors=st.lists(TEXT, max_size=3),
        published=DAYS,
        royalties=st.booleans(),
        public=st.booleans(),
        description=st.lists(TEXT, max_size=3),
        chapters=st.lists(chapter, max_size=3),
        awards=st.lists(award, max_size=2),
        sold_by=st.lists(seller, max_size=2, unique_by=lambda each: each["retailer"]),
        links=st.lists(link, max_size=2),
        bulk=st.booleans(),
        custom=st.booleans(),
        shows_giving=st.booleans(),
    )
    return {"key": "any", "title": draw(TEXT), "editions": editions, **draw(more)}


@given(titles())
def test_form_shows_every_value_of_the_entry(body: dict[str, Any]) -> None:
    app = Flask("test")
    app.config.update(WTF_CSRF_ENABLED=False)
    kept = parse_setup({"titles": [body]}, "x").entries["titles"]["any"]
    with app.test_request_context():
        g.locale = Locale.parse("en_US")
        forms.call_by_keys()
        again = TitleForm(sent(TitleForm(body=kept)))
        body = again.written().body
        assert parse_setup({"titles": [body]}, "x").entries["titles"]["any"] == kept


@after(public)
def test_errors_are_shown_at_their_fields_and_typing_kept(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    form = fields(manager.page(AMEND))
    form |= {
        "editions": ["0", "1", "2", "3"],
        "editions-3-prices": ["0"],
        "editions-2-isbn": "",  # a row with nothing in it is none
        "editions-3-isbn": "978-1-4422-0001-3",
        "editions-3-format": "paperback",
        "editions-3-prices-0-currency": "usd",
        "editions-3-prices-0-amount": "12,50",
        "editions-3-prices-0-from": "2026-01-01",
        "links-0-url": "javascript:alert(1)",
        "awards-0-year": "last",
        "description": HOSTILE,
    }
    before = site.office.hashes("session")
    answer = manager.post(AMEND, form)
    assert answer.status_code == 422
    assert site.office.hashes("session") == before
    page = answer.text
    for anchor in (
        "editions-3-isbn",
        "editions-3-prices-0-amount",
        "links-0-url",
        "awards-0-year",
    ):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page
        assert f'id="{anchor}-error"' in page
    assert "check digit should be 2" in page
    assert "<script>alert(1)" not in page
    again = fields(page)
    for name, value in form.items():
        assert again.get(name, "") == (value if isinstance(value, list) else unescape(value)), name


@after(opened)
def test_rows_are_added_and_removed_without_scripts(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    before = site.office.hashes("session")
    answer = amended(manager, act="add:editions:", subtitle="Kept")
    assert answer.status_code == 200
    form = fields(answer.text)
    assert form["subtitle"] == "Kept"
    assert "editions-2-isbn" in form
    form = fields(manager.post(AMEND, {**form, "act": "add:editions-2-prices:"}).text)
    assert "editions-2-prices-0-amount" in form
    form = fields(manager.post(AMEND, {**form, "act": "remove:editions:2"}).text)
    assert "editions-2-isbn" not in form
    form = fields(manager.post(AMEND, {**form, "act": "remove:editions-0-prices:0"}).text)
    assert "editions-0-prices-0-amount" not in form
    assert "editions-0-prices-1-amount" in form
    assert site.office.hashes("session") == before


@after(opened)
def test_a_new_title_takes_an_isbn_as_people_write_it(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    page = manager.page("/finance/new-title")
    form = fields(page) | {
        "key": "new",
        "title": HOSTILE,
        "editions-0-isbn": "1-4422-0005-7",
        "editions-0-format": "paperback",
        "editions-0-prices-0-currency": "usd",
        "editions-0-prices-0-amount": "12.50",
        "editions-0-prices-0-from": "2026-01-01",
    }
    answer = manager.post("/finance/new-title", form)
    assert (answer.status_code, answer.location) == (303, "/finance/titles/new")
    shown = manager.page("/finance/titles/new")
    assert "978-1-4422-0005-0" in shown
    assert "<script>alert(1)" not in shown
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", shown)[0]
    again = manager.post("/finance/new-title", form)
    assert again.status_code == 422
    assert "is taken already" in again.text


@after(public)
def test_rows_with_an_invalid_number_are_left_out(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    for row in ("\u00b2", "9" * 5000, "-1", "x", "\u0663", "1e3", ""):
        typed = {"links": [row], f"links-{row}-words": "x"}
        told = amended(manager, **typed).status_code
        assert told == (303 if row not in {"x", "1e3"} else 422), row
        for act in (f"add:links-{row}:", f"remove:links:{row}", "remove:nothing:0"):
            assert amended(manager, act=act).status_code == 200


@after(public)
def test_an_edition_of_the_books_cannot_be_removed(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    form = {k: v for k, v in fields(manager.page(AMEND)).items() if not k.startswith("editions-1")}
    form["editions"] = ["0"]
    answer = manager.post(AMEND, form)
    assert answer.status_code == 422
    assert f"edition {EBOOK} stands in the books" in answer.text
    assert 'href="#editions-add"' in answer.text


@after(public)
def test_identifiers_of_one_kind_are_not_merged(site: Site) -> None:
    answer = amended(
        site.visitor(Role.MANAGER),
        **{"editions-1-identifiers": ["0", "1"]},
        **{"editions-1-identifiers-1-kind": "asin", "editions-1-identifiers-1-value": "OTHER"},
    )
    assert answer.status_code == 422
    assert "asin is listed twice" in answer.text
    assert "OTHER" in answer.text


@after(public)
def test_amending_an_older_revision_is_refused(site: Site) -> None:
    one, other = site.visitor(Role.MANAGER, "Mia"), site.visitor(Role.MANAGER, "Max")
    form = fields(one.page(AMEND))
    assert amended(other, subtitle="Theirs").status_code == 303
    answer = one.post(AMEND, {**form, "subtitle": "Mine"})
    assert answer.status_code == 422
    assert "Max changed title collab" in answer.text
    assert fields(answer.text)["subtitle"] == "Mine"
    assert 'value="Theirs"' in one.page(AMEND)


@after(public)
def test_invalid_revision_counts_as_an_older_one(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    for revision in ("", "x", "-1", "9" * 5000, "1.5"):
        assert amended(manager, revision=revision).status_code == 422


@after(public)
def test_key_of_an_entry_cannot_change(site: Site) -> None:
    answer = amended(site.visitor(Role.MANAGER), key="another", subtitle="Changed")
    assert answer.location == "/finance/titles/collab"
    assert site.office.rows("select count(*) from revision where key = 'another'") == [(0,)]


@after(public)
def test_history_shows_old_and_new_values(site: Site) -> None:
    manager = site.visitor(Role.MANAGER, "Mia")
    amended(manager, **{"editions-0-unit_cost": "9.20", "subtitle": "Second"})
    page = re.sub(r"\s+", " ", manager.page("/finance/titles/collab/history"))
    newest = page[page.index("by Mia") : page.index("by tess")]
    assert f"edition {HARDCOVER}" in newest
    for words in ("9.10", "9.20", "A Story", "Second"):
        assert f"<td>{words}</td>" in newest
    assert "Added." in page


@after(public)
def test_retailers_are_added_and_amended(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    form = {
        "revision": "0",
        "key": "kobo",
        "name": "Kobo",
        "channel": "online",
        "country": "Narnia",
    }
    answer = manager.post("/finance/new-retailer", form)
    assert answer.status_code == 422
    assert 'href="#country"' in answer.text
    answer = manager.post("/finance/new-retailer", {**form, "country": "CA"})
    assert answer.location == "/finance/retailers/kobo"
    assert "Nothing came in yet" in manager.page(answer.location)
    path = "/finance/retailers/kobo/amend"
    manager.post(path, {**fields(manager.page(path)), "name": "Rakuten Kobo"})
    assert "Rakuten Kobo" in manager.page("/finance/retailers/kobo/history")
    assert "spring.csv" in manager.page("/finance/retailers/bay")


# Samples


@after(public)
def test_sample_can_be_uploaded_and_downloaded(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    page = manager.page("/finance/titles/collab")
    form = {"chapter": "2", "revision": fields(page)["revision"]}
    answer = manager.post(
        "/finance/titles/collab/sample",
        {**form, "file": (BytesIO(PDF), "../../evil.html", "text/html")},
    )
    assert answer.status_code == 303
    assert len(samples(site.office.system.files)) == 1
    assert "/titles/collab/samples/2" in site.stranger().page("/titles/collab")
    given_out = site.stranger().get("/titles/collab/samples/2")
    assert given_out.data == PDF
    assert given_out.mimetype == "application/pdf"
    assert given_out.headers["X-Content-Type-Options"] == "nosniff"
    named = 'attachment; filename="The Collab, chapter 2.pdf"'
    assert given_out.headers["Content-Disposition"] == named
    assert site.stranger().get("/titles/collab/samples/1").status_code == 404


@after(public)
def test_sample_that_is_not_a_pdf_is_refused(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    revision = fields(manager.page("/finance/titles/collab"))["revision"]
    for data in (b"", b"<html>%PDF-", b"PK\x03\x04", b"%!PS", b"\xef\xbb\xbf%PDF-"):
        answer = manager.post(
            "/finance/titles/collab/sample",
            {"chapter": "1", "revision": revision, "file": (BytesIO(data), "chapter.pdf")},
        )
        assert answer.status_code == 409
        assert "not a PDF" in answer.text
    assert samples(site.office.system.files) == []


@after(opened)
def test_a_houses_own_number_is_not_called_an_isbn(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    setup = a_setup()
    title = next(each for each in setup["titles"] if each["key"] == "collab")
    assert ">ISBN</th>" in clerk.page("/finance/titles/collab")
    title["editions"].append({"isbn": "2000000000015", "format": "custom", "prices": []})
    site.office.load(setup)
    page = clerk.page("/finance/titles/collab")
    assert ">ISBN or number</th>" in page
    assert "No. 2000000000015" in page


@after(opened)
def test_a_retailer_says_which_reports_are_recognised_as_its(site: Site) -> None:
    mapped = {
        "key": "own-list",
        "name": "Their own list",
        "retailer": "amazon",
        "columns": {"isbn": "ISBN", "units": "Sold", "net": "Net", "date": "Day"},
        "currency": "USD",
    }
    site.office.load({"reports": [mapped]})
    page = site.visitor(Role.CLERK).page("/finance/retailers/amazon")
    listed = page.partition("Reports that are recognised</dt>")[2].partition("</dd>")[0]
    assert '<a href="/finance/reports/own-list">Their own list</a>' in listed
    assert "KDP" in listed, "built in"
    other = site.visitor(Role.CLERK).page("/finance/retailers/bay")
    assert "Their own list" not in other


@pytest.mark.parametrize("path", ["titles/collab", "retailers/amazon"])
@after(opened)
def test_what_sold_is_told_by_format_in_a_chart_and_in_the_table(site: Site, path: str) -> None:
    site.office.bring_batch(
        [a_row(4, date="2025-02-01"), a_row(3, date="2025-02-02", isbn=EBOOK)], "formats.csv"
    )
    page = html.document_fromstring(site.visitor(Role.CLERK).page(f"/finance/{path}"))
    [bars] = page.xpath("//h3[.='By format']/following-sibling::figure[1]//svg")
    told = bars.get("aria-label")
    rows = {
        row.findtext("th"): row.xpath("string(td[last()])").strip()
        for row in page.xpath("//*[@aria-labelledby='sold']//tbody/tr")
    }
    for words in ("Hardcover", "E-book"):
        assert f"{words} {rows[words]}" in told
