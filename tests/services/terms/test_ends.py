"""Contracts that end: which sales are still theirs, whose the others are, and what nobody takes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.terms import inverses
from royalties.services.work import RefusedError
from tests.builders.books import (
    HARDCOVER,
    Document,
    Office,
    a_contract,
    a_row,
    a_setup,
    after,
    nothing,
)

pytestmark = after(nothing)
SUCCESSOR = "foot-2025"


def house(ends: Mapping[str, str] | None = None, *, successor: bool = False) -> Document:
    """One contract at 10 % of net receipts which ends, and perhaps another at 20 % after it."""
    setup = a_setup(income=[])
    plain: Document = {"reserve": None, "advances": [], "subsidiary_rights": {"translation": "0.5"}}
    rules = [{"name": "All", "basis": "net", "rate": "0.10"}]
    old = {k: v for k, v in {**setup["contracts"][0], **plain, "rules": rules}.items() if v}
    contracts = [{**old, **(ends or {})}]
    if successor:
        again = [{"name": "All", "basis": "net", "rate": "0.20"}]
        new = a_contract(SUCCESSOR, ["collab"], rules=again, starts="2025-04-01")
        contracts.append({**new, "plan": "cities"})
    setup["contracts"] = [*contracts, setup["contracts"][1]]
    return setup


def sold(*days: str, kind: str = "sale") -> list[dict[str, str]]:
    """A copy a day for 10.00."""
    units = -1 if kind == "return" else 1
    net = "-10.00" if kind == "return" else "10.00"
    return [a_row(units, date=day, kind=kind, net=net, discount="") for day in days]


def earned(office: Office, period: str = "2025-H1") -> dict[str, str]:
    run = office.run(period)
    return {each["key"]: each["earned"] for each in run["contracts"] if "foot" in each["key"]}


def exceptions(office: Office, period: str = "2025-H1") -> list[tuple[Any, ...]]:
    run = office.run(period)
    return [(each["contract"], each["units"], each["reason"]) for each in run["exceptions"]]


def test_sales_until_the_last_day_of_the_sell_off_count(office: Office) -> None:
    office.load(house({"ends": "2025-03-31", "sell_off_until": "2025-05-31"}))
    office.bring(sold("2025-03-31", "2025-04-01", "2025-05-31"))
    assert earned(office) == {"foot-2015": "3.00"}
    assert exceptions(office) == []
    assert office.faults() == {}


def test_sale_after_the_end_is_an_exception_and_a_return_counts(office: Office) -> None:
    office.load(house({"ends": "2025-03-31"}))
    office.bring(
        [*sold("2025-03-31", "2025-04-01", "2025-06-02"), *sold("2025-06-01", kind="return")]
    )
    assert earned(office) == {"foot-2015": "0.00"}
    assert exceptions(office) == [("foot-2015", 2, "contract ended")]


def test_later_sales_are_the_successors_and_earlier_ones_are_not(office: Office) -> None:
    office.load(house({"ends": "2025-03-31"}, successor=True))
    office.bring(
        [*sold("2025-03-31", "2025-04-01", "2025-06-02"), *sold("2025-06-01", kind="return")]
    )
    assert earned(office) == {"foot-2015": "1.00", SUCCESSOR: "2.00"}
    assert exceptions(office) == []


def test_late_sale_of_a_closed_period_is_the_old_contracts(office: Office) -> None:
    office.load(house({"ends": "2025-03-31"}, successor=True))
    office.bring(sold("2025-03-31", "2025-04-01"))
    office.close("2025-H1")
    office.bring(sold("2025-03-30", "2025-07-01"), "late.csv")
    assert earned(office, "2025-H2") == {"foot-2015": "1.00", SUCCESSOR: "2.00"}
    office.close("2025-H2")
    assert office.faults() == {}
    (number,) = office.rows("SELECT number FROM statement ORDER BY number DESC LIMIT 1")[0]
    assert office.explain(number, f"{SUCCESSOR}/1").sales
    assert [each["date"] for each in office.explain(number, f"{SUCCESSOR}/1").sales] == [
        "2025-07-01"
    ]


def test_without_an_end_every_contract_takes_the_sales_of_its_first_period(office: Office) -> None:
    office.load(house(successor=True))
    office.bring(sold("2025-03-31", "2025-04-01"))
    assert earned(office) == {"foot-2015": "2.00", SUCCESSOR: "4.00"}


def test_correction_of_what_a_closed_period_counted_counts(office: Office) -> None:
    office.load(house())
    batch = office.bring_batch(sold("2025-04-01"))
    office.close("2025-H1")
    with office.work() as work:
        inverses.end(work, "foot-2015", date(2025, 3, 31), "Told late")
    office.correct(batch)
    assert earned(office, "2025-H2") == {"foot-2015": "-1.00"}
    assert exceptions(office, "2025-H2") == []


def test_retirement_can_be_undone_and_both_are_in_the_history(office: Office) -> None:
    office.load(house())
    office.bring(sold("2025-04-01"))
    with office.work() as work:
        inverses.end(work, "foot-2015", date(2025, 3, 1), "Reverted", date(2025, 3, 31))
    assert exceptions(office) == [("foot-2015", 1, "contract ended")]
    with office.work() as work:
        inverses.go_on(work, "foot-2015", "They renewed it")
    assert exceptions(office) == []
    with office.work(read_only=True) as work:
        contract = setup_in_force(work).contracts["foot-2015"]
    assert (contract.ends, contract.sell_off_until) == (None, None)
    with office.work() as work, pytest.raises(RefusedError, match="it goes on already"):
        inverses.go_on(work, "foot-2015", "Again")


def test_right_ends_by_itself_and_its_income_still_counts(office: Office) -> None:
    office.load(house())
    with office.work() as work:
        inverses.end(work, "foot-2015", date(2024, 12, 31), "Reverted", right="translation")
    with office.work(read_only=True) as work:
        contract = setup_in_force(work).contracts["foot-2015"]
    assert contract.rights_on(date(2025, 1, 1)) == []
    assert contract.rights_on(date(2024, 12, 31)) == ["translation"]
    income = {"period": "2025-H1", "contract": "foot-2015", "right": "translation"}
    office.load({"income": [{**income, "amount": "10.00"}]})
    assert earned(office) == {"foot-2015": "5.00"}
    with office.work() as work, pytest.raises(RefusedError, match="no right 'audio'"):
        inverses.end(work, "foot-2015", date(2024, 12, 31), "Reverted", right="audio")
    with office.work() as work:
        inverses.go_on(work, "foot-2015", "Kept after all", right="translation")
    with office.work(read_only=True) as work:
        assert setup_in_force(work).contracts["foot-2015"].rights_ended == ()


@pytest.mark.parametrize(
    ("days", "path"),
    [
        ({"ends": "2014-12-31"}, "ends"),
        ({"ends": "2025-03-31", "sell_off_until": "2025-03-30"}, "sell_off_until"),
        ({"sell_off_until": "2025-03-30"}, "sell_off_until"),
    ],
)
def test_days_in_the_wrong_order_are_refused(
    office: Office, days: dict[str, str], path: str
) -> None:
    with pytest.raises(SetupError) as refused:
        office.load(house(days))
    assert [fault.path for fault in refused.value.faults] == [f"contracts[0].{path}"]


def test_other_titles_editions_are_not_split_by_day(office: Office) -> None:
    office.load(house({"ends": "2025-03-31"}))
    office.bring(sold("2025-03-01"))
    assert HARDCOVER in {line["isbn"] for line in office.run("2025-H1")["contracts"][0]["lines"]}
