"""Quotes: live prices, frozen versions, acceptance and expiry, and their files made once."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from royalties.domain.orders import pricing
from royalties.domain.orders.life import OrderKind, State
from royalties.domain.orders.papers import QuoteShown
from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services.approvals import SecondPersonError
from royalties.services.desk.jobs import WORKER
from royalties.services.orders import life
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import Edits
from royalties.services.work import RefusedError
from tests.builders.books import HARDCOVER, Office, a_title, after
from tests.builders.doors import Clock
from tests.builders.orders import (
    CUSTOM,
    REQUESTED,
    a_price_list,
    accepted,
    history,
    letters,
    order_setup,
    quoted,
    requested,
    somebody,
    takes_orders,
)
from tests.services.racing import Racers, Task

pytestmark = after(takes_orders)

CLERK = Actor("Cleo", Role.CLERK)
ASKED = pricing.PriceRequest(OrderKind.BULK, (pricing.ShipTo(250, "US-WA"),))
CHECKED = "Quotes, and files issued of orders, are as they were issued (I16)"


@pytest.fixture
def clock(office: Office) -> Clock:
    clock = Clock()
    office.system = replace(office.system, clock=clock)
    return clock


@pytest.fixture
def olga(office: Office) -> Actor:
    return somebody(office, "Olga Orr", Role.ORGANIZATION, "guild")


def issue(office: Office, number: str, edits: Edits | None = None, **more: Any) -> QuoteShown:
    with office.system.work(CLERK) as work:
        return quotes.issue_quote(work, number, edits=edits, **more)


def accept(office: Office, actor: Actor, number: str, **more: Any) -> life.Order:
    with office.system.work(actor) as work:
        return quotes.accept_quote(work, number, **{"name": "Olga Orr", **more})


def versions(office: Office, actor: Actor, number: str) -> list[quotes.IssuedQuote]:
    with office.system.work(actor, read_only=True) as work:
        order = life.find(work, number)
        assert order is not None
        return quotes.quotes(work, order)


def state(office: Office, number: str) -> str:
    return str(office.rows("SELECT state FROM orders WHERE number = :n", n=number)[0][0])


def price(office: Office, actor: Actor = ANONYMOUS, **changes: Any) -> pricing.Quote:
    given: dict[str, Any] = {"title": "collab", "isbn": HARDCOVER, "asked": ASKED} | changes
    with office.system.work(actor, read_only=True) as work:
        return quotes.price_of(work, given["title"], given["isbn"], given["asked"])


# What it would cost


def test_anybody_can_ask_for_an_estimate(office: Office) -> None:
    found = price(office)
    list_price = found.lines[0].unit / Fraction(60, 100)
    assert [line.amount for line in found.lines] == [
        int(list_price * 150),
        8_250,
        (int(list_price * 150) + 5) // 10,
    ]
    assert found.total == sum(line.amount for line in found.lines)
    assert office.faults() == {}


def test_title_not_offered_has_no_estimate(office: Office, olga: Actor) -> None:
    hidden = order_setup()
    hidden["titles"] = [{**each, "public": False, "custom": False} for each in hidden["titles"]]
    office.load(hidden)
    with pytest.raises(RefusedError, match="cannot be ordered this way"):
        price(office)
    assert price(office, olga).total
    with pytest.raises(RefusedError, match="cannot be ordered this way"):
        price(office, olga, asked=replace(ASKED, kind=OrderKind.CUSTOM))
    assert price(office, CLERK, asked=replace(ASKED, kind=OrderKind.CUSTOM)).total
    with pytest.raises(RefusedError, match="cannot be ordered this way"):
        price(office, title="nothing")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"isbn": "9780000000002"}, "no printed edition"),
        ({"asked": replace(ASKED, ship_to=(pricing.ShipTo(9, "US"),))}, "begin at 10 copies"),
        ({"asked": replace(ASKED, ship_to=())}, "at least one copy"),
        (
            {"asked": replace(ASKED, kind=OrderKind.CUSTOM, options=(pricing.Option.STICKER,))},
            "sticker is not offered",
        ),
    ],
)
def test_refused_estimate_says_why(office: Office, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        price(office, **changes)


def test_edition_without_price_in_the_lists_currency_is_refused(office: Office) -> None:
    setup = order_setup()
    setup["price_lists"] = [{**a_price_list(), "currency": "GBP"}]
    office.load(setup)
    with pytest.raises(RefusedError, match="has no GBP price"):
        price(office)


def test_title_with_its_own_price_list_uses_it(office: Office) -> None:
    dear = {**a_price_list(discounts=[]), "key": "dear", "titles": ["collab"]}
    office.load({"price_lists": [dear]})
    assert price(office).lines[0].why == "list price"


def test_nothing_can_be_ordered_without_a_price_list(office: Office) -> None:
    setup = order_setup()
    only = {**a_price_list(), "titles": ["other"]}
    setup["titles"].append(a_title("other"))
    office.load({**setup, "price_lists": [only]})
    with pytest.raises(RefusedError, match="no price list is for the title"):
        price(office)


# A quote is issued


def test_quote_is_complete_and_frozen(office: Office, olga: Actor) -> None:
    number = requested(office, olga).number
    shown = issue(office, number)
    (kept,) = versions(office, olga, number)
    assert kept.shown == shown
    assert shown.number == f"{number}/1"
    assert shown.total == sum(line.amount for line in shown.lines) == kept.total
    assert shown.deposit == kept.deposit == (shown.total + 1) // 2
    assert shown.valid_until - shown.dated == timedelta(days=30)
    assert shown.organization.name == "Guild Society"
    assert [each.copies for each in shown.ship_to] == [200, 50]
    assert shown.goods.options == ("logo on cover",)
    assert shown.net_terms
    assert "approved a proof" in " ".join(shown.terms)
    assert "Washington" in shown.tax_note
    assert state(office, number) == "quoted"
    assert history(office, number)[-1][1:] == ("quote", "quoted")


def test_second_quote_version_does_not_change_the_first(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    (first,) = versions(office, olga, number)
    agreed = Edits(
        discount=Fraction(1, 2),
        charges=(pricing.AgreedCharge("Matched colour", 4_000),),
        extra_proofs=0,
        valid_until=date(2025, 12, 1),
        note="As we said on Monday.",
    )
    with office.system.work(CLERK) as work:
        agreed = replace(agreed, valid_until=work.today + timedelta(days=3))
    with office.system.work(CLERK) as work, pytest.raises(SecondPersonError):
        quotes.issue_quote(work, number, edits=agreed)  # 50 % is more than the list takes off
    with office.work() as work:
        second = quotes.issue_quote(work, number, edits=agreed)
    assert second.lines[0].why.endswith("less 50 % as agreed")
    assert second.note == "As we said on Monday."
    assert ("Matched colour", 4_000) in {(line.words, line.amount) for line in second.lines}
    newest, older = versions(office, olga, number)
    assert (older.shown, older.fingerprint) == (first.shown, first.fingerprint)
    assert (newest.version, newest.valid, older.valid) == (2, True, False)
    assert newest.valid_until == agreed.valid_until


def test_a_quote_keeps_its_prices_when_the_list_changes(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    before = versions(office, olga, number)
    office.load({"price_lists": [a_price_list(discounts=[], deposit="0")]})
    assert versions(office, olga, number) == before
    assert issue(office, number).total > before[0].total


def test_draft_quote_stores_nothing(office: Office, olga: Actor) -> None:
    number = requested(office, olga).number
    before = office.hashes()
    with office.system.work(CLERK, read_only=True) as work:
        shown = quotes.draft_quote(work, number, Edits(discount=Fraction(1, 4)))
    assert office.hashes() == before
    assert issue(office, number, Edits(discount=Fraction(1, 4))).lines == shown.lines


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (Edits(discount=Fraction(11, 10)), "between 0 and 100"),
        (Edits(discount=Fraction(-1, 10)), "between 0 and 100"),
        (Edits(charges=(pricing.AgreedCharge("", 100),)), "say what"),
        (Edits(charges=(pricing.AgreedCharge("x" * 201, 100),)), "shorten it to 200"),
        (Edits(charges=(pricing.AgreedCharge("Rebate", -100),)), "no charge"),
        (Edits(charges=(pricing.AgreedCharge("Nothing", 0),)), "no charge"),
        (Edits(charges=(pricing.AgreedCharge("More", 1),) * 21), "at most 20"),
        (Edits(extra_proofs=-1), "from 0 up"),
        (Edits(note="x" * 2001), "shorten it to 2000"),
        (Edits(note="a\x07b"), "cannot be printed"),
        (Edits(valid_until=date(2020, 1, 1)), "from today on"),
        (Edits(valid_until=date(2999, 1, 1)), "for a year at most"),
    ],
)
def test_invalid_quote_edits_are_refused(
    office: Office, olga: Actor, edits: Edits, said: str
) -> None:
    number = requested(office, olga).number
    before = office.hashes()
    with pytest.raises(RefusedError, match=said):
        issue(office, number, edits)
    assert office.hashes() == before


def test_only_staff_quotes_and_only_the_organization_accepts(office: Office, olga: Actor) -> None:
    number = requested(office, olga).number
    for actor in (olga, ANONYMOUS, Actor("Nora", Role.NONPROFIT)):
        with pytest.raises(NotAllowedError), office.system.work(actor) as work:
            quotes.issue_quote(work, number)
        with pytest.raises(NotAllowedError), office.system.work(actor) as work:
            quotes.draft_quote(work, number)
    issue(office, number)
    for actor in (CLERK, ANONYMOUS):
        with pytest.raises(NotAllowedError):
            accept(office, actor, number)


def test_quote_of_another_organization_is_not_found(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    other = somebody(office, "Lou", Role.ORGANIZATION, "league")
    with pytest.raises(RefusedError, match=f"no order {number}"):
        accept(office, other, number)
    with office.system.work(other, read_only=True) as work:
        assert life.find(work, number) is None
        with pytest.raises(RefusedError, match=f"no quote {number}/1"):
            quotes.quote_paper(work, number, 1, "pdf")


# It is accepted, or expires


def test_acceptance_records_name_purchase_order_and_version(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    order = accept(office, olga, number, name="  Olga   Orr ", po_number=" PO 7 ")
    assert order.state is State.ACCEPTED
    assert (order.accepted_by, order.po_number, order.quote_version) == ("Olga Orr", "PO 7", 1)
    assert order.promised_on is not None
    with office.system.work(olga, read_only=True) as work:
        kept = quotes.accepted_quote(work, order)
    assert kept == versions(office, olga, number)[0].shown
    with pytest.raises(RefusedError, match="accept is not possible"):
        accept(office, olga, number)
    with pytest.raises(RefusedError, match="quote is not possible"):
        issue(office, number)


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": " "}, "signs with a name"),
        ({"name": "x" * 201}, "shorten it to 200"),
        ({"po_number": "x" * 101}, "shorten it to 100"),
        ({"name": "Olga\x00"}, "take it out"),
    ],
)
def test_acceptance_needs_a_name(
    office: Office, olga: Actor, more: dict[str, str], said: str
) -> None:
    number = quoted(office, olga)
    with pytest.raises(RefusedError, match=said):
        accept(office, olga, number, **more)
    assert state(office, number) == "quoted"


def test_only_the_newest_version_is_accepted(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    seen = office.rows("SELECT version FROM orders")[0][0]
    issue(office, number)
    with pytest.raises(RefusedError, match=f"replaced by {number}/2"):
        accept(office, olga, number, quote_version=1)
    with pytest.raises(life.ChangedMeanwhileError):
        accept(office, olga, number, version=seen)
    assert accept(office, olga, number, quote_version=2).quote_version == 2


def test_quote_is_valid_until_the_end_of_its_last_day(
    office: Office, olga: Actor, clock: Clock
) -> None:
    number = quoted(office, olga)
    clock.later(days=30)
    with office.system.work(WORKER) as work:
        assert quotes.expire_quotes(work) == []
    assert versions(office, olga, number)[0].valid
    clock.later(days=1)
    assert not versions(office, olga, number)[0].valid
    with pytest.raises(RefusedError, match="this needs a quote that is still valid"):
        accept(office, olga, number)
    with office.system.work(WORKER) as work:
        assert quotes.expire_quotes(work) == [number]
        assert quotes.expire_quotes(work) == []
    assert history(office, number)[-1] == ("the calendar", "expire", "expired")
    with pytest.raises(RefusedError):
        accept(office, olga, number)
    issue(office, number)
    assert accept(office, olga, number).quote_version == 2


def test_a_longer_second_version_does_not_expire_with_the_first(
    office: Office, olga: Actor, clock: Clock
) -> None:
    number = quoted(office, olga)
    until = versions(office, olga, number)[0].valid_until + timedelta(days=60)
    issue(office, number, Edits(valid_until=until))
    clock.later(days=40)
    with office.system.work(WORKER) as work:
        assert quotes.expire_quotes(work) == []
    assert accept(office, olga, number).state is State.ACCEPTED


def issue_there(office: Office, number: str) -> int:
    """What one process does."""
    with office.work() as work:
        return quotes.issue_quote(work, number).version


def accept_there(office: Office, number: str, actor: Actor, version: int) -> str:
    with office.system.work(actor) as work:
        return quotes.accept_quote(work, number, name=actor.name, version=version).state.value


def test_concurrent_quotes_become_two_versions(office: Office, olga: Actor, racers: Racers) -> None:
    number = requested(office, olga).number
    config = office.system.config
    where = (config.database_url, Path(config.home).parent)
    outcomes = racers.race(*[Task(*where, issue_there, (number,)) for _ in range(2)])
    assert sorted(str(each.value) for each in outcomes) == ["1", "2"], outcomes
    assert [each.version for each in versions(office, olga, number)] == [2, 1]


def test_concurrent_acceptances_accept_once_and_refuse_the_other(
    office: Office, olga: Actor, racers: Racers
) -> None:
    number = quoted(office, olga)
    seen = office.rows("SELECT version FROM orders")[0][0]
    config = office.system.config
    where = (config.database_url, Path(config.home).parent)
    task = Task(*where, accept_there, (number, olga, seen))
    outcomes = racers.race(task, task)
    assert sorted(each.done for each in outcomes) == [False, True], outcomes
    assert next(each for each in outcomes if not each.done).told
    assert [each[1] for each in history(office, number)].count("accept") == 1


def test_a_bulk_order_is_quoted_without_proofs(office: Office, olga: Actor) -> None:
    number = quoted(office, olga, REQUESTED)
    (kept,) = versions(office, olga, number)
    assert not any("proof" in each for each in kept.shown.terms)
    assert "make ready" in kept.shown.delivery
    assert accepted(office, olga, replace(CUSTOM, rush=True))


def test_worker_reminds_of_quotes_and_expires_them(
    office: Office, olga: Actor, clock: Clock
) -> None:
    number = quoted(office, olga)
    clock.later(days=28)
    for reminded in (1, 0):
        with office.system.work(WORKER) as work:
            assert quotes.run_calendar(work) == reminded
    assert state(office, number) == "quoted"
    clock.later(days=3)
    with office.system.work(WORKER) as work:
        assert quotes.run_calendar(work) == 1
    assert state(office, number) == "expired"


def withdraw(office: Office, number: str, reason: str = "A wrong price", **more: Any) -> life.Order:
    with office.system.work(CLERK) as work:
        return quotes.withdraw_quote(work, number, reason, **more)


def test_withdrawn_quote_cannot_be_accepted_and_the_next_one_can(
    office: Office, olga: Actor
) -> None:
    number = quoted(office, olga)
    withdraw(office, number)
    assert state(office, number) == "requested"
    assert [each.valid for each in versions(office, olga, number)] == [False]
    with pytest.raises(RefusedError, match="not possible while the order is requested"):
        accept(office, olga, number)
    told = [text for to, _, text in letters(office) if to == "olga.orr@example.org"]
    assert "A wrong price" in told[-1]
    assert history(office, number)[-1][1:] == ("withdraw-quote", "requested")
    assert issue(office, number).version == 2
    accept(office, olga, number)
    assert office.faults() == {}


def test_quote_is_withdrawn_only_while_it_stands_and_with_a_reason(
    office: Office, olga: Actor
) -> None:
    number = quoted(office, olga)
    with pytest.raises(RefusedError, match="say why"):
        withdraw(office, number, " ")
    issue(office, number)
    with pytest.raises(RefusedError, match=f"was replaced by {number}/2"):
        withdraw(office, number, quote_version=1)
    accept(office, olga, number)
    with pytest.raises(RefusedError, match="not possible while the order is accepted"):
        withdraw(office, number)
    assert state(office, number) == "accepted"


def test_organization_cannot_withdraw_a_quote(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    with pytest.raises(NotAllowedError), office.system.work(olga) as work:
        quotes.withdraw_quote(work, number, "Mine")
