"""Reversals of a closed run's sales use the exchange rates of that run."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.money import MICRO
from royalties.domain.periods import Calendar, parse_period
from royalties.domain.royalties.earning import Earnings, SoldEdition, earn
from royalties.domain.royalties.exchange import MissingExchangeRateError, Rates
from royalties.domain.sales.slices import Place, SaleKind, Slice, blocks_of
from royalties.domain.terms.contracts import Basis, Contract, Counts, Rule
from royalties.domain.terms.discounts import representatives
from tests.builders.domain import (
    CHANNELS,
    ISBN,
    Number,
    a_contract,
    a_rule,
    a_tier,
    an_edition,
)

CLOSED = parse_period("2025-H1", Calendar.HALF_YEARLY)
PERIOD = CLOSED.shift(1)
NOW = {("GBP", "USD"): Fraction("1.16"), ("USD", "GBP"): Fraction("0.80")}
THEN = {("GBP", "USD"): Fraction("1.15"), ("USD", "GBP"): Fraction("0.75")}


def a_slice(
    units: int, net: Number, *, reverses: int | None = None, currency: str = "GBP"
) -> Slice:
    """Hardcovers sold by Amazon at 100.00."""
    micro = int(Fraction(net) * MICRO)
    sums = (units, micro, units * 100 * MICRO)
    return Slice(ISBN, "amazon", SaleKind.SALE, currency, True, 0, Place(), *sums, reverses)


def earned(
    contract: Contract,
    *slices: Slice,
    sold: SoldEdition | None = None,
    now: dict[tuple[str, str], Fraction] = NOW,
    before: Number = 0,
) -> Earnings:
    """All that ``earn`` finds in the second half, which may take something of the first back."""
    edition = sold or an_edition()
    return earn(
        contract,
        blocks_of(slices),
        {edition.isbn: edition},
        CHANNELS,
        representatives(()),
        Rates(PERIOD, now, {CLOSED.ordinal: THEN}),
        "USD",
        {"All": Fraction(before)},
        [],
        with_atoms=True,
    )


def test_reversal_takes_back_exactly_what_was_paid() -> None:
    """500.00 at 1.15 paid 57.50; at today's 1.16 they would take 58.00 back."""
    found = earned(
        a_contract(a_rule("0.1", Basis.NET)),
        a_slice(-10, -500, reverses=CLOSED.ordinal),
        a_slice(4, 200),
    )
    assert [(line.units, line.exchange_rate, line.earned) for line in found.lines] == [
        (-10, Fraction("1.15"), -5750),
        (4, Fraction("1.16"), 2320),
    ]
    assert sum(atom.earned for atom in found.atoms) == Fraction("-57.50") + Fraction("23.20")


def test_reversed_lines_with_the_same_terms_are_merged() -> None:
    """An amount per copy is not converted, and a rate that has not moved is the same rate."""
    slices = (a_slice(-10, -500, reverses=CLOSED.ordinal), a_slice(4, 200))
    (line,) = earned(a_contract(a_rule("0.5", Basis.UNIT)), *slices).lines
    assert (line.units, line.earned) == (-6, -300)
    (line,) = earned(a_contract(a_rule("0.1", Basis.NET)), *slices, now=THEN).lines
    assert (line.units, line.earned) == (-6, -3450)


def test_unit_cost_is_reversed_at_its_original_exchange_rate() -> None:
    """8.00 dollars a copy were 6.00 pounds and are 6.40 now: 500.00 − 60.00 at 1.15."""
    sold = an_edition(unit_cost="8")
    rule = a_rule("0.5", Basis.PROFIT)
    taken, sale = a_slice(-10, -500, reverses=CLOSED.ordinal), a_slice(10, 500)
    found = earned(a_contract(rule), taken, sale, sold=sold)
    assert [(line.base, line.earned) for line in found.lines] == [
        (-440 * MICRO, -25300),
        (436 * MICRO, 25288),
    ]
    in_pounds = a_contract(rule, currency="GBP")
    (line,) = earned(in_pounds, taken, sale, sold=sold).lines
    assert (line.units, line.base, line.earned) == (0, -4 * MICRO, -200), "one sum, two costs"


@pytest.mark.parametrize(("counts", "stood"), [(Counts.NET, 575), (Counts.LIST, 1150)])
def test_reversal_sets_an_amount_counter_back(counts: Counts, stood: int) -> None:
    rule = a_rule(basis=Basis.NET, tiers=[a_tier("0.1", 100), a_tier("0.2")], counts=counts)
    taken = a_slice(-10, -500, reverses=CLOSED.ordinal)
    counted = earned(a_contract(rule), taken, before=stood).counters["All"]
    assert counted.before + counted.added == 0


def test_exchange_rate_missing_from_the_closed_run_is_todays() -> None:
    """A rate that nobody could enter any more, because its period is closed, is never asked for."""
    contract = a_contract(a_rule("0.1", Basis.NET))
    euros = {**NOW, ("EUR", "USD"): Fraction("1.10")}
    taken = a_slice(-1, -10, reverses=CLOSED.ordinal, currency="EUR")
    (line,) = earned(contract, taken, now=euros).lines
    assert (line.exchange_rate, line.earned) == (Fraction("1.10"), -110)
    with pytest.raises(MissingExchangeRateError, match="for 2025-H2: EUR → USD"):
        earned(contract, taken)


rules = st.builds(
    lambda basis, counts: a_rule(
        basis=basis, tiers=[a_tier("0.1", 20), a_tier("0.125")], counts=counts
    ),
    st.sampled_from(Basis),
    st.sampled_from(Counts),
)
slices_ = st.builds(
    a_slice,
    st.integers(-5, 5),
    st.integers(-300, 300),
    reverses=st.sampled_from([None, CLOSED.ordinal]),
    currency=st.sampled_from(["GBP", "USD"]),
)


@given(rules, st.lists(slices_, max_size=8), st.randoms(use_true_random=False))
def test_reversal_does_not_depend_on_order_or_grouping_of_lines(
    rule: Rule, slices: list[Slice], random: object
) -> None:
    contract, sold = a_contract(rule), an_edition(unit_cost="7")
    found = earned(contract, *slices, sold=sold)
    shuffled = sorted(slices, key=lambda _: random.random())  # type: ignore[attr-defined]
    again = earned(contract, *shuffled, sold=sold)
    assert (again.lines, again.counters, again.atoms) == (found.lines, found.counters, found.atoms)


@given(rules, st.lists(slices_, max_size=8))
def test_reversal_and_original_sum_to_zero(rule: Rule, slices: list[Slice]) -> None:
    """At the rates that both have: mirrored at any rate of today, what was counted is undone."""
    contract, sold = a_contract(rule), an_edition(unit_cost="7")
    then = [each._replace(reverses=None) for each in slices]
    counted = earned(contract, *then, sold=sold, now=THEN)
    taken = [
        each._replace(
            units=-each.units,
            net=-each.net,
            list_value=-each.list_value,
            reverses=CLOSED.ordinal,
        )
        for each in then
    ]
    stood = counted.counters["All"].added
    undone = earned(contract, *taken, sold=sold, before=stood)
    assert undone.counters["All"].added == -stood
    assert [line.earned for line in undone.lines] == [-line.earned for line in counted.lines]
