"""Google Play Books: the earnings report and the report of sales transactions.

Both are tab-separated UTF-16 with a line per transaction; numbers of books stand behind an
apostrophe. The money is in the currency of the payment, the list price in the buyer's.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="google-play",
    title="Google Play's report of earnings or transactions",
    retailer="google",
    also_known_as=("google-play", "google play", "google play books"),
    columns=(
        Column("", ("Earnings Date",)),
        Column("date", ("Transaction Date",), required=True),
        Column("reference", ("Id",)),
        Column("", ("Product",), required=True),
        Column("kind", ("Type",), required=True),
        Column("", ("Preorder", "Pre-order")),
        Column("units", ("Qty",), required=True),
        Column(BOOK, ("Primary ISBN",), required=True),
        Column("", ("Imprint Name",)),
        Column("title", ("Title",)),
        Column("", ("Author",)),
        Column("", ("Original List Price Currency",)),
        Column("", ("Original List Price",)),
        Column("list_currency", ("List Price Currency",)),
        Column("", ("List Price [tax inclusive]",)),
        Column("list_price", ("List Price [tax exclusive]",)),
        Column("country", ("Country of Sale",)),
        Column("", ("Publisher Revenue %",)),
        Column("", ("Publisher Revenue",)),
        Column("currency", ("Earnings Currency", "Payment Currency"), required=True),
        Column("net", ("Earnings Amount", "Payment Amount"), required=True),
        Column("", ("Currency Conversion Rate",)),
    ),
    kinds={"sale": SaleKind.SALE, "refund": SaleKind.RETURN},
    returns_positive=True,
    blanks=frozenset({"none"}),
    points=True,
    own_totals=True,
    zero_is_free=True,
    prices="",
)
