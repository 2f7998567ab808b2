"""From an empty folder: the first administrator, the house, a setup file, the sandbox."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from royalties.cli.jobs import Post, work_once
from royalties.domain.people import Role
from royalties.services.books import setup_in_force
from royalties.services.desk import examples
from royalties.services.frame import frame_of
from royalties.services.ledger.verifying import verify
from royalties.services.people import first
from royalties.services.people.links import DeadLinkError
from royalties.services.terms import house
from royalties.store.tables import log, person, proposal, setting
from tests.builders.books import (
    HARDCOVER,
    Office,
    a_beneficiary,
    a_contract,
    a_plan,
    a_setup,
    after,
    nothing,
    opened,
    remainder,
    spring,
)
from tests.builders.doors import with_clock
from tests.builders.rich_orders import a_logo
from tests.builders.site import Site, Visitor

HOUSE = {
    "revision": "0",
    "name": "Harbour Press",
    "address": "1 Pier Lane\nSeattle, WA 98101",
    "email": "royalties@harbour.example",
    "currency": "USD",
    "calendar": "half-yearly",
    "first_day": "2026-03-14",
    "pays_within": "90",
    "time_zone": "America/Los_Angeles",
}
OWN = "a pier of many planks"
ACCEPT = {"email": "ada@harbour.example", "name": "Ada Pier", "new": OWN, "again": OWN}


def first_link(site: Site) -> str:
    with site.office.work() as work:
        address = first.issue_link(work)
    assert address is not None
    return re.sub(r"^https?://[^/]+", "", address)


def tables(office: Office, table: Any) -> list[Any]:
    with office.system.engine.connect() as connection:
        return list(connection.execute(select(table)))


# The first administrator


@after(nothing)
def test_first_link_makes_an_administrator_once(site: Site) -> None:
    link = first_link(site)
    page = site.stranger().page(link)
    assert "You are the first here" in page
    come_in = site.stranger().post(link, ACCEPT)
    assert come_in.status_code == 303
    assert "second-factor" in come_in.location
    [made] = tables(site.office, person)
    assert (made.email, made.name, made.role) == (
        "ada@harbour.example",
        "Ada Pier",
        "administrator",
    )
    again = site.stranger().post(link, {**ACCEPT, "email": "eve@example.org", "name": "Eve"})
    assert again.status_code == 404
    assert len(tables(site.office, person)) == 1
    with site.office.work() as work:
        assert first.issue_link(work) is None


@after(nothing)
def test_first_link_is_kept_and_logged_nowhere(site: Site) -> None:
    token = first_link(site).rpartition("/")[2]
    kept = json.dumps([[str(cell) for cell in row] for row in tables(site.office, setting)])
    assert token not in kept
    assert site.stranger().post(f"/account/first/{token}", ACCEPT).status_code == 303
    assert all(token not in line.payload.decode() for line in tables(site.office, log))


@after(nothing)
def test_first_link_expires_and_a_newer_one_replaces_it(site: Site) -> None:
    clock = with_clock(site)
    old, new = first_link(site), first_link(site)
    assert site.stranger().get(old).status_code == 404
    clock.later(hours=23, minutes=59)
    assert site.stranger().get(new).status_code == 200
    clock.later(minutes=1)
    answer = site.stranger().get(new)
    assert answer.status_code == 404
    assert "start the desk again" in answer.text
    clock.later(days=-40)
    with site.office.work() as work, pytest.raises(DeadLinkError):
        first.check_link(work, new.rpartition("/")[2])


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "no address"), ("name", "x (command line)"), ("new", "short"), ("again", "other")],
)
@after(nothing)
def test_refused_first_administrator_loses_nothing_and_may_try_again(
    site: Site, field: str, value: str
) -> None:
    link = first_link(site)
    wrong = {**ACCEPT, field: value} | ({"again": value} if field == "new" else {})
    answer = site.stranger().post(link, wrong)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Ada Pier" in answer.text or field == "name"
    assert tables(site.office, person) == []
    assert site.stranger().post(link, ACCEPT).status_code == 303


@after(nothing)
def test_first_link_expires_once_somebody_is_invited(site: Site) -> None:
    link = first_link(site)
    site.somebody(Role.CLERK, status="invited")
    assert site.stranger().get(link).status_code == 404
    assert site.stranger().post(link, ACCEPT).status_code == 404


@after(nothing)
def test_sign_in_says_where_the_first_link_is(site: Site) -> None:
    page = site.stranger().page("/account/sign-in")
    assert "a link was printed that makes the first administrator" in page
    assert "<code>" not in page


# The house


def begun(site: Site, **more: str) -> Visitor:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert visitor.post("/finance/house", {**HOUSE, **more}).status_code == 303
    return visitor


@after(nothing)
def test_first_page_sets_up_the_house(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    page = visitor.page("/finance/")
    assert "Set up your house" in page
    answer = visitor.post("/finance/house", HOUSE)
    assert (answer.status_code, answer.location) == (303, "/finance/")
    with site.office.work() as work:
        setup = setup_in_force(work)
        assert str(work.now.tzinfo) == "America/Los_Angeles"
    assert setup.publisher.address == ("1 Pier Lane", "Seattle, WA 98101")
    assert (setup.publisher.first_period, setup.publisher.pays_within) == ("2026-H1", 90)
    home = visitor.page("/finance/")
    assert "Harbour Press" in home
    assert "first half of 2026" in home


@after(nothing)
def test_house_set_up_for_one_person_needs_no_second_approval(site: Site) -> None:
    visitor = begun(site, alone="1")
    assert "One pair of eyes" in visitor.page("/finance/")


@after(nothing)
def test_second_approval_is_required_by_default(site: Site) -> None:
    assert "One pair of eyes" not in begun(site).page("/finance/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("currency", "XXX"),
        ("calendar", "weekly"),
        ("first_day", "14 March"),
        ("first_day", ""),
        ("email", "no address"),
        ("website", "javascript:alert(1)"),
        ("pays_within", "-3"),
        ("time_zone", ""),
        ("time_zone", "Mars/Olympus"),
    ],
)
@after(nothing)
def test_refused_house_keeps_what_was_typed(site: Site, field: str, value: str) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    answer = visitor.post("/finance/house", {**HOUSE, field: value})
    assert answer.status_code in {409, 422}, answer.text
    assert "1 Pier Lane" in answer.text
    assert 'role="alert"' in answer.text
    with site.office.work() as work:
        assert house.find_house(work) is None


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER])
@after(nothing)
def test_only_an_administrator_sets_up_the_house(site: Site, role: Role) -> None:
    visitor = site.visitor(role)
    assert "An administrator sets up the house" in visitor.page("/finance/")
    assert visitor.post("/finance/house", HOUSE).status_code == 403
    assert visitor.post("/finance/sandbox").status_code == 403


@after(nothing)
def test_house_is_set_up_once(site: Site) -> None:
    visitor = begun(site)
    again = visitor.post("/finance/house", {**HOUSE, "name": "Other Press"})
    assert again.status_code == 409
    assert "Other Press" in again.text


@after(spring)
def test_settings_amend_the_house_but_not_what_carries_figures(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert 'href="/finance/house"' in visitor.page("/finance/settings")
    page = visitor.page("/finance/house")
    assert "stay as they are" in page
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    sent = {**HOUSE, "revision": revision[1], "first_day": "2025-01-01"}
    assert visitor.post("/finance/house", sent).status_code == 303
    assert "Harbour Press" in visitor.page("/finance/")
    later = re.search(r'name="revision" value="(\d+)"', visitor.page("/finance/house"))
    assert later
    refused = visitor.post("/finance/house", {**sent, "revision": later[1], "calendar": "monthly"})
    assert refused.status_code == 422
    assert "cannot change any more" in refused.text


def with_logo(data: bytes, name: str) -> dict[str, Any]:
    return {**HOUSE, "logo": (io.BytesIO(data), name)}


@after(nothing)
def test_logo_is_made_anew_and_shown_to_everybody(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    sent = a_logo()
    assert visitor.post("/finance/house", with_logo(sent, "logo.png")).status_code == 303
    address = re.search(r'<img class="logo" src="([^"]+)"', visitor.page("/finance/"))
    assert address
    shown = site.stranger().get(address[1])
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.data.startswith(b"\x89PNG")
    assert not list((site.office.system.config.home / "uploads").glob("*")), "nothing is left"


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<html><script>", b"\x89PNG\r\n\x1a\nnot really", b"%PDF-1.7 no"]
)
@after(nothing)
def test_hostile_logo_is_refused_with_what_was_typed(site: Site, data: bytes) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    answer = visitor.post("/finance/house", with_logo(data, "logo.png"))
    assert answer.status_code == 422
    assert "1 Pier Lane" in answer.text
    assert "choose it again" in answer.text
    with site.office.work() as work:
        assert frame_of(work).logo == ""


# A setup file


def look_at(visitor: Visitor, setup: object, name: str = "setup.json") -> TestResponse:
    data = setup if isinstance(setup, bytes) else json.dumps(setup).encode()
    return visitor.post("/finance/setup-file", {"file": (io.BytesIO(data), name)})


def hidden(page: str) -> dict[str, str]:
    """What the page's form carries of what was looked at."""
    form = page.partition('action="/finance/setup-file/save"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(file|name|seen|confirmed)" value="([^"]+)"', form))


