"""Asking for an order without an account: its steps, the price while one types, and the link."""

import re
from typing import Any

import pytest
from lxml import html

from royalties.domain.orders import OrderKind
from royalties.domain.people import Role
from royalties.domain.pricing import Asked, Option, ShipTo
from royalties.services.orders.quotes import price_of
from royalties.web.public import ordering
from royalties.web.public.pacing import Pacing
from tests.builders.books import HARDCOVER, after
from tests.builders.orders import a_price_list, letters, order_setup, somebody, takes_orders
from tests.builders.site import Site, Visitor

ORDER = "/titles/collab/order/"
ENTRY = "/finance/orders/new/collab/"
WHAT = {
    "step": "1",
    "kind": "custom",
    "isbn": HARDCOVER,
    "copies": "250",
    "option": "logo-on-cover",
    "region": "WA",
    "country": "US",
    "tax": "taxable",
}
WHERE = {
    **WHAT,
    "step": "2",
    "to_copies": ["200", "50"],
    "to_name": ["Lincoln School", "Tacoma Chapter"],
    "to_street": ["1 Main St", "9 Pine St"],
    "to_street2": ["", "Floor 2"],
    "to_city": ["Seattle", "Tacoma"],
    "to_region": ["WA", "wa"],
    "to_postcode": ["98101", "98402"],
    "to_country": ["US", "US"],
}
WHO = {
    **WHERE,
    "step": "3",
    "do": "send",
    "organization": "Harbor Friends",
    "contact_name": "Ada Pier",
    "contact_email": "ada@example.org",
    "audience": "Drivers",
    "message": "By the back door, please.",
}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "PACING", Pacing(1000))


def amounts(text: str) -> list[str]:
    return re.findall(r"[\d,]+\.\d\d", text)


def orders_of(site: Site) -> list[tuple[Any, ...]]:
    return site.office.rows("SELECT number, state, organization, quantity FROM orders ORDER BY id")


# The steps


@after(takes_orders)
def test_the_title_leads_to_the_order(site: Site) -> None:
    stranger = site.stranger()
    assert f'href="{ORDER}"' in stranger.page("/titles/collab")
    assert 'value="custom" checked' in stranger.page(f"{ORDER}?what=custom")


@after(takes_orders)
def test_every_step_carries_what_was_typed_before(site: Site) -> None:
    stranger = site.stranger()
    second = stranger.post(ORDER, WHAT)
    assert second.status_code == 200
    form = html.document_fromstring(second.text).xpath("//form[@class='order']")[0]
    assert form.fields["copies"] == "250"
    assert form.fields["to_copies"] == "250", "the only address takes all copies"
    assert form.fields["to_region"] == "WA"
    third = stranger.post(ORDER, WHERE)
    assert third.status_code == 200
    assert "200 to Lincoln School, 1 Main St, Seattle WA 98101, US" in third.text
    again = stranger.post(ORDER, {**WHO, "do": "back:1"})
    assert 'value="250"' in again.text
    assert 'value="Harbor Friends"' in again.text, "carried, though its step lies ahead"


WRONG = (
    (WHAT, {"copies": "many"}, "copies", "write a number of copies"),
    (WHAT, {"copies": "5"}, "copies", "Orders begin at 10 copies"),
    (WHAT, {"copies": "50"}, "copies", "from 100 copies on"),
    (WHAT, {"isbn": "1"}, "isbn", "choose an edition"),
    (WHAT, {"kind": "free"}, "kind", "choose one"),
    (WHAT, {"option": ""}, "options", "choose at least one"),
    (WHAT, {"need_by": "soon"}, "need_by", "is no day"),
    (WHAT, {"need_by": "2020-01-01"}, "need_by", "from today on"),
    (WHAT, {"country": "USA"}, "country", "two letters"),
    (WHERE, {"to_copies": ["200", "60"]}, "ship-to", "take 260 copies, and you asked for 250"),
    (WHERE, {"to_street": ["", "9 Pine St"]}, "address-1", "write the street"),
    (WHERE, {"to_region": ["", "WA"]}, "address-1", "the state"),
    (WHO, {"contact_email": "ada"}, "contact_email", "e-mail"),
    (WHO, {"organization": " "}, "organization", "missing"),
    (WHO, {"message": "x\x07"}, "message", "cannot be printed"),
)


@after(takes_orders)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(site: Site) -> None:
    stranger = site.stranger()
    for sent, change, anchor, words in WRONG:
        answer = stranger.post(ORDER, {**sent, **change})
        assert answer.status_code == 422, change
        assert f'href="#{anchor}"' in answer.text, change
        assert words.lower() in answer.text.lower(), change
        assert 'value="Lincoln School"' in answer.text or sent is WHAT
    assert letters(site.office, "order-request") == []


