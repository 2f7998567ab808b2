"""Pages of contracts, plans, beneficiaries, rates and income."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from babel import Locale
from flask import Flask, g
from lxml import html
from sqlalchemy import event
from werkzeug.test import TestResponse

from royalties.domain.people import Role
from royalties.services import approvals
from royalties.store.history import revisions_of
from royalties.web.finance.terms.beneficiary_form import BeneficiaryForm
from royalties.web.finance.terms.contract_form import ContractForm
from royalties.web.finance.terms.plan_form import VersionForm
from royalties.web.forms.entries import EntryForm
from tests.builders import forms
from tests.builders.books import a_contract, a_row, a_setup, after, closed, nothing, opened
from tests.builders.site import Site, Visitor

pytestmark = after(closed)

MOST_QUERIES = 15

Form = dict[str, Any]


def sent(form: type[EntryForm], body: dict[str, Any]) -> Form:
    """What a browser sends of a form that shows a body to an American."""
    with Flask("form").test_request_context():
        g.locale = Locale.parse("en_US")
        forms.call_by_keys()
        found = forms.sent(form(body=body).padded())
    return {
        name: values if len(values) > 1 else values[0]
        for name, values in found.to_dict(flat=False).items()
    }


def entry(part: str, key: str) -> Any:
    return next(each for each in a_setup()[part] if each["key"] == key)


def current(site: Site, part: str, key: str) -> Any:
    with site.office.work(read_only=True) as work:
        return revisions_of(work.connection, part, key)[0]


def contract_form(site: Site, key: str = "foot-2015", **changed: str) -> Form:
    now = current(site, "contracts", key)
    return {**sent(ContractForm, now.body), "revision": str(now.id), "act": "save", **changed}


def one_pair_of_eyes(site: Site) -> None:
    with site.office.work() as work:
        approvals.set_two_people(work, on=False)


def post(visitor: Visitor, path: str, form: Form) -> TestResponse:
    return visitor.post(path, form)


def confirmed(visitor: Visitor, path: str, form: Form) -> TestResponse:
    """Send a form that asks whether it may replace what has counted, and say yes."""
    asked = post(visitor, path, form)
    assert asked.status_code == 409, asked.text
    return post(visitor, path, {**form, "confirmed": token_of(asked)})


def token_of(asked: TestResponse) -> str:
    """What the tick of a form that asks confirms."""
    (tick,) = html.fromstring(asked.text).xpath("//input[@name='confirmed']")
    return str(tick.get("value"))


def flashed(visitor: Visitor, answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return visitor.page(answer.location)


LISTS = ("contracts", "plans", "beneficiaries", "rates", "approvals")
PAGES = (
    *LISTS,
    "contracts/foot-2015",
    "contracts/foot-2015/amend",
    "contracts/hand-2020",
    "plans/cities",
    "plans/cities/versions/new",
    "plans/cities/versions/2015-01-01",
    "beneficiaries/tacoma",
    "beneficiaries/tacoma/amend",
    "new-contract",
    "new-plan",
    "new-beneficiary",
)


def test_terms_pages_run_constant_queries(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    few = {path: _queries(site, visitor, path) for path in PAGES}
    contracts = [a_contract(f"more-{n:03d}", ["atlas"]) for n in range(60)]
    payees = [{"key": f"more-{n:03d}", "name": f"More {n}"} for n in range(60)]
    plans = [{**entry("plans", "halves"), "key": f"more-{n:03d}"} for n in range(60)]
    site.office.load({"contracts": contracts, "beneficiaries": payees, "plans": plans})
    assert {path: _queries(site, visitor, path) for path in PAGES} == few
    assert {path: count for path, count in few.items() if count > MOST_QUERIES} == {}


def _queries(site: Site, visitor: Visitor, path: str) -> int:
    visitor.page(f"/finance/{path}")
    return len(sent_queries(site, lambda: visitor.page(f"/finance/{path}")))


def sent_queries(site: Site, look: Callable[[], str]) -> list[str]:
    """What is asked of the database while somebody looks."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(site.office.system.engine, "before_cursor_execute", note)
    try:
        look()
    finally:
        event.remove(site.office.system.engine, "before_cursor_execute", note)
    return [each for each in seen if not each.startswith(("PRAGMA", "BEGIN", "SHOW"))]


