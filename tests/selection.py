"""Which tests a run takes, and the closing lines that say what it left out.

Two marks of a test say how it is chosen:

``thorough("hostile values")``
    It repeats a check with other values: left to ``make test-all``, and counted there by this name.
    With ``but_one_in=4`` every fourth of its cases is tried every day.
``engines("both")``, ``engines("either")``
    Of a test that is parametrized by engine. Without the mark it is tried on SQLite every day, and
    by ``make test-all`` on PostgreSQL too. *both*: on both every day, since it tries just what
    engines differ in (locks, races, crashes, guards, migrations). *either*: by ``make test-all`` on
    one of the two by turns, and at night on both, since other tests try the same SQL.

What people do with pages in a browser is tried again every day where ``royalties/web``,
``tests/browser`` or ``tests/builders`` differs from when it last passed here, and where its file is
named. In a clone where it never passed, and where these are as others published them, it has its
turn on one of six days. How a page looks is remembered by ``tests/browser/unchanged.py``.

A test that does less every day asks ``in_full("pictures")`` before what it may leave out; a property
whose examples take long is marked ``@costly()`` and tried with half as many.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

from tests.browser import chromium
from tests.browser.turns import has_its_turn, is_published
from tests.databases import RUN_FOLDER

TESTS = Path(__file__).parent


class Effort(Enum):
    """How much a run tries, as it is called on the command line."""

    EVERYDAY = "everyday"
    ALL = "all"
    NIGHT = "night"


EXAMPLES = {Effort.EVERYDAY: 8, Effort.ALL: 100, Effort.NIGHT: 2000}
"""How many examples a property is tried with; by day they are the same ones every time."""

USED_BY: Mapping[str, Sequence[str]] = {
    "domain": ("ingest", "store", "adapters", "reports"),
    "ingest": ("services",),
    "store": ("services", "migrations"),
    "adapters": ("services",),
    "reports": ("services",),
    "services": ("cli", "web", "smtp"),
    "cli": ("journeys",),
    "web": ("journeys", "browser"),
    "migrations": (),
    "smtp": (),
    "journeys": (),
    "browser": (),
}
"""The rings, and the folders of tests above the rings: what is directly above each."""

ALWAYS = "house"
"""The folder of tests that look at all rings."""

SHOWN = (TESTS.parent / "royalties" / "web", TESTS / "browser", TESTS / "builders")
"""Where that is which a browser shows and does."""

UNCHANGED = "in a browser, that passed when pages and scripts were the same"
OF_OTHER_DAYS = "in a browser, of other days, as pages and scripts are as they were published"

_ENGINES = ("sqlite", "postgresql")
_Case = TypeVar("_Case")
InFull = Callable[[str], bool]


def costly(most: int | None = None) -> settings:
    """Settings of a property of which one example takes long: tried with half as many every day.

    Args:
        most: as many as are enough for it at any time; None: as many as others.
    """
    asked = settings().max_examples
    few = EXAMPLES[Effort.EVERYDAY]
    return settings(max_examples=few // 2 if asked == few else min(asked, most or asked))


def one_of_each(
    cases: Iterable[_Case], group: Callable[[_Case], object], *, others: str
) -> list[Any]:
    """Cases for ``parametrize``, of which the first of each group is tried every day.

    Args:
        cases: all of them, values of one argument or tuples of several.
        group: what a case is an example of.
        others: what the other cases are called in the closing lines.
    """
    seen: set[object] = set()
    chosen = []
    for case in cases:
        chosen.append(_thorough(case, others) if group(case) in seen else case)
        seen.add(group(case))
    return chosen


def _thorough(case: object, kind: str) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.thorough(kind))


def rings_from(ring: str) -> frozenset[str]:
    """A ring and all that is above it."""
    return frozenset({ring}).union(*map(rings_from, USED_BY[ring]))


@dataclass(slots=True)
class Omitted:
    """What a run left out."""

    tests: Counter[str] = field(default_factory=Counter)
    """How many tests, by what they are."""
    parts: Counter[str] = field(default_factory=Counter)
    """How many of the tests that ran left something out, by what it is."""
    properties: int = 0
    """How many properties were tried with fewer examples."""
    unseen: int = 0
    """How many tests there was no browser for."""

    def told(self) -> dict[str, Any]:
        """The same as a worker can tell it to the process that leads the run."""
        return {
            "tests": dict(self.tests),
            "parts": dict(self.parts),
            "properties": self.properties,
            "unseen": self.unseen,
        }

    def add(self, told: Mapping[str, Any]) -> None:
        """Add what a worker tells: all of them choose the same tests, each runs its share."""
        self.tests, self.properties = Counter(told["tests"]), told["properties"]
        self.unseen = told["unseen"]
        self.parts += Counter(told["parts"])


@dataclass(slots=True)
class Selection:
    """How this process chooses tests, and what it left out."""

    effort: Effort
    ring: str
    has_passed: Callable[[str], bool] = lambda _test: False
    """Whether a test passed in a browser when all that it shows was the same."""
    may_wait: Callable[[str], bool] = lambda _test: False
    """Whether a test in a browser is left to another day, in a clone where it never passed."""
    omitted: Omitted = field(default_factory=Omitted)
    _cases: Counter[str] = field(default_factory=Counter)

    def leaves_folder(self, folder: str) -> bool:
        """Whether a folder of tests belongs to no ring that was asked for."""
        return bool(self.ring) and folder in rings_from("domain") - rings_from(self.ring)

    def choose(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The tests that are run; the others are counted."""
        twins = Counter(_without_engine(item) for item in items if _engine(item))
        needing = {item for item in items if "chromium" in _fixtures(item)}
        is_blind = bool(needing) and self.effort is Effort.EVERYDAY and not _browser()
        chosen = []
        for item in items:
            reason = self._why_omitted(item, has_twin=twins[_without_engine(item)] == len(_ENGINES))
            if reason:
                self.omitted.tests[reason] += 1
            elif is_blind and item in needing:
                self.omitted.unseen += 1
            elif self._in_browser(item) and self.has_passed(item.nodeid):
                self.omitted.tests[UNCHANGED] += 1
            elif self._in_browser(item) and self.may_wait(item.nodeid):
                self.omitted.tests[OF_OTHER_DAYS] += 1
            else:
                chosen.append(item)
        if self.effort is Effort.EVERYDAY:
            self.omitted.properties = sum(_is_property(item) for item in chosen)
        return chosen

    def _in_browser(self, item: pytest.Item) -> bool:
        return self.effort is Effort.EVERYDAY and _in_browser(item)

    def _why_omitted(self, item: pytest.Item, *, has_twin: bool) -> str:
        thorough = item.get_closest_marker("thorough")
        if thorough and self.effort is Effort.EVERYDAY and not self._is_sample(item, thorough):
            return str(thorough.args[0])
        return "on the other engine" if has_twin and not self._tries_engine(item) else ""

    def _is_sample(self, item: pytest.Item, thorough: pytest.Mark) -> bool:
        """Whether it is the first of every few cases of a test, on an engine."""
        if "but_one_in" not in thorough.kwargs:
            return False
        test = f"{item.nodeid.partition('[')[0]} {_engine(item)}"
        self._cases[test] += 1
        return bool(self._cases[test] % thorough.kwargs["but_one_in"] == 1)

    def _tries_engine(self, item: pytest.Item) -> bool:
        marker = item.get_closest_marker("engines")
        engines = marker.args[0] if marker else ""
        if engines == "both" or "racers" in _fixtures(item) or self.effort is Effort.NIGHT:
            return True
        if self.effort is Effort.EVERYDAY:
            return _engine(item) == "sqlite"
        turn = crc32(_without_engine(item).encode()) % len(_ENGINES)
        return engines != "either" or _engine(item) == _ENGINES[turn]


