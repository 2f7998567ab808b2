"""What a setup file may say of organizations, and of the price lists that their orders go by."""

from typing import Annotated

from pydantic import Field, PlainValidator

from royalties.domain.orders.life import State
from royalties.domain.orders.pricing import LineKind, Option
from royalties.domain.terms.catalogue import Channel
from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part

CANCELLED_FROM = (
    State.ACCEPTED,
    State.ARTWORK,
    State.PROOF_SENT,
    State.PROOF_APPROVED,
    State.IN_PRODUCTION,
)
"""States that a cancelled order may owe a share from, in their order."""

CHARGES = (LineKind.OPTION_COPIES, LineKind.SET_UP, LineKind.SMALL_ORDER, LineKind.RUSH)
"""What a contract may count into net receipts beside copies."""

OptionWord = Annotated[str, PlainValidator(s.word_of(Option)), s.one_of(Option)]
StateWord = Annotated[str, PlainValidator(s.word_of(CANCELLED_FROM)), s.one_of(CANCELLED_FROM)]
ChargeWord = Annotated[str, PlainValidator(s.word_of(CHARGES)), s.one_of(CHARGES)]

ORDER_CHANNELS = (Channel.BULK, Channel.CUSTOM)
"""Channels that orders are recorded under; a price list names a retailer of each."""


class Organization(Part):
    """Who orders in bulk or has a custom edition made."""

    key: s.Key = Field(title="Key", description="Its name in this file and in commands.")
    name: s.Text = Field(title="Name", description="As it stands on quotes and invoices.")
    address: list[s.Text] = Field(title="Street address", default=[], description="One line each.")
    city: s.Text | None = Field(title="City", default=None, description="City.")
    region: s.Region | None = Field(
        title="State or region",
        default=None,
        description=s.REGION_HINT,
    )
    postcode: s.Name | None = Field(title="Postal code", default=None, description="Postal code.")
    country: s.Country = Field(
        title="Country", description="Country, ISO 3166-1, such as US; its name will do."
    )
    email: s.Email = Field(title="E-mail", description="Where quotes and invoices are sent.")
    phone: s.Name | None = Field(title="Telephone", default=None, description="Telephone.")
    net_terms: s.Flag = Field(
        title="May pay after the invoice, on a purchase order",
        default=False,
        description="Whether it may pay after the invoice, on a purchase order; else by deposit.",
    )


class PaymentDetails(Part):
    """How the house is paid, from a day on; invoices say it."""

    key: s.Key = Field(title="Key", description="Its name in this file and in the log.")
    currency: s.Currency | None = Field(
        title="Currency",
        default=None,
        description="Only for invoices in it, ISO 4217; absent: for any.",
    )
    from_: s.Day = Field(
        title="From", alias="from", description="Invoices say it from this day on."
    )
    payee: s.Name = Field(
        title="Payee", description="In whose name the account is, or checks are written."
    )
    bank: s.Name | None = Field(title="Bank", default=None, description="Name of the bank.")
    account: s.Account | None = Field(
        title="Account number", default=None, description="Account number."
    )
    routing: s.Routing | None = Field(
        title="Routing number",
        default=None,
        description="Nine digits, of a U.S. bank.",
    )
    iban: s.Iban | None = Field(title="IBAN", default=None, description="IBAN.")
    bic: s.Bic | None = Field(
        title="BIC (SWIFT)", default=None, description="BIC (SWIFT code) of the bank."
    )
    address: list[s.Text] = Field(
        title="Checks are sent to", default=[], description="Where checks are sent, line by line."
    )
    note: s.Text | None = Field(
        title="Note", default=None, description="What else a payer must know."
    )


class QuantityDiscount(Part):
    """The discount from so many copies of one order on."""

    at_least: s.Count = Field(title="From copies", description="Copies of the order.")
    discount: s.Rate = Field(
        title="Off the list price", description="Fraction of the list price that is taken off."
    )


class OptionTerms(Part):
    """What an option of a custom edition costs."""

    minimum: s.Count = Field(
        title="From copies", default=1, description="Copies from which it can be had."
    )
    set_up: s.Amount = Field(
        title="Set-up, once", default="0", description="Charged once per order."
    )
    per_copy: s.Amount = Field(
        title="For each copy",
        default="0",
        description="Charged for each copy; may have parts of a cent.",
    )


class Freight(Part):
    """What a shipment of up to so many copies to one address costs."""

    up_to: s.Count | None = Field(
        title="Up to copies", default=None, description="Copies; the last step has no limit."
    )
    amount: s.Amount = Field(title="Amount", description="For the shipment.")
    per_copy: s.Amount = Field(
        title="For each copy", default="0", description="For each copy, beside the amount."
    )


