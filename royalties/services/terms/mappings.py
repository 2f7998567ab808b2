"""Mapped reports: proposed from a file's first rows, previewed on them, and saved.

Anyone who may import reports may define a mapping: the result is shown on the upload's page before
anything is recorded, however the file was recognised.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from royalties.domain.money import micro_text
from royalties.domain.people import Verb
from royalties.domain.problems import Cause, Choice, Notice, Problem, SetupFault
from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.domain.sales.slices import SaleKind
from royalties.ingest import proposing
from royalties.ingest import setup as setup_file
from royalties.ingest.recognise import read_first_rows
from royalties.ingest.report.catalogue import KnownEdition
from royalties.ingest.report.declaration import normal
from royalties.ingest.report.mapping import Mapping as ReportMapping
from royalties.ingest.report.reading import Reading, ReferenceData, UnreadableError
from royalties.ingest.report.sheet_previews import SheetPreview
from royalties.ingest.setup import SetupError
from royalties.services.books import known_of, setup_in_force
from royalties.services.sales import uploads
from royalties.services.terms import setup
from royalties.services.terms.amending import EntryChangedError, canonical_body, find_entry
from royalties.services.work import RefusedError, Work
from royalties.store.history import RevisionRow, find_revision, lock_setup

PART = "reports"
SHOWN_LINES = 20

_SHOWN_PROBLEMS = 20
_KEY_LENGTH = 60
_NO_SIGNS = re.compile(r"[^a-z0-9]+")

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """What a mapping page begins with.

    Attributes:
        sheets: the first rows of the file.
        sheet: the place of the proposed sheet; ``header_row`` its header's row, from 1.
        body: the entry as far as it is known or proposed.
        of: the mapped report that is in force for this file, or that it is nearly; None: a new one.
        is_near: whether the file lacks columns of that report.
    """

    sheets: Sequence[SheetPreview]
    sheet: int
    header_row: int
    body: dict[str, Any]
    of: RevisionRow | None = None
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line as it would be recorded; amounts as exact texts, ``title`` empty while it waits."""

    row: int
    book: str
    title: str
    kind: str
    day: str
    units: int
    currency: str
    list_price: str | None
    net: str | None
    place: str


