"""The single values of a setup file: each is read in one strict way and explains its refusal."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, TypeGuard
from urllib.parse import urlsplit

from pydantic import PlainValidator, WithJsonSchema

from royalties.domain.currencies import EXPONENTS, UnknownCurrencyError
from royalties.domain.money import NotAnAmountError, exact_number
from royalties.domain.one_line import fault_of_line
from royalties.domain.periods import Calendar, NotAPeriodError, Period, parse_period
from royalties.domain.sales.slices import SaleKind
from royalties.domain.terms.catalogue import Channel, Format
from royalties.domain.terms.contracts import Basis, Counts, Resets
from royalties.domain.terms.plans import CapPer
from royalties.ingest import mailboxes, places
from royalties.ingest.setup.identifiers import bic, ein, iban, isbn, routing
from royalties.ingest.setup.taking import NotTakenError, shown, text_of

_DIGITS = 12
"""Whole digits of a number: a price in millionths still fits the database's integers."""
_LONGEST_NUMBER = 60
_LONGEST_TEXT = 500
_LONGEST_NAME = 120
_LONGEST_PARAGRAPH = 4000
_YEARS = (1000, 9998)

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_STEP = re.compile(r"[1-9]\d{0,2}(\.[1-9]\d{0,2}){0,12}", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,33}", re.ASCII)
_WEBSITE = re.compile(r"https?://[^\s/]\S*")
_SAMPLE = re.compile(r"[0-9a-f]{64}\.pdf", re.ASCII)
_NOT_IN_LINKS = frozenset(' "<>\\^`{|}')


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def number_of(text: str) -> Fraction:
    """The exact number of a plain decimal that also fits the database.

    Raises:
        NotAnAmountError: it is no such number; the message says how one looks.
    """
    if len(text) > _LONGEST_NUMBER:
        raise NotAnAmountError(f"a number of more than {_LONGEST_NUMBER} characters")
    number = exact_number(text)
    if abs(number) >= 10**_DIGITS:
        raise NotAnAmountError(f"{text!r} has more than {_DIGITS} digits before the point")
    return number


def _decimal(
    least: int | None = 0, most: int | None = None, digits: int | None = None
) -> Callable[[object], str]:
    """A reader of plain decimals within limits, with at most so many digits after the point."""

    def read(value: object) -> str:
        if _is_number(value):
            if not math.isfinite(value):
                raise NotTakenError(f'{value} is no number: write a decimal string such as "0.125"')
            raise NotTakenError(f'{shown(value)} is a bare number: write it as a string, "{value}"')
        text = text_of(value, "a decimal number")
        try:
            number = number_of(text)
        except NotAnAmountError as fault:
            raise NotTakenError(str(fault)) from None
        if least is not None and number < least:
            raise NotTakenError(f"{text} is below {least}: it must not be negative")
        if most is not None and number > most:
            raise NotTakenError(
                f"{text} is above {most}: write a fraction of 1, such as 0.10 for 10 %"
            )
        if digits is not None and (number * 10**digits).denominator != 1:
            raise NotTakenError(f"{text} has more than {digits} digits after the point")
        return text

    return read


def _exchange_rate(value: object) -> str:
    text = _decimal()(value)
    if not Fraction(text):
        raise NotTakenError("a rate of exchange must be above 0")
    return text


def _debit(value: object) -> str:
    text = _decimal(least=None)(value)
    if Fraction(text) > 0:
        raise NotTakenError(
            f"{text} is above 0: it is a debit balance, write -{text} or leave it out"
        )
    return text


def _whole_or_decimal(least: int | None) -> Callable[[object], int | str]:
    def read(value: object) -> int | str:
        if isinstance(value, int) and not isinstance(value, bool):
            _decimal(least)(str(value))
            return value
        return _decimal(least)(value)

    return read


_YEAR = 366
_MOST = 1_000_000
_MOST_COPIES = 1_000_000_000


def _count(least: int = 1, most: int | None = None) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotTakenError(
                f"{shown(value)} is not a whole number: write it without quotes, such as 2"
            )
        if not least <= value <= (most or _MOST):
            room = f"from {least} up" if most is None else f"from {least} to {most}"
            raise NotTakenError(f"{shown(value)} is out of range: write a whole number {room}")
        return value

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise NotTakenError(f"{shown(value)} is neither true nor false: write it without quotes")
    return value


