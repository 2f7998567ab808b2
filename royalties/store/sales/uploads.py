"""Reports that were uploaded in a browser, until they are recorded."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from royalties.domain.sales.changes import Change
from royalties.domain.sales.imports import OPEN_UPLOADS, BatchStatus, UploadStatus
from royalties.store.engine import is_sqlite
from royalties.store.tables import batch, coverage, job, upload
from royalties.store.work import JobRow


class UploadRow(NamedTuple):
    """One upload; ``document`` is that of the newest check."""

    id: int
    name: str
    sha256: str
    size: int
    report: str | None
    choices: Mapping[str, str]
    status: UploadStatus
    document: dict[str, Any] | None
    batch_id: int | None
    created_at: str
    created_by: str
    changes: tuple[Change, ...]


class UploadListRow(NamedTuple):
    """An upload as a list shows it."""

    id: int
    name: str
    size: int
    status: UploadStatus
    summary: dict[str, Any] | None
    created_at: str
    created_by: str


class EarlierRow(NamedTuple):
    """A recorded import to compare another one with."""

    id: int
    file_name: str
    document: dict[str, Any]
    first_day: str
    last_day: str


def add_upload(connection: Connection, values: Mapping[str, object]) -> int:
    """Add an upload and return its number."""
    inserted = connection.execute(insert(upload).values(**values).returning(upload.c.id))
    return int(inserted.scalar_one())


def find_upload(connection: Connection, number: int, *, lock: bool = False) -> UploadRow | None:
    """An upload by its number; ``lock`` locks its row."""
    query = _uploads().where(upload.c.id == number)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query).first()
    return UploadRow(*row) if row else None


def recorded_upload_of(connection: Connection, batch_id: int) -> UploadRow | None:
    """The upload that an import was recorded from, its row locked."""
    query = _uploads().where(
        upload.c.batch_id == batch_id, upload.c.status == UploadStatus.RECORDED
    )
    if not is_sqlite(connection):
        query = query.with_for_update()
    row = connection.execute(query.order_by(upload.c.id).limit(1)).first()
    return UploadRow(*row) if row else None


def open_upload_of(connection: Connection, sha256: str) -> UploadRow | None:
    """The upload of these bytes that is neither recorded nor removed."""
    row = connection.execute(
        _uploads()
        .where(upload.c.sha256 == sha256, upload.c.status.in_(OPEN_UPLOADS))
        .order_by(upload.c.id)
        .limit(1)
    ).first()
    return UploadRow(*row) if row else None


def pending_of(connection: Connection, name: str) -> tuple[int, int]:
    """How many uploads of somebody are neither recorded nor removed, and their bytes."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(upload.c.size), 0)).where(
            upload.c.created_by == name, upload.c.status.in_(OPEN_UPLOADS)
        )
    ).one()
    return int(row[0]), int(row[1])


def open_uploads(connection: Connection, limit: int) -> list[UploadListRow]:
    """Uploads that are neither recorded nor removed, the newest first."""
    rows = connection.execute(
        select(*(upload.c[name] for name in UploadListRow._fields))
        .where(upload.c.status.in_(OPEN_UPLOADS))
        .order_by(upload.c.id.desc())
        .limit(limit)
    )
    return [UploadListRow(*row) for row in rows]


def change_upload(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Change an upload's stored facts."""
    connection.execute(update(upload).where(upload.c.id == number).values(**values))


def first_rows_of(connection: Connection, number: int) -> Any:  # noqa: ANN401 - JSON
    """The stored first rows of an upload's file, for its preview, if any."""
    return connection.execute(select(upload.c.first_rows).where(upload.c.id == number)).scalar()


def needed_files(connection: Connection) -> set[str]:
    """Fingerprints of the files of uploads that may still be recorded."""
    rows = connection.execute(
        select(upload.c.sha256).where(upload.c.status.in_(OPEN_UPLOADS)).distinct()
    )
    return set(rows.scalars())


def latest_jobs(connection: Connection, subjects: Sequence[str]) -> dict[str, JobRow]:
    """The newest job of each subject, if it has any."""
    newest = select(func.max(job.c.id)).where(job.c.subject.in_(subjects)).group_by(job.c.subject)
    rows = connection.execute(
        select(*(job.c[name] for name in JobRow._fields)).where(job.c.id.in_(newest))
    )
    return {row.subject: JobRow(*row) for row in rows}


def import_before(
    connection: Connection, report: str, retailer: str | None, first_day: str
) -> EarlierRow | None:
    """The newest import of a report and retailer that counts and ends before a day."""
    days = (func.min(coverage.c.first_day), func.max(coverage.c.last_day))
    before = (
        select(coverage.c.batch_id, days[0].label("first_day"), days[1].label("last_day"))
        .join(batch, batch.c.id == coverage.c.batch_id)
        .where(
            batch.c.report == report,
            batch.c.retailer.is_(None) if retailer is None else batch.c.retailer == retailer,
            batch.c.status == BatchStatus.RECORDED,
            batch.c.corrected_by.is_(None),
        )
        .group_by(coverage.c.batch_id)
        .having(days[1] < first_day)
        .order_by(days[1].desc(), coverage.c.batch_id.desc())
        .limit(1)
        .subquery()
    )
    row = connection.execute(
        select(
            batch.c.id,
            batch.c.file_name,
            batch.c.document,
            before.c.first_day,
            before.c.last_day,
        ).join(before, before.c.batch_id == batch.c.id)
    ).first()
    return EarlierRow(*row) if row else None


def _uploads() -> Any:  # noqa: ANN401 - SQLAlchemy's Select of all columns
    return select(*(upload.c[name] for name in UploadRow._fields))
