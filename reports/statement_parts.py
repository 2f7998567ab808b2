"""What all sheets of a statement share."""

from collections.abc import Iterable, Sequence

from reports.measure import Cell, broken, ems
from reports.sheet import Book, Layout, SheetWriter
from reports.styles import HEADING, MUTED, NOTE, SUBTITLE, TITLE, Style
from reports.tables import SheetColumn, amount, banner, day_text, heading_row, widths
from royalties.domain.royalties.statements import ContractAccount, Statement
from royalties.domain.terms.names import contract_name as contract_words

DRAFT = "DRAFT – NOT ISSUED"
LETTER_COLUMNS = 5
_MOST_NAME = 60
_REMARK_ROOM = 20.0
"""Width of the columns for a remark in the letter, as a multiple of its font size."""


def label(statement: Statement) -> str:
    """The statement's title: its number, or "draft" and its period."""
    if statement.number is None:
        return f"Draft royalty statement {statement.period}"
    return f"Royalty statement {statement.number}"


def subtitle(statement: Statement) -> str:
    """Whose statement it is, and its days, on one line."""
    days = f"{day_text(statement.starts)} – {day_text(statement.ends)}"
    name = statement.payee.name
    if len(name) > _MOST_NAME:
        name = name[:_MOST_NAME] + "…"
    return f"{label(statement)} · {name} · {days}"


def contract_name(contract: ContractAccount) -> str:
    """A contract's heading: its author and titles."""
    return f"Contract · {contract_words(contract.author, contract.titles)}"


class DetailSheet:
    """A sheet of details: title, statement, notes, frozen headings, contracts."""

    def __init__(
        self,
        book: Book,
        statement: Statement,
        name: str,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[Cell]],
        notes: Sequence[str],
    ) -> None:
        heading = len(notes) + 4
        fitted = widths(columns, rows)
        self.sheet = book.sheet(name, Layout(fitted, heading_row=heading, frozen=f"A{heading + 1}"))
        self.sheet.row([(name, TITLE)], height=26)
        for text in (subtitle(statement), *notes):
            self.sheet.row([(text, SUBTITLE)])
        self.sheet.row(height=8)
        heading_row(self.sheet, columns)

    def contract(self, contract: ContractAccount, *, one_currency: bool = True) -> None:
        """Start a contract's section, with its currency if all its amounts are in that."""
        self.sheet.row(height=10)
        amounts = f" · amounts in {contract.currency}" if one_currency else ""
        banner(self.sheet, contract_name(contract) + amounts, HEADING)
        self.sheet.row(height=5)

    def nothing(self, text: str) -> None:
        """Write that there is nothing to show."""
        self.sheet.row([(text, NOTE)])


def account_line(
    sheet: SheetWriter, name: str, minor: int, currency: str, style: Style, remark: str = ""
) -> None:
    """Write a line of the letter: a name, perhaps a remark, the amount in the last column.

    A remark runs on over the empty columns beside it; what is too long for these, such as a bank's
    reason, goes on below, so that the amount does not cut it off.
    """
    lines = broken(remark, _REMARK_ROOM) if ems(remark) > _REMARK_ROOM else [remark]
    for place, line in enumerate(lines):
        drawn = style.also(top="") if place else style
        if place < len(lines) - 1:
            drawn = drawn.also(bottom="")
        label, quiet = drawn.also(wrap=True), drawn.also(color=MUTED, bold=False)
        cells: list[Cell] = [
            (None if place else name, label),
            (line or None, quiet),
            (None, label),
            (None, label),
        ]
        sheet.row([*cells, (None, drawn) if place else amount(minor, currency, drawn)])


def heading_line(sheet: SheetWriter, name: str, style: Style, *columns: str) -> None:
    """Write a heading of the letter, with the headings of its last columns."""
    right = style.to_the_right()
    names = [*[None] * (LETTER_COLUMNS - 1 - len(columns)), *columns]
    sheet.row([(name, style), *[(text, right) for text in names]])
