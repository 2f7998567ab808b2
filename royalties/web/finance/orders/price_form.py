"""A price list as a form: what it is for, and one of its dated versions."""

from collections.abc import Mapping
from typing import Any

from royalties.domain.orders.price_lists import Option
from royalties.ingest.setup.orders import CANCELLED_FROM
from royalties.web.finance.terms.row_forms import (
    Body,
    Cell,
    CellKind,
    Row,
    RowTable,
    Written,
    as_before,
    shown,
    written,
)

_OPTIONS = tuple((each.value, each.value.replace("-", " ")) for each in Option)
_STATES = tuple((each.value, each.value.replace("-", " ")) for each in CANCELLED_FROM)

TAXES = RowTable(
    "taxes",
    "tax",
    (
        Cell("place", "Place", hint="Country and state, such as US-WA.", short=True),
        Cell("from", "From", kind=CellKind.DAY),
        Cell("rate", "Rate", kind=CellKind.SHARE, hint="6.5 % or 0.065", short=True),
        Cell("freight", "Freight too", kind=CellKind.TICK),
    ),
)
DISCOUNTS = RowTable(
    "discounts",
    "discount",
    (
        Cell("at_least", "From copies", kind=CellKind.WHOLE, short=True),
        Cell(
            "discount", "Off the list price", kind=CellKind.SHARE, hint="20 % or 0.20", short=True
        ),
    ),
    least=1,
)
OPTIONS = RowTable(
    "options",
    "option",
    (
        Cell("option", "Option", kind=CellKind.CHOICE, options=(("", "choose …"), *_OPTIONS)),
        Cell("minimum", "From copies", kind=CellKind.WHOLE, short=True),
        Cell("set_up", "Set-up, once", kind=CellKind.AMOUNT, short=True),
        Cell("per_copy", "For each copy", kind=CellKind.AMOUNT, short=True),
    ),
)
FREIGHT = RowTable(
    "freight",
    "step of freight",
    (
        Cell(
            "up_to", "Up to copies", kind=CellKind.WHOLE, hint="Blank in the last step.", short=True
        ),
        Cell("amount", "Amount", kind=CellKind.AMOUNT, short=True),
        Cell("per_copy", "For each copy", kind=CellKind.AMOUNT, short=True),
    ),
    least=1,
)
CANCELLATION = RowTable(
    "cancellation",
    "share",
    (
        Cell("state", "From the state", kind=CellKind.CHOICE, options=(("", "choose …"), *_STATES)),
        Cell("share", "Owed of the total", kind=CellKind.SHARE, hint="5 % or 0.05", short=True),
    ),
)

BASE = (
    Cell("currency", "Currency", hint="Three letters, such as USD.", required=True, short=True),
    Cell(
        "titles",
        "Titles",
        kind=CellKind.WORDS,
        hint="Keys of titles, with commas between; blank: all that no other price list names.",
    ),
    Cell(
        "bulk",
        "Bulk orders are sales of",
        "retailers.bulk",
        hint="Key of a retailer of the channel bulk.",
        listed="retailers",
        required=True,
    ),
    Cell(
        "custom",
        "Custom editions are sales of",
        "retailers.custom",
        hint="Key of a retailer of the channel custom.",
        listed="retailers",
        required=True,
    ),
)
VERSION = (
    Cell("from", "Holds from", kind=CellKind.DAY, required=True, short=True),
    Cell("minimum", "Orders begin at copies", kind=CellKind.WHOLE, short=True),
    Cell("small_order_below", "Small orders are below copies", kind=CellKind.WHOLE, short=True),
    Cell("small_order_charge", "Charge for a small order", kind=CellKind.AMOUNT, short=True),
    Cell("rush_charge", "Rush: charge", kind=CellKind.AMOUNT, short=True),
    Cell(
        "rush_share",
        "Rush: share of copies and options",
        kind=CellKind.SHARE,
        hint="10 % or 0.10",
        short=True,
    ),
    Cell("more_address_charge", "For each further address", kind=CellKind.AMOUNT, short=True),
    Cell("free_proofs", "Proofs that cost nothing", kind=CellKind.WHOLE, short=True),
    Cell("proof_charge", "For each further proof", kind=CellKind.AMOUNT, short=True),
    Cell(
        "deposit",
        "Deposit",
        kind=CellKind.SHARE,
        hint="Share of the total that is paid ahead without net terms.",
        short=True,
    ),
    Cell(
        "tolerance",
        "Tolerance",
        kind=CellKind.SHARE,
        hint="Share of the copies that may be missing or too many.",
        short=True,
    ),
    Cell("valid_days", "Days that a quote is valid", kind=CellKind.WHOLE, short=True),
    Cell("net_days", "Days until an invoice is due", kind=CellKind.WHOLE, short=True),
    Cell("proof", "Until the proof is sent", "pace.proof", CellKind.WHOLE, short=True),
    Cell("production", "Production", "pace.production", CellKind.WHOLE, short=True),
    Cell("shipping", "Shipping", "pace.shipping", CellKind.WHOLE, short=True),
    Cell(
        "rush_proof", "Rush: until the proof is sent", "rush_pace.proof", CellKind.WHOLE, short=True
    ),
    Cell("rush_production", "Rush: production", "rush_pace.production", CellKind.WHOLE, short=True),
    Cell("rush_shipping", "Rush: shipping", "rush_pace.shipping", CellKind.WHOLE, short=True),
    Cell(
        "terms",
        "Further terms on quotes",
        kind=CellKind.LINES,
        hint="In the house’s words, one a line.",
    ),
)

