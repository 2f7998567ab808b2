"""Requests: what an organization asks for, from the public page or its own, becomes an order.

Somebody without an account gets a link by e-mail first. Opening it makes the account, the
organization and the order, so nothing that a stranger typed enters the books before an address
is behind it. The price that was shown is an estimate; only a quote promises.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from unicodedata import normalize

from pydantic import TypeAdapter

from royalties.adapters.credentials import fingerprint
from royalties.domain.counting import counted
from royalties.domain.orders.order import Address, Order
from royalties.domain.people import Actor, PersonStatus, Role, Verb
from royalties.ingest.places import NotAPlaceError
from royalties.services.books import setup_in_force
from royalties.services.mail.outbox import Message, write
from royalties.services.orders import life
from royalties.services.orders.intake.creation import (
    BadRequestError,
    Requested,
    checked,
    create_order,
    estimate,
    next_number,
)
from royalties.services.orders.quoting.terms import placed
from royalties.services.people.invitations import house_name
from royalties.services.people.links import DeadLinkError
from royalties.services.people.names import fit_name
from royalties.services.people.passwords import save_password
from royalties.services.people.sessions import BegunSession, Browser, begin
from royalties.services.people.throttle import TooOftenError, count_request
from royalties.services.terms import setup
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.history import lock_setup
from royalties.store.orders import requests as kept
from royalties.store.people import people, sessions

__all__ = [
    "LASTS",
    "OPENED_AT",
    "Address",
    "BadRequestError",
    "OpenedRequest",
    "PendingRequest",
    "Requested",
    "TooOftenError",
    "add_organization",
    "ask_for",
    "checked",
    "estimate",
    "find",
    "fit_token",
    "open_request",
    "reorder",
    "request_order",
]

LASTS = timedelta(days=14)
"""How long the link of a request may be opened."""

OPENED_AT = "/requests/"
"""Where the pages take the link of a request; its text follows."""

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+", re.ASCII)
_LONGEST_STEM = 40


_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request whose link may be opened; ``needs_account`` if its e-mail address has none."""

    body: Requested
    needs_account: bool


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """The order that a request became; ``begun`` is the new account's session, if it is new."""

    number: str
    begun: BegunSession | None = None


_BODY = TypeAdapter(Requested)


def ask_for(work: Work, body: Requested, address: str) -> None:
    """Keep what a stranger asks for, and send them the link that makes an order of it.

    Whether the e-mail address is known here is never revealed.

    Args:
        work: the unit of work.
        body: what is asked for.
        address: the network address it comes from, of which only a fingerprint is stored.

    Raises:
        BadRequestError: names each field with what is wrong.
        TooOftenError: this address, the e-mail's owner or everybody asked too often.
    """
    work.actor.require(Verb.ASK)
    body = checked(work, body)
    count_request(work, address, body.contact_email)
    kept.delete_expired_requests(work.connection, work.at)
    token = work.credentials.token()
    kept.add_request(
        work.connection,
        {
            "hash": fingerprint(token),
            "email": body.contact_email,
            "body": _BODY.dump_json(body).decode(),
            "created_at": work.at,
            "expires_at": work.at + LASTS,
        },
    )
    title = setup_in_force(work).titles[body.title]
    house = house_name(work)
    copies = counted(body.quantity, "copy")
    asked = f"You, or somebody who gave your address, asked for {copies} of {title.heading}."
    write(
        work,
        Message(
            body.contact_email,
            f"Confirm your request to {house}",
            [
                asked,
                "Confirm it with the link below. It works once, for fourteen days.",
                "Then we make you a quote; nothing is ordered before you accept that.",
                "If it was not you, do nothing: without the link nothing is kept.",
            ],
            kind="order-request",
            about="request",
            link=("Confirm the request", f"{OPENED_AT}{token}"),
            secret=True,
        ),
    )


# Opening the link


