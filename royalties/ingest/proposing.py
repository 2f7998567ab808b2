"""What a report that nobody knows may be: its header, and which column holds what.

Only proposals: a person looks at them before anything is read by them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from typing import Any

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.formats import built_in
from royalties.ingest.kind_words import usual_kind
from royalties.ingest.report.cells import Cell, Invalid, text_of, visible
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.report.declaration import BOOK, normal
from royalties.ingest.report.headings import without_unit
from royalties.ingest.report.labels import is_total_label
from royalties.ingest.report.sheet_previews import SheetPreview
from royalties.ingest.report.unread_columns import words_of

FIELDS = (
    "isbn", "title", "date", "kind", "units", "returned_units", "net", "unit_net", "list_price",
    "discount", "currency", "retailer", "country", "region", "city", "reference", "order",
)  # fmt: skip
"""What a column may be mapped to, in the order in which people read it."""

SEARCHED = 40
"""Rows from the top among which the header is."""

_ALIKE = 0.86
_ISBN = re.compile(r"97[89][\d -]{10,14}|\d{9}[\dXx]", re.ASCII)
_LEAST_FILLED = 2
_MOST_TEXTS = 60
_LONGEST_HEADING = 40
"""Letters of a heading that is compared with those that are known, letter by letter."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    "isbn": (
        "isbn", "isbn-13", "isbn13", "isbn 13", "isbn-10", "isbn10", "ean", "ean-13", "ean13",
        "gtin", "sku", "asin", "product id", "product code", "item number", "artikelnummer",
        "book id", "edition", "isbn/asin", "isbn/ean", "identifier", "varenr", "varenummer",
        "artikelnr", "artnr", "bestellnummer", "código", "código de barras", "codice",
    ),
    "title": (
        "title", "book title", "product title", "product", "item", "titel", "titre", "título",
        "titolo", "buchtitel", "item name", "product name", "book", "short title",
        "title description", "project title", "project", "description",
    ),
    "date": (
        "date", "sale date", "sales date", "transaction date", "order date", "sold on", "datum",
        "verkauft am", "verkaufsdatum", "dato", "salgsdato", "försäljningsdatum", "verkoopdatum",
        "fecha de venta", "data di vendita", "data da venda", "data sprzedaży", "invoice date",
        "day", "month", "period", "sales month",
        "sales period", "reporting month", "royalty date", "fecha", "data", "date de vente",
        "posting date", "payment date", "reporting period", "date sold", "date of sale",
        "completed date", "order completed at", "ship date",
    ),
    "kind": (
        "type", "kind", "transaction type", "sale type", "sales type", "art", "typ", "status",
        "order type", "tipo", "transaction", "type de vente", "vorgang", "trans type",
        "vorgangsart", "transaktionsart", "bewegungsart", "tipo de movimiento", "movimiento",
        "type de mouvement", "tipo di movimento", "causale",
    ),
    "units": (
        "units", "qty", "quantity", "copies", "units sold", "copies sold", "quantity sold",
        "qty sold", "net units", "net units sold", "net quantity", "menge", "anzahl", "stück",
        "exemplare", "quantité", "cantidad", "quantità", "quantidade", "aantal", "antal", "antall",
        "ilość", "exemplaires", "ejemplares", "copie", "verkocht", "unidades", "unidades vendidas",
        "unidades netas", "unités", "unités vendues", "unità", "unità vendute", "eenheden",
        "einheiten", "verkaufte einheiten", "enheder", "enheter", "sztuki", "sold", "net copies",
        "sales", "sales qty", "invoiced qty", "qty shipped", "sales quantity", "quantity shipped",
    ),
    "returned_units": (
        "returns", "returned", "returned units", "units returned", "qty returned", "returned qty",
        "units refunded", "refunded units", "copies returned", "quantity returned",
        "remissionen", "retouren", "rückgaben", "retur", "returer", "retours", "devoluciones",
        "devoluções", "resi", "zwroty", "refunds", "refunded",
    ),
    "net": (
        "net", "net amount", "net receipts", "net revenue", "royalty", "royalties", "earnings",
        "your share", "publisher share", "publisher earnings", "amount", "amount due", "payable",
        "net payable", "net sales", "proceeds", "netto", "nettobetrag", "nettoerlös", "erlös",
        "betrag", "montant net", "importe neto", "net compensation", "payment amount",
        "importe", "importo", "montant", "bedrag", "beløb", "belopp", "kwota",
        "nettobeløb", "nettobelopp", "valor", "valor neto", "nettobedrag",
        "total earnings", "total net", "net total", "extended net", "publisher revenue",
        "net value", "nett value", "nett", "net dollars", "extended amount", "line value",
        "creator revenue", "author revenue", "your revenue", "estimated revenue", "revenue",
        "commission", "commission amount", "commission earned", "your commission",
        "affiliate commission",
    ),
    "unit_net": (
        "unit net", "net unit", "net price", "unit royalty", "royalty per unit", "net per unit",
        "nettopreis", "wholesale price", "proceeds per unit",
    ),
    "list_price": (
        "list price", "price", "rrp", "srp", "msrp", "retail price", "unit price", "cover price",
        "ladenpreis", "listenpreis", "preis", "pvp", "prix public", "listprice", "list",
        "publisher price", "listepris", "listpris", "vejledende pris", "catalogusprijs",
        "prezzo di copertina", "precio de catálogo", "preço de capa",
    ),
    "discount": (
        "discount", "rabatt", "remise", "descuento", "sconto", "korting", "rabat", "desconto",
        "trade discount", "disc",
        "discount percent",
    ),
    "currency": (
        "currency", "currency code", "währung", "devise", "moneda", "valuta", "ccy",
        "payment currency", "revenue currency", "cur",
    ),
    "retailer": (
        "retailer", "store", "shop", "channel", "sales channel", "distribution channel", "vendor",
        "händler",
    ),
    "country": (
        "country", "country code", "land", "pays", "país", "paese", "territory", "sales territory",
        "country of sale", "ship country", "customer country",
    ),
    "region": (
        "region", "state", "province", "state/province", "bundesland", "ship state",
        "shipping state",
    ),
    "city": ("city", "town", "stadt", "ort", "ville", "ciudad", "ship city"),
    "reference": (
        "reference", "invoice", "invoice number", "invoice no", "order number", "order id",
        "order", "order no", "transaction id", "beleg", "rechnung", "po number", "artikel",
        "document no", "document number",
    ),
}  # fmt: skip
_MAY_BE_ISBNS = frozenset(("title", "reference", "order"))
"""Fields whose headings, such as ``Item`` or ``Artikel``, also stand above ISBNs."""

