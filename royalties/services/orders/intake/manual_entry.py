"""What came by telephone or e-mail: the staff enters it, and it is an order like any other."""

from dataclasses import replace

from royalties.domain.orders.order import Address, Order
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.orders.intake import organizations
from royalties.services.orders.intake.creation import (
    BadRequestError,
    Requested,
    checked,
    create_order,
    fit_address,
)
from royalties.services.orders.intake.requests import add_organization, fit_token
from royalties.services.people.names import BadNameError
from royalties.services.work import RefusedError, Work
from royalties.store.orders import orders as store
from royalties.store.orders import requests as kept


def enter_order(
    work: Work,
    body: Requested,
    organization: str = "",
    *,
    token: str = "",
    tell: bool = False,
    address: Address | None = None,
) -> Order:
    """Enter an order for an organization, known or new; its history says who entered it.

    A contact whose mailbox the organization does not have yet becomes that once a second person
    has approved it; until then its own mailbox is written to.

    Args:
        work: the unit of work.
        body: what is asked for; a known organization's name is filled in, and its own address
            where no contact is given.
        organization: key of a known one; empty: a new one of the name in the body.
        token: of the form; the same one gives the same order, once.
        tell: whether the contact is notified by e-mail, and let in if they have no account.
        address: of a new organization; the first that copies go to, if left out.

    Raises:
        BadRequestError: names each field with what is wrong.
        RefusedError: there is no such organization.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    token = fit_token(token)
    kept.lock_numbers(work.connection)
    if token and (row := store.find_by_token(work.connection, work.actor, token)) is not None:
        return row
    body = _checked(work, body, organization)
    key = organization or add_organization(work, body, fit_address(address) if address else None)
    known = organizations.mailboxes(work, key)
    is_known = not organization or body.contact_email in known
    begun = body if is_known else replace(body, contact_email=known[0] if known else "")
    order = create_order(work, begun, key, token=token, tell=tell)
    try:
        if not is_known:
            name, email = body.contact_name, body.contact_email
            organizations.prepare_contact(work, order, name, email, let_in=tell)
        elif tell:
            organizations.let_in(work, order)
    except BadNameError as error:
        raise BadRequestError({"contact_name": str(error)}) from error
    row = store.find_by_id(work.connection, work.actor, order.id)
    if row is None:
        raise AssertionError
    return row


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
