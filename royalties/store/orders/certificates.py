"""Tax certificates of organizations."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from royalties.domain.people import Actor
from royalties.store.engine import is_sqlite
from royalties.store.scope import visible_orders
from royalties.store.tables import certificate

_LARGEST = 2**63 - 1


class CertificateRow(NamedTuple):
    """One tax certificate."""

    id: int
    organization: str
    place: str
    signed_on: date
    expires_on: date
    name: str
    type: str
    sha256: str
    at: datetime
    by: str
    checked_at: datetime | None
    checked_by: str | None
    refused: str


def add_certificate(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a certificate and return its number."""
    inserted = connection.execute(insert(certificate).values(**values).returning(certificate.c.id))
    return int(inserted.scalar_one())


def sent_since(connection: Connection, organization: str, since: datetime) -> int:
    """How many certificates an organization has sent since a moment."""
    query = select(func.count()).where(
        certificate.c.organization == organization, certificate.c.at >= since
    )
    return int(connection.execute(query).scalar_one())


def all_certificates(connection: Connection) -> list[CertificateRow]:
    """Every certificate, the oldest first."""
    query = select(*(certificate.c[name] for name in CertificateRow._fields))
    return [CertificateRow(*row) for row in connection.execute(query.order_by(certificate.c.id))]


def find_certificate(
    connection: Connection, actor: Actor, number: int, *, lock: bool = False
) -> CertificateRow | None:
    """A certificate that an actor may see; ``lock`` locks its row."""
    if number > _LARGEST:
        return None
    query = visible_orders(
        select(*(certificate.c[name] for name in CertificateRow._fields)).where(
            certificate.c.id == number
        ),
        actor,
        certificate.c.organization,
    )
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return CertificateRow(*row) if row else None


def certificate_rows(
    connection: Connection, actor: Actor, *, organization: str = "", waiting: bool = False
) -> list[CertificateRow]:
    """Certificates that an actor may see, the newest first; ``waiting``: only unchecked ones."""
    query = visible_orders(
        select(*(certificate.c[name] for name in CertificateRow._fields)),
        actor,
        certificate.c.organization,
    )
    if organization:
        query = query.where(certificate.c.organization == organization)
    if waiting:
        query = query.where(certificate.c.checked_at.is_(None))
    rows = connection.execute(query.order_by(certificate.c.id.desc()).limit(500))
    return [CertificateRow(*row) for row in rows]


def places_in_force(connection: Connection, organization: str, day: date) -> frozenset[str]:
    """Places for which an organization has a valid certificate on a day."""
    rows = connection.execute(
        select(certificate.c.place)
        .where(
            certificate.c.organization == organization,
            certificate.c.checked_at.is_not(None),
            certificate.c.refused == "",
            certificate.c.signed_on <= day,
            certificate.c.expires_on >= day,
        )
        .distinct()
    )
    return frozenset(rows.scalars())


def decide_certificate(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Record what the staff decided about a certificate."""
    connection.execute(update(certificate).where(certificate.c.id == number).values(**values))


def reassign_certificates(connection: Connection, before: str, after: str) -> None:
    """Move all certificates of one organization to another."""
    connection.execute(
        update(certificate).where(certificate.c.organization == before).values(organization=after)
    )
