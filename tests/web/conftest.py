"""What tests of pages may ask for."""

import pytest

from tests.builders.books import Office
from tests.builders.site import Site, lend_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages only show what verbs give, and those are tried on both kinds of database."""
    for each in items:
        if "tests/web/" in each.nodeid:
            each.add_marker(pytest.mark.engines("either"))


@pytest.fixture
def site(office: Office) -> Site:
    """The application on the office's books, on a kind of database."""
    return lend_site(office)
