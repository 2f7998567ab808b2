"""Dates as reports print them, as ISO days; months count as their last day."""

import re
from datetime import date, timedelta

from royalties.domain.problems import Cause
from royalties.ingest.report.cells import (
    BLANK,
    Cell,
    Odd,
    Undecided,
    Wrong,
    oddity,
    printed,
    visible,
)
from royalties.ingest.report.conventions import Convention

FIRST_DAY = date(1900, 3, 1)
"""Excel counts a 29 February 1900; before March of that year its dates are not ours."""

_YEARS_AHEAD = 10
_EPOCH = date(1899, 12, 30)
_LAST_SERIAL = 2_958_465
_LONGEST_DATE = 80
_ZONE = r"(?:Z|UTC|GMT|[-+]\d{2}:?\d{2})?"
_TIME = (
    rf"(?:[T ,]+\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?\s*+(?:[AaPp]\.?[Mm]\.?)?+\s*+{_ZONE})?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}Z?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_DAY_WORD = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[ .-]+([^\W\d_]+)\.?[ ,.-]+(\d{{4}}|\d{{2}}){_TIME}"
)
_WORD_DAY = re.compile(rf"([^\W\d_]+)\.?[ -]+(\d{{1,2}})(?:st|nd|rd|th)?[ ,-]+(\d{{4}}){_TIME}")
_WORD_YEAR = re.compile(r"([^\W\d_]+)\.?[ -]+(\d{4}|\d{2})")
_RANGE = re.compile(r"(.{0,78}\d)\s*(?:[–—]|\s-\s|\bto\b|\.\.)\s*+(\d.{0,78})")

_ENGLISH = "january february march april may june july august september october november december"
_LANGUAGES = {
    "french": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ),
    "german": "januar februar märz april mai juni juli august september oktober november dezember",
    "spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre",
    "dutch": "januari februari maart april mei juni juli augustus september oktober november "
    "december",
    "portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
}
LANGUAGES = tuple(_LANGUAGES)
RANGE_ENDS = ("start", "end")


