"""An order's quotes: the builder with a live price, the versions that were issued, their files."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for

from royalties.domain.approvals import ProposalKind
from royalties.domain.money import NotAnAmountError, exact_number
from royalties.domain.orders import pricing
from royalties.domain.orders.life import Action, Side, find
from royalties.domain.orders.papers import QuoteShown
from royalties.domain.people import FINANCE
from royalties.services.orders import life
from royalties.services.orders.billing import receivables
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.life import Order
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import Edits
from royalties.services.work import RefusedError
from royalties.web.core.files import download, enclosed
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, read_only
from royalties.web.finance.orders import order as order_page
from royalties.web.forms.entries import EntryForm, RowList
from royalties.web.forms.fields import DayField, EntryField, Lines, Share, Whole, fraction_text
from royalties.web.forms.numbers import OtherMarkError, as_minor, as_plain, as_typed
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms

PAGES = Pages("order_quotes", __name__, "/finance/orders", FINANCE)


class ChargeForm(EntryForm):
    """A charge beside the price list."""

    words = EntryField("For")
    amount = EntryField("Amount", short=True)


class IssueForm(forms.OrderForm):
    """Why a quote is below the price list."""

    why = EntryField(
        "Why it is below the price list", hint="For the manager who approves it.", longest=1000
    )


class QuoteForm(EntryForm):
    """What was agreed beside the price list."""

    discount = Share("Discount", hint="Such as 42 %; blank: by the price list.", short=True)
    extra_proofs = Whole(
        "Proofs beyond the free ones",
        hint="Agreed ahead. Further ones that are sent stand in the final invoice.",
        short=True,
    )
    valid_until = DayField("Valid until", hint="Blank: by the price list.", short=True)
    note = Lines("Note", hint="Stands on the quote.")
    charges = RowList(ChargeForm, "charge")


@PAGES.get("/<number>/quotes", endpoint="quotes")
def quotes_page(number: str) -> Answer:
    """The builder with today's price, and every version that was issued."""
    return _quotes_page(order_page.find_order(number), QuoteForm())


@PAGES.post("/<number>/quotes/preview")
@read_only
def preview(number: str) -> Answer:
    """What the next version would say with what was typed; nothing is saved."""
    order = order_page.find_order(number)
    form = QuoteForm(request.form)
    asked = request.form.get("act", "")
    if asked:
        return _quotes_page(order, form, focus=form.operate(asked))
    return _quotes_page(order, form, previewed=True)


@PAGES.post("/<number>/quotes")
def issue(number: str) -> Answer:
    """Issue the next version of an order's quote."""
    order = order_page.find_order(number)
    form = QuoteForm(request.form)
    asked = request.form.get("act", "issue")
    if asked != "issue":
        return _quotes_page(order, form, focus=form.operate(asked))
    edits, wrong = _edits(form, _currency(order))
    if wrong:
        return _quotes_page(order, form, wrong=wrong), 422
    try:
        with all_or_nothing():
            quote = _issue_or_prepare(order, edits)
    except life.ChangedMeanwhileError as error:
        words = f"{error}. Nothing that you typed is lost: it stands below."
        return _quotes_page(order_page.find_order(number), form, refused=words), 409
    except RefusedError as error:
        return _quotes_page(order_page.find_order(number), form, refused=in_names(error)), 422
    if quote is None:
        flash(
            "The quote is below the price list, so it is prepared: once another manager has "
            "approved it, it is issued and the organization is told.",
            "good",
        )
    else:
        flash(f"Quote {quote.number} is issued, and the organization is told.", "good")
    return redirect(url_for(".quotes", number=number), 303)


def _issue_or_prepare(order: Order, edits: Edits) -> QuoteShown | None:
    """The quote as it was issued; None if it waits for a second person now."""
    sent = IssueForm()
    version = sent.version.number
    if quotes.wants_second_person(current_work(), order, edits):
        why = sent.why.data
        quotes.prepare_quote(current_work(), order.number, version=version, edits=edits, why=why)
        return None
    return quotes.issue_quote(current_work(), order.number, version=version, edits=edits)


@PAGES.post("/<number>/quotes/accept")
def accept(number: str) -> Answer:
    """Record that the organization accepted the newest quote by mail, e-mail or telephone."""
    order = order_page.find_order(number)

    def do() -> str:
        form = forms.RecordAcceptForm()
        hows = {way.value: way for way in customer_orders.How}
        how = hows.get(form.how.data)
        if how is None:
            raise RefusedError("choose how the acceptance came")
        with enclosed("po_file") as sent:
            customer_orders.record_acceptance(
                current_work(),
                number,
                customer_orders.Acceptance(
                    form.name.data,
                    how,
                    form.on.day,
                    form.po_number.data,
                    sent[0] if sent else None,
                ),
                version=form.version.number,
                quote_version=form.quote.number,
            )
        return "The acceptance is recorded, and the organization is told what was recorded."

    onward = url_for("orders.order", number=number)
    return order_forms.do_or_show(
        do, onward, lambda why: _quotes_page(order, QuoteForm(), refused=why)
    )


