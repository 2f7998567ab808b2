"""Changing terms reads no more sales than necessary."""

import re
from copy import deepcopy

from royalties.services.cache import has_many_lines
from royalties.services.terms.setup import amend
from royalties.store.sales import totals
from tests.builders.books import HANDBOOK, SPRING, Document, Office, a_setup, after, closed


def title(key: str) -> Document:
    return next(deepcopy(each) for each in a_setup()["titles"] if each["key"] == key)


def looks_at_sales(office: Office, body: Document) -> list[str]:
    """What is asked of sale lines while a title is amended."""

    def change(office: Office) -> None:
        with office.work() as work:
            amend(work, "titles", body)

    return [each for each in office.statements_of(change) if re.search(r"\bFROM sale\b", each)]


@after(closed)
def test_title_with_unchanged_prices_queries_no_sales(office: Office) -> None:
    body = title("handbook") | {"title": "The Other Handbook"}
    assert looks_at_sales(office, body) == []


@after(closed)
def test_changed_price_queries_sales_of_its_edition_only(office: Office) -> None:
    body = title("handbook")
    body["editions"][0]["prices"].append(
        {"currency": "USD", "amount": "21.00", "from": "2030-01-01"}
    )
    (asked,) = looks_at_sales(office, body)
    assert "edition.isbn IN" in asked
    assert HANDBOOK in {row["isbn"] for row in SPRING}, "it was sold without a price of its own"


@after(closed)
def test_line_count_stops_at_its_limit(office: Office) -> None:
    count = office.rows("SELECT sum(lines) FROM sale_total")[0][0]
    with office.work(read_only=True) as work:
        assert not has_many_lines(work)
        assert totals.has_more_than(work.connection, int(count) - 1)
        assert not totals.has_more_than(work.connection, int(count))
