"""The form of a mapped report: which column holds what, and the sentences about its rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import g

from royalties.ingest.kind_words import usual_kind
from royalties.ingest.proposing import FIELDS, headings, propose, samples, with_headings
from royalties.ingest.report.dates import LANGUAGES
from royalties.ingest.report.declaration import normal
from royalties.ingest.report.sheet_previews import SheetPreview
from royalties.ingest.setup import mapped_reports as models
from royalties.services.terms.mappings import Start
from royalties.web.finance.sales.importing import retailers
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import Body, EntryForm, RowList, Written
from royalties.web.forms.fields import EntryField, Hidden, Tick, Whole
from royalties.web.forms.model_fields import fields_of

COLUMN_WORDS = {
    "isbn": ("ISBN", "Or another identifier of the edition: an ASIN, SKU or house number."),
    "title": ("Title", "Compared with the edition’s."),
    "date": ("Date", "The day of the sale; a month counts as its last day."),
    "kind": ("Kind", "Says whether a row is a sale, a return, a free copy …"),
    "units": ("Copies", "Sold, less those returned if returns are negative."),
    "returned_units": ("Copies returned", "Where they have a column of their own."),
    "net": ("Net receipts", "What the publisher receives for the row."),
    "unit_net": ("Net receipts per copy", "Where the row’s receipts are not printed."),
    "list_price": ("List price", "Of one copy; otherwise the edition’s counts."),
    "discount": ("Discount", "Off the list price."),
    "currency": ("Currency", "Codes such as USD, or a sign."),
    "retailer": ("Retailer", "Where rows of several retailers stand in one file."),
    "country": ("Country", "Where the copy went."),
    "region": ("State or region", ""),
    "city": ("City", ""),
    "reference": ("Reference", "Any number to find the row by."),
    "order": ("Custom order", "Number of an order of this desk."),
}
"""What each field of a sale is called, and what it holds."""

_DECIMALS = (
    ("", "as the file shows; asked if it leaves that open"),
    (".", "a point: 1,234 is one thousand two hundred and thirty-four"),
    (",", "a comma: 1,234 is one and a bit"),
)
_ORDERS = (
    ("", "as the file shows; asked if it leaves that open"),
    ("dmy", "day first: 03/04/2026 is 3 April"),
    ("mdy", "month first: 03/04/2026 is March 4"),
)
_PERCENT = (
    ("", "as the file shows; asked if it leaves that open"),
    ("percent", "per cent: 42 is 42 %"),
    ("fraction", "fractions: 0.42 is 42 %"),
)
_RETURNS = (
    ("negative", "have negative copies"),
    ("positive-by-kind", "have positive copies; their kind says that they are returns"),
    ("own-column", "have a column of their own"),
)
_ROWS_ARE = (
    ("lines", "as many copies as its column says"),
    ("one-each", "one copy"),
    ("money", "money for use and no copies: subscriptions and loans"),
)
_ENDS = (
    ("", "at the end of the file"),
    ("empty", "at the first empty row"),
    ("words", "at the row that begins with"),
)
_FILTERS = (("only", "take only"), ("leave_out", "leave out"))
_KIND_WORDS = {
    "sale": "sale",
    "return": "return",
    "free": "free copy",
    "usage": "subscriptions and loans",
    "sold-and-returned": "sold and returned",
    "none": "no sale: skip",
}
_FIXED_KINDS = (
    ("", "the sign of their copies tells it"),
    *((kind, _KIND_WORDS[kind]) for kind in ("sale", "return", "free", "usage")),
)
_MONTHS = (
    ("", "English, or written out; asked if unclear"),
    *((language, language.capitalize()) for language in sorted(LANGUAGES)),
)
_UNREAD = "not in this file"
EVERY_SHEET = "*"
"""No sheet can be called so."""

_FORM_KEYS = frozenset(
    ("key", "name", "retailer", "sheet", "header_row", "columns", "date_order", "decimal",
     "returns", "currency", "skip", "kinds", "kind", "rows_are", "only", "leave_out", "ends_at",
     "percent", "period", "answers", "unread", "ended"),
)  # fmt: skip
"""Keys of an entry that the form writes, or takes away; it keeps all others."""

ANSWERED_BY = {
    "date_order": "date_order",
    "decimal": "decimal",
    "date_language": "months",
    "discount_unit": "percent",
}
"""The field that answers a question of the import for this file and later ones."""

_OWN_ANSWERS = ("decimal", "date_language", "discount_unit", "sheet")
_MOST_FILTER_VALUES = 200
_LONGEST = 500
_DIGITS = 3
_SAMPLE = 40
"""Letters of a sample value."""
_OFFERED = "mapping_columns"

_of = fields_of(models.Report)


def _parted(text: object) -> list[str]:
    return [each.strip() for each in str(text).split(";") if each.strip()]


def _retailers() -> tuple[tuple[str, str], ...]:
    listed = sorted(retailers().items(), key=lambda each: each[1].casefold())
    return (("", "its rows name it, in a column"), *listed)


class FilterForm(EntryForm):
    """Rows to take or to leave by the values of a column."""

    how = Selection("Rows", options=_FILTERS)
    column = Selection("whose column", options=lambda: g.get(_OFFERED, ()))
    values = EntryField("is one of", longest=_LONGEST, hint="")


class KindForm(EntryForm):
    """What a word of the kind column means."""

    word = Hidden("Word")
    means = Selection("means", options=(("", "not said yet"), *_KIND_WORDS.items()))


class SkipForm(EntryForm):
    """First words of rows to leave out."""

    words = EntryField("Rows that begin with", longest=_LONGEST)


def _column(name: str) -> Selection:
    words, hint = COLUMN_WORDS[name]
    return Selection(words, path=f"columns.{name}", hint=hint)


class MappingForm(EntryForm):
    """How to read the reports of a kind."""

    name = _of("name", hint="Such as River Books, monthly. Files are listed under it.", longest=120)
    retailer = Selection("Retailer", options=_retailers)
    sheet = Selection("Sheet")
    header_row = Whole("Row of the headings", short=True, render_kw={"inputmode": "numeric"})
    isbn = _column("isbn")
    title = _column("title")
    date = _column("date")
    kind_column = _column("kind")
    units = _column("units")
    returned_units = _column("returned_units")
    net = _column("net")
    unit_net = _column("unit_net")
    list_price = _column("list_price")
    discount = _column("discount")
    currency_column = _column("currency")
    retailer_column = _column("retailer")
    country = _column("country")
    region = _column("region")
    city = _column("city")
    reference = _column("reference")
    order = _column("order")
    currency = EntryField(
        "Currency", short=True, hint="Where no column says it, such as USD.",
        render_kw={"size": 4, "maxlength": 3, "autocapitalize": "characters"},
    )  # fmt: skip
    kind = Selection("Rows that do not say their kind", options=_FIXED_KINDS)
    period = EntryField(
        "Period", path="typed_period", short=True, longest=20,
        hint="Of rows without a date, such as 2026-05 or 2026-Q1.",
    )  # fmt: skip
    period_stays = Tick("The same period for every later file as well", path="typed_stays")
    decimal = Selection("The sign before the decimals is", path="typed_decimal", options=_DECIMALS)
    date_order = Selection("Dates are written", options=_ORDERS)
    months = Selection("Names of months are", path="typed_months", options=_MONTHS)
    percent = Selection("Discounts are", path="typed_percent", options=_PERCENT)
    returns = Selection("Returns", options=_RETURNS)
    rows_are = Selection("Each row is", options=_ROWS_ARE)
    ends = Selection("The table ends", path="typed_ends", options=_ENDS)
    end_words = EntryField("First words of that row", path="typed_end_words", longest=_LONGEST)
    unread = EntryField(
        "Columns of no use", path="typed_unread", longest=_LONGEST,
        hint="So that no import warns that they are not read; separated by semicolons. "
        "Ordered * means all that begin so.",
    )  # fmt: skip
    typed_kinds = RowList(KindForm, "word")
    typed_filters = RowList(FilterForm, "rule")
    typed_skip = RowList(SkipForm, "beginning")

    def columns(self) -> list[Selection]:
        """The fields of columns, in the order in which they are read."""
        by_path = {each.path: each for each in self}
        return [by_path[f"columns.{name}"] for name in FIELDS]

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The keys of the entry as sentences."""
        answers = body.get("answers", {})
        ends_at = body.get("ends_at")
        is_fraction = answers.get("discount_unit") == "fraction"
        order = body.get("date_order", "")
        return {
            **body,
            "date_order": order if order in ("dmy", "mdy") else "",
            "returns": body.get("returns", "negative"),
            "rows_are": body.get("rows_are", "lines"),
            "typed_decimal": "," if body.get("decimal") == "," else answers.get("decimal", ""),
            "typed_months": answers.get("date_language", ""),
            "typed_percent": "percent" if body.get("percent") else is_fraction * "fraction",
            "typed_period": body.get("period") or "",
            "typed_stays": bool(body.get("period")),
            "typed_ends": "" if ends_at is None else "words" if ends_at else "empty",
            "typed_end_words": ends_at or "",
            "typed_unread": "; ".join(body.get("unread", ())),
            "typed_kinds": [
                {"word": word, "means": kind} for word, kind in body.get("kinds", {}).items()
            ],
            "typed_filters": [
                {"how": how, "column": column, "values": "; ".join(values)}
                for how in ("only", "leave_out")
                for column, values in body.get(how, {}).items()
            ],
            "typed_skip": [{"words": words} for words in body.get("skip", ())],
        }

    def as_body(self, written: Written) -> None:
        """The sentences as keys of the entry."""
        body = written.body
        # What the columns lack together is money.
        written.places["columns"] = self["net"].name
        typed = {key: body.pop(key) for key in list(body) if key.startswith("typed_")}
        every_sheet = body.get("sheet") == EVERY_SHEET
        if every_sheet:
            # Headings are looked for in each, as they need not be in the same row.
            del body["sheet"]
            body.pop("header_row", None)
        if "currency" in body:
            body["currency"] = str(body["currency"]).upper()
        if typed.get("typed_decimal") == ",":
            body["decimal"] = ","
        answers = {
            "decimal": "." if typed.get("typed_decimal") == "." else "",
            "date_language": typed.get("typed_months", ""),
            "discount_unit": "fraction" if typed.get("typed_percent") == "fraction" else "",
            "sheet": "all" if every_sheet else "",
        }
        if answered := {key: value for key, value in answers.items() if value}:
            body["answers"] = answered
        if typed.get("typed_percent") == "percent" and "discount" in body.get("columns", {}):
            body["percent"] = ["discount"]
        if typed.get("typed_stays") and typed.get("typed_period"):
            body["period"] = typed["typed_period"]
        if unread := _parted(typed.get("typed_unread", "")):
            body["unread"] = unread
        self._end(written, typed)
        self._rows(written, typed)
        for key, default in (("returns", "negative"), ("rows_are", "lines")):
            if body.get(key) == default:
                del body[key]

    def _end(self, written: Written, typed: Mapping[str, Any]) -> None:
        words = str(typed.get("typed_end_words", ""))
        if typed.get("typed_ends") == "empty":
            written.body["ends_at"] = ""
        elif typed.get("typed_ends") == "words":
            written.body["ends_at"] = words
            written.places["ends_at"] = self["end_words"].name

    def _rows(self, written: Written, typed: Mapping[str, Any]) -> None:
        kinds = {
            row["word"]: row["means"]
            for row in typed.get("typed_kinds", ())
            if row.get("word") and row.get("means")
        }
        if kinds and "kind" in written.body.get("columns", {}):
            written.body["kinds"] = kinds
        for row in typed.get("typed_filters", ()):
            column = row.get("column")
            if column:
                values = [each.strip() for each in str(row.get("values", "")).split(";")]
                rules = written.body.setdefault(row.get("how", "only"), {})
                rules.setdefault(column, []).extend(values[:_MOST_FILTER_VALUES])
        if skip := [row["words"] for row in typed.get("typed_skip", ()) if row.get("words")]:
            written.body["skip"] = skip

    def entry(self, base: Mapping[str, Any] | None) -> Written:
        """The entry as entered, with the keys that only the setup file can set."""
        written = self.written()
        if base is not None:
            other_answers = {
                key: value
                for key, value in base.get("answers", {}).items()
                if key not in _OWN_ANSWERS
            }
            if answers := {**other_answers, **written.body.get("answers", {})}:
                written.body["answers"] = answers
            known = {*_FORM_KEYS, *written.body}
            written.body |= {key: value for key, value in base.items() if key not in known}
        return written

    @property
    def period_of_file(self) -> str:
        """The period of this file's rows without a date."""
        return str(self["period"].data)


