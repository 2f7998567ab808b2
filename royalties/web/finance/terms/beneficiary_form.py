"""A beneficiary as a form."""

from collections.abc import Mapping
from typing import Any

from royalties.ingest.setup import beneficiaries as models
from royalties.web.forms.entries import EntryForm, RowList, Written
from royalties.web.forms.model_fields import fields_of, key_field

_rate = fields_of(models.TaxRate, in_rows=True)
_balance = fields_of(models.BalanceBroughtIn, in_rows=True)
_of = fields_of(models.Beneficiary)


class TaxRateForm(EntryForm):
    """A tax rate from a day on."""

    from_ = _rate("from", name="from", hint="Leave blank for one rate that always holds.")
    rate = _rate("rate", hint="24 % or 0.24", short=True)


class BalanceForm(EntryForm):
    """A balance in another currency, or an adjustment."""

    currency = _balance("currency", short=True)
    amount = _balance("amount", short=True)
    reason = _balance("reason")


class BeneficiaryForm(EntryForm):
    """A beneficiary: who they are, then how they are paid."""

    key = key_field(models.Beneficiary, "seattle")
    name = _of("name", hint=True)
    address = _of("address", hint=True)
    city = _of("city")
    country = _of("country")
    region = _of("region", hint=True, short=True)
    ein = _of("ein", hint=True, short=True)
    email = _of("email", hint=True)
    contact = _of("contact", hint=True)
    phone = _of("phone")
    private = _of("private")
    minimum_payment = _of("minimum_payment", hint=True, short=True)
    on_hold = _of("on_hold")
    pay_out_at_year_end = _of("pay_out_at_year_end")
    opening_balance = _of("opening_balance", hint=True, short=True)
    tax_rate = RowList(TaxRateForm, "tax rate")
    brought_in = RowList(BalanceForm, "balance")

    how_paid = ("minimum_payment", "on_hold", "pay_out_at_year_end", "opening_balance")
    """The rest, beside who they are."""

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One rate that always holds is a row without a day."""
        rates = body.get("tax_rate") or []
        return {**body, "tax_rate": [{"rate": rates}] if isinstance(rates, str) else rates}

    def as_body(self, written: Written) -> None:
        """A row without a day is one rate."""
        rates = written.body.get("tax_rate", [])
        if len(rates) == 1 and "from" not in rates[0]:
            written.body["tax_rate"] = rates[0].get("rate", "")
            written.places["tax_rate"] = written.places["tax_rate[0].rate"]
