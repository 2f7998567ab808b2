"""Real processes that do something at the same moment, started by one barrier."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from royalties.services.errors import REFUSALS
from royalties.store.engine import DatabaseBusyError
from royalties.store.history import append_log
from tests.builders.books import Office, open_office
from tests.patience import PATIENCE

"""Seconds until somebody who does not come to the barrier, or back, is given up."""


@dataclass(frozen=True)
class Task:
    """What one process does: ``do(office, *arguments)`` on the books at ``url``.

    ``pause`` is a piece of SQL after which it waits a moment, so that others come between;
    ``naive`` takes every lock out of what it sends.
    """

    url: str
    folder: Path
    do: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    pause: str = ""
    naive: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a task; ``told`` says that it was refused with advice."""

    value: object = None
    error: str = ""
    told: bool = False

    @property
    def done(self) -> bool:
        return not self.error


class Racers:
    """A few processes that wait for tasks."""

    def __init__(self, number: int) -> None:
        # One process imports everything, the others are forked from it while it has no threads.
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        # The barriers' semaphores live as long as somebody here holds them.
        self._barriers = {parties: context.Barrier(parties) for parties in range(1, number + 1)}
        self._pipes: list[Pipe] = []
        self._processes = []
        for _ in range(number):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, self._barriers), daemon=True)
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)

    def race(self, *tasks: Task) -> list[Outcome]:
        """Start tasks at once, each in a process of its own; what came of each."""
        pipes = self._pipes[: len(tasks)]
        for pipe, task in zip(pipes, tasks, strict=True):
            pipe.send((task, len(tasks)))
        outcomes: list[Outcome] = []
        for pipe in pipes:
            assert pipe.poll(PATIENCE), "a process does not come back"
            outcomes.append(pipe.recv())
        return outcomes

    def stop(self) -> None:
        """Send them home."""
        for pipe in self._pipes:
            pipe.send(None)
            pipe.close()
        for process in self._processes:
            process.join(PATIENCE)


def _serve(pipe: Pipe, barriers: Mapping[int, Barrier]) -> None:
    while (sent := pipe.recv()) is not None:
        task, parties = sent
        pipe.send(_outcome(task, barriers[parties]))


def _outcome(task: Task, barrier: Barrier) -> Outcome:
    office = open_office(task.url, task.folder)
    try:
        office.rows("SELECT 1")
        with ExitStack() as stack:
            if task.naive:
                without_locks(office.system.engine)
            stack.enter_context(pausing(office.system.engine, task.pause))
            barrier.wait(PATIENCE)
            return Outcome(task.do(office, *task.arguments))
    except (*REFUSALS, DatabaseBusyError) as error:
        return Outcome(error=str(error), told=True)
    except Exception as error:  # noqa: BLE001 - whatever happens is what the test looks at
        return Outcome(error=f"{type(error).__name__}: {error}")
    finally:
        office.system.dispose()


def without_locks(engine: Engine) -> None:
    """Take all locks out of an engine: what many programs do without noticing it."""

    def rewrite(
        _connection: object,
        _cursor: object,
        statement: str,
        parameters: object,
        *_others: object,
    ) -> tuple[str, object]:
        for lock in (" FOR SHARE", " FOR UPDATE"):
            statement = statement.replace(lock, "")
        if statement == "BEGIN IMMEDIATE" or statement.startswith("LOCK TABLE"):
            return "SELECT 1", parameters
        return statement, parameters

    event.listen(engine, "before_cursor_execute", rewrite, retval=True)


def pausing(engine: Engine, piece: str) -> AbstractContextManager[None]:
    """Wait a moment after each statement that contains a piece of SQL."""
    if piece:

        def wait(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
            if piece in statement:
                time.sleep(0.05)

        event.listen(engine, "after_cursor_execute", wait)
    return nullcontext()


# What they do


def close(office: Office, period: str) -> int:
    return len(office.close(period).statements)


def bring(office: Office, path: Path) -> tuple[str, int]:
    document = office.bring_file(path).document
    return str(document["outcome"]), int(document["batch"] or document["same_as"] or 0)


def undo(office: Office, batch: int) -> int:
    return office.undo(batch).sales


def correct(office: Office, batch: int) -> int:
    return office.correct(batch).sales


def load(office: Office, setup: dict[str, Any], name: str) -> bool:
    return office.load(setup, name).changed


def alias(office: Office, identifier: str, isbn: str) -> int:
    return sum(office.alias(identifier, isbn).rows.values())


def statements(office: Office, period: str) -> int:
    return office.statements(period, office.outside / f"out {id(office)}").statements


def log_lines(office: Office, name: str, number: int) -> int:
    """Read the log's end, write the next line: lost if two read the same end."""
    for _ in range(number):
        with office.work() as work:
            append_log(work.connection, work.stored_at, name, "test", {})
    return number


def count_up(office: Office, number: int) -> int:
    """Read a number, write the next one."""
    done = count(1)
    for _ in range(number):
        with office.system.engine.begin() as connection:
            found = connection.exec_driver_sql("SELECT n FROM counter").scalar_one()
            connection.exec_driver_sql(f"UPDATE counter SET n = {found + 1}")
        next(done)
    return number


def tasks(
    office: Office, *each: tuple[Any, ...], pause: str = "", naive: bool = False
) -> list[Task]:
    """Tasks on one office's books, each given as the function and its arguments."""
    return [
        Task(office.system.config.database_url, _folder(office), do, tuple(rest), pause, naive)
        for do, *rest in each
    ]


def _folder(office: Office) -> Path:
    return office.system.config.home.parent


def sorted_outcomes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those who succeeded first."""
    return sorted(outcomes, key=lambda outcome: not outcome.done)
