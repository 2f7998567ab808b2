"""The worker process is restarted when it dies, and ends with the server."""

import subprocess
import sys
import time

from royalties.cli.serve import Worker
from tests.patience import PATIENCE

FOR_EVER = (sys.executable, "-c", "import time; time.sleep(600)")


def test_worker_ends_when_its_server_is_killed() -> None:
    """Its input ends with the server: the other end belongs to nobody else."""
    reads = (sys.executable, "-c", "import sys; sys.stdin.read()")
    worker = Worker(reads)
    others = subprocess.Popen(FOR_EVER)  # what the server starts besides holds nothing open
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.process.wait(PATIENCE) == 0
    others.kill()
    others.wait()
    worker.stop()


def test_no_worker_starts_while_the_server_stops() -> None:
    worker = Worker(FOR_EVER)
    first = worker.process
    with worker._starting:  # as the one that died is about to be followed
        first.kill()
        first.wait()
        worker._stopped.set()
    worker.stop()
    assert worker.process is first


def test_dead_worker_is_replaced() -> None:
    worker = Worker(FOR_EVER)
    first = worker.process
    first.kill()
    ends = time.monotonic() + PATIENCE
    while worker.process is first:
        assert time.monotonic() < ends
        time.sleep(0.05)
    second = worker.process
    assert second.poll() is None
    worker.stop()
    assert second.poll() is not None
    time.sleep(0.1)
    assert worker.process is second
