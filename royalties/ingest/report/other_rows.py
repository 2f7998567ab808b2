"""Rows that are not sales: blank rows, repeated headers, totals, headings, second tables."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from royalties.domain.problems import Choice, Skipped
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.cells import BLANK, printed, text_of
from royalties.ingest.report.conventions import again
from royalties.ingest.report.declaration import ReportFormat, begins, normal
from royalties.ingest.report.plain_rows import PlainRows
from royalties.ingest.report.printed_totals import PrintedTotals
from royalties.ingest.report.reading import ControlTotals
from royalties.ingest.report.tables import Table, is_sentence, is_words

SECOND_TABLE = ("returns", "sales", "ignore")

_NEAR = 3
"""A heading at most so many rows above a header begins another table."""

_MOST_NOTES = 20


class RowNote(NamedTuple):
    """A note on a row that is not a sale: its position (sheet, row) and the text of the note."""

    at: tuple[int, int]
    text: str
    is_prose: bool
    """Whether a person wrote the row: below the last sale, it may be about the sales."""


class OtherRows:
    """Recognises rows that are not sales, and remembers what they mean for the rows below."""

    def __init__(
        self,
        declared: ReportFormat,
        choices: Mapping[str, str],
        totals: PrintedTotals,
        counted: tuple[ControlTotals, Skipped],
    ) -> None:
        self.choices: list[Choice] = []
        self.notes: list[RowNote] = []
        self._skip = declared.skip
        self._given = choices
        self._totals = totals
        self._rows, self._skipped = counted
        self._heading = 0

    def takes(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        books: Sequence[Any],
        plain_rows: PlainRows | None,
    ) -> bool:
        """Whether a row is not a sale; a row with a known book is a sale or a subtotal."""
        is_known = any(isinstance(book, int) for book in books)
        cells = cells[: table.width]
        filled = [cell for cell in cells if is_known or text_of(cell).strip()]
        if not filled:
            return True
        if not is_known and table.header.repeats(cells):
            self._header_again(table, number)
            return True
        if table.is_total(cells, books) or self._is_sum(
            table, number, cells, values, books, plain_rows
        ):
            self._totals.add(table, number, values, plain_rows, table.currency_of_total(cells))
            return True
        return not is_known and self._is_left_out(table, number, cells, filled, books)

    def _is_sum(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        books: Sequence[Any],
        plain_rows: PlainRows | None,
    ) -> bool:
        """Whether a row without a book and a date repeats what rows above it come to."""
        return table.may_be_sum(cells, books) and self._totals.is_sum(
            number, values, plain_rows, is_labelled=table.speaks_of_total(cells)
        )

    def _is_left_out(
        self,
        table: Table,
        number: int,
        cells: Sequence[Any],
        filled: Sequence[Any],
        books: Sequence[Any],
    ) -> bool:
        """Whether a row without a known book is to be skipped, a heading or a note."""
        if word := self._skipped_word(cells, books):
            self._rows.rows += 1
            self._skipped.add(f"begins with {word!r}")
            return True
        if len(filled) == 1 and table.is_lone_note(cells, books):
            self._heading = number
            what = "text" if is_words(filled[0]) or is_sentence(filled[0]) else "one cell"
            self._note(table, number, f" has only {what}: {printed(filled[0])!r}")
            return True
        if table.is_note(cells, books):
            self._note(table, number, f" has only text: {printed(filled[0])!r} and more")
            return True
        return False

    def _skipped_word(self, cells: Sequence[Any], books: Sequence[Any]) -> str:
        """The word that excludes a row: in its first cell, or in any cell if it names no book.

        If the row names a book, its title may begin with such a word.
        """
        filled = [at for at, cell in enumerate(cells) if text_of(cell).strip()]
        nameless = all(book is BLANK for book in books)
        looked_at = filled if nameless else filled[:1]
        texts = (normal(text_of(cells[at])) for at in looked_at)
        return next((word for text in texts if (word := begins(text, self._skip))), "")

    def turn(self, table: Table, values: dict[str, Any]) -> bool:
        """Apply the answer about a second table; return whether to skip the row."""
        if table.turned == "ignore":
            self._skipped.add("second table")
        if table.turned == "returns":
            _make_return(values)
        return table.turned == "ignore"

    def _header_again(self, table: Table, number: int) -> None:
        if not self._heading or number - self._heading > _NEAR:
            self._note(table, number, ": repeated header skipped", is_prose=False)
            return
        table.turned = self._given.get("second_table", "")
        if table.turned not in SECOND_TABLE and not self.choices:
            question = Choice(
                "second_table",
                f"second table found on row {number}: import its rows as returns, or as sales?",
                SECOND_TABLE,
            )
            self.choices.append(again(question, self._given))

    def _note(self, table: Table, number: int, text: str, *, is_prose: bool = True) -> None:
        if len(self.notes) < _MOST_NOTES:
            at = (table.place, number)
            self.notes.append(RowNote(at, f"{table.where(number)}{text}", is_prose))


def _make_return(values: dict[str, Any]) -> None:
    for name in ("units", "net"):
        if isinstance(values.get(name), int):
            values[name] = -abs(values[name])
    if isinstance(values.get("sold"), int):
        values["sold"], values["returned"] = 0, values["sold"]
    if "kind" in values:
        values["kind"] = SaleKind.RETURN.value
