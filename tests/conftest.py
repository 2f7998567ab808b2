"""What every test may ask for."""

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import cast
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

from tests.builders.books import Office, Shelf, opened
from tests.databases import (
    PostgreSQL,
    close_run_folder,
    open_run_folder,
    start_postgresql,
    work_in_memory,
)
from tests.services.racing import Racers

_KINDS = re.compile("sqlite|postgresql")

# HYPOTHESIS_PROFILE chooses: quick while developing, repeatable in CI, thorough at night.
# No deadlines and no complaints of slowness: machines that run tests are busy.
settings.register_profile(
    "dev", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_configure(config: pytest.Config) -> None:
    """Let the process that leads the run (not its workers) own the server's folder.

    Homes of tests are remembered nowhere, and those of whoever runs them are not found.
    """
    os.environ["XDG_STATE_HOME"] = os.devnull
    config.addinivalue_line("markers", "story(told): what has happened in the test's office")
    config.addinivalue_line("markers", "by_turns: on one kind of database, at night on both")
    if not hasattr(config, "workerinput"):
        work_in_memory()
        config.add_cleanup(partial(close_run_folder, open_run_folder()))


def _asked_by(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try on one kind of database what is marked so, by turns; at night on both.

    A test that asks for one kind alone, for both in one, or for people who race is left as it is.
    """
    if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
        return
    siblings: dict[str, list[pytest.Item]] = {}
    for each in items:
        if each.get_closest_marker("by_turns") and "racers" not in _asked_by(each):
            siblings.setdefault(_KINDS.sub("", each.nodeid), []).append(each)
    left_out = {
        pair[crc32(name.encode()) % 2]
        for name, pair in siblings.items()
        if len(pair) == len(("sqlite", "postgresql"))
    }
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [each for each in items if each not in left_out]


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
def shelf(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Shelf:
    """Books in which a story was told once, to be copied."""
    folder = tmp_path_factory.mktemp("shelf")
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
