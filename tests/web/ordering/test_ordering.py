"""Asking for an order without an account: its steps, the price while one types, and the link."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from lxml import html
from werkzeug.test import TestResponse

from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.pricing import Option, PriceRequest, ShipTo
from royalties.domain.people import Role
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import price_of
from royalties.web.core.rate_limits import RateLimiter
from royalties.web.ordering import pages as ordering
from tests.builders.books import HARDCOVER, after
from tests.builders.doors import with_clock
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
    monkeypatch.setattr(ordering, "PACING", RateLimiter(1000))


def typed(visitor: Visitor, form: Mapping[str, Any], at: str = ORDER) -> TestResponse:
    """Send a step's page, and look at the step that it leads to."""
    answer = visitor.post(at, form)
    step = re.fullmatch(rf"({ORDER}[\w-]+/[123](?:\?checked=1)?)(#[\w-]+)?", answer.location or "")
    return visitor.get(step[1]) if step else answer


def amounts(text: str) -> list[str]:
    return re.findall(r"[\d,]+\.\d\d", text)


def orders_of(site: Site) -> list[tuple[Any, ...]]:
    return site.office.rows("SELECT number, state, organization, quantity FROM orders ORDER BY id")


# The steps


@after(takes_orders)
def test_title_page_leads_to_the_order_form(site: Site) -> None:
    stranger = site.stranger()
    assert f'href="{ORDER}"' in stranger.page("/titles/collab")
    assert 'value="custom" checked' in stranger.page(f"{ORDER}?what=custom")


@after(takes_orders)
def test_every_step_carries_what_was_typed_before(site: Site) -> None:
    stranger = site.stranger()
    second = typed(stranger, WHAT)
    assert second.status_code == 200
    form = html.document_fromstring(second.text).xpath("//form[@class='order']")[0]
    assert form.fields["copies"] == "250"
    assert form.fields["to_copies"] == "250", "the only address takes all copies"
    assert form.fields["to_region"] == "WA"
    third = typed(stranger, WHERE)
    assert third.status_code == 200
    assert "200 to Lincoln School, 1 Main St, Seattle WA 98101, United States" in third.text
    again = typed(stranger, {**WHO, "do": "back:1"})
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
    (WHAT, {"country": "Narnia"}, "country", "two letters"),
    (WHAT, {"region": "Was"}, "region", "&#39;Was&#39; is no state or region of the United States"),
    (WHAT, {"region": "Washingtn"}, "region", "Did you mean Washington (WA)?"),
    (WHERE, {"to_copies": ["200", "60"]}, "ship-to", "take 260 copies, and you asked for 250"),
    (WHERE, {"to_street": ["", "9 Pine St"]}, "address-1", "write the street"),
    (WHERE, {"to_region": ["", "WA"]}, "address-1", "the state"),
    (WHERE, {"to_region": ["Was", "WA"]}, "address-1", "is no state or region"),
    (WHERE, {"to_region": ["WA", "OHI"]}, "address-2", "Did you mean Ohio (OH)?"),
    (WHERE, {"to_region": ["Oregon", "WA"]}, "address-1", "lies in Washington (WA), not in Oregon"),
    (WHERE, {"to_country": ["CA", "US"]}, "address-1", "of Canada"),
    (WHO, {"contact_email": "ada"}, "contact_email", "e-mail"),
    (WHO, {"organization": " "}, "organization", "missing"),
    (WHO, {"message": "x\x07"}, "message", "cannot be printed"),
)


@after(takes_orders)
def test_errors_are_shown_at_their_fields_and_typing_kept(site: Site) -> None:
    stranger = site.stranger()
    for sent, change, anchor, words in WRONG:
        answer = typed(stranger, {**sent, **change})
        assert answer.status_code == 422, change
        assert f'href="#{anchor}"' in answer.text, change
        assert words.lower() in answer.text.lower(), change
        assert 'value="Lincoln School"' in answer.text or sent is WHAT
    assert letters(site.office, "order-request") == []


