"""What tests in a real browser may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import chromium as chromium_of_tests
from tests.databases import RUN_FOLDER
from tests.patience import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    path = chromium_of_tests.of_this_run(Path(os.environ[RUN_FOLDER]))
    if path is None:
        # A page that nobody looked at is not proven.
        pytest.fail("no Chromium that works: `make browser` installs it, or set CHROMIUM", False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(chromium_of_tests.arguments()), timeout=PATIENCE * 1000
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder in which pictures of all pages are kept."""
    folder = Path(__file__).parents[1] / "artefacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
