"""People of the demo, whose passwords everybody may know."""

from collections.abc import Iterable

from royalties.domain.people import PersonStatus, Role, Verb
from royalties.services.books import setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store.people import people as store

_HOUSE = "Example House"


def add_demo_person(
    work: Work,
    email: str,
    name: str,
    role: Role,
    password: str,
    totp_secret: str | None = None,
    *,
    beneficiaries: Iterable[str] = (),
    organizations: Iterable[str] = (),
) -> int:
    """Add somebody who may sign in at once; again changes nothing. Returns their number.

    Raises:
        RefusedError: the books are not the demo's; there nobody gets a password that is known.
    """
    work.actor.require(Verb.MANAGE_PEOPLE)
    publisher = setup_in_force(work).publisher.name
    if publisher != _HOUSE:
        raise RefusedError(f"these are the books of {publisher}: invite people instead")
    known = store.find_by_email(work.connection, email)
    if known is not None:
        return known.id
    number = store.add_person(
        work.connection,
        {
            "email": email,
            "name": name,
            "role": role.value,
            "status": PersonStatus.ACTIVE,
            "password_hash": work.credentials.hash_password(password),
            "totp_key": work.sealer.seal(totp_secret) if totp_secret else None,
            "locale": "en_US",
            "created_at": work.at,
            "created_by": work.actor.name,
        },
    )
    store.set_beneficiaries(work.connection, number, beneficiaries)
    store.set_organizations(work.connection, number, organizations)
    work.record(Verb.MANAGE_PEOPLE, {"what": "demo", "person": number, "name": name, "role": role})
    return number
