"""What a setup file may hold, key by key; the JSON Schema is made of these models.

What a key means for the figures stands in docs/calculation.md.
"""

from pydantic import Field

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.banks import Bank
from royalties.ingest.setup.beneficiaries import Beneficiary
from royalties.ingest.setup.contracts import Contract
from royalties.ingest.setup.mapped_reports import Report
from royalties.ingest.setup.orders import Organization, PaymentDetails, PriceList
from royalties.ingest.setup.part import Part
from royalties.ingest.setup.plans import Plan
from royalties.ingest.setup.titles import Title


class Letterhead(Part):
    """The house's name and address from a day on; papers of earlier days keep the one before."""

    from_: s.Day = Field(
        title="From", alias="from", description="First day of the papers that print it."
    )
    name: s.Text = Field(title="Name", description="Name, as it stands on statements.")
    address: list[s.Text] = Field(
        title="Address", default=[], description="Address, one line each."
    )


class Publisher(Part):
    """The house whose books these are."""

    name: s.Text = Field(title="Name", description="Name, as it stands on statements.")
    currency: s.Currency = Field(title="Currency", description="Currency of the books, ISO 4217.")
    calendar: s.CalendarWord = Field(
        title="Royalties are calculated", description="How often royalties are accounted."
    )
    first_period: s.PeriodName = Field(
        title="First period",
        description="The first period run here, by the calendar: 2025, 2025-H1, 2025-Q3, 2025-07.",
    )
    address: list[s.Text] = Field(
        title="Address", default=[], description="Address, one line each."
    )
    email: s.Email | None = Field(title="E-mail", default=None, description="E-mail for questions.")
    phone: s.Name | None = Field(
        title="Telephone", default=None, description="Telephone for questions."
    )
    website: s.Website | None = Field(
        title="Web address", default=None, description="Web address, with https://."
    )
    pays_within: s.Days | None = Field(
        title="Days until payment",
        default=None,
        description="Days from a period's end by which its royalties are sent.",
    )
    letterheads: list[Letterhead] = Field(
        title="Letterheads",
        default=[],
        description="Other names and addresses, each from a day on.",
    )


class Retailer(Part):
    """Who sells; its place stands in where a report has no address."""

    key: s.Key = Field(
        title="Key", description="Its name in this file, in reports and in commands."
    )
    name: s.Text = Field(title="Name", description="Name as people know it.")
    channel: s.ChannelWord = Field(
        title="Channel", description="The class of retailer that rules go by."
    )
    country: s.Country | None = Field(
        title="Country",
        default=None,
        description="Country, ISO 3166-1, such as US; its name will do.",
    )
    region: s.Region | None = Field(
        title="State or region",
        default=None,
        description=s.REGION_HINT,
    )
    city: s.Text | None = Field(title="City", default=None, description="City.")
    reports: list[s.Text] | None = Field(
        title="Reports that are its own",
        default=None,
        min_length=1,
        description="Reports that are its own, such as publisher-web-orders.",
    )
    retired: s.Day | None = Field(
        title="Retired since",
        default=None,
        description="No report of it is expected since this day, and it is offered nowhere.",
    )


class ExchangeRate(Part):
    """What one unit of a currency is worth in another; it is never inverted."""

    period: s.PeriodName = Field(description="The period whose run uses it.")
    from_: s.Currency = Field(
        title="From", alias="from", description="Currency converted from, ISO 4217."
    )
    to: s.Currency = Field(title="To", description="Currency converted to, ISO 4217.")
    rate: s.Rating = Field(title="Rate", description="Units of `to` for one unit of `from`.")


class Income(Part):
    """Money received for a subsidiary right; a negative amount takes some back."""

    period: s.PeriodName = Field(description="The period in which it counts.")
    contract: s.Key = Field(title="Contract", description="Key of a contract.")
    right: s.Right = Field(title="Right", description="One of the contract's subsidiary_rights.")
    amount: s.SignedAmount = Field(
        title="Received", description="What the publisher received, in the contract's currency."
    )
    note: s.Blank = Field(
        title="Note",
        default="",
        description="What it was for; it tells two incomes of one right apart.",
    )


class Setup(Part):
    """A setup file of royalties. A part that is absent is left as it stands in the books."""

    schema_: s.Text | None = Field(
        default=None, alias="$schema", description="For editors; not read."
    )
    publisher: Publisher | None = None
    titles: list[Title] | None = None
    retailers: list[Retailer] | None = None
    contracts: list[Contract] | None = None
    beneficiaries: list[Beneficiary] | None = None
    plans: list[Plan] | None = None
    exchange_rates: list[ExchangeRate] | None = None
    income: list[Income] | None = None
    reports: list[Report] | None = None
    organizations: list[Organization] | None = None
    price_lists: list[PriceList] | None = None
    payment_details: list[PaymentDetails] | None = None
    banks: list[Bank] | None = None
