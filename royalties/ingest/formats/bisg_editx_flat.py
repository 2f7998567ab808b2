"""The flat form of the digital sales report of BISG and EDItEUR (EDItX).

The discount comes off first, then the fees; columns that begin with "Total" repeat the sums
of the whole report on every line.
"""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="bisg-editx-flat",
    title="a digital sales report of BISG and EDItEUR",
    columns=(
        Column("retailer", ("SubAgentName",), required=True),
        Column("date", ("TransactionDateTime",), required=True),
        Column("reference", ("AgentsTransactionID#",)),
        Column(BOOK, ("MainProductID#",), required=True),
        Column(BOOK, ("AlternativeProductID#",), read="identifier"),
        Column("title", ("ProductTitle",)),
        Column("sold", ("GrossSoldQuantity",), required=True),
        Column("returned", ("ReturnedRefundedQuantity",), required=True),
        Column("net_units", ("NetSoldQuantity",), required=True),
        Column("free", ("NonSaleQuantity",), required=True),
        Column("country", ("SalesTerritory",), nth=2),
        Column("currency", ("PriceCurrency", "ReportingCurrency"), required=True),
        Column("list_price", ("UnitPrice",), required=True),
        Column("discount", ("CommissionDiscountPercentage",), read="percent"),
        Column("net", ("ProceedsOfSaleDuePublisher",), required=True),
    ),
    decimal=".",
    prices="",
    natural=("compact-date",),
    # What is due to the publisher is read; these lead to it, or repeat the report's sums.
    unread=(
        "ReportingCurrency",
        "GrossSoldValue",
        "ReturnedRefundedValue",
        "NetValueBeforeFees",
        "Fee*",
        "Total*",
    ),
)
