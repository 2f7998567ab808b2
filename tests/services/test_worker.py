"""The process beside the server: it comes again when it dies, and ends with the server."""

import sys
import time

from royalties.cli.serve import Worker
from tests.patience import PATIENCE

FOR_EVER = (sys.executable, "-c", "import time; time.sleep(600)")


def test_a_worker_that_dies_is_followed_by_another() -> None:
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
