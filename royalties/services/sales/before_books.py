"""Sales dated before the books begin: they count in the first open period, so a person says so.

What was sold before the first period was accounted elsewhere, and is in the opening balances,
counters and advances of the setup. A history that is loaded as well is paid twice.
"""

from collections.abc import Iterable

from royalties.domain.periods import Period
from royalties.domain.problems import Notice
from royalties.domain.sales.lines import Early, SaleLine
from royalties.services.books import Setup

CODE = "before-first-period"
"""The warning's code in import documents."""


def early_of(lines: Iterable[tuple[int, SaleLine]], setup: Setup) -> Early:
    """Which of some lines, given with their batches, are dated before the books of a setup begin.

    Rows are counted once, however many sale lines they give.
    """
    first_day, early = setup.first_period.starts.isoformat(), Early()
    rows: set[tuple[int, int, int]] = set()
    for batch, line in lines:
        if line.day < first_day:
            place = (batch, line.sheet, line.row)
            early.add(place not in rows, line.units, line.currency, line.net)
            rows.add(place)
    return early


def notice_of(
    early: Early, setup: Setup, open_period: Period, *, done: bool = False
) -> Notice | None:
    """What is to be confirmed of sales from before the books; None if there are none.

    Args:
        early: what there is.
        setup: whose books.
        open_period: where it counts.
        done: whether it is recorded already, and only told.
    """
    if not early.rows:
        return None
    first = setup.first_period
    is_are = "is" if early.rows == 1 else "are"
    counts = ("counts" if early.rows == 1 else "count") if done else "would count"
    how = "undo the import" if done else "take them out of the report"
    return Notice(
        CODE,
        f"{early.counted('row')} ({early.brought}) {is_are} dated before the books' first period "
        f"{first} and {counts} in {open_period}. If they were accounted for before the books "
        f"began, they would be paid twice: {how}",
    )


def early_in(sums: Iterable[tuple[str, int, int, int]]) -> Early:
    """What the books hold, from (currency, lines, copies, receipts); nothing if it cancels out."""
    early = Early()
    for currency, lines, units, net in sums:
        early.add(lines, units, currency, net)
    return early if early.units or any(early.net.values()) else Early()
