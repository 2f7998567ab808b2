"""What a setup file may say of a title: its editions, and its public page."""

from pydantic import Field

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part


class Price(Part):
    """A list price from a day on."""

    currency: s.Currency = Field(description="ISO 4217.")
    amount: s.ListPrice = Field(
        description="List price of one copy, in units of the currency; up to six decimals."
    )
    from_: s.Day = Field(alias="from", description="First day it holds.")


class Edition(Part):
    """One ISBN of a title."""

    isbn: s.Isbn = Field(description="ISBN-13 or ISBN-10, with or without hyphens.")
    format: s.FormatWord = Field(description="What it is made of.")
    prices: list[Price] = Field(
        default=[], description="List prices; the latest that holds on the day of sale counts."
    )
    unit_cost: s.Amount = Field(
        default="0", description="Cost of one copy, in the publisher's currency (basis profit)."
    )
    identifiers: dict[s.Key, s.Text] = Field(
        default={}, description="Other names of the edition in reports, by kind: asin, bn, …"
    )


class Chapter(Part):
    """A chapter, as the title's public page lists it."""

    title: s.Text = Field(description="Title as printed.")
    authors: list[s.Text] = Field(default=[], description="Authors, where they are its own.")
    sample: s.Sample | None = Field(
        default=None,
        description="What may be read for free: a link that begins with https://, or the name of "
        "a PDF that was uploaded on the title's page.",
    )


class Award(Part):
    """A prize that the title was given."""

    name: s.Text = Field(description="What it is called.")
    year: s.Year | None = Field(default=None, description="When it was given.")
    by: s.Text | None = Field(default=None, description="Who gave it.")


class Seller(Part):
    """A retailer that readers are sent to."""

    retailer: s.Key = Field(description="Key of a retailer.")
    url: s.Link | None = Field(
        default=None, description="Its page of this title, https://; absent: named without a link."
    )


class Link(Part):
    """A page elsewhere that tells more."""

    words: s.Text = Field(description="What the link says.")
    url: s.Link = Field(description="Where it leads, https://.")


class Title(Part):
    """A work, its editions, and what the public may see of it."""

    key: s.Key = Field(description="Its name in this file, in commands and in its address.")
    title: s.Text = Field(description="Title as printed, and as it stands on statements.")
    subtitle: s.Text | None = Field(
        default=None, description="Subtitle; where the title ends with it, it is shown once."
    )
    authors: list[s.Text] = Field(default=[], description="Authors in order.")
    published: s.Day | None = Field(
        default=None, description="Publication day; a reserve by period counts from it."
    )
    royalties: s.Flag = Field(
        default=True, description="False where it earns no royalties by agreement."
    )
    editions: list[Edition] = Field(default=[], description="Its editions, one per ISBN.")
    public: s.Flag = Field(default=False, description="Whether everybody may see its page.")
    description: list[s.Paragraph] = Field(
        default=[], description="What it is about: plain text, one paragraph each."
    )
    chapters: list[Chapter] = Field(default=[], description="Its chapters in order.")
    awards: list[Award] = Field(default=[], description="Prizes it was given.")
    sold_by: list[Seller] = Field(default=[], description="Where readers may buy it.")
    links: list[Link] = Field(default=[], description="Pages elsewhere that tell more.")
    bulk: s.Flag = Field(
        default=False, description="Whether organizations may ask for copies in bulk."
    )
    custom: s.Flag = Field(
        default=False, description="Whether they may ask for a co-branded custom edition."
    )
    shows_giving: s.Flag = Field(
        default=False,
        description="Whether its page tells what its royalties gave, by year and beneficiary.",
    )
