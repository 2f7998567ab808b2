"""Why money came back, where a bank writes it into a booking's text."""

import re

from royalties.domain.payments.return_codes import is_known

_CODE = re.compile(r"(?<![A-Za-z0-9-])(?:R[0-8][0-9]|[A-Z]{2}[0-9]{2})(?![A-Za-z0-9-])")
_CAME_BACK = re.compile(
    r"\b(?:return|reject|unpaid|bounce|r(?:ü|ue)ck|retour|retorn|rejet|devol|rechaz|storn|insolut)",
    re.IGNORECASE,
)


def return_code_in(text: str) -> str:
    """The code of the reason in a text that says that money came back; empty: none.

    Both are needed, since ``R02`` alone may be a room or a part of somebody's reference.

    >>> return_code_in("ACH RETURN R03 NO ACCOUNT"), return_code_in("Rücküberweisung, AC04")
    ('R03', 'AC04')
    >>> return_code_in("Room R03"), return_code_in("Returned goods, lot ZZ99")
    ('', '')
    """
    if not _CAME_BACK.search(text):
        return ""
    codes = (found[0] for found in _CODE.finditer(text))
    return next(filter(is_known, codes), "")
