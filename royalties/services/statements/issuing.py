"""Statements: composed and numbered at the close, issued as workbooks and twins, and kept."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from reports import period as period_paper
from reports import statement as statement_paper
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.run import Run, run
from royalties.domain.statements import Statement
from royalties.services.books import Setup, books_of, require_next, setup_in_force
from royalties.services.statements.composing import Composer
from royalties.services.statements.period_report import period_report
from royalties.services.work import RefusedError, Work
from royalties.store import runs as run_store
from royalties.store import statements as store

FILES = ("workbook", "twin")
_CONTENT = TypeAdapter(Statement)


class NoStatementError(RefusedError):
    """A statement was asked for that does not exist, or not for who asks."""


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


def statement(work: Work, number: str) -> Statement:
    """A numbered statement, if it is the actor's to see.

    Raises:
        NoStatementError: there is none of this number, or it is somebody else's.
    """
    return statement_of(_own(work, number))


def _own(work: Work, number: str) -> store.StatementRow:
    work.actor.require(Verb.READ_OWN)
    row = store.find_statement(work.connection, work.actor, number)
    if row is None:
        raise NoStatementError(
            f"there is no statement {number}: numbers look like 2025-H1-001 and are given when "
            f"a period is closed"
        )
    return row


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
    return [
        work.files.write_out(folder, kept.name, data)
        for kept, data in _issued(work, str(period), rows)
    ]


def issue(work: Work, text: str, number: str = "") -> int:
    """Make and keep what was not issued yet of a closed period; returns how many statements.

    Args:
        number: only this statement.
    """
    work.actor.require(Verb.ISSUE)
    period = setup_in_force(work).period(text)
    rows = store.statements_of(work.connection, period.ordinal, number=number)
    known = store.issued_files(work.connection, period.ordinal)
    new = [row for row in rows if (row.number, "workbook") not in known]
    for _ in _issued(work, str(period), new):
        pass
    return len(new)


def _issued(
    work: Work, period: str, rows: Sequence[store.StatementRow]
) -> Iterator[tuple[store.IssuedRow, bytes]]:
    """Workbook and twin of each statement; what is new is kept and, at the end, recorded."""
    if rows:
        store.lock_for_issuing(work.connection, rows[0].period_id)
    known = store.issued_files(work.connection, rows[0].period_id) if rows else {}
    new: list[store.IssuedRow] = []
    for done, row in enumerate(rows):
        work.progress(done, len(rows))
        for kind in FILES:
            kept = known.get((row.number, kind))
            if kept is None:
                kept, data = _make(work, period, row, kind)
                new.append(kept)
            else:
                data = _kept(work, period, kept)
            yield kept, data
    work.progress(len(rows), len(rows))
    store.add_issued(work.connection, new)
    if new:
        work.record(Verb.ISSUE, {"period": period, "files": len(new)})


class Mailed(NamedTuple):
    """A message about a statement, and what became of it."""

    recipient: str
    at: str
    by: str
    sent_at: str | None
    with_workbook: bool
    error: str

    @property
    def state(self) -> str:
        """``sent``, ``waiting`` or ``failed``."""
        return "sent" if self.sent_at else "failed" if self.error else "waiting"


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement in a list: its amounts in minor units, whether it was issued and sent.

    ``mails`` are for finance only, the newest first.
    """

    number: str
    period: str
    ends: str
    beneficiary: str
    name: str
    currency: str
    brought_forward: int
    allocated: int
    tax: int
    due: int
    paid: int
    carried_forward: int
    issued_at: str | None
    mails: tuple[Mailed, ...] = ()


PAGE = 50


def statements_of(
    work: Work,
    *,
    period: str = "",
    beneficiary: str = "",
    numbers: Collection[str] = (),
    page: int = 1,
    size: int | None = PAGE,
    with_mail: bool = True,
) -> tuple[list[Listed], bool]:
    """Statements that the actor may see, the newest period first; and whether there are more.

    Args:
        size: how many a page has; None: all.
        with_mail: whether what was sent is wanted too; only the desk is told.
    """
    work.actor.require(Verb.READ_OWN)
    setup = setup_in_force(work)
    rows = store.listed(
        work.connection,
        work.actor,
        period_id=setup.period(period).ordinal if period else None,
        beneficiary=beneficiary,
        numbers=numbers,
        offset=(page - 1) * (size or 0),
        limit=None if size is None else size + 1,
    )
    more = size is not None and len(rows) > size
    rows = rows[:size]
    mails = (
        mails_of(work, [row.number for row in rows]) if with_mail and work.actor.sees_all else {}
    )
    names = {key: each.name for key, each in setup.beneficiaries.items()}
    return [
        Listed(
            row.number,
            row.period,
            row.ends,
            row.beneficiary,
            names.get(row.beneficiary, row.beneficiary),
            *row[5:],
            tuple(mails.get(row.number, ())),
        )
        for row in rows
    ], more


