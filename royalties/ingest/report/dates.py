"""Dates as reports print them, as ISO days; months count as their last day."""

import re
from datetime import date, timedelta
from functools import cache

from royalties.domain.problems import Cause
from royalties.ingest.report.cells import (
    BLANK,
    Ambiguous,
    Cell,
    Invalid,
    NonValue,
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
_LEAST_LETTERS = 3
"""Of a month's abbreviation."""
_ZONE = r"(?:Z|UTC|GMT|[-+]\d{2}:?\d{2})?"
_TIME = (
    rf"(?:[T ,]+\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?\s*+(?:[AaPp]\.?[Mm]\.?)?+\s*+{_ZONE})?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}Z?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.Mm](\d{1,2})|(\d{1,2})[-/.](\d{4})", re.ASCII)
_WEEK = re.compile(r"(\d{4})[- ]?[Ww](\d{2})", re.ASCII)
_WEEK_ENDING = re.compile(r"(?:w/e|week(?: |-)?ending|week ended):? ", re.IGNORECASE)
_COMPACT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])", re.ASCII)
_IDEOGRAPHS = re.compile(
    rf"(\d{{4}})\s*[年년]\s*(\d{{1,2}})\s*[月월](?:\s*(\d{{1,2}})\s*[日일]{_TIME})?", re.ASCII
)
_QUARTER = re.compile(
    r"(?:([QH])([1-4])|([1-4])([QH]))[ ,./-]*(\d{4})"
    r"|(\d{4})[ ,./-]*(?:([QH])([1-4])|([1-4])([QH]))",
    re.ASCII | re.IGNORECASE,
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_DAY_WORD = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º)?[ .-]+(?:de )?([^\W\d_]+)\.?[ ,.-]+(?:del? )?"
    rf"(\d{{4}}|\d{{2}}){_TIME}"
)
_WORD_DAY = re.compile(rf"([^\W\d_]+)\.?[ -]+(\d{{1,2}})(?:st|nd|rd|th)?[ ,-]+(\d{{4}}){_TIME}")
_WORD_YEAR = re.compile(r"([^\W\d_]+)\.?[ ,/-]+(?:del? |['’])?(\d{4}|\d{2})")
_YEAR_WORD = re.compile(r"(\d{4})[ ,./-]+([^\W\d_]+)\.?")
_RANGE = re.compile(r"(.{0,78}\d)\s*(?:[–—]|\s-\s|\bto\b|\bbis\b|\.\.)\s*+(\d.{0,78})")
_CLOSE_RANGE = re.compile(
    r"(\d{1,4}[./]\d{1,2}[./]\d{1,4})-(\d{1,4}[./]\d{1,2}[./]\d{1,4})", re.ASCII
)
_CUSTOM = frozenset(("custom", "custom period", "custom range", "custom dates"))
"""Words that retailers write where a report is of days that somebody picked."""

MONTHS = "months"
"""Stands among what is expected of a report that is by month."""

MONTHS_OF = {"Q": 3, "H": 6}
"""Months of a quarter and of a half-year."""

_ENGLISH = "january february march april may june july august september october november december"
LOCALES = {
    "french": "fr", "german": "de", "spanish": "es", "italian": "it", "dutch": "nl",
    "portuguese": "pt", "polish": "pl", "swedish": "sv", "danish": "da", "norwegian": "nb",
    "finnish": "fi", "czech": "cs", "slovak": "sk", "hungarian": "hu", "romanian": "ro",
    "croatian": "hr", "slovenian": "sl", "bulgarian": "bg", "russian": "ru", "ukrainian": "uk",
    "greek": "el", "turkish": "tr", "catalan": "ca", "galician": "gl", "estonian": "et",
    "latvian": "lv", "lithuanian": "lt", "icelandic": "is", "indonesian": "id",
}  # fmt: skip
LANGUAGES = tuple(LOCALES)
RANGE_ENDS = ("start", "end")


@cache
def _month_names(language: str) -> tuple[tuple[int, str], ...]:
    """Months with each of their names in a language, in small letters."""
    from babel import Locale  # noqa: PLC0415 - half a second, for those who need it

    months = Locale(LOCALES[language]).months
    names = {
        (month, _folded(name))
        for use in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in months[use][width].items()
    }
    return tuple(sorted(names))


@cache
def month_in_any_language(word: str) -> int:
    """The month whose whole name a word is, if all languages agree; 0 if none or several."""
    from babel import Locale  # noqa: PLC0415 - half a second, for those who need it

    months = {
        month
        for code in LOCALES.values()
        for use in ("format", "stand-alone")
        for month, name in Locale(code).months[use]["wide"].items()
        if _folded(name) == word
    }
    return months.pop() if len(months) == 1 else 0


