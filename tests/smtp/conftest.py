"""What tests of e-mail may ask for."""

from collections.abc import Iterator

import pytest

from tests.builders.post import PostOffice, post_office


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """A mail server on this machine."""
    with post_office() as made:
        yield made
