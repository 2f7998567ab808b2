"""The order desk's own log of telephone orders: weeks with subtotals, and a grand total."""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="phone-orders",
    title="the log of telephone orders",
    retailer="publisher-phone",
    columns=(
        Column("order", ("Order No", "Order Number"), required=True),
        Column("date", ("Date",), required=True),
        Column("city", ("City",)),
        Column("region", ("State",)),
        Column(BOOK, ("ISBN",), required=True),
        Column("units", ("Quantity",), required=True),
        Column("list_price", ("Unit Price",), required=True),
        Column("discount", ("Discount %",)),
        Column("net", ("Amount",), required=True),
    ),
    constants={"currency": "USD", "country": "US"},
    own_totals=True,
    date_order="mdy",
    strict=True,
    prices="exact",
    full_discount_is_free=True,
    charged_prices=True,
)
