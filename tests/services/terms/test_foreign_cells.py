"""Every kind of value in every column of a filled-in table: taken, or told with its cell."""

from contextlib import suppress

import pytest

from royalties.ingest.setup import SetupError
from royalties.ingest.uploads.filled_table import FilledRow, cell_text
from royalties.services.periods import parallel
from royalties.services.terms import openings
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.terms.opening_rows import Brings
from tests.builders.books import HARDCOVER, Office, after, spring
from tests.ingest.test_foreign_lists import MORE
from tests.ingest.test_foreign_values import FOREIGN

# No file of any kind holds half a character by the time that its cells are read.
VALUES = [
    text for value in (*FOREIGN, *MORE) if value != "\ud800" and (text := cell_text(value)[:1_000])
]
ROWS = {
    Brings.COUNTER: {"of": "foot-2015", "item": "hardcover", "copies": "4200"},
    Brings.DEBIT: {"of": "foot-2015", "amount": "-5"},
    Brings.ADVANCE: {"of": "foot-2015", "item": "2024-05-01", "amount": "20"},
    Brings.RESERVE: {"of": "foot-2015", "item": "2024-H2", "amount": "20"},
    Brings.CAP: {"of": "foot-2015", "item": "start", "amount": "25"},
    Brings.UNDISTRIBUTED: {"of": "foot-2015", "amount": "3.20"},
    Brings.EDITION: {"of": "foot-2015", "item": HARDCOVER, "copies": "4200", "amount": "31000"},
    Brings.BALANCE: {"of": "tacoma", "currency": "USD", "amount": "5"},
    Brings.ADJUSTMENT: {"of": "tacoma", "currency": "USD", "amount": "-2", "reason": "Overpaid"},
}


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", openings.COLUMNS)
@after(spring)
def test_foreign_value_in_openings_is_accepted_or_reported(office: Office, column: str) -> None:
    with office.work(read_only=True) as work:
        for what, said in ROWS.items():
            rows = [
                FilledRow(at, {"what": what.value, **said, column: value})
                for at, value in enumerate(VALUES, 2)
            ]
            with pytest.raises(FaultyTableError) as told:
                openings.preview(work, rows, "openings.csv")
            wrong = {each.row for each in told.value.faults}
            assert all(each.message and each.column for each in told.value.faults)
            taken = [each for each in rows if each.number not in wrong]
            for row in taken[:: max(len(taken) // 5, 1)]:
                with suppress(FaultyTableError, SetupError):
                    openings.preview(work, [row], "openings.csv")


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", parallel.COLUMNS)
@after(spring)
def test_foreign_value_in_old_totals_is_accepted_or_reported(office: Office, column: str) -> None:
    """Each is told if it is wrong; whatever is taken is compared with the draft."""
    of_contract = {"what": "earned", "of": "foot-2015", "currency": "USD", "amount": "5"}
    of_payee = {"what": "allocated", "of": "tacoma", "currency": "USD", "amount": "5"}
    with office.work() as work:
        taken = []
        for value in VALUES:
            for said in (of_contract, of_payee):
                row = FilledRow(2, {**said, column: value})
                try:
                    parallel.begin(work, "2025-H1", [row], "old.csv")
                except FaultyTableError as told:
                    assert all(each.message for each in told.faults)
                else:
                    taken.append(row)
        for row in taken[:: max(len(taken) // 5, 1)]:
            parallel.begin(work, "2025-H1", [row], "old.csv")
            parallel.parallel(work, "2025-H1")
