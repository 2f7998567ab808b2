"""Changes to terms in use need consent once, and only if they affect money."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from royalties.domain.periods import Calendar, parse_period
from royalties.domain.terms.replacing import ASKED, Distributed, EntryUse, replaced

H1 = parse_period("2025-H1", Calendar.HALF_YEARLY)
H2 = H1.shift(1)
TODAY = date(2025, 9, 1)
Body = dict[str, Any]

CLOSED = EntryUse(H2, TODAY, 12, closed=True)
RECORDED = EntryUse(H2, TODAY, 12)
UNUSED = EntryUse(H2, TODAY)


def a_version(day: str, share: str = "0.4") -> Body:
    rest = {"remainder": True, "to": [{"beneficiary": "ann"}]}
    return {"from": day, "steps": [{"share": share, "to": [{"beneficiary": "ben"}]}, rest]}


def a_plan(*versions: Body) -> Body:
    return {"key": "cities", "versions": list(versions)}


OLD, NEW = a_version("2015-01-01"), a_version("2025-08-01", "0.5")
DISTRIBUTED = EntryUse(
    H2, TODAY, 12, closed=True, distributed=[Distributed("2015-01-01", H1.shift(-1), H1)]
)


def asked(part: str, old: Body, new: Body, use: EntryUse) -> str:
    found = replaced(part, old.get("key", ""), old, new, use)
    return found.message if found else ""


def test_plan_losing_a_version_names_it_and_its_replacement() -> None:
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
def test_plan_changes_that_need_consent(old: Body, new: Body, use: EntryUse, words: str) -> None:
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
def test_plan_changes_that_need_no_consent(old: Body, new: Body, use: EntryUse) -> None:
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
def test_contract_changes_that_need_consent(more: Body, words: str) -> None:
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
def test_additions_to_a_contract_need_no_consent(more: Body) -> None:
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
def test_beneficiary_changes_that_need_consent(old: Body, new: Body, words: str) -> None:
    before, after = ({"key": "ann", "name": "Ann", **each} for each in (old, new))
    told = asked("beneficiaries", before, after, RECORDED)
    assert bool(told) is bool(words)
    assert words in told


ISBN = "9781442246928"


def a_title(prices: Mapping[str, str], **more: object) -> Body:
    listed = [{"currency": "USD", "amount": each, "from": day} for day, each in prices.items()]
    edition = {"isbn": ISBN, "format": "hardcover", "prices": listed, "unit_cost": "5.00"}
    return {"key": "collab", "title": "T", "published": "2015-01-01", "editions": [edition | more]}


BLANK = EntryUse(H2, TODAY, 12, unpriced=[(ISBN, "USD", "2025-08-01")])


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
def test_change_of_a_price_in_use_needs_consent(
    prices: Mapping[str, str], use: EntryUse, is_asked: bool
) -> None:
    old, new = a_title({"2015-01-01": "75.00"}), a_title(prices)
    assert bool(asked("titles", old, new, use)) is is_asked


def test_other_title_changes_that_need_consent() -> None:
    old = a_title({})
    profit, ages = EntryUse(H2, TODAY, 12, profit=True), EntryUse(H2, TODAY, 12, ages=True)
    cheaper, published = a_title({}, unit_cost="4.00"), {**old, "published": "2025-01-01"}
    assert "format: hardcover becomes ebook" in asked(
        "titles", old, a_title({}, format="ebook"), RECORDED
    )
    assert "royalties: no (added)" in asked("titles", old, {**old, "royalties": False}, RECORDED)
    assert "cost of one copy: 5.00 becomes 4.00" in asked("titles", old, cheaper, profit)
    assert "published: 2015-01-01 becomes 2025-01-01" in asked("titles", old, published, ages)
    for new in (cheaper, published, {**old, "title": "Renamed"}):
        assert not asked("titles", old, new, RECORDED)


def test_changed_single_values_need_consent_once_used() -> None:
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


def test_change_of_a_price_list_version_in_force_needs_consent() -> None:
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


def test_changes_without_effect_on_amounts_need_no_consent() -> None:
    assert ASKED.isdisjoint({"publisher", "reports", "organizations"})
    assert not asked("organizations", {"key": "o"}, {"key": "o", "name": "Other"}, CLOSED)


# What each says, whole


def test_change_of_the_plan_version_in_force_names_the_fields() -> None:
    told = asked("plans", a_plan(OLD), a_plan(a_version("2015-01-01", "0.3")), RECORDED)
    assert told == (
        'plan "cities": the version from 2015-01-01 is changed (step 1 · share: 40 % becomes '
        "30 %). 2025-H2 and later periods are distributed by the version from 2015-01-01, "
        "including 12 sale lines already recorded. To change it from a day on, leave it as it was "
        "and add a version from that day."
    )


def test_plan_change_lists_lost_and_added_versions() -> None:
    middle, early, other = (a_version(day) for day in ("2025-01-01", "2024-02-01", "2024-03-01"))
    use = EntryUse(
        H2,
        TODAY,
        closed=True,
        distributed=[
            Distributed("2015-01-01", H1.shift(-1), H1.shift(-1)),
            Distributed("2025-01-01", H1, H1),
        ],
    )
    changed = a_version("2025-01-01", "0.3")
    told = asked("plans", a_plan(OLD, middle), a_plan(changed, other, early), use)
    assert told == (
        'plan "cities": the version from 2015-01-01, which distributed 2024-H2, is left out; the '
        "version from 2025-01-01, which distributed 2025-H1, is changed (step 1 · share: 40 % "
        "becomes 30 %); the version from 2024-02-01 begins in closed time, which another version "
        "distributed; the version from 2024-03-01 begins in closed time, which another version "
        "distributed. Closed periods keep what they used; 2025-H2 and later periods are "
        "distributed by the version from 2025-01-01. To keep what was, list that version as well."
    )


def test_a_plan_without_a_version_in_force_says_so() -> None:
    new = a_plan(a_version("2026-01-01"))
    told = asked("plans", a_plan(OLD), new, DISTRIBUTED)
    assert told == (
        'plan "cities": the version from 2015-01-01, which distributed 2024-H2 to 2025-H1, is left '
        "out. Closed periods keep what they used; 2025-H2 cannot be run: no version is in force on "
        "2025-12-31. To keep what was, list that version as well."
    )
    last_day = a_plan(a_version("2025-12-31"))
    assert "distributed by the version from 2025-12-31 instead of" in asked(
        "plans", a_plan(OLD), last_day, DISTRIBUTED
    )


def test_version_starting_in_closed_periods_names_the_version_used() -> None:
    told = asked("plans", a_plan(OLD, NEW), a_plan(OLD, a_version("2025-06-30"), NEW), DISTRIBUTED)
    assert told == (
        'plan "cities": the version from 2025-06-30 begins in closed time, which another version '
        "distributed. Closed periods keep what they used; 2025-H2 is still distributed by the "
        "version from 2025-08-01. Let it begin on the first day of an open period, unless history "
        "is to show it so."
    )


@pytest.mark.parametrize(
    ("old", "new", "use"),
    [
        # From the open period's first day on, a version is new.
        (a_plan(OLD), a_plan(OLD, a_version("2025-07-01")), DISTRIBUTED),
        # Nothing is closed: no version distributed what an earlier one might take over.
        (a_plan(OLD), a_plan(OLD, a_version("2025-02-01")), EntryUse(H1, TODAY)),
        # What is recorded has no version yet.
        (a_plan(a_version("2026-01-01")), a_plan(a_version("2026-02-01")), RECORDED),
    ],
)
def test_new_plan_version_needs_no_consent(old: Body, new: Body, use: EntryUse) -> None:
    assert not asked("plans", old, new, use)


def test_previously_removed_version_is_not_reported_as_lost() -> None:
    """Closed periods used one that the books' newest entry has no more."""
    use = EntryUse(H2, TODAY, closed=True, distributed=[Distributed("2014-01-01", H1, H1)])
    assert not asked("plans", a_plan(OLD), a_plan(OLD, NEW), use)


