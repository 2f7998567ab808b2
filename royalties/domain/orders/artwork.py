"""What an organization sends for its edition, and how large it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from royalties.domain.orders.pricing import Option

DPI = 300
"""Pixels per inch from which a picture prints sharp."""

CM_PER_INCH = Fraction(254, 100)


class Use(StrEnum):
    """What a file of an edition is for."""

    LOGO = "logo"
    LETTER = "letter"
    COVER = "cover"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Panel:
    """The room that a picture has on paper, in inches; ``where`` finishes "on …"."""

    where: str
    width: Fraction
    height: Fraction


def inches(centimetres: Fraction | int) -> Fraction:
    """A length in inches."""
    return Fraction(centimetres) / CM_PER_INCH


COVER_LOGO = Panel("the cover", inches(8), inches(5))
INSIDE_LOGO = Panel("the page inside", inches(5), inches(5))
STICKER = Panel("the sticker", inches(5), inches(5))
TRIM = Panel("the trimmed cover", Fraction(6), Fraction(9))

LOGO_PANELS = {
    Option.LOGO_ON_COVER: COVER_LOGO,
    Option.LOGO_INSIDE: INSIDE_LOGO,
    Option.STICKER: STICKER,
}
"""Where each option prints the logo."""

_USES = dict.fromkeys(LOGO_PANELS, Use.LOGO) | {
    Option.LETTER_PAGE: Use.LETTER,
    Option.CUSTOM_COVER: Use.COVER,
}

MOST_PAGES = {Use.LOGO: 1, Use.COVER: 2, Use.LETTER: 4, Use.PROOF: 40}
"""Pages that a PDF may have, by what it is for."""


def wanted(options: Iterable[Option]) -> tuple[Use, ...]:
    """What has to be sent for some options, in the order in which it is asked for."""
    found = {_USES[option] for option in options if option in _USES}
    return tuple(use for use in Use if use in found)


def panel_of(use: Use, options: Iterable[Option]) -> Panel | None:
    """The largest room that a file is printed in; None where its size does not matter."""
    if use is Use.COVER:
        return TRIM
    if use is not Use.LOGO:
        return None
    rooms = [LOGO_PANELS[option] for option in options if option in LOGO_PANELS]
    return max(rooms, key=lambda room: room.width, default=COVER_LOGO)


def print_size(pixels: int) -> Fraction:
    """The inches over which so many pixels print sharp.

    >>> print_size(900)
    Fraction(3, 1)
    """
    return Fraction(pixels, DPI)


def pixels_for(length: Fraction) -> int:
    """How many pixels a length in inches needs to print sharp.

    >>> pixels_for(Fraction("2.4"))
    720
    """
    return -(-(length * DPI).numerator // (length * DPI).denominator)


def fitted(
    width: Fraction | int, height: Fraction | int, panel: Panel
) -> tuple[Fraction, Fraction]:
    """The size, in inches, at which something of these proportions fills a panel."""
    scale = min(panel.width / width, panel.height / height)
    return width * scale, height * scale


def length_words(length: Fraction) -> str:
    """A length in words, ``6.1 cm (2.4 in)``; cut off, so that it never promises more.

    >>> length_words(Fraction("2.4"))
    '6 cm (2.4 in)'
    """
    return f"{_tenths(length * CM_PER_INCH)} cm ({_tenths(length)} in)"


def _tenths(value: Fraction) -> str:
    whole, tenth = divmod(value * 10 // 1, 10)
    return f"{whole}.{tenth}" if tenth else f"{whole}"
