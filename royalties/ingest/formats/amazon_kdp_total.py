"""Amazon KDP: the sheet of all royalties on its own, as in workbooks of 2016 to 2020.

One column holds copies or pages read, by the plan of payment; pages are money for use. Where the
sheets by format are there as well, those count.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.formats.amazon_kdp import MARKETPLACES, SHEETS
from royalties.ingest.formats.amazon_kdp_prior_month import PAGES, PAGES_OR_UNITS, month_above
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="amazon-kdp-total",
    title="KDP's sheet of all royalties",
    retailer="amazon",
    account="kdp",
    unless_sheets=SHEETS,
    columns=(
        Column("title", ("Title",), required=True),
        Column("", ("Author", "Author Name")),
        Column(BOOK, ("ASIN/ISBN", "ASIN"), required=True, read="identifier"),
        Column("country", ("Marketplace",), required=True, words=MARKETPLACES),
        Column("sold", ("Units Sold",), required=True),
        Column("returned", ("Units Refunded",), required=True),
        Column("", PAGES_OR_UNITS, required=True),
        Column("", ("Royalty Type",)),
        Column("kind", ("Payout Plan", "Transaction Type"), required=True),
        Column("currency", ("Currency",), required=True),
        Column("list_price", ("Avg. List Price without tax",)),
        Column("", ("Avg. Offer Price without tax",)),
        Column("", ("Avg. File Size (MB)",)),
        Column("", ("Avg. Delivery/Manufacturing cost", "Avg. Delivery Cost")),
        Column("net", ("Earnings", "Royalty"), required=True),
    ),
    kinds=dict.fromkeys(PAGES, SaleKind.USAGE)
    | {"free - promotion": SaleKind.FREE, "free book": SaleKind.FREE},
    other_kinds=SaleKind.SALE,
    counts_use=True,
    blanks=frozenset({"n/a"}),
    decimal=".",
    own_totals=True,
    preamble=month_above,
)
