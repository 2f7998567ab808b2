"""One order of an organization: its state, its quotes, messages, and how it is ended."""

from collections.abc import Sequence

from flask import Response, abort, redirect, url_for

from royalties.domain.orders.life import Action, State, label_of
from royalties.domain.people import ORGANIZATIONS
from royalties.services.enclosures import TakenFile
from royalties.services.orders import board, life, messages
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.billing.settling import cancel, owed_if_cancelled
from royalties.services.orders.fulfilment import shipping
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.intake.organizations import MOVED
from royalties.services.orders.life import Order
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import IssuedQuote
from royalties.services.work import RefusedError
from royalties.web.core.consent import Consent
from royalties.web.core.files import download, enclosed
from royalties.web.core.formats import amount_words, day
from royalties.web.core.formats import number as written
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.ordering import forms
from royalties.web.ordering.fields import do_or_show, new_token, stages
from royalties.web.organization import actions
from royalties.web.organization.actions import find_order, may, page

PAGES = Pages("organization_orders", __name__, "/organization/orders", ORGANIZATIONS)

_UNTOLD = {"assign", "comment", MOVED}
"""What of the history is the staff's alone, or shown elsewhere."""


@PAGES.get("/<number>")
def order(number: str) -> str:
    """An order's state, what comes next, and all that belongs to it."""
    return _order_page(number)


def _order_page(number: str, refused: str = "") -> str:
    work, order = current_work(), find_order(number)
    events = life.history(work, order)
    return page(
        "order.html",
        order,
        "order",
        refused=refused,
        form=forms.PurchaseOrderForm(),
        stages=stages(order, events),
        steps=actions.STEPS,
        late=board.lateness(order.state, order.need_by, order.promised_on, work.today),
        events=[event for event in events if event.action not in _UNTOLD],
        quote=quotes.accepted_quote(work, order) if order.quote_version else None,
        shipments=shipping.shipments(work, number),
        invoices=invoicing.invoices(work, number),
        balances={balance.number: balance for balance in receivables.balances(work, number)},
        takes_po=customer_orders.takes_purchase_order(order),
        token=new_token(),
        purchase_orders=customer_orders.purchase_orders(work, order),
    )


@PAGES.post("/<number>/purchase-order")
def purchase_order(number: str) -> Answer:
    """Send a purchase order: its number, its file, or both."""
    find_order(number)

    def do() -> str:
        form = forms.PurchaseOrderForm()
        with enclosed("po_file") as sent:
            customer_orders.send_purchase_order(
                current_work(),
                number,
                version=form.version.number,
                po_number=form.po_number.data,
                file=next(iter(sent), None),
            )
        return "Your purchase order is with us."

    return do_or_show(
        do, url_for(".order", number=number), lambda refused: _order_page(number, refused)
    )


@PAGES.get("/<number>/again")
def reorder(number: str) -> Answer:
    """The request's form, filled in from an order: same artwork, today's price."""
    return redirect(url_for("ordering.begin", key=find_order(number).title, again=number), 303)


# Quotes


@PAGES.get("/<number>/quotes", endpoint="quotes")
def quotes_page(number: str) -> str:
    """The quote, line by line, to accept or decline; and the versions before it."""
    return _quotes_page(number)


def _quotes_page(number: str, refused: str = "") -> str:
    order = find_order(number)
    listed = quotes.quotes(current_work(), order)
    can = bool(listed) and listed[0].valid and may(Action.ACCEPT, order)
    consent = _acceptance_consent(order, listed)
    return page(
        "quotes.html",
        order,
        "quotes",
        refused=refused,
        consent=consent,
        form=forms.AcceptQuoteForm(consent.typed),
        ask=forms.AskForm(),
        quotes=listed,
        can=can,
    )


def _acceptance_consent(order: Order, listed: Sequence[IssuedQuote]) -> Consent:
    """What is accepted with the newest quote."""
    if not listed:
        return Consent(order.version, {})
    quote = listed[0].shown
    lines = {
        f"{place}. {line.words}": amount_words(line.amount, quote.currency)
        for place, line in enumerate(quote.lines, 1)
    }
    facts = {
        "Quote": quote.number,
        "Copies": written(order.quantity),
        **lines,
        "Total": amount_words(quote.total, quote.currency),
        "Deposit": amount_words(quote.deposit, quote.currency),
        "Valid until": day(quote.valid_until),
        "Delivery": quote.delivery,
        "Tax": quote.tax_note,
        "Note": quote.note,
        "Terms": " ".join(quote.terms),
    }
    return Consent(order.version, facts, ("agreed", "name"))


@PAGES.post("/<number>/quotes")
def accept(number: str) -> Answer:
    """Accept the quote that was shown, with a name and perhaps a purchase order."""
    find_order(number)

    def do() -> str:
        with enclosed("po_file") as sent:
            return accept_with(next(iter(sent), None))

    def accept_with(file: TakenFile | None) -> str:
        order = find_order(number)
        _acceptance_consent(order, quotes.quotes(current_work(), order)).require()
        form = forms.AcceptQuoteForm()
        if not form.agreed.is_ticked:
            raise RefusedError("tick that you have read the terms: they hold once you accept")
        accepted = quotes.accept_quote(
            current_work(),
            number,
            name=form.name.data,
            po_number=form.po_number.data,
            version=form.version.number,
            quote_version=form.quote.number,
        )
        if file is not None:
            customer_orders.send_purchase_order(
                current_work(),
                number,
                version=accepted.version,
                po_number=accepted.po_number,
                file=file,
            )
        return "Thank you: the quote is accepted."

    return do_or_show(
        do, url_for(".order", number=number), lambda refused: _quotes_page(number, refused)
    )


