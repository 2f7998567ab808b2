"""Draw the files of statements, on all cores if there are many.

It takes nothing but what the statements say, so that it is done outside of any transaction, and
in processes that import little.
"""

import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from itertools import chain
from multiprocessing import get_context, parent_process
from typing import NamedTuple

from reports import statement as paper
from royalties.domain.terms.logos import Logos, logo_of_day
from royalties.services.statements.content import CONTENT
from royalties.services.statements.spelled import spelled_out

FEWEST = 50
"""Statements for which one more process is worth its start: half a second."""

_MOST_PROCESSES = 8
_AT_A_TIME = 8


class File(NamedTuple):
    """A file of a statement: ``workbook`` or ``twin``, its name and its bytes."""

    kind: str
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Fingerprint of the bytes."""
        return sha256(self.data).hexdigest()


Drawn = tuple[str | None, tuple[File, ...]]
"""A statement's number (none if it is a draft) and its files."""


def draw(content: str | bytes, logos: Logos = ()) -> Drawn:
    """The workbook of a statement, given as JSON, and its twin."""
    frozen = CONTENT.validate_json(content)
    statement = spelled_out(frozen)
    name = paper.file_name(statement)
    twin = json.dumps(paper.twin(frozen), ensure_ascii=False)
    return statement.number, (
        File("workbook", name, paper.workbook(statement, logo_of_day(logos, statement.dated))),
        File("twin", name.removesuffix(".xlsx") + ".json", f"{twin}\n".encode()),
    )


def draw_all(
    blocks: Iterable[Sequence[str | bytes]], count: int, logos: Logos = ()
) -> Iterator[Drawn]:
    """Draw many statements, in their order.

    Args:
        blocks: what they say, as JSON; the next block is asked for when one is drawn.
        count: how many there are in all.
        logos: the house's.
    """
    with_logo = partial(draw, logos=logos)
    processes = min(_cores(), count // FEWEST, _MOST_PROCESSES)
    if processes < 2:  # noqa: PLR2004 - one is this
        yield from map(with_logo, chain.from_iterable(blocks))
        return
    # Whoever asks may have threads and connections, which no fork survives.
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_end_with_parent) as pool:
        for block in blocks:
            yield from pool.map(with_logo, block, chunksize=_AT_A_TIME)


def _end_with_parent() -> None:
    """Let a process of the pool end when its parent was killed.

    It would wait for work for ever: each holds the writing end of the queue that it reads.
    """
    threading.Thread(target=_await_end_of_parent, daemon=True).start()


def _await_end_of_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _cores() -> int:
    """The cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1
