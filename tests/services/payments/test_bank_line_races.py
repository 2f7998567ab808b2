"""Two bring the bank's file at once, or one brings it while the other records by hand; crashes."""

from pathlib import Path

import pytest

from royalties.services.payments import bank_lines
from royalties.services.payments.bank_files import ReadFile
from tests.builders.bank import Booked
from tests.builders.books import NOW, Office, Shelf, after
from tests.services.payments.test_bank_lines import file_of, nets, states
from tests.services.payments.test_races import MIA, sent, settle, take_back
from tests.services.racing import Racers, tasks
from tests.services.test_crashes import crash_everywhere

TODAY = NOW.date()


def a_file(office: Office, note: str) -> ReadFile:
    """The bank's file of the same bookings; another note makes it another file."""
    net = nets(office)
    booked = [
        Booked(TODAY, -net[3], "P-000003"),
        Booked(TODAY, -net[2], "P-000002"),
        Booked(TODAY, net[2], "P-000002", "", "R02"),
    ]
    return file_of(office, [*booked, Booked(TODAY, -1, "", note)])


def bring(office: Office, note: str) -> int:
    return record(office, a_file(office, note))


def record(office: Office, file: ReadFile) -> int:
    with office.system.work(MIA) as work:
        return bank_lines.import_bank_file(work, file).number


def record_open(office: Office, _again: str) -> int:
    with office.system.work(MIA) as work:
        return sum(bank_lines.record_open(work).counts.values())


AT_ONCE = {
    "the same file": ((bring, "one"), (bring, "one")),
    "two files with the same bookings": ((bring, "one"), (bring, "two")),
    "a file and somebody by hand": ((bring, "one"), (settle, 3)),
    "a file and a return by hand": ((bring, "one"), (take_back, 2)),
}


@pytest.mark.thorough("races at length", but_one_in=3)
@pytest.mark.parametrize("name", AT_ONCE)
@pytest.mark.parametrize("pause", ["FROM payment", "INSERT INTO"])
def test_booking_brought_twice_at_once_counts_once(
    name: str, pause: str, racers: Racers, shelf: Shelf, tmp_path: Path
) -> None:
    with shelf.office("postgresql", sent, tmp_path / "office") as office:
        outcomes = racers.race(*tasks(office, *AT_ONCE[name], pause=pause))
        assert any(each.done for each in outcomes), outcomes
        assert all(each.told for each in outcomes if not each.done), outcomes
        now = states(office)
        assert (now[3], now[2]) == ("settled", "returned")
        assert office.rows("SELECT count(*) FROM payment WHERE put_back_in IS NOT NULL") == [(1,)]
        keys = office.rows("SELECT count(*), count(DISTINCT key) FROM bank_line")
        assert keys[0][0] == keys[0][1]
        assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(sent)
def test_a_file_survives_a_crash_at_any_statement(office: Office, step: int) -> None:
    file = a_file(office, "one")
    crash_everywhere(office, lambda at: record(at, file), 3, step=step)
