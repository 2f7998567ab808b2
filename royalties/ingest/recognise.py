"""Which report a file is, told by its content."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from typing import Any

from royalties.domain.problems import Cause, Choice, Problem
from royalties.domain.sales.changes import Change
from royalties.domain.sales.remembered import NOTHING
from royalties.ingest.formats import built_in
from royalties.ingest.report import charged
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.answers import Given
from royalties.ingest.report.asking import Answers, ask
from royalties.ingest.report.cells import as_value, printed, text_of
from royalties.ingest.report.columns import Converters
from royalties.ingest.report.conventions import again, date_order, decimal_mark
from royalties.ingest.report.dates import MONTHS, Dates
from royalties.ingest.report.declaration import (
    BOOK,
    SALE_UNITS,
    Doubt,
    Facts,
    Header,
    ReportFormat,
    normal,
)
from royalties.ingest.report.glance import SHEETS, FirstRows, GlancedSheet, glanced
from royalties.ingest.report.mapping import Mapping as MappedReport
from royalties.ingest.report.mending import changed
from royalties.ingest.report.opening import OpenedFile, open_file
from royalties.ingest.report.reading import Known, Reading, UnreadableError
from royalties.ingest.report.report import Report
from royalties.ingest.report.tables import Sheet, Table
from royalties.ingest.report.text import UndecidedEncodingError

_ALL_SHEETS = "all"
_SHOWN_COLUMNS = 30
_SHOWN_CELLS = 3
_COVER_ROWS = 15
_LEAST_COLUMNS = 3
_ALIKE = 0.6

Found = list[tuple[Sheet, Header, Facts]]


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
    known: Known,
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
    answers = Given(choices)
    try:
        opened = replace(open_file(path, answers), name=name)
    except UndecidedEncodingError as undecided:
        return _asking("", undecided.choice)
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


def first_rows(path: Path, choices: Mapping[str, str]) -> list[GlancedSheet]:
    """The first rows of a file's visible sheets, for somebody to say what they mean.

    Raises:
        UnreadableError: the file cannot be read, or its encoding has to be chosen first.
    """
    try:
        opened = open_file(path, choices)
    except UndecidedEncodingError as undecided:
        raise UnreadableError(Problem(undecided.choice.message, "choose the encoding")) from None
    try:
        return [glanced(sheet.name, sheet.rows()) for sheet in opened.sheets[:SHEETS]]
    finally:
        opened.close()


def read_first_rows(
    sheets: Sequence[GlancedSheet],
    mapping: MappedReport,
    name: str,
    known: Known,
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
        raise _unknown(opened.sheets, name, [declared], (), alone=True)
    return _prepared(declared, tables, opened, known, Given(choices))


def as_received(
    path: Path, choices: Mapping[str, str], changes: Sequence[Change] = ()
) -> Iterator[tuple[str, Iterator[list[str | int | float | date | datetime | None]]]]:
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
    known: Known,
    mappings: Sequence[MappedReport],
    choices: Given,
    wanted: str | None,
) -> Report:
    formats = {declared.name: declared for declared in built_in()}
    formats |= {mapping.key: mapping.as_format() for mapping in mappings if not mapping.ended}
    varied = {name: tuple(declared.variants) for name, declared in formats.items()}
    formats |= _variants(formats, choices)
    if wanted is None and (chosen := choices.peek("report", formats)):
        wanted = chosen
        choices.need(("report",))
    if wanted is not None and wanted not in formats:
        raise UnreadableError(
            Problem(
                f"no report is called {wanted!r}",
                f"name one of {', '.join(sorted(formats))}",
            )
        )
    tried = [formats[wanted]] if wanted else list(formats.values())
    matches = {
        declared.name: found for declared in tried if (found := tables_in(declared, opened.sheets))
    }
    if not matches:
        mapped = {mapping.key for mapping in mappings if not mapping.ended}
        raise _unknown(opened.sheets, name, tried, mapped, alone=wanted is not None)
    best = _best(matches)
    if len(best) > 1:
        return _asking(
            "",
            again(
                Choice("report", "several reports look like this file: choose one", tuple(best)),
                choices,
            ),
        )
    choices.need(varied[best[0]])
    return _prepared(formats[best[0]], matches[best[0]], opened, known, choices)


def _variants(formats: Mapping[str, ReportFormat], choices: Given) -> dict[str, ReportFormat]:
    """Formats that the user's answers have read in another way."""
    return {
        name: variant
        for name, declared in formats.items()
        for key, (answer, variant) in declared.variants.items()
        if choices.peek(key, (answer,))
    }


