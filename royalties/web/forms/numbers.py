"""Numbers as people type them in forms, by the visitor's decimal mark, and back."""

import re
from collections.abc import Iterable

from royalties.domain.money import NotAnAmountError, exact_number, minor_units
from royalties.ingest.report.amounts import take_apart
from royalties.web.core.formats import day, decimal_mark, locale, number

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]{1,30}\.[0-9]{1,12}")
_BETWEEN = {".": re.compile(r"[;,\s]+"), ",": re.compile(r"(?:;|,?\s)\s*")}
"""What may separate the numbers of a list, by decimal mark."""


class OtherMarkError(NotAnAmountError):
    """A number with the decimal mark that its visitor does not use; the message says what to do."""


def as_typed(plain: str) -> str:
    """A plain decimal, or a percentage, with the visitor's mark; anything else as it is."""
    try:
        exact_number(plain.removesuffix("%").strip())
    except NotAnAmountError:
        return plain
    return plain.replace(".", decimal_mark())


def as_read(plain: str | int) -> str:
    """A plain decimal, a percentage or a day as the visitor reads it; anything else as it is.

    Thousands are parted where it surely is a number, not an ISBN or a postcode: in counts, which
    are integers, and in amounts, which have a decimal point.
    """
    if isinstance(plain, int) or _AMOUNT.fullmatch(plain):
        return number(plain)
    return day(plain) if _DAY.fullmatch(plain) else as_typed(plain)


def as_plain(text: str) -> str:
    """The plain decimal that was typed, with its per cent sign; what is no number as it is.

    Raises:
        OtherMarkError: it has the other decimal mark.
    """
    mark = decimal_mark()
    sign = " %" if text.endswith("%") else ""
    number = text.removesuffix("%").strip()
    if mark == "." and "," not in number:
        return text
    figure = take_apart(number)
    if figure is None or figure.unit:
        return text
    group = locale().number_symbols["latn"]["group"]
    other = figure.doubtful not in ("", mark, group)
    if other or (figure.proves and figure.proves != mark):
        example = "1.250,50" if mark == "," else "1,250.50"
        raise OtherMarkError(
            f"{text!r} has the other decimal mark; write it as in {example}, as your account says"
        )
    minus = "-" if figure.negative else ""
    if figure.doubtful and figure.doubtful != mark:
        return f"{minus}{figure.whole}{figure.decimals}{sign}"
    decimals = f".{figure.decimals}" if mark in number else ""
    return f"{minus}{figure.whole}{decimals}{sign}"


def as_minor(text: str, currency: str) -> int:
    """The amount that was typed, in minor units of a currency.

    Raises:
        NotAnAmountError: it is none, has too many digits, or has the other decimal mark.
    """
    plain = as_plain(text)
    try:
        return minor_units(plain, currency)
    except NotAnAmountError:
        words = f"{text[:20]!r} is no amount in {currency} such as {as_typed('14.50')}"
        raise NotAnAmountError(words) from None


def listed(numbers: Iterable[str]) -> str:
    """Numbers as a visitor types them one after another."""
    between = "; " if decimal_mark() == "," else ", "
    return between.join(map(as_typed, numbers))


def parted(text: str) -> list[str]:
    """The numbers of a list as they were typed, each with its sign for per cent."""
    joined = re.sub(r"\s+%", "%", text.strip())
    return [each for each in _BETWEEN[decimal_mark()].split(joined) if each]