def issued_of(work: Work, period: str) -> tuple[int, int]:
    """How many of a period's statements were issued, and how many there are."""
    work.actor.require(Verb.READ)
    return store.issued_of(work.connection, setup_in_force(work).period(period).ordinal)


def mails_of(work: Work, numbers: Collection[str]) -> dict[str, list[Mailed]]:
    """What was sent of statements, by number, the newest first."""
    work.actor.require(Verb.READ)
    found: dict[str, list[Mailed]] = {}
    for row in store.mail_about(work.connection, numbers):
        error = row.error if row.next_at is None and not row.sent_at else ""
        found.setdefault(row.about, []).append(
            Mailed(
                row.recipient,
                row.created_at,
                row.created_by,
                row.sent_at,
                row.attachments != "[]",
                error,
            )
        )
    return found


def neighbours(work: Work, number: str) -> tuple[str | None, str | None]:
    """The statements before and after one in its period, among those the actor may see."""
    row = _own(work, number)
    return store.neighbours(work.connection, work.actor, row.period_id, row.place)


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """One issued file as it is handed out."""

    name: str
    data: bytes


def statement_file(work: Work, number: str, kind: str) -> IssuedFile:
    """A statement's workbook or twin: the bytes that were issued.

    Raises:
        NoStatementError: it is not there, or not for who asks.
        RefusedError: it was not issued yet, or the kept file was changed.
    """
    row = _own(work, number)
    kept = store.issued_files(work.connection, row.period_id, number).get((number, kind))
    if kept is None:
        raise RefusedError(
            f"statement {number} has not been issued yet: a manager issues it, and from then on "
            f"its files stay the same"
        )
    return IssuedFile(kept.name, _kept(work, statement_of(row).period, kept))


def statement_files(work: Work, text: str) -> Iterator[IssuedFile]:
    """Workbook and twin of every issued statement of a period that the actor may see.

    Raises:
        RefusedError: none was issued yet.
    """
    work.actor.require(Verb.READ_OWN)
    period = setup_in_force(work).period(text)
    known = store.issued_files(work.connection, period.ordinal)
    numbers = store.numbers_of(work.connection, work.actor, period.ordinal)
    kept = [known[number, kind] for number in numbers for kind in FILES if (number, kind) in known]
    if not kept:
        raise RefusedError(f"no statement of {period} has been issued yet: a manager issues them")
    return (IssuedFile(each.name, _kept(work, str(period), each)) for each in kept)


def period_workbook(work: Work, text: str) -> IssuedFile:
    """The period's workbook for finance, made anew: of the draft, or of what was closed."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    period = setup.period(text)
    closed = run_store.find_closing(work.connection, period.ordinal)
    made = None if closed else _drafted(work, setup, period)
    report = period_report(work, setup, period, made)
    return IssuedFile(_period_name(period, draft=made is not None), period_paper.workbook(report))


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
            f"(verifying the books names every such file)"
        )
    return data


def _write_drafts(work: Work, setup: Setup, period: Period, folder: Path) -> IssuedFiles:
    done = _drafted(work, setup, period)
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


def _drafted(work: Work, setup: Setup, period: Period) -> Run:
    require_next(work, setup, period)
    return run(books_of(work, setup, period))


def _write_period(
    work: Work, setup: Setup, period: Period, draft: Run | None, folder: Path
) -> Path:
    report = period_report(work, setup, period, draft)
    name = _period_name(period, draft=draft is not None)
    return work.files.write_out(folder, name, period_paper.workbook(report))


def _period_name(period: Period, *, draft: bool) -> str:
    return f"{period} period{' (draft)' if draft else ''}.xlsx"
