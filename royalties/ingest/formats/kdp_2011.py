"""Amazon KDP's .xls of 2011: a block per store, every value text.

A block is a header, a row of units that names the currency, the period, the store, the rows,
and "Total Royalty for Sales on …" or a line that says there were none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from royalties.ingest.report.cells import Cell, NonValue, text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import (
    BOOK,
    ArrangeContext,
    Column,
    Header,
    Preamble,
    ReportFormat,
    Row,
    normal,
)

_PERIOD = re.compile(
    r"Sales report for the period (\d{2}-[A-Za-z]{3}-\d{4}) to (\d{2}-[A-Za-z]{3}-\d{4})"
)
_STORE = re.compile(r"Amazon Kindle (\S+) Store")
_CURRENCY = re.compile(r"\(([A-Z]{3})\)")
_COUNTRIES = {"uk": "GB"}
_LEAST_FILLED = 4


def _preamble(rows: Sequence[Row]) -> Preamble | None:
    """The period of the first block, which all share."""
    dates = Dates(date_order(""), date.max)
    for _, cells in rows:
        found = _PERIOD.match(text_of(cells[0]).strip()) if cells else None
        days = [dates.day(day) for day in found.groups()] if found else []
        if days and all(isinstance(day, str) for day in days):
            first, last = (date.fromisoformat(str(day)) for day in days)
            return Preamble(span=(first, last))
    return None


def _arranged(
    rows: Iterable[Row], header: Header, _: ArrangeContext
) -> Iterator[tuple[int, Sequence[Cell | NonValue | None]]]:
    """Give every sale the currency and the country of its block; pass over all other rows."""
    currency = country = ""
    royalty = header.at("net")
    for number, cells in rows:
        first, filled = text_of(cells[0]).strip(), sum(cell != "" for cell in cells)
        if not first and (match := _CURRENCY.fullmatch(text_of(cells[royalty]).strip())):
            currency = match[1]
        elif match := _STORE.fullmatch(first):
            country = _COUNTRIES.get(match[1].casefold(), match[1])
        elif filled >= _LEAST_FILLED and normal(first) != "title":
            yield number, (*cells, currency, country)


FORMAT = ReportFormat(
    name="kdp-2011",
    title="a KDP report of 2011",
    retailer="amazon",
    account="kdp",
    columns=(
        Column("title", ("Title",), required=True),
        Column(BOOK, ("ASIN",), required=True, read="identifier"),
        Column("sold", ("Units Sold",), required=True),
        Column("returned", ("Units Refunded",), required=True),
        Column("net_units", ("Net Units",), required=True),
        Column("list_price", ("Average List Price",), required=True),
        Column("net", ("Royalty",), required=True),
    ),
    blanks=frozenset({"n/a"}),
    decimal=".",
    preamble=_preamble,
    arrange=_arranged,
    extras=("currency", "country"),
)
