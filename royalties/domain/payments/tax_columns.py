"""Columns of the filer's template of a tax form, known by their names however they are written.

Templates change every year: headings are compared without case, space and punctuation, and a box is
known by its name or by its number (``Box 2 - Royalties``, ``2. Royalties``, ``Box 2``).
"""

import re
from collections.abc import Mapping

from royalties.domain.payments.tax_year import TaxForm

MOST_ROWS = 100
"""Rows that the filer's upload takes in one file."""

_BOX = re.compile(r"(?:box\s*)?([0-9]{1,2}[a-z]?)\b[\s.:)-]*", re.IGNORECASE)

_COMMON: dict[str, tuple[str, ...]] = {
    "form": ("form type", "form", "return type"),
    "year": ("tax year", "year", "calendar year"),
    "payer name": (
        *("payer name", "payer name line 1", "payer business or entity name line 1"),
        *("payer business or entity name", "withholding agent's name", "withholding agent name"),
    ),
    "payer address": (
        *("payer address", "payer address line 1", "payer street address"),
        *("withholding agent's address", "withholding agent address line 1"),
    ),
    "payer address 2": ("payer address line 2", "withholding agent address line 2"),
    "payer email": ("payer email", "payer email address"),
    "payer phone": ("payer phone", "payer phone number", "payer telephone number"),
    "number": (
        *(
            "recipient taxpayer id number",
            "recipient tin",
            "recipient's tin",
            "recipient id number",
        ),
        *("recipient taxpayer identification number", "recipient's u.s. tin, if any"),
        *("recipient's us tin", "recipient us tin", "recipient's u.s. tin"),
    ),
    "name": (
        *("recipient name", "recipient's name", "recipient name line 1"),
        *("recipient business or entity name line 1", "recipient business or entity name"),
    ),
    "address": (
        *("recipient address", "recipient address line 1", "recipient street address"),
        *("recipient's address", "recipient's address line 1", "recipient's street address"),
    ),
    "address 2": ("recipient address line 2", "recipient's address line 2"),
    "city": ("recipient city", "recipient city/town", "recipient city or town", "recipient's city"),
    "region": (
        *("recipient state", "recipient state/province/territory", "recipient state or province"),
        *("recipient province", "recipient's state"),
    ),
    "country": (
        *("recipient country", "recipient country code", "recipient's country code"),
        "recipient's country",
    ),
    "account": (
        *("form account number", "account number", "recipient account number"),
        "recipient's account number",
    ),
}
_OF_FORM: dict[TaxForm, dict[str, tuple[str, ...]]] = {
    TaxForm.MISC: {
        "gross": ("royalties", "2"),
        "tax": ("federal income tax withheld", "federal tax withheld", "4"),
    },
    TaxForm.FOREIGN: {
        "income code": ("income code", "1"),
        "gross": ("gross income", "gross amount", "2"),
        "chapter": ("chapter indicator", "3"),
        "rate": ("tax rate", "chapter 3 tax rate", "3b"),
        "tax": ("federal tax withheld", "7a"),
        "total tax": ("total withholding credit", "10"),
    },
}
NEEDED = frozenset({"number", "name", "gross"})
"""What no form is complete without, whatever its template says."""


def known_columns(form: TaxForm, headings: list[str]) -> dict[int, str]:
    """What of ours goes into which column, by its place; each once.

    ``Box 2 - Royalties`` of a 1099-MISC takes the gross amount.
    """
    names = {
        _plain(alias): ours
        for ours, aliases in {**_COMMON, **_OF_FORM[form]}.items()
        for alias in aliases
    }
    found: dict[int, str] = {}
    for place, heading in enumerate(headings):
        ours = next((names[each] for each in _names_of(heading) if each in names), None)
        if ours is not None and ours not in found.values():
            found[place] = ours
    return found


def is_required(heading: str) -> bool:
    """Whether a template marks a column as required: with an asterisk, or in words."""
    return "*" in heading or "required" in heading.casefold()


def empty_needed(
    headings: list[str], known: Mapping[int, str], row: Mapping[str, str]
) -> list[str]:
    """Headings of columns that must not be empty, and would be in a row."""
    return [
        heading
        for place, heading in enumerate(headings)
        if (is_required(heading) or known.get(place) in NEEDED)
        and not row.get(known.get(place, ""), "")
    ]


def _names_of(heading: str) -> list[str]:
    """How a heading may be known: as it is, or without its box, or by its box alone."""
    text = re.sub(r"\((?:required|optional)\)|required|optional", "", heading, flags=re.IGNORECASE)
    names = [_plain(text)]
    if box := _BOX.match(text.strip(" *")):
        rest = _plain(text.strip(" *")[box.end() :])
        names.append(rest or box[1].lower())  # numbers move from year to year: a name counts first
    return [name for name in names if name]


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
