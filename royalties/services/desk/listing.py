"""Lists that are sent in a browser: read by the worker, in a process that can be ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from royalties.adapters.files import Files, TooLargeError
from royalties.domain.jobs import ACTIVE_JOBS
from royalties.domain.people import Verb
from royalties.ingest.lists.contents import ListFault, ListQuestion
from royalties.services.desk import jobs
from royalties.services.enclosures import shown_name
from royalties.services.terms import lists
from royalties.services.terms.lists import ListKind
from royalties.services.work import RefusedError, Work
from royalties.store import work as store

MOST_WAITING, MOST_WAITING_BYTES = 10, 200_000_000
"""Lists of one person that may wait to be read, and their bytes."""

_MOST_ANSWERS = 60
_LONGEST_ANSWER = 100


@dataclass(frozen=True, slots=True)
class SentList:
    """A list that was sent, and how far its reading is.

    Attributes:
        error: why it could not be read, in words; empty if it was, or is not yet.
        kept: finds its content, once it was read without fault or question.
    """

    number: int
    kind: ListKind
    name: str
    is_busy: bool
    error: str
    faults: list[ListFault]
    questions: list[ListQuestion]
    notes: list[str]
    kept: str


def store_sent(files: Files, stream: IO[bytes], name: str) -> Mapping[str, Any]:
    """Write a list down that was sent, while nobody waits for the database.

    Raises:
        RefusedError: it is too large.
    """
    try:
        fingerprint, size = files.keep_enclosure(stream, lists.LARGEST)
    except TooLargeError:
        raise RefusedError(
            f"{shown_name(name)} is larger than {lists.LARGEST // 1_000_000} MB: split it"
        ) from None
    return {"file": fingerprint, "name": shown_name(name)[:100], "size": size}


def send(work: Work, kind: ListKind, sent: Mapping[str, Any], answers: Mapping[str, str]) -> int:
    """Have a list read; returns the job's number.

    Raises:
        RefusedError: whoever sends it has too many that wait; its bytes do not stay.
    """
    work.actor.require(Verb.LOAD)
    subject = f"list:{kind}:{sent['file']}"
    active = store.active_job(work.connection, jobs.LIST, subject)
    if active is not None:
        return active.id
    _require_room(work, sent)
    taken = {
        key[:_LONGEST_ANSWER]: value[:_LONGEST_ANSWER]
        for key, value in list(answers.items())[:_MOST_ANSWERS]
        if value
    }
    arguments = {**sent, "kind": kind.value, "answers": taken}
    return jobs.queue(work, jobs.LIST, subject, arguments)


def _require_room(work: Work, sent: Mapping[str, Any]) -> None:
    if work.actor.person is None:
        return  # nothing is queued then
    waiting = store.waiting_jobs(work.connection, jobs.LIST, work.actor.person)
    bytes_ = sum(int(each.arguments["size"]) for each in waiting)
    if len(waiting) < MOST_WAITING and bytes_ + sent["size"] <= MOST_WAITING_BYTES:
        return
    if all(each.arguments["file"] != sent["file"] for each in waiting):
        work.files.drop_enclosure(sent["file"])
    raise RefusedError(
        f"{len(waiting)} lists that you sent wait to be read, with {bytes_ // 1_000_000} MB: wait "
        f"for them, then send {sent['name']} again"
    )


def again(work: Work, number: int, answers: Mapping[str, str]) -> int:
    """Have a list read once more, with further answers; returns the new job's number.

    Raises:
        RefusedError: its file is not stored any more.
    """
    work.actor.require(Verb.LOAD)
    job = _find_job(work, number)
    if job is None or not work.files.enclosure(job.arguments["file"]).is_file():
        raise RefusedError("the file is not here any more: choose it again")
    sent = {name: job.arguments[name] for name in ("file", "name", "size")}
    kind = ListKind(job.arguments["kind"])
    return send(work, kind, sent, {**job.arguments["answers"], **answers})


def find(work: Work, number: int) -> SentList | None:
    """A list that was sent, by whoever may save it."""
    work.actor.require(Verb.LOAD)
    job = _find_job(work, number)
    if job is None:
        return None
    result = job.result or {}
    return SentList(
        job.id,
        ListKind(job.arguments["kind"]),
        job.arguments["name"],
        job.status in ACTIVE_JOBS,
        job.error or "",
        lists.faults_of(result) if result else [],
        lists.questions_of(result) if result else [],
        list(result.get("notes", ())),
        result.get("list", ""),
    )


def _find_job(work: Work, number: int) -> store.JobRow | None:
    job = store.find_job(work.connection, number)
    return job if job is not None and job.kind == jobs.LIST else None
