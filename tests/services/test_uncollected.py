"""The collector of cycles keeps still while a draft is made, and goes on afterwards."""

import gc
from collections.abc import Iterator

import pytest

from royalties.services.uncollected import uncollected


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_garbage_collection_pauses_and_resumes() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the outer one ends it"
    assert gc.isenabled()


def test_garbage_collection_resumes_after_an_error() -> None:
    with pytest.raises(ValueError, match="wrong"), uncollected():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_disabled_garbage_collector_stays_disabled() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
