"""The whole books in one file, back from it, and from one database to another.

A backup is one snapshot of the database, then the stored files: those are written before the rows
that name them are recorded and never changed, so every file of the snapshot is there. Both leave
in a form that no engine owns, so books of SQLite can be restored to PostgreSQL, and back.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO

from royalties.adapters import archive
from royalties.adapters.archive import (
    FOLDERS,
    AlreadyExistsError,
    ArchiveHeader,
    NotABackupError,
    Parts,
)
from royalties.adapters.files import DiskError, make_private
from royalties.domain.people import Actor, Verb
from royalties.services.work import Progress, RefusedError, Work
from royalties.store import migrate, transfer
from royalties.store.engine import Connection
from royalties.store.history import newest_revision
from royalties.store.schema import NotMigratedError, current_revision, require_newest
from royalties.store.transfer import Table

_BLOCK = 1 << 20
_STAGE = ".restoring"
_PLACING = "placing.json"
"""A file of the stage: which folders are being moved out of it, and of which database's books."""

_SECRETS = ("cookie.key",)
"""Files of a home that a restore leaves alone: secrets are in no backup."""


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """What was backed up, restored or moved: the schema it had, rows by table, files by folder."""

    schema: str
    made_at: str
    rows: Mapping[str, int]
    files: Mapping[str, int]
    size: int = 0

    @classmethod
    def of(cls, header: ArchiveHeader, parts: Parts, size: int = 0) -> "BackupSummary":
        """What the parts of a backup hold."""
        counts: dict[str, dict[str, int]] = {"tables": {}, "files": {}}
        for name, part in parts.items():
            kind, _, rest = name.partition("/")
            counts[kind][rest] = part.count
        return cls(header.schema, header.made_at, counts["tables"], counts["files"], size)

    def document(self) -> dict[str, object]:
        """As ``--json`` prints it."""
        return {
            "schema": self.schema,
            "made_at": self.made_at,
            "rows": dict(self.rows),
            "files": dict(self.files),
        }


def back_up(
    connection: Connection, actor: Actor, home: Path, target: Path, at: str, progress: Progress
) -> BackupSummary:
    """Write everything that a snapshot shows, and the home's files, into one new file.

    Args:
        connection: one snapshot of the books.
        actor: an administrator: a backup holds everything but secrets of the environment.
        home: the folder of the stored files.
        target: the file; only its owner may read it.
        at: the moment, as it is stored.
        progress: called with how many tables and folders are done.

    Raises:
        ThereAlreadyError: the file is there already.
        DiskError: it cannot be written; nothing of it stays.
        NotMigratedError: there are no books.
    """
    actor.require(Verb.SET)
    schema = _schema_of(connection)
    tables = transfer.tables_of(connection)
    columns = {table.name: [each.name for each in table.columns] for table in tables}
    header = ArchiveHeader(version("royalties"), schema, at, columns)
    total = len(tables) + len(FOLDERS)
    with archive.new_file(target) as file:
        writer = archive.ArchiveWriter(file, header)
        for place, table in enumerate(tables):
            for _ in writer.table(
                table.name, transfer.rows_of(connection, table, columns[table.name])
            ):
                progress(place, total)
        for place, folder in enumerate(FOLDERS, len(tables)):
            for _ in writer.folder(home, folder):
                progress(place, total)
        parts = writer.close()
        size = file.tell()
    progress(total, total)
    return BackupSummary.of(header, parts, size)


def has_books(work: Work) -> bool:
    """Whether a setup was ever loaded; without one there is nothing to verify."""
    return newest_revision(work.connection) > 0


def _schema_of(connection: Connection) -> str:
    schema = current_revision(connection)
    if schema is None:
        raise NotMigratedError(None)
    return schema


