"""A calendar year by day of payment: what counts, on which form, and what each reader gets."""

import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest

from royalties.domain.payments.tax_year import (
    Duty,
    PaidInYear,
    ReportedPayee,
    TaxForm,
    YearFigures,
    form_for,
)
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.payments import moving, tax_years
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.services.payments.test_races import MIA, sent
from tests.services.payments.test_tax_kept import LAST_YEAR, taxed

BACKUP = Fraction(24, 100)


def paid(gross: int, tax: int = 0, rate: Fraction = Fraction(0), **more: object) -> PaidInYear:
    return PaidInYear(1, date(2025, 12, 30), "FED 1", gross, tax, rate, **more)  # type: ignore[arg-type]


def figures(country: str, *payments: PaidInYear, currency: str = "USD") -> YearFigures:
    payee = ReportedPayee("a", "A", country, form_for(country))
    return YearFigures(payee, currency, payments)


@pytest.mark.parametrize(
    ("country", "gross", "tax", "currency", "duty"),
    [
        ("US", 1000, 0, "USD", Duty.REPORT),
        ("US", 999, 0, "USD", Duty.BELOW),
        ("US", 999, 240, "USD", Duty.REPORT),
        ("CA", 1, 0, "USD", Duty.REPORT),
        ("", 5000, 0, "USD", Duty.COUNTRY),
        ("US", 5000, 0, "GBP", Duty.CONVERT),
    ],
)
def test_who_is_to_be_reported(
    country: str, gross: int, tax: int, currency: str, duty: Duty
) -> None:
    assert figures(country, paid(gross, tax), currency=currency).duty is duty


def test_what_came_back_counts_by_the_year_in_which_it_did() -> None:
    same = paid(500, 120, BACKUP, ended_on=date(2025, 12, 31))
    later = paid(500, 120, BACKUP, ended_on=date(2026, 1, 2), stays=True)
    assert figures("US", same).duty is Duty.NOTHING
    found = figures("US", same, later, paid(300, 0, taxed_before=380 - 80))
    assert (found.gross, found.tax, found.net) == (500, 120, 380)
    assert "not counted" in same.remark
    assert "in a later year: counted" in later.remark


def test_each_rate_is_a_form_of_its_own() -> None:
    found = figures("CA", paid(100), paid(500, 150, Fraction(3, 10)), paid(10, 3, Fraction(3, 10)))
    assert found.payee.form is TaxForm.FOREIGN
    assert found.by_rate == [(Fraction(0), 100, 0), (Fraction(3, 10), 510, 153)]


@after(sent)
def test_year_of_books_ties_to_their_payments(office: Office) -> None:
    office.execute(LAST_YEAR)
    number, gross, tax = taxed(office)
    with office.system.work(MIA) as work:
        back = moving.take_back(work, number, work.today, "R03")
    with office.work(read_only=True) as work:
        old, new = tax_years.tax_year(work, 2025), tax_years.tax_year(work, 2026)
        data = tax_years.workbook(work, 2025)
        with pytest.raises(RefusedError, match="no year of these books"):
            tax_years.tax_year(work, 1)
    assert new.figures == ()
    sums = office.rows("SELECT currency, sum(gross), sum(tax) FROM payment GROUP BY currency")
    assert {c: of[:2] for c, of in old.totals.items()} == {c: (int(g), int(t)) for c, g, t in sums}
    (mine,) = (each for each in old.figures if each.tax)
    assert (mine.payee.key, mine.gross, mine.tax) == (back.beneficiary, gross, tax)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Tax 2025", "1099-MISC", "1042-S", "Payments"]
    amounts = {row[0].value: row[3].value for row in book["1099-MISC"].iter_rows(min_row=5)}
    assert Decimal(str(amounts[mine.payee.name])) * 100 == gross
    assert not any(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )


@after(sent)
def test_no_stranger_reads_the_years_figures(office: Office) -> None:
    nobody = Actor("Nell", Role.NONPROFIT, 9, beneficiaries=frozenset({"tacoma"}))
    with office.system.work(nobody, read_only=True) as work, pytest.raises(NotAllowedError):
        tax_years.tax_year(work, 2026)