def tables_in(declared: ReportFormat, sheets: Sequence[Sheet]) -> Found:
    """The tables of a file that are laid out as a format says; none where it is another report."""
    tables: Found = []
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
        facts: Facts | None = Facts()
        if declared.facts is not None:
            facts = declared.facts(rows)
        if facts is not None:
            tables.append((sheet, header, facts))
    return tables


def _best(matches: Mapping[str, Found]) -> list[str]:
    """The names whose columns explain most of the file."""
    used = {name: max(header.matched for _, header, _ in found) for name, found in matches.items()}
    most = max(used.values())
    return [name for name, count in used.items() if count == most]


def _unknown(
    sheets: Sequence[Sheet],
    name: str,
    tried: Sequence[ReportFormat],
    mapped: Collection[str],
    *,
    alone: bool,
) -> UnreadableError:
    """Why no format takes a file: which one it nearly is, and what of that is missing."""
    if alone:
        return UnreadableError(
            Problem(
                f"{name} is not {tried[0].title}{_lacks(tried[0], sheets)}",
                "leave the report's name out to have it recognised, or map the report",
                cause=Cause.OTHER_REPORT,
            )
        )
    nearest = _nearest(tried, sheets)
    if nearest is not None:
        where = (
            "correct its columns, sheet or header_row under reports in the setup and load that"
            if nearest.name in mapped
            else "name the columns as that report does, or map this one: on its page in the "
            "browser, or under reports in the setup"
        )
        return UnreadableError(
            Problem(f"{name} is nearly {nearest.title}{_lacks(nearest, sheets)}", where)
        )
    columns = _likeliest_header(sheets)
    if len(columns) < 2:
        return UnreadableError(
            Problem(
                "only one column was found",
                "export the report again as .xlsx or CSV; do not put quotation marks around rows",
            )
        )
    shown = ", ".join(columns[:_SHOWN_COLUMNS])
    return UnreadableError(
        Problem(
            f"no report that is known has these columns: {shown}",
            "map its columns: on its page in the browser, or under reports in the setup",
        )
    )


def _nearest(tried: Sequence[ReportFormat], sheets: Sequence[Sheet]) -> ReportFormat | None:
    """The format of which a file has most required columns, and at least two in three."""
    best: tuple[Fraction, int, ReportFormat] | None = None
    for declared in tried:
        required = sum(1 for column in declared.columns if column.required)
        lacking = min((len(declared.missing(sheet.peek())) for sheet in sheets), default=required)
        there = required - lacking
        if required < _LEAST_COLUMNS or 3 * there < 2 * required:
            continue
        nearness = (Fraction(there, required), there)
        if best is None or nearness > best[:2]:
            best = (*nearness, declared)
    return best[2] if best else None


def _lacks(wanted: ReportFormat, sheets: Sequence[Sheet]) -> str:
    """What a file lacks of a format, with the columns that may be those under another name."""
    if wanted.sheet and wanted.sheet not in {sheet.name for sheet in sheets}:
        return f": it has no sheet {wanted.sheet!r}"
    lacking = min((wanted.missing(sheet.peek()) for sheet in sheets), key=len, default=[])
    if not lacking:
        return f": its columns do not stand in row {wanted.header_row}" if wanted.header_row else ""
    known = {normal(each) for column in wanted.columns for each in column.names}
    others = {normal(each): each for each in _likeliest_header(sheets) if normal(each) not in known}
    told = []
    for column in lacking:
        alike = get_close_matches(normal(column), others, n=1, cutoff=_ALIKE)
        told.append(f"{column!r}" + (f" (is it {others[alike[0]]!r}?)" if alike else ""))
    return f": it has no column {', '.join(told)}"


def _likeliest_header(sheets: Sequence[Sheet]) -> list[str]:
    """The row of most texts among the first rows of all sheets."""
    best: list[str] = []
    for sheet in sheets:
        for _, cells in sheet.peek()[:15]:
            texts = [printed(cell).strip() for cell in cells if text_of(cell).strip()]
            if len(texts) > len(best):
                best = texts
    return best


def _asking(name: str, *choices: Choice) -> Report:
    """A reading that has nothing but questions."""
    known = Known({}, {}, date.min)
    numbers, dates = Numbers(decimal_mark("")), Dates(date_order(""), date(2000, 1, 1))
    declared = ReportFormat(name=name, title="", columns=())
    converters = Converters(declared, known, numbers, dates, Given({}))
    asking = Report(declared, [], known, converters, Given({}))
    asking.choices.extend(choices)
    return asking


