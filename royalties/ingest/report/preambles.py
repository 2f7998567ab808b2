"""The period stated above a report's table, in a labelled cell or the cell beside the label."""

from collections.abc import Sequence
from datetime import date

from royalties.ingest.report.cells import Cell, text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import Preamble, Row, begins, normal

_LABELS = (
    "sales period", "royalty period", "reporting period", "statement period", "report period",
    "period", "sales month", "royalty month", "month",
)  # fmt: skip
_ROWS = 6


def stated_period(rows: Sequence[Row]) -> Preamble:
    """The month, quarter or half-year stated above a table after a label such as *Period*."""
    for _, cells in rows[:_ROWS]:
        filled = [cell for cell in cells if text_of(cell).strip()]
        if filled and (span := _span(filled)):
            return Preamble(span=span)
    return Preamble()


def _span(cells: Sequence[Cell]) -> tuple[date, date] | None:
    """The days of ``Sales Period | March 2025`` or ``Period: Q3 2025``."""
    label = normal(text_of(cells[0]))
    word = begins(label, _LABELS)
    if not word or len(cells) > 2:
        return None
    told = label[len(word) :].strip(" :-") or (text_of(cells[1]) if len(cells) == 2 else "")
    dates = Dates(date_order(""), date.max, months=True)
    last = dates.day(told)
    if not isinstance(last, str) or last not in dates.spans:
        return None
    return date.fromisoformat(dates.spans[last]), date.fromisoformat(last)