@after(takes_orders)
def test_addresses_are_added_and_removed_without_a_script(site: Site) -> None:
    stranger = site.stranger()
    more = typed(stranger, {**WHERE, "to_copies": ["100", "50"], "do": "add"})
    form = html.document_fromstring(more.text).xpath("//form[@class='order']")[0]
    assert [each.get("value") for each in form.xpath(".//input[@name='to_copies']")] == [
        "100",
        "50",
        "100",
    ]
    less = typed(stranger, {**WHERE, "do": "remove:1"})
    assert "Lincoln School" not in less.text
    assert "Tacoma Chapter" in less.text


# The draft: what was typed is kept at an address of its own


def begun(visitor: Visitor, form: Mapping[str, Any] = WHAT) -> str:
    """Send the first step; returns the address of the second one."""
    answer = visitor.post(ORDER, form)
    assert answer.status_code == 303
    assert answer.location is not None
    assert re.fullmatch(rf"{ORDER}[\w-]{{40,}}/2", answer.location)
    return answer.location


def fields(page: str) -> Any:
    return html.document_fromstring(page).xpath("//form[@class='order']")[0].fields


@after(takes_orders)
def test_draft_survives_back_reload_and_direct_links(site: Site) -> None:
    stranger = site.stranger()
    second = begun(stranger)
    first, third = f"{second[:-1]}1", f"{second[:-1]}3"
    assert fields(stranger.page(first))["copies"] == "250"
    back = stranger.get(f"{ORDER}?what=bulk")
    assert (back.status_code, back.location) == (302, first), "where the browser's Back leads"
    assert 'value="custom" checked' in stranger.page(first)
    assert stranger.post(second, {**WHERE, "do": "next"}).location == third
    assert "200 to Lincoln School" in stranger.page(third)
    assert 'value="Lincoln School"' in stranger.page(second)
    assert "<form" in stranger.page(f"{ORDER}?anew=1")
    assert fields(stranger.page(f"{ORDER}?anew=1"))["copies"] in {"", None}


@after(takes_orders)
def test_step_keeps_what_was_typed_on_other_steps_meanwhile(site: Site) -> None:
    stranger = site.stranger()
    second = begun(stranger)
    stale = {**WHERE, "copies": "100"}
    stranger.post(f"{second[:-1]}1", {**WHAT, "copies": "250"})
    stranger.post(second, stale)
    page = stranger.page(f"{second[:-1]}1")
    assert fields(page)["copies"] == "250", "what another window carried along does not count"


@after(takes_orders)
def test_first_steps_appear_after_their_prerequisites(site: Site) -> None:
    stranger = site.stranger()
    second = begun(stranger)
    early = stranger.get(f"{second[:-1]}3")
    assert (early.status_code, early.location) == (302, f"{second}?checked=1")
    wrong = stranger.get(f"{second}?checked=1")
    assert wrong.status_code == 422
    assert 'href="#address-1"' in wrong.text


@after(takes_orders)
def test_draft_is_shown_only_by_its_address(site: Site) -> None:
    stranger, other = site.stranger(), site.stranger()
    second = begun(stranger)
    assert other.get(second).status_code == 200, "on another device, by the address"
    assert fields(other.page(ORDER))["copies"] in {"", None}, "not without it"
    token = second.split("/")[-2]
    assert site.office.rows("SELECT hash FROM order_draft") != [(token,)]
    assert site.office.rows("SELECT * FROM order_draft WHERE hash = :token", token=token) == []
    for path in (second.replace(token, "x" * len(token)), second.replace("collab", "atlas")):
        assert other.get(path).status_code in {302, 404}
    olga = guild(site, "guild")
    hers = begun(olga)
    assert olga.get(hers).status_code == 200
    for visitor in (stranger, site.visitor(Role.CLERK)):
        assert visitor.get(hers).status_code == 302
        visitor.post(hers, {**WHERE, "to_name": ["Thief", "Thief"]})
    assert "Thief" not in olga.page(hers)


