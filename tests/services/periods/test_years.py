"""The cost of a period does not depend on the number of closed periods before it.

Time is no measure of that in a test; the steps of SQLite's machine are, which count every row that
is read, sorted or written, and are the same each time.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from royalties.domain.payments.life import Method
from royalties.domain.people import Actor, Role
from royalties.services.books import setup_in_force
from royalties.services.closed_run import closed_run
from royalties.services.desk.dashboard import dashboard
from royalties.services.ledger import balances as ledger
from royalties.services.payments import approving, moving, proposing
from royalties.services.periods import approval as closing
from royalties.services.periods.checklist import outlook
from royalties.services.periods.draft import draft
from royalties.services.statements.issuing import period_workbook
from royalties.services.work import Work
from tests.builders.books import EBOOK, Office, Shelf, a_row, a_setup, nothing
from tests.builders.orders import somebody

PROPOSER, APPROVER = Actor("Max", Role.MANAGER, 1), Actor("Mia", Role.MANAGER, 2)

FEW, MANY = 6, 16
MOST = 1.3
"""So many times the steps may be after so many more closed periods: the target of ``make bench``."""

A_ROW = 50
"""Steps that each period may add to whatever lists the periods themselves."""

STRIDE = 10
"""Steps between two looks at the counter."""

PERIODS = [f"{year}-H{half}" for year in range(2015, 2015 + MANY) for half in (1, 2)]


def begun(office: Office) -> None:
    """A house whose books begin long ago."""
    nothing(office)
    somebody(office, PROPOSER.name, Role.MANAGER)
    somebody(office, APPROVER.name, Role.MANAGER)
    setup = a_setup()
    setup["publisher"]["first_period"] = PERIODS[0]
    setup["exchange_rates"] = [
        {"period": period, "from": source, "to": target, "rate": rate}
        for period in PERIODS
        for source, target, rate in (("GBP", "USD", "1.2712"), ("USD", "GBP", "0.7867"))
    ]
    office.load(setup)


def go_on(office: Office, first: int, until: int) -> None:
    """Record the same sales in each period; close all but the last, and pay what they set aside."""
    for place in range(first, until + 1):
        year, half = PERIODS[place].split("-H")
        month = "03" if half == "1" else "09"
        office.bring_batch(
            [
                a_row(20, date=f"{year}-{month}-02"),
                a_row(-3, date=f"{year}-{month}-20", retailer="bay"),
                a_row(7, date=f"{year}-{month}-21", isbn=EBOOK, list_price="9.99"),
            ]
        )
        if place < until:
            months_later(office, place)
            office.close(PERIODS[place])
            pay(office, place)


def months_later(office: Office, place: int) -> None:
    """Set the clock to when a period is closed and paid."""
    year, half = PERIODS[place].split("-H")
    day = datetime(int(year), 8, 20, tzinfo=UTC)
    if half == "2":
        day = day.replace(year=int(year) + 1, month=2)
    office.system = replace(office.system, clock=lambda: day)


def pay(office: Office, place: int) -> None:
    """Send, and let arrive, all that a close set aside."""
    with office.system.work(PROPOSER) as work:
        batch = proposing.propose_payments(work, f"period {place}")
    with office.system.work(APPROVER) as work:
        approving.approve(work, batch.number, signed=batch.payments)
    with office.system.work(PROPOSER) as work:
        moving.send(work, batch.payments, work.today, Method.WIRE, f"FED {place}")
    with office.system.work(PROPOSER) as work:
        moving.settle(work, batch.payments, work.today)


class Steps:
    """The steps of SQLite's machine that its connections took."""

    def __init__(self) -> None:
        self.taken = 0

    def step(self) -> int:
        """Count some more."""
        self.taken += 1
        return 0


@contextmanager
def counted(office: Office) -> Iterator[Steps]:
    """The steps of everything that is asked inside the block."""
    steps = Steps()

    def prepare(connection: Any, *_others: object) -> None:
        driver: sqlite3.Connection = connection.connection.driver_connection
        driver.set_progress_handler(steps.step, STRIDE)

    event.listen(office.system.engine, "begin", prepare)
    try:
        yield steps
    finally:
        event.remove(office.system.engine, "begin", prepare)
        with office.system.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(None, 0)


def looks(closed: int) -> dict[str, Callable[[Work], object]]:
    """What is looked at behind so many closed periods."""
    last, open_ = PERIODS[closed - 1], PERIODS[closed]

    return {
        "draft": lambda work: draft(work, open_),
        "checklist": lambda work: outlook(work, open_),
        "closed run": lambda work: closed_run(work, setup_in_force(work).period(last)),
        "home": dashboard,
        "periods": closing.periods_page,
        "ledger": ledger.balances,
        "ledger of the last period": lambda work: ledger.balances(work, period=last),
        "account": lambda work: ledger.statement(work, "liability:beneficiary:seattle", "USD"),
        "entries": lambda work: ledger.entry_page(work, period=last),
        "workbook": lambda work: period_workbook(work, open_),
    }


def steps_of(office: Office, closed: int) -> dict[str, int]:
    """The steps of each look, and of a close, behind so many closed periods."""
    found = {}
    for name, look in looks(closed).items():
        with counted(office) as steps, office.work(read_only=True) as work:
            look(work)
        found[name] = steps.taken
    months_later(office, closed)
    with counted(office) as steps:
        office.close(PERIODS[closed])
    found["close"] = steps.taken
    return found


@pytest.mark.thorough("measurements")
def test_cost_of_a_period_does_not_grow_with_earlier_periods(shelf: Shelf, tmp_path: Path) -> None:
    with shelf.office("sqlite", begun, tmp_path) as office:
        go_on(office, 0, FEW)
        few = steps_of(office, FEW)
        go_on(office, FEW + 1, MANY)
        many = steps_of(office, MANY)
    listed = (MANY - FEW) * A_ROW / STRIDE
    grown = {
        name: f"{few[name]} → {many[name]}"
        for name in few
        if many[name] > MOST * few[name] + listed
    }
    assert grown == {}
