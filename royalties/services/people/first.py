"""The first administrator: a link printed where the desk was started makes one, once."""

from datetime import datetime, timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import Role, Verb
from royalties.services.people.links import DeadLinkError
from royalties.services.people.names import fit_email, fit_name
from royalties.services.people.passwords import complaint, normal
from royalties.services.people.sessions import BegunSession, Browser, as_person, begin
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.people import people as store
from royalties.store.work import find_setting, take_setting, write_setting

LASTS = timedelta(hours=24)
_LINK = "first_administrator"


class BadAddressError(RefusedError):
    """An e-mail address that nobody can be written to."""


def offer(work: Work) -> str | None:
    """A new link for the first administrator; None once anybody was invited.

    The link before it opens nothing any more. Only its fingerprint is kept, and the log has
    nothing of it.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    if store.any_people(work.connection):
        return None
    token = work.credentials.token()
    value = {"hash": fingerprint(token), "until": (work.at + LASTS).isoformat()}
    write_setting(work.connection, _LINK, value, work.at, work.actor.name)
    return f"{work.base_url}/account/first/{token}"


def look_at(work: Work, token: str) -> None:
    """Whether a link still makes the first administrator; looking changes nothing.

    Raises:
        DeadLinkError: it opens nothing.
    """
    work.actor.require(Verb.SIGN_IN)
    _require_open(work, find_setting(work.connection, _LINK), token)


def accept(
    work: Work, token: str, email: str, name: str, password: str, *, locale: str, browser: Browser
) -> BegunSession:
    """Become the first administrator; the second factor comes next.

    Raises:
        DeadLinkError: the link opens nothing.
        BadAddressError: nobody can be written to at the address.
        BadNameError: the log cannot take the name.
        RefusedError: the password will not do.
    """
    work.actor.require(Verb.SIGN_IN)
    _require_open(work, take_setting(work.connection, _LINK), token)
    try:
        email = fit_email(email)
    except RefusedError as error:
        raise BadAddressError(str(error)) from None
    name = fit_name(work, name)
    if found := complaint(work, password, email):
        raise RefusedError(found)
    number = store.add_person(
        work.connection,
        {
            "email": email,
            "name": name,
            "role": Role.ADMINISTRATOR.value,
            "status": "active",
            "password_hash": work.credentials.hash_password(normal(password)),
            "locale": locale,
            "created_at": work.at,
            "created_by": name,
        },
    )
    person = store.find_person(work.connection, number)
    assert person is not None  # noqa: S101 - it was added above
    as_person(work, person).record(
        Verb.SIGN_IN, {"what": "first-administrator", "person": number, "name": name}
    )
    return begin(work, number, browser, is_full=False)


def _require_open(work: Work, kept: dict[str, str] | None, token: str) -> None:
    """Refuse a link that is not the newest, is too old, or comes after somebody was invited."""
    if kept is None or kept["hash"] != fingerprint(token) or store.any_people(work.connection):
        raise DeadLinkError
    until = datetime.fromisoformat(kept["until"])
    # A link that lasts longer than any made now was made before a clock was set back.
    if not work.at < until <= work.at + LASTS + CLOCKS_DIFFER:
        raise DeadLinkError
