"""Statements: composed and numbered at the close, issued as workbooks and twins, and stored."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from reports import period as period_paper
from reports import statement as statement_paper
from royalties.adapters.files import AlreadyIssuedError, Files
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.results import Run
from royalties.domain.royalties.run import run
from royalties.domain.royalties.statements import Statement
from royalties.domain.terms.logos import Logos
from royalties.services.books import Setup, books_of, require_next, setup_in_force
from royalties.services.statements.composing import Composer
from royalties.services.statements.content import CONTENT
from royalties.services.statements.drawing import draw_all
from royalties.services.statements.numbering import NoStatementError, statement_of
from royalties.services.statements.period_report import period_report
from royalties.services.terms.house import logos_of
from royalties.services.work import Progress, RefusedError, Units, Work
from royalties.store.periods import runs as run_store
from royalties.store.statements import statements as store

FILES = ("workbook", "twin")
_BLOCK = 200
"""Statements whose contents are read, and held, at a time."""


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """What ``statements`` wrote: the folder, files, and whether they are final or drafts."""

    folder: Path
    files: tuple[Path, ...]
    statements: int
    draft: bool


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


def write_statements(units: Units, text: str, folder: Path) -> IssuedFiles:
    """Write every beneficiary's workbook and twin and the period's workbook into a folder.

    A closed period's statements are issued: stored with fingerprint and template version, and
    the same bytes ever after. An open period's are drafts, marked so, and not stored.

    Nobody who writes waits for it, but for the moment in which issued files are recorded.
    """
    with units(read_only=True) as work:
        work.actor.require(Verb.ISSUE)
        setup = setup_in_force(work)
        period = setup.period(text)
        if run_store.find_closing(work.connection, period.ordinal) is None:
            return _write_drafts(work, setup, period, folder)
    written = issue_statements(units, period, folder)
    with units(read_only=True) as work:
        summary = _write_period(work, setup_in_force(work), period, None, folder)
    return IssuedFiles(folder, (*written, summary), len(written) // 2, draft=False)


def issue_statements(units: Units, period: Period, folder: Path) -> list[Path]:
    """Issue what was not issued yet of a closed period, and write all its files into a folder."""
    issue(units, str(period))
    with units(read_only=True) as work:
        known = store.issued_files(work.connection, period.ordinal)
        numbers = store.numbers_of(work.connection, work.actor, period.ordinal)
    files = [known[number, kind] for number in numbers for kind in FILES]
    return [
        work.files.write_out(folder, each.name, _stored_bytes(work, str(period), each))
        for each in files
    ]


def issue(units: Units, text: str, number: str = "") -> int:
    """Make and store what was not issued yet of a closed period; returns how many statements.

    The files are drawn and stored outside of any transaction, then recorded in a short one. Of two
    who issue at once both draw the same bytes, and one records them; whatever a crash left
    unrecorded is drawn again, to the same bytes.

    Args:
        units: opens units of work of who issues.
        text: the period.
        number: only this statement.

    Raises:
        AlreadyIssuedError: a file was issued with other bytes than are drawn now.
    """
    with units(read_only=True) as work:
        work.actor.require(Verb.ISSUE)
        period = setup_in_force(work).period(text)
        numbers = store.not_issued(work.connection, period.ordinal, number)
        began, logos = work.at, logos_of(work)
    if not numbers:
        return 0
    to_draw = _ToDraw(str(period), numbers, logos, began)
    drawn = _drawn(units, to_draw, work.files, work.progress)
    with units() as work:
        store.lock_for_issuing(work.connection, period.ordinal)
        known = store.issued_files(work.connection, period.ordinal)
        new = [file for file in drawn if (file.number, file.file) not in known]
        for file in drawn:
            if file.sha256 != known.get((file.number, file.file), file).sha256:
                raise AlreadyIssuedError(work.files.issued(str(period), file.name))
        at = [file._replace(issued_at=work.at, issued_by=work.actor.name) for file in new]
        store.add_issued_files(work.connection, at)
        if new:
            work.record(Verb.ISSUE, {"period": str(period), "files": len(new)})
    return len({file.number for file in new})


class _ToDraw(NamedTuple):
    """Statements of a period that are to be drawn, with the house's logos, and since when."""

    period: str
    numbers: Sequence[str]
    logos: Logos
    at: datetime


def _drawn(
    units: Units, to_draw: _ToDraw, files: Files, progress: Progress
) -> list[store.IssuedRow]:
    """Draw statements and store their files; what is returned is not recorded yet."""
    period, numbers, logos, at = to_draw

    def contents() -> Iterator[list[str]]:
        for start in range(0, len(numbers), _BLOCK):
            block = numbers[start : start + _BLOCK]
            with units(read_only=True) as work:
                contents_by_number = store.contents_of(work.connection, block)
            yield [contents_by_number[each] for each in block]

    issued_rows = []
    for count, (number, drawn) in enumerate(draw_all(contents(), len(numbers), logos)):
        progress(count, len(numbers))
        for file in drawn:
            files.keep_issued(period, file.name, file.data)
            version = statement_paper.TEMPLATE_VERSION
            issued_rows.append(
                store.IssuedRow(number or "", file.kind, file.name, file.sha256, version, at, "")
            )
    progress(len(numbers), len(numbers))
    return issued_rows


