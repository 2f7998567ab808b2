"""Contracts in a setup file: rules and their tiers, reserves, advances, what is brought in."""

from typing import Annotated

from pydantic import ConfigDict, Discriminator, Field, Tag

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.orders import ChargeWord
from royalties.ingest.setup.part import LIST, ONE, Part, exactly_one, one_or_list


class Discount(Part):
    """A range of discounts as fractions of the list price; contracts differ on its ends."""

    from_: s.Rate | None = Field(title="≥", default=None, alias="from", description="At least (≥).")
    above: s.Rate | None = Field(title=">", default=None, description="More than (>).")
    below: s.Rate | None = Field(title="<", default=None, description="Less than (<).")
    up_to: s.Rate | None = Field(title="≤", default=None, description="At most (≤).")


class Tier(Part):
    """A rate up to a limit of the counter; the last tier has no limit."""

    rate: s.Amount = Field(
        title="Rate",
        description="Fraction of the base; for basis unit an amount per copy in the contract's "
        "currency.",
    )
    up_to: s.Limit | None = Field(
        title="up to",
        default=None,
        description="Limit in copies (whole number); with tiers_by an amount in the contract's "
        "currency, as a string.",
    )


class Counter(Part):
    """What an escalator counts; rules that name one counter share it."""

    name: s.Name | None = Field(
        title="Counter", default=None, description="Absent: the rule's name."
    )
    resets: s.ResetsWord = Field(
        title="Starts again", default="never", description="When it starts again."
    )
    opening: s.Opening = Field(
        title="Counted before",
        default=0,
        description="Counted before the first period, in copies (whole number); with tiers_by an "
        "amount in the contract's currency, as a string.",
    )


class Rule(Part):
    """How a sale earns. Rules are tried in order; an absent condition matches everything."""

    model_config = ConfigDict(json_schema_extra=exactly_one("rate", "tiers"))
    exactly_one_of = ("rate", "tiers")

    name: s.Name = Field(title="Name", description="Its name on statements.")
    formats: list[s.FormatWord] | None = Field(title="Formats", default=None, min_length=1)
    channels: list[s.ChannelWord] | None = Field(title="Channels", default=None, min_length=1)
    retailers: list[s.Key] | None = Field(
        title="Retailers", default=None, min_length=1, description="Keys of retailers."
    )
    countries: list[s.Country] | None = Field(title="Countries", default=None, min_length=1)
    discount: Discount | None = Field(default=None, description="Range of the sale's discount.")
    basis: s.BasisWord = Field(
        title="Basis",
        description="What the rate is applied to: list price, net receipts, copies (unit), or net "
        "receipts less unit cost (profit).",
    )
    rate: s.Amount | None = Field(
        default=None,
        description="One rate: a fraction of the base; for basis unit an amount per copy in the "
        "contract's currency.",
    )
    tiers: list[Tier] | None = Field(
        default=None, min_length=1, description="An escalator, limits rising, instead of rate."
    )
    tiers_by: s.CountsWord = Field(
        title="Limits count",
        default="units",
        description="What the counter counts: copies, list value, net receipts.",
    )
    counter: Counter | None = Field(default=None, description="Absent: the rule's own, for life.")


class Reserve(Part):
    """What is withheld against returns, and for how long."""

    rate: Annotated[
        Annotated[s.Rate, Tag(ONE)] | Annotated[list[s.Rate], Field(min_length=1), Tag(LIST)],
        Discriminator(one_or_list),
    ] = Field(
        title="Rate withheld",
        description="Fraction of what was earned; or one for each of a title's periods in order, "
        "after which it is 0.",
    )
    hold_periods: s.Count = Field(
        title="Released after", description="Periods until it is released in full."
    )
    formats: list[s.FormatWord] | None = Field(title="Formats", default=None, min_length=1)
    channels: list[s.ChannelWord] | None = Field(title="Channels", default=None, min_length=1)


class Advance(Part):
    """Money paid ahead, earned back before anything is payable."""

    amount: s.Amount = Field(title="Amount", description="In the contract's currency.")
    paid_on: s.Day = Field(
        title="Paid on", description="It counts from the period that contains this day."
    )
    recouped: s.Amount = Field(
        title="Recouped before the first period",
        default="0",
        description="Earned back before the first period, in the contract's currency.",
    )


