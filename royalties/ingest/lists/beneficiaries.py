"""A list of beneficiaries as a table: one row for each."""

from datetime import date
from pathlib import Path

from royalties.domain.money import exact_number, number_text
from royalties.ingest.lists import cells as c
from royalties.ingest.lists.columns import BENEFICIARIES
from royalties.ingest.lists.contents import Answers, ListContents, ListFault, Record
from royalties.ingest.lists.table import MOST_FAULTS, Row, lines, read_table, tidy
from royalties.ingest.report.cells import Cell

_TEXTS = ("key", "name", "city", "region", "country", "ein", "email", "contact", "phone")
_ALL = 100


def read_beneficiaries(path: Path, answers: Answers, *, today: date) -> ListContents:  # noqa: ARG001 - as of titles
    """The beneficiaries of a table, each a body without what the list does not say."""
    table = read_table(path, BENEFICIARIES, answers)
    listed = ListContents(faults=table.faults, questions=table.questions, notes=table.notes)
    for row in table.rows:
        if record := _record(listed.faults, row):
            listed.records.append(record)
    if not table.rows and not listed.faults and not listed.questions:
        listed.faults.append(ListFault("the file", "it has no rows below its headings"))
    del listed.faults[MOST_FAULTS:]
    return listed


def _record(faults: list[ListFault], row: Row) -> Record | None:
    if not row.text("name"):
        faults.append(ListFault(row.at("name"), "the name is missing"))
        return None
    record: Record = {"place": row.place}
    record |= {name: text for name in _TEXTS if (text := row.text(name))}
    address = [line for _, cell in row.cells.get("address", ()) for line in lines(cell)]
    if address:
        record["address"] = address
    for name, read in (
        ("minimum_payment", c.price),
        ("opening_balance", c.amount),
        ("tax_rate", _rate),
        ("private", c.flag),
        ("on_hold", c.flag),
    ):
        value = c.taken(faults, row, name, read)
        if value is not None:
            record[name] = value
    return record


def _rate(cell: Cell) -> str:
    """A fraction of what is written in per cent; a workbook's percentage is a fraction already."""
    text = tidy(cell)
    written = text.removesuffix("%").strip()
    number = exact_number(c.amount(written if isinstance(cell, str) else cell))
    is_fraction = isinstance(cell, float) and cell < 1
    fraction = number if is_fraction else number / _ALL
    if not 0 <= fraction <= 1:
        raise c.NoValueError(f"“{text}” is no rate: write per cent from 0 to 100, such as 24")
    return number_text(fraction)
