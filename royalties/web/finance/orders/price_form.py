"""A price list as a form: what it is for, and one of its dated versions."""

from collections.abc import Mapping
from typing import Any

from royalties.domain.orders.price_lists import Option
from royalties.ingest.setup import orders as models
from royalties.web.finance.terms.editing import AmendForm
from royalties.web.forms.choices import Picker, PickerList, PlaceField, Selection
from royalties.web.forms.entries import Body, EntryForm, RowList, Written, as_before
from royalties.web.forms.fields import Lines, Share
from royalties.web.forms.model_fields import fields_of, key_field

_OPTIONS = tuple((each.value, each.value.replace("-", " ")) for each in Option)
_STATES = tuple((each.value, each.value.replace("-", " ")) for each in models.CANCELLED_FROM)
_OF_LIST = {"name", "currency", "titles", "retailers", "taxes"}

_tax = fields_of(models.Tax, in_rows=True)
_discount = fields_of(models.QuantityDiscount, in_rows=True)
_option = fields_of(models.OptionTerms, in_rows=True)
_freight = fields_of(models.Freight, in_rows=True)
_of = fields_of(models.PriceList)
_version = fields_of(models.PriceVersion)


class TaxForm(EntryForm):
    """Sales tax of copies that go to a place."""

    place = _tax("place", kind=PlaceField, hint="Such as Washington, United States.")
    from_ = _tax("from", name="from")
    rate = _tax("rate", hint="6.5 % or 0.065", short=True)
    freight = _tax("freight")


class DiscountForm(EntryForm):
    """The discount from so many copies on."""

    at_least = _discount("at_least", short=True)
    discount = _discount("discount", hint="20 % or 0.20", short=True)


class OptionForm(EntryForm):
    """What an option of a custom edition costs."""

    option = Selection("Option", options=(("", "choose …"), *_OPTIONS))
    minimum = _option("minimum", short=True)
    set_up = _option("set_up", short=True)
    per_copy = _option("per_copy", short=True)


class FreightForm(EntryForm):
    """What a shipment of up to so many copies costs."""

    up_to = _freight("up_to", hint="Blank in the last step.", short=True)
    amount = _freight("amount", short=True)
    per_copy = _freight("per_copy", short=True)


class CancellationForm(EntryForm):
    """What an order owes that is cancelled in a state or a later one."""

    state = Selection("From the state", options=(("", "choose …"), *_STATES))
    share = Share("Owed of the total", hint="5 % or 0.05", short=True)


class PriceListForm(EntryForm):
    """A price list: what it is for and its taxes, and the version that is amended."""

    key = key_field(models.PriceList, "orders-usd")
    name = _of("name", hint="What people call it, such as Books in the United States.")
    currency = _of("currency", hint="Three letters, such as USD.", short=True)
    titles = _of(
        "titles",
        kind=PickerList,
        of="titles",
        waiting=True,
        hint="None: all that no other price list names.",
    )
    bulk = _of("retailers.bulk", kind=Picker, of="retailers", waiting=True, hint=True)
    custom = _of("retailers.custom", kind=Picker, of="retailers", waiting=True, hint=True)

    from_ = _version("from", name="from", short=True)
    minimum = _version("minimum", short=True)
    small_order_below = _version("small_order_below", short=True)
    small_order_charge = _version("small_order_charge", short=True)
    rush_charge = _version("rush_charge", short=True)
    rush_share = _version("rush_share", hint="10 % or 0.10", short=True)
    more_address_charge = _version("more_address_charge", short=True)
    free_proofs = _version("free_proofs", short=True)
    proof_charge = _version("proof_charge", short=True)
    deposit = _version("deposit", hint=True, short=True)
    tolerance = _version("tolerance", hint=True, short=True)
    valid_days = _version("valid_days", short=True)
    net_days = _version("net_days", short=True)
    proof = _version("pace.proof", short=True)
    production = _version("pace.production", short=True)
    shipping = _version("pace.shipping", short=True)
    rush_proof = _version("rush_pace.proof", label="Rush: until the proof is sent", short=True)
    rush_production = _version("rush_pace.production", label="Rush: production", short=True)
    rush_shipping = _version("rush_pace.shipping", label="Rush: shipping", short=True)
    terms = _version("terms", kind=Lines, hint="In the house’s words, one a line.")

    taxes = RowList(TaxForm, "tax")
    discounts = RowList(DiscountForm, "discount", least=1)
    options = RowList(OptionForm, "option")
    freight = RowList(FreightForm, "step of freight", least=1)
    cancellation = RowList(CancellationForm, "share")

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Options and what is owed as rows."""
        options = [{"option": name, **each} for name, each in body.get("options", {}).items()]
        owed = body.get("cancellation", {})
        shares = [
            {"state": state.value, "share": owed[state.value]}
            for state in models.CANCELLED_FROM
            if state.value in owed
        ]
        return {**body, "options": options, "cancellation": shares}


class PriceSheet(AmendForm):
    """A price list while a version of it is amended; the version is empty for a further one."""

    def write(self) -> None:
        """The whole price list with the version that was typed."""
        written = self.written = self.form.written()
        base = self.base or {}
        listed: list[Any] = list(base.get("versions", ()))
        place = next((at for at, dated in enumerate(listed) if dated["from"] == self.version), None)
        if place is None:
            place = len(listed)
        version_body = {
            name: value for name, value in written.body.items() if name not in _OF_LIST | {"key"}
        }
        _by_name(written, version_body, "options", "option", f"versions[{place}]")
        _by_name(written, version_body, "cancellation", "state", f"versions[{place}]")
        if "cancellation" in version_body:
            version_body["cancellation"] = {
                state: entry.get("share", "")
                for state, entry in version_body["cancellation"].items()
            }
        written.places |= {
            f"versions[{place}].{path}": field
            for path, field in written.places.items()
            if path.partition(".")[0].partition("[")[0] not in _OF_LIST
        }
        written.places[f"versions[{place}]"] = "from"
        before = listed[place] if place < len(listed) else None
        listed[place : place + 1] = [as_before(version_body, before) if before else version_body]
        own = {name: value for name, value in written.body.items() if name in _OF_LIST | {"key"}}
        self.body = {**(as_before(own, base) if base else own), "versions": listed}
        self.give_key()
        self.blame(written.faults)


def _by_name(written: Written, body: Body, table: str, field: str, at: str) -> None:
    """Rows that each have a name of their own, as a table by name."""
    if table not in body:
        return
    named: Body = {}
    for place, entry in enumerate(body[table]):
        name = str(entry.pop(field, ""))
        first = written.places.get(f"{table}[{place}]", "")
        for path, where in list(written.places.items()):
            if path.startswith(f"{table}[{place}]."):
                below = path.partition("].")[2]
                written.places[f"{at}.{table}.{name}.{below}"] = where
                written.places[f"{at}.{table}[{name!r}].{below}"] = where
        written.places[f"{at}.{table}.{name}"] = first
        written.places[f"{at}.{table}[{name!r}]"] = first
        named[name] = entry
    body[table] = named
