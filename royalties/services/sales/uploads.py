"""Reports sent in a browser: stored, checked by a dry run, and recorded or removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import IO, Any

from royalties.adapters.files import Files, TooLargeError
from royalties.domain.events import StaffEvent
from royalties.domain.jobs import ACTIVE_JOBS
from royalties.domain.people import Verb
from royalties.domain.sales.changes import Change
from royalties.domain.sales.imports import OPEN_UPLOADS, UploadStatus
from royalties.domain.sales.slices import ImportOutcome
from royalties.domain.terms.names import spelled_out
from royalties.ingest.formats import built_in
from royalties.ingest.recognise import first_rows
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.sheet_previews import SheetPreview, sheets_of
from royalties.services.books import setup_in_force
from royalties.services.enclosures import shown_name
from royalties.services.mail.telling import News, tell
from royalties.services.sales.import_document import receipts_of
from royalties.services.sales.importing import (
    ImportResult,
    ReadWith,
    Request,
    import_report,
    read_report,
)
from royalties.services.sales.spooling import Spooled
from royalties.services.work import RefusedError, Work
from royalties.store import work as jobs
from royalties.store.engine import all_or_nothing
from royalties.store.sales import uploads as store
from royalties.store.work import JobRow

LARGEST = 200_000_000
"""Bytes of a file that is taken in a browser."""

MOST_WAITING, MOST_WAITING_BYTES = 200, 2_000_000_000
"""Reports of one person that may wait to be recorded, and their bytes."""

_SHOWN = 200
_MOST_CHOICES = 20
_ENCODING = "encoding"
_ANSWER_LENGTH = 100
_SWEPT_AFTER = timedelta(hours=1)
_FACTS = ("recordable", "sale_lines", "units", "net", "waiting", "skipped")
"""What a person saw of an import before recording it: it must still be so."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A report that was sent.

    Attributes:
        name: the file's name, only to be shown.
        report: the format named by hand, None where it is recognised.
        choices: what the user answered, by key.
        document: the import document of the newest check, None before it.
        batch: the import's number, once it is recorded.
        job: the newest long work on it, if there was any.
        changes: what was changed in it, which stays as it was sent.
    """

    id: int
    name: str
    sha256: str
    size: int
    report: str | None
    choices: Mapping[str, str]
    status: UploadStatus
    document: Mapping[str, Any] | None
    batch: int | None
    created_at: str
    created_by: str
    job: JobRow | None = None
    changes: tuple[Change, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it may still be recorded."""
        return self.status in OPEN_UPLOADS

    @property
    def is_busy(self) -> bool:
        """Whether long work on it waits or goes on."""
        return _is_active(self.job)


@dataclass(frozen=True, slots=True)
class UploadSummary:
    """An upload in a list; ``summary`` is what matters of its import document."""

    id: int
    name: str
    size: int
    status: UploadStatus
    summary: Mapping[str, Any] | None
    created_at: str
    created_by: str
    job: JobRow | None

    @property
    def is_busy(self) -> bool:
        """Whether long work on it waits or goes on."""
        return _is_active(self.job)


