"""Labels of rows that are not sales: totals, subtotals, notes."""

import re

from royalties.domain.currencies import EXPONENTS
from royalties.ingest.report.dates import month_in_any_language

TOTALS = ("total", "totals", "grand total", "subtotal", "sub-total", "sum")
"""Beginnings of labels."""

_BLANK = re.compile(r"\s")
_WORDS = re.compile(r"[^\W\d_]+|\d+|∑")
_IN_ALL = re.compile(r"\bi alt\b")
"""Danish and Norwegian write the word for a total as two."""

_TOTAL = frozenset(
    ("total", "totals", "subtotal", "subtotals", "sum", "sums", "ttl", "tot", "gesamt",
     "gesamtsumme", "gesamtbetrag", "gesamtergebnis", "teilergebnis", "gesamttotal",
     "summe", "summen",
     "zwischensumme", "endsumme", "endbetrag", "teilsumme", "monatssumme", "totale", "subtotale",
     "totali", "totaal", "subtotaal", "tussentotaal", "eindtotaal", "totaux", "somme", "sommes",
     "suma", "subtotales", "totales", "totais", "somma", "soma", "totalt", "summa", "delsumma",
     "mellansumma", "delsum", "sammanlagt", "yhteensä", "välisumma", "razem", "łącznie", "celkem",
     "mezisoučet", "spolu", "ukupno", "skupaj", "összesen", "részösszeg", "toplam", "kokku",
     "ialt", "insgesamt", "tilsammen", "samlet", "samtals", "kopā", "viso",
     "合計", "小計", "総計", "总计", "小计", "合计", "總計", "итого", "всего",
     "разом", "сума", "∑", "σ", "общо", "σύνολο", "합계", "총계", "소계", "tổng", "jumlah", "รวม"),
)  # fmt: skip
_BESIDE = frozenset(
    ("grand", "sub", "sous", "overall", "running", "cumulative", "net", "gross", "final", "report",
     "general", "all", "for", "of", "in", "on", "the", "and", "to", "date", "per", "by", "this",
     "day", "daily", "week", "weekly", "wk", "month", "monthly", "quarter", "quarterly", "q",
     "year", "yearly", "annual", "period", "page", "sheet", "section", "sales", "sale", "returns",
     "salg",
     "units", "copies", "quantity", "qty", "amount", "amounts", "royalty", "royalties", "revenue",
     "earnings", "receipts", "due", "payable", "paid", "store", "stores", "shop", "order",
     "orders", "invoice", "invoices", "customer", "account", "title", "titles", "book", "books",
     "ebook", "ebooks", "print", "paperback", "hardcover", "audiobook", "woche", "monat",
     "semaine", "mois", "semana", "mes", "settimana", "mese", "maand", "général", "générale",
     "generale", "geral", "complessivo", "algemeen", "result", "line", "lines",
     "item", "items", "row", "rows", "isbn",
     "isbns", "ean", "edition", "editions", "format", "author", "authors", "statement",
     "currency", "country", "territory", "retailer", "channel", "incl", "including", "excl",
     "excluding", "before", "after", "without", "with", "vat", "tax", "taxes", "gst", "mwst",
     "inkl", "exkl", "zzgl", "netto", "brutto", "tva", "iva", "btw", "moms", "der", "des", "du",
     "de", "del", "la", "le", "les", "di", "van", "het", "für", "pro", "por", "par", "ventes",
     "ventas", "vendite", "vendas", "importe", "montant", "importo", "bedrag", "betrag", "verkäufe",
     "exemplare", "stück", "jahr", "année", "año", "anno", "jaar", "buch", "bücher", "titres",
     "titel", "títulos", "libros", "livres", "libri", "boeken"),
)  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_LONGEST = 80
_LEAST_LETTERS = 3
_MOST_WORDS = 8


def is_total_label(text: str) -> bool:
    """Whether a text can only be the label of a total, such as ``Week 28 subtotal``.

    ``Total Recall`` and ``Total Wine & More`` are not: they may be a title or a customer.
    """
    words = _words(text)
    return (
        0 < len(words) <= _MOST_WORDS
        and not is_number_of_its_own(text)
        and not _TOTAL.isdisjoint(words)
        and all(word in _TOTAL or word in _BESIDE or _counts(word) for word in words)
    )


def is_number_of_its_own(text: str) -> bool:
    """Whether a text is one word with figures, like a house number: *SUM-1* labels no total."""
    return not _BLANK.search(text.strip()) and any(map(str.isdecimal, text))


def names_a_total(text: str) -> bool:
    """Whether a text speaks of a total among other things: *Salt & Light Total*, *Total Recall*."""
    return not _TOTAL.isdisjoint(_words(text))


def currency_of_label(text: str) -> str:
    """The currency that the label of a total names, if it names one."""
    codes = [word for word in _WORDS.findall(text) if word in EXPONENTS]
    return codes[0] if len(codes) == 1 and is_total_label(text) else ""


def _words(text: str) -> list[str]:
    """The words of a text that is no longer than a label, in lower case."""
    return _WORDS.findall(_IN_ALL.sub("ialt", text.casefold())) if len(text) <= _LONGEST else []


def _counts(word: str) -> bool:
    """Whether a word numbers a part of a report: a figure, a month, a currency."""
    return (
        word.isdecimal()
        or word.upper() in EXPONENTS
        or (len(word) >= _LEAST_LETTERS and any(month.startswith(word) for month in _MONTHS))
        or month_in_any_language(word) > 0
    )