def test_plan_without_a_version_in_force_replaces_none() -> None:
    use = EntryUse(H2, TODAY, closed=True, distributed=[Distributed("2026-01-01", H1, H1)])
    told = asked("plans", a_plan(a_version("2026-01-01")), a_plan(NEW), use)
    assert "2025-H2 and later periods are distributed by the version from 2025-08-01. " in told


@pytest.mark.parametrize(
    ("part", "old", "new", "code", "loses"),
    [
        ("plans", a_plan(OLD), a_plan(NEW), "replaces-version", True),
        ("contracts", a_contract(), a_contract(titles=["other"]), "replaces-terms", True),
        ("contracts", a_contract(), a_contract(starts="2025-07-01"), "replaces-terms", True),
        ("contracts", a_contract(), a_contract(advances=[]), "replaces-terms", True),
        ("contracts", a_contract(), a_contract(plan="other"), "replaces-terms", False),
        ("contracts", a_contract(), a_contract(opening_balance="1"), "replaces-terms", False),
        ("titles", a_title({}), {**a_title({}), "editions": []}, "replaces-terms", True),
        ("titles", a_title({}), a_title({}, format="ebook"), "replaces-terms", False),
    ],
)
def test_removed_or_dated_values_need_consent_even_from_scripts(
    part: str, old: Body, new: Body, code: str, loses: bool
) -> None:
    found = replaced(part, old["key"], old, new, DISTRIBUTED)
    assert found is not None
    assert (found.code, found.part, found.key, found.loses) == (code, part, old["key"], loses)
    assert str(found) == found.message


