"""Unread columns whose headings suggest copies, money or returns.

If a report has a *Returns* column that is not read, too many copies are counted, and nothing else
would reveal it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from royalties.ingest.report.cells import Cell, RowBlock, printed, text_of
from royalties.ingest.report.declaration import UNREAD_RETURNS, Header, normal
from royalties.ingest.report.headings import column_letters, unit_of, without_span
from royalties.ingest.report.row_warnings import RowWarnings

_MOST_EXAMPLES = 3
_MOST_CURRENCIES = 20
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

_RETURNS = """return returns returned refund refunds refunded credit credits credited chargeback
chargebacks cancelled canceled cancellations retour retoure retouren remittenden remission
remissionen rückgaben devolución devoluciones devuelto devueltos retours retourné retournés
remboursement remboursements reso resi rimborso rimborsi devolução devoluções"""
_COPIES = """unit units qty quantity quantities copies copy sold sales borrows loans downloads menge
anzahl stück exemplare verkauft verkäufe cantidad unidades ejemplares ventas quantité quantités
exemplaires ventes quantità unità copie vendite aantal exemplaren quantidade exemplares vendas
free gratis gratuit gratuits freiexemplare complimentary comps giveaways"""
_COUNTS = """unit units qty quantity copies copy sold kenp pages menge anzahl stück exemplare
unidades cantidad ejemplares quantité exemplaires quantità copie aantal exemplaren unidade
quantidade exemplares"""
"""With one of these words a heading is of copies, however it is paid: *Paid Units*."""
_AMOUNTS = """amount amounts net gross total royalty royalties earning earnings earned revenue
revenues proceeds receipts payment payments paid payable payout due balance compensation netto
brutto betrag beträge umsatz umsätze erlös erlöse honorar importe importes
ingreso ingresos regalías ganancias
neto bruto montant montants recette recettes revenu revenus redevances brut importo importi ricavo
ricavi compenso netto lordo bedrag bedragen omzet opbrengst valor receita receitas líquido
adjustment adjustments adj deduction deductions withholding withheld bonus fee fees charge charges
abzug abzüge gebühr gebühren ajuste ajustes déduction déductions retenue retención ritenuta"""
_CURRENCIES = "currency currencies währung moneda divisa devise devises valuta moeda monnaie"
_STATES = """status verified unverified voided void unpaid pending statut stato estado verificado
vérifié verificato bestätigt"""
_ELSE = """price prices preis preise prix precio precios prezzo prezzi prijs preço cost costs date
dates datum fecha data time method type id no number nr ref reference name by rate ratio per avg
average discount rabatt percent percentage channel territory market region country store rep
manager terms terminal at on code note notes comment comments plan from to until mail email
address policy weight category class"""
"""With one of these words a heading speaks of something else: *Return date*, *Royalty rate*."""

_TAKEN_BACK = "storno stornierung gutschrift reversal reversed reverse void voided rma rtn"
_BESIDE = "memo note sale sales customer order partial full item book books copy copies"
_OF_RETURNS = frozenset(f"{_RETURNS} {_TAKEN_BACK}".split())
_WITH_RETURNS = _OF_RETURNS | frozenset(_BESIDE.split())
_SIGNS = frozenset(("d/c", "c/d", "dr/cr", "cr/dr", "s/r", "+/-", "sign", "cr", "dr"))
"""Headings of columns that tell a sale from a return by a letter or a sign."""

_MOST_WORDS = 40
"""A column with more distinct values than that is no column of kinds."""

_OWN_COLUMN = (
    ", since returns are not said to have a column of their own: say so in the mapping if copies "
    "came back beside those sold"
)

_MINUS = tuple("-(\u2212")
_DEBIT = re.compile(r"\s*[-(\u2212][^\d\s]{0,3}\d[\d.,' ]{0,20}[.,]\d+\)?\s*", re.ASCII)
_FIGURE = re.compile(r"\s*[-+($€£¥\u2212]*\s?\d[\d.,' ]{0,20}[.,]\d\d?\)?\s*", re.ASCII)

_CURRENCY_WORDS = frozenset(_CURRENCIES.split())
_SPEAKING = frozenset(f"{_RETURNS} {_COPIES} {_AMOUNTS} {_CURRENCIES} {_STATES}".split())
_MONEY = frozenset(_AMOUNTS.split())
_NO_MONEY = frozenset(_COUNTS.split())
_OTHER = frozenset(_ELSE.split())


def words_of(heading: str) -> frozenset[str]:
    """The words of a heading in lower case; ``GrossSoldQuantity`` has three."""
    return frozenset(_WORD.findall(_HUMP.sub(" ", heading).casefold()))


def speaks_of_sales(heading: str) -> bool:
    """Whether a heading suggests returns, copies, amounts, a currency or a status.

    >>> speaks_of_sales("Returned Qty"), speaks_of_sales("Return date"), speaks_of_sales("Author")
    (True, False, False)
    """
    words = words_of(heading)
    if is_currency_heading(heading) or normal(heading) in _SIGNS:
        return True
    return bool(_SPEAKING & words) and not _OTHER & words and not unit_of(heading).percent


def speaks_of_money(heading: str) -> bool:
    """Whether a heading is that of amounts per row, not per copy."""
    words = words_of(heading)
    return (
        bool(_MONEY & words) and not (_OTHER | _NO_MONEY) & words and not unit_of(heading).percent
    )


def is_debit(cell: Cell) -> bool:
    """Whether a cell is an amount below zero.

    >>> is_debit("-2.00"), is_debit("(1,50)"), is_debit(-3.5), is_debit("-1"), is_debit("-a.5")
    (True, True, True, False, False)
    """
    if isinstance(cell, float):
        return cell < 0 and not cell.is_integer()
    return isinstance(cell, str) and cell.lstrip()[:1] in _MINUS and bool(_DEBIT.fullmatch(cell))


def is_currency_heading(heading: str) -> bool:
    """Whether a heading is that of currencies."""
    return bool(_CURRENCY_WORDS & words_of(heading))


def tells_a_return(cell: Cell) -> bool:
    """Whether a cell says that its row is a return, or was taken back.

    >>> tells_a_return("Credit memo"), tells_a_return("The return of the king")
    (True, False)
    """
    if not isinstance(cell, str):
        return False
    words = words_of(cell)
    return bool(words & _OF_RETURNS) and words <= _WITH_RETURNS


@dataclass(slots=True)
class _Kinds:
    """A column whose heading says nothing, watched for words of returns beside positive copies."""

    at: int
    name: str
    units: int
    word: str = ""

    def look(self, block: RowBlock) -> bool:
        """Look at some rows; false once there is no need to look further."""
        cells = block.columns[self.at]
        distinct = set(cells)
        if len(distinct) > _MOST_WORDS:
            return False
        words = {cell for cell in distinct if tells_a_return(cell)}
        if words:
            units = block.columns[self.units]
            for cell, count in zip(cells, units, strict=True):
                if cell in words and _is_positive(count):
                    self.word = printed(cell).strip()
                    return False
        return True


@dataclass(slots=True)
class _Amounts:
    """A column whose heading says nothing, watched for amounts: without one, of any sign."""

    at: int
    name: str
    examples: list[str] = field(default_factory=list)

    def look(self, block: RowBlock) -> bool:
        """Look at some rows; false once there is no need to look further."""
        is_amount = is_debit if normal(self.name) else _is_figure
        cells = block.columns[self.at]
        if found := {cell for cell in set(cells) if is_amount(cell)}:
            shown = [printed(cell).strip() for cell in cells if cell in found]
            self.examples += shown[: _MOST_EXAMPLES - len(self.examples)]
        return len(self.examples) < _MOST_EXAMPLES

    def said(self) -> str:
        """What the warning says of it."""
        name = self.name.strip() or f"column {column_letters(self.at)}, which has no heading"
        return f"{name}: {', '.join(self.examples)} is not read"


def _is_figure(cell: Cell) -> bool:
    """Whether a cell is a number with decimals, as amounts have."""
    if isinstance(cell, float):
        return not cell.is_integer()
    return isinstance(cell, str) and bool(_FIGURE.fullmatch(cell))


def _is_positive(count: Cell) -> bool:
    text = text_of(count).strip()
    return _holds(text) and not any(sign in text for sign in "-(\u2212")


@dataclass(slots=True)
class _Column:
    at: int
    name: str
    is_currency: bool
    is_returns: bool = False
    examples: dict[str, None] = field(default_factory=dict)
    all: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        most = _MOST_CURRENCIES if self.is_currency else _MOST_EXAMPLES
        return len(self.examples if self.is_currency else self.all) >= most

    def look(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            text = printed(cell).strip()
            if not _holds(text):
                continue
            self.examples.setdefault(text)
            if len(self.all) < _MOST_EXAMPLES:
                self.all.append(text)
            if self.is_done:
                return


def _holds(text: str) -> bool:
    """Whether a cell holds a value: not blank, zero or a dash."""
    return bool(text.strip("0.,-\u2013\u2014 ")) and text.casefold() not in ("n/a", "none")


class UnreadColumns:
    """Watches the unread columns of a table while the others are read."""

    def __init__(self, header: Header, unread: Sequence[str], *, by_words: bool = False) -> None:
        """Watch what is not read.

        ``unread`` are patterns of columns that are known to be of no use; ``by_words``: a column
        that holds words of returns counts like one whose heading speaks of them.
        """
        returns = {at for column, at in header.columns if column.read == UNREAD_RETURNS}
        used = {at for _, at in header.columns} - returns
        doubted = {at for doubt in header.ambiguous_columns for at in doubt.places}
        read = {normal(header.names[at]) for at in used}
        known = [*map(normal, unread)]
        others = [
            (at, name)
            for at, name in enumerate(header.names)
            if at not in used | doubted
            and normal(name) not in read
            and not any(fnmatchcase(normal(name), pattern) for pattern in known)
        ]
        self._columns = [
            _Column(at, name, is_currency_heading(name), at in returns)
            for at, name in others
            if at in returns or speaks_of_sales(name) or normal(without_span(name)) in read
        ]
        self._watched = list(self._columns)
        units = header.at("units")
        self._kinds = [
            _Kinds(at, name, units)
            for at, name in others
            if by_words and units >= 0 and header.at("kind") < 0 and not speaks_of_sales(name)
        ]
        self._watched_kinds = list(self._kinds)
        told = {column.at for column in self._columns}
        self._amounts = [
            _Amounts(at, name)
            for at, name in others
            if by_words and at not in told and not _OTHER & words_of(name)
        ]
        self._watched_amounts = list(self._amounts)

    def look(self, block: RowBlock) -> None:
        """Look at some rows, until each column has enough examples."""
        for column in self._watched:
            cells = block.columns[column.at]
            distinct = dict.fromkeys(cells)
            if any(_holds(printed(cell).strip()) for cell in distinct):
                column.look(distinct if column.is_currency else cells)
        self._watched = [column for column in self._watched if not column.is_done]
        self._watched_kinds = [column for column in self._watched_kinds if column.look(block)]
        self._watched_amounts = [each for each in self._watched_amounts if each.look(block)]

    def look_at_rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Look at the first rows of a table whose rows are arranged."""
        for cells in rows:
            for column in self._columns:
                if column.at < len(cells):
                    column.look((cells[column.at],))

    def say(self, remarks: RowWarnings, where: str, constants: Mapping[str, Any]) -> None:
        """Warn about every such column that holds values."""
        own = text_of(constants.get("currency") or "").upper()
        for column in self._columns:
            if not column.all:
                continue
            if column.is_currency and {text.upper() for text in column.examples} == {own}:
                continue
            shown = ", ".join(column.all if not column.is_currency else column.examples)
            remedy = _OWN_COLUMN * column.is_returns
            remarks.say("column-not-read", f"{where}{column.name}: {shown} is not read{remedy}")
        for amounts in self._amounts:
            if amounts.examples:
                remarks.say("column-not-read", f"{where}{amounts.said()}")
        for kinds in self._kinds:
            if kinds.word:
                remarks.say("column-not-read", f"{where}{kinds.name}: {kinds.word} is not read")
