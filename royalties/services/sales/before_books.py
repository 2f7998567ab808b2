"""Sales dated before the books begin: they count in the first open period, so a person says so.

What was sold before the first period was accounted elsewhere, and is in the opening balances,
counters and advances of the setup. A history that is loaded as well is paid twice.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from royalties.domain.money import MICRO, amount_text
from royalties.domain.periods import Period
from royalties.domain.problems import Notice
from royalties.domain.royalties.run import run
from royalties.domain.sales.lines import Early, SaleLine
from royalties.domain.sales.slices import Place, SaleKind, Slice, blocks_of
from royalties.domain.terms.discounts import discount_class, discount_limits
from royalties.services.books import Setup, books_of, names_of
from royalties.services.errors import CANNOT_RUN
from royalties.services.work import Work

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


def would_earn(work: Work, setup: Setup, early: Early, open_period: Period) -> str:
    """What sales from before the books would earn in the open period, in words.

    They are calculated by themselves, from the counters as they are; empty where those are unclear.
    """
    if not early.sold or not early.is_complete:
        return ""
    books = books_of(work, setup, open_period)
    names = names_of(work)
    limits = discount_limits(books.contracts)
    editions = {each.isbn: each for title in setup.titles.values() for each in title.editions}
    slices = []
    for key, (units, net) in early.sold.items():
        isbn = names.isbns[key.edition]
        price = key.list_price
        if price is None:
            price = editions[isbn].price_of_sale(key.day, key.currency)
        discount = Fraction(key.discount or 0, MICRO)
        slices.append(
            Slice(
                isbn,
                names.retailers[key.retailer],
                SaleKind(key.kind),
                key.currency,
                price is not None,
                discount_class(limits, discount) if key.discount is not None else 0,
                Place(key.country, key.region, key.city, key.order),
                units,
                net,
                units * (price or 0),
            )
        )
    try:
        trial = run(replace(books, blocks=blocks_of(slices), income=()))
    except CANNOT_RUN:
        return ""
    sums: dict[str, int] = {}
    for each in trial.contracts:
        sums[each.contract.currency] = sums.get(each.contract.currency, 0) + each.earned
    amounts = [
        f"{currency} {amount_text(amount, currency)}"
        for currency, amount in sorted(sums.items())
        if amount
    ]
    return " and ".join(amounts) or "nothing"


def notice_of(
    early: Early, setup: Setup, open_period: Period, *, is_recorded: bool = False, earned: str = ""
) -> Notice | None:
    """What is to be confirmed of sales from before the books; None if there are none.

    Args:
        early: what there is.
        setup: whose books.
        open_period: where it counts.
        is_recorded: whether it is recorded already.
        earned: what they would earn, in words; empty: that is not known.
    """
    if not early.rows:
        return None
    first = setup.first_period
    is_are = "is" if early.rows == 1 else "are"
    counts = ("counts" if early.rows == 1 else "count") if is_recorded else "would count"
    earn = f", where they would earn {earned}" if earned else ""
    how = "undo the import" if is_recorded else "take them out of the report"
    return Notice(
        CODE,
        f"{early.counted('row')} ({early.brought}) {is_are} dated before the books' first period "
        f"{first} and {counts} in {open_period}{earn}. If they were accounted for before the books "
        f"began, they would be paid twice: {how}",
    )


def early_in(sums: Iterable[tuple[str, int, int, int]]) -> Early:
    """What the books hold, from (currency, lines, copies, receipts); nothing if it cancels out."""
    early = Early()
    for currency, lines, units, net in sums:
        early.add(lines, units, currency, net)
    return early if early.units or any(early.net.values()) else Early()