@dataclass(frozen=True, slots=True)
class ReceivedUpload:
    """An upload that was stored; ``again`` if the same bytes wait as an upload already."""

    upload: Upload
    again: bool


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are stored, and nothing else of it yet."""

    name: str
    sha256: str
    size: int


def subject_of(number: int) -> str:
    """What a job that works on an upload names."""
    return f"upload:{number}"


def receive(work: Work, name: str, stream: IO[bytes]) -> ReceivedUpload:
    """Keep a file that was sent, see ``keep_bytes`` and ``take_in``."""
    work.actor.require(Verb.IMPORT)
    return take_in(work, store_bytes(work.files, name, stream))


def store_bytes(files: Files, name: str, stream: IO[bytes]) -> StoredFile:
    """Write down a file that was sent, while nobody waits for the database.

    Raises:
        RefusedError: it is too large.
    """
    try:
        fingerprint, size = files.keep_upload(stream, LARGEST)
    except TooLargeError:
        raise RefusedError(
            f"{shown_name(name)} is larger than {LARGEST // 1_000_000} MB: split it, or "
            f"have it imported by whoever runs this desk"
        ) from None
    return StoredFile(shown_name(name), fingerprint, size)


def take_in(work: Work, sent: StoredFile) -> ReceivedUpload:
    """Let a file be an upload; the same bytes that wait already are not taken twice.

    Raises:
        RefusedError: whoever sends it has too many that wait; its bytes do not stay.
    """
    work.actor.require(Verb.IMPORT)
    fingerprint, size = sent.sha256, sent.size
    waiting = store.open_upload_of(work.connection, fingerprint)
    if waiting is not None:
        return ReceivedUpload(_upload_of(work, waiting), again=True)
    count, bytes_ = store.pending_of(work.connection, work.actor.name)
    if count >= MOST_WAITING or bytes_ + size > MOST_WAITING_BYTES:
        work.files.drop_upload(fingerprint)
        raise RefusedError(
            f"{count} reports that you sent wait, with {bytes_ // 1_000_000} MB: record or remove "
            f"some of them, then send {sent.name} again"
        )
    number = store.add_upload(
        work.connection,
        {
            "name": sent.name,
            "sha256": fingerprint,
            "size": size,
            "choices": {},
            "status": UploadStatus.RECEIVED,
            "created_at": work.stored_at,
            "created_by": work.actor.name,
        },
    )
    found = find(work, number)
    assert found is not None  # noqa: S101 - it was added above
    return ReceivedUpload(found, again=False)


def find(work: Work, number: int) -> Upload | None:
    """An upload by its number, removed ones left out."""
    work.actor.require(Verb.READ)
    row = store.find_upload(work.connection, number)
    return _upload_of(work, row) if row is not None and row.status != UploadStatus.REMOVED else None


def open_uploads(work: Work) -> list[UploadSummary]:
    """Uploads of everybody that are not recorded or removed yet, the newest first."""
    work.actor.require(Verb.READ)
    rows = store.open_uploads(work.connection, _SHOWN)
    jobs_by_subject = store.latest_jobs(work.connection, [subject_of(row.id) for row in rows])
    return [
        UploadSummary(
            row.id,
            row.name,
            row.size,
            row.status,
            row.summary,
            row.created_at,
            row.created_by,
            jobs_by_subject.get(subject_of(row.id)),
        )
        for row in rows
    ]


def report_titles(work: Work) -> dict[str, str]:
    """What every report is called, mapped ones included, by its name."""
    work.actor.require(Verb.READ)
    titles = {declared.name: declared.title for declared in built_in()}
    mapped = {each["key"]: each["name"] or spelled_out(each["key"]) for each in mappings_of(work)}
    return titles | mapped


def change(work: Work, number: int, report: str | None, answers: Mapping[str, str]) -> Upload:
    """Say how an upload is to be read; it then has to be checked again.

    Args:
        work: the unit of work.
        number: the upload's.
        report: the format to read it as; None: it is recognised.
        answers: every answer that counts from now on, by key.

    Raises:
        RefusedError: no report has that name, or the upload is recorded, removed or at work.
    """
    work.actor.require(Verb.IMPORT)
    row = lock(work, number)
    if report is not None and report not in report_titles(work):
        raise RefusedError(f"no report is called {report!r}: choose one of the list")
    remaining = {
        key[:_ANSWER_LENGTH]: value.strip()[:_ANSWER_LENGTH]
        for key, value in list(answers.items())[:_MOST_CHOICES]
        if value.strip()
    }
    values: dict[str, object] = {"report": report, "choices": remaining}
    if remaining.get(_ENCODING) != row.choices.get(_ENCODING):
        values["first_rows"] = None  # they would be read otherwise now
    return changed(work, number, values)


def changed(work: Work, number: int, values: Mapping[str, object]) -> Upload:
    """Change what is stored of an upload that is locked; it then has to be checked again."""
    unchecked = {
        "status": UploadStatus.RECEIVED,
        "summary": None,
        "document": None,
        "outcome": None,
    }
    store.change_upload(work.connection, number, {**values, **unchecked})
    found = find(work, number)
    assert found is not None  # noqa: S101 - it is held
    return found


def examine(work: Work, number: int) -> ImportResult:
    """Check an upload by a dry run; nothing is written, so it may be read-only work.

    Raises:
        RefusedError: it is recorded or removed, or its file is gone.
    """
    work.actor.require(Verb.IMPORT)
    row = _require_unrecorded(store.find_upload(work.connection, number))
    request = _request(work, row, dry_run=True)
    return replace(import_report(work, request), read_with=_read_with(row))


def save_result(work: Work, number: int, result: ImportResult) -> None:
    """Keep what a check found, unless somebody changed meanwhile how the upload is read."""
    work.actor.require(Verb.IMPORT)
    row = store.find_upload(work.connection, number, lock=True)
    if row is None or row.status not in OPEN_UPLOADS:
        return
    if result.read_with in (None, _read_with(row)):
        _save(work, number, result.document)
        if result.document["outcome"] == ImportOutcome.REFUSED and work.actor.person is not None:
            _tell_of_refusal(work, row)


def _tell_of_refusal(work: Work, row: store.UploadRow) -> None:
    """Tell who had a report looked at that nothing of it can be recorded."""
    news = News(
        StaffEvent.UPLOAD_REFUSED,
        f"upload {row.id}",
        f"{row.name} cannot be recorded as it is",
        (
            (
                f"{row.name} was looked at, and nothing of it was recorded: its page says what is "
                f"wrong in which row."
            ),
            "Correct it there, or send the file again corrected.",
        ),
        ("Open the upload", f"/finance/uploads/{row.id}"),
    )
    tell(work, news, only=work.actor.person, once=True)


def read(work: Work, number: int) -> Spooled | None:
    """Read an upload through before it is recorded; read-only work, so nobody waits for it.

    Raises:
        RefusedError: it is recorded or removed, or its file is gone.
    """
    work.actor.require(Verb.IMPORT)
    row = _require_unrecorded(store.find_upload(work.connection, number))
    return read_report(work, _request(work, row))


def require_checked(work: Work, number: int) -> store.UploadRow:
    """Hold an upload that may be recorded.

    Raises:
        RefusedError: it was not checked, or is recorded or removed already.
    """
    row = _require_unrecorded(store.find_upload(work.connection, number, lock=True))
    if row.document is None:
        raise RefusedError(f"{row.name} was not checked yet: check it first")
    return row


def record(
    work: Work, number: int, seen: Sequence[str], lines: Spooled | None = None
) -> ImportResult:
    """Record the sales of an upload, if they still are what was seen and confirmed.

    Outcomes are those of ``import_report``; any but ``recorded`` leaves the upload as it is,
    with the newer document.

    Args:
        work: the unit of work.
        number: the upload's.
        seen: messages of the warnings that were confirmed; others stop it.
        lines: what ``read`` made of it.

    Raises:
        RefusedError: it was not checked, or is recorded or removed already.
        StaleError: the setup was changed since it was read.
    """
    work.actor.require(Verb.IMPORT)
    row = require_checked(work, number)
    assert row.document is not None  # noqa: S101 - it was checked
    before = row.document
    with all_or_nothing(work.connection) as take_back:
        request = _request(work, row, confirm=True, seen=frozenset(seen))
        result = import_report(work, request, lines)
        differs = any(result.document[name] != before[name] for name in _FACTS)
        if result.outcome is ImportOutcome.RECORDED and differs:
            take_back()
            result = ImportResult(ImportOutcome.CHANGED, result.document | {"batch": None})
    if result.outcome is not ImportOutcome.RECORDED:
        is_changed = result.outcome is ImportOutcome.CHANGED
        outcome = ImportOutcome.RECORDED if is_changed else result.outcome
        if outcome is ImportOutcome.RECORDED and result.document["warnings"]:
            outcome = ImportOutcome.CONFIRM
        _save(work, number, result.document | {"outcome": outcome})
        return result
    store.change_upload(
        work.connection,
        number,
        {
            "status": UploadStatus.RECORDED,
            "batch_id": result.document["batch"],
            "document": None,
            "first_rows": None,
        },
    )
    return result


def remove(work: Work, number: int) -> Upload:
    """Remove an upload; its file follows later.

    Raises:
        RefusedError: it is recorded or removed already, or being worked on.
    """
    work.actor.require(Verb.IMPORT)
    row = lock(work, number)
    store.change_upload(
        work.connection,
        number,
        {
            "status": UploadStatus.REMOVED,
            "document": None,
            "summary": None,
            "outcome": None,
            "first_rows": None,
        },
    )
    return _upload_of(work, row)


def reopen(work: Work, batch: int) -> int | None:
    """Let the upload of an import that was undone wait again, if something was changed in it.

    The changes stay with it, so that it can be recorded again. Returns the upload's number. Where
    the same bytes wait as an upload already, that one takes them.
    """
    row = store.recorded_upload_of(work.connection, batch)
    if row is None or not row.changes:
        return None
    waits = store.open_upload_of(work.connection, row.sha256)
    number = row.id if waits is None else waits.id
    if waits is not None and waits.changes:
        return None
    values = {
        "report": row.report,
        "choices": row.choices,
        "changes": row.changes,
        "batch_id": None,
    }
    changed(work, number, values)
    return number


def sweep(work: Work) -> int:
    """Delete files of uploads that nobody needs any more; returns how many."""
    old = list(work.files.uploads_before(work.now - _SWEPT_AFTER))
    unneeded = set(old) - store.needed_files(work.connection) if old else set()
    for name in unneeded:
        work.files.drop_upload(name)
    return len(unneeded)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The import of the same report and retailer before, and what it held."""

    batch: int
    file_name: str
    first_day: str
    last_day: str
    document: Mapping[str, Any]


