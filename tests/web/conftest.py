"""What tests of pages may ask for."""

import pytest

from tests.builders.books import Office
from tests.builders.site import Site, lend_site


@pytest.fixture
def site(office: Office) -> Site:
    """The application on the office's books, once on each kind of database."""
    return lend_site(office)
