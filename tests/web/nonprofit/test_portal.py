"""The nonprofits' portal: only one's own, the same figures as on statements, contact details."""

import csv
import html
import io
import json
import re
import zipfile
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from royalties.domain.people import Actor, Role
from royalties.domain.royalties.statements import PlaceShown
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.services.statements import portal
from royalties.services.statements.portal import Year
from royalties.services.terms.contacts import Contact, save_contact
from royalties.services.work import RefusedError
from royalties.web.nonprofit import exports, pages
from royalties.web.nonprofit.earned import RegionSold, regions_of
from tests.builders.books import Document, Office, a_row, a_setup, after, closed, opened
from tests.builders.site import Site, Visitor
from tests.services.test_privacy import FIGURE, LEAST, MARKUP, NAMES, of, shared_plans

PAGES = (
    "",
    "earnings",
    "earnings?period=2025-H1",
    "statements",
    "years/",
    "years/2025",
    "years/2025.csv",
    "details",
    "people",
    "help",
)
NUMBER = re.compile(r"\b\d{4}-H[12]-\d{3}\b")


def a_year(office: Office) -> None:
    """Both halves of 2025 are closed and their statements issued."""
    closed(office)
    office.close("2025-H2")
    office.statements("2025-H2")


def theirs(site: Site, *keys: str) -> Visitor:
    """A user of some nonprofits."""
    return site.visitor(Role.NONPROFIT, beneficiaries=keys)


def pages_of(visitor: Visitor, key: str) -> dict[str, str]:
    """Every page of a nonprofit and every statement's, by address."""
    found = {path: visitor.page(f"/nonprofit/{key}/{path}") for path in PAGES}
    for number in sorted(set(NUMBER.findall(found["statements"]))):
        path = f"statements/{number}"
        found[path] = visitor.page(f"/nonprofit/{key}/{path}")
        twin = f"{path}/twin"
        found[twin] = visitor.page(f"/nonprofit/{key}/{twin}")
    return found


def numbers_of(site: Site, key: str) -> list[str]:
    rows = site.office.rows("SELECT number FROM statement WHERE beneficiary = :key", key=key)
    return sorted(row[0] for row in rows)


def twin(visitor: Visitor, key: str, number: str) -> Document:
    found: Document = json.loads(visitor.page(f"/nonprofit/{key}/statements/{number}/twin"))
    return found


# Only one's own


@after(shared_plans)
def test_no_portal_page_names_another_nonprofit(site: Site) -> None:
    """Names, keys, addresses, numbers of statements, and amounts of others stand nowhere."""
    amounts: dict[str, set[Decimal]] = {}
    for key, *row in site.office.rows(
        "SELECT beneficiary, allocated, due, to_pay, tax, net, carried_forward FROM settlement"
    ):
        amounts.setdefault(key, set()).update(Decimal(each).scaleb(-2) for each in row)
    checked = 0
    for key in ("pay-anke", "pay-greta"):
        visitor = theirs(site, key)
        pages = pages_of(visitor, key)
        assert len(pages) == len(PAGES) + 2 * len(numbers_of(site, key))
        known = {
            Decimal(found.replace(",", ""))
            for path, page in pages.items()
            if path.endswith("/twin")
            for found in FIGURE.findall(page)
        }
        for path, page in pages.items():
            text = f"{page} {html.unescape(MARKUP.sub(' ', page))}".casefold()
            figures = {Decimal(found.replace(",", "")) for found in FIGURE.findall(text)}
            assert set(NUMBER.findall(page)) <= set(numbers_of(site, key)), path
            for other in set(NAMES) - {key}:
                assert not [mark for mark in of(other) if mark in text], (path, other)
                for amount in amounts[other] - known:
                    if amount >= LEAST:
                        checked += 1
                        assert amount not in figures, (path, other, amount)
    assert checked > 100


FOREIGN = (
    "/nonprofit/houston/",
    "/nonprofit/houston/earnings",
    "/nonprofit/houston/statements",
    "/nonprofit/houston/years/",
    "/nonprofit/houston/years/2025",
    "/nonprofit/houston/years/2025.csv",
    "/nonprofit/houston/statements/2025.zip",
    "/nonprofit/houston/details",
    "/nonprofit/houston/people",
    "/nonprofit/houston/help",
    "/nonprofit/nowhere/",
    "/nonprofit/seattle/years/2024",
    "/nonprofit/seattle/years/2024.csv",
    "/nonprofit/seattle/statements/2024.zip",
    "/nonprofit/seattle/earnings?period=2026-H1",
    "/nonprofit/seattle/earnings?period=never",
    "/nonprofit/seattle/statements/2025-H1-999",
)