@dataclass(slots=True)
class MappingPreview:
    """What the first rows of a file would be; amounts as exact texts by currency.

    ``refused`` says why they cannot be read at all; everything else is empty then.
    """

    refused: str = ""
    lines: list[PreviewLine] = field(default_factory=list)
    line_count: int = 0
    rows: int = 0
    sold: int = 0
    returned: int = 0
    free: int = 0
    net: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    questions: list[Choice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def start(work: Work, upload: uploads.Upload, sheet: int | None, row: int | None) -> Start:
    """The known or proposed mapping of an upload's file; a given sheet or row stays.

    Raises:
        RefusedError: its first rows were not looked at yet.
    """
    work.actor.require(Verb.IMPORT)
    sheets = first_rows(work, upload.id)
    known = [mapping for mapping in uploads.mappings_of(work) if not mapping["ended"]]
    keys = {mapping["key"]: mapping for mapping in known}
    report = upload.report or (upload.document or {}).get("report")
    own = keys[report] if report in keys else None if report else proposing.nearest(sheets, known)
    if own is None:
        proposal = proposing.propose(sheets, sheet=sheet, row=row)
        body = _proposed(proposal.columns)
        if proposing.returns_by_kind(sheets[proposal.sheet], proposal.header_row, proposal.columns):
            body.setdefault("returns", "positive-by-kind")
        return Start(sheets, proposal.sheet, proposal.header_row, body)
    entry = find_entry(work, PART, own["key"])
    place, header = _place_of(sheets, own, sheet, row)
    columns = proposing.filled_in(own, sheets[place], header)
    body = {**(entry.body if entry else own), "columns": columns}
    printed = {normal(heading) for heading in proposing.headings(sheets[place], header)}
    headings = (*own["columns"].values(), *own["only"], *own["leave_out"])
    lacks = any(normal(heading) not in printed for heading in headings)
    return Start(sheets, place, header, body, entry, is_near=lacks)


def _proposed(columns: Mapping[str, str]) -> dict[str, Any]:
    """The entry that proposed columns make; copies that came back have a column of their own.

    Where the copies are those that were left of them, that column has nothing that counts.
    """
    if "returned_units" not in columns:
        return {"columns": columns}
    if proposing.is_net_of_returns(columns.get("units", "")):
        return {"columns": {name: columns[name] for name in columns if name != "returned_units"}}
    return {"columns": columns, "returns": "own-column"}


def _place_of(
    sheets: Sequence[SheetPreview], body: Body, sheet: int | None, row: int | None
) -> tuple[int, int]:
    """The sheet and the row in which most headings of a mapped report are."""
    headings = {heading.casefold() for heading in body["columns"].values()}
    places = [
        (at, number)
        for at, first in enumerate(sheets)
        if sheet in (None, at)
        for number in range(1, min(len(first.rows), proposing.SEARCHED) + 1)
        if row in (None, number)
    ]
    return max(
        places or [(sheet or 0, row or 1)],
        key=lambda at: (
            len(
                headings
                & {heading.casefold() for heading in proposing.headings(sheets[at[0]], at[1])}
            ),
            -at[1],
        ),
    )


def first_rows(work: Work, number: int) -> list[SheetPreview]:
    """The first rows of an upload's file.

    Raises:
        RefusedError: they were not looked at yet, or there are none.
    """
    sheets = uploads.first_rows_of(work, number)
    if sheets is None:
        raise RefusedError("the first rows of this file were not looked at yet: map it again")
    if not any(each.rows for each in sheets):
        raise RefusedError("this file has no rows: there is nothing to map")
    return sheets


def preview(work: Work, number: int, body: Body, period: str = "") -> MappingPreview:
    """What the first rows of an upload's file would be, read as an entry says.

    Args:
        work: the unit of work.
        number: the upload's.
        body: the entry of a mapped report; its key may be blank.
        period: of rows without a date, in this file.

    Raises:
        SetupError: with every fault of the entry.
        RefusedError: the first rows were not looked at yet.
    """
    work.actor.require(Verb.IMPORT)
    sheets = first_rows(work, number)
    body = _checked(work, {**body, "key": body.get("key") or "preview"})
    known = known_of(work, setup_in_force(work))
    try:
        reading = _read_rows(sheets, body, known, period)
        return _previewed(reading, known)
    except UnreadableError as error:
        return MappingPreview(refused=_why_unread(error, body))


def _why_unread(error: UnreadableError, body: Body) -> str:
    """Why a file is not read by its own mapping, with what can be done about that on its page."""
    if error.problem.cause is not Cause.OTHER_REPORT:
        return str(error)
    title = str(body.get("name") or body["key"])
    _, _, lacks = error.problem.message.partition(f"{title!r}: ")
    remedy = "choose the sheet and the row in which its headings are, or other columns"
    return f"{lacks or error.problem.message}: {remedy}"


def _checked(work: Work, body: Body) -> dict[str, Any]:
    setup.check_entry(work, PART, body)
    return canonical_body(PART, body)


def _read_rows(
    sheets: Sequence[SheetPreview], body: Body, known: ReferenceData, period: str
) -> Reading:
    mapping = ReportMapping(**setup_file.mapping_of(body))
    choices = {"period": period} if period else {}
    return read_first_rows(sheets, mapping, "this file", known, choices)


def _previewed(reading: Reading, known: ReferenceData) -> MappingPreview:
    lines: list[SaleLine | WaitingLine] = []
    for chunk in reading.chunks():
        lines += [*chunk.all_sales(), *chunk.waiting]
    lines.sort(key=lambda line: (line.sheet, line.row))
    books = known.catalogue.by_number
    totals = reading.totals
    return MappingPreview(
        lines=[_line(sale_line, books) for sale_line in lines[:SHOWN_LINES]],
        line_count=len(lines),
        rows=totals.rows,
        sold=totals.sold,
        returned=totals.returned,
        free=totals.free,
        net={code: micro_text(micro) for code, micro in totals.net.items()},
        usage={code: micro_text(micro) for code, micro in totals.usage.items()},
        skipped=reading.skipped.by_reason,
        waiting=sum(rows for rows, _ in totals.waiting.values()),
        problems=reading.problems[:_SHOWN_PROBLEMS],
        problem_count=len(reading.problems) + reading.unlisted,
        questions=reading.choices,
        notices=reading.notices,
        notes=reading.notes,
    )


def _line(line: SaleLine | WaitingLine, books: Mapping[int, KnownEdition]) -> PreviewLine:
    if isinstance(line, SaleLine):
        known = books[line.edition]
        book, title = known.isbn, known.title
    else:
        book, title = line.identifier, ""
    place = " ".join(filter(None, (line.country, line.region, line.city)))
    kind = SaleKind(line.kind).label
    price, net = (
        None if micro is None else micro_text(micro) for micro in (line.list_price, line.net)
    )
    return PreviewLine(
        line.row, book, title, kind, line.day, line.units, line.currency, price, net, place
    )


def save(
    work: Work, number: int, body: Body, *, name: str, of: str = "", revision: int = 0,
    period: str = "",
) -> str:  # fmt: skip
    """Keep how an upload's file is read, as a mapped report of the setup; returns its key.

    Args:
        work: the unit of work.
        number: the upload's, whose first rows it has to fit.
        body: the entry; what the file shows by itself (sheet, header's row) is left out of it.
        name: what people call it.
        of: the key of the report that is amended; empty: it is a new one.
        revision: the number of the revision that was looked at; 0 for a new one.
        period: of rows without a date, in this file.

    Raises:
        SetupError: with every fault of the entry.
        EntryChangedError: another revision is in force by now.
        RefusedError: the file cannot be read by it.
    """
    work.actor.require(Verb.IMPORT)
    lock_setup(work.connection)
    sheets = first_rows(work, number)
    if of:
        _require_same(work, of, revision)
    key, body = _named(work, body, name, of)
    known = known_of(work, setup_in_force(work))
    try:
        reading = _read_rows(sheets, body, known, period)
    except UnreadableError as error:
        raise RefusedError(_why_unread(error, body)) from None
    body = _tidied(body, sheets, known, reading)
    setup.add(work, PART, body)
    return key


def _named(work: Work, body: Body, name: str, of: str) -> tuple[str, dict[str, Any]]:
    """The key and the checked entry of a report.

    Raises:
        SetupError: with every fault, of its name and of all else.
    """
    faults: list[SetupFault] = []
    key = of
    try:
        key = of or _new_key(work, name)
    except SetupError as error:
        faults += error.faults
    try:
        names = {"key": key or "preview", "name": name if key else "preview"}
        body = _checked(work, {**body, **names})
    except SetupError as error:
        faults += error.faults
    if faults:
        raise SetupError(PART, faults)
    return key, dict(body)


def _tidied(
    body: dict[str, Any], sheets: Sequence[SheetPreview], known: ReferenceData, reading: Reading
) -> dict[str, Any]:
    """The entry without sheet and header row, if the file is read the same without them."""
    bare = {key: value for key, value in body.items() if key not in ("sheet", "header_row")}
    try:
        again = _read_rows(sheets, bare, known, "")
    except UnreadableError:
        return body
    return bare if again.header_rows == reading.header_rows else body


def _new_key(work: Work, name: str) -> str:
    """A key for a name.

    Raises:
        SetupError: the name is blank or taken.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    key = _NO_SIGNS.sub("-", plain).strip("-")[:_KEY_LENGTH].strip("-")
    if not key:
        key = "" if not name.strip() else "report"
    if not key:
        raise SetupError(PART, [SetupFault(f"{PART}[0].name", "is missing: give it a name")])
    titles = uploads.report_titles(work)
    taken = {each.casefold() for each in (*titles, *titles.values())}
    if key in taken or name.strip().casefold() in taken:
        words = "is taken already: choose another, or amend that report"
        raise SetupError(PART, [SetupFault(f"{PART}[0].name", words)])
    return key


def _require_same(work: Work, key: str, revision: int) -> RevisionRow:
    now = find_revision(work.connection, PART, key)
    if now is None or now.id != revision:
        raise EntryChangedError(f"mapped report {key}", now)
    return now


def rename(work: Work, key: str, name: str, revision: int) -> None:
    """Rename a mapped report; its key stays.

    Raises:
        SetupError: the name is blank or too long.
        EntryChangedError: another revision is in force by now.
    """
    work.actor.require(Verb.IMPORT)
    lock_setup(work.connection)
    now = _require_same(work, key, revision)
    setup.add(work, PART, {**now.body, "name": name})


def end(work: Work, key: str, revision: int, *, ended: bool) -> None:
    """Stop recognising files as a mapped report, or resume.

    Raises:
        EntryChangedError: another revision is in force by now.
    """
    work.actor.require(Verb.IMPORT)
    lock_setup(work.connection)
    now = _require_same(work, key, revision)
    body = {name: value for name, value in now.body.items() if name != "ended"}
    setup.add(work, PART, {**body, "ended": True} if ended else body)
