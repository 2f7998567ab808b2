"""A contract as a form: its rules in a table whose order counts."""

from collections.abc import Mapping
from typing import Any

from royalties.domain.money import NotAnAmountError
from royalties.domain.problems import SetupFault
from royalties.domain.terms.catalogue import Channel, Format
from royalties.web.finance.terms.row_forms import (
    Body,
    Cell,
    CellKind,
    Row,
    RowTable,
    Written,
    as_before,
    fraction_text,
    percent_text,
    shown,
    written,
)
from royalties.web.finance.terms.typed_numbers import as_plain, listed, parted

FORMATS = tuple((each.value, each.value) for each in Format)
CHANNELS = tuple((each.value, each.value) for each in Channel)

_RATE = "10 % or 0.10; for a rate per copy an amount such as 2.50"

TIERS = RowTable(
    "tiers",
    "tier",
    (
        Cell("rate", "Rate", kind=CellKind.AMOUNT, hint=_RATE, short=True),
        Cell("up_to", "up to", kind=CellKind.WHOLE, short=True),
    ),
    least=1,
)

RULES = RowTable(
    "rules",
    "rule",
    (
        Cell("name", "Name"),
        Cell("formats", "Formats", kind=CellKind.TICKS, options=FORMATS),
        Cell("channels", "Channels", kind=CellKind.TICKS, options=CHANNELS),
        Cell("retailers", "Retailers", kind=CellKind.WORDS),
        Cell("countries", "Countries", kind=CellKind.NAMES, short=True),
        Cell("from", "≥", "discount.from", CellKind.SHARE, short=True),
        Cell("above", ">", "discount.above", CellKind.SHARE, short=True),
        Cell("below", "<", "discount.below", CellKind.SHARE, short=True),
        Cell("to", "≤", "discount.up_to", CellKind.SHARE, short=True),
        Cell(
            "basis",
            "Basis",
            kind=CellKind.CHOICE,
            options=(
                ("", "choose …"),
                ("list", "list price"),
                ("net", "net receipts"),
                ("unit", "amount per copy"),
                ("profit", "net less unit cost"),
            ),
        ),
        Cell("escalator", "Escalator"),
        Cell(
            "tiers_by",
            "Limits count",
            kind=CellKind.CHOICE,
            options=(("", "net copies"), ("list", "list value"), ("net", "net receipts")),
        ),
        Cell("counter", "Counter", "counter.name"),
        Cell(
            "resets",
            "Starts again",
            "counter.resets",
            CellKind.CHOICE,
            options=(("", "never"), ("year", "each year"), ("period", "each period")),
        ),
        Cell("opening", "Counted before", "counter.opening", CellKind.WHOLE, short=True),
    ),
    (TIERS,),
    least=1,
)

RIGHTS = RowTable(
    "subsidiary_rights",
    "right",
    (
        Cell("right", "Right", hint="translation, audio, permissions, …"),
        Cell("share", "Author’s share", kind=CellKind.SHARE, hint="50 % or 0.50", short=True),
    ),
)

ADVANCES = RowTable(
    "advances",
    "advance",
    (
        Cell("amount", "Amount", kind=CellKind.AMOUNT, short=True),
        Cell("paid_on", "Paid on", kind=CellKind.DAY),
        Cell("recouped", "Recouped before the first period", kind=CellKind.AMOUNT, short=True),
    ),
)

CONTRACT = RowTable(
    "contract",
    "contract",
    (
        Cell("author", "Author", hint="With whom the contract was made."),
        Cell(
            "titles",
            "Titles",
            kind=CellKind.WORDS,
            hint="Keys of titles, with commas between; all share one account.",
            required=True,
        ),
        Cell("currency", "Currency", hint="Three letters, such as USD.", required=True, short=True),
        Cell(
            "starts",
            "Starts",
            kind=CellKind.DAY,
            hint="It counts from the period that contains this day.",
            required=True,
            short=True,
        ),
        Cell(
            "plan",
            "Plan",
            hint="Key of the plan that distributes what is payable.",
            listed="plans",
            required=True,
        ),
        Cell(
            "opening_balance",
            "Opening balance",
            kind=CellKind.AMOUNT,
            hint="A debit balance brought into the books: zero or below, such as -120.00.",
            short=True,
        ),
        Cell(
            "reserve_rate",
            "Rate withheld",
            "reserve.rate",
            hint="20 %; or by a title’s periods since publication: 25 %; 20 %; 10 %.",
        ),
        Cell("reserve_by_period", "By the title’s periods since publication", kind=CellKind.TICK),
        Cell(
            "hold_periods",
            "Released after",
            "reserve.hold_periods",
            CellKind.WHOLE,
            hint="Periods until it is released in full.",
            short=True,
        ),
        Cell("reserve_formats", "Formats", "reserve.formats", CellKind.TICKS, options=FORMATS),
        Cell("reserve_channels", "Channels", "reserve.channels", CellKind.TICKS, options=CHANNELS),
    ),
    (RULES, RIGHTS, ADVANCES),
)


