"""Beneficiaries in a setup file."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import LIST, ONE, Part, one_or_list


class TaxRate(Part):
    """A tax rate from a day on."""

    from_: s.Day = Field(title="From", alias="from", description="First day it holds.")
    rate: s.Rate = Field(title="Rate", description="Fraction of what is to pay, when it is sent.")


class BalanceBroughtIn(Part):
    """What a beneficiary was owed before the books, or an adjustment of it."""

    currency: s.Currency = Field(title="Currency", description="ISO 4217.")
    amount: s.SignedAmount = Field(
        title="Amount", description="Owed before the first period; below zero: overpaid."
    )
    reason: s.Text | None = Field(
        title="Reason",
        default=None,
        description="Absent: the balance; else an adjustment, shown with it on the statement.",
    )


class Beneficiary(Part):
    """Who gets royalties, and on what terms."""

    key: s.Key = Field(title="Key", description="Its name in this file and in commands.")
    name: s.Text = Field(title="Name", description="As it stands on statements.")
    address: list[s.Text] = Field(
        title="Address", default=[], description="One line each, as on an envelope."
    )
    city: s.Text | None = Field(title="City", default=None, description="City.")
    region: s.Region | None = Field(
        title="State or region",
        default=None,
        description=s.REGION_HINT,
    )
    country: s.Country | None = Field(
        title="Country",
        default=None,
        description="Country, ISO 3166-1, such as US; its name will do.",
    )
    ein: s.Ein | None = Field(
        title="EIN",
        default=None,
        description="U.S. employer identification number, such as 91-1234567.",
    )
    email: s.Email | None = Field(
        title="E-mail", default=None, description="Where statements are sent."
    )
    contact: s.Name | None = Field(
        title="Contact", default=None, description="Whom to ask for there; they may change it too."
    )
    phone: s.Name | None = Field(title="Telephone", default=None, description="Telephone.")
    minimum_payment: s.Amount = Field(
        title="Minimum payment",
        default="0",
        description="Less is carried forward; the same number counts in any currency.",
    )
    tax_rate: Annotated[
        Annotated[s.Rate, Tag(ONE)] | Annotated[list[TaxRate], Field(min_length=1), Tag(LIST)],
        Discriminator(one_or_list),
    ] = Field(default="0", description="Tax withheld, a fraction; or a list of dated rates.")
    pay_out_at_year_end: s.Flag = Field(
        title="Pay any positive balance in the calendar year’s last period",
        default=False,
        description="Pay any positive balance in the year's last period.",
    )
    on_hold: s.Flag = Field(
        title="On hold: pay nothing for now",
        default=False,
        description="Pay nothing for now; carry it forward.",
    )
    private: s.Flag = Field(
        title="A person, such as an author: keep them off public pages",
        default=False,
        description="An author, agent or other person: no page that everybody sees tells of them.",
    )
    opening_balance: s.SignedAmount = Field(
        title="Opening balance",
        default="0",
        description="Owed before the first period, in the publisher’s currency.",
    )
    retired: s.Day | None = Field(
        title="Retired since",
        default=None,
        description="They are offered nowhere since this day; what is still due is paid.",
    )
    brought_in: list[BalanceBroughtIn] = Field(
        default=[],
        description="Balances in other currencies, and adjustments with a reason.",
    )
