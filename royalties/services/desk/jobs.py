"""Long work: queued in the name of a person, and done by a process beside the server."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeAlias

from royalties.domain.jobs import ACTIVE_JOBS, JobStatus
from royalties.domain.people import Actor, PersonStatus, Role
from royalties.domain.sales.imports import UploadStatus
from royalties.services.desk import examples
from royalties.services.sales import uploads
from royalties.services.sales.importing import ImportResult
from royalties.services.terms import lists
from royalties.services.work import CLOCKS_DIFFER, RefusedError, Work
from royalties.store import work as store
from royalties.store.people import people
from royalties.store.sales import uploads as upload_store
from royalties.store.work import JobRow

LEASE = timedelta(minutes=15)
"""So long a worker may take; after it a job counts as lost and is taken again."""

MOST_ATTEMPTS = 3

SECONDS = 60
"""Of computing that a report of ordinary size may take to be read."""

MEMORY = 1 << 30
"""Bytes that reading a report may take."""

_BYTES_PER_SECOND = 500_000
"""A report gets one more second for so many bytes."""

LIST = "list"
"""The kind of job that reads a list of titles or beneficiaries."""

WORKER = Actor("royalties jobs", Role.STRANGER)
"""Who takes jobs and notes how they ended; the work itself is done in a person's name."""

Arguments: TypeAlias = Mapping[str, Any]
Job: TypeAlias = JobRow


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of long work, on an upload or on the books.

    Attributes:
        look: the long part that only reads, so that nobody waits for it; None: there is none.
        do: does the part that is saved; returns the job's result as JSON values.
    """

    do: Callable[[Work, Job, Any], object]
    look: Callable[[Work, Job], Any] | None = None


class LostWorkerError(RuntimeError):
    """The worker was stopped again and again while it did a job."""


def start(work: Work, kind: str, upload: uploads.Upload, arguments: Arguments) -> int:
    """Have something done with an upload; returns the job's number.

    What others sent is read by the worker, which can end it: a small file may take long as well.

    Args:
        work: the unit of work.
        kind: what to do, one of ``KINDS``.
        upload: what to do it with.
        arguments: what the kind asks for, as JSON values.

    Raises:
        RefusedError: somebody works on the same upload.
    """
    refuse_busy(work, upload)
    if kind == "record":
        uploads.require_checked(work, upload.id)
    return queue(work, kind, uploads.subject_of(upload.id), arguments)


def are_active(work: Work, numbers: Collection[int]) -> bool:
    """Whether any of some jobs still waits or goes on; nobody's rights are asked for."""
    return store.are_active(work.connection, numbers)


def only_writes(job: Job) -> bool:
    """Whether a job has no part that only reads, which others' files are read in."""
    return KINDS[job.kind].look is None


def seconds_for(work: Work, job: Job) -> int:
    """How many seconds of computing the part of a job that only reads may take."""
    if job.kind == LIST:
        size = int(job.arguments["size"])
    else:
        row = upload_store.find_upload(work.connection, _number(job))
        size = row.size if row else 0
    return SECONDS + size // _BYTES_PER_SECOND


def refuse_busy(work: Work, upload: uploads.Upload) -> None:
    """Refuse to begin while a job works on the upload."""
    job = store.latest_job(work.connection, uploads.subject_of(upload.id))
    if job is not None and job.status in ACTIVE_JOBS:
        raise RefusedError(f"{upload.name} is being worked on: wait until that is done")


def queue(work: Work, kind: str, subject: str, arguments: Arguments) -> int:
    """Queue a job in the name of who acts; returns its number.

    A kind is done only once at a time for a subject: the database refuses a second job.
    """
    if work.actor.person is None:
        raise RefusedError("at the command line nothing is queued: it is done at once")
    return store.add_job(
        work.connection,
        {
            "kind": kind,
            "subject": subject,
            "arguments": arguments,
            "status": JobStatus.QUEUED,
            "person_id": work.actor.person,
            "attempts": 0,
            "created_at": work.at,
        },
    )


def take(work: Work) -> Job | None:
    """Take the next job, if there is one, and hold it for a while.

    A lease that ends later than any that begins now was given before a clock was set back.
    """
    longest = work.at + LEASE + CLOCKS_DIFFER
    return store.lease_job(work.connection, work.at, work.at + LEASE, longest)


def read(work: Work, job: Job) -> Any:  # noqa: ANN401 - each kind's own
    """Do the part of a job that only reads, in the name of who asked for it.

    Raises:
        RefusedError: they may not come in any more, or what the work itself refuses.
        LostWorkerError: it was begun too often.
    """
    if job.attempts > MOST_ATTEMPTS:
        raise LostWorkerError
    return _inspected(_as_person(work, job), job)


def run(work: Work, job: Job, seen: Any) -> None:  # noqa: ANN401 - each kind's own
    """Do the part of a job that writes, and note its end in the same transaction.

    Raises:
        RefusedError: who asked may not come in any more, or what the work itself refuses.
        StaleError: what was read is old by now; the job is to be done again.
    """
    result = KINDS[job.kind].do(_as_person(work, job), job, seen)
    values = {
        "status": JobStatus.DONE,
        "ended_at": work.at,
        "result": result,
        "error": None,
    }
    store.end_job(work.connection, job.id, values)


