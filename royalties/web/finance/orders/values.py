"""What orders are worth, by month, state, organization, title or one by one; as a file too."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, render_template, request, url_for

from royalties.domain.money import as_decimal
from royalties.domain.orders.life import State, label_of
from royalties.domain.people import FINANCE
from royalties.services import list_files
from royalties.services.books import EmptyBooksError
from royalties.services.orders import values as service
from royalties.services.orders.values import (
    OrdersBy,
    OrdersQuery,
    OrderSum,
    OrderValues,
    WhichOrders,
)
from royalties.web.core import sorting
from royalties.web.core.charts import Series, amount_series
from royalties.web.core.files import download
from royalties.web.core.formats import period_words
from royalties.web.core.names import names
from royalties.web.core.pages import Pages, word_in_query
from royalties.web.core.paging import export_addresses, here_with, part_of
from royalties.web.core.visit import current_work
from royalties.web.finance.orders.order import organization_names

PAGES = Pages("order_values", __name__, "/finance/order-values", FINANCE)

BY = {
    OrdersBy.MONTH: "Month",
    OrdersBy.STATE: "State",
    OrdersBy.ORGANIZATION: "Organization",
    OrdersBy.TITLE: "Title",
    OrdersBy.ORDER: "Order",
}
WHICH = {
    WhichOrders.ALL: "all orders",
    WhichOrders.OPEN: "not ended",
    WhichOrders.ENDED: "ended",
}
FIGURES = {
    "offered": "Offered",
    "accepted": "Accepted",
    "invoiced": "Invoiced",
    "to_invoice": "Still to invoice",
    "received": "Received",
    "owed": "Owed",
}
"""Amounts of a row by what it calls them."""

_CHARTED = ("accepted", "invoiced", "received")
_LONGEST = 200
SORTED: dict[str, Callable[[OrderSum], Any]] = {
    "name": lambda row: (row.name.casefold(), row.key),
    "orders": lambda row: row.orders,
    "copies": lambda row: row.copies,
    **{name: lambda row, name=name: getattr(row, name) for name in FIGURES},  # type: ignore[misc]
}
FileRow = tuple[str | int | Decimal, ...]


@PAGES.get("/")
def values() -> str:
    """What orders are worth, with filters, bars by month, and a table."""
    sums = _order_values()
    if sums is None:
        return render_template("finance/orders/values.html", found=None)
    rows, sorted_by = sorting.in_order(sums.rows, SORTED, "")
    query = sums.query
    return render_template(
        "finance/orders/values.html",
        found=sums,
        rows=part_of(rows),
        sorted_by=sorted_by,
        sort_link=sorting.linker(sorted_by),
        charts=_charts(sums) if query.by is OrdersBy.MONTH else [],
        words={"by": BY, "which": WHICH},
        figures=FIGURES,
        row_words=_row_words,
        row_link=_row_link,
        organizations=organization_names(),
        title=names().of("titles", query.title) if query.title else "",
        without=lambda name: here_with(**{name: "", "page": ""}),
        exports=export_addresses(".as"),
    )


@PAGES.get("/orders.csv")
def as_csv() -> Response:
    """The table as CSV, all of its rows."""
    return download("orders.csv", list_files.as_csv(*_file()))


@PAGES.get("/orders.xlsx")
def as_xlsx() -> Response:
    """The table as a workbook, all of its rows."""
    return download("orders.xlsx", list_files.as_workbook("Orders", *_file()))


def _query() -> OrdersQuery:
    """What the address asks for; what cannot be read counts as not given."""
    texts = {name: text[:_LONGEST].strip() for name, text in request.args.items()}
    return OrdersQuery(
        word_in_query("by", OrdersBy),
        word_in_query("which", WhichOrders),
        texts.get("since", ""),
        texts.get("until", ""),
        texts.get("organization", ""),
        texts.get("title", ""),
    )


def _order_values() -> OrderValues | None:
    try:
        return service.order_values(current_work(), _query())
    except EmptyBooksError:
        return None


def _row_words(query: OrdersQuery, row: OrderSum) -> str:
    match query.by:
        case OrdersBy.STATE:
            return label_of(State(row.key))
        case OrdersBy.MONTH:
            return period_words(row.key)
        case _:
            return row.name


def _row_link(query: OrdersQuery, row: OrderSum) -> str:
    """Where a row leads: to the order, or to the orders that it adds up."""
    narrowed = {
        OrdersBy.MONTH: {"since": row.key, "until": row.key},
        OrdersBy.ORGANIZATION: {"organization": row.key},
        OrdersBy.TITLE: {"title": row.key},
    }
    if query.by is OrdersBy.ORDER:
        return url_for("orders.order", number=row.key)
    if query.by is OrdersBy.STATE:
        return url_for("orders.board", state=row.key)
    return here_with(by=OrdersBy.ORDER.value, page="", sort="", **narrowed[query.by])


def _charts(sums: OrderValues) -> list[tuple[str, list[str], list[Series]]]:
    """By currency the months, and bars of what was accepted, invoiced and received of theirs."""
    labels = [_short(month) for month in sums.months]
    charts = []
    for total in sums.totals:
        currency = total.currency
        by_month = {row.key: row for row in sums.rows if row.currency == currency}
        nothing = OrderSum("", "", currency)
        months = [by_month.get(month, nothing) for month in sums.months]
        series = [
            amount_series(FIGURES[name], (getattr(each, name) for each in months), currency)
            for name in _CHARTED
        ]
        if any(any(each.values) for each in series):
            charts.append((currency, labels, series))
    return charts


def _short(month: str) -> str:
    words, _, year = period_words(month).rpartition(" ")
    return f"{words[:3]} {year[2:]}"


def _file() -> tuple[list[tuple[str, int]], list[FileRow]]:
    """Columns with their widths, and rows; amounts are exact."""
    sums = service.order_values(current_work(), _query())
    by = sums.query.by
    columns = [
        (BY[by], 44),
        ("Currency", 10),
        ("Orders", 8),
        ("Copies", 10),
        *((words, 16) for words in FIGURES.values()),
    ]

    def line(row: OrderSum, words: str) -> FileRow:
        amounts = (as_decimal(getattr(row, name), row.currency) for name in FIGURES)
        return (words, row.currency, row.orders, row.copies, *amounts)

    rows = sorting.in_order(sums.rows, SORTED, "")[0]
    lines = [line(row, _row_words(sums.query, row)) for row in rows]
    return columns, [*lines, *(line(row, "All") for row in sums.totals)]
