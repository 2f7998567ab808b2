"""Bank details as a payee types them: checked, and what is wrong said in words."""

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.us import rtn as routings

from royalties.domain.payments.accounts import (
    AccountType,
    CanadianAccount,
    IbanAccount,
    UsAccount,
)

_LONGEST = 17
_CANADIAN_LONGEST, _CANADIAN_LEAST = 12, 5
_INSTITUTION, _TRANSIT = 3, 5
_COMPARE = "compare it with a statement of the bank"


class AccountFaultError(ValueError):
    """What is wrong with one field of an account, and what to do.

    Attributes:
        field: ``routing``, ``number``, ``iban``, ``bic``, ``institution`` or ``transit``.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def us_account(routing: str, number: str, type_: AccountType) -> UsAccount:
    """A U.S. account; blanks are left out.

    Raises:
        AccountFaultError: the first field that is not possible.
    """
    try:
        checked = str(routings.validate(routing))
    except StdnumError:
        raise AccountFaultError(
            "routing",
            "a routing number has nine digits, of which the last one checks the others: it stands "
            "at the lower left of a check",
        ) from None
    if checked.startswith(("5", "9")):
        raise AccountFaultError(
            "routing", "this routing number is no bank's that takes payments: ask the bank"
        )
    compact = "".join(number.split())
    if not (compact.isascii() and compact.replace("-", "").isalnum()):
        raise AccountFaultError(
            "number", f"an account number has digits and letters only: {_COMPARE}"
        )
    if len(compact) > _LONGEST:
        raise AccountFaultError("number", f"an account number has at most {_LONGEST} characters")
    if not compact.strip("0-"):
        raise AccountFaultError("number", f"the account number is zeros only: {_COMPARE}")
    if compact == checked:
        raise AccountFaultError("number", f"this is the routing number again: {_COMPARE}")
    return UsAccount(checked, compact, type_)


def iban_account(iban: str, bic: str = "") -> IbanAccount:
    """An account with an IBAN; the BIC may be left out where the IBAN says the bank.

    Raises:
        AccountFaultError: the first field that is not possible, or a BIC of another country.
    """
    compact = "".join(iban.split()).upper()
    try:
        valid_iban = IBAN(ibans.validate(compact), validate_bban=True)
    except (StdnumError, SchwiftyException):
        raise AccountFaultError("iban", _iban_fault(compact)) from None
    code = "".join(bic.split()).upper()
    if not code:
        return IbanAccount(str(valid_iban))
    try:
        valid_bic = BIC(code)
    except SchwiftyException:
        raise AccountFaultError(
            "bic", "a BIC has eight or eleven letters and digits, such as COBADEFF"
        ) from None
    if (
        valid_bic.country_code != valid_iban.country_code
        and valid_iban.country_code not in _TOGETHER.get(valid_bic.country_code, ())
    ):
        raise AccountFaultError(
            "bic",
            f"the BIC is of a bank in {valid_bic.country_code}, the IBAN of one in "
            f"{valid_iban.country_code}: {_COMPARE}",
        )
    return IbanAccount(str(valid_iban), str(valid_bic))


_TOGETHER = {"FR": ("MC", "GF", "GP", "MQ", "RE"), "GB": ("GG", "IM", "JE"), "JE": ("GB",)}
"""Countries whose IBANs have banks of another one."""


def _iban_fault(compact: str) -> str:
    if not (compact.isascii() and compact.isalnum()):
        return f"an IBAN has letters and digits only: {_COMPARE}"
    try:
        spec = IBAN(compact, allow_invalid=True).spec
    except SchwiftyException:
        return f"no country has IBANs that begin with {compact[:2]}: {_COMPARE}"
    expected = spec.iban_length
    if len(compact) != expected:
        return f"an IBAN of {compact[:2]} has {expected} characters, this one {len(compact)}"
    return f"its check digits do not fit: {_COMPARE}"


def canadian_account(institution: str, transit: str, number: str) -> CanadianAccount:
    """A Canadian account; transit and institution stand at the bottom of a check.

    Raises:
        AccountFaultError: the first field that is not possible.
    """
    for field, text, most in (
        ("institution", institution, _INSTITUTION),
        ("transit", transit, _TRANSIT),
    ):
        if not (_is_digits(text.strip()) and len(text.strip()) == most):
            raise AccountFaultError(field, f"the {field} number has {most} digits: {_COMPARE}")
    compact = "".join(number.replace("-", " ").split())
    if not (_is_digits(compact) and _CANADIAN_LEAST <= len(compact) <= _CANADIAN_LONGEST):
        raise AccountFaultError(
            "number",
            f"a Canadian account number has {_CANADIAN_LEAST} to {_CANADIAN_LONGEST} digits: "
            f"{_COMPARE}",
        )
    return CanadianAccount(institution.strip(), transit.strip(), compact)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
