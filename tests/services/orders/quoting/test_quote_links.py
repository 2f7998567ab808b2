"""The link that opens a quote: what it opens, for how long, and what it never opens."""

import re
from dataclasses import replace

import pytest

from royalties.adapters.credentials import fingerprint
from royalties.domain.orders.life import State
from royalties.domain.people import ANONYMOUS, NotAllowedError, Role
from royalties.services.orders import life, messages
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.billing.settling import cancel
from royalties.services.orders.intake import customer_orders, requests
from royalties.services.orders.quoting import links as quote_links
from royalties.services.orders.quoting import quotes
from royalties.services.people.links import DeadLinkError
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.doors import Clock
from tests.builders.orders import (
    REQUESTED,
    letters,
    order_of,
    quoted,
    requested,
    somebody,
    takes_orders,
)
from tests.services.orders.intake.test_requests import clock

__all__ = ["clock"]

OURS, THEIRS, ASKED = "O-2026-0001", "O-2026-0002", "O-2026-0003"


def two_quotes(office: Office) -> None:
    """A quote of the guild and one of the league; the guild has asked for more."""
    takes_orders(office)
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    lena = somebody(office, "Lena", Role.ORGANIZATION, "league")
    assert quoted(office, olga) == OURS
    assert quoted(office, lena, replace(REQUESTED, contact_email="lena@example.org")) == THEIRS
    assert requested(office, olga).number == ASKED


pytestmark = after(two_quotes)


def token_of(office: Office, number: str = OURS, place: int = -1) -> str:
    """What the newest e-mail about an order's quote holds."""
    texts = [text for _, subject, text in letters(office, "order") if number in subject]
    found = [re.search(r"/quotes/(\S+)", text) for text in texts]
    return [each[1] for each in found if each][place]


def opened(office: Office, token: str) -> tuple[str, int]:
    with office.system.work(ANONYMOUS, read_only=True) as work:
        found = quote_links.find(work, token)
    return found.order.number, found.version


def is_dead(office: Office, token: str) -> bool:
    try:
        opened(office, token)
    except DeadLinkError:
        return True
    return False


def test_quote_link_opens_only_its_order(office: Office, clock: Clock) -> None:
    token = token_of(office)
    assert opened(office, token) == (OURS, 1)
    assert opened(office, token_of(office, THEIRS)) == (THEIRS, 1)
    assert token not in str(office.rows("SELECT * FROM quote_link"))
    assert office.rows("SELECT count(*) FROM quote_link WHERE hash = :h", h=fingerprint(token)) == [
        (1,)
    ]
    with office.system.work(ANONYMOUS) as work:
        linked = quote_links.find(work, token).work
        assert life.find(linked, OURS) is not None
        for number in (THEIRS, ASKED):
            assert life.find(linked, number) is None, number
            with pytest.raises(RefusedError):
                quotes.accept_quote(linked, number, name="Mallory")
            with pytest.raises(RefusedError):
                quotes.quote_paper(linked, number, 1, "pdf")
            with pytest.raises(RefusedError):
                messages.post(linked, number, "Hello")
        assert customer_orders.listed(linked) == ([], False)
        assert customer_orders.invoices(linked) == ([], False)
        assert invoicing.invoices(linked, OURS) == []
        assert receivables.aging(linked, linked.today) == []
        with pytest.raises(RefusedError):
            receivables.statement_of_account(linked, "guild")
        with pytest.raises(RefusedError):
            requests.request_order(linked, REQUESTED, "guild")
        with pytest.raises(NotAllowedError):
            quotes.issue_quote(linked, OURS)
    assert is_dead(office, token[:-1])
    assert is_dead(office, "")


def test_a_quote_is_accepted_by_its_link_and_a_name_alone(office: Office, clock: Clock) -> None:
    token = token_of(office)
    with office.system.work(ANONYMOUS) as work, pytest.raises(RefusedError, match="signs"):
        quotes.accept_quote(quote_links.find(work, token).work, OURS, name=" ")
    with office.system.work(ANONYMOUS) as work:
        linked = quote_links.find(work, token)
        quotes.accept_quote(linked.work, OURS, name="Olga Orr", quote_version=linked.version)
    found = order_of(office, OURS)
    assert (found.state, found.accepted_by) == (State.ACCEPTED, "Olga Orr")
    [(by, side)] = office.rows(
        "SELECT by, side FROM order_event WHERE action = 'accept' ORDER BY place"
    )
    assert (by, side) == ("the link sent to olga@example.org", "organization")
    assert is_dead(office, token), "it was answered"


@pytest.mark.parametrize("how", ["replaced", "declined", "cancelled", "expired", "asked"])
def test_quote_link_expires_with_its_quote(office: Office, clock: Clock, how: str) -> None:
    token = token_of(office)
    with office.work() as work:
        match how:
            case "replaced":
                quotes.issue_quote(work, OURS)
            case "declined":
                life.decline(work, OURS, "Too late")
            case "cancelled":
                cancel(work, OURS, "Off", order_of(office, OURS).version)
            case "expired":
                clock.later(days=200)
            case _:
                linked = quote_links.find(replace(work, actor=ANONYMOUS), token)
                customer_orders.ask_another_quote(linked.work, OURS, "Please 300 copies")
    assert is_dead(office, token)
    if how == "replaced":
        assert opened(office, token_of(office)) == (OURS, 2)


def test_asking_for_a_change_makes_the_order_wait_for_staff(office: Office, clock: Clock) -> None:
    token = token_of(office)
    with office.system.work(ANONYMOUS) as work:
        linked = quote_links.find(work, token)
        with pytest.raises(RefusedError, match="say what"):
            customer_orders.ask_another_quote(linked.work, OURS, "  ")
        customer_orders.ask_another_quote(linked.work, OURS, "Please 300 copies,\nand in June")
    assert order_of(office, OURS).state is State.REQUESTED
    to, subject, text = letters(office, "order")[-1]
    assert to == "desk@example.com"
    assert subject == f"Order {OURS}: Guild Society asks for another quote"
    assert "Please 300 copies,\nand in June" in text
    with office.work(read_only=True) as work:
        said = messages.messages(work, order_of(office, OURS))
    assert [each.text for each in said] == ["Please 300 copies,\nand in June"]
    with office.work() as work:
        assert quotes.issue_quote(work, OURS).version == 2
