"""People, their sessions, links and failed attempts."""

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from royalties.store.tables import membership, person, session


class SessionRow(NamedTuple):
    """A session with whose it is; ``beneficiaries`` are the keys of their nonprofits."""

    hash: str
    person_id: int
    stage: str
    created_at: str
    seen_at: str
    proved_at: str
    ended_at: str | None
    email: str
    name: str
    role: str
    status: str
    locale: str
    has_second_factor: bool
    beneficiaries: tuple[str, ...]


def find_session(connection: Connection, hash_: str) -> SessionRow | None:
    """A session by its hash, with the person and what they belong to, by one query."""
    rows = connection.execute(
        select(
            session.c.hash,
            session.c.person_id,
            session.c.stage,
            session.c.created_at,
            session.c.seen_at,
            session.c.proved_at,
            session.c.ended_at,
            person.c.email,
            person.c.name,
            person.c.role,
            person.c.status,
            person.c.locale,
            person.c.totp_secret.is_not(None),
            membership.c.beneficiary,
        )
        .join(person, person.c.id == session.c.person_id)
        .outerjoin(membership, membership.c.person_id == person.c.id)
        .where(session.c.hash == hash_)
        .order_by(membership.c.beneficiary)
    ).all()
    if not rows:
        return None
    own = tuple(row[13] for row in rows if row[13] is not None)
    return SessionRow._make((*rows[0][:13], own))


def touch_session(connection: Connection, hash_: str, at: str) -> None:
    """Note when a session was last used."""
    connection.execute(update(session).where(session.c.hash == hash_).values(seen_at=at))
