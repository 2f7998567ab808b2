"""What ``verify`` holds at a time does not grow with the years."""

import gc
import tracemalloc

import pytest

from tests.builders.books import Office, a_row, after, closed

FEW, MANY = 3, 12


def peak(office: Office) -> int:
    """Most bytes that Python held while everything was verified."""
    assert office.faults() == {}
    gc.collect()
    tracemalloc.start()
    try:
        office.faults()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def closed_periods(office: Office, count: int) -> None:
    for number in range(len(office.rows("SELECT * FROM closed_run")), count):
        year, half = 2025 + number // 2, number % 2
        rows = [
            a_row(place + 1, date=f"{year}-{6 * half + 2:02d}-02", reference=str(place))
            for place in range(20)
        ]
        office.bring_batch(rows, f"{number}.csv")
        rate = {"from": "GBP", "to": "USD", "rate": "1.25"}
        office.load({"exchange_rates": [{"period": f"{year}-H{half + 1}", **rate}]})
        office.close(f"{year}-H{half + 1}", early="for the test")
        office.statements(f"{year}-H{half + 1}")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_memory_does_not_grow_with_the_years(office: Office) -> None:
    closed_periods(office, FEW)
    few = peak(office)
    closed_periods(office, MANY)
    assert peak(office) < 1.4 * few, "four times as many periods take a little more at most"
