"""An old statement's totals: read from rows, and the figures that it may tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError, minor_units
from royalties.domain.people import Verb
from royalties.domain.royalties.parallel import (
    OF_PAYEES,
    Figure,
    FigureKey,
    OldTotal,
    figures_of,
)
from royalties.ingest.setup.identifiers import isbn as isbn_of
from royalties.ingest.setup.taking import NotTakenError
from royalties.ingest.uploads.filled_table import CellFault, FilledRow, plain_number
from royalties.services.books import Setup
from royalties.services.names import Names, format_word
from royalties.services.periods.draft import run_view
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.work import RefusedError, Work
from royalties.store.periods import parallel as store

MOST_TYPED = 300
"""Figures that a form shows; more are filled in as a table."""


class TooManyFiguresError(RefusedError):
    """The draft has more figures than anybody types."""


@dataclass(frozen=True, slots=True)
class FigureToType:
    """A figure of the draft or of the open parallel run, and what was said of it so far.

    ``amount`` is in minor units; None, as ``copies``, where nothing was said.
    """

    key: FigureKey
    about: str
    amount: int | None = None
    copies: int | None = None


def figures_to_type(work: Work, period: str) -> tuple[FigureToType, ...]:
    """All figures that an old statement of a period may contain, with the totals sent so far.

    Raises:
        TooManyFiguresError: they are more than ``MOST_TYPED``.
        RefusedError: an earlier period is open.
    """
    work.actor.require(Verb.READ)
    draft = run_view(work, period)
    row = store.find_open(work.connection, str(draft.period))
    sent = {each.key: each for each in map(total_of, row.totals if row else ())}
    keys = sorted({*figures_of(draft.run), *sent}, key=lambda each: _place(draft.setup, each))
    if len(keys) > MOST_TYPED:
        raise TooManyFiguresError(
            f"the draft has {len(keys):,} figures, and a form takes {MOST_TYPED}: fill in the "
            "template"
        )
    names = figure_names(draft.setup)
    return tuple(
        FigureToType(
            key,
            about_figure(key, names),
            sent[key].amount if key in sent else None,
            sent[key].copies if key in sent else None,
        )
        for key in keys
    )


def _place(setup: Setup, key: FigureKey) -> tuple[object, ...]:
    """Contract by contract, then payee by payee, each figure where statements have it."""
    is_contract = key.figure not in OF_PAYEES and key.of in setup.contracts
    return not is_contract, key.of, key.currency, list(Figure).index(key.figure), *key[3:]


def figure_names(setup: Setup) -> Mapping[str, str]:
    """What contracts, payees and editions of figures are called, by key or ISBN."""
    return {
        **{key: each.name for key, each in setup.beneficiaries.items()},
        **Names(setup).all_of("contracts"),
        **{
            edition.isbn: f"{title.title}, {format_word(edition.format)}"
            for title in setup.titles.values()
            for edition in title.editions
        },
    }


def about_figure(key: FigureKey, names: Mapping[str, str]) -> str:
    """Whose figure it is, and of which edition."""
    parts = (names.get(key.of, key.of), names.get(key.isbn, key.isbn))
    return ": ".join(part for part in parts if part)


def plain_total(total: OldTotal) -> list[Any]:
    """An old total as it is kept."""
    return [*total.key, total.amount, total.copies]


def total_of(plain: list[Any]) -> OldTotal:
    """An old total that was kept."""
    figure, *names, amount, copies = plain
    return OldTotal(FigureKey(Figure(figure), *names), amount, copies)


def read_totals(setup: Setup, rows: Iterable[FilledRow], name: str) -> list[OldTotal]:
    """Rows as old totals; those without an amount say nothing.

    Raises:
        FaultyTableError: with every fault of the rows.
    """
    reading = _TotalsReading(setup)
    totals = [total for row in rows if (total := reading.take(row)) is not None]
    if not totals and not reading.faults:
        reading.faults.append(CellFault(1, "amount", "", "no row has an amount: fill some in"))
    if reading.faults:
        raise FaultyTableError(name, reading.faults)
    return totals


class _TotalsReading:
    """Rows as old totals; a row without an amount says nothing."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.faults: list[CellFault] = []
        self._names = Names(setup)
        self._seen: set[FigureKey] = set()

    def take(self, row: FilledRow) -> OldTotal | None:
        """An old total, or None where it says nothing or is wrong."""
        if not row["amount"]:
            return None
        try:
            return self._total(row)
        except _WrongCellError as error:
            column, message = error.args
            self.faults.append(CellFault(row.number, column, row[column], message))
            return None

    def _total(self, row: FilledRow) -> OldTotal:
        try:
            figure = Figure(row["what"].casefold())
        except ValueError:
            words = ", ".join(each.value for each in Figure)
            raise _WrongCellError("what", f"is none of {words}") from None
        row = self._with_keys(row, figure)
        currency = self._currency(row, figure)
        contract = self.setup.contracts.get(row["of"])
        rules = {rule.name for rule in contract.rules} if contract else set()
        rights = {right for right, _ in contract.rights} if contract else set()
        if row["rule"] and row["rule"] not in rules | rights:
            raise _WrongCellError("rule", "is no rule or right of this contract")
        try:
            isbn = isbn_of(row["edition"]) if row["edition"] else ""
        except NotTakenError:
            raise _WrongCellError("edition", "is no ISBN such as 9780306406157") from None
        try:
            amount = minor_units(plain_number(row["amount"]) or "?", currency)
        except (NotAnAmountError, LookupError):
            message = f"is no amount in {currency} such as 1234.50"
            raise _WrongCellError("amount", message) from None
        copies = plain_number(row["copies"], is_count=True) if row["copies"] else ""
        if copies is None or "." in copies:
            raise _WrongCellError("copies", "is no whole number of copies")
        key = FigureKey(figure, row["of"], currency, row["rule"], isbn)
        if key in self._seen:
            raise _WrongCellError("what", "stands in the file already: keep one row")
        self._seen.add(key)
        return OldTotal(key, amount, int(copies) if copies else None)

    def _with_keys(self, row: FilledRow, figure: Figure) -> FilledRow:
        """The same row where somebody wrote names: of a contract, a beneficiary, an edition."""
        parts = ["beneficiaries"] if figure in OF_PAYEES else ["contracts"]
        if figure is Figure.BROUGHT_FORWARD:
            parts.append("beneficiaries")
        found = (self._names.key_of(part, row["of"]) for part in parts)
        known = {
            "of": next(filter(None, found), row["of"]),
            "edition": self._names.key_of("editions", row["edition"]) or row["edition"],
        }
        return FilledRow(row.number, {**row.cells, **known})

    def _currency(self, row: FilledRow, figure: Figure) -> str:
        currency = row["currency"].upper()
        contract = self.setup.contracts.get(row["of"])
        may_be_payee = figure in OF_PAYEES or figure is Figure.BROUGHT_FORWARD
        if figure not in OF_PAYEES and contract is not None:
            if currency not in {"", contract.currency}:
                raise _WrongCellError("currency", f"is not the contract’s, {contract.currency}")
            return contract.currency
        if may_be_payee and row["of"] in self.setup.beneficiaries:
            if currency and currency not in EXPONENTS:
                raise _WrongCellError("currency", "is no currency such as USD")
            return currency or self.setup.publisher.currency
        kind = "beneficiary" if figure in OF_PAYEES else "contract"
        raise _WrongCellError("of", f"is no {kind} of the books")


class _WrongCellError(Exception):
    """A cell is wrong: its column, and what is to be said of it."""
