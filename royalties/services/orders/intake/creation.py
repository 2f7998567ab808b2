"""What somebody asks for, what is wrong with it, and how an order of it begins."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from royalties.domain.orders import pricing
from royalties.domain.orders.life import OrderKind, State
from royalties.domain.orders.order import Address, FileKind, Order
from royalties.ingest.places import NotAPlaceError
from royalties.services.books import setup_in_force
from royalties.services.orders import life, notices
from royalties.services.orders.production.artwork import USES, artwork_files
from royalties.services.orders.quoting import terms
from royalties.services.orders.quoting.drafting import line_of, text_of
from royalties.services.orders.quoting.quotes import price_of
from royalties.services.orders.quoting.terms import placed, require_places
from royalties.services.people.names import fit_email
from royalties.services.work import RefusedError, Work
from royalties.store.orders import messages
from royalties.store.orders import orders as store

MOST_ADDRESSES = 200
_FARTHEST = timedelta(days=3 * 366)
_LONGEST = {"name": 200, "line": 120, "city": 120, "postcode": 20, "audience": 500}
_LONGEST_MESSAGE = 4000
_MOST_LINES = 4
_LONGEST_ORGANIZATION = 120


@dataclass(frozen=True, slots=True)
class Requested:
    """What somebody asks for.

    Attributes:
        ship_to: where how many copies go; their sum is the order's quantity.
        need_by: the day on which the copies must be there.
        audience: who is to read the copies, for example at which event.
        exempt: whether they will send a tax certificate; otherwise the order is taxable.
        organization: its name; what follows is whom to answer.
    """

    kind: OrderKind
    title: str
    isbn: str
    ship_to: tuple[Address, ...]
    options: tuple[pricing.Option, ...] = ()
    rush: bool = False
    need_by: date | None = None
    audience: str = ""
    exempt: bool = False
    organization: str = ""
    contact_name: str = ""
    contact_email: str = ""
    message: str = ""

    @property
    def quantity(self) -> int:
        """Copies of all addresses."""
        return sum(each.copies for each in self.ship_to)


class BadRequestError(RefusedError):
    """A request that cannot be taken; ``faults`` says what is wrong with which field."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__(
            "; ".join(f"{name.replace('_', ' ')}: {why}" for name, why in faults.items())
        )


def checked(work: Work, body: Requested) -> Requested:
    """A request with its texts as they are stored, once nothing is wrong with it.

    Raises:
        BadRequestError: names each field with what is wrong.
    """
    faults: dict[str, str] = {}
    organization = _fit(faults, "organization", body.organization, _LONGEST_ORGANIZATION)
    contact_name = _fit(faults, "contact_name", body.contact_name, _LONGEST["name"])
    audience = _fit(faults, "audience", body.audience, _LONGEST["audience"], needed=False)
    message, email = body.message, body.contact_email
    try:
        message = text_of(body.message, "the message", _LONGEST_MESSAGE)
    except RefusedError as error:
        faults["message"] = str(error)
    try:
        email = fit_email(body.contact_email)
    except RefusedError as error:
        faults["contact_email"] = str(error)
    if body.need_by and not work.today <= body.need_by <= work.today + _FARTHEST:
        faults["need_by"] = "choose a day from today on, within three years"
    fitted = replace(
        body,
        organization=organization,
        contact_name=contact_name,
        contact_email=email,
        audience=audience,
        message=message,
        ship_to=_addresses(body.ship_to, faults),
    )
    if not faults:
        try:
            estimate(work, fitted)
        except RefusedError as error:
            faults["order"] = str(error)
    if faults:
        raise BadRequestError(faults)
    return fitted


def estimate(work: Work, body: Requested) -> pricing.Quote | None:
    """What the copies would cost today; shown, never promised.

    Returns:
        None where no price list covers the title: the publisher says the price.

    Raises:
        RefusedError: it is not offered; says what is.
    """
    ship_to = tuple(
        pricing.ShipTo(each.copies, each.place, exempt=body.exempt) for each in body.ship_to
    )
    asked = pricing.PriceRequest(body.kind, ship_to, body.options, rush=body.rush)
    setup = setup_in_force(work)
    title = terms.title_offered(work, setup, body.title, body.kind)
    if terms.is_priced(setup, title, work.today):
        return price_of(work, body.title, body.isbn, asked)
    terms.require_printed(title, body.isbn)
    try:
        pricing.require_possible(asked)
    except pricing.NotOfferedError as error:
        raise RefusedError(str(error)) from error
    return None


def fit_address(address: Address) -> Address:
    """An organization's own address with its texts as they are stored.

    Raises:
        BadRequestError: says at ``bill`` what is wrong with it.
    """
    faults: dict[str, str] = {}
    [fitted] = _addresses((replace(address, copies=1),), faults)
    if faults:
        raise BadRequestError({"bill": next(iter(faults.values()))})
    return fitted


def _addresses(addresses: tuple[Address, ...], faults: dict[str, str]) -> tuple[Address, ...]:
    if not 1 <= len(addresses) <= MOST_ADDRESSES:
        faults["ship_to"] = f"give from one to {MOST_ADDRESSES} addresses"
        return addresses
    known = []
    for number, address in enumerate(addresses, 1):
        where = f"address {number}"
        lines = [line for line in address.lines if line.strip()]
        fitted = address
        if not lines or len(lines) > _MOST_LINES:
            faults[where] = f"write the street in one to {_MOST_LINES} lines"
        elif address.copies < 1:
            faults[where] = "every address takes at least one copy"
        else:
            try:
                fitted = placed(address)
            except NotAPlaceError as error:
                faults[where] = str(error)
        known.append(
            Address(
                address.copies,
                _fit(faults, where, address.name, _LONGEST["name"]),
                tuple(_fit(faults, where, line, _LONGEST["line"]) for line in lines),
                _fit(faults, where, address.city, _LONGEST["city"]),
                fitted.region,
                _fit(faults, where, address.postcode, _LONGEST["postcode"], needed=False),
                fitted.country,
            )
        )
    return tuple(known)


def _fit(faults: dict[str, str], name: str, text: str, longest: int, *, needed: bool = True) -> str:
    try:
        line = line_of(text, "this", longest)
    except RefusedError as error:
        faults.setdefault(name, str(error))
        return text
    if needed and not line:
        faults.setdefault(name, "something is missing here")
    return line


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
    """Add an order with the next number of the year, and notify both sides.

    Args:
        work: the unit of work, which holds no lock yet but that of the numbers.
        body: what is asked for, checked.
        organization: key of who orders.
        again: the order that this one repeats; its newest artwork comes along.
        token: of the form, of at most 64 letters; sent twice, it gives the first time's order.
        tell: whether both sides are notified by e-mail.

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
    """Let the new order have the newest file of each use; its bytes are stored once."""
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
