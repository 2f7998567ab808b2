"""What a nonprofit received in a fiscal year: its own, to the cent, on the house's paper."""

from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook

from royalties.domain.people import Actor, Role
from royalties.services.payments import moving, received
from royalties.services.payments.received import ReceivedYear
from royalties.services.statements.portal import NotYoursError
from tests.builders.books import Office, after
from tests.services.payments.test_races import MIA, TODAY, sent, settle
from tests.services.payments.test_tax_kept import LAST_YEAR, taxed


def of(office: Office, key: str, month: int = 1, year: int | None = None) -> ReceivedYear:
    with office.system.work(theirs(key), read_only=True) as work:
        return received.received(work, key, month, year)


def theirs(key: str) -> Actor:
    return Actor("Sam", Role.NONPROFIT, 9, beneficiaries=frozenset({key}))


@after(sent)
def test_year_is_what_was_sent_after_tax(office: Office) -> None:
    rows = office.rows("SELECT beneficiary, currency, gross, tax FROM payment")
    for key in {str(row[0]) for row in rows}:
        found = of(office, key)
        assert {(each.currency, each.gross, each.tax, each.net) for each in found.by_currency} == {
            (row[1], row[2], row[3], row[2] - row[3]) for row in rows if row[0] == key
        }
        assert found.years == (TODAY.year,)


@after(sent)
def test_fiscal_year_is_chosen_by_its_first_month(office: Office) -> None:
    later = of(office, "seattle", TODAY.month)
    assert (later.year.year, later.year.first) == (
        TODAY.year + (TODAY.month > 1),
        TODAY.replace(day=1),
    )
    assert len(later.by_currency) == len(of(office, "seattle").by_currency)
    for month, year in ((1, TODAY.year - 1), (TODAY.month, TODAY.year - 5), (13, TODAY.year)):
        with pytest.raises(NotYoursError):
            of(office, "seattle", month, year)


@after(sent)
def test_what_came_back_is_not_received_but_its_kept_tax_counts(office: Office) -> None:
    office.execute(LAST_YEAR)
    number, _, tax = taxed(office)
    with office.system.work(MIA) as work:
        back = moving.take_back(work, number, TODAY, "R03")
    (found,) = of(office, back.beneficiary).by_currency
    assert (found.gross, found.tax, found.net) == (tax, tax, 0)
    assert found.payments[0].ended_on == TODAY


@after(sent)
def test_nobody_sees_what_another_received(office: Office) -> None:
    for actor in (theirs("seattle"), MIA, Actor("Nobody", Role.NONPROFIT, 8)):
        with office.system.work(actor, read_only=True) as work, pytest.raises(NotYoursError):
            received.received(work, "houston")


@after(sent)
def test_papers_say_the_same_and_are_the_same_bytes_again(office: Office) -> None:
    settle(office, 4)
    (found, *_) = (each for each in (of(office, "tacoma"),) if each.by_currency)
    with office.system.work(theirs("tacoma"), read_only=True) as work:
        book, again, pdf, pdf_again = (
            make(work, "tacoma", 1, TODAY.year)
            for make in (received.workbook, received.workbook, received.pdf, received.pdf)
        )
    assert (book, pdf) == (again, pdf_again)
    text = " ".join(
        page.get_textpage().get_text_range().replace("\r\n", " ")
        for page in pypdfium2.PdfDocument(pdf)
    )
    cells = [
        cell
        for row in load_workbook(BytesIO(book)).worksheets[0].iter_rows(values_only=True)
        for cell in row
    ]
    for each in found.by_currency:
        assert f"{each.net / 100:,.2f}" in text
        assert f"{each.net / 100:,.2f}" in cells
        assert any(cell == each.net / 100 for cell in cells if isinstance(cell, float | int))
    assert "no Form 1099" in text
    assert found.publisher.name in cells
