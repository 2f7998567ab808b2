"""What sold over the months or periods, compared, as a table, bars and a file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Response, abort, render_template, request, url_for

from royalties.domain.people import FINANCE
from royalties.domain.terms.catalogue import Format
from royalties.ingest import places
from royalties.services import list_files
from royalties.services.books import setup_in_force
from royalties.services.sales import over_time as service
from royalties.services.sales.over_time import (
    Against,
    By,
    Measure,
    Per,
    SalesOverTime,
    SalesQuery,
    Sold,
)
from royalties.web.core import sorting
from royalties.web.core.charts import Series
from royalties.web.core.files import download
from royalties.web.core.formats import number, period_words
from royalties.web.core.pages import Pages, word_of
from royalties.web.core.paging import here_with, part_of, query
from royalties.web.core.visit import current_work
from royalties.web.title_words import FORMATS

PAGES = Pages("over_time", __name__, "/finance/sales/over-time", FINANCE)

BY = {
    By.TITLE: "Title",
    By.EDITION: "Edition",
    By.FORMAT: "Format",
    By.RETAILER: "Retailer",
    By.COUNTRY: "Country",
    By.REGION: "State or region",
    By.KIND: "Kind",
}
MEASURES = {
    Measure.COPIES: "Net copies",
    Measure.SOLD: "Copies sold",
    Measure.RETURNED: "Copies returned",
    Measure.FREE: "Free copies",
    Measure.RECEIPTS: "Net receipts",
    Measure.USAGE: "Subscriptions and loans",
}
PER = {Per.MONTH: "Month", Per.PERIOD: "Period"}
AGAINST = {Against.BEFORE: "what came just before", Against.YEAR: "the same a year earlier"}

_LONGEST = 200
_CHARTED = 10
"""So many best sellers have bars."""

Row = tuple[str | Decimal, ...]

_NOWHERE = "Place not known"
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_COUNT = re.compile(r"\d{1,2}", re.ASCII)

SORTED: dict[str, Callable[[Sold], Any]] = {
    "name": lambda row: row.name.casefold(),
    "total": lambda row: row.total,
    "before": lambda row: row.before,
    "change": lambda row: row.total - row.before,
    "to-date": lambda row: row.to_date,
}


_BEST = {"by": By.TITLE.value, "per": Per.PERIOD.value, "columns": "1"}
"""What best sellers are unless the address says otherwise: titles by copies of one period."""


@PAGES.get("/")
def over_time() -> str:
    """Sales by month or period, with filters, bars, and a table of what was asked for."""
    return _over_time_page({}, "Sales over time")


@PAGES.get("/best-sellers")
def best_sellers() -> str:
    """What sold most in a period, ranked, beside the period before."""
    return _over_time_page(_BEST, "Best sellers")


def _over_time_page(usual: Mapping[str, str], heading: str) -> str:
    work = current_work()
    table = service.sales_over_time(work, query_from_address(usual))
    if table is None:
        return render_template("finance/sales/over_time.html", table=None, title_of_page=heading)
    setup = setup_in_force(work)
    rows, sorted_by = _in_order(table)
    return render_template(
        "finance/sales/over_time.html",
        table=table,
        rows=part_of(rows),
        sorted_by=sorted_by,
        sort_link=sorting.linker(sorted_by),
        bars=bars(table),
        best=_best_of(table),
        words={"by": BY, "measure": MEASURES, "per": PER, "against": AGAINST},
        column_words=column_words,
        row_words=_row_words,
        row_link=_row_link,
        retailers=sorted((each.name, key) for key, each in setup.retailers.items()),
        title=setup.titles.get(table.query.title),
        country=_country_words(table.query.country),
        without=lambda name: here_with(**{name: "", "page": ""}),
        exports={name: _link(f".as_{name}", {**usual, **query()}) for name in ("csv", "xlsx")},
        most=service.MOST_COLUMNS,
        title_of_page=heading,
        is_ranked=bool(usual) and sorted_by == "-total",
    )


@PAGES.get("/over-time.csv")
def as_csv() -> Response:
    """The table as CSV, all of its rows."""
    table = _table_or_404()
    return download(_file_name("csv"), list_files.as_csv(*_file(table)))


@PAGES.get("/over-time.xlsx")
def as_xlsx() -> Response:
    """The table as a workbook, all of its rows."""
    table = _table_or_404()
    return download(_file_name("xlsx"), list_files.as_workbook("Sales over time", *_file(table)))


def query_from_address(usual: Mapping[str, str] | None = None) -> SalesQuery:
    """What the address asks for; what cannot be read counts as not given.

    Args:
        usual: what is asked for where the address says nothing.
    """
    arguments = {**(usual or {}), **request.args.to_dict()}
    texts = {name: text[:_LONGEST].strip() for name, text in arguments.items()}
    per = word_of(texts, "per", Per)
    until, columns = texts.get("until", ""), texts.get("columns", "")
    return SalesQuery(
        word_of(texts, "by", By),
        word_of(texts, "measure", Measure),
        per,
        word_of(texts, "against", Against),
        texts.get("currency", ""),
        int(columns) if _COUNT.fullmatch(columns) else 0,
        until if per is Per.PERIOD or _MONTH.fullmatch(until) else "",
        texts.get("title", ""),
        texts.get("retailer", ""),
        texts.get("country", ""),
    )


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Bars with their figures on the page of what was sold; ``address`` leads to all of it.

    Attributes:
        returned: the share of copies sold that came back, of the months shown and those they are
            compared with; None where none was sold.
        kinds: copies sold and returned, column by column, and ``shares`` the part that came back;
            empty where none did.
    """

    table: SalesOverTime
    words: str
    before: str
    bars: list[tuple[str, Decimal, Decimal, str, str]]
    address: str
    returned: Fraction | None = None
    kinds: tuple[Series, ...] = ()
    shares: tuple[Fraction | None, ...] = ()


