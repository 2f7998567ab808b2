"""What was paid in a calendar year, for Forms 1099-MISC and 1042-S; also as a workbook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from reports import plain_table
from reports.plain_table import PlainTable
from royalties.domain.money import amount_text, number_text
from royalties.domain.payments.life import name_of
from royalties.domain.payments.tax_year import (
    INCOME_CODE,
    Duty,
    PaidInYear,
    ReportedPayee,
    TaxForm,
    YearFigures,
    form_for,
    totals,
)
from royalties.domain.people import Verb
from royalties.ingest.places import country_name
from royalties.services.books import Setup, setup_in_force
from royalties.services.payments.facts import name_of_payee
from royalties.services.work import RefusedError, Work
from royalties.store.payments import payments as store
from royalties.store.payments import taxed
from royalties.store.payments.payments import PaymentRow

_FIRST, _LAST = 1990, 2999


class NoYearError(RefusedError):
    """A year in which there were no books, or that has not come."""


@dataclass(frozen=True, slots=True)
class TaxYear:
    """A year's figures by payee and currency.

    ``by_closes`` is tax that closes of earlier versions withheld in it, by beneficiary and
    currency, in minor units: no payment has it.
    """

    year: int
    figures: tuple[YearFigures, ...]
    by_closes: dict[tuple[str, str], int]

    @property
    def totals(self) -> dict[str, tuple[int, int, int]]:
        """Gross, tax and net by currency."""
        return totals(self.figures)

    def of(self, *forms: TaxForm) -> list[YearFigures]:
        """Those who are reported on some forms."""
        return [each for each in self.figures if each.payee.form in forms]


def tax_year(work: Work, year: int) -> TaxYear:
    """What was paid in a year.

    Raises:
        NoYearError: that is no year of these books.
    """
    work.actor.require(Verb.READ)
    if not _FIRST <= year <= _LAST:
        raise NoYearError(f"{year} is no year of these books: write one such as {work.today.year}")
    rows = store.payments(work.connection, work.actor, sent=(date(year, 1, 1), date(year, 12, 31)))
    setup = setup_in_force(work)
    by_payee: dict[tuple[str, str], list[PaidInYear]] = {}
    for row in sorted(rows, key=lambda row: (row.sent_on or date.min, row.id)):
        by_payee.setdefault((row.beneficiary, row.currency), []).append(_paid(row))
    figures = (
        YearFigures(_reported(setup, beneficiary), currency, tuple(paid))
        for (beneficiary, currency), paid in by_payee.items()
    )
    return TaxYear(
        year,
        tuple(sorted(figures, key=lambda each: (each.payee.name, each.payee.key, each.currency))),
        taxed.withheld_by_closes(work.connection, date(year, 1, 1), date(year, 12, 31)),
    )


def _reported(setup: Setup, beneficiary: str) -> ReportedPayee:
    """Who is reported, and on which form: by the setup in force."""
    entry = setup.beneficiaries.get(beneficiary)
    if entry is None:
        return ReportedPayee(beneficiary, name_of_payee(setup, beneficiary), "", TaxForm.UNKNOWN)
    form = form_for(entry.country)
    return ReportedPayee(
        beneficiary,
        entry.name,
        entry.country,
        form,
        entry.ein,
        entry.address,
        entry.city,
        entry.region,
        "3" if form is TaxForm.FOREIGN else "",
    )


def _paid(row: PaymentRow) -> PaidInYear:
    if row.sent_on is None:
        raise ValueError(f"payment {row.id} was not sent")
    return PaidInYear(
        row.id,
        row.sent_on,
        row.reference,
        row.gross,
        row.tax or 0,
        row.tax_rate or Fraction(0),
        row.taxed_before or 0,
        row.ended_on,
        row.tax_kept is not None,
    )


def workbook(work: Work, year: int) -> bytes:
    """A year's figures as a workbook: by payee, as the forms need them, and each payment."""
    found = tax_year(work, year)
    house = setup_in_force(work).publisher
    tables = [
        _table(f"Tax {year}", _BY_PAYEE_NOTE, _BY_PAYEE, _by_payee(found.figures)),
        _table("1099-MISC", _MISC_NOTE, _MISC, _misc(found.of(TaxForm.MISC))),
        _table("1042-S", _FOREIGN_NOTE, _FOREIGN, _foreign(found.of(TaxForm.FOREIGN))),
        _table("Payments", _PAYMENTS_NOTE, _PAYMENTS, _payments(found.figures)),
    ]
    return plain_table.workbook(tables, house.name, house.currency, work.today)


