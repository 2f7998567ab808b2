"""Which retailers' reports a period waits for, for the home page and the close alike."""

from datetime import timedelta

from royalties.domain.periods import Period
from royalties.domain.sales.reporting import OWN, RETIRED, Expected, Span, expected
from royalties.domain.terms.catalogue import is_offered
from royalties.services.books import Setup
from royalties.services.work import Work
from royalties.store.desk import dashboard as store

_HISTORY = timedelta(days=800)
"""Reports before this long ago say nothing of a retailer's rhythm any more."""

Accounts = tuple[tuple[str, Expected], ...]
"""A retailer's report statuses by account; one without a name if there is one."""


def expected_reports(work: Work, setup: Setup, period: Period) -> dict[str, Accounts]:
    """The status of every retailer's reports for a period, by key.

    Orders bring their sales when they are shipped: no report is ever missing of them. What was
    typed by hand is no report.
    """
    spans: dict[str, dict[str, list[Span]]] = {}
    for row in store.report_coverage(work.connection, period.starts - _HISTORY):
        spans.setdefault(row.retailer, {}).setdefault(row.account, []).append(
            (row.first_day, row.last_day)
        )
    of_orders = {key for each in setup.price_lists.values() for key in each.retailers.values()}
    return {
        key: (("", OWN),)
        if key in of_orders
        else (("", RETIRED),)
        if not is_offered(retailer.retired, work.today)
        else tuple(
            (account, expected(days, period, work.today))
            for account, days in sorted(spans.get(key, {"": []}).items())
        )
        for key, retailer in setup.retailers.items()
    }
