"""Numbers that carry a check digit: ISBNs, a house's own, employers' and banks' numbers."""

from stdnum import bic as bics
from stdnum import ean
from stdnum import iban as ibans
from stdnum import isbn as isbns
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.us import ein as eins
from stdnum.us import rtn as routings

from royalties.domain.terms.catalogue import INTERNAL
from royalties.ingest.setup.taking import NotTakenError, shown, text_of

_ISBN13_BODY = 12
_ISBN10_BODY = 9


def isbn(value: object) -> str:
    """An ISBN as 13 digits, or a house's own number, which custom editions may have instead."""
    text = text_of(value, "an ISBN")
    compact = isbns.compact(text)
    if is_internal(compact) and ean.is_valid(compact):
        return compact
    try:
        return str(isbns.to_isbn13(isbns.validate(text)))
    except StdnumError:
        raise NotTakenError(f"{shown(text)} is not an ISBN: {_isbn_fault(compact)}") from None


def is_internal(text: str) -> bool:
    """Whether a text has the form of a house's own number."""
    compact: str = isbns.compact(text)
    return compact.startswith(INTERNAL) and len(compact) == _ISBN13_BODY + 1


def _isbn_fault(compact: str) -> str:
    body = compact[:-1]
    if body.isascii() and body.isdigit() and len(body) == _ISBN10_BODY:
        digit = sum((place + 1) * int(c) for place, c in enumerate(body)) % 11
        return f"its check digit should be {'X' if digit == 10 else digit}"
    if body.isascii() and body.isdigit() and len(body) == _ISBN13_BODY:
        if not body.startswith(("978", "979", INTERNAL)):
            return "13 digits begin with 978 or 979"
        weighted = sum((1, 3)[place % 2] * int(c) for place, c in enumerate(body))
        return f"its check digit should be {-weighted % 10}"
    return "write its 13 (or 10) digits"


def iban(value: object) -> str:
    """An IBAN, without blanks."""
    text = text_of(value, "an IBAN")
    try:
        return str(ibans.validate(text))
    except StdnumError:
        raise NotTakenError(
            f"{shown(text)} is not an IBAN: its check digits do not fit; compare it with the bank's"
        ) from None


def bic(value: object) -> str:
    """A BIC (SWIFT code) of a bank, eight or eleven signs."""
    text = text_of(value, "a BIC")
    try:
        return str(bics.validate(text))
    except StdnumError:
        raise NotTakenError(f"{shown(text)} is not a BIC: write it like DEUTDEFF") from None


def routing(value: object) -> str:
    """The routing number of a U.S. bank."""
    text = text_of(value, "a routing number")
    try:
        return str(routings.validate(text))
    except StdnumError:
        raise NotTakenError(
            f"{shown(text)} is not a routing number: nine digits, of which the last one checks"
        ) from None


def ein(value: object) -> str:
    """A U.S. employer identification number, with its hyphen."""
    text = text_of(value).strip()
    try:
        digits = eins.validate(text)
    except StdnumError:
        raise NotTakenError(f"{shown(text)} is not an EIN: write it like 91-1234567") from None
    return f"{digits[:2]}-{digits[2:]}"