def import_before(work: Work, document: Mapping[str, Any]) -> Earlier | None:
    """What the same report brought the last time before, to compare its totals with."""
    work.actor.require(Verb.READ)
    if not document["report"] or not document["period_from"]:
        return None
    row = store.import_before(
        work.connection, document["report"], document["retailer"], document["period_from"]
    )
    if row is None:
        return None
    return Earlier(row.id, row.file_name, row.first_day, row.last_day, row.document)


def mappings_of(work: Work) -> Sequence[Mapping[str, Any]]:
    """Mapped reports of the setup, those that have ended among them; none before the first."""
    work.actor.require(Verb.READ)
    try:
        return setup_in_force(work).mappings
    except RefusedError:
        return ()  # nothing has been loaded yet


def preview_rows(work: Work, number: int) -> list[SheetPreview]:
    """Look at the first rows of an upload's file; read-only work, done where files are read.

    Raises:
        RefusedError: it is recorded or removed, its file is gone, or it cannot be read.
    """
    work.actor.require(Verb.IMPORT)
    row = _require_unrecorded(store.find_upload(work.connection, number))
    request = _request(work, row)
    try:
        return first_rows(request.path, request.choices)
    except UnreadableError as error:
        raise RefusedError(str(error)) from None


def save_first_rows(work: Work, number: int, sheets: Sequence[SheetPreview]) -> None:
    """Keep what was looked at, while the upload is open."""
    work.actor.require(Verb.IMPORT)
    row = store.find_upload(work.connection, number, lock=True)
    if row is not None and row.status in OPEN_UPLOADS:
        plain = [each.as_plain() for each in sheets]
        store.change_upload(work.connection, number, {"first_rows": plain})


