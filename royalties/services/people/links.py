"""Links sent by e-mail, for an invitation or a new password: each opens one thing, once."""

from dataclasses import dataclass
from datetime import timedelta

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import LinkPurpose, PersonStatus, Role, Verb
from royalties.services.mail.outbox import Message, write
from royalties.services.people.invitations import InvitedTo, house_name, invited_to_own, inviter_of
from royalties.services.people.names import fit_name, plain_address
from royalties.services.people.passwords import save_password, set_password
from royalties.services.people.sessions import BegunSession, Browser, as_person, begin
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.mail import messages as mail
from royalties.store.people import people as store
from royalties.store.people import sessions
from royalties.store.people.people import PersonRow

LASTS = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(minutes=60)}


class DeadLinkError(RefusedError):
    """A link that was used, is too old, or never was."""

    def __init__(self) -> None:
        super().__init__(
            "This link no longer works: it was used, or it is too old, or a newer one was "
            "sent. Ask for a new one."
        )


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Whose link it is, and what it invites to; a link for a new password invites to nothing."""

    email: str
    name: str
    role: Role
    invited_to: InvitedTo | None = None


def send_invitation(work: Work, person: PersonRow) -> str:
    """Send somebody a link by which they come in; returns its address."""
    address = _make(work, person, LinkPurpose.INVITATION)
    to = invited_to_own(work, person.id, person.role)
    write(
        work,
        Message(
            person.email,
            invitation_subject(to),
            [
                f"Dear {person.name},",
                f"{inviter_of(work, to)} invites you to {to.purpose}.",
                "Choose a password with the link below. It works once, for seven days.",
                f"You will sign in as {person.email}.",
            ],
            kind=LinkPurpose.INVITATION,
            about=str(person.id),
            link=("Accept the invitation", address),
            secret=True,
        ),
    )
    return f"{work.base_url}{address}"


def invitation_subject(to: InvitedTo) -> str:
    """The subject of an invitation: from whom, and for whom if it is not for the desk."""
    if to.names:
        return f"{to.publisher} invites you to its royalty desk for {' and '.join(to.names[:2])}"
    return f"{to.publisher} invites you to its royalty desk"


def ask_for_reset(work: Work, email: str) -> None:
    """Send a link for a new password to an account, without revealing whether there is one."""
    work.actor.require(Verb.SIGN_IN)
    person = store.find_by_email(work.connection, plain_address(email))
    if person is None or person.status != PersonStatus.ACTIVE:
        return
    address = _make(work, person, LinkPurpose.RESET)
    write(
        work,
        Message(
            person.email,
            f"A new password for {house_name(work)}",
            [
                "Somebody, perhaps you, asked for a new password for your account.",
                "Choose one with the link below. It works once, for an hour.",
                "If it was not you, do nothing: your password stays as it is.",
            ],
            kind=LinkPurpose.RESET,
            about=str(person.id),
            link=("Choose a new password", address),
            secret=True,
        ),
    )
    work.record(Verb.SIGN_IN, {"what": "reset-asked", "person": person.id, "name": person.name})


def find_owner(work: Work, token: str, purpose: LinkPurpose) -> OpenedLink:
    """Whose link it is; looking changes nothing.

    Raises:
        DeadLinkError: it opens nothing.
    """
    _, person = _require_link(work, token, purpose)
    role = person.role
    is_invitation = purpose is LinkPurpose.INVITATION
    to = invited_to_own(work, person.id, role) if is_invitation else None
    return OpenedLink(person.email, person.name, role, to)


def accept(
    work: Work, token: str, name: str, password: str, *, locale: str, browser: Browser
) -> BegunSession:
    """Accept an invitation: choose a name and a password; the second factor comes next.

    Raises:
        DeadLinkError: the link opens nothing.
        RefusedError: name or password will not do.
    """
    work.actor.require(Verb.SIGN_IN)
    hash_, person = _require_link(work, token, LinkPurpose.INVITATION)
    name = fit_name(work, name, person.id)
    save_password(work, person, password)
    _use(work, hash_, person)
    store.change_person(
        work.connection, person.id, {"name": name, "status": PersonStatus.ACTIVE, "locale": locale}
    )
    as_person(work, person._replace(name=name)).record(
        Verb.SIGN_IN, {"what": "accepted", "person": person.id, "invited_as": person.name}
    )
    return begin(work, person.id, browser, is_full=False)


def reset(work: Work, token: str, password: str) -> None:
    """Set a new password by a link; every session ends and the second factor stays as it is.

    Raises:
        DeadLinkError: the link opens nothing.
        RefusedError: the password will not do.
    """
    work.actor.require(Verb.SIGN_IN)
    hash_, person = _require_link(work, token, LinkPurpose.RESET)
    _use(work, hash_, person)
    acting = as_person(work, person)
    set_password(acting, person, password)
    acting.record(Verb.SIGN_IN, {"what": "password-reset"})


def _make(work: Work, person: PersonRow, purpose: LinkPurpose) -> str:
    token = work.credentials.token()
    mail.cancel_unsent(work.connection, purpose, str(person.id))
    sessions.add_link(
        work.connection,
        fingerprint(token),
        purpose,
        person.id,
        work.at,
        work.at + LASTS[purpose],
    )
    return f"/account/{purpose}/{token}"


def _require_link(work: Work, token: str, purpose: LinkPurpose) -> tuple[str, PersonRow]:
    link = sessions.find_link(
        work.connection, fingerprint(token), purpose, work.at, work.at + CLOCKS_DIFFER
    )
    if link is None:
        raise DeadLinkError
    person = store.find_person(work.connection, link.person_id)
    status = PersonStatus.INVITED if purpose is LinkPurpose.INVITATION else PersonStatus.ACTIVE
    if person is None or person.status != status:
        raise DeadLinkError
    return link.hash, person


def _use(work: Work, hash_: str, person: PersonRow) -> None:
    if not sessions.use_link(work.connection, hash_, work.at):
        raise DeadLinkError
    sessions.revoke_links(work.connection, person.id, work.at)
