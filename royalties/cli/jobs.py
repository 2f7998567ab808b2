"""jobs: long imports and e-mail, done beside the server."""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import click

from royalties.adapters.apart import EndedError, run_in_child
from royalties.adapters.files import DiskError
from royalties.cli import logs
from royalties.cli.desk import REFUSED, Desk, command
from royalties.runtime import DatabaseBusyError, DatabaseUnavailableError, System
from royalties.services.desk import jobs
from royalties.services.desk.calendar import tell_of_days
from royalties.services.mail.outbox import Outcome, deliver
from royalties.services.orders.intake import drafts
from royalties.services.orders.quoting.quotes import run_calendar
from royalties.services.sales.importing import StaleError
from royalties.services.sales.spooling import Spooled
from royalties.services.sales.uploads import sweep
from royalties.services.work import RefusedError, Work

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that end a program."""

_LOG = logging.getLogger("royalties.jobs")
_PAUSE = 0.2
_TOLD_EVERY = 0.25
_SWEPT_EVERY = 600.0
_CALENDAR_EVERY = 3600.0
_MAIL_RESTS = 120.0
"""Seconds for which nothing is sent after the mail server could not be worked with."""
_FAULT = "This is a fault of the program, and it was written down. Nothing was changed."
_TOO_MUCH = (
    "The file takes too long to be read, or too much memory. Nothing was changed. Open it in a "
    "spreadsheet program and save it as CSV, or ask the retailer for the report again."
)
_LOST = (
    "The worker was stopped each time it did this. Try again; if it happens once more, import the "
    "file at the command line."
)


@click.command("jobs")
@click.option("--once", is_flag=True, help="Do what waits now, then end.")
@click.option("--beside-server", is_flag=True, hidden=True, help="End when standard input ends.")
@command
def jobs_(desk: Desk, *, once: bool, beside_server: bool) -> None:
    """Do long imports and send e-mail until stopped; what has begun is finished first.

    'royalties serve' starts this beside the server. On PostgreSQL several may run.
    """
    system = desk.system
    with desk.work(read_only=True):
        pass  # a database that is missing or old is reported at once
    if once:
        with system.work(jobs.WORKER) as work:
            run_calendar(work)
            tell_of_days(work)
        work_off(system, bounded=True)
        return
    logs.start()
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for each in ENDING:
        signal.signal(each, stop)
    if beside_server:
        threading.Thread(target=_stop_with_server, args=(stopped,), daemon=True).start()
    _work_until(system, stopped)


def _stop_with_server(stopped: threading.Event) -> None:
    """Stop when the other end of standard input is closed, as it is when the server was killed."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 1):  # a buffer would be locked when Python ends
            pass
    stopped.set()


class Post:
    """Sends what is due, one message at a time, and rests when the mail server is in trouble.

    So a server that hangs costs one message's time-out now and then, and jobs go on meanwhile.
    """

    def __init__(self, system: System) -> None:
        self._system, self._rests_until = system, 0.0

    def send_one(self) -> bool:
        """Send the next message; false if nothing is to be sent now."""
        if time.monotonic() < self._rests_until:
            return False
        outcome = deliver(lambda: self._system.work(jobs.WORKER))
        if outcome is Outcome.NO_SERVER:
            self._rests_until = time.monotonic() + _MAIL_RESTS
        return bool(outcome)


def work_off(
    system: System,
    stopped: Callable[[], bool] = lambda: False,
    post: Post | None = None,
    *,
    bounded: bool = False,
) -> int:
    """Send all mail that is due and do all jobs that wait; returns how many of both.

    Args:
        system: the running system.
        stopped: whether to end before the next one.
        post: what sends mail, and remembers that the mail server is in trouble.
        bounded: whether what others sent is read in a process of its own, as the worker does.
    """
    post = post or Post(system)
    count = 0
    while not stopped() and (post.send_one() or work_once(system, bounded=bounded)):
        count += 1
    return count