_NET = frozenset(("net", "netto", "neto", "netos", "neta", "netas", "nets", "nette", "nettes"))

_OF_FORMATS = {
    BOOK: "isbn", "units": "units", "sold": "units", "net_units": "units",
    "returned": "returned_units",
}  # fmt: skip


@dataclass(slots=True)
class MappingProposal:
    """Where a table is and what its columns are.

    Attributes:
        sheet: the place of the sheet among those of the file.
        header_row: the number of the header's row, from 1.
        columns: headings by field.
    """

    sheet: int = 0
    header_row: int = 1
    columns: dict[str, str] = field(default_factory=dict)


@cache
def _fields_by_heading() -> dict[str, tuple[str, ...]]:
    """Fields by the headings that are known for them, the likeliest first."""
    fields: dict[str, dict[str, None]] = {}
    for name, words in _WORDS.items():
        for word in words:
            fields.setdefault(normal(word), {})[name] = None
    for declared in built_in():
        for column in declared.columns:
            name = _OF_FORMATS.get(column.field, column.field)
            if name in FIELDS:
                for heading in column.names:
                    fields.setdefault(normal(heading), {})[name] = None
    return {heading: (*names,) for heading, names in fields.items()}


def headings(sheet: SheetPreview, row: int) -> list[str]:
    """The headings in a row as they are printed, empty where a column has none."""
    cells: Sequence[Cell] = sheet.rows[row - 1] if 0 < row <= len(sheet.rows) else ()
    return [" ".join(visible(text_of(cell)).split()) for cell in cells]


