"""Work in a process of its own: what it gives comes back, and what is too much is ended."""

import time

import pytest

from royalties.adapters import apart as bounds
from royalties.adapters.apart import EndedError, apart

GIBI = 1 << 30


def test_what_was_done_comes_back() -> None:
    assert apart(lambda: {"lines": [1, 2]}, seconds=10, memory=GIBI) == {"lines": [1, 2]}


def test_too_much_time_ends_it() -> None:
    def compute() -> None:
        while True:
            pass

    with pytest.raises(EndedError):
        apart(compute, seconds=1, memory=GIBI)


def test_waiting_without_end_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_GRACE", 0.3)
    with pytest.raises(EndedError):
        apart(lambda: time.sleep(60), seconds=1, memory=GIBI)


def test_too_much_memory_ends_it() -> None:
    with pytest.raises(EndedError):
        apart(lambda: len(bytearray(GIBI)), seconds=10, memory=100_000_000)


def test_a_fault_is_told() -> None:
    with pytest.raises(RuntimeError, match="failed"):
        apart(lambda: 1 // 0, seconds=10, memory=GIBI)