def work_once(system: System, *, bounded: bool = False) -> bool:
    """Do the next job, if one waits: in the name of who asked, and report how it ended."""
    with system.work(jobs.WORKER) as work:
        job = jobs.take(work)
    if job is None:
        return False
    try:
        _run_job(system, job, bounded=bounded)
    except jobs.LostWorkerError:
        _note(system, lambda work: jobs.fail(work, job, _LOST))
    except StaleError:
        _note(system, lambda work: jobs.put_back(work, job))
    except (DatabaseBusyError, DatabaseUnavailableError):
        _note(system, lambda work: jobs.put_back(work, job))
        time.sleep(_PAUSE)
    except EndedError:
        _note(system, lambda work: jobs.fail(work, job, _TOO_MUCH))
    except REFUSED as error:
        message = str(error)
        _note(system, lambda work: jobs.fail(work, job, message))
    except Exception:  # noqa: BLE001 - the next job is to be done all the same
        _LOG.exception("job %s (%s) failed", job.id, job.kind)
        _note(system, lambda work: jobs.fail(work, job, _FAULT))
    finally:
        system.files.forget_progress(job.id)
    return True


def _run_job(system: System, job: jobs.Job, *, bounded: bool) -> None:
    progress = _Progress(system, job.id)
    is_apart = bounded and not jobs.only_writes(job)
    seen = (_read_apart if is_apart else _read)(system, job, progress)
    try:
        with system.work(jobs.WORKER, progress=progress) as work:
            jobs.run(work, job, seen)
    finally:
        if isinstance(seen, Spooled):
            seen.close()


def _read(system: System, job: jobs.Job, progress: "_Progress") -> Any:  # noqa: ANN401 - a kind's own
    with system.work(jobs.WORKER, read_only=True, progress=progress) as work:
        return jobs.read(work, job)


def _read_apart(system: System, job: jobs.Job, progress: "_Progress") -> Any:  # noqa: ANN401
    """The same in a process of its own: nobody knows how long a file takes to be read."""
    with system.work(jobs.WORKER, read_only=True) as work:
        seconds = jobs.seconds_for(work, job)

    def look() -> tuple[str, Any]:
        system.engine.dispose(close=False)  # connections are the parent's
        try:
            return "", _read(system, job, progress)
        except jobs.LostWorkerError:
            return "lost", None
        except (DatabaseBusyError, DatabaseUnavailableError):
            return "busy", None
        except REFUSED as error:
            return "refused", str(error)

    outcome, seen = run_in_child(look, seconds=seconds, memory=jobs.MEMORY)
    if outcome == "lost":
        raise jobs.LostWorkerError
    if outcome == "busy":
        raise DatabaseBusyError
    if outcome == "refused":
        raise RefusedError(seen)
    return seen


def _note(system: System, how: Callable[[Work], None]) -> None:
    """Note how a job ended; if even that fails, its lease ends and it is taken again."""
    busy = contextlib.suppress(DatabaseBusyError, DatabaseUnavailableError)
    with busy, system.work(jobs.WORKER) as work:
        how(work)


class _Progress:
    """Progress, written down at most four times a second."""

    def __init__(self, system: System, job: int) -> None:
        self._files, self._job, self._next = system.files, job, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _TOLD_EVERY
            self._files.beat()
            with contextlib.suppress(DiskError):
                self._files.tell_progress(self._job, done, total)


def _work_until(system: System, stopped: threading.Event) -> None:
    """Work, look again twice a second, keep the calendar of orders, and clear up now and then."""
    sweep_at = calendar_at = 0.0
    post = Post(system)
    while not stopped.is_set():
        system.files.beat()
        try:
            if time.monotonic() >= calendar_at:
                calendar_at = time.monotonic() + _CALENDAR_EVERY
                with system.work(jobs.WORKER) as work:
                    run_calendar(work)
                    tell_of_days(work)
                    drafts.sweep(work)
            work_off(system, stopped.is_set, post, bounded=True)
            if time.monotonic() >= sweep_at:
                sweep_at = time.monotonic() + _SWEPT_EVERY
                with system.work(jobs.WORKER, read_only=True) as work:
                    sweep(work)
                system.files.clear_leftovers()
        except (DatabaseBusyError, DatabaseUnavailableError) as error:
            _LOG.warning("waiting: %s", error)
            stopped.wait(_PAUSE * 25)
        except Exception:  # noqa: BLE001 - e-mail and jobs go on after a fault
            _LOG.exception("the worker failed")
            stopped.wait(_PAUSE * 10)
        stopped.wait(_PAUSE)


COMMANDS: list[click.Command] = [jobs_]
