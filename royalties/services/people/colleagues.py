"""The people of a nonprofit or an organization, whom its own users invite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from royalties.adapters.credentials import fingerprint
from royalties.domain.people import Actor, LinkPurpose, PersonStatus, Role, Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.organizations import Organization
from royalties.services.books import Setup, setup_in_force
from royalties.services.mail.outbox import Message, write
from royalties.services.people.invitations import invited_to
from royalties.services.people.links import LASTS, DeadLinkError
from royalties.services.people.names import fit_email, fit_name, plain_name
from royalties.services.people.passwords import save_password
from royalties.services.people.sessions import BegunSession, Browser, as_person, begin
from royalties.services.people.staff import close
from royalties.services.people.throttle import Subject, Tried, attempt
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store.mail import messages as mail
from royalties.store.people import colleagues as kept
from royalties.store.people import people as store
from royalties.store.people import sessions
from royalties.store.people.colleagues import ColleagueRow
from royalties.store.people.people import PersonRow, PersonSummary


class TooManyInvitedError(RefusedError):
    """More was invited in a day than people need."""

    def __init__(self) -> None:
        super().__init__(
            "more invitations were asked for today than are sent in a day: go on tomorrow, or ask "
            "the publisher"
        )


@dataclass(frozen=True, slots=True)
class PendingColleague:
    """Somebody who was invited, as the address was typed."""

    number: int
    email: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link invites to.

    Attributes:
        email: whom.
        name: what they are called, or were called by who invited them.
        role: of the people there.
        house: the nonprofit's or organization's name.
        inviter: the colleague who invites.
        purpose: what they will be able to do, as in "invites you to …".
        has_account: whether the one that they have will do; else they choose a password.
    """

    email: str
    name: str
    role: Role
    house: str
    inviter: str
    purpose: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class _House:
    """What people belong to: nonprofits, or organizations that order.

    Attributes:
        word: what one is called.
        role: of its people.
        own: the keys that an actor belongs to.
        keys_of: the keys that people belong to, by person.
        keep: says what a person belongs to.
        members: the people of one, of those that an actor may see.
        named: the entries of the setup, each with its name.
    """

    word: str
    role: Role
    own: Callable[[Actor], frozenset[str]]
    keys_of: Callable[..., Mapping[int, tuple[str, ...]]]
    keep: Callable[..., None]
    members: Callable[..., list[PersonSummary]]
    named: Callable[[Setup], Mapping[str, Beneficiary | Organization]]

    def called(self, work: Work, key: str) -> str:
        """What one of them is called, in messages."""
        try:
            member = self.named(setup_in_force(work)).get(key)
        except RefusedError:  # before the first setup file nothing has a name
            member = None
        return member.name if member is not None else key


_NONPROFITS = _House(
    "nonprofit",
    Role.NONPROFIT,
    lambda actor: actor.beneficiaries,
    store.beneficiaries_of,
    store.set_beneficiaries,
    store.members,
    lambda setup: setup.beneficiaries,
)
_ORGANIZATIONS = _House(
    "organization",
    Role.ORGANIZATION,
    lambda actor: actor.organizations,
    store.organizations_of,
    store.set_organizations,
    store.members_of_organization,
    lambda setup: setup.organizations,
)


def colleagues(work: Work, key: str) -> list[PersonSummary]:
    """The people of a nonprofit or organization; none of one that is not the actor's to see."""
    house = _house(work)
    work.actor.require(Verb.READ_ORDERS if house is _ORGANIZATIONS else Verb.READ_OWN)
    return house.members(work.connection, work.actor, key)


def invited(work: Work, key: str) -> list[PendingColleague]:
    """Who was invited by colleagues and did not follow the link yet: only what was typed.

    So it is the same for an address that nobody has and for one that has an account of any kind.
    """
    house = _house(work)
    work.actor.require(Verb.READ_ORDERS if house is _ORGANIZATIONS else Verb.READ_OWN)
    if key not in house.own(work.actor):
        return []
    here = {each.email for each in colleagues(work, key) if each.status == PersonStatus.ACTIVE}
    rows = kept.pending_invitations(work.connection, house.role, key, work.at)
    return [
        PendingColleague(row.id, row.email, row.expires_at) for row in rows if row.email not in here
    ]


