"""Sessions: the browser of a person who signed in, known by a random text."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import FINANCE, Actor, PersonStatus, Role, SessionStage
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.people import sessions as store
from royalties.store.people.people import PersonRow, find_person

IDLE = {True: timedelta(minutes=30), False: timedelta(hours=2)}
"""How long a session lasts without a visit: at the finance desk, and elsewhere."""

LONGEST = {True: timedelta(hours=12), False: timedelta(days=7)}
"""How long a session lasts at most."""

HALF_WAY = timedelta(minutes=30)
"""How long somebody who gave a password has for the second factor, or for setting one up."""

PROVED = timedelta(minutes=10)
"""How long after a password or code nothing asks for the password again."""

TOUCHED_EVERY = timedelta(minutes=1)

_KEPT = timedelta(days=90)
_LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """A session in force, and whose it is.

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

    @property
    def person(self) -> int:
        """Number of whose session it is, whether or not the second factor was given."""
        if self.actor.person is None:
            raise AssertionError
        return self.actor.person


@dataclass(frozen=True, slots=True)
class Browser:
    """What asks to come in.

    Attributes:
        agent: the browser's own words.
        token: what it carries from before, if anything; that session ends.
    """

    agent: str = ""
    token: str | None = None


@dataclass(frozen=True, slots=True)
class BegunSession:
    """A session that began; the browser is to carry ``token``."""

    token: str
    is_full: bool


def find_visit(work: Work, token: str) -> Visit | None:
    """The session that a browser's text names, if it has not ended; a role counts at once."""
    row = store.find_session(work.connection, fingerprint(token))
    if row is None or row.ended_at is not None or row.status != PersonStatus.ACTIVE:
        return None
    if not is_valid(work, row.role, row.stage, row.created_at, row.seen_at):
        return None
    return Visit(
        row.hash,
        Actor(row.name, row.role, row.person_id, row.beneficiaries, row.organizations),
        row.email,
        row.locale,
        row.stage is SessionStage.FULL,
        row.has_second_factor,
        row.proved_at,
        row.seen_at,
    )


def is_valid(
    work: Work, role: Role, stage: SessionStage, created: datetime, seen: datetime
) -> bool:
    """Whether a session that nobody ended has not run out by itself.

    One that begins in the future was begun before a clock was set back: it would last until then.
    """
    at_desk = role in FINANCE
    longest = LONGEST[at_desk] if stage is SessionStage.FULL else HALF_WAY
    if max(created, seen) - work.now > CLOCKS_DIFFER:
        return False
    return work.now - seen <= IDLE[at_desk] and work.now - created <= longest


def is_proved(work: Work, visit: Visit) -> bool:
    """Whether a password or code was given in this session a moment ago."""
    return -CLOCKS_DIFFER <= work.now - visit.proved_at <= PROVED


def note_proof(work: Work, visit: Visit) -> None:
    """Note that the password was given again."""
    store.mark_session_proved(work.connection, visit.hash, work.at)


def touch(work: Work, visit: Visit) -> None:
    """Note that a session was used."""
    store.mark_session_seen(work.connection, visit.hash, work.at)


def begin(work: Work, number: int, browser: Browser, *, is_full: bool) -> BegunSession:
    """A new session in place of the one that the browser carried; its text is new at each step."""
    if browser.token:
        found = store.find_session(work.connection, fingerprint(browser.token))
        if found is not None:
            store.end_session(work.connection, found.hash, found.person_id, work.at)
    store.delete_old_sessions(work.connection, number, work.at - _KEPT)
    token = work.credentials.token()
    store.add_session(
        work.connection,
        fingerprint(token),
        number,
        SessionStage.FULL if is_full else SessionStage.FACTOR_DUE,
        work.at,
        browser.agent[:_LONGEST_AGENT],
    )
    return BegunSession(token, is_full)


def active_person(work: Work, number: int) -> PersonRow:
    """Somebody who may come in, held against others who change them.

    Raises:
        RefusedError: their account was closed meanwhile.
    """
    person = find_person(work.connection, number, lock=True)
    if person is None or person.status != PersonStatus.ACTIVE:
        raise RefusedError("this account was closed: ask the publisher")
    return person


def as_person(work: Work, person: PersonRow) -> Work:
    """The same work in the name of somebody who is just coming in."""
    return replace(work, actor=Actor(person.name, person.role, person.id))
