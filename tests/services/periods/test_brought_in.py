"""Books of a house that moves in: what it brings is in figures, ledger, statements and checks."""

from decimal import Decimal
from pathlib import Path

import pytest

from royalties.domain.money import amount_text
from royalties.domain.royalties.carrying import LeftBefore
from royalties.ingest.setup import SetupError
from royalties.services.books import left_before, setup_in_force
from royalties.services.statements.issuing import statement
from tests.builders.books import (
    AUTUMN,
    HARDCOVER,
    SPRING,
    Document,
    Office,
    Shelf,
    a_setup,
    after,
    closed,
    nothing,
)


def moving_in() -> Document:
    """The small house, which brings a little of everything."""
    setup = a_setup()
    foot, hand = setup["contracts"]
    foot["brought_in"] = {
        "undistributed": "3.20",
        "reserves": [
            {"withheld_in": "2024-H2", "amount": "80.00"},
            {"withheld_in": "2024-H1", "amount": "5.00", "released_in": "2025-H2"},
        ],
        "caps": [{"name": "start", "used": "25.00"}],
        "editions": [{"isbn": HARDCOVER, "units": 4200, "earned": "31000.00"}],
    }
    tacoma = next(each for each in setup["beneficiaries"] if each["key"] == "tacoma")
    tacoma["brought_in"] = [
        {"currency": "GBP", "amount": "12.00"},
        {"currency": "USD", "amount": "-2.00", "reason": "Overpaid in 2024-H2"},
    ]
    return setup | {"contracts": [foot, hand]}


def moved_in(office: Office) -> None:
    """It is loaded, and the first half is in."""
    nothing(office)
    office.load(moving_in())
    office.bring_batch(SPRING, "spring.csv")


def closed_once(office: Office) -> None:
    """The first half is closed."""
    moved_in(office)
    office.close("2025-H1")
    office.bring_batch(AUTUMN, "autumn.csv")


@after(moved_in)
def test_brought_in_figures_count_and_the_books_verify(office: Office) -> None:
    foot = office.run("2025-H1")["contracts"][0]
    assert foot["released"] == "80.00"
    assert foot["undistributed_before"] == "3.20"
    given = [each for each in foot["allocations"] if each["step"] == 1]
    assert given == [{"step": 1, "beneficiary": "seattle", "amount": "5.00"}], "25 of 30 are used"
    office.close("2025-H1")
    assert office.faults() == {}
    second = office.run("2025-H2")["contracts"][0]
    assert second["released"] != "5.00", "what 2025-H1 withheld comes free as well"
    office.bring_batch(AUTUMN, "autumn.csv")
    office.close("2025-H2")
    assert office.faults() == {}


@after(closed_once)
def test_statements_tell_of_life_to_date_and_adjustments(office: Office) -> None:
    with office.work(read_only=True) as work:
        run = office.run("2025-H1")
        numbers = {
            (each["key"], each["currency"]): f"2025-H1-{place:03d}"
            for place, each in enumerate(run["beneficiaries"], 1)
        }
        dollars = statement(work, numbers["tacoma", "USD"])
        pounds = statement(work, numbers["tacoma", "GBP"])
    assert (dollars.brought_forward, pounds.brought_forward) == (577, 1200)
    assert [(each.amount, each.reason) for each in dollars.adjustments] == [
        (-200, "Overpaid in 2024-H2")
    ]
    (account,) = dollars.contracts
    hardcover = next(each for each in account.life_to_date if each.isbn == HARDCOVER)
    assert hardcover.units_life == hardcover.units_period + 4200
    assert hardcover.earned_life == hardcover.earned_period + 3_100_000
    held = account.reserves[0]
    assert (held.withheld_in, held.expected_release) == ("2024-H1", "2025-H2")
    how = office.explain(numbers["tacoma", "USD"], "brought_forward").how
    assert any("Overpaid in 2024-H2" in each for each in how)
    office.close("2025-H2")
    with office.work(read_only=True) as work:
        later = next(
            each
            for each in statement(work, "2025-H2-004").contracts[0].life_to_date
            if each.isbn == HARDCOVER
        )
    assert later.units_life == hardcover.units_life + later.units_period


@after(closed_once)
def test_brought_in_figures_of_a_closed_run_cannot_change(office: Office) -> None:
    setup = moving_in()
    setup["contracts"][0]["brought_in"]["undistributed"] = "3.21"
    with pytest.raises(SetupError, match="brought_in: is as it is in closed runs"):
        office.load(setup)


