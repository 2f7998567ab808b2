"""Quotes: what an order would cost, and what was promised of it, version by version.

A quote that is issued is frozen as JSON with its fingerprint, and its files are made at once; a
later version never alters it. Only the newest one can be accepted, while it is valid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple, cast

from pydantic import TypeAdapter

from reports import quote as quote_report
from royalties.domain.approvals import Proposal, ProposalKind
from royalties.domain.orders import pricing
from royalties.domain.orders.life import Action, Precondition, Side, State, find, label_of
from royalties.domain.orders.order import PaperKind
from royalties.domain.orders.papers import QuoteShown
from royalties.domain.people import Verb
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.orders import life
from royalties.services.orders.notices import CALENDAR, remind
from royalties.services.orders.papers import FILES, Paper, paper
from royalties.services.orders.quoting import terms
from royalties.services.orders.quoting.drafting import (
    Edits,
    compose,
    edits_document,
    edits_of,
    is_below_list,
    line_of,
    priced,
)
from royalties.services.terms.house import logo_on
from royalties.services.work import RefusedError, Work
from royalties.store.orders import papers as store

__all__ = [
    "Edits",
    "IssuedQuote",
    "accept",
    "accept_quote",
    "accepted_quote",
    "approve_quote",
    "draft_quote",
    "expire_quotes",
    "issue_quote",
    "prepare_quote",
    "price_of",
    "quote_paper",
    "quotes",
    "run_calendar",
    "wants_second_person",
    "withdraw_quote",
]

_CONTENT = TypeAdapter(QuoteShown)
_LONGEST_NAME = 200
_LONGEST_PO = 100


class IssuedQuote(NamedTuple):
    """A version of a quote that was issued; ``valid`` says whether it could be accepted today.

    One that was withdrawn, or instead of which another one was asked for, is not.
    """

    version: int
    issued_at: datetime
    issued_by: str
    valid_until: date
    currency: str
    total: int
    deposit: int
    fingerprint: str
    valid: bool
    shown: QuoteShown


def price_of(work: Work, title: str, isbn: str, asked: pricing.PriceRequest) -> pricing.Quote:
    """What copies of an edition would cost today; anybody may ask.

    Raises:
        RefusedError: it is not offered; the message says what is.
    """
    work.actor.require(Verb.ASK)
    setup = setup_in_force(work)
    found = terms.title_offered(work, setup, title, asked.kind)
    _, prices, list_price = terms.edition_offered(setup, found, isbn, work.today)
    return priced(asked, prices, list_price, work.today)


def draft_quote(work: Work, number: str, edits: Edits | None = None) -> QuoteShown:
    """What the next version of an order's quote would say; nothing is saved."""
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.find(work, number)
    if order is None:
        raise RefusedError(f"there is no order {number}")
    version = len(store.quotes_of(work.connection, order.id)) + 1
    return compose(work, order, version, edits or Edits())


def issue_quote(
    work: Work, number: str, *, version: int | None = None, edits: Edits | None = None
) -> QuoteShown:
    """Issue the next version of an order's quote, by today's price list and what was agreed.

    Args:
        version: the order's, as it was looked at.
        edits: what was agreed beside the price list.

    Raises:
        RefusedError: the order is past quoting, or something is not offered.
        SecondPersonError: more is taken off than the price list takes off: prepare it instead.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.lock(work, number, version)
    if wants_second_person(work, order, edits or Edits()):
        compose(work, order, 1, edits or Edits())  # refuse first what cannot be at all
        raise approvals.SecondPersonError(
            "more is taken off than the price list takes off: prepare the quote, and another "
            "manager approves it"
        )
    return _issue(work, order, edits or Edits())


def wants_second_person(work: Work, order: life.Order, edits: Edits) -> bool:
    """Whether a quote waits for a second person before it is issued."""
    below = is_below_list(setup_in_force(work), order, edits, work.today)
    return below and not approvals.acts_at_once(work)


def prepare_quote(
    work: Work, number: str, *, version: int | None = None, edits: Edits, why: str = ""
) -> int:
    """Put a quote below the price list before a second person; returns the proposal's number.

    Args:
        work: the unit of work.
        number: the order's.
        version: the order's, as it was looked at.
        edits: what was agreed beside the price list.
        why: for who approves.

    Raises:
        RefusedError: the order is past quoting, something is not offered, or one waits already.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.lock(work, number, version)
    if find(Action.QUOTE, Side.STAFF, order.state, order.kind) is None:
        raise RefusedError(f"no quote is made while an order is {label_of(order.state)}")
    versions = len(store.quotes_of(work.connection, order.id))
    quote = compose(work, order, versions + 1, edits)
    body = {
        "order": number,
        "edits": edits_document(edits),
        "currency": quote.currency,
        "total": quote.total,
        "listed": compose(work, order, versions + 1, replace(edits, discount=None)).total,
    }
    return approvals.prepare(
        work,
        ProposalKind.QUOTE,
        f"{number} quote",
        body,
        fingerprint=_snapshot(order, versions),
        note=why,
    )


