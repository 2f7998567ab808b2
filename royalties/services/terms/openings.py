"""What a house that moves in brings into its books: all of it as one table, and that table loaded.

Every opening belongs to its contract or beneficiary in the setup; here they are read and written
together, a row each, as a template that is filled in and sent back.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reports import plain_table
from reports.plain_table import PlainTable
from royalties.domain.money import (
    minor_units,
)
from royalties.domain.people import Verb
from royalties.domain.spreadsheets import no_formula
from royalties.ingest.uploads.filled_table import (
    FilledRow,
)
from royalties.services.books import setup_in_force
from royalties.services.terms import loading, setup
from royalties.services.terms.amending import Saved
from royalties.services.terms.filled_tables import FaultyTableError, filled_rows
from royalties.services.terms.opening_rows import (
    Brings,
    OpeningRow,
    part_of,
    rows_of_beneficiaries,
    rows_of_contracts,
)
from royalties.services.terms.openings_from_table import Filling
from royalties.services.terms.setup import Loaded
from royalties.services.work import Work
from royalties.store.history import lock_setup
from royalties.store.terms.balances import closed_keys

LARGEST = 5 * 1024 * 1024
"""Bytes of a filled-in table."""


COLUMNS = (
    "what",
    "of",
    "about",
    "item",
    "currency",
    "amount",
    "copies",
    "released in",
    "reason",
)
"""The table's columns; ``about`` is for who reads it and says nothing."""

_NEEDED = ("what", "of", "item")


@dataclass(frozen=True, slots=True)
class Openings:
    """All openings of the books.

    Attributes:
        rows: what is given, and places for what could be.
        totals: what is given, as (what, currency, minor units).
        carried: keys of contracts and beneficiaries that closed runs carry forward, whose openings
            cannot change any more.
    """

    rows: tuple[OpeningRow, ...]
    totals: tuple[tuple[Brings, str, int], ...]
    carried: frozenset[tuple[str, str]]

    @property
    def given(self) -> list[OpeningRow]:
        """What is given."""
        return [each for each in self.rows if each.says_something]

    def is_carried(self, row: OpeningRow) -> bool:
        """Whether a closed run carries it forward already."""
        return (part_of(row.what), row.of) in self.carried


def openings(work: Work) -> Openings:
    """What is brought into the books, and what could be."""
    work.actor.require(Verb.READ)
    in_force = setup_in_force(work)
    rows = (*rows_of_contracts(in_force), *rows_of_beneficiaries(in_force))
    totals: dict[tuple[Brings, str], int] = {}
    for row in rows:
        if row.amount and row.currency:
            key = (row.what, row.currency)
            totals[key] = totals.get(key, 0) + minor_units(row.amount, row.currency)
    contracts, beneficiaries = closed_keys(work.connection)
    return Openings(
        rows,
        tuple((what, currency, amount) for (what, currency), amount in sorted(totals.items())),
        frozenset(
            {("contracts", key) for key in contracts}
            | {("beneficiaries", key) for key in beneficiaries}
        ),
    )


def template(work: Work, kind: str) -> bytes:
    """The table to fill in, as ``xlsx`` or ``csv``: a row for whatever is given or could be."""
    rows = [
        (
            *(row.what.value, row.of, _about(row), row.item, row.currency, row.amount),
            *(row.copies, row.released_in, row.reason),
        )
        for row in openings(work).rows
    ]
    if kind == "xlsx":
        house = setup_in_force(work).publisher
        table = PlainTable(
            "Brought into the books",
            "Fill in amounts and copies; a blank leaves what stands, 0 takes it away.",
            [(name, name in {"amount", "copies"}) for name in COLUMNS],
            [
                [
                    _figure(cell) if name in {"amount", "copies"} else cell
                    for name, cell in zip(COLUMNS, row, strict=True)
                ]
                for row in rows
            ],
        )
        return plain_table.workbook([table], house.name, house.currency, work.today)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _about(row: OpeningRow) -> str:
    return f"{row.about} ({row.in_words})" if row.in_words else row.about


def _figure(text: str) -> plain_table.Value:
    """A number as a number, where it is a plain one."""
    try:
        return Decimal(text) if text else ""
    except InvalidOperation:
        return text


def _harmless(text: str) -> str:
    """No spreadsheet takes it for a formula; a number below zero stays one."""
    is_number = text[:1] == "-" and text[1:].replace(".", "", 1).isdecimal()
    return text if is_number else no_formula(text)


def read(path: Path, name: str) -> list[FilledRow]:
    """The rows of a filled-in table, read before anything is held for it.

    Args:
        path: where its bytes are.
        name: as it was sent.

    Raises:
        FaultyTableError: it is no such table, or could not be read safely.
    """
    return filled_rows(path, name, COLUMNS, _NEEDED)


def preview(
    work: Work, rows: Iterable[FilledRow], name: str, number: Callable[[str | int], str] = str
) -> loading.FileDifference:
    """What a filled-in table would change; nothing is recorded.

    Args:
        rows: as ``read`` gives them.
        name: as it was sent.
        number: how who reads it writes numbers.

    Raises:
        FaultyTableError: with every fault of the table.
        SetupError: what it says does not go with the rest.
    """
    work.actor.require(Verb.LOAD)
    return loading.difference(work, _compared(work, rows, name), number)


def save(
    work: Work, rows: Iterable[FilledRow], name: str, *, seen: str, confirmed: str = ""
) -> Saved:
    """Load a table that was looked at, or put it before a second person.

    Raises:
        FaultyTableError: with every fault of the table.
        SetupError: what it says does not go with the rest.
        BooksChangedError: it would do something else by now.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    compared = _compared(work, rows, name)
    return loading.save_compared(work, compared, name, seen, confirmed)


def load(work: Work, rows: Iterable[FilledRow], name: str) -> Loaded:
    """Load a filled-in table at once, as the command line does."""
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    compared = _compared(work, rows, name)
    setup.save(work, name, compared)
    return compared.loaded


def _compared(work: Work, rows: Iterable[FilledRow], name: str) -> setup.Comparison:
    before = setup.compare_entries(work, [], name).before
    filling = Filling(setup_in_force(work), before)
    for row in rows:
        filling.take(row)
    if filling.faults:
        raise FaultyTableError(name, filling.faults)
    return setup.compare_entries(work, filling.entries(), name)
