"""Secrets that must be read back, encrypted with the environment's secret key."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"royalties: keys of second factors"
_MARK = "gAAAAA"
"""How Fernet tokens begin until the year 2106; no base 32 key does."""


class LostKeyError(RuntimeError):
    """A secret was sealed with a key that is not configured."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the first of its keys, and opens what was sealed with any of them.

    Attributes:
        keys: the environment's secret keys, the current one first; fetched when needed.
    """

    keys: Callable[[], Sequence[str]]

    def seal(self, secret: str) -> str:
        """A secret as it is stored."""
        return self._fernets().encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret in a sealed text; one stored in clear by an earlier version is unchanged.

        Raises:
            LostKeyError: it was sealed with another key.
        """
        if not sealed.startswith(_MARK):
            return sealed
        try:
            return self._fernets().decrypt(sealed).decode()
        except InvalidToken as error:
            raise LostKeyError from error

    def is_newest(self, sealed: str) -> bool:
        """Whether it is sealed with the current key."""
        try:
            _fernet(self.keys()[0]).decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def _fernets(self) -> MultiFernet:
        return MultiFernet([_fernet(key) for key in self.keys()])


@lru_cache(maxsize=16)
def _fernet(key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