@after(nothing)
def test_setup_file_is_looked_at_before_anything_is_saved(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    page = look_at(visitor, a_setup())
    assert page.status_code == 200
    assert "House Example House" in page.text
    assert "Save all of it" in page.text
    with site.office.work() as work:
        assert house.find_house(work) is None
    saved = visitor.post("/finance/setup-file/save", hidden(page.text))
    assert saved.status_code == 303
    with site.office.work() as work:
        assert setup_in_force(work).publisher.name == "Example House"
    again = look_at(visitor, a_setup())
    assert "there is nothing to save" in again.text


@after(nothing)
def test_setup_file_in_toml_is_taken(site: Site) -> None:
    toml = b"[publisher]\nname = 'Harbour Press'\ncurrency = 'USD'\ncalendar = 'yearly'\nfirst_period = '2026'\n"
    page = look_at(site.visitor(Role.ADMINISTRATOR), toml, "setup.toml")
    assert "House Harbour Press" in page.text


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "setup.json"),
        (b"{" * 100_000, "setup.json"),
        (b"PK\x03\x04rest", "setup.json"),
        (b'{"publisher": {"name": "\\u0000"}}', "setup.json"),
        (b"a.b.c = " + b"[" * 5000, "setup.toml"),
        (b'{"publisher": 1, "titles": [{}], "x": []}', "../../etc/passwd.json"),
        (b"\xff\xfe\x00", "<script>.json"),
    ],
)
@after(nothing)
def test_hostile_setup_file_is_refused_with_its_faults(site: Site, data: bytes, name: str) -> None:
    answer = look_at(site.visitor(Role.ADMINISTRATOR), data, name)
    assert answer.status_code == 422
    assert "so nothing was saved" in answer.text
    assert "<script>.json" not in answer.text


