"""An order's production and shipping: start, own edition, ship in parts, what came back."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, abort, url_for

from royalties.domain.counting import counted
from royalties.domain.orders.billing import copies_at
from royalties.domain.orders.life import Action, OrderKind, Precondition, Side, find
from royalties.domain.people import FINANCE
from royalties.services.orders import life, preconditions
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.life import Order
from royalties.services.orders.production import editions
from royalties.services.orders.quoting.terms import agreed_of
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.formats import number as written
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import order as order_page
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms

PAGES = Pages("order_shipping", __name__, "/finance/orders", FINANCE)


@dataclass(frozen=True, slots=True)
class AddressCopies:
    """One of an order's addresses: how many copies were ordered, are there, and are left."""

    number: int
    words: str
    ordered: int
    there: int

    @property
    def left(self) -> int:
        """Copies that were ordered for it and are not there."""
        return max(0, self.ordered - self.there)


@PAGES.get("/<number>/shipping", endpoint="shipping")
def shipping_page(number: str) -> Answer:
    """The state of production and shipping."""
    return _shipping_page(number)


@PAGES.post("/<number>/produce")
def produce(number: str) -> Answer:
    """Start production."""

    def do() -> str:
        life.produce(current_work(), number, forms.OrderForm().version.number)
        return "Production has started; the organization is told."

    return _do_or_show(number, do)


@PAGES.post("/<number>/edition")
def edition(number: str) -> Answer:
    """Give a custom order its own edition: an ISBN, or the next internal number."""

    def do() -> str:
        form = forms.OrderEditionForm()
        isbn = form.isbn.data if form.by.data == "isbn" else None
        if isbn == "":
            raise RefusedError("the ISBN is missing: write it, or let the house number it")
        changed = editions.give_own_edition(
            current_work(), number, isbn, version=form.version.number
        )
        return f"The custom edition is {changed.own_isbn}; its sales are recorded under it."

    return _do_or_show(number, do)


@PAGES.post("/<number>/ship")
def ship(number: str) -> Answer:
    """Record a shipment; its sales are recorded with it."""

    def do() -> str:
        form = forms.ShipForm()
        shipment = shipping.ship(
            current_work(),
            number,
            version=form.version.number,
            address=form.address.number,
            copies=form.copies.number,
            shipped_on=form.day.day,
            carrier=form.carrier.data,
            tracking=form.tracking.data,
            token=form.token.data,
            last=form.last.is_ticked,
            before_books=form.before_books.is_ticked,
        )
        return f"Shipment {shipment.number} is recorded, and its sales with it."

    return _do_or_show(number, do)


@PAGES.post("/<number>/came-back")
def came_back(number: str) -> Answer:
    """Record copies that came back; their sales are taken back."""

    def do() -> str:
        form = forms.CameBackForm()
        shipment = shipping.came_back(
            current_work(),
            number,
            version=form.version.number,
            address=form.back_address.number,
            copies=form.back_copies.number,
            came_on=form.back_day.day,
            reason=form.reason.data,
            token=form.token.data,
            before_books=form.before_books.is_ticked,
        )
        return (
            f"{counted(-shipment.copies, 'copy')} came back, and the sales they brought are taken "
            f"back."
        )

    return _do_or_show(number, do)


@PAGES.get("/<number>/shipments/<int:shipment>.<any(pdf, xlsx):file>")
def packing_list(number: str, shipment: int, file: str) -> Response:
    """The packing list of a shipment, as a file."""
    listed = shipping.shipments(current_work(), order_page.find_order(number).number)
    if all(each.number != shipment or each.copies < 0 for each in listed):
        abort(404)
    document = shipping.packing_list(current_work(), number, shipment, file)
    return download(document.name, document.data)


def _shipping_page(number: str, refused: str = "") -> str:
    work = current_work()
    order = order_page.find_order(number)
    setup = preconditions.setup_or_none(work)
    shipments = shipping.shipments(work, number)
    met = (
        preconditions.preconditions_met(work, order, setup) if setup else frozenset[Precondition]()
    )
    tolerance = None
    if setup and order.quote_version:
        tolerance = agreed_of(work, setup, order).version.tolerance
    places = _places(order, copies_at(shipping.moved_of(shipments)))
    left = max(0, order.quantity - sum(place.there for place in places))
    shipped, back = forms.ShipForm(), forms.CameBackForm()
    shipped.address.offer(
        [
            (str(place.number), f"{place.number}: {place.words} ({written(place.left)} left)")
            for place in places
        ]
    )
    shipped.copies.data = shipped.copies.data or str(places[0].left or left)
    shipped.day.data = shipped.day.data or work.today.isoformat()
    if shipped.version.number != order.version:
        shipped.last.data = ""
    back.back_address.offer(
        [
            (str(place.number), f"{place.number}: {place.words} ({written(place.there)} there)")
            for place in places
        ]
    )
    back.back_day.data = back.back_day.data or work.today.isoformat()
    first_day = setup.first_period.starts.isoformat() if setup else ""
    return order_page.page(
        "shipping.html",
        order,
        "shipping",
        refused=refused,
        shipments=shipments,
        places=places,
        left=left,
        more=int(order.quantity * tolerance) if tolerance else 0,
        may_ship=_may(Action.SHIP_PART, order),
        may_start=_may(Action.PRODUCE, order),
        missing=_missing(order, met),
        needs_edition=order.kind is OrderKind.CUSTOM and order.own_isbn is None,
        token=order_forms.new_token(),
        edition=forms.OrderEditionForm(),
        shipped=shipped,
        back=back,
        is_before=bool(refused) and shipped.day.data < first_day,
        back_is_before=bool(refused) and back.back_day.data < first_day,
    )


def _may(action: Action, order: Order) -> bool:
    return find(action, Side.STAFF, order.state, order.kind) is not None


def _missing(order: Order, met: frozenset[Precondition]) -> list[str]:
    """What starting production still needs."""
    line = find(Action.PRODUCE, Side.STAFF, order.state, order.kind)
    return list(order_page.missing_of(order, line, met)) if line else []


def _places(order: Order, there: Mapping[int, int]) -> list[AddressCopies]:
    return [
        AddressCopies(at, f"{each.name}, {each.city or each.place}", each.copies, there.get(at, 0))
        for at, each in enumerate(order.ship_to, 1)
    ]


def _do_or_show(number: str, do: order_forms.Do) -> Answer:
    order_page.find_order(number)
    return order_forms.do_or_show(
        do, url_for(".shipping", number=number), lambda refused: _shipping_page(number, refused)
    )
