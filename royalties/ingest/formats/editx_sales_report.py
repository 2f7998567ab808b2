"""EDItX: the digital sales report of EDItEUR and BISG as XML, which their flat form repeats.

Elements are read under the names that the flat form has as well; of identifiers the ISBN counts,
which is of type 15 or 03. Where a line has no day, the report's last one counts.
"""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="editx-sales-report",
    title="an EDItX sales report in XML",
    columns=(
        Column("", ("SalesReportNumber",), required=True),
        Column("", ("IssueDateTime",)),
        Column("", ("PurposeCode",)),
        Column("", ("SalesReportTypeCode",)),
        Column("retailer", ("SubAgentName", "SellerName")),
        Column(
            "date",
            (
                "TransactionDateTime", "TransactionDate", "ReportPeriodTo", "PeriodEndDate",
                "EndDate",
            ),
        ),
        Column("reference", ("AgentsTransactionID", "TransactionID")),
        Column(
            BOOK,
            (
                "ProductID 15", "ProductIdentifier 15", "MainProductID 15", "ProductID 03",
                "ProductIdentifier 03", "MainProductID 03", "ProductID ISBN13", "MainProductID",
                "ISBN13",
            ),
            required=True,
        ),
        Column("title", ("ProductTitle", "TitleText", "Title")),
        Column("sold", ("GrossSoldQuantity",), required=True),
        Column("returned", ("ReturnedRefundedQuantity",), required=True),
        Column("net_units", ("NetSoldQuantity",), required=True),
        Column("free", ("NonSaleQuantity",)),
        Column("country", ("SalesTerritory", "CountryCode")),
        Column("currency", ("PriceCurrency", "ReportingCurrency", "CurrencyCode"), required=True),
        Column("list_price", ("UnitPrice",)),
        Column("discount", ("CommissionDiscountPercentage",), read="percent"),
        Column("", ("GrossSoldValue",)),
        Column("", ("ReturnedRefundedValue",)),
        Column("", ("NetValueBeforeFees",)),
        Column("", ("FeeAmount",)),
        Column("net", ("ProceedsOfSaleDuePublisher",), required=True),
    ),
    decimal=".",
    prices="",
    natural=("compact-date",),
)  # fmt: skip
