"""Kobo Plus: the publisher's share of what subscribers paid, by the minutes that they read."""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="kobo-plus",
    title="Kobo Plus's report of reading",
    retailer="kobo",
    also_known_as=("rakuten kobo", "kobo plus"),
    account="plus",
    columns=(
        Column("date", ("Read Period",), required=True),
        Column("", ("Publisher name",)),
        Column(BOOK, ("eISBN",), required=True),
        Column("", ("Author",)),
        Column("title", ("Title",)),
        Column("", ("List price (TaxIn)",)),
        Column("", ("List price (TaxOut)",)),
        Column("", ("List price currency",)),
        Column("country", ("Region",)),
        Column("", ("Read threshold (%)",)),
        Column("", ("Reads",), required=True),
        Column("", ("Total payable",)),
        Column("", ("Foreign exchange to payable currency",)),
        Column("", ("Total in payable currency",)),
        Column("currency", ("Payable Currency",), required=True),
        Column("", ("Value Per Minute",)),
        Column("", ("Total Minutes",)),
        Column("", ("Revenue earned per title",)),
        Column("", ("Publisher revenue share (%)",)),
        Column(
            "net",
            (
                "Total publisher revenue share in payable currency ($)",
                "Total publisher revenue share in payable currency",
            ),
            required=True,
        ),
        Column("", ("Total Tax in Payable Currency",)),
        Column("", ("Content Type",)),
    ),
    kind=SaleKind.USAGE,
    months=True,
    date_order="dmy",
    points=True,
    own_totals=True,
)
