"""The memory of ``verify`` does not grow with the number of closed periods."""

import gc
from typing import Any

import pytest

from royalties.domain.royalties.results import Run
from royalties.services.ledger import recomputing
from tests.builders.books import Office, a_row, after, closed

PERIODS = 5


def years(office: Office) -> None:
    """Some periods are closed, one after the other, and their statements issued."""
    closed(office)
    for number in range(1, PERIODS):
        year, half = 2025 + number // 2, number % 2
        name = f"{year}-H{half + 1}"
        office.bring_batch([a_row(3, date=f"{year}-{6 * half + 2:02d}-02")], f"{name}.csv")
        rate = {"period": name, "from": "GBP", "to": "USD", "rate": "1.25"}
        office.load({"exchange_rates": [rate]})
        office.close(name, early="for the test")
        office.statements(name)


def alive(kind: type) -> int:
    """How many values of a kind there are."""
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


@pytest.mark.thorough("measurements")
@after(years)
def test_verify_holds_one_closed_run_in_memory_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute, held = recomputing.run, []  # type: ignore[attr-defined]
    before = alive(Run)

    def run(books: Any) -> Run:
        held.append(alive(Run) - before)
        return compute(books)

    monkeypatch.setattr(recomputing, "run", run)
    assert office.faults() == {}
    assert len(held) == PERIODS
    assert max(held) <= 1, "the one before, at most"
