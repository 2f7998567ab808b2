"""What an amended entry replaces of what has counted: asked once, and only if money moves by it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from royalties.domain.periods import Calendar, parse_period
from royalties.domain.terms.replacing import ASKED, Distributed, Use, replaced

H1 = parse_period("2025-H1", Calendar.HALF_YEARLY)
H2 = H1.shift(1)
TODAY = date(2025, 9, 1)
Body = dict[str, Any]

CLOSED = Use(H2, TODAY, 12, closed=True)
RECORDED = Use(H2, TODAY, 12)
UNUSED = Use(H2, TODAY)


def a_version(day: str, share: str = "0.4") -> Body:
    rest = {"remainder": True, "to": [{"beneficiary": "ann"}]}
    return {"from": day, "steps": [{"share": share, "to": [{"beneficiary": "ben"}]}, rest]}


def a_plan(*versions: Body) -> Body:
    return {"key": "cities", "versions": list(versions)}


OLD, NEW = a_version("2015-01-01"), a_version("2025-08-01", "0.5")
DISTRIBUTED = Use(
    H2, TODAY, 12, closed=True, distributed=[Distributed("2015-01-01", H1.shift(-1), H1)]
)


def asked(part: str, old: Body, new: Body, use: Use) -> str:
    found = replaced(part, old.get("key", ""), old, new, use)
    return found.message if found else ""


def test_a_plan_that_loses_a_version_tells_which_and_what_counts_from_when() -> None:
    found = replaced("plans", "cities", a_plan(OLD), a_plan(NEW), DISTRIBUTED)
    assert found is not None
    assert (found.code, found.part, found.key) == ("replaces-version", "plans", "cities")
    assert found.message == (
        'plan "cities": the version from 2015-01-01, which distributed 2024-H2 to 2025-H1, is left '
        "out. Closed periods keep what they used; 2025-H2 and later periods are distributed by the "
        "version from 2025-08-01 instead of the one from 2015-01-01, including 12 sale lines "
        "already recorded. To keep what was, list that version as well."
    )


@pytest.mark.parametrize(
    ("old", "new", "use", "words"),
    [
        # The only version begins before closed time, inside it, or after the open period.
        (
            a_plan(OLD),
            a_plan(a_version("2014-01-01")),
            DISTRIBUTED,
            "by the version from 2014-01-01",
        ),
        (a_plan(OLD), a_plan(a_version("2025-02-01")), DISTRIBUTED, "begins in closed time"),
        (a_plan(OLD), a_plan(a_version("2026-01-01")), DISTRIBUTED, "2025-H2 cannot be run"),
        # The version in force is changed, though no closed period used it.
        (a_plan(OLD), a_plan(a_version("2015-01-01", "0.3")), RECORDED, "share: 40 % becomes 30 %"),
        # Closed periods used a version that no longer counts: the open period stays as it is.
        (a_plan(OLD, NEW), a_plan(NEW), DISTRIBUTED, "still distributed by the version from 2025-"),
        # A version slips into closed time beside the one that was used there.
        (a_plan(OLD), a_plan(OLD, a_version("2025-02-01")), DISTRIBUTED, "begins in closed time"),
    ],
)
def test_a_plan_is_asked_about(old: Body, new: Body, use: Use, words: str) -> None:
    assert words in asked("plans", old, new, use)


@pytest.mark.parametrize(
    ("old", "new", "use"),
    [
        (a_plan(OLD), a_plan(OLD, NEW), DISTRIBUTED),  # one more version: how plans are changed
        (a_plan(OLD), a_plan(NEW), UNUSED),  # nothing was distributed or recorded by it
        (a_plan(OLD, a_version("2026-01-01")), a_plan(OLD), DISTRIBUTED),  # not begun yet
        (a_plan(OLD), a_plan(a_version("2015-01-01", "0.40")), DISTRIBUTED),  # the same number
    ],
)
def test_a_plan_is_not_asked_about(old: Body, new: Body, use: Use) -> None:
    assert not asked("plans", old, new, use)


HARD = {"name": "Hard", "formats": ["hardcover"], "basis": "list", "rate": "0.10"}
REST = {"name": "Rest", "basis": "net", "rate": "0.10"}


def a_contract(**more: object) -> Body:
    return {
        "key": "foot",
        "titles": ["collab"],
        "currency": "USD",
        "starts": "2015-01-01",
        "rules": [HARD],
        "subsidiary_rights": {"audio": "0.5"},
        "advances": [{"amount": "10.00", "paid_on": "2015-01-01"}],
        "plan": "cities",
        **more,
    }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"rules": [{**HARD, "rate": "0.12"}]}, "rule “Hard” · rate: 10 % becomes 12 %"),
        ({"rules": [REST, HARD]}, "rule “Rest”: name Rest; basis net; rate 10 % (added)"),
        ({"rules": []}, "rule “Hard”: name Hard; "),
        ({"titles": ["other"]}, "title: collab (removed)"),
        ({"plan": "other"}, "plan: cities becomes other"),
        ({"starts": "2025-07-01"}, "starts: 2015-01-01 becomes 2025-07-01"),
        (
            {"reserve": {"rate": "0.2", "hold_periods": 1}},
            "reserve: rate 20 %; periods held 1 (added)",
        ),
        ({"subsidiary_rights": {"audio": "0.4"}}, "subsidiary rights · audio: 50 % becomes 40 %"),
        ({"advances": []}, "advance 1: amount 10.00; paid on 2015-01-01 (removed)"),
        ({"opening_balance": "-5.00"}, "opening balance: -5.00 (added)"),
    ],
)
def test_terms_of_a_contract_are_asked_about(more: Body, words: str) -> None:
    new = a_contract(**more)
    for use, kept in ((CLOSED, "Closed periods keep what they used; it"), (RECORDED, "It")):
        told = asked("contracts", a_contract(), new, use)
        assert words in told
        assert f"{kept} counts from 2025-H2 on, including 12 sale lines already recorded." in told
    assert not asked("contracts", a_contract(), new, UNUSED)


@pytest.mark.parametrize(
    "more",
    [
        {"author": "Kirsten Foot"},
        {"titles": ["collab", "other"]},
        {"rules": [HARD, REST]},
        {"subsidiary_rights": {"audio": "0.50", "film": "0.5"}},
        {"advances": [*a_contract()["advances"], {"amount": "5.00", "paid_on": "2025-07-01"}]},
    ],
)
def test_what_a_contract_says_more_is_not_asked_about(more: Body) -> None:
    assert not asked("contracts", a_contract(), a_contract(**more), CLOSED)


OLD_TAX = [{"from": "2025-01-01", "rate": "0.24"}]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"tax_rate": "0.24"}, {}, "tax rate: 24 % (removed)"),
        ({"tax_rate": OLD_TAX}, {"tax_rate": "0.3"}, "tax rate: "),
        ({"tax_rate": OLD_TAX}, {"tax_rate": [*OLD_TAX, {"from": "2025-09-01", "rate": "0"}]}, ""),
        ({"tax_rate": [{"from": "2026-01-01", "rate": "0.1"}]}, {}, ""),
        ({"on_hold": True}, {}, "on hold: yes (removed)"),
        ({}, {"on_hold": True}, ""),
        ({}, {"minimum_payment": "50.00", "email": "new@example.org"}, ""),
        ({}, {"opening_balance": "5.00"}, "opening balance: 5.00 (added)"),
    ],
)
def test_a_beneficiary_is_asked_about(old: Body, new: Body, words: str) -> None:
    before, after = ({"key": "ann", "name": "Ann", **each} for each in (old, new))
    told = asked("beneficiaries", before, after, RECORDED)
    assert bool(told) is bool(words)
    assert words in told


ISBN = "9781442246928"


def a_title(prices: Mapping[str, str], **more: object) -> Body:
    listed = [{"currency": "USD", "amount": each, "from": day} for day, each in prices.items()]
    edition = {"isbn": ISBN, "format": "hardcover", "prices": listed, "unit_cost": "5.00"}
    return {"key": "collab", "title": "T", "published": "2015-01-01", "editions": [edition | more]}


BLANK = Use(H2, TODAY, 12, unpriced=[(ISBN, "USD", "2025-08-01")])


@pytest.mark.parametrize(
    ("prices", "use", "is_asked"),
    [
        ({"2015-01-01": "80.00"}, BLANK, True),
        ({"2015-01-01": "80.00"}, RECORDED, False),  # the reports' own prices count
        ({"2015-01-01": "75.00", "2025-07-01": "80.00"}, BLANK, True),
        ({"2015-01-01": "75.00", "2025-09-01": "80.00"}, BLANK, False),
        ({}, BLANK, True),
    ],
)
def test_a_price_that_stands_in_is_asked_about(
    prices: Mapping[str, str], use: Use, is_asked: bool
) -> None:
    old, new = a_title({"2015-01-01": "75.00"}), a_title(prices)
    assert bool(asked("titles", old, new, use)) is is_asked


def test_what_else_of_a_title_counts_is_asked_about() -> None:
    old = a_title({})
    profit, ages = Use(H2, TODAY, 12, profit=True), Use(H2, TODAY, 12, ages=True)
    cheaper, published = a_title({}, unit_cost="4.00"), {**old, "published": "2025-01-01"}
    assert "format: hardcover becomes ebook" in asked(
        "titles", old, a_title({}, format="ebook"), RECORDED
    )
    assert "royalties: no (added)" in asked("titles", old, {**old, "royalties": False}, RECORDED)
    assert "cost of one copy: 5.00 becomes 4.00" in asked("titles", old, cheaper, profit)
    assert "published: 2015-01-01 becomes 2025-01-01" in asked("titles", old, published, ages)
    for new in (cheaper, published, {**old, "title": "Renamed"}):
        assert not asked("titles", old, new, RECORDED)


def test_single_values_of_the_open_period_are_asked_about() -> None:
    shop = {"key": "shop", "name": "Shop", "channel": "online"}
    moved = {**shop, "channel": "bookstore"}
    assert "channel: online becomes bookstore" in asked("retailers", shop, moved, RECORDED)
    assert not asked("retailers", shop, moved, UNUSED)
    assert not asked("retailers", shop, {**shop, "name": "The Shop"}, RECORDED)
    rate = {"period": "2025-H2", "from": "GBP", "to": "USD", "rate": "1.25"}
    dearer = {**rate, "rate": "1.3"}
    told = "exchange rate GBP to USD of 2025-H2: 1.25 becomes 1.3."
    assert asked("exchange_rates", rate, dearer, RECORDED).startswith(told)
    assert not asked("exchange_rates", rate, dearer, UNUSED)
    assert not asked("exchange_rates", rate, {**rate, "rate": "1.250"}, RECORDED)
    income = {"period": "2025-H2", "contract": "foot", "right": "audio", "amount": "9.00"}
    told = 'income audio of contract "foot" in 2025-H2: 9.00 becomes 8.00.'
    assert asked("income", income, {**income, "amount": "8.00"}, UNUSED).startswith(told)
    assert not asked("income", income, {**income, "amount": "9"}, UNUSED)


def test_versions_of_a_price_list_that_have_begun_are_asked_about() -> None:
    old = {
        "key": "usd",
        "versions": [{"from": "2025-01-01", "minimum": 10}, {"from": "2026-01-01", "minimum": 20}],
        "taxes": [{"place": "US-WA", "from": "2025-01-01", "rate": "0.065"}],
    }
    begun, later = old["versions"]
    told = asked("price_lists", old, {**old, "versions": [later]}, RECORDED)
    assert "the version from 2025-01-01 is left out" in told
    assert "Issued quotes keep their prices" in told
    assert "the tax of US-WA from 2025-01-01 is left out" in asked(
        "price_lists", old, {**old, "taxes": []}, RECORDED
    )
    assert not asked("price_lists", old, {**old, "versions": [begun]}, RECORDED)
    assert not asked("price_lists", old, {**old, "versions": [later]}, UNUSED)


def test_parts_that_change_no_amount_are_never_asked_about() -> None:
    assert ASKED.isdisjoint({"publisher", "reports", "organizations"})
    assert not asked("organizations", {"key": "o"}, {"key": "o", "name": "Other"}, CLOSED)
