"""Ask for copies in bulk or a co-branded edition, without an account; the price shows meanwhile."""

from datetime import date
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import Order
from royalties.domain.people import EVERYBODY, Role, Verb
from royalties.domain.terms.organizations import Organization
from royalties.services.orders import life, preconditions
from royalties.services.orders.intake import drafts, products, requests
from royalties.services.orders.intake import manual_entry as entered
from royalties.services.orders.intake.products import Estimate, OrderableTitle
from royalties.services.orders.intake.requests import BadRequestError, Requested, TooOftenError
from royalties.services.people.networks import network
from royalties.services.work import RefusedError
from royalties.web.core.formats import sentence
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import query
from royalties.web.core.rate_limits import RateLimiter
from royalties.web.core.visit import all_or_nothing, current_work, read_only, visit
from royalties.web.ordering import request_form
from royalties.web.ordering.fields import new_token, unit_text
from royalties.web.ordering.request_fields import MOST_ADDRESSES
from royalties.web.ordering.request_form import WHAT, WHERE, WHO, Typed

PAGES = Pages("ordering", __name__, "/titles/<key>/order", EVERYBODY)

KINDS = {
    OrderKind.CUSTOM: (
        "A co-branded edition",
        "With your logo, your letter or your own cover. You approve a proof before printing.",
    ),
    OrderKind.BULK: ("Copies as they are", "The book as it is sold, at a discount by quantity."),
}
OPTIONS = {
    "logo-on-cover": "Your logo on the cover",
    "logo-inside": "Your logo inside",
    "letter-page": "A letter or foreword page",
    "custom-cover": "A cover of your own",
    "sticker": "A sticker with your logo",
    "own-isbn": "An ISBN of its own",
}
"""What can be had, as an organization says it."""

STEP = "/<draft>/<any('1', '2', '3'):place>"
"""The address of a step, below that of the form."""

STEPS = {WHAT: "What you need", WHERE: "Where it goes", WHO: "Who you are"}
FOCUS = {"order": "copies", "ship_to": "ship-to"}

_OF_ORGANIZATION = frozenset({"organization", "contact_name", "contact_email"})
"""What is filled in from the organization that is chosen."""

NEW = "+"
"""What the staff chooses instead of an organization that is known; no key is called so."""

_BEGUN, _MOST_BEGUN = "drafts", 5
"""Where the browser's cookie holds the drafts that were begun with it."""

_ASKS_A_MINUTE = 120
PACING = RateLimiter(_ASKS_A_MINUTE)


@PAGES.get("/")
def begin(key: str) -> Answer:
    """The first step; of a request that was begun in this browser the stored one.

    ``again`` names an order of one's own that the form is filled in from.
    """
    offer = _product(key)
    if current_work().actor.sees_all and request.endpoint != "order_entry.begin":
        asked: dict[str, Any] = {**query()}
        return redirect(url_for("order_entry.begin", **{**asked, "key": key}), 303)
    typed = request_form.opened(offer, request.args)
    before = _order_made_again(request.args.get("again", ""), offer)
    if before is not None:
        request_form.fill_again(typed, before)
        return _step_page(offer, typed, WHAT, {})
    draft = _drafts_begun().get(key, "")
    if draft and "anew" not in request.args and drafts.find(current_work(), draft, key) is not None:
        return redirect(_step_address(offer, draft, WHAT))
    return _step_page(offer, typed, WHAT, {})


def _order_made_again(number: str, offer: OrderableTitle) -> Order | None:
    """The order that is made again, if it is of this title and concerns the visitor."""
    if not number or not _orders_at_once():
        return None
    order = life.find(current_work(), number)
    return order if order is not None and order.title == offer.title.key else None


