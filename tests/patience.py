"""How long tests wait for what must happen; they go on at once when it has."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 300
"""Seconds: at a load of 20 on two cores things took ten times as long as on a quiet machine."""


@contextmanager
def running(*arguments: Any, **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process, as ``subprocess.Popen`` starts it, that does not outlive what waits for it.

    ``with Popen(...)`` alone waits for ever where the test fails before the process ends. It heeds
    Ctrl-C and SIGHUP, also where a shell began the whole run in the background, which ignores them.
    """
    options["preexec_fn"] = _heed_signals
    with subprocess.Popen(*arguments, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _heed_signals() -> None:
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


def ended(pid: int, seconds: float) -> bool:
    """Whether a process of anybody's ends within a time; Linux only."""
    until = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