@after(takes_orders)
def test_addresses_are_added_and_taken_away_without_a_script(site: Site) -> None:
    stranger = site.stranger()
    more = stranger.post(ORDER, {**WHERE, "to_copies": ["100", "50"], "do": "add"})
    form = html.document_fromstring(more.text).xpath("//form[@class='order']")[0]
    assert [each.get("value") for each in form.xpath(".//input[@name='to_copies']")] == [
        "100",
        "50",
        "100",
    ]
    less = stranger.post(ORDER, {**WHERE, "do": "remove:1"})
    assert "Lincoln School" not in less.text
    assert "Tacoma Chapter" in less.text


# The price


@after(takes_orders)
def test_the_price_is_what_the_services_say(site: Site) -> None:
    ship_to = (ShipTo(200, "US-WA"), ShipTo(50, "US-WA"))
    asked = Asked(OrderKind.CUSTOM, ship_to, (Option.LOGO_ON_COVER,), rush=True)
    with site.office.work(read_only=True) as work:
        quote = price_of(work, "collab", HARDCOVER, asked)
    answer = site.stranger().post(f"{ORDER}price", {**WHERE, "rush": "1"})
    assert answer.status_code == 200
    assert answer.json is not None
    shown = answer.json["html"]
    for amount in (*(line.amount for line in quote.lines), quote.total):
        assert f"{amount // 100:,}.{amount % 100:02}" in amounts(shown)
    for line in quote.lines:
        assert line.words in shown
        assert line.why in shown
    plain = site.stranger().post(ORDER, {**WHERE, "rush": "1", "do": "price"})
    assert (
        amounts(shown)
        == amounts(plain.text[plain.text.index('id="price"') :])[: len(amounts(shown))]
    ), "the same without a script"


@after(takes_orders)
def test_the_price_says_when_more_copies_cost_less(site: Site) -> None:
    answer = site.stranger().post(ORDER, {**WHAT, "kind": "bulk", "copies": "90", "do": "price"})
    assert "100 copies cost less in all" in answer.text


@after(takes_orders)
def test_no_price_says_why(site: Site) -> None:
    stranger = site.stranger()
    for copies, words in (("", "Write how many"), ("x", "as a number"), ("3", "begin at 10")):
        answer = stranger.post(f"{ORDER}price", {**WHAT, "copies": copies})
        assert answer.json is not None
        assert words in answer.json["html"]


@after(takes_orders)
def test_the_delivery_shows_its_parts_and_says_when_it_is_late(site: Site) -> None:
    shown = site.stranger().post(ORDER, {**WHAT, "need_by": "2026-08-31", "do": "price"}).text
    # Thursday 20 August: 3 days for the proof, 10 for production, 5 on the way
    assert "Earliest delivery: Sep 15, 2026" in shown
    for part in ("3 working days", "your time", "10 working days", "5 working days"):
        assert part in shown
    assert "That is after Aug 31, 2026" in shown
    assert "With rush" not in shown, "rush would be too late as well"
    later = site.stranger().post(ORDER, {**WHAT, "need_by": "2026-09-04", "do": "price"}).text
    assert "With rush they would be there Sep 1, 2026" in later


