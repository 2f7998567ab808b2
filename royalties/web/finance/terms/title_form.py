"""The form of a title and the form of a retailer, and the setup entries that they stand for."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from royalties.domain.money import NotAnAmountError
from royalties.domain.problems import SetupFault
from royalties.domain.terms.catalogue import Channel
from royalties.domain.terms.replacing import Replaced
from royalties.ingest.setup.scalars import REGION_HINT
from royalties.web.finance.sales.entry_forms import filled, given, lines_of, paragraphs_of, text_of
from royalties.web.forms.numbers import as_plain, as_typed
from royalties.web.title_words import FORMATS

Body = Mapping[str, Any]

CHANNELS = {
    Channel.ONLINE: "Online shop",
    Channel.BOOKSTORE: "Bookstore",
    Channel.WHOLESALE: "Wholesaler",
    Channel.LIBRARY: "Library supplier",
    Channel.DIRECT: "The publisher's own sales",
    Channel.BULK: "Bulk orders",
    Channel.CUSTOM: "Custom editions",
    Channel.OTHER: "Other",
}
_A_DAY = {"type": "date"}
_LINK = {"inputmode": "url", "placeholder": "https://"}
_KEY = "Letters, digits, dots and hyphens, such as collab. It cannot be changed later."


def choices_of(words: Mapping[Any, str]) -> list[SelectChoice]:
    """What may be chosen, after nothing."""
    return [SelectChoice("", ""), *(SelectChoice(str(key), each) for key, each in words.items())]


class PriceForm(Form):
    """A list price from a day on."""

    currency = StringField("Currency", render_kw={"size": 4, "maxlength": 3})
    amount = StringField("Amount", render_kw={"size": 8, "inputmode": "decimal"})
    from_ = StringField("From", render_kw=_A_DAY)


class IdentifierForm(Form):
    """Another name of an edition in reports."""

    kind = StringField("Kind", render_kw={"size": 10, "placeholder": "asin"})
    value = StringField("Identifier", render_kw={"size": 18})


class EditionForm(Form):
    """One ISBN of a title."""

    isbn = StringField("ISBN", [InputRequired()], render_kw={"size": 20, "inputmode": "numeric"})
    format = SelectField(
        "Format",
        validators=[InputRequired()],
        choices=choices_of(FORMATS),
        validate_choice=False,
    )
    unit_cost = StringField("Cost of one copy", render_kw={"size": 8, "inputmode": "decimal"})
    prices = FieldList(FormField(PriceForm), "Prices")
    identifiers = FieldList(FormField(IdentifierForm), "Identifiers")


class ChapterForm(Form):
    """A chapter."""

    title = StringField("Title")
    authors = TextAreaField("Authors", render_kw={"rows": 1})
    sample = StringField("Sample", render_kw={"placeholder": "https://"})


class AwardForm(Form):
    """A prize."""

    name = StringField("Name")
    year = StringField("Year", render_kw={"size": 5, "inputmode": "numeric"})
    by = StringField("Given by")


class SellerForm(Form):
    """A retailer that readers are sent to."""

    retailer = SelectField("Retailer", validate_choice=False)
    url = StringField("Link", render_kw=_LINK)


class LinkForm(Form):
    """A page elsewhere."""

    words = StringField("Words")
    url = StringField("Link", render_kw=_LINK)


class Confirmed(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose values may replace what has counted: what is asked, and the token for it."""

    asked: Sequence[Replaced] = ()
    token = ""


class TitleForm(Confirmed):
    """A title with its editions and what the public may see."""

    revision = HiddenField(default="0")
    key = StringField("Key", [InputRequired()], description=_KEY)
    title = StringField("Title", [InputRequired()], description="As it stands on statements.")
    subtitle = StringField("Subtitle", description="On the public page, below the title.")
    authors = TextAreaField("Authors", description="One a line.", render_kw={"rows": 2})
    published = StringField("Published", render_kw=_A_DAY)
    royalties = BooleanField("It earns royalties", default=True)
    editions = FieldList(FormField(EditionForm), "Editions")
    public = BooleanField("Everybody may see its page")
    description = TextAreaField(
        "Description",
        description="Plain text; a blank line begins a paragraph.",
        render_kw={"rows": 8},
    )
    chapters = FieldList(FormField(ChapterForm), "Chapters")
    awards = FieldList(FormField(AwardForm), "Awards")
    sold_by = FieldList(FormField(SellerForm), "Where to buy it")
    links = FieldList(FormField(LinkForm), "Links")
    bulk = BooleanField("Organizations may ask for copies in bulk")
    custom = BooleanField("Organizations may ask for a co-branded custom edition")
    shows_giving = BooleanField(
        "Tell what its royalties gave",
        description="By year and beneficiary, closed periods only. It names every beneficiary of "
        "its contracts' plans: leave it off where one is a person.",
    )


