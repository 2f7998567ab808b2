"""The people of a nonprofit, whom its own users invite."""

from royalties.domain.people import Role, Verb
from royalties.services.links import send_invitation
from royalties.services.names import fit_email, fit_name
from royalties.services.notices import notice
from royalties.services.people import Invited, add_invited, close
from royalties.services.work import RefusedError, Work
from royalties.store import people as store
from royalties.store.people import Listed, PersonRow


def colleagues(work: Work, beneficiary: str) -> list[Listed]:
    """The people of a beneficiary; none of one that is not the actor's to see."""
    work.actor.require(Verb.READ_OWN)
    return store.members(work.connection, work.actor, beneficiary)


def invite_colleague(work: Work, beneficiary: str, email: str, name: str) -> Invited:
    """Invite somebody to one's own nonprofit; a user of another nonprofit is added to this one.

    Returns:
        Their number, and the link if they are new here (else an empty text).

    Raises:
        RefusedError: the nonprofit is not one's own, or the address cannot be invited.
    """
    _require_own(work, beneficiary)
    email = fit_email(email)
    known = store.find_by_email(work.connection, email)
    if known is not None and (known.role != Role.NONPROFIT or known.status == "disabled"):
        raise RefusedError(f"{email} cannot be invited here: ask the publisher")
    if known is None:
        name = fit_name(work, name)
        number = add_invited(work, email, name, Role.NONPROFIT)
        own: tuple[str, ...] = ()
    else:
        number, name = known.id, known.name
        own = store.beneficiaries_of(work.connection, [number]).get(number, ())
        if beneficiary in own and known.status == "active":
            raise RefusedError(f"{name} belongs here already")
    store.set_beneficiaries(work.connection, number, sorted({*own, beneficiary}))
    work.record(
        Verb.INVITE_COLLEAGUE,
        {"what": "invited", "person": number, "name": name, "beneficiary": beneficiary},
    )
    return Invited(number, _tell(work, number))


def remove_colleague(work: Work, beneficiary: str, number: int) -> None:
    """Let somebody see one's nonprofit no more; who belongs to no other one is closed out.

    Raises:
        RefusedError: they do not belong to it, or it is oneself.
    """
    _require_own(work, beneficiary)
    if number == work.actor.person:
        raise RefusedError("nobody removes themselves: ask a colleague or the publisher")
    person = store.find_person(work.connection, number, lock=True)
    own = store.beneficiaries_of(work.connection, [number]).get(number, ())
    if person is None or beneficiary not in own:
        raise RefusedError("there is no such colleague")
    left = [key for key in own if key != beneficiary]
    if left:
        store.set_beneficiaries(work.connection, number, left)
    elif person.status == "invited":
        close(work, number)
        store.remove_person(work.connection, number)
    else:
        # The membership goes too: an account that is opened again sees nothing by itself.
        store.set_beneficiaries(work.connection, number, [])
        close(work, number)
    work.record(
        Verb.INVITE_COLLEAGUE,
        {"what": "removed", "person": number, "name": person.name, "beneficiary": beneficiary},
    )


def _require_own(work: Work, beneficiary: str) -> None:
    work.actor.require(Verb.INVITE_COLLEAGUE)
    if beneficiary not in work.actor.beneficiaries:
        raise RefusedError("there is no such nonprofit of yours")


def _tell(work: Work, number: int) -> str:
    person = store.find_person(work.connection, number)
    if person is None:
        raise AssertionError
    if person.status == "invited":
        return send_invitation(work, person, work.actor.name)
    _tell_member(work, person)
    return ""


def _tell_member(work: Work, person: PersonRow) -> None:
    notice(
        work,
        person.email,
        "You see another nonprofit's royalties",
        f"{work.actor.name} added you to the people of another nonprofit; sign in to see it.",
    )
