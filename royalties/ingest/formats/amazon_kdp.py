"""Amazon KDP: the dashboard's workbook.

The sheets by format are imported. "Combined Sales" repeats them (and takes hardcovers for
paperbacks), "Summary" and the order sheets are controls, and pages read (KENP) are no sales.
Rows that are alike are sales of their own.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

MARKETPLACES = {
    "amazon.com": "US",
    "amazon.co.uk": "GB",
    "amazon.de": "DE",
    "amazon.fr": "FR",
    "amazon.es": "ES",
    "amazon.it": "IT",
    "amazon.nl": "NL",
    "amazon.co.jp": "JP",
    "amazon.ca": "CA",
    "amazon.com.au": "AU",
    "amazon.com.br": "BR",
    "amazon.in": "IN",
    "amazon.com.mx": "MX",
    "amazon.pl": "PL",
    "amazon.se": "SE",
    "amazon.com.be": "BE",
    "amazon.ie": "IE",
    "createspace us": "US",
    "createspace uk": "GB",
    "createspace de": "DE",
}

SHEETS = ("eBook Royalty", "Paperback Royalty", "Hardcover Royalty", "Audiobook Royalty")

COLUMNS = (
    Column(BOOK, ("ISBN",)),
    Column(BOOK, ("ASIN", "ASIN/ISBN"), read="identifier"),
    Column("title", ("Title",)),
    Column("country", ("Marketplace",), required=True, words=MARKETPLACES),
    Column("kind", ("Transaction Type",)),
    Column("sold", ("Units Sold",), required=True),
    Column("returned", ("Units Refunded",), required=True),
    Column("net_units", ("Net Units Sold",)),
    Column("list_price", ("Avg. List Price without tax",)),
    Column("net", ("Royalty",), required=True),
    Column("currency", ("Currency",), required=True),
)

FORMAT = ReportFormat(
    name="amazon-kdp",
    title="the workbook of the KDP dashboard",
    retailer="amazon",
    account="kdp",
    sheets=SHEETS,
    columns=(Column("date", ("Royalty Date",), required=True), *COLUMNS),
    kinds={"free book": SaleKind.FREE},
    other_kinds=SaleKind.SALE,
    blanks=frozenset({"n/a"}),
    months=True,
    decimal=".",
    # The summary counts pages read as well.
    unread_sheets=("Summary", "Orders Processed", "eBook Orders Placed"),
)