@after(a_year)
def test_pages_of_another_nonprofit_are_not_found(site: Site) -> None:
    visitor = theirs(site, "seattle")
    answers = {path: visitor.get(path) for path in FOREIGN}
    for number in numbers_of(site, "houston"):
        for end in ("", "/workbook", "/twin"):
            for key in ("seattle", "houston"):
                path = f"/nonprofit/{key}/statements/{number}{end}"
                answers[path] = visitor.get(path)
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        answers, 404
    )
    pages = {re.sub(r'value="[^"]{60,}"', "", answer.text) for answer in answers.values()}
    assert len(pages) <= 2, "what is another's is told from what is not there"


@after(a_year)
def test_user_of_two_nonprofits_sees_each_separately(site: Site) -> None:
    visitor = theirs(site, "seattle", "tacoma")
    choice = visitor.page("/nonprofit/")
    assert 'href="/nonprofit/seattle/"' in choice
    assert 'href="/nonprofit/tacoma/"' in choice
    for key, other in (("seattle", "tacoma"), ("tacoma", "seattle")):
        page = visitor.page(f"/nonprofit/{key}/statements")
        assert sorted(set(NUMBER.findall(page))) == numbers_of(site, key)
        assert f'href="/nonprofit/{other}/"' in page
        number = numbers_of(site, other)[0]
        assert visitor.get(f"/nonprofit/{key}/statements/{number}").status_code == 404
        assert visitor.get(f"/nonprofit/{key}/statements/{number}/twin").status_code == 404


@after(a_year)
def test_removed_user_loses_access_at_once(site: Site) -> None:
    visitor = theirs(site, "seattle")
    assert visitor.get("/nonprofit/seattle/").status_code == 200
    site.office.execute(f"DELETE FROM membership WHERE person_id = {visitor.actor.person}")
    assert visitor.get("/nonprofit/seattle/").status_code == 404
    assert "You belong to no nonprofit here" in visitor.page("/nonprofit/")


@after(a_year)
def test_a_colleague_is_invited_and_removed(site: Site) -> None:
    visitor = theirs(site, "seattle")
    form = {"email": "new@example.org", "name": "Nora New"}
    assert visitor.post("/nonprofit/seattle/people", form).status_code == 303
    page = visitor.page("/nonprofit/seattle/people")
    assert "new@example.org" in page
    assert "Nora New" not in page
    assert visitor.post("/nonprofit/houston/people", form).status_code == 404
    assert visitor.post("/nonprofit/seattle/people", {"email": "", "name": ""}).status_code == 422
    colleague = theirs(site, "seattle")
    path = f"/nonprofit/seattle/people/{colleague.actor.person}/remove"
    assert theirs(site, "houston").post(path).status_code == 404
    assert colleague.get("/nonprofit/seattle/").status_code == 200
    assert visitor.post(path).status_code == 303
    assert colleague.get("/nonprofit/seattle/").status_code in {302, 404}


@after(a_year)
def test_invitation_does_not_reveal_who_has_an_account(site: Site) -> None:
    visitor = theirs(site, "seattle")
    site.visitor(Role.NONPROFIT, "Hugo Heard", beneficiaries=("houston",))
    site.visitor(Role.MANAGER, "Mara Manager")
    path = "/nonprofit/seattle/people"
    said = []
    for email in ("hugo.heard@example.org", "mara.manager@example.org", "new@example.org"):
        answer = visitor.post(path, {"email": email, "name": "X"})
        assert (answer.status_code, answer.location) == (303, path)
        page = visitor.page(path)
        said.append("If this address can be invited, an invitation is on its way" in page)
        assert email in page
        assert "Hugo Heard" not in page
        assert "Mara Manager" not in page
    assert said == [True, True, True]
    rows = site.office.rows("SELECT count(*) FROM membership WHERE beneficiary = 'seattle'")
    assert rows == [(1,)]
    found = re.search(rf'action="({path}/invited/\d+/withdraw)"', visitor.page(path))
    assert found is not None
    assert theirs(site, "houston").post(found[1]).status_code == 404
    assert visitor.post(found[1]).status_code == 303


# The same figures as on statements