def _prepared(
    declared: ReportFormat,
    tables_found: Found,
    opened: OpenedFile,
    known: Known,
    choices: Given,
) -> Report:
    choices = choices.beside(declared.answers)
    left = _left_sheets(declared, tables_found, opened)
    tables_found, asked = _sheets(declared, tables_found, choices)
    tables_found, doubted = _columns_in_doubt(tables_found, choices)
    retailer, unknown = _retailer(declared, tables_found, known, choices)
    declared = replace(declared, retailer=retailer)
    if shop := known.retailers.get(retailer or ""):
        said = known.remembered.get(shop.id, NOTHING)
        choices.remembered = {
            question: answer
            for (report, question), answer in said.answers.items()
            if report == declared.name
        }
    if declared.charged and choices.peek(charged.KEY, (charged.EDITION,)):
        choices.need((charged.KEY,))
        tables_found = [
            (sheet, _without_prices(header), facts) for sheet, header, facts in tables_found
        ]
        # The report's discount is off what was charged, so it says nothing of the edition's price.
        declared = replace(declared, prices=declared.prices and "most")
    declared, stated = _currency_of_headings(declared, tables_found, choices)
    declared = replace(declared, asks=_asked(declared, tables_found))
    texts = [*_outside(tables_found, opened)]
    answers = ask(tuple(key for key in declared.asks if key != "retailer"), choices, known, texts)
    mark = next((facts.decimal for _, _, facts in tables_found if facts.decimal), declared.decimal)
    numbers = Numbers(
        decimal_mark(choices.peek("decimal", (".", ",")), habit=mark),
        declared.blanks,
        points=declared.points,
    )
    dates = Dates(
        date_order(choices.peek("date_order", ("dmy", "mdy")), habit=declared.date_order),
        known.today,
        months=True,
        language=choices.peek("date_language"),
        range_end=choices.peek("date_range"),
        expected=(*declared.natural, MONTHS) if declared.months else declared.natural,
    )
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
            constants | _facts(facts, dates) | _kind(declared, sheet.name),
        )
        for place, (sheet, header, facts) in enumerate(tables_found)
    ]
    report = Report(declared, tables, known, converters, choices)
    report.period = undated.span
    report.texts = texts
    report.unread_sheets = left
    report.choices += [*asked, *doubted, *unknown, *stated, *answers.choices]
    for code, message in (*opened.remarks, *_remarks(tables)):
        report.remarks.say(code, message)
    report.notes += [*opened.notes, *_notes(declared, tables, opened)]
    return report


def _outside(tables: Found, opened: OpenedFile) -> Iterator[tuple[str, str]]:
    """What stands outside of the rows, each behind where that is: above headers, on covers."""
    read = {sheet.name: header.place for sheet, header, _ in tables}
    for sheet in opened.sheets:
        rows = sheet.peek()[: read.get(sheet.name, _COVER_ROWS)]
        where = f"sheet {sheet.name!r}, row" if sheet.name else "row"
        for number, cells in rows:
            yield f"{where} {number}", " ".join(printed(cell) for cell in cells if cell != "")
        if sheet.name:
            yield f"the name of sheet {sheet.name!r}", sheet.name
    for sheet, header, _ in tables:
        first = next(iter(sheet.peek()[header.place + 1 :]), None)
        if first is not None:
            used = {at for _, at in header.columns}
            cells = [cell for at, cell in enumerate(first[1]) if at not in used and cell != ""]
            yield f"row {first[0]}", " ".join(map(printed, cells))
    yield "the name of the file", Path(opened.name).stem


def _left_sheets(declared: ReportFormat, tables: Found, opened: OpenedFile) -> list[Sheet]:
    """Sheets that do not belong to the report, but for those that are known to repeat it."""
    read_names = {sheet.name for sheet, _, _ in tables}
    return [
        sheet
        for sheet in opened.sheets
        if sheet.name not in read_names
        and not any(fnmatchcase(sheet.name, pattern) for pattern in declared.unread_sheets)
    ]


