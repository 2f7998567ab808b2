"""Who may come in, and as what: inviting people, their roles, and closing their accounts."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from royalties.domain.people import PersonStatus, Role, Verb
from royalties.services.books import setup_in_force
from royalties.services.mail.notices import notice
from royalties.services.people.links import send_invitation
from royalties.services.people.names import fit_email, fit_name
from royalties.services.work import RefusedError, Work
from royalties.store.mail import messages as mail
from royalties.store.people import people as store
from royalties.store.people import sessions
from royalties.store.people.people import PersonRow, PersonSummary

INVITABLE = (Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR, Role.NONPROFIT, Role.ORGANIZATION)
_LONGEST_REASON = 300
PAGE = 50


class UnknownPersonError(RefusedError):
    """There is no such person."""

    def __init__(self) -> None:
        super().__init__("there is no such person")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as lists and pages show them."""

    listed: PersonSummary
    beneficiaries: tuple[str, ...]
    organizations: tuple[str, ...] = ()

    @property
    def role(self) -> Role:
        """What they are to the house."""
        return self.listed.role


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited; the link is in their e-mail, and may be handed over."""

    number: int
    address: str


def people(work: Work, *, text: str = "", role: Role | None = None, page: int = 1) -> list[Person]:
    """People by name, one page and one person more (who says that there is another page)."""
    work.actor.require(Verb.AUDIT)
    listed = store.people(
        work.connection, text=text, role=role, limit=PAGE + 1, skip=(page - 1) * PAGE
    )
    return _with_own(work, listed)


def find(work: Work, number: int) -> Person | None:
    """One person."""
    work.actor.require(Verb.AUDIT)
    found = _with_own(work, store.people(work.connection, number=number, limit=1) if number else [])
    return found[0] if found else None


def everybody(work: Work) -> list[Person]:
    """All people, for the command line."""
    work.actor.require(Verb.AUDIT)
    return _with_own(work, store.people(work.connection, limit=1_000_000))


def invite(
    work: Work,
    email: str,
    name: str,
    role: Role,
    beneficiaries: Iterable[str] = (),
    organizations: Iterable[str] = (),
) -> Invited:
    """Invite somebody by e-mail; who was invited before is sent a new link.

    Raises:
        RefusedError: the address is none or has an account, or role and what they belong to
            do not fit.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    email = fit_email(email)
    own = _fit(work, role, beneficiaries, organizations)
    known = store.find_by_email(work.connection, email)
    if known is not None and known.status != PersonStatus.INVITED:
        state = (
            "has an account"
            if known.status == PersonStatus.ACTIVE
            else "has an account that was closed"
        )
        raise RefusedError(f"{email} {state} ({known.role}): change it under People")
    name = fit_name(work, name, known.id if known else None)
    if known is None:
        number = add_invited(work, email, name, role)
    else:
        number = known.id
        store.change_person(work.connection, number, {"name": name, "role": role.value})
    before = _own(work, [number])[number]
    _set_own(work, number, own)
    _notify_organizations(work, name, email, set(own.organizations) - set(before.organizations))
    work.record(Verb.MANAGE_PEOPLE, _about("invited", number, name, role, own))
    return Invited(number, send_invitation(work, _row(work, number)))


def add_invited(work: Work, email: str, name: str, role: Role) -> int:
    """Add somebody who is invited; returns their number."""
    return store.add_person(
        work.connection,
        {
            "email": email,
            "name": name,
            "role": role.value,
            "status": PersonStatus.INVITED,
            "locale": "",
            "created_at": work.at,
            "created_by": work.actor.name,
        },
    )


def invite_again(work: Work, number: int) -> Invited:
    """Send a new invitation; the link of the one before opens nothing any more."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    if person.status != PersonStatus.INVITED:
        raise RefusedError(f"{person.name} accepted already")
    work.record(
        Verb.MANAGE_PEOPLE, {"what": "invited-again", "person": number, "name": person.name}
    )
    return Invited(number, send_invitation(work, person))


def withdraw(work: Work, number: int, reason: str = "") -> str:
    """Take an invitation back; returns whose it was. The log records the reason."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    if person.status != PersonStatus.INVITED:
        raise RefusedError(f"{person.name} accepted already: disable the account instead")
    mail.cancel_unsent(work.connection, "invitation", str(number))
    store.remove_person(work.connection, number)
    about = {"what": "withdrawn", "person": number, "name": person.name}
    work.record(Verb.MANAGE_PEOPLE, about | _because(reason))
    return person.name


def change_role(
    work: Work,
    number: int,
    role: Role,
    beneficiaries: Iterable[str] = (),
    organizations: Iterable[str] = (),
) -> None:
    """Change what somebody is, and what they belong to; they are signed out.

    Raises:
        RefusedError: it is oneself, or the last administrator.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _other(work, number, "nobody changes their own role: ask another administrator")
    own = _fit(work, role, beneficiaries, organizations)
    before = _own(work, [number])[number]
    if person.role == role and own == before:
        return
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(work, person)
    store.change_person(work.connection, number, {"role": role.value})
    _set_own(work, number, own)
    added = set(own.organizations) - set(before.organizations)
    _notify_organizations(work, person.name, person.email, added)
    sessions.end_sessions(work.connection, [number], work.at)
    work.record(
        Verb.MANAGE_PEOPLE,
        _about("role-changed", number, person.name, role, own)
        | {"before": person.role, "beneficiaries_before": list(before.beneficiaries)}
        | ({"organizations_before": list(before.organizations)} if before.organizations else {}),
    )


def disable(work: Work, number: int, reason: str = "") -> None:
    """Close an account; whoever is signed in with it is out at once. The log records the reason.

    Raises:
        RefusedError: it is oneself, or the last administrator.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _other(work, number, "nobody closes their own account: ask another administrator")
    _keep_an_administrator(work, person)
    close(work, number)
    about = {"what": "disabled", "person": number, "name": person.name}
    work.record(Verb.MANAGE_PEOPLE, about | _because(reason))


