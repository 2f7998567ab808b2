"""The form of a title and the form of a retailer."""

from collections.abc import Mapping
from typing import Any

from royalties.domain.problems import SetupFault
from royalties.domain.terms.identifiers import identifier_key
from royalties.ingest.setup import models, titles
from royalties.services.books import setup_in_force
from royalties.services.sales import uploads
from royalties.web.core.visit import current_work
from royalties.web.forms.choices import Selection, Ticks
from royalties.web.forms.entries import Body, EntryForm, RowList, Written
from royalties.web.forms.fields import EntryField
from royalties.web.forms.model_fields import fields_of, key_field
from royalties.web.title_words import CHANNELS, FORMATS

_LINK = {"inputmode": "url", "placeholder": "https://"}

_price = fields_of(titles.Price, in_rows=True)
_edition = fields_of(titles.Edition, in_rows=True)
_chapter = fields_of(titles.Chapter, in_rows=True)
_award = fields_of(titles.Award, in_rows=True)
_seller = fields_of(titles.WhereToBuy, in_rows=True)
_link = fields_of(titles.Link, in_rows=True)
_of = fields_of(titles.Title)
_retailer = fields_of(models.Retailer)


def _choices(words: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    """What may be chosen, after nothing."""
    return (("", ""), *((str(key), each) for key, each in words.items()))


def _retailers() -> tuple[tuple[str, str], ...]:
    known = setup_in_force(current_work()).retailers.values()
    return _choices({each.key: each.name for each in sorted(known, key=lambda each: each.name)})


def _report_titles() -> tuple[tuple[str, str], ...]:
    titles = uploads.report_titles(current_work())
    return tuple(sorted(titles.items(), key=lambda each: each[1].casefold()))


class PriceForm(EntryForm):
    """A list price from a day on."""

    currency = _price("currency", render_kw={"size": 4, "maxlength": 3})
    amount = _price("amount", render_kw={"size": 8, "inputmode": "decimal"})
    from_ = _price("from", name="from")


class IdentifierForm(EntryForm):
    """Another name of an edition in reports."""

    kind = EntryField("Kind", render_kw={"size": 10, "placeholder": "asin"})
    value = EntryField("Identifier", render_kw={"size": 18})


class EditionForm(EntryForm):
    """One ISBN of a title."""

    isbn = _edition("isbn", needed=True, short=True, render_kw={"size": 20, "inputmode": "numeric"})
    format = _edition("format", kind=Selection, needed=True, short=True, options=_choices(FORMATS))
    unit_cost = _edition("unit_cost", short=True, render_kw={"size": 8, "inputmode": "decimal"})
    prices = RowList(PriceForm, "price")
    identifiers = RowList(IdentifierForm, "identifier")


class ChapterForm(EntryForm):
    """A chapter."""

    title = _chapter("title")
    authors = _chapter("authors", rows=1)
    sample = _chapter("sample", render_kw={"placeholder": "https://"})


class AwardForm(EntryForm):
    """A prize."""

    name = _award("name")
    year = _award("year", render_kw={"size": 5, "inputmode": "numeric"})
    by = _award("by")


class SellerForm(EntryForm):
    """A retailer that readers are sent to."""

    retailer = _seller("retailer", kind=Selection, options=_retailers)
    url = _seller("url", render_kw=_LINK)


class LinkForm(EntryForm):
    """A page elsewhere."""

    words = _link("words")
    url = _link("url", render_kw=_LINK)


class TitleForm(EntryForm):
    """A title with its editions and what the public may see."""

    key = key_field(titles.Title, "collab")
    title = _of("title", hint="As it stands on statements.")
    subtitle = _of("subtitle", hint="On the public page, below the title.")
    authors = _of("authors", hint="One a line.")
    published = _of("published", short=True)
    royalties = _of("royalties")
    editions = RowList(EditionForm, "edition")
    public = _of("public")
    description = _of("description", hint="Plain text; a blank line begins a paragraph.")
    sold_by = RowList(SellerForm, "retailer")
    chapters = RowList(ChapterForm, "chapter")
    awards = RowList(AwardForm, "award")
    links = RowList(LinkForm, "link")
    bulk = _of("bulk")
    custom = _of("custom")
    shows_giving = _of(
        "shows_giving",
        hint="By year and beneficiary, closed periods only. It names every beneficiary of "
        "its contracts' plans: leave it off where one is a person.",
    )

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Identifiers as rows; a title earns royalties unless it says not."""
        editions = [
            {
                **edition,
                "identifiers": [
                    {"kind": kind, "value": value}
                    for kind, value in edition.get("identifiers", {}).items()
                ],
            }
            for edition in body.get("editions", ())
        ]
        return {**body, "royalties": body.get("royalties", True), "editions": editions}

    def written(self, base: Mapping[str, Any] | None = None) -> Written:
        """The title's body; of its editions those that were retired stay so."""
        written = super().written(base)
        retired = {
            each["isbn"]: each["retired"]
            for each in (base or {}).get("editions", ())
            if "retired" in each
        }
        for edition in written.body.get("editions", ()):
            day = retired.get(identifier_key(str(edition.get("isbn", ""))))
            if day is not None:
                edition["retired"] = day
        return written

    def as_body(self, written: Written) -> None:
        """The other way."""
        if not written.body.pop("royalties", False):
            written.body["royalties"] = False
        for place, edition in enumerate(written.body.get("editions", ())):
            if "identifiers" in edition:
                edition["identifiers"] = _by_kind(
                    written, edition["identifiers"], f"editions[{place}].identifiers"
                )


def _by_kind(written: Written, rows: list[Body], at: str) -> Body:
    named: Body = {}
    for place, row in enumerate(rows):
        kind = row.get("kind", "")
        if kind in named:
            words = f"{kind} is listed twice: give the second one another kind"
            written.faults.append(SetupFault(f"{at}[{place}]", words))
        written.places[f"{at}.{kind}"] = written.places[f"{at}[{place}]"]
        written.places[f"{at}[{kind!r}]"] = written.places[f"{at}[{place}]"]
        named[kind] = row.get("value", "")
    return named


class RetailerForm(EntryForm):
    """A retailer."""

    key = key_field(models.Retailer, "elliott-bay")
    name = _retailer("name")
    channel = _retailer(
        "channel",
        kind=Selection,
        options=_choices(CHANNELS),
        hint="The class of retailer that contracts go by.",
    )
    country = _retailer("country", short=True)
    region = _retailer("region", hint=True, short=True)
    city = _retailer("city", short=True)
    reports = _retailer(
        "reports",
        kind=Ticks,
        options=_report_titles,
        label="Reports that are its own",
        hint="An import of one of them never asks whose sales it holds.",
    )
