"""Kobo's monthly invoice of copies sold: one line per day, country and price.

Copies that came back, and their money, are below zero. List prices are in the shop's currency, the
money in the publisher's.
"""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="kobo",
    title="Kobo's invoice of copies sold",
    retailer="kobo",
    also_known_as=("rakuten kobo",),
    account="store",
    columns=(
        Column("date", ("Date",), required=True),
        Column("country", ("Country",), required=True),
        Column("region", ("State",)),
        Column("postcode", ("Zip Code",)),
        Column("", ("Content Type",)),
        Column("units", ("Total Qty",), required=True),
        Column("", ("Refund Reason",)),
        Column("", ("DealID",)),
        Column("", ("Publisher Name",)),
        Column("", ("Imprint",)),
        Column(BOOK, ("eISBN",), required=True),
        Column("", ("Author",)),
        Column("title", ("Title",)),
        Column("list_price", ("Tax Excluded List Price", "List Price")),
        Column("list_currency", ("LP Currency",)),
        Column("", ("COGS %",)),
        Column("", ("COGS Amount (LP Currency)",)),
        Column("", ("Foreign Exchange Rate to Payable Currency",)),
        Column("", ("COGS (Payable Currency)",)),
        Column("", ("COGS based LP",)),
        Column("", ("COGS based LP excluding tax",)),
        Column("", ("COGS based LP Currency",)),
        Column("", ("COGS Adjustment (Payable Currency)",)),
        Column("net", ("Net Due (Payable Currency)", "Net Due"), required=True),
        Column("currency", ("Payable Currency",), required=True),
        Column("", ("Total Tax (Payable Currency)",)),
    ),
    date_order="dmy",
    points=True,
    own_totals=True,
    zero_is_free=True,
    prices="",
)
