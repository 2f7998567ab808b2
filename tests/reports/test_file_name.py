"""Names of statements' files are harmless wherever they land."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statement import file_name
from tests.reports import samples


def named(name: str, number: str | None = "2025-H1-001", key: str = "harbor") -> str:
    payee = replace(samples.PAYEE, name=name, key=key)
    return file_name(samples.statement(number=number, payee=payee))


def test_file_name_has_number_and_beneficiary() -> None:
    assert named("Seattle Alliance") == "2025-H1-001 Seattle Alliance.xlsx"


def test_drafts_of_namesakes_have_different_file_names() -> None:
    assert named("Harbor", None) == "DRAFT 2025-H1 harbor USD Harbor.xlsx"
    assert named("Harbor", None) != named("Harbor", None, key="harbour")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "2025-H1-001 .. .. etc passwd.xlsx"),
        ("C:\\evil|name?*", "2025-H1-001 C evil name.xlsx"),
        ("a\x00b\nc", "2025-H1-001 a b c.xlsx"),
        ("$(rm -rf) `x` ; y", "2025-H1-001 (rm -rf) x y.xlsx"),
        ("gpj\u202exslx", "2025-H1-001 gpj xslx.xlsx"),
        ("Caf\u0065\u0301 Société", "2025-H1-001 Café Société.xlsx"),
        ("", "2025-H1-001.xlsx"),
        ("dots...", "2025-H1-001 dots.xlsx"),
        ("名前" * 80, None),
        ("x" * 500, None),
    ],
)
def test_hostile_names_are_made_safe(name: str, expected: str | None) -> None:
    found = named(name)
    assert expected is None or found == expected
    assert len(found) <= 120
    assert len(found.encode()) <= 240


@given(st.text(), st.none() | st.text(), st.text())
def test_file_name_is_always_one_plain_name(name: str, number: str | None, key: str) -> None:
    found = named(name, number, key)
    assert found.endswith(".xlsx")
    assert 6 <= len(found) <= 120
    assert len(found.encode()) <= 255
    assert found.isprintable()
    assert not set(found) & set('/\\:*?"<>|\0')
    assert found[0] not in ".-~ "
    assert not found[:-5].endswith((".", " "))
