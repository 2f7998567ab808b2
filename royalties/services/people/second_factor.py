"""The second factor: codes of an authenticator app, and recovery codes on paper."""

from contextlib import suppress
from dataclasses import dataclass

from royalties.adapters.credentials import fingerprint
from royalties.adapters.sealing import LostKeyError
from royalties.domain.people import FINANCE, Role, Verb
from royalties.services.mail.notices import notice
from royalties.services.people.sessions import (
    BegunSession,
    Browser,
    Visit,
    active_person,
    as_person,
    begin,
)
from royalties.services.work import RefusedError, Work
from royalties.store.people import people as store
from royalties.store.people import sessions
from royalties.store.people.people import PersonRow
from royalties.store.work import find_setting, write_setting

FOR_ALL = "second_factor_for_all"
CODE = "code"
RECOVERY_CODE = "recovery-code"


class UnreadableKeyError(RefusedError):
    """The key of a second factor was sealed with a key of the environment that is not given."""

    def __init__(self) -> None:
        super().__init__(
            "codes of the authenticator app cannot be checked, because the desk's secret key is "
            "not the one that was in use when it was set up: use a recovery code, and tell the "
            "publisher, who can give the old key (ROYALTIES_OLD_SECRET_KEYS) or reset your second "
            "factor"
        )


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A second factor that was set up; the recovery codes are shown once."""

    begun: BegunSession
    codes: list[str]


def is_for_all(work: Work) -> bool:
    """Whether everybody needs one; so it is, unless an administrator leaves it to the portals."""
    value = find_setting(work.connection, FOR_ALL)
    return value is None or bool(value)


def set_for_all(work: Work, *, on: bool) -> None:
    """Ask everybody for a second factor, or only the finance desk; who lacks one is signed out."""
    work.actor.require(Verb.SET)
    write_setting(work.connection, FOR_ALL, on, work.at, work.actor.name)
    if on:
        without = store.without_second_factor(work.connection)
        sessions.end_sessions(work.connection, without, work.at)
    work.record(Verb.SET, {FOR_ALL: on})


def is_needed(work: Work, role: Role) -> bool:
    """Whether a role cannot come in without one: at the finance desk nobody can."""
    return role in FINANCE or is_for_all(work)


def judge(work: Work, person: PersonRow, code: str) -> str | None:
    """What a code is (``code`` or ``recovery-code``), used up by this; None if it is wrong."""
    code = "".join(code.split()).lower()
    if person.totp_key is None:
        return None
    if store.use_recovery_code(work.connection, person.id, _hash(code), work.at):
        return RECOVERY_CODE
    step = work.credentials.totp_step(_key_of(work, person.totp_key), _digits(code), work.now)
    if step is None or not store.use_totp_step(work.connection, person.id, step):
        return None
    return CODE


def _key_of(work: Work, sealed: str) -> str:
    try:
        return work.sealer.open(sealed)
    except LostKeyError:
        raise UnreadableKeyError from None


def why_refused(work: Work, person: PersonRow, code: str) -> str:
    """The message for somebody whose code of their own second factor was refused."""
    secret = _key_of(work, person.totp_key) if person.totp_key is not None else None
    return why_wrong(work, secret, code)


def why_wrong(work: Work, secret: str | None, code: str) -> str:
    """The message for somebody whose code was refused: most often a clock is off.

    ``secret`` is the key of the second factor, None for somebody who has none.
    """
    digits = _digits(code)
    off = work.credentials.minutes_off(secret, digits, work.now) if secret and digits else None
    if off is None:
        return "This is not the app's current code: type the six digits that it shows now."
    if work.credentials.totp_step(secret or "", digits, work.now) is not None:
        return "This code was used already: wait for the app to show the next one."
    minutes = "a minute" if off == 1 else f"{off} minutes"
    return (
        f"The code is right, but for another time: the clock of the device that shows it is off by "
        f"about {minutes}. Let that device set date and time automatically, then type the code "
        "that it shows."
    )


def set_up(work: Work, visit: Visit, secret: str, code: str, browser: Browser) -> Enrolled | None:
    """Let a new key be somebody's second factor, once its app gave a right code; None if wrong.

    Who is half way in may set up their first one only; who is in is asked for the password by the
    page before. Every session ends but this one, which goes on under a new text.

    Raises:
        RefusedError: a second factor is there, and has not been given.
    """
    person = active_person(work, visit.person)
    if not visit.is_full and person.totp_key is not None:
        raise RefusedError("give a code of the second factor that is set up already")
    step = work.credentials.totp_step(secret, _digits(code), work.now)
    if step is None:
        return None
    is_first = person.totp_key is None
    store.set_second_factor(work.connection, person.id, work.sealer.seal(secret), step)
    sessions.end_sessions(work.connection, [person.id], work.at)
    acting = as_person(work, person)
    what = "second-factor-set" if is_first else "second-factor-renewed"
    acting.record(Verb.KEEP_ACCOUNT, {"what": what})
    if not visit.is_full:
        acting.record(Verb.SIGN_IN, {"what": "signed-in", "by": CODE})
    if not is_first:
        notice(
            acting,
            person.email,
            "Your second factor was changed",
            "Another device now gives the codes of your account, and the old recovery codes open "
            "nothing any more.",
            "If that was not you, tell the publisher at once.",
        )
    return Enrolled(begin(work, person.id, browser, is_full=True), _new_codes(work, person.id))


def skip(work: Work, visit: Visit, browser: Browser) -> BegunSession:
    """Come in without a second factor where that is left to the person.

    Raises:
        RefusedError: it is not.
    """
    person = active_person(work, visit.person)
    if person.totp_key is not None or is_needed(work, person.role):
        raise RefusedError("a second factor is needed here")
    acting = as_person(work, person)
    acting.record(Verb.SIGN_IN, {"what": "signed-in", "by": "password"})
    return begin(work, person.id, browser, is_full=True)


def codes_left(work: Work, visit: Visit) -> int:
    """How many recovery codes somebody has not used."""
    work.actor.require(Verb.KEEP_ACCOUNT)
    return store.recovery_codes_left(work.connection, visit.person)


def renew_codes(work: Work, visit: Visit) -> list[str]:
    """New recovery codes; the old ones open nothing any more. The page asks for the password."""
    work.actor.require(Verb.KEEP_ACCOUNT)
    person = active_person(work, visit.person)
    if person.totp_key is None:
        raise RefusedError("set up the second factor first")
    work.record(Verb.KEEP_ACCOUNT, {"what": "recovery-codes-renewed"})
    notice(
        work,
        person.email,
        "Your recovery codes were renewed",
        "New recovery codes were made for your account; the old ones open nothing any more.",
        "If that was not you, tell the publisher at once.",
    )
    return _new_codes(work, person.id)


def seal_all(work: Work) -> None:
    """Seal what an earlier version stored in clear, or an older key sealed, with the key in use."""
    work.actor.require(Verb.SET)
    for number, secret in store.second_factors(work.connection).items():
        if not work.sealer.is_newest(secret):
            with suppress(LostKeyError):
                sealed = work.sealer.seal(work.sealer.open(secret))
                store.change_person(work.connection, number, {"totp_key": sealed})


def unreadable(work: Work) -> int:
    """How many people's second factors were sealed with a key that is not given."""
    work.actor.require(Verb.AUDIT)
    lost = 0
    for secret in store.second_factors(work.connection).values():
        try:
            work.sealer.open(secret)
        except LostKeyError:
            lost += 1
    return lost


def _new_codes(work: Work, number: int) -> list[str]:
    codes = work.credentials.recovery_codes()
    store.set_recovery_codes(work.connection, number, [_hash(code) for code in codes])
    return codes


def _hash(code: str) -> str:
    return fingerprint(code.replace("-", ""))


def _digits(code: str) -> str:
    """A code without the spaces that apps show in it; nothing but ASCII digits is compared."""
    digits = "".join(code.split())
    return digits if digits.isascii() and digits.isdigit() else ""
