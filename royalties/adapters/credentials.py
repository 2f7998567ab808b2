"""Passwords, one-time codes, and random tokens."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

_STEP_SECONDS = 30
_DRIFT_STEPS = 1
_CLOCK_OFF_STEPS = 60
"""How far off a clock may be for its codes to be recognised (30 minutes), though never accepted."""
_RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Credentials:
    """Makes and checks secrets; only hashes are stored, except of the keys of one-time codes."""

    hasher: PasswordHasher = field(
        default_factory=lambda: PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
    )

    def token(self) -> str:
        """A random text of 256 bits for cookies and links."""
        return secrets.token_urlsafe(32)

    def recovery_codes(self) -> list[str]:
        """Ten codes of 50 bits that a person prints: ``k7m2p-x9q4r``."""
        letters = "abcdefghjkmnpqrstuvwxyz23456789"
        return [
            "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(2))
            for _ in range(_RECOVERY_CODES)
        ]

    def hash_password(self, password: str) -> str:
        """Argon2id, with its parameters and salt inside."""
        return self.hasher.hash(password)

    def matches(self, hashed: str | None, password: str) -> bool:
        """Whether a password matches the hash; takes as long if there is none."""
        if hashed is None:
            self.hasher.hash(password)
            return False
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def is_common(self, password: str) -> bool:
        """Whether a password is in the list of those that attackers try first."""
        from zxcvbn.matching import RANKED_DICTIONARIES  # noqa: PLC0415 - few commands pay for it

        return password.strip().lower() in RANKED_DICTIONARIES["passwords"]

    def totp_secret(self) -> str:
        """A new key for an authenticator app, 160 bits in base 32."""
        return pyotp.random_base32()

    def totp_step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step of a code, allowing one step of drift; None if it is wrong."""
        return _step_of(secret, code, now, _DRIFT_STEPS)

    def minutes_off(self, secret: str, code: str, now: datetime) -> int | None:
        """How many minutes the clock that made a code is off, at least 1; None if it is not a code.

        Whether it is ahead or behind is not revealed: that would reveal when a code becomes
        valid.
        """
        step = _step_of(secret, code, now, _CLOCK_OFF_STEPS)
        if step is None:
            return None
        seconds = abs(step - _current_step(now)) * _STEP_SECONDS
        return max(1, round(seconds / 60))

    def totp_code(self, secret: str, now: datetime) -> str:
        """The code valid at a moment."""
        return pyotp.TOTP(secret).at(for_time=int(now.timestamp()))

    def totp_address(self, secret: str, account: str, issuer: str) -> str:
        """The ``otpauth://`` URI that authenticator apps read."""
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)

    def qr_code(self, address: str) -> str:
        """A URI as an inline SVG that fills its container."""
        import segno  # noqa: PLC0415 - few commands pay for it

        return segno.make(address, error="m").svg_inline(border=4, omitsize=True)


def _current_step(now: datetime) -> int:
    return int(now.timestamp()) // _STEP_SECONDS


def _step_of(secret: str, code: str, now: datetime, drift: int) -> int | None:
    current = _current_step(now)
    totp = pyotp.TOTP(secret)
    for step in range(current - drift, current + drift + 1):
        if hmac.compare_digest(totp.at(for_time=step * _STEP_SECONDS), code):
            return step
    return None


def fingerprint(secret: str) -> str:
    """SHA-256 of a random token, as it is stored."""
    return sha256(secret.encode()).hexdigest()
