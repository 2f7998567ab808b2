"""Plans and rules in plain words."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given

from royalties.domain.terms.contracts import Basis, Counts, Rule
from royalties.domain.terms.plans import CapPer, Step, beneficiaries_of
from royalties.domain.terms.wording import concerns, percent, rule_sentence, sentence
from tests.builders.domain import (
    a_cap,
    a_discount,
    a_rule,
    a_tier,
    fixed,
    nested,
    per_unit,
    remainder,
    share,
    to,
    when,
)
from tests.strategies import plan_steps, rules


def strangely_named(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The same steps; nobody's name is a word that a sentence may hold."""
    return tuple(
        replace(
            step,
            to=tuple(
                replace(member, steps=strangely_named(member.steps))
                if member.steps
                else replace(member, beneficiary=f"Q{member.beneficiary}Q")
                for member in step.to
            ),
        )
        for step in steps
    )


@given(plan_steps(1))
def test_no_sentence_names_another_beneficiary(drawn: tuple[Step, ...]) -> None:
    """Nor the reader: what others get is no business of theirs."""
    steps = strangely_named(drawn)
    everybody = beneficiaries_of(steps)
    for step in steps:
        for reader in beneficiaries_of((step,)):
            told = sentence(step, reader, "USD")
            assert not any(name in told for name in everybody)
            assert told.endswith(".")
            assert ".." not in told


@given(plan_steps(1))
def test_a_step_concerns_those_it_may_give_to(steps: tuple[Step, ...]) -> None:
    for step in steps:
        for name in ("ann", "ben", "cid", "nobody"):
            assert concerns(step, name) == (name in beneficiaries_of((step,)))


@given(rules())
def test_every_rule_can_be_told(told: tuple[Rule, ...]) -> None:
    for rule in told:
        words = rule_sentence(rule, "USD")
        assert words.endswith(".")
        assert "  " not in words


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            fixed(500, to("ann"), cap=a_cap(2000, CapPer.LIFETIME)),
            "USD 500 each period, at most USD 2,000 in all.",
        ),
        (
            share("0.30", to("ann"), to("ben", 2), when=when(regions=["WA", "OR"])),
            (
                "30 % of what is payable from sales in OR or WA, split over 2 by weight, "
                "your part being about 33.33 %."
            ),
        ),
        (
            per_unit("0.0125", to("ann", 3, a_cap("12.5")), to("ben")),
            (
                "USD 0.0125 for every copy, split over 2 by weight, your part being 75 %, "
                "at most USD 12.50 in a period."
            ),
        ),
        (
            remainder(to("ann"), from_=date(2025, 1, 1), until=date(2025, 12, 31)),
            "All that is left, from 2025-01-01, until 2025-12-31.",
        ),
        (
            remainder(to("ben"), nested(share("0.5", to("ann")), remainder(to("ben")))),
            (
                "All that is left, split over 2 by weight, your part being 50 %, and of that: "
                "50 % of what is payable."
            ),
        ),
        (
            remainder(
                to("ann", cap=a_cap(5, CapPer.YEAR)), to("ann", 3), cap=a_cap(1000, CapPer.PERIOD)
            ),
            (
                "All that is left, at most USD 1,000 in a period, split over 2 by weight, your "
                "part being 25 %, at most USD 5 in a calendar year; split over 2 by weight, your part "
                "being 75 %."
            ),
        ),
        (
            share(
                "0.125",
                to("ann"),
                when=when(
                    formats=["ebook"],
                    channels=["online"],
                    retailers=["amazon"],
                    countries=["US"],
                    cities=["Seattle"],
                    orders=["PO-7"],
                ),
            ),
            (
                "12.5 % of what is payable from e-book sales through the channel online at "
                "amazon in US in Seattle on order PO-7."
            ),
        ),
    ],
)
def test_steps(step: Step, told: str) -> None:
    assert sentence(step, "ann", "USD") == told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (a_rule("0.10"), "10 % of the list price."),
        (a_rule("0.125", Basis.NET, formats=["ebook"]), "12.5 % of net receipts on e-book."),
        (
            a_rule(
                tiers=[a_tier("0.1", 5000), a_tier("0.15")],
                channels=["online", "bookstore", "direct"],
                countries=["US"],
            ),
            (
                "10 % up to 5000 copies, then 15 % of the list price "
                "through the channel bookstore, direct or online in US."
            ),
        ),
        (
            a_rule(
                basis=Basis.PROFIT,
                tiers=[a_tier("0.1", "99.5"), a_tier("0.2")],
                counts=Counts.NET,
                retailers=["amazon"],
            ),
            "10 % up to 99.5 USD, then 20 % of net receipts less unit cost at amazon.",
        ),
        (
            a_rule("1.25", Basis.UNIT, discount=a_discount(from_="0.5", below="0.6")),
            "USD 1.25 for every copy at a discount from 50 % and below 60 %.",
        ),
        (
            a_rule(discount=a_discount(above="0.55")),
            "10 % of the list price at a discount above 55 %.",
        ),
        (
            a_rule(discount=a_discount(up_to="0.55")),
            "10 % of the list price at a discount up to 55 %.",
        ),
    ],
)
def test_rules(rule: Rule, told: str) -> None:
    assert rule_sentence(rule, "USD") == told


@pytest.mark.parametrize(
    ("exact", "told"),
    [("1/3", "about 33.33 %"), ("2/3", "about 66.67 %"), ("0.075", "7.5 %"), ("1", "100 %")],
)
def test_percentages(exact: str, told: str) -> None:
    assert percent(Fraction(exact)) == told