def test_terms_of_a_contract_say_what_counts_from_when() -> None:
    one = EntryUse(H2, TODAY, 1)
    many = EntryUse(H2, TODAY, 1200, closed=True)
    new = a_contract(plan="other", author="Kirsten Foot")
    assert asked("contracts", a_contract(), new, one) == (
        'contract "foot": plan: cities becomes other. It counts from 2025-H2 on, including 1 sale '
        "line already recorded."
    )
    assert asked("contracts", a_contract(), new, many) == (
        'contract "foot": plan: cities becomes other. Closed periods keep what they used; it counts '
        "from 2025-H2 on, including 1,200 sale lines already recorded."
    )
    assert asked("contracts", a_contract(), new, EntryUse(H2, TODAY, closed=True)) == (
        'contract "foot": plan: cities becomes other. Closed periods keep what they used; it counts '
        "from 2025-H2 on."
    )


BARE = {"key": "foot", "titles": ["collab"], "starts": "2015-01-01", "plan": "cities"}


def test_omitted_contract_defaults_are_not_changes() -> None:
    """Rules, rights and advances of a contract without any."""
    full = {key: a_contract()[key] for key in ("rules", "subsidiary_rights", "advances")}
    assert not asked("contracts", BARE, BARE | full, CLOSED)
    told = asked("contracts", BARE | full, BARE, CLOSED)
    assert told.startswith(
        'contract "foot": rule “Hard”: name Hard; formats hardcover; basis list; rate 10 % '
        "(removed); subsidiary rights: audio 50 % (removed); advance 1: amount 10.00; paid on "
        "2015-01-01 (removed). Closed"
    )


def test_four_of_many_changes_are_named_removals_first() -> None:
    old = a_contract(opening_balance="1.00", plan="a", currency="USD", note="n", titles=["t", "u"])
    new = a_contract(opening_balance="2.00", plan="b", currency="GBP", titles=["v"])
    assert asked("contracts", old, new, CLOSED).startswith(
        'contract "foot": title: t (removed); title: u (removed); note: n (removed); '
        "currency: USD becomes GBP; and 2 more. "
    )
    four = a_contract(opening_balance="1.00", plan="b", currency="GBP", titles=["v"], note="n")
    told = asked("contracts", old, four, CLOSED)
    assert told.startswith(
        'contract "foot": title: t (removed); title: u (removed); currency: USD becomes GBP; plan: '
        "a becomes b. "
    )