def _in_browser(item: pytest.Item) -> bool:
    """Whether a browser does something in it; a test that looks at a page remembers the page."""
    return "chromium" in _fixtures(item) and "judged" not in _fixtures(item)


class Shown:
    """What was the same when tests passed in a browser here, kept in pytest's cache."""

    def __init__(self, cache: pytest.Cache | None) -> None:
        self._cache = cache
        self._state = ""
        self._is_published: bool | None = None

    def has_passed(self, test: str) -> bool:
        """Whether it passed when all that a browser shows was as it is now."""
        return self._cache is not None and self._cache.get(_key(test), "") == self._now()

    def may_wait(self, test: str) -> bool:
        """Whether a test that never passed here is left to another day.

        Who has changed nothing that a browser shows has what others published, and tried.
        """
        if self._cache is None or self._cache.get(_key(test), "") or has_its_turn(test):
            return False
        if self._is_published is None:
            self._is_published = is_published(SHOWN)
        return self._is_published

    def passed(self, test: str) -> None:
        """It did now."""
        if self._cache is not None:
            self._cache.set(_key(test), self._now())

    def _now(self) -> str:
        if not self._state:
            digest = sha256(str(_browser()).encode())
            for path in sorted(path for folder in SHOWN for path in folder.rglob("*.*")):
                if path.is_file() and path.suffix != ".pyc":
                    digest.update(sha256(path.read_bytes()).digest())
            self._state = digest.hexdigest()
        return self._state


def _key(test: str) -> str:
    return f"browser/{sha256(test.encode()).hexdigest()[:16]}"


def _browser() -> str | None:
    folder = os.environ.get(RUN_FOLDER)
    return chromium.of_this_run(Path(folder)) if folder else chromium.find()


