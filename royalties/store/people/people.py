"""People: their roles, what they belong to, and their credentials."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from royalties.domain.people import Actor, LinkPurpose, PersonStatus, Role
from royalties.store.engine import is_sqlite
from royalties.store.scope import visible_orders, visible_to_beneficiary
from royalties.store.tables import (
    link,
    membership,
    organization_member,
    person,
    recovery_code,
    session,
)


class PersonRow(NamedTuple):
    """A person with their credentials; never passed to a page."""

    id: int
    email: str
    name: str
    role: Role
    status: PersonStatus
    password_hash: str | None
    totp_key: str | None
    totp_step: int | None
    locale: str
    created_at: datetime
    created_by: str


def find_person(connection: Connection, number: int, *, lock: bool = False) -> PersonRow | None:
    """A person by number; ``lock`` locks their row."""
    return _person_where(connection, person.c.id == number, lock=lock)


def find_by_email(connection: Connection, email: str) -> PersonRow | None:
    """A person by their e-mail address in lower case."""
    return _person_where(connection, person.c.email == email)


def _person_where(
    connection: Connection, condition: ColumnElement[bool], *, lock: bool = False
) -> PersonRow | None:
    query = select(*(person.c[name] for name in PersonRow._fields)).where(condition)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return PersonRow(*row) if row else None


def is_name_taken(connection: Connection, name: str, except_number: int | None) -> bool:
    """Whether somebody else has a name."""
    # SQLite lowers only ASCII letters, so the exact name is compared as well.
    same = or_(func.lower(person.c.name) == name.lower(), person.c.name == name)
    query = select(person.c.id).where(same)
    if except_number is not None:
        query = query.where(person.c.id != except_number)
    return connection.execute(query.limit(1)).first() is not None


def number_of_name(connection: Connection, name: str) -> int | None:
    """The active person with a name; names are unique."""
    query = select(person.c.id).where(person.c.name == name, person.c.status == PersonStatus.ACTIVE)
    numbers = list(connection.scalars(query.limit(2)))
    return numbers[0] if len(numbers) == 1 else None


def add_person(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a person and return their number."""
    inserted = connection.execute(insert(person).values(**values).returning(person.c.id))
    return int(inserted.scalar_one())