class ReserveBroughtIn(Part):
    """Withheld against returns in a period before the books, and not released yet."""

    withheld_in: s.PeriodName = Field(
        title="Withheld in", description="The period that withheld it, such as 2024-H2."
    )
    amount: s.Amount = Field(title="Amount", description="In the contract's currency.")
    released_in: s.PeriodName | None = Field(
        title="Released in",
        default=None,
        description="The period that releases it. Absent: as the contract's reserve says.",
    )


class CapBroughtIn(Part):
    """What a cap of the contract's plan let through before the books."""

    name: s.Name | None = Field(title="Cap", default=None, description="The cap's name.")
    version: s.Day | None = Field(
        title="Version from",
        default=None,
        description="Of a cap without a name: first day of the plan's version.",
    )
    step: s.StepPath | None = Field(
        title="Step",
        default=None,
        description="Of a cap without a name: its step, such as 2; of its second member 2.2.",
    )
    used: s.Amount = Field(
        title="Used",
        description="In the contract's currency: over the cap's life, or for a yearly one in the "
        "calendar year of the first period.",
    )


class EditionBroughtIn(Part):
    """An edition's net copies and earnings before the books, for the statements' life to date."""

    isbn: s.Isbn = Field(title="ISBN", description="Of an edition of the contract's titles.")
    units: s.NetCopies = Field(
        title="Net copies", default=0, description="Sold less returned before the first period."
    )
    earned: s.SignedAmount = Field(
        title="Earned", default="0", description="What they earned, in the contract's currency."
    )


class ContractBroughtIn(Part):
    """What a contract brings into the books beside balance, counters and advances."""

    undistributed: s.Amount = Field(
        title="Undistributed",
        default="0",
        description="Payable that no step of the plan could place, carried to the next period.",
    )
    reserves: list[ReserveBroughtIn] = Field(default=[], description="Held against returns.")
    caps: list[CapBroughtIn] = Field(default=[], description="What caps let through already.")
    editions: list[EditionBroughtIn] = Field(
        default=[], description="Life to date of editions, for statements."
    )


class Contract(Part):
    """The agreement with an author over one or more titles, which share one account."""

    key: s.Key = Field(title="Key", description="Its name in this file and in commands.")
    titles: list[s.Key] = Field(title="Titles", min_length=1, description="Keys of titles.")
    currency: s.Currency = Field(
        title="Currency", description="Currency of the contract, ISO 4217."
    )
    starts: s.Day = Field(
        title="Starts", description="It counts from the period that contains this day."
    )
    ends: s.Day | None = Field(
        title="Ends",
        default=None,
        description="Its last day; absent: it goes on. Sales after it are another contract's.",
    )
    sell_off_until: s.Day | None = Field(
        title="Sell-off until",
        default=None,
        description="Last day of selling off after the end; sales until then count as before.",
    )
    author: s.Text | None = Field(
        title="Author", default=None, description="With whom the contract was made."
    )
    rules: list[Rule] = Field(default=[], description="How sales earn; the first match counts.")
    subsidiary_rights: dict[s.Right, s.Rate] = Field(
        default={}, description="The author's share of each right's income, a fraction."
    )
    rights_ended: dict[s.Right, s.Day] = Field(
        default={},
        description="Rights that ended, each with its last day; income of licences given before "
        "still counts.",
    )
    reserve: Reserve | None = Field(default=None, description="Absent: nothing is withheld.")
    advances: list[Advance] = Field(default=[], description="Oldest first is recouped first.")
    opening_balance: s.Debit = Field(
        title="Opening balance",
        default="0",
        description="A debit balance brought into the books: zero or below, such as -120.00.",
    )
    brought_in: ContractBroughtIn | None = Field(
        default=None,
        description="What a house that moves in brings beside balance, counters and advances.",
    )
    order_charges: list[ChargeWord] = Field(
        default=["option-copies"],
        description="What counts into net receipts of orders beside copies. Freight and tax never "
        "do; set-up, small orders and rush only where they are named.",
    )
    plan: s.Key = Field(
        title="Plan", description="Key of the plan that distributes what is payable."
    )