class Dates:
    """Reads the dates of one file.

    ``remarks`` collects texts that were read in a way to be confirmed, by code; ``spans`` the
    first day of a month by its last, where a cell named the whole month.
    """

    def __init__(
        self, order: Convention, today: date, *, months: bool = False, language: str = "",
        range_end: str = "", expected: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.order = order
        self.remarks: dict[str, str] = {}
        self.spans: dict[str, str] = {}
        self.asked: set[str] = set()
        self._today = today
        self._last = date(min(today.year + _YEARS_AHEAD, 9999), today.month, 28)
        self._months = months
        self._language = language
        self._range_end = range_end
        self._expected = expected

    def learn(self, cell: Cell, row: int) -> None:
        """Take what a cell proves about the order of day and month."""
        if not isinstance(cell, str):
            return
        if found := _YEAR_LAST.fullmatch(visible(cell[:_LONGEST_DATE]).strip()):
            first, second = int(found[1]), int(found[3])
            if (first > 12) is not (second > 12):
                self.order.prove("dmy" if first > 12 else "mdy", cell.strip(), row)

    def day(self, cell: Cell) -> str | Odd:
        """A cell as an ISO day."""
        if isinstance(cell, tuple):
            return self._checked(date(*cell[:3]), printed(cell))
        if isinstance(cell, bytes):
            return (
                oddity(cell)
                if cell in (b"=", b"TRUE", b"FALSE") or cell[:1] == b"#"
                else no_date(cell)
            )
        if isinstance(cell, str):
            text = cell.strip()
            if len(text) > _LONGEST_DATE:
                return no_date(cell)
            return self._from_text(text) if text else BLANK
        return self._from_serial(cell)

    def _from_serial(self, cell: float) -> str | Odd:
        if not 0 <= cell <= _LAST_SERIAL:
            return no_date(cell)
        # 23:59:59.9999 is still its day: serials truncate.
        return self._checked(_EPOCH + timedelta(days=int(cell)), printed(cell))

    def _from_text(self, text: str) -> str | Odd:
        if match := _YEAR_FIRST.fullmatch(text):
            return self._calendar(text, int(match[1]), int(match[3]), int(match[4]))
        if match := _YEAR_LAST.fullmatch(text):
            return self._year_last(text, match)
        if match := _MONTH.fullmatch(text):
            return self._whole_month(text, int(match[1]), int(match[2]))
        if match := _DAY_WORD.fullmatch(text):
            return self._worded(text, match[1], match[2], match[3])
        if match := _WORD_DAY.fullmatch(text):
            return self._worded(text, match[2], match[1], match[3])
        if (match := _WORD_YEAR.fullmatch(text)) and (month := self._month(match[1])):
            return self._whole_month(text, self._year(match[2]), month)
        return self._numeric(text)

    def _numeric(self, text: str) -> str | Odd:
        if match := _COMPACT.fullmatch(text):
            self._remark("compact-date", text)
            return self._calendar(text, *map(int, match.groups()))
        if match := _SERIAL.fullmatch(text):
            day = self._from_serial(int(match[1]))
            self._remark("serial-date", text)
            return day
        if (match := _RANGE.fullmatch(text)) and all(
            isinstance(self._from_text(part.strip()), str) for part in match.groups()
        ):
            if self._range_end not in RANGE_ENDS:
                self.asked.add("date_range")
                return Undecided("date_range")
            return self._from_text(match[1 + RANGE_ENDS.index(self._range_end)].strip())
        return no_date(text)

    def _year_last(self, text: str, match: re.Match[str]) -> str | Odd:
        first, second = int(match[1]), int(match[3])
        year = self._year(match[4])
        if len(match[4]) == 2:
            self._remark("two-digit-year", text)
        if first > 12 and second > 12:
            return _no_such_date(text)
        if first <= 12 and second <= 12 and first == second:
            return self._calendar(text, year, first, second)
        proven = "dmy" if first > 12 else "mdy" if second > 12 else ""
        if proven and not self.order.answer:
            self.order.prove(proven, text)
            self.order.settle()
        order = self.order.answer or self.order.needed()
        if not order:
            return Undecided(self.order.key)
        if proven and proven != order:
            return Wrong(
                Cause.OTHER_DATE_ORDER,
                f"{text!r} has no such month: {self.order.witness()}",
                f"choose date_order={proven} if all dates of the file are written so; else "
                f"write this one like the others"
                if self.order.fixed
                else "write all dates of the file in one way",
            )
        day, month = (first, second) if order == "dmy" else (second, first)
        return self._calendar(text, year, month, day)

    def _worded(self, text: str, day: str, word: str, year: str) -> str | Odd:
        month = self._month(word)
        if not month and not self._language:
            self.asked.add("date_language")
            return Undecided("date_language")
        if not month:
            return no_date(text)
        if len(year) == 2:
            self._remark("two-digit-year", text)
        return self._calendar(text, self._year(year), month, int(day))

    def _month(self, word: str) -> int:
        """The month of a name or its abbreviation of three letters and more; 0 if none."""
        word = word.casefold()
        names = _LANGUAGES.get(self._language, _ENGLISH).split()
        if self._language:
            names += _ENGLISH.split()
        fits = {place % 12 + 1 for place, name in enumerate(names) if name.startswith(word)}
        return fits.pop() if len(fits) == 1 and len(word) >= 3 else 9 if word == "sept" else 0

    def _year(self, text: str) -> int:
        year = int(text)
        if len(text) > 2:
            return year
        century = self._today.year // 100 * 100
        return century + year - (100 if century + year > self._today.year + _YEARS_AHEAD else 0)

    def _whole_month(self, text: str, year: int, month: int) -> str | Odd:
        if not self._months:
            return Wrong(
                Cause.MONTH_WITHOUT_DAY,
                f"{text!r} is a month, not a day",
                "write the day, such as 2026-07-31",
            )
        if not (1 <= month <= 12 and 1 <= year < 9999):
            return _no_such_date(text)
        first, last = month_span(year, month)
        day = self._checked(last, text)
        self.spans[last.isoformat()] = first.isoformat()
        return day

    def _calendar(self, text: str, year: int, month: int, day: int) -> str | Odd:
        try:
            day_found = date(year, month, day)
        except ValueError:
            return _no_such_date(text)
        return self._checked(day_found, text)

    def _checked(self, day: date, text: str) -> str | Odd:
        if day < FIRST_DAY:
            return Wrong(
                Cause.DATE_OUT_OF_RANGE,
                f"{text!r} is out of range: a date before 1900",
                "check the date",
            )
        if day > self._last:
            return Wrong(Cause.DATE_IN_FUTURE, f"{text!r} is in the future", "check the date")
        return day.isoformat()

    def _remark(self, code: str, text: str) -> None:
        if code not in self._expected:
            self.remarks.setdefault(code, text)


def month_span(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def no_date(cell: Cell) -> Wrong:
    """The problem of a cell that is no date."""
    return Wrong(Cause.NO_DATE, f"{printed(cell)!r} is not a date", "write it as 2026-07-31")


def _no_such_date(text: str) -> Wrong:
    return Wrong(Cause.NO_DATE, f"{printed(text)!r}: there is no such date", "check the date")
