"""A payment that comes back in a later year: its tax stays, and what is owed again is not taxed."""

from datetime import date

from royalties.domain.payments.life import Method
from royalties.services.ledger.verifying import verify
from royalties.services.payments import approving, listing, moving, proposing
from royalties.services.statements.issuing import statement as statement_of
from tests.builders.books import Office, a_row, after
from tests.services.payments.test_races import MAX, MIA, sent

LAST_YEAR = "UPDATE payment SET sent_on = '2025-12-30'"


def taxed(office: Office) -> tuple[int, int, int]:
    """The payment of which tax was withheld: its number, amount and tax."""
    number, gross, tax = office.rows("SELECT id, gross, tax FROM payment WHERE tax > 0")[0]
    return int(number), int(gross), int(tax)


@after(sent)
def test_only_the_net_is_owed_again_and_it_is_not_taxed_twice(office: Office) -> None:
    office.execute(LAST_YEAR)
    number, gross, tax = taxed(office)
    with office.system.work(MIA) as work:
        back = moving.take_back(work, number, work.today, "R03 no account")
    assert (back.tax_kept, back.owed_again) == (tax, gross - tax)
    assert office.faults() == {}
    office.bring([a_row(30, date="2025-09-09")])
    office.close("2025-H2")
    [(statement, to_pay, expected)] = office.rows(
        "SELECT statement.number, to_pay, tax FROM settlement JOIN statement USING (period_id, "
        "beneficiary, currency) JOIN period ON period.id = period_id WHERE period.name = '2025-H2' "
        "AND beneficiary = :key AND currency = :currency",
        key=back.beneficiary,
        currency=back.currency,
    )
    new = int(to_pay) - back.owed_again
    assert new > 0
    assert int(expected) == (new * 24 + 50) // 100
    with office.work(read_only=True) as work:
        said = statement_of(work, str(statement))
    assert said.taxed_before == back.owed_again
    assert [each.tax_kept for each in said.payments if each.came_back] == [tax]
    assert said.balance_before == said.brought_forward - back.owed_again
    assert "tax stays withheld" in str(office.explain(str(statement), "brought_forward").how)
    assert "taxed in an earlier year" in str(office.explain(str(statement), "tax").how)
    office.statements("2025-H2")
    with office.system.work(MIA) as work:
        moving.release(work, number, "a new account")
    less = back.owed_again + 100  # what was taxed goes first, then 1.00 that was not
    with office.system.work(MAX) as work:
        wanted = {(back.beneficiary, back.currency): less}
        made = proposing.propose_payments(work, "again", wanted=wanted)
    with office.system.work(MIA) as work:
        approving.approve(work, made.number, signed=made.payments)
        (paid,) = (
            row
            for row in listing.batch(work, made.number).payments
            if (row.beneficiary, row.currency) == (back.beneficiary, back.currency)
        )
        (row,) = moving.send(work, [paid.id], work.today, Method.WIRE, "FED 9")
    assert (row.gross, row.taxed_before, row.tax) == (less, back.owed_again, 24)
    assert office.faults() == {}


@after(sent)
def test_verify_tells_of_tax_that_was_let_off(office: Office) -> None:
    number, *_ = taxed(office)
    office.execute(f"UPDATE payment SET taxed_before = 5 WHERE id = {number}")
    with office.work(read_only=True) as work:
        found = [each for check in verify(work) for each in check.failures]
    assert any("was taxed in an earlier year, not 5" in each for each in found)


@after(sent)
def test_in_the_year_of_sending_all_of_it_is_owed_again(office: Office) -> None:
    number, gross, _ = taxed(office)
    office.execute("UPDATE payment SET sent_on = '2026-01-01'")
    with office.system.work(MIA) as work:
        back = moving.take_back(work, number, date(2026, 8, 20), "R03")
    assert (back.tax_kept, back.owed_again) == (None, gross)
    assert office.faults() == {}
