"""What a setup file may hold, key by key; the JSON Schema is made of these models.

What a key means for the figures stands in docs/calculation.md.
"""

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.orders import ChargeWord, Organization, PaymentDetails, PriceList
from royalties.ingest.setup.part import Part
from royalties.ingest.setup.titles import Title

ONE = "~one"
LIST = "~list"
"""Tags of "a value or a list": no part of a path, since they begin with ``~``."""


def _one_or_list(value: object) -> str:
    return LIST if isinstance(value, list) else ONE


def _exactly_one(*keys: str) -> dict[str, Any]:
    return {"oneOf": [{"required": [key]} for key in keys]}


def _or_null(schema: dict[str, Any]) -> None:
    """Where null says something, the schema takes it."""
    schema.update(schema.pop("anyOf")[0])
    schema["type"] = [schema["type"], "null"]


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
        description="Days from a period's end by which its royalties are paid.",
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

    model_config = ConfigDict(json_schema_extra=_exactly_one("rate", "tiers"))
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
        Discriminator(_one_or_list),
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


class TaxRate(Part):
    """A tax rate from a day on."""

    from_: s.Day = Field(title="From", alias="from", description="First day it holds.")
    rate: s.Rate = Field(title="Rate", description="Fraction of what is allocated.")


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
        Discriminator(_one_or_list),
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


class Cap(Part):
    """A limit to what a step or a member takes, per contract."""

    amount: s.Amount = Field(title="At most", description="In the contract's currency.")
    per: s.PerWord = Field(title="per", description="How long it counts before it starts again.")
    name: s.Name | None = Field(
        title="Cap’s name",
        default=None,
        description="A cap with a name goes on in later versions of the plan.",
    )


class When(Part):
    """Narrows a step to the lines that match; an absent condition matches everything."""

    formats: list[s.FormatWord] | None = Field(title="Formats", default=None, min_length=1)
    channels: list[s.ChannelWord] | None = Field(title="Channels", default=None, min_length=1)
    retailers: list[s.Key] | None = Field(
        title="Retailers", default=None, min_length=1, description="Keys of retailers."
    )
    countries: list[s.Country] | None = Field(title="Countries", default=None, min_length=1)
    regions: list[s.Region] | None = Field(
        title="Regions",
        default=None,
        min_length=1,
        description="States or regions, ISO 3166-2, such as WA; of the countries, if named.",
    )
    cities: list[s.Text] | None = Field(title="Cities", default=None, min_length=1)
    orders: list[s.Text] | None = Field(
        title="Custom orders",
        default=None,
        min_length=1,
        description="References of custom orders.",
    )


class Member(Part):
    """Who gets part of a step: a beneficiary, or a nested list of steps over that part."""

    model_config = ConfigDict(json_schema_extra=_exactly_one("beneficiary", "steps"))
    exactly_one_of = ("beneficiary", "steps")

    beneficiary: s.Key | None = Field(
        title="Beneficiary", default=None, description="Key of a beneficiary."
    )
    steps: list["Step"] | None = Field(default=None, min_length=1)
    weight: s.Weight = Field(
        title="Weight", default=1, description="Its part beside the other members'; 0 gets nothing."
    )
    cap: Cap | None = Field(default=None, description="At most so much for this member.")


class Step(Part):
    """Takes an amount of what is left and splits it over its members by weight."""

    model_config = ConfigDict(
        json_schema_extra=_exactly_one("fixed", "share", "per_unit", "remainder")
    )
    exactly_one_of = ("fixed", "share", "per_unit", "remainder")

    fixed: s.Amount | None = Field(
        default=None, description="An amount, in the contract's currency, per contract."
    )
    share: s.Rate | None = Field(default=None, description="A fraction of what is payable.")
    per_unit: s.Amount | None = Field(
        default=None, description="An amount per net copy, in the contract's currency."
    )
    remainder: s.OnlyTrue | None = Field(
        default=None, description="All that is left; a plan ends with one."
    )
    when: When | None = Field(default=None, description="Only what these lines earned.")
    cap: Cap | None = Field(default=None, description="At most so much for this step.")
    from_: s.Day | None = Field(
        title="From",
        default=None,
        alias="from",
        description="Counts in periods that end on or after this day.",
    )
    until: s.Day | None = Field(
        title="Until", default=None, description="Counts in periods that end on or before this day."
    )
    to: list[Member] = Field(min_length=1, description="Who gets it.")


class PlanVersion(Part):
    """The steps in force from a day on, until the next version."""

    from_: s.Day = Field(
        title="In force from",
        alias="from",
        description="The version in force on a period’s last day distributes that period.",
    )
    steps: list[Step] = Field(min_length=1, description="In order, over what is left.")


