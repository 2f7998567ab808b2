"""The board of orders, and an order's own page: its state, what is next, and its history."""

from flask import redirect, render_template, request, url_for

from royalties.domain.orders.life import Action, Precondition, Side, State, find, label_of
from royalties.domain.people import FINANCE
from royalties.services.orders import board as service
from royalties.services.orders import life, messages, preconditions
from royalties.services.orders.billing import receivables, settling
from royalties.services.orders.intake import customer_orders, organizations, products
from royalties.services.orders.life import Order
from royalties.services.work import RefusedError
from royalties.web.core.consent import Consent
from royalties.web.core.files import enclosed
from royalties.web.core.formats import amount_words
from royalties.web.core.formats import number as written
from royalties.web.core.names import named
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import order as order_page
from royalties.web.finance.orders import words as order_words
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms

PAGES = Pages("orders", __name__, "/finance/orders", FINANCE)

_MOST_PAGES = 100_000
_ENDED = tuple(state for state in service.ORDER if state not in service.OPEN)


@PAGES.get("")
def board() -> Answer:
    """Orders by state, as a table or as columns."""
    work = current_work()
    state, person = request.args.get("state", ""), request.args.get("person", "")
    chosen = {
        "state": state,
        "organization": request.args.get("organization", "")[:100],
        "person": person,
        "late": "1" if request.args.get("late") == "1" else "",
        "q": request.args.get("q", "").strip()[:20],
    }
    asked = service.BoardFilter(
        _states(state, searched=bool(chosen["q"])),
        chosen["organization"],
        _assignee_asked(person),
        chosen["q"],
        bool(chosen["late"]),
    )
    page = min(number_in_query("page", 1), _MOST_PAGES)
    view = "columns" if request.args.get("view") == "columns" else ""
    arguments = {name: value for name, value in {**chosen, "view": view}.items() if value}
    return render_template(
        "finance/orders/board.html",
        board=service.board(work, asked, page=page),
        chosen=chosen,
        kept=arguments,
        address=lambda **other: url_for(
            ".board", **{name: value for name, value in {**arguments, **other}.items() if value}
        ),
        page=page,
        view=view,
        staff=service.staff(work),
        organizations=order_page.organization_names(),
        titles=order_page.title_names(),
        states=service.ORDER,
        said=label_of,
    )


def _states(state: str, *, searched: bool) -> tuple[State, ...]:
    """The states that are asked for; whoever looks for a number looks everywhere."""
    if state == "all" or (searched and not state):
        return service.ORDER
    if state == "ended":
        return _ENDED
    known = tuple(each for each in service.ORDER if each.value == state)
    return known or service.OPEN


def _assignee_asked(asked: str) -> int | None:
    if asked == "mine":
        return current_work().actor.person or 0
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None  # noqa: PLR2004


@PAGES.get("/new")
def new() -> Answer:
    """Enter an order that came by telephone or e-mail: choose its title, then fill in its form."""
    key = request.args.get("title", "")
    offers = {each.title.key: each.title.heading for each in products.products(current_work())}
    if key in offers:
        return redirect(url_for("order_entry.begin", key=key), 303)
    page = render_template("finance/orders/new.html", titles=offers, unknown=bool(key))
    return page, 404 if key else 200


@PAGES.get("/<number>")
def order(number: str) -> Answer:
    """One order: its state, what is next, what was written and done."""
    return _order_page(number)


