"""Whether the log is whole, and has everything that is in force: two checks of ``verify``."""

import json
from collections import defaultdict
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.sales.imports import BatchStatus
from royalties.services.ledger.verified_books import BooksUnderTest, Failures
from royalties.store.history import line_hash, log_lines
from royalties.store.ledger import checks
from royalties.store.terms import catalogue


def is_whole(books: BooksUnderTest) -> Failures:
    """Each line of the log is chained to the one before."""
    previous = "0" * 64
    for seq, line in enumerate(log_lines(books.connection), 1):
        if line.seq != seq:
            yield f"the log has a gap before line {line.seq}"
            return
        if line.previous_hash != previous or line_hash(line) != line.hash:
            yield f"line {line.seq} of the log was changed"
            return
        previous = line.hash


def tells(books: BooksUnderTest) -> Failures:
    """The log has every close, import, correction, undo, alias and issue that is in force."""
    by_action: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in log_lines(books.connection):
        if line.action in _TOLD:
            payload = json.loads(line.payload)
            by_action[line.action].append({name: payload.get(name) for name in _READ})
    yield from _closes_differ(books, by_action[Verb.CLOSE.value])
    yield from _batches_differ(books, by_action)
    aliases = {(alias["identifier"], alias["isbn"]) for alias in by_action[Verb.ALIAS.value]}
    for name, isbn in catalogue.aliases(books.connection).items():
        if (name, isbn) not in aliases:
            yield f"the log does not tell that {name} stands for {isbn}"
    files: dict[str, int] = defaultdict(int)
    for issue in by_action[Verb.ISSUE.value]:
        files[issue["period"]] += issue["files"]
    for period_id, count in checks.issued_by_period(books.connection).items():
        files[books.period(period_id or 0)] -= count
    for period, more in files.items():
        if more:
            yield f"{period}: other files are issued than the log tells of"


_TOLD = {
    verb.value
    for verb in (Verb.CLOSE, Verb.IMPORT, Verb.CORRECT, Verb.UNDO, Verb.ALIAS, Verb.ISSUE)
}


_READ = (
    "batch",
    "corrects",
    "file",
    "files",
    "fingerprint",
    "identifier",
    "isbn",
    "lines",
    "period",
    "sha256",
)
"""What is read of these lines; a log of many years is not held whole."""


def _closes_differ(books: BooksUnderTest, logged: list[dict[str, Any]]) -> Failures:
    closes = {each["period"]: each["fingerprint"] for each in logged}
    for closed in checks.closings(books.connection):
        period = books.period(closed.period_id)
        if closes.pop(period, None) != closed.fingerprint:
            yield f"the log does not tell of the closed run of {period} as it stands"
    for period in closes:
        yield f"the log tells of a close of {period}, which is not closed"


def _batches_differ(books: BooksUnderTest, logged: dict[str, list[dict[str, Any]]]) -> Failures:
    imports = {
        imported["batch"]: (imported["file"][:255], imported["sha256"], imported["lines"])
        for imported in logged[Verb.IMPORT.value]
    }
    corrections = {
        correction["batch"]: correction["corrects"] for correction in logged[Verb.CORRECT.value]
    }
    undone = {undo["batch"] for undo in logged[Verb.UNDO.value]}
    for row in checks.imports(books.connection):
        if (row.status == BatchStatus.UNDONE) != (row.id in undone):
            yield f"import {row.id} is {row.status}, but the log says otherwise"
        if row.corrects is not None:
            if corrections.pop(row.id, None) != row.corrects:
                yield f"the log does not tell that import {row.id} corrects {row.corrects}"
            continue
        lines = row.document.get("sale_lines")
        if imports.pop(row.id, None) != (row.file_name, row.sha256, lines):
            yield f"the log does not tell of import {row.id} ({row.file_name}) as it stands"
    for number in sorted({*imports, *corrections}):
        yield f"the log tells of import {number}, which is not there"
