"""Sales over time: every table is what the recorded lines come to, added up one by one."""

from collections import Counter
from itertools import product

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.sales.over_time import (
    MOST_COLUMNS,
    Against,
    By,
    Measure,
    Per,
    SalesOverTime,
    SalesQuery,
    sales_over_time,
)
from tests.builders.books import ATLAS, EBOOK, HARDCOVER, Office, a_row, after, closed, nothing


def many(office: Office) -> None:
    """Sales of two periods by three retailers, some returned, some free, some taken back."""
    closed(office)
    kinds = ("sale", "sale", "sale", "return", "free", "usage")
    rows = []
    for n in range(120):
        kind = kinds[n % 6]
        units = {"return": -1 - n % 3, "usage": 0}.get(kind, 1 + n % 7)
        rows.append(
            a_row(
                units,
                date=f"2025-{7 + n // 7 % 6:02d}-{1 + n % 28:02d}",
                isbn=(HARDCOVER, ATLAS, EBOOK)[n % 5 % 3],
                retailer=("amazon", "bay", "hub")[n % 4 % 3],
                kind=kind,
                net={"free": "0.00", "return": f"-{1 + n}.25"}.get(kind, f"{3 + n}.50"),
                list_price="" if kind == "usage" else "30.00",
                discount="",
                country=("US", "US", "CA", "")[n % 4],
                region=("WA", "", "QC", "")[n % 4],
                reference=f"r{n}",
                currency=("USD", "GBP")[n % 5 == 0],
            )
        )
    office.bring_batch(rows, "many.csv")
    again = office.bring_batch([{**row, "reference": "again"} for row in rows[:20]], "again.csv")
    office.undo(again)


def table_of(office: Office, asked: SalesQuery) -> SalesOverTime:
    with office.work(read_only=True) as work:
        table = sales_over_time(work, asked)
    assert table is not None
    return table


COUNTED = {
    Measure.COPIES: {1: "units", 2: "units"},
    Measure.SOLD: {1: "units"},
    Measure.RETURNED: {2: "-units"},
    Measure.FREE: {3: "units"},
    Measure.RECEIPTS: {1: "net", 2: "net", 4: "net"},
    Measure.USAGE: {4: "net"},
}

ROWS = {
    By.TITLE: "title.key",
    By.EDITION: "edition.isbn",
    By.RETAILER: "retailer.key",
    By.COUNTRY: "sale.country",
    By.KIND: "sale.kind",
}


def added_up(office: Office, asked: SalesQuery) -> Counter[tuple[str, str]]:
    """Every line, counted by hand: row and column (a month or a period) to the figure."""
    lines = office.rows(
        f"select {ROWS[asked.by]}, sale.day, period.name, sale.kind, sale.currency, sale.units, "
        "sale.net from sale join edition on edition.id = sale.edition_id "
        "join title on title.id = edition.title_id "
        "join retailer on retailer.id = sale.retailer_id "
        "join period on period.id = sale.period_id"
    )
    words = {1: "sale", 2: "return", 3: "free", 4: "usage"}
    counted: Counter[tuple[str, str]] = Counter()
    for row, day, period, kind, currency, units, net in lines:
        what = COUNTED[asked.measure].get(kind)
        if what is None or (asked.currency and currency != asked.currency):
            continue
        column = period if asked.per is Per.PERIOD else str(day)[:7]
        figure = {"units": units, "-units": -units, "net": net}[what]
        counted[words[row] if asked.by is By.KIND else row, column] += figure
    return counted


@after(many)
@pytest.mark.parametrize("by", ROWS)
def test_figures_are_sums_of_recorded_lines(office: Office, by: By) -> None:
    for measure, per, against in product(Measure, Per, Against):
        table = table_of(office, SalesQuery(by, measure, per, against, columns=3))
        lines = added_up(office, table.query)
        for row in table.rows:
            figures = tuple(lines[row.key, column] for column in table.columns)
            assert row.figures == figures, (measure, per, row.name)
            first, last = table.before
            before = sum(
                lines[key, at] for key, at in lines if key == row.key and first <= at <= last
            )
            assert row.before == before
            to_date = sum(
                lines[key, at] for key, at in lines if key == row.key and at <= table.columns[-1]
            )
            assert row.to_date == to_date
        everything = sum(count for (_, at), count in lines.items() if at <= table.columns[-1])
        assert table.all.to_date == everything
        assert sum(table.before_figures) == table.all.before


@after(many)
def test_every_grouping_has_the_same_totals(office: Office) -> None:
    for measure in Measure:
        totals = {
            (table.all.figures, table.all.before, table.all.to_date)
            for table in (table_of(office, SalesQuery(by, measure, columns=6)) for by in By)
        }
        assert len(totals) == 1, measure


@after(many)
def test_filtered_sales_add_up_to_all_sales(office: Office) -> None:
    whole = table_of(office, SalesQuery(By.TITLE, Measure.SOLD, columns=6))
    by_title = [
        table_of(office, SalesQuery(By.RETAILER, Measure.SOLD, columns=6, title=row.key, until=whole.query.until))
        for row in whole.rows
    ]  # fmt: skip
    assert [part.all.total for part in by_title] == [row.total for row in whole.rows]
    shops = table_of(office, SalesQuery(By.RETAILER, Measure.SOLD, columns=6))
    by_shop = [
        table_of(office, SalesQuery(By.TITLE, Measure.SOLD, columns=6, retailer=row.key, until=whole.query.until))
        for row in shops.rows
    ]  # fmt: skip
    assert [part.all.total for part in by_shop] == [row.total for row in shops.rows]
    canada = table_of(office, SalesQuery(By.REGION, Measure.SOLD, columns=6, country="CA"))
    assert [row.name for row in canada.rows] == ["Quebec, Canada"]


@after(many)
def test_unavailable_choices_fall_back_to_available_ones(office: Office) -> None:
    table = table_of(
        office, SalesQuery(currency="ZZZ", columns=999, until="", measure=Measure.RECEIPTS)
    )
    assert table.query.currency == "USD"
    assert len(table.columns) == MOST_COLUMNS
    period = table_of(office, SalesQuery(per=Per.PERIOD, until="1999-H1"))
    assert period.columns[-1] == period.periods[0]
    unknown = table_of(office, SalesQuery(title="nothing"))
    assert not unknown.rows


@after(nothing)
def test_sales_over_time_is_refused_to_nonprofits(office: Office) -> None:
    visitor = Actor("Sam", Role.NONPROFIT)
    with office.system.work(visitor) as work, pytest.raises(NotAllowedError):
        sales_over_time(work, SalesQuery())


@after(closed)
def test_first_columns_are_those_with_sales(office: Office) -> None:
    table = table_of(office, SalesQuery())
    assert table.columns[0] == min(str(day)[:7] for (day,) in office.rows("select day from sale"))
