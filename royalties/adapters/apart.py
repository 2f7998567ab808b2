"""Run code on untrusted input in a process of its own, with limits."""

import logging
import os
import pickle
import resource
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

_LOG = logging.getLogger("royalties.apart")
_BLOCK = 1 << 20
_GRACE = 2.0
"""The parent waits this many times the CPU limit: other processes need the CPU as well."""


class EndedError(RuntimeError):
    """The process was killed, since it exceeded its time or memory."""


def run_in_child(do: Callable[[], Any], *, seconds: int, memory: int) -> Any:  # noqa: ANN401 - what it does
    """Run a function in a fork of this process, with limits, and return its result.

    The child ends with this process, even if that is killed. The process must have only one thread,
    and ``do`` must not use its parent's connections.

    Args:
        do: the function; its result can be pickled, and it fails only for bugs.
        seconds: CPU time; the parent waits twice as long.
        memory: bytes in addition to what this process has.

    Raises:
        EndedError: it exceeded a limit.
        RuntimeError: it failed; the log has the traceback.
    """
    result_end, child_end = os.pipe()
    parent_alive, parent_end = os.pipe()  # nobody writes to it: it is closed when the parent ends
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(result_end)
        os.close(parent_end)
        _run_as_child(do, child_end, parent_alive, seconds, memory)
    os.close(child_end)
    os.close(parent_alive)
    try:
        data = _read_until(result_end, time.monotonic() + _GRACE * seconds)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        os.close(result_end)
        os.close(parent_end)
    if data is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if data is None or (not data and not os.WIFEXITED(status)):
        raise EndedError
    if not data:
        raise RuntimeError("a process of its own failed")
    return pickle.loads(data)  # noqa: S301 - from our own child


def _run_as_child(
    do: Callable[[], Any], child_end: int, parent_alive: int, seconds: int, memory: int
) -> None:
    status = 1
    try:
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)  # the parent lets it finish
        threading.Thread(target=_end_with_parent, args=(parent_alive,), daemon=True).start()
        _set_limits(seconds, memory)
        data = pickle.dumps(do())
        with os.fdopen(child_end, "wb") as pipe:
            pipe.write(data)
        status = 0
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)
    except BaseException:  # noqa: BLE001 - whatever it is, it ends here
        _LOG.exception("work in a process of its own failed")
    finally:
        # Nothing of the parent's is closed or flushed twice.
        os._exit(status)


def _end_with_parent(parent_alive: int) -> None:
    """Exit at once when the other end of a pipe is closed: nobody waits for the result any more."""
    os.read(parent_alive, 1)
    os._exit(1)


def _set_limits(seconds: int, memory: int) -> None:
    """Set this process's limits; its own children set theirs."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory, hard))
    used = int(time.process_time()) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))


def _address_space() -> int:
    """Bytes of this process's address space."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - not a file of ours
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _read_until(out: int, until: float) -> bytes | None:
    """All that the child writes until it ends; None: it did not end in time."""
    output = bytearray()
    while select.select([out], [], [], max(until - time.monotonic(), 0))[0]:
        piece = os.read(out, _BLOCK)
        if not piece:
            return bytes(output)
        output += piece
    return None