@after(nothing)
@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"reserves": [{"withheld_in": "2025-H1", "amount": "1"}]}, "is not before 2025-H1"),
        ({"reserves": [{"withheld_in": "2024-Q1", "amount": "1"}]}, "2024-Q1"),
        (
            {"reserves": [{"withheld_in": "2024-H2", "amount": "1", "released_in": "2024-H1"}]},
            "is not after 2024-H2",
        ),
        (
            {"reserves": [{"withheld_in": "2024-H2", "amount": "1"}] * 2},
            r"is the period of .*: add both up",
        ),
        ({"undistributed": "1.234"}, "shorten it"),
        ({"caps": [{"name": "grants", "used": "1"}]}, 'is no cap of plan "cities"'),
        ({"caps": [{"used": "1"}]}, "names no cap"),
        (
            {"caps": [{"version": "2015-01-01", "step": "1", "used": "1"}]},
            'has the name "start": give that alone',
        ),
        ({"caps": [{"version": "2015-01-01", "step": "4.2", "used": "1"}]}, "is no cap of plan"),
        ({"editions": [{"isbn": "9781442200036", "units": 1}]}, "is no edition of this contract"),
    ],
)
def test_invalid_brought_in_figures_are_refused(office: Office, said: Document, fault: str) -> None:
    setup = a_setup()
    setup["contracts"][0]["brought_in"] = said
    with pytest.raises(SetupError, match=fault):
        office.load(setup)


@after(nothing)
def test_balance_is_stated_once_in_the_publishers_currency(office: Office) -> None:
    setup = a_setup()
    setup["beneficiaries"][2]["brought_in"] = [{"currency": "USD", "amount": "1.00"}]
    with pytest.raises(SetupError, match="is the opening_balance: add both up"):
        office.load(setup)


@after(closed)
def test_books_started_mid_year_continue_like_those_started_in_january(
    office: Office, shelf: Shelf, tmp_path: Path
) -> None:
    """What the first close left, entered as what is brought in, gives the second half's run."""
    with office.work(read_only=True) as work:
        first = setup_in_force(work).first_period
        left = left_before(work, first.shift(1))
    with shelf.office("sqlite", nothing, tmp_path / "later") as later:
        later.load(_begun_at(str(first.shift(1)), left))
        later.bring_batch(AUTUMN, "autumn.csv")
        was, now = office.run("2025-H2"), later.run("2025-H2")
        for each in now["contracts"]:
            each.pop("brought_in", None)
        assert now["contracts"] == was["contracts"]
        assert now["beneficiaries"] == was["beneficiaries"]
        later.close("2025-H2")
        office.close("2025-H2")
        assert later.faults() == {}
        with office.work(read_only=True) as one, later.work(read_only=True) as other:
            for number in ("2025-H2-001", "2025-H2-004"):
                told = [statement(each, number).contracts for each in (one, other)]
                assert told[0][0].life_to_date == told[1][0].life_to_date
                assert told[0][0].reserves == told[1][0].reserves


def _begun_at(period: str, left: LeftBefore) -> Document:
    setup = a_setup()
    setup["publisher"]["first_period"] = period
    setup["income"] = []
    for contract in setup["contracts"]:
        state, currency = left.states[contract["key"]], contract["currency"]
        contract["opening_balance"] = amount_text(state.brought_forward, currency)
        for rule in contract["rules"]:
            if "counter" in rule:
                counted = state.counters_life.get(rule["counter"]["name"], 0)
                rule["counter"]["opening"] += int(counted)
        for advance in contract.get("advances", ()):
            recouped = Decimal(advance["recouped"]) + Decimal(state.recouped) / 100
            advance["recouped"] = str(recouped)
        contract["brought_in"] = {
            "undistributed": amount_text(state.undistributed, currency),
            "reserves": [
                {"withheld_in": "2025-H1", "amount": amount_text(held.amount, currency)}
                for held in state.held
            ],
            "caps": [
                {"name": key.name, "used": amount_text(amount, currency)}
                for key, amount in state.caps_life.items()
            ],
            "editions": [
                {"isbn": isbn, "units": units, "earned": amount_text(earned, currency)}
                for (key, isbn), (units, earned) in left.sold.items()
                if key == contract["key"]
            ],
        }
    for payee in setup["beneficiaries"]:
        payee.pop("opening_balance", None)
        payee["brought_in"] = [
            {"currency": currency, "amount": amount_text(amount, currency)}
            for (key, currency), amount in left.balances.items()
            if key == payee["key"]
        ]
    return setup
