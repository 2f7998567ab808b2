"""The old statement beside a draft: what differs to the cent, and what probably made it."""

from dataclasses import replace

import pytest

from royalties.domain.royalties.parallel import (
    Difference,
    DifferenceCause,
    Figure,
    FigureKey,
    OldTotal,
    differences_from,
    figures_of,
)
from royalties.domain.royalties.results import Run
from tests.builders.domain import (
    ISBN,
    a_contract,
    a_house,
    a_rule,
    a_sale,
    a_tier,
    runs_of,
)

EARNED = FigureKey(Figure.EARNED, "foot", "USD", "All", ISBN)


def a_run() -> Run:
    (done,) = runs_of(a_house(), [a_sale(units=10), a_sale(units=-2)])
    return done


def totals_of(run: Run) -> list[OldTotal]:
    """An old statement that says just what the draft says."""
    return [
        OldTotal(key, each.amount, each.copies if key.figure is Figure.EARNED else None)
        for key, each in figures_of(run).items()
    ]


def planted(run: Run, figure: Figure, amount: int = 0, copies: int = 0) -> list[OldTotal]:
    """The same with another value in one place."""
    totals = totals_of(run)
    place = next(n for n, each in enumerate(totals) if each.key.figure is figure)
    old = totals[place]
    said = None if old.copies is None else old.copies + copies
    totals[place] = old._replace(amount=old.amount + amount, copies=said)
    return totals


def only(found: list[Difference]) -> Difference:
    (one,) = found
    return one


def test_equal_totals_make_no_difference() -> None:
    run = a_run()
    assert totals_of(run)
    assert differences_from(run, totals_of(run)) == []


def test_a_planted_cent_is_found_and_proposed_as_rounding() -> None:
    run = a_run()
    found = only(differences_from(run, planted(run, Figure.EARNED, amount=-1)))
    assert (found.cause, found.amount) == (DifferenceCause.ROUNDING, 1)
    found = only(differences_from(run, planted(run, Figure.ALLOCATED, amount=1)))
    assert (found.cause, found.amount) == (DifferenceCause.ROUNDING, -1)


def test_copies_distinguish_a_missing_report_from_returns() -> None:
    run = a_run()
    missing = only(differences_from(run, planted(run, Figure.EARNED, amount=500, copies=5)))
    assert missing.cause is DifferenceCause.MISSING_REPORT
    assert "5 fewer copies" in missing.why
    returned = only(differences_from(run, planted(run, Figure.EARNED, amount=200, copies=2)))
    assert returned.cause is DifferenceCause.RETURNS


def test_the_same_copies_at_another_rate_or_tier() -> None:
    run = a_run()
    earned = next(each for key, each in figures_of(run).items() if key.figure is Figure.EARNED)
    quarter_more = earned.amount // 4
    found = only(differences_from(run, planted(run, Figure.EARNED, amount=quarter_more)))
    assert found.cause is DifferenceCause.RATE
    assert "12.5 %" in found.why
    rule = a_rule(tiers=[a_tier("0.10", 1_000), a_tier("0.125")])
    (tiered,) = runs_of(a_house(a_contract(rule)), [a_sale(units=10), a_sale(units=-2)])
    found = only(differences_from(tiered, planted(tiered, Figure.EARNED, amount=quarter_more)))
    assert found.cause is DifferenceCause.TIER


@pytest.mark.parametrize(
    "figure", [Figure.RELEASED, Figure.BROUGHT_FORWARD, Figure.RECOUPED], ids=str
)
def test_difference_in_a_carried_figure_is_caused_by_openings(figure: Figure) -> None:
    total = OldTotal(FigureKey(figure, "foot", "USD"), 8_000)
    assert only(differences_from(a_run(), [total])).cause is DifferenceCause.OPENING


def test_figures_made_of_others_follow_them() -> None:
    run = a_run()
    totals = [
        each._replace(amount=each.amount + 500, copies=None if each.copies is None else 13)
        for each in totals_of(run)
    ]
    causes = {each.key.figure: each.cause for each in differences_from(run, totals)}
    assert causes[Figure.EARNED] is DifferenceCause.MISSING_REPORT
    assert {causes[each] for each in (Figure.PAYABLE, Figure.ALLOCATED, Figure.DUE)} == {
        DifferenceCause.FOLLOWS
    }


def test_rule_missing_from_a_detailed_old_statement_is_a_difference() -> None:
    run = a_run()
    other = OldTotal(FigureKey(Figure.EARNED, "foot", "USD", "another rule"), 100)
    found = differences_from(run, [other])
    assert {(each.key.rule, each.old, each.cause) for each in found} >= {
        ("another rule", 100, DifferenceCause.MISSING_REPORT)
    }
    assert len(found) == 2, "and the draft's own rule, which the old statement does not name"
    whole = OldTotal(FigureKey(Figure.EARNED, "foot", "USD"), 1)
    assert len(differences_from(run, [whole])) == 1, "a contract's sum covers its rules"


def test_the_order_of_totals_changes_nothing() -> None:
    run = a_run()
    totals = [replace_amount(each) for each in totals_of(run)]
    assert differences_from(run, totals) == differences_from(run, totals[::-1])


def replace_amount(total: OldTotal) -> OldTotal:
    return total._replace(amount=total.amount + 300)


def test_difference_is_draft_minus_old_statement() -> None:
    found = Difference(EARNED, 100, 150, None, 0, DifferenceCause.RATE, "")
    assert (found.amount, replace(found, new=90).amount) == (50, -10)