def _only_true(value: object) -> bool:
    if value is not True:
        raise NotTakenError("write true, or leave the key out")
    return True


def _text(longest: int = _LONGEST_TEXT, least: int = 1) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = text_of(value).strip()
        if fault := fault_of_line(text):
            raise NotTakenError(fault)
        if len(text) < least:
            raise NotTakenError("it is blank: write a text, or leave the key out")
        if len(text) > longest:
            raise NotTakenError(f"it has {len(text)} characters: shorten it to {longest}")
        return text

    return read


def _key(value: object) -> str:
    text = text_of(value, "a key")
    if not _KEY.fullmatch(text):
        raise NotTakenError(
            f"{shown(text)} is not a key: use up to 64 letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit"
        )
    return text


def _right(value: object) -> str:
    text = _text(_LONGEST_NAME)(value)
    if "|" in text:
        raise NotTakenError("a right's name cannot hold '|'")
    return text


def _matching(pattern: re.Pattern[str], how: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = _text()(value)
        if not pattern.fullmatch(text):
            raise NotTakenError(f"{shown(text)} is not {how}")
        return text

    return read


def _placed(read: Callable[[str], str]) -> Callable[[object], str]:
    def code(value: object) -> str:
        try:
            return read(_text()(value))
        except places.NotAPlaceError as fault:
            raise NotTakenError(str(fault)) from None

    return code


def _mailbox(value: object) -> str:
    text = _text()(value)
    try:
        return mailboxes.mailbox(text)
    except mailboxes.NotAMailboxError:
        raise NotTakenError(
            f"{shown(text)} is not an e-mail address such as royalties@example.org"
        ) from None


def _link(value: object) -> str:
    text = _text()(value)
    if not _is_link(text):
        raise NotTakenError(
            f"{shown(text)} is not a link: write a web address that begins with https://"
        )
    return text


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        leads_somewhere = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = text.startswith("https://") and not _NOT_IN_LINKS & set(text)
    return leads_somewhere and plain and "@" not in parts.netloc


def _sample(value: object) -> str:
    if isinstance(value, str) and _SAMPLE.fullmatch(value):
        return value
    try:
        return _link(value)
    except NotTakenError as fault:
        raise NotTakenError(f"{fault}, or upload a PDF on the title's page") from None


def _year(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotTakenError(f"{shown(value)} is not a year: write it as a number, such as 2016")
    if not _YEARS[0] <= value <= _YEARS[1]:
        raise NotTakenError(
            f"{shown(value)} is out of range: a year from {_YEARS[0]} to {_YEARS[1]}"
        )
    return value


def _day(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    text = text_of(value, "a day such as 2025-07-31")
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise NotTakenError(f"{shown(text)} is not a day: write it like 2025-07-31")
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise NotTakenError(f"{text} is out of range: a year from {_YEARS[0]} to {_YEARS[1]}")
    return text


def period_in(text: str) -> Period | None:
    """The period of whichever calendar a text is written in, if any."""
    for calendar in Calendar:
        try:
            return parse_period(text, calendar)
        except NotAPeriodError:
            continue
    return None


def _period(value: object) -> str:
    text = text_of(value, "a period such as 2025-H1")
    if period_in(text) is None:
        raise NotTakenError(
            f"{shown(text)} is not a period: write it like 2025, 2025-H1, 2025-Q3 or 2025-07"
        )
    return text


def _currency(value: object) -> str:
    text = text_of(value, "a currency")
    if text not in EXPONENTS:
        raise NotTakenError(str(UnknownCurrencyError(text)))
    return text


def word_of(words: type[StrEnum] | tuple[str, ...]) -> Callable[[object], str]:
    """A reader of one of some words."""
    allowed = [str(word) for word in words]

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise NotTakenError(f"{shown(value)} is not one of {', '.join(allowed)}")
        return value

    return read


def one_of(words: type[StrEnum] | tuple[str, ...]) -> WithJsonSchema:
    """The schema of one of some words."""
    return WithJsonSchema({"type": "string", "enum": [str(word) for word in words]})


def _schema(kind: str = "string", **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


_WHOLE = r"\d{1,12}"
_PLAIN = _schema(pattern=rf"^{_WHOLE}(\.\d+)?$", examples=["12.50"])
_SIGNED = _schema(pattern=rf"^-?{_WHOLE}(\.\d+)?$", examples=["0.00"])
_PART = _schema(pattern=r"^(0+(\.\d+)?|0*1(\.0+)?)$", examples=["0.125"])


def _or_whole(least: int | None) -> WithJsonSchema:
    integer: dict[str, object] = {"type": "integer"} | ({} if least is None else {"minimum": least})
    sign = "-?" if least is None else ""
    text = {"type": "string", "pattern": rf"^{sign}{_WHOLE}(\.\d+)?$"}
    return WithJsonSchema({"anyOf": [integer, text]})


DATE_ORDERS = ("ymd", "dmy", "mdy")
POINTS = (".", ",")
RETURNS = ("negative", "positive-by-kind", "own-column")
KINDS = (*(kind.word for kind in SaleKind),)
ROW_KINDS = (*KINDS, "sold-and-returned", "none")
"""What a row of a report can be; ``none``: no sale."""
ROWS_ARE = ("lines", "one-each", "money")
PERCENT = ("discount",)
"""Columns that may be in per cent."""
ANSWERS = (
    "currency", "date_language", "date_order", "date_range", "decimal", "discount_unit",
    "second_table", "sheet",
)  # fmt: skip
"""Questions that a mapped report may answer once and for all."""

Key = Annotated[str, PlainValidator(_key), _schema(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Text = Annotated[str, PlainValidator(_text()), _schema(minLength=1, maxLength=_LONGEST_TEXT)]
Blank = Annotated[str, PlainValidator(_text(least=0)), _schema(maxLength=_LONGEST_TEXT)]
Name = Annotated[
    str, PlainValidator(_text(_LONGEST_NAME)), _schema(minLength=1, maxLength=_LONGEST_NAME)
]
Paragraph = Annotated[
    str,
    PlainValidator(_text(_LONGEST_PARAGRAPH)),
    _schema(minLength=1, maxLength=_LONGEST_PARAGRAPH),
]
Link = Annotated[str, PlainValidator(_link), _schema(pattern="^https://", maxLength=_LONGEST_TEXT)]
Sample = Annotated[
    str, PlainValidator(_sample), _schema(pattern=r"^(https://.+|[0-9a-f]{64}\.pdf)$")
]
Year = Annotated[
    int, PlainValidator(_year), _schema("integer", minimum=_YEARS[0], maximum=_YEARS[1])
]
Right = Annotated[str, PlainValidator(_right), _schema(pattern=r"^[^|]{1,120}$")]
Email = Annotated[
    str,
    PlainValidator(_mailbox),
    _schema(format="email"),
]
Website = Annotated[
    str,
    PlainValidator(_matching(_WEBSITE, "a web address such as https://example.org")),
    _schema(pattern="^https?://"),
]
Country = Annotated[
    str,
    PlainValidator(_placed(places.needed_country)),
    _schema(minLength=1, maxLength=_LONGEST_TEXT, examples=["US"]),
]
Region = Annotated[
    str, PlainValidator(_text()), _schema(minLength=1, maxLength=_LONGEST_TEXT, examples=["WA"])
]
"""Of which country it is stands beside it, so it is judged there (``placed``)."""
REGION_HINT = "Its name or its code, such as Washington or WA."
Place = Annotated[
    str,
    PlainValidator(_placed(places.place)),
    _schema(minLength=1, maxLength=_LONGEST_TEXT, examples=["US-WA"]),
]
Ein = Annotated[str, PlainValidator(ein), _schema(pattern=r"^\d{2}-?\d{7}$")]
Account = Annotated[
    str,
    PlainValidator(_matching(_ACCOUNT, "an account number: letters, digits, blanks and hyphens")),
    _schema(pattern="^[A-Za-z0-9][A-Za-z0-9 -]{1,33}$"),
]
Routing = Annotated[str, PlainValidator(routing), _schema(pattern=r"^\d{9}$")]
Iban = Annotated[str, PlainValidator(iban), _schema(examples=["DE89 3704 0044 0532 0130 00"])]
Bic = Annotated[str, PlainValidator(bic), _schema(examples=["DEUTDEFF"])]
Isbn = Annotated[str, PlainValidator(isbn), _schema(examples=["9781442246928"])]
Currency = Annotated[
    str, PlainValidator(_currency), _schema(pattern="^[A-Z]{3}$", examples=["USD"])
]
Day = Annotated[str, PlainValidator(_day), _schema(format="date", pattern=r"^\d{4}-\d{2}-\d{2}$")]
PeriodName = Annotated[
    str,
    PlainValidator(_period),
    _schema(pattern=r"^\d{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$", examples=["2025-H1"]),
]
Amount = Annotated[str, PlainValidator(_decimal()), _PLAIN]
SignedAmount = Annotated[str, PlainValidator(_decimal(least=None)), _SIGNED]
Debit = Annotated[str, PlainValidator(_debit), _SIGNED]
ListPrice = Annotated[str, PlainValidator(_decimal(digits=6)), _PLAIN]
Rate = Annotated[str, PlainValidator(_decimal(most=1)), _PART]
Rating = Annotated[str, PlainValidator(_exchange_rate), _PLAIN]
Limit = Annotated[int | str, PlainValidator(_whole_or_decimal(0)), _or_whole(0)]
Opening = Annotated[int | str, PlainValidator(_whole_or_decimal(None)), _or_whole(None)]
Weight = Annotated[int | str, PlainValidator(_whole_or_decimal(0)), _or_whole(0)]
Count = Annotated[int, PlainValidator(_count()), _schema("integer", minimum=1)]
NetCopies = Annotated[int, PlainValidator(_count(-_MOST_COPIES, _MOST_COPIES)), _schema("integer")]
StepPath = Annotated[
    str,
    PlainValidator(_matching(_STEP, "a step such as 2, or 2.1 for its first member")),
    _schema(pattern=r"^[1-9]\d{0,2}(\.[1-9]\d{0,2}){0,12}$"),
]
Whole = Annotated[int, PlainValidator(_count(0)), _schema("integer", minimum=0)]
Days = Annotated[
    int, PlainValidator(_count(0, _YEAR)), _schema("integer", minimum=0, maximum=_YEAR)
]
Flag = Annotated[bool, PlainValidator(_flag), _schema("boolean")]
OnlyTrue = Annotated[bool, PlainValidator(_only_true), WithJsonSchema({"const": True})]
CalendarWord = Annotated[str, PlainValidator(word_of(Calendar)), one_of(Calendar)]
FormatWord = Annotated[str, PlainValidator(word_of(Format)), one_of(Format)]
ChannelWord = Annotated[str, PlainValidator(word_of(Channel)), one_of(Channel)]
BasisWord = Annotated[str, PlainValidator(word_of(Basis)), one_of(Basis)]
CountsWord = Annotated[str, PlainValidator(word_of(Counts)), one_of(Counts)]
ResetsWord = Annotated[str, PlainValidator(word_of(Resets)), one_of(Resets)]
PerWord = Annotated[str, PlainValidator(word_of(CapPer)), one_of(CapPer)]
DateOrder = Annotated[str, PlainValidator(word_of(DATE_ORDERS)), one_of(DATE_ORDERS)]
Point = Annotated[str, PlainValidator(word_of(POINTS)), one_of(POINTS)]
RowKind = Annotated[str, PlainValidator(word_of(ROW_KINDS)), one_of(ROW_KINDS)]
Kind = Annotated[str, PlainValidator(word_of(KINDS)), one_of(KINDS)]
RowsAre = Annotated[str, PlainValidator(word_of(ROWS_ARE)), one_of(ROWS_ARE)]
InPercent = Annotated[str, PlainValidator(word_of(PERCENT)), one_of(PERCENT)]
AnswerKey = Annotated[str, PlainValidator(word_of(ANSWERS)), one_of(ANSWERS)]
Returns = Annotated[str, PlainValidator(word_of(RETURNS)), one_of(RETURNS)]
