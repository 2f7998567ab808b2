"""The link in an e-mail that opens one quote, without a password: seen, answered, and no more.

It opens the newest version of one order's quote as long as that can be accepted, and nothing else
of the order or its organization. Whoever has it acts as "the link sent to" its address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.orders.life import State
from royalties.domain.orders.order import Order
from royalties.domain.people import Actor, Role, Verb
from royalties.services.people.links import DeadLinkError
from royalties.services.work import Work
from royalties.store.orders import orders, papers
from royalties.store.orders import quote_links as store

OPENED_AT = "/quotes/"
"""Where the pages take the link of a quote; its text follows."""


_REMEMBERED = timedelta(days=400)
"""How long a link that has ended still leads to its order, for those who can sign in."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link opens: the order, the version of its quote, and work in the link's name."""

    work: Work
    order: Order
    version: int
    email: str


def make(work: Work, order: Order, version: int, email: str) -> str:
    """A new link to a quote for whoever gets the e-mail; returns where it leads at the desk."""
    row = next(
        each for each in papers.quotes_of(work.connection, order.id) if each.version == version
    )
    last = datetime.combine(row.valid_until + timedelta(days=1), time(), work.now.tzinfo)
    token = work.credentials.token()
    store.delete_expired_links(work.connection, work.at - _REMEMBERED)
    store.add_link(
        work.connection,
        {
            "hash": fingerprint(token),
            "order_id": order.id,
            "version": version,
            "email": email,
            "created_at": work.at,
            "expires_at": last,
        },
    )
    return f"{OPENED_AT}{token}"


def find(work: Work, token: str) -> Linked:
    """What a link opens; looking changes nothing.

    Raises:
        DeadLinkError: the quote was answered, replaced or has expired, or there is no such link.
    """
    work.actor.require(Verb.ASK)
    row = store.find_link(work.connection, fingerprint(token), work.at)
    if row is None:
        raise DeadLinkError
    actor = Actor(f"the link sent to {row.email}"[:200], Role.ORGANIZATION, order=row.order_id)
    acting = replace(work, actor=actor)
    found = orders.find_by_id(work.connection, actor, row.order_id)
    order = found or None
    if order is None or order.state is not State.QUOTED:
        raise DeadLinkError
    newest = papers.quotes_of(work.connection, order.id)[0]
    if newest.version != row.version or newest.valid_until < work.today:
        raise DeadLinkError
    return Linked(acting, order, row.version, row.email)


def ended(work: Work, token: str) -> str:
    """The number of the order whose quote a link opened once; empty if there was none such.

    So an e-mail's link still leads to the order, for those who can sign in and see it.
    """
    work.actor.require(Verb.ASK)
    row = store.find_link_even_expired(work.connection, fingerprint(token))
    return orders.number_of(work.connection, row.order_id) if row else ""