def close(work: Work, number: int) -> None:
    """Let nobody in by an account any more."""
    store.change_person(work.connection, number, {"status": PersonStatus.DISABLED})
    sessions.end_sessions(work.connection, [number], work.at)
    sessions.revoke_links(work.connection, number, work.at)
    for kind in ("invitation", "reset"):
        mail.cancel_unsent(work.connection, kind, str(number))


def enable(work: Work, number: int, reason: str = "") -> None:
    """Open an account that was closed; who never accepted needs a new invitation."""
    work.actor.require(Verb.MANAGE_PEOPLE)
    person = _row(work, number)
    if person.status != PersonStatus.DISABLED:
        raise RefusedError(f"the account of {person.name} is open")
    status = PersonStatus.ACTIVE if person.password_hash else "invited"
    store.change_person(work.connection, number, {"status": status})
    about = {"what": "enabled", "person": number, "name": person.name}
    work.record(Verb.MANAGE_PEOPLE, about | _because(reason))


def reset_second_factor(work: Work, number: int) -> None:
    """Forget the second factor of somebody who lost it; they set up another one.

    They are signed out and notified, since whoever knows their password could be first.

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


def _notify_organizations(work: Work, name: str, email: str, keys: Iterable[str]) -> None:
    """Tell an organization who may order for it from now on, at its own and its people's mailboxes.

    An administrator lets people in alone, so that there is somebody to notice who does not belong.
    """
    known = setup_in_force(work).organizations if keys else {}
    for key in sorted(keys):
        there = [known[key].email, *store.emails_of_organization(work.connection, key)]
        for recipient in dict.fromkeys(there):
            if recipient and recipient != email:
                notice(
                    work,
                    recipient,
                    f"{name} orders for {known[key].name}",
                    f"{name} ({email}) orders for {known[key].name} from now on, and sees what it "
                    "ordered and owes.",
                    "If they do not belong to you, remove them on your page People, and write to "
                    "the publisher.",
                )


def find_by_email(work: Work, email: str) -> int:
    """The number of whoever has an address.

    Raises:
        RefusedError: nobody has it.
    """
    work.actor.require(Verb.AUDIT)
    person = store.find_by_email(work.connection, fit_email(email))
    if person is None:
        raise RefusedError(f"nobody is known by {email}: 'royalties people' lists everybody")
    return person.id


def _because(reason: str) -> dict[str, str]:
    """A reason, if one was given, for the log."""
    text = " ".join(reason.split())[:_LONGEST_REASON]
    return {"reason": text} if text else {}


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
    if person.role != Role.ADMINISTRATOR or person.status != PersonStatus.ACTIVE:
        return
    # Asked while all of them are held: two who remove each other do not both succeed.
    active = store.active_of_role(work.connection, Role.ADMINISTRATOR.value)
    if set(active) <= {person.id}:
        raise RefusedError(
            f"{person.name} is the last active administrator: make somebody else one first"
        )


class _Own(NamedTuple):
    """What somebody belongs to, by keys."""

    beneficiaries: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


def _fit(
    work: Work, role: Role, beneficiaries: Iterable[str], organizations: Iterable[str]
) -> _Own:
    """What somebody of a role is to belong to, once it fits."""
    if role not in INVITABLE:
        raise RefusedError(f"choose one of the roles {', '.join(INVITABLE)}")
    own = _Own(tuple(sorted(set(beneficiaries))), tuple(sorted(set(organizations))))
    if own.beneficiaries and role is not Role.NONPROFIT:
        raise RefusedError("only a nonprofit's user belongs to beneficiaries")
    if own.organizations and role is not Role.ORGANIZATION:
        raise RefusedError("only an organization's user belongs to organizations")
    if role is Role.NONPROFIT and not own.beneficiaries:
        raise RefusedError("choose the beneficiaries whose figures they may see")
    if role is Role.ORGANIZATION and not own.organizations:
        raise RefusedError("choose the organizations that they order for")
    if own != _Own():
        setup = setup_in_force(work)
        _require_known("beneficiary", own.beneficiaries, setup.beneficiaries)
        _require_known("organization", own.organizations, setup.organizations)
    return own


def _require_known(word: str, keys: Iterable[str], known: Container[str]) -> None:
    for key in keys:
        if key not in known:
            raise RefusedError(f"there is no {word} {key[:64]}")


def _own(work: Work, numbers: Sequence[int]) -> dict[int, _Own]:
    beneficiaries = store.beneficiaries_of(work.connection, numbers)
    organizations = store.organizations_of(work.connection, numbers)
    return {
        number: _Own(beneficiaries.get(number, ()), organizations.get(number, ()))
        for number in numbers
    }


def _set_own(work: Work, number: int, own: _Own) -> None:
    store.set_beneficiaries(work.connection, number, own.beneficiaries)
    store.set_organizations(work.connection, number, own.organizations)


def _about(what: str, number: int, name: str, role: Role, own: _Own) -> dict[str, object]:
    about: dict[str, object] = {
        "what": what,
        "person": number,
        "name": name,
        "role": role.value,
    }
    return about | {word: list(keys) for word, keys in own._asdict().items() if keys}


def _with_own(work: Work, listed: Sequence[PersonSummary]) -> list[Person]:
    own = _own(work, [each.id for each in listed])
    return [Person(each, *own[each.id]) for each in listed]
