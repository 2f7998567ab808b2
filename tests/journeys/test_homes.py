"""A forgotten ROYALTIES_HOME: the folder is named, and the books that exist are offered."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builders.books import a_setup
from tests.patience import PATIENCE

COMMAND = (sys.executable, "-m", "royalties")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell in which nothing of ours is set, with a home folder of its own."""
    ours = {name for name in os.environ if name.startswith("ROYALTIES")}
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "HOME": str(tmp_path / "pat"),
        "XDG_STATE_HOME": str(tmp_path / "pat" / "state"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def run(
    environment: Mapping[str, str], folder: Path, *arguments: str, home: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command typed in a folder, with ROYALTIES_HOME set or forgotten."""
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**environment, **({"ROYALTIES_HOME": str(home)} if home else {})},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
    )


@pytest.mark.thorough("processes of their own")
def test_forgotten_home_is_named_and_the_books_used_last_are_offered(
    environment: dict[str, str], tmp_path: Path
) -> None:
    books, elsewhere = tmp_path / "pat's books", tmp_path / "downloads"
    assert run(environment, tmp_path, "init", home=books).returncode == 0
    forgotten = run(environment, elsewhere, "imports")
    assert forgotten.returncode == 1
    assert forgotten.stderr.splitlines() == [
        f"there are no books in {elsewhere / 'instance'} (ROYALTIES_HOME is not set).",
        "Books were found elsewhere. To use them:",
        f"  export ROYALTIES_HOME='{tmp_path}/pat'\"'\"'s books'",
        "To begin new books here: royalties init",
    ]
    assert not (elsewhere / "instance").exists(), "no second, empty home"
    as_json = run(environment, elsewhere, "imports", "--json")
    assert json.loads(as_json.stdout)["outcome"] == "refused"


@pytest.mark.thorough("processes of their own")
def test_books_in_a_folder_above_are_offered(environment: dict[str, str], tmp_path: Path) -> None:
    assert run(environment, tmp_path, "init").returncode == 0
    Path(environment["XDG_STATE_HOME"], "royalties", "homes").unlink()
    deeper = run(environment, tmp_path / "reports" / "may", "run", "2025-H1")
    assert f"export ROYALTIES_HOME={tmp_path / 'instance'}" in deeper.stderr


def test_command_without_books_says_how_to_begin(
    environment: dict[str, str], tmp_path: Path
) -> None:
    said = run(environment, tmp_path, "imports").stderr
    assert said.startswith(f"there are no books in {tmp_path / 'instance'}")
    assert "royalties init" in said
    assert "elsewhere" not in said


@pytest.mark.thorough("processes of their own")
def test_every_command_that_succeeds_notes_its_home(
    environment: dict[str, str], tmp_path: Path
) -> None:
    setup = tmp_path / "setup.json"
    setup.write_text(json.dumps(a_setup()), encoding="utf-8")
    one, two = tmp_path / "one", tmp_path / "two"
    for home in (one, two):
        assert run(environment, tmp_path, "init", home=home).returncode == 0
    assert run(environment, tmp_path, "load", str(setup), home=one).returncode == 0
    noted = Path(environment["XDG_STATE_HOME"], "royalties", "homes").read_text().splitlines()
    assert noted == [str(one), str(two)]


@pytest.mark.thorough("processes of their own")
@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0)])
def test_init_asks_before_creating_second_books(
    environment: dict[str, str], tmp_path: Path, answer: str, code: int
) -> None:
    assert run(environment, tmp_path, "init", home=tmp_path / "books").returncode == 0
    folder = tmp_path / "downloads"
    folder.mkdir()
    here, there = pty.openpty()
    os.write(here, answer.encode())
    ended = subprocess.run(
        [*COMMAND, "init"],
        cwd=folder,
        env=environment,
        stdin=there,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    os.close(here)
    os.close(there)
    assert ended.returncode == code, ended
    assert (folder / "instance").exists() == (code == 0)
    assert f"There are books in {tmp_path / 'books'} already" in ended.stdout
