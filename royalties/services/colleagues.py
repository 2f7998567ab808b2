"""The people of a nonprofit or an organization, whom its own users invite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from royalties.domain.people import Actor, Role, Verb
from royalties.services.links import send_invitation
from royalties.services.names import fit_email, fit_name
from royalties.services.notices import notice
from royalties.services.people import Invited, add_invited, close
from royalties.services.work import RefusedError, Work
from royalties.store import people as store
from royalties.store.people import Listed, PersonRow


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
        told: subject and words for who had an account already.
    """

    word: str
    role: Role
    own: Callable[[Actor], frozenset[str]]
    keys_of: Callable[..., Mapping[int, tuple[str, ...]]]
    keep: Callable[..., None]
    members: Callable[..., list[Listed]]
    told: tuple[str, str]


_NONPROFITS = _House(
    "nonprofit",
    Role.NONPROFIT,
    lambda actor: actor.beneficiaries,
    store.beneficiaries_of,
    store.set_beneficiaries,
    store.members,
    ("You see another nonprofit's royalties", "the people of another nonprofit; sign in to see it"),
)
_ORGANIZATIONS = _House(
    "organization",
    Role.ORGANIZATION,
    lambda actor: actor.organizations,
    store.organizations_of,
    store.set_organizations,
    store.members_of_organization,
    ("You order for another organization", "the people of another organization; sign in to see it"),
)


def colleagues(work: Work, key: str) -> list[Listed]:
    """The people of a nonprofit or organization; none of one that is not the actor's to see."""
    house = _house(work)
    work.actor.require(Verb.READ_ORDERS if house is _ORGANIZATIONS else Verb.READ_OWN)
    return house.members(work.connection, work.actor, key)


def invite_colleague(work: Work, key: str, email: str, name: str) -> Invited:
    """Invite somebody to what one belongs to; who has an account of its kind is added to it.

    Returns:
        Their number, and the link if they are new here (else an empty text).

    Raises:
        RefusedError: the nonprofit or organization is not one's own, or the address cannot be
            invited.
    """
    house = _require_own(work, key)
    email = fit_email(email)
    known = store.find_by_email(work.connection, email)
    if known is not None and (known.role != house.role or known.status == "disabled"):
        raise RefusedError(f"{email} cannot be invited here: ask the publisher")
    if known is None:
        name = fit_name(work, name)
        number = add_invited(work, email, name, house.role)
        own: tuple[str, ...] = ()
    else:
        number, name = known.id, known.name
        own = house.keys_of(work.connection, [number]).get(number, ())
        if key in own and known.status == "active":
            raise RefusedError(f"{name} belongs here already")
    house.keep(work.connection, number, sorted({*own, key}))
    _record(work, house, "invited", number, name, key)
    return Invited(number, _tell(work, house, number))


def remove_colleague(work: Work, key: str, number: int) -> None:
    """Let somebody see what one belongs to no more; who belongs to nothing else is closed out.

    Raises:
        RefusedError: they do not belong to it, or it is oneself: so somebody always stays.
    """
    house = _require_own(work, key)
    if number == work.actor.person:
        raise RefusedError("nobody removes themselves: ask a colleague or the publisher")
    person = _held_with_oneself(work, house, key, number)
    own = house.keys_of(work.connection, [number]).get(number, ())
    if person is None or key not in own:
        raise RefusedError("there is no such colleague")
    left = [each for each in own if each != key]
    if left:
        house.keep(work.connection, number, left)
    elif person.status == "invited":
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


def _record(work: Work, house: _House, what: str, number: int, name: str, key: str) -> None:
    field = "beneficiary" if house is _NONPROFITS else house.word
    work.record(Verb.INVITE_COLLEAGUE, {"what": what, "person": number, "name": name, field: key})


def _tell(work: Work, house: _House, number: int) -> str:
    person = store.find_person(work.connection, number)
    if person is None:
        raise AssertionError
    if person.status == "invited":
        return send_invitation(work, person, work.actor.name)
    _tell_member(work, house, person)
    return ""


def _tell_member(work: Work, house: _House, person: PersonRow) -> None:
    subject, words = house.told
    notice(work, person.email, subject, f"{work.actor.name} added you to {words}.")