@PAGES.get(STEP)
def step(key: str, draft: str, place: str) -> Answer:
    """A step of a request that was begun; the address is the draft's, to come back to."""
    offer, here = _product(key), int(place)
    begun = drafts.find(current_work(), draft, key)
    if begun is None:
        flash(
            "That request was sent already, thrown away, or left for a fortnight: begin a new one.",
            "warn",
        )
        return redirect(url_for(".begin", key=key))
    typed = request_form.from_draft(begun.body)
    if (before := _first_wrong(offer, typed, here - 1)) is not None:
        return redirect(_step_address(offer, draft, before, checked=True))
    wrong = _faults_by_field(offer, typed, here) if request.args.get("checked") == "1" else {}
    page = _step_page(offer, typed, here, wrong, draft=draft, until=begun.until)
    return page, 422 if wrong else 200


@PAGES.post("/")
@PAGES.post(STEP)
def go(key: str, draft: str = "", place: str = "") -> Answer:
    """Keep what was typed, and go to a step, an address more or less, the price, or send all."""
    offer, here = _product(key), int(place) if place else _step(request.form)
    begun = drafts.find(current_work(), draft, key) if draft else None
    typed = request_form.read(request.form)
    if begun is not None:
        typed = request_form.merged(request_form.from_draft(begun.body), request.form, here)
    verb, _, asked = request.form.get("do", "next").partition(":")
    if verb == "forget":
        if begun is not None:
            drafts.forget(current_work(), draft)
        flash("Thrown away; nothing of it is kept.", "good")
        return redirect(url_for(".begin", key=key), 303)
    focus = _rows(typed, verb, asked) if verb in {"add", "remove"} else ""
    if here == WHO:
        _fill_in_known(typed)
    try:
        with all_or_nothing():
            draft = _save_draft(offer, draft if begun is not None else "", typed)
    except RefusedError as error:
        return _step_page(offer, typed, here, {"order": in_names(error)}), 429
    if verb in _STAYS:
        step = here if verb == "price" else WHERE
        if verb == "back":
            step = min(here, int(asked) if asked in {"1", "2"} else WHAT)
        return redirect(_step_address(offer, draft, step, focus=focus), 303)
    first = _first_wrong(offer, typed, here)
    if first is None and here == WHO and verb == "send":
        return _send(offer, typed, draft)
    step = first or min(here + 1, WHO)
    return redirect(_step_address(offer, draft, step, checked=first is not None), 303)


_STAYS = frozenset({"back", "price", "add", "remove"})
"""What a button does that does not ask whether all is right so far."""


def _drafts_begun() -> dict[str, str]:
    """Drafts that were begun in this browser, by title."""
    begun: dict[str, str] = session.get(_BEGUN, {})
    return begun


def _step_address(
    offer: OrderableTitle, draft: str, step: int, *, checked: bool = False, focus: str = ""
) -> str:
    """The address of a step."""
    return url_for(
        ".step",
        key=offer.title.key,
        draft=draft,
        place=str(step),
        checked=1 if checked else None,
        _anchor=focus or None,
    )


def _save_draft(offer: OrderableTitle, draft: str, typed: Typed) -> str:
    """Keep what was typed; returns the draft's token."""
    body = request_form.to_draft(typed)
    if draft:
        drafts.save(current_work(), draft, body)
        return draft
    draft = drafts.begin(current_work(), offer.title.key, body, request.remote_addr or "")
    others = {key: each for key, each in _drafts_begun().items() if key != offer.title.key}
    session[_BEGUN] = dict([*others.items(), (offer.title.key, draft)][-_MOST_BEGUN:])
    return draft


def _faults_by_field(offer: OrderableTitle, typed: Typed, step: int) -> dict[str, str]:
    """What is wrong with what was typed up to a step."""
    if step < WHAT:
        return {}
    if step >= WHERE:
        request_form.first_address(typed)
    if step == WHO:
        _fill_in_known(typed)
    wrong = request_form.faults(current_work(), typed, offer, step)
    if step == WHO and _orders_at_once() and typed["for"] not in _organizations_offered():
        known = {name: words for name, words in wrong.items() if name not in _OF_ORGANIZATION}
        wrong = {"for": "choose the organization that orders", **known}
    return wrong