@PAGES.post("/<number>/quotes/withdraw")
def withdraw(number: str) -> Answer:
    """Take the newest quote back before it is accepted."""
    order = order_page.find_order(number)

    def do() -> str:
        form = forms.WithdrawForm()
        quotes.withdraw_quote(
            current_work(),
            number,
            form.reason.data,
            version=form.version.number,
            quote_version=form.quote.number,
        )
        return "The quote is withdrawn, and the organization is told."

    return order_forms.do_or_show(
        do,
        url_for("orders.order", number=number),
        lambda why: _quotes_page(order, QuoteForm(), refused=why),
    )


@PAGES.get("/<number>/quotes/<int:version>.<any(pdf, xlsx):file>")
def quote_file(number: str, version: int, file: str) -> Response:
    """A quote as it was issued, as a file."""
    if all(
        each.version != version
        for each in quotes.quotes(current_work(), order_page.find_order(number))
    ):
        abort(404)
    document = quotes.quote_paper(current_work(), number, version, file)
    return download(document.name, document.data)


def _quotes_page(
    order: Order,
    form: QuoteForm,
    *,
    wrong: Mapping[str, str] | None = None,
    refused: str = "",
    previewed: bool = False,
    focus: str = "",
) -> str:
    may_quote = find(Action.QUOTE, Side.STAFF, order.state, order.kind) is not None
    draft, problem = (None, "")
    found_wrong = dict(wrong or {})
    if may_quote:
        draft, problem, more = _draft(order, form)
        found_wrong = {**more, **found_wrong} if previewed or wrong else found_wrong
    issued = quotes.quotes(current_work(), order)
    accepted = forms.RecordAcceptForm()
    accepted.how.offer([(way.value, way.value.capitalize()) for way in customer_orders.How])
    accepted.on.data = accepted.on.data or current_work().today.isoformat()
    edits, _ = _edits(form, draft.currency if draft else "")
    fields = form.every_field
    for name, words in found_wrong.items():
        fields[name].errors.append(words)
    return order_page.page(
        "quotes.html",
        order,
        "quotes",
        is_below=draft is not None and quotes.wants_second_person(current_work(), order, edits),
        wants_second=receivables.wants_second_person(current_work()),
        may_quote=may_quote,
        form=form.padded(),
        wrong=found_wrong,
        refused=refused,
        draft=draft,
        problem="" if found_wrong else problem,
        previewed=previewed,
        focus=focus,
        issued=issued,
        may_accept=bool(issued)
        and issued[0].valid
        and find(Action.ACCEPT, Side.STAFF, order.state, order.kind) is not None,
        may_withdraw=bool(issued)
        and find(Action.WITHDRAW_QUOTE, Side.STAFF, order.state, order.kind) is not None,
        withdrawn=forms.WithdrawForm(),
        is_withdrawn="withdraw" in request.form,
        accepted=accepted,
        is_accepted="how" in request.form,
        sent=IssueForm(),
        waits=[
            waiting
            for waiting in order_page.waiting(order)
            if waiting.proposal.kind is ProposalKind.QUOTE
        ],
    )


def _draft(order: Order, form: QuoteForm) -> tuple[QuoteShown | None, str, dict[str, str]]:
    """The next version, why there is none, and what is wrong with what was typed."""
    work = current_work()
    try:
        plain = quotes.draft_quote(work, order.number)
    except RefusedError as error:
        return None, in_names(error), {}
    edits, wrong = _edits(form, plain.currency)
    if wrong:
        return plain, "", wrong
    try:
        return quotes.draft_quote(work, order.number, edits), "", {}
    except RefusedError as error:
        return plain, in_names(error), {}


def _currency(order: Order) -> str:
    try:
        return quotes.draft_quote(current_work(), order.number).currency
    except RefusedError:
        return ""


def _edits(form: QuoteForm, currency: str) -> tuple[Edits, dict[str, str]]:
    """What was typed as edits, and by field what is wrong with it."""
    wrong: dict[str, str] = {}

    def read(name: str, text: str, how: Any, words: str) -> Any:  # noqa: ANN401 - of any cell
        try:
            return how(text) if text else None
        except OtherMarkError as error:
            wrong[name] = in_names(error)
            return None
        except (ValueError, NotAnAmountError):
            wrong[name] = words
            return None

    discount = read("discount", form.discount.data, _share, "is no share such as 42 %")
    proofs = read("extra_proofs", form.extra_proofs.data, _whole, "is no whole number")
    until = read("valid_until", form.valid_until.data, _day, "is no day such as 2026-04-03")
    charges = []
    for row in form.charges.rows:
        words, amount = row["words"], row["amount"]
        if not words.data and not amount.data:
            continue
        if not words.data:
            wrong[words.name] = "is missing: say what the charge is for"
        minor = read(
            amount.name,
            amount.data or "?",
            lambda text: as_minor(text, currency or "USD"),
            f"is no amount such as {as_typed('14.50')}",
        )
        charges.append(pricing.AgreedCharge(words.data, minor or 0))
    return Edits(discount, tuple(charges), proofs or 0, until, form.note.data), wrong


def _share(text: str) -> Fraction:
    return exact_number(fraction_text(as_plain(text)))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):  # noqa: PLR2004
        raise ValueError
    return int(text)


def _day(text: str) -> date:
    return date.fromisoformat(text)
