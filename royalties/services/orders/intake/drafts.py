"""A request while it is written: stored from step to step, for whoever has its address.

An anonymous visitor has no account to store it under. A draft is identified by a token that nobody
can guess, in the address of its pages; the database holds only its fingerprint. A person's draft
is theirs alone, even if somebody else has the address. A draft that was sent, thrown away or left
for fourteen days is deleted.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import Verb
from royalties.services.people.networks import network
from royalties.services.people.throttle import Subject, TooOftenError, Tried, attempt
from royalties.services.work import RefusedError, Work
from royalties.store.orders import drafts as store

LASTS = timedelta(days=14)
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What was typed so far, as the edge wrote it down, and the day on which it is forgotten."""

    body: str
    until: date


def find(work: Work, token: str, title: str) -> RequestDraft | None:
    """The draft of a title's order, or None: gone, somebody else's, or never there."""
    work.actor.require(Verb.ASK)
    row = store.find_draft(work.connection, fingerprint(token), work.at)
    if row is None or row.title != title:
        return None
    if row.person_id is not None and row.person_id != work.actor.person:
        return None
    return RequestDraft(row.body, work.day_of(row.expires_at))


def begin(work: Work, title: str, body: str, address: str) -> str:
    """Keep a new draft; returns its token.

    Args:
        work: the unit of work.
        title: key of the title that is ordered.
        body: what was typed.
        address: the network address it comes from, of which only a fingerprint is stored.

    Raises:
        TooOftenError: somebody without an account began more than people write.
    """
    work.actor.require(Verb.ASK)
    if work.actor.person is None and attempt(work, [Subject(Tried.DRAFT, network(address))]):
        raise TooOftenError
    store.delete_expired_drafts(work.connection, work.at)
    token = work.credentials.token()
    store.add_draft(
        work.connection,
        {
            "hash": fingerprint(token),
            "title": title,
            "person_id": work.actor.person,
            "body": _checked(body),
            "expires_at": work.at + LASTS,
        },
    )
    return token


def save(work: Work, token: str, body: str) -> None:
    """Save what was typed since, for another fourteen days; ``find`` has checked whose it is."""
    work.actor.require(Verb.ASK)
    values = {"body": _checked(body), "expires_at": work.at + LASTS}
    store.change_draft(work.connection, fingerprint(token), values)


def forget(work: Work, token: str) -> None:
    """Forget a draft; ``find`` has checked whose it is."""
    work.actor.require(Verb.ASK)
    store.delete_draft(work.connection, fingerprint(token))


def sweep(work: Work) -> None:
    """Forget what nobody came back to."""
    store.delete_expired_drafts(work.connection, work.at)


def _checked(body: str) -> str:
    if len(body) > _LONGEST:
        raise RefusedError("that is more than a request holds: send a list of addresses later")
    return body
