"""Allocation plans in a setup file: versions, steps and members."""

from pydantic import ConfigDict, Field

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part, exactly_one


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

    model_config = ConfigDict(json_schema_extra=exactly_one("beneficiary", "steps"))
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
        json_schema_extra=exactly_one("fixed", "share", "per_unit", "remainder")
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
