"""Numbers as reports print them: amounts, units, discounts.

Strict on purpose: ``int`` and ``Decimal`` accept NaN, 1E5, 1_000 and digits of every script.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import MICRO
from royalties.domain.problems import Cause
from royalties.ingest.report.cells import (
    BLANK,
    Ambiguous,
    Cell,
    Invalid,
    MarkedAmount,
    NonValue,
    oddity,
    printed,
    visible,
)
from royalties.ingest.report.conventions import Convention

MOST_UNITS = 10_000_000
MOST = 10_000_000_000
"""The largest amount in units of a currency: sums of many such lines must still fit 64 bits."""

EXAMPLE = "1234.56"
"""An amount as remedies write it."""

_WRITE_NUMBER = f"write a plain number such as {EXAMPLE}"
_DECIMALS = 6
_NOISE = 9
"""A binary float shows its noise beyond nine decimals; there it is rounded away."""

_CENTS, _THOUSANDTHS = 2, 3
_OTHER_MARK = {".": ",", ",": "."}
_LONGEST_NUMBER = 60
_MOST_NOISE = 10
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2019": "'"})
_PLAIN = re.compile(r"(-?)(\d{1,10})(?:\.(\d{1,2}|\d{4,6}))?", re.ASCII)
_PRINTED = re.compile(
    r"""(?P<sign>[-+])?+\s*+(?P<before>[^\d\s.,()+'-]{1,4})?+\s*+(?P<sign2>[-+])?+\s*+
        (?P<number>\d[\d.,' ]*|[.,]\d+)(?<!\ )\s*+(?P<minus>-)?+\s*+
        (?P<after>[^\d\s.,()+'-]{1,4})?""",
    re.ASCII | re.VERBOSE,
)
_PARENTHESES = re.compile(r"([^\d()+-]*)\(([^()+-]+)\)([^\d()+-]*)", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)

_MARKS = {
    "$": "USD CAD AUD NZD SGD HKD MXN TWD BRL ARS CLP COP JMD BSD BBD BZD FJD TTD XCD",
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "MX$": "MXN", "R$": "BRL", "NT$": "TWD",
    "£": "GBP", "€": "EUR", "¥": "JPY CNY", "￥": "JPY CNY", "₹": "INR", "Rs": "INR", "Rs.": "INR",
    "zł": "PLN", "kr": "SEK NOK DKK", "kr.": "SEK NOK DKK", "₺": "TRY", "₩": "KRW", "R": "ZAR",
    "Fr.": "CHF",
}  # fmt: skip
CURRENCY_MARKS = {mark: frozenset(codes.split()) for mark, codes in _MARKS.items()}
"""Signs that reports print beside amounts, with the currencies each can mean."""


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A printed number taken apart; ``doubtful`` is a separator that may be either."""

    negative: bool
    whole: str
    decimals: str
    unit: str
    proves: str = ""
    grouped_by: str = ""
    doubtful: str = ""

    def micro(self) -> int | None:
        """Millionths, without the noise of a binary float; None with more digits than that."""
        value = int(self.whole + self.decimals[:_DECIMALS].ljust(_DECIMALS, "0"))
        if self.noisy:
            beyond = int(self.decimals[_DECIMALS:].ljust(30, "0")[:30])
            noise = 10 ** (30 - (_NOISE - _DECIMALS))
            if noise < beyond < 10**30 - noise:
                return None
            value += beyond > noise
        return -value if self.negative else value

    def hundredth(self) -> "PrintedNumber":
        """The same number per cent."""
        whole = self.whole.zfill(3)
        return PrintedNumber(self.negative, whole[:-2], whole[-2:] + self.decimals, "")

    @property
    def noisy(self) -> bool:
        """Whether digits beyond the sixth decimal had to be dropped."""
        return bool(self.decimals[_DECIMALS:].strip("0"))


def take_apart(text: str) -> PrintedNumber | None:
    """Take a printed number apart; None where it is no number."""
    text = text.translate(_SPACES).strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    negative = False
    if found := _PARENTHESES.fullmatch(text):
        text, negative = "".join(found.groups()), True
    shape = _PRINTED.fullmatch(text.strip())
    if not shape or sum(map(bool, (shape["sign"], shape["sign2"], shape["minus"]))) > 1:
        return None
    negative = negative or "-" in (shape["sign"], shape["sign2"], shape["minus"])
    if shape["before"] and shape["after"]:
        return None
    unit = shape["before"] or shape["after"] or ""
    return _figure(negative, shape["number"], unit)


def _figure(negative: bool, number: str, unit: str) -> PrintedNumber | None:
    for outer in " '":
        if outer in number:
            integer, mark, decimals = number.partition("." if "." in number else ",")
            digits = _ungrouped(integer, outer)
            if digits is None or not _digits(decimals if mark else "0"):
                return None
            return PrintedNumber(negative, digits, decimals, unit, mark)
    figure = partial(PrintedNumber, negative, unit=unit)
    points, commas = number.count("."), number.count(",")
    if not points and not commas:
        return figure(number, "")
    mark = "." if number.rfind(".") > number.rfind(",") else ","
    other = "," if mark == "." else "."
    integer, _, decimals = number.rpartition(mark)
    if points and commas:
        ungrouped = _ungrouped(integer, other)
        if ungrouped is None or not _digits(decimals):
            return None
        return figure(ungrouped, decimals, proves=mark, grouped_by=other)
    if points + commas > 1:
        ungrouped = _ungrouped(number, mark)
        return figure(ungrouped, "", proves=other, grouped_by=mark) if ungrouped else None
    if len(decimals) == 3 and 1 <= len(integer) <= 3 and integer[0] != "0":
        return figure(integer, decimals, doubtful=mark)
    return figure(integer or "0", decimals or "0", proves=mark)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _ungrouped(text: str, separator: str) -> str | None:
    """Digits without well-formed groups of three, or Indian ones of two and a last of three."""
    groups = text.split(separator)
    if not all(_digits(group) for group in groups):
        return None
    lengths = [len(group) for group in groups]
    if len(lengths) == 1:
        return groups[0]
    western = 1 <= lengths[0] <= 3 and set(lengths[1:]) == {3}
    indian = 1 <= lengths[0] <= 2 and lengths[-1] == 3 and set(lengths[1:-1]) == {2}
    return "".join(groups) if western or indian else None


class Numbers:
    """Reads the numbers of one file, by one decimal mark.

    ``noise`` collects texts that were rounded; ``blanks`` are words that mean nothing.
    ``points``: a point parts decimals, unless the file itself has decimal commas.
    """

    def __init__(
        self, mark: Convention, blanks: frozenset[str] = frozenset(), *, points: bool = False
    ) -> None:
        self.mark = mark
        self.blanks = blanks
        self.points = points
        self.currencies: Callable[[], frozenset[str]] = frozenset
        """The currencies of all rows, as far as they are known."""
        self.grouped = False
        self.noise: dict[str, str] = {}

    def learn(self, cell: Cell, row: int) -> None:
        """Take what a cell proves about the decimal mark."""
        if not isinstance(cell, str) or cell.isdecimal():
            return
        figure = take_apart(visible(cell))
        if figure and figure.proves:
            self.mark.prove(figure.proves, cell.strip(), row)
            self.grouped = self.grouped or bool(figure.grouped_by)

    def amount(self, cell: Cell) -> int | NonValue:
        """Millionths of a currency's unit."""
        if isinstance(cell, float | int):
            return _from_number(cell)
        figure = self._read(cell, "an amount")
        if isinstance(figure, NonValue):
            return figure
        currencies = _currencies(figure.unit)
        if currencies is None:
            return _no_amount(printed(cell))
        micro = self._within(figure, printed(cell))
        if isinstance(micro, NonValue) or not figure.unit:
            return micro
        return MarkedAmount(micro, figure.unit, currencies)

    def discount(self, cell: Cell, percent: bool = False) -> int | NonValue:
        """Millionths of one; a bare number is a fraction unless its column says per cent."""
        if isinstance(cell, float | int):
            figure: PrintedNumber | NonValue = _float_figure(cell) or _no_discount(printed(cell))
        else:
            figure = self._read(cell, "a discount")
        if isinstance(figure, NonValue):
            return figure
        known = figure.unit in ("", "%")
        figure = figure.hundredth() if percent or figure.unit == "%" else figure
        micro = figure.micro() if known else None
        if micro is None or not 0 <= micro <= MICRO:
            return _no_discount(printed(cell))
        return micro

    def units(self, cell: Cell) -> int | NonValue:
        """A whole number of copies."""
        if isinstance(cell, float | int):
            return _whole(int(cell)) if cell == cell // 1 else _no_units(printed(cell))
        if isinstance(cell, bytes):
            return oddity(cell)
        if isinstance(cell, str) and _WHOLE.fullmatch(cell):
            return _whole(int(cell[:_LONGEST_NUMBER]))
        figure = self._read(cell, "a number of units", settle=False)
        if isinstance(figure, NonValue):
            return _no_units(printed(cell)) if isinstance(figure, Invalid) else figure
        if (figure.doubtful == "," and self.mark.answer != ",") or (
            figure.doubtful == "." and self.mark.answer == ","
        ):
            figure = PrintedNumber(figure.negative, figure.whole + figure.decimals, "", figure.unit)
        if figure.doubtful or figure.unit or figure.decimals.strip("0"):
            return _no_units(printed(cell))
        return _whole(-int(figure.whole) if figure.negative else int(figure.whole))

    def _read(self, cell: Cell, wanted: str, *, settle: bool = True) -> PrintedNumber | NonValue:
        if isinstance(cell, bytes):
            return oddity(cell)
        if not isinstance(cell, str):
            return Invalid(
                Cause.DATE_AS_NUMBER,
                f"{printed(cell)!r} is a date, not {wanted}",
                "write the number",
            )
        text = cell.strip()
        if not text or text.casefold() in self.blanks:
            return BLANK
        found = _PLAIN.fullmatch(text)
        if found and (self.mark.answer == "." or not found[3]):
            return PrintedNumber(bool(found[1]), found[2], found[3] or "", "")
        figure = take_apart(text)
        if figure is None:
            return _no_number(text)
        return self._by_mark(figure, text) if settle else figure

    def _by_mark(self, figure: PrintedNumber, text: str) -> PrintedNumber | NonValue:
        if figure.proves:
            answer = self.mark.beside(figure.proves, text)
            if answer == figure.proves:
                return figure
            self.mark.consulted = True
            if not answer:
                return Ambiguous(self.mark.key)
            return Invalid(
                Cause.OTHER_DECIMAL_MARK,
                f"{text!r} has the other decimal mark: {self.mark.witness()}",
                "write all amounts of the file in one way",
            )
        if not figure.doubtful:
            return figure
        meaning = self._meaning(figure.doubtful)
        if not meaning:
            return Ambiguous(self.mark.key)
        if meaning == figure.doubtful:
            return figure
        return PrintedNumber(figure.negative, figure.whole + figure.decimals, "", figure.unit)

    def _meaning(self, separator: str) -> str:
        """The decimal mark, as far as it tells what this separator is for.

        A point elsewhere does not prove that a comma groups thousands: files mix marks. A
        comma that groups somewhere does. Where nothing does, three digits are decimals of a
        currency that has three, and no decimals of one that has none.
        """
        self.mark.consulted = True
        answer = self.mark.answer
        if answer and answer in (self.mark.fixed, self.mark.habit):
            return answer
        if answer == separator or (answer and self.grouped):
            return answer
        answer = self.mark.found()
        if answer == separator or (answer and self.grouped):
            return answer
        if separator == "." and self.points and not answer:
            return separator
        digits = {EXPONENTS.get(code, _CENTS) for code in self.currencies()}
        if digits in ({_THOUSANDTHS}, {0}):
            return separator if digits == {_THOUSANDTHS} else _OTHER_MARK[separator]
        return self.mark.recall()

    def _within(self, figure: PrintedNumber, text: str) -> int | NonValue:
        micro = figure.micro()
        if micro is None:
            return too_many_decimals(text)
        if abs(micro) > MOST * MICRO:
            return _too_large(text)
        if figure.noisy and len(self.noise) < _MOST_NOISE:
            self.noise[text] = _decimal_text(micro)
        return micro


def currencies_of(mark: str) -> frozenset[str] | None:
    """Currencies that a code or a sign beside an amount can mean; None for anything else."""
    return _currencies(mark)


def _currencies(unit: str) -> frozenset[str] | None:
    if not unit:
        return frozenset()
    if unit in CURRENCY_MARKS:
        return CURRENCY_MARKS[unit]
    is_code = unit.upper() in EXPONENTS and not (unit[-1:].islower() and unit[:-1].isupper())
    return frozenset((unit.upper(),)) if is_code else None


def _from_number(cell: float) -> int | NonValue:
    figure = _float_figure(cell)
    micro = figure.micro() if figure else None
    if micro is None:
        return Invalid(
            Cause.TOO_MANY_DECIMALS,
            f"{printed(cell)} has more than six decimals" if figure else f"{cell} is not a number",
            "round it to what was paid or is listed",
        )
    return _too_large(printed(cell)) if abs(micro) > MOST * MICRO else micro


def _float_figure(cell: float) -> PrintedNumber | None:
    value = Decimal(repr(cell))
    if not value.is_finite() or abs(value) > 10**18:
        return None
    whole, _, decimals = f"{abs(value):f}".partition(".")
    return PrintedNumber(value < 0, whole, decimals, "")


def _whole(value: int) -> int | NonValue:
    if abs(value) > MOST_UNITS:
        return Invalid(Cause.TOO_LARGE, f"more than {MOST_UNITS:,} units", "check the number")
    return value


def within(micro: int) -> int | NonValue:
    """An amount in millionths that was worked out, if the books can hold it."""
    return _too_large(_decimal_text(micro)) if abs(micro) > MOST * MICRO else micro


def _decimal_text(micro: int) -> str:
    whole, rest = divmod(abs(micro), MICRO)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micro < 0 else ''}{whole}.{decimals}"


def _foreign_digits(text: str) -> bool:
    return any(sign.isdecimal() and not sign.isascii() for sign in text)


def _no_number(text: str) -> Invalid:
    if _foreign_digits(text):
        return Invalid(
            Cause.OTHER_DIGITS,
            f"{printed(text)!r} is not written with the digits 0-9",
            "use digits 0-9",
        )
    if text in ("-", "–", "—"):
        return Invalid(Cause.NO_NUMBER, f"{{column}} is {text!r}", "enter 0 if nothing was paid")
    return Invalid(
        Cause.NO_NUMBER,
        f"{printed(text)!r} is not a number",
        _WRITE_NUMBER,
    )


def _no_amount(text: str) -> Invalid:
    return Invalid(Cause.NO_NUMBER, f"{text!r} is not an amount", _WRITE_NUMBER)


def _no_units(text: str) -> Invalid:
    return Invalid(
        Cause.NO_WHOLE_NUMBER,
        f"{text!r} is not a whole number",
        "write how many copies as a whole number such as 12",
    )


def _no_discount(text: str) -> Invalid:
    return Invalid(
        Cause.NO_DISCOUNT, f"{text!r} is not a discount", "write a fraction such as 0.42, or 42%"
    )


def too_many_decimals(text: str) -> Invalid:
    """The problem of an amount that the books cannot hold exactly."""
    return Invalid(
        Cause.TOO_MANY_DECIMALS,
        f"{text!r} has more than six decimals",
        "round it to what was paid or is listed",
    )


def _too_large(text: str) -> Invalid:
    return Invalid(Cause.TOO_LARGE, f"{printed(text)!r} is too large an amount", "check the number")
