"""Whose order it is: who speaks for an organization, and an order moved to another of its name.

Whoever gets an organization's e-mails can accept its quotes and see its orders. So the staff write
only to mailboxes that its entry, its people or its earlier orders have; another one becomes an
order's contact once a second person has approved that.

Whoever asks names an organization and gets one of their own: a name opens nobody's door. That
there is another one of this name they are not told; the staff sees it and knows who belongs where.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, cast

from royalties.domain.approvals import Proposal, ProposalKind
from royalties.domain.orders.order import Order
from royalties.domain.people import PersonStatus, Role, Verb
from royalties.domain.terms.organizations import Organization
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.mail.notices import notice
from royalties.services.orders import life
from royalties.services.orders.intake.creation import REQUEST
from royalties.services.people.invitations import house_name
from royalties.services.people.links import send_invitation
from royalties.services.people.names import fit_name
from royalties.services.people.staff import add_invited
from royalties.services.work import RefusedError, Work
from royalties.store.orders import board, certificates
from royalties.store.orders import orders as store
from royalties.store.orders.orders import Event
from royalties.store.people import people
from royalties.store.people.people import PersonSummary

CONTACT = "contact"
"""What the history of an order calls a new contact."""


def mailboxes(work: Work, organization: str) -> list[str]:
    """The e-mail addresses that speak for an organization: its own first, then its people's."""
    entry = setup_in_force(work).organizations[organization]
    members = people.members_of_organization(work.connection, work.actor, organization)
    own = [entry.email, *(each.email for each in members if each.status != PersonStatus.DISABLED)]
    earlier = sorted(store.emails_of(work.connection, organization))
    return [each for each in dict.fromkeys((*own, *earlier)) if each]


def prepare_contact(work: Work, order: Order, name: str, email: str, *, let_in: bool) -> int | None:
    """Make a mailbox an order's contact, or put it before a second person.

    Args:
        work: the unit of work.
        order: which is held, or new.
        name: of the contact.
        email: that is not among the organization's mailboxes.
        let_in: whether they are to see the organization's orders too.

    Returns:
        The proposal's number; None where it was done at once.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    body = {
        "order": order.number,
        "organization": order.organization,
        "name": name,
        "email": email,
        "let_in": let_in,
    }
    if let_in:
        _fit(work, name, email)
    if approvals.acts_at_once(work):
        _change(work, order, body)
        return None
    return approvals.prepare(
        work, ProposalKind.CONTACT, f"{order.number} contact {email}"[:200], body
    )


def approve_contact(work: Work, proposal: Proposal) -> Order:
    """Make a mailbox an order's contact; its proposal was just approved by somebody else.

    Raises:
        RefusedError: the order belongs to another organization by now, or they cannot come in.
    """
    body = cast("dict[str, Any]", proposal.body)
    order = life.lock(work, body["order"])
    if order.organization != body["organization"]:
        raise RefusedError(
            f"order {order.number} was moved to another organization since this was prepared"
        )
    return _change(work, order, body, proposal.prepared_by)


def _change(work: Work, order: Order, body: dict[str, Any], prepared_by: str = "") -> Order:
    name, email = body["name"], body["email"]
    others = [each for each in mailboxes(work, order.organization) if each != email]
    values = {"contact_name": name, "contact_email": email}
    if not store.change_order(work.connection, order.id, order.version, values):
        raise life.ChangedMeanwhileError(order.number)
    changed = store.find_by_id(work.connection, work.actor, order.id)
    if changed is None:
        raise AssertionError
    detail: dict[str, object] = {"name": name, "email": email}
    if prepared_by:
        detail["prepared_by"] = prepared_by
    life.note(work, changed, CONTACT, before=order.state, after=order.state, detail=detail)
    if body["let_in"]:
        let_in(work, changed)
    _notify(work, changed, others)
    return changed


def let_in(work: Work, order: Order) -> None:
    """Let an order's contact see it: by an invitation, or with the account that they have.

    Whoever has an account of another kind, or one that was closed, is only notified of the order.
    """
    person = people.find_by_email(work.connection, order.contact_email)
    if person is None:
        name = fit_name(work, order.contact_name)
        number = add_invited(work, order.contact_email, name, Role.ORGANIZATION)
    elif person.role == Role.ORGANIZATION and person.status != PersonStatus.DISABLED:
        number = person.id
    else:
        return
    own = people.organizations_of(work.connection, [number]).get(number, ())
    people.set_organizations(work.connection, number, sorted({*own, order.organization}))
    person = people.find_person(work.connection, number)
    if person is None:
        raise AssertionError
    if person.status == PersonStatus.INVITED:
        send_invitation(work, person)
    if person.status == PersonStatus.INVITED or order.organization not in own:
        work.record(
            Verb.KEEP_ORDERS,
            {
                "what": "invited",
                "person": number,
                "name": person.name,
                "organization": order.organization,
                "order": order.number,
            },
        )


def _fit(work: Work, name: str, email: str) -> None:
    """Refuse a name that cannot be an account's, as long as who typed it can change it."""
    if people.find_by_email(work.connection, email) is None:
        fit_name(work, name)