@after(takes_orders)
def test_asking_for_prices_keeps_nothing_and_is_paced(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "PACING", Pacing(3))
    stranger, before = site.stranger(), site.office.hashes()
    found = [stranger.post(f"{ORDER}price", WHAT).status_code for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert site.office.hashes() == before
    bare = stranger.client.post(f"{ORDER}price", data=WHAT, base_url="http://localhost:8000")
    assert bare.status_code == 400, "without its token"


def test_a_pace_is_of_one_network_and_one_minute() -> None:
    now = [0.0]
    pacing = Pacing(2, lambda: now[0])
    assert [pacing.admits("a") for _ in range(3)] == [True, True, False]
    assert pacing.admits("b")
    now[0] = 61
    assert pacing.admits("a")


@after(takes_orders)
def test_a_title_without_a_price_is_ordered_all_the_same(site: Site) -> None:
    site.office.load({"price_lists": [{**a_price_list(), "titles": ["atlas"]}]})
    stranger = site.stranger()
    page = stranger.page(ORDER)
    assert "The publisher will send you a price" in page
    assert "Hardcover, 978-1-4422-0001-2" in page
    assert "A letter or foreword page" in page, "without a list every option can be asked for"
    assert "USD" not in page.split("<form")[1]
    assert "Show the price" not in page
    shown = stranger.post(f"{ORDER}price", WHAT).json
    assert shown is not None
    assert "The publisher will send you a price" in shown["html"]
    assert amounts(shown["html"]) == []
    for change in ({"copies": "1000001"}, {"isbn": "1"}, {"option": ""}):
        assert stranger.post(ORDER, {**WHAT, **change}).status_code == 422
    link, secret = sent(site), "many small boats at sea"
    stranger.post(link, {"name": "Ada Pier", "new": secret, "again": secret})
    assert [(each[0], each[1], each[3]) for each in orders_of(site)] == [
        ("O-2026-0001", "requested", 250)
    ]
    told = next(text for to, _, text in letters(site.office) if to == "desk@example.com")
    assert "no price list is for the title" in told
    number = "/finance/orders/O-2026-0001"
    for role, words in ((Role.CLERK, "A manager enters"), (Role.MANAGER, "/new/price-list")):
        page = site.visitor(role).page(number)
        assert "No quote can be made yet: no price list is for the title" in page
        assert "needs a price list that covers the title" in page
        assert words in page
    clerk = site.visitor(Role.CLERK)
    assert "No price can be made" in clerk.page(f"{number}/quotes")
    assert clerk.post(f"{number}/quotes", {"version": "1"}).status_code == 422
    site.office.load({"price_lists": [a_price_list()]})
    assert "No quote can be made" not in clerk.page(number)
    assert clerk.post(f"{number}/quotes", {"version": "1"}).status_code == 303


# Sending, and the link


def sent(site: Site, **change: Any) -> str:
    """The address of the link that was sent."""
    answer = site.stranger().post(ORDER, {**WHO, **change})
    assert (answer.status_code, answer.location) == (303, f"{ORDER}sent")
    recipient, _, text = letters(site.office, "order-request")[-1]
    assert recipient == change.get("contact_email", "ada@example.org")
    found = re.search(r"/requests/\S+", text)
    assert found
    return found[0]


@after(takes_orders)
def test_a_stranger_becomes_an_organization_with_an_order(site: Site) -> None:
    link = sent(site)
    assert orders_of(site) == [], "nothing before the link is opened"
    stranger = site.stranger()
    assert "Check your e-mail" in stranger.page(f"{ORDER}sent")
    page = stranger.page(link)
    assert "250 copies of The Collab for Harbor Friends" in page
    assert 'value="Ada Pier"' in page
    short = stranger.post(link, {"name": "Ada Pier", "new": "short", "again": "short"})
    assert short.status_code == 422
    assert orders_of(site) == []
    secret = "many small boats at sea"  # noqa: S105 - a test's
    answer = stranger.post(link, {"name": "Ada Pier", "new": secret, "again": secret})
    [(number_, state, key, copies)] = orders_of(site)
    assert (state, copies) == ("requested", 250)
    onward = f"/organization/orders/{number_}"
    assert answer.status_code == 303
    assert answer.location == f"/account/second-factor?next={onward}"
    assert stranger.get(onward).status_code == 302, "the second factor is missing"
    people = site.office.rows("SELECT role, email FROM person")
    assert people == [("organization", "ada@example.org")]
    assert key == "harbor-friends-2026-0001"
    assert stranger.get(link).status_code == 404, "a link opens once"


@after(takes_orders)
def test_who_has_an_account_only_confirms(site: Site) -> None:
    somebody(site.office, "Olga Orr", Role.ORGANIZATION, "guild")
    link = sent(site, contact_email="olga.orr@example.org")
    page = site.stranger().page(link)
    assert 'name="new"' not in page
    answer = site.stranger().post(link)
    [(number_, _, key, _)] = orders_of(site)
    assert key == "guild"
    assert answer.location == f"/account/sign-in?next=/organization/orders/{number_}"


@after(takes_orders)
def test_a_machine_gets_the_same_answer_and_nothing_is_kept(site: Site) -> None:
    before = site.office.hashes()
    answer = site.stranger().post(ORDER, {**WHO, "website": "https://spam.example"})
    assert (answer.status_code, answer.location) == (303, f"{ORDER}sent")
    assert site.office.hashes() == before


@after(takes_orders)
def test_requests_are_throttled(site: Site) -> None:
    answers = [site.stranger().post(ORDER, WHO) for _ in range(4)]
    assert [each.status_code for each in answers] == [303, 303, 303, 429]
    assert 'value="Ada Pier"' in answers[-1].text, "nothing typed is lost"
    assert len(letters(site.office, "order-request")) == 3


# Who is known already


def guild(site: Site, *keys: str) -> Visitor:
    return site.signed_in(somebody(site.office, "Olga Orr", Role.ORGANIZATION, *keys))


@after(takes_orders)
def test_an_organization_orders_at_once(site: Site) -> None:
    olga = guild(site, "guild")
    third = olga.post(ORDER, WHERE)
    assert 'value="Olga Orr"' in third.text
    assert "Guild Society" in third.text
    answer = olga.post(ORDER, {**WHERE, "step": "3", "do": "send"})
    [(number_, state, key, _)] = orders_of(site)
    assert (state, key) == ("requested", "guild")
    assert answer.location == f"/organization/orders/{number_}"
    assert letters(site.office, "order-request") == []


@after(takes_orders)
def test_who_orders_for_several_chooses_one_of_their_own(site: Site) -> None:
    olga = guild(site, "guild", "league")
    assert '<option value="league"' in olga.post(ORDER, WHERE).text
    form = {**WHERE, "step": "3", "do": "send"}
    assert olga.post(ORDER, {**form, "for": "league"}).status_code == 303
    assert orders_of(site)[0][2] == "league"
    lea = site.signed_in(somebody(site.office, "Lea Low", Role.ORGANIZATION, "league"))
    assert lea.post(ORDER, {**form, "for": "guild"}).status_code == 303
    assert orders_of(site)[1][2] == "league", "another's is not theirs to choose"


@after(takes_orders)
def test_what_is_not_offered_is_not_there(site: Site) -> None:
    setup = order_setup()
    titles = [{**each, "bulk": False, "custom": False} for each in setup["titles"]]
    site.office.load({"titles": titles})
    for path in (ORDER, f"{ORDER}sent"):
        assert site.stranger().get(path).status_code == 404
    assert site.stranger().post(f"{ORDER}price", WHAT).status_code == 404
    assert site.stranger().post(ORDER, WHO).status_code == 404


# The staff, for an organization that called


@after(takes_orders)
def test_the_staff_enters_what_came_by_telephone(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert 'href="/finance/orders/new"' in clerk.page("/finance/orders")
    assert '<option value="collab">' in clerk.page("/finance/orders/new")
    assert clerk.get("/finance/orders/new?title=collab").location == ENTRY
    assert clerk.get(ORDER).location == ENTRY, "the staff stay in the desk"
    assert "Finance desk" in clerk.page(ENTRY)
    unknown = clerk.get("/finance/orders/new?title=nothing")
    assert (unknown.status_code, "choose one of these" in unknown.text) == (404, True)
    assert 'name="tell" value="1"' in clerk.page(ENTRY).replace('type="hidden" ', "")
    entered = {**WHO, "organization": "", "contact_name": "", "contact_email": "", "token": "t-1"}
    answer = clerk.post(ORDER, entered)
    assert answer.status_code == 422
    assert 'href="#for"' in answer.text
    answers = [clerk.post(ORDER, {**entered, "for": "league"}) for _ in range(2)]
    assert {each.location for each in answers} == {"/finance/orders/O-2026-0001"}
    assert orders_of(site) == [("O-2026-0001", "requested", "league", 250)]
    history = clerk.page("/finance/orders/O-2026-0001")
    assert clerk.actor.name in history
    assert "Entered it" in history
    assert "league@example.com" in history, "the organization's own address is asked"
    assert letters(site.office) == [], "nobody is told unless the staff says so"


@after(takes_orders)
def test_the_staff_enters_an_order_of_an_organization_that_is_new(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    entered = {**WHO, "for": "+", "tell": "1", "token": "t-1"}
    for change, field in (
        ({"organization": ""}, "organization"),
        ({"organization": "LEAGUE  society"}, "organization"),
        ({"contact_email": ""}, "contact_email"),
        ({"for": "nobody"}, "for"),
    ):
        answer = clerk.post(ORDER, {**entered, **change})
        assert answer.status_code == 422, change
        assert f'href="#{field}"' in answer.text, change
    assert orders_of(site) == []
    for _ in range(2):
        assert clerk.post(ORDER, entered).location == "/finance/orders/O-2026-0001"
    [(_, state, key, copies)] = orders_of(site)
    assert (state, copies) == ("requested", 250)
    assert "Harbor Friends" in clerk.page(f"/finance/organizations/{key}")
    assert site.office.rows(
        "SELECT p.email, p.name, p.status, m.organization FROM person p "
        "JOIN organization_member m ON m.person_id = p.id"
    ) == [("ada@example.org", "Ada Pier", "invited", key)]
    told = [(to, subject) for to, subject, _ in letters(site.office)]
    assert ("ada@example.org", "Order O-2026-0001: we have your request") in told
    assert len(letters(site.office, "invitation")) == 1
    log = site.visitor(Role.MANAGER).page("/finance/audit")
    assert "Invited Ada Pier" in log


@after(takes_orders)
def test_a_stranger_or_a_nonprofit_never_chooses_the_organization(site: Site) -> None:
    for visitor in (site.stranger(), site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))):
        page = visitor.post(ORDER, WHERE).text
        assert "League Society" not in page
        visitor.post(ORDER, {**WHO, "for": "league"})
    assert orders_of(site) == []
