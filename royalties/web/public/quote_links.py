"""The quote that the link of an e-mail opens: seen, accepted, declined, or asked to be changed.

Nobody signs in here. The link opens this one quote as long as it can be accepted, and nothing else;
afterwards, and for every other text in its place, there is no such page.
"""

from collections.abc import Callable
from contextlib import ExitStack

from flask import Response, redirect, render_template, request, url_for

from royalties.domain.people import EVERYBODY
from royalties.services.enclosures import TakenFile
from royalties.services.orders import life, preconditions
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.quoting import links as quote_links
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.links import Linked
from royalties.services.people.links import DeadLinkError
from royalties.services.people.networks import network
from royalties.services.work import RefusedError
from royalties.web.core import errors
from royalties.web.core.files import download, enclosed
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.rate_limits import RateLimiter
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.ordering import forms

PAGES = Pages("quote_links", __name__, "/quotes", EVERYBODY)

_ASKS_A_MINUTE = 60
PACING = RateLimiter(_ASKS_A_MINUTE)

ANSWERED = {
    "accepted": (
        "The quote is accepted",
        "Thank you. You get an e-mail that says what comes next.",
    ),
    "declined": ("The quote is declined", "We are told why. Thank you for letting us know."),
    "asked": ("We are asked for another quote", "We make it and send you a new link."),
}
"""The page once a quote was answered; the link opens nothing any more."""


@PAGES.before_request
def _refuse_too_fast() -> Answer | None:
    if PACING.admits(network(request.remote_addr or "")):
        return None
    return errors.page(429, "More was asked for than people read: wait a minute, then try again.")


@PAGES.after_request
def _keep_out(response: Response) -> Response:
    """What is opened by a link alone stays out of caches and search machines.

    No other site gets its address as the referrer either: no page of ours says it to others.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@PAGES.get("/answered/<answer>")
def answered(answer: str) -> Answer:
    """What was answered; the same for everybody."""
    if answer not in ANSWERED:
        return errors.page(404)
    heading, words = ANSWERED[answer]
    return render_template("public/quote_answered.html", said=heading, words=words)


@PAGES.get("/<token>")
def quote(token: str) -> Answer:
    """The quote, line by line, and what can be answered to it."""
    return _answer_link(token, lambda linked: _quote_page(token, linked))


@PAGES.get("/<token>/quote.<any(pdf, xlsx):file>")
def paper(token: str, file: str) -> Answer | Response:
    """The quote as it was issued, as a file."""

    def give(linked: Linked) -> Response:
        document = quotes.quote_paper(linked.work, linked.order.number, linked.version, file)
        return download(document.name, document.data)

    return _answer_link(token, give)


@PAGES.post("/<token>/accept")
def accept(token: str) -> Answer | Response:
    """Accept the quote with a name, and perhaps a purchase order."""
    with ExitStack() as stack:
        file, refused = _enclosed_file(token, "po_file", stack)
        return _accept(token, file, refused)


def _accept(token: str, file: TakenFile | None, refused: RefusedError | None) -> Answer | Response:
    def do(linked: Linked) -> None:
        if refused is not None:
            raise refused
        form = forms.AcceptQuoteForm()
        if not form.agreed.is_ticked:
            raise RefusedError("tick that you have read the terms: they hold once you accept")
        accepted = quotes.accept_quote(
            linked.work,
            linked.order.number,
            name=form.name.data,
            po_number=form.po_number.data,
            version=form.version.number,
            quote_version=linked.version,
        )
        if file is not None:
            customer_orders.send_purchase_order(
                linked.work,
                accepted.number,
                version=accepted.version,
                po_number=accepted.po_number,
                file=file,
            )

    return _answer(token, do, "accepted")


@PAGES.post("/<token>/decline")
def decline(token: str) -> Answer | Response:
    """Decline the quote with a reason."""
    form = forms.DeclineForm()
    return _answer(
        token,
        lambda linked: life.decline(
            linked.work, linked.order.number, form.reason.data, form.version.number
        ),
        "declined",
    )


@PAGES.post("/<token>/ask")
def ask(token: str) -> Answer | Response:
    """Say what the quote should say instead."""
    form = forms.AskByLinkForm()
    return _answer(
        token,
        lambda linked: customer_orders.ask_another_quote(
            linked.work, linked.order.number, form.text.data, version=form.version.number
        ),
        "asked",
    )


def _enclosed_file(
    token: str, name: str, stack: ExitStack
) -> tuple[TakenFile | None, RefusedError | None]:
    """The file that came with an answer, if the link opens anything; or why it is not taken."""
    try:
        quote_links.find(current_work(), token)
        return next(iter(stack.enter_context(enclosed(name))), None), None
    except DeadLinkError:
        return None, None
    except RefusedError as error:
        return None, error


def _answer_link(token: str, show: Callable[[Linked], Answer | Response]) -> Answer | Response:
    try:
        with all_or_nothing():
            return show(quote_links.find(current_work(), token))
    except DeadLinkError:
        number = quote_links.ended(current_work(), token) if request.method != "POST" else ""
        if number:
            return redirect(url_for("organization_orders.quotes", number=number))
        return errors.page(
            404,
            "This link opens nothing any more: the quote was answered, replaced by a newer one, or "
            "has expired. Look for a newer e-mail, or write to the publisher.",
        )


def _answer(token: str, do: Callable[[Linked], object], outcome: str) -> Answer | Response:
    def answer(linked: Linked) -> Answer | Response:
        try:
            with all_or_nothing():
                do(linked)
        except life.ChangedMeanwhileError as error:
            words = f"{error}. Nothing that you typed is lost."
            return _quote_page(token, quote_links.find(current_work(), token), words), 409
        except DeadLinkError:
            raise
        except RefusedError as error:
            return _quote_page(token, quote_links.find(current_work(), token), str(error)), 422
        return redirect(url_for(".answered", answer=outcome), 303)

    return _answer_link(token, answer)


def _quote_page(token: str, linked: Linked, refused: str = "") -> str:
    shown = next(
        each.shown
        for each in quotes.quotes(linked.work, linked.order)
        if each.version == linked.version
    )
    setup = preconditions.setup_or_none(linked.work)
    return render_template(
        "public/quote.html",
        token=token,
        order=linked.order,
        shown=shown,
        email=linked.email,
        house=setup.publisher if setup else None,
        refused=refused,
        form=forms.AcceptQuoteForm(),
        ask=forms.AskByLinkForm(),
        decline=forms.DeclineForm(),
    )
