"""Titles of an ONIX 3.0 or 3.1 message: what its codes mean for a royalty desk.

Royalties on the list price are calculated on the price without tax, so a price type without tax
counts before one with it; of one with tax the tax is taken out where the message says how much it
is, and it is asked about where it does not. A currency has one list price here: of several for
different territories that of the currency's own country counts, then that of the whole world.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from royalties.domain.counting import counted
from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError, amount_text, exact_number, number_text
from royalties.ingest.lists import cells as c
from royalties.ingest.lists.asking import settle_forms
from royalties.ingest.lists.contents import Answers, ListContents, ListFault, ListQuestion, Record
from royalties.ingest.lists.forms import format_of_code
from royalties.ingest.lists.table import MOST_FAULTS
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.workbook import Workbook

_XML = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*+<(?:\?xml\s|!DOCTYPE\s|(?:[\w.-]++:)?ONIX)"
)
_HEAD = 4_096

_DELETED, _SOLD = "05", "08"
_TESTS = frozenset(("88", "89"))
_PACKS = frozenset(("20", "30", "31"))
"""Compositions that are sold to shops, and no edition."""

_WITHOUT_TAX = ("01", "03", "41", "11", "13")
"""Types of list 58: recommended, fixed, publisher's (agency), and special sale, without tax."""
_WITH_TAX = ("02", "04", "42", "12", "14")
_KINDS = (*_WITHOUT_TAX, *_WITH_TAX)
"""The first that there is of them counts."""

_CONSUMERS = frozenset(("", "00", "05"))
"""Qualifiers of list 59: none, unqualified, consumer."""

_WORLD = frozenset(("WORLD",))
_HOMES = {
    "USD": "US", "GBP": "GB", "CAD": "CA", "AUD": "AU", "NZD": "NZ", "CHF": "CH", "JPY": "JP",
    "SEK": "SE", "NOK": "NO", "DKK": "DK", "ZAR": "ZA", "INR": "IN", "BRL": "BR", "MXN": "MX",
}  # fmt: skip
"""Countries of currencies that only one has, or one mostly."""

_TAX = "taxed"
_AS_IS, _WITHOUT = "as-they-are", "leave-out"
_MOST_NOTES = 100


def is_onix(path: Path) -> bool:
    """Whether a file begins as an ONIX message, or any other XML, does."""
    with path.open("rb") as file:
        return bool(_XML.match(file.read(_HEAD).translate(None, b"\0")))


def read_onix(path: Path, answers: Answers, *, known: Collection[str]) -> ListContents:
    """The editions of an ONIX message.

    Args:
        path: where its bytes are.
        answers: to questions that it left open before.
        known: ISBNs of the books' editions.
    """
    listed = ListContents()
    try:
        products = _products(path)
    except UnreadableError as error:
        problem = error.problem
        listed.faults.append(ListFault("the file", f"{problem.message}: {problem.remedy}"))
        return listed
    reader = _ProductReader(listed, answers, known)
    for number, (reference, rows) in enumerate(products.items(), 1):
        reader.take(f"product {number}", reference, rows)
    reader.finish()
    settle_forms(listed, known, answers)
    if not products:
        listed.faults.append(ListFault("the file", "it has no products"))
    del listed.faults[MOST_FAULTS:]
    return listed


def _products(path: Path) -> dict[str, list[dict[str, str]]]:
    """Rows by product, in the order of the message; of a product sent twice the last counts."""
    book = Workbook(path, "onix")
    try:
        [sheet] = book.sheets
        rows = sheet.rows()
        columns = [str(each) for each in next(rows)]
        products: dict[str, list[dict[str, str]]] = {}
        before = ""
        for row in rows:
            said = dict(zip(columns, map(str, row), strict=True))
            key = said["reference"] or said["isbn"]
            if key != before:
                products.pop(key, None)
                products[key] = []
            products[key].append(said)
            before = key
        return products
    finally:
        book.close()


class _Price(NamedTuple):
    """A price: how it ranks among others, without tax, and where it holds."""

    rank: tuple[int, int]
    amount: str
    where: str