@after(opened)
def test_setup_file_shows_entry_by_entry_what_it_adds_changes_and_leaves(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    setup = a_setup()
    setup["retailers"][0]["name"] = "Amazon of old"
    setup["retailers"].append({"key": "pier", "name": "Pier Books", "channel": "bookstore"})
    page = look_at(visitor, {"retailers": setup["retailers"]})
    assert "<del>Amazon</del>" in page.text
    assert "<ins>Amazon of old</ins>" in page.text
    assert "Retailer Pier Books" in page.text
    assert "What it leaves as it is" in page.text
    assert "Save all of it" in page.text, "no terms change, so nobody approves"
    assert visitor.post("/finance/setup-file/save", hidden(page.text)).status_code == 303
    assert "Amazon of old" in visitor.page("/finance/retailers")


NEW_TERMS = {
    "beneficiaries": [a_beneficiary("tacoma")],
    "plans": [a_plan("tacoma-only", remainder("tacoma"))],
    "contracts": [a_contract("second-2026", ["handbook"], plan="tacoma-only")],
}


@after(opened)
def test_setup_file_that_changes_terms_waits_for_a_second_person(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER)
    page = look_at(manager, NEW_TERMS)
    assert "Prepare for approval" in page.text
    answer = manager.post("/finance/setup-file/save", hidden(page.text))
    assert answer.location == "/finance/approvals"
    with site.office.work() as work:
        assert "second-2026" not in setup_in_force(work).contracts
    [made] = tables(site.office, proposal)
    own = manager.page(f"/finance/approvals/{made.id}")
    assert "You prepared this yourself" in own
    assert manager.post(f"/finance/approvals/{made.id}/approve").status_code == 409
    assert "Setup file setup.json" in other.page("/finance/approvals")
    assert "Contract Kim Foote: The Handbook" in other.page(f"/finance/approvals/{made.id}")
    assert "setup.json" in other.page("/finance/")
    approved = other.post(f"/finance/approvals/{made.id}/approve")
    assert approved.status_code == 303
    with site.office.work() as work:
        assert "second-2026" in setup_in_force(work).contracts
    assert "approved" in other.page(f"/finance/approvals/{made.id}")


@after(opened)
def test_prepared_setup_file_is_not_approved_on_changed_entries(site: Site) -> None:
    manager, other = site.visitor(Role.MANAGER), site.visitor(Role.MANAGER)
    changed = a_contract("foot-2015", ["collab"], author="Kim Foote-Pier")
    body = next(each for each in a_setup()["contracts"] if each["key"] == "foot-2015")
    page = look_at(manager, {"contracts": [{**body, "author": changed["author"]}]})
    assert manager.post("/finance/setup-file/save", hidden(page.text)).status_code == 303
    site.office.load({"contracts": [{**body, "author": "Somebody else"}]})
    [made] = tables(site.office, proposal)
    assert "can no longer be approved" in other.page(f"/finance/approvals/{made.id}")
    assert other.post(f"/finance/approvals/{made.id}/approve").status_code == 409
    refused = other.post(f"/finance/approvals/{made.id}/refuse", {"reason": "Changed since"})
    assert refused.status_code == 303


@after(opened)
def test_setup_file_is_saved_as_it_was_looked_at_or_not_at_all(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    page = look_at(
        visitor, {"retailers": [{"key": "pier", "name": "Pier", "channel": "bookstore"}]}
    )
    site.office.load({"retailers": [{"key": "pier", "name": "Other", "channel": "bookstore"}]})
    answer = visitor.post("/finance/setup-file/save", hidden(page.text))
    assert answer.status_code == 409
    assert "look again" in answer.text
    assert visitor.post("/finance/setup-file/save", hidden(answer.text)).status_code == 303


@after(spring)
def test_setup_file_that_replaces_what_counted_is_confirmed(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    with site.office.system.engine.begin() as connection:
        connection.execute(
            setting.insert().values(
                name="two_people",
                value=False,
                changed_at=site.office.system.clock(),
                changed_by="x",
            )
        )
    body = next(each for each in a_setup()["contracts"] if each["key"] == "foot-2015")
    rules = [{"name": "All", "basis": "list", "rate": "0.20"}]
    page = look_at(visitor, {"contracts": [{**body, "rules": rules}]})
    assert "This replaces what has counted already" in page.text
    carried = hidden(page.text)
    token = carried.pop("confirmed")
    answer = visitor.post("/finance/setup-file/save", carried)
    assert answer.status_code == 409
    assert "Tick that you have read" in answer.text
    ticked = visitor.post("/finance/setup-file/save", {**carried, "confirmed": token})
    assert ticked.status_code == 303


@after(opened)
def test_setup_file_is_for_managers_and_the_house_for_administrators(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    assert clerk.get("/finance/setup-file").status_code == 403
    assert look_at(clerk, NEW_TERMS).status_code == 403
    publisher = {**a_setup()["publisher"], "name": "Renamed Press"}
    page = look_at(manager, {"publisher": publisher})
    assert manager.post("/finance/setup-file/save", hidden(page.text)).status_code == 403


@pytest.mark.thorough("hostile values", but_one_in=2)
@pytest.mark.parametrize("file", ["", "../../royalties.sqlite", "0" * 64, "é" * 64])
@after(opened)
def test_saving_a_file_that_is_not_here_asks_for_it_again(site: Site, file: str) -> None:
    answer = site.visitor(Role.MANAGER).post(
        "/finance/setup-file/save", {"file": file, "name": "setup.json", "seen": "x"}
    )
    assert answer.status_code == 422
    assert "choose it again" in answer.text


# The sandbox


SMALL = {
    "setup": "setup.json",
    "periods": [
        {"period": "2025-H1", "close": True, "reports": [{"file": "spring.csv"}]},
    ],
}


@pytest.fixture
def few_examples(tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples that are there in no time."""
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps(SMALL))
    setup = a_setup()
    (folder / "setup.json").write_text(json.dumps(setup))
    row = {"date": "2025-02-03", "isbn": HARDCOVER, "retailer": "amazon", "kind": "sale"}
    row |= {"units": "3", "currency": "USD", "list_price": "80.00", "net": "120.00"}
    report = office.report([row], "spring.csv")
    (folder / "spring.csv").write_bytes(report.read_bytes())
    monkeypatch.setattr(examples, "EXAMPLES", folder)


@pytest.mark.thorough("further runs of commands")
@after(nothing)
def test_sandbox_is_filled_with_all_examples(site: Site) -> None:
    """All reports in one transaction, more than SQLite attaches files."""
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert visitor.post("/finance/sandbox").status_code == 303
    assert work_once(site.office.system)
    home = visitor.page("/finance/")
    assert "nothing here is real" in home
    assert "on their way" not in home
    assert site.office.faults() == {}


@after(nothing)
@pytest.mark.usefixtures("few_examples")
def test_sandbox_says_so_on_every_page_and_is_left_for_empty_books(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert visitor.post("/finance/sandbox").status_code == 303
    assert "The examples are on their way" in visitor.page("/finance/")
    assert work_once(site.office.system)
    for path in ("/finance/", "/finance/sales/", "/finance/titles", "/account/me"):
        assert "nothing here is real" in visitor.page(path), path
    assert "nothing here is real" in site.stranger().page("/account/sign-in")
    assert "2025-H1" in visitor.page("/finance/statements")
    assert list((site.office.system.config.home / "received").iterdir())
    nonprofit = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    assert nonprofit.get("/account/me").status_code == 200
    page = visitor.page("/finance/sandbox/leave")
    assert "cannot be brought back" in page
    kept = visitor.post("/finance/sandbox/leave", {"typed": "yes"})
    assert kept.status_code == 422
    with site.office.work() as work:
        setup_in_force(work)
    left = visitor.post("/finance/sandbox/leave", {"typed": "leave"})
    assert left.status_code == 303
    home = visitor.page("/finance/")
    assert "Set up your house" in home
    assert "nothing here is real" not in home
    assert not list((site.office.system.config.home / "received").iterdir())
    assert [each.name for each in tables(site.office, person)] == [visitor.actor.name]
    begun_again = visitor.post("/finance/house", HOUSE)
    assert begun_again.status_code == 303
    assert "Harbour Press" in visitor.page("/finance/titles")
    assert "Example House" not in visitor.page("/finance/")
    with site.office.work(read_only=True) as work:
        assert all(each.holds for each in verify(work))


@after(nothing)
@pytest.mark.usefixtures("few_examples")
def test_guards_are_restored_after_leaving_a_sandbox(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    visitor.post("/finance/sandbox")
    assert work_once(site.office.system)
    visitor.post("/finance/sandbox/leave", {"typed": "leave"})
    begun_again = visitor.post("/finance/house", HOUSE)
    assert begun_again.status_code == 303
    lacks, beside = site.office.system.deviations()
    assert (lacks, beside) == ([], [])
    with (
        pytest.raises(Exception, match="append-only"),
        site.office.system.engine.begin() as connection,
    ):
        connection.execute(update(log).values(actor="eve"))


@after(opened)
def test_real_books_are_never_turned_into_a_sandbox_or_emptied(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    assert visitor.post("/finance/sandbox").status_code == 409
    visitor.post("/finance/sandbox/leave", {"typed": "leave"})
    with site.office.work() as work:
        assert setup_in_force(work).titles
        with pytest.raises(ValueError, match="no examples' books"):
            examples.leave(work)


@after(nothing)
@pytest.mark.usefixtures("few_examples")
def test_sandbox_sends_no_mail(site: Site) -> None:
    with_clock(site)
    visitor = site.visitor(Role.ADMINISTRATOR)
    visitor.post("/finance/sandbox")
    assert work_once(site.office.system)
    visitor.post("/finance/people/invite", {"email": "x@example.org", "name": "X", "role": "clerk"})
    assert not Post(site.office.system).send_one()


@after(nothing)
@pytest.mark.usefixtures("few_examples")
def test_failed_examples_are_reported_and_can_be_skipped(site: Site, tmp_path: Path) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    visitor.post("/finance/sandbox")
    (tmp_path / "examples" / "spring.csv").write_text("nothing that is known\n")
    work_once(site.office.system)
    assert "could not be loaded" in visitor.page("/finance/")
    assert visitor.post("/finance/sandbox/leave", {"typed": "Leave"}).status_code == 303
    assert "Set up your house" in visitor.page("/finance/")


# Every page of empty books


_WORDS = re.compile(r"JSON|TOML|<code>|royalties (?:load|init|schema|demo|invite|serve)")


@pytest.mark.thorough("further pages", but_one_in=2)
@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("has_house", [False, True])
@after(nothing)
def test_no_page_of_empty_books_is_refused_or_tells_of_commands(
    site: Site, role: Role, has_house: bool
) -> None:
    if has_house:
        begun(site)
    visitor = site.visitor(role)
    rules = [each for each in site.app.url_map.iter_rules() if not each.arguments]
    looked = 0
    for rule in rules:
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith("/finance"):
            continue
        answer = visitor.get(rule.rule)
        assert answer.status_code in {200, 303, 302, 403, 404}, (rule.rule, answer.status)
        if not (answer.mimetype or "").startswith("text/"):
            continue
        main = answer.text.partition("<main")[2]
        if rule.rule not in {"/finance/", "/finance/setup-file", "/finance/settings"}:
            assert not _WORDS.search(main), (rule.rule, _WORDS.search(main))
        looked += answer.status_code == 200
    assert looked > 20