def approve_quote(work: Work, proposal: Proposal) -> QuoteShown:
    """Issue the quote that was prepared; the proposal was just approved by somebody else.

    Raises:
        RefusedError: the order or its price has changed since.
    """
    body = cast("dict[str, Any]", proposal.body)
    order = life.lock(work, body["order"])
    versions = len(store.quotes_of(work.connection, order.id))
    edits = edits_of(body["edits"])
    if _snapshot(order, versions) != proposal.fingerprint:
        raise RefusedError(
            f"order {order.number} has changed since this was prepared: refuse it, and let it be "
            f"prepared again"
        )
    if compose(work, order, versions + 1, edits).total != body["total"]:
        raise RefusedError(
            "the quote comes to another total by now: refuse it, and let it be prepared again"
        )
    return _issue(work, order, edits, issued_by=proposal.prepared_by)


def _snapshot(order: life.Order, versions: int) -> str:
    """What a proposal of a quote looked at."""
    return f"{order.state.value}, {versions} quotes, {order.quantity} copies"


def _issue(work: Work, order: life.Order, edits: Edits, *, issued_by: str = "") -> QuoteShown:
    versions = len(store.quotes_of(work.connection, order.id))
    quote = compose(work, order, versions + 1, edits, issued_by=issued_by)
    content = _CONTENT.dump_json(quote).decode()
    store.add_quote(
        work.connection,
        store.QuoteRow(
            order.id,
            quote.version,
            work.at,
            quote.issued_by,
            quote.valid_until,
            quote.currency,
            quote.total,
            quote.deposit,
            content,
            sha256(content.encode()).hexdigest(),
        ),
    )
    life.move(
        work,
        order,
        Action.QUOTE,
        detail={
            "quote": quote.version,
            "currency": quote.currency,
            "total": quote.total,
            "valid_until": quote.valid_until,
            **({"prepared_by": issued_by} if issued_by else {}),
        },
    )
    for file in FILES:
        _paper(work, quote, file)
    return quote


def accept_quote(
    work: Work,
    number: str,
    *,
    name: str,
    po_number: str = "",
    version: int | None = None,
    quote_version: int | None = None,
) -> life.Order:
    """Accept the newest quote of an order, with a name and perhaps a purchase order.

    Args:
        name: who accepts, as they sign.
        po_number: of the organization's purchase order; its file is an attachment of the order.
        version: the order's, as it was looked at.
        quote_version: the quote that was looked at, where it may not be the newest any more.

    Raises:
        RefusedError: the quote is not valid any more, or another one was issued since.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.ORDER)
    order = life.lock(work, number, version)
    return accept(work, order, name=name, po_number=po_number, quote_version=quote_version)


def accept(
    work: Work,
    order: life.Order,
    *,
    name: str,
    po_number: str,
    quote_version: int | None,
    met: Sequence[Precondition] = (),
    detail: Mapping[str, object] | None = None,
    tell: bool = True,
) -> life.Order:
    """Let the newest quote of an order that is held be accepted, by whoever's name it is.

    Args:
        work: the unit of work.
        order: which one.
        name: who accepts, as they sign.
        po_number: of the organization's purchase order.
        quote_version: the quote that was looked at; None where it is the newest.
        met: what else is there of the table's needs.
        detail: what else the history records.
        tell: whether the e-mails of an acceptance are written.

    Raises:
        RefusedError: the quote is not valid any more, or another one was issued since.
    """
    signed = line_of(name, "the name of who accepts", _LONGEST_NAME)
    if not signed:
        raise RefusedError("who accepts signs with a name: write it in full")
    newest = next(iter(_issued(work, order)), None)
    if newest and quote_version not in (None, newest.version):
        raise RefusedError(
            f"quote {order.number}/{quote_version} was replaced by {newest.shown.number}: look at "
            f"that one first"
        )
    valid = newest is not None and newest.valid
    proof = {"quote": newest.version, "fingerprint": newest.fingerprint} if newest else {}
    return life.move(
        work,
        order,
        Action.ACCEPT,
        met=[*met, *([Precondition.QUOTE_VALID] if valid else [])],
        detail={**proof, **(detail or {})},
        changes={
            "quote_version": newest.version if newest else None,
            "accepted_by": signed,
            "po_number": line_of(po_number, "the number of a purchase order", _LONGEST_PO),
        },
        tell=tell,
    )


def withdraw_quote(
    work: Work,
    number: str,
    reason: str,
    *,
    version: int | None = None,
    quote_version: int | None = None,
) -> life.Order:
    """Take back the newest quote of an order before it is accepted; the request stays.

    The version that was issued stays as it is, and its number is not used again.

    Args:
        work: the unit of work.
        number: the order's.
        reason: the organization reads it.
        version: the order's, as it was looked at.
        quote_version: the quote that was looked at, where it may not be the newest any more.

    Raises:
        RefusedError: the order is not quoted, another quote was issued since, or no reason.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.lock(work, number, version)
    newest = next(iter(_issued(work, order)), None)
    if newest and quote_version not in (None, newest.version):
        raise RefusedError(
            f"quote {order.number}/{quote_version} was replaced by {newest.shown.number}: look at "
            f"that one first"
        )
    detail = {"quote": newest.version if newest else None, "reason": life.reason_of(reason)}
    return life.move(work, order, Action.WITHDRAW_QUOTE, detail=detail)


