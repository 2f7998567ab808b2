"""What tests of pages may ask for."""

import os
import re
from zlib import crc32

import pytest

from tests.builders.books import Office
from tests.builders.site import Site, lend_site

KINDS = re.compile("sqlite|postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try each page on one kind of database, by turns; at night on both.

    Pages only show what verbs give, and those are tried on both. A test that asks for one kind
    alone, or for both in one, is left as it is.
    """
    if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
        return
    here = [each for each in items if "tests/web/" in each.nodeid]
    siblings: dict[str, list[pytest.Item]] = {}
    for each in here:
        siblings.setdefault(KINDS.sub("", each.nodeid), []).append(each)
    left_out = {
        pair[crc32(name.encode()) % 2]
        for name, pair in siblings.items()
        if len(pair) == len(("sqlite", "postgresql"))
    }
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [each for each in items if each not in left_out]


@pytest.fixture
def site(office: Office) -> Site:
    """The application on the office's books, on a kind of database."""
    return lend_site(office)
