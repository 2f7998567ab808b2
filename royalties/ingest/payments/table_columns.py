"""How a bank writes its table: its first rows, and what its columns probably are."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from royalties.ingest.payments.table import DATES, TableMap, day_of
from royalties.ingest.report.opening import open_file
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.text import UndecidedEncodingError
from royalties.ingest.uploads.filled_table import cell_text

_ROWS, _COLUMNS, _LONGEST = 20, 40, 80

_WORDS: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "posting date", "posted", "posted date", "booking date", "transaction date",
            "effective date", "buchungstag", "datum", "fecha"),
    "amount": ("amount", "transaction amount", "betrag", "importe", "montant"),
    "money out": ("debit", "debits", "debit amount", "withdrawal", "withdrawals", "paid out",
                  "money out"),
    "money in": ("credit", "credits", "credit amount", "deposit", "deposits", "paid in",
                 "money in"),
    "currency": ("currency", "ccy", "währung", "moneda"),
    "reference": ("reference", "ref", "customer reference", "reference number", "check number",
                  "cheque number", "check #", "end-to-end id", "kundenreferenz"),
    "text": ("description", "details", "memo", "narrative", "text", "transaction description",
             "verwendungszweck"),
    "return code": ("return code", "reason code", "return reason", "code"),
    "bank id": ("bank reference", "transaction id", "bank id"),
    "account": ("account", "account number", "iban"),
}  # fmt: skip


def first_rows(path: Path) -> list[list[str]]:
    """The first rows of a table's first sheet, shortened; none: it is no table."""
    try:
        opened = open_file(path, {})
    except (UnreadableError, UndecidedEncodingError):
        return []
    try:
        for sheet in opened.sheets:
            rows = [
                [" ".join(cell_text(cell).split())[:_LONGEST] for cell in row[:_COLUMNS]]
                for row in islice(sheet.rows(), _ROWS)
            ]
            if headings_of(rows):
                return rows
    except UnreadableError:
        return []
    finally:
        opened.close()
    return []


def headings_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """The headings of a table's first rows: the first row with the most cells; empty: no table."""
    widest = max(rows, key=lambda row: sum(map(bool, row)), default=[])
    found = list(dict.fromkeys(filter(None, widest)))
    return found if len(found) > 1 else []


def proposed(rows: Sequence[Sequence[str]]) -> TableMap:
    """What the columns of a table's first rows probably are, by their headings."""
    headings = headings_of(rows)
    by_word = {each.casefold(): each for each in reversed(headings)}
    columns = {
        name: next(by_word[word] for word in words if word in by_word)
        for name, words in _WORDS.items()
        if any(word in by_word for word in words)
    }
    if "amount" in columns:
        columns.pop("money in", None)
        columns.pop("money out", None)
    return TableMap(columns, _dates(rows, columns.get("day", "")))


def _dates(rows: Sequence[Sequence[str]], heading: str) -> str:
    """How the days of a column are written, if that is clear; else empty."""
    days: list[str] = []
    place: int | None = None
    for row in rows:
        if place is not None and place < len(row) and row[place]:
            days.append(row[place])
        elif place is None and heading in row:
            place = list(row).index(heading)
    fitting = [
        each for each in DATES if days and all(day_of(text, each) is not None for text in days)
    ]
    return fitting[0] if len(fitting) == 1 else ""
