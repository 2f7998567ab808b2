"""ACX and Audible: a workbook of royalties, copies on one sheet and listening on demand on another.

The sheets have no dates; the period stands above their tables, if anywhere.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat
from royalties.ingest.report.preambles import stated_period

_USES = ("on-demand", "on demand", "audible plus", "plus catalog", "subscription")

FORMAT = ReportFormat(
    name="acx",
    title="ACX's royalty report",
    retailer="audible",
    also_known_as=("acx", "audible (acx)"),
    columns=(
        Column("", ("Royalty Earner",)),
        Column(BOOK, ("Digital ISBN",)),
        Column(BOOK, ("Product ID",), required=True, read="identifier"),
        Column("", ("Parent Product ID",)),
        Column("", ("Provider Product ID",)),
        Column("", ("Author",)),
        Column("title", ("Title",)),
        Column("date", ("Date", "Royalty Month")),
        Column("", ("Transaction Type",)),
        Column("country", ("Marketplace",)),
        Column("kind", ("Purchase Type",)),
        Column("", ("Offer",)),
        Column("", ("Royalty Rule",)),
        Column("", ("Additional Rule Details",)),
        Column("currency", ("Currency",)),
        Column("", ("Royalty Rate",)),
        Column("", ("Payee Split",)),
        Column("units", ("Net Units",)),
        Column("", ("Net Sales",)),
        Column("net", ("Net Royalties Earned", "Total Royalties"), required=True),
    ),
    every_sheet=True,
    kinds=dict.fromkeys(_USES, SaleKind.USAGE),
    other_kinds=SaleKind.SALE,
    sheet_kinds={"on-demand": SaleKind.USAGE, "on demand": SaleKind.USAGE},
    totals=("grand total", "earner total", "total", "totals", "subtotal"),
    counts_use=True,
    own_totals=True,
    months=True,
    points=True,
    preamble=stated_period,
)