def sentences(form: MappingForm) -> list[tuple[str, str]]:
    """Sentences that describe how the rows of a mapped report are read."""
    described = []
    for name in ("decimal", "date_order", "months", "percent", "returns", "rows_are", "kind"):
        field = form[name]
        described.append((field.label.text, dict(field.options).get(field.data, field.data)))
    ends = dict(form["ends"].options).get(form["ends"].data, "")
    described.append((form["ends"].label.text, f"{ends} {form['end_words'].data}".strip()))
    return described


def offer(form: MappingForm, sheets: Sequence[SheetPreview]) -> SheetPreview:
    """Fill in the options for a file; returns the sheet to show."""
    place = place_of_sheet(form, sheets)
    sheet = sheets[place]
    options = [(each.name, each.name or "the only one") for each in sheets]
    alike = with_headings(sheets, place, header_row(form))
    if len(alike) > 1 or form["sheet"].data == EVERY_SHEET:
        names = ", ".join(each.name for each in alike)
        options.append((EVERY_SHEET, f"all with these headings: {names}"))
    form["sheet"].offer(options)
    printed = list(dict.fromkeys(filter(None, headings(sheet, header_row(form)))))
    options = [("", _UNREAD), *((heading, heading) for heading in printed)]
    for column in form.columns():
        column.offer(options)
    g.setdefault(_OFFERED, options)
    return sheet


