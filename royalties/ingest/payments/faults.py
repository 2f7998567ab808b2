"""What readers of banks' files have in common: lines or faults, never both; amounts and days."""

import re
from dataclasses import dataclass, field
from datetime import date

from royalties.domain.currencies import EXPONENTS
from royalties.domain.payments.bank_lines import BankLine, NoticeOfChange, ReturnedEntry
from royalties.domain.problems import Problem

MOST_BYTES = 20_000_000
MOST_LINES = 100_000
MOST_FAULTS = 1_000
_LONGEST = 400
"""Characters of a text that is kept."""

_AMOUNT = re.compile(r"([+-]?)([0-9]{1,15})(?:[.,]([0-9]{0,6}))?")
_EARLIEST, _LATEST = 1990, 2100
AGAIN = "download it from the bank again, or ask the bank for another format"

Found = BankLine | ReturnedEntry | NoticeOfChange


@dataclass(slots=True)
class BankFile:
    """What a file says; where it has problems, nothing of it counts.

    ``format`` is what it is written in; empty: none of those that are known. ``sample`` has the
    first rows of such a file, if it is a table.
    """

    format: str = ""
    sample: list[list[str]] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    returns: list[ReturnedEntry] = field(default_factory=list)
    notices: list[NoticeOfChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, row: int, message: str, remedy: str = AGAIN, value: str = "") -> None:
        """Add what is wrong in a line of the file; 0: the whole file."""
        if len(self.problems) < MOST_FAULTS:
            self.problems.append(Problem(message, remedy, row=row, value=value[:80]))

    def settled(self) -> "BankFile":
        """The file as it counts: faults alone, or everything."""
        if not (self.lines or self.returns or self.notices or self.problems):
            self.fault(0, "the file holds no bookings", "choose the days again at the bank")
        if self.problems:
            return BankFile(
                self.format, self.sample, problems=sorted(self.problems, key=lambda each: each.row)
            )
        return self


def amount(text: str, currency: str) -> int | None:
    """Minor units of an amount such as ``-1204.33``; None: it is none, or has too many decimals.

    >>> amount("1204.33", "USD"), amount("-1204,3", "EUR"), amount("1.234", "USD")
    (120433, -120430, None)
    """
    match = _AMOUNT.fullmatch(text)
    digits = EXPONENTS.get(currency)
    if match is None or digits is None:
        return None
    decimals = (match[3] or "").rstrip("0")
    if len(decimals) > digits:
        return None
    minor = int(match[2] + decimals.ljust(digits, "0"))
    return -minor if match[1] == "-" else minor


def day(text: str) -> date | None:
    """A day written YYYY-MM-DD or YYYYMMDD; None: it is none that a bank could mean.

    >>> day("2026-12-04"), day("20261304"), day("2026-W49-5")
    (datetime.date(2026, 12, 4), None, None)
    """
    plain = text.replace("-", "") if text[4:5] == "-" and text[7:8] == "-" else text
    if len(plain) != len("YYYYMMDD") or not (plain.isascii() and plain.isdigit()):
        return None
    try:
        found = date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    except ValueError:
        return None
    return found if _EARLIEST <= found.year <= _LATEST else None


def said(*texts: str | None) -> str:
    """Texts of a bank as one line of bounded length."""
    known = dict.fromkeys(" ".join((text or "").split()) for text in texts)
    line = "; ".join(filter(None, known))
    return "".join(char for char in line if char.isprintable())[:_LONGEST]
