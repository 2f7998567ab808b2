"""Enter sales by hand: typed rows become a standard sales file, and are imported as any other.

So a typed sale has a file, a row and a fingerprint like every sale, and is judged by the same
code. A draft's token is in each row of its file: what is sent twice is the same file and is
recorded once, and two equal sheets of two days are two files.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.people import Verb
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import ImportOutcome, Origin, SaleKind
from royalties.domain.terms.catalogue import is_offered
from royalties.ingest.report.books import EditionFinder
from royalties.ingest.report.cells import Invalid, UnknownIdentifier
from royalties.services.books import Setup, known_of, setup_in_force
from royalties.services.sales import sheets
from royalties.services.sales.batches import undo
from royalties.services.sales.editions import EditionIndex, edition_index
from royalties.services.sales.importing import (
    READINGS,
    Request,
    StaleError,
    import_report,
    read_report,
)
from royalties.services.sales.sheets import FIELDS, Draft, Rows
from royalties.services.sales.spooling import Spooled
from royalties.services.work import RefusedError, Units, Work
from royalties.store.sales import batches

FIRST_ROW = 2
"""The file's row of the first typed row, its headings being row 1."""

_FILLED_IN = {"date", "kind", "currency"}
_ZERO = re.compile(r"[-+]?0+(?:[.,]0*)?", re.ASCII)
_FRACTION = re.compile(r"0?[.,]0*[1-9]\d*", re.ASCII)
_ISBN_LIKE = re.compile(r"[\dXx\W_]{7,}", re.ASCII)
_SHOWN = 6
_REMEDIES = {
    "currency": "write the code of the currency, such as USD",
    "date_language": "write the day as 2026-04-30",
    "date_range": "write one day, as 2026-04-30",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong: in a cell, in a row (no field), or with the whole sheet (no row).

    ``row`` is the place among the sheet's rows, the first being 0.
    """

    message: str
    row: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to be confirmed; the key is of exactly these words."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class ManualEntryResult:
    """What became of a sheet: recorded as an import, or why not.

    ``rows`` are those that were typed, without empty ones; ``changed`` is true where another
    window changed or recorded the sheet meanwhile.
    """

    draft: Draft
    rows: Rows
    batch: int | None = None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Warned, ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was recorded; ``stands`` is false once it was undone."""

    batch: int
    file_name: str
    recorded_at: str
    recorded_by: str
    stands: bool
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Read:
    """A sheet that was read and may be recorded, with the warnings that were confirmed."""

    request: Request
    lines: Spooled
    warned: frozenset[str]


def enter(
    units: Units,
    sheet: Draft,
    *,
    choices: Mapping[str, str],
    confirmed: Collection[str] = (),
) -> ManualEntryResult:
    """Record a typed sheet, all of it or nothing; the same sheet again gives the same import.

    It is read and judged while nothing is held, and recorded after that.

    Args:
        units: opens units of work in the name of who typed it.
        sheet: what was typed, as the page holds it.
        choices: how the person writes numbers and days (``decimal``, ``date_order``).
        confirmed: keys of the warnings that were confirmed.
    """
    for _ in range(READINGS):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "sheet.csv"
            with units(read_only=True) as work:
                entered, read = _read_sheet(work, path, sheet, choices, confirmed)
            if read is None:
                return entered
            try:
                with units() as work:
                    return _record(work, sheet, entered, read)
            except StaleError:
                continue
            finally:
                read.lines.close()
    raise RefusedError("the setup changes all the time: try again")


def _read_sheet(
    work: Work, path: Path, sheet: Draft, choices: Mapping[str, str], confirmed: Collection[str]
) -> tuple[ManualEntryResult, _Read | None]:
    """What is to be reported of a sheet; or else it is read, to be recorded."""
    work.actor.require(Verb.ENTER)
    setup = setup_in_force(work)
    sheets.require_retailer(setup, sheet.retailer)
    rows = tuple(row for row in sheets.cleaned(sheet.rows) if not is_empty(row))
    entered = ManualEntryResult(sheets.find_draft(work, sheet), rows)
    if not rows:
        nothing = Mistake("nothing is typed yet: enter a sale")
        return replace(entered, mistakes=(nothing,)), None
    known, shelf = EditionFinder(known_of(work, setup)), edition_index(work)
    judged = [_TypedRow.of(row, known, shelf) for row in rows]
    sheets.write_file(path, sheet, [judged_row.cells for judged_row in judged])
    if (judgement := _before(work, path, sheet, entered)) is not None:
        return judgement, None
    own = [
        replace(mistake, row=place)
        for place, judged_row in enumerate(judged)
        for mistake in judged_row.mistakes
    ]
    request = Request(
        path, _file_name(work), report="standard", choices=choices, origin=Origin.TYPED
    )
    lines = read_report(work, request)
    judgement = _judged(work, request, lines, entered, own)
    if lines is not None:
        asked = {warning.key for warning in judgement.warnings}
        if not judgement.mistakes and asked <= set(confirmed):
            warned = frozenset(warning.message for warning in judgement.warnings)
            return entered, _Read(request, lines, warned)
        lines.close()
    return judgement, None


def _before(
    work: Work, path: Path, sheet: Draft, entered: ManualEntryResult
) -> ManualEntryResult | None:
    """What became of a sheet that is recorded already, or that another window changed."""
    earlier = batches.find_recorded(work.connection, work.files.fingerprint(path)[0])
    if earlier is not None:
        return replace(entered, batch=earlier.id)
    return replace(entered, changed=True) if sheets.differ(entered.draft, sheet) else None


def _judged(
    work: Work,
    request: Request,
    lines: Spooled | None,
    entered: ManualEntryResult,
    own: list[Mistake],
) -> ManualEntryResult:
    """Everything that is wrong with a sheet, and all that is to be confirmed."""
    checked = import_report(work, replace(request, dry_run=True), lines)
    if checked.returned is not None:
        checked.returned.unlink(missing_ok=True)  # the sheet itself shows what is wrong
    document = checked.document
    return replace(entered, mistakes=_mistakes(document, own), warnings=_warnings(document))


def _record(work: Work, sheet: Draft, entered: ManualEntryResult, read: _Read) -> ManualEntryResult:
    """Record a sheet as it was read, unless something came between."""
    entered = replace(entered, draft=sheets.lock_draft(work, sheet))
    if (found := _before(work, read.request.path, sheet, entered)) is not None:
        return found
    request = replace(read.request, confirm=True, seen=read.warned)
    result = import_report(work, request, read.lines)
    if result.outcome is not ImportOutcome.RECORDED:
        return replace(
            entered, mistakes=_mistakes(result.document, []), warnings=_warnings(result.document)
        )
    number = int(result.document["batch"])
    emptied = sheets.emptied(work, entered.draft)
    work.record(
        Verb.ENTER, {"batch": number, "retailer": emptied.retailer, "rows": len(entered.rows)}
    )
    return replace(entered, draft=emptied, batch=number)


def receipt(work: Work, number: int) -> Receipt | None:
    """What was recorded of a typed sheet."""
    work.actor.require(Verb.READ)
    batch = batches.find_batch(work.connection, number)
    if batch is None or batch.origin != Origin.TYPED:
        return None
    return Receipt(
        batch.id,
        batch.file_name,
        batch.recorded_at,
        batch.recorded_by,
        batch.status == BatchStatus.RECORDED and batch.corrected_by is None,
        batch.document,
    )


def take_back(work: Work, number: int, reason: str = "") -> str:
    """Undo a typed sheet, whose rows are put before those of the draft; names the retailer."""
    batch = batches.find_batch(work.connection, number)
    if batch is None or batch.origin != Origin.TYPED:
        raise RefusedError(f"import {number} was not typed: undo it on its own page")
    taken_back = undo(work, number, reason)
    assert taken_back.sheet is not None  # noqa: S101 - it was typed
    return taken_back.sheet


@dataclass(frozen=True, slots=True)
class _TypedRow:
    """A typed row as the file has it, and what only a typed row can have wrong."""

    cells: tuple[str, ...]
    mistakes: tuple[Mistake, ...]

    @classmethod
    def of(cls, row: Sequence[str], known: EditionFinder, shelf: EditionIndex) -> "_TypedRow":
        cells = dict(zip(FIELDS, row, strict=True))
        mistakes = []
        book = _isbn(cells["isbn"], known, shelf)
        if isinstance(book, Mistake):
            mistakes.append(book)
        else:
            cells["isbn"] = book
        if not cells["date"]:
            mistakes.append(Mistake("date is empty: write the day of the sale", field="date"))
        if _ZERO.fullmatch(cells["units"]) and cells["kind"] != SaleKind.USAGE.word:
            mistakes.append(
                Mistake("no copies are no sale: write how many, or delete the row", field="units")
            )
        if _FRACTION.fullmatch(cells["discount"]):
            mistakes.append(
                Mistake("a fraction or a percentage? Write 40 % or 0.4 %", field="discount")
            )
        elif cells["discount"] and not cells["discount"].endswith("%"):
            cells["discount"] += "%"
        return cls(tuple(cells.values()), tuple(mistakes))


def _isbn(text: str, known: EditionFinder, shelf: EditionIndex) -> str | Mistake:
    """The cell as an import finds its edition by it; a title becomes its edition's ISBN."""
    edition = known.isbn(text)
    # A title may look like somebody's number: Catch-22.
    if isinstance(edition, UnknownIdentifier) and not shelf.named(text):
        return Mistake(
            f"no edition has {edition.identifier}: check it against the book, or add the edition "
            f"to its title first",
            field="isbn",
        )
    if not isinstance(edition, Invalid | UnknownIdentifier):
        return text
    books = shelf.named(text)
    if len(books) == 1:
        return books[0].isbn
    if books:
        choices = ", ".join(f"{each.isbn} ({each.edition.format})" for each in books[:_SHOWN])
        return Mistake(f"which edition? Write its ISBN: {choices}", field="isbn")
    if _ISBN_LIKE.fullmatch(text):
        return text  # the import says what is wrong with the number
    return Mistake(f"no title is called {text!r}: choose one from the list", field="isbn")


def is_empty(row: Sequence[str]) -> bool:
    """Whether nothing was typed in a row, beyond what the page fills in by itself."""
    return not any(cell for field, cell in zip(FIELDS, row, strict=True) if field not in _FILLED_IN)


def _file_name(work: Work) -> str:
    return f"typed by {work.actor.name[:120]} {work.now:%Y-%m-%d %H:%M}.csv"


def _mistakes(document: Mapping[str, Any], own: list[Mistake]) -> tuple[Mistake, ...]:
    """All that is wrong, in the order of the sheet; a cell's own mistake hides others."""
    marked = {(entry.row, entry.field) for entry in own}
    mistakes = list(own)
    for problem in document["problems"]:
        row = problem["row"] - FIRST_ROW if problem["row"] >= FIRST_ROW else None
        field = problem["column"] if problem["column"] in FIELDS else ""
        if (row, field) not in marked:
            mistakes.append(Mistake(f"{problem['message']}: {problem['remedy']}", row, field))
    mistakes += [
        Mistake(f"{choice['message']}; {_REMEDIES.get(choice['key'], '')}".rstrip("; "))
        for choice in document["choices"]
        if choice["key"] != "period" or not any(mistake.field == "date" for mistake in own)
    ]
    if not own:  # rows that it marks are left out or wait in a file, but not in a sheet
        mistakes += [
            Mistake(
                f"{counted(skipped['rows'], 'row')} would be left out ({skipped['reason']}): "
                f"mend {'it' if skipped['rows'] == 1 else 'them'}"
            )
            for skipped in document["skipped"]
        ]
        mistakes += [
            Mistake(f"no edition has {waiting['isbn']}: check the number, or add the edition")
            for waiting in document["waiting"]
        ]
    places = {field: place for place, field in enumerate(FIELDS)}
    mistakes.sort(
        key=lambda entry: (entry.row is not None, entry.row or 0, places.get(entry.field, -1))
    )
    return tuple(mistakes)


def _warnings(document: Mapping[str, Any]) -> tuple[Warned, ...]:
    return tuple(
        Warned(
            sha256(f"{each['code']} {each['message']}".encode()).hexdigest()[:20], each["message"]
        )
        for each in document["warnings"]
    )


def retailers_first(setup: Setup, today: date) -> list[str]:
    """Keys of the retailers in the order of those whose sales are typed: direct ones first.

    Retired ones are not offered, unless there are no others.
    """
    direct = {key for key, each in setup.retailers.items() if each.channel == "direct"}
    offered = [
        key for key, each in setup.retailers.items() if is_offered(each.retired, today)
    ] or list(setup.retailers)
    return sorted(
        offered,
        key=lambda key: (key != "publisher-phone", key not in direct, setup.retailers[key].name),
    )
