"""The decimal mark and the order of dates that were chosen once for a retailer's report."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royalties.domain.sales.remembered import Remembered
from royalties.ingest.report.reading import ReferenceData
from tests.ingest.shelf import RIVER, TRADE, Read, read_text

A = "9780306406157"
HEADER = "ISBN;Sale date;Units;Net amount;Currency\n"
OPEN = replace(RIVER, decimal=None, date_order=None)
OPTIONS = {"decimal": (".", ","), "date_order": ("dmy", "mdy")}


def _known(**answers: str) -> ReferenceData:
    said = Remembered(answers={("river", key): answer for key, answer in answers.items()})
    return replace(TRADE, remembered={TRADE.retailers["amazon"].id: said})


def _read(folder: Path, known: ReferenceData, *rows: str, **choices: str) -> Read:
    text = HEADER + "".join(f"{A};{row};USD\n" for row in rows)
    return read_text(folder, text, known=known, mappings=[OPEN], **choices)


AMBIGUOUS = st.tuples(
    st.integers(1, 12), st.integers(1, 12), st.integers(1, 99), st.integers(1, 999)
).filter(lambda each: each[0] != each[1])


@settings(deadline=None)
@given(
    st.lists(AMBIGUOUS, min_size=1, max_size=5),
    st.sampled_from((".", ",")),
    st.sampled_from(("dmy", "mdy")),
)
def test_what_was_chosen_is_not_asked_again(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[int, int, int, int]],
    mark: str,
    order: str,
) -> None:
    folder = tmp_path_factory.mktemp("report")
    rows = [
        f"{first:02}/{second:02}/2025;1;{whole}.{rest:03}" for first, second, whole, rest in drawn
    ]
    asked = _read(folder, TRADE, *rows)
    assert asked.asked == {"decimal", "date_order"}
    chosen = _read(folder, TRADE, *rows, decimal=mark, date_order=order)
    assert chosen.reading.answers == {"decimal": mark, "date_order": order}
    again = _read(folder, _known(**chosen.reading.answers), *rows)
    assert not again.asked
    assert again.reading.answers == {}
    assert [line[4:] for line in again.sales] == [line[4:] for line in chosen.sales]
    days = [(first, second) if order == "mdy" else (second, first) for first, second, *_ in drawn]
    assert [line[5] for line in again.sales] == [date(2025, *day).isoformat() for day in days]
    assert [line[9] for line in again.sales] == [
        whole * 1_000_000 + rest * 1_000 if mark == "." else (whole * 1_000 + rest) * 1_000_000
        for _, _, whole, rest in drawn
    ]
    notes = " ".join(again.reading.notes)
    assert f"decimal={mark} as for this retailer's report before" in notes
    assert f"date_order={order} as for this retailer's report before" in notes


@pytest.mark.parametrize(
    ("answers", "rows", "day", "net"),
    [
        ({"date_order": "mdy"}, ("13/05/2025;1;2.50", "02/03/2025;1;2.50"), "2025-03-02", 2.5),
        ({"date_order": "mdy"}, ("02/03/2025;1;2.50", "13/05/2025;1;2.50"), "2025-03-02", 2.5),
        ({"decimal": "."}, ("2025-05-13;1;1.002,50", "2025-03-02;1;1.250"), "2025-03-02", 1250),
        ({"decimal": "."}, ("2025-03-02;1;1,250", "2025-05-13;1;2,50"), "2025-03-02", 1.25),
    ],
)
def test_what_the_file_shows_counts_before_what_was_chosen(
    tmp_path: Path, answers: dict[str, str], rows: tuple[str, str], day: str, net: float
) -> None:
    found = _read(tmp_path, _known(**answers), *rows)
    assert not found.asked
    assert not found.messages
    assert [line[9] / 1_000_000 for line in found.sales if line[5] == day] == [net]
    assert "as for this retailer" not in " ".join(found.reading.notes)


def test_an_answer_given_now_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    found = _read(tmp_path, _known(date_order="mdy"), "02/03/2025;1;2.50", date_order="dmy")
    assert [line[5] for line in found.sales] == ["2025-03-02"]
    assert found.reading.answers == {"date_order": "dmy"}


def test_a_file_with_both_marks_that_contradicts_what_was_chosen_is_asked_about(
    tmp_path: Path,
) -> None:
    rows = ("2025-05-13;1;2,50", "2025-03-02;1;1.250")
    assert _read(tmp_path, _known(decimal="."), *rows).asked == {"decimal"}
    found = _read(tmp_path, _known(decimal=","), *rows)
    assert not found.asked
    assert [line[9] for line in found.sales] == [2_500_000, 1_250_000_000]
