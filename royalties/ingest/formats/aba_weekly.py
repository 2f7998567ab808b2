"""Weekly store reporting to the American Booksellers Association: ISBN and copies, no more.

The week (Sunday to Saturday), the currency and the discount are the user's to tell.
"""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="aba-weekly",
    title="a store's weekly report",
    retailer="indie-stores",
    columns=(
        Column(BOOK, ("SKU",), required=True),
        Column("units", ("Quantity",), required=True),
    ),
    alone=True,
    asks=("week", "currency", "discount"),
)
