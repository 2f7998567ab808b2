"""Elliott Bay Book Company: the publisher's own invoices to the store, as CSV.

The store is an ordinary account, so the report is ours and not a till's. Credit memos print
positive quantities and amounts; freight stands among the books.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="elliott-bay",
    title="the invoices to Elliott Bay Book Company",
    retailer="elliott-bay",
    columns=(
        Column("reference", ("Invoice No", "Invoice Number"), required=True),
        Column("kind", ("Type",), required=True),
        Column("date", ("Invoice Date",), required=True),
        Column(BOOK, ("ISBN",), required=True),
        Column("title", ("Title",)),
        Column("units", ("Qty", "Quantity"), required=True),
        Column("list_price", ("List Price",)),
        Column("discount", ("Discount %", "Discount")),
        Column("net", ("Extended Net",), required=True),
    ),
    constants={"currency": "USD"},
    kinds={"inv": SaleKind.SALE, "cm": SaleKind.RETURN, "fr": "freight"},
    returns_positive=True,
    own_totals=True,
    date_order="mdy",
    decimal=".",
    prices="exact",
)
