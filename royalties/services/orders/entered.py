"""What came by telephone or e-mail: the staff enters it, and it is an order like any other."""

from dataclasses import replace

from royalties.domain.people import Role, Verb
from royalties.services.books import setup_in_force
from royalties.services.orders.beginning import begin_order
from royalties.services.orders.order import Order, order_of
from royalties.services.orders.requested import BadRequestError, Requested, checked
from royalties.services.orders.requests import add_organization, fit_token
from royalties.services.people.links import send_invitation
from royalties.services.people.names import BadNameError, fit_name
from royalties.services.people.staff import add_invited
from royalties.services.work import RefusedError, Work
from royalties.store import people
from royalties.store.orders import orders as store
from royalties.store.orders import requests as kept


def enter_order(
    work: Work, body: Requested, organization: str = "", *, token: str = "", tell: bool = False
) -> Order:
    """Enter an order for an organization, known or new; its history says who entered it.

    Args:
        work: the unit of work.
        body: what is asked for; a known organization's name is filled in, and its own address
            where no contact is given.
        organization: key of a known one; empty: a new one of the name in the body.
        token: of the form; the same one gives the same order, once.
        tell: whether the contact is told by e-mail, and let in if they have no account.

    Raises:
        BadRequestError: names each field with what is wrong.
        RefusedError: there is no such organization.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    token = fit_token(token)
    kept.lock_numbers(work.connection)
    if token and (row := store.find_by_token(work.connection, work.actor, token)) is not None:
        return order_of(row)
    body = _checked(work, body, organization)
    key = organization or add_organization(work, body)
    order = begin_order(work, body, key, token=token, tell=tell)
    if tell:
        _let_in(work, order)
    return order


def _checked(work: Work, body: Requested, organization: str) -> Requested:
    known = setup_in_force(work).organizations
    if organization:
        if organization not in known:
            raise RefusedError("choose the organization that orders")
        entry = known[organization]
        return checked(
            work,
            replace(
                body,
                organization=entry.name,
                contact_name=body.contact_name or entry.name,
                contact_email=body.contact_email or entry.email,
            ),
        )
    body = checked(work, body)
    if any(each.is_called(body.organization) for each in known.values()):
        raise BadRequestError(
            {"organization": "there is one of this name already: choose it from the list"}
        )
    return body


def _let_in(work: Work, order: Order) -> None:
    """Let an order's contact see it: by an invitation, or with the account that they have.

    Whoever has an account of another kind, or one that was closed, is only told of the order.
    """
    person = people.find_by_email(work.connection, order.contact_email)
    if person is None:
        try:
            name = fit_name(work, order.contact_name)
        except BadNameError as error:
            raise BadRequestError({"contact_name": str(error)}) from error
        number = add_invited(work, order.contact_email, name, Role.ORGANIZATION)
    elif person.role == Role.ORGANIZATION and person.status != "disabled":
        number = person.id
    else:
        return
    own = people.organizations_of(work.connection, [number]).get(number, ())
    people.set_organizations(work.connection, number, sorted({*own, order.organization}))
    person = people.find_person(work.connection, number)
    if person is None:
        raise AssertionError
    if person.status == "invited":
        send_invitation(work, person)
    if person.status == "invited" or order.organization not in own:
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
