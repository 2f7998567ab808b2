"""IngramSpark's newer "Compensation" export: no dates, and a market instead of a currency."""

from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

_MARKETS = {
    "united states": ("US", "USD"),
    "united kingdom": ("GB", "GBP"),
    "australia": ("AU", "AUD"),
    "canada": ("CA", "CAD"),
    "germany": ("DE", "EUR"),
    "france": ("FR", "EUR"),
    "italy": ("IT", "EUR"),
    "spain": ("ES", "EUR"),
    "european union": ("", "EUR"),
    "europe": ("", "EUR"),
}

FORMAT = ReportFormat(
    name="ingramspark-compensation",
    title="IngramSpark's compensation report",
    retailer="ingram",
    account="ingramspark",
    columns=(
        Column(BOOK, ("ISBN",), required=True),
        Column("title", ("Title",)),
        Column("sold", ("Gross Qty",), required=True),
        Column("returned", ("Returned Qty",), required=True),
        Column("net_units", ("Net Qty",), required=True),
        Column("net", ("Net Compensation",), required=True),
        Column(
            "currency",
            ("Sales Market",),
            required=True,
            words={market: currency for market, (_, currency) in _MARKETS.items()},
        ),
        Column(
            "country",
            ("Sales Market",),
            words={market: country for market, (country, _) in _MARKETS.items()},
        ),
    ),
    asks=("period",),
)