@after(takes_orders)
def test_draft_ends_when_sent_discarded_or_abandoned(site: Site) -> None:
    clock, stranger = with_clock(site), site.stranger()
    second = begun(stranger)
    third = f"{second[:-1]}3"
    stranger.post(second, WHERE)
    assert stranger.post(third, WHO).location == f"{ORDER}sent"
    gone = stranger.get(third)
    assert (gone.status_code, gone.location) == (302, ORDER)
    assert "was sent already, thrown away, or left" in stranger.page(ORDER)
    away = begun(stranger)
    assert "kept at this page" in stranger.page(away)
    assert stranger.post(away, {"do": "forget"}).location == ORDER
    assert site.office.rows("SELECT * FROM order_draft") == []
    left = begun(stranger)
    clock.later(days=14, seconds=1)
    assert stranger.get(left).status_code == 302
    lost = stranger.post(left, {**WHERE, "step": "2"})
    assert lost.status_code == 303
    assert 'value="Lincoln School"' in stranger.page((lost.location or "")[:-1] + "2")
    assert len(site.office.rows("SELECT * FROM order_draft")) == 1, "the one before is swept"


@pytest.mark.thorough("attacks")
@after(takes_orders)
def test_number_of_drafts_per_network_is_limited(site: Site) -> None:
    stranger = site.stranger()
    answers = [stranger.post(f"{ORDER}?anew=1", WHAT).status_code for _ in range(61)]
    assert answers == [303] * 60 + [429]


# The price


@after(takes_orders)
def test_displayed_price_is_that_of_the_services(site: Site) -> None:
    ship_to = (ShipTo(200, "US-WA"), ShipTo(50, "US-WA"))
    asked = PriceRequest(OrderKind.CUSTOM, ship_to, (Option.LOGO_ON_COVER,), rush=True)
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
    plain = typed(site.stranger(), {**WHERE, "rush": "1", "do": "price"})
    assert (
        amounts(shown)
        == amounts(plain.text[plain.text.index('id="price"') :])[: len(amounts(shown))]
    ), "the same without a script"


@after(takes_orders)
def test_the_price_says_when_more_copies_cost_less(site: Site) -> None:
    answer = typed(site.stranger(), {**WHAT, "kind": "bulk", "copies": "90", "do": "price"})
    assert "100 copies cost less in all" in answer.text


@after(takes_orders)
def test_missing_price_is_explained(site: Site) -> None:
    stranger = site.stranger()
    for copies, words in (("", "Write how many"), ("x", "as a number"), ("3", "begin at 10")):
        answer = stranger.post(f"{ORDER}price", {**WHAT, "copies": copies})
        assert answer.json is not None
        assert words in answer.json["html"]


@after(takes_orders)
def test_delivery_estimate_shows_its_parts_and_lateness(site: Site) -> None:
    shown = typed(site.stranger(), {**WHAT, "need_by": "2026-08-31", "do": "price"}).text
    # Thursday 20 August: 3 days for the proof, 10 for production, 5 on the way
    assert "Earliest delivery: Sep 15, 2026" in shown
    for part in ("3 working days", "your time", "10 working days", "5 working days"):
        assert part in shown
    assert "That is after Aug 31, 2026" in shown
    assert "With rush" not in shown, "rush would be too late as well"
    later = typed(site.stranger(), {**WHAT, "need_by": "2026-09-04", "do": "price"}).text
    assert "With rush they would be there Sep 1, 2026" in later


