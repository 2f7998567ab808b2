"""Apple Books: the financial report, tab-separated text, and its transactions.

Copies that came back are positive and marked ``R``. Below the sales stand their number and, in
newer reports, sums by country; both repeat what is above.
"""

from collections.abc import Iterable, Iterator, Sequence

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.cells import Cell, NonValue, text_of
from royalties.ingest.report.declaration import (
    BOOK,
    ArrangeContext,
    Column,
    Header,
    ReportFormat,
    Row,
    normal,
)

_ENDS = ("total_rows", "total_amount", "country of sale")


def _sales(
    rows: Iterable[Row], header: Header, _: ArrangeContext
) -> Iterator[tuple[int, Sequence[Cell | NonValue | None]]]:
    """Rows down to the sums."""
    for number, cells in rows:
        if normal(text_of(cells[0])) in _ENDS and not header.repeats(cells):
            return
        yield number, cells


FORMAT = ReportFormat(
    name="apple-books",
    title="Apple's financial report",
    retailer="apple",
    also_known_as=("apple-books", "apple books"),
    columns=(
        Column("", ("Start Date",), required=True),
        Column("date", ("End Date",), required=True),
        Column("", ("UPC",)),
        Column(BOOK, ("ISRC/ISBN", "ISRC / ISBN"), required=True),
        Column(BOOK, ("Vendor Identifier",), required=True, read="identifier"),
        Column("units", ("Quantity",), required=True),
        Column("", ("Partner Share",)),
        Column("net", ("Extended Partner Share",), required=True),
        Column("currency", ("Partner Share Currency",), required=True),
        Column("kind", ("Sales or Return", "Sale or Return"), required=True),
        Column("", ("Apple Identifier",)),
        Column("", ("Artist/Show/Developer/Author",)),
        Column("title", ("Title",)),
        Column("", ("Label/Studio/Network/Developer/Publisher",)),
        Column("", ("Grid",)),
        Column("", ("Product Type Identifier",)),
        Column("", ("ISAN/Other Identifier",)),
        Column("country", ("Country Of Sale",)),
        Column("", ("Pre-order Flag",)),
        Column("", ("Promo Code",)),
        Column("paid_price", ("Customer Price",)),
        Column("", ("Customer Currency",)),
    ),
    kinds={"s": SaleKind.SALE, "r": SaleKind.RETURN},
    returns_positive=True,
    date_order="mdy",
    points=True,
    own_totals=True,
    zero_is_free=True,
    arrange=_sales,
)