def expire_quotes(work: Work) -> list[str]:
    """End the quotes whose validity has passed; returns the numbers of their orders.

    The calendar does this, whoever runs it.
    """
    acting = replace(work, actor=CALENDAR)
    expired = store.past_validity(work.connection, work.today)
    for number in expired:
        order = life.lock(acting, number)
        life.move(acting, order, Action.EXPIRE, met=[Precondition.QUOTE_PAST], side=Side.CALENDAR)
    return expired


def run_calendar(work: Work) -> int:
    """What days bring by themselves: quotes expire, and who did not answer is reminded.

    Returns:
        How many orders that was.
    """
    return len(expire_quotes(work)) + remind(work)


def quotes(work: Work, order: life.Order) -> list[IssuedQuote]:
    """All versions of an order's quote, the newest first; the order was found for the actor."""
    work.actor.require(Verb.READ_ORDERS)
    return _issued(work, order)


def accepted_quote(work: Work, order: life.Order) -> QuoteShown | None:
    """What the quote says that an order was accepted on, if it was."""
    work.actor.require(Verb.READ_ORDERS)
    return next(
        (each.shown for each in _issued(work, order) if each.version == order.quote_version), None
    )


def quote_paper(work: Work, number: str, version: int, file: str) -> Paper:
    """A quote's file, if its order concerns the actor.

    Args:
        number: the order's.
        version: of the quote.
        file: ``pdf`` or ``xlsx``.

    Raises:
        RefusedError: there is none.
    """
    order = life.find(work, number)
    listed = quotes(work, order) if order else []
    quote = next((each.shown for each in listed if each.version == version), None)
    if quote is None or file not in FILES:
        raise RefusedError(f"there is no quote {number}/{version}")
    return _paper(work, quote, file)


def _paper(work: Work, quote: QuoteShown, file: str) -> Paper:
    makers: dict[str, Callable[[QuoteShown, bytes], bytes]] = {
        "pdf": quote_report.pdf,
        "xlsx": quote_report.workbook,
    }
    return paper(
        work,
        PaperKind.QUOTE,
        quote.number,
        file,
        lambda: makers[file](quote, logo_on(work, quote.dated)),
    )


def _issued(work: Work, order: life.Order) -> list[IssuedQuote]:
    rows = store.quotes_of(work.connection, order.id)
    return [
        IssuedQuote(
            row.version,
            row.issued_at,
            row.issued_by,
            row.valid_until,
            row.currency,
            row.total,
            row.deposit,
            row.fingerprint,
            row.version == len(rows)
            and row.valid_until >= work.today
            and order.state is not State.REQUESTED,
            _CONTENT.validate_json(row.content),
        )
        for row in rows
    ]
