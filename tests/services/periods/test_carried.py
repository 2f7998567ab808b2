"""Carried figures of earlier periods, read again after later closes."""

from royalties.domain.royalties.carrying import LeftBefore
from royalties.services.periods.draft import run_view
from royalties.store.periods import carrying
from tests.builders.books import Office, after, closed

pytestmark = after(closed)


def test_opening_figures_of_a_closed_period_never_change(office: Office) -> None:
    def left(periods: int) -> LeftBefore:
        with office.work(read_only=True) as work:
            first = run_view(work, "2025-H1").period
            return carrying.left_before(work.connection, first.shift(periods))

    before = left(1)
    assert left(0) == LeftBefore()
    assert before.states
    assert before.balances
    office.close("2025-H2")
    assert (left(0), left(1)) == (LeftBefore(), before)
    assert left(2) != before
