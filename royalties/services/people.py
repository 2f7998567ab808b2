"""Who may come in, and as what: inviting people, their roles, and closing their accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from royalties.domain.people import Role, Verb
from royalties.services.books import setup_in_force
from royalties.services.links import send_invitation
from royalties.services.names import fit_email, fit_name
from royalties.services.notices import notice
from royalties.services.work import RefusedError, Work
from royalties.store import mail, sessions
from royalties.store import people as store
from royalties.store.people import Listed, PersonRow

INVITABLE = (Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR, Role.NONPROFIT, Role.ORGANIZATION)
PAGE = 50


class UnknownPersonError(RefusedError):
    """There is no such person."""

    def __init__(self) -> None:
        super().__init__("there is no such person")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as lists and pages show them."""

    listed: Listed
    beneficiaries: tuple[str, ...]

    @property
    def role(self) -> Role:
        """What they are to the house."""
        return Role(self.listed.role)


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited; the link is in their e-mail, and may be handed over."""

    number: int
    address: str


def people(work: Work, *, text: str = "", role: str = "", page: int = 1) -> list[Person]:
    """People by name, one page and one person more (who says that there is another page)."""
    work.actor.require(Verb.AUDIT)
    listed = store.people(
        work.connection, text=text, role=role, limit=PAGE + 1, skip=(page - 1) * PAGE
    )
    return _with_beneficiaries(work, listed)


def find(work: Work, number: int) -> Person | None:
    """One person."""
    work.actor.require(Verb.AUDIT)
    found = _with_beneficiaries(
        work, store.people(work.connection, number=number, limit=1) if number else []
    )
    return found[0] if found else None


def everybody(work: Work) -> list[Person]:
    """All people, for the command line."""
    work.actor.require(Verb.AUDIT)
    return _with_beneficiaries(work, store.people(work.connection, limit=1_000_000))


def invite(
    work: Work, email: str, name: str, role: Role, beneficiaries: Iterable[str] = ()
) -> Invited:
    """Invite somebody by e-mail; who was invited before is sent a new link.

    Raises:
        RefusedError: the address is none or has an account, or role and nonprofits do not fit.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    email = fit_email(email)
    keys = _fit_beneficiaries(work, role, beneficiaries)
    known = store.find_by_email(work.connection, email)
    if known is not None and known.status != "invited":
        state = "has an account" if known.status == "active" else "has an account that was closed"
        raise RefusedError(f"{email} {state} ({known.role}): change it under People")
    name = fit_name(work, name, known.id if known else None)
    if known is None:
        number = add_invited(work, email, name, role)
    else:
        number = known.id
        store.change_person(work.connection, number, {"name": name, "role": role.value})
    store.set_beneficiaries(work.connection, number, keys)
    work.record(Verb.MANAGE_PEOPLE, _about("invited", number, name, role, keys))
    return Invited(number, send_invitation(work, _row(work, number), work.actor.name))


def add_invited(work: Work, email: str, name: str, role: Role) -> int:
    """Add somebody who is invited; returns their number."""
    return store.add_person(
        work.connection,
        {
            "email": email,
            "name": name,
            "role": role.value,
            "status": "invited",
            "locale": "",
            "created_at": work.at,
            "created_by": work.actor.name,
        },
    )


def invite_again(work: Work, number: int) -> Invited:
    """Send a new invitation; the link of the one before opens nothing any more."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    if person.status != "invited":
        raise RefusedError(f"{person.name} accepted already")
    work.record(
        Verb.MANAGE_PEOPLE, {"what": "invited-again", "person": number, "name": person.name}
    )
    return Invited(number, send_invitation(work, person, work.actor.name))


def withdraw(work: Work, number: int) -> str:
    """Take an invitation back; returns whose it was."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    if person.status != "invited":
        raise RefusedError(f"{person.name} accepted already: disable the account instead")
    mail.take_back(work.connection, "invitation", str(number))
    store.remove_person(work.connection, number)
    work.record(Verb.MANAGE_PEOPLE, {"what": "withdrawn", "person": number, "name": person.name})
    return person.name


