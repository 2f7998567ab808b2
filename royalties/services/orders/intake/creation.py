"""How an order begins: its number, its first line of history, and who is told."""

from royalties.domain.orders.life import State
from royalties.domain.orders.order import FileKind, Order
from royalties.services.books import setup_in_force
from royalties.services.orders import life, notices
from royalties.services.orders.addresses import require_places
from royalties.services.orders.intake.checking import Requested
from royalties.services.orders.production.artwork import USES, artwork_files
from royalties.services.orders.quoting import terms
from royalties.services.work import Work
from royalties.store.orders import messages
from royalties.store.orders import orders as store

REQUEST = "request"
"""What the history calls an order's beginning."""


def create_order(
    work: Work,
    body: Requested,
    organization: str,
    *,
    again: Order | None = None,
    token: str = "",
    tell: bool = True,
) -> Order:
    """Add an order with the next number of the year, and tell both sides.

    Args:
        work: the unit of work, which holds no lock yet but that of the numbers.
        body: what is asked for, checked.
        organization: key of who orders.
        again: the order that this one repeats; its newest artwork comes along.
        token: of the form, of at most 64 letters; sent twice, it gives the first time's order.
        tell: whether both sides are told by e-mail.

    Raises:
        RefusedError: an older order is repeated, of which an address names no place.
    """
    if token and (row := store.find_by_token(work.connection, work.actor, token)) is not None:
        return row
    require_places(body.ship_to)
    order = _add(work, organization, body, again.id if again else None, token or None)
    setup = setup_in_force(work)
    detail: dict[str, object] = {"exempt": body.exempt}
    if body.organization and not setup.organizations[organization].is_called(body.organization):
        detail["named"] = body.organization
    if again:
        detail["reorder_of"] = again.number
        _copy_artwork(work, again, order)
    if body.message:
        detail["message"] = body.message
        messages.add_message(
            work.connection,
            {
                "order_id": order.id,
                "at": work.at,
                "by": work.actor.name,
                "side": life.side_of(work),
                "text": body.message,
                "internal": False,
            },
        )
    state = State.REQUESTED
    noted = {name: value for name, value in detail.items() if name != "message"}
    life.note(work, order, REQUEST, before=state, after=state, detail=noted)
    if tell:
        lacking = terms.lacking(setup, order.title, order.isbn, work.today)
        notices.notify(work, order, REQUEST, detail=detail | {"lacking": lacking})
    return order


def next_number(work: Work) -> str:
    """The number that the next order gets; the numbers are locked."""
    beginning = f"O-{work.today.year}-"
    last = store.last_number(work.connection, beginning)
    return f"{beginning}{int(last.removeprefix(beginning)) + 1 if last else 1:04d}"


def _copy_artwork(work: Work, before: Order, after: Order) -> None:
    """Let the new order have the newest file of each use; its bytes are kept once."""
    newest = {each.id for each in artwork_files(work, before) if each.is_newest}
    rows = messages.files_of(work.connection, before.id, *map(FileKind, USES))
    for row in (each for each in rows if each.id in newest):
        again = row._asdict() | {"order_id": after.id, "message_id": None, "at": work.at}
        copied = {name: again[name] for name in again if name not in {"id", "version"}}
        messages.add_file(work.connection, copied)


def _add(
    work: Work, organization: str, body: Requested, reorder_of: int | None, token: str | None
) -> Order:
    """Add an order with the next number of the year; the numbers are locked."""
    number = store.add_order(
        work.connection,
        {
            "number": next_number(work),
            "kind": body.kind,
            "organization": organization,
            "title": body.title,
            "isbn": body.isbn,
            "state": State.REQUESTED,
            "quantity": body.quantity,
            "audience": body.audience,
            "need_by": body.need_by,
            "rush": body.rush,
            "options": body.options,
            "ship_to": body.ship_to,
            "contact_name": body.contact_name,
            "contact_email": body.contact_email,
            "po_number": "",
            "accepted_by": "",
            "reorder_of": reorder_of,
            "token": token,
            "created_at": work.at,
            "created_by": work.actor.name,
            "version": 1,
        },
    )
    row = store.find_by_id(work.connection, work.actor, number)
    if row is None:
        raise AssertionError
    return row
