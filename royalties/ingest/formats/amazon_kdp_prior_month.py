"""Amazon KDP: royalties of the prior month. The month stands once, above every sheet's table."""

from collections.abc import Sequence
from datetime import date

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.formats.amazon_kdp import COLUMNS, SHEETS
from royalties.ingest.report.cells import text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import Facts, ReportFormat, Row, normal


def _facts(rows: Sequence[Row]) -> Facts | None:
    """Find ``Sales Period | March 2025`` above the header."""
    dates = Dates(date_order(""), date.max, months=True)
    for _, cells in rows[:3]:
        if len(cells) > 1 and normal(text_of(cells[0])) == "sales period":
            last = dates.day(cells[1])
            if isinstance(last, str) and last in dates.spans:
                return Facts(span=(date.fromisoformat(dates.spans[last]), date.fromisoformat(last)))
    return None


FORMAT = ReportFormat(
    name="amazon-kdp-prior-month",
    title="KDP's royalties of the prior month",
    retailer="amazon",
    account="kdp",
    sheets=SHEETS,
    columns=COLUMNS,
    kinds={"free book": SaleKind.FREE},
    other_kinds=SaleKind.SALE,
    blanks=frozenset({"n/a"}),
    decimal=".",
    facts=_facts,
)