def _order_page(number: str, refused: str = "") -> str:
    work = current_work()
    staff = service.staff(work)
    sent_form = request.form.get("what")
    assigned, note = forms.AssignForm(), forms.NoteForm()
    held = forms.HoldForm(None if sent_form == "hold" else {})
    promised = forms.PromiseForm(None if sent_form == "promise" else {})
    order = order_page.find_order(number)
    events = life.history(work, order)
    setup = preconditions.setup_or_none(work)
    met = preconditions.preconditions_met(work, order, setup) if setup else frozenset(Precondition)
    prices = preconditions.price_list_for(setup, order.title) if setup else None
    version = prices.on(work.today) if prices else None
    invoiced = frozenset(balance.kind for balance in receivables.balances(work, number))
    ahead = setup is not None and preconditions.is_deposit_only(setup, order)
    unpriced = order_page.unpriced(order)
    assigned.person.offer(
        [("", "nobody in particular"), *((str(key), name) for key, name in staff)]
    )
    assigned.person.data = str(order.assigned_id or "")
    if sent_form != "promise" and order.promised_on:
        promised.day.data = str(order.promised_on)[:10]
    return order_page.page(
        "order.html",
        order,
        "order",
        refused=refused,
        stages=order_forms.stages(order, events),
        offers=order_page.actions_of(order, met, invoiced=invoiced, unpriced=bool(unpriced)),
        unpriced=unpriced,
        namesakes=organizations.organizations_of_same_name(work, order, events) if setup else [],
        action_words=order_words.action_words,
        detail_words=order_words.detail_words,
        promise_words=order_words.promise_words(order, events, version),
        next_step=preconditions.next_step(order, Side.STAFF, met, deposit_only=ahead),
        events=events[::-1],
        messages=messages.messages(work, order),
        purchase_orders=customer_orders.purchase_orders(work, order),
        assigned=assigned,
        note=note,
        held=held,
        promised=promised,
        waits=order_page.waiting(order),
        may_promise=order.state in life.PROMISED_IN,
        may_hold=find(Action.HOLD, Side.STAFF, order.state, order.kind) is not None,
    )


@PAGES.post("/<number>/assign")
def assign(number: str) -> Answer:
    """Say who takes care of an order."""
    order_page.find_order(number)
    form = forms.AssignForm()
    sent = form.person.data
    person = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else None  # noqa: PLR2004

    def do() -> str:
        life.assign(current_work(), number, person, form.version.number)
        return "It is said who takes care of this order."

    return _do_or_show(number, do)


@PAGES.post("/<number>/hold")
def hold(number: str) -> Answer:
    """Put an order on hold."""
    order_page.find_order(number)

    def do() -> str:
        form = forms.HoldForm()
        life.hold(current_work(), number, form.reason.data, form.version.number)
        return "The order is on hold; its organization is told, and its dates move meanwhile."

    return _do_or_show(number, do)


@PAGES.post("/<number>/resume")
def resume(number: str) -> Answer:
    """Go on with an order that is on hold."""
    order_page.find_order(number)

    def do() -> str:
        life.resume(current_work(), number, forms.OrderForm().version.number)
        return "The order goes on where it stood; its promised day was computed anew."

    return _do_or_show(number, do)


@PAGES.post("/<number>/promise")
def promise(number: str) -> Answer:
    """Promise another day than the one that was computed."""
    order_page.find_order(number)

    def do() -> str:
        form = forms.PromiseForm()
        life.set_promise(
            current_work(), number, form.day.day, form.reason.data, form.version.number
        )
        return "The day is promised, and the organization is told."

    return _do_or_show(number, do)


@PAGES.get("/<number>/decline")
def ask_decline(number: str) -> Answer:
    """Ask before an order is declined."""
    return _ask_decline(number)


@PAGES.post("/<number>/decline")
def decline(number: str) -> Answer:
    """Decline a request or a quote."""
    order_page.find_order(number)

    def do() -> str:
        form = forms.TellReasonForm()
        life.decline(current_work(), number, form.reason.data, form.version.number)
        return "The order is declined, and the organization is told."

    return order_forms.do_or_show(
        do, url_for(".order", number=number), lambda refused: _ask_decline(number, refused)
    )


def _ask_decline(number: str, refused: str = "") -> str:
    return order_page.page(
        "decline.html",
        order_page.find_order(number),
        "order",
        refused=refused,
        form=forms.TellReasonForm(),
    )


@PAGES.get("/<number>/cancel")
def ask_cancel(number: str) -> Answer:
    """Ask before an order is cancelled, and say what it owes."""
    return _ask_cancel(number)


