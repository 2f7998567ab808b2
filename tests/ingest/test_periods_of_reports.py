"""Months, quarters and dates in other languages; rows without a date; answers without effect."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.report.cells import Ambiguous
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates, month_span
from tests.ingest.shelf import RIVER, TODAY, Read, read_text

A, B = "9780306406157", "9781861972712"
HEADER = "ISBN,Title,Sale date,Units,Net amount,Currency"
LOCALES = ("de", "fr", "es", "it", "pt", "nl", "pl", "sv", "cs", "ru", "tr", "ja", "zh", "ko")
PATTERNS = (
    "yyyy-MM", "yyyy/MM", "MM/yyyy", "M.yyyy", "MMMM yyyy", "LLLL yyyy", "yyyy MMMM", "MMMM, yyyy",
    "yyyyMM",
)  # fmt: skip


def _river(folder: Path, *rows: str, **options: Any) -> Read:
    return read_text(folder, "\n".join((HEADER, *rows)) + "\n", **options)


@st.composite
def months(draw: st.DrawFn) -> tuple[date, str]:
    """A month's last day, and the month as a report prints it."""
    _, last = month_span(draw(st.integers(2000, 2026)), draw(st.integers(1, 12)))
    locale = draw(st.sampled_from(("en", *LOCALES)))
    shapes = {
        "ja": ("yyyy年M月",), "zh": ("yyyy年M月", "yyyy 年 MM 月"), "ko": ("yyyy년 M월",),
        "es": (*PATTERNS, "MMMM 'de' yyyy"), "pt": (*PATTERNS, "MMMM 'de' yyyy"),
    }  # fmt: skip
    pattern = draw(st.sampled_from(shapes.get(locale, PATTERNS)))
    text = format_date(last, pattern, locale=locale)
    return last, draw(st.sampled_from((text, text.upper(), f" {text}\u00a0")))


@given(months())
def test_a_month_is_its_last_day_in_any_language(month: tuple[date, str]) -> None:
    last, text = month
    dates = Dates(date_order(""), TODAY, months=True)
    assert dates.day(text) == last.isoformat()
    assert dates.spans == {last.isoformat(): last.replace(day=1).isoformat()}


@given(st.integers(2000, 2026), st.integers(1, 4))
def test_a_quarter_is_its_last_day(year: int, quarter: int) -> None:
    first, last = date(year, quarter * 3 - 2, 1), month_span(year, quarter * 3)[1]
    for text in (
        f"Q{quarter} {year}",
        f"{year}-Q{quarter}",
        f"{quarter}q{year}",
        f"{year} Q{quarter}",
    ):
        dates = Dates(date_order(""), date(2026, 12, 1), months=True)
        assert dates.day(text) == last.isoformat()
        assert dates.spans == {last.isoformat(): first.isoformat()}


@given(st.dates(date(2000, 1, 1), TODAY), st.sampled_from(LOCALES[:-3]))
def test_a_day_with_a_month_in_words_is_read_or_its_language_is_asked(
    day: date, locale: str
) -> None:
    text = format_date(day, "d MMMM yyyy", locale=locale)
    found = Dates(date_order(""), TODAY).day(text)
    assert found == day.isoformat() or isinstance(found, Ambiguous)


@pytest.mark.parametrize("text", ["listopad 2025", "juil. 2025", "15 mars. 25"])
def test_a_month_that_differs_between_languages_is_asked_about(text: str) -> None:
    dates = Dates(date_order(""), TODAY, months=True)
    found = dates.day(text)
    assert isinstance(found, Ambiguous) is (text != "15 mars. 25")
    if isinstance(found, Ambiguous):
        assert dates.asked == {"date_language"}


def test_month_names_that_two_languages_share_follow_the_answer() -> None:
    polish = Dates(date_order(""), TODAY, months=True, language="polish")
    croatian = Dates(date_order(""), TODAY, months=True, language="croatian")
    assert (polish.day("listopad 2025"), croatian.day("listopad 2025")) == (
        "2025-11-30", "2025-10-31",
    )  # fmt: skip


