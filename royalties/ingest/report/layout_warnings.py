"""Warnings and notes about the layout of a file, before its rows are read."""

from collections.abc import Iterator, Sequence

from royalties.ingest.report.declaration import SALE_UNITS, ReportFormat
from royalties.ingest.report.headings import column_letters
from royalties.ingest.report.opening import OpenedFile
from royalties.ingest.report.tables import Table


def layout_warnings(tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """Warnings (code, message) about hidden, struck-out or oddly formatted cells that are used."""
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
            rows = f"row {struck[0]} is" if len(struck) == 1 else f"rows {_row_list(struck)} are"
            yield "struck-out", f"{rows} struck through: import anyway?"
        far, count = look.beyond
        if count > 1:
            yield "far-rows", f"{count:,} rows from row {far} on, far below the table, were ignored"


def _row_list(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:10])) + (" and more" if len(rows) > 10 else "")


def layout_notes(
    declared: ReportFormat, tables: Sequence[Table], opened: OpenedFile
) -> Iterator[str]:
    """Notes about where headers were found, stray cells and unread sheets."""
    for table in tables:
        where = f"sheet {table.sheet.name!r}: " if table.sheet.name else ""
        if table.header.row > 1 and not declared.preamble:
            yield f"{where}header found on row {table.header.row}"
        if table.sheet.look.beyond[1] == 1:
            yield f"{where}a stray cell in row {table.sheet.look.beyond[0]} was ignored"
    read = {table.sheet.name for table in tables}
    left = [sheet.name for sheet in opened.sheets if sheet.name not in read]
    if left:
        yield f"sheets not read: {', '.join(left)}"
