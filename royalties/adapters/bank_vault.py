"""Bank details, encrypted with keys of their own from the environment.

AES-256 in Galois/counter mode: what was sealed cannot be read, changed, or moved to another payee
by somebody who can write to the database only. A sealed account begins with the mark of its key,
so that the message of a lost key can say which one is missed.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from royalties.domain.payments.accounts import Account, as_text, fingerprint, from_text

LEAST = 32
"""Characters of a key: 24 random bytes as base 64."""

_SEALING = b"royalties: bank details"
_TELLING_APART = b"royalties: fingerprints of accounts"
_MARK = "bank1"
_NONCE = 12
_HOW = "make one with: openssl rand -base64 32"


class BankKeyError(RuntimeError):
    """There is no key for bank details, it is too short, or it is another one; says what to do."""


class DamagedDetailsError(RuntimeError):
    """What is stored as a payee's account was changed, or is another payee's."""


@dataclass(frozen=True, slots=True)
class BankVault:
    """Seals accounts with the first of its keys, and opens those sealed with any of them.

    Attributes:
        keys: ``ROYALTIES_BANK_KEY`` and those in use before it; asked for when needed.
    """

    keys: Callable[[], Sequence[str]]

    def seal(self, account: Account, payee: str) -> str:
        """An account as it is stored.

        Args:
            account: in clear.
            payee: whose it is, by a key that never changes; nobody else can open it.

        Raises:
            BankKeyError: there is no key.
        """
        return self.seal_text(as_text(account), payee)

    def open(self, sealed: str, payee: str) -> Account:
        """An account that was sealed for a payee.

        Raises:
            BankKeyError: there is no key, or not the one that it was sealed with.
            DamagedDetailsError: it was changed, or was sealed for another payee.
        """
        return from_text(self.open_text(sealed, payee))

    def seal_text(self, text: str, owner: str) -> str:
        """A text that tells accounts, such as a bank's file, as it is stored.

        Args:
            text: in clear, without blanks at its end.
            owner: whose it is, by a name that never changes; under another name nobody opens it.

        Raises:
            BankKeyError: there is no key.
        """
        key = self._usable()[0]
        nonce = os.urandom(_NONCE)
        mark = f"{_MARK}.{mark_of(key)}"
        hidden = AESGCM(_derived(key, _SEALING)).encrypt(nonce, _padded(text), _bound(mark, owner))
        return f"{mark}.{urlsafe_b64encode(nonce + hidden).decode()}"

    def open_text(self, sealed: str, owner: str) -> str:
        """A text that ``seal_text`` sealed.

        Raises:
            BankKeyError: there is no key, or not the one that it was sealed with.
            DamagedDetailsError: it was changed, or was sealed for another owner.
        """
        version, _, rest = sealed.partition(".")
        of_key, _, hidden = rest.partition(".")
        if version != _MARK:
            raise DamagedDetailsError("the stored account is not one that the program sealed")
        key = next((each for each in self._usable() if mark_of(each) == of_key), None)
        if key is None:
            raise BankKeyError(
                f"bank details were sealed with the key {of_key}, which is not given: set "
                "ROYALTIES_BANK_KEY to it, or name it in ROYALTIES_OLD_BANK_KEYS"
            )
        try:
            data = urlsafe_b64decode(hidden)
            text = AESGCM(_derived(key, _SEALING)).decrypt(
                data[:_NONCE], data[_NONCE:], _bound(f"{version}.{of_key}", owner)
            )
        except (InvalidTag, ValueError) as error:
            raise DamagedDetailsError(
                "a stored account was changed outside of the program, or moved to another payee: "
                "restore it from a backup, or let the payee enter it again"
            ) from error
        return text.decode().rstrip(" ")

    def is_sealed(self, text: str) -> bool:
        """Whether a stored text is one that was sealed."""
        return text.startswith(f"{_MARK}.")

    def check(self) -> None:
        """Make sure that there is a key.

        Raises:
            BankKeyError: there is none, or it is too short.
        """
        self._usable()

    def is_newest(self, sealed: str) -> bool:
        """Whether an account is sealed with the key in use; else open it and seal it again.

        Raises:
            BankKeyError: there is no key.
        """
        return sealed.startswith(f"{_MARK}.{mark_of(self._usable()[0])}.")

    def fingerprint(self, account: Account) -> str:
        """A fingerprint shared by all payees of one account; other keys give others.

        Raises:
            BankKeyError: there is no key.
        """
        return fingerprint(account, _derived(self._usable()[0], _TELLING_APART))

    def _usable(self) -> Sequence[str]:
        keys = self.keys()
        if not keys:
            raise BankKeyError(
                f"there is no key for bank details: set ROYALTIES_BANK_KEY, and keep it; {_HOW}"
            )
        if any(len(key) < LEAST for key in keys):
            raise BankKeyError(f"a key for bank details has fewer than {LEAST} characters; {_HOW}")
        return keys


def mark_of(key: str) -> str:
    """What names a key without telling it: 8 hexadecimal digits."""
    return sha256(_derived(key, b"royalties: name of a key")).hexdigest()[:8]


@lru_cache(maxsize=32)
def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(key.encode())


def _bound(mark: str, payee: str) -> bytes:
    return f"{mark}\n{payee}".encode()


def _padded(text: str) -> bytes:
    """As many bytes for short accounts as for long ones, so that lengths reveal nothing."""
    data = text.encode()
    return data.ljust(-(-len(data) // 128) * 128)
