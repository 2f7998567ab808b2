"""Statements: composed and numbered at the close, issued as workbooks and twins, and kept."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from reports import period as period_paper
from reports import statement as statement_paper
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.run import Run, run
from royalties.domain.statements import Statement
from royalties.services.books import Setup, books_of, setup_in_force
from royalties.services.composing import Composer
from royalties.services.period_report import period_report
from royalties.services.work import RefusedError, Work
from royalties.store import runs as run_store
from royalties.store import statements as store

_CONTENT = TypeAdapter(Statement)


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """What ``statements`` wrote: the folder, files, and whether they are final or drafts."""

    folder: Path
    files: tuple[Path, ...]
    statements: int
    draft: bool


def number_statements(work: Work, setup: Setup, done: Run) -> list[str]:
    """Number and freeze the statements of a run that is being closed, without gaps."""
    composer = Composer(work, setup, done)
    rows = []
    for place, settlement in enumerate(done.settlements, 1):
        number = f"{done.period}-{place:03d}"
        statement = composer.statement(settlement, number, work.today)
        content = _CONTENT.dump_json(statement).decode()
        rows.append(
            store.StatementRow(
                number,
                done.period.ordinal,
                place,
                settlement.beneficiary,
                settlement.currency,
                content,
                sha256(content.encode()).hexdigest(),
            )
        )
    store.add_statements(work.connection, rows)
    return [row.number for row in rows]


def statement_of(row: store.StatementRow) -> Statement:
    """What a numbered statement says."""
    return _CONTENT.validate_json(row.content)


def find_statement(work: Work, number: str) -> Statement:
    """A numbered statement.

    Raises:
        RefusedError: there is none of this number.
    """
    row = store.find_statement(work.connection, number)
    if row is None:
        raise RefusedError(
            f"there is no statement {number}: numbers look like 2025-H1-001 and are given when "
            f"a period is closed"
        )
    return statement_of(row)


def write_statements(work: Work, text: str, folder: Path) -> IssuedFiles:
    """Write every beneficiary's workbook and twin and the period's workbook into a folder.

    A closed period's statements are issued: kept with fingerprint and template version, and
    the same bytes ever after. An open period's are drafts, marked so, and not kept.
    """
    work.actor.require(Verb.ISSUE)
    setup = setup_in_force(work)
    period = setup.period(text)
    closed = run_store.find_closed(work.connection, period.ordinal)
    if closed is None:
        return _write_drafts(work, setup, period, folder)
    return _issue(work, setup, period, folder)


def _issue(work: Work, setup: Setup, period: Period, folder: Path) -> IssuedFiles:
    written = issue_statements(work, period, folder)
    summary = _write_period(work, setup, period, None, folder)
    return IssuedFiles(folder, (*written, summary), len(written) // 2, draft=False)


def issue_statements(work: Work, period: Period, folder: Path) -> list[Path]:
    """Write a closed period's statements and twins; what is new is kept and recorded."""
    work.actor.require(Verb.ISSUE)
    rows = store.statements_of(work.connection, period.ordinal)
    known = store.issued_files(work.connection)
    new: list[store.IssuedRow] = []
    written = []
    for done, row in enumerate(rows):
        work.progress(done, len(rows))
        for kind in ("workbook", "twin"):
            kept = known.get((row.number, kind))
            if kept is None:
                kept, data = _make(work, str(period), row, kind)
                new.append(kept)
            else:
                data = _kept(work, str(period), kept)
            written.append(work.files.write_out(folder, kept.name, data))
    work.progress(len(rows), len(rows))
    store.add_issued(work.connection, new)
    if new:
        work.record(Verb.ISSUE, {"period": str(period), "files": len(new)})
    return written


def _make(
    work: Work, period: str, row: store.StatementRow, kind: str
) -> tuple[store.IssuedRow, bytes]:
    statement = statement_of(row)
    name = statement_paper.file_name(statement)
    if kind == "workbook":
        data = statement_paper.workbook(statement)
    else:
        data = _twin(statement)
        name = name.removesuffix(".xlsx") + ".json"
    work.files.keep_issued(period, name, data)
    made = store.IssuedRow(
        row.number,
        kind,
        name,
        sha256(data).hexdigest(),
        statement_paper.TEMPLATE_VERSION,
        work.at,
        work.actor.name,
    )
    return made, data


def _twin(statement: Statement) -> bytes:
    text = json.dumps(statement_paper.twin(statement), ensure_ascii=False)
    return f"{text}\n".encode()


def _kept(work: Work, period: str, kept: store.IssuedRow) -> bytes:
    path = work.files.issued(period, kept.name)
    data = path.read_bytes() if path.exists() else b""
    if sha256(data).hexdigest() != kept.sha256:
        raise RefusedError(
            f"the issued file {path} is missing or was changed: restore it from a backup "
            f"('royalties verify' names every such file)"
        )
    return data


def _write_drafts(work: Work, setup: Setup, period: Period, folder: Path) -> IssuedFiles:
    done = run(books_of(work, setup, period))
    composer = Composer(work, setup, done)
    written = []
    for place, settlement in enumerate(done.settlements):
        work.progress(place, len(done.settlements))
        statement = composer.statement(settlement, None, period.ends)
        name = statement_paper.file_name(statement)
        written.append(work.files.write_out(folder, name, statement_paper.workbook(statement)))
        twin = name.removesuffix(".xlsx") + ".json"
        written.append(work.files.write_out(folder, twin, _twin(statement)))
    work.progress(len(done.settlements), len(done.settlements))
    written.append(_write_period(work, setup, period, done, folder))
    return IssuedFiles(folder, tuple(written), len(done.settlements), draft=True)


def _write_period(
    work: Work, setup: Setup, period: Period, draft: Run | None, folder: Path
) -> Path:
    report = period_report(work, setup, period, draft)
    name = f"{period} period{' (draft)' if draft else ''}.xlsx"
    return work.files.write_out(folder, name, period_paper.workbook(report))
