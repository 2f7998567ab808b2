"""Titles and beneficiaries from files, in the browser: read, looked at, saved or prepared."""

import io
import re
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from royalties.cli.jobs import work_once
from royalties.domain.people import Role
from royalties.ingest.lists.columns import BENEFICIARIES, TITLES
from royalties.services.books import Setup, setup_in_force
from royalties.services.desk import listing
from royalties.services.terms import lists
from royalties.store.tables import revision
from royalties.web.core import waiting
from tests.builders.books import HARDCOVER, Office, after, nothing, opened
from tests.builders.rich import GOOD_TITLES, OPEN_TITLES, SOME_BENEFICIARIES, WRONG_TITLES
from tests.builders.site import Site, Visitor

TIDES, TIDES_TOO = "9780306406157", "9781402894626"


def sends(
    visitor: Visitor, text: str | bytes, kind: str = "titles", name: str = "list.csv"
) -> TestResponse:
    """A list is chosen; the page that is shown next."""
    data = text.encode() if isinstance(text, str) else text
    answer = visitor.post(f"/finance/lists/{kind}", {"file": (io.BytesIO(data), name)})
    if answer.status_code != 303:
        return answer
    assert answer.location is not None
    shown = visitor.get(answer.location)
    shown.headers["X-Of"] = answer.location
    return shown


def told_on(page: TestResponse) -> str:
    """What a page says, in small letters."""
    return page.text.casefold()


def saves(visitor: Visitor, page: TestResponse, **more: str) -> TestResponse:
    """What the page shows is saved."""
    seen = re.findall(r'name="(seen|confirmed)" value="([^"]+)"', page.text)
    return visitor.post(f"{page.headers['X-Of']}/save", {**dict(seen), **more})


def now(office: Office) -> Setup:
    with office.work(read_only=True) as work:
        return setup_in_force(work)


def revisions(office: Office) -> Any:
    with office.system.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(revision)).scalar_one()


# Limits


