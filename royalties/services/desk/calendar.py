"""What days bring to the staff by themselves: a period has ended, a retailer's report is late."""

from dataclasses import replace

from royalties.domain.events import StaffEvent
from royalties.domain.people import Actor, Role
from royalties.domain.periods import Period, period_of
from royalties.domain.sales.reporting import ReportStatus
from royalties.services.books import EmptyBooksError, Setup, open_period_of, setup_in_force
from royalties.services.desk.first_steps import is_any_recorded, is_first
from royalties.services.frame import is_sandbox
from royalties.services.mail.telling import News, tell
from royalties.services.sales.expected_reports import expected_reports
from royalties.services.work import Work

CALENDAR = Actor("the calendar", Role.CLERK)
"""Who acts when a day has come."""


def tell_of_days(work: Work) -> int:
    """Tell the staff of periods that ended and of retailers that are late, each person once.

    Returns:
        How many messages were written.
    """
    work = replace(work, actor=CALENDAR)
    try:
        setup = setup_in_force(work)
    except EmptyBooksError:
        return 0
    if is_sandbox(work) or (is_first(work) and not is_any_recorded(work)):
        return 0  # nobody closes, or waits for reports of, books that hold nothing
    period = open_period_of(work, setup)
    return _tell_of_end(work, period) + _tell_of_late(work, setup, period)


def _tell_of_end(work: Work, period: Period) -> int:
    if work.today <= period.ends or period_of(work.today, period.calendar) <= period:
        return 0
    ended = f"{period.ends.day} {period.ends:%B %Y}"
    news = News(
        StaffEvent.PERIOD_ENDED,
        str(period),
        f"{period} has ended and can be closed",
        (
            f"{period} ended on {ended}. Its closing checklist says what is still missing.",
            "What is reported after the close counts in the next period.",
        ),
        ("Open the closing checklist", f"/finance/periods/{period}/close"),
    )
    return tell(work, news, once=True)


def _tell_of_late(work: Work, setup: Setup, period: Period) -> int:
    written = 0
    for key, accounts in expected_reports(work, setup, period).items():
        if not any(stands.standing is ReportStatus.LATE for _, stands in accounts):
            continue
        name = setup.retailers[key].name
        news = News(
            StaffEvent.RETAILER_LATE,
            f"{key} {period}",
            f"A report of {name} is late",
            (
                (
                    f"A report of {name} for {period} is late: it covers days that ended more than "
                    f"60 days ago."
                ),
                "Import it, or ask for it. At the close, a sentence can say why it is missing.",
            ),
            ("Look at the retailer", f"/finance/retailers/{key}"),
        )
        written += tell(work, news, once=True)
    return written