@pytest.mark.parametrize(
    ("length", "shown"), [(60, 60 * "x"), (61, 59 * "x" + "…"), (80, 59 * "x" + "…")]
)
def test_long_values_are_cut(length: int, shown: str) -> None:
    old, new = a_contract(plan="y" * 20 + " " * 39 + "yyy"), a_contract(plan=length * "x")
    told = asked("contracts", old, new, CLOSED)
    assert f"plan: {'y' * 20}… becomes {shown}. " in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["1.0", "2.0"], ["1.00", "2.00"]),
        (["1.0"], ["1", "2.0"]),
        (["1.0", "2.0"], ["1"]),
    ],
)
def test_equal_numbers_in_different_notations_are_the_same(old: list[str], new: list[str]) -> None:
    """Additions and removals in a list are named; unchanged items are not."""
    before, after = (
        a_contract(advances=[{"amount": each} for each in amounts]) for amounts in (old, new)
    )
    told = asked("contracts", before, after, CLOSED)
    assert told.startswith('contract "foot": advance 2: amount 2.0 (removed). ') is (
        len(new) < len(old)
    )
    assert bool(told) is (len(new) < len(old))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0.24", [{"from": "2015-01-01", "rate": "0.24"}], ""),
        ("0.24", [{"from": "2015-01-01", "rate": "0.30"}], "tax rate: 24 % becomes "),
        ([{"from": "2025-12-31", "rate": "0.1"}], None, "(removed)"),
        ([{"from": "2026-01-01", "rate": "0.1"}], "0.2", "tax rate: "),
        ([{"from": "2026-01-01", "rate": "0.1"}], "0", ""),
        (None, "0.1", "tax rate: 10 % (added)"),
        (None, [{"from": "2026-01-01", "rate": "0.1"}], ""),
        (None, [{"from": "2025-08-01", "rate": "0.1"}], ""),
        (
            [{"from": "2026-01-01", "rate": "0.1"}],
            [{"from": "2025-08-01", "rate": "0.2"}, {"from": "2026-01-01", "rate": "0.1"}],
            "",
        ),
        # No tax was held back, and that was said; now some is.
        ([{"from": "2015-01-01", "rate": "0"}], "0.3", "tax rate: "),
        ([{"from": "2015-01-01", "rate": "0"}], None, ""),
        # From a day of the open period on it is another rate: the older one holds until then.
        (OLD_TAX, [*OLD_TAX, {"from": "2025-12-31", "rate": "0.1"}], ""),
        (OLD_TAX, [{"from": "2025-01-01", "rate": "0.1"}], "01-01 · rate: 24 % becomes 10 %. "),
        # The rate that holds now was left out, and another holds instead.
        (
            [{"from": "2024-01-01", "rate": "0.1"}, *OLD_TAX],
            [{"from": "2024-01-01", "rate": "0.1"}],
            "tax rate from 2025-01-01: from 2025-01-01; rate 24 % (removed). ",
        ),
        # One that was over is left out.
        ([{"from": "2024-01-01", "rate": "0.1"}, *OLD_TAX], OLD_TAX, ""),
    ],
)
def test_tax_rate_change_needs_consent_if_it_holds_now(
    old: object, new: object, words: str
) -> None:
    before, after = (
        {"key": "ann", "name": "Ann", **({} if rate is None else {"tax_rate": rate})}
        for rate in (old, new)
    )
    told = asked("beneficiaries", before, after, RECORDED)
    assert told.startswith('beneficiary "ann": ') is bool(words)
    assert bool(told) is bool(words)
    assert words in told


def test_lifted_hold_names_the_balance_brought_forward() -> None:
    old = {"key": "ann", "on_hold": True, "opening_balance": "5.00"}
    assert asked("beneficiaries", old, {"key": "ann", "opening_balance": "6.00"}, RECORDED) == (
        'beneficiary "ann": on hold: yes (removed); opening balance: 5.00 becomes 6.00. It counts '
        "from 2025-H2 on, including 12 sale lines already recorded."
    )
    assert not asked("beneficiaries", old, {**old, "name": "Ann"}, RECORDED)


def test_title_changes_are_named_by_edition() -> None:
    old = a_title({"2015-01-01": "75.00"})
    other = {"isbn": "9781442200029", "format": "ebook"}
    old["editions"].append(other)
    new = {**old, "editions": [{**old["editions"][0], "format": "ebook"}]}
    assert asked("titles", old, new, RECORDED) == (
        f'title "collab": edition 9781442200029 · format: ebook (removed); edition {ISBN} · '
        "format: hardcover becomes ebook. It counts from 2025-H2 on, including 12 sale lines "
        "already recorded."
    )
    assert not asked("titles", new, {**new, "editions": [*new["editions"], other]}, RECORDED)


def test_recovering_title_does_not_reduce_the_reserve() -> None:
    title = a_title({})
    assert not asked("titles", {**title, "royalties": False}, title, RECORDED)
    assert not asked("titles", title, {**title, "royalties": True}, RECORDED)
    assert asked("titles", title, {**title, "royalties": False}, UNUSED) == ""


@pytest.mark.parametrize(
    ("old", "new", "is_asked"),
    [
        # No price stood in before: whoever adds one lets sales earn that did not.
        ({}, {"2015-01-01": "75.00"}, False),
        ({"2025-08-01": "75.00"}, {"2025-08-01": "80.00"}, True),
        ({"2025-08-02": "75.00"}, {"2025-08-02": "80.00"}, False),
        ({"2015-01-01": "75.00", "2025-01-01": "70.00"}, {"2015-01-01": "75.00"}, True),
        ({"2015-01-01": "75.00", "2025-01-01": "70.00"}, {"2025-01-01": "70.00"}, False),
    ],
)
def test_consent_depends_on_the_price_of_the_day(
    old: Mapping[str, str], new: Mapping[str, str], is_asked: bool
) -> None:
    assert bool(asked("titles", a_title(old), a_title(new), BLANK)) is is_asked


