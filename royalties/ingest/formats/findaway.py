"""Findaway Voices, now Voices by INaudio: a workbook with a sheet for each way to pay.

Sheets of retailers and libraries are of copies; those of subscriptions and pools are money for use.
The month stands in the file's name, if not in a column, so that the import asks for it.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat
from royalties.ingest.report.preambles import stated_period

_USES = (
    "subscription", "pool", "subscription pool", "cpc", "cost per circ", "pay per use", "rental",
    "unlimited",
)  # fmt: skip

FORMAT = ReportFormat(
    name="findaway",
    title="Findaway's digital royalties",
    retailer="findaway",
    also_known_as=("findaway voices", "inaudio", "voices by inaudio"),
    columns=(
        Column("date", ("Sale Date", "Month", "Date")),
        Column(BOOK, ("ISBN", "Digital ISBN", "Audiobook ISBN", "eISBN"), required=True),
        Column("title", ("Title",)),
        Column("", ("Author", "Authors")),
        Column("", ("Publisher",)),
        Column("reference", ("Partner", "Retailer", "Sales Channel")),
        Column("kind", ("Business Model", "Sale Type", "Channel Type")),
        Column("country", ("Country", "Territory", "Country of Sale")),
        Column("list_price", ("List Price", "Digital List Price")),
        Column("units", ("Quantity", "Units", "Qty")),
        Column("", ("Royalty Rate",)),
        Column("currency", ("Currency", "Payable Currency")),
        Column("net", ("Royalty Payable",), required=True),
    ),
    constants={"currency": "USD"},
    every_sheet=True,
    kinds=dict.fromkeys(_USES, SaleKind.USAGE),
    other_kinds=SaleKind.SALE,
    sheet_kinds={"subscription": SaleKind.USAGE, "pool": SaleKind.USAGE},
    counts_use=True,
    own_totals=True,
    months=True,
    points=True,
    preamble=stated_period,
)