@after(takes_orders)
def test_price_requests_store_nothing_and_are_throttled(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "PACING", RateLimiter(3))
    stranger, before = site.stranger(), site.office.hashes()
    found = [stranger.post(f"{ORDER}price", WHAT).status_code for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert site.office.hashes() == before
    bare = stranger.client.post(f"{ORDER}price", data=WHAT, base_url="http://localhost:8000")
    assert bare.status_code == 400, "without its token"


def test_throttle_counts_per_network_and_minute() -> None:
    now = [0.0]
    pacing = RateLimiter(2, lambda: now[0])
    assert [pacing.admits("a") for _ in range(3)] == [True, True, False]
    assert pacing.admits("b")
    now[0] = 61
    assert pacing.admits("a")


@after(takes_orders)
def test_title_without_a_price_can_be_ordered(site: Site) -> None:
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
        assert typed(stranger, {**WHAT, **change}).status_code == 422
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
    answer = typed(site.stranger(), {**WHO, **change})
    assert (answer.status_code, answer.location) == (303, f"{ORDER}sent")
    recipient, _, text = letters(site.office, "order-request")[-1]
    assert recipient == change.get("contact_email", "ada@example.org")
    found = re.search(r"/requests/\S+", text)
    assert found
    return found[0]


@after(takes_orders)
def test_strangers_request_creates_organization_and_order(site: Site) -> None:
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
def test_request_with_an_account_only_needs_confirmation(site: Site) -> None:
    somebody(site.office, "Olga Orr", Role.ORGANIZATION, "guild")
    link = sent(site, contact_email="olga.orr@example.org")
    page = site.stranger().page(link)
    assert 'name="new"' not in page
    answer = site.stranger().post(link)
    [(number_, _, key, _)] = orders_of(site)
    assert key == "guild"
    assert answer.location == f"/account/sign-in?next=/organization/orders/{number_}"


@after(takes_orders)
def test_bot_gets_the_same_answer_and_nothing_is_stored(site: Site) -> None:
    before = site.office.hashes("attempt")
    answer = typed(site.stranger(), {**WHO, "website": "https://spam.example"})
    assert (answer.status_code, answer.location) == (303, f"{ORDER}sent")
    assert site.office.hashes("attempt") == before


@after(takes_orders)
def test_requests_are_throttled(site: Site) -> None:
    answers = [typed(site.stranger(), WHO) for _ in range(4)]
    assert [each.status_code for each in answers] == [303, 303, 303, 429]
    assert 'value="Ada Pier"' in answers[-1].text, "nothing typed is lost"
    assert len(letters(site.office, "order-request")) == 3


# Who is known already


def guild(site: Site, *keys: str) -> Visitor:
    return site.signed_in(somebody(site.office, "Olga Orr", Role.ORGANIZATION, *keys))


@after(takes_orders)
def test_signed_in_organization_orders_at_once(site: Site) -> None:
    olga = guild(site, "guild")
    third = typed(olga, WHERE)
    assert 'value="Olga Orr"' in third.text
    assert "Guild Society" in third.text
    answer = typed(olga, {**WHERE, "step": "3", "do": "send"})
    [(number_, state, key, _)] = orders_of(site)
    assert (state, key) == ("requested", "guild")
    assert answer.location == f"/organization/orders/{number_}"
    assert letters(site.office, "order-request") == []


@after(takes_orders)
def test_user_of_several_organizations_chooses_one_of_them(site: Site) -> None:
    olga = guild(site, "guild", "league")
    assert '<option value="league"' in typed(olga, WHERE).text
    form = {**WHERE, "step": "3", "do": "send"}
    assert typed(olga, {**form, "for": "league"}).status_code == 303
    assert orders_of(site)[0][2] == "league"
    lea = site.signed_in(somebody(site.office, "Lea Low", Role.ORGANIZATION, "league"))
    assert typed(lea, {**form, "for": "guild"}).status_code == 303
    assert orders_of(site)[1][2] == "league", "another's is not theirs to choose"


@after(takes_orders)
def test_title_not_offered_has_no_order_form(site: Site) -> None:
    setup = order_setup()
    titles = [{**each, "bulk": False, "custom": False} for each in setup["titles"]]
    site.office.load({"titles": titles})
    for path in (ORDER, f"{ORDER}sent"):
        assert site.stranger().get(path).status_code == 404
    assert site.stranger().post(f"{ORDER}price", WHAT).status_code == 404
    assert typed(site.stranger(), WHO).status_code == 404


# The staff, for an organization that called


@after(takes_orders)
def test_staff_enters_telephone_orders(site: Site) -> None:
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
    answer = typed(clerk, entered)
    assert answer.status_code == 422
    assert 'href="#for"' in answer.text
    answers = [typed(clerk, {**entered, "for": "league"}) for _ in range(2)]
    assert {each.location for each in answers} == {"/finance/orders/O-2026-0001"}
    assert orders_of(site) == [("O-2026-0001", "requested", "league", 250)]
    history = clerk.page("/finance/orders/O-2026-0001")
    assert clerk.actor.name in history
    assert "Entered it" in history
    assert "league@example.com" in history, "the organization's own address is asked"
    assert letters(site.office) == [], "nobody is told unless the staff says so"


@after(takes_orders)
def test_staff_enters_an_order_of_a_new_organization(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    entered = {**WHO, "for": "+", "tell": "1", "token": "t-1"}
    for change, field in (
        ({"organization": ""}, "organization"),
        ({"organization": "LEAGUE  society"}, "organization"),
        ({"contact_email": ""}, "contact_email"),
        ({"for": "nobody"}, "for"),
    ):
        answer = typed(clerk, {**entered, **change})
        assert answer.status_code == 422, change
        assert f'href="#{field}"' in answer.text, change
    assert orders_of(site) == []
    for _ in range(2):
        assert typed(clerk, entered).location == "/finance/orders/O-2026-0001"
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
def test_strangers_and_nonprofits_cannot_choose_the_organization(site: Site) -> None:
    for visitor in (site.stranger(), site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))):
        page = typed(visitor, WHERE).text
        assert "League Society" not in page
        typed(visitor, {**WHO, "for": "league"})
    assert orders_of(site) == []