def test_clerk_can_read_all_terms(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for path in PAGES:
        assert "<h1>" in clerk.page(f"/finance/{path}"), path


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_terms_are_not_found_outside_the_desk(site: Site, role: Role) -> None:
    outside = site.visitor(role, beneficiaries=("seattle",))
    assert {path: outside.get(f"/finance/{path}").status_code for path in PAGES} == dict.fromkeys(
        PAGES, 404
    )


def test_unknown_terms_are_not_found(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    for path in (
        "contracts/nobody",
        "contracts/nobody/amend",
        "plans/nobody",
        "plans/cities/versions/2016-01-01",
        "plans/nobody/versions/new",
        "beneficiaries/nobody",
        "beneficiaries/nobody/amend",
        "approvals/99",
    ):
        assert visitor.get(f"/finance/{path}").status_code == 404, path


@after(nothing)
def test_lists_of_empty_books_say_what_comes_first(site: Site) -> None:
    page = site.visitor(Role.MANAGER).page("/finance/contracts")
    assert "An administrator sets up the house" in page
    page = site.visitor(Role.ADMINISTRATOR).page("/finance/contracts")
    assert "Set up the house" in page


@after(opened)
def test_lists_are_searched_and_paged(site: Site) -> None:
    site.office.load(
        {
            "contracts": [
                a_contract(f"more-{n:03d}", ["atlas"], author=f"Author {n}") for n in range(60)
            ]
        }
    )
    visitor = site.visitor(Role.CLERK)
    first = visitor.page("/finance/contracts")
    assert "62 contracts" in first
    assert "more-047" in first
    assert "more-048" not in first
    assert "page=2" in first
    assert "more-048" in visitor.page("/finance/contracts?page=2")
    found = visitor.page("/finance/contracts?q=author+59")
    assert "more-059" in found
    assert "more-058" not in found
    assert "No contract has that" in visitor.page("/finance/contracts?q=%3Cb%3E")
    assert "<b>" not in visitor.page("/finance/contracts?q=%3Cb%3E")
    assert visitor.get("/finance/contracts?page=99999999999").status_code == 200


def test_contract_page_shows_terms_as_sentences(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/contracts/foot-2015")
    for words in (
        "10 % up to 30 copies, then 12.5 % of the list price on hardcover through the channel",
        "bookstore or online at a discount below 55 %.",
        "Net copies count over the life of the contract, as “hardcover”, from 12 before",
        "20 % of what is earned on hardcover, released after 1 period.",
        "translation",
        "2025-H1",
        "entered by tess",
    ):
        assert words in page, words


def test_plan_page_names_every_beneficiary_and_share(site: Site) -> None:
    page = re.sub(r"<[^>]*>|\s+", " ", site.visitor(Role.CLERK).page("/finance/plans/cities"))
    page = re.sub(r"\s+", " ", page)
    for words in (
        "USD 20.00 each period, at most USD 30.00 in all to:",
        "30 % of what is payable from sales in Washington to:",
        "USD 0.05 for every copy to: Houston Readers",
        "Tacoma Readers : weight 2, so about 66.67 %",
        "These steps, over their part: weight 1, so about 33.33 %",
        "33.3 % of what is payable to: Spokane Readers",
        "used by closed runs",
    ):
        assert words in page, words


def test_beneficiary_page_shows_accounts_and_users(site: Site) -> None:
    site.somebody(Role.NONPROFIT, "Nora Portal", beneficiaries=("tacoma",))
    page = site.visitor(Role.CLERK).page("/finance/beneficiaries/tacoma")
    assert "Nora Portal" in page
    assert "7.77" in page
    assert "24 %" in page
    assert "2025-H1" in page


def test_desk_sees_contact_details_kept_by_the_nonprofit(site: Site) -> None:
    nora = site.visitor(Role.NONPROFIT, beneficiaries=("tacoma",))
    kept = {"contact": "Tara Coe", "phone": "+1 253 555 0199", "email": "hello@tacoma.example"}
    assert nora.post("/nonprofit/tacoma/details", kept).status_code == 303
    for path in ("/finance/beneficiaries/tacoma", "/finance/beneficiaries/tacoma/amend"):
        page = site.visitor(Role.CLERK).page(path)
        for said in kept.values():
            assert said in page, path


# Amending


def test_managers_change_takes_effect_at_once_with_single_approval(site: Site) -> None:
    one_pair_of_eyes(site)
    visitor = site.visitor(Role.MANAGER)
    form = contract_form(site, **{"rules-1-tiers-0-rate": "12.5 %", "author": "Kim <Foote>"})
    page = flashed(visitor, confirmed(visitor, "/finance/contracts/foot-2015/amend", form))
    assert "Saved." in page
    assert "Kim &lt;Foote&gt;" in page
    assert current(site, "contracts", "foot-2015").body["rules"][1]["rate"] == "0.125"
    assert re.search(r"rate</th><td><del>10 %</del></td><td><ins>12.5 %</ins>", page)


def test_an_untouched_form_changes_nothing(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    before = current(site, "contracts", "foot-2015")
    page = flashed(
        visitor, post(visitor, "/finance/contracts/foot-2015/amend", contract_form(site))
    )
    assert "Nothing had changed" in page
    assert current(site, "contracts", "foot-2015") == before


def test_errors_are_shown_at_their_fields_and_typing_kept(site: Site) -> None:
    one_pair_of_eyes(site)
    before = site.office.hashes("person", "session")
    form = contract_form(
        site,
        **{
            "rules-0-tiers-1-rate": "1250",
            "rules-1-retailers": "amazn, bay",
            "starts": "someday",
            "titles": "colab",
            "author": "Typed & kept",
        },
    )
    visitor = site.visitor(Role.MANAGER)
    answer = post(visitor, "/finance/contracts/foot-2015/amend", form)
    assert answer.status_code == 422
    for field, words in {
        "rules-0-tiers-1-rate": "Rule 1 · Tier 2 · Rate: 1250 is above 1",
        "starts": "Starts: &#39;someday&#39; is not a day",
    }.items():
        assert f'<a href="#{field}">{words}' in answer.text
        assert f'id="{field}-error"' in answer.text
    assert 'value="Typed &amp; kept"' in answer.text
    assert 'value="amazn" checked' in answer.text
    assert "no retailer is called “amazn”: is it “Amazon”?" in answer.text
    assert "no title is called “colab”: is it “The Collab”?" in answer.text
    assert "<title>Error: " in answer.text
    assert site.office.hashes("person", "session") == before


def test_form_marks_values_used_by_closed_periods(site: Site) -> None:
    form = contract_form(site, currency="EUR")
    answer = post(site.visitor(Role.MANAGER), "/finance/contracts/foot-2015/amend", form)
    assert answer.status_code == 422
    assert "is USD in closed runs and cannot change any more" in answer.text
    form = contract_form(site, **{"advances-0-amount": "20.00"})
    answer = post(site.visitor(Role.MANAGER), "/finance/contracts/foot-2015/amend", form)
    assert "were earned back already" in answer.text


def test_rows_are_moved_without_a_script(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    before = current(site, "contracts", "foot-2015")
    form = contract_form(site, act="down:rules:0", author="Kept")
    answer = post(visitor, "/finance/contracts/foot-2015/amend", form)
    assert answer.status_code == 200
    names = re.findall(r'name="rules-\d+-name" value="([^"]*)"', answer.text)
    assert names == ["Everything else", "Hardcover"]
    assert 'value="Kept"' in answer.text
    assert 'data-go="rules-0-down"' in answer.text
    answer = post(visitor, "/finance/contracts/foot-2015/amend", {**form, "act": "add:rules:"})
    assert len(re.findall(r'name="rules-\d+-name"', answer.text)) == 3
    assert current(site, "contracts", "foot-2015") == before


def test_saving_an_older_revision_shows_both_versions(site: Site) -> None:
    one_pair_of_eyes(site)
    form = contract_form(site, author="Mine")
    site.office.load({"contracts": [{**entry("contracts", "foot-2015"), "author": "Theirs"}]})
    visitor = site.visitor(Role.MANAGER)
    answer = post(visitor, "/finance/contracts/foot-2015/amend", form)
    assert answer.status_code == 409
    assert "after you had opened it" in answer.text
    assert "<del>Theirs</del>" in answer.text
    assert "<ins>Mine</ins>" in answer.text
    assert 'value="Mine"' in answer.text
    now = current(site, "contracts", "foot-2015")
    assert now.body["author"] == "Theirs"
    assert f'name="revision" value="{now.id}"' in answer.text
    flashed(
        visitor,
        post(visitor, "/finance/contracts/foot-2015/amend", contract_form(site, author="Mine")),
    )
    assert current(site, "contracts", "foot-2015").body["author"] == "Mine"


def test_form_asks_before_replacing_terms_in_use(site: Site) -> None:
    one_pair_of_eyes(site)
    visitor, address = site.visitor(Role.MANAGER), "/finance/contracts/foot-2015/amend"
    form = contract_form(site, **{"rules-1-tiers-0-rate": "12.5 %"})
    asked = post(visitor, address, form)
    assert asked.status_code == 409
    assert "<title>Confirm: " in asked.text
    told = (
        "rule “Everything else” · rate: 10 % becomes 12.5 %. Closed periods keep what they used; "
    )
    assert (
        f"{told}it counts from 2025-H2 on, including 3 sale lines already recorded." in asked.text
    )
    assert 'value="12.5 %"' in asked.text, "nothing typed is lost"
    assert current(site, "contracts", "foot-2015").body["rules"][1]["rate"] == "0.1"
    site.office.bring_batch([a_row(2, date="2025-08-08")])
    again = post(visitor, address, {**form, "confirmed": token_of(asked)})
    assert again.status_code == 409, "it replaces more by now than was confirmed"
    assert "including 4 sale lines already recorded" in again.text
    flashed(visitor, post(visitor, address, {**form, "confirmed": token_of(again)}))
    assert current(site, "contracts", "foot-2015").body["rules"][1]["rate"] == "0.125"


def test_terms_that_never_apply_are_marked_at_their_field_and_on_the_entry(site: Site) -> None:
    one_pair_of_eyes(site)
    visitor, address = site.visitor(Role.MANAGER), "/finance/contracts/foot-2015"
    anything = {"name": "Anything", "basis": "net", "rate": "0.1"}
    rules = [*entry("contracts", "foot-2015")["rules"], anything]
    site.office.load({"contracts": [{**entry("contracts", "foot-2015"), "rules": rules}]})
    told = "ever takes a sale, because rule &#34;Everything else&#34; before it takes every sale"
    for page in (
        visitor.page(f"{address}/amend"),
        post(visitor, f"{address}/preview", contract_form(site)).text,
    ):
        assert f'id="rules-2-name-warning">N{told}' in page
        assert f'<a href="#rules-2-name">Rule 3 · Name: n{told}' in page
    assert f"rule &#34;Anything&#34;: n{told}" in visitor.page(address)
    period = visitor.page("/finance/periods/2025-H2")
    assert "1 warning about terms" in period
    assert f"rule &#34;Anything&#34;: n{told}" in period
    assert "about terms" not in visitor.page("/finance/periods/2025-H1")


def test_preview_tells_of_a_step_that_no_sale_meets(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    now = current(site, "plans", "cities")
    version = {**now.body["versions"][0], "from": "2025-07-01"}
    form = {**sent(VersionForm, version), "revision": str(now.id), "steps-1-regions": "ME"}
    page = post(visitor, "/finance/plans/cities/versions/new/preview", form).text
    told = "as matched no sale so far: none is recorded in the region ME"
    assert f'id="steps-1-regions-warning">H{told}' in page
    assert f'<a href="#steps-1-regions">Step 2 · Regions: h{told}' in page


def test_contract_can_be_added(site: Site) -> None:
    one_pair_of_eyes(site)
    visitor = site.visitor(Role.MANAGER)
    form = {
        **sent(ContractForm, a_contract("atlas-2024", ["atlas"])),
        "key": "atlas-2024",
        "revision": "0",
        "act": "save",
    }
    page = flashed(visitor, post(visitor, "/finance/new-contract", form))
    assert "atlas-2024" in page
    answer = post(visitor, "/finance/new-contract", form)
    assert answer.status_code == 422
    assert "is taken already" in answer.text
    assert 'href="#key"' in answer.text


def test_plan_version_can_be_added(site: Site) -> None:
    one_pair_of_eyes(site)
    visitor = site.visitor(Role.MANAGER)
    now = current(site, "plans", "cities")
    body = {**now.body["versions"][0], "from": "2025-07-01"}
    form = {**sent(VersionForm, body), "revision": str(now.id), "act": "save"}
    form |= {"steps-1-amount": "35 %"}
    page = flashed(visitor, post(visitor, "/finance/plans/cities/versions/new", form))
    body = current(site, "plans", "cities").body
    assert [each["from"] for each in body["versions"]] == ["2015-01-01", "2025-07-01"]
    assert body["versions"][0] == now.body["versions"][0]
    changed = body["versions"][1]["steps"]
    assert changed[1]["share"] == "0.35"
    assert changed[3] == now.body["versions"][0]["steps"][3], "nested lists stay as they were"
    assert "35 % of what is payable" in page


def test_plan_version_errors_are_shown_at_their_fields(site: Site) -> None:
    now = current(site, "plans", "cities")
    body = {**now.body["versions"][0], "from": "2025-07-01"}
    form = {**sent(VersionForm, body), "revision": str(now.id), "act": "save"}
    visitor = site.visitor(Role.MANAGER)
    inner = "steps-3-to-1-steps-0"
    assert form[f"{inner}-amount"], "a member's own step is in fields too"
    form |= {
        "steps-1-amount": "135 %",
        "steps-0-takes": "",
        f"{inner}-amount": "much",
        f"{inner}-to-0-beneficiary": "nobody",
    }
    answer = post(visitor, "/finance/plans/cities/versions/new", form)
    assert answer.status_code == 422
    wrong = ("steps-1-amount", "steps-0-takes", f"{inner}-amount", f"{inner}-to-0-beneficiary")
    for field in wrong:
        assert f'href="#{field}"' in answer.text, field
    assert 'value="much"' in answer.text
    form = {**sent(VersionForm, body), "revision": str(now.id), "act": "save", "from": "2025-03-01"}
    answer = post(visitor, "/finance/plans/cities/versions/new", form)
    assert "lies in a closed period" in answer.text
    form = {**form, "from": "2025-07-01", "steps": ["3", "0", "1", "2"]}
    answer = post(visitor, "/finance/plans/cities/versions/new", form)
    assert "must end with a step" in answer.text


def form_on(answer: TestResponse) -> Form:
    """What a browser sends of the form that an answer shows."""
    assert answer.status_code == 200
    found: Form = {}
    for name, value in html.document_fromstring(answer.text).forms[-1].form_values():
        found.setdefault(name, []).append(value)
    del found["csrf_token"]
    return found


def test_nested_steps_can_be_typed(site: Site) -> None:
    """Lists within lists are built without a script, to any depth, and nothing is written as JSON."""
    one_pair_of_eyes(site)
    visitor, path = site.visitor(Role.MANAGER), "/finance/plans/cities/versions/new"
    form = form_on(visitor.get(path))
    member = "steps-0-to-0"
    first, second = f"{member}-steps-0", f"{member}-steps-1"
    deeper = f"{second}-to-0-steps-0"
    for act, typed in (
        (f"add:{member}-steps:", {f"{member}-beneficiary": "", "from": "2025-07-01"}),
        (
            f"add:{member}-steps:",
            {
                f"{first}-takes": "fixed",
                f"{first}-amount": "5",
                f"{first}-to-0-beneficiary": "tacoma",
            },
        ),
        (f"add:{second}-to-0-steps:", {f"{second}-takes": "remainder"}),
        (
            f"add:{second}-to:",
            {f"{deeper}-takes": "remainder", f"{deeper}-to-0-beneficiary": "houston"},
        ),
    ):
        form = form_on(post(visitor, path, {**form, **typed, "act": act}))
        assert not set(typed) - set(form), "nothing typed is lost"
    typed = {f"{second}-to-1-beneficiary": "seattle", f"{second}-to-1-weight": "3"}
    page = flashed(visitor, post(visitor, path, {**form, **typed, "act": "save"}))
    step = current(site, "plans", "cities").body["versions"][1]["steps"][0]
    assert step["to"][0] == {
        "steps": [
            {"fixed": "5", "to": [{"beneficiary": "tacoma"}]},
            {
                "remainder": True,
                "to": [
                    {"steps": [{"remainder": True, "to": [{"beneficiary": "houston"}]}]},
                    {"beneficiary": "seattle", "weight": 3},
                ],
            },
        ]
    }
    assert "These steps, over their part" in page
    form = form_on(visitor.get("/finance/plans/cities/versions/2025-07-01"))
    moved = form_on(
        post(
            visitor,
            "/finance/plans/cities/versions/2025-07-01",
            {**form, "act": f"down:{member}-steps:0"},
        )
    )
    assert moved[f"{member}-steps"] == ["1", "0"]


def test_a_version_that_closed_runs_used_is_not_amended(site: Site) -> None:
    now = current(site, "plans", "cities")
    body = now.body["versions"][0]
    form = {
        **sent(VersionForm, body),
        "revision": str(now.id),
        "act": "save",
        "steps-1-amount": "1 %",
    }
    answer = post(site.visitor(Role.MANAGER), "/finance/plans/cities/versions/2015-01-01", form)
    assert answer.status_code == 422
    assert "leave it as it was and add a version" in answer.text
    assert "Amend this version" not in site.visitor(Role.MANAGER).page("/finance/plans/cities")


def test_beneficiary_can_be_amended_and_added(site: Site) -> None:
    one_pair_of_eyes(site)
    visitor = site.visitor(Role.MANAGER)
    now = current(site, "beneficiaries", "houston")
    form = {**sent(BeneficiaryForm, now.body), "act": "save"}
    form |= {
        "revision": str(now.id),
        "ein": "12345",
        "address": "1 Lane\r\nHouston, TX",
        "on_hold": "1",
        "contact": "Hal Kay",
        "phone": "+1 713 555 0100",
    }
    answer = post(visitor, "/finance/beneficiaries/houston/amend", form)
    assert answer.status_code == 422
    assert "is not an EIN" in answer.text
    form |= {"ein": "911234567"}
    page = flashed(visitor, post(visitor, "/finance/beneficiaries/houston/amend", form))
    assert "on hold" in page
    body = current(site, "beneficiaries", "houston").body
    assert (body["ein"], body["address"]) == ("91-1234567", ["1 Lane", "Houston, TX"])
    assert (body["contact"], body["phone"]) == ("Hal Kay", "+1 713 555 0100")
    assert "Hal Kay" in page
    assert "+1 713 555 0100" in page
    form = {**form, "key": "austin", "name": "Austin", "revision": "0"}
    flashed(visitor, post(visitor, "/finance/new-beneficiary", form))
    assert current(site, "beneficiaries", "austin").body["name"] == "Austin"


# Preview


def test_a_preview_shows_both_periods_and_keeps_what_was_typed(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    visitor.page("/finance/contracts")
    before = site.office.hashes("session")
    form = contract_form(site, **{"rules-1-tiers-0-rate": "50 %", "author": "Not saved"})
    answer = post(visitor, "/finance/contracts/foot-2015/preview", form)
    assert answer.status_code == 200
    assert "First half of 2025" in answer.text
    assert "Second half of 2025" in answer.text
    assert "This period is closed and stays as it is" in answer.text
    assert "Everything else" in answer.text
    assert "All beneficiaries" in answer.text
    assert 'value="Not saved"' in answer.text
    assert 'value="50 %"' in answer.text
    assert site.office.hashes("session") == before


def test_preview_of_an_invalid_entry_shows_its_errors(site: Site) -> None:
    form = contract_form(site, **{"rules-1-tiers-0-rate": "lots"})
    answer = post(site.visitor(Role.CLERK), "/finance/contracts/foot-2015/preview", form)
    assert answer.status_code == 422
    assert 'href="#rules-1-tiers-0-rate"' in answer.text


def test_plan_version_is_previewed_before_it_begins(site: Site) -> None:
    now = current(site, "plans", "cities")
    body = {**now.body["versions"][0], "from": "2027-01-01"}
    form = {**sent(VersionForm, body), "revision": str(now.id), "steps-3-to-0-weight": "5"}
    answer = post(site.visitor(Role.CLERK), "/finance/plans/cities/versions/new/preview", form)
    assert answer.status_code == 200
    assert "as if it had been in force then" in answer.text
    assert "Tacoma Readers" in answer.text


# Rates and income


def test_a_manager_enters_rates_and_income(site: Site) -> None:
    site.office.bring_batch([a_row(3, date="2025-08-08", currency="CAD", net="120")])
    visitor = site.visitor(Role.MANAGER)
    page = visitor.page("/finance/rates")
    assert "CAD to USD</a>: 1 sale line of this period" in page
    assert "CAD to GBP</a>: 1 sale line of this period" in page
    form = {"source": "cad", "target": "USD", "rate": "0.7215"}
    page = flashed(visitor, post(visitor, "/finance/rates", form))
    assert "Entered." in page
    assert "0.7215" in page
    assert "CAD to USD</a>: " not in page
    assert "CAD to GBP</a>: " in page
    form = {"contract": "foot-2015", "right": "translation", "amount": "250.00", "note": "Korean"}
    page = flashed(visitor, post(visitor, "/finance/income", form))
    assert "Korean" in page
    form["amount"] = "300.00"
    assert "Amended." in flashed(visitor, confirmed(visitor, "/finance/income", form))
    form = {"source": "CAD", "target": "USD", "rate": "0.73"}
    assert "Amended." in flashed(visitor, confirmed(visitor, "/finance/rates", form))
    income = next(
        each for each in site.office.run("2025-H2")["contracts"] if each["key"] == "foot-2015"
    )
    assert "225.00" in {line["earned"] for line in income["lines"]}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"source": "USD", "target": "USD", "rate": "1"}, "is the currency it is converted from"),
        ({"source": "XXY", "target": "USD", "rate": "1"}, "XXY"),
        ({"source": "CAD", "target": "USD", "rate": "0"}, "must be above 0"),
        ({"source": "CAD", "target": "USD", "rate": ""}, "Write the rate."),
    ],
)
def test_wrong_rate_is_shown_at_its_field(site: Site, form: Form, words: str) -> None:
    answer = post(site.visitor(Role.MANAGER), "/finance/rates", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{form["source"]}"' in answer.text


def test_wrong_income_is_shown_at_its_field(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    answer = post(
        visitor,
        "/finance/income",
        {"contract": "foot-2015", "right": "translation", "amount": "1.234"},
    )
    assert answer.status_code == 422
    assert "more than the 2 digits" in answer.text
    answer = post(
        visitor, "/finance/income", {"contract": "foot-2015", "right": "film", "amount": "1"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("rates", {"source": "CAD", "target": "USD", "rate": "0.7"}),
        ("income", {"contract": "foot-2015", "right": "translation", "amount": "1"}),
    ],
)
def test_clerk_cannot_enter_rates_or_income(site: Site, path: str, form: Form) -> None:
    assert post(site.visitor(Role.CLERK), f"/finance/{path}", form).status_code == 403