def change_person(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Change a person's stored facts."""
    connection.execute(update(person).where(person.c.id == number).values(**values))


def remove_person(connection: Connection, number: int) -> None:
    """Remove a person who never accepted their invitation."""
    for table in (link, membership, organization_member):
        connection.execute(delete(table).where(table.c.person_id == number))
    connection.execute(delete(person).where(person.c.id == number))


class RecipientRow(NamedTuple):
    """A recipient of mail."""

    id: int
    email: str
    name: str


def active_in_roles(connection: Connection, roles: Iterable[str]) -> list[RecipientRow]:
    """The active people of some roles, by number."""
    query = (
        select(*(person.c[name] for name in RecipientRow._fields))
        .where(person.c.role.in_(sorted(roles)), person.c.status == PersonStatus.ACTIVE)
        .order_by(person.c.id)
    )
    return [RecipientRow(*row) for row in connection.execute(query)]


def active_of_role(connection: Connection, role: str) -> list[int]:
    """Numbers of the active people of a role, their rows locked."""
    query = (
        select(person.c.id)
        .where(person.c.role == role, person.c.status == PersonStatus.ACTIVE)
        .order_by(person.c.id)
    )
    if not is_sqlite(connection):
        query = query.with_for_update()
    return list(connection.execute(query).scalars())


def without_second_factor(connection: Connection) -> list[int]:
    """Numbers of the people who have no second factor."""
    return list(
        connection.execute(select(person.c.id).where(person.c.totp_key.is_(None))).scalars()
    )


# What people belong to


def beneficiaries_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Keys of the nonprofits that people belong to, by person."""
    rows = connection.execute(
        select(membership.c.person_id, membership.c.beneficiary)
        .where(membership.c.person_id.in_(numbers))
        .order_by(membership.c.beneficiary)
    )
    keys_by_person: dict[int, tuple[str, ...]] = {}
    for number, key in rows:
        keys_by_person[number] = (*keys_by_person.get(number, ()), key)
    return keys_by_person


def set_beneficiaries(connection: Connection, number: int, keys: Iterable[str]) -> None:
    """Set what nonprofits a person belongs to."""
    connection.execute(delete(membership).where(membership.c.person_id == number))
    rows = [{"person_id": number, "beneficiary": key} for key in keys]
    if rows:
        connection.execute(insert(membership), rows)


def organizations_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Keys of the organizations that people order for, by person."""
    rows = connection.execute(
        select(organization_member.c.person_id, organization_member.c.organization)
        .where(organization_member.c.person_id.in_(numbers))
        .order_by(organization_member.c.organization)
    )
    keys_by_person: dict[int, tuple[str, ...]] = {}
    for number, key in rows:
        keys_by_person[number] = (*keys_by_person.get(number, ()), key)
    return keys_by_person


def set_organizations(connection: Connection, number: int, keys: Iterable[str]) -> None:
    """Set which organizations a person orders for."""
    connection.execute(delete(organization_member).where(organization_member.c.person_id == number))
    rows = [{"person_id": number, "organization": key} for key in keys]
    if rows:
        connection.execute(insert(organization_member), rows)


def emails_of_organization(connection: Connection, key: str) -> list[str]:
    """E-mail addresses of the active people who order for an organization."""
    rows = connection.execute(
        select(person.c.email)
        .join(organization_member, organization_member.c.person_id == person.c.id)
        .where(organization_member.c.organization == key, person.c.status == PersonStatus.ACTIVE)
        .order_by(person.c.id)
    )
    return list(rows.scalars())


# Lists


class PersonSummary(NamedTuple):
    """A person as lists show them.

    ``seen_at`` is their last visit, ``invited_until`` when their invitation expires.
    """

    id: int
    email: str
    name: str
    role: Role
    status: PersonStatus
    has_second_factor: bool
    created_at: datetime
    created_by: str
    seen_at: datetime | None
    invited_until: datetime | None


def people(
    connection: Connection,
    *,
    text: str = "",
    role: Role | None = None,
    number: int = 0,
    limit: int = 50,
    skip: int = 0,
) -> list[PersonSummary]:
    """People by name, with a text in name or e-mail, or the one with a number."""
    query = (
        _people_query().order_by(func.lower(person.c.name), person.c.id).limit(limit).offset(skip)
    )
    if text:
        query = query.where(
            or_(
                func.lower(person.c.name).contains(text.lower(), autoescape=True),
                person.c.email.contains(text.lower(), autoescape=True),
            )
        )
    if role is not None:
        query = query.where(person.c.role == role)
    if number:
        query = query.where(person.c.id == number)
    return [PersonSummary(*row) for row in connection.execute(query)]


def members(connection: Connection, actor: Actor, beneficiary: str) -> list[PersonSummary]:
    """A nonprofit's people, if the actor may see them."""
    query = (
        _people_query()
        .join(membership, membership.c.person_id == person.c.id)
        .where(membership.c.beneficiary == beneficiary)
        .order_by(func.lower(person.c.name), person.c.id)
    )
    query = visible_to_beneficiary(query, actor, membership.c.beneficiary)
    return [PersonSummary(*row) for row in connection.execute(query)]


def members_of_organization(
    connection: Connection, actor: Actor, organization: str
) -> list[PersonSummary]:
    """An organization's people, if the actor may see them."""
    query = (
        _people_query()
        .join(organization_member, organization_member.c.person_id == person.c.id)
        .where(organization_member.c.organization == organization)
        .order_by(func.lower(person.c.name), person.c.id)
    )
    query = visible_orders(query, actor, organization_member.c.organization)
    return [PersonSummary(*row) for row in connection.execute(query)]


def _people_query() -> Select[Any]:
    seen = (
        select(func.max(session.c.seen_at))
        .where(session.c.person_id == person.c.id)
        .scalar_subquery()
    )
    until = (
        select(func.max(link.c.expires_at))
        .where(
            link.c.person_id == person.c.id,
            link.c.purpose == LinkPurpose.INVITATION,
            link.c.used_at.is_(None),
        )
        .scalar_subquery()
    )
    return select(
        person.c.id,
        person.c.email,
        person.c.name,
        person.c.role,
        person.c.status,
        person.c.totp_key.is_not(None),
        person.c.created_at,
        person.c.created_by,
        seen,
        until,
    )


def any_people(connection: Connection) -> bool:
    """Whether anybody was ever invited."""
    return bool(connection.execute(select(exists().select_from(person))).scalar())


# The second factor


def second_factors(connection: Connection) -> dict[int, str]:
    """Everybody's stored key of the second factor, by the person's number."""
    rows = connection.execute(
        select(person.c.id, person.c.totp_key)
        .where(person.c.totp_key.is_not(None))
        .order_by(person.c.id)
    )
    return {row.id: row.totp_key for row in rows}


_NEWEST_STEP = 2
"""Steps between the oldest and the newest code that are valid at a moment."""


def use_totp_step(connection: Connection, number: int, step: int) -> bool:
    """Use up a time step; False if it, or a later one, was used before.

    A stored step later than any code can be now was used before the clock was set back; it blocks
    nobody.
    """
    unused = or_(
        person.c.totp_step.is_(None),
        person.c.totp_step < step,
        person.c.totp_step > step + _NEWEST_STEP,
    )
    used = connection.execute(
        update(person).where(person.c.id == number, unused).values(totp_step=step)
    )
    return used.rowcount > 0


def set_second_factor(
    connection: Connection, number: int, sealed: str | None, step: int | None
) -> None:
    """Give a person a new sealed key, or none; old recovery codes are deleted with the old key."""
    change_person(connection, number, {"totp_key": sealed, "totp_step": step})
    connection.execute(delete(recovery_code).where(recovery_code.c.person_id == number))


def set_recovery_codes(connection: Connection, number: int, hashes: Iterable[str]) -> None:
    """Replace a person's recovery codes."""
    connection.execute(delete(recovery_code).where(recovery_code.c.person_id == number))
    connection.execute(
        insert(recovery_code), [{"person_id": number, "hash": each} for each in hashes]
    )


def use_recovery_code(connection: Connection, number: int, hash_: str, at: datetime) -> bool:
    """Use up a recovery code; False if it is wrong or was used before."""
    used = connection.execute(
        update(recovery_code)
        .where(
            recovery_code.c.person_id == number,
            recovery_code.c.hash == hash_,
            recovery_code.c.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return used.rowcount > 0


def recovery_codes_left(connection: Connection, number: int) -> int:
    """How many recovery codes a person has not used."""
    return int(
        connection.execute(
            select(func.count())
            .select_from(recovery_code)
            .where(recovery_code.c.person_id == number, recovery_code.c.used_at.is_(None))
        ).scalar_one()
    )