# Places: what is typed as a name is the state, and its tax is charged


@after(takes_orders)
@pytest.mark.parametrize("typed", ["Washington", "wash.", "US-WA", "State of Washington", "ＷＡ"])
def test_the_tax_of_a_state_is_charged_however_the_state_is_typed(site: Site, typed: str) -> None:
    stranger = site.stranger()
    shown = stranger.post(f"{ORDER}price", {**WHAT, "region": typed}).json
    by_code = stranger.post(f"{ORDER}price", WHAT).json
    assert shown == by_code
    assert shown is not None
    assert "Sales tax Washington" in shown["html"]
    clerk = site.visitor(Role.CLERK)
    sent = {**WHO, "to_region": [typed, typed], "to_country": ["United States", "usa"]}
    known = {**sent, "organization": "", "contact_name": "", "contact_email": "", "for": "guild"}
    assert clerk.post(ORDER, known).status_code == 303
    [(ship_to,)] = site.office.rows("SELECT ship_to FROM orders")
    assert [(each["country"], each["region"]) for each in json.loads(ship_to)] == [("US", "WA")] * 2
    with site.office.work(read_only=True) as work:
        quote = quotes.draft_quote(work, "O-2026-0001")
    assert [line.place for line in quote.lines if line.kind == "tax"] == ["US-WA"]


@after(takes_orders)
def test_form_lists_all_countries_and_regions(site: Site) -> None:
    stranger = site.stranger()
    for sent, fields in ((WHAT, {"region", "country"}), (WHERE, {"to_region", "to_country"})):
        body = {**sent, "do": "price", "country": "CA"}
        answer = stranger.post(ORDER, body, follow_redirects=True)
        form = html.document_fromstring(answer.text).xpath("//form[@class='order']")[0]
        named = {each.get("name"): each for each in form.xpath(".//input|.//select")}
        assert fields <= named.keys()
        for each in form.xpath(".//select[contains(@name, 'country')]"):
            assert len(each.xpath("option")) == 251, "every country, and none"
            box = form.xpath(f".//input[@id='{each.get('data-regions')}']")[0]
            assert int(box.get("maxlength")) >= 100
            listed = form.xpath(f".//datalist[@id='{box.get('list')}']/option/@value")
            chosen = each.xpath("option[@selected]/@value")
            assert chosen[0] in box.get("list")
            assert ("QC" if chosen == ["CA"] else "WA") in listed
    assert (stranger.get("/regions/CA").json or [])[0] == ["AB", "Alberta"]


@after(takes_orders)
def test_unknown_country_is_kept_in_the_form_and_refused(site: Site) -> None:
    body = {**WHERE, "to_country": ["US", "Narnia"]}
    answer = site.stranger().post(ORDER, body, follow_redirects=True)
    assert answer.status_code == 422
    assert '<option value="Narnia" selected>Narnia</option>' in answer.text