def find(work: Work, token: str) -> PendingRequest:
    """What a link's request says; looking changes nothing.

    Raises:
        DeadLinkError: it opens nothing.
    """
    work.actor.require(Verb.ASK)
    row = _waiting(work, token)
    return PendingRequest(_BODY.validate_json(row.body), _account_of(work, row.email) is None)


def open_request(
    work: Work,
    token: str,
    name: str = "",
    password: str = "",
    *,
    locale: str = "",
    browser: Browser | None = None,
) -> OpenedRequest:
    """Make an order of a request: with an account and an organization, if they are new.

    Whoever has an account signs in as ever; who has none chooses a name and a password, and goes
    on with the second factor.

    Raises:
        DeadLinkError: the link opens nothing.
        BadNameError: the name will not do.
        RefusedError: the password will not do, the e-mail address has an account of another kind,
            or a postal address names no place that is known.
    """
    work.actor.require(Verb.ASK)
    kept.lock_numbers(work.connection)
    row = _waiting(work, token, lock=True)
    body = _placed_again(_BODY.validate_json(row.body))
    known = _account_of(work, row.email)
    person = known or _new_person(work, row.email, name, password, locale)
    keys = people.organizations_of(work.connection, [person.id]).get(person.id, ())
    acting = _as(work, person, keys)
    key = _own_organization(acting, keys, body) or add_organization(acting, body)
    if key not in keys:
        people.set_organizations(work.connection, person.id, [*keys, key])
        acting = _as(work, person, (*keys, key))
    order = create_order(acting, body, key)
    kept.use_request(work.connection, row.hash, order.id)
    if known is not None:
        return OpenedRequest(order.number)
    return OpenedRequest(order.number, begin(work, person.id, browser or Browser(), is_full=False))


def _waiting(work: Work, token: str, *, lock: bool = False) -> kept.RequestRow:
    newest = work.at + CLOCKS_DIFFER
    row = kept.find_request(work.connection, fingerprint(token), work.at, newest, lock=lock)
    if row is None:
        raise DeadLinkError
    return row


def request_order(
    work: Work, body: Requested, organization: str = "", *, token: str = "", again: str = ""
) -> Order:
    """Ask for an order for one's own organization.

    Args:
        work: the unit of work.
        body: what is asked for; the organization's name and the contact need not be given.
        organization: for which, if one orders for several.
        token: of the form; the same one gives the same order, once.
        again: number of one's own order that is made again; its artwork comes along.

    Raises:
        BadRequestError: names each field with what is wrong.
        RefusedError: the organization is not one's own.
        NoOrderError: there is no order that could be made again.
    """
    work.actor.require(Verb.ORDER)
    own = work.actor.organizations
    if not organization and len(own) == 1:
        organization = next(iter(own))
    if organization not in own:
        raise RefusedError("choose the organization that orders")
    kept.lock_numbers(work.connection)
    body = _with_contact(work, body, organization)
    before = life.find(work, again) if again else None
    if again and (before is None or before.organization != organization):
        raise life.NoOrderError(again)
    return create_order(work, body, organization, again=before, token=fit_token(token))


def reorder(work: Work, number: str, *, token: str = "") -> Order:
    """Ask for the same once more: the same artwork, at the price of the day.

    Args:
        work: the unit of work.
        number: of the order that is repeated.
        token: of the form; the same one gives the same order, once.

    Raises:
        NoOrderError: there is none for this actor.
    """
    work.actor.require(Verb.KEEP_ORDERS if work.actor.sees_all else Verb.ORDER)
    before = life.find(work, number)
    if before is None:
        raise life.NoOrderError(number)
    kept.lock_numbers(work.connection)
    again = Requested(
        before.kind,
        before.title,
        before.isbn,
        before.ship_to,
        before.options,
        audience=before.audience,
        contact_name=before.contact_name,
        contact_email=before.contact_email,
    )
    return create_order(work, again, before.organization, again=before, token=fit_token(token))


def fit_token(text: str) -> str:
    """A form's token, if it is not too long for one."""
    if len(text) > _LONGEST_TOKEN:
        raise RefusedError("the form has no token: open it again")
    return text


# The parts