class Dates:
    """Reads the dates of one file.

    ``remarks`` collects texts that were read in a way to be confirmed, by code; ``spans`` the
    first day of a month by its last, where a cell named the whole month, and ``whole`` the first
    such cell with that day. ``answered`` are keys of answers that were needed.
    """

    def __init__(
        self, order: Convention, today: date, *, months: bool = False, language: str = "",
        range_end: str = "", expected: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.order = order
        self.remarks: dict[str, str] = {}
        self.spans: dict[str, str] = {}
        self.asked: set[str] = set()
        self.answered: set[str] = set()
        self.whole: tuple[str, str] | None = None
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
        text = visible(cell[:_LONGEST_DATE]).strip()
        for part in _ends(text) or (text,):
            if found := _YEAR_LAST.fullmatch(part):
                first, second = int(found[1]), int(found[3])
                if (first > 12) is not (second > 12):
                    self.order.prove("dmy" if first > 12 else "mdy", cell.strip(), row)

    def day(self, cell: Cell) -> str | NonValue:
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
            text = " ".join(cell.split())
            if len(text) > _LONGEST_DATE:
                return no_date(cell)
            if not text or text.casefold() in _CUSTOM:
                return BLANK
            return self._from_text(_WEEK_ENDING.sub("", text, 1))
        if self._months and (found := _COMPACT_MONTH.fullmatch(printed(cell))):
            self._remark("compact-date", found[0])
            return self._whole_months(found[0], int(found[1]), int(found[2]))
        return self._from_serial(cell)

    def _from_serial(self, cell: float) -> str | NonValue:
        if not 0 <= cell <= _LAST_SERIAL:
            return no_date(cell)
        # 23:59:59.9999 is still its day: serials truncate.
        return self._checked(_EPOCH + timedelta(days=int(cell)), printed(cell))

    def _from_text(self, text: str) -> str | NonValue:
        if match := _YEAR_FIRST.fullmatch(text):
            return self._calendar(text, int(match[1]), int(match[3]), int(match[4]))
        if match := _YEAR_LAST.fullmatch(text):
            return self._year_last(text, match)
        if match := _MONTH.fullmatch(text):
            return self._whole_months(text, int(match[1] or match[4]), int(match[2] or match[3]))
        if match := _DAY_WORD.fullmatch(text):
            return self._worded(text, match[1], match[2], match[3])
        if match := _WORD_DAY.fullmatch(text):
            return self._worded(text, match[2], match[1], match[3])
        if match := _WORD_YEAR.fullmatch(text):
            return self._month_of(text, match[1], match[2])
        if (match := _YEAR_WORD.fullmatch(text)) and len(match[2]) > 1:
            return self._month_of(text, match[2], match[1])
        return self._numeric(text)

    def _numeric(self, text: str) -> str | NonValue:
        if match := _IDEOGRAPHS.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            if match[3]:
                return self._calendar(text, year, month, int(match[3]))
            return self._whole_months(text, year, month)
        if match := _QUARTER.fullmatch(text):
            return self._quarter(text, *filter(None, match.groups()))
        if self._months and (match := _COMPACT_MONTH.fullmatch(text)):
            self._remark("compact-date", text)
            return self._whole_months(text, int(match[1]), int(match[2]))
        if match := _COMPACT.fullmatch(text):
            self._remark("compact-date", text)
            return self._calendar(text, *map(int, match.groups()))
        if match := _SERIAL.fullmatch(text):
            day = self._from_serial(int(match[1]))
            self._remark("serial-date", text)
            return day
        return self._range(text)

    def _range(self, text: str) -> str | NonValue:
        """Days from one to another, or a week of ISO 8601: the answer says which end counts."""
        days: list[str | NonValue]
        if match := _WEEK.fullmatch(text):
            try:
                monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            except ValueError:
                return _no_such_date(text)
            days = [self._checked(day, text) for day in (monday, monday + timedelta(days=6))]
        else:
            days = [self._from_text(part) for part in _ends(text)]
        undecided = [day for day in days if isinstance(day, Ambiguous)]
        if not days or any(isinstance(day, Invalid) for day in days):
            return no_date(text)
        self.answered.add("date_range")
        if self._range_end not in RANGE_ENDS:
            self.asked.add("date_range")
            return Ambiguous("date_range")
        return undecided[0] if undecided else days[RANGE_ENDS.index(self._range_end)]

    def _year_last(self, text: str, match: re.Match[str]) -> str | NonValue:
        first, second = int(match[1]), int(match[3])
        year = self._year(match[4])
        if len(match[4]) == 2:
            self._remark("two-digit-year", text)
        if first > 12 and second > 12:
            return _no_such_date(text)
        if first <= 12 and second <= 12 and first == second:
            return self._calendar(text, year, first, second)
        proven = "dmy" if first > 12 else "mdy" if second > 12 else ""
        if proven:
            self.order.beside(proven, text)
        order = self.order.answer or self.order.needed()
        self.order.consulted = True
        if not order:
            return Ambiguous(self.order.key)
        if proven and proven != order:
            return Invalid(
                Cause.OTHER_DATE_ORDER,
                f"{text!r} has no such month: {self.order.witness()}",
                f"choose date_order={proven} if all dates of the file are written so; else "
                f"write this one like the others"
                if self.order.fixed
                else "write all dates of the file in one way",
            )
        day, month = (first, second) if order == "dmy" else (second, first)
        return self._calendar(text, year, month, day)

    def _worded(self, text: str, day: str, word: str, year: str) -> str | NonValue:
        month = self._month(word)
        if not month and self._language not in LOCALES:
            self.asked.add("date_language")
            return Ambiguous("date_language")
        if not month:
            return no_date(text)
        if len(year) == 2:
            self._remark("two-digit-year", text)
        return self._calendar(text, self._year(year), month, int(day))

    def _month_of(self, text: str, word: str, year: str) -> str | NonValue:
        """The month of a name and a year, or of a quarter (``Q3 2026`` without its figure)."""
        month = self._month(word)
        if not month:
            if not any(_month_like(word, language) for language in LANGUAGES):
                return no_date(text)
            if self._language not in LOCALES:
                self.asked.add("date_language")
                return Ambiguous("date_language")
            return no_date(text)
        if len(year) == 2 and MONTHS not in self._expected:
            self._remark("two-digit-year", text)
        return self._whole_months(text, self._year(year), month)

    def _month(self, word: str) -> int:
        """The month of a name or its abbreviation of three letters and more; 0 if none.

        A name is English or of the language that was chosen; written out, it may be of any
        language, if no two of them mean different months.
        """
        word = _folded(word)
        fits = {
            place
            for place, name in enumerate(_ENGLISH.split(), 1)
            if len(word) >= _LEAST_LETTERS and name.startswith(word)
        }
        if word == "sept":
            fits = {9}
        if self._language in LOCALES and not fits:
            fits = _month_like(word, self._language)
            self.answered.add("date_language")
        if len(fits) == 1:
            return fits.pop()
        return 0 if fits or self._language in LOCALES else month_in_any_language(word)

    def _year(self, text: str) -> int:
        year = int(text)
        if len(text) > 2:
            return year
        century = self._today.year // 100 * 100
        return century + year - (100 if century + year > self._today.year + _YEARS_AHEAD else 0)

    def _quarter(self, text: str, *parts: str) -> str | NonValue:
        year = next(int(part) for part in parts if len(part) > 1)
        count = next(int(part) for part in parts if len(part) == 1 and part.isdecimal())
        months = next(MONTHS_OF[part.upper()] for part in parts if part.isalpha())
        return self._whole_months(text, year, months * count, months)

    def _whole_months(
        self, text: str, year: int, last_month: int, months: int = 1
    ) -> str | NonValue:
        if not self._months:
            return Invalid(
                Cause.MONTH_WITHOUT_DAY,
                f"{text!r} is a month, not a day",
                "write the day, such as 2026-07-31",
            )
        if not (1 <= last_month <= 12 and 1 <= year < 9999):
            return _no_such_date(text)
        first, last = date(year, last_month - months + 1, 1), month_span(year, last_month)[1]
        day = self._checked(last, text)
        self.spans[last.isoformat()] = first.isoformat()
        self.whole = self.whole or (text, last.isoformat())
        return day

    def _calendar(self, text: str, year: int, month: int, day: int) -> str | NonValue:
        try:
            day_found = date(year, month, day)
        except ValueError:
            return _no_such_date(text)
        return self._checked(day_found, text)

    def _checked(self, day: date, text: str) -> str | NonValue:
        if day < FIRST_DAY:
            return Invalid(
                Cause.DATE_OUT_OF_RANGE,
                f"{text!r} is out of range: a date before 1900",
                "check the date",
            )
        if day > self._last:
            return Invalid(Cause.DATE_IN_FUTURE, f"{text!r} is in the future", "check the date")
        return day.isoformat()

    def _remark(self, code: str, text: str) -> None:
        if code not in self._expected:
            self.remarks.setdefault(code, text)


def _ends(text: str) -> tuple[str, ...]:
    """The texts of both ends of a range of days; none if it is no range."""
    match = _CLOSE_RANGE.fullmatch(text) or _RANGE.fullmatch(text)
    return tuple(part.strip() for part in match.groups()) if match else ()


def _folded(month: str) -> str:
    """A month's name in small letters, without what Catalan puts before it and Turkish above."""
    name = month.casefold().rstrip(".").removeprefix("de ").removeprefix("d’")
    return name.replace("ı", "i").replace("i\u0307", "i")


def _month_like(word: str, language: str) -> set[int]:
    """Months of a language whose names a word is, or begins with three letters and more."""
    word = _folded(word)
    names = _month_names(language)
    whole = {month for month, name in names if name == word}
    if whole or len(word) < _LEAST_LETTERS:
        return whole
    return {month for month, name in names if name.startswith(word)}


def month_span(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def no_date(cell: Cell) -> Invalid:
    """The problem of a cell that is no date."""
    return Invalid(Cause.NO_DATE, f"{printed(cell)!r} is not a date", "write it as 2026-07-31")


def _no_such_date(text: str) -> Invalid:
    return Invalid(Cause.NO_DATE, f"{printed(text)!r}: there is no such date", "check the date")
