"""Lists of titles and beneficiaries: read by the worker, looked at entry by entry, then saved.

What a list contains is stored as a file until it is saved; what it would change is worked out anew
at each look, so that nothing that somebody changed meanwhile is undone by it. It is saved, or put
before a second person, as a setup file is.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from royalties.adapters.files import TooLargeError
from royalties.domain.people import Verb
from royalties.domain.problems import SetupFault
from royalties.ingest.lists.beneficiaries import read_beneficiaries
from royalties.ingest.lists.contents import Answers, ListContents, ListFault, ListQuestion
from royalties.ingest.lists.onix import is_onix, read_onix
from royalties.ingest.lists.titles import read_titles
from royalties.ingest.setup import SetupError
from royalties.services.books import Setup, setup_in_force
from royalties.services.terms import loading, setup
from royalties.services.terms.amending import Saved
from royalties.services.terms.beneficiaries_from_list import merge_beneficiaries
from royalties.services.terms.loading import FileDifference
from royalties.services.terms.titles_from_list import Body, Merged, merge_titles
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup, revisions_in_force

LARGEST = 50_000_000
"""Bytes of a list that is taken in a browser."""

_LARGEST_KEPT = 100_000_000
_AT = re.compile(r"[a-z_]+\[(\d+)\]\.?")


class ListKind(StrEnum):
    """What a list is of: a part of the setup."""

    TITLES = "titles"
    BENEFICIARIES = "beneficiaries"


class ListFaultsError(RefusedError):
    """A list that would not do; each fault with the place in it."""

    def __init__(self, faults: Iterable[ListFault]) -> None:
        self.faults = list(faults)
        count = len(self.faults)
        super().__init__(
            "\n".join(
                [
                    f"The list has {count} fault{'s' if count > 1 else ''}, so nothing was saved.",
                    *(f"{each.place}: {each.message}" for each in self.faults),
                ]
            )
        )


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list's records when it was read, and what its reader noted."""

    name: str
    records: list[dict[str, Any]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListDifference:
    """What a list would do to the books, and what to know about how it was read."""

    found: FileDifference
    notes: tuple[str, ...]


def read(work: Work, path: Path, kind: ListKind, answers: Answers) -> ListContents:
    """Read a list; work that only reads, done where files are read.

    Args:
        path: where its bytes are.
        answers: to what it left open before.

    Raises:
        EmptyBooksError: there is no house yet.
    """
    work.actor.require(Verb.LOAD)
    now = setup_in_force(work)
    if kind is ListKind.BENEFICIARIES:
        return read_beneficiaries(path, answers, today=work.today)
    known = {edition.isbn for title in now.titles.values() for edition in title.editions}
    if is_onix(path):
        return read_onix(path, answers, known=known)
    currency = now.publisher.currency
    return read_titles(path, answers, currency=currency, known=known, today=work.today)


def faults_as_json(listed: ListContents) -> dict[str, Any]:
    """What is wrong with a list that was read, or open, as JSON values."""
    return {
        "faults": [asdict(each) for each in listed.faults],
        "questions": [asdict(each) for each in listed.questions],
        "notes": listed.notes,
        "records": len(listed.records),
    }


def store_contents(work: Work, listed: ListContents, name: str) -> str:
    """Keep what a list says, until it is saved; returns the fingerprint it is found by.

    Raises:
        RefusedError: it says too much for one list.
    """
    text = json.dumps({"name": name, "notes": listed.notes, "records": listed.records})
    try:
        return work.files.keep_enclosure(io.BytesIO(text.encode()), _LARGEST_KEPT)[0]
    except TooLargeError:
        raise RefusedError(f"{name} is too long for one list: split it") from None


def find_saved(work: Work, fingerprint: str) -> ReadList:
    """A list that was read.

    Raises:
        RefusedError: it is not stored any more.
    """
    try:
        read = json.loads(work.files.enclosure(fingerprint).read_bytes())
    except FileNotFoundError:
        raise RefusedError("The list is not here any more: choose the file again") from None
    return ReadList(read["name"], read["records"], tuple(read["notes"]))


def preview(
    work: Work, kind: ListKind, read_list: ReadList, number: Callable[[str | int], str] = str
) -> ListDifference:
    """What a list would add, change and leave; nothing is recorded.

    Args:
        number: how who reads it writes numbers.

    Raises:
        ListFaultsError: with every fault, each with its place in the list.
    """
    work.actor.require(Verb.LOAD)
    comparison, merged = _compared(work, kind, read_list)
    difference = loading.difference(work, comparison, number)
    return ListDifference(difference, (*read_list.notes, *merged.notes))


class OpenListError(RefusedError):
    """A list that leaves something open; each question with its answers."""

    def __init__(self, questions: Iterable[ListQuestion]) -> None:
        self.questions = list(questions)
        lines = [f"{each.words} {_how_to_answer(each)}" for each in self.questions]
        message = "The list leaves something open, so nothing was saved."
        super().__init__("\n".join([message, *lines]))


def _how_to_answer(question: ListQuestion) -> str:
    values = ", ".join(value for value, _ in question.options)
    return f"Answer with --answer '{question.key}=…': {values}."


def load(
    work: Work,
    path: Path,
    kind: ListKind,
    answers: Answers,
    *,
    dry_run: bool = False,
    confirm: bool = False,
) -> tuple[ListDifference, setup.Loaded]:
    """Read a list and save it at once, unless it would lose something that has counted.

    Args:
        answers: to what it leaves open.
        dry_run: whether nothing is recorded.
        confirm: whether all that it replaces is confirmed.

    Raises:
        ListFaultsError: with every fault, each with its place in the list.
        OpenListError: it leaves something open.
    """
    work.actor.require(Verb.LOAD)
    listed = read(work, path, kind, answers)
    if listed.faults:
        raise ListFaultsError(listed.faults)
    if listed.questions:
        raise OpenListError(listed.questions)
    read_list = ReadList(path.name, listed.records, tuple(listed.notes))
    lock_setup(work.connection)
    comparison, merged = _compared(work, kind, read_list)
    difference = loading.difference(work, comparison)
    if not dry_run and (confirm or not any(each.loses for each in comparison.loaded.replaced)):
        setup.save(work, read_list.name, comparison)
    return ListDifference(difference, (*read_list.notes, *merged.notes)), comparison.loaded


def save(
    work: Work, kind: ListKind, read_list: ReadList, *, seen: str, confirmed: str = ""
) -> Saved:
    """Save a list that was looked at, or put it before a second person.

    Args:
        seen: the state that ``look`` returned.
        confirmed: the token of what was asked.

    Raises:
        ListFaultsError: with every fault, each with its place in the list.
        BooksChangedError: it would do something else by now.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    comparison, _ = _compared(work, kind, read_list)
    return loading.save_compared(work, comparison, read_list.name, seen, confirmed)


def _compared(work: Work, kind: ListKind, read_list: ReadList) -> tuple[setup.Comparison, Merged]:
    now = setup_in_force(work)
    bodies = {
        each.key: dict(each.body)
        for each in revisions_in_force(work.connection)
        if each.kind == kind.value
    }
    merged = _merged(work, now, kind, bodies, read_list)
    if merged.faults:
        raise ListFaultsError(merged.faults)
    entries = [(kind.value, key, body) for key, body in merged.bodies.items()]
    try:
        return setup.compare_entries(work, entries, read_list.name), merged
    except SetupError as error:
        raise ListFaultsError(_placed(error.faults, merged)) from None


def _merged(
    work: Work, now: Setup, kind: ListKind, bodies: Mapping[str, Body], read_list: ReadList
) -> Merged:
    if kind is ListKind.BENEFICIARIES:
        return merge_beneficiaries(bodies, read_list.records)
    first_day = now.first_period.starts.isoformat()
    return merge_titles(
        bodies, read_list.records, today=work.today.isoformat(), first_day=first_day
    )


def _placed(faults: Iterable[SetupFault], merged: Merged) -> list[ListFault]:
    """Faults of entries by the rows that the entries were made of."""
    keys = list(merged.bodies)
    placed = []
    for fault in faults:
        found = _AT.match(fault.path)
        key = keys[int(found[1])] if found and int(found[1]) < len(keys) else ""
        body = merged.bodies.get(key, {})
        name = body.get("title") or body.get("name") or ""
        rows = ", ".join(merged.places.get(key, ())[:3])
        last = fault.path.rpartition(".")[2].partition("[")[0].replace("_", " ")
        where = " · ".join(each for each in (rows, name, last if "." in fault.path else "") if each)
        placed.append(ListFault(where or "the file", fault.message))
    return placed


def faults_of(plain: Mapping[str, Any]) -> list[ListFault]:
    """Faults that were stored."""
    return [ListFault(**each) for each in plain["faults"]]


def questions_of(plain: Mapping[str, Any]) -> list[ListQuestion]:
    """Questions that were stored."""
    return [
        ListQuestion(
            each["key"], each["words"], tuple((value, words) for value, words in each["options"])
        )
        for each in plain["questions"]
    ]
