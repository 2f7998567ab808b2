"""A contract as a form: its rules in a table whose order counts."""

import re
from collections.abc import Mapping
from typing import Any

from royalties.domain.money import NotAnAmountError
from royalties.domain.problems import SetupFault
from royalties.ingest.setup import contracts as models
from royalties.services.books import setup_in_force
from royalties.services.terms.opening_rows import caps_of
from royalties.web import title_words
from royalties.web.core.names import named
from royalties.web.core.visit import current_work
from royalties.web.forms.choices import Picker, PickerList, Selection
from royalties.web.forms.entries import Body, EntryForm, RowList, Written
from royalties.web.forms.fields import EntryField, Share, Tick, fraction_text, percent_text
from royalties.web.forms.model_fields import fields_of, key_field
from royalties.web.forms.numbers import as_plain, listed, parted

FORMATS = tuple((each.value, words) for each, words in title_words.FORMATS.items())
CHANNELS = tuple((each.value, words) for each, words in title_words.CHANNELS.items())

_tier = fields_of(models.Tier, in_rows=True)
_rule = fields_of(models.Rule, in_rows=True)
_advance = fields_of(models.Advance, in_rows=True)
_reserve = fields_of(models.ReserveBroughtIn, in_rows=True)
_cap = fields_of(models.CapBroughtIn, in_rows=True)
_edition = fields_of(models.EditionBroughtIn, in_rows=True)
_of = fields_of(models.Contract)

_PLACE = re.compile(r"\d{4}-\d{2}-\d{2} [\d.]+", re.ASCII)
_BROUGHT_IN = {"reserves": "reserves", "caps": "caps", "editions_to_date": "editions"}
"""Tables of the form, and what they are in what is brought into the books."""


class TierForm(EntryForm):
    """A rate up to a limit."""

    rate = _tier(
        "rate", hint="10 % or 0.10; for a rate per copy an amount such as 2.50", short=True
    )
    up_to = _tier("up_to", short=True)


class RuleForm(EntryForm):
    """How a sale earns."""

    name = _rule("name")
    formats = _rule("formats", options=FORMATS)
    channels = _rule("channels", options=CHANNELS)
    retailers = _rule("retailers", kind=PickerList, of="retailers", waiting=True)
    countries = _rule("countries", short=True)
    from_ = _rule("discount.from", name="from", short=True)
    above = _rule("discount.above", short=True)
    below = _rule("discount.below", short=True)
    to = _rule("discount.up_to", short=True)
    basis = _rule(
        "basis",
        kind=Selection,
        options=(
            ("", "choose …"),
            ("list", "list price"),
            ("net", "net receipts"),
            ("unit", "amount per copy"),
            ("profit", "net less unit cost"),
        ),
    )
    escalator = EntryField("Escalator")
    tiers_by = _rule(
        "tiers_by",
        kind=Selection,
        options=(("", "net copies"), ("list", "list value"), ("net", "net receipts")),
    )
    counter = _rule("counter.name")
    resets = _rule(
        "counter.resets",
        kind=Selection,
        options=(("", "never"), ("year", "each year"), ("period", "each period")),
    )
    opening = _rule("counter.opening", short=True)
    tiers = RowList(TierForm, "tier", least=1)


class RightForm(EntryForm):
    """The author's share of a right's income."""

    right = EntryField("Right", hint="translation, audio, permissions, …")
    share = Share("Author’s share", hint="50 % or 0.50", short=True)


class AdvanceForm(EntryForm):
    """Money paid ahead."""

    amount = _advance("amount", short=True)
    paid_on = _advance("paid_on")
    recouped = _advance("recouped", short=True)


class ReserveForm(EntryForm):
    """Withheld before the books."""

    withheld_in = _reserve("withheld_in", hint="Such as 2024-H2.", short=True)
    amount = _reserve("amount", short=True)
    released_in = _reserve("released_in", hint="Blank: as the reserve says.", short=True)


def _caps_offered() -> list[tuple[str, str]]:
    """Caps of all plans that outlive a period, each by its name or place."""
    choices = [("", "choose …")]
    for plan in setup_in_force(current_work()).plans.values():
        called = named(plan.key, "plans")
        choices += [
            (
                name or f"{version} {path}",
                f"{called}: {name or f'step {path}'}, {words}",
            )
            for (name, version, path), words in caps_of(plan).items()
        ]
    return choices


class CapForm(EntryForm):
    """What a cap let through before the books."""

    cap = Selection("Cap", options=_caps_offered)
    used = _cap("used", short=True)


class EditionToDateForm(EntryForm):
    """An edition before the books."""

    isbn = _edition("isbn", kind=Picker, of="editions", label="Edition")
    units = _edition("units", short=True)
    earned = _edition("earned", short=True)