class Plan(Part):
    """How what is payable goes to beneficiaries, in dated versions."""

    key: s.Key = Field(title="Key", description="Its name in this file and in commands.")
    name: s.Text | None = Field(
        title="Name",
        default=None,
        description="What people call it; absent: it is called by who gets of it.",
    )
    versions: list[PlanVersion] = Field(min_length=1, description="Dated versions.")


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


class Columns(Part):
    """The report's header over each field."""

    isbn: s.Text
    units: s.Text | None = Field(default=None, description="Needed where rows are lines.")
    date: s.Text | None = Field(default=None, description="Absent: the import asks for the day.")
    net: s.Text | None = Field(default=None, description="Net receipts of the row.")
    unit_net: s.Text | None = Field(default=None, description="Net receipts of one copy.")
    list_price: s.Text | None = None
    discount: s.Text | None = Field(default=None, description="As a fraction or with %.")
    currency: s.Text | None = None
    retailer: s.Text | None = None
    kind: s.Text | None = Field(default=None, description="Says sale, return or free.")
    returned_units: s.Text | None = None
    country: s.Text | None = None
    region: s.Text | None = None
    city: s.Text | None = None
    order: s.Text | None = Field(default=None, description="Number of a custom order.")
    reference: s.Text | None = None
    title: s.Text | None = Field(default=None, description="Compared with the edition's.")


class Report(Part):
    """How to read a retailer's report that no built-in format knows."""

    key: s.Key = Field(description="Its name in imports.")
    name: s.Name | None = Field(
        title="Name",
        default=None,
        description="What it is called on pages; null: its key.",
        json_schema_extra=_or_null,
    )
    ended: s.Flag = Field(default=False, description="No file is recognised as it any more.")
    retailer: s.Key | None = Field(
        default=None,
        description="Key of the retailer; null where a column names it.",
        json_schema_extra=_or_null,
    )
    sheet: s.Text | None = Field(
        default=None, description="Name of the sheet; null: the first.", json_schema_extra=_or_null
    )
    header_row: s.Count | None = Field(
        default=None,
        description="Row of the headers, from 1; null: it is looked for.",
        json_schema_extra=_or_null,
    )
    columns: Columns
    date_order: s.DateOrder = Field(default="ymd", description="Order of year, month and day.")
    decimal: s.Point = Field(default=".", description="The decimal mark.")
    returns: s.Returns = Field(
        default="negative",
        description="How returns are written: negative units, positive units whose kind says "
        "return, or a column of their own.",
    )
    currency: s.Currency | None = Field(
        default=None, description="Where no column says it, ISO 4217.", json_schema_extra=_or_null
    )
    skip: list[s.Text] = Field(
        default=[], description="First words of rows to leave out, such as Total."
    )
    kinds: dict[s.Text, s.RowKind] = Field(
        default={},
        description="What the words of its column kind mean, beside the usual ones: "
        '{"KENP Read": "usage"}. Units of usage rows are not read; sold-and-returned is a sale '
        "and a return of the same copies, none is no sale.",
    )
    kind: s.Kind | None = Field(
        default=None,
        description="What rows are that do not say it; null: the sign of their units tells it.",
        json_schema_extra=_or_null,
    )
    rows_are: s.RowsAre = Field(
        default="lines",
        description="What each row is: so many copies, one copy (no column of units is read), or "
        "money for use and no copies.",
    )
    only: dict[s.Text, list[s.Blank]] = Field(
        default={},
        description="Rows to take, by the values of a column: "
        '{"Verified": ["Yes"]}. Others are skipped, an empty value is a blank cell.',
    )
    leave_out: dict[s.Text, list[s.Blank]] = Field(
        default={},
        description='Rows to skip, by the values of a column: {"Status": ["Pending"]}.',
    )
    ends_at: s.Blank | None = Field(
        default=None,
        description="First words of the row at which the table ends, empty: the first empty row. "
        "Nothing below is read, unless it is null.",
        json_schema_extra=_or_null,
    )
    percent: list[s.InPercent] = Field(
        default=[], description="Columns whose plain numbers are per cent: 42 is 42 %."
    )
    period: s.PeriodName | None = Field(
        default=None,
        description="The period of rows without a date; null: the import asks.",
        json_schema_extra=_or_null,
    )
    answers: dict[s.AnswerKey, s.Text] = Field(
        default={},
        description="Answers to what its files leave open, given once and for all, as to --choose: "
        '{"decimal": "."}.',
    )
    unread: list[s.Text] = Field(
        default=[],
        description="Columns that are known to be of no use, so that no import warns of them: "
        "Ordered Units, or Ordered * for all that begin so.",
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
