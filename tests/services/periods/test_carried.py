"""What periods left, asked for again after later ones were closed."""

from royalties.domain.royalties.carrying import LeftBefore
from royalties.services.periods.draft import run_view
from royalties.store.periods import carrying
from tests.builders.books import Office, after, closed

pytestmark = after(closed)


def test_what_was_left_before_a_period_stays_as_its_run_found_it(office: Office) -> None:
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
