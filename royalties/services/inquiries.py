"""Requests of organizations for copies in bulk or a co-branded custom edition."""

from dataclasses import dataclass

from royalties.domain.catalogue import Title
from royalties.domain.people import Verb
from royalties.services.books import setup_in_force
from royalties.services.outbox import Message, write
from royalties.services.throttle import TooOftenError, count_request
from royalties.services.work import RefusedError, Work
from royalties.store import inquiries as store

__all__ = [
    "KINDS",
    "Asked",
    "TooOftenError",
    "ask",
    "count_new",
    "handle",
    "inquiries",
    "offered",
]

KINDS = {"bulk": "Copies in bulk", "custom": "A co-branded custom edition"}
"""What may be asked for, and how it is called."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; every text was checked where it was typed."""

    what: str
    organization: str
    name: str
    email: str
    quantity: int
    message: str = ""


def offered(title: Title) -> dict[str, str]:
    """What may be asked for of a title."""
    offers = {"bulk": title.shown.bulk, "custom": title.shown.custom}
    return {kind: words for kind, words in KINDS.items() if offers[kind]}


def ask(work: Work, title: Title, asked: Asked, address: str) -> int:
    """Keep a request and tell the publisher by e-mail; returns its number.

    Args:
        title: a title that offers it.
        asked: what and who.
        address: the network address it comes from, of which only a fingerprint is kept.

    Raises:
        TooOftenError: this address, or everybody together, asked too often within an hour.
    """
    work.actor.require(Verb.ASK)
    if not title.shown.public or asked.what not in offered(title):
        raise RefusedError("this title is not offered that way any more")
    count_request(work, address)
    number = store.add(
        work.connection,
        {
            "title": title.key,
            "what": asked.what,
            "organization": asked.organization,
            "name": asked.name,
            "email": asked.email,
            "quantity": asked.quantity,
            "message": asked.message,
            "created_at": work.at,
        },
    )
    # Who asked stands in the request alone, so that it can be forgotten; the log is for ever.
    work.record(Verb.ASK, {"request": number, "title": title.key, "what": asked.what})
    _tell(work, number, title, asked)
    return number


def count_new(work: Work) -> int:
    """How many requests nobody has dealt with."""
    work.actor.require(Verb.READ)
    return store.count_new(work.connection)


def inquiries(
    work: Work, *, handled: bool, before: int = 0, limit: int = 50
) -> list[store.InquiryRow]:
    """Requests, the newest first."""
    work.actor.require(Verb.READ)
    return store.inquiries(work.connection, handled=handled, before=before, limit=limit)


def handle(work: Work, number: int, *, done: bool = True) -> None:
    """Note that a request was dealt with, or that it is to be looked at again."""
    work.actor.require(Verb.HANDLE)
    at, by = (work.at, work.actor.name) if done else (None, None)
    if not store.mark(work.connection, number, at, by):
        raise RefusedError(f"there is no request {number}")
    work.record(Verb.HANDLE, {"request": number, "done": done})


def _tell(work: Work, number: int, title: Title, asked: Asked) -> None:
    recipient = setup_in_force(work).publisher.email
    if not recipient:
        return
    copies = "1 copy" if asked.quantity == 1 else f"{asked.quantity:,} copies"
    write(
        work,
        Message(
            recipient,
            f"Request {number}: {copies} of {title.heading[:120]}",
            [
                f"{asked.organization} asks for {copies} of {title.title}.",
                f"What: {KINDS[asked.what].lower()}.",
                f"From: {asked.name}, {asked.email}",
                *([asked.message] if asked.message else []),
                "Answer them by e-mail, then mark the request as handled at the desk.",
            ],
            kind="request",
            about=str(number),
            link=("Open the requests", f"{work.base_url}/finance/requests"),
        ),
    )