def place_of_sheet(form: MappingForm, sheets: Sequence[SheetPreview]) -> int:
    """The place of the sheet to show: the chosen one, or the first of all that are chosen."""
    chosen = form["sheet"].data
    if chosen == EVERY_SHEET:
        return propose(sheets).sheet
    names = [each.name for each in sheets]
    return names.index(chosen) if chosen in names else 0


def header_row(form: MappingForm) -> int:
    """The header row that was entered, or the first row."""
    text = form["header_row"].data
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= _DIGITS else 1


def add_words(form: MappingForm, sheet: SheetPreview, base: Mapping[str, Any] | None) -> None:
    """List the words of the kind column, each with what it usually means.

    Words that this file lacks are listed if the report knew them before.
    """
    names = [normal(heading) for heading in headings(sheet, header_row(form))]
    column = normal(form["kind_column"].data)
    means = {normal(row["word"].data): row["means"].data for row in form["typed_kinds"].rows}
    words: list[str] = []
    if column in names:
        words = [*_words_below(sheet, names.index(column), column)]
        there = set(map(normal, words))
        words += [
            kind_word
            for kind_word in (base or {}).get("kinds", {})
            if normal(kind_word) not in there
        ]
    form["typed_kinds"].process_data(
        [{"word": word, "means": means.get(normal(word)) or usual_kind(word)} for word in words]
    )


def _words_below(sheet: SheetPreview, at: int, heading: str) -> Iterable[str]:
    words: dict[str, str] = {}
    for word in sheet.words.get(at, ()):
        if normal(word) != heading:
            words.setdefault(normal(word), word)
    return words.values()


def sample_texts(sheet: SheetPreview, row: int) -> dict[str, str]:
    """Three values of each column by its heading."""
    texts: dict[str, str] = {}
    for at, heading in enumerate(headings(sheet, row)):
        if heading and heading not in texts:
            shortened = (
                text if len(text) <= _SAMPLE else f"{text[: _SAMPLE - 1]}…"
                for text in samples(sheet, row, at)
            )
            texts[heading] = " · ".join(shortened)
    return texts


def begun(start: Start) -> MappingForm:
    """The form as it is shown first."""
    sheet = start.sheets[start.sheet].name
    if start.body.get("answers", {}).get("sheet") == "all":
        sheet = EVERY_SHEET
    body: Body = {**start.body, "sheet": sheet, "header_row": start.header_row}
    return MappingForm(body=body)
