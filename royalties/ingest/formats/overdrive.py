"""OverDrive's report to publishers: copies sold to libraries, and what libraries paid per loan."""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

_USES = (
    "cpc", "cost per circ", "cost-per-circ", "cost per checkout", "pay per use", "rental", "loan",
    "subscription",
)  # fmt: skip

FORMAT = ReportFormat(
    name="overdrive",
    title="OverDrive's report to publishers",
    retailer="overdrive",
    columns=(
        Column("date", ("Date", "Transaction Date"), required=True),
        Column("", ("Publisher",)),
        Column("", ("Imprint",)),
        Column(BOOK, ("ISBN", "isbn_13", "eISBN"), required=True),
        Column("title", ("Title",)),
        Column("", ("Author", "Creator")),
        Column("", ("Format",), required=True),
        Column("reference", ("Retailer", "Library", "Sold To")),
        Column("country", ("Country", "Country of Sale")),
        Column("kind", ("Lending Model", "Sales Model", "Order Type")),
        Column("units", ("UNITS",), required=True),
        Column("list_price", ("SRP USD", "SRP", "Retail Price")),
        Column("discount", ("Discount %", "Discount")),
        Column("net", ("Amt owed USD", "Amt owed"), required=True),
    ),
    constants={"currency": "USD"},
    kinds=dict.fromkeys(_USES, SaleKind.USAGE),
    other_kinds=SaleKind.SALE,
    counts_use=True,
    points=True,
    own_totals=True,
)
