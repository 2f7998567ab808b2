"""Plans and rules in plain words."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given

from royalties.domain.terms.contracts import Basis, Counts, Reserve, Resets, Rule
from royalties.domain.terms.plans import CapPer, Step, beneficiaries_of
from royalties.domain.terms.wording import (
    MemberWords,
    StepWords,
    any_of,
    concerns,
    counter_sentence,
    percent,
    reserve_sentence,
    rule_sentence,
    sentence,
    step_words,
)
from tests.builders.domain import (
    a_cap,
    a_discount,
    a_reserve,
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
def test_step_concerns_its_possible_recipients(steps: tuple[Step, ...]) -> None:
    for step in steps:
        for name in ("ann", "ben", "cid", "nobody"):
            assert concerns(step, name) == (name in beneficiaries_of((step,)))


@given(rules())
def test_every_rule_has_a_sentence(told: tuple[Rule, ...]) -> None:
    for rule in told:
        words = rule_sentence(rule, "USD")
        assert words.endswith(".")
        assert "  " not in words


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            fixed(500, to("ann"), cap=a_cap(2000, CapPer.LIFETIME)),
            "USD 500.00 each period, at most USD 2,000.00 in all.",
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
                "All that is left, at most USD 1,000.00 in a period, split over 2 by weight, your "
                "part being 25 %, at most USD 5.00 in a calendar year; split over 2 by weight, your part "
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
        (
            share(
                1,
                to("ann", cap=a_cap("1234567.5")),
                when=when(formats=["ebook", "hardcover"]),
                cap=a_cap(5, CapPer.YEAR),
                from_=date(2025, 1, 1),
                until=date(2025, 12, 31),
            ),
            (
                "100 % of what is payable from e-book or hardcover sales, at most USD 5.00 in a "
                "calendar year, from 2025-01-01, until 2025-12-31, at most USD 1,234,567.50 in a "
                "period."
            ),
        ),
        # Who has no weight has no part, and is none of those over whom it is split.
        (
            remainder(to("ann", 0), to("ben"), to("cid", 3)),
            "All that is left, split over 2 by weight, your part being 0 %.",
        ),
        (remainder(to("ann"), to("ben", 0)), "All that is left."),
        (remainder(to("ben")), "All that is left."),
        (
            remainder(
                nested(
                    fixed(5, to("ann")),
                    fixed(6, to("ben")),
                    remainder(to("ann"), to("ben", "0.5")),
                    cap=a_cap(100),
                )
            ),
            (
                "All that is left, at most USD 100.00 in a period, and of that: USD 5.00 each period. "
                "All that is left, split over 2 by weight, your part being about 66.67 %."
            ),
        ),
    ],
)
def test_step_sentences(step: Step, told: str) -> None:
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
                "10 % up to 5,000 copies, then 15 % of the list price "
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
            "10 % up to USD 99.50, then 20 % of net receipts less unit cost at amazon.",
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
            a_rule(
                basis=Basis.UNIT,
                tiers=[a_tier("0.5", 1000), a_tier("0.75")],
                formats=["ebook", "audiobook"],
            ),
            "USD 0.50 up to 1,000 copies, then USD 0.75 for every copy on audiobook or e-book.",
        ),
        (
            a_rule(
                tiers=[a_tier("0.1", 500), a_tier("0.2", 900), a_tier("0.3")], counts=Counts.LIST
            ),
            "10 % up to USD 500.00, then 20 % up to USD 900.00, then 30 % of the list price.",
        ),
        (
            a_rule(discount=a_discount(up_to="0.55")),
            "10 % of the list price at a discount up to 55 %.",
        ),
    ],
)
def test_rule_sentences(rule: Rule, told: str) -> None:
    assert rule_sentence(rule, "USD") == told


@pytest.mark.parametrize(
    ("exact", "told"),
    [
        ("1/3", "about 33.33 %"),
        ("2/3", "about 66.67 %"),
        ("5/7", "about 71.43 %"),
        ("1/1900", "about 0.05 %"),
        ("3/7000", "about 0.04 %"),
        ("1/15000", "about 0.01 %"),
        ("0.075", "7.5 %"),
        ("1", "100 %"),
    ],
)
def test_percentage_texts(exact: str, told: str) -> None:
    assert percent(Fraction(exact)) == told


TIERS = (a_tier("0.1", 500), a_tier("0.2"))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (a_rule(counter="print", opening=12), ""),
        (a_rule(tiers=TIERS), "Net copies count over the life of the contract."),
        (
            a_rule(tiers=TIERS, counts=Counts.LIST, resets=Resets.YEAR),
            "List value counts afresh each calendar year.",
        ),
        (
            a_rule(tiers=TIERS, counts=Counts.NET, resets=Resets.PERIOD, opening="1234.5"),
            "Net receipts count afresh each period, from 1,234.50 before the first period.",
        ),
        (
            a_rule(tiers=TIERS, counter="print", opening=12),
            (
                "Net copies count over the life of the contract, as “print”, from 12 before the first "
                "period."
            ),
        ),
    ],
)
def test_counter_sentences(rule: Rule, told: str) -> None:
    assert counter_sentence(rule) == told


@pytest.mark.parametrize(
    ("reserve", "told"),
    [
        (a_reserve(), "20 % of what is earned, released after 1 period."),
        (
            a_reserve(
                "0.2",
                "0.1",
                by_period=True,
                hold_periods=2,
                formats=["hardcover", "ebook"],
                channels=["online", "bookstore"],
            ),
            (
                "20 %, then 10 % (by the title’s periods since publication, then nothing) of what is "
                "earned on e-book or hardcover through the channel bookstore or online, released after "
                "2 periods."
            ),
        ),
    ],
)
def test_reserve_sentences(reserve: Reserve, told: str) -> None:
    assert reserve_sentence(reserve) == told


def test_words_of_a_condition_are_joined() -> None:
    assert any_of(frozenset({"US"})) == "US"
    assert any_of(frozenset({"US", "GB", "DE"})) == "DE, GB or US"


def test_desk_sentence_names_each_beneficiary_and_share() -> None:
    steps = (
        fixed(500, to("ann"), when=when(regions=["WA"])),
        per_unit("0.5", to("ben", "0.5", a_cap("1500.5", CapPer.LIFETIME)), to("cid")),
        remainder(to("ann", 0)),
        share("0.5", nested(remainder(to("ben")), weight=2), to("ann")),
    )
    names = {"ann": "Ann & Co.", "ben": "Ben"}
    inner = StepWords("All that is left", (MemberWords("ben", "Ben", "1", "100 %", "", ()),))
    assert step_words(steps, names, "USD") == (
        StepWords(
            "USD 500.00 each period from sales in WA",
            (MemberWords("ann", "Ann & Co.", "1", "100 %", "", ()),),
        ),
        StepWords(
            "USD 0.50 for every copy",
            (
                MemberWords(
                    "ben", "Ben", "0.5", "about 33.33 %", "at most USD 1,500.50 in all", ()
                ),
                MemberWords("cid", "cid", "1", "about 66.67 %", "", ()),
            ),
        ),
        StepWords("All that is left", (MemberWords("ann", "Ann & Co.", "0", "", "", ()),)),
        StepWords(
            "50 % of what is payable",
            (
                MemberWords("", "", "2", "about 66.67 %", "", (inner,)),
                MemberWords("ann", "Ann & Co.", "1", "about 33.33 %", "", ()),
            ),
        ),
    )


def test_sentence_of_a_step_that_takes_nothing_says_so() -> None:
    (told,) = step_words([fixed(0, to("ann"))], {}, "USD")
    assert told.takes == "USD 0.00 each period"


def test_a_plan_of_contracts_in_several_currencies_names_none() -> None:
    inner = fixed(7, to("ann"), cap=a_cap(8))
    steps = (fixed(500, nested(inner, cap=a_cap(5))), per_unit(2, to("ann")))
    fixed_, per_copy = step_words(steps, {}, "")
    assert (fixed_.takes, per_copy.takes) == ("500.00 each period", "2.00 for every copy")
    assert fixed_.members[0].cap == "at most 5.00 in a period"
    assert fixed_.members[0].steps[0].takes == "7.00 each period, at most 8.00 in a period"