@after(opened)
@pytest.mark.parametrize(("limit", "most"), [("MOST_WAITING", 2), ("MOST_WAITING_BYTES", 200)])
def test_number_of_pending_lists_per_person_is_limited(
    site: Site, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    monkeypatch.setitem(
        site.app.extensions, "worker-pause", lambda: None
    )  # nobody reads them meanwhile
    monkeypatch.setattr(listing, limit, most)
    visitor = site.visitor(Role.MANAGER)
    assert sends(visitor, f"ISBN,Title\n{TIDES},{'a' * 50}\n").status_code == 200
    assert sends(visitor, f"ISBN,Title\n{TIDES},{'b' * 50}\n").status_code == 200
    third = f"ISBN,Title\n{TIDES},{'c' * 50}\n".encode()
    refused = sends(visitor, third)
    assert refused.status_code == 429
    assert "wait to be read" in refused.text
    assert not site.office.system.files.enclosure(sha256(third).hexdigest()).exists()
    assert sends(visitor, f"ISBN,Title\n{TIDES},{'a' * 50}\n").status_code == 200, "waits already"
    assert sends(site.visitor(Role.ADMINISTRATOR), third).status_code == 200, (
        "has a limit of theirs"
    )


# Titles


@after(opened)
def test_list_of_titles_is_previewed_before_anything_is_saved(site: Site) -> None:
    visitor, before = site.visitor(Role.MANAGER), revisions(site.office)
    page = sends(visitor, GOOD_TITLES)
    assert "Nothing is saved yet" in page.text
    assert "Title Tides of Elsewhere" in page.text
    assert "Title The Collab" in page.text
    assert "Columns that are not read: Shelf" in page.text
    assert revisions(site.office) == before
    saved = saves(visitor, page)
    assert (saved.status_code, saved.location) == (303, "/finance/titles")
    tides = now(site.office).titles["tides-of-elsewhere"]
    assert [(each.isbn, each.format.value) for each in tides.editions] == [
        (TIDES, "paperback"),
        (TIDES_TOO, "ebook"),
    ]
    assert tides.shown.subtitle == "A Year on Four Coasts"
    assert str(tides.published) == "2025-09-02"
    [price] = tides.editions[0].prices
    assert (price.currency, price.micro, str(price.starts)) == ("USD", 21_500_000, "2025-09-02")


@after(opened)
def test_list_leaves_missing_columns_unchanged_and_dates_a_new_price(site: Site) -> None:
    visitor, before = site.visitor(Role.MANAGER), now(site.office).titles["collab"]
    assert saves(visitor, sends(visitor, GOOD_TITLES)).status_code == 303
    after_it = now(site.office).titles["collab"]
    hardcover = next(each for each in after_it.editions if each.isbn == HARDCOVER)
    old = next(each for each in before.editions if each.isbn == HARDCOVER)
    assert hardcover.prices[: len(old.prices)] == old.prices
    later = [(each.currency, each.micro, str(each.starts)) for each in hardcover.prices[2:]]
    assert later == [("USD", 90_000_000, "2026-08-20"), ("GBP", 60_000_000, "2015-07-01")]
    assert hardcover.unit_cost == old.unit_cost
    assert after_it.editions[1:] == before.editions[1:]
    assert after_it.published == before.published


@after(opened)
def test_same_list_again_changes_nothing(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    assert saves(visitor, sends(visitor, GOOD_TITLES)).status_code == 303
    before = revisions(site.office)
    again = sends(visitor, GOOD_TITLES)
    assert "there is nothing to save" in again.text
    assert "Save all of it" not in again.text
    assert revisions(site.office) == before


@after(opened)
def test_faults_of_a_list_name_row_and_column(site: Site) -> None:
    page = sends(site.visitor(Role.MANAGER), WRONG_TITLES)
    assert "The list has 2 faults, so nothing was saved." in page.text
    assert "row 3, ISBN" in page.text
    assert "check digit should be 7" in page.text


@after(opened)
def test_open_questions_are_answered_once_and_the_list_read_again(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    page = sends(visitor, OPEN_TITLES)
    assert "What comes first?" in page.text
    assert "What are the editions of the form “Mug”?" in page.text
    half = visitor.post(page.headers["X-Of"], {"answer.form.Mug": "leave-out"})
    assert "form “Mug”" not in visitor.page(half.location or "")
    done = visitor.post(half.location or "", {"answer.date_order": "dmy"})
    shown = visitor.get(done.location or "")
    shown.headers["X-Of"] = done.location or ""
    assert "Left out, as you said: 1" in shown.text
    assert saves(visitor, shown).status_code == 303
    tides = now(site.office).titles["tides-of-elsewhere"]
    assert ([each.isbn for each in tides.editions], str(tides.published)) == ([TIDES], "2025-09-02")


@after(opened)
def test_list_is_saved_as_previewed_or_not_at_all(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    page = sends(visitor, GOOD_TITLES)
    title = next(body for body in [{"key": "tides-of-elsewhere", "title": "Tides of Nowhere"}])
    site.office.load({"titles": [title]})
    answer = saves(visitor, page)
    assert answer.status_code == 409
    assert "look again" in answer.text
    assert TIDES not in str(now(site.office).titles["tides-of-elsewhere"].editions)


@after(opened)
def test_isbn_that_is_another_titles_alias_is_reported_with_its_row(site: Site) -> None:
    site.office.alias(TIDES, HARDCOVER)
    page = sends(site.visitor(Role.MANAGER), GOOD_TITLES)
    assert "row 3, row 4 · Tides of Elsewhere" in page.text
    assert "by an alias" in page.text
    assert "titles[" not in page.text


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (b"Shop,Town\nBay,Seattle\n", "no row of headings has a column “ISBN”"),
        (b"ISBN,Title\n", "no rows below its headings"),
        (b"%PDF-1.4 rest", "a PDF document"),
        (b"PK\x03\x04rest", "damaged"),
        (b"ISBN,Title\n" + b"9780306406157,Tides\n" * 2, "stands in row 2 already"),
        (b"ISBN,Title,Format\n9780306406157,,PB\n", "the title is missing"),
        (b"ISBN,Title\n9780306406157,Tides\n", "the format is missing"),
        (b"ISBN,Title,Format\n,Tides,PB\n", "the ISBN is missing"),
        (b"ISBN,Title,Format\n9.78E+12,Tides,PB\n", "damaged by a spreadsheet"),
        (b"ISBN,Title,Format,Price\n9780306406157,Tides,PB,-3\n", "is below 0"),
        (b"ISBN,Title,Format,Price,Currency\n9780306406157,T,PB,3,XXQ\n", "is no currency"),
        (b"ISBN,Title,Format,Royalties\n9780306406157,T,PB,maybe\n", "neither yes nor no"),
        (b"ISBN,Title,Format,Published\n9780306406157,T,PB,2025\n", "is not a date"),
        (b"ISBN,Title,Format\n9780306406157," + b"x" * 600 + b",PB\n", "more than 500 characters"),
    ],
)
@after(opened)
def test_unusable_list_is_refused_with_a_reason(site: Site, data: bytes, told: str) -> None:
    before = revisions(site.office)
    page = sends(site.visitor(Role.MANAGER), data)
    assert "so nothing was saved" in page.text
    assert told.casefold() in told_on(page)
    assert revisions(site.office) == before


@after(opened)
def test_submitting_without_a_file_is_refused(site: Site) -> None:
    answer = site.visitor(Role.MANAGER).post("/finance/lists/titles", {"file": (io.BytesIO(), "")})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


@after(opened)
def test_list_that_is_too_large_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LARGEST", 20)
    answer = sends(site.visitor(Role.MANAGER), GOOD_TITLES)
    assert answer.status_code == 422
    assert "split it" in answer.text


@after(opened)
def test_page_says_that_a_list_is_being_read(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(site.app.extensions, "worker-pause", lambda: None)
        patch.setattr(waiting, "PATIENCE", 0.0)
        page = sends(visitor, GOOD_TITLES)
    assert "The list is being read" in page.text
    assert work_once(site.office.system)
    assert "Title Tides of Elsewhere" in visitor.page(page.headers["X-Of"])


@after(opened)
def test_missing_list_must_be_chosen_again(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    page = sends(visitor, GOOD_TITLES)
    for path in (site.office.system.files.home / "uploads").iterdir():
        path.unlink()
    assert "choose the file again" in visitor.get(page.headers["X-Of"]).text
    assert saves(visitor, page).status_code == 422


@after(nothing)
def test_empty_books_ask_for_the_publisher_first(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert 'type="file"' not in visitor.page("/finance/lists/titles")


@pytest.mark.parametrize("list_kind", ["titles", "beneficiaries"])
@pytest.mark.parametrize("file", ["xlsx", "csv"])
@after(opened)
def test_template_is_a_list_without_rows(site: Site, list_kind: str, file: str) -> None:
    visitor = site.visitor(Role.MANAGER)
    made = visitor.get(f"/finance/lists/{list_kind}/template.{file}")
    assert made.status_code == 200
    assert f'.{file}"' in made.headers["Content-Disposition"] or made.headers["Content-Disposition"]
    page = sends(visitor, made.data, list_kind, f"template.{file}")
    assert "it has no rows below its headings" in told_on(page)
    assert "not read" not in page.text


@after(opened)
def test_page_explains_every_column(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    for kind, columns in (("titles", TITLES), ("beneficiaries", BENEFICIARIES)):
        page = visitor.page(f"/finance/lists/{kind}")
        assert all(each.heading in page for each in columns)


# Beneficiaries


@after(opened)
def test_list_of_beneficiaries_waits_for_a_second_person(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER)
    page = sends(manager, SOME_BENEFICIARIES, "beneficiaries")
    assert "Beneficiary Portland Readers" in page.text
    assert "Prepare for approval" in page.text
    assert saves(manager, page).location == "/finance/approvals"
    assert "portland-readers" not in now(site.office).beneficiaries
    assert other.post("/finance/approvals/1/approve").status_code == 303
    setup = now(site.office)
    portland, seattle = (setup.beneficiaries[key] for key in ("portland-readers", "seattle"))
    assert (portland.country, portland.region) == ("US", "OR")
    assert portland.tax_rate_on(date(2026, 1, 1)) == Fraction(24, 100)
    assert seattle.address == ("1 Quay St", "Seattle WA 98101")
    assert seattle.ein == "91-0000001"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Name,Country\nOne,Narnia\n", "row 2 · One · country"),
        ("Name,Tax withheld\nOne,240\n", "per cent from 0 to 100"),
        ("Name,EIN\nOne,12\n", "is not an EIN"),
        ("Name,E-mail\nOne,nobody\n", "is not an e-mail address"),
        ("Name,Key\nOne,a b\n", "is not a key"),
        ("Name\nOne\nOne\n", "stands in row 2 already"),
        ("Name,City\n,Seattle\n", "the name is missing"),
        ("Name,Minimum payment\nOne,some\n", "is no amount"),
    ],
)
@after(opened)
def test_unusable_list_of_beneficiaries_is_refused(site: Site, text: str, told: str) -> None:
    page = sends(site.visitor(Role.MANAGER), text, "beneficiaries")
    assert "so nothing was saved" in page.text
    assert told.casefold() in told_on(page)
    assert "beneficiaries[" not in page.text
