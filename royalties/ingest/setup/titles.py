"""What a setup file may say of a title: its editions, and its public page."""

from pydantic import Field

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part


class Price(Part):
    """A list price from a day on."""

    currency: s.Currency = Field(title="Currency", description="ISO 4217.")
    amount: s.ListPrice = Field(
        title="Amount",
        description="List price of one copy, in units of the currency; up to six decimals.",
    )
    from_: s.Day = Field(title="From", alias="from", description="First day it holds.")


class Edition(Part):
    """One ISBN of a title."""

    isbn: s.Isbn = Field(title="ISBN", description="ISBN-13 or ISBN-10, with or without hyphens.")
    format: s.FormatWord = Field(title="Format", description="What it is made of.")
    prices: list[Price] = Field(
        default=[], description="List prices; the latest that holds on the day of sale counts."
    )
    unit_cost: s.Amount = Field(
        title="Cost of one copy",
        default="0",
        description="Cost of one copy, in the publisher's currency (basis profit).",
    )
    identifiers: dict[s.Key, s.Text] = Field(
        default={}, description="Other names of the edition in reports, by kind: asin, bn, …"
    )
    retired: s.Day | None = Field(
        title="Retired since",
        default=None,
        description="It is offered nowhere since this day; what is reported of it still counts.",
    )


class Chapter(Part):
    """A chapter, as the title's public page lists it."""

    title: s.Text = Field(title="Title", description="Title as printed.")
    authors: list[s.Text] = Field(
        title="Authors", default=[], description="Authors, where they are its own."
    )
    sample: s.Sample | None = Field(
        title="Sample",
        default=None,
        description="What may be read for free: a link that begins with https://, or the name of "
        "a PDF that was uploaded on the title's page.",
    )


class Award(Part):
    """A prize that the title was given."""

    name: s.Text = Field(title="Name", description="What it is called.")
    year: s.Year | None = Field(title="Year", default=None, description="When it was given.")
    by: s.Text | None = Field(title="Given by", default=None, description="Who gave it.")


class WhereToBuy(Part):
    """A retailer that readers are sent to."""

    retailer: s.Key = Field(title="Retailer", description="Key of a retailer.")
    url: s.Link | None = Field(
        title="Link",
        default=None,
        description="Its page of this title, https://; absent: named without a link.",
    )


class Link(Part):
    """A page elsewhere that tells more."""

    words: s.Text = Field(title="Words", description="What the link says.")
    url: s.Link = Field(title="Link", description="Where it leads, https://.")


class Title(Part):
    """A work, its editions, and what the public may see of it."""

    key: s.Key = Field(
        title="Key", description="Its name in this file, in commands and in its address."
    )
    title: s.Text = Field(
        title="Title", description="Title as printed, and as it stands on statements."
    )
    subtitle: s.Text | None = Field(
        title="Subtitle",
        default=None,
        description="Subtitle; where the title ends with it, it is shown once.",
    )
    authors: list[s.Text] = Field(title="Authors", default=[], description="Authors in order.")
    published: s.Day | None = Field(
        title="Published",
        default=None,
        description="Publication day; a reserve by period counts from it.",
    )
    royalties: s.Flag = Field(
        title="It earns royalties",
        default=True,
        description="False where it earns no royalties by agreement.",
    )
    editions: list[Edition] = Field(default=[], description="Its editions, one per ISBN.")
    public: s.Flag = Field(
        title="Everybody may see its page",
        default=False,
        description="Whether everybody may see its page.",
    )
    description: list[s.Paragraph] = Field(
        title="Description",
        default=[],
        description="What it is about: plain text, one paragraph each.",
    )
    chapters: list[Chapter] = Field(default=[], description="Its chapters in order.")
    awards: list[Award] = Field(default=[], description="Prizes it was given.")
    sold_by: list[WhereToBuy] = Field(default=[], description="Where readers may buy it.")
    links: list[Link] = Field(default=[], description="Pages elsewhere that tell more.")
    bulk: s.Flag = Field(
        title="Organizations may ask for copies in bulk",
        default=False,
        description="Whether organizations may ask for copies in bulk.",
    )
    custom: s.Flag = Field(
        title="Organizations may ask for a co-branded custom edition",
        default=False,
        description="Whether they may ask for a co-branded custom edition.",
    )
    shows_giving: s.Flag = Field(
        title="Tell where its royalties go",
        default=False,
        description="Whether its page tells what closed periods allocated: when, to whom, where.",
    )
    retired: s.Day | None = Field(
        title="Retired since",
        default=None,
        description="It is offered nowhere since this day; what is reported of it still counts.",
    )
