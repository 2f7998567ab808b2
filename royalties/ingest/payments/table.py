"""A bank's statement as a table, CSV or a workbook, by a map of its columns."""

from calendar import month_name
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from royalties.domain.payments.bank_lines import BankLine
from royalties.ingest.payments.faults import BankFile, amount, said
from royalties.ingest.payments.returned import return_code_in
from royalties.ingest.uploads.filled_table import FilledRow

_BY_NAME = "D Mon YYYY"

DATES = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "MM/DD/YYYY": "%m/%d/%Y",
    "MM/DD/YY": "%m/%d/%y",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD.MM.YY": "%d.%m.%y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD/MM/YY": "%d/%m/%y",
    "DD-MM-YYYY": "%d-%m-%Y",
    _BY_NAME: "%d %b %Y",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMMDD": "%Y%m%d",
}
"""How a bank may write days, and how Python does."""

_SHORT_MONTH = 3
"""Letters of a month's short name."""

_OF_WORKBOOKS = "YYYY-MM-DD"
"""How dates of a workbook come, whatever their cells look like."""

FIELDS = (
    "day", "amount", "money in", "money out", "currency", "reference", "text", "return code",
    "bank id", "account",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableMap:
    """How a bank writes its table.

    Attributes:
        columns: the heading of each field of :data:`FIELDS` that the table has; either ``amount``,
            signed, or ``money in`` and ``money out``.
        dates: how days are written, such as ``MM/DD/YYYY``.
        decimal_mark: ``.`` or ``,``; the other one groups thousands.
        currency: of the account, where no column names it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = "YYYY-MM-DD"
    decimal_mark: str = "."
    currency: str = "USD"

    @property
    def needed(self) -> Sequence[str]:
        """Headings without which it is another table."""
        asked = ("day", "amount", "money in", "money out")
        return [self.columns[each] for each in asked if each in self.columns]


def faults_of(columns: TableMap) -> list[str]:
    """What is wrong with a map, each in words."""
    known = set(columns.columns)
    faults = [f"there is no field {each!r}: use {', '.join(FIELDS)}" for each in known - {*FIELDS}]
    if "day" not in known:
        faults.append("name the column of the day")
    if ("amount" in known) == bool({"money in", "money out"} & known):
        faults.append("name the column of the amount, or those of money in and money out")
    if columns.dates not in DATES:
        faults.append(f"days are written as one of {', '.join(DATES)}")
    if columns.decimal_mark not in {".", ","}:
        faults.append("the decimal mark is . or ,")
    return sorted(faults)


def read_table(rows: Sequence[FilledRow], columns: TableMap) -> BankFile:
    """Bookings of a table whose cells were read apart; rows without day and amount are left out."""
    file = BankFile()
    for row in rows:
        _read_row(row, columns, file)
    return file.settled()


def _read_row(row: FilledRow, columns: TableMap, file: BankFile) -> None:
    def cell(name: str) -> str:
        return said(row[columns.columns[name]]) if name in columns.columns else ""

    amounts = [cell(name) for name in ("amount", "money in", "money out")]
    if not cell("day") and not any(amounts):
        return  # a title, a balance, or a note
    day = day_of(cell("day"), columns.dates) or day_of(cell("day"), _OF_WORKBOOKS)
    if day is None:
        file.fault(
            row.number,
            f"the day is none that is written {columns.dates}",
            "correct the cell, or how the map writes days",
            cell("day"),
        )
    currency = cell("currency") or columns.currency
    minor = _signed(cell, currency, columns)
    if minor is None:
        file.fault(
            row.number,
            f"the amount is none of {currency}",
            "correct the cell, or the map's decimal mark and columns",
            " ".join(filter(None, amounts)),
        )
    if day is None or minor is None:
        return
    text = cell("text")
    file.lines.append(
        BankLine(
            day=day,
            amount=minor,
            currency=currency,
            reference=cell("reference"),
            text=text,
            return_code=cell("return code")[:8] or (return_code_in(text) if minor > 0 else ""),
            bank_id=cell("bank id"),
            account=cell("account"),
            row=row.number,
        )
    )


def day_of(text: str, written: str) -> date | None:
    """A day that is written as one of :data:`DATES` says; None: it is none that a bank could mean.

    A time of day behind it is passed over. Months by name are English, whole or short.

    >>> day_of("12/04/2026", "MM/DD/YYYY"), day_of("31/12/2026", "MM/DD/YYYY")
    (datetime.date(2026, 12, 4), None)
    >>> day_of("3-Dec-2026 10:15", "D Mon YYYY")
    datetime.date(2026, 12, 3)
    """
    plain = _without_time(text)
    if written == _BY_NAME:
        plain = _with_short_month(plain)
    try:
        found = datetime.strptime(plain, DATES[written]).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def _with_short_month(text: str) -> str:
    """``3-Sept-2026`` as ``3 Sep 2026``; what names no month stays as it is."""
    words = text.replace("-", " ").replace(".", " ").split()
    short = words[1].casefold() if len(words) == len(("day", "month", "year")) else ""
    names = [each for each in month_name if each.casefold().startswith(short)]
    if len(short) < _SHORT_MONTH or len(names) != 1:
        return text
    return f"{words[0]} {names[0][:_SHORT_MONTH]} {words[2]}"


def _without_time(text: str) -> str:
    before, colon, _ = text.partition(":")
    return before.rstrip("0123456789").rstrip("T ,") if colon else text


def _signed(cell: Callable[[str], str], currency: str, columns: TableMap) -> int | None:
    if "amount" in columns.columns:
        return _amount(cell("amount"), currency, columns)
    written = [cell(name) for name in ("money in", "money out")]
    if not any(written):
        return None
    came, went = (_amount(each or "0", currency, columns) for each in written)
    if came is None or went is None or (came and went) or came < 0:
        return None
    return came or -abs(went)


def _amount(text: str, currency: str, columns: TableMap) -> int | None:
    plain = text.replace("\u2212", "-").replace("'", "").replace("\u00a0", "").replace(" ", "")
    plain = plain.removeprefix("$").replace("-$", "-").removesuffix(currency)
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    other = "," if columns.decimal_mark == "." else "."
    integer, mark, decimals = plain.partition(columns.decimal_mark)
    if other in decimals or any(len(each) != 3 for each in integer.split(other)[1:]):
        return None
    return amount(f"{integer.replace(other, '')}{mark and '.'}{decimals}", currency)
