"""The first administrator, who signs up once by a link printed where the desk was started."""

from datetime import datetime, timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import PersonStatus, Role, Verb
from royalties.services.people.links import DeadLinkError
from royalties.services.people.names import fit_email, fit_name
from royalties.services.people.passwords import complaint, normal
from royalties.services.people.sessions import BegunSession, Browser, as_person, begin
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.people import people as store
from royalties.store.work import find_setting, pop_setting, write_setting

LASTS = timedelta(hours=24)
_LINK = "first_administrator"


class BadAddressError(RefusedError):
    """An e-mail address that cannot receive mail."""


def issue_link(work: Work) -> str | None:
    """A new link for the first administrator; None once anybody has been invited.

    It replaces any earlier link. Only its fingerprint is stored, and it is not logged.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    if store.any_people(work.connection):
        return None
    token = work.credentials.token()
    value = {"hash": fingerprint(token), "until": (work.at + LASTS).isoformat()}
    write_setting(work.connection, _LINK, value, work.at, work.actor.name)
    return f"{work.base_url}/account/first/{token}"


def check_link(work: Work, token: str) -> None:
    """Check that a link is still valid, without using it.

    Raises:
        DeadLinkError: it is not valid any more.
    """
    work.actor.require(Verb.SIGN_IN)
    _require_open(work, find_setting(work.connection, _LINK), token)


def accept(
    work: Work, token: str, email: str, name: str, password: str, *, locale: str, browser: Browser
) -> BegunSession:
    """Become the first administrator; the second factor comes next.

    Raises:
        DeadLinkError: the link is not valid any more.
        BadAddressError: the address cannot receive mail.
        BadNameError: the name cannot be logged.
        RefusedError: the password is not acceptable.
    """
    work.actor.require(Verb.SIGN_IN)
    _require_open(work, pop_setting(work.connection, _LINK), token)
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
            "status": PersonStatus.ACTIVE,
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


def _require_open(work: Work, link: dict[str, str] | None, token: str) -> None:
    """Refuse a link that is outdated or expired, or if somebody has been invited already."""
    if link is None or link["hash"] != fingerprint(token) or store.any_people(work.connection):
        raise DeadLinkError
    until = datetime.fromisoformat(link["until"])
    # A link that would outlast one made now was made before the clock was set back.
    if not work.at < until <= work.at + LASTS + CLOCKS_DIFFER:
        raise DeadLinkError