PRICE_LIST = RowTable(
    "price_list",
    "price list",
    (*BASE, *VERSION),
    (TAXES, DISCOUNTS, OPTIONS, FREIGHT, CANCELLATION),
)
"""What it is for and its taxes, then the version that is amended."""

_OF_LIST = {"currency", "titles", "retailers", "taxes"}


def price_list_shown(body: Mapping[str, Any], version: Mapping[str, Any]) -> Row:
    """A price list and one of its versions as they stand in the fields."""
    options = [{"option": name, **each} for name, each in version.get("options", {}).items()]
    owed = version.get("cancellation", {})
    shares = [
        {"state": state.value, "share": owed[state.value]}
        for state in CANCELLED_FROM
        if state.value in owed
    ]
    row = shown({**body, **version, "options": options, "cancellation": shares}, PRICE_LIST)
    row["key"] = body.get("key", "")
    return row


def price_list_written(row: Row, base: Mapping[str, Any] | None, version: str) -> Written:
    """The body that the fields make.

    Args:
        row: what was typed.
        base: the body in force; None for a new price list.
        version: first day of the version that is amended; empty for a new one.
    """
    found = written(row, PRICE_LIST)
    listed: list[Any] = list(base["versions"]) if base else []
    place = next((at for at, each in enumerate(listed) if each["from"] == version), len(listed))
    made = {name: value for name, value in found.body.items() if name not in _OF_LIST}
    _by_name(found, made, "options", "option", f"versions[{place}]")
    _by_name(found, made, "cancellation", "state", f"versions[{place}]")
    if "cancellation" in made:
        made["cancellation"] = {
            state: each.get("share", "") for state, each in made["cancellation"].items()
        }
    found.places |= {
        f"versions[{place}].{path}": field
        for path, field in found.places.items()
        if path.partition(".")[0].partition("[")[0] not in _OF_LIST
    }
    found.places[f"versions[{place}]"] = "from"
    found.places["key"] = "key"
    before = listed[place] if place < len(listed) else None
    versions = [*listed[:place], as_before(made, before) if before else made, *listed[place + 1 :]]
    body = {
        "key": row.get("key", ""),
        **{name: value for name, value in found.body.items() if name in _OF_LIST},
    }
    found.body = {**(as_before(body, base) if base else body), "versions": versions}
    return found


def _by_name(found: Written, made: Body, table: str, cell: str, at: str) -> None:
    """Rows that each have a name of their own, as a table by name."""
    if table not in made:
        return
    named: Body = {}
    for place, entry in enumerate(made[table]):
        name = str(entry.pop(cell, ""))
        field = found.places.get(f"{table}[{place}]", "")
        for path, where in list(found.places.items()):
            if path.startswith(f"{table}[{place}]."):
                rest = path.partition("].")[2]
                found.places[f"{at}.{table}.{name}.{rest}"] = where
                found.places[f"{at}.{table}[{name!r}].{rest}"] = where
        found.places[f"{at}.{table}.{name}"] = field
        found.places[f"{at}.{table}[{name!r}]"] = field
        named[name] = entry
    made[table] = named
