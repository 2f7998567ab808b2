"""Barnes & Noble: the sales report of PubIt and its followers, .xls and .xlsx.

The last row holds totals without a label, and its text sums to nothing in some months.
"""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="barnes-noble",
    title="Barnes & Noble's sales report",
    retailer="barnes-noble",
    columns=(
        Column("date", ("Date Of Sale",), required=True),
        Column(BOOK, ("Publisher's ISBN",)),
        Column(BOOK, ("B&N Identifier", "BN Identifier"), required=True, read="identifier"),
        Column("title", ("Title",)),
        Column("list_price", ("List Price($)", "List Price")),
        Column("sold", ("Unit Sold", "Units Sold"), required=True),
        Column("returned", ("Units Returned",), required=True),
        Column("net_units", ("Net Unit Sales",)),
        Column("net", ("Total Publisher's Revenue",), required=True),
        Column("country", ("Country of Sale",)),
    ),
    constants={"currency": "USD", "country": "US"},
    bare_totals=True,
    own_totals=True,
    date_order="mdy",
)