@after(a_year)
def test_portal_pages_agree_with_the_statements(site: Site) -> None:
    visitor = theirs(site, "tacoma")
    home = visitor.page("/nonprofit/")
    year = visitor.page("/nonprofit/tacoma/years/2025")
    listed = visitor.page("/nonprofit/tacoma/statements")
    twins = {number: twin(visitor, "tacoma", number) for number in numbers_of(site, "tacoma")}
    for number, said in twins.items():
        for name in ("allocated", "to_pay", "carried_forward"):
            shown = f"{Decimal(said[name]):,.2f}".replace("-", "\N{MINUS SIGN}")
            assert shown in home, (number, name)
            assert shown in year, (number, name)
            assert shown in listed, (number, name)
        page = visitor.page(f"/nonprofit/tacoma/earnings?period={said['period']}")
        for contract in said["contracts"]:
            assert f"{Decimal(contract['allocated']):,.2f}" in page
    total = sum(Decimal(said["allocated"]) for said in twins.values())
    assert f"{total:,.2f}" in year
    assert html.escape(max(twins.items())[1]["outcome"]) in home


@after(a_year)
def test_earned_page_adds_up_to_the_contracts(site: Site) -> None:
    visitor = theirs(site, "seattle")
    page = visitor.page("/nonprofit/seattle/earnings?period=2025-H1")
    [number] = [each for each in numbers_of(site, "seattle") if each.startswith("2025-H1")]
    said = twin(visitor, "seattle", number)
    [contract] = said["contracts"]
    section = page.split("<h2>By retailer</h2>")[1].split("<h2>")[0]
    cells = re.findall(r'class="figure">([^<]+) <abbr>USD</abbr></td></tr>', section)
    rest = Decimal("75.08")  # three quarters of a translation's 100.10, which no copy was sold of
    assert sum(map(Decimal, cells)) + rest == Decimal(contract["earned"])
    assert "75.08" in page


@after(a_year)
def test_home_says_where_the_copies_behind_it_were_sold(site: Site) -> None:
    with site.office.system.work(
        Actor("Sam", Role.NONPROFIT, 1, frozenset({"seattle"})), read_only=True
    ) as work:
        said, _ = portal.earnings(work, "seattle")
    places = [each for one in said for contract in one.contracts for each in contract.places]
    regions = regions_of(said)
    assert len(regions) > 1
    assert sum(each.units for each in regions) == sum(each.units for each in places)
    washington = [each.units for each in places if each.region == "WA"]
    assert [each.units for each in regions if each.region == "WA"] == [sum(washington)]
    home = theirs(site, "seattle").page("/nonprofit/seattle/")
    assert "Where it was sold" in home
    assert "Washington, United States" in home


def test_smallest_regions_are_one_row() -> None:
    sold = [PlaceShown("US", f"R{n:02d}", "", 40 - n, ()) for n in range(14)]
    sold += [PlaceShown("", "", "", 7, (), 3), PlaceShown("", "", "", 500, ())]
    said = SimpleNamespace(contracts=[SimpleNamespace(places=sold)])
    regions = regions_of([said])  # type: ignore[list-item]
    assert len(regions) == 11
    assert regions[-1] == RegionSold("", "", sum(each.units for each in sold[10:14]) + 7 + 500, 8)
    assert sum(each.units for each in regions) == sum(each.units for each in sold)


