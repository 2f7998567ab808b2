"""Kept files are readable by the desk's user only, and interrupted writes leave nothing."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from config import Config
from royalties.adapters.files import Files
from royalties.runtime import System, open_system


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """What the shell that starts the desk has set."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def keep_everything(files: Files, outside: Path) -> None:
    """Let a home hold one of each kind of file."""
    report = outside / "report.csv"
    report.write_bytes(b"a")
    files.keep_received(report, "ab" * 32)
    files.keep_sample("cd" * 32, b"b")
    files.keep_issued("2025-H1", "statement.xlsx", b"c")
    upload, _ = files.keep_upload(BytesIO(b"d"), 10)
    files.keep_checked(upload)
    files.keep_enclosure(BytesIO(b"e"), 10)
    files.keep_made("preview", b"f")
    files.give_back("returned.xlsx", b"g")
    files.tell_progress(1, 1, 2)
    files.beat()
    files.keep_secret("cookie.key", "h")


def system_at(home: Path) -> System:
    return open_system(Config(home, f"sqlite:///{home / 'royalties.sqlite'}"))


def test_home_and_its_files_are_readable_by_owner_only(tmp_path: Path, umask: int) -> None:
    home = tmp_path / "books" / "home"
    system = system_at(home)
    system.files.make_home(home / "royalties.sqlite")
    with system.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        assert (home / "royalties.sqlite-wal").exists()
        keep_everything(system.files, tmp_path)
        found = {path: mode(path) for path in (home, *home.rglob("*"))}
    system.dispose()
    assert len(found) > 20
    assert {each for path, each in found.items() if path.is_dir()} == {0o700}
    assert {each for path, each in found.items() if path.is_file()} == {0o600}


def test_file_asked_for_within_home_is_readable_by_owner_only(tmp_path: Path, umask: int) -> None:
    files = Files(tmp_path / "home")
    files.write_out(files.home / "statements" / "2025-H1", "statement.xlsx", b"a")
    found = {path: mode(path) for path in files.home.rglob("*")}
    assert {each for path, each in found.items() if path.is_dir()} == {0o700}
    assert {each for path, each in found.items() if path.is_file()} == {0o600}


def test_permissions_of_an_open_home_are_tightened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    files = Files(home)
    keep_everything(files, tmp_path)
    database, other = home / "royalties.sqlite", home / "of-its-owner.txt"
    for path in (database, database.with_name("royalties.sqlite-wal"), other):
        path.touch()
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert files.guard(database) == []
    others = {path for path in (home, *home.rglob("*")) if mode(path) & 0o077}
    assert others == {other}, "what the desk did not write is left as it is"


def test_permissions_of_a_database_outside_home_are_tightened(tmp_path: Path) -> None:
    home, database = tmp_path / "home", tmp_path / "elsewhere.sqlite"
    home.mkdir(0o700)
    database.touch(0o644)
    assert Files(home).guard(database) == []
    assert mode(database) == 0o600


def test_shared_folder_is_left_open_and_reported(tmp_path: Path) -> None:
    home = tmp_path / "shared"
    home.mkdir()
    home.chmod(0o1777)
    [words] = Files(home).guard(None)
    assert "choose another home" in words
    assert mode(home) == 0o1777


def test_symlink_in_home_does_not_change_its_target(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "target"
    (home / "issued").mkdir(parents=True)
    home.chmod(0o755)
    target.touch(0o644)
    (home / "issued" / "link").symlink_to(target)
    assert Files(home).guard(None) == []
    assert mode(target) == 0o644


def test_file_written_outside_home_follows_the_umask(tmp_path: Path, umask: int) -> None:
    written = Files(tmp_path / "home").write_out(tmp_path / "out", "export.csv", b"a")
    assert mode(written) == 0o666 & ~umask


def test_temporary_files_of_interrupted_writes_are_removed(tmp_path: Path) -> None:
    files = Files(tmp_path / "home")
    keep_everything(files, tmp_path)
    kept = {path for path in files.home.rglob("*") if path.is_file()}
    left = files.home / "issued" / "2025-H1" / ".part-left"
    fresh = files.home / "uploads" / ".part-fresh"
    written = files.home / "orders" / ".part-written"
    for path in (left, fresh, written):
        path.write_bytes(b"half")
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    with written.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.utime(written, (long_ago, long_ago))
        assert files.clear_leftovers() == 1
    assert {path for path in files.home.rglob("*") if path.is_file()} == {*kept, fresh, written}
    assert files.clear_leftovers() == 1, "its writer is gone by now"
