"""A request becomes an order: by a link, an account and an organization, or at once."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.orders.life import State
from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role, Verb
from royalties.services import approvals
from royalties.services.orders import life, second_person
from royalties.services.orders.intake import requests
from royalties.services.orders.intake.manual_entry import enter_order
from royalties.services.orders.intake.requests import (
    BadRequestError,
    OpenedRequest,
    Requested,
    TooOftenError,
)
from royalties.services.orders.life import NoOrderError
from royalties.services.people.links import DeadLinkError
from royalties.services.people.names import BadNameError
from royalties.services.people.staff import invite
from royalties.services.work import RefusedError, Work
from tests.builders.books import CrashError, Office, after
from tests.builders.doors import Clock
from tests.builders.orders import (
    CUSTOM,
    REQUESTED,
    SCHOOL,
    history,
    letters,
    requested,
    somebody,
    takes_orders,
)
from tests.builders.site import CHEAP, PASSWORD
from tests.services.racing import Racers, Task

pytestmark = after(takes_orders)

ADDRESS = "203.0.113.7"


@pytest.fixture
def clock(office: Office) -> Clock:
    """A clock that can be moved, and passwords that cost nothing."""
    clock = Clock()
    office.system = replace(office.system, clock=clock, credentials=CHEAP)
    return clock


def ask(office: Office, body: Requested = REQUESTED, address: str = ADDRESS) -> str:
    """The text of the link that a stranger is sent."""
    with office.system.work(ANONYMOUS) as work:
        requests.ask_for(work, body, address)
    recipient, _, text = letters(office, "order-request")[-1]
    assert recipient == body.contact_email.strip().lower()
    found = re.search(r"http://localhost:8000/requests/(\S+)", text)
    assert found, text
    return found[1]


def open_link(office: Office, token: str, name: str = "Olga Orr", **more: Any) -> OpenedRequest:
    with office.system.work(ANONYMOUS) as work:
        return requests.open_request(work, token, name, more.get("password", PASSWORD))


def orders_of(office: Office) -> list[tuple[Any, ...]]:
    return office.rows("SELECT number, organization, state, quantity FROM orders ORDER BY id")


# A stranger


def test_confirmation_link_creates_account_organization_and_order(
    office: Office, clock: Clock
) -> None:
    token = ask(office)
    assert orders_of(office) == []
    assert "olga@example.org" not in str(office.rows("SELECT email FROM person"))
    with office.system.work(ANONYMOUS) as work:
        pending = requests.find(work, token)
    assert pending.needs_account
    assert pending.body == REQUESTED
    opened = open_link(office, token)
    assert opened.begun is not None
    assert not opened.begun.is_full
    assert orders_of(office) == [("O-2026-0001", "lincoln-schools-2026-0001", "requested", 250)]
    assert office.rows(
        "SELECT p.name, p.role, p.status, m.organization FROM person p "
        "JOIN organization_member m ON m.person_id = p.id"
    ) == [("Olga Orr", "organization", "active", "lincoln-schools-2026-0001")]
    with office.work() as work:
        order = life.find(work, "O-2026-0001")
        assert order is not None
        assert order.ship_to == REQUESTED.ship_to
        assert order.audience == "Teachers of the spring school"
    assert history(office, "O-2026-0001") == [("Olga Orr", "request", "requested")]
    assert office.rows("SELECT recorded_by FROM revision WHERE kind = 'organizations'")[-1] == (
        "Olga Orr",
    )
    assert office.faults() == {}


def test_request_notifies_both_sides(office: Office, clock: Clock) -> None:
    open_link(office, ask(office, replace(REQUESTED, message="By May, please.")))
    theirs, ours = letters(office)[1], letters(office)[0]
    assert ours[0] == "desk@example.com"
    assert ours[1] == "Order O-2026-0001: Lincoln Schools asks for 250 copies"
    assert "By May, please." in ours[2]
    assert "http://localhost:8000/finance/orders/O-2026-0001" in ours[2]
    assert theirs[0] == "olga@example.org"
    assert "http://localhost:8000/organization/orders/O-2026-0001" in theirs[2]
    assert office.rows("SELECT text, internal FROM order_message") == [("By May, please.", 0)]


def test_confirmation_link_works_once_within_a_fortnight(office: Office, clock: Clock) -> None:
    token, late = ask(office), ask(office)
    open_link(office, token)
    with pytest.raises(DeadLinkError):
        open_link(office, token)
    clock.now += requests.LASTS + timedelta(seconds=1)
    for dead in (token, late, "nonsense"):
        with office.system.work(ANONYMOUS) as work:
            with pytest.raises(DeadLinkError):
                requests.find(work, dead)
            with pytest.raises(DeadLinkError):
                requests.open_request(work, dead, "Somebody Else", PASSWORD)
    assert len(orders_of(office)) == 1
    ask(office, replace(REQUESTED, contact_email="new@example.org"))
    assert office.rows("SELECT count(*) FROM order_request") == [(2,)]  # the late one is forgotten
    assert office.rows("SELECT body FROM order_request WHERE order_id IS NOT NULL") == [("{}",)]


def test_confirmation_link_is_not_stored(office: Office, clock: Clock) -> None:
    token = ask(office)
    assert office.rows("SELECT secret FROM mail WHERE kind = 'order-request'") == [(1,)]
    assert token not in str(office.rows("SELECT hash, body FROM order_request"))


def test_request_does_not_reveal_whether_an_address_is_known(office: Office, clock: Clock) -> None:
    somebody(office, "Olga", Role.ORGANIZATION, "guild")
    clerk = somebody(office, "Carl", Role.CLERK)
    for email in ("olga@example.org", "carl@example.org", "new@example.org"):
        ask(office, replace(REQUESTED, contact_email=email))
    texts = {re.sub(r"requests/\S+", "", each[2]) for each in letters(office, "order-request")}
    assert len(texts) == 1
    assert clerk.person


def test_request_of_a_known_address_needs_sign_in(office: Office, clock: Clock) -> None:
    somebody(office, "Olga", Role.ORGANIZATION, "guild")
    opened = open_link(office, ask(office), name="", password="")
    assert opened == OpenedRequest("O-2026-0001", None)
    assert orders_of(office)[0][1] == "guild"
    assert history(office, "O-2026-0001")[0][0] == "Olga"


def test_an_account_of_another_kind_cannot_order(office: Office, clock: Clock) -> None:
    somebody(office, "Olga", Role.CLERK)
    token = ask(office)
    with pytest.raises(RefusedError, match="account that cannot order"):
        open_link(office, token)
    assert orders_of(office) == []


def test_confirmation_accepts_a_pending_invitation(office: Office, clock: Clock) -> None:
    with office.work() as work:
        invite(work, "olga@example.org", "Olga", Role.ORGANIZATION, organizations=["league"])
    open_link(office, ask(office), name="Olga Orr")
    assert orders_of(office)[0][1] == "league"
    assert office.rows("SELECT status, name FROM person") == [("active", "Olga Orr")]


def test_confirmation_refuses_bad_names_and_passwords(office: Office, clock: Clock) -> None:
    somebody(office, "Taken", Role.CLERK)
    token = ask(office)
    with pytest.raises(BadNameError):
        open_link(office, token, name="Taken")
    with pytest.raises(RefusedError, match="12 characters"):
        open_link(office, token, password="x" * 3)
    assert orders_of(office) == []
    assert open_link(office, token).number == "O-2026-0001"


def test_organization_key_reveals_no_other_organization(office: Office, clock: Clock) -> None:
    for name, email in (("Guild!", "a"), ("guild", "b"), ("読書会", "c")):
        body = replace(REQUESTED, organization=name, contact_email=f"{email}@example.org")
        open_link(office, ask(office, body), name=f"Somebody {email}")
    assert [row[1] for row in orders_of(office)] == [
        "guild-2026-0001",
        "guild-2026-0002",
        "organization-2026-0003",
    ]


def test_requests_of_strangers_are_throttled(office: Office, clock: Clock) -> None:
    for _ in range(3):
        ask(office)
    with pytest.raises(TooOftenError):  # this network has that address written to no more
        ask(office)
    for last in range(7):
        ask(office, address=f"198.51.100.{last}")
    with pytest.raises(TooOftenError):  # the owner of the address is written to no more
        ask(office, address="198.51.100.7")
    for each in ("a", "b"):
        ask(office, replace(REQUESTED, contact_email=f"{each}@example.org"))
    with pytest.raises(TooOftenError):  # this network is blocked too
        ask(office, replace(REQUESTED, contact_email="c@example.org"))
    clock.later(hours=2)
    ask(office)


def test_throttle_counts_ipv6_networks_not_addresses(office: Office, clock: Clock) -> None:
    for last in range(5):
        body = replace(REQUESTED, contact_email=f"{last}@example.org")
        ask(office, body, address=f"2001:db8:1:2::{last}")
    with pytest.raises(TooOftenError):
        ask(office, REQUESTED, address="2001:db8:1:2:ffff::1")
    ask(office, REQUESTED, address="2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "nothing"}, "order"),
        ({"isbn": "9781442200029"}, "order"),
        ({"ship_to": ()}, "ship_to"),
        ({"ship_to": (replace(SCHOOL, copies=9),)}, "order"),
        ({"ship_to": (replace(SCHOOL, copies=0),)}, "address 1"),
        ({"ship_to": (replace(SCHOOL, country="Narnia"),)}, "address 1"),
        ({"ship_to": (replace(SCHOOL, country=""),)}, "address 1"),
        ({"ship_to": (replace(SCHOOL, region=""),)}, "address 1"),
        ({"ship_to": (replace(SCHOOL, region="Was"),)}, "address 1"),
        ({"ship_to": (replace(SCHOOL, region="QC"),)}, "address 1"),
        ({"ship_to": (replace(SCHOOL, region="OR"),)}, "address 1"),  # its postcode is of WA
        ({"ship_to": (replace(SCHOOL, city="\x07"),)}, "address 1"),
        ({"ship_to": (SCHOOL, replace(SCHOOL, lines=()))}, "address 2"),
        ({"options": CUSTOM.options}, "order"),
        ({"organization": " "}, "organization"),
        ({"organization": "x" * 121}, "organization"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_email": "olga"}, "contact_email"),
        ({"audience": "x" * 501}, "audience"),
        ({"message": "\x1b[2J"}, "message"),
        ({"need_by": Clock().now.date() - timedelta(days=1)}, "need_by"),
    ],
)
def test_invalid_request_names_its_faults(
    office: Office, clock: Clock, change: dict[str, Any], field: str
) -> None:
    with office.system.work(ANONYMOUS) as work, pytest.raises(BadRequestError) as caught:
        requests.ask_for(work, replace(REQUESTED, **change), ADDRESS)
    assert list(caught.value.faults) == [field]
    assert letters(office, "order-request") == []


def test_non_public_title_cannot_be_ordered(office: Office, clock: Clock) -> None:
    with office.system.work(ANONYMOUS) as work, pytest.raises(BadRequestError):
        requests.ask_for(work, replace(REQUESTED, title="unknown"), ADDRESS)


# Somebody who signed in


def crash(office: Office, actor: Actor) -> None:
    """An order that is taken back."""
    with office.system.work(actor) as work:
        requests.request_order(work, CUSTOM, "guild")
        raise CrashError


def test_order_numbers_are_gapless_and_restart_each_year(office: Office, clock: Clock) -> None:
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    requested(office, olga)
    with pytest.raises(CrashError):
        crash(office, olga)
    assert requested(office, olga).number == "O-2026-0002"
    clock.later(days=200)
    assert requested(office, olga).number == "O-2027-0001"
    office.execute("UPDATE orders SET number = 'O-2027-9999' WHERE number = 'O-2027-0001'")
    assert requested(office, olga).number == "O-2027-10000"
    assert requested(office, olga).number == "O-2027-10001"


def test_organization_user_orders_only_for_their_own(office: Office, clock: Clock) -> None:
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    with office.system.work(olga) as work:
        assert requests.request_order(work, CUSTOM).organization == "guild"
        with pytest.raises(RefusedError, match="choose the organization"):
            requests.request_order(work, CUSTOM, "league")
    with office.work() as work:  # the staff for any, in its own way
        assert enter_order(work, CUSTOM, "league").organization == "league"
        with pytest.raises(RefusedError, match="choose the organization"):
            enter_order(work, CUSTOM, "nobody")
        with pytest.raises(NotAllowedError):
            requests.request_order(work, CUSTOM, "league")
    with office.system.work(ANONYMOUS) as work, pytest.raises(NotAllowedError):
        requests.request_order(work, CUSTOM, "guild")
    assert Verb.ORDER not in {verb for verb in Verb if ANONYMOUS.may(verb)}


def office_proposals(work: Work) -> list[Proposal]:
    return approvals.proposals(work, status=ProposalStatus.WAITING, kind=ProposalKind.CONTACT)


def test_contact_told_by_staff_gets_access(office: Office, clock: Clock) -> None:
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    carl = somebody(office, "Carl", Role.CLERK)
    with office.system.work(carl) as work:
        enter_order(work, CUSTOM, "league")
    assert letters(office) == []
    with office.system.work(carl) as work:
        enter_order(work, CUSTOM, "league", tell=True)
        found = office_proposals(work)
        assert [each.subject for each in found] == [
            "O-2026-0002 contact olga@example.org",
            "O-2026-0001 contact olga@example.org",
        ], "she is of the guild: that she speaks for the league two people say"
    with office.work() as work:  # at the command line
        assert second_person.approve(work, found[0].id).kind is ProposalKind.CONTACT
        enter_order(work, replace(CUSTOM, contact_email="carl@example.org"), "guild", tell=True)
        taken = replace(CUSTOM, contact_name="Carl", contact_email="new@example.org")
        with pytest.raises(BadRequestError, match="contact name: somebody goes by this name"):
            enter_order(work, taken, "guild", tell=True)
    assert office.rows(
        "SELECT person_id, organization FROM organization_member ORDER BY organization"
    ) == [(olga.person, "guild"), (olga.person, "league")], "the staff is not of the guild"
    assert letters(office, "invitation") == [], "she has an account"
    subjects = {to: subject for to, subject, _ in letters(office, "order")}
    assert subjects["league@example.com"].endswith("we have your request")
    [warned] = [text for to, _, text in letters(office, "notice") if to == "league@example.com"]
    assert "Olga Orr (olga@example.org) about order O-2026-0002" in warned


def test_reorder_repeats_the_order(office: Office, clock: Clock) -> None:
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    lena = somebody(office, "Lena", Role.ORGANIZATION, "league")
    first = requested(office, olga)
    office.execute(
        "INSERT INTO order_file (order_id, kind, version, name, type, sha256, size, facts, at, by,"
        f" side) VALUES ({first.id}, 'logo', 1, 'old.png', 'image/png', 'a', 1, "
        "'{\"use\": \"logo\", \"warnings\": [], \"previews\": []}', '2026-08-01', 'Olga', 'organization'), "
        f"({first.id}, 'logo', 2, 'logo.png', 'image/png', 'b', 1, "
        "'{\"use\": \"logo\", \"warnings\": [], \"previews\": []}', '2026-08-02', 'Olga', 'organization')"
    )
    with office.system.work(olga) as work:
        again = requests.reorder(work, first.number)
    assert again.state is State.REQUESTED
    assert again.reorder_of == first.id
    assert (again.ship_to, again.options) == (first.ship_to, first.options)
    assert office.rows(
        "SELECT version, name, sha256 FROM order_file WHERE order_id = :id", id=again.id
    ) == [(1, "logo.png", "b")]
    with office.system.work(lena) as work, pytest.raises(NoOrderError):
        requests.reorder(work, first.number)


def test_form_sent_twice_makes_one_order_per_organization(office: Office, clock: Clock) -> None:
    """The same text in another's form is theirs: it neither shows an order nor breaks."""
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    lena = somebody(office, "Lena", Role.ORGANIZATION, "league")
    numbers = []
    for actor, key in ((olga, "guild"), (olga, "guild"), (lena, "league")):
        with office.system.work(actor) as work:
            numbers.append(requests.request_order(work, CUSTOM, key, token=FORM).number)
    assert numbers == ["O-2026-0001", "O-2026-0001", "O-2026-0002"]


FORM = "the-same-form"


def place(office: Office, key: str) -> str:
    olga = replace(ANONYMOUS, role=Role.ORGANIZATION, organizations=frozenset({key}))
    return requested(office, olga).number


def test_concurrent_orders_get_different_numbers(office: Office, racers: Racers) -> None:
    config = office.system.config
    tasks = [
        Task(config.database_url, Path(config.home).parent, place, (key,))
        for key in ("guild", "league", "guild")
    ]
    numbers = sorted(str(each.value) for each in racers.race(*tasks))
    assert numbers == ["O-2026-0001", "O-2026-0002", "O-2026-0003"]