_Rows = Iterator[list[plain_table.Value]]
_BY_PAYEE = ("payee", "country", "form", "currency", ">gross", ">tax", ">net", "report")
_MISC = ("payee", "EIN or SSN", "currency", ">box 2", ">box 4", "report")
_FOREIGN = (
    *("payee", "country", "income code", "chapter"),
    *("currency", ">rate %", ">gross", ">tax", "report"),
)
_PAYMENTS = (
    *("payment", "payee", "sent on", "reference", "currency"),
    *(">gross", ">tax", ">net", ">counted", ">counted tax", "remark"),
)
_BY_PAYEE_NOTE = (
    "By the day on which payments were sent; other currencies than USD are not converted."
)
_MISC_NOTE = (
    "Box 2: royalties; box 4: backup withholding. Corporations and tax-exempt payees need no form: "
    "their W-9 says so."
)
_FOREIGN_NOTE = "One form for each rate; exemption codes and statuses are on the payees’ W-8."
_PAYMENTS_NOTE = "What came back in the same year is not counted; in a later year it stays counted."


def _table(name: str, note: str, columns: Iterable[str], rows: _Rows) -> PlainTable:
    headings = [(each.lstrip(">").capitalize(), each.startswith(">")) for each in columns]
    return PlainTable(name, note, headings, list(rows))


def _amount(minor: int, currency: str) -> Decimal:
    return Decimal(amount_text(minor, currency))


def _by_payee(figures: Iterable[YearFigures]) -> _Rows:
    for each in figures:
        amounts = [_amount(minor, each.currency) for minor in (each.gross, each.tax, each.net)]
        who = (each.payee.name, country_name(each.payee.country), each.payee.form.value)
        yield [*who, each.currency, *amounts, each.duty.value]


def _misc(figures: Iterable[YearFigures]) -> _Rows:
    for each in figures:
        amounts = [_amount(minor, each.currency) for minor in (each.gross, each.tax)]
        who = (each.payee.name, each.payee.number, each.currency)
        yield [*who, *amounts, each.duty.value]


def _foreign(figures: Iterable[YearFigures]) -> _Rows:
    for each in figures:
        who = (each.payee.name, country_name(each.payee.country))
        for rate, gross, tax in each.by_rate:
            amounts = [_amount(minor, each.currency) for minor in (gross, tax)]
            percent = Decimal(number_text(rate * 100))
            codes = (INCOME_CODE, each.payee.chapter, each.currency)
            yield [*who, *codes, percent, *amounts, each.duty.value]


def _payments(figures: Iterable[YearFigures]) -> _Rows:
    for each in figures:
        for paid in each.payments:
            sums = (paid.gross, paid.tax, paid.gross - paid.tax, paid.counted, paid.counted_tax)
            amounts = [_amount(minor, each.currency) for minor in sums]
            what = (name_of(paid.number), each.payee.name, paid.sent_on)
            yield [*what, paid.reference, each.currency, *amounts, paid.remark]


def to_report(found: TaxYear) -> list[YearFigures]:
    """Those of whom something is to be reported, or to be converted before."""
    return [each for each in found.figures if each.duty in (Duty.REPORT, Duty.CONVERT)]
