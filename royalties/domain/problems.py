"""What is wrong with data from outside, as values: its place, what it is, what to do."""

from dataclasses import dataclass, field
from enum import StrEnum


class Cause(StrEnum):
    """What is wrong, whatever the value: problems are grouped by it, never by their words."""

    FILE = "file"
    OTHER_REPORT = "other-report"
    OTHER_COLUMNS = "other-columns"
    SURPLUS_VALUES = "surplus-values"
    FORMULA_WITHOUT_VALUE = "formula-without-value"
    ERROR_VALUE = "error-value"
    NO_VALUE = "no-value"
    DATE_AS_NUMBER = "date-as-number"
    OTHER_DECIMAL_MARK = "other-decimal-mark"
    TOO_MANY_DECIMALS = "too-many-decimals"
    TOO_LARGE = "too-large"
    OTHER_DIGITS = "other-digits"
    NO_NUMBER = "no-number"
    NO_WHOLE_NUMBER = "no-whole-number"
    NO_DISCOUNT = "no-discount"
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_RETAILER = "unknown-retailer"
    UNKNOWN_CURRENCY = "unknown-currency"
    NEGATIVE_PRICE = "negative-price"
    TOO_LONG = "too-long"
    CONTROL_CHARACTER = "control-character"
    OTHER_DATE_ORDER = "other-date-order"
    MONTH_WITHOUT_DAY = "month-without-day"
    DATE_OUT_OF_RANGE = "date-out-of-range"
    DATE_IN_FUTURE = "date-in-future"
    NO_DATE = "no-date"
    EMPTY = "empty"
    OTHER_CURRENCY = "other-currency"
    COUNTS_DISAGREE = "counts-disagree"
    SIGN_OF_UNITS = "sign-of-units"
    UNITS_OF_USAGE = "units-of-usage"
    MONEY_FOR_FREE_COPIES = "money-for-free-copies"
    OPPOSITE_SIGNS = "opposite-signs"
    MONEY_WITHOUT_UNITS = "money-without-units"
    NO_LIST_PRICE = "no-list-price"
    DAMAGED_ISBN = "damaged-isbn"
    SEVERAL_ISBNS = "several-isbns"
    SEVERAL_EDITIONS = "several-editions"
    NO_ISBN = "no-isbn"
    WRONG_CHECK_DIGIT = "wrong-check-digit"
    SUMS_DISAGREE = "sums-disagree"
    ORDER_CHANGED = "order-changed"
    ORDER_STATE = "order-state"
    ORDER_TWICE = "order-twice"
    CHANGE_UNFIT = "change-unfit"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a report: nothing of the report is recorded while there is one.

    ``row`` is the spreadsheet's row or the text file's line, the first being 1; 0 and an empty
    column mean the whole sheet or file, whose cause is :attr:`Cause.FILE`. ``place`` is the
    column's, the first being 0; -1 where the fault is in no one cell.
    """

    message: str
    remedy: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    cause: Cause = Cause.FILE
    place: int = -1


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be confirmed before a report is recorded (a *warning* of the interface)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a report can be read in two ways about, and nobody may guess.

    ``proposed`` are likely answers where any may be given; ``options`` are all that may.
    """

    key: str
    message: str
    options: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetupFault:
    """One fault of a setup file, at a path such as ``contracts[0].rules[1].basis``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(slots=True)
class Skipped:
    """Rows left out on purpose, counted by reason.

    ``net`` is their money in millionths, by reason and currency, where the report states it.
    """

    by_reason: dict[str, int] = field(default_factory=dict)
    net: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, reason: str, rows: int = 1) -> None:
        """Count rows that were left out for a reason."""
        self.by_reason[reason] = self.by_reason.get(reason, 0) + rows

    def add_net(self, reason: str, currency: str, micro: int) -> None:
        """Add the money of a row that was left out."""
        of_reason = self.net.setdefault(reason, {})
        of_reason[currency] = of_reason.get(currency, 0) + micro
