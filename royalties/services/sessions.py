"""Sessions: the browser of a person who signed in, known by a random text."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import FINANCE, Actor, Role
from royalties.services.work import Work
from royalties.store import people as store

IDLE = {True: timedelta(minutes=30), False: timedelta(hours=2)}
"""How long a session stands without a visit: at the finance desk, and elsewhere."""

LONGEST = {True: timedelta(hours=12), False: timedelta(days=7)}
"""How long a session stands at all."""

TOUCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """A session that stands, and whose it is.

    ``is_full`` is false while the second factor is still due; ``seen_at`` is when it was last
    noted, which happens at most once a minute.
    """

    hash: str
    actor: Actor
    email: str
    locale: str
    is_full: bool
    has_second_factor: bool
    proved_at: datetime
    seen_at: datetime


def find_visit(work: Work, token: str) -> Visit | None:
    """The session that a browser's text names, if it has not ended; a role counts at once."""
    row = store.find_session(work.connection, fingerprint(token))
    if row is None or row.ended_at is not None or row.status != "active":
        return None
    role = Role(row.role)
    at_desk = role in FINANCE
    created, seen = (datetime.fromisoformat(each) for each in (row.created_at, row.seen_at))
    if work.now - seen > IDLE[at_desk] or work.now - created > LONGEST[at_desk]:
        return None
    return Visit(
        row.hash,
        Actor(row.name, role, row.person_id, frozenset(row.beneficiaries)),
        row.email,
        row.locale,
        row.stage == "full",
        row.has_second_factor,
        datetime.fromisoformat(row.proved_at),
        seen,
    )


def touch(work: Work, visit: Visit) -> None:
    """Note that a session was used."""
    store.touch_session(work.connection, visit.hash, work.at)
