"""How tests of orders are chosen."""

import pytest

ON_BOTH = ("test_invoicing.py", "test_walk.py")
"""What posts money and what walks through everything."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What holds for one kind of database is tried on the other by the next test."""
    for each in items:
        if "tests/services/orders/" in each.nodeid and each.path.name not in ON_BOTH:
            each.add_marker(pytest.mark.engines("either"))
