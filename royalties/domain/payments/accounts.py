"""Bank accounts: the three kinds that the house pays to, their mask and their fingerprint."""

import hmac
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

_SHOWN = 4
"""Digits of an account that are shown at most; never more than a third of it."""

_MASK = "••••"


class AccountType(StrEnum):
    """What a U.S. account is; its transaction code depends on it."""

    CHECKING = "checking"
    SAVINGS = "savings"


@dataclass(frozen=True, slots=True)
class UsAccount:
    """A U.S. account; ``routing`` is the ABA number of nine digits."""

    routing: str
    number: str
    type: AccountType = AccountType.CHECKING


@dataclass(frozen=True, slots=True)
class IbanAccount:
    """An account with an IBAN, without blanks; ``bic`` may be empty where the IBAN suffices."""

    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class CanadianAccount:
    """A Canadian account: institution (3 digits), transit (5) and number (up to 12)."""

    institution: str
    transit: str
    number: str


Account = UsAccount | IbanAccount | CanadianAccount

_KINDS: dict[str, type[Account]] = {
    "us": UsAccount,
    "iban": IbanAccount,
    "ca": CanadianAccount,
}


class NotAnAccountError(ValueError):
    """A text that ``as_text`` did not write."""


def country(account: Account) -> str:
    """The country of an account, as two letters."""
    match account:
        case UsAccount():
            return "US"
        case CanadianAccount():
            return "CA"
        case IbanAccount(iban=iban):
            return iban[:2]


def as_text(account: Account) -> str:
    """An account as text that always has the same bytes: what is sealed, and fingerprinted."""
    kind = next(name for name, each in _KINDS.items() if isinstance(account, each))
    return json.dumps({"kind": kind, **asdict(account)}, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> Account:
    """The account that ``as_text`` wrote.

    Raises:
        NotAnAccountError: it is no such text.
    """
    try:
        fields = json.loads(text)
        kind = _KINDS[fields.pop("kind")]
        if any(not isinstance(each, str) for each in fields.values()):
            raise NotAnAccountError("a part of the account is no text")
        if kind is UsAccount:
            fields["type"] = AccountType(fields["type"])
        return kind(**fields)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotAnAccountError("this is not an account as the program writes it") from error


def fingerprint(account: Account, key: bytes) -> str:
    """What tells whether two accounts are the same, without saying which: 32 hexadecimal digits.

    An account has so few digits that a plain hash of it could be guessed; hence the key.

    >>> one = UsAccount("021000021", "12345678")
    >>> fingerprint(one, b"a key") == fingerprint(UsAccount("021000021", "12345678"), b"a key")
    True
    """
    return hmac.new(key, as_text(_place(account)).encode(), "sha256").hexdigest()[:32]


def _place(account: Account) -> Account:
    """The account as a place for money: neither its type nor its bank's BIC makes it another."""
    match account:
        case UsAccount(routing=routing, number=number):
            return UsAccount(routing, number)
        case IbanAccount(iban=iban):
            return IbanAccount(iban)
        case CanadianAccount():
            return account


def masked(account: Account) -> str:
    """An account as pages show it: enough to recognise one's own, too little to use another's.

    >>> masked(UsAccount("021000021", "123456789012"))
    'Checking account •••• 9012'
    >>> masked(IbanAccount("DE89370400440532013000"))
    'IBAN DE •••• 3000'
    >>> masked(UsAccount("021000021", "1234"))
    'Checking account •••• 4'
    """
    match account:
        case UsAccount(number=number, type=type_):
            return f"{type_.value.capitalize()} account {_end(number)}"
        case CanadianAccount(number=number):
            return f"Canadian account {_end(number)}"
        case IbanAccount(iban=iban):
            return f"IBAN {iban[:2]} {_end(iban[4:])}"


def as_parts(account: Account) -> list[tuple[str, str]]:
    """An account in clear, as words and values; an IBAN in groups of four.

    >>> as_parts(UsAccount("021000021", "123456789012"))
    [('Routing number', '021000021'), ('Account number', '123456789012'), ('Kind', 'checking')]
    """
    match account:
        case UsAccount(routing=routing, number=number, type=type_):
            return [
                ("Routing number", routing),
                ("Account number", number),
                ("Kind", type_.value),
            ]
        case CanadianAccount(institution=institution, transit=transit, number=number):
            return [
                ("Institution number", institution),
                ("Transit number", transit),
                ("Account number", number),
            ]
        case IbanAccount(iban=iban, bic=bic):
            groups = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
            return [("IBAN", groups), *([("BIC", bic)] if bic else [])]


def _end(number: str) -> str:
    shown = min(_SHOWN, len(number) // 3)
    return f"{_MASK} {number[len(number) - shown :]}".rstrip()
