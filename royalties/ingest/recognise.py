"""Which report a file is, told by its content."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from royalties.domain.problems import Choice, Problem
from royalties.domain.sales.changes import Change
from royalties.ingest.formats import built_in
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.cells import as_value
from royalties.ingest.report.changed_sheet import changed
from royalties.ingest.report.conventions import again
from royalties.ingest.report.declaration import Preamble, ReportFormat
from royalties.ingest.report.mapping import Mapping as MappedReport
from royalties.ingest.report.opening import OpenedFile, open_file
from royalties.ingest.report.preparing import prepared, questions_only
from royalties.ingest.report.reading import Reading, ReferenceData, UnreadableError
from royalties.ingest.report.report import ReportReading
from royalties.ingest.report.sheet_previews import SHEETS, FirstRows, SheetPreview, preview_of
from royalties.ingest.report.tables import FoundTables, Sheet
from royalties.ingest.report.text import UndecidedEncodingError
from royalties.ingest.report.unrecognised import unrecognised_error


def report_names() -> list[str]:
    """Names of all built-in formats."""
    return [declared.name for declared in built_in()]


def reports_by_order() -> frozenset[str]:
    """Names of the built-in formats whose sales are known by the numbers of their orders."""
    return frozenset(declared.name for declared in built_in() if declared.by_order)


def open_report(
    path: Path,
    *,
    name: str,
    known: ReferenceData,
    mappings: Sequence[MappedReport],
    choices: Mapping[str, str],
    report: str | None = None,
    changes: Sequence[Change] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Recognise a received file and get it ready to be read.

    ``choices`` are the user's answers by key; ``report`` names the format instead of having
    it recognised; ``changes`` are what somebody changed in the file; ``progress`` is told how much
    of how much was read.

    Raises:
        UnreadableError: the whole file is refused, or no format knows it.
    """
    answers = TrackedAnswers(choices)
    try:
        opened = replace(open_file(path, answers), name=name)
    except UndecidedEncodingError as undecided:
        return questions_only(undecided.choice)
    opened = replace(opened, sheets=changed(opened.sheets, changes))
    try:
        reading = _recognised(opened, name, known, mappings, answers, report)
    except BaseException:
        opened.close()
        raise
    reading.progress = progress
    reading.all_sheets, reading.asked_changes = opened.sheets, changes
    reading.closing = opened.close
    if reading.choices:
        reading.close()
    return reading


def first_rows(path: Path, choices: Mapping[str, str]) -> list[SheetPreview]:
    """The first rows of a file's visible sheets, for somebody to say what they mean.

    Raises:
        UnreadableError: the file cannot be read, or its encoding has to be chosen first.
    """
    try:
        opened = open_file(path, choices)
    except UndecidedEncodingError as undecided:
        raise UnreadableError(Problem(undecided.choice.message, "choose the encoding")) from None
    try:
        return [preview_of(sheet.name, sheet.rows()) for sheet in opened.sheets[:SHEETS]]
    finally:
        opened.close()


def read_first_rows(
    sheets: Sequence[SheetPreview],
    mapping: MappedReport,
    name: str,
    known: ReferenceData,
    choices: Mapping[str, str],
) -> Reading:
    """Get the first rows of a file ready to be read as a mapped report.

    Raises:
        UnreadableError: they lack a column of it.
    """
    opened = OpenedFile([FirstRows(sheet) for sheet in sheets])
    declared = mapping.as_format()
    tables = tables_in(declared, opened.sheets)
    if not tables:
        raise unrecognised_error(opened.sheets, name, [declared], (), alone=True)
    return prepared(declared, tables, opened, known, TrackedAnswers(choices))


def as_received(
    path: Path, choices: Mapping[str, str], changes: Sequence[Change] = ()
) -> Iterator[tuple[str, Iterator[list[str | bytes | int | float | date | datetime | None]]]]:
    """Yield every visible sheet's name and rows as received, row by row from the first.

    What was changed in it reads as changed, and rows that were left out are empty.

    A record of a text file that spans several lines is followed by empty rows, so that a row's
    place is its number in problems.

    Raises:
        UnreadableError: the file cannot be read.
    """
    try:
        opened = open_file(path, choices)
    except UndecidedEncodingError as undecided:
        raise UnreadableError(Problem(undecided.choice.message, "choose the encoding")) from None
    try:
        for sheet in changed(opened.sheets, changes):
            yield sheet.name, ([as_value(cell) for cell in row] for row in sheet.rows())
    finally:
        opened.close()


def _recognised(
    opened: OpenedFile,
    name: str,
    known: ReferenceData,
    mappings: Sequence[MappedReport],
    choices: TrackedAnswers,
    report_name: str | None,
) -> ReportReading:
    formats = {declared.name: declared for declared in built_in()}
    formats |= {mapping.key: mapping.as_format() for mapping in mappings if not mapping.ended}
    varied = {name: tuple(declared.variants) for name, declared in formats.items()}
    formats |= _variants(formats, choices)
    if report_name is None and (chosen := choices.peek("report", formats)):
        report_name = chosen
        choices.need(("report",))
    if report_name is not None and report_name not in formats:
        raise UnreadableError(
            Problem(
                f"no report is called {report_name!r}",
                f"name one of {', '.join(sorted(formats))}",
            )
        )
    tried = [formats[report_name]] if report_name else list(formats.values())
    matches = {
        declared.name: found for declared in tried if (found := tables_in(declared, opened.sheets))
    }
    if not matches:
        mapped = {mapping.key for mapping in mappings if not mapping.ended}
        raise unrecognised_error(opened.sheets, name, tried, mapped, alone=report_name is not None)
    best = _best(matches)
    if len(best) > 1:
        question = Choice("report", "several reports look like this file: choose one", tuple(best))
        return questions_only(again(question, choices))
    choices.need(varied[best[0]])
    return prepared(formats[best[0]], matches[best[0]], opened, known, choices)


def _variants(
    formats: Mapping[str, ReportFormat], choices: TrackedAnswers
) -> dict[str, ReportFormat]:
    """Formats that the user's answers have read in another way."""
    return {
        name: variant
        for name, declared in formats.items()
        for key, (answer, variant) in declared.variants.items()
        if choices.peek(key, (answer,))
    }


def tables_in(declared: ReportFormat, sheets: Sequence[Sheet]) -> FoundTables:
    """The tables of a file that are laid out as a format says; none where it is another report."""
    tables: FoundTables = []
    if any(sheet.name in declared.unless_sheets for sheet in sheets):
        return tables
    for sheet in sheets:
        if declared.sheet and sheet.name != declared.sheet:
            continue
        if declared.sheets and sheet.name not in declared.sheets:
            continue
        rows = sheet.peek()
        header = (declared.by_content or declared.header)(rows)
        if header is None:
            continue
        preamble: Preamble | None = Preamble()
        if declared.preamble is not None:
            preamble = declared.preamble(rows)
        if preamble is not None:
            tables.append((sheet, header, preamble))
    return tables


def _best(matches: Mapping[str, FoundTables]) -> list[str]:
    """The names whose columns explain most of the file."""
    used = {name: max(header.matched for _, header, _ in found) for name, found in matches.items()}
    most = max(used.values())
    return [name for name, count in used.items() if count == most]
