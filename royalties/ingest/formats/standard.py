"""The standard sales file of the public interface: any retailer's sales, one line per row."""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

FORMAT = ReportFormat(
    name="standard",
    title="a standard sales file",
    columns=(
        Column("date", ("date",), required=True),
        Column(BOOK, ("isbn",), required=True),
        Column("units", ("units",), required=True),
        Column("currency", ("currency",), required=True),
        Column("retailer", ("retailer",)),
        Column("kind", ("kind",)),
        Column("list_price", ("list_price",)),
        Column("net", ("net",)),
        Column("discount", ("discount",), read="fraction"),
        Column("country", ("country",)),
        Column("region", ("region",)),
        Column("city", ("city",)),
        Column("order", ("order",)),
        Column("reference", ("reference",)),
        Column("title", ("title",)),
    ),
    kinds={kind.word: kind for kind in SaleKind},
    points=True,
    strict=True,
    prices="exact",
)