def glimpse(query: SalesQuery) -> Glimpse | None:
    """What sold, for the page of a title, a retailer or all; None: nothing did."""
    table = service.sales_over_time(current_work(), replace(query, to_date=False))
    if table is None or not table.rows:
        return None
    first, last = (column_words(name) for name in table.before)
    about = {
        "title": query.title,
        "retailer": query.retailer,
        "measure": query.measure.value,
        "against": query.against.value,
        "columns": len(table.columns),
        "until": table.query.until,
    }
    asks = {name: value for name, value in about.items() if value}
    unit = f", {table.query.currency}" if table.query.currency else ""
    between = (first if first == last else f"{first} to {last}") if table.has_before else ""
    words = f"{MEASURES[query.measure]}{unit}"
    return Glimpse(
        table,
        words,
        between,
        bars(table),
        _link("over_time.over_time", asks),
        _share_returned(table),
        *_returns(table),
    )


def _returns(table: SalesOverTime) -> tuple[tuple[Series, ...], tuple[Fraction | None, ...]]:
    """Copies sold and returned, and the share of what was sold in a column that came back in it."""
    if table.query.by is not By.KIND or not any(table.row("return").figures):
        return (), ()
    sold, returned = table.row("sale").figures, [-each for each in table.row("return").figures]
    kinds = tuple(
        Series(words, [Decimal(each) for each in copies], [number(each) for each in copies])
        for words, copies in (("Sold", sold), ("Returned", returned))
    )
    shares = tuple(
        Fraction(back, out) if out > 0 else None for out, back in zip(sold, returned, strict=True)
    )
    return kinds, shares


def _share_returned(table: SalesOverTime) -> Fraction | None:
    if table.query.by is not By.KIND:
        return None
    sold, returned = table.row("sale").to_date, table.row("return").to_date
    return Fraction(-returned, sold) if sold > 0 else None


def column_words(name: str, *, short: bool = False) -> str:
    """A column's heading: a month by its name, a period as it is called."""
    if _MONTH.fullmatch(name):
        month, _, year = period_words(name).rpartition(" ")
        return f"{month[:3]} {year[2:]}" if short else f"{month[:3]} {year}"
    return name


def _in_order(table: SalesOverTime) -> tuple[list[Sold], str]:
    """The rows as the address asks for them, and by what; the largest total first."""
    return sorting.in_order(table.rows, SORTED, "-total")


def bars(table: SalesOverTime) -> list[tuple[str, Decimal, Decimal, str, str]]:
    """For each column its label, figure and the one compared, as numbers and as they are shown."""
    return [
        (
            column_words(name, short=True),
            Decimal(table.text(figure)),
            Decimal(table.text(before)),
            number(table.text(figure)),
            number(table.text(before)),
        )
        for name, figure, before in zip(
            table.columns, table.all.figures, table.before_figures, strict=True
        )
    ]


def _best_of(table: SalesOverTime) -> list[tuple[str, Decimal, Decimal, str, str]]:
    """The rows with the largest totals, as bars."""
    return [
        (
            _row_words(table, row),
            Decimal(table.text(row.total)),
            Decimal(table.text(row.before)),
            number(table.text(row.total)),
            number(table.text(row.before)),
        )
        for row in table.rows[:_CHARTED]
    ]


def _row_words(table: SalesOverTime, row: Sold) -> str:
    if table.query.by is By.FORMAT:
        return FORMATS[Format(row.key)]
    return row.name or _NOWHERE


def _row_link(table: SalesOverTime, row: Sold) -> str:
    """Where a row leads: the page of what it is, or the same months within a country."""
    match table.query.by:
        case By.TITLE:
            return url_for("catalogue.title", key=row.key)
        case By.RETAILER:
            return url_for("catalogue.retailer", key=row.key)
        case By.EDITION:
            return url_for("sales.sales", book=row.key, period="all")
        case By.COUNTRY if row.key:
            return here_with(by="region", country=row.key, page="")
        case _:
            return ""


def _link(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


def _country_words(code: str) -> str:
    return places.country_name(code) if code else ""


def _table_or_404() -> SalesOverTime:
    table = service.sales_over_time(current_work(), query_from_address())
    if table is None:
        abort(404)
    return table


def _file(table: SalesOverTime) -> tuple[list[tuple[str, int]], list[Row]]:
    """Columns with their widths, and rows; amounts are exact."""
    sales_query = table.query
    unit = f", {sales_query.currency}" if sales_query.currency else ""
    first, last = table.before
    columns = [
        (BY[sales_query.by], 44),
        *([("ISBN", 16)] if sales_query.by is By.EDITION else []),
        *((name, 11) for name in table.columns),
        (f"{MEASURES[sales_query.measure]}{unit}", 16),
        (f"{first} to {last}", 20),
        ("To date", 12),
    ]

    def figures(row: Sold) -> list[Decimal]:
        all_figures = (*row.figures, row.total, row.before, row.to_date)
        return [Decimal(table.text(figure)) for figure in all_figures]

    def name(row: Sold, words: str) -> tuple[str, ...]:
        return (words, row.key) if sales_query.by is By.EDITION else (words,)

    rows: list[Row] = [
        (*name(row, _row_words(table, row)), *figures(row)) for row in _in_order(table)[0]
    ]
    return columns, [*rows, (*name(table.all, "All"), *figures(table.all))]


def _file_name(extension: str) -> str:
    asked = query_from_address()
    return f"{asked.measure.value}-by-{asked.by.value}-and-{asked.per.value}.{extension}"
