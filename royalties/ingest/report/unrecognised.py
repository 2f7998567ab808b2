"""Why no format takes a file: which one it nearly is, and what of that is missing."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from fractions import Fraction

from royalties.domain.problems import Cause, Problem
from royalties.ingest.report.cells import Cell, printed, text_of
from royalties.ingest.report.declaration import ReportFormat, normal
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.tables import Sheet

_SHOWN_COLUMNS = 30
_SHOWN_SHEETS = 5
_LEAST_COLUMNS = 3
_ALIKE = 0.6


def unrecognised_error(
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
            Problem(
                f"{name} is nearly {nearest.title}{_lacks(nearest, sheets)}",
                where,
                cause=Cause.OTHER_COLUMNS,
            )
        )
    columns = _likeliest_header(sheets)
    if not columns and all(_is_blank(row) for sheet in sheets for row in sheet.rows()):
        return UnreadableError(
            Problem(
                f"{name} is empty: {_blank_sheets(sheets)}",
                "ask the retailer for the report again, or export it again; if there were no "
                "sales, there is nothing to import",
                cause=Cause.EMPTY,
            )
        )
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
            cause=Cause.OTHER_COLUMNS,
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


def _lacks(layout: ReportFormat, sheets: Sequence[Sheet]) -> str:
    """What a file lacks of a format, with the columns that may be those under another name."""
    if layout.sheet and layout.sheet not in {sheet.name for sheet in sheets}:
        return f": it has no sheet {layout.sheet!r}"
    lacking = min((layout.missing(sheet.peek()) for sheet in sheets), key=len, default=[])
    if not lacking:
        return f": its columns do not stand in row {layout.header_row}" if layout.header_row else ""
    known = {normal(each) for column in layout.columns for each in column.names}
    others = {normal(each): each for each in _likeliest_header(sheets) if normal(each) not in known}
    names = []
    for column in lacking:
        alike = get_close_matches(normal(column), others, n=1, cutoff=_ALIKE)
        names.append(f"{column!r}" + (f" (is it {others[alike[0]]!r}?)" if alike else ""))
    return f": it has no column {', '.join(names)}"


def _is_blank(row: Sequence[Cell]) -> bool:
    """Whether nothing is written in a row."""
    return not any(text_of(cell).strip() for cell in row)


def _blank_sheets(sheets: Sequence[Sheet]) -> str:
    """What of a file is blank."""
    named = [repr(sheet.name) for sheet in sheets if sheet.name]
    if not named:
        return "nothing is written in it"
    names = ", ".join(named[:_SHOWN_SHEETS]) + (" and more" if len(named) > _SHOWN_SHEETS else "")
    return f"nothing is written on {'sheet' if len(named) == 1 else 'the sheets'} {names}"


def _likeliest_header(sheets: Sequence[Sheet]) -> list[str]:
    """The row of most texts among the first rows of all sheets."""
    best: list[str] = []
    for sheet in sheets:
        for _, cells in sheet.peek()[:15]:
            texts = [printed(cell).strip() for cell in cells if text_of(cell).strip()]
            if len(texts) > len(best):
                best = texts
    return best
