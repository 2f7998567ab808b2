"""``python -m bench``: what is promised, measured on this machine, each beside a baseline.

Every figure is the best of a few runs in fresh processes, ours and the baseline alternating, so
that a busy machine disturbs both alike. ``SIZE=10M`` adds ten million lines to the growth;
``python -m bench import`` measures only the chapters named.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from bench import tasks
from bench.years import LINES

REPEATS = int(os.environ.get("REPEATS", "3"))
Result = dict[str, float]


def main(names: list[str]) -> None:
    """Measure all chapters, or the named ones."""
    chapters = {
        "import": import_csv,
        "workbook": import_workbook,
        "run": draft_run,
        "statements": statements,
        "growth": growth,
        "pages": pages,
        "years": years,
        "start": start,
    }
    unknown = set(names) - set(chapters)
    if unknown:
        sys.exit(f"no chapter {', '.join(sorted(unknown))}: choose of {', '.join(chapters)}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        missed = [name for name in names or chapters if not chapters[name](Path(folder))]
    if missed:
        sys.exit(f"beyond what was promised: {', '.join(missed)}")


def import_csv(folder: Path) -> bool:
    """A standard CSV of a million rows against reading and inserting the same rows."""
    path = _csv(folder, 1_000_000)
    bare = lambda: _measure("bare_csv", path)  # noqa: E731
    ours = lambda: _measure("import_file", _home(folder), path)  # noqa: E731
    result = _pair("import 1M rows of CSV", bare, ours, most=2)
    peak = result["peak_mb"]
    print(f"    peak memory {peak:.0f} MB (at most 250)")
    return result["ratio"] <= 2 and peak <= 250


def import_workbook(folder: Path) -> bool:
    """An .xlsx of 100,000 rows against calamine reading it into lists.

    The goal is 1.7 ×; decision 16 says what it would take.
    """
    path = folder / "sales.xlsx"
    _measure("make_xlsx", path, 100_000)
    bare = lambda: _measure("bare_xlsx", path)  # noqa: E731
    ours = lambda: _measure("import_file", _home(folder), path)  # noqa: E731
    return _pair("import 100k rows of .xlsx", bare, ours, most=2)["ratio"] <= 2


def draft_run(folder: Path) -> bool:
    """A draft run over a million lines against DuckDB grouping the same lines; and bare SQL."""
    home = _with_sales(folder, 1_000_000)
    bare = min(_measure("bare_group", home)["seconds"] for _ in range(REPEATS))
    duck = lambda: _measure("duckdb_group", home)  # noqa: E731
    ours = lambda: _measure("draft", home)  # noqa: E731
    result = _pair("draft run over 1M lines, against DuckDB", duck, ours, most=1)
    print(f"    peak memory {result['peak_mb']:.0f} MB for {result['earned_lines']:.0f} lines")
    print(f"    one bare GROUP BY by SQLite over the same lines: {bare:.2f} s")
    return result["ratio"] <= 1


def statements(folder: Path) -> bool:
    """500 statements, on all cores, against writing the same cells with openpyxl alone."""
    home = _with_sales(folder, 40_000)
    _measure("close", home)
    _measure("statements", home, folder / "first")
    bare = lambda: _measure("bare_cells", folder / "first")  # noqa: E731
    ours = lambda: _measure("statements", home, folder / "again")  # noqa: E731
    cores = len(os.sched_getaffinity(0))
    most = 0.7 if cores > 1 else 1.5
    result = _pair("500 statements", bare, ours, most=most)
    print(f"    {result['statements']:.0f} workbooks and twins on {cores} cores")
    return result["ratio"] <= most


_SMALL = Path(__file__).parents[1] / "examples" / "setup.json"


def start(folder: Path) -> bool:
    """How long commands take to start, against importing SQLAlchemy alone, in CPU time."""
    home = folder / "small"
    for words in ("init", f"load {_SMALL}"):
        _spent(["-m", "royalties", *words.split()], home)
    bare = lambda: _spent(["-c", "import sqlalchemy"], home)  # noqa: E731
    fine = True
    for words in ("--help", "verify"):
        ours = lambda words=words: _spent(["-m", "royalties", words], home)  # noqa: E731
        fine &= _pair(f"royalties {words}, in CPU time", bare, ours, most=3)["ratio"] <= 3
    return fine


def _spent(arguments: list[str], home: Path) -> Result:
    """The CPU seconds, user and system, of a Python process on its own."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"ROYALTIES_HOME": str(home), "ROYALTIES_DATABASE_URL": ""}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def growth(folder: Path) -> bool:
    """How import and run grow with the number of lines; for information only."""
    sizes = [100_000, 1_000_000]
    if os.environ.get("SIZE", "").upper() == "10M":
        sizes.append(10_000_000)
    print("growth             lines     import  peak MB      run  peak MB")
    for size in sizes:
        path, home = _csv(folder, size), _home(folder)
        imported = _measure("import_file", home, path)
        run = _measure("draft", home)
        print(
            f"  {size:>21,} {imported['seconds']:>8.1f} s {imported['peak_mb']:>8.0f} "
            f"{run['seconds']:>6.2f} s {run['peak_mb']:>8.0f}"
        )
    return True