def change_role(work: Work, number: int, role: Role, beneficiaries: Iterable[str] = ()) -> None:
    """Change what somebody is, and to which nonprofits they belong; they are signed out.

    Raises:
        RefusedError: it is oneself, or the last administrator.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _other(work, number, "nobody changes their own role: ask another administrator")
    keys = _fit_beneficiaries(work, role, beneficiaries)
    before = store.beneficiaries_of(work.connection, [number]).get(number, ())
    if person.role == role and tuple(keys) == before:
        return
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(work, person)
    store.change_person(work.connection, number, {"role": role.value})
    store.set_beneficiaries(work.connection, number, keys)
    sessions.end_sessions(work.connection, [number], work.at)
    work.record(
        Verb.MANAGE_PEOPLE,
        _about("role-changed", number, person.name, role, keys)
        | {"before": person.role, "beneficiaries_before": list(before)},
    )


def disable(work: Work, number: int) -> None:
    """Close an account; whoever is signed in with it is out at once.

    Raises:
        RefusedError: it is oneself, or the last administrator.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _other(work, number, "nobody closes their own account: ask another administrator")
    _keep_an_administrator(work, person)
    close(work, number)
    work.record(Verb.MANAGE_PEOPLE, {"what": "disabled", "person": number, "name": person.name})


def close(work: Work, number: int) -> None:
    """Let nobody in by an account any more."""
    store.change_person(work.connection, number, {"status": "disabled"})
    sessions.end_sessions(work.connection, [number], work.at)
    sessions.drop_links(work.connection, number, work.at)
    for kind in ("invitation", "reset"):
        mail.take_back(work.connection, kind, str(number))


def enable(work: Work, number: int) -> None:
    """Open an account that was closed; who never accepted needs a new invitation."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    if person.status != "disabled":
        raise RefusedError(f"the account of {person.name} is open")
    status = "active" if person.password_hash else "invited"
    store.change_person(work.connection, number, {"status": status})
    work.record(Verb.MANAGE_PEOPLE, {"what": "enabled", "person": number, "name": person.name})


def reset_second_factor(work: Work, number: int) -> None:
    """Forget the second factor of somebody who lost it; they set up another one.

    They are signed out, and told, since whoever knows their password could be first.

    Raises:
        RefusedError: it is oneself.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _other(work, number, "renew your own second factor on your account's page")
    store.set_second_factor(work.connection, number, None, None)
    sessions.end_sessions(work.connection, [number], work.at)
    notice(
        work,
        person.email,
        "Your second factor was reset",
        f"{work.actor.name} reset the second factor of your account. Sign in with your password "
        "soon and set up another one.",
        "If you did not ask for this, tell the publisher at once.",
    )
    work.record(
        Verb.MANAGE_PEOPLE,
        {"what": "second-factor-reset", "person": number, "name": person.name},
    )


def sign_out_everywhere(work: Work, number: int) -> None:
    """End all sessions of somebody."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    sessions.end_sessions(work.connection, [number], work.at)
    work.record(Verb.MANAGE_PEOPLE, {"what": "signed-out", "person": number, "name": person.name})


def _row(work: Work, number: int) -> PersonRow:
    person = store.find_person(work.connection, number, lock=True)
    if person is None:
        raise UnknownPersonError
    return person


def _other(work: Work, number: int, advice: str) -> PersonRow:
    if number == work.actor.person:
        raise RefusedError(advice)
    return _row(work, number)


def _keep_an_administrator(work: Work, person: PersonRow) -> None:
    if person.role != Role.ADMINISTRATOR or person.status != "active":
        return
    # Asked while all of them are held: two who remove each other do not both succeed.
    active = store.active_of_role(work.connection, Role.ADMINISTRATOR.value)
    if set(active) <= {person.id}:
        raise RefusedError(
            f"{person.name} is the last active administrator: make somebody else one first"
        )


def _fit_beneficiaries(work: Work, role: Role, keys: Iterable[str]) -> list[str]:
    if role not in INVITABLE:
        raise RefusedError(f"choose one of the roles {', '.join(INVITABLE)}")
    wanted = sorted(set(keys))
    if role is not Role.NONPROFIT:
        if wanted:
            raise RefusedError("only a nonprofit's user belongs to beneficiaries")
        return []
    if not wanted:
        raise RefusedError("choose the beneficiaries whose figures they may see")
    known = setup_in_force(work).beneficiaries
    for key in wanted:
        if key not in known:
            raise RefusedError(f"there is no beneficiary {key[:64]}")
    return wanted


def _about(what: str, number: int, name: str, role: Role, keys: Sequence[str]) -> dict[str, object]:
    about: dict[str, object] = {
        "what": what,
        "person": number,
        "name": name,
        "role": role.value,
    }
    return about | ({"beneficiaries": list(keys)} if keys else {})


def _with_beneficiaries(work: Work, listed: Sequence[Listed]) -> list[Person]:
    own = store.beneficiaries_of(work.connection, [each.id for each in listed])
    return [Person(each, own.get(each.id, ())) for each in listed]