def _notify(work: Work, order: Order, others: list[str]) -> None:
    """Tell the organization's own mailboxes, so that somebody notices who should not be there."""
    called = setup_in_force(work).organizations[order.organization].name
    for email in others:
        notice(
            work,
            email,
            f"{order.contact_name} is the contact of order {order.number}",
            f"{house_name(work)} writes to {order.contact_name} ({order.contact_email}) about "
            f"order {order.number} of {called} from now on.",
            "If they do not belong to you, write to us at once.",
        )


MOVED = "move-organization"
"""What the history calls it; the organizations' own pages do not show it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many orders and people an organization has."""

    orders: int
    people: int


def organizations_of_same_name(
    work: Work, order: Order, events: Iterable[Event]
) -> list[Organization]:
    """The organizations that were there under the name with which an order was asked for.

    Args:
        work: the unit of work.
        order: which one.
        events: its history, which keeps the name if its organization has another one.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    every = setup_in_force(work).organizations
    own = every.get(order.organization)
    if own is None:
        return []
    # Entries are in the order in which they were first recorded.
    before = takewhile(lambda other: other.key != own.key, every.values())
    namesakes_by_key = {other.key: other for other in before if other.is_called(own.name)}
    for named in (event.detail.get("named") for event in events if event.action == REQUEST):
        if named:
            namesakes_by_key |= {
                other.key: other for other in every.values() if other.is_called(named)
            }
    namesakes_by_key.pop(own.key, None)
    return list(namesakes_by_key.values())


def sizes(work: Work, keys: Sequence[str]) -> dict[str, Size]:
    """How much some organizations have, by key."""
    work.actor.require(Verb.KEEP_ORDERS)
    found = board.sizes(work.connection, keys)
    return {key: Size(*each) for key, each in found.items()}


def askers(work: Work, order: Order) -> list[PersonSummary]:
    """Who moves with an order: of its organization's people, who asked and who is its contact."""
    work.actor.require(Verb.KEEP_ORDERS)
    every = people.members_of_organization(work.connection, work.actor, order.organization)
    return [
        each for each in every if each.email == order.contact_email or each.name == order.created_by
    ]


