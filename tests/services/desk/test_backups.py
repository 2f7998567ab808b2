"""The whole books in one file and back, on either engine; damaged files are refused whole."""

import errno
import gzip
import inspect as inspect_module
import io
import json
import os
import re
import shutil
import signal
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from royalties.adapters import archive
from royalties.adapters.archive import AlreadyExistsError, NotABackupError
from royalties.adapters.files import DiskError, Files
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.desk import backups
from royalties.services.work import RefusedError
from royalties.store.schema import NotMigratedError
from royalties.store.transfer import NotEmptyError, UnfitError
from tests.builders.books import (
    TESS,
    Office,
    Shelf,
    a_row,
    after,
    closed,
    nothing,
    open_office,
)
from tests.builders.documents import PDF, send_documents
from tests.builders.notes import write_note
from tests.builders.shipped import paid

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def all_kinds(office: Office) -> None:
    """Books with a paid order, an import, an undone one, and a closed period with statements."""
    paid(office)
    office.undo(office.bring_batch([a_row(1, reference="undone")]))
    office.bring_batch([a_row(3, city="Ærø, Ńdé 東京")])
    office.close("2025-H1")
    office.statements("2025-H1")
    send_documents(office, {"2023.pdf": PDF}, beneficiary="seattle", visible=True)
    send_documents(office, {"scan.tif": b"II*\0"})
    write_note(office, files={"letter.pdf": PDF + b" a letter"})


@pytest.fixture
def empty(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Office]]:
    """Makes an office without books, on the engine that is asked for."""
    made: list[Office] = []

    def make(kind: str) -> Office:
        folder = tmp_path / f"empty-{len(made)}"
        folder.mkdir()
        url = (
            f"sqlite:///{folder / 'home' / 'royalties.sqlite'}"
            if kind == "sqlite"
            else request.getfixturevalue("postgresql_url")
        )
        made.append(open_office(url, folder))
        return made[-1]

    yield make
    for each in made:
        each.system.dispose()