def _placed_again(body: Requested) -> Requested:
    """What was asked for when places were not yet understood, with the codes of its places."""
    try:
        return replace(body, ship_to=tuple(placed(each) for each in body.ship_to))
    except NotAPlaceError as error:
        raise RefusedError(f"ask again, with the address: {error}") from error


def _account_of(work: Work, email: str) -> people.PersonRow | None:
    """The account of who asked; None if they have none.

    Raises:
        RefusedError: they have one that cannot order.
    """
    person = people.find_by_email(work.connection, email)
    if person is None or (
        person.status == PersonStatus.INVITED and person.role == Role.ORGANIZATION
    ):
        return None
    if person.status != PersonStatus.ACTIVE or person.role != Role.ORGANIZATION:
        raise RefusedError(
            "this e-mail address has an account that cannot order: ask again with another "
            "address, or write to us"
        )
    return person


def _new_person(work: Work, email: str, name: str, password: str, locale: str) -> people.PersonRow:
    invited = people.find_by_email(work.connection, email)
    name = fit_name(work, name, invited.id if invited else None)
    values = {"name": name, "status": PersonStatus.ACTIVE, "locale": locale}
    if invited is None:
        values |= {"email": email, "role": Role.ORGANIZATION.value}
        number = people.add_person(
            work.connection, {**values, "created_at": work.at, "created_by": name}
        )
    else:
        number = invited.id
        people.change_person(work.connection, number, values)
        sessions.revoke_links(work.connection, number, work.at)
    person = people.find_person(work.connection, number)
    if person is None:
        raise AssertionError
    save_password(work, person, password)
    _as(work, person, ()).record(Verb.SIGN_IN, {"what": "came-by-request", "person": number})
    return person


def _as(work: Work, person: people.PersonRow, keys: tuple[str, ...]) -> Work:
    actor = Actor(person.name, Role.ORGANIZATION, person.id, organizations=frozenset(keys))
    return replace(work, actor=actor)


def _own_organization(work: Work, keys: tuple[str, ...], body: Requested) -> str:
    """Which of somebody's organizations a request is for: the one of that name, else the first."""
    known = setup_in_force(work).organizations
    own = [key for key in keys if key in known]
    called = (key for key in own if known[key].is_called(body.organization))
    return next(called, own[0] if own else "")


def add_organization(work: Work, body: Requested, address: Address | None = None) -> str:
    """Add the organization of somebody new to the setup, in their name; returns its key.

    Its address is the one that is given, else the first that copies go to.

    One of the same name that is there already is not theirs to join: the staff sees both, and
    moves the order. The key has the order's number, so that it does not reveal the other one.
    """
    lock_setup(work.connection)
    taken = setup_in_force(work).organizations
    plain = normalize("NFKD", body.organization).encode("ascii", "ignore").decode().lower()
    stem = _NOT_IN_KEYS.sub("-", plain).strip("-")[:_LONGEST_STEM].strip("-") or "organization"
    stem = f"{stem}-{next_number(work).removeprefix('O-')}"
    key, place = stem, 1
    while key in taken:
        place += 1
        key = f"{stem}-{place}"
    address = address or body.ship_to[0]
    entry: dict[str, object] = {
        "key": key,
        "name": body.organization,
        "country": address.country,
        "email": body.contact_email,
    }
    more = {
        "address": list(address.lines),
        "city": address.city,
        "region": address.region,
        "postcode": address.postcode,
    }
    setup.add(work, "organizations", entry | {name: each for name, each in more.items() if each})
    return key


def _with_contact(work: Work, body: Requested, organization: str) -> Requested:
    """A request checked, with the contact of who acts where none is given."""
    entry = setup_in_force(work).organizations[organization]
    own = (
        people.find_person(work.connection, work.actor.person)
        if work.actor.person is not None
        else None
    )
    return checked(
        work,
        replace(
            body,
            organization=entry.name,
            contact_name=body.contact_name or (own.name if own else entry.name),
            contact_email=body.contact_email or (own.email if own else entry.email),
        ),
    )
