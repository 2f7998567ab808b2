"""Minor digits of currencies, as tables other than ours have them."""

import pytest

from royalties.domain.currencies import EXPONENTS, UnknownCurrencyError, exponent

NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE = "BHD IQD JOD KWD LYD OMR TND"
FOUR = "CLF UYW"
CASH_HAS_FEWER = "AFN ALL HUF IRR KPW LAK LBP MMK PKR RSD SOS SYP YER"
"""Two digits by ISO 4217, though prices are shown with none."""


@pytest.mark.parametrize(
    ("codes", "digits"), [(NONE, 0), (THREE, 3), (FOUR, 4), (CASH_HAS_FEWER, 2)]
)
def test_currency_digits_match_the_standard(codes: str, digits: int) -> None:
    assert {exponent(code) for code in codes.split()} == {digits}


def test_other_currencies_have_two_digits() -> None:
    others = EXPONENTS.keys() - {*NONE.split(), *THREE.split(), *FOUR.split()}
    assert {EXPONENTS[code] for code in others} == {2}
    assert {"USD", "EUR", "GBP", "CAD", "AUD", "CHF", "CNY", "INR", "MXN", "SEK"} < others


@pytest.mark.parametrize("code", ["", "usd", "US", "XXX", "XAU", "DEM", "USD "])
def test_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrencyError, match="use an ISO 4217 code such as USD") as refused:
        exponent(code)
    assert repr(code) in str(refused.value)