def move_order(work: Work, number: str, organization: str, version: int | None = None) -> Order:
    """Move an order, and who asked for it, to the organization of the same name that was there.

    They order for that organization from now on and see all its orders; its people are notified.
    An organization of one name with it that has no order left is theirs no more, and hands its
    tax certificates over.

    Args:
        work: the unit of work.
        number: of the order.
        organization: key of the one to which it is moved.
        version: of the order, as it was looked at.

    Raises:
        RefusedError: a quote was accepted, or there is no such organization of that name.
        SecondPersonError: nobody lets people into an organization alone: prepare it instead.
        ChangedMeanwhileError: somebody else was faster.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    if wants_second_person(work):
        raise approvals.SecondPersonError(
            "nobody lets people into an organization alone: prepare it, and another manager "
            "approves it"
        )
    return _move(work, life.lock(work, number, version), organization)


def wants_second_person(work: Work) -> bool:
    """Whether an order is moved only once a second person has approved it."""
    return not approvals.acts_at_once(work)


def prepare_move(
    work: Work, number: str, organization: str, version: int | None = None, why: str = ""
) -> int:
    """Put before a second person that an order is moved; returns the proposal's number.

    Raises:
        RefusedError: as of ``move_order``, or it waits already.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.lock(work, number, version)
    _require_movable(work, order, organization)
    body = {
        "order": number,
        "from": order.organization,
        "to": organization,
        "people": [f"{each.name} ({each.email})" for each in askers(work, order)],
    }
    return approvals.prepare(work, ProposalKind.MOVE, f"{number} move", body, note=why)


def approve_move(work: Work, proposal: Proposal) -> Order:
    """Move an order as it was prepared; the proposal was just approved by somebody else.

    Raises:
        RefusedError: it cannot be moved any more, or other people would come with it.
    """
    body = cast("dict[str, Any]", proposal.body)
    order = life.lock(work, body["order"])
    people_now = [f"{each.name} ({each.email})" for each in askers(work, order)]
    if order.organization != body["from"] or people_now != body["people"]:
        raise RefusedError(
            f"order {order.number} or its people changed since this was prepared: refuse it, and "
            f"let it be prepared again"
        )
    return _move(work, order, body["to"])


def _require_movable(work: Work, order: Order, organization: str) -> Organization:
    if order.quote_version is not None:
        raise RefusedError("its quote was accepted: the order stays with who accepted it")
    events = store.events(work.connection, order.id)
    known = {each.key: each for each in organizations_of_same_name(work, order, events)}
    if organization not in known:
        raise RefusedError("choose an organization of the name with which the order was asked for")
    return known[organization]


def _move(work: Work, order: Order, organization: str) -> Order:
    after = _require_movable(work, order, organization)
    moving = askers(work, order)
    values = {"organization": organization}
    if not store.change_order(work.connection, order.id, order.version, values):
        raise life.ChangedMeanwhileError(order.number)
    _notify_both(work, after, order, moving)
    _let_in_those(work, order.organization, after, moving)
    detail: dict[str, object] = {
        "from": order.organization,
        "to": organization,
        "people": [each.name for each in moving],
    }
    life.note(
        work, order, MOVED, before=order.state, after=order.state, detail=detail, logged=detail
    )
    row = store.find_by_id(work.connection, work.actor, order.id)
    if row is None:
        raise AssertionError
    return row


def _let_in_those(
    work: Work, before: str, after: Organization, moving: Iterable[PersonSummary]
) -> None:
    left = store.order_rows(work.connection, work.actor, organization=before, limit=1)
    given_up = set()
    if not left and setup_in_force(work).organizations[before].is_called(after.name):
        given_up = {before}
        certificates.reassign_certificates(work.connection, before, after.key)
    for person in moving:
        people.find_person(work.connection, person.id, lock=True)
        keys = people.organizations_of(work.connection, [person.id]).get(person.id, ())
        people.set_organizations(work.connection, person.id, sorted({*keys, after.key} - given_up))


def _notify_both(
    work: Work, to: Organization, order: Order, moving: Iterable[PersonSummary]
) -> None:
    there = people.emails_of_organization(work.connection, to.key)
    house = house_name(work)
    for person in (one for one in moving if one.email not in there):
        for email in there:
            notice(
                work,
                email,
                f"{person.name} orders for {to.name}",
                f"{person.name} ({person.email}) asked for order {order.number} in the name of "
                f"{to.name}. {house} has put it to your other orders, which they see from now on "
                "as you do.",
                "If they do not belong to you, remove them on your page People, and write to us.",
            )
        notice(
            work,
            person.email,
            f"You order for {to.name}",
            f"{house} has put your order {order.number} to those of {to.name}. You see all of "
            "them from now on, and its people see yours.",
        )