def _inspected(work: Work, job: Job) -> Any:  # noqa: ANN401 - each kind's own
    kind = KINDS[job.kind]
    return kind.look(work, job) if kind.look else None


def _as_person(work: Work, job: Job) -> Work:
    """The work in the name of who asked for a job, with the rights they have now."""
    row = people.find_person(work.connection, job.person_id)
    if row is None or row.status != PersonStatus.ACTIVE:
        raise RefusedError("whoever asked for this may not come in any more: ask for it again")
    own = people.beneficiaries_of(work.connection, [row.id]).get(row.id, ())
    orders_for = people.organizations_of(work.connection, [row.id]).get(row.id, ())
    actor = Actor(row.name, row.role, row.id, frozenset(own), frozenset(orders_for))
    return replace(work, actor=actor)


def fail(work: Work, job: Job, message: str) -> None:
    """Note why a job could not be done, unless another worker has taken it since."""
    current = store.find_job(work.connection, job.id)
    if (
        current is not None
        and current.attempts == job.attempts
        and current.status == JobStatus.RUNNING
    ):
        values = {"status": JobStatus.FAILED, "ended_at": work.at, "error": message}
        store.end_job(work.connection, job.id, values)
        if job.kind == examples.JOB:
            examples.note_failed(work)


def put_back(work: Work, job: Job) -> None:
    """Let a job wait again that could not be begun, without counting the attempt."""
    current = store.find_job(work.connection, job.id)
    if (
        current is not None
        and current.attempts == job.attempts
        and current.status == JobStatus.RUNNING
    ):
        values = {"status": JobStatus.QUEUED, "attempts": job.attempts - 1, "lease_until": None}
        store.end_job(work.connection, job.id, values)


def _number(job: Job) -> int:
    return int(job.subject.removeprefix("upload:"))


def _check(work: Work, job: Job) -> Any:  # noqa: ANN401 - an ImportResult
    return uploads.examine(work, _number(job))


def _save(work: Work, job: Job, seen: Any) -> object:  # noqa: ANN401 - an ImportResult
    uploads.save_result(work, _number(job), seen)
    return {"outcome": seen.outcome}


def _read_report(work: Work, job: Job) -> Any:  # noqa: ANN401 - a Spooled or an ImportResult
    if job.attempts > 1:
        found = uploads.find(work, _number(job))
        if found is not None and found.status == UploadStatus.RECORDED:
            return None  # by the worker that was lost
    lines = uploads.read(work, _number(job))
    if lines is not None and not lines.problems and not lines.choices:
        return lines
    if lines is not None:
        lines.close()
    return uploads.examine(work, _number(job))  # there is nothing to record: say why


def _record(work: Work, job: Job, read: Any) -> object:  # noqa: ANN401 - what ``_read_report`` gives
    if job.attempts > 1:
        found = uploads.find(work, _number(job))
        if found is not None and found.status == UploadStatus.RECORDED:
            return {"outcome": "recorded", "batch": found.batch}  # by the worker that was lost
    if isinstance(read, ImportResult):
        return _save(work, job, read)
    seen = job.arguments["seen"]
    result = uploads.record(work, _number(job), seen, read)
    return {"outcome": result.outcome, "batch": result.document["batch"]}


def _read_first_rows(work: Work, job: Job) -> Any:  # noqa: ANN401 - sheets
    return uploads.preview_rows(work, _number(job))


def _save_first_rows(work: Work, job: Job, seen: Any) -> object:  # noqa: ANN401 - sheets
    uploads.save_first_rows(work, _number(job), seen)
    return {"sheets": len(seen)}


def _read_list(work: Work, job: Job) -> Any:  # noqa: ANN401 - a Listed
    path = work.files.enclosure(job.arguments["file"])
    if not path.is_file():
        raise RefusedError("the file is not here any more: choose it again")
    kind = lists.ListKind(job.arguments["kind"])
    return lists.read(work, path, kind, job.arguments["answers"])


def _save_list(work: Work, job: Job, seen: Any) -> object:  # noqa: ANN401 - a Listed
    document = lists.faults_as_json(seen)
    if not seen.faults and not seen.questions:
        document["list"] = lists.store_contents(work, seen, job.arguments["name"])
    return document


def begin_examples(work: Work) -> int:
    """Let empty books become the sandbox, and have the examples loaded; the job's number."""
    examples.begin(work)
    return queue(work, examples.JOB, examples.JOB, {})


def _fill(work: Work, _job: Job, _seen: Any) -> object:  # noqa: ANN401 - nothing
    examples.fill(work)
    return {}


KINDS: dict[str, JobKind] = {
    "check": JobKind(_save, _check),
    "look": JobKind(_save_first_rows, _read_first_rows),
    "record": JobKind(_record, _read_report),
    LIST: JobKind(_save_list, _read_list),
    examples.JOB: JobKind(_fill),
}
"""What can be done as a job."""
