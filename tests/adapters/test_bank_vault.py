"""Sealed accounts open with their key, for their payee, unchanged; and with nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import from_environment
from royalties.adapters.bank_vault import (
    LEAST,
    BankKeyError,
    BankVault,
    DamagedDetailsError,
    mark_of,
)
from royalties.domain.payments.accounts import (
    Account,
    AccountType,
    CanadianAccount,
    IbanAccount,
    UsAccount,
)
from royalties.runtime import open_system

ONE, TWO = "first key of the house ".ljust(LEAST, "1"), "second key of it ".ljust(LEAST, "2")
CHECKING = UsAccount("021000021", "123456789")
ACCOUNTS = st.one_of(
    st.builds(UsAccount, st.text(), st.text(), st.sampled_from(AccountType)),
    st.builds(IbanAccount, st.text(), st.text()),
    st.builds(CanadianAccount, st.text(), st.text(), st.text()),
)


def vault(*keys: str) -> BankVault:
    return BankVault(lambda: keys)


@given(ACCOUNTS, st.text(max_size=20))
def test_sealed_text_is_opened_again(account: Account, payee: str) -> None:
    try:
        sealed = vault(ONE).seal(account, payee)
    except UnicodeEncodeError:
        return  # a lone surrogate is no payee's key
    assert vault(ONE).open(sealed, payee) == account


def test_sealed_account_tells_nothing() -> None:
    sealed = vault(ONE).seal(CHECKING, "food-bank")
    assert "123456789" not in sealed
    assert sealed != vault(ONE).seal(CHECKING, "food-bank")
    assert len(sealed) == len(vault(ONE).seal(UsAccount("021000021", "1"), "food-bank"))


def test_keys_are_changed_one_account_after_the_other() -> None:
    old = vault(ONE).seal(CHECKING, "food-bank")
    both = vault(TWO, ONE)
    assert not both.is_newest(old)
    new = both.seal(both.open(old, "food-bank"), "food-bank")
    assert both.is_newest(new)
    assert vault(TWO).open(new, "food-bank") == CHECKING


def test_missing_key_is_said_with_what_to_do() -> None:
    for use in (
        lambda: vault().seal(CHECKING, "a"),
        lambda: vault().open("bank1.x.y", "a"),
        lambda: vault().fingerprint(CHECKING),
        lambda: vault().is_newest(""),
    ):
        with pytest.raises(
            BankKeyError, match="set ROYALTIES_BANK_KEY, and keep it; make one with"
        ):
            use()


def test_short_key_is_refused() -> None:
    with pytest.raises(BankKeyError, match="fewer than 32 characters"):
        vault("password").seal(CHECKING, "a")


def test_lost_key_is_named_but_not_told() -> None:
    sealed = vault(ONE).seal(CHECKING, "a")
    with pytest.raises(
        BankKeyError, match=rf"sealed with the key {mark_of(ONE)}, which is not given"
    ):
        vault(TWO).open(sealed, "a")


def test_account_of_one_payee_is_not_anothers() -> None:
    sealed = vault(ONE).seal(CHECKING, "food-bank")
    with pytest.raises(DamagedDetailsError, match="moved to another payee"):
        vault(ONE).open(sealed, "somebody-else")


def test_changed_seal_is_found_wherever_it_was_changed() -> None:
    sealed = vault(ONE).seal(CHECKING, "a")
    for place in range(0, len(sealed), 3):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises((DamagedDetailsError, BankKeyError)):
            vault(ONE).open(sealed[:place] + other + sealed[place + 1 :], "a")
    for damaged in ("", "bank1", "bank1..", sealed[:-8], sealed[:20], sealed + "AAAA"):
        with pytest.raises((DamagedDetailsError, BankKeyError)):
            vault(ONE).open(damaged, "a")


def test_fingerprints_tell_the_same_account_and_need_the_key() -> None:
    savings = UsAccount(CHECKING.routing, CHECKING.number, AccountType.SAVINGS)
    assert vault(ONE).fingerprint(CHECKING) == vault(ONE).fingerprint(savings)
    assert vault(ONE).fingerprint(CHECKING) != vault(TWO).fingerprint(CHECKING)
    assert vault(ONE).fingerprint(CHECKING) != vault(ONE).fingerprint(
        UsAccount("011401533", "123456789")
    )


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROYALTIES_HOME", str(tmp_path))
    monkeypatch.setenv("ROYALTIES_OLD_BANK_KEYS", f"{TWO.replace(' ', '-')} {'3' * LEAST}")
    monkeypatch.delenv("ROYALTIES_BANK_KEY", raising=False)
    with pytest.raises(BankKeyError, match="set ROYALTIES_BANK_KEY"):
        open_system(from_environment()).bank_vault.seal(CHECKING, "a")
    monkeypatch.setenv("ROYALTIES_BANK_KEY", "1" * LEAST)
    assert open_system(from_environment()).bank_keys() == (
        "1" * LEAST,
        TWO.replace(" ", "-"),
        "3" * LEAST,
    )
