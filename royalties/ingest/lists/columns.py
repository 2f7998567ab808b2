"""The columns of a list: what each is called, by us and by others, and what it says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.report.amounts import CURRENCY_MARKS
from royalties.ingest.report.cells import Cell, text_of, visible

_NOT_IN_NAMES = re.compile(r"[^\w%]+")
_NUMBERED = re.compile(r"(\D+?) ?([2-9])")
_PRICE = re.compile(r"(?:list |retail |cover )?price|rrp|msrp|srp|ladenpreis|preis|prix")
_LONGEST_HEADING = 80


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column.

    Attributes:
        field: what it fills.
        heading: what the template calls it.
        words: what it says, for who fills it in.
        examples: what two rows of the template would say.
        also: other headings by which it is known.
        needed: whether a list without it cannot be read.
        repeats: whether ``Author 2`` is another one of it.
    """

    field: str
    heading: str
    words: str
    examples: tuple[str, str] = ("", "")
    also: tuple[str, ...] = ()
    needed: bool = False
    repeats: bool = False

    @property
    def names(self) -> list[str]:
        """Its headings as they are compared."""
        return [plain(each) for each in (self.heading, *self.also)]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that was found: its field, its place, and what its heading states."""

    field: str
    place: int
    printed: str
    currency: str = ""


def plain(text: str) -> str:
    """A heading without case and signs: ``ISBN-13`` and ``isbn 13`` are one."""
    return " ".join(_NOT_IN_NAMES.sub(" ", visible(text).casefold().replace("_", " ")).split())


def headings(cells: Sequence[Cell], columns: Iterable[ListColumn]) -> list[Heading]:
    """The columns that a row of headings names; of two for one field the first counts."""
    by_name = {name: each for each in columns for name in each.names}
    named: list[Heading] = []
    for place, cell in enumerate(cells):
        printed = text_of(cell).strip()
        if not isinstance(cell, str) or not printed or len(printed) > _LONGEST_HEADING:
            continue
        heading = _heading(printed, place, by_name)
        if heading is not None and (heading.field, heading.currency) not in {
            (known.field, known.currency) for known in named if not _repeats(known, by_name)
        }:
            named.append(heading)
    return named


def _repeats(heading: Heading, by_name: Mapping[str, ListColumn]) -> bool:
    return any(each.repeats for each in by_name.values() if each.field == heading.field)


def _heading(printed: str, place: int, by_name: Mapping[str, ListColumn]) -> Heading | None:
    name = plain(printed)
    if name in by_name:
        return Heading(by_name[name].field, place, printed)
    numbered = _NUMBERED.fullmatch(name)
    if numbered and (known := by_name.get(numbered[1])) and known.repeats:
        return Heading(known.field, place, printed)
    if "price" in {each.field for each in by_name.values()} and (code := _priced_in(printed)):
        return Heading("price", place, printed, code)
    return None


def _priced_in(printed: str) -> str:
    """The currency of a heading such as ``Price (USD)``, ``GBP price`` or ``List price €``."""
    words = re.findall(r"[^\W\d_]+|[^\w\s]", visible(printed))
    codes = {word.upper() for word in words if word.upper() in EXPONENTS}
    codes |= {
        next(iter(CURRENCY_MARKS[word])) for word in words if len(CURRENCY_MARKS.get(word, ())) == 1
    }
    if not codes and "$" in words:
        codes = {"USD"}
    other_words = " ".join(
        word.casefold() for word in words if word.isalpha() and word.upper() not in codes
    )
    return codes.pop() if len(codes) == 1 and _PRICE.fullmatch(other_words) else ""


TITLES = (
    ListColumn(
        "isbn", "ISBN", "ISBN-13 or ISBN-10 of the edition, with or without hyphens.",
        ("978-1-4422-4692-8", "978-1-4422-4694-2"), needed=True,
        also=("ISBN13", "ISBN-13", "ISBN 10", "ISBN10", "ISBN/EAN", "EAN", "EAN13", "EAN-13",
              "GTIN", "GTIN13", "Book ISBN", "ISBN number", "ISBN-Nr", "ISBN Nr."),
    ),
    ListColumn(
        "title", "Title", "Title of the work; editions with the same title and authors are one "
        "title's.",
        ("Collaborating against Human Trafficking", "Collaborating against Human Trafficking"),
        also=("Book title", "Title name", "Full title", "Work title", "Name", "Titel", "Titre",
              "Título"),
    ),
    ListColumn(
        "subtitle", "Subtitle", "Subtitle, if it has one.",
        ("Cross-Sector Challenges and Practices", "Cross-Sector Challenges and Practices"),
        also=("Sub-title", "Sub title", "Untertitel", "Sous-titre"),
    ),
    ListColumn(
        "authors", "Authors", "Authors in order, with semicolons between them; or columns Author, "
        "Author 2, Author 3.",
        ("Kirsten Foot", "Kirsten Foot"), repeats=True,
        also=("Author", "Author name", "Author(s)", "By", "Contributor", "Contributors",
              "Contributor 1", "Author 1", "Autor", "Autoren", "Auteur", "Auteurs"),
    ),
    ListColumn(
        "format", "Format", "Hardcover, paperback, e-book or audiobook; usual words such as HB, "
        "PB, EPUB, and codes of ONIX list 150 such as BB, BC, ED will do.",
        ("hardcover", "e-book"),
        also=("Binding", "Product form", "Product format", "Form", "Format/Binding", "Media",
              "Medium", "Edition", "Edition type", "Einband", "Ausgabe", "Product type"),
    ),
    ListColumn(
        "published", "Published", "Day of publication.", ("2015-09-10", "2015-09-10"),
        also=("Publication date", "Pub date", "Pub. date", "Publication day", "Date published",
              "On sale date", "On-sale date", "Release date", "Erscheinungstermin",
              "Erscheinungsdatum", "Date de parution"),
    ),
    ListColumn(
        "price", "List price", "List price of one copy, without tax. Several currencies have a "
        "column each, such as Price USD and Price GBP.",
        ("75.00", "36.00"),
        also=("Price", "Retail price", "Cover price", "RRP", "MSRP", "SRP", "Preis", "Ladenpreis",
              "Prix"),
    ),
    ListColumn(
        "currency", "Currency", "Currency of the list price; blank: the house's.", ("USD", "USD"),
        also=("Price currency", "Currency code", "Währung", "Devise"),
    ),
    ListColumn(
        "price_from", "Price from", "First day on which the list price holds; blank: the day of "
        "publication, or for another price of a known edition the day on which the list is saved.",
        ("", ""),
        also=("Price valid from", "Price date", "Price effective date", "Effective date",
              "Valid from", "Price start", "Price effective from"),
    ),
    ListColumn(
        "unit_cost", "Cost of one copy", "What one copy costs, in the house's currency; only for "
        "rules on profit.",
        ("", ""), also=("Unit cost", "Print cost", "Cost", "PPB", "Manufacturing cost"),
    ),
    ListColumn(
        "asin", "ASIN", "Amazon's number, where reports name the edition by it.", ("", ""),
        also=("Amazon ASIN", "Kindle ASIN"),
    ),
    ListColumn(
        "sku", "SKU", "The house's own number, where reports name the edition by it.", ("", ""),
        also=("Item number", "Item no", "Product code", "Stock code", "Artikelnummer"),
    ),
    ListColumn(
        "work", "Work", "A name or number of the work, the same in each of its editions' rows; "
        "only needed where two titles are called the same.",
        ("", ""), also=("Work ID", "Title ID", "Title code", "Title key", "Work number"),
    ),
    ListColumn(
        "royalties", "Royalties", "No, where it earns no royalties by agreement.", ("yes", "yes"),
        also=("Earns royalties", "Royalty", "Royalty bearing"),
    ),
)  # fmt: skip
"""Columns of a list of titles: one row for each edition."""

BENEFICIARIES = (
    ListColumn(
        "name", "Name", "Name as it stands on statements.",
        ("Riverside Shelter", "Ada Quill"), needed=True,
        also=("Beneficiary", "Payee", "Payee name", "Organization", "Organisation", "Nonprofit",
              "Legal name", "Account name", "Author", "Empfänger"),
    ),
    ListColumn(
        "key", "Key", "A short name of one's own, without blanks; blank: made of the name.",
        ("riverside", "quill"),
        also=("Payee key", "Payee ID", "Vendor ID", "Vendor number", "Account number", "ID",
              "Code", "Number"),
    ),
    ListColumn(
        "address", "Address", "Address as on an envelope, lines parted by semicolons or line "
        "breaks; or columns Address, Address 2, Address 3.",
        ("1 Quay St; Seattle, WA 98101", "2 Mill Ln; Boston, MA 02108"), repeats=True,
        also=("Address 1", "Address line", "Address line 1", "Street", "Street address",
              "Mailing address", "Anschrift", "Adresse"),
    ),
    ListColumn("city", "City", "City.", ("Seattle", "Boston"), also=("Town", "Ort", "Ville")),
    ListColumn(
        "region", "State or region", "State or region, by its name or code.", ("WA", "MA"),
        also=("State", "Region", "Province", "State/Province", "State / Province", "County"),
    ),
    ListColumn(
        "country", "Country", "Country, by its name or code.", ("US", "US"),
        also=("Country code", "Land", "Pays"),
    ),
    ListColumn(
        "ein", "EIN", "U.S. employer identification number of a nonprofit or company.",
        ("91-1234567", ""), also=("Tax ID", "TIN", "Federal tax ID", "Employer ID"),
    ),
    ListColumn(
        "email", "E-mail", "Where statements are sent.",
        ("royalties@riverside.example", "ada@quill.example"),
        also=("Email", "Email address", "E-mail address", "Mail"),
    ),
    ListColumn(
        "contact", "Contact", "Whom to ask for there.", ("Sam Reed", ""),
        also=("Contact person", "Contact name", "Attention", "Attn"),
    ),
    ListColumn(
        "phone", "Telephone", "Telephone.", ("+1 206 555 0100", ""),
        also=("Phone", "Phone number", "Tel", "Telefon"),
    ),
    ListColumn(
        "minimum_payment", "Minimum payment", "Less is carried forward to the next period.",
        ("25.00", "50.00"),
        also=("Minimum", "Payment threshold", "Threshold", "Minimum payout"),
    ),
    ListColumn(
        "tax_rate", "Tax withheld", "Per cent of what is to pay that is withheld as tax, such "
        "as 24 or 24 %.",
        ("0", "24"), also=("Tax rate", "Withholding", "Withholding tax", "Withholding rate", "Tax"),
    ),
    ListColumn(
        "private", "A person", "Yes, for an author or agent: no public page tells of them.",
        ("no", "yes"), also=("Person", "Private", "Individual"),
    ),
    ListColumn(
        "on_hold", "On hold", "Yes, to pay nothing for now.", ("", ""), also=("Hold",),
    ),
    ListColumn(
        "opening_balance", "Opening balance", "Owed to them before the first period, in the "
        "house's currency.",
        ("", ""), also=("Balance", "Balance brought forward", "Carried forward", "Opening"),
    ),
)  # fmt: skip
"""Columns of a list of beneficiaries: one row for each."""
