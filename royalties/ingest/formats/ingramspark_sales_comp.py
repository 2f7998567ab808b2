"""IngramSpark and Lightning Source ``sales_comp``: tab-delimited text under the name .xls.

Only the columns of the period count; ``YTD_`` repeats them. Net receipts are after the print
charge; copies come back at wholesale plus a charge, so that a line can be negative although
more copies were sold than returned.
"""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

_COUNTRIES = {
    "ls-united states": "US",
    "ls-united kingdom": "GB",
    "ls-australia": "AU",
    "ls-canada": "CA",
    "ls-germany": "DE",
    "ls-france": "FR",
    "ls-italy": "IT",
    "ls-spain": "ES",
}


def _of_period(name: str) -> tuple[str, str]:
    return (f"MTD_{name}", f"PTD_{name}")


FORMAT = ReportFormat(
    name="ingramspark-sales-comp",
    title="IngramSpark's sales compensation report",
    retailer="ingram",
    account="ingramspark",
    columns=(
        Column(BOOK, ("isbn_13",)),
        Column(BOOK, ("isbn",), required=True, read="short"),
        Column("title", ("title",)),
        Column("list_price", (*_of_period("avg_list_price"), "list_price")),
        Column("discount", ("wholesale_discount_%",), read="percent"),
        Column("sold", _of_period("Quantity"), required=True),
        Column("returned", _of_period("return_quantity"), required=True),
        Column("return_net", _of_period("return_total"), required=True),
        Column("net_units", _of_period("net_quantity"), required=True),
        Column("net", _of_period("net_pub_comp"), required=True),
        Column("currency", ("reporting_currency_code",), required=True),
        Column("date", ("period_name",), required=True),
        Column("country", ("market",), words=_COUNTRIES),
    ),
    months=True,
    decimal=".",
    idle="no units in this period",
    # Amounts of the year, and those that lead to the net compensation of the period.
    unread=(
        "YTD_*",
        *_of_period("return_*"),
        *_of_period("*wholesale*"),
        *_of_period("*pub_comp"),
        *_of_period("*charge*"),
        *_of_period("*adjustment*"),
        "deferral_balance",
        "original_deferral_amount",
        "returns_flag_value",
        "title_status_flag_value",
    ),
)
