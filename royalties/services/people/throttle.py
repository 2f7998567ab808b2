"""Guessing costs time: after too many attempts, sign-in is blocked for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from royalties.adapters.credentials import fingerprint
from royalties.services.people.names import plain_address
from royalties.services.people.networks import network
from royalties.services.work import RefusedError, Work
from royalties.store.people import people
from royalties.store.people import sessions as store
from royalties.store.people.people import PersonRow

_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How often something may be tried within a time."""

    times: int
    within: timedelta


class Tried(Enum):
    """What is tried, and how often it may be.

    Whatever anybody may try in another's name is counted by who tries: an account together with
    the network, so that a stranger's attempts do not keep its owner out. The limits of an account
    or mailbox alone (``ACCOUNT``, ``RESET_ACCOUNT``, ``REQUEST_EMAIL``) are for attempts from many
    networks, and far higher.

    A code has a million values and three are right at any moment, so a day's limit is behind
    the short one. ``SIGN_IN`` counts right passwords too, which are forgiven else: each costs as
    much to check as a wrong one. ``LOOKING`` counts seconds for which files were looked at.
    """

    PAIR = (AttemptLimit(10, timedelta(minutes=15)), AttemptLimit(100, _LONGEST))
    ACCOUNT = (AttemptLimit(100, timedelta(hours=1)), AttemptLimit(500, _LONGEST))
    ADDRESS = (AttemptLimit(50, timedelta(minutes=15)),)
    SIGN_IN = (AttemptLimit(30, timedelta(minutes=15)), AttemptLimit(200, _LONGEST))
    CODE = (AttemptLimit(5, timedelta(minutes=15)), AttemptLimit(20, _LONGEST))
    RESET = (AttemptLimit(3, timedelta(minutes=15)), AttemptLimit(10, _LONGEST))
    RESET_ACCOUNT = (AttemptLimit(30, _LONGEST),)
    PASSWORD_AGAIN = (AttemptLimit(10, timedelta(minutes=15)),)
    DRAFT = (AttemptLimit(60, timedelta(hours=1)),)
    REQUEST = (AttemptLimit(5, timedelta(hours=1)),)
    REQUEST_PAIR = (AttemptLimit(3, timedelta(hours=1)), AttemptLimit(10, _LONGEST))
    REQUEST_EMAIL = (AttemptLimit(10, timedelta(hours=1)), AttemptLimit(30, _LONGEST))
    ARTWORK = (AttemptLimit(20, timedelta(minutes=1)),)
    LOOKING = (AttemptLimit(300, timedelta(minutes=15)),)
    LOOKING_FOR = (AttemptLimit(600, timedelta(minutes=15)),)
    ALL_REQUESTS = (AttemptLimit(200, timedelta(hours=1)),)
    INVITING = (AttemptLimit(20, _LONGEST),)
    INVITED = (AttemptLimit(3, _LONGEST),)
    ALL_INVITING = (AttemptLimit(200, _LONGEST),)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose attempts are counted: an account from a network, a person's number, a network."""

    tried: Tried
    name: str

    @property
    def hash(self) -> str:
        """What is stored of it."""
        return fingerprint(f"{self.tried.name}:{self.name}")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as that is known of somebody who is not in yet.

    Attributes:
        network: where they ask from (``networks.network``).
        browser: a random text that their browser carries since somebody came in with it.
        people: numbers of those who did.
    """

    network: str
    browser: str = ""
    people: frozenset[int] = frozenset()


def of_sign_in(work: Work, email: str, asker: Asker) -> list[Subject]:
    """Whose attempts count when somebody gives a password.

    A browser with which the account's owner came in before has attempts of its own, so strangers
    cannot use them up. A new password begins anew: it has not been guessed at yet.
    """
    person = people.find_by_email(work.connection, plain_address(email))
    account = f"{plain_address(email)} {_secret_of(person)}"
    if person is not None and person.id in asker.people:
        return [Subject(Tried.PAIR, f"{account} {asker.browser}")]
    return [
        Subject(Tried.PAIR, f"{account} {asker.network}"),
        Subject(Tried.ACCOUNT, account),
        Subject(Tried.ADDRESS, asker.network),
    ]


def of_reset(work: Work, email: str, asker: Asker) -> list[Subject]:
    """Whose attempts count when somebody asks for a new password."""
    email = plain_address(email)
    person = people.find_by_email(work.connection, email)
    if person is not None and person.id in asker.people:
        return [Subject(Tried.RESET, f"{email} {asker.browser}")]
    return [
        Subject(Tried.RESET, f"{email} {asker.network}"),
        Subject(Tried.RESET_ACCOUNT, email),
        Subject(Tried.ADDRESS, asker.network),
    ]


def of_code(work: Work, number: int, asker: Asker) -> list[Subject]:
    """Whose attempts count when somebody whose password was right gives a code."""
    person = people.find_person(work.connection, number)
    known = asker.browser if number in asker.people else ""
    return [Subject(Tried.CODE, f"{number} {_secret_of(person)} {known}")]


def _secret_of(person: PersonRow | None) -> str:
    return fingerprint(person.password_hash or "") if person is not None else ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """There were too many attempts.

    Attributes:
        subject: of what.
        seconds: how long to wait.
        is_new: whether this is the first attempt that is blocked.
    """

    subject: Subject
    seconds: int
    is_new: bool


class TooOftenError(RefusedError):
    """More requests came within an hour than people write."""

    def __init__(self) -> None:
        super().__init__(
            "more requests came in than we can answer: wait an hour, or write to us instead"
        )


def count_request(work: Work, address: str, email: str = "") -> None:
    """Count a request of somebody whom nobody knows.

    Args:
        work: the unit of work.
        address: the network address it comes from, of which only a fingerprint is stored.
        email: the address that is written to because of it, if one is.

    Raises:
        TooOftenError: one of these, or everybody together, asked too often.
    """
    here = network(address)
    subjects = [Subject(Tried.REQUEST, here), Subject(Tried.ALL_REQUESTS, "")]
    if email:
        subjects.append(Subject(Tried.REQUEST_PAIR, f"{email} {here}"))
        subjects.append(Subject(Tried.REQUEST_EMAIL, email))
    if attempt(work, subjects) is not None:
        raise TooOftenError


def attempt(work: Work, subjects: Iterable[Subject]) -> Blocked | None:
    """Count an attempt before it is judged, or say how long to wait.

    It is counted first, so that attempts at the same moment do not slip through; whoever was
    right is forgiven after. Attempts dated in the future, from before a clock was set back, count
    as made now, so nobody is held longer than the limit says. The caller keeps this even if it
    answers with an error.
    """
    subjects = list(subjects)
    store.delete_old_attempts(work.connection, work.at - _LONGEST)
    store.clamp_future_attempts(work.connection, work.at)
    for subject in subjects:
        for limit in subject.tried.value:
            past = store.last_attempts(
                work.connection, subject.hash, work.at - limit.within, limit.times
            )
            if len(past) >= limit.times:
                free = past[-1] + limit.within
                seconds = max(1, int((free - work.now).total_seconds()) + 1)
                return Blocked(subject, seconds, _is_new(work, subject, limit))
    store.add_attempts(work.connection, [subject.hash for subject in subjects], work.at)
    return None


def spend(work: Work, subjects: Iterable[Subject], times: int) -> None:
    """Count what was begun with an attempt as several, once it is known how many it was."""
    store.add_attempts(
        work.connection, [each.hash for each in subjects for _ in range(times)], work.at
    )


def forgive(work: Work, subjects: Iterable[Subject]) -> None:
    """Forget the attempts of who was right; of a client's address only this one."""
    subjects = list(subjects)
    store.delete_attempts(
        work.connection,
        [subject.hash for subject in subjects if subject.tried is not Tried.ADDRESS],
    )
    for subject in subjects:
        if subject.tried is Tried.ADDRESS:
            store.delete_last_attempt(work.connection, subject.hash)


def _is_new(work: Work, subject: Subject, limit: AttemptLimit) -> bool:
    mark = fingerprint(f"held:{subject.hash}")
    if store.last_attempts(work.connection, mark, work.at - limit.within, 1):
        return False
    store.add_attempts(work.connection, [mark], work.at)
    return True
