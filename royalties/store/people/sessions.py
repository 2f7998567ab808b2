"""Sessions, links sent by e-mail, and failed sign-in attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from royalties.domain.people import LinkPurpose, PersonStatus, Role, SessionStage
from royalties.store.tables import (
    attempt,
    link,
    membership,
    organization_member,
    person,
    session,
)


class SessionRow(NamedTuple):
    """A session with its person, and keys of the nonprofits or organizations they belong to."""

    hash: str
    person_id: int
    stage: SessionStage
    created_at: datetime
    seen_at: datetime
    proved_at: datetime
    ended_at: datetime | None
    email: str
    name: str
    role: Role
    status: PersonStatus
    locale: str
    has_second_factor: bool
    beneficiaries: frozenset[str]
    organizations: frozenset[str]


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
            person.c.totp_key.is_not(None),
            membership.c.beneficiary,
            organization_member.c.organization,
        )
        .join(person, person.c.id == session.c.person_id)
        .outerjoin(membership, membership.c.person_id == person.c.id)
        .outerjoin(organization_member, organization_member.c.person_id == person.c.id)
        .where(session.c.hash == hash_)
    ).all()
    if not rows:
        return None
    own = (frozenset(row[place] for row in rows if row[place] is not None) for place in (13, 14))
    return SessionRow._make((*rows[0][:13], *own))


def mark_session_seen(connection: Connection, hash_: str, at: datetime) -> None:
    """Record when a session was last used."""
    connection.execute(update(session).where(session.c.hash == hash_).values(seen_at=at))


def mark_session_proved(connection: Connection, hash_: str, at: datetime) -> None:
    """Record when the password was re-entered in a session."""
    connection.execute(update(session).where(session.c.hash == hash_).values(proved_at=at))


def add_session(
    connection: Connection,
    hash_: str,
    person_id: int,
    stage: SessionStage,
    at: datetime,
    agent: str,
) -> None:
    """Start a session."""
    connection.execute(
        insert(session).values(
            hash=hash_,
            person_id=person_id,
            stage=stage,
            created_at=at,
            seen_at=at,
            proved_at=at,
            agent=agent,
        )
    )


class OpenSession(NamedTuple):
    """A session that nobody ended; it may have expired."""

    hash: str
    stage: SessionStage
    created_at: datetime
    seen_at: datetime
    agent: str


def sessions_of(connection: Connection, person_id: int) -> list[OpenSession]:
    """A person's sessions that were not ended, the most recently used first."""
    rows = connection.execute(
        select(*(session.c[name] for name in OpenSession._fields))
        .where(session.c.person_id == person_id, session.c.ended_at.is_(None))
        .order_by(session.c.seen_at.desc(), session.c.hash)
    )
    return [OpenSession(*row) for row in rows]


def end_session(connection: Connection, hash_: str, person_id: int, at: datetime) -> bool:
    """End one session of a person; returns whether it was open."""
    ended = connection.execute(
        update(session)
        .where(
            session.c.hash == hash_,
            session.c.person_id == person_id,
            session.c.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    return ended.rowcount > 0


def end_sessions(connection: Connection, person_ids: Sequence[int], at: datetime) -> None:
    """End all sessions of people."""
    connection.execute(
        update(session)
        .where(session.c.person_id.in_(person_ids), session.c.ended_at.is_(None))
        .values(ended_at=at)
    )


def delete_old_sessions(connection: Connection, person_id: int, before: datetime) -> None:
    """Delete a person's sessions that ended or began before a moment."""
    connection.execute(
        delete(session).where(
            session.c.person_id == person_id,
            or_(session.c.ended_at < before, session.c.created_at < before),
        )
    )


# Links


class MailedLinkRow(NamedTuple):
    """A link that was sent by e-mail."""

    hash: str
    purpose: LinkPurpose
    person_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def add_link(
    connection: Connection,
    hash_: str,
    purpose: LinkPurpose,
    person_id: int,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Store a link's hash; the person's earlier links of this purpose become invalid."""
    revoke_links(connection, person_id, at, purpose)
    connection.execute(
        insert(link).values(
            hash=hash_, purpose=purpose, person_id=person_id, created_at=at, expires_at=expires_at
        )
    )


def find_link(
    connection: Connection, hash_: str, purpose: LinkPurpose, at: datetime, newest: datetime
) -> MailedLinkRow | None:
    """A valid link; one made after ``newest`` was written while the clock ran ahead."""
    row = connection.execute(
        select(*(link.c[name] for name in MailedLinkRow._fields)).where(
            link.c.hash == hash_,
            link.c.purpose == purpose,
            link.c.used_at.is_(None),
            link.c.expires_at > at,
            link.c.created_at <= newest,
        )
    ).first()
    return MailedLinkRow(*row) if row else None


def use_link(connection: Connection, hash_: str, at: datetime) -> bool:
    """Use up a link; False if somebody else just did."""
    used = connection.execute(
        update(link).where(link.c.hash == hash_, link.c.used_at.is_(None)).values(used_at=at)
    )
    return used.rowcount > 0


def revoke_links(
    connection: Connection, person_id: int, at: datetime, purpose: LinkPurpose | None = None
) -> None:
    """Make a person's links invalid."""
    query = update(link).where(link.c.person_id == person_id, link.c.used_at.is_(None))
    if purpose is not None:
        query = query.where(link.c.purpose == purpose)
    connection.execute(query.values(used_at=at))


# Attempts


def add_attempts(connection: Connection, subjects: Sequence[str], at: datetime) -> None:
    """Count an attempt for each subject."""
    connection.execute(insert(attempt), [{"subject": each, "at": at} for each in subjects])


def last_attempts(
    connection: Connection, subject: str, since: datetime, limit: int
) -> list[datetime]:
    """When a subject was attempted, the newest first."""
    rows = connection.execute(
        select(attempt.c.at)
        .where(attempt.c.subject == subject, attempt.c.at > since)
        .order_by(attempt.c.at.desc())
        .limit(limit)
    )
    return [row.at for row in rows]


def delete_attempts(connection: Connection, subjects: Sequence[str]) -> None:
    """Delete all attempts of subjects."""
    connection.execute(delete(attempt).where(attempt.c.subject.in_(subjects)))


def delete_last_attempt(connection: Connection, subject: str) -> None:
    """Delete the newest attempt of a subject."""
    newest = select(func.max(attempt.c.id)).where(attempt.c.subject == subject).scalar_subquery()
    connection.execute(delete(attempt).where(attempt.c.id == newest))


def delete_old_attempts(connection: Connection, before: datetime) -> None:
    """Delete attempts before a moment."""
    connection.execute(delete(attempt).where(attempt.c.at < before))


def clamp_future_attempts(connection: Connection, at: datetime) -> None:
    """Date attempts from the future as now: the clock was set back."""
    connection.execute(update(attempt).where(attempt.c.at > at).values(at=at))
