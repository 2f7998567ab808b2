"""Work of the worker that is done in a moment: a request waits for it, and holds nothing."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from flask import Flask, current_app

from royalties.domain.counting import counted
from royalties.services.desk import jobs
from royalties.services.people import throttle
from royalties.services.people.throttle import Blocked, Subject, Tried
from royalties.services.work import RefusedError
from royalties.web.core.visit import current_work, separate_work, settle, system

PATIENCE = 2.0
"""Seconds that a request waits; what takes longer is reported on its page when it is done."""

_PAUSE = "worker-pause"
_SEATS = BoundedSemaphore(2)
"""So many requests of a server wait at a time: its other threads answer others meanwhile."""

_LOOKS = BoundedSemaphore(2)
_LOOKING: set[object] = set()
_WAITERS = BoundedSemaphore(2)
_TURN_SECONDS = 10.0
_LOCK = Lock()
_BUSY = "other files are being looked at: try again in a moment"


def init_app(app: Flask, pause: Callable[[], None] = lambda: time.sleep(0.05)) -> None:
    """Say how an application passes the time while the worker works."""
    app.extensions[_PAUSE] = pause


def wait_for(numbers: Collection[int]) -> bool:
    """Keep what the request did, wait a moment for some jobs, and say whether they are done."""
    settle()
    if not numbers or not _SEATS.acquire(blocking=False):
        return not numbers
    try:
        until = time.monotonic() + PATIENCE
        while _are_active(numbers):
            if time.monotonic() >= until:
                return False
            current_app.extensions[_PAUSE]()
    finally:
        _SEATS.release()
    return True


class TooManyReadingsError(RefusedError):
    """A file is not looked at now; the message says why."""


@contextmanager
def looking() -> Iterator[None]:
    """Let the visitor have files looked at: one after the other, and for so many seconds.

    What the request did before is taken back, and nobody waits for the database meanwhile.

    Raises:
        TooManyLooksError: others are at it, or the visitor and their house had their share.
    """
    who = current_work().actor
    subjects = [Subject(Tried.LOOKING, str(who.person))]
    subjects += [Subject(Tried.LOOKING_FOR, each) for each in sorted(who.organizations)]
    with separate_work() as unit:
        held = throttle.attempt(unit, [Subject(Tried.ARTWORK, str(who.person)), *subjects])
    if held is not None:
        raise TooManyReadingsError(_wait_words(held))
    with _turn(who.person):
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = int(time.monotonic() - began)
            if seconds:
                with separate_work() as unit:
                    throttle.spend(unit, subjects, seconds)


def _wait_words(held: Blocked) -> str:
    """Why a file is not looked at now, and how long to wait."""
    minutes = counted(-(-held.seconds // 60), "minute")
    if held.subject.tried is Tried.ARTWORK:
        return f"more files were sent within a minute than people choose: wait {minutes}"
    whose = "one person's" if held.subject.tried is Tried.LOOKING else "one organization's"
    return (
        f"looking at your files took all the time that {whose} files get in a quarter of an hour, "
        f"so no more are looked at for {minutes}: send the others then, or smaller ones"
    )


@contextmanager
def _turn(who: object) -> Iterator[None]:
    """One look for each visitor, and few for all: threads stay free for others."""
    if not _is_begun(who):
        _await_turn(who)
    try:
        yield
    finally:
        with _LOCK:
            _LOOKING.discard(who)
            _LOOKS.release()


def _is_begun(who: object) -> bool:
    with _LOCK:
        if who in _LOOKING or not _LOOKS.acquire(blocking=False):
            return False
        _LOOKING.add(who)
        return True


def _await_turn(who: object) -> None:
    """Whoever sends a file while its preview is drawn waits for that, as long as few wait."""
    if not _WAITERS.acquire(blocking=False):
        raise TooManyReadingsError(_BUSY)
    try:
        until = time.monotonic() + _TURN_SECONDS
        while not _is_begun(who):
            if time.monotonic() >= until:
                raise TooManyReadingsError(_BUSY)
            current_app.extensions[_PAUSE]()
    finally:
        _WAITERS.release()


def _are_active(numbers: Collection[int]) -> bool:
    with system().work(jobs.WORKER, read_only=True) as work:
        return jobs.are_active(work, numbers)