@PAGES.post("/<number>/cancel")
def cancel(number: str) -> Answer:
    """Cancel an order for good."""
    order_page.find_order(number)

    def do() -> str:
        _cancelling(order_page.find_order(number)).require()
        form = forms.TellReasonForm()
        settling.cancel(current_work(), number, form.reason.data, form.version.number)
        return "The order is cancelled, and the organization is told."

    return order_forms.do_or_show(
        do, url_for(".order", number=number), lambda refused: _ask_cancel(number, refused)
    )


def _ask_cancel(number: str, refused: str = "") -> str:
    work = current_work()
    order = order_page.find_order(number)
    line = find(Action.CANCEL, Side.STAFF, order.state, order.kind)
    met = (
        preconditions.preconditions_met(work, order)
        if preconditions.setup_or_none(work)
        else frozenset[Precondition]()
    )
    return order_page.page(
        "cancel.html",
        order,
        "order",
        refused=refused,
        form=forms.TellReasonForm(),
        owed=_owed(order),
        consent=_cancelling(order),
        allowed=line is not None,
        missing=[need.value for need in line.needs if need not in met] if line else [],
    )


def _owed(order: Order) -> settling.Owed | None:
    """What an order would owe; None where nothing was agreed, or it cannot be cancelled."""
    stands = order.held_in or order.state
    agreed = stands not in {State.REQUESTED, State.QUOTED} and order.quote_version is not None
    if not agreed or find(Action.CANCEL, Side.STAFF, order.state, order.kind) is None:
        return None
    return settling.owed_if_cancelled(current_work(), order)


def _cancelling(order: Order) -> Consent:
    """What is given up for good, and what the organization owes for it."""
    owed = _owed(order)
    facts = {
        "The order is": label_of(order.state),
        "Copies": written(order.quantity),
        "The organization owes": amount_words(*owed) if owed else "nothing",
    }
    return Consent(order.version, facts)


@PAGES.get("/<number>/organization")
def ask_move(number: str) -> Answer:
    """Ask before an order is moved to the organization of its name that was there."""
    return _ask_move(number)


@PAGES.post("/<number>/organization")
def move(number: str) -> Answer:
    """Move an order, and who asked for it, to the organization of its name that was there."""
    order_page.find_order(number)

    def do() -> str:
        form = forms.MoveOrderForm()
        if not form.sure.is_ticked:
            raise RefusedError(
                "tick that you have made sure who asked: it opens all orders to them"
            )
        to, version = form.organization.data, form.version.number
        if organizations.wants_second_person(current_work()):
            organizations.prepare_move(current_work(), number, to, version, form.why.data)
            return "It is prepared: once another manager has approved it, the order is moved."
        organizations.move_order(current_work(), number, to, version)
        return "The order is moved, and the people of both are told."

    return order_forms.do_or_show(
        do, url_for(".order", number=number), lambda refused: _ask_move(number, refused)
    )


def _ask_move(number: str, refused: str = "") -> str:
    work = current_work()
    order = order_page.find_order(number)
    there = organizations.organizations_of_same_name(work, order, life.history(work, order))
    form = forms.MoveOrderForm()
    form.organization.offer(
        [(namesake.key, named(namesake.key, "organizations")) for namesake in there]
    )
    return order_page.page(
        "move.html",
        order,
        "order",
        refused=refused,
        form=form,
        namesakes=there,
        wants_second=organizations.wants_second_person(work),
        sizes=organizations.sizes(work, [namesake.key for namesake in there]),
        askers=organizations.askers(work, order),
    )


@PAGES.post("/<number>/messages")
def write(number: str) -> Answer:
    """Write to the organization, or a note among the staff."""
    order_page.find_order(number)

    def do() -> str:
        form = forms.NoteForm()
        internal = form.internal.is_ticked
        with enclosed("files") as sent:
            messages.post(current_work(), number, form.text.data, sent, internal=internal)
        return "The note stands on the order." if internal else "The message is on its way."

    return order_forms.do_or_show(
        do,
        url_for(".order", number=number, _anchor="messages"),
        lambda why: _order_page(number, why),
    )


def _do_or_show(number: str, do: order_forms.Do) -> Answer:
    return order_forms.do_or_show(
        do, url_for(".order", number=number), lambda refused: _order_page(number, refused)
    )
