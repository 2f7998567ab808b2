"""Signing in: a password, then a second factor; and what people keep of their own account."""

from dataclasses import dataclass
from datetime import datetime

from royalties.domain.people import PersonStatus, SessionStage, Verb
from royalties.services.mail.notices import notice
from royalties.services.people import passwords, second_factor
from royalties.services.people.names import fit_name, plain_address
from royalties.services.people.sessions import (
    BegunSession,
    Browser,
    Visit,
    active_person,
    as_person,
    begin,
    is_valid,
)
from royalties.services.people.throttle import Blocked, Tried
from royalties.services.work import Work
from royalties.store.people import people as store
from royalties.store.people import sessions


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of a person's own sessions."""

    hash: str
    agent: str
    created_at: datetime
    seen_at: datetime
    is_here: bool


# Coming in


def is_anybody_here(work: Work) -> bool:
    """Whether anybody was ever invited."""
    work.actor.require(Verb.SIGN_IN)
    return store.any_people(work.connection)


def check_password(work: Work, email: str, password: str) -> int | None:
    """Whose e-mail and password these are; None takes as long for whatever reason.

    It only reads, so that nobody waits while the password is hashed.
    """
    work.actor.require(Verb.SIGN_IN)
    person = store.find_by_email(work.connection, plain_address(email))
    hashed = person.password_hash if person else None
    right = work.credentials.matches(hashed, passwords.normal(password))
    return person.id if person and right and person.status == PersonStatus.ACTIVE else None


def sign_in(work: Work, number: int, browser: Browser) -> BegunSession:
    """Begin the session of somebody whose password was right; the second factor may still be due.

    Who needs none and has none is in.
    """
    work.actor.require(Verb.SIGN_IN)
    person = active_person(work, number)
    is_full = person.totp_key is None and not second_factor.is_needed(work, person.role)
    if is_full:
        as_person(work, person).record(Verb.SIGN_IN, {"what": "signed-in", "by": "password"})
    return begin(work, person.id, browser, is_full=is_full)


def give_code(work: Work, visit: Visit, code: str, browser: Browser) -> BegunSession | None:
    """Give the second factor: a code of the app, or one of the recovery codes; None if wrong."""
    work.actor.require(Verb.SIGN_IN)
    person = active_person(work, visit.person)
    by = second_factor.judge(work, person, code)
    if by is None:
        return None
    acting = as_person(work, person)
    payload: dict[str, object] = {"what": "signed-in", "by": by}
    if by == second_factor.RECOVERY_CODE:
        left = store.recovery_codes_left(work.connection, person.id)
        payload["codes_left"] = left
        notice(
            acting,
            person.email,
            "You signed in with a recovery code",
            f"A recovery code of your account was used to sign in; {left} are left.",
            "If that was not you, change your password at once and tell the publisher.",
        )
    acting.record(Verb.SIGN_IN, payload)
    return begin(work, person.id, browser, is_full=True)


def why_wrong(work: Work, visit: Visit, code: str) -> str:
    """The message for somebody whose code of the app was refused."""
    work.actor.require(Verb.SIGN_IN)
    return second_factor.why_refused(work, active_person(work, visit.person), code)


def sign_out(work: Work, visit: Visit) -> None:
    """End the session of the browser that asks."""
    ended = sessions.end_session(work.connection, visit.hash, visit.person, work.at)
    if ended and visit.is_full:
        work.record(Verb.SIGN_IN, {"what": "signed-out"})


def note_blocked(work: Work, held: Blocked, *, email: str = "", number: int | None = None) -> None:
    """Record in the log, once, that sign-in is blocked; return whose account it is."""
    if not held.is_new:
        return
    if number is not None:
        person = store.find_person(work.connection, number)
    else:
        person = store.find_by_email(work.connection, plain_address(email))
    times = held.subject.tried.value[0].times
    about: dict[str, object] = {"what": "held", "tried": held.subject.tried.name.lower()}
    about["at_least"] = times
    if person is not None and held.subject.tried is not Tried.ADDRESS:
        about |= {"person": person.id, "name": person.name}
    work.record(Verb.SIGN_IN, about)
    if person is not None and held.subject.tried is Tried.CODE:
        notice(
            work,
            person.email,
            "Somebody gave your password, but wrong codes",
            "Somebody signed in with your password and then gave wrong codes of the second factor "
            "again and again. Nobody came in.",
            "If that was not you, change your password: somebody knows it.",
        )


# One's own account


def is_password(work: Work, visit: Visit, password: str) -> bool:
    """Whether somebody who is here already gives their own password, asked for again."""
    person = active_person(work, visit.person)
    return work.credentials.matches(person.password_hash, passwords.normal(password))


def rename(work: Work, visit: Visit, name: str, locale: str) -> None:
    """Change one's own name and the way dates and money are written.

    Raises:
        RefusedError: somebody else goes by that name.
    """
    work.actor.require(Verb.KEEP_ACCOUNT)
    person = active_person(work, visit.person)
    name = fit_name(work, name, person.id)
    store.change_person(work.connection, person.id, {"name": name, "locale": locale})
    if name != person.name:
        work.record(Verb.KEEP_ACCOUNT, {"what": "renamed", "before": person.name, "after": name})


def change_password(work: Work, visit: Visit, password: str, browser: Browser) -> BegunSession:
    """Set a new password; every session ends but this one, which goes on under a new text.

    Raises:
        RefusedError: the new one will not do.
    """
    work.actor.require(Verb.KEEP_ACCOUNT)
    person = active_person(work, visit.person)
    passwords.set_password(work, person, password)
    work.record(Verb.KEEP_ACCOUNT, {"what": "password-changed"})
    return begin(work, person.id, browser, is_full=True)


def own_sessions(work: Work, visit: Visit) -> list[OpenSession]:
    """The browsers in which somebody is signed in, the one used last first."""
    work.actor.require(Verb.KEEP_ACCOUNT)
    return [
        OpenSession(row.hash, row.agent, row.created_at, row.seen_at, row.hash == visit.hash)
        for row in sessions.sessions_of(work.connection, visit.person)
        if row.stage is SessionStage.FULL
        and is_valid(work, visit.actor.role, row.stage, row.created_at, row.seen_at)
    ]


def end_own_session(work: Work, visit: Visit, hash_: str) -> bool:
    """Sign out another browser of one's own; false if there is none such."""
    work.actor.require(Verb.KEEP_ACCOUNT)
    ended = sessions.end_session(work.connection, hash_, visit.person, work.at)
    if ended:
        work.record(Verb.KEEP_ACCOUNT, {"what": "session-ended"})
    return ended


def sign_out_everywhere(work: Work, visit: Visit) -> None:
    """End every session of one's own, this one too."""
    work.actor.require(Verb.KEEP_ACCOUNT)
    sessions.end_sessions(work.connection, [visit.person], work.at)
    work.record(Verb.KEEP_ACCOUNT, {"what": "signed-out-everywhere"})
