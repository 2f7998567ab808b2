"""Two organizations of one name: the name gives no access, and the staff moves the order."""

import io
from dataclasses import replace
from datetime import date

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.orders import life
from royalties.services.orders.billing import certificates
from royalties.services.orders.intake import organizations, requests
from royalties.services.orders.intake.requests import Requested
from royalties.services.orders.life import ChangedMeanwhileError, NoOrderError
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.doors import Clock
from tests.builders.orders import (
    REQUESTED,
    accepted,
    history,
    letters,
    order_of,
    person_called,
    requested,
    somebody,
    takes_orders,
)
from tests.builders.pdfs import a_pdf
from tests.services.orders.intake.test_requests import ask, clock, open_link

__all__ = ["clock"]

THEIRS, OURS = "O-2026-0001", "O-2026-0002"
NAMED = replace(REQUESTED, organization=" GUILD  society", contact_email="gil@example.org")


def with_two_guilds(office: Office) -> None:
    """Olga of the guild has ordered; Lena of the league may."""
    takes_orders(office)
    requested(office, somebody(office, "Olga", Role.ORGANIZATION, "guild"), REQUESTED)
    somebody(office, "Lena", Role.ORGANIZATION, "league")


pytestmark = after(with_two_guilds)


@pytest.fixture
def gil(office: Office, clock: Clock) -> Actor:
    """A stranger who asked for copies in the name of the guild."""
    assert come(office, NAMED) == OURS
    return person_called(office, "Gil")


def come(office: Office, body: Requested, name: str = "Gil") -> str:
    return open_link(office, ask(office, body), name=name).number


def found(office: Office, number: str) -> list[tuple[str, int, int]]:
    """Key, orders and people of each namesake."""
    with office.work(read_only=True) as work:
        order = life.find(work, number)
        assert order is not None
        every = organizations.organizations_of_same_name(work, order, life.history(work, order))
        sizes = organizations.sizes(work, [each.key for each in every])
    return [(key, each.orders, each.people) for key, each in sizes.items()]


def keys_of(office: Office, name: str) -> list[str]:
    rows = office.rows(
        "SELECT m.organization FROM organization_member m JOIN person p ON p.id = m.person_id "
        "WHERE p.name = :name ORDER BY 1",
        name=name,
    )
    return [str(key) for (key,) in rows]


def seen_by(office: Office, actor: Actor) -> list[bool]:
    keys = frozenset(keys_of(office, actor.name))
    with office.system.work(replace(actor, organizations=keys)) as work:
        return [life.find(work, number) is not None for number in (THEIRS, OURS)]


def test_same_name_gives_no_access_until_staff_moves_the_order(office: Office, gil: Actor) -> None:
    own = order_of(office, OURS).organization
    assert keys_of(office, "Gil") == [own] != ["guild"]
    assert seen_by(office, gil) == [False, True]
    assert found(office, OURS) == [("guild", 1, 1)]
    assert found(office, THEIRS) == [], "nobody is moved to who came later"
    with office.system.work(gil) as work:
        paper = certificates.AttachmentUpload("exempt.pdf", io.BytesIO(a_pdf()))
        certificates.upload(work, own, "US-WA", date(2026, 1, 2), date(2027, 1, 1), paper)
    told = len(letters(office, "notice"))
    with office.work() as work:
        moved = organizations.move_order(work, OURS, "guild", 1)
    assert (moved.organization, moved.version) == ("guild", 2)
    assert keys_of(office, "Gil") == ["guild"]
    assert seen_by(office, gil) == [True, True]
    assert seen_by(office, person_called(office, "Olga")) == [True, True]
    assert office.rows("SELECT organization FROM certificate") == [("guild",)]
    to_olga, to_gil = letters(office, "notice")[told:]
    assert (to_olga[0], to_gil[0]) == ("olga@example.org", "gil@example.org")
    assert "Gil (gil@example.org) asked for order O-2026-0002" in to_olga[2]
    assert history(office, OURS)[-1][1:] == (organizations.MOVED, "requested")
    [(logged,)] = office.rows("SELECT payload FROM log ORDER BY seq DESC LIMIT 1")
    for words in (own, '"to":"guild"', '"people":["Gil"]'):
        assert words in bytes(logged).decode()
    assert found(office, OURS) == []
    assert office.faults() == {}


def test_order_is_moved_only_to_a_namesake_and_by_permitted_staff(
    office: Office, gil: Actor
) -> None:
    before = office.hashes()
    with office.work() as work:
        with pytest.raises(RefusedError, match="of the name with which"):
            organizations.move_order(work, OURS, "league")
        with pytest.raises(RefusedError, match="of the name with which"):
            organizations.move_order(work, THEIRS, order_of(office, OURS).organization)
        with pytest.raises(ChangedMeanwhileError):
            organizations.move_order(work, OURS, "guild", 9)
        with pytest.raises(NoOrderError):
            organizations.move_order(work, "O-2026-0099", "guild")
    with office.system.work(gil) as work, pytest.raises(NotAllowedError):
        organizations.move_order(work, OURS, "guild")
    assert office.hashes() == before
    number = accepted(office, gil, REQUESTED)
    assert found(office, number) == [("guild", 1, 1)]
    with office.work() as work, pytest.raises(RefusedError, match="was accepted"):
        organizations.move_order(work, number, "guild")


def test_person_with_other_orders_keeps_their_organization(office: Office, gil: Actor) -> None:
    own = order_of(office, OURS).organization
    with office.system.work(gil) as work:
        again = requests.reorder(work, OURS).number
    for number, keys in ((OURS, ["guild", own]), (again, ["guild"])):
        with office.work() as work:
            organizations.move_order(work, number, "guild")
        assert keys_of(office, "Gil") == keys


def test_request_by_an_account_offers_the_named_organization_as_namesake(
    office: Office, clock: Clock
) -> None:
    number = come(office, replace(NAMED, contact_email="lena@example.org"), "")
    assert order_of(office, number).organization == "league"
    assert found(office, number) == [("guild", 1, 1)]
    with office.work() as work:
        organizations.move_order(work, number, "guild")
    assert keys_of(office, "Lena") == ["guild", "league"], "the league is no guild"