def first_rows_of(work: Work, number: int) -> list[SheetPreview] | None:
    """The first rows of an open upload's file, once they were looked at."""
    work.actor.require(Verb.IMPORT)
    plain = store.first_rows_of(work.connection, number)
    return None if plain is None else sheets_of(plain)


def _request(work: Work, row: store.UploadRow, **more: Any) -> Request:  # noqa: ANN401 - Request's
    path = work.files.upload(row.sha256)
    if not path.is_file():
        path = work.files.received(row.sha256)  # an import of it was undone
    if not path.is_file():
        raise RefusedError(f"the file of {row.name} is gone: remove it and send it again")
    return Request(path, row.name, row.report, row.choices, changes=row.changes, **more)


def _read_with(row: store.UploadRow) -> ReadWith:
    return row.report, row.choices, row.changes


def _save(work: Work, number: int, document: Mapping[str, Any]) -> None:
    summary = {
        "outcome": document["outcome"],
        "report": document["report"],
        "retailer": document["retailer"],
        "period_from": document["period_from"],
        "period_to": document["period_to"],
        "sale_lines": document["sale_lines"],
        "net": receipts_of(document),
        "waiting": sum(each["rows"] for each in document["waiting"]),
        "warnings": len(document["warnings"]),
        "problem_count": document["problem_count"],
        "same_as": document["same_as"],
    }
    store.change_upload(
        work.connection,
        number,
        {
            "status": UploadStatus.CHECKED,
            "summary": summary,
            "document": document,
            "outcome": ImportOutcome(document["outcome"]),
        },
    )


def _require_unrecorded(row: store.UploadRow | None) -> store.UploadRow:
    if row is None or row.status == UploadStatus.REMOVED:
        raise RefusedError("this upload was removed: send the report again if it is needed")
    if row.status == UploadStatus.RECORDED:
        raise RefusedError(f"{row.name} was recorded already, as import {row.batch_id}")
    return row


def lock(work: Work, number: int) -> store.UploadRow:
    """An upload that nobody works on, held against others.

    Raises:
        RefusedError: it is recorded, removed or at work.
    """
    row = _require_unrecorded(store.find_upload(work.connection, number, lock=True))
    if _is_active(jobs.latest_job(work.connection, subject_of(number))):
        raise RefusedError(f"{row.name} is being worked on: wait until that is done")
    return row


def _is_active(job: JobRow | None) -> bool:
    return job is not None and job.status in ACTIVE_JOBS


def _upload_of(work: Work, row: store.UploadRow) -> Upload:
    return Upload(
        row.id,
        row.name,
        row.sha256,
        row.size,
        row.report,
        row.choices,
        row.status,
        row.document,
        row.batch_id,
        row.created_at,
        row.created_by,
        jobs.latest_job(work.connection, subject_of(row.id)),
        row.changes,
    )
