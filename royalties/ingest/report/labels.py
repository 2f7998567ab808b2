"""Labels of rows that are not sales: totals, subtotals, notes."""

import re

from royalties.domain.currencies import EXPONENTS

TOTALS = ("total", "totals", "grand total", "subtotal", "sub-total", "sum")
"""Beginnings of labels."""

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_TOTAL = frozenset(
    ("total", "totals", "subtotal", "subtotals", "sum", "gesamt", "gesamtsumme", "summe",
     "zwischensumme", "totale", "subtotale", "totaal", "subtotaal", "totaux", "somme", "suma",
     "合計", "小計", "总计", "小计", "итого", "всего", "endsumme", "gesamtergebnis",
     "teilergebnis", "totalt", "summa", "razem", "celkem", "összesen", "yhteensä", "toplam"),
)  # fmt: skip
_BESIDE = frozenset(
    ("grand", "sub", "sous", "overall", "running", "cumulative", "net", "gross", "final", "report",
     "general", "all", "for", "of", "in", "on", "the", "and", "to", "date", "per", "by", "this",
     "day", "daily", "week", "weekly", "wk", "month", "monthly", "quarter", "quarterly", "q",
     "year", "yearly", "annual", "period", "page", "sheet", "section", "sales", "sale", "returns",
     "units", "copies", "quantity", "qty", "amount", "amounts", "royalty", "royalties", "revenue",
     "earnings", "receipts", "due", "payable", "paid", "store", "stores", "shop", "order",
     "orders", "invoice", "invoices", "customer", "account", "title", "titles", "book", "books",
     "ebook", "ebooks", "print", "paperback", "hardcover", "audiobook", "woche", "monat",
     "semaine", "mois", "semana", "mes", "settimana", "mese", "maand", "général", "générale",
     "complessivo", "generale", "algemeen", "geral"),
)  # fmt: skip
_RESULTS = frozenset(
    ("ergebnis", "result", "results", "résultat", "risultato", "resultado", "\u03c3"),
)  # fmt: skip
_AROUND = ":.*-=#–—()"
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
    words = _WORDS.findall(text.casefold()) if len(text) <= _LONGEST else []
    return (
        0 < len(words) <= _MOST_WORDS
        and not _TOTAL.isdisjoint(words)
        and all(word in _TOTAL or word in _BESIDE or _counts(word) for word in words)
    )


def may_be_total_label(text: str) -> bool:
    """Whether a text begins or ends like a label of a total, and may be a title or a name as well.

    Spreadsheet programs write a subtotal as *Blue Door Total*, *Blue Door Ergebnis*; some write a
    sigma.

    >>> may_be_total_label("Blue Door Total"), may_be_total_label("HB-TOTAL")
    (True, False)
    """
    words = text.casefold().split() if len(text) <= _LONGEST else []
    ends = {words[0].strip(_AROUND), words[-1].strip(_AROUND)} if words else set()
    return not ends.isdisjoint(_TOTAL | _RESULTS)


def _counts(word: str) -> bool:
    """Whether a word numbers a part of a report: a figure, a month, a currency."""
    return (
        word.isdecimal()
        or word.upper() in EXPONENTS
        or (len(word) >= _LEAST_LETTERS and any(month.startswith(word) for month in _MONTHS))
    )
