"""Characters that a name must not contain, and how mails neutralise them in older data."""

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
def test_line_ends_and_encoded_words_are_refused(text: str) -> None:
    assert fault_of_line(text)
    assert not fault_of_line(neutral_line(text, 200))


@pytest.mark.parametrize(
    "text",
    ["Ada Lovelace", "Zoë O’Hara & Co.", "書店", "1+1=?", "Why? =? ?= How?", "שלום", "a=b?c"],
)
def test_ordinary_names_are_accepted(text: str) -> None:
    assert not fault_of_line(text)


@given(st.text() | st.text("=?qQbB utf-8\r\n\0\u2028", max_size=40))
def test_a_neutral_line_holds_nothing_that_is_decoded(text: str) -> None:
    made = neutral_line(text, 30)
    assert len(made) <= 30
    assert "=?" not in made
    assert not any(map(is_control, made))
    assert made == neutral_line(made, 30)
    assert not [each for each in neutral_text(text) if is_control(each) and each not in "\n\t"]


def test_all_line_ends_are_control_characters() -> None:
    ends = [chr(code) for code in range(0x110000) if len(f"a{chr(code)}b".splitlines()) > 1]
    assert all(map(is_control, ends))
    assert {unicodedata.category(each) for each in ends} == {"Cc", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Ada\x07\n", "it holds the control character U+0007: take it out"),
        ("Ada\u202e", "it holds the control character U+202E: take it out"),
        (
            "Ada =?utf-8?Q?x?=",
            "it holds =?utf-8?Q?, which e-mail programs decode: take it out",
        ),
        # However long it is, 40 characters show which.
        (
            f"=?{'x' * 60}?b?",
            f"it holds =?{'x' * 38}, which e-mail programs decode: take it out",
        ),
    ],
)
def test_fault_names_what_to_remove(text: str, fault: str) -> None:
    assert fault_of_line(text) == fault


@pytest.mark.parametrize(
    ("text", "longest", "line"),
    [
        ("  Ada \r\n Lovelace\t", 200, "Ada Lovelace"),
        ("a=?b?q?", 200, "a= ?b?q?"),
        ("1234567890", 10, "1234567890"),
        ("12345678901", 10, "123456789…"),
        ("12345678 xyz", 10, "12345678…"),
    ],
)
def test_harmless_part_of_a_header_line_is_kept(text: str, longest: int, line: str) -> None:
    assert neutral_line(text, longest) == line


def test_lines_of_a_text_stay_lines() -> None:
    ends = ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
    for end in ends:
        assert neutral_text(f"a\tb{end}{end}c\0d\u202ee") == "a\tb\n\ncde"