def invite_colleague(work: Work, key: str, email: str, name: str) -> None:
    """Invite somebody by e-mail to what one belongs to; they belong to it once they follow a link.

    Neither the answer nor later lists reveal whether there is an account
    of this address, or of which kind: who has one of another kind, or one that was closed, gets
    an e-mail too, which opens nothing, so that the answer takes as long.

    Raises:
        RefusedError: the nonprofit or organization is not one's own, or the address is none.
        BadNameError: the name will not do.
        TooManyInvitedError: more was invited today than is sent in a day.
    """
    house = _require_own(work, key)
    email, name = fit_email(email), plain_name(name)
    inviting = [Subject(Tried.INVITING, str(work.actor.person)), Subject(Tried.ALL_INVITING, "")]
    if attempt(work, inviting) is not None:
        raise TooManyInvitedError
    known = store.find_by_email(work.connection, email)
    if (
        known is not None
        and known.status == PersonStatus.ACTIVE
        and _belongs(work, house, known, key)
    ):
        return
    often = attempt(work, [Subject(Tried.INVITED, email)]) is not None
    may_come = known is None or _may_come(house, known)
    kept.delete_expired_invitations(work.connection, work.at)
    _record(work, house, "invited", known.id if known else None, name, key)
    older = _of_address(work, house, key, email)
    if often and older:
        return  # the link that they have stays good
    for row in older:
        _drop(work, row)
    token = work.credentials.token()
    number = kept.add_colleague(
        work.connection,
        {
            "hash": fingerprint(token),
            "role": house.role.value,
            "house": key,
            "email": email,
            "name": name,
            "created_at": work.at,
            "created_by": work.actor.name,
            "expires_at": work.at + LASTS[LinkPurpose.INVITATION],
        },
    )
    if not often:
        _write(work, house, key, (email, name), number, token if may_come else "")


def withdraw_colleague(work: Work, key: str, number: int) -> None:
    """Take back an invitation that was not followed yet; its link opens nothing any more.

    Raises:
        RefusedError: there is none such of what one belongs to.
    """
    house = _require_own(work, key)
    rows = kept.pending_invitations(work.connection, house.role, key, work.at)
    row = next((each for each in rows if each.id == number), None)
    if row is None or not _drop(work, row):
        raise RefusedError("there is no such invitation: it was accepted, or withdrawn")
    _record(work, house, "withdrawn", None, row.name, key)


# Following the link


def find_invitation(work: Work, token: str) -> Invitation:
    """What a link invites to; looking changes nothing.

    Raises:
        DeadLinkError: it opens nothing.
    """
    house, row, person = _require_invitation(work, token)
    has_account = person is not None and person.status == PersonStatus.ACTIVE
    name = person.name if person is not None else row.name
    return Invitation(
        row.email,
        name,
        house.role,
        house.called(work, row.house),
        row.created_by,
        invited_to(work, house.role, [row.house]).purpose,
        has_account,
    )


def join(work: Work, token: str) -> None:
    """Belong to what one was invited to, with the account that one has.

    Raises:
        DeadLinkError: the link opens nothing.
    """
    work.actor.require(Verb.SIGN_IN)
    house, row, person = _require_invitation(work, token, lock=True)
    if person is None or person.status != PersonStatus.ACTIVE:
        raise DeadLinkError
    _belong(work, house, row, person)


def accept(
    work: Work, token: str, name: str, password: str, *, locale: str, browser: Browser
) -> BegunSession:
    """Come in by an invitation without an account: choose a name and a password.

    Raises:
        DeadLinkError: the link opens nothing.
        RefusedError: name or password will not do.
    """
    work.actor.require(Verb.SIGN_IN)
    house, row, person = _require_invitation(work, token, lock=True)
    if person is not None and person.status == PersonStatus.ACTIVE:
        raise DeadLinkError
    name = fit_name(work, name, person.id if person else None)
    number = person.id if person else _add(work, house, row, name)
    person = store.find_person(work.connection, number, lock=True)
    if person is None:
        raise AssertionError
    save_password(work, person, password)
    sessions.revoke_links(work.connection, number, work.at)
    mail.cancel_unsent(work.connection, LinkPurpose.INVITATION, str(number))
    store.change_person(
        work.connection, number, {"name": name, "status": PersonStatus.ACTIVE, "locale": locale}
    )
    _belong(work, house, row, person._replace(name=name, status=PersonStatus.ACTIVE))
    return begin(work, number, browser, is_full=False)


def remove_colleague(work: Work, key: str, number: int) -> None:
    """Let somebody see what one belongs to no more; who belongs to nothing else is closed out.

    Raises:
        RefusedError: they do not belong to it, or it is oneself: so somebody always stays.
    """
    house = _require_own(work, key)
    if number == work.actor.person:
        raise RefusedError("you cannot remove yourself: ask a colleague or the publisher")
    person = _held_with_oneself(work, house, key, number)
    own = house.keys_of(work.connection, [number]).get(number, ())
    if person is None or key not in own:
        raise RefusedError("there is no such colleague")
    for row in _of_address(work, house, key, person.email):
        _drop(work, row)
    left = [each for each in own if each != key]
    if left:
        house.keep(work.connection, number, left)
    elif person.status == PersonStatus.INVITED:
        close(work, number)
        store.remove_person(work.connection, number)
    else:
        # The membership goes too: an account that is opened again sees nothing by itself.
        house.keep(work.connection, number, [])
        close(work, number)
    _record(work, house, "removed", number, person.name, key)


