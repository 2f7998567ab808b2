"""What came back from the bank: matched by reference and amount, recorded once, or told."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from royalties.domain.payments.bookings import BookingOutcome
from royalties.domain.payments.life import Method
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.payments import bank_files, bank_imports, bank_lines, moving
from royalties.services.payments.bank_files import FaultyBankFileError, ReadFile
from royalties.services.payments.bank_lines import Recorded
from royalties.services.work import RefusedError
from tests.builders import bank
from tests.builders.bank import Addenda, Booked
from tests.builders.books import NOW, Office, after
from tests.services.payments.test_races import MAX, MIA, approved, sent

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
CLEO = Actor("Cleo", Role.CLERK, None)


def nets(office: Office) -> dict[int, int]:
    """What leaves the bank for each payment in dollars."""
    rows = office.rows(
        "SELECT id, gross - coalesce(tax, 0) FROM payment WHERE currency = 'USD' ORDER BY id"
    )
    return {row[0]: row[1] for row in rows}


def states(office: Office) -> dict[int, str]:
    return {row[0]: row[1] for row in office.rows("SELECT id, state FROM payment ORDER BY id")}


def file_of(office: Office, booked: Iterable[Booked], kind: str = "camt.053") -> ReadFile:
    return read_bytes(office, bank.STATEMENTS[kind](booked), kind)


def read_bytes(office: Office, data: bytes, kind: str = "") -> ReadFile:
    path = office.outside / "statement"
    path.write_bytes(data)
    return bank_files.read(path, "bank.txt", bank.COLUMNS if kind == "table" else None)


def bring(office: Office, file: ReadFile, actor: Actor = MIA) -> Recorded:
    with office.system.work(actor) as work:
        return bank_lines.import_bank_file(work, file)


def words_of(office: Office) -> list[tuple[str, str]]:
    return [(r[0], r[1]) for r in office.rows("SELECT outcome, words FROM bank_line ORDER BY id")]


@pytest.mark.parametrize("file_kind", bank.STATEMENTS)
@after(sent)
def test_a_statement_settles_returns_and_leaves_the_rest(office: Office, file_kind: str) -> None:
    net = nets(office)
    first, second = sorted(net)[:2]
    booked = [
        Booked(TODAY, -net[first], f"P-{first:06}", "SEATTLE"),
        Booked(TODAY, -net[second], f"P-{second:06}", "TACOMA"),
        Booked(TODAY, net[second], f"P-{second:06}", "sent back", "R02"),
        Booked(TODAY, -120_000, "RENT", "Office, August"),
    ]
    file = file_of(office, booked, file_kind)
    made = bring(office, file)
    assert made.counts == {
        BookingOutcome.SETTLED: 2,
        BookingOutcome.RETURNED: 1,
        BookingOutcome.NOTHING: 1,
    }
    now = states(office)
    assert (now[first], now[second]) == ("settled", "returned")
    assert office.rows("SELECT reason FROM payment WHERE id = :id", id=second) == [
        ("R02, the account is closed",)
    ]
    owed = office.rows("SELECT sum(gross) FROM payment WHERE put_back_in IS NOT NULL")
    assert owed == office.rows("SELECT gross FROM payment WHERE id = :id", id=second)
    assert office.faults() == {}
    before = office.hashes()
    again = bring(office, file)
    assert (again.again is not None, again.number, again.counts) == (True, 1, made.counts)
    assert office.hashes() == before
    other = file_of(office, [*booked, Booked(TODAY, -7_00, "", "Stamps")], file_kind)
    more = bring(office, other)
    if file_kind == "camt.053":  # whose bookings have the bank's own numbers
        assert (more.repeated, more.counts) == (4, {BookingOutcome.NOTHING: 1})
    assert states(office) == now
    assert office.faults() == {}
    with office.work(read_only=True) as work:
        assert [each.row.name for each in bank_imports.imports(work)] == ["bank.txt", "bank.txt"]
    assert bank.OWN_ACCOUNT not in str(office.rows("SELECT * FROM bank_line"))


@after(sent)
def test_same_bookings_in_another_format_settle_nothing_again(office: Office) -> None:
    net = nets(office)
    booked = [Booked(TODAY, -net[number], f"P-{number:06}") for number in net]
    assert bring(office, file_of(office, booked)).counts == {BookingOutcome.SETTLED: len(net)}
    again = bring(office, file_of(office, booked, "OFX"))
    assert again.counts == {BookingOutcome.KNOWN: len(net)}
    assert "stands in another file" in words_of(office)[-1][1]
    twice = [Booked(TODAY, -net[3], "P-000003", each) for each in ("once", "twice")]
    told = bring(office, file_of(office, twice, "BAI2")).counts
    assert told == {BookingOutcome.KNOWN: 1, BookingOutcome.DOUBTFUL: 1}
    assert "whether it was paid twice" in words_of(office)[-1][1]
    assert office.faults() == {}


@after(sent)
def test_booking_that_fits_no_payment_is_reported_and_changes_nothing(office: Office) -> None:
    net = nets(office)
    odd = {
        "the bank booked": Booked(TODAY, -net[3] - 1, "P-000003"),
        "after the bank's day": Booked(YESTERDAY, -net[3], "P-000003"),
        "has not come yet": Booked(TODAY + timedelta(days=1), -net[3], "P-000003"),
        "though the bank says": Booked(TODAY, -net[3], "P-000003", "", "AC04"),
        "its amount is that of P-000003": Booked(TODAY, -net[3], "", "TRANSFER"),
        "the bank booked 0.01": Booked(TODAY, 1, "P-000003", "", "AC04"),
    }
    for words, booked in odd.items():
        before = office.hashes("log", "bank_import", "bank_line", "bank_line_payment")
        made = bring(office, file_of(office, [booked]))
        assert made.counts == {BookingOutcome.DOUBTFUL: 1}, words
        assert words in words_of(office)[-1][1]
        assert office.hashes("log", "bank_import", "bank_line", "bank_line_payment") == before
    strange = [
        Booked(TODAY, -net[3], "P-999999"),
        Booked(TODAY, 55_00, "1001", "A customer"),
        Booked(TODAY, -1, "XP-0000031", "no name of ours"),
    ]
    made = bring(office, file_of(office, strange))
    assert made.counts == {BookingOutcome.DOUBTFUL: 1, BookingOutcome.NOTHING: 2}
    assert office.faults() == {}


@after(sent)
def test_one_booking_of_a_whole_batch_settles_all_of_it(office: Office) -> None:
    net = nets(office)
    with office.system.work(MIA) as work:
        moving.take_back(work, 3, TODAY, "R03")
    whole = Booked(TODAY, -sum(net.values()), "FED 1", "ACH SETTLEMENT")
    made = bring(office, file_of(office, [whole]))
    assert made.counts == {BookingOutcome.SETTLED: 1}
    now = states(office)
    assert {state for number, state in now.items() if number in net} == {"settled", "returned"}
    assert now[3] == "returned"
    assert office.faults() == {}


@after(sent)
def test_clerk_brings_the_file_and_a_manager_records_what_came_back(office: Office) -> None:
    net = nets(office)
    booked = [Booked(TODAY, -net[3], "P-000003"), Booked(TODAY, net[3], "P-000003", "", "AC04")]
    made = bring(office, file_of(office, booked), CLEO)
    assert made.counts == {BookingOutcome.SETTLED: 1, BookingOutcome.WAITS: 1}
    assert states(office)[3] == "settled"
    with office.system.work(CLEO) as work, pytest.raises(RefusedError, match="you can record"):
        bank_lines.record_open(work)
    with office.work(read_only=True) as work:
        found = bank_lines.look_again(work)
    with office.system.work(MIA) as work:
        done = bank_lines.record_open(work, seen=found.fingerprint)
    assert done.counts == {BookingOutcome.RETURNED: 1}
    assert states(office)[3] == "returned"
    with office.system.work(MIA) as work, pytest.raises(RefusedError, match="you can record"):
        bank_lines.record_open(work)
    assert office.faults() == {}


@after(approved)
def test_booking_waits_until_its_payment_is_recorded_as_sent(office: Office) -> None:
    net = nets(office)
    booked = [Booked(TODAY, -net[3], "P-000003"), Booked(TODAY, -net[2], "", "WIRE W2 OUT")]
    made = bring(office, file_of(office, booked))
    assert made.counts == {BookingOutcome.DOUBTFUL: 1, BookingOutcome.NOTHING: 1}
    assert "record that first" in words_of(office)[0][1]
    with office.system.work(MAX) as work:
        moving.send(work, [3], TODAY, Method.WIRE, "W3")
        moving.send(work, [2], TODAY, Method.WIRE, "W2")
    with office.work(read_only=True) as work:
        found = bank_lines.look_again(work)
    assert found.counts == {BookingOutcome.SETTLED: 2}
    with office.system.work(CLEO) as work, pytest.raises(RefusedError, match="have changed"):
        bank_lines.record_open(work, seen="0" * 64)
    with office.system.work(CLEO) as work:
        bank_lines.record_open(work, seen=found.fingerprint)
    assert states(office) | {3: "settled", 2: "settled"} == states(office)
    assert office.faults() == {}


@after(sent)
def test_nacha_returns_and_notices_are_recorded(office: Office) -> None:
    net = nets(office)
    data = bank.nacha(
        [
            Addenda("P-000003", "R03", net[3]),
            Addenda("P-000004", "C03", corrected="011401533   9988776655"),
            Addenda("P-000004", "C03", corrected="011401533   9988776655", name="AGAIN"),
            Addenda("PAYROLL", "R02", 100_00),
            Addenda("P-000004", "R01", net[4] + 1),
        ],
        TODAY,
    )
    made = bring(office, read_bytes(office, data))
    assert made.counts == {
        BookingOutcome.RETURNED: 1,
        BookingOutcome.NOTED: 1,
        BookingOutcome.KNOWN: 1,
        BookingOutcome.DOUBTFUL: 1,
        BookingOutcome.NOTHING: 1,
    }
    assert states(office)[3] == "returned"
    assert states(office)[4] == "sent"
    history = str(office.rows("SELECT action, detail FROM payment_event WHERE payment_id = 4"))
    assert "routing number and account number are others" in history
    assert "ends in 6655" in history
    for table in ("payment_event", "bank_line", "log"):
        assert "9988776655" not in str(office.rows(f"SELECT * FROM {table}"))
    back = [Booked(TODAY, net[3], "P-000003", "RETURN SETTLE", "R03")]
    assert bring(office, file_of(office, back)).counts == {BookingOutcome.KNOWN: 1}
    assert office.faults() == {}


@after(sent)
def test_bad_file_is_told_by_line_and_nothing_is_recorded(office: Office) -> None:
    net = nets(office)
    data = bank.camt([Booked(TODAY, -net[3], "P-000003"), Booked(TODAY, -1, "", "x")])
    before = office.hashes()
    for bad in (
        data.replace(b"<Dt>", b"<Dx>", 1).replace(b"</Dt>", b"</Dx>", 1),
        data.replace(b"0.01", b"0.02"),
        data[:-30],
        b"",
        b"PK\x03\x04 no workbook",
        b"no bank's file",
    ):
        with pytest.raises(FaultyBankFileError, match="nothing was recorded") as told:
            read_bytes(office, bad)
        assert all(each.message and each.remedy for each in told.value.problems)
    assert office.hashes() == before


@after(sent)
def test_only_permitted_roles_import_a_bank_file(office: Office) -> None:
    file = file_of(office, [Booked(TODAY, -1, "", "x")])
    for role in (Role.NONPROFIT, Role.ORGANIZATION, Role.STRANGER):
        other = Actor("X", role, None)
        for verb in (bank_lines.outlook, bank_lines.import_bank_file):
            with office.system.work(other) as work, pytest.raises(NotAllowedError):
                verb(work, file)
        for look in (bank_lines.look_again, bank_lines.record_open):
            with office.system.work(other) as work, pytest.raises(NotAllowedError):
                look(work)


@after(sent)
def test_database_refuses_to_change_bank_lines(office: Office) -> None:
    net = nets(office)
    bring(office, file_of(office, [Booked(TODAY, -net[3], "P-000003"), Booked(TODAY, -1)]))
    for sql in (
        "UPDATE bank_line SET amount = 1",
        "UPDATE bank_line SET outcome = 'nothing' WHERE outcome = 'settled'",
        "DELETE FROM bank_line",
        "DELETE FROM bank_import",
        "UPDATE bank_import SET name = ''",
    ):
        with pytest.raises(Exception, match="bank told"):
            office.execute(sql)