@pytest.fixture(scope="module")
def backup(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a backup of the books with a paid order and a closed period."""
    folder = tmp_path_factory.mktemp("backup")
    with shelf.office("sqlite", all_kinds, folder / "office") as office:
        office.system.back_up(TESS, folder / "books.backup")
    return (folder / "books.backup").read_bytes()


def kept_files(office: Office) -> dict[str, bytes]:
    """The files of a home that are backed up."""
    home = office.system.config.home
    return {
        str(path.relative_to(home)): path.read_bytes()
        for folder in archive.FOLDERS
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }


def goes_on(office: Office) -> None:
    """Work in restored books: new numbers are free, and everything holds."""
    office.bring_batch([a_row(4, date="2025-08-08"), a_row(1, date="2025-07-07")])
    office.close("2025-H2")
    office.statements("2025-H2")
    assert office.faults() == {}


@pytest.mark.thorough("on the other engine", but_one_in=4)
@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
@after(all_kinds)
def test_restored_books_are_identical(
    office: Office, kind: str, to: str, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    file = tmp_path / "books.backup"
    kept = office.system.back_up(TESS, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.size == file.stat().st_size
    there = empty(to)
    assert there.system.restore(TESS, file).rows == kept.rows
    assert there.hashes_of_values() == office.hashes_of_values()
    assert kept_files(there) == kept_files(office)
    assert there.faults() == {}
    assert not [each for each in there.system.config.home.iterdir() if each.name.startswith(".")]
    if kind != to:
        goes_on(there)


@after(all_kinds)
def test_backup_restores_on_the_other_engine(
    office: Office, kind: str, empty: Callable[[str], Office]
) -> None:
    before = office.hashes_of_values()
    there = empty(OTHER[kind])
    url = there.system.config.database_url
    office.system.move_to(url, TESS)
    assert there.hashes_of_values() == office.hashes_of_values() == before
    with pytest.raises(NotEmptyError, match="nothing is ever overwritten"):
        office.system.move_to(url, TESS)
    moved = Office(
        there.system.__class__(
            office.system.config, there.system.engine, office.system.files, office.system.clock
        ),
        office.outside,
    )
    assert moved.faults() == {}
    goes_on(moved)
    assert office.hashes_of_values() == before


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_only_administrators_back_up(office: Office, tmp_path: Path) -> None:
    manager = Actor("clara", Role.MANAGER)
    with pytest.raises(NotAllowedError):
        office.system.back_up(manager, tmp_path / "b")
    with pytest.raises(NotAllowedError):
        office.system.restore(manager, tmp_path / "b")
    with pytest.raises(NotAllowedError):
        office.system.move_to(f"sqlite:///{tmp_path / 'm.sqlite'}", manager)
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "m.sqlite").exists()


@after(closed)
def test_backup_and_restore_never_overwrite(office: Office, backup: bytes, tmp_path: Path) -> None:
    file = tmp_path / "books.backup"
    file.write_bytes(backup)
    before = office.hashes(), kept_files(office)
    with pytest.raises(AlreadyExistsError, match="is there already"):
        office.system.back_up(TESS, file)
    with pytest.raises(AlreadyExistsError):
        office.system.restore(TESS, file)
    with pytest.raises(NotEmptyError):
        backups.restore(
            TESS, file, office.system.config.database_url, tmp_path / "new", lambda _a, _b: None
        )
    assert not (tmp_path / "new").exists()
    assert (office.hashes(), kept_files(office)) == before
    assert file.read_bytes() == backup


def test_restore_into_a_home_in_use_is_refused_before_reading(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    home = there.system.config.home
    home.mkdir(exist_ok=True)
    (home / "notes.txt").write_text("mine")
    for data in (backup, backup[:99], b"no backup"):
        (tmp_path / "b").write_bytes(data)
        with pytest.raises(AlreadyExistsError, match=r"notes\.txt"):
            there.system.restore(TESS, tmp_path / "b")
    assert [each.name for each in home.iterdir()] == ["notes.txt"]


def test_restore_checks_the_backup_before_writing(
    backup: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_any: object, **_more: object) -> None:
        pytest.fail("something is made for a backup that is none")

    monkeypatch.setattr(backups, "_staged", fail)
    monkeypatch.setattr("royalties.store.transfer.new_database", fail)
    home, url = tmp_path / "deep" / "home", f"sqlite:///{tmp_path / 'deep' / 'books.sqlite'}"
    middle = len(backup) // 2
    for data in (
        backup[:-1],
        backup[:middle] + bytes([backup[middle] ^ 0xFF]) + backup[middle + 1 :],
        packed(HOSTILE["a newer schema"](members(backup))),
    ):
        (tmp_path / "b").write_bytes(data)
        with pytest.raises(NotABackupError):
            backups.restore(TESS, tmp_path / "b", url, home, lambda _a, _b: None)
    assert [each.name for each in tmp_path.iterdir() if each.name != "b"] == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_books_without_a_setup_are_backed_up_too(
    office: Office, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    office.system.back_up(TESS, tmp_path / "b")
    there = empty("sqlite")
    there.system.restore(TESS, tmp_path / "b")
    assert there.hashes() == office.hashes()
    with pytest.raises(NotMigratedError):
        empty("sqlite").system.back_up(TESS, tmp_path / "c")
    assert not (tmp_path / "c").exists()


# Files that are no whole backups

Member = tuple[str, bytes]
Change = Callable[[list[Member]], list[Member]]


def members(data: bytes) -> list[Member]:
    """What a backup holds."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        return [
            (each.name, file.read()) for each in tar if (file := tar.extractfile(each)) is not None
        ]