def test_title_without_editions_or_prices_removes_nothing() -> None:
    bare = {"key": "collab", "title": "T"}
    edition = {"isbn": ISBN, "format": "hardcover"}
    unpriced = {**bare, "editions": [edition]}
    assert not asked("titles", bare, unpriced, BLANK)
    assert not asked("titles", unpriced, a_title({"2015-01-01": "80.00"}), BLANK)
    assert asked("titles", unpriced, bare, BLANK).startswith(
        f'title "collab": edition {ISBN} · format: hardcover (removed). '
    )
    assert asked("titles", a_title({"2015-01-01": "80.00"}), unpriced, BLANK).startswith(
        f'title "collab": edition {ISBN} · price from 2015-01-01: currency USD; amount 80.00; from '
        "2015-01-01 (removed). "
    )


def test_change_of_a_price_in_use_names_its_edition() -> None:
    old, new = a_title({"2015-01-01": "75.00"}), a_title({"2015-01-01": "80.00"})
    assert asked("titles", old, new, BLANK) == (
        f'title "collab": edition {ISBN} · price from 2015-01-01 · amount: 75.00 becomes 80.00. It '
        "counts from 2025-H2 on, including 12 sale lines already recorded."
    )
    for isbn, currency in (("9781442200029", "USD"), (ISBN, "GBP")):
        blank = EntryUse(H2, TODAY, 12, unpriced=[(isbn, currency, "2025-08-01")])
        assert not asked("titles", old, new, blank)
    later = [(isbn, "USD", "2025-08-01") for isbn in ("9781442200029", ISBN)]
    assert asked("titles", old, new, EntryUse(H2, TODAY, 12, unpriced=later))


def test_single_values_say_from_when_they_count() -> None:
    shop = {"key": "shop", "name": "Shop", "channel": "online"}
    assert asked("retailers", shop, {**shop, "channel": "bookstore"}, RECORDED) == (
        'retailer "shop": channel: online becomes bookstore. It counts from 2025-H2 on, including '
        "12 sale lines already recorded."
    )
    rate = {"period": "2025-H2", "from": "GBP", "to": "USD", "rate": "1.25"}
    assert asked("exchange_rates", rate, {**rate, "rate": "1.3"}, CLOSED) == (
        "exchange rate GBP to USD of 2025-H2: 1.25 becomes 1.3. Closed periods keep what they "
        "used; it counts from 2025-H2 on, including 12 sale lines already recorded."
    )
    income = {"period": "2025-H2", "contract": "foot", "right": "audio", "amount": "9.00"}
    assert asked("income", income, {**income, "amount": "8.00"}, UNUSED) == (
        'income audio of contract "foot" in 2025-H2: 9.00 becomes 8.00. It counts from 2025-H2 on.'
    )
    noted = {**income, "note": "Spain"}
    assert asked("income", noted, {**noted, "amount": "8.00"}, UNUSED).startswith(
        'income audio (Spain) of contract "foot" in 2025-H2: 9.00 becomes 8.00. '
    )


def test_price_list_change_lists_changes_and_omissions() -> None:
    taxes = [
        {"place": place, "from": "2025-01-01", "rate": "0.065"} for place in ("US-OR", "US-WA")
    ]
    old = {
        "key": "usd",
        "versions": [
            {"from": day, "minimum": 10} for day in ("2025-01-01", "2025-09-01", "2025-09-02")
        ],
        "taxes": taxes,
    }
    new = {
        "key": "usd",
        "versions": [{"from": "2025-01-01", "minimum": 10}, {"from": "2025-09-01", "minimum": 12}],
        "taxes": [{**taxes[0], "rate": "0.07"}],
    }
    assert asked("price_lists", old, new, RECORDED) == (
        'price list "usd": the version from 2025-09-01 is changed (minimum: 10 becomes 12); the '
        "tax of US-OR from 2025-01-01 is changed (rate: 6.5 % becomes 7 %); the tax of US-WA from "
        "2025-01-01 is left out. Issued quotes keep their prices; new ones are made by what it "
        "says now."
    )
    without = {"key": "usd", "versions": old["versions"]}
    assert not asked("price_lists", without, old, RECORDED)
    found = replaced("price_lists", "usd", old, new, RECORDED)
    assert found is not None
    assert (found.code, found.loses) == ("replaces-version", True)
