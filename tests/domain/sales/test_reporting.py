"""How often a retailer reports, and which reports are missing; gaps do not change the interval."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from royalties.domain.periods import Calendar, Period, parse_period
from royalties.domain.sales.reporting import (
    Expected,
    ReportStatus,
    Span,
    expected,
    in_runs,
    rhythm_of,
)

H2 = parse_period("2025-H2", Calendar.HALF_YEARLY)


def months(first: str, last: str = "") -> Span:
    """What a report covers: whole months, from the first one's first day on."""
    year, month = map(int, first.split("-"))
    end_year, end_month = map(int, (last or first).split("-"))
    return (
        date(year, month, 1),
        date(end_year, end_month, monthrange(end_year, end_month)[1]),
    )


def named(*periods: str, calendar: Calendar = Calendar.MONTHLY) -> tuple[Period, ...]:
    return tuple(parse_period(each, calendar) for each in periods)


@pytest.mark.parametrize(
    ("last", "rhythm"),
    [
        ("2025-01", Calendar.MONTHLY),
        ("2025-02", Calendar.QUARTERLY),
        ("2025-04", Calendar.QUARTERLY),
        ("2025-05", Calendar.HALF_YEARLY),
        ("2025-07", Calendar.HALF_YEARLY),
        ("2025-08", Calendar.YEARLY),
        ("2025-12", Calendar.YEARLY),
    ],
)
def test_the_only_report_is_expected_as_often_as_it_is_long(last: str, rhythm: Calendar) -> None:
    assert rhythm_of([months("2025-01", last)], Calendar.MONTHLY) is rhythm


def test_longest_of_reports_that_end_together_counts() -> None:
    spans = [months("2024-12"), months("2024-10", "2024-12"), months("2024-11", "2024-12")]
    assert rhythm_of(spans, Calendar.MONTHLY) is Calendar.QUARTERLY


def test_the_only_report_is_expected_once_a_period_at_most() -> None:
    """A single sale does not imply daily reports."""
    a_day = (date(2025, 3, 14), date(2025, 3, 14))
    for least in Calendar:
        assert rhythm_of([a_day], least) is least
    assert rhythm_of([months("2024-01", "2024-12")], Calendar.QUARTERLY) is Calendar.YEARLY


@pytest.mark.parametrize(
    ("ends", "rhythm"),
    [
        (("2025-01", "2025-02", "2025-03", "2025-04"), Calendar.MONTHLY),
        (("2025-12", "2026-01"), Calendar.MONTHLY),
        # one of July to December is missing, as in the manual: two thirds of three distances
        (("2025-07", "2025-08", "2025-10", "2025-11"), Calendar.MONTHLY),
        # a third of the distances is a month, and of six months three are there: exactly half
        (("2025-01", "2025-02", "2025-04", "2025-07"), Calendar.MONTHLY),
        # of seven months three are there: less than half
        (("2025-01", "2025-02", "2025-04", "2025-08"), Calendar.QUARTERLY),
        # two thirds of the distances are enough, however long the gap is
        (("2025-01", "2025-02", "2025-03", "2025-09"), Calendar.MONTHLY),
        # half of them are not
        (("2025-01", "2025-02", "2025-03", "2025-08", "2026-01"), Calendar.QUARTERLY),
        # nor is a quarter where more than half of the months are there
        (("2025-01", "2025-02", "2025-04", "2025-06", "2025-08"), Calendar.QUARTERLY),
        # of five months three are there, and no distance is a month
        (("2025-01", "2025-03", "2025-06"), Calendar.QUARTERLY),
        (("2025-03", "2025-06", "2025-09"), Calendar.QUARTERLY),
        (("2025-03", "2025-07"), Calendar.QUARTERLY),
        (("2025-03", "2025-08"), Calendar.HALF_YEARLY),
        (("2024-06", "2024-12", "2025-06"), Calendar.HALF_YEARLY),
        (("2024-06", "2025-01"), Calendar.HALF_YEARLY),
        (("2024-06", "2025-02"), Calendar.YEARLY),
        (("2023-12", "2024-12", "2025-12"), Calendar.YEARLY),
    ],
)
def test_reports_are_expected_at_the_usual_distance_of_their_ends(
    ends: Sequence[str], rhythm: Calendar
) -> None:
    spans = [months(each) for each in ends]
    for least in (Calendar.YEARLY, Calendar.MONTHLY):
        assert rhythm_of(spans, least) is rhythm
        assert rhythm_of(spans[::-1], least) is rhythm
        assert rhythm_of([*spans, *spans], least) is rhythm


def test_a_retailer_that_never_reported_is_expected_to_report_nothing() -> None:
    assert expected([], H2, date(2026, 1, 31)) == Expected(ReportStatus.NEVER)