def _first_wrong(offer: OrderableTitle, typed: Typed, step: int) -> int | None:
    """The first step up to one on which something is wrong."""
    wrong = _faults_by_field(offer, typed, step)
    return min(step, *map(request_form.step_of, wrong)) if wrong else None


@PAGES.post("/price")
@read_only
def price(key: str) -> Response | tuple[Response, int]:
    """What the form's present contents would cost: the part of the page that says so."""
    if not PACING.admits(network(request.remote_addr or "")):
        return jsonify(error="too many"), 429
    offer = _product(key)
    typed = request_form.read(request.form)
    values = _price_facts(offer, typed, _step(request.form))
    html = render_template("public/order_price.html", offer=offer, typed=typed, **values)
    return jsonify(html=html)


@PAGES.get("/sent")
def sent(key: str) -> str:
    """Look into your e-mail; the same whoever asked."""
    return render_template("public/order_sent.html", offer=_product(key))


def _send(offer: OrderableTitle, typed: Typed, draft: str) -> Answer:
    away = redirect(url_for(".sent", key=offer.title.key), 303)
    drafts.forget(current_work(), draft)
    if request.form.get("website"):
        return away  # a person does not see that field
    body = request_form.requested(typed, offer)
    try:
        with all_or_nothing():
            if _orders_at_once():
                return redirect(_order_at_once(body, typed), 303)
            requests.ask_for(current_work(), body, request.remote_addr or "")
    except TooOftenError as error:
        return _step_page(offer, typed, WHO, {"message": in_names(error)}, draft=draft), 429
    except BadRequestError as error:
        first = min(request_form.step_of(each) for each in error.faults)
        return _step_page(offer, typed, first, error.faults, draft=draft), 422
    except RefusedError as error:
        return _step_page(offer, typed, WHO, {"for": in_names(error)}, draft=draft), 422
    return away


def _order_at_once(body: Requested, typed: Typed) -> str:
    """Make an order at once; returns the address of its page."""
    token = request.form.get("token", "")
    if current_work().actor.sees_all:
        key = "" if typed["for"] == NEW else typed["for"]
        tell = typed["tell"] == "1"
        address = request_form.own_address(typed)
        order = entered.enter_order(
            current_work(), body, key, token=token, tell=tell, address=address
        )
        return url_for("orders.order", number=order.number)
    order = requests.request_order(
        current_work(), body, typed["for"], token=token, again=typed["again"][:20]
    )
    return url_for("organization_orders.order", number=order.number)


def _product(key: str) -> OrderableTitle:
    offer = products.product_of(current_work(), key)
    if offer is None:
        abort(404)
    return offer


def _rows(typed: Typed, verb: str, place: str) -> str:
    """Add an address or take one away; returns where one goes on."""
    if verb == "add":
        request_form.add_address(typed)
        return f"address-{len(typed.addresses)}"
    row = request_form.whole(place)
    if row and len(typed.addresses) > 1 and row <= len(typed.addresses):
        del typed.addresses[row - 1]
    return "more-addresses"


def _orders_at_once() -> bool:
    """Whether the visitor needs no link to order: an organization's person, or the staff."""
    actor = current_work().actor
    return actor.role is Role.ORGANIZATION or actor.may(Verb.KEEP_ORDERS)


def _fill_in_known(typed: Typed) -> None:
    """What we know of an organization and its person, nobody need type."""
    signed_in = visit()
    if signed_in is None or not _orders_at_once():
        return
    own, is_staff = _own_organizations(), current_work().actor.sees_all
    if typed["for"] not in own and len(own) == 1 and not is_staff:
        typed.words["for"] = next(iter(own))
    chosen = own.get(typed["for"])
    if is_staff and chosen is None:
        if not own or (typed["organization"] and not typed["for"]):
            typed.words["for"] = NEW
        return
    typed.words["organization"] = chosen.name if chosen else ""
    name, email = signed_in.actor.name, signed_in.email
    if is_staff and chosen is not None:
        name, email = chosen.name, chosen.email
    typed.words["contact_name"] = typed["contact_name"] or name
    typed.words["contact_email"] = typed["contact_email"] or email


