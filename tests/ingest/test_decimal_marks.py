"""Decimal marks that the file does not prove: our own sales file, and what a currency tells."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.conventions import decimal_mark
from tests.ingest.shelf import RIVER, Read, read_text

STANDARD = "date,isbn,retailer,kind,units,currency,net\n"
RIVERS = "ISBN,Sale date,Units,Net amount,Currency\n"
A = "9780306406157"


def _standard(folder: Path, *nets: str, currency: str = "KWD", **choices: Any) -> Read:
    rows = "".join(f'2025-03-01,{A},amazon,sale,1,{currency},"{net}"\n' for net in nets)
    return read_text(folder, STANDARD + rows, mappings=[], **choices)


def _river(folder: Path, *rows: tuple[str, str], **choices: Any) -> Read:
    text = "".join(f'{A},2025-03-01,1,"{net}",{currency}\n' for net, currency in rows)
    return read_text(folder, RIVERS + text, mappings=[RIVER], **choices)


def _nets(found: Read) -> list[int]:
    assert not found.asked
    assert not found.reading.problems, found.messages
    return [line[9] for line in found.sales]


@given(st.integers(1, 999), st.integers(0, 999))
def test_decimal_point_of_the_standard_file_holds_in_any_row(whole: int, decimals: int) -> None:
    numbers = Numbers(decimal_mark(""), points=True)
    assert numbers.amount(f"{whole}.{decimals:03d}") == whole * 1_000_000 + decimals * 1_000
    assert not numbers.mark.asked


@pytest.mark.parametrize("currency", ["KWD", "USD", "JPY"])
def test_the_standard_file_is_not_asked_about_its_point(tmp_path: Path, currency: str) -> None:
    assert _nets(_standard(tmp_path, "33.704", currency=currency)) == [33_704_000]


def test_a_standard_file_with_decimal_commas_may_be_asked(tmp_path: Path) -> None:
    assert _standard(tmp_path, "33,704", currency="USD").asked == {"decimal"}
    assert _standard(tmp_path, "33.704", "1,50", currency="USD").asked == {"decimal"}
    assert _standard(tmp_path, "33.704", "33,704", currency="USD").asked == {"decimal"}
    answered = _standard(tmp_path, "33.704", "1,50", currency="USD", decimal=",")
    assert _nets(answered) == [33_704_000_000, 1_500_000]


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize(
    ("currency", "net"),
    [("KWD", 33_704_000), ("TND", 33_704_000), ("JPY", 33_704_000_000), ("KRW", 33_704_000_000)],
)
def test_currency_decides_the_meaning_of_three_digits(
    tmp_path: Path, mark: str, currency: str, net: int
) -> None:
    assert _nets(_river(tmp_path, (f"33{mark}704", currency))) == [net]


def test_different_currencies_give_no_conclusion(tmp_path: Path) -> None:
    many = [("12", "KWD")] * 20_000
    assert _river(tmp_path, ("33.704", "KWD"), *many, ("12", "USD")).asked == {"decimal"}
    assert _river(tmp_path, ("33.704", "USD")).asked == {"decimal"}
    assert _river(tmp_path, ("33.704", "KWD"), ("33.704", "JPY")).asked == {"decimal"}


def test_decimal_mark_proven_by_the_file_overrides_its_currency(tmp_path: Path) -> None:
    assert _nets(_river(tmp_path, ("33,704", "KWD"), ("1.234,500", "KWD"))) == [
        33_704_000, 1_234_500_000,
    ]  # fmt: skip


@pytest.mark.parametrize(("mark", "example"), [(",", "1234,56"), (".", "1234.56")])
def test_remedy_writes_amounts_as_the_file_does(tmp_path: Path, mark: str, example: str) -> None:
    """What it says to write is what the file's other amounts look like, and can be read."""
    nets = ("36o,00".replace(",", mark), f"12{mark}50")
    found = _river(tmp_path, *((net, "EUR") for net in nets))
    [problem] = found.reading.problems
    assert problem.remedy == f"write a plain number such as {example}"
    found = _river(tmp_path, (example, "EUR"), (nets[1], "EUR"))
    assert _nets(found) == [1_234_560_000, 12_500_000]
