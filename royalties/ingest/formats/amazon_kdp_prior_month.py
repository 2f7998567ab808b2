"""Amazon KDP: royalties of the prior month. The month stands once, above every sheet's table.

"Total Earnings" repeats the sheets by format, and adds what was paid for pages read (KENP). Those
rows count on request: the sheets by format are the report.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.formats.amazon_kdp import COLUMNS, SHEETS
from royalties.ingest.report.cells import Cell, NonValue, text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import (
    ArrangeContext,
    Column,
    Header,
    Preamble,
    ReportFormat,
    Row,
    normal,
)

PAGES = (
    "kenp", "kenp read", "kindle edition normalized pages (kenp)",
    "kindle edition normalized page (kenp)", "kindle edition normalized pages",
)  # fmt: skip
"""Plans of payment by pages, in lower case."""
PAGES_OR_UNITS = (
    "Net Units Sold or KENP Read",
    "Net Units Sold or Combined KENP",
    "Net Units Sold or KENP Read or KOLL Borrows",
)


def month_above(rows: Sequence[Row]) -> Preamble | None:
    """Find ``Sales Period | March 2025`` above the header."""
    dates = Dates(date_order(""), date.max, months=True)
    for _, cells in rows[:3]:
        if len(cells) > 1 and normal(text_of(cells[0])) == "sales period":
            last = dates.day(cells[1])
            if isinstance(last, str) and last in dates.spans:
                return Preamble(
                    span=(date.fromisoformat(dates.spans[last]), date.fromisoformat(last))
                )
    return None


def _arranged(
    rows: Iterable[Row], header: Header, _: ArrangeContext
) -> Iterator[tuple[int, Sequence[Cell | NonValue | None]]]:
    """All rows of the sheets by format; of the totals only those of pages."""
    plan = next((at for at, name in enumerate(header.names) if normal(name) == "payout plan"), -1)
    for number, cells in rows:
        if plan < 0 or normal(text_of(cells[plan])) in PAGES:
            yield number, cells


_REPORT = ReportFormat(
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
    preamble=month_above,
)
_WITH_PAGES = replace(
    _REPORT,
    sheets=(*SHEETS, "Total Earnings", "Total Royalty"),
    columns=(
        *(column for column in COLUMNS if column.field != "net"),
        Column("kind", ("Payout Plan",)),
        Column("", PAGES_OR_UNITS),
        Column("net", ("Royalty", "Earnings"), required=True),
    ),
    kinds={**_REPORT.kinds} | dict.fromkeys(PAGES, SaleKind.USAGE),
    arrange=_arranged,
)
FORMAT = replace(_REPORT, variants={"kenp": ("usage", _WITH_PAGES)})
