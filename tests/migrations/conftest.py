"""What tests of migrations do without being asked."""

import pytest


@pytest.fixture(autouse=True)
def _migrates(own_migrations: None) -> None:
    """Migrate as the program does, every day too."""