def _columns_in_doubt(tables: Found, choices: Mapping[str, str]) -> tuple[Found, list[Choice]]:
    """The tables with the columns that the user chose, and what is still to be chosen."""
    asked: dict[str, Choice] = {}
    settled: Found = []
    for sheet, header, facts in tables:
        columns = list(header.columns)
        places: dict[tuple[int, ...], int] = {}
        unsettled: set[tuple[int, ...]] = set()
        for doubt in header.doubts:
            key = f"column_{doubt.field}"
            options = {column_letters(at): at for at in doubt.places}
            chosen = places.get(doubt.places)
            if chosen is None:
                chosen = options.get(choices.get(key, "").strip().upper())
            if chosen is None:
                question = Choice(key, _in_doubt(sheet, header, doubt), tuple(options))
                if doubt.places not in unsettled:
                    asked.setdefault(key, again(question, choices))
                unsettled.add(doubt.places)
                continue
            places[doubt.places] = chosen
            columns = [
                (column, chosen if column.field == doubt.field and at == doubt.places[0] else at)
                for column, at in columns
            ]
        settled.append((sheet, replace(header, columns=tuple(columns)), facts))
    return settled, list(asked.values())


def _in_doubt(sheet: Sheet, header: Header, doubt: Doubt) -> str:
    rows = [cells for _, cells in sheet.peek()]
    shown = []
    for at in doubt.places:
        below = [
            printed(cells[at]).strip() for cells in rows[header.place + 1 :] if at < len(cells)
        ]
        examples = ", ".join([text for text in below if text][:_SHOWN_CELLS]) or "nothing"
        above = _heading_above(rows[: header.place], at)
        name = f"{above}, {header.names[at]}" if above else header.names[at]
        shown.append(f"column {column_letters(at)}, {name!r} ({examples})")
    where = f"sheet {sheet.name!r}: " if sheet.name else ""
    wanted = "ISBN" if doubt.field == BOOK else doubt.field.replace("_", " ")
    return (
        f"{where}the heading of {wanted} {doubt.why}: choose the column that counts: "
        f"{'; '.join(shown)}"
    )


def _heading_above(rows: Sequence[Sequence[Any]], at: int) -> str:
    """What stands above some headings, such as ``Year to date``, at or to the left of a place."""
    if not rows:
        return ""
    texts = [printed(cell).strip() for cell in rows[-1][: at + 1]]
    return next((text for text in reversed(texts) if text), "")


def _currency_of_headings(
    declared: ReportFormat, tables: Found, choices: Given
) -> tuple[ReportFormat, list[Choice]]:
    """The currency that headings of amounts state, where the rows have none.

    Raises:
        UnreadableError: they state several.
    """
    without = [header for _, header, _ in tables if header.at("currency") < 0]
    stated = {name: code for header in without for name, code in header.amounts_in().items()}
    codes = sorted(set(stated.values()))
    if not codes:
        return declared, []
    if len(codes) > 1:
        names = ", ".join(f"{name!r} ({code})" for name, code in stated.items())
        raise UnreadableError(
            Problem(
                f"the amounts are in several currencies: {names}",
                "export the report in one currency, or map the columns of one of them",
            )
        )
    default = declared.constants.get("currency", codes[0])
    code, asked = codes[0], []
    if default != code:
        question = Choice(
            "currency",
            f"the heading {next(iter(stated))!r} says {code}, the report is known to be in "
            f"{default}: choose the currency of its amounts",
            (code, default),
        )
        code = choices.get("currency", "")
        asked = [] if code in question.options else [again(question, choices)]
    declared = replace(
        declared,
        constants={**declared.constants, "currency": code or default},
        asks=tuple(key for key in declared.asks if key != "currency"),
    )
    return declared, asked


def _without_prices(header: Header) -> Header:
    """A header whose list prices are left out: the edition's stand in."""
    kept = tuple(each for each in header.columns if each[0].field != "list_price")
    return replace(header, columns=kept)


def _sheets(
    declared: ReportFormat, tables: Found, choices: Mapping[str, str]
) -> tuple[Found, list[Choice]]:
    """The sheets that count, where several have the columns of a report of one sheet."""
    if declared.sheets or declared.every_sheet or len(tables) == 1:
        return tables, []
    names = [sheet.name for sheet, _, _ in tables]
    chosen = choices.get("sheet", "")
    if chosen == _ALL_SHEETS and _ALL_SHEETS not in names:
        return tables, []
    if chosen in names:
        return [tables[names.index(chosen)]], []
    choice = Choice("sheet", "several sheets hold such a report: choose one", (*names, _ALL_SHEETS))
    return tables, [again(choice, choices)]


