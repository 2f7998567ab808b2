"""Which passwords are good enough: long, not known to everybody, and not the obvious one."""

from contextlib import suppress
from unicodedata import normalize

from royalties.domain.people import LinkPurpose
from royalties.services.books import setup_in_force
from royalties.services.mail.notices import notice
from royalties.services.work import RefusedError, Work
from royalties.store.people import sessions
from royalties.store.people.people import PersonRow, change_person

SHORTEST = 12
LONGEST = 1024
_FEWEST_CHARACTERS = 5
_SHORTEST_NAME = 4


def normal(password: str) -> str:
    """A password as it is hashed: the same text, however a keyboard composes its letters."""
    return normalize("NFKC", password)


def complaint(work: Work, password: str, email: str) -> str:
    """Why a password will not do, as advice; empty if it does.

    There are no rules about kinds of characters: length and not being guessed are what counts.
    """
    password = normal(password)
    if len(password) < SHORTEST:
        return f"Take at least {SHORTEST} characters; a few words in a row are easy to keep."
    if len(password) > LONGEST:
        return f"Take at most {LONGEST:,} characters."
    squeezed = "".join(password.casefold().split())
    if work.credentials.is_common(password) or work.credentials.is_common(squeezed):
        return "This is one of the passwords that are tried first: take another one."
    if len(set(squeezed)) < _FEWEST_CHARACTERS:
        return "This repeats itself too much: take another one."
    if any(name in squeezed for name in _obvious(work, email)):
        return "Leave out your e-mail address and the publisher's name: they are tried first."
    return ""


def _obvious(work: Work, email: str) -> list[str]:
    names = [email, email.partition("@")[0]]
    with suppress(RefusedError):  # before the first setup file there is no name
        names.append(setup_in_force(work).publisher.name)
    squeezed = ("".join(name.casefold().split()) for name in names)
    return [name for name in squeezed if len(name) >= _SHORTEST_NAME]


def set_password(work: Work, person: PersonRow, password: str) -> None:
    """Save a new password, notify its owner, and end every session.

    Raises:
        RefusedError: it will not do.
    """
    save_password(work, person, password)
    sessions.end_sessions(work.connection, [person.id], work.at)
    sessions.revoke_links(work.connection, person.id, work.at, LinkPurpose.RESET)
    notice(
        work,
        person.email,
        "Your password was changed",
        "The password of your account was changed just now, and other browsers were signed out.",
        "If that was not you, ask for a new password at once and tell the publisher.",
    )


def save_password(work: Work, person: PersonRow, password: str) -> None:
    """Keep a password's hash.

    Raises:
        RefusedError: it will not do.
    """
    if found := complaint(work, password, person.email):
        raise RefusedError(found)
    hashed = work.credentials.hash_password(normal(password))
    change_person(work.connection, person.id, {"password_hash": hashed})
