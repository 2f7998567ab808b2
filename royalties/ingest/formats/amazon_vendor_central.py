"""Amazon Vendor Central: retail analytics, Sales, in the manufacturing view.

Row 1 holds a fact in each cell: locale, currency, countries, the days covered. The rows are
totals per ASIN without a date. Net receipts are Shipped COGS; returns by customers lower the
units and not the money, which Amazon counts on shipped units.
"""

import re
from collections.abc import Sequence
from datetime import date

from royalties.ingest.places import country
from royalties.ingest.report.cells import Cell, text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import BOOK, Column, Preamble, ReportFormat, Row

_DAYS = re.compile(r"(\d[\d/.-]{4,8}\d)\s*+[-–]\s*+(\d[\d/.-]{4,8}\d)")
_DECIMAL_COMMA = frozenset({"fr", "de", "it", "es", "nl", "pl", "sv", "pt", "tr"})
_PIVOT = date(2050, 1, 1)
"""Years of two digits in the range are of this century; the report is younger."""

_MONTH_FIRST = frozenset({"en_US"})


def _preamble(rows: Sequence[Row]) -> Preamble | None:
    """Read row 1; nothing where it lacks the days covered."""
    for _, cells in rows[:1]:
        named = dict(filter(None, map(_fact, cells)))
        locale = named.get("Locale", "")
        span = _span(named.get("Viewing Range", ""), locale)
        if span is None:
            return None
        return Preamble(
            texts={
                "currency": named.get("Currency", ""),
                # Several countries are no country.
                "country": country(named.get("Countries", "")) or "",
            },
            span=span,
            decimal="," if locale.partition("_")[0] in _DECIMAL_COMMA else ".",
        )
    return None


def _fact(cell: Cell) -> tuple[str, str] | None:
    """The name and the value of a cell such as ``Currency=[USD]``, perhaps in quotes."""
    name, mark, value = text_of(cell).strip().removeprefix('"').partition("=[")
    value, end, rest = value.rpartition("]")
    if not (mark and end and name) or rest not in ("", '"') or "=" in name or '"' in name:
        return None
    return name.strip(), value.strip()


def _span(text: str, locale: str) -> tuple[date, date] | None:
    days = _DAYS.fullmatch(text)
    if not days:
        return None
    dates = Dates(date_order("mdy" if locale in _MONTH_FIRST else "dmy"), _PIVOT)
    days_read = [dates.day(day) for day in days.groups()]
    if not all(isinstance(day, str) for day in days_read):
        return None
    first, last = (date.fromisoformat(str(day)) for day in days_read)
    return first, last


FORMAT = ReportFormat(
    name="amazon-vendor-central",
    title="Vendor Central's sales report",
    retailer="amazon",
    account="vendor-central",
    columns=(
        Column(BOOK, ("ASIN",), required=True, read="identifier"),
        Column("title", ("Product Title",)),
        Column("net", ("Shipped COGS",), required=True),
        Column("sold", ("Shipped Units",), required=True),
        Column("returned", ("Customer Returns",), required=True),
    ),
    blanks=frozenset({"-", "–", "—"}),
    idle="no activity",
    unread=("Ordered *", "Shipped Revenue"),
    money_on_sales=True,
    preamble=_preamble,
)