def _own_organizations() -> dict[str, Organization]:
    """Organizations that the visitor orders for, by key, by name; the staff does for all."""
    if not _orders_at_once():
        return {}
    setup = preconditions.setup_or_none(current_work())
    known = setup.organizations if setup else {}
    keys = known if current_work().actor.sees_all else current_work().actor.organizations
    own = [known[key] for key in keys if key in known]
    return {each.key: each for each in sorted(own, key=lambda it: (it.name.casefold(), it.key))}


def _organizations_offered() -> set[str]:
    """What may be chosen as the organization that orders."""
    return {*_own_organizations(), *([NEW] if current_work().actor.sees_all else [])}


def _step_page(
    offer: OrderableTitle,
    typed: Typed,
    step: int,
    wrong: dict[str, str],
    *,
    draft: str = "",
    until: date | None = None,
) -> str:
    if step >= WHERE:
        request_form.first_address(typed)
    if step == WHO:
        _fill_in_known(typed)
    form = request_form.filled_form(typed, wrong)
    if typed["for"] in _own_organizations():
        form.organization.data = ""
    form.bill_country.data = form.bill_country.data or typed["country"]
    return render_template(
        "public/order.html",
        offer=offer,
        form=form,
        typed=typed,
        step=step,
        steps=STEPS | ({WHO: "Who orders"} if current_work().actor.sees_all else {}),
        kinds=KINDS,
        options=OPTIONS,
        wrong=wrong,
        places=_field_places(wrong, len(typed.addresses)),
        send_to=_step_address(offer, draft, step) if draft else url_for(".go", key=offer.title.key),
        until=until,
        anew=url_for(".begin", key=offer.title.key, anew=1) if draft else "",
        own=_own_organizations(),
        is_staff=current_work().actor.sees_all,
        told_of=lambda name, more: more | _aria(wrong, name),
        again=typed["again"],
        new=NEW,
        token=request.form.get("token") or new_token(),
        today=current_work().today,
        most=MOST_ADDRESSES,
        **_price_facts(offer, typed, step),
    )


def _field_places(wrong: dict[str, str], addresses: int) -> dict[str, str]:
    """Where each mistake's field is on the page."""
    by_address = {f"address {n}": f"address-{n}" for n in range(1, addresses + 1)}
    return {name: by_address.get(name) or FOCUS.get(name, name) for name in wrong}


def _aria(wrong: dict[str, str], name: str) -> dict[str, str]:
    """What a field says to those who hear the page, where it is wrong."""
    return {"aria-describedby": f"{name}-error", "aria-invalid": "true"} if name in wrong else {}


def _price_facts(offer: OrderableTitle, typed: Typed, step: int) -> dict[str, Any]:
    """The price of what was typed, or why there is none yet."""
    body = request_form.requested(typed, offer)
    if step == WHAT:
        body = request_form.spread(typed, body)
    estimate, why = _estimate(offer, typed, body)
    return {
        "estimate": estimate,
        "why": why,
        "body": body,
        "unit": unit_text,
        "placed": any(each.region for each in body.ship_to),
    }


def _estimate(offer: OrderableTitle, typed: Typed, body: Requested) -> tuple[Estimate | None, str]:
    if not typed["copies"]:
        return None, "Write how many copies, and the price stands here."
    if not body.quantity or not request_form.whole(typed["copies"]):
        return None, "Write the copies as a number, such as 250."
    try:
        return products.estimated(current_work(), offer, body), ""
    except RefusedError as error:
        return None, f"{sentence(in_names(error))}."


def _step(form: MultiDict[str, str]) -> int:
    text = form.get("step", "")
    return int(text) if text in {"1", "2", "3"} else WHAT