class RetailerForm(Confirmed):
    """A retailer."""

    revision = HiddenField(default="0")
    key = StringField("Key", [InputRequired()], description=_KEY)
    name = StringField("Name", [InputRequired()])
    channel = SelectField(
        "Channel",
        validators=[InputRequired()],
        choices=choices_of(CHANNELS),
        validate_choice=False,
        description="The class of retailer that contracts go by.",
    )
    country = StringField("Country")
    region = StringField("State or region", description=REGION_HINT)
    city = StringField("City")
    reports = StringField(
        "Reports that are its own",
        description="Names of reports, separated by commas, such as publisher-web-orders; an "
        "import of one then never asks whose sales it holds.",
    )


def title_data(body: Body) -> dict[str, Any]:
    """A title's entry as its form takes it."""
    return {
        **body,
        "royalties": body.get("royalties", True),
        "authors": "\n".join(body.get("authors", ())),
        "description": "\n\n".join(body.get("description", ())),
        "editions": [
            {
                **edition,
                "unit_cost": as_typed(edition.get("unit_cost", "")),
                "prices": [
                    {**price, "amount": as_typed(price["amount"]), "from_": price["from"]}
                    for price in edition.get("prices", ())
                ],
                "identifiers": [
                    {"kind": kind, "value": value}
                    for kind, value in edition.get("identifiers", {}).items()
                ],
            }
            for edition in body.get("editions", ())
        ],
        "chapters": [
            {**each, "authors": "\n".join(each.get("authors", ()))}
            for each in body.get("chapters", ())
        ],
    }


def title_body(form: TitleForm) -> dict[str, Any]:
    """The entry that a title's form stands for; what is blank is left out."""
    body = given(
        key=text_of(form.key),
        title=text_of(form.title),
        subtitle=text_of(form.subtitle),
        authors=lines_of(form.authors.data),
        published=text_of(form.published),
        editions=[_edition(row.form) for row in filled(form.editions)],
        public=form.public.data,
        description=paragraphs_of(form.description.data),
        chapters=[
            given(
                title=text_of(row.form.title),
                authors=lines_of(row.form.authors.data),
                sample=text_of(row.form.sample),
            )
            for row in filled(form.chapters)
        ],
        awards=[
            given(
                name=text_of(row.form["name"]),
                year=_year(text_of(row.form.year)),
                by=text_of(row.form.by),
            )
            for row in filled(form.awards)
        ],
        sold_by=[
            given(retailer=text_of(row.form.retailer), url=text_of(row.form.url))
            for row in filled(form.sold_by)
        ],
        links=[
            given(words=text_of(row.form.words), url=text_of(row.form.url))
            for row in filled(form.links)
        ],
        bulk=form.bulk.data,
        custom=form.custom.data,
        shows_giving=form.shows_giving.data,
    )
    return body if form.royalties.data else {**body, "royalties": False}


def typed_wrong(form: TitleForm) -> list[SetupFault]:
    """What an entry cannot hold: numbers with the other mark, an edition's kind of name twice."""
    faults = []
    for place, row in enumerate(filled(form.editions)):
        at = f"titles[0].editions[{place}]"
        numbers = {f"{at}.unit_cost": row.form.unit_cost} | {
            f"{at}.prices[{number}].amount": each.form.amount
            for number, each in enumerate(filled(row.form.prices))
        }
        for path, field in numbers.items():
            try:
                as_plain(text_of(field))
            except NotAnAmountError as error:
                faults.append(SetupFault(path, str(error)))
        kinds = [text_of(each.form.kind) for each in filled(row.form.identifiers)]
        faults += [
            SetupFault(
                f"{at}.identifiers.{kind}",
                f"{kind} is listed twice: give the second one another kind",
            )
            for kind in sorted({kind for kind in kinds if kind and kinds.count(kind) > 1})
        ]
    return faults


def retailer_body(form: RetailerForm) -> dict[str, Any]:
    """The entry that a retailer's form stands for."""
    names = ("key", "name", "channel", "country", "region", "city")
    reports = [each.strip() for each in text_of(form.reports).split(",") if each.strip()]
    return given(**{name: text_of(form[name]) for name in names}, reports=reports)


def _edition(form: EditionForm) -> dict[str, Any]:
    return given(
        isbn=text_of(form.isbn),
        format=text_of(form.format),
        unit_cost=_number(form.unit_cost),
        prices=[
            given(
                currency=text_of(row.form.currency).upper(),
                amount=_number(row.form.amount),
                from_=text_of(row.form.from_),
            )
            for row in filled(form.prices)
        ],
        identifiers={
            text_of(row.form.kind): text_of(row.form.value) for row in filled(form.identifiers)
        },
    )


def _number(field: StringField) -> str:
    """A number as the setup file takes it; ``typed_wrong`` tells of one with the other mark."""
    text = text_of(field)
    try:
        return as_plain(text)
    except NotAnAmountError:
        return text


def _year(text: str) -> int | str:
    """A year as the setup file takes it; anything else as it was typed, to be refused by it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text  # noqa: PLR2004