def test_months_of_a_mapped_report_count_as_their_last_day(tmp_path: Path) -> None:
    found = _river(tmp_path, f"{A},,2025-05,1,1.00,USD", f"{B},,mayo 2025,1,1.00,USD")
    assert [line[5] for line in found.sales] == ["2025-05-31"] * 2
    assert found.reading.totals.first_day == "2025-05-01"
    assert any("counts as its last day" in note for note in found.reading.notes)


@pytest.mark.parametrize("blank", ["", " ", "CUSTOM", "Custom period"])
@pytest.mark.parametrize("dated", ["", f"{A},,2025-05-02,1,1.00,USD"])
def test_a_date_that_is_missing_is_asked_for_once(tmp_path: Path, blank: str, dated: str) -> None:
    rows = [*filter(None, [dated]), f"{A},,{blank},2,1.00,USD", f"{B},,{blank},3,1.00,USD"]
    found = _river(tmp_path, *rows)
    [choice] = found.reading.choices
    assert choice.key == "period"
    assert "no date (1 more such rows): give the period" in choice.message
    assert not found.reading.problems
    answered = _river(tmp_path, *rows, period="2025-05")
    assert not answered.reading.choices
    days = [line[5] for line in answered.sales]
    assert days == ["2025-05-02"] * bool(dated) + ["2025-05-31"] * 2
    wrong = _river(tmp_path, *rows, period="soon")
    assert wrong.reading.choices[0].message.startswith("'soon' does not fit: ")


def test_total_without_a_date_stays_a_total_where_the_period_is_given(tmp_path: Path) -> None:
    mapping = [replace(RIVER, skip=())]
    rows = (f"{A},,,2,1.00,USD", "Total,,,2,1.00,USD")
    found = _river(tmp_path, *rows, mappings=mapping, period="2025-05")
    assert len(found.sales) == 1
    assert found.codes == {"totals-row"}


@pytest.mark.parametrize(
    "answer",
    [{"decimal": ","}, {"date_order": "mdy"}, {"period": "2025-05"}, {"week": "2025-05-03"},
     {"currency": "EUR"}, {"retailer": "amazon"}, {"sheet": "all"},
     {"date_language": "french"}, {"date_range": "end"}, {"second_table": "sales"},
     {"list_price": "edition"}, {"perriod": "2025-05"}],
    ids=str,
)  # fmt: skip
def test_unneeded_answer_is_reported(tmp_path: Path, answer: dict[str, str]) -> None:
    found = _river(tmp_path, f"{A},,2025-05-02,1,1.25,USD", **answer)
    if "decimal" in answer:
        found = _river(tmp_path, f"{A},,2025-05-02,1,125,USD", **answer)
    [[key, text]] = answer.items()
    assert [note for note in found.reading.notes if "no effect" in note] == [
        f"{key}={text} had no effect: this report leaves nothing like that open"
    ]
    assert len(found.sales) == 1


@pytest.mark.parametrize(
    ("row", "answer"),
    [(f'{A},,2025-05-02,1,"1,234",USD', {"decimal": ","}),
     (f"{A},,05/06/2025,1,1.00,USD", {"date_order": "dmy"}),
     (f"{A},,2 juil 2025,1,1.00,USD", {"date_language": "french"}),
     (f"{A},,2025-05-01 - 2025-05-31,1,1.00,USD", {"date_range": "end"}),
     (f"{A},,2025-05-02,1,1.00,$", {"currency": "USD"}),
     (f"{A},,2025-05-02,1,1.00,USD", {"encoding": "utf-8"})],
    ids=str,
)  # fmt: skip
def test_needed_answer_is_not_reported_as_unneeded(
    tmp_path: Path, row: str, answer: dict[str, str]
) -> None:
    found = _river(tmp_path, row, **answer)
    assert len(found.sales) == 1
    assert not [note for note in found.reading.notes if "no effect" in note]
