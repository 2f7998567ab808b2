"""Draft2Digital: sales of e-books at all its shops and libraries, by month.

A row that is not verified may still change, so that it does not count yet. What libraries pay for
each loan, and pools of subscriptions, is money for use.
"""

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat

UNVERIFIED = "set aside: not verified yet"

USES = (
    "cpc", "cost per checkout", "cost per circ", "pay per use", "ppu", "loan", "rental",
    "subscription", "subscription pool", "pool",
)  # fmt: skip
"""Words for ways to sell that bring money for use and not for copies."""

COLUMNS = (
    Column("", ("Start Date",), required=True),
    Column("date", ("End Date",), required=True),
    Column("", ("Publisher",)),
    Column("", ("Title ID",)),
    Column("title", ("Title",)),
    Column("", ("Primary Author",)),
    Column("", ("Distributor",)),
    Column("reference", ("Vendor",)),
    Column("country", ("Country",)),
    Column("sold", ("Units Sold",), required=True),
    Column("returned", ("Units Returned",), required=True),
    Column("net_units", ("Net Unit Sales",)),
    Column("kind", ("Sales Model",)),
    Column("", ("Retailer",)),
    Column("list_price", ("List Price Per Unit",)),
    Column("currency", ("Currency Code",), required=True),
    Column("paid_price", ("Offer Price Per Unit",)),
    Column("", ("Royalty Percent",)),
    Column("", ("Unit Cost",)),
    Column("", ("Sales Channel Fee/Taxes Per Unit",)),
    Column("", ("Sales Channel Revenue Per Unit",)),
    Column("", ("Extended Sales Channel Revenue",)),
    Column("", ("Sales Channel Share",)),
    Column("", ("D2D Share",)),
    Column("net", ("Publisher Share",), required=True),
    Column("", ("Publisher Share USD (estimated)",)),
    Column("left_out", ("Verified",), words=dict.fromkeys(("false", "no", "0"), UNVERIFIED)),
)

FORMAT = ReportFormat(
    name="draft2digital-ebook",
    title="Draft2Digital's report of e-book sales",
    retailer="d2d",
    also_known_as=("draft2digital",),
    account="ebook",
    columns=(Column(BOOK, ("Ebook ISBN",), required=True), *COLUMNS),
    kinds=dict.fromkeys(USES, SaleKind.USAGE),
    other_kinds=SaleKind.SALE,
    counts_use=True,
    points=True,
    own_totals=True,
    zero_is_free=True,
)