class _ProductReader:
    """Takes one product after the other."""

    def __init__(self, listed: ListContents, answers: Answers, known: Collection[str]) -> None:
        self._listed = listed
        self._taxed_as_is = answers.get(_TAX, "")
        self._known = known
        self._skipped: dict[str, int] = defaultdict(int)
        self._taxed: list[str] = []
        self._notes: list[str] = []
        self._seen: dict[str, str] = {}

    def take(self, place: str, reference: str, rows: list[dict[str, str]]) -> None:
        """Take a product, or count why it is none of ours."""
        said = rows[0]
        place = f"{place} ({said['isbn'] or reference})" if said["isbn"] or reference else place
        if reason := _why_not(said):
            self._skipped[reason] += 1
            return
        try:
            isbn = c.isbn(said["isbn"])
        except c.NoValueError as error:
            if said["isbn"]:
                self._listed.faults.append(ListFault(place, str(error)))
            else:
                self._skipped["without an ISBN"] += 1
            return
        if isbn in self._seen:
            self._listed.faults.append(
                ListFault(place, f"this ISBN stands in {self._seen[isbn]} already")
            )
            return
        self._seen[isbn] = place
        if said["notification"] == _DELETED:
            self._delete(place, isbn)
            return
        self._listed.records.append(self._record(place, isbn, rows))

    def _delete(self, place: str, isbn: str) -> None:
        if isbn not in self._known:
            self._skipped["deleted, and not in the books"] += 1
            return
        self._listed.records.append({"place": place, "isbn": isbn, "retire": True})

    def _record(self, place: str, isbn: str, rows: list[dict[str, str]]) -> Record:
        said = rows[0]
        record: Record = {"place": place, "isbn": isbn}
        record |= {name: said[name] for name in ("title", "subtitle") if said[name]}
        if authors := (said["authors"] or said["editors"]).splitlines():
            record["authors"] = authors
        if form := said["form"]:
            made_of = format_of_code(form)
            record |= {"format": str(made_of)} if made_of else {"form": form}
        if published := self._day(place, said["published"], "publication date"):
            record["published"] = published
        works = [f"onix {each}" for each in said["works"].splitlines()]
        works += [f"isbn {each}" for each in said["related"].splitlines()]
        if works:
            record["works"] = works
        if prices := self._prices(place, rows):
            record["prices"] = prices
        return record

    def _day(self, place: str, dated: str, label: str) -> str:
        """A day of a date with its format; of a month its first."""
        stated, _, text = dated.partition(" ")
        if not text:
            return ""
        digits = re.sub(r"\D", "", text.partition("T")[0])
        try:
            if stated in ("00", "13", "14") or len(digits) == len("20150910"):
                return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
            if stated == "01" or len(digits) == len("201509"):
                return date(int(digits[:4]), int(digits[4:6]), 1).isoformat()
        except ValueError:
            pass
        self._note(f"{place}: the {label} “{text}” names no day, and is left out.")
        return ""

    def _prices(self, place: str, rows: Iterable[dict[str, str]]) -> list[Record]:
        """List prices: one for each currency and day."""
        offers: dict[tuple[str, str], list[_Price]] = defaultdict(list)
        for row in rows:
            kind = row["price_type"] or "01"
            if (
                not row["amount"]
                or row["condition"]
                or row["qualifier"] not in _CONSUMERS
                or kind not in _KINDS
            ):
                continue
            if row["currency"] not in EXPONENTS:
                self._note(f"{place}: a price names no currency, and is left out.")
                continue
            amount = self._amount(place, row, kind)
            if amount is not None:
                starts = self._day(place, row["from"], "first day of a price")
                rank = (_territory_rank(row), _KINDS.index(kind))
                offers[row["currency"], starts].append(_Price(rank, amount, row["in"]))
        prices = []
        for (currency, starts), offered in offers.items():
            amount = self._chosen(place, currency, offered)
            if amount:
                price = {"currency": currency, "amount": amount}
                prices.append({**price, "from": starts} if starts else price)
        return prices

    def _chosen(self, place: str, currency: str, offered: Iterable["_Price"]) -> str:
        """The one of several prices that counts; empty if nobody can tell."""
        first, *others = sorted(offered, key=lambda price: price.rank)
        if any(price.rank == first.rank and price.amount != first.amount for price in others):
            where = ", ".join(sorted({_short(price.where) for price in (first, *others)}))
            self._note(
                f"{place}: several prices in {currency} ({where}): none of them is taken; enter "
                f"the one that royalties go by."
            )
            return ""
        if any(price.amount != first.amount for price in others):
            self._note(
                f"{place}: of several prices in {currency} {first.amount} is taken, for "
                f"{_short(first.where)}."
            )
        return first.amount

    def _amount(self, place: str, row: Mapping[str, str], kind: str) -> str | None:
        """The price without tax; None where nobody knows it."""
        try:
            gross = exact_number(row["amount"].replace(",", "."))
        except NotAnAmountError:
            self._note(f"{place}: the price “{row['amount']}” is no amount, and is left out.")
            return None
        if gross < 0:
            return None
        if kind in _WITHOUT_TAX:
            return _written(gross, row["currency"])
        net = _net(gross, row)
        if net is not None:
            return _rounded(net, row["currency"])
        if self._taxed_as_is == _AS_IS:
            return _written(gross, row["currency"])
        self._taxed.append(place)
        return None

    def _note(self, text: str) -> None:
        if len(self._notes) < _MOST_NOTES:
            self._notes.append(text)

    def finish(self) -> None:
        """Tell what was left out, and ask about prices with a tax that nobody knows."""
        self._listed.notes += [
            f"Left out: {counted(count, 'product')} {reason}."
            for reason, count in self._skipped.items()
        ]
        if self._taxed and self._taxed_as_is == _WITHOUT:
            self._note(
                f"Prices of {counted(len(set(self._taxed)), 'product')} are left out, since they "
                f"include a tax that the file does not tell."
            )
        elif self._taxed:
            words = (
                f"Prices of {counted(len(set(self._taxed)), 'product')} include tax, and the file "
                f"does not tell how much. What are list prices without tax?"
            )
            options = (
                (_AS_IS, "the prices as they are: no tax is due on them"),
                (_WITHOUT, "not told here: leave these prices out"),
            )
            self._listed.questions.append(ListQuestion(_TAX, words, options))
        self._listed.notes += self._notes


