"""Figures that a close carries forward, worked out by hand."""

from collections.abc import Collection, Mapping
from fractions import Fraction

from royalties.domain.periods import Calendar, parse_period
from royalties.domain.royalties.allocation import CapKey
from royalties.domain.royalties.carrying import (
    ClosedFigures,
    ContractFigures,
    LeftBefore,
    Sold,
    carry,
)
from royalties.domain.royalties.inputs import BroughtIn, ContractState, HeldReserve
from tests.builders.domain import ISBN

H1 = parse_period("2025-H1", Calendar.HALF_YEARLY)
H2, NEXT_YEAR = H1.shift(1), H1.shift(2)
EBOOK = "9781442200029"
CAP = CapKey("plan", "2015-01-01", "1", "")
SHARED = CapKey("plan", "", "", "grant")


def figures(
    carried_forward: int = 0,
    undistributed: int = 0,
    recouped: int = 0,
    withheld: int = 0,
    released: Collection[int] = (),
    counted: Mapping[str, int] | None = None,
    caps: Mapping[CapKey, int] | None = None,
    sold: Mapping[str, Sold] | None = None,
    balances: Mapping[tuple[str, str], int] | None = None,
    contract: str = "foot",
) -> ClosedFigures:
    """What a period froze of one contract."""
    counts = {name: Fraction(number) for name, number in (counted or {}).items()}
    of_it = ContractFigures(
        carried_forward,
        undistributed,
        recouped,
        withheld,
        released,
        counts,
        caps or {},
        sold or {},
    )
    return ClosedFigures({contract: of_it}, balances or {})


FIRST = figures(
    -500,
    1,
    300,
    200,
    counted={"print": 40},
    caps={CAP: 70},
    sold={ISBN: (40, 9000)},
    balances={("ann", "USD"): 12, ("ben", "GBP"): 7},
)
AFTER_FIRST = carry(LeftBefore(), H1, FIRST)


def test_first_close_carries_its_own_figures() -> None:
    counters, caps = {"print": Fraction(40)}, {CAP: 70}
    held = (HeldReserve(H1.ordinal, 200),)
    left = carry(LeftBefore(), H1, FIRST)
    assert left == LeftBefore(
        {"foot": ContractState(-500, held, 300, 1, counters, counters, caps, caps)},
        {("ann", "USD"): 12, ("ben", "GBP"): 7},
        {("foot", ISBN): (40, 9000)},
    )


def test_later_close_adds_to_figures_carried_before() -> None:
    """Accounts and balances are replaced; what was recouped, counted, capped and sold adds up."""
    second = figures(
        -20,
        0,
        30,
        50,
        counted={"print": 2, "ebook": 5},
        caps={CAP: 3, SHARED: 9},
        sold={ISBN: (-1, -250), EBOOK: (5, 60)},
        balances={("ann", "USD"): 0},
    )
    left = carry(AFTER_FIRST, H2, second)
    counters = {"print": Fraction(42), "ebook": Fraction(5)}
    caps = {CAP: 73, SHARED: 9}
    held = (HeldReserve(H1.ordinal, 200), HeldReserve(H2.ordinal, 50))
    assert left == LeftBefore(
        {"foot": ContractState(-20, held, 330, 0, counters, counters, caps, caps)},
        {("ann", "USD"): 0, ("ben", "GBP"): 7},
        {("foot", ISBN): (39, 8750), ("foot", EBOOK): (5, 60)},
    )


def test_released_reserve_is_no_longer_carried() -> None:
    more = carry(AFTER_FIRST, H2, figures(withheld=50))
    assert more.states["foot"].held == (HeldReserve(H1.ordinal, 200), HeldReserve(H2.ordinal, 50))
    left = carry(more, NEXT_YEAR, figures(released=(H1.ordinal,)))
    assert left.states["foot"].held == (HeldReserve(H2.ordinal, 50),)


def test_yearly_counters_start_at_zero_in_the_first_period_of_a_year() -> None:
    counters, caps = {"print": Fraction(40)}, {CAP: 70}
    assert AFTER_FIRST.entering(H2) == AFTER_FIRST
    entered = AFTER_FIRST.entering(NEXT_YEAR).states["foot"]
    assert (entered.counters_life, entered.caps_life) == (counters, caps)
    assert (entered.counters_year, entered.caps_year) == ({}, {})
    assert (entered.brought_forward, entered.recouped, entered.undistributed) == (-500, 300, 1)
    left = carry(AFTER_FIRST, NEXT_YEAR, figures(counted={"print": 1}, caps={CAP: 2}))
    done = left.states["foot"]
    assert (done.counters_life, done.caps_life) == ({"print": Fraction(41)}, {CAP: 72})
    assert (done.counters_year, done.caps_year) == ({"print": Fraction(1)}, {CAP: 2})


def test_contract_missing_from_a_run_keeps_its_carried_figures() -> None:
    left = carry(AFTER_FIRST, H2, figures(-1, sold={EBOOK: (1, 2)}, contract="other"))
    assert left.states["foot"] == AFTER_FIRST.states["foot"]
    assert left.states["other"] == ContractState(-1)
    assert left.sold == {("foot", ISBN): (40, 9000), ("other", EBOOK): (1, 2)}


def test_brought_in_figures_are_carried_once_from_the_first_close() -> None:
    """It is added to once: a later figure that says it again is of another contract's life."""
    before = HeldReserve(H1.ordinal - 1, 80, H2.ordinal)
    brought_in = BroughtIn((before,), 7, {CAP: 30}, {ISBN: (4200, 310_000)})
    (of_it,) = FIRST.contracts.values()
    first = ClosedFigures({"foot": of_it._replace(brought_in=brought_in)}, {})
    left = carry(LeftBefore(), H1, first)
    state = left.states["foot"]
    assert state.held == (before, HeldReserve(H1.ordinal, 200))
    assert (state.caps_life, state.caps_year) == ({CAP: 100}, {CAP: 100})
    assert left.sold == {("foot", ISBN): (4240, 319_000)}
    later = carry(left, H2, figures(released=(before.period,), sold={ISBN: (1, 250)}))
    assert later.states["foot"].held == (HeldReserve(H1.ordinal, 200),)
    assert later.sold == {("foot", ISBN): (4241, 319_250)}