class Mailed(NamedTuple):
    """A message about a statement, and what became of it."""

    recipient: str
    at: datetime
    by: str
    sent_at: datetime | None
    with_workbook: bool
    error: str

    @property
    def state(self) -> str:
        """``sent``, ``waiting`` or ``failed``."""
        return "sent" if self.sent_at else "failed" if self.error else "waiting"


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """A statement in a list: its amounts in minor units, whether it was issued and sent.

    ``mails`` are for finance only, the newest first.
    """

    number: str
    period: str
    ends: date
    beneficiary: str
    name: str
    currency: str
    brought_forward: int
    allocated: int
    tax_withheld: int
    due: int
    to_pay: int
    tax: int
    net: int
    carried_forward: int
    issued_at: datetime | None
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
) -> tuple[list[StatementSummary], bool]:
    """Statements that the actor may see, the newest period first; and whether there are more.

    Args:
        size: how many a page has; None: all.
        with_mail: whether to include what was sent, which only the desk may see.
    """
    work.actor.require(Verb.READ_OWN)
    setup = setup_in_force(work)
    rows = store.statement_rows(
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
        StatementSummary(
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
    mails_by_number: dict[str, list[Mailed]] = {}
    for row in store.mail_about(work.connection, numbers):
        error = row.error if row.next_at is None and not row.sent_at else ""
        mails_by_number.setdefault(row.about, []).append(
            Mailed(
                row.recipient,
                row.created_at,
                row.created_by,
                row.sent_at,
                bool(row.attachments),
                error,
            )
        )
    return mails_by_number


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
        RefusedError: it was not issued yet, or the stored file was changed.
    """
    row = _own(work, number)
    issued = store.issued_files(work.connection, row.period_id, number).get((number, kind))
    if issued is None:
        raise RefusedError(
            f"statement {number} has not been issued yet: a manager issues it, and from then on "
            f"its files stay the same"
        )
    return IssuedFile(issued.name, _stored_bytes(work, statement_of(row).period, issued))


def statement_files(work: Work, text: str) -> Iterator[IssuedFile]:
    """Workbook and twin of every issued statement of a period that the actor may see.

    Raises:
        RefusedError: none was issued yet.
    """
    work.actor.require(Verb.READ_OWN)
    period = setup_in_force(work).period(text)
    known = store.issued_files(work.connection, period.ordinal)
    numbers = store.numbers_of(work.connection, work.actor, period.ordinal)
    issued = [
        known[number, kind] for number in numbers for kind in FILES if (number, kind) in known
    ]
    if not issued:
        raise RefusedError(f"no statement of {period} has been issued yet: a manager issues them")
    return (IssuedFile(each.name, _stored_bytes(work, str(period), each)) for each in issued)


def period_workbook(work: Work, text: str) -> IssuedFile:
    """The period's workbook for finance, made anew: of the draft, or of what was closed."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    period = setup.period(text)
    closed = run_store.find_closing(work.connection, period.ordinal)
    draft = None if closed else _drafted(work, setup, period)
    report = period_report(work, setup, period, draft)
    return IssuedFile(_period_name(period, draft=draft is not None), period_paper.workbook(report))


def _stored_bytes(work: Work, period: str, issued: store.IssuedRow) -> bytes:
    path = work.files.issued(period, issued.name)
    data = path.read_bytes() if path.exists() else b""
    if sha256(data).hexdigest() != issued.sha256:
        raise RefusedError(
            f"the issued file {path} is missing or was changed: restore it from a backup "
            f"(verifying the books names every such file)"
        )
    return data


def _write_drafts(work: Work, setup: Setup, period: Period, folder: Path) -> IssuedFiles:
    draft = _drafted(work, setup, period)
    composer = Composer(work, setup, draft)
    count = len(draft.settlements)

    def contents() -> Iterator[list[bytes]]:
        for start in range(0, count, _BLOCK):
            block = draft.settlements[start : start + _BLOCK]
            yield [
                CONTENT.dump_json(composer.statement(settlement, None, period.ends))
                for settlement in block
            ]

    written = []
    for place, (_, drawn) in enumerate(draw_all(contents(), count, logos_of(work))):
        work.progress(place, count)
        written += [work.files.write_out(folder, file.name, file.data) for file in drawn]
    work.progress(count, count)
    written.append(_write_period(work, setup, period, draft, folder))
    return IssuedFiles(folder, tuple(written), count, draft=True)


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