def _engine(item: pytest.Item) -> str:
    """The kind of database that a test is parametrized with, if it is one alone."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    values = (each if isinstance(each, tuple) else (each,) for each in parameters)
    engines = [each for each in chain.from_iterable(values) if each in _ENGINES]
    return str(engines[0]) if len(engines) == 1 else ""


def _without_engine(item: pytest.Item) -> str:
    return re.sub("|".join(_ENGINES), "", item.nodeid)


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()


def _is_property(item: pytest.Item) -> bool:
    return item.get_closest_marker("hypothesis") is not None


def closing_lines(selection: Selection) -> Iterator[str]:
    """What is said at the end of what was not run."""
    omitted = selection.omitted
    by_whom = "a night" if selection.effort is Effort.ALL else "`make test-all`"
    if omitted.tests:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in omitted.tests.most_common())
        yield f"Left to {by_whom}: {_tests(omitted.tests.total())} ({kinds})."
    if omitted.parts:
        parts = (f"{kind} in {_tests(count)}" for kind, count in omitted.parts.most_common())
        yield f"Left out within tests: {', '.join(parts)}."
    if omitted.properties:
        few, many = EXAMPLES[selection.effort], EXAMPLES[Effort.ALL]
        yield f"{omitted.properties} properties were tried with at most {few} examples, not {many}."
    if omitted.unseen:
        yield (
            f"Not run: {_tests(omitted.unseen)} of pages, for want of a Chromium that works. "
            "`make browser` gets one or says how; then: make test RING=browser"
        )
    if selection.ring:
        others = sorted(filter(selection.leaves_folder, map(attrgetter("name"), TESTS.iterdir())))
        yield f"Not run, being below or beside {selection.ring}: {', '.join(others)}."


def _tests(count: int) -> str:
    return f"{count:,} test{'' if count == 1 else 's'}"


# pytest's own hooks

_SELECTION = pytest.StashKey[Selection]()
_SHOWN = pytest.StashKey[Shown]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much to try, and of what."""
    group = parser.getgroup("selection", "which tests are run (tests/selection.py)")
    group.addoption("--effort", choices=[each.value for each in Effort], default="everyday")
    group.addoption("--ring", choices=["", *USED_BY], default="", help="this ring and those above")


def pytest_configure(config: pytest.Config) -> None:
    """Read the choice; properties are tried as hard as all else.

    No deadlines and no complaints of slowness: machines that run tests are busy.
    """
    effort = Effort(config.getoption("effort"))
    config.stash[_SELECTION] = Selection(effort, config.getoption("ring"))
    config.stash[_SHOWN] = Shown(getattr(config, "cache", None))
    settings.register_profile(
        effort.value,
        max_examples=EXAMPLES[effort],
        derandomize=effort is not Effort.NIGHT,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile(effort.value)
    config.addinivalue_line("markers", "thorough(kind, but_one_in): left to make test-all")
    config.addinivalue_line("markers", "engines(which): tried on both kinds of database, or either")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even look into folders of other rings."""
    is_folder = collection_path.parent == TESTS and collection_path.is_dir()
    if is_folder and config.stash[_SELECTION].leaves_folder(collection_path.name):
        return True
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose, after all who mark tests have done so; a test that is asked for by name is run."""
    if any("::" in argument for argument in config.args):
        return
    selection = config.stash[_SELECTION]
    if all((config.rootpath / each).resolve() == TESTS for each in config.args):
        shown = config.stash[_SHOWN]  # what is asked for by path is run
        selection.has_passed, selection.may_wait = shown.has_passed, shown.may_wait
    chosen = selection.choose(items)
    if len(chosen) < len(items):
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = chosen


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember what passed in a browser."""
    report = yield
    if call.when == "call" and report.passed and _in_browser(item):
        item.config.stash[_SHOWN].passed(item.nodeid)
    return report


@dataclass(frozen=True, slots=True)
class InParts:
    """What a fixture of all tests may ask, and tell of what it left out."""

    everything: bool
    _omitted: Omitted

    def omit(self, part: str, tests: int) -> None:
        """Tell what so many tests did without."""
        if tests:
            self._omitted.parts[part] += tests


@pytest.fixture(scope="session")
def in_parts(request: pytest.FixtureRequest) -> InParts:
    """Whether all is done in full; for fixtures that serve many tests."""
    selection = request.config.stash[_SELECTION]
    return InParts(selection.effort is not Effort.EVERYDAY, selection.omitted)


@pytest.fixture
def in_full(request: pytest.FixtureRequest) -> InFull:
    """Whether a test does what only repeats its other parts, which are named to be counted."""
    selection = request.config.stash[_SELECTION]

    def asked(part: str) -> bool:
        if selection.effort is Effort.EVERYDAY:
            selection.omitted.parts[part] += 1
        return selection.effort is not Effort.EVERYDAY

    return asked


@pytest.fixture
def step(in_full: InFull) -> int:
    """A crash is tried before every so many statements: what one leaves, a later one leaves too."""
    return 1 if in_full("crashes before every statement") else 11


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that leads the run; that nothing but a browser was missing is no failure."""
    unseen = session.config.stash[_SELECTION].omitted.unseen
    if unseen and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK
    if hasattr(session.config, "workeroutput"):
        told = session.config.stash[_SELECTION].omitted.told()
        session.config.workeroutput["omitted"] = told


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear what a worker left out; one that died told nothing."""
    told = getattr(node, "workeroutput", {}).get("omitted")
    if told:
        node.config.stash[_SELECTION].omitted.add(told)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was left out."""
    lines = list(closing_lines(config.stash[_SELECTION]))
    if lines:
        terminalreporter.section("not run")
        for line in lines:
            terminalreporter.write_line(line)
