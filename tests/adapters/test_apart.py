"""Work in a child process: its result is returned, and its time and memory are limited."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from royalties.adapters import apart as bounds
from royalties.adapters.apart import EndedError, run_in_child
from tests.patience import PATIENCE, ended, running

GIBI = 1 << 30


def test_child_process_returns_the_result() -> None:
    assert run_in_child(lambda: {"lines": [1, 2]}, seconds=10, memory=GIBI) == {"lines": [1, 2]}


def test_child_process_over_its_time_is_ended() -> None:
    def compute() -> None:
        while True:
            pass

    with pytest.raises(EndedError):
        run_in_child(compute, seconds=1, memory=GIBI)


def test_child_process_that_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_GRACE", 0.3)
    with pytest.raises(EndedError):
        run_in_child(lambda: time.sleep(60), seconds=1, memory=GIBI)


def test_child_process_over_its_memory_is_ended() -> None:
    with pytest.raises(EndedError):
        run_in_child(lambda: len(bytearray(GIBI)), seconds=10, memory=100_000_000)


def test_exception_in_child_process_is_raised() -> None:
    with pytest.raises(RuntimeError, match="failed"):
        run_in_child(lambda: 1 // 0, seconds=10, memory=GIBI)


BUSY = """
import os, time
from royalties.adapters.apart import run_in_child

def busy():
    print(os.getpid(), flush=True)
    time.sleep(600)

run_in_child(busy, seconds=600, memory=1 << 30)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_child_process_ends_with_a_parent_that_was_killed() -> None:
    with running([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGHUP)  # what has begun is finished
        os.kill(child, signal.SIGTERM)
        assert not ended(child, 0.5)
        parent.kill()
        parent.wait(PATIENCE)
        assert ended(child, PATIENCE), "the child was left"
