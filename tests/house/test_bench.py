"""``make bench``: what it asks of a house still works, on the books of the examples."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    ("clerk", "/finance/"),
    ("clerk", "/finance/imports"),
    ("manager", "/finance/periods"),
    ("administrator", "/finance/audit"),
)
SHOWN = {200, 202}
"""A page, and one that says that it is being calculated."""


def _python(home: Path, *words: str) -> str:
    own = {name: text for name, text in os.environ.items() if not name.startswith("ROYALTIES")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=ROOT,
        env={**own, "ROYALTIES_HOME": str(home)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert not done.returncode, done.stderr[-2000:]
    return done.stdout


@pytest.mark.thorough("measurements")
def test_pages_are_visited_as_people_of_every_role(tmp_path: Path) -> None:
    _python(tmp_path, "-m", "royalties", "init")
    _python(tmp_path, "-m", "royalties", "load", "examples/setup.json")
    visit = (
        f"import json, bench.pages as it; print(json.dumps(it.visit({str(tmp_path)!r}, {PAGES})))"
    )
    pages: list[dict[str, Any]] = json.loads(_python(tmp_path, "-c", visit))["pages"]
    assert len(pages) == 1 + len(PAGES)
    assert [page for page in pages if page["status"] not in SHOWN] == []


@pytest.mark.thorough("measurements")
def test_bench_measures_an_import_and_its_baseline(tmp_path: Path) -> None:
    home, csv = tmp_path / "home", tmp_path / "sales.csv"
    home.mkdir()
    for task in (f"prepare {home}", f"make_csv {csv} 50"):
        _python(home, "-m", "bench.tasks", *task.split())
    for task in (f"bare_csv {csv}", f"import_file {home} {csv}", f"draft {home}"):
        found = json.loads(_python(home, "-m", "bench.tasks", *task.split()))
        assert found["seconds"] > 0
