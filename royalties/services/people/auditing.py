"""Reading the log: who did what, and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from royalties.domain.people import Verb
from royalties.services.work import Work, stored
from royalties.store import history as store

PAGE = 50
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are asked for; days are the house's, ``until`` included."""

    actor: str = ""
    action: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    seq: int
    at: str
    actor: str
    action: str
    payload: Any
    hash: str


def log_page(
    work: Work, filters: LogFilter, *, before: int = 0, limit: int = PAGE
) -> list[LogLine]:
    """Lines, the newest first; ``before`` is the last number of the page before."""
    work.actor.require(Verb.AUDIT)
    rows = store.log_page(
        work.connection,
        actor=filters.actor,
        action=filters.action,
        text_=filters.text,
        since=_begin(work, filters.since) if filters.since else "",
        before_moment=_begin(work, filters.until + timedelta(days=1)) if filters.until else "",
        before=before,
        limit=limit,
    )
    return [
        LogLine(row.seq, row.at, row.actor, row.action, json.loads(row.payload), row.hash)
        for row in rows
    ]


def whole_log(work: Work, filters: LogFilter) -> Iterator[LogLine]:
    """All lines that are asked for, the newest first, some at a time."""
    before = 0
    while lines := log_page(work, filters, before=before, limit=_CHUNK):
        yield from lines
        before = lines[-1].seq
        if before == 1:
            return


def _begin(work: Work, day: date) -> str:
    """The first moment of a day in the house's time zone, as moments are stored."""
    return stored(datetime.combine(day, time(), work.now.tzinfo))