def pages(folder: Path) -> bool:
    """Every page over a million lines: below 100 ms, at most 15 queries, regardless of rows."""
    seen = []
    for rows, titles in ((1_000_000, 500), (2_000, 10)):
        home = folder / f"house-of-{titles}"
        home.mkdir()
        _measure("make_books", home, rows, titles)
        seen.append(cast("list[dict[str, Any]]", _measure("visit_pages", home)["pages"]))
    large, small = seen
    empty = large[0]["seconds"]
    print(f"pages over 1M lines, beside an empty one of {empty * 1000:.1f} ms (at most 100 ms,")
    print("  15 queries, and as many of ten titles as of five hundred)")
    fine = True
    for page, other in zip(large[1:], small[1:], strict=True):
        faults = [
            words
            for words, wrong in (
                ("NOT SHOWN", page["status"] != 200),
                ("TOO SLOW", max(page["seconds"], page["first"]) > 0.1),
                ("TOO MANY QUERIES", page["queries"] > 15),
                (f"GROWS from {other['queries']}", page["queries"] > other["queries"]),
            )
            if wrong
        ]
        first = f" (first {page['first'] * 1000:.0f} ms)"
        print(
            f"  {page['who']:<13} {page['path']:<56} {page['seconds'] * 1000:>6.1f} ms "
            f"{page['seconds'] / empty:>6.1f} × {page['queries']:>3} queries "
            f"{', '.join(faults) or 'ok'}{first}",
            flush=True,
        )
        fine = fine and not faults
    return fine


CLOSED = tuple(int(each) for each in os.environ.get("CLOSED", "5,20,60").split(","))
"""The numbers of closed periods after which a period's cost is measured."""


def years(folder: Path) -> bool:
    """Books of many years: a period costs the same however many were closed before it."""
    home, copies, closed_so_far = folder / "years", {}, 0
    home.mkdir()
    _measure("begin_years", home, CLOSED[-1] + 1)
    for closed in CLOSED:
        _measure("go_on", home, closed_so_far, closed, LINES)
        copies[closed] = folder / f"years-{closed}"
        shutil.copytree(home, copies[closed])
        closed_so_far = closed
    print(f"a period of {LINES:,} sale lines behind {', '.join(map(str, CLOSED))} closed ones:")
    fine = True
    for name, task, most in (("close", "close_after", 1.3), ("draft", "draft_after", 1.3)):
        best = dict.fromkeys(CLOSED, float("inf"))
        for _ in range(REPEATS):  # alternating, so that a busy machine disturbs all alike
            for closed in CLOSED:
                measured = _measure(task, copies[closed], closed)
                best[closed] = min(best[closed], measured["seconds"])
        fine &= _grown(name, "s", best, most)
    verified = {closed: _measure("verify_all", copies[closed]) for closed in CLOSED}
    peaks = {closed: each["peak_mb"] for closed, each in verified.items()}
    fine &= _grown("verify's peak memory", "MB", peaks, 1.2)
    by_period = {closed: measured["seconds"] / closed for closed, measured in verified.items()}
    _grown("verify, for each closed period", "s", by_period, 0)
    seen: dict[int, list[dict[str, Any]]] = {}
    for _ in range(max(REPEATS, 3)):
        for closed in CLOSED:
            visited = cast(
                "list[dict[str, Any]]", _measure("visit_years", copies[closed], closed)["pages"]
            )
            best_so_far = seen.setdefault(closed, visited)
            for page, again in zip(best_so_far, visited, strict=True):
                page["seconds"] = min(page["seconds"], again["seconds"])
    for place, page in enumerate(seen[CLOSED[0]]):
        times = {closed: pages[place]["seconds"] * 1000 for closed, pages in seen.items()}
        is_shown = all(pages[place]["status"] == 200 for pages in seen.values())
        fine &= _grown(f"{page['who']} {page['path']}", "ms", times, 1.5) and is_shown
        if not is_shown:
            print("    NOT SHOWN")
    return fine


def _grown(name: str, unit: str, figures_by_size: dict[int, float], most: float) -> bool:
    """Print figures beside the first; returns whether none is more than ``most`` times as large.

    Args:
        most: 0: for information only.
    """
    first = figures_by_size[CLOSED[0]]
    ratios = [each / first for each in figures_by_size.values()]
    verdict = (
        "" if not most else f" (at most {most} ×) " + ("ok" if max(ratios) <= most else "GROWS")
    )
    figures = ", ".join(f"{each:.2f}" for each in figures_by_size.values())
    times = ", ".join(f"{each:.2f} ×" for each in ratios)
    print(f"  {name}: {figures} {unit}: {times}{verdict}", flush=True)
    return not most or max(ratios) <= most


def _pair(name: str, bare: Callable[[], Result], ours: Callable[[], Result], most: float) -> Result:
    bares, all_ours = [], []
    for _ in range(REPEATS):
        bares.append(bare())
        all_ours.append(ours())
    base = min(each["seconds"] for each in bares)
    best = min(all_ours, key=lambda each: each["seconds"])
    ratio = best["seconds"] / base
    verdict = "ok" if ratio <= most else "TOO SLOW"
    print(
        f"{name}: {best['seconds']:.2f} s against {base:.2f} s bare: "
        f"{ratio:.2f} × (at most {most} ×) {verdict}",
        flush=True,
    )
    return {**best, "ratio": ratio}


def _measure(task: str, *arguments: object) -> Result:
    """Run one task in a fresh process and read its figures."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.tasks", task, *map(str, arguments)]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def _csv(folder: Path, rows: int) -> Path:
    path = folder / f"sales-{rows}.csv"
    if not path.exists():
        _measure("make_csv", path, rows)
    return path


def _home(folder: Path) -> Path:
    """A new home with the setup loaded."""
    home = Path(tempfile.mkdtemp(dir=folder, prefix="home-"))
    _measure("prepare", home)
    return home


def _with_sales(folder: Path, rows: int) -> Path:
    home = folder / f"home-of-{rows}"
    if not home.exists():
        home.mkdir()
        _measure("prepare", home)
        _measure("import_file", home, _csv(folder, rows))
    return home


assert tasks.TASKS  # noqa: S101 - the tasks are found by name in the fresh processes

if __name__ == "__main__":
    main(sys.argv[1:])
