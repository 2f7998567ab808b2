"""What every test may ask for."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from _pytest.runner import runtestprotocol

from royalties import runtime
from royalties.domain.orders.artwork import Use
from royalties.domain.orders.pricing import Option
from royalties.ingest.uploads.artwork import CheckedFile, check
from royalties.services.orders.production import artwork
from royalties.store import transfer
from tests.builders.books import Office, Shelf, an_engine, opened
from tests.databases import (
    RUN_FOLDER,
    PostgreSQL,
    close_run_folder,
    open_run_folder,
    start_postgresql,
    work_in_memory,
)
from tests.services.racing import Racers

pytest_plugins = ["tests.selection", "tests.readers", "tests.schemas"]

SELDOM = (20_000, 20, 20)
"""Thresholds of garbage collection, which takes a fourteenth of the time with Python's own."""


def pytest_configure(config: pytest.Config) -> None:
    """Let the process that leads the run (not its workers) own the server's folder.

    Homes of tests are remembered nowhere, and those of whoever runs them are not found.
    """
    os.environ["XDG_STATE_HOME"] = os.devnull
    config.addinivalue_line("markers", "story(told): what has happened in the test's office")
    if not hasattr(config, "workerinput"):
        work_in_memory()
        config.add_cleanup(partial(close_run_folder, open_run_folder()))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep garbage collection, and the processes that tests fork, off thousands of tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Tell the process that leads the run one thing of a test that passed, and not five.

    Its beginning, its end, and that nothing was wrong with setting it up and clearing it away are
    asked by nobody, but by ``--durations`` and ``--junit-xml``.
    """
    options = item.config.option
    if not hasattr(item.config, "workerinput") or options.durations or options.xmlpath:
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.fixture(scope="session", autouse=True)
def _repeats_nothing() -> Iterator[None]:
    """Compile a statement once, and look at a file of artwork once, in all tests of a process.

    How engines are made and how a child looks at files is tried with what the program itself uses
    (``tests/store/test_engine.py``, ``tests/ingest/test_artwork.py``).
    """
    an_engine("sqlite://").connect().close()
    with pytest.MonkeyPatch.context() as patch:
        for module in (runtime, transfer):
            patch.setattr(module, "make_engine", an_engine)
        patch.setattr(artwork, "check", _checked_once())
        yield


def _checked_once() -> Callable[..., CheckedFile]:
    known: dict[tuple[object, ...], CheckedFile] = {}

    def checked(path: Path, name: str, use: Use, options: Sequence[Option] = ()) -> CheckedFile:
        key = (sha256(path.read_bytes()).digest(), name, use, tuple(options))
        if key not in known:
            known[key] = check(path, name, use, options)
        return known[key]

    return checked


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for the files that the system keeps."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The server of this test run, started for the first test that needs it."""
    server = start_postgresql()
    yield server
    server.leave()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an empty SQLite database."""
    return f"sqlite:///{tmp_path / 'royalties.db'}"


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = postgresql.create()
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once of each kind."""
    return cast("str", request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """Books in which a story was told once in this test run, to be copied."""
    folder = Path(os.environ[RUN_FOLDER]) / "shelf"
    return Shelf(folder, lambda: cast("PostgreSQL", request.getfixturevalue("postgresql")))


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    return cast("str", request.param)


@pytest.fixture
def office(
    shelf: Shelf, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """An office once on each kind of database; ``@after(story)`` says what has happened."""
    marker = request.node.get_closest_marker("story")
    story = marker.args[0] if marker else opened
    with shelf.office(kind, story, tmp_path / "office") as found:
        yield found


@pytest.fixture(scope="session")
def racers() -> Iterator[Racers]:
    """Four processes that do things at the same moment."""
    made = Racers(4)
    yield made
    made.stop()