def _why_not(said: Mapping[str, str]) -> str:
    if said["notification"] in _TESTS:
        return "that are marked as a test"
    if said["notification"] == _SOLD:
        return "that were sold to another publisher"
    if said["composition"] in _PACKS:
        return "that are packs for the trade"
    return ""


def _territory_rank(row: Mapping[str, str]) -> int:
    """How near a price's territory is to its currency: its own country, the world, any other."""
    included, excluded = set(row["in"].split()), set(row["not_in"].split())
    home = _HOMES.get(row["currency"], "")
    if home and home in included:
        return 0
    if (not included or included & _WORLD) and home not in excluded:
        return 1
    return 2


def _net(gross: Fraction, row: Mapping[str, str]) -> Fraction | None:
    """A price less the tax that it includes, as far as the message tells."""
    if taxable := _number(row["taxable"]):
        return taxable if taxable <= gross else None
    rate = _number(row["tax_rate"])
    if rate is not None:
        return gross / (1 + rate / 100)
    tax = _number(row["tax_amount"])
    if tax is not None and tax <= gross:
        return gross - tax
    return gross if row["tax_code"] == "Z" else None


def _number(text: str) -> Fraction | None:
    try:
        return exact_number(text) if text else None
    except NotAnAmountError:
        return None


def _rounded(exact: Fraction, currency: str) -> str:
    """To the currency's unit, halves up, as prices are printed."""
    scale = 10 ** EXPONENTS[currency]
    return amount_text((2 * exact * scale + 1) // 2, currency)


def _written(exact: Fraction, currency: str) -> str:
    """An amount with the digits of its currency, or as many as it has."""
    minor = exact * 10 ** EXPONENTS[currency]
    return amount_text(int(minor), currency) if minor.denominator == 1 else number_text(exact)


def _short(codes: str) -> str:
    names = codes.split() or ["any country"]
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
