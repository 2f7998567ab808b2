"""What a name must not hold, and what becomes of it in a mail if it holds it all the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.one_line import fault_of_line, is_control, neutral_line, neutral_text

REFUSED = [
    "a\rb",
    "a\nb",
    "a\r\nBcc: x",
    "a\0b",
    "a\x1bb",
    "a\x85b",
    "a\x9fb",
    "a\u2028b",
    "a\u2029b",
    "a\u202eb",
    "a\u2066b",
    "a\ud800b",
    "=?utf-8?q?=0d=0aBcc:x?=",
    "=?UTF-8?B?DQo=?= Ada",
    "Ada =?no such charset?Q?",
    "=?utf-8?q?never ended",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_ends_lines_or_is_decoded_is_refused(text: str) -> None:
    assert fault_of_line(text)
    assert not fault_of_line(neutral_line(text, 200))


@pytest.mark.parametrize(
    "text",
    ["Ada Lovelace", "Zoë O’Hara & Co.", "書店", "1+1=?", "Why? =? ?= How?", "שלום", "a=b?c"],
)
def test_names_are_taken(text: str) -> None:
    assert not fault_of_line(text)


@given(st.text() | st.text("=?qQbB utf-8\r\n\0\u2028", max_size=40))
def test_a_neutral_line_holds_nothing_that_is_decoded(text: str) -> None:
    made = neutral_line(text, 30)
    assert len(made) <= 30
    assert "=?" not in made
    assert not any(map(is_control, made))
    assert made == neutral_line(made, 30)
    assert not [each for each in neutral_text(text) if is_control(each) and each not in "\n\t"]


def test_all_ends_of_lines_are_controls() -> None:
    ends = [chr(code) for code in range(0x110000) if len(f"a{chr(code)}b".splitlines()) > 1]
    assert all(map(is_control, ends))
    assert {unicodedata.category(each) for each in ends} == {"Cc", "Zl", "Zp"}