@after(a_year)
def test_year_csv_agrees_with_the_page(site: Site) -> None:
    visitor = theirs(site, "tacoma")
    answer = visitor.get("/nonprofit/tacoma/years/2025.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    said = [twin(visitor, "tacoma", number) for number in numbers_of(site, "tacoma")]
    names = ("brought_forward", "allocated", "due", "to_pay", "carried_forward")
    assert [[row[name] for name in names] for row in rows if row["row"] == "statement"] == [
        [each[name] for name in names] for each in said
    ]
    [total] = [row for row in rows if row["row"] == "total"]
    assert Decimal(total["to_pay"]) == sum(Decimal(each["to_pay"]) for each in said)
    assert total["carried_forward"] == said[-1]["carried_forward"]
    titles = sum(Decimal(row["allocated"]) for row in rows if row["row"] == "titles")
    assert titles == sum(Decimal(each["allocated"]) for each in said)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t"])
def test_year_csv_contains_no_formula(sign: str) -> None:
    seattle = Beneficiary("seattle", "Seattle Readers", "US")
    year = Year(seattle, 2025, (2025,), (), (), ((f"{sign}1+1", "USD", -3),))
    _, row = csv.reader(io.StringIO(exports.year_csv(year).decode("utf-8-sig")))
    assert row[3] == f"'{sign}1+1"
    assert row[6] == "-0.03", "an amount stays a number"


@after(a_year)
def test_downloads_are_the_issued_bytes(site: Site) -> None:
    visitor = theirs(site, "seattle")
    issued = {}
    for number in numbers_of(site, "seattle"):
        for kind in ("workbook", "twin"):
            answer = visitor.get(f"/nonprofit/seattle/statements/{number}/{kind}")
            name = answer.headers["Content-Disposition"]
            assert name.startswith("attachment; filename=")
            issued[kind, number] = answer.data
    kept = {path.read_bytes() for path in (site.office.system.config.home / "issued").rglob("*.*")}
    assert set(issued.values()) <= kept
    data = visitor.get("/nonprofit/seattle/statements/2025.zip").data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {archive.read(name) for name in archive.namelist()} == set(issued.values())
        assert len(archive.namelist()) == len(issued)


@after(closed)
def test_statement_not_yet_issued_has_no_files(site: Site) -> None:
    site.office.close("2025-H2")
    visitor = theirs(site, "seattle")
    [number] = [each for each in numbers_of(site, "seattle") if each.startswith("2025-H2")]
    assert "files follow" in visitor.page("/nonprofit/seattle/statements")
    assert visitor.get(f"/nonprofit/seattle/statements/{number}/twin").status_code == 404
    assert number in visitor.page(f"/nonprofit/seattle/statements/{number}")


@after(closed)
def test_portal_says_why_nothing_was_paid(site: Site) -> None:
    office = site.office
    beneficiaries = [
        each | ({"minimum_payment": "5000.00"} if each["key"] == "houston" else {})
        for each in a_setup()["beneficiaries"]
    ]
    office.load(a_setup(beneficiaries=beneficiaries))
    office.close("2025-H2")
    [(due,)] = office.rows(
        "SELECT due FROM settlement JOIN period ON period.id = period_id "
        "WHERE beneficiary = 'houston' AND name = '2025-H2' AND currency = 'USD'"
    )
    short = Decimal(5000) - Decimal(due).scaleb(-2)
    page = theirs(site, "houston").page("/nonprofit/")
    assert f"{short:,.2f} below the minimum payment" in page


@after(closed)
def test_portal_shows_the_day_of_payment(site: Site) -> None:
    office = site.office
    assert "is due by" not in theirs(site, "seattle").page("/nonprofit/")
    office.load({"publisher": {**a_setup()["publisher"], "pays_within": 90}})
    office.close("2025-H2")
    visitor = theirs(site, "seattle")
    page = visitor.page("/nonprofit/")
    assert "Payment was due by Mar 31, 2026" in page
    assert "payment of what it says is due by Sep 28, 2026" in page
    [number] = [each for each in numbers_of(site, "seattle") if each.startswith("2025-H2")]
    said = visitor.page(f"/nonprofit/seattle/statements/{number}")
    assert re.search(r"<dt>Payment due by</dt>\s*<dd>Mar 31, 2026</dd>", said)
    [early] = [each for each in numbers_of(site, "seattle") if each.startswith("2025-H1")]
    assert "Payment due by" not in visitor.page(f"/nonprofit/seattle/statements/{early}")
    assert office.faults() == {}


@after(opened)
def test_portal_before_the_first_close_shows_no_statement(site: Site) -> None:
    visitor = theirs(site, "seattle")
    assert "No statement yet" in visitor.page("/nonprofit/")
    for path in ("earnings", "statements", "years/", "details", "people", "help"):
        visitor.page(f"/nonprofit/seattle/{path}")


def queries(site: Site, visitor: Visitor, path: str) -> list[str]:
    return site.office.statements_of(lambda _: visitor.get(path))


@after(a_year)
def test_portal_pages_run_few_queries(site: Site) -> None:
    visitor = theirs(site, "seattle", "tacoma")
    visitor.page("/nonprofit/")
    for path in (*PAGES, "statements/2025.zip", f"statements/{numbers_of(site, 'seattle')[0]}"):
        sent = queries(site, visitor, f"/nonprofit/seattle/{path}")
        assert len(sent) <= 15, (path, sent)


# Contact details


TYPED = {
    "address": "1 New Way\r\n\r\n  Olympia,   WA 98501 ",
    "email": "new@seattle.example",
    "contact": "Lee Example",
    "phone": "+1 206 555 0100",
}


def body_of(office: Office, key: str) -> dict[str, Any]:
    rows = office.rows(
        "SELECT body FROM revision WHERE kind = 'beneficiaries' AND key = :key ORDER BY id DESC",
        key=key,
    )
    found: dict[str, Any] = json.loads(rows[0][0])
    return found


def told(office: Office) -> list[dict[str, Any]]:
    rows = office.rows("SELECT payload FROM log WHERE action = 'keep-contact' ORDER BY seq")
    return [json.loads(bytes(row[0])) for row in rows]


@after(a_year)
def test_contact_form_changes_contact_details_only(site: Site) -> None:
    visitor = theirs(site, "tacoma")
    before = body_of(site.office, "tacoma")
    form = {**TYPED, "minimum_payment": "0", "tax_rate": "0", "key": "seattle", "on_hold": "1"}
    assert visitor.post("/nonprofit/tacoma/details", form).status_code == 303
    assert body_of(site.office, "tacoma") == {
        **before,
        "address": ["1 New Way", "Olympia, WA 98501"],
        "email": "new@seattle.example",
        "contact": "Lee Example",
        "phone": "+1 206 555 0100",
    }
    assert told(site.office) == [
        {"beneficiary": "tacoma", "changed": ["address", "email", "contact", "phone"]}
    ]
    page = visitor.page("/nonprofit/tacoma/details")
    assert 'value="Lee Example"' in page
    assert "24 %" in page
    assert site.office.faults() == {}


@after(a_year)
def test_unchanged_contact_form_changes_nothing(site: Site) -> None:
    visitor = theirs(site, "tacoma")
    visitor.post("/nonprofit/tacoma/details", TYPED)
    before = site.office.hashes("session")
    visitor.post("/nonprofit/tacoma/details", TYPED)
    assert site.office.hashes("session") == before


@after(opened)
def test_previous_address_is_told_of_a_change(site: Site) -> None:
    visitor = theirs(site, "tacoma")
    visitor.post("/nonprofit/tacoma/details", {**TYPED, "email": "first@tacoma.example"})
    visitor.post("/nonprofit/tacoma/details", TYPED)
    rows = site.office.rows("SELECT recipient, text FROM mail WHERE about = 'contact'")
    assert [row[0] for row in rows] == ["first@tacoma.example"]
    assert "new@seattle.example" in rows[0][1]


@after(opened)
@pytest.mark.parametrize(
    ("typed", "field"),
    [({"email": "nobody"}, "email"), ({"phone": "5" * 500}, "phone")],
)
def test_wrong_contact_details_are_shown_again(
    site: Site, typed: dict[str, str], field: str
) -> None:
    visitor = theirs(site, "tacoma")
    before = site.office.hashes("session")
    answer = visitor.post("/nonprofit/tacoma/details", {**TYPED, **typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "Lee Example" in answer.text
    assert site.office.hashes("session") == before


@after(opened)
def test_contact_details_of_another_nonprofit_cannot_be_changed(site: Site) -> None:
    visitor = theirs(site, "seattle")
    before = site.office.hashes("session")
    assert visitor.post("/nonprofit/tacoma/details", TYPED).status_code == 404
    with (
        site.office.system.work(visitor.actor) as work,
        pytest.raises(RefusedError, match="no beneficiary"),
    ):
        save_contact(work, "tacoma", Contact(email="a@example.org"))
    assert site.office.hashes("session") == before


# What does not grow with the years


def into_the_next_year(office: Office) -> None:
    """The first half of 2026 is closed as well."""
    a_year(office)
    office.bring_batch([a_row(9, date="2026-02-01")], "2026.csv")
    office.close("2026-H1", early="because")


@after(into_the_next_year)
def test_statements_are_listed_a_few_years_on_a_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, path = theirs(site, "tacoma"), "/nonprofit/tacoma/statements"
    both = visitor.page(path)
    numbers = NUMBER.findall(both)
    assert {number[:4] for number in numbers} == {"2025", "2026"}
    assert 'rel="next"' not in both
    monkeypatch.setattr(pages, "_LISTED", 1)
    newest, older = visitor.page(path), visitor.page(f"{path}?page=2")
    assert {number[:4] for number in NUMBER.findall(newest)} == {"2026"}
    assert {number[:4] for number in NUMBER.findall(older)} == {"2025"}
    assert NUMBER.findall(newest) + NUMBER.findall(older) == numbers, "each stands on one page"
    assert f'href="{path}?page=2" rel="next"' in newest
    assert f'href="{path}?page=1" rel="prev"' in older
    assert 'rel="next"' not in older
    assert NUMBER.findall(visitor.page(f"{path}?page=9")) == NUMBER.findall(older)
    assert {number[:4] for number in NUMBER.findall(visitor.page(f"{path}?page=x"))} == {"2026"}


@after(into_the_next_year)
def test_home_shows_the_newest_periods_and_where_the_others_are(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = theirs(site, "tacoma")
    assert "All statements" not in visitor.page("/nonprofit/tacoma/")
    monkeypatch.setattr(pages, "_LISTED", 1)
    home = visitor.page("/nonprofit/tacoma/")
    assert 'href="/nonprofit/tacoma/statements">All statements' in home
    assert home.count('<th scope="row" class="nowrap">') == 1
