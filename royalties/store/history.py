"""The setup's revisions and the log: append-only, the log chained by hashes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, cast, func, insert, select, text

from royalties.domain.json_values import canonical
from royalties.store.engine import is_sqlite
from royalties.store.tables import log, revision

Body = Mapping[str, Any]
"""A setup entry as canonical JSON values."""

_FIRST_HASH = "0" * 64


class Revision(NamedTuple):
    """A setup entry as it was recorded."""

    id: int
    kind: str
    key: str
    body: dict[str, Any]


class LogRow(NamedTuple):
    """One line of the log, with the bytes that its hash covers."""

    seq: int
    at: str
    actor: str
    action: str
    payload: bytes
    previous_hash: str
    hash: str


def revisions_in_force(connection: Connection, up_to: int | None = None) -> list[Revision]:
    """The newest revision of every setup entry, in the order they were first recorded.

    Entries that were removed, or renamed since, are left out.

    Args:
        up_to: the newest revision that counts, to get the setup as it was at that time.
    """
    numbers = select(func.max(revision.c.id).label("id"), func.min(revision.c.id).label("first"))
    if up_to is not None:
        numbers = numbers.where(revision.c.id <= up_to)
    newest = numbers.group_by(revision.c.kind, revision.c.key).subquery()
    rows = connection.execute(
        select(revision.c.id, revision.c.kind, revision.c.key, revision.c.body)
        .join(newest, newest.c.id == revision.c.id)
        .order_by(newest.c.first)
    )
    return [Revision(*row) for row in rows if row.body]


def add_revisions(
    connection: Connection,
    entries: Iterable[tuple[str, str, Body]],
    at: datetime,
    by: str,
    reason: str = "",
    former_keys: Mapping[tuple[str, str], str] | None = None,
) -> None:
    """Record new bodies of setup entries as (kind, key, body); an empty body removes the entry.

    Args:
        connection: of the books.
        entries: what is recorded.
        at: when.
        by: whose name the history keeps.
        reason: why, if one was given.
        former_keys: by (kind, key), the keys that entries had before they were renamed.
    """
    former = former_keys or {}
    rows = [
        {
            "kind": kind,
            "key": key,
            "body": body,
            "recorded_at": at,
            "recorded_by": by,
            "reason": reason or None,
            "former_key": former.get((kind, key)),
        }
        for kind, key, body in entries
    ]
    if rows:
        connection.execute(insert(revision), rows)


class RevisionRow(NamedTuple):
    """A revision with who recorded it, when and why; an empty body removed the entry."""

    id: int
    body: dict[str, Any]
    at: datetime
    by: str
    reason: str | None = None
    former_key: str | None = None


_REVISION_COLUMNS = (
    revision.c.id,
    revision.c.body,
    revision.c.recorded_at,
    revision.c.recorded_by,
    revision.c.reason,
    revision.c.former_key,
)


def revisions_of(
    connection: Connection, kind: str, key: str, limit: int | None = None
) -> list[RevisionRow]:
    """The revisions of one setup entry, the newest first, at most ``limit`` if given."""
    rows = connection.execute(
        select(*_REVISION_COLUMNS)
        .where(revision.c.kind == kind, revision.c.key == key)
        .order_by(revision.c.id.desc())
        .limit(limit)
    )
    return [RevisionRow(*row) for row in rows]


def find_revision(connection: Connection, kind: str, key: str) -> RevisionRow | None:
    """The current revision of one setup entry; None if it was removed."""
    row = connection.execute(
        select(*_REVISION_COLUMNS)
        .where(revision.c.kind == kind, revision.c.key == key)
        .order_by(revision.c.id.desc())
        .limit(1)
    ).first()
    return RevisionRow(*row) if row and row.body else None


def renamed_keys(connection: Connection) -> dict[tuple[str, str], str]:
    """By (kind, former key), the keys that entries were renamed to; the newest rename counts."""
    rows = connection.execute(
        select(revision.c.kind, revision.c.former_key, revision.c.key)
        .where(revision.c.former_key.is_not(None))
        .order_by(revision.c.id)
    )
    return {(kind, str(former)): key for kind, former, key in rows}


def lock_setup(connection: Connection) -> None:
    """Keep others from amending entries until this transaction ends.

    The lock is on the first revision, which never changes. SQLite has only one writer anyway.
    """
    if not is_sqlite(connection):
        connection.execute(select(revision.c.id).order_by(revision.c.id).limit(1).with_for_update())


def newest_revision(connection: Connection) -> int:
    """The number of the newest revision; 0 before the first setup file."""
    return connection.execute(newest_revision_query()).scalar() or 0


def newest_revision_query() -> Select[int | None]:
    """A query for the number of the newest revision; NULL before the first setup file."""
    return select(func.max(revision.c.id))


def append_log(connection: Connection, at: str, actor: str, action: str, payload: object) -> str:
    """Append a line to the log and return its hash."""
    return append_logs(connection, at, actor, action, [payload])[-1]


def append_logs(
    connection: Connection, at: str, actor: str, action: str, payloads: Sequence[object]
) -> list[str]:
    """Append a line to the log for each payload, at least one, and return their hashes.

    The end of the chain is locked first, so that two writers never append after the same line.
    """
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE log IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(
        select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq, last.hash) if last else (0, _FIRST_HASH)
    lines = []
    for payload in payloads:
        seq += 1
        line = LogRow(seq, at, actor, action, canonical(payload).encode(), previous, "")
        previous = line_hash(line)
        lines.append(line._replace(hash=previous)._asdict())
    connection.execute(insert(log), lines)
    return [line["hash"] for line in lines]


def log_lines(connection: Connection) -> Iterator[LogRow]:
    """The log from its first line."""
    query = select(*(log.c[name] for name in LogRow._fields)).order_by(log.c.seq)
    with connection.execute(query, execution_options={"yield_per": 100}) as rows:
        for row in rows:
            yield LogRow(*row)._replace(payload=bytes(row.payload))


def log_page(
    connection: Connection,
    *,
    actor: str = "",
    action: str = "",
    text_: str = "",
    since: str = "",
    before_moment: str = "",
    before: int = 0,
    limit: int = 50,
) -> list[LogRow]:
    """Lines of the log, the newest first.

    Args:
        actor: part of the actor's name.
        action: the verb.
        text_: part of the payload.
        since: moment of the earliest line.
        before_moment: moment before which all lines were written.
        before: sequence number below which all lines are.
        limit: how many at most.
    """
    query = select(*(log.c[name] for name in LogRow._fields)).order_by(log.c.seq.desc())
    if actor:
        query = query.where(func.lower(log.c.actor).contains(actor.lower(), autoescape=True))
    if action:
        query = query.where(log.c.action == action)
    if since:
        query = query.where(log.c.at >= since)
    if before_moment:
        query = query.where(log.c.at < before_moment)
    if before:
        query = query.where(log.c.seq < before)
    if text_:
        words = (
            cast(log.c.payload, Text)
            if is_sqlite(connection)
            else func.convert_from(log.c.payload, "UTF8")
        )
        query = query.where(func.lower(words).contains(text_.lower(), autoescape=True))
    rows = connection.execute(query.limit(limit))
    return [LogRow(*row)._replace(payload=bytes(row.payload)) for row in rows]


def line_hash(line: LogRow) -> str:
    """SHA-256 over all fields of a line, each prefixed with its length."""
    digest = sha256()
    for part in (line.previous_hash, str(line.seq), line.at, line.actor, line.action):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    digest.update(len(line.payload).to_bytes(8, "big") + line.payload)
    return digest.hexdigest()