def _house(work: Work) -> _House:
    return _ORGANIZATIONS if work.actor.role is Role.ORGANIZATION else _NONPROFITS


def _require_own(work: Work, key: str) -> _House:
    work.actor.require(Verb.INVITE_COLLEAGUE)
    house = _house(work)
    if key not in house.own(work.actor):
        raise RefusedError(f"there is no such {house.word} of yours")
    return house


def _held_with_oneself(work: Work, house: _House, key: str, number: int) -> PersonRow | None:
    """A colleague, held like oneself, so that of two who remove each other one is refused."""
    me = work.actor.person or 0
    held = {
        each: store.find_person(work.connection, each, lock=True) for each in sorted({me, number})
    }
    if key not in house.keys_of(work.connection, [me]).get(me, ()):
        raise RefusedError(f"there is no such {house.word} of yours")
    return held[number]


def _record(work: Work, house: _House, event: str, number: int | None, name: str, key: str) -> None:
    field = "beneficiary" if house is _NONPROFITS else house.word
    who = {} if number is None else {"person": number}
    work.record(Verb.INVITE_COLLEAGUE, {"what": event, **who, "name": name, field: key})


def _belongs(work: Work, house: _House, person: PersonRow, key: str) -> bool:
    own = house.keys_of(work.connection, [person.id]).get(person.id, ())
    return person.role == house.role and key in own


def _may_come(house: _House, person: PersonRow) -> bool:
    return person.role == house.role and person.status != PersonStatus.DISABLED


def _of_address(work: Work, house: _House, key: str, email: str) -> list[ColleagueRow]:
    rows = kept.pending_invitations(work.connection, house.role, key, work.at)
    return [row for row in rows if row.email == email]


def _drop(work: Work, row: ColleagueRow) -> bool:
    mail.cancel_unsent(work.connection, LinkPurpose.INVITATION, _about(row.id))
    return kept.revoke_invitation(work.connection, row.id)


def _about(number: int) -> str:
    return f"colleague {number}"


def _write(
    work: Work, house: _House, key: str, to_whom: tuple[str, str], number: int, token: str
) -> None:
    """Write to somebody, by e-mail address and name, who was invited.

    Without a token they are notified that their account cannot be used for it.
    """
    email, name = to_whom
    called, to = house.called(work, key), invited_to(work, house.role, [key])
    first = (
        f"{work.actor.name} of {called} invites you to {to.purpose}, at the royalty desk of "
        f"{to.publisher}."
    )
    by_link = (
        "Accept with the link below. It works once, for seven days. Nothing changes until you "
        "accept; if you do not want to, you can ignore this e-mail."
    )
    by_none = (
        "Your account here cannot be used for this, so nothing was changed and there is "
        "nothing to do. If you expected the invitation, ask the publisher."
    )
    address = f"/account/{LinkPurpose.INVITATION}/{token}"
    write(
        work,
        Message(
            email,
            f"{work.actor.name} invites you to {called}",
            [f"Dear {name},", first, by_link if token else by_none],
            kind=LinkPurpose.INVITATION if token else "notice",
            about=_about(number),
            link=("Accept the invitation", address) if token else None,
            secret=bool(token),
        ),
    )


def _require_invitation(
    work: Work, token: str, *, lock: bool = False
) -> tuple[_House, ColleagueRow, PersonRow | None]:
    """An invitation with the account of its address, if there is one that may come."""
    newest = work.at + CLOCKS_DIFFER
    row = kept.find_colleague(work.connection, fingerprint(token), work.at, newest, lock=lock)
    if row is None:
        raise DeadLinkError
    house = _ORGANIZATIONS if row.role == Role.ORGANIZATION else _NONPROFITS
    person = store.find_by_email(work.connection, row.email)
    if person is not None and lock:
        person = store.find_person(work.connection, person.id, lock=True)
    if person is not None and not _may_come(house, person):
        raise DeadLinkError
    return house, row, person


def _add(work: Work, house: _House, row: ColleagueRow, name: str) -> int:
    return store.add_person(
        work.connection,
        {
            "email": row.email,
            "name": name,
            "role": house.role.value,
            "status": PersonStatus.INVITED,
            "locale": "",
            "created_at": work.at,
            "created_by": row.created_by,
        },
    )


def _belong(work: Work, house: _House, row: ColleagueRow, person: PersonRow) -> None:
    if not _drop(work, row):
        raise DeadLinkError
    own = house.keys_of(work.connection, [person.id]).get(person.id, ())
    house.keep(work.connection, person.id, sorted({*own, row.house}))
    _record(as_person(work, person), house, "joined", person.id, person.name, row.house)