def propose(
    sheets: Sequence[SheetPreview], *, sheet: int | None = None, row: int | None = None
) -> MappingProposal:
    """Propose where the table is and what its columns hold; what is given is taken so."""
    places = [
        (at, number)
        for at, each in enumerate(sheets)
        if sheet in (None, at)
        for number in range(1, min(len(each.rows), SEARCHED) + 1)
        if row in (None, number)
    ]
    best = max(places, key=lambda place: _score(sheets[place[0]], place[1]), default=None)
    if best is None:
        return MappingProposal(sheet or 0, row or 1)
    return MappingProposal(*best, columns=columns_of(sheets[best[0]], best[1]))


def with_headings(sheets: Sequence[SheetPreview], sheet: int, row: int) -> list[SheetPreview]:
    """The sheets that have all headings of a row of one of them, that one among them."""
    wanted = set(map(normal, filter(None, headings(sheets[sheet], row))))
    return [
        sheet_shown
        for sheet_shown in sheets
        if wanted
        and any(
            wanted.issubset(map(normal, headings(sheet_shown, number)))
            for number in range(1, min(len(sheet_shown.rows), SEARCHED) + 1)
        )
    ]


def _score(sheet: SheetPreview, row: int) -> tuple[int, int, int]:
    """How much a row looks like a header: headings that are known, then texts, then its height."""
    names = [normal(without_unit(each)) for each in headings(sheet, row)]
    told = {_fields_by_heading()[each][0] for each in names if each in _fields_by_heading()}
    texts = [each for each in names if any(sign.isalpha() for sign in each)]
    if len(told) < _LEAST_FILLED and len(texts) < _LEAST_FILLED:
        return (0, 0, -row)
    return (len(told), min(len(texts), _MOST_TEXTS), -row)


def columns_of(sheet: SheetPreview, row: int) -> dict[str, str]:
    """Headings by the field that they may hold, in the order of ``FIELDS``."""
    names = headings(sheet, row)
    forms = (_bare, lambda printed: normal(without_unit(printed)), normal)
    bare = {form(printed): printed for form in forms for printed in reversed(names) if printed}
    columns: dict[str, str] = {}
    for wanted in (0, 1):
        for heading, name in bare.items():
            fields = _fields_by_heading().get(heading, ())
            if len(fields) > wanted and name not in columns.values():
                columns.setdefault(fields[wanted], name)
    if "isbn" not in columns and (column := _with_isbns(sheet, row, names, columns)):
        columns = {field: name for field, name in columns.items() if name != column}
        columns["isbn"] = column
    for name in FIELDS:
        left = {
            heading: printed
            for heading, printed in list(bare.items())[:_MOST_TEXTS]
            if printed not in columns.values() and len(heading) <= _LONGEST_HEADING
        }
        if name not in columns and (near := _near(name, left)):
            columns[name] = near
    if "net" in columns and "unit_net" in columns:
        del columns["unit_net"]
    told = (("date", _is_date), ("currency", _is_currency), ("kind", _is_kind))
    for name, holds in told:
        if name not in columns and (column := _only_one_with(holds, sheet, row, names, columns)):
            columns[name] = column
    return {name: columns[name] for name in FIELDS if name in columns}


def _bare(heading: str) -> str:
    """A heading without its unit and footnote marks, its words parted by blanks."""
    return normal(without_unit(heading.replace("_", " ")))


def _near(name: str, left: Mapping[str, str]) -> str:
    for word in _WORDS.get(name, ()):
        if alike := get_close_matches(word, left, n=1, cutoff=_ALIKE):
            return left[alike[0]]
    return ""


def _with_isbns(
    sheet: SheetPreview, row: int, names: Sequence[str], taken: Mapping[str, str]
) -> str:
    for at, name in enumerate(names):
        others = {field for field, each in taken.items() if each == name} - _MAY_BE_ISBNS
        if name and not others and _most_are(_is_isbn, sheet, row, at):
            return name
    return ""


