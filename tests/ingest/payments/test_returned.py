"""Codes of returns in the texts of banks: known ones, beside a word for what came back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.payments.return_codes import is_known
from royalties.ingest.payments.returned import return_code_in

WORDS = (
    "ACH RETURN", "Returned item", "REJECTED PAYMENT", "Unpaid", "Rückbuchung", "RUECKLASTSCHRIFT",
    "Retoure SEPA", "rejet", "DEVOLUCION", "Devolución", "pago rechazado", "Storno", "insoluto",
)  # fmt: skip
CODES = ("R01", "R02", "R03", "R85", "AC01", "AC04", "MD07", "AG01")


@given(
    st.sampled_from(WORDS),
    st.sampled_from(CODES),
    st.sampled_from(
        ("{word} {code}", "{code} {word}", "{word}: {code}, no account", "({code}) {word}")
    ),
)
def test_code_beside_a_word_for_returns_is_read(word: str, code: str, how: str) -> None:
    assert return_code_in(how.format(word=word, code=code)) == code


@pytest.mark.parametrize(
    "text",
    ["", "R03", "Room R03", "Invoice AC04", "RETURN", "Return of R2D2", "returned, order R031",
     "returned R-03", "RETURN P-R03-7", "returned ZZ99", "return r03"],
)  # fmt: skip
def test_texts_that_name_no_reason(text: str) -> None:
    assert return_code_in(text) == ""


@given(st.text(max_size=60))
def test_whatever_is_read_is_a_known_code_of_the_text(text: str) -> None:
    code = return_code_in(f"return {text}")
    assert not code or (is_known(code) and code in text)
