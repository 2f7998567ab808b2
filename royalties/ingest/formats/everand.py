"""Everand, once Scribd: a row for each reading or listening that was paid for, and no copies."""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="everand",
    title="Everand's payouts for subscriptions",
    retailer="everand",
    also_known_as=("scribd", "everand (scribd)"),
    columns=(
        Column(BOOK, ("ISBN",), required=True),
        Column("title", ("Title",)),
        Column("", ("Authors",)),
        Column("", ("Publisher",)),
        Column("", ("Imprint",)),
        Column("", ("Digital List Price",)),
        Column("currency", ("Currency",)),
        Column("reference", ("Payout Type",), required=True),
        Column("date", ("Threshold Date",), required=True),
        Column("", ("Payout Rate",)),
        Column("net", ("Amount owed for this interaction",), required=True),
        Column("country", ("Country of Reader",)),
    ),
    kind=SaleKind.USAGE,
    bare_totals=True,
    own_totals=True,
    points=True,
)