class LeadTimes(Part):
    """How long the stages take, in working days."""

    proof: s.Whole = Field(title="Until the proof is sent", description="Until the proof is sent.")
    production: s.Whole = Field(
        title="Production", description="From the approved proof until the copies are ready."
    )
    shipping: s.Whole = Field(title="Shipping", description="Until they arrive.")


class PriceVersion(Part):
    """The terms of a price list from a day on; amounts are in its currency."""

    from_: s.Day = Field(title="Holds from", alias="from", description="First day it holds.")
    minimum: s.Count = Field(
        title="Orders begin at copies", default=1, description="Copies that an order begins at."
    )
    discounts: list[QuantityDiscount] = Field(
        default=[], description="Off the list price, by the copies of one order; rising."
    )
    options: dict[OptionWord, OptionTerms] = Field(
        default={}, description="What can be had on a custom edition; what is absent cannot."
    )
    freight: list[Freight] = Field(
        min_length=1, description="By the copies of one address; limits rise, the last has none."
    )
    small_order_below: s.Whole = Field(
        title="Small orders are below copies",
        default=0,
        description="Orders of fewer copies are charged small_order_charge.",
    )
    small_order_charge: s.Amount = Field(
        title="Charge for a small order", default="0", description="Once per order."
    )
    rush_charge: s.Amount = Field(
        title="Rush: charge", default="0", description="Once per rush order."
    )
    rush_share: s.Rate = Field(
        title="Rush: share of copies and options",
        default="0",
        description="Beside it, a fraction of copies and options.",
    )
    more_address_charge: s.Amount = Field(
        title="For each further address",
        default="0",
        description="For each address after the first.",
    )
    free_proofs: s.Whole = Field(
        title="Proofs that cost nothing", default=3, description="Proofs that cost nothing."
    )
    proof_charge: s.Amount = Field(
        title="For each further proof", default="0", description="For each proof after those."
    )
    deposit: s.Rate = Field(
        title="Deposit",
        default="0",
        description="Share of the total that is paid ahead without net terms.",
    )
    tolerance: s.Rate = Field(
        title="Tolerance",
        default="0",
        description="Share of the copies that may be missing or too many.",
    )
    valid_days: s.Count = Field(
        title="Days that a quote is valid",
        default=30,
        description="Days for which a quote is valid.",
    )
    net_days: s.Whole = Field(
        title="Days until an invoice is due",
        default=30,
        description="Days from an invoice until it is due.",
    )
    pace: LeadTimes | None = Field(default=None, description="Absent: 3, 10 and 5 working days.")
    rush_pace: LeadTimes | None = Field(
        default=None, description="Absent: 1, 5 and 2 working days."
    )
    cancellation: dict[StateWord, s.Rate] = Field(
        default={},
        description="Fraction of the total, less set-up, that an order owes when it is cancelled "
        "in this state or a later one.",
    )
    terms: list[s.Paragraph] = Field(
        title="Further terms on quotes",
        default=[],
        description="More terms, in the house's words; they stand on quotes.",
    )


class Tax(Part):
    """Sales tax of copies that go to a place, from a day on."""

    place: s.Place = Field(title="Place", description="Country and state, such as US-WA.")
    from_: s.Day = Field(title="From", alias="from", description="First day it holds.")
    rate: s.Rate = Field(title="Rate", description="Fraction of what goes there.")
    freight: s.Flag = Field(
        title="Freight too", default=False, description="Whether freight is taxed there too."
    )


class OrderRetailers(Part):
    """Under which retailers the sales of shipped copies are recorded."""

    bulk: s.Key = Field(
        title="Bulk orders are sales of", description="Key of a retailer of the channel bulk."
    )
    custom: s.Key = Field(
        title="Custom editions are sales of", description="Key of a retailer of the channel custom."
    )


class PriceList(Part):
    """What orders cost, in dated versions."""

    key: s.Key = Field(title="Key", description="Its name in this file and in commands.")
    name: s.Text | None = Field(
        title="Name",
        default=None,
        description="What people call it; absent: it is called by its currency.",
    )
    currency: s.Currency = Field(title="Currency", description="Currency of its amounts, ISO 4217.")
    titles: list[s.Key] | None = Field(
        title="Titles",
        default=None,
        min_length=1,
        description="Keys of titles; absent: all that no other price list names.",
    )
    retailers: OrderRetailers = Field(description="Where shipped copies are recorded.")
    versions: list[PriceVersion] = Field(min_length=1, description="Dated versions.")
    taxes: list[Tax] = Field(default=[], description="Sales tax by place.")
    retired: s.Day | None = Field(
        title="Retired since",
        default=None,
        description="New orders do not go by it since this day.",
    )
