"""Square: the export of items sold at the publisher's own till, fairs and readings.

A refund's copies are below zero, whatever its sign. Net sales are without tax and discounts.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="square-items",
    title="Square's export of items",
    retailer="publisher-square",
    also_known_as=("square",),
    columns=(
        Column("date", ("Date",), required=True),
        Column("", ("Time",), required=True),
        Column("", ("Time Zone",)),
        Column("", ("Category",)),
        Column("title", ("Item",), required=True),
        Column("units", ("Qty",), required=True),
        Column("", ("Price Point Name",)),
        Column(BOOK, ("SKU", "GTIN"), required=True),
        Column("", ("Modifiers Applied",)),
        Column("", ("Gross Sales",), required=True),
        Column("", ("Discounts",)),
        Column("net", ("Net Sales",), required=True),
        Column("", ("Tax",)),
        Column("reference", ("Transaction ID",)),
        Column("", ("Payment ID",)),
        Column("", ("Device Name",)),
        Column("", ("Notes",)),
        Column("", ("Details",)),
        Column("kind", ("Event Type",)),
        Column("", ("Location",)),
        Column("", ("Dining Option",)),
        Column("", ("Customer ID",)),
        Column("", ("Customer Name",)),
        Column("", ("Customer Reference ID",)),
        Column("", ("Unit",)),
        Column("", ("Count",)),
        Column("left_out", ("Itemization Type",), words={"gift card": "gift card"}),
        Column("", ("Commission",)),
        Column("", ("Employee",)),
    ),
    kinds={"payment": SaleKind.SALE, "refund": SaleKind.RETURN},
    returns_positive=True,
    points=True,
    own_totals=True,
)
