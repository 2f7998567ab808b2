"""What is sealed opens with the key in use or an older one, and with no other."""

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


def test_newest_key_is_told_from_older_ones() -> None:
    sealed = sealer("one").seal(KEY)
    assert sealer("one").is_newest(sealed)
    assert not sealer("two", "one").is_newest(sealed)
    assert not sealer("one").is_newest(KEY), "kept in clear by an earlier version"


def test_secret_kept_in_clear_by_an_earlier_version_is_read() -> None:
    assert sealer("one").open(KEY) == KEY


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert sealer("one").seal(KEY) != sealer("one").seal(KEY)


def test_damaged_seal_opens_nothing() -> None:
    sealed = sealer("one").seal(KEY)
    with pytest.raises(LostKeyError):
        sealer("one").open(sealed[:-8] + "AAAAAAA=")