def _retailer(
    declared: ReportFormat, tables_found: Found, known: Known, choices: Mapping[str, str]
) -> tuple[str | None, list[Choice]]:
    """The report's retailer, asked for where the setup does not have it."""
    if all(header.at("retailer") >= 0 for _, header, _ in tables_found):
        return None, []
    own = [key for key, each in known.retailers.items() if declared.name in each.reports]
    if len(own) == 1:
        return own[0], []
    default = declared.retailer
    named = (default, *declared.also_known_as)
    for key in named:
        if key in known.retailers:
            return key, []
    called = [key for key, each in known.retailers.items() if normal(each.name) in named]
    if len(called) == 1:
        return called[0], []
    chosen = choices.get("retailer", "")
    if chosen in known.retailers:
        return chosen, []
    reason = f"no retailer {default!r} is in the setup" if default else "the file names no retailer"
    if chosen:
        reason = f"no retailer {chosen!r} is in the setup"
    return default, [
        Choice(
            "retailer",
            f"{reason}: choose whose sales these are, or let the retailer's entry in the setup "
            f"say it for good by 'reports': ['{declared.name}']",
            tuple(known.retailers),
        )
    ]


def _asked(declared: ReportFormat, tables: Found) -> tuple[str, ...]:
    """What a report does not say: besides what its format never says, a date and a currency."""
    asked = declared.asks
    if "week" not in asked and _lack(tables, declared, "date"):
        asked = (*asked, "period")
    if _lack(tables, declared, "currency"):
        asked = (*asked, "currency")
    return tuple(dict.fromkeys(asked))


def _lack(tables: Found, declared: ReportFormat, field: str) -> bool:
    """Whether some table says a field nowhere: neither in its rows nor once for all of them."""
    if field in declared.constants or field in declared.extras:
        return False
    return any(
        header.at(field) < 0 and field not in facts.texts and not (field == "date" and facts.span)
        for _, header, facts in tables
    )


def _kind(declared: ReportFormat, sheet: str) -> dict[str, Any]:
    """The kind of rows that do not say theirs."""
    name = normal(sheet)
    of_sheet = (kind for begin, kind in declared.sheet_kinds.items() if name.startswith(begin))
    kind = next(of_sheet, declared.kind)
    return {} if kind is None else {"kind": kind.value}


def _constants(
    declared: ReportFormat, answers: Answers, known: Known, dates: Dates
) -> dict[str, Any]:
    constants: dict[str, Any] = {**declared.constants, **answers.values}
    if declared.retailer in known.retailers:
        constants["retailer"] = known.retailers[declared.retailer or ""].id
    if answers.span:
        first, last = answers.span
        dates.spans[last.isoformat()] = first.isoformat()
    return constants


def _facts(facts: Facts, dates: Dates) -> dict[str, Any]:
    constants: dict[str, Any] = dict(facts.texts)
    if facts.span:
        first, last = facts.span
        dates.spans[last.isoformat()] = first.isoformat()
        constants["date"] = last.isoformat()
    return constants


def _remarks(tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """What the second look at a workbook found in the columns that are used."""
    for table in tables:
        look, names = table.sheet.look, table.header.names
        used = {at: column.field for column, at in table.header.columns}
        for at in sorted(look.hidden & used.keys()):
            yield "hidden-column", f"column {column_letters(at)} ({names[at]}) is hidden, and used"
        for at, (_, row) in sorted(look.percent.items()):
            if used.get(at) in ("units", "net_units", *SALE_UNITS):
                cell = f"{column_letters(at)}{row}"
                yield "percent-units", f"{cell} ({names[at]}) is formatted as a percentage"
        if look.hidden_rows:
            of = f"sheet {table.sheet.name!r} has hidden rows"
            told = "they are imported like the others. Does a filter hide what is no sale?"
            yield "hidden-rows", f"{of}: {told}"
        struck = [row for row in look.struck if row > table.header.row]
        if struck:
            rows = f"row {struck[0]} is" if len(struck) == 1 else f"rows {_listed(struck)} are"
            yield "struck-out", f"{rows} struck through: import anyway?"
        far, count = look.beyond
        if count > 1:
            yield "far-rows", f"{count:,} rows from row {far} on, far below the table, were ignored"


def _listed(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:10])) + (" and more" if len(rows) > 10 else "")


def column_letters(at: int) -> str:
    """A column as spreadsheets name it.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    number = at + 1
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def _notes(declared: ReportFormat, tables: Sequence[Table], opened: OpenedFile) -> Iterator[str]:
    for table in tables:
        where = f"sheet {table.sheet.name!r}: " if table.sheet.name else ""
        if table.header.row > 1 and not declared.facts:
            yield f"{where}header found on row {table.header.row}"
        if table.sheet.look.beyond[1] == 1:
            yield f"{where}a stray cell in row {table.sheet.look.beyond[0]} was ignored"
    read = {table.sheet.name for table in tables}
    left = [sheet.name for sheet in opened.sheets if sheet.name not in read]
    if left:
        yield f"sheets not read: {', '.join(left)}"
