"""backup, restore and move-to as somebody types them; and init, which compares."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from royalties.cli import main
from tests.builders.books import Office, after, closed

Run = Callable[..., Result]


@pytest.fixture
def run(office: Office, tmp_path: Path) -> Run:
    """The command line, on the office's books or in another home."""

    def run(*arguments: str, home: str = "", code: int = 0) -> Result:
        config = office.system.config
        env: dict[str, str | None] = {
            "ROYALTIES_HOME": str(tmp_path / home if home else config.home),
            "ROYALTIES_DATABASE_URL": None if home else config.database_url,
        }
        result = CliRunner(env=env).invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.mark.thorough("further runs of commands")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_backup_and_restore_give_the_same_books(run: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "books.backup"
    told = json.loads(run("backup", str(file), "--json").stdout)
    assert (told["outcome"], told["bytes"]) == ("backed-up", file.stat().st_size)
    assert told["rows"]["closed_run"] == 1
    assert "nothing is ever overwritten" in run("backup", str(file), code=1).stderr
    before = os.umask(0)  # nothing is taken from anybody by that
    try:
        said = run("restore", str(file), home="new").stdout
    finally:
        os.umask(before)
    restored = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
    assert [each for each in restored if each.stat().st_mode & 0o077] == []
    assert "All invariants hold." in said
    assert "ROYALTIES_SECRET_KEY" in said
    assert json.loads(run("verify", "--json", home="new").stdout)["holds"]
    again = json.loads(run("restore", str(file), "--json", home="new", code=1).stdout)
    assert again["outcome"] == "refused"
    data = file.read_bytes()
    file.write_bytes(data[:-100])
    cut = run("restore", str(file), home="other", code=1)
    assert "it ends too early, so it is not whole" in cut.stderr
    assert "Nothing was restored" in cut.stderr
    assert not (tmp_path / "other").exists()
    assert "no such file" in run("restore", "nowhere", home="other", code=1).stderr
    missing = office.system.config.home / "received"
    next(path for path in missing.rglob("*") if path.is_file()).unlink()
    run("backup", str(tmp_path / "less.backup"))
    less = json.loads(
        run("restore", str(tmp_path / "less.backup"), "--json", home="less", code=1).stdout
    )
    assert (less["outcome"], less["holds"]) == ("restored", False)
    assert "is missing" in str(less["failures"])


@pytest.mark.thorough("further runs of commands")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_backup_moves_books_to_another_home(run: Run, office: Office, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'moved.sqlite'}"
    said = run("move-to", url).stdout
    assert "set ROYALTIES_DATABASE_URL to that address" in said
    assert "All invariants hold." in said
    assert "nothing is ever overwritten" in run("move-to", url, code=1).stderr
    told = json.loads(run("move-to", f"{url}2", "--json").stdout)
    assert (told["outcome"], told["holds"], told["to"]) == ("moved", True, f"{url}2")
    assert "not supported" in run("move-to", "mysql://x@y/z", code=1).stderr
    assert "use sqlite:///path/to/file or postgresql" in run("move-to", "books", code=1).stderr
    run("init", "--json")
    assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_init_names_the_missing_column(run: Run, office: Office) -> None:
    assert json.loads(run("init", "--json").stdout)["lacks"] == []
    office.execute("DROP INDEX ix_order_draft_expires_at")
    office.execute("ALTER TABLE order_draft DROP COLUMN expires_at")
    assert "column expires_at of table order_draft" in run("init", code=1).stderr
    told = json.loads(run("init", "--json", code=1).stdout)
    assert told["lacks"] == [
        "column expires_at of table order_draft",
        "index ix_order_draft_expires_at of table order_draft",
    ]