def packed(found: list[Member], type_: bytes = tarfile.REGTYPE) -> bytes:
    """A backup of other members; the second last is of the given type."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for place, (name, data) in enumerate(found):
            member = tarfile.TarInfo(name)
            if place == len(found) - 2:
                member.type, member.linkname = type_, "/etc/passwd"
            member.size = len(data) if member.type == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(data))
    return made.getvalue()


def said(name: str, **values: Any) -> Change:
    """Say something else in a JSON member."""

    def change(found: list[Member]) -> list[Member]:
        return [
            (each, json.dumps({**json.loads(data), **values}).encode() if each == name else data)
            for each, data in found
        ]

    return change


def both(**values: Any) -> Change:
    """Say something else in the header and in the manifest."""
    return lambda found: said("manifest.json", **values)(said("header.json", **values)(found))


def another_file(name: str) -> Change:
    """One file more, before the manifest, with a manifest that was not told."""
    return lambda found: [*found[:-1], (name, b"x"), found[-1]]


def replaced(part: str, old: bytes, new: bytes) -> Change:
    """Other bytes in every member whose name begins so."""

    def change(found: list[Member]) -> list[Member]:
        assert any(name.startswith(part) and old in data for name, data in found)
        return [
            (name, data.replace(old, new) if name.startswith(part) else data)
            for name, data in found
        ]

    return change


HOSTILE: dict[str, Change] = {
    "a path upwards": another_file("files/received/../../../evil"),
    "an absolute path": another_file("files//etc/evil"),
    "a path beside": another_file("evil"),
    "a hidden file": another_file("files/received/.part-1"),
    "another folder of the home": another_file("files/jobs/1.json"),
    "the database itself": another_file("files/royalties.sqlite"),
    "backslashes": another_file("files/received\\..\\..\\evil"),
    "a very long name": another_file(f"files/received/{'x' * 70_000}"),
    "a very deep name": another_file(f"files/received/{'x/' * 50}y"),
    "a file twice": lambda found: [
        *found[:-1],
        next(each for each in found if each[0].startswith("files/")),
        found[-1],
    ],
    "a changed file": lambda found: [
        (name, b"!" + data[1:] if name.startswith("files/received") else data)
        for name, data in found
    ],
    "a file less": lambda found: [*found[:-2], found[-1]],
    "a changed row": replaced("tables/batch/", b"report-", b"rexort-"),
    "a row less": lambda found: [
        (name, data[data.index(b"\n") + 1 :] if name.startswith("tables/log") else data)
        for name, data in found
    ],
    "a table less": lambda found: [each for each in found if not each[0].startswith("tables/log")],
    "a table twice": lambda found: [
        found[0],
        *[each for each in found if each[0].startswith("tables/log")],
        *found[1:],
    ],
    "an unknown table": lambda found: [
        found[0],
        ("tables/evil/000001.jsonl", b"[1]\n"),
        *found[1:],
    ],
    "the migrations' table": lambda found: [
        found[0],
        ("tables/alembic_version/000001.jsonl", b'["9"]\n'),
        *found[1:],
    ],
    "rows that are none": replaced("tables/log/", b"[", b"{"),
    "deep JSON": lambda found: [
        (name, b"[" * 100_000 if name.startswith("tables/log") else data) for name, data in found
    ],
    "a number that is none": replaced("tables/posting/", b"[1,1,", b"[1,1.5,"),
    "a number too large": replaced("tables/posting/", b"[1,1,", b"[1,99999999999999999999,"),
    "a text for a number": replaced("tables/posting/", b"[1,1,", b'[1,"1",'),
    "a value too much": replaced("tables/posting/", b"[1,1,", b"[1,1,1,"),
    "a newer schema": both(schema="9999"),
    "a newer form": both(version=2),
    "another program's": both(format="something-else"),
    "no schema": both(schema=None),
    "columns that are none": both(tables={"log": [1]}),
    "other columns": both(tables={"log": ["seq; DROP TABLE log"]}),
    "another moment in the manifest": said("manifest.json", made_at="2020-01-01T00:00:00+00:00"),
    "a manifest without parts": said("manifest.json", parts=[]),
    "no manifest": lambda found: found[:-1],
    "a manifest before the end": lambda found: [*found, ("files/received/aa/aa", b"x")],
    "no header": lambda found: found[1:],
    "nothing": lambda _found: [],
}


def of_fewer_folders(found: list[Member]) -> list[Member]:
    """As a program made it that kept no earlier statements: it says nothing of their folder."""
    parts = json.loads(found[-1][1])["parts"]
    del parts["files/documents"]
    kept = [each for each in found if not each[0].startswith("files/documents/")]
    return said("manifest.json", parts=parts)(kept)


def test_backup_of_a_program_that_knew_fewer_folders_is_restored(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    (tmp_path / "b").write_bytes(packed(of_fewer_folders(members(backup)), tarfile.REGTYPE))
    assert there.system.restore(TESS, tmp_path / "b").files["documents"] == 0
    assert not (there.system.config.home / "documents").exists()


def test_file_of_a_folder_that_the_manifest_does_not_name_is_refused(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    found = of_fewer_folders(members(backup))
    added = another_file(f"files/documents/aa/{'a' * 64}")(found)
    (tmp_path / "b").write_bytes(packed(added))
    with refused_whole(there):
        there.system.restore(TESS, tmp_path / "b")


@contextmanager
def refused_whole(office: Office) -> Iterator[None]:
    """What is refused leaves an empty home and an empty database."""
    home = office.system.config.home
    before = sorted(home.iterdir())
    with pytest.raises((NotABackupError, UnfitError)) as caught:
        yield
    assert len(str(caught.value)) < 500
    assert sorted(home.iterdir()) == before
    if not office.is_sqlite:
        assert inspect(office.system.engine).get_table_names() == []


@pytest.mark.thorough("hostile values", but_one_in=6)
@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_backup_is_refused_as_a_whole(
    what: str, backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    (tmp_path / "b").write_bytes(packed(HOSTILE[what](members(backup))))
    with refused_whole(there):
        there.system.restore(TESS, tmp_path / "b")
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.thorough("hostile values")
def test_backup_with_links_or_devices_is_refused(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    for type_ in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
        (tmp_path / "b").write_bytes(packed(members(backup), type_))
        with refused_whole(there):
            there.system.restore(TESS, tmp_path / "b")


@pytest.mark.thorough("hostile values")
def test_truncated_or_damaged_backup_is_refused(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    sizes = [0, 1, 20, len(backup) // 2, len(backup) - 9, len(backup) - 1]
    cut = [backup[:size] for size in sizes]
    places = [0, 3, len(backup) // 3, len(backup) - 6]
    flipped = [
        backup[:place] + bytes([backup[place] ^ 0xFF]) + backup[place + 1 :] for place in places
    ]
    for data in [*cut, *flipped, backup + b"x", b"PK\x03\x04" * 99, gzip.compress(b"\0" * 9999)]:
        if data is flipped[1]:
            continue  # a flag of gzip's header may not matter
        (tmp_path / "b").write_bytes(data)
        with refused_whole(there):
            there.system.restore(TESS, tmp_path / "b")
    with pytest.raises(NotABackupError, match="no such file"):
        there.system.restore(TESS, tmp_path / "nowhere")
    with pytest.raises(NotABackupError):
        there.system.restore(TESS, tmp_path)
    (tmp_path / "b").write_bytes(backup)
    there.system.restore(TESS, tmp_path / "b")
    assert there.faults() == {}


@pytest.mark.thorough("hostile values")
def test_changed_backup_writes_nothing_to_postgresql(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("postgresql")
    for what in ("a changed row", "a number too large", "a file less", "a table less"):
        (tmp_path / "b").write_bytes(packed(HOSTILE[what](members(backup))))
        with refused_whole(there):
            there.system.restore(TESS, tmp_path / "b")
    (tmp_path / "b").write_bytes(
        packed(replaced("tables/log/", b"tess", b"te\\u0000ss")(members(backup)))
    )
    with refused_whole(there):
        there.system.restore(TESS, tmp_path / "b")


# Interrupted, and without room


class StopError(BaseException):
    """Somebody pressed Ctrl+C."""


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_an_interrupted_restore_leaves_nothing(
    backup: bytes,
    to: str,
    empty: Callable[[str], Office],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = empty(to)
    (tmp_path / "b").write_bytes(backup)
    home = there.system.config.home
    for at in (0, 20, 55):

        def stop(done: int, _total: int, at: int = at) -> None:
            if done >= at:
                raise StopError

        with pytest.raises(StopError):
            there.system.restore(TESS, tmp_path / "b", stop)
        assert list(home.iterdir()) == []
    placed = backups._Stage.put_in_place

    def full(stage: backups._Stage) -> None:
        placed(stage)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(backups._Stage, "put_in_place", full)
        with pytest.raises(DiskError, match="No space left"):
            there.system.restore(TESS, tmp_path / "b")
    assert list(home.iterdir()) == []
    (home / ".restoring" / "received").mkdir(parents=True)  # as if it had been killed
    (home / ".restoring-royalties.sqlite").write_bytes(b"half")
    there.system.restore(TESS, tmp_path / "b")
    assert there.faults() == {}


def killed_while_placing(there: Office, file: Path, after: int) -> None:
    """A process of its own is killed after so many of the folders are where they belong."""
    process = os.fork()
    if process:
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
        return
    rename, done = Path.rename, iter(range(after))

    def killed(path: Path, target: Path) -> Path:
        if next(done, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(path, target)

    Path.rename = killed  # type: ignore[method-assign, assignment]
    with suppress(Exception):  # it is not to run the tests that follow
        there.system.restore(TESS, file)
    os._exit(0)


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_restore_that_was_killed_can_be_repeated(
    backup: bytes, to: str, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty(to)
    (tmp_path / "b").write_bytes(backup)
    home = there.system.config.home
    for folders in (0, 1):
        killed_while_placing(there, tmp_path / "b", folders)
        assert len([each for each in home.iterdir() if each.name in archive.FOLDERS]) == folders
    other = replace(
        there.system,
        config=replace(there.system.config, database_url=f"sqlite:///{tmp_path / 'other'}"),
    )
    with pytest.raises(AlreadyExistsError):  # for another database they may be somebody's
        other.restore(TESS, tmp_path / "b")
    there.system.restore(TESS, tmp_path / "b")
    assert there.faults() == {}
    assert not (home / ".restoring").exists()


def test_second_restore_into_one_home_is_refused(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    (tmp_path / "b").write_bytes(backup)
    second: list[BaseException] = []

    def meanwhile(done: int, _total: int) -> None:
        if done == 1 and not second:
            with pytest.raises(RefusedError, match="another restore") as caught:
                there.system.restore(TESS, tmp_path / "b")
            second.append(caught.value)

    there.system.restore(TESS, tmp_path / "b", meanwhile)
    assert second
    assert there.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_full_disk_leaves_no_partial_backup(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(DiskError, match="No space left on device"):
        office.system.back_up(TESS, folder / "b")
    with pytest.raises(DiskError, match="No such file"):
        office.system.back_up(TESS, folder / "nowhere" / "b")
    assert list(folder.iterdir()) == []


def test_home_with_only_lookup_leftovers_counts_as_empty(
    backup: bytes, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    there = empty("sqlite")
    (tmp_path / "b").write_bytes(backup)
    home = there.system.config.home
    with pytest.raises(NotMigratedError), there.work(read_only=True):
        pass
    there.system.dispose()
    (home / "cookie.key").write_text("secret")
    assert (home / "royalties.sqlite").exists()
    there.system.restore(TESS, tmp_path / "b")
    assert there.faults() == {}
    assert (home / "cookie.key").read_text() == "secret"


# While others work


@pytest.mark.thorough("races at length")
@after(closed)
def test_backup_during_imports_and_closes_is_consistent(
    office: Office, kind: str, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    """Each shows one moment: whatever is in it is whole, files and all."""
    other, done = office.another(), list[str]()
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            other.bring_batch([a_row(number, date="2025-08-01")], f"more-{number}.csv")
            if number in (2, 5):
                period = "2025-H2" if number == 2 else "2026-H1"
                other.close(period, early="a test")
                other.statements(period)
        done.append("as it was told")

    thread = threading.Thread(target=work)
    thread.start()
    try:
        made = []
        for number in range(3):
            made.append(tmp_path / f"b{number}")
            office.system.back_up(TESS, made[-1])
    finally:
        stop.set()
        thread.join()
        other.system.dispose()
    assert done == ["as it was told"]
    for number, file in enumerate(made):
        if kind == "postgresql" and number < 2:
            continue  # one database of PostgreSQL at hand
        there = empty(kind)
        there.system.restore(TESS, file)
        assert there.faults() == {}


@pytest.mark.thorough("measurements")
def test_backup_memory_does_not_grow_with_the_books(tmp_path: Path) -> None:
    import tracemalloc  # noqa: PLC0415 - here alone

    header = archive.ArchiveHeader("1", "0001", "now", {"log": ["a"]})
    many = ([number, "x" * 100] for number in range(15_000))
    (tmp_path / "received").mkdir()
    with (tmp_path / "received" / "large").open("wb") as file:
        file.truncate(30_000_000)
    tracemalloc.start()
    try:
        with archive.new_file(tmp_path / "b") as target:
            writer = archive.ArchiveWriter(target, header)
            assert [*writer.table("log", many)][-1] == 15_000
            for folder in archive.FOLDERS:
                for _ in writer.folder(tmp_path, folder):
                    pass
            writer.close()
        with archive.open_backup(tmp_path / "b") as reader, Path(os.devnull).open("wb") as nowhere:
            rows = sum(1 for _name, found in reader.tables() for _ in found)
            reader.files(lambda _path, file: shutil.copyfileobj(file, nowhere))
            reader.finish()
        assert rows == 15_000
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_restore_seals_second_factors_of_old_backups(
    office: Office, empty: Callable[[str], Office], tmp_path: Path
) -> None:
    office.execute(
        "INSERT INTO person (email, name, role, status, totp_key, locale, created_at, created_by) "
        "VALUES ('a@b.org', 'Ada', 'clerk', 'active', 'JBSWY3DPEHPK3PXP', 'en', 'then', 'x')"
    )
    office.system.back_up(TESS, tmp_path / "b")
    there = empty("sqlite")
    there.system.restore(TESS, tmp_path / "b")
    assert "JBSWY3DPEHPK3PXP" not in str(there.rows("SELECT totp_key FROM person"))


def test_every_home_folder_is_backed_up_or_reproducible() -> None:
    """A new folder of kept files must come along."""
    source = Path(inspect_module.getsourcefile(Files) or "").read_text(encoding="utf-8")
    named = set(re.findall(r'self\.home / "(\w+)"', source))
    assert named - {"returned", "jobs"} == set(archive.FOLDERS)