class ContractForm(EntryForm):
    """A contract."""

    key = key_field(models.Contract, "foot-2015")
    author = _of("author", hint=True)
    titles = _of(
        "titles", kind=PickerList, of="titles", waiting=True, hint="All of them share one account."
    )
    currency = _of("currency", hint="Three letters, such as USD.", short=True)
    starts = _of("starts", hint=True, short=True)
    ends = _of("ends", hint=True, short=True)
    sell_off_until = _of("sell_off_until", hint=True, short=True)
    plan = _of(
        "plan", kind=Picker, of="plans", waiting=True, hint="It says who gets what is payable."
    )
    opening_balance = _of("opening_balance", hint=True, short=True)
    reserve_rate = _of(
        "reserve.rate",
        hint="20 %; or by a title’s periods since publication: 25 %; 20 %; 10 %.",
    )
    reserve_by_period = Tick("By the title’s periods since publication")
    hold_periods = _of("reserve.hold_periods", hint=True, short=True)
    reserve_formats = _of("reserve.formats", options=FORMATS)
    reserve_channels = _of("reserve.channels", options=CHANNELS)
    rules = RowList(RuleForm, "rule", least=1)
    subsidiary_rights = RowList(RightForm, "right")
    advances = RowList(AdvanceForm, "advance")
    undistributed = _of("brought_in.undistributed", name="undistributed", hint=True, short=True)
    reserves = RowList(ReserveForm, "reserve")
    caps = RowList(CapForm, "cap")
    editions_to_date = RowList(EditionToDateForm, "edition")

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Rates as rows of tiers, rights as rows, and a reserve's rates as one text."""
        rights = body.get("subsidiary_rights", {})
        reserve = dict(body.get("reserve", {}))
        rate = reserve.get("rate")
        rates = rate if isinstance(rate, list) else [rate] if rate is not None else []
        reserve["rate"] = listed(percent_text(each) for each in rates)
        brought_in = body.get("brought_in", {})
        return {
            **body,
            **{name: brought_in.get(key) for name, key in _BROUGHT_IN.items()},
            "caps": [
                {
                    "cap": cap.get("name") or f"{cap['version']} {cap['step']}",
                    "used": cap["used"],
                }
                for cap in brought_in.get("caps", ())
            ],
            "rules": [_rule_fields(rule) for rule in body.get("rules", ())],
            "subsidiary_rights": [
                {"right": right, "share": share} for right, share in rights.items()
            ],
            "reserve": reserve,
            "reserve_by_period": isinstance(rate, list),
        }

    def as_body(self, written: Written) -> None:
        """The other way."""
        body = written.body
        for place, rule in enumerate(body.get("rules", ())):
            _rule_body(written, place, rule)
        by_period = body.pop("reserve_by_period", False)
        if "reserve" in body:
            _reserve_body(written, by_period=by_period)
        if "subsidiary_rights" in body:
            _rights_body(written)
        _brought_in_body(written)


def _rule_fields(rule: Mapping[str, Any]) -> Body:
    tiers = rule.get("tiers") or ([{"rate": rule["rate"]}] if "rate" in rule else [])
    if rule.get("basis") != "unit":
        tiers = [{**tier, "rate": percent_text(tier["rate"])} for tier in tiers]
    return {**rule, "tiers": tiers, "escalator": "1" if "tiers" in rule else ""}


def _rule_body(written: Written, place: int, rule: Body) -> None:
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
    first = written.places.get(f"{at}.tiers[0].rate", "")
    written.places[f"{at}.rate"] = first or written.places[at]
    if len(tiers) == 1 and "up_to" not in tiers[0] and not escalator:
        del rule["tiers"]
        if "rate" in tiers[0]:
            rule["rate"] = tiers[0]["rate"]


def _brought_in_body(written: Written) -> None:
    for cap in written.body.get("caps", ()):
        cap_name = str(cap.pop("cap", ""))
        version, _, step = cap_name.partition(" ")
        if _PLACE.fullmatch(cap_name):
            cap |= {"version": version, "step": step}
        elif cap_name:
            cap["name"] = cap_name
    for name, key in _BROUGHT_IN.items():
        if name in written.body:
            written.body.setdefault("brought_in", {})[key] = written.body.pop(name)
        for path in [each for each in written.places if re.match(rf"{name}\b", each)]:
            moved = f"brought_in.{key}{path.removeprefix(name)}"
            written.places[moved] = written.places[path]


def _reserve_body(written: Written, *, by_period: bool) -> None:
    reserve = written.body["reserve"]
    if "rate" not in reserve:
        return
    try:
        rates = [fraction_text(as_plain(each)) for each in parted(reserve["rate"])]
    except NotAnAmountError as error:
        written.faults.append(SetupFault("reserve.rate", str(error)))
        return
    reserve["rate"] = rates if by_period or len(rates) != 1 else rates[0]


def _rights_body(written: Written) -> None:
    rights: Body = {}
    for place, entry in enumerate(written.body["subsidiary_rights"]):
        at = f"subsidiary_rights[{place}]"
        right = entry.get("right", "")
        if right in rights:
            written.faults.append(SetupFault(f"{at}.right", "is named twice: keep one of them"))
        written.places[f"subsidiary_rights.{right}"] = written.places[f"{at}.share"]
        written.places[f"subsidiary_rights[{right!r}]"] = written.places[f"{at}.share"]
        rights[right] = entry.get("share", "")
    written.body["subsidiary_rights"] = rights
