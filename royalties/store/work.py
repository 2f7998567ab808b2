"""Settings, proposals and jobs."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.jobs import ACTIVE_JOBS, JobStatus
from royalties.store.engine import is_sqlite
from royalties.store.tables import job, proposal, setting


def find_setting(connection: Connection, name: str) -> Any:  # noqa: ANN401 - JSON
    """A setting's value; None if not set."""
    return connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar()


def find_settings(connection: Connection, names: Collection[str]) -> dict[str, Any]:
    """The values of some settings by name; those not set are left out."""
    query = select(setting.c.name, setting.c.value).where(setting.c.name.in_(names))
    return {row.name: row.value for row in connection.execute(query)}


def write_setting(connection: Connection, name: str, value: object, at: datetime, by: str) -> None:
    """Set a value."""
    connection.execute(delete(setting).where(setting.c.name == name))
    connection.execute(insert(setting).values(name=name, value=value, changed_at=at, changed_by=by))


def pop_setting(connection: Connection, name: str) -> Any:  # noqa: ANN401 - JSON
    """Delete a setting and return its value, so that only one caller gets it; None if not set."""
    taken = delete(setting).where(setting.c.name == name).returning(setting.c.value)
    return connection.execute(taken).scalar()


def add_proposal(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a proposal and return its number."""
    inserted = connection.execute(insert(proposal).values(**values).returning(proposal.c.id))
    return int(inserted.scalar_one())


def find_proposal(connection: Connection, number: int, *, lock: bool = False) -> Proposal | None:
    """A proposal; ``lock`` locks its row."""
    query = _proposals().where(proposal.c.id == number)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return Proposal(*row) if row else None


def proposals(
    connection: Connection,
    *,
    status: ProposalStatus | None = None,
    kind: ProposalKind | None = None,
    subject: str = "",
    beginning: str = "",
    limit: int = 100,
) -> list[Proposal]:
    """Proposals, the newest first; ``beginning`` is a prefix of their subjects."""
    query = _proposals().order_by(proposal.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(proposal.c.status == status)
    if kind is not None:
        query = query.where(proposal.c.kind == kind)
    if subject:
        query = query.where(proposal.c.subject == subject)
    if beginning:
        query = query.where(proposal.c.subject.startswith(beginning, autoescape=True))
    return [Proposal(*row) for row in connection.execute(query)]


def proposal_numbers(
    connection: Connection, status: ProposalStatus, kind: ProposalKind | None = None
) -> tuple[int, ...]:
    """The numbers of all proposals of a status, ascending; optionally of one kind only."""
    query = select(proposal.c.id).where(proposal.c.status == status).order_by(proposal.c.id)
    if kind is not None:
        query = query.where(proposal.c.kind == kind)
    return tuple(connection.execute(query).scalars())


def proposals_by_number(connection: Connection, numbers: Collection[int]) -> list[Proposal]:
    """Some proposals by their numbers, ascending."""
    query = _proposals().where(proposal.c.id.in_(numbers)).order_by(proposal.c.id)
    return [Proposal(*row) for row in connection.execute(query)]


def setup_approved_at(
    connection: Connection, moments: Collection[datetime], subjects: Collection[str]
) -> list[Proposal]:
    """Approved setup changes decided at some moments: of some subjects, or whole files."""
    query = _proposals().where(
        proposal.c.status == ProposalStatus.APPROVED,
        proposal.c.kind == ProposalKind.SETUP,
        proposal.c.decided_at.in_(moments),
        or_(proposal.c.subject.in_(subjects), proposal.c.subject.startswith("setup-file ")),
    )
    return [Proposal(*row) for row in connection.execute(query)]


def proposals_about(
    connection: Connection, kind: ProposalKind, subject: str, status: ProposalStatus
) -> list[Proposal]:
    """Proposals about a subject, and all others of a status, the newest first."""
    about = and_(proposal.c.kind == kind, proposal.c.subject == subject)
    query = _proposals().where(or_(about, proposal.c.status == status))
    return [Proposal(*row) for row in connection.execute(query.order_by(proposal.c.id.desc()))]


def count_proposals(connection: Connection, status: ProposalStatus) -> int:
    """How many proposals have a status."""
    query = select(func.count()).select_from(proposal).where(proposal.c.status == status)
    return int(connection.execute(query).scalar_one())


def decide_proposal(
    connection: Connection,
    number: int,
    status: ProposalStatus,
    at: datetime,
    by: str,
    reason: str,
) -> None:
    """Record a decision."""
    connection.execute(
        update(proposal)
        .where(proposal.c.id == number)
        .values(status=status, decided_at=at, decided_by=by, reason=reason)
    )


def _proposals() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(proposal.c[field.name] for field in fields(Proposal)))


class JobRow(NamedTuple):
    """A background job."""

    id: int
    kind: str
    subject: str
    arguments: dict[str, Any]
    status: JobStatus
    person_id: int
    attempts: int
    created_at: datetime
    started_at: datetime | None
    lease_until: datetime | None
    ended_at: datetime | None
    result: Any
    error: str | None


def add_job(connection: Connection, values: Mapping[str, object]) -> int:
    """Queue a job and return its number."""
    inserted = connection.execute(insert(job).values(**values).returning(job.c.id))
    return int(inserted.scalar_one())


def find_job(connection: Connection, number: int) -> JobRow | None:
    """A job by its number."""
    row = connection.execute(_jobs().where(job.c.id == number)).first()
    return JobRow(*row) if row else None


def active_job(connection: Connection, kind: str, subject: str) -> JobRow | None:
    """The job of a kind and subject that is queued or running."""
    row = connection.execute(
        _jobs().where(job.c.kind == kind, job.c.subject == subject, job.c.status.in_(ACTIVE_JOBS))
    ).first()
    return JobRow(*row) if row else None


def waiting_jobs(connection: Connection, kind: str, person: int) -> list[JobRow]:
    """A person's queued or running jobs of a kind."""
    rows = connection.execute(
        _jobs().where(
            job.c.kind == kind,
            job.c.person_id == person,
            job.c.status.in_(ACTIVE_JOBS),
        )
    )
    return [JobRow(*row) for row in rows]


def latest_job(connection: Connection, subject: str) -> JobRow | None:
    """The newest job about a subject."""
    row = connection.execute(
        _jobs().where(job.c.subject == subject).order_by(job.c.id.desc()).limit(1)
    ).first()
    return JobRow(*row) if row else None


def lease_job(
    connection: Connection, at: datetime, lease_until: datetime, longest: datetime
) -> JobRow | None:
    """Lease the oldest job that is queued, or whose worker was lost.

    A worker counts as lost once its lease has ended, or if it ends later than ``longest``.
    """
    lost = or_(job.c.lease_until < at, job.c.lease_until > longest)
    free = or_(job.c.status == JobStatus.QUEUED, (job.c.status == JobStatus.RUNNING) & lost)
    query = _jobs().where(free).order_by(job.c.id).limit(1)
    if not is_sqlite(connection):
        query = query.with_for_update(skip_locked=True)
    row = connection.execute(query).first()
    if row is None:
        return None
    oldest = JobRow(*row)
    leased = oldest._replace(
        status=JobStatus.RUNNING,
        attempts=oldest.attempts + 1,
        started_at=at,
        lease_until=lease_until,
    )
    connection.execute(update(job).where(job.c.id == oldest.id).values(**leased._asdict()))
    return leased


def are_active(connection: Connection, numbers: Collection[int]) -> bool:
    """Whether any of some jobs is queued or running."""
    query = select(func.count()).where(job.c.id.in_(numbers), job.c.status.in_(ACTIVE_JOBS))
    return bool(connection.execute(query).scalar_one())


def end_job(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Record how a job ended."""
    connection.execute(update(job).where(job.c.id == number).values(**values))


def _jobs() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(job.c[name] for name in JobRow._fields))
