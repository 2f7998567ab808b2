"""A recognised file made ready to be read: its tables, its constants, and open questions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from royalties.domain.problems import Choice
from royalties.domain.sales.remembered import NOTHING
from royalties.ingest.report import charged_prices
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.asking import Answers, ask
from royalties.ingest.report.cells import printed
from royalties.ingest.report.columns import Converters
from royalties.ingest.report.conventions import date_order, decimal_mark
from royalties.ingest.report.dates import MONTHS, Dates
from royalties.ingest.report.declaration import AMOUNTS, Header, Preamble, ReportFormat, normal
from royalties.ingest.report.headings import column_letters
from royalties.ingest.report.layout_warnings import layout_notes, layout_warnings
from royalties.ingest.report.opening import OpenedFile
from royalties.ingest.report.reading import ReferenceData
from royalties.ingest.report.report import ReportReading
from royalties.ingest.report.tables import FoundTables, Sheet, Table
from royalties.ingest.report.undecided import (
    counted_sheets,
    retailer_of,
    with_chosen_columns,
    with_stated_currency,
)

_COVER_ROWS = 15


def prepared(
    declared: ReportFormat,
    tables_found: FoundTables,
    opened: OpenedFile,
    known: ReferenceData,
    choices: TrackedAnswers,
) -> ReportReading:
    """A report that is ready to be read, or has questions that come first."""
    choices = choices.beside(declared.answers)
    left = _left_sheets(declared, tables_found, opened)
    tables_found, asked = counted_sheets(declared, tables_found, choices)
    tables_found, doubted = with_chosen_columns(tables_found, choices)
    retailer, unknown = retailer_of(declared, tables_found, known, choices)
    declared = replace(declared, retailer=retailer)
    _recall(declared, known, choices)
    declared, tables_found = _at_prices_of_editions(declared, tables_found, choices)
    outside_texts = [*_outside_texts(tables_found, opened)]
    currency_hints = [*outside_texts, *_formats_of_amounts(tables_found)]
    declared, stated = with_stated_currency(declared, tables_found, currency_hints, choices)
    declared = replace(declared, asks=_asked(declared, tables_found))
    texts = [*outside_texts, *_first_rows(tables_found)]
    answers = ask(tuple(key for key in declared.asks if key != "retailer"), choices, known, texts)
    numbers = _numbers(declared, tables_found, choices)
    dates = _dates(declared, known, choices)
    for convention in (numbers.mark, dates.order):
        convention.remembered = choices.remembered.get(convention.key, "")
    converters = Converters(declared, known, numbers, dates, choices)
    constants = _constants(declared, answers, known, dates)
    undated = ask(("period",), {"period": choices.peek("period")}, known)
    constants = undated.values | constants
    tables = [
        Table(
            place,
            sheet,
            header,
            declared,
            converters,
            constants | _preamble(preamble, dates) | _kind(declared, sheet.name),
        )
        for place, (sheet, header, preamble) in enumerate(tables_found)
    ]
    report = ReportReading(declared, tables, known, converters, choices)
    report.period = undated.span
    report.texts = texts
    report.unread_sheets = left
    report.choices += [*asked, *doubted, *unknown, *stated, *answers.choices]
    for code, message in (*opened.remarks, *layout_warnings(tables)):
        report.remarks.say(code, message)
    report.notes += [*opened.notes, *layout_notes(declared, tables, opened)]
    return report


def _recall(declared: ReportFormat, known: ReferenceData, choices: TrackedAnswers) -> None:
    """Add the answers that earlier reports of this kind and retailer were given."""
    if shop := known.retailers.get(declared.retailer or ""):
        said = known.remembered.get(shop.id, NOTHING)
        choices.remembered = {
            question: answer
            for (report, question), answer in said.answers.items()
            if report == declared.name
        }


def _at_prices_of_editions(
    declared: ReportFormat, tables: FoundTables, choices: TrackedAnswers
) -> tuple[ReportFormat, FoundTables]:
    """Drop the prices charged, if the user chose those of the editions."""
    if not declared.charged_prices or not choices.peek(
        charged_prices.KEY, (charged_prices.EDITION,)
    ):
        return declared, tables
    choices.need((charged_prices.KEY,))
    # The report's discount is off what was charged, so it says nothing of the edition's price.
    declared = replace(declared, prices=declared.prices and "most")
    return declared, [
        (sheet, _without_prices(header), preamble) for sheet, header, preamble in tables
    ]


def _numbers(declared: ReportFormat, tables: FoundTables, choices: TrackedAnswers) -> Numbers:
    mark = next(
        (preamble.decimal for _, _, preamble in tables if preamble.decimal), declared.decimal
    )
    return Numbers(
        decimal_mark(choices.peek("decimal", (".", ",")), habit=mark),
        declared.blanks,
        points=declared.points,
    )


def _dates(declared: ReportFormat, known: ReferenceData, choices: TrackedAnswers) -> Dates:
    return Dates(
        date_order(choices.peek("date_order", ("dmy", "mdy")), habit=declared.date_order),
        known.today,
        months=True,
        language=choices.peek("date_language"),
        range_end=choices.peek("date_range"),
        expected=(*declared.natural, MONTHS) if declared.months else declared.natural,
    )


def questions_only(choice: Choice) -> ReportReading:
    """A reading of no rows that asks one question: without its answer nothing can be read."""
    known = ReferenceData({}, {}, date.min)
    numbers, dates = Numbers(decimal_mark("")), Dates(date_order(""), date(2000, 1, 1))
    declared = ReportFormat(name="", title="", columns=())
    converters = Converters(declared, known, numbers, dates, TrackedAnswers({}))
    report = ReportReading(declared, [], known, converters, TrackedAnswers({}))
    report.choices.append(choice)
    return report


def _outside_texts(tables: FoundTables, opened: OpenedFile) -> Iterator[tuple[str, str]]:
    """Texts above headers, on covers, and in names, each preceded by where it is."""
    places: dict[str, int] = {}
    for sheet, header, _ in tables:
        places[sheet.name] = min(header.place, places.get(sheet.name, header.place))
    for sheet in opened.sheets:
        rows = sheet.peek()[: places.get(sheet.name, _COVER_ROWS)]
        where = f"sheet {sheet.name!r}, row" if sheet.name else "row"
        for number, cells in rows:
            yield f"{where} {number}", " ".join(printed(cell) for cell in cells if cell != "")
        if sheet.name:
            yield f"the name of sheet {sheet.name!r}", sheet.name
    yield "the name of the file", Path(opened.name).stem


def _formats_of_amounts(tables: FoundTables) -> Iterator[tuple[str, str]]:
    """How cells of amounts show their currency, each preceded by the first such cell."""
    for sheet, header, _ in tables:
        for column, at in header.columns:
            if column.field in AMOUNTS and at in sheet.look.currencies:
                row, sign = sheet.look.currencies[at]
                yield f"the format of {column_letters(at)}{row} ({header.names[at]})", sign


def _first_rows(tables: FoundTables) -> Iterator[tuple[str, str]]:
    """What the first row of each table holds in columns that are not read."""
    for sheet, header, _ in tables:
        first = next(iter(sheet.peek()[header.place + 1 :]), None)
        if first is not None:
            used = {at for _, at in header.columns}
            cells = [cell for at, cell in enumerate(first[1]) if at not in used and cell != ""]
            yield f"row {first[0]}", " ".join(map(printed, cells))


def _left_sheets(declared: ReportFormat, tables: FoundTables, opened: OpenedFile) -> list[Sheet]:
    """Sheets that do not belong to the report, except those known to repeat it."""
    read_names = {sheet.name for sheet, _, _ in tables}
    return [
        sheet
        for sheet in opened.sheets
        if sheet.name not in read_names
        and not any(fnmatchcase(sheet.name, pattern) for pattern in declared.unread_sheets)
    ]


def _without_prices(header: Header) -> Header:
    """A header whose list prices are left out: the edition's stand in."""
    kept = tuple(each for each in header.columns if each[0].field != "list_price")
    return replace(header, columns=kept)


