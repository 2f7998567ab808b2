"""Books that begin with a copy of another story's end are those in which both were told."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.builders.books import NOW, Office, Shelf, Story, nothing, opened, spring


def after_spring(office: Office) -> None:
    """One more step than a story that is told once."""
    spring(office)
    office.close("2025-H1")


@pytest.mark.engines("both")
def test_story_begins_with_a_copy_of_another_one(shelf: Shelf, kind: str, tmp_path: Path) -> None:
    with shelf.office(kind, nothing, tmp_path / "told here") as here:
        after_spring(here)
        told_here = here.hashes()
    with shelf.office(kind, after_spring, tmp_path / "copied") as copied:
        assert copied.hashes() == told_here
        assert copied.faults() == {}
        assert sorted(path.name for path in copied.outside.iterdir()) == sorted(
            path.name for path in here.outside.iterdir()
        )


def test_story_that_has_begun_tells_another_in_full(shelf: Shelf, tmp_path: Path) -> None:
    def begins(_story: Story) -> bool:
        raise AssertionError("what has happened so far would be lost")

    with shelf.office("sqlite", nothing, tmp_path / "begun") as office:
        office.begin_with = begins
        with office.work(read_only=True):
            pass
        opened(office)
        assert office.rows("SELECT count(*) FROM revision") != [(0,)]


def long_ago(office: Office) -> None:
    """A story that is told once, at another moment."""
    now = office.system.clock
    office.system = replace(office.system, clock=lambda: now() - timedelta(days=80))
    spring(office)
    office.system = replace(office.system, clock=now)


def test_story_at_another_moment_is_told_in_full(shelf: Shelf, tmp_path: Path) -> None:
    with shelf.office("sqlite", long_ago, tmp_path) as office:
        [(recorded,)] = office.rows("SELECT min(at) FROM log")
        assert datetime.fromisoformat(recorded) < NOW - timedelta(days=79)
