"""A sealed secret opens with the current key or an older one, and with no other."""

import pytest

from royalties.adapters.sealing import LostKeyError, Sealer

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sealer(*keys: str) -> Sealer:
    return Sealer(lambda: keys)


def test_sealed_secret_opens_with_its_key_only() -> None:
    sealed = sealer("one").seal(KEY)
    assert KEY not in sealed
    assert sealer("one").open(sealed) == KEY
    assert sealer("two", "one").open(sealed) == KEY
    with pytest.raises(LostKeyError):
        sealer("two").open(sealed)


def test_seal_shows_whether_its_key_is_the_newest() -> None:
    sealed = sealer("one").seal(KEY)
    assert sealer("one").is_newest(sealed)
    assert not sealer("two", "one").is_newest(sealed)
    assert not sealer("one").is_newest(KEY), "kept in clear by an earlier version"


def test_secret_kept_in_clear_by_an_earlier_version_is_read() -> None:
    assert sealer("one").open(KEY) == KEY


def test_sealing_the_same_secret_twice_differs() -> None:
    assert sealer("one").seal(KEY) != sealer("one").seal(KEY)


def test_damaged_seal_cannot_be_opened() -> None:
    sealed = sealer("one").seal(KEY)
    with pytest.raises(LostKeyError):
        sealer("one").open(sealed[:-8] + "AAAAAAA=")
