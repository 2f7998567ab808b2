"""A house that takes orders, organizations that place them, and how one is brought along."""

from dataclasses import replace
from typing import Any

from sqlalchemy import insert

from royalties.domain.orders.life import TABLE, Action, OrderKind, Precondition, Side
from royalties.domain.orders.order import Address, Order
from royalties.domain.orders.pricing import Option
from royalties.domain.people import Actor, Role
from royalties.services.orders import life
from royalties.services.orders.intake import requests
from royalties.services.orders.intake.requests import Requested
from royalties.services.orders.quoting import quotes
from royalties.store.tables import organization_member, person
from tests.builders.books import HARDCOVER, Document, Office, a_setup, nothing, told_once
from tests.builders.post import posted
from tests.builders.site import CHEAP, PASSWORD, TOTP_KEY

SCHOOL = Address(200, "Lincoln School", ("1 Main St",), "Seattle", "WA", "98101", "US")
CHAPTER = Address(50, "Tacoma Chapter", ("9 Pine St", "Floor 2"), "Tacoma", "WA", "98402", "US")
REQUESTED = Requested(
    OrderKind.BULK,
    "collab",
    HARDCOVER,
    (SCHOOL, CHAPTER),
    audience="Teachers of the spring school",
    organization="Lincoln Schools",
    contact_name="Olga Orr",
    contact_email="olga@example.org",
)
CUSTOM = replace(REQUESTED, kind=OrderKind.CUSTOM, options=(Option.LOGO_ON_COVER,))


def a_price_list(**more: object) -> Document:
    """A price list for all titles: 40 % from 100 copies on, half of it ahead."""
    version = {
        "from": "2015-01-01",
        "minimum": 10,
        "discounts": [{"at_least": 100, "discount": "0.40"}],
        "options": {"logo-on-cover": {"minimum": 100, "set_up": "150.00", "per_copy": "0.50"}},
        "freight": [{"amount": "20.00", "per_copy": "0.25"}],
        "deposit": "0.5",
        "tolerance": "0.1",
        "cancellation": {"accepted": "0", "proof-sent": "0.25", "in-production": "1"},
        **more,
    }
    return {
        "key": "standard",
        "currency": "USD",
        "retailers": {"bulk": "orders", "custom": "editions"},
        "versions": [version],
        "taxes": [{"place": "US-WA", "from": "2015-01-01", "rate": "0.10"}],
    }


def an_organization(key: str, **more: object) -> Document:
    """An organization in Seattle that may pay after the invoice."""
    return {
        "key": key,
        "name": f"{key.title()} Society",
        "country": "US",
        "email": f"{key}@example.com",
        "net_terms": True,
        **more,
    }


def order_setup(**parts: object) -> Document:
    """The setup of a house whose titles may be ordered."""
    setup = a_setup()
    for title in setup["titles"]:
        title |= {"public": True, "bulk": True, "custom": True}
    setup["publisher"] = {**setup["publisher"], "email": "desk@example.com"}
    setup["retailers"] += [
        {"key": "orders", "name": "Orders", "channel": "bulk"},
        {"key": "editions", "name": "Custom editions", "channel": "custom"},
    ]
    setup["organizations"] = [an_organization("guild"), an_organization("league", net_terms=False)]
    setup["price_lists"] = [a_price_list()]
    return {**setup, **parts}


@told_once
def takes_orders(office: Office) -> None:
    """The setup of a house that takes orders is loaded."""
    nothing(office)
    office.load(order_setup())


QUOTED, IN_PROOF, ACCEPTED, UNPAID = (f"O-2026-000{place}" for place in (1, 2, 3, 4))
"""The guild's custom orders, its bulk order, and the league's, which has paid nothing."""


@told_once
def orders_underway(office: Office) -> None:
    """Olga of the guild and Lena of the league have ordered; one proof waits."""
    takes_orders(office)
    olga = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    lena = somebody(office, "Lena", Role.ORGANIZATION, "league")
    assert quoted(office, olga) == QUOTED
    assert accepted(office, olga) == IN_PROOF
    go(office, IN_PROOF, Action.SEND_ARTWORK, Action.SEND_PROOF)
    assert accepted(office, olga, REQUESTED) == ACCEPTED
    assert accepted(office, lena, REQUESTED) == UNPAID


def person_called(office: Office, name: str) -> Actor:
    """Somebody of the story."""
    [(number, role, key)] = office.rows(
        "SELECT p.id, p.role, m.organization FROM person p JOIN organization_member m "
        "ON m.person_id = p.id WHERE p.name = :name",
        name=name,
    )
    return Actor(name, Role(role), number, organizations=frozenset({key}))


def go(office: Office, number: str, *actions: Action, **changes: object) -> None:
    """Move an order, whatever its needs."""
    sides = {line.action: line.sides for line in TABLE}
    with office.work() as work:
        for action in actions:
            order = life.lock(work, number)
            side = Side.STAFF if Side.STAFF in sides[action] else Side.ORGANIZATION
            life.move(work, order, action, met=list(Precondition), side=side, changes=changes)


def order_of(office: Office, number: str) -> Order:
    """An order as it stands."""
    with office.work(read_only=True) as work:
        found = life.find(work, number)
    assert found is not None
    return found


def somebody(office: Office, name: str, role: Role, *organizations: str) -> Actor:
    """A person with the usual password and second factor."""
    with office.system.engine.begin() as connection:
        number = connection.execute(
            insert(person)
            .values(
                email=f"{name.lower().replace(' ', '.')}@example.org",
                name=name,
                role=role.value,
                status="active",
                password_hash=CHEAP.hash_password(PASSWORD),
                totp_key=office.system.sealer.seal(TOTP_KEY),
                locale="en_US",
                created_at=office.system.clock(),
                created_by="test",
            )
            .returning(person.c.id)
        ).scalar_one()
        for key in organizations:
            connection.execute(
                insert(organization_member).values(person_id=number, organization=key)
            )
    return Actor(name, role, number, organizations=frozenset(organizations))


def requested(office: Office, actor: Actor, body: Requested = CUSTOM) -> Order:
    """An order that somebody asked for."""
    with office.system.work(actor) as work:
        return requests.request_order(work, body, next(iter(sorted(actor.organizations))))


def quoted(office: Office, actor: Actor, body: Requested = CUSTOM) -> str:
    """The number of an order that has a quote."""
    number = requested(office, actor, body).number
    with office.work() as work:
        quotes.issue_quote(work, number)
    return number


def accepted(
    office: Office, actor: Actor, body: Requested = CUSTOM, po_number: str = "PO-7"
) -> str:
    """The number of an order whose quote was accepted."""
    number = quoted(office, actor, body)
    with office.system.work(actor) as work:
        quotes.accept_quote(work, number, name=actor.name, po_number=po_number)
    return number


def letters(office: Office, kind: str = "order") -> list[tuple[str, str, str]]:
    """The messages of a kind as (recipient, subject, text), the oldest first."""
    found = posted(office, "kind = :kind", kind=kind)
    return [(each.recipient, each.subject, each.text) for each in found]


def history(office: Office, number: str) -> list[tuple[Any, ...]]:
    """An order's history as (by, action, after)."""
    return office.rows(
        "SELECT e.by, e.action, e.after FROM order_event e JOIN orders o ON o.id = e.order_id "
        "WHERE o.number = :number ORDER BY e.place",
        number=number,
    )
