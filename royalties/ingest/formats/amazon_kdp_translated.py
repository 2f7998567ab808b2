"""Amazon KDP's workbooks in other languages: the dashboard, and the prior month's royalties.

Names of sheets and columns are translated, and their order is not. So a sheet is known by what
stands in it: a marketplace, copies sold and refunded, a currency, each in its place.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from royalties.domain.currencies import EXPONENTS
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.formats.amazon_kdp import MARKETPLACES
from royalties.ingest.report.cells import Cell, text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import (
    BOOK,
    Column,
    Header,
    Preamble,
    ReportFormat,
    Row,
    normal,
)

_FIELDS: Mapping[str, Column] = {
    "date": Column("date", ("Royalty Date",)),
    "isbn": Column(BOOK, ("ISBN",)),
    "asin": Column(BOOK, ("ASIN",), read="identifier"),
    "title": Column("title", ("Title",)),
    "market": Column("country", ("Marketplace",), words=MARKETPLACES),
    "sold": Column("sold", ("Units Sold",)),
    "back": Column("returned", ("Units Refunded",)),
    "net": Column("net_units", ("Net Units Sold",)),
    "list": Column("list_price", ("Avg. List Price without tax",)),
    "offer": Column("paid_price", ("Avg. Offer Price without tax",)),
    "royalty": Column("net", ("Royalty",)),
    "currency": Column("currency", ("Currency",)),
    "-": Column("", ("",)),
}
_LAYOUTS = {
    len(layout.split()): layout.split()
    for layout in (
        "date title - asin market - - sold back net list offer - - royalty currency",
        "date - title - isbn market - - sold back net list offer - royalty currency asin",
        "date title - asin market - - sold back net list offer royalty currency",
        "title - asin market sold back net - - currency list offer - - royalty",
        "title - isbn market sold back - list offer - royalty currency asin",
    )
}
"""What columns hold from the left, by how many there are; all five differ in number."""
_ENGLISH = frozenset(("royalty date", "units sold", "royalty"))
_ABOVE = 3


def _header(rows: Sequence[Row]) -> Header | None:
    for place, (number, cells) in enumerate(rows[:_ABOVE]):
        names = [" ".join(text_of(cell).split()) for cell in cells]
        while names and not names[-1]:
            names.pop()
        layout = _LAYOUTS.get(len(names))
        if layout is None or not all(names) or _fits(layout, cells):
            continue
        if not _ENGLISH & {*map(normal, names)}:
            columns = tuple((_FIELDS[field], at) for at, field in enumerate(layout))
            header = Header(number, place, tuple(names), columns)
            below = [
                row for _, row in rows[place + 1 :]
                if any(text_of(cell) for cell in row) and not header.repeats(row)
            ]  # fmt: skip
            # Sales above a header that stands once more would be passed over.
            above = any(_fits(layout, row) for _, row in rows[:place])
            if below and not above and all(_fits(layout, row) for row in below):
                return header
    return None


def _fits(layout: Sequence[str], cells: Sequence[Cell]) -> bool:
    """Whether a row holds what the columns should."""
    values = dict(zip(layout, map(text_of, cells), strict=False))
    if (
        normal(values.get("market", "")) not in MARKETPLACES
        or values.get("currency") not in EXPONENTS
    ):
        return False
    try:
        sold, back = int(values["sold"]), int(values["back"])
        return "net" not in values or int(values["net"]) == sold - back
    except (KeyError, ValueError):
        return False


def _month(rows: Sequence[Row]) -> Preamble:
    """The month above the tables of the prior month's workbook."""
    dates = Dates(date_order(""), date.max, months=True)
    for _, cells in rows[:1]:
        told = [cell for cell in cells if text_of(cell).strip()]
        last = dates.day(told[1]) if len(told) == 2 else None
        if isinstance(last, str) and last in dates.spans:
            return Preamble(span=(date.fromisoformat(dates.spans[last]), date.fromisoformat(last)))
    return Preamble()


FORMAT = ReportFormat(
    name="amazon-kdp-translated",
    title="a workbook of KDP in another language",
    retailer="amazon",
    account="kdp",
    columns=tuple(column for column in _FIELDS.values() if column.field),
    every_sheet=True,
    other_kinds=SaleKind.SALE,
    zero_is_free=True,
    blanks=frozenset({"n/a", "n/d", "n.a.", "-"}),
    months=True,
    points=True,
    by_content=_header,
    preamble=_month,
    unread_sheets=(
        "Resumen",
        "Resumo",
        "Riepilogo",
        "Récapitulatif",
        "Résumé",
        "Samenvatting",
        "Übersicht",
        "Zusammenfassung",
        "概要",
    ),
)