def test_the_only_report_answers_for_its_own_period_and_for_no_earlier_one() -> None:
    spans = [(date(2025, 8, 9), date(2025, 8, 9))]
    found = expected(spans, H2, date(2026, 1, 31))
    assert found == Expected(ReportStatus.IN, Calendar.HALF_YEARLY, date(2025, 8, 9))
    assert expected(spans, H2.shift(-1), date(2026, 1, 31)).missing == ()
    assert expected(spans, H2.shift(1), date(2026, 7, 1)).missing == (H2.shift(1),)


def test_report_ending_after_a_period_counts_for_the_days_it_covers() -> None:
    spans = [months("2025-10", "2026-01"), months("2026-02")]
    assert expected(spans, H2, date(2026, 3, 31)).standing is ReportStatus.IN


MONTHLY = [months(each) for each in ("2025-05", "2025-06", "2025-07", "2025-08")]
THROUGH = date(2025, 8, 31)


@pytest.mark.parametrize(
    ("today", "standing", "missing", "ahead"),
    [
        (date(2025, 9, 15), ReportStatus.IN, (), "2025-09"),
        # a month has not ended on its last day
        (date(2025, 9, 30), ReportStatus.IN, (), "2025-09"),
        (date(2025, 10, 1), ReportStatus.DUE, ("2025-09",), "2025-10"),
        (date(2025, 11, 29), ReportStatus.DUE, ("2025-09", "2025-10"), "2025-11"),
        # the sixty-first day after the end of September
        (date(2025, 11, 30), ReportStatus.LATE, ("2025-09", "2025-10"), "2025-11"),
        (date(2026, 1, 1), ReportStatus.LATE, ("2025-09", "2025-10", "2025-11", "2025-12"), ""),
    ],
)
def test_uncovered_part_is_due_when_ended_and_late_after_sixty_days(
    today: date, standing: ReportStatus, missing: tuple[str, ...], ahead: str
) -> None:
    found = expected(MONTHLY, H2, today)
    assert found == Expected(
        standing,
        Calendar.MONTHLY,
        THROUGH,
        named(*missing),
        named(ahead)[0] if ahead else None,
    )
    assert expected(MONTHLY[::-1], H2, today) == found


def test_before_the_first_part_of_a_period_has_ended_nothing_is_due() -> None:
    found = expected(MONTHLY[:2], H2, date(2025, 7, 31))
    assert (found.standing, found.missing) == (ReportStatus.AHEAD, ())
    assert found.ahead == named("2025-07")[0]


def test_complete_period_expects_no_further_report() -> None:
    everything = [months(f"2025-{month:02}") for month in range(5, 13)]
    found = expected(everything, H2, date(2025, 12, 31))
    assert (found.standing, found.missing, found.ahead) == (ReportStatus.IN, (), None)


def test_nothing_is_missing_before_the_first_report() -> None:
    since_october = [months("2025-10"), months("2025-11"), months("2025-12")]
    assert expected(since_october, H2, date(2026, 1, 31)).standing is ReportStatus.IN


def test_a_long_report_covers_all_that_lies_between_its_days() -> None:
    spans = [*MONTHLY[:2], months("2025-07", "2025-10"), months("2025-12"), months("2026-01")]
    found = expected(spans, H2, date(2026, 1, 29))
    assert found.rhythm is Calendar.MONTHLY
    assert (found.standing, found.missing) == (ReportStatus.DUE, named("2025-11"))
    assert found.through == date(2026, 1, 31)


def test_retailer_reporting_less_often_is_expected_when_its_report_ends() -> None:
    yearly = [months("2023-01", "2023-12"), months("2024-01", "2024-12")]
    this_year = named("2025", calendar=Calendar.YEARLY)
    late = expected(yearly, H2, date(2025, 12, 31) + timedelta(61))
    assert (late.standing, late.missing) == (ReportStatus.LATE, this_year)
    assert expected(yearly, H2, date(2025, 12, 31)).ahead == this_year[0]
    first_half = H2.shift(-1)
    nothing = expected(yearly, first_half, date(2025, 12, 31) + timedelta(61))
    assert (nothing.missing, nothing.ahead) == ((), None)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((), ""),
        (("2025-03",), "2025-03"),
        (("2025-01", "2025-02"), "2025-01 to 2025-02"),
        (("2024-12", "2025-01", "2025-03", "2025-05"), "2024-12 to 2025-01, 2025-03, 2025-05"),
        (("2025-01", "2025-02", "2025-03", "2025-05"), "2025-01 to 2025-03, 2025-05"),
    ],
)
def test_missing_neighbours_are_named_as_one_run(missing: tuple[str, ...], words: str) -> None:
    assert in_runs(named(*missing)) == words
