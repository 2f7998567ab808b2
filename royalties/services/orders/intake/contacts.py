"""Who speaks for an organization: a mailbox that it has not named itself waits for two people.

Whoever gets an organization's e-mails can accept its quotes and see its orders. So the staff write
only to mailboxes that its entry, its people or its earlier orders have; another one becomes an
order's contact once a second person has approved that.
"""

from typing import Any, cast

from royalties.domain.approvals import ProposalKind
from royalties.domain.orders.order import Order
from royalties.domain.people import PersonStatus, Role, Verb
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.mail.notices import notice
from royalties.services.orders import life
from royalties.services.people.invitations import house_name
from royalties.services.people.links import send_invitation
from royalties.services.people.names import fit_name
from royalties.services.people.staff import add_invited
from royalties.services.work import RefusedError, Work
from royalties.store.orders import orders as store
from royalties.store.people import people

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


def approve_contact(work: Work, proposal: approvals.Proposal) -> Order:
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

    Whoever has an account of another kind, or one that was closed, is only told of the order.
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