@PAGES.post("/<number>/quotes/ask")
def ask_another(number: str) -> Answer:
    """Say what the quote should say instead."""
    find_order(number)

    def do() -> str:
        form = forms.AskForm()
        customer_orders.ask_another_quote(
            current_work(), number, form.text.data, version=form.version.number
        )
        return "You asked for a change; we make another quote."

    return do_or_show(
        do, url_for(".order", number=number), lambda refused: _quotes_page(number, refused)
    )


@PAGES.get("/<number>/quotes/<int:version>.<any(pdf, xlsx):file>")
def quote_file(number: str, version: int, file: str) -> Response:
    """A quote as it was issued, as a file."""
    if all(each.version != version for each in quotes.quotes(current_work(), find_order(number))):
        abort(404)
    document = quotes.quote_paper(current_work(), number, version, file)
    return download(document.name, document.data)


# Messages and files


@PAGES.get("/<number>/messages", endpoint="messages")
def messages_page(number: str) -> str:
    """What was written on both sides."""
    return _messages_page(number)


def _messages_page(number: str, refused: str = "") -> str:
    order = find_order(number)
    listed = messages.messages(current_work(), order)
    return page(
        "messages.html",
        order,
        "messages",
        refused=refused,
        form=forms.MessageForm(),
        messages=listed,
        most=messages.MOST_FILES,
    )


@PAGES.post("/<number>/messages")
def say(number: str) -> Answer:
    """Write to the publisher, perhaps with files."""
    find_order(number)

    def do() -> str:
        with enclosed("files") as sent:
            messages.post(current_work(), number, forms.MessageForm().text.data, sent)
        return "Your message is sent."

    return do_or_show(
        do, url_for(".messages", number=number), lambda refused: _messages_page(number, refused)
    )


@PAGES.get("/<number>/files/<int:file>")
def original(number: str, file: int) -> Response:
    """A file of the order as it was sent, only ever to be saved."""
    stored = messages.file_of(current_work(), number, file)
    if stored is None:
        abort(404)
    return download(stored.name, stored.path.open("rb"))


@PAGES.get("/<number>/shipments/<int:shipment>.<any(pdf, xlsx):file>")
def packing_list(number: str, shipment: int, file: str) -> Response:
    """What lies in a shipment, as a file."""
    find_order(number)
    sent = {each.number for each in shipping.shipments(current_work(), number) if each.copies > 0}
    if shipment not in sent:
        abort(404)
    document = shipping.packing_list(current_work(), number, shipment, file)
    return download(document.name, document.data)


# How it ends


@PAGES.get("/<number>/cancel")
def ask_cancel(number: str) -> str:
    """What cancelling does, in numbers, before it is done."""
    return _ending_page(number, Action.CANCEL)


@PAGES.post("/<number>/cancel", endpoint="cancel")
def cancel_order(number: str) -> Answer:
    """Cancel an order for good."""
    return _end_order(number, Action.CANCEL)


@PAGES.get("/<number>/decline")
def ask_decline(number: str) -> str:
    """Say why a quote is not taken, or a request not needed any more."""
    return _ending_page(number, Action.DECLINE)


@PAGES.post("/<number>/decline")
def decline(number: str) -> Answer:
    """Decline a quote."""
    return _end_order(number, Action.DECLINE)


def _end_order(number: str, action: Action) -> Answer:
    find_order(number)

    def do() -> str:
        _ending_consent(find_order(number), action).require()
        form = forms.AskReasonForm()
        if action is Action.CANCEL:
            cancel(current_work(), number, form.reason.data, form.version.number)
            return "The order is cancelled."
        life.decline(current_work(), number, form.reason.data, form.version.number)
        return "Declined; we are told why."

    onward = url_for(".order", number=number)
    return do_or_show(do, onward, lambda refused: _ending_page(number, action, refused))


def _ending_page(number: str, action: Action, refused: str = "") -> str:
    order: Order = find_order(number)
    owed = owed_if_cancelled(current_work(), order) if _may_owe(order) else None
    consent = _ending_consent(order, action)
    return page(
        "ending.html",
        order,
        "order",
        refused=refused,
        consent=consent,
        form=forms.AskReasonForm(consent.typed),
        action=action.value,
        allowed=may(action, order),
        owed=owed,
        quote=quotes.accepted_quote(current_work(), order) if order.quote_version else None,
    )


def _ending_consent(order: Order, action: Action) -> Consent:
    """What is given up, and what it costs."""
    facts = {"The order is": label_of(order.state), "Copies": written(order.quantity)}
    if action is Action.CANCEL:
        owed = owed_if_cancelled(current_work(), order) if _may_owe(order) else None
        facts["You will owe"] = amount_words(owed.amount, owed.currency) if owed else "nothing"
    elif listed := quotes.quotes(current_work(), order):
        newest = listed[0].shown
        facts["Quote"] = f"{newest.number}, {amount_words(newest.total, newest.currency)}"
    return Consent(order.version, facts)


def _may_owe(order: Order) -> bool:
    return order.quote_version is not None and order.state not in {
        State.REQUESTED,
        State.QUOTED,
        State.PAID,
        State.SHIPPED,
        State.INVOICED,
        State.DECLINED,
        State.EXPIRED,
        State.CANCELLED,
    }
