"""Artwork: print sizes are exact, and texts never promise more than prints sharply."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.orders.artwork import (
    COVER_LOGO,
    DPI,
    INSIDE_LOGO,
    STICKER,
    TRIM,
    Panel,
    Use,
    fitted,
    inches,
    length_words,
    panel_of,
    pixels_for,
    print_size,
    wanted,
)
from royalties.domain.orders.pricing import Option


def test_print_sizes_in_centimetres_are_exact() -> None:
    assert inches(254) == 100
    assert COVER_LOGO.width == Fraction(800, 254)
    assert TRIM.width == 6
    assert TRIM.height == 9


@pytest.mark.parametrize(
    ("pixels", "words"),
    [(300, "2.5 cm (1 in)"), (720, "6 cm (2.4 in)"), (721, "6.1 cm (2.4 in)"), (1, "0 cm (0 in)")],
)
def test_print_size_follows_from_pixels(pixels: int, words: str) -> None:
    assert length_words(print_size(pixels)) == words


def test_panel_needs_enough_pixels() -> None:
    assert pixels_for(COVER_LOGO.width) == 945
    assert pixels_for(TRIM.width) == 1800
    assert print_size(945) >= COVER_LOGO.width > print_size(944)


@given(st.integers(1, 100_000))
def test_required_pixels_are_sufficient(pixels: int) -> None:
    assert pixels_for(print_size(pixels)) == pixels


@given(st.fractions(Fraction(1, 100), 100))
def test_required_pixels_are_the_fewest_that_suffice(length: Fraction) -> None:
    assert print_size(pixels_for(length)) >= length > print_size(pixels_for(length) - 1)


@given(st.integers(1, 30_000), st.integers(1, 30_000))
def test_fitted_picture_fills_one_side_and_keeps_its_proportions(width: int, height: int) -> None:
    wide, high = fitted(width, height, COVER_LOGO)
    assert wide <= COVER_LOGO.width
    assert high <= COVER_LOGO.height
    assert wide == COVER_LOGO.width or high == COVER_LOGO.height
    assert wide * height == high * width


@pytest.mark.parametrize(
    ("options", "uses", "panel"),
    [
        ((), (), COVER_LOGO),
        ((Option.OWN_ISBN,), (), COVER_LOGO),
        ((Option.LOGO_INSIDE, Option.STICKER), (Use.LOGO,), INSIDE_LOGO),
        ((Option.LOGO_INSIDE, Option.LOGO_ON_COVER), (Use.LOGO,), COVER_LOGO),
        ((Option.STICKER,), (Use.LOGO,), STICKER),
        (tuple(Option), (Use.LOGO, Use.LETTER, Use.COVER), COVER_LOGO),
    ],
)
def test_options_decide_required_files_and_logo_size(
    options: tuple[Option, ...], uses: tuple[Use, ...], panel: Panel
) -> None:
    assert wanted(options) == uses
    assert panel_of(Use.LOGO, options) == panel
    assert panel_of(Use.COVER, options) == TRIM
    assert panel_of(Use.LETTER, options) is None
    assert DPI == 300