def _asked(declared: ReportFormat, tables: FoundTables) -> tuple[str, ...]:
    """What has to be asked: what the format never says, and a missing date or currency."""
    asked = declared.asks
    if "week" not in asked and _lack(tables, declared, "date"):
        asked = (*asked, "period")
    if _lack(tables, declared, "currency"):
        asked = (*asked, "currency")
    return tuple(dict.fromkeys(asked))


def _lack(tables: FoundTables, declared: ReportFormat, field: str) -> bool:
    """Whether some table lacks a field, both in its rows and as a constant."""
    if field in declared.constants or field in declared.extras:
        return False
    return any(
        header.at(field) < 0
        and field not in preamble.texts
        and not (field == "date" and preamble.span)
        for _, header, preamble in tables
    )


def _kind(declared: ReportFormat, sheet: str) -> dict[str, Any]:
    """The kind of sale of rows that do not say it."""
    name = normal(sheet)
    of_sheet = (kind for begin, kind in declared.sheet_kinds.items() if name.startswith(begin))
    kind = next(of_sheet, declared.kind)
    return {} if kind is None else {"kind": kind.value}


def _constants(
    declared: ReportFormat, answers: Answers, known: ReferenceData, dates: Dates
) -> dict[str, Any]:
    constants: dict[str, Any] = {**declared.constants, **answers.values}
    if declared.retailer in known.retailers:
        constants["retailer"] = known.retailers[declared.retailer or ""].id
    if answers.span:
        first, last = answers.span
        dates.spans[last.isoformat()] = first.isoformat()
    return constants


def _preamble(preamble: Preamble, dates: Dates) -> dict[str, Any]:
    constants: dict[str, Any] = dict(preamble.texts)
    if preamble.span:
        first, last = preamble.span
        dates.spans[last.isoformat()] = first.isoformat()
        constants["date"] = last.isoformat()
    return constants
