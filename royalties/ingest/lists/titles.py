"""A list of titles as a table: one row for each edition."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from royalties.ingest.lists import cells as c
from royalties.ingest.lists.asking import settle_forms
from royalties.ingest.lists.columns import TITLES
from royalties.ingest.lists.contents import Answers, ListContents, ListFault, Record
from royalties.ingest.lists.forms import format_of_word
from royalties.ingest.lists.table import MOST_FAULTS, Row, lines, read_table, tidy

_TEXTS = ("title", "subtitle")
_NUMBERS = ("asin", "sku")


def read_titles(
    path: Path, answers: Answers, *, currency: str, known: Collection[str], today: date
) -> ListContents:
    """The editions of a table.

    Args:
        path: where its bytes are.
        answers: to questions that it left open before.
        currency: the house's, of prices that name none.
        known: ISBNs of the books' editions.
        today: decides what lies too far ahead.
    """
    table = read_table(path, TITLES, answers)
    listed = ListContents(faults=table.faults, questions=table.questions, notes=table.notes)
    days = c.Days(table.rows, ("published", "price_from"), answers, today)
    seen: dict[str, str] = {}
    for row in table.rows:
        record = _record(listed.faults, row, days, currency)
        if record is None:
            continue
        first = seen.setdefault(record["isbn"], row.place)
        if first != row.place:
            listed.faults.append(
                ListFault(row.at("isbn"), f"this ISBN stands in {first} already: keep one of them")
            )
            continue
        listed.records.append(record)
    listed.questions += days.questions
    settle_forms(listed, known, answers)
    if not listed.records and not listed.faults and not listed.questions:
        listed.faults.append(ListFault("the file", "it has no rows below its headings"))
    del listed.faults[MOST_FAULTS:]
    return listed


def _record(faults: list[ListFault], row: Row, days: c.Days, house: str) -> Record | None:
    isbn = c.taken(faults, row, "isbn", c.isbn)
    if isbn is None and not tidy(row.first("isbn")):
        faults.append(ListFault(row.at("isbn"), "the ISBN is missing"))
    record: Record = {"place": row.place, "isbn": isbn}
    record |= {name: text for name in _TEXTS if (text := row.text(name))}
    authors = [each for _, cell in row.cells.get("authors", ()) for each in lines(cell)]
    if authors:
        record["authors"] = authors
    if word := row.text("format"):
        known = format_of_word(word)
        record |= {"format": known} if known else {"form": word[:60]}
    for name, read in (("published", days.day), ("unit_cost", c.price), ("royalties", c.flag)):
        value = c.taken(faults, row, name, read)
        if value not in (None, ""):
            record[name] = value
    if prices := _prices(faults, row, days, house):
        record["prices"] = prices
    if numbers := {name: text for name in _NUMBERS if (text := row.text(name))}:
        record["identifiers"] = numbers
    if work := row.text("work"):
        record["works"] = [f"work {work.casefold()}"]
    return record if isbn else None


def _prices(faults: list[ListFault], row: Row, days: c.Days, house: str) -> list[Record]:
    starts = c.taken(faults, row, "price_from", days.day)
    stated = c.taken(faults, row, "currency", c.currency)
    prices = []
    for heading, cell in row.cells.get("price", ()):
        if not tidy(cell):
            continue
        try:
            amount = c.price(cell)
        except c.NoValueError as error:
            faults.append(ListFault(f"{row.place}, {heading.printed}", str(error)))
            continue
        price = {"currency": heading.currency or stated or house, "amount": amount}
        prices.append({**price, "from": starts} if starts else price)
    return prices