def _only_one_with(
    holds: Callable[[Cell], bool], sheet: SheetPreview, row: int, names: Sequence[str],
    taken: Mapping[str, str],
) -> str:  # fmt: skip
    """The heading of the only column left of which at least two values in three are of a kind."""
    fitting = [
        name
        for at, name in enumerate(names)
        if name and name not in taken.values() and _most_are(holds, sheet, row, at)
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _most_are(holds: Callable[[Cell], bool], sheet: SheetPreview, row: int, at: int) -> bool:
    """Whether two values in three below a heading are of a kind, labels of totals left out."""
    cells = [each[at] for each in sheet.rows[row:] if at < len(each)]
    cells = [cell for cell in cells if not _says_nothing(cell)][:_MOST_TEXTS]
    return bool(cells) and 3 * sum(map(holds, cells)) >= 2 * len(cells)


def _says_nothing(cell: Cell) -> bool:
    text = text_of(cell).strip()
    return not text or is_total_label(text)


def _is_isbn(cell: Cell) -> bool:
    return bool(_ISBN.fullmatch(" ".join(text_of(cell).split())))


def _is_kind(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(usual_kind(cell))


def _is_date(cell: Cell) -> bool:
    if isinstance(cell, tuple):
        return True
    if not isinstance(cell, str) or cell.strip().isdigit():
        return False
    return not isinstance(Dates(date_order(""), date.max, months=True).day(cell), Invalid)


def _is_currency(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip().upper() in EXPONENTS


def samples(sheet: SheetPreview, row: int, at: int, most: int = 3) -> list[str]:
    """The first different values below a heading."""
    texts: dict[str, None] = {}
    for cells in sheet.rows[row:]:
        text = " ".join(text_of(cells[at]).split()) if at < len(cells) else ""
        if text and not is_total_label(text):
            texts[text] = None
        if len(texts) >= most:
            break
    return list(texts)


def is_net_of_returns(heading: str) -> bool:
    """Whether a heading of copies says that those that came back are taken off already."""
    return bool(_NET & words_of(heading))


def returns_by_kind(sheet: SheetPreview, row: int, columns: Mapping[str, str]) -> bool:
    """Whether rows are returns by the word of their kind alone: their copies are positive."""
    names = headings(sheet, row)
    wanted = (columns.get("kind"), columns.get("units"))
    if not all(name in names for name in wanted):
        return False
    kind, units = (names.index(name) for name in wanted if name)
    came_back = [
        " ".join(text_of(cells[units]).split())
        for cells in sheet.rows[row:]
        if max(kind, units) < len(cells) and usual_kind(text_of(cells[kind])) == "return"
    ]
    counted = [text for text in came_back if text.strip("0.,")]
    return bool(counted) and all(text[0].isdigit() for text in counted)


def nearest(
    sheets: Sequence[SheetPreview], mappings: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The mapped report of whose columns a file has most, and at least half."""
    rows = [
        {normal(name) for name in headings(sheet, row)}
        for sheet in sheets
        for row in range(1, min(len(sheet.rows), SEARCHED) + 1)
    ]
    best, most = None, Fraction(0)
    for body in mappings:
        wanted = {normal(name) for name in body["columns"].values()}
        there = max((len(wanted & names) for names in rows), default=0)
        share = Fraction(there, len(wanted))
        if 2 * share >= 1 and there >= _LEAST_FILLED and share > most:
            best, most = body, share
    return best


def filled_in(body: Mapping[str, Any], sheet: SheetPreview, row: int) -> dict[str, str]:
    """A mapped report's columns as a file has them, those under another heading proposed anew."""
    printed = {normal(name): name for name in reversed(headings(sheet, row)) if name}
    columns = {
        name: printed[normal(heading)]
        for name, heading in body["columns"].items()
        if normal(heading) in printed
    }
    left = {name: heading for name, heading in printed.items() if heading not in columns.values()}
    proposed = columns_of(sheet, row)
    for name, heading in body["columns"].items():
        if name in columns:
            continue
        alike = get_close_matches(normal(heading), left, n=1, cutoff=0.6)
        printed_heading = left.get(alike[0], "") if alike else proposed.get(name, "")
        if printed_heading and printed_heading not in columns.values():
            columns[name] = printed_heading
    return columns