def restore(actor: Actor, source: Path, url: str, home: Path, progress: Progress) -> BackupSummary:
    """Bring books back from a backup, into an empty database and an empty home.

    All of it is there at the end, brought to the newest migration, or nothing. Before anything is
    written, home and database are looked at, then the backup is read through and every part
    compared with the manifest. While it is written, all of that is done once more, and every table
    is compared with what was read back of it.

    Args:
        actor: an administrator.
        source: the backup.
        url: of a database that holds nothing, of either engine.
        home: a folder that holds nothing, or is not there yet.
        progress: called with how many tables are done.

    Raises:
        NotABackupError: it is none, is damaged or was changed, or a newer program made it.
        ThereAlreadyError, NotEmptyError: something would be overwritten.
        UnfitError: what it holds does not fit together.
        DiskError: there is no room.
    """
    actor.require(Verb.SET)
    with _disk_errors(home):
        left = _left_by_a_killed_one(home, url)
        _require_empty(home, [*transfer.files_of(url), *left])
    transfer.require_empty(url)
    with archive.open_backup(source) as reader:
        _require_known(source, reader.header)
        reader.look_through()
    with (
        archive.open_backup(source) as reader,
        _staged(home, url, left) as stage,
        transfer.new_database(url) as connection,
    ):
        header = reader.header
        _require_known(source, header)
        migrate.migrate_to(connection, header.schema)
        tables = _tables_for(source, header, transfer.tables_of(connection))
        restored: set[str] = set()
        with transfer.without_guards(connection, list(tables.values())):
            transfer.clear(connection, list(tables.values()))
            for name, rows in reader.tables():
                progress(len(restored), len(tables))
                restored.add(name)
                if name not in tables:  # one that is no more may come along, if it is empty
                    raise _otherwise(source, name, header)
                transfer.write_rows(connection, tables[name], header.tables[name], rows)
            transfer.check_references(connection, list(tables.values()))
        reader.files(lambda path, file: _keep(stage.folder / path, path, file, source))
        reader.finish()
        for name, table in tables.items():
            digest = reader.parts[f"tables/{name}"].digest.hexdigest()
            _check_read_back(connection, table, header.tables[name], digest)
        migrate.migrate_to(connection, "head")
        progress(len(tables), len(tables))
        stage.put_in_place()
    return BackupSummary.of(header, reader.parts)


def _require_known(source: Path, header: ArchiveHeader) -> None:
    if not migrate.is_known_migration(header.schema):
        raise NotABackupError(
            source,
            f"its books are at migration {header.schema[:40]!r}, which this program does not "
            f"know: a newer one made it, so install that one",
        )


def move(source: Connection, target: Connection, actor: Actor, progress: Progress) -> BackupSummary:
    """Copy books into an empty database of either engine; their files stay where they are.

    Args:
        source: one state of the books, which nobody changes meanwhile.
        target: an empty database.
        actor: an administrator.
        progress: called with how many tables are done.

    Raises:
        UnfitError: something does not fit, or came out otherwise.
        NotMigratedError: the books are not at the newest migration.
    """
    actor.require(Verb.SET)
    require_newest(source)
    schema = _schema_of(source)
    migrate.migrate_to(target, schema)
    tables = {table.name: table for table in transfer.tables_of(target)}
    moved: dict[str, int] = {}
    with transfer.without_guards(target, list(tables.values())):
        transfer.clear(target, list(tables.values()))
        digests = {}
        for table in transfer.tables_of(source):
            progress(len(moved), len(tables))
            columns = table.columns.keys()
            through = _Through(transfer.rows_of(source, table, columns))
            arrives = tables.get(table.name)
            if arrives is None and next(iter(through), None) is None:
                continue  # one that is no more, and empty
            if arrives is None or sorted(arrives.columns.keys()) != sorted(columns):
                raise transfer.UnfitError(
                    table.name, "it is not as the migrations make it: 'royalties init' tells how"
                )
            transfer.write_rows(target, arrives, columns, through)
            moved[table.name] = through.count
            digests[table.name] = columns, through.digest.hexdigest()
        transfer.check_references(target, list(tables.values()))
    for name, (columns, digest) in digests.items():
        _check_read_back(target, tables[name], columns, digest)
    progress(len(tables), len(tables))
    return BackupSummary(schema, "", moved, {})


class _Through:
    """Rows on their way, counted and fingerprinted."""

    def __init__(self, rows: Iterable[archive.Row]) -> None:
        self._rows = rows
        self.count, self.digest = 0, sha256()

    def __iter__(self) -> Iterator[archive.Row]:
        for row in self._rows:
            self.count += 1
            self.digest.update(archive.line_of(row))
            yield row


