"""Numbers in forms are read by the visitor's decimal mark, and never by another."""

import pytest
from babel import Locale
from flask import Flask, g

from royalties.domain.money import NotAnAmountError
from royalties.web.finance.beneficiary_form import beneficiary_shown, beneficiary_written
from royalties.web.finance.typed_numbers import as_plain, as_typed


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [
        ("de_DE", "1.250", "1250"),
        ("de_DE", "1.250,50", "1250.50"),
        ("de_DE", "1,2712", "1.2712"),
        ("de_DE", "0,125", "0.125"),
        ("de_DE", "12,5 %", "12.5 %"),
        ("de_DE", "1,125", "1.125"),
        ("fr_FR", "1 250,50", "1250.50"),
        ("en_US", "1,250", "1250"),
        ("en_US", "250.00", "250.00"),
        ("en_US", "1.250", "1.250"),
        ("en_US", "12.5 %", "12.5 %"),
        ("de_DE", "1.25", None),
        ("de_DE", "0.125", None),
        ("fr_FR", "1.250", None),
        ("en_US", "1,25", None),
    ],
)
def test_a_number_is_read_by_its_visitor(name: str, text: str, plain: str | None) -> None:
    with Flask(__name__).test_request_context():
        g.locale = Locale.parse(name)
        if plain is None:
            with pytest.raises(NotAnAmountError, match="other decimal mark"):
                as_plain(text)
        else:
            assert as_plain(text) == plain
            assert as_plain(as_typed(plain)) == plain


def test_a_beneficiary_sent_unchanged_is_unchanged() -> None:
    body = {"key": "a", "name": "A", "minimum_payment": "250.00", "tax_rate": "0.125"}
    with Flask(__name__).test_request_context():
        g.locale = Locale.parse("de_DE")
        row = beneficiary_shown(body)
        assert row["minimum_payment"] == "250,00"
        assert beneficiary_written(row, body).body == body
        row["minimum_payment"] = "1.250"
        assert beneficiary_written(row, body).body["minimum_payment"] == "1250"
        row["minimum_payment"] = "1.25"
        assert [each.path for each in beneficiary_written(row, body).faults] == ["minimum_payment"]
