"""A beneficiary as a form."""

from collections.abc import Mapping
from typing import Any

from royalties.web.finance.terms.row_forms import (
    REGION_HINT,
    Cell,
    CellKind,
    Row,
    RowTable,
    Written,
    as_before,
    shown,
    written,
)

RATES = RowTable(
    "tax_rate",
    "tax rate",
    (
        Cell("from", "From", kind=CellKind.DAY, hint="Leave blank for one rate that always holds."),
        Cell("rate", "Rate", kind=CellKind.SHARE, hint="24 % or 0.24", short=True),
    ),
)

BENEFICIARY = RowTable(
    "beneficiary",
    "beneficiary",
    (
        Cell("name", "Name", hint="As it stands on statements.", required=True),
        Cell("address", "Address", kind=CellKind.LINES, hint="One line each, as on an envelope."),
        Cell("city", "City"),
        Cell("country", "Country", kind=CellKind.COUNTRY),
        Cell("region", "State or region", kind=CellKind.REGION, hint=REGION_HINT, short=True),
        Cell(
            "ein",
            "EIN",
            hint="U.S. employer identification number, such as 91-1234567.",
            short=True,
        ),
        Cell("email", "E-mail", hint="Where statements are sent."),
        Cell("contact", "Contact", hint="Whom to ask for there; they may change it too."),
        Cell("phone", "Telephone"),
        Cell(
            "minimum_payment",
            "Minimum payment",
            kind=CellKind.AMOUNT,
            hint="Less is carried forward; the same number counts in any currency.",
            short=True,
        ),
        Cell("on_hold", "On hold: pay nothing for now", kind=CellKind.TICK),
        Cell(
            "pay_out_at_year_end",
            "Pay any positive balance in the calendar year’s last period",
            kind=CellKind.TICK,
        ),
        Cell(
            "private",
            "A person, such as an author: keep them off public pages",
            kind=CellKind.TICK,
        ),
        Cell(
            "opening_balance",
            "Opening balance",
            kind=CellKind.AMOUNT,
            hint="Owed before the first period, in the publisher’s currency.",
            short=True,
        ),
    ),
    (RATES,),
)


def beneficiary_shown(body: Mapping[str, Any]) -> Row:
    """A beneficiary's body as it stands in the fields."""
    rates = body.get("tax_rate") or []
    row = shown(
        {**body, "tax_rate": [{"rate": rates}] if isinstance(rates, str) else rates}, BENEFICIARY
    )
    row["key"] = body.get("key", "")
    return row


def beneficiary_written(row: Row, base: Mapping[str, Any] | None) -> Written:
    """The body that the fields make; keys that the form does not know stay as they were."""
    found = written(row, BENEFICIARY)
    body = found.body
    body["key"] = row.get("key", "")
    found.places["key"] = "key"
    rates = body.get("tax_rate", [])
    if len(rates) == 1 and "from" not in rates[0]:
        body["tax_rate"] = rates[0].get("rate", "")
        found.places["tax_rate"] = found.places["tax_rate[0].rate"]
    known = {"key", "tax_rate", *(cell.path for cell in BENEFICIARY.cells)}
    kept = {key: value for key, value in (base or {}).items() if key not in known}
    found.body = as_before({**kept, **body}, base) if base else body
    return found