def _check_read_back(
    connection: Connection, table: Table, columns: Sequence[str], digest: str
) -> None:
    through = _Through(transfer.rows_of(connection, table, columns))
    for _ in through:
        pass
    if through.digest.hexdigest() != digest:
        raise transfer.UnfitError(table.name, "what was read back is not what was written")


def _tables_for(source: Path, header: ArchiveHeader, found: list[Table]) -> dict[str, Table]:
    """The new database's tables, with the columns that the backup lists."""
    tables = {table.name: table for table in found}
    for name, table in tables.items():
        if sorted(table.columns.keys()) != sorted(header.tables.get(name, ())):
            raise _otherwise(source, name, header)
    return tables


def _otherwise(source: Path, name: str, header: ArchiveHeader) -> NotABackupError:
    return NotABackupError(
        source,
        f"its table {name[:80]!r} is not as migration {header.schema} makes it, so its books were "
        f"made between releases or changed by hand",
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where files wait to be put in place, all or none."""

    home: Path
    folder: Path
    database: str
    placed: list[Path] = field(default_factory=list)

    def put_in_place(self) -> None:
        """Move whole folders into the home; if this is killed, the next restore knows which."""
        parts = sorted(self.folder.iterdir())
        plan = {"database": self.database, "folders": [part.name for part in parts]}
        (self.folder / _PLACING).write_text(json.dumps(plan), encoding="utf-8")
        os.sync()
        for part in parts:
            target = self.home / part.name
            self.placed.append(target)
            part.rename(target)

    def take_back(self) -> None:
        """Let nothing stay of what was put in place."""
        for target in self.placed:
            shutil.rmtree(target, ignore_errors=True)


def _left_by_a_killed_one(home: Path, url: str) -> list[str]:
    """Folders that a restore into this database had put in place when it was killed.

    They are nobody's as long as that database is empty, since it is filled after them.
    """
    stage = home / _STAGE
    try:
        plan = json.loads((stage / _PLACING).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    if plan["database"] != transfer.url_without_password(url):
        return []
    return [name for name in FOLDERS if name in plan["folders"] and not (stage / name).exists()]


@contextmanager
def _staged(home: Path, url: str, left: Sequence[str]) -> Iterator[_Stage]:
    """A folder in an empty home for what is to be put in place; if this fails, nothing stays.

    Args:
        home: the folder, which need not be there yet.
        url: of the database, whose files are looked at elsewhere.
        left: folders that a restore that was killed left there.

    Raises:
        ThereAlreadyError: the home holds something.
        DiskError: it cannot be written.
        RefusedError: another restore is at work in it.
    """
    with _disk_errors(home):
        make_private(home)
        _require_empty(home, [*transfer.files_of(url), *left])
        stage = _Stage(home, home / _STAGE, transfer.url_without_password(url))
        stage.folder.mkdir(mode=0o700, exist_ok=True)
        with _locked(stage.folder):
            # Last goes the note of what was moved out, so that this may be killed as well.
            for each in [*(home / name for name in left), *stage.folder.iterdir()]:
                if each.is_dir():
                    shutil.rmtree(each)
            (stage.folder / _PLACING).unlink(missing_ok=True)
            try:
                yield stage
            except BaseException:
                stage.take_back()
                raise
            finally:
                shutil.rmtree(stage.folder, ignore_errors=True)


def _require_empty(home: Path, but: Sequence[str]) -> None:
    for each in sorted(home.iterdir()) if home.exists() else ():
        if each.name not in {*_SECRETS, *but} and not each.name.startswith(_STAGE):
            raise AlreadyExistsError(each)


@contextmanager
def _disk_errors(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(home, error.strerror or "no reason given") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise RefusedError(f"another restore is at work in {folder.parent}: wait for it") from error
    try:
        yield
    finally:
        os.close(handle)


def _keep(target: Path, name: str, file: IO[bytes], source: Path) -> None:
    make_private(target.parent)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NotABackupError(source, f"it holds {name!r} twice") from error
    with os.fdopen(handle, "wb") as stored:
        shutil.copyfileobj(file, stored, _BLOCK)
