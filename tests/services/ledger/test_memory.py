"""The memory of ``verify`` does not grow with the books."""

from typing import Any

import pytest

from royalties.services.ledger.verifying import verify
from tests.builders.books import TESS, Office, after, closed


@after(closed)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_verify_limits_its_page_cache_only(office: Office) -> None:
    seen: list[Any] = []

    def note(_place: int, _of: int) -> None:
        seen.append(work.connection.exec_driver_sql("PRAGMA cache_size").scalar_one())

    with office.system.work(TESS, read_only=True, progress=note) as work:
        before = work.connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
        verify(work)
    *meanwhile, afterwards = seen
    assert set(meanwhile) == {-16_384}
    assert afterwards == before == -65_536
