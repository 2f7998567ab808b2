"""A run of the tests names everything that it leaves out."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import selection
from tests.house.repository import ROOT
from tests.patience import PATIENCE
from tests.selection import (
    ALWAYS,
    TESTS,
    USED_BY,
    Effort,
    Selection,
    Shown,
    closing_lines,
    one_of_each,
    rings_from,
)

CASES = """
import pytest

@pytest.mark.thorough("hostile values")
def test_hostile(): pass

@pytest.mark.thorough("hostile values")
def test_more_hostile(): pass

@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_sample(kind, number): pass

@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_plain(kind): pass

@pytest.mark.engines("both")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_lock(kind): pass

@pytest.mark.engines("either")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_page(kind): pass

@pytest.mark.parametrize("kind", ["postgresql"])
def test_postgresql_alone(kind): pass

@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_move(kind, to): pass

def test_parts(in_full):
    if in_full("pictures"):
        print("a picture was taken")

@pytest.fixture
def chromium(): raise RuntimeError("no browser")

def test_in_a_browser(chromium): pass
"""


def run(folder: Path, *arguments: str, name: str = "") -> str:
    """What a run of the cases, or of one, says on a machine without a browser."""
    (folder / "test_cases.py").write_text(CASES, encoding="utf-8")
    (folder / "pytest.ini").touch()
    command = [sys.executable, "-m", "pytest", "-p", "tests.selection", "-rA", "-v"]
    ran = subprocess.run(
        [
            *command,
            "-p",
            "no:cacheprovider",
            "--rootdir",
            folder,
            f"{folder / 'test_cases.py'}{name}",
            *arguments,
        ],
        cwd=ROOT,
        env={**os.environ, "CHROMIUM": str(folder / "nothing")},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    return ran.stdout


def names(said: str, outcome: str) -> list[str]:
    """The tests that passed, or that ended otherwise, in order."""
    return sorted(re.findall(rf"^{outcome} \S+::(\S+)", said, re.MULTILINE))


@pytest.mark.parametrize(
    "processes",
    one_of_each([["-n", "2"], []], type, others="processes of their own"),
    ids=["workers", "alone"],
)
def test_everyday_run_reports_what_it_left_out(tmp_path: Path, processes: list[str]) -> None:
    said = run(tmp_path, *processes)
    assert "Left to `make test-all`: 8 tests (4 on the other engine, 2 hostile values, 2 " in said
    assert "Left out within tests: pictures in 1 test." in said
    assert "Not run: 1 test of pages, for want of a Chromium that works." in said
    assert "make test RING=browser" in said
    assert names(said, "PASSED") == [
        "test_lock[postgresql]",
        "test_lock[sqlite]",
        "test_move[postgresql-postgresql]",
        "test_move[postgresql-sqlite]",
        "test_move[sqlite-postgresql]",
        "test_move[sqlite-sqlite]",
        "test_page[sqlite]",
        "test_parts",
        "test_plain[sqlite]",
        "test_postgresql_alone[postgresql]",
        "test_sample[sqlite-1]",
        "test_sample[sqlite-3]",
    ]


def test_whole_run_needs_a_browser_and_tries_either_engine(tmp_path: Path) -> None:
    said = run(tmp_path, "--effort", "all")
    assert "Left to a night: 1 test (1 on the other engine)." in said
    assert names(said, "ERROR") == ["test_in_a_browser"]
    assert "a picture was taken" in said
    assert " 19 passed, 1 deselected, 1 error" in said


@pytest.mark.thorough("processes of their own")
def test_night_run_leaves_out_no_test(tmp_path: Path) -> None:
    said = run(tmp_path, "--effort", "night")
    assert "not run" not in said.lower()
    assert " 20 passed, 1 error" in said


def test_named_test_is_run(tmp_path: Path) -> None:
    assert names(run(tmp_path, name="::test_hostile"), "PASSED") == ["test_hostile"]


@pytest.mark.parametrize(
    "processes",
    one_of_each([[], ["-n", "2"]], type, others="processes of their own"),
    ids=["alone", "workers"],
)
def test_missing_browser_fails_no_everyday_run(tmp_path: Path, processes: list[str]) -> None:
    assert "Not run: 1 test of pages" in run(tmp_path, "-k", "in_a_browser", *processes)


def test_what_passed_in_a_browser_runs_again_once_pages_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    page = tmp_path / "page.html"
    page.write_text("a page", encoding="utf-8")
    monkeypatch.setattr(selection, "SHOWN", (tmp_path,))
    cache = pytest.Cache(tmp_path.parent / f"{tmp_path.name}-cache", pytestconfig, _ispytest=True)
    assert not Shown(cache).has_passed("test_journey")
    Shown(cache).passed("test_journey")
    assert Shown(cache).has_passed("test_journey")
    assert not Shown(cache).has_passed("test_another_journey")
    page.write_text("another page", encoding="utf-8")
    assert not Shown(cache).has_passed("test_journey")
    assert not Shown(None).has_passed("test_journey")


def git(folder: Path, *arguments: str) -> None:
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed")
    who = ("-c", "user.name=Kim", "-c", "user.email=kim@example.org")
    subprocess.run([program, *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository with one page."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "--quiet")
    (origin / "page.html").write_text("a page", encoding="utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "A page")
    git(tmp_path, "clone", "--quiet", "origin", "clone")
    return tmp_path / "clone"


def test_journeys_of_a_fresh_clone_take_turns_until_a_page_changes(
    clone: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.setattr(selection, "SHOWN", (clone,))
    cache = pytest.Cache(clone.parent / "cache", pytestconfig, _ispytest=True)
    journeys = [f"test_journey_{number}" for number in range(60)]
    today = [each for each in journeys if not Shown(cache).may_wait(each)]
    assert 0 < len(today) < len(journeys) / 2
    other = next(each for each in journeys if each not in today)
    Shown(cache).passed(other)
    assert not Shown(cache).may_wait(other), "from then on it runs whenever a page changes"
    (clone / "page.html").write_text("another page", encoding="utf-8")
    assert not any(map(Shown(cache).may_wait, journeys))
    git(clone, "commit", "--quiet", "--all", "--message", "Another page")
    assert not any(map(Shown(cache).may_wait, journeys)), "nobody else has it yet"


def test_first_case_of_each_group_runs_every_day() -> None:
    cases = one_of_each(["a1", "b1", "a2"], lambda case: case[0], others="letters")
    assert cases[:2] == ["a1", "b1"]
    assert (cases[2].values, cases[2].marks[0].args) == (("a2",), ("letters",))


def test_every_folder_of_tests_has_its_place_above_the_rings() -> None:
    folders = {path.parent.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    assert folders - {ALWAYS} <= set(USED_BY)
    assert set(USED_BY) - folders == {"cli"}, "its tests are the journeys"
    assert rings_from("web") == {"web", "journeys", "browser"}
    assert rings_from("domain") == set(USED_BY)


def test_ring_runs_with_rings_above_and_others_are_listed() -> None:
    chosen = Selection(Effort.EVERYDAY, "services")
    assert not any(map(chosen.leaves_folder, ("services", "smtp", "web", "browser", ALWAYS)))
    assert all(map(chosen.leaves_folder, ("domain", "store", "migrations")))
    others = "adapters, domain, ingest, migrations, reports, store"
    [line] = closing_lines(chosen)
    assert line == f"Not run, being below or beside services: {others}."
    assert list(closing_lines(Selection(Effort.EVERYDAY, ""))) == []
