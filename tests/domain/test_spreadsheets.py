"""Texts that a spreadsheet would take for formulas."""

import pytest

from royalties.domain.spreadsheets import no_formula

SIGNS = ("=", "+", "-", "@", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("before", ["", " ", "   ", "\n", " \n ", "\t", "\r"], ids=repr)
@pytest.mark.parametrize("sign", SIGNS, ids=repr)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(sign: str, before: str) -> None:
    text = f"{before}{sign}SUM(A1)"
    assert no_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "plain", "'=x", "1+1", "a=b", "(-2)", "№ 3"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert no_formula(text) == text