def contract_shown(body: Mapping[str, Any]) -> Row:
    """A contract's body as it stands in the fields."""
    rights = [
        {"right": right, "share": share}
        for right, share in body.get("subsidiary_rights", {}).items()
    ]
    reserve = dict(body.get("reserve", {}))
    rate = reserve.pop("rate", None)
    rules = [_rule_shown(rule) for rule in body.get("rules", ())]
    row = shown({**body, "rules": rules, "subsidiary_rights": rights, "reserve": reserve}, CONTRACT)
    row["key"] = body.get("key", "")
    row["reserve_by_period"] = "1" if isinstance(rate, list) else ""
    rates = rate if isinstance(rate, list) else [rate] if rate is not None else []
    row["reserve_rate"] = listed(percent_text(each) for each in rates)
    return row


def _rule_shown(rule: Mapping[str, Any]) -> Body:
    tiers = rule.get("tiers") or ([{"rate": rule["rate"]}] if "rate" in rule else [])
    if rule.get("basis") != "unit":
        tiers = [{**tier, "rate": percent_text(tier["rate"])} for tier in tiers]
    return {**rule, "tiers": tiers, "escalator": "1" if "tiers" in rule else ""}


def contract_written(row: Row, base: Mapping[str, Any] | None) -> Written:
    """The body that the fields make; keys that the form does not know stay as they were."""
    found = written(row, CONTRACT)
    body = found.body
    body["key"] = row.get("key", "")
    found.places["key"] = "key"
    for place, rule in enumerate(body.get("rules", ())):
        _rule_written(found, place, rule)
    body.pop("reserve_by_period", None)
    if "reserve" in body:
        _reserve_written(found, by_period=bool(row.get("reserve_by_period")))
    if "subsidiary_rights" in body:
        _rights_written(found)
    known = {"key", "rules", "subsidiary_rights", "advances", "reserve"}
    known |= {cell.path.partition(".")[0] for cell in CONTRACT.cells}
    kept = {key: value for key, value in (base or {}).items() if key not in known}
    found.body = as_before({**kept, **body}, base) if base else body
    return found


def _rule_written(found: Written, place: int, rule: Body) -> None:
    at = f"rules[{place}]"
    tiers = rule.get("tiers", [])
    if rule.get("basis") != "unit":
        for tier in tiers:
            if "rate" in tier:
                tier["rate"] = fraction_text(tier["rate"])
    escalator = rule.pop("escalator", "")
    if rule.get("tiers_by"):
        for holder, key in (
            *((tier, "up_to") for tier in tiers),
            (rule.get("counter", {}), "opening"),
        ):
            if key in holder:
                holder[key] = str(holder[key])
    first = found.places.get(f"{at}.tiers[0].rate", "")
    found.places[f"{at}.rate"] = first or found.places[at]
    if len(tiers) == 1 and "up_to" not in tiers[0] and not escalator:
        del rule["tiers"]
        if "rate" in tiers[0]:
            rule["rate"] = tiers[0]["rate"]


def _reserve_written(found: Written, *, by_period: bool) -> None:
    reserve = found.body["reserve"]
    if "rate" not in reserve:
        return
    try:
        rates = [fraction_text(as_plain(each)) for each in parted(reserve["rate"])]
    except NotAnAmountError as error:
        found.faults.append(SetupFault("reserve.rate", str(error)))
        return
    reserve["rate"] = rates if by_period or len(rates) != 1 else rates[0]


def _rights_written(found: Written) -> None:
    rights: Body = {}
    for place, entry in enumerate(found.body["subsidiary_rights"]):
        at = f"subsidiary_rights[{place}]"
        right = entry.get("right", "")
        if right in rights:
            found.faults.append(SetupFault(f"{at}.right", "is named twice: keep one of them"))
        found.places[f"subsidiary_rights.{right}"] = found.places[f"{at}.share"]
        found.places[f"subsidiary_rights[{right!r}]"] = found.places[f"{at}.share"]
        rights[right] = entry.get("share", "")
    found.body["subsidiary_rights"] = rights
