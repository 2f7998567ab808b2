"""``verify`` finds and names changes made to the books outside of the program."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from pathlib import Path

import pytest
from sqlalchemy import text

from royalties.domain.people import Role
from royalties.services.ledger.verifying import verify
from royalties.services.work import RefusedError, Work
from royalties.store.history import append_log
from royalties.store.sales.packed_slices import PackedRow, SumRow
from royalties.store.sales.packed_slices import packed as packed_sums
from royalties.store.sales.packed_slices import unpacked as unpacked_sums
from royalties.store.tables.metadata import unpacked
from tests.builders.books import (
    AUTUMN,
    HARDCOVER,
    SPRING,
    TESS,
    UNKNOWN,
    Office,
    Shelf,
    a_row,
    after,
    nothing,
    opened,
)
from tests.builders.editions import with_proof
from tests.builders.orders import somebody, takes_orders
from tests.selection import one_of_each

Faults = dict[str, tuple[str, ...]]


def a_year(office: Office) -> None:
    """A year with all that happens: late rows, an alias, a correction, an undo, rows to come."""
    opened(office)
    office.bring_batch(SPRING, "spring.csv")
    office.bring_batch([a_row(2, isbn=UNKNOWN), a_row(1, retailer="bay")], "unknown.csv")
    wrong = office.bring_batch([a_row(3, date="2025-06-01", reference="twice")], "wrong.csv")
    office.close("2025-H1")
    office.statements("2025-H1")
    office.bring_batch(AUTUMN, "autumn.csv")
    office.alias(UNKNOWN, HARDCOVER)
    office.correct(wrong)
    office.close("2025-H2")
    office.statements("2025-H2")
    office.bring_batch([a_row(4, date="2026-01-02")], "next.csv")
    office.undo(office.bring_batch([a_row(date="2026-02-01")], "undone.csv"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def year(
    request: pytest.FixtureRequest, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """A year's books for all tests that leave them as they were."""
    with shelf.office(request.param, a_year, tmp_path_factory.mktemp("year")) as office:
        yield office


def without_guards(office: Office, work: Work) -> None:
    """What somebody does first who owns the file or the server."""
    connection = work.connection
    if not office.is_sqlite:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in names.scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def faults_after(office: Office, tamper: Callable[[Work], object]) -> Faults:
    """What ``verify`` finds after somebody changed the database; then it is as it was."""
    with office.work(read_only=True) as work:
        without_guards(office, work)
        tamper(work)
        return {each.name: each.failures for each in verify(work) if not each.holds}


def told(faults: Faults, invariant: str) -> str:
    """What an invariant, found by its beginning, complains of."""
    found = [failures for name, failures in faults.items() if name.casefold().startswith(invariant)]
    assert found, f"{invariant!r} holds; these do not: {faults}"
    return "\n".join(found[0])


@after(a_year)
def test_untouched_books_have_no_faults(office: Office) -> None:
    assert office.faults() == {}


@after(nothing)
def test_books_without_a_setup_are_refused_with_advice(office: Office) -> None:
    with pytest.raises(RefusedError, match="set up"):
        office.faults()


@after(opened)
def test_books_without_a_close_have_no_faults(office: Office) -> None:
    office.bring_batch([a_row(isbn=UNKNOWN)])
    assert office.faults() == {}


@dataclass(frozen=True)
class Tampering:
    """Statements; the invariant that tells, by its beginning; and what it names."""

    statements: tuple[str, ...]
    invariant: str
    named: str


H1 = "(SELECT id FROM period WHERE name = '2025-H1')"
H2 = "(SELECT id FROM period WHERE name = '2025-H2')"
EARNED = (
    f"(SELECT id FROM entry WHERE event = 'earned' AND subject = 'foot-2015' AND period_id = {H1})"
)
SETTLED = (
    f"(SELECT id FROM entry WHERE event = 'settled' AND subject = 'tacoma' AND period_id = {H2})"
)
LAST = "(SELECT max(id) FROM entry)"
NET_OF_LIST = (
    f"period_id = {H1} AND currency = 'USD' AND kind = 1 AND "
    f"edition_id = (SELECT id FROM edition WHERE isbn = '{HARDCOVER}') AND "
    "retailer_id = (SELECT id FROM retailer WHERE key = 'amazon') AND batch_id = 1"
)

TAMPERINGS = {
    # The ledger
    "a posting's amount": Tampering(
        (f"UPDATE posting SET amount = amount + 1 WHERE entry_id = {EARNED} AND line = 1",),
        "every entry balances",
        "entry ",
    ),
    "both sides of an entry": Tampering(
        (f"UPDATE posting SET amount = amount * 2 WHERE entry_id = {EARNED}",),
        "ledger entries are those",
        "(earned foot-2015)",
    ),
    "what is to pay becomes tax": Tampering(
        (
            (
                "UPDATE posting SET account = 'liability:tax' WHERE account LIKE "
                f"'liability:to-pay:%' AND entry_id = {SETTLED}"
            ),
        ),
        "ledger entries are those",
        "(settled tacoma)",
    ),
    "an entry within is deleted": Tampering(
        (
            f"DELETE FROM posting WHERE entry_id = {EARNED}",
            f"DELETE FROM entry WHERE event = 'earned' AND subject = 'foot-2015' AND period_id = {H1}",
        ),
        "every entry balances",
        "entries but the highest number is",
    ),
    "the last entry is deleted": Tampering(
        (
            f"DELETE FROM posting WHERE entry_id = {LAST}",
            f"DELETE FROM entry WHERE id = {LAST}",
        ),
        "ledger entries are those",
        "2025-H2: the run's entry 'settled",
    ),
    "an entry is dated otherwise": Tampering(
        (f"UPDATE entry SET dated = '2025-06-29' WHERE id = {EARNED}",),
        "ledger entries are those",
        "(earned foot-2015)",
    ),
    "an entry is unsealed": Tampering(
        (f"UPDATE entry SET sealed = 0 WHERE id = {EARNED}",),
        "every entry balances",
        "unsealed",
    ),
    # Sales of a closed run
    "a sale's copies": Tampering(
        (f"UPDATE sale SET units = units + 1 WHERE {NET_OF_LIST} AND units = 20",),
        "closed runs, computed again, give the same figures",
        "2025-H1",
    ),
    "the net of a sale that earns by list price": Tampering(
        (f"UPDATE sale SET net = net + 10000 WHERE {NET_OF_LIST} AND units = 20",),
        "imports hold",
        "spring.csv",
    ),
    "two sales' net, their sum unchanged": Tampering(
        (
            f"UPDATE sale SET net = net + 10000 WHERE {NET_OF_LIST} AND units = 20",
            f"UPDATE sale SET net = net - 10000 WHERE {NET_OF_LIST} AND units = 5",
        ),
        "statements say",
        "foot-2015: the sales by month",
    ),
    "a sale is deleted": Tampering(
        (f"DELETE FROM sale WHERE {NET_OF_LIST} AND units = 20",),
        "sales belong",
        "import 1 ",
    ),
    "a sale goes into the next period": Tampering(
        (f"UPDATE sale SET period_id = {H2} WHERE {NET_OF_LIST} AND units = 20",),
        "closed runs counted every sale",
        f"2025-H1, contract foot-2015, {HARDCOVER}",
    ),
    "a free copy more": Tampering(
        (f"UPDATE sale SET units = units + 1 WHERE kind = 3 AND period_id = {H1}",),
        "imports hold",
        "spring.csv",
    ),
    "a sale of a correction": Tampering(
        ("UPDATE sale SET net = 0 WHERE batch_id IN (SELECT id FROM batch WHERE corrects > 0)",),
        "corrections mirror",
        "which it corrects",
    ),
    "a sale of an import with rows that waited": Tampering(
        ("UPDATE sale SET units = units + 1 WHERE batch_id = 2 AND kind = 1",),
        "imports hold",
        "unknown.csv",
    ),
    "a sale of an open period": Tampering(
        ("UPDATE sale SET units = 40 WHERE day = '2026-01-02'",),
        "imports hold",
        "next.csv",
    ),
    # Sums kept with imports
    "a kept sum": Tampering(
        ("UPDATE sale_total SET net = net + 1 WHERE batch_id = 1 AND kind = 2",),
        "sums kept",
        "import 1: what is kept of amazon in 2025-05 (counted in 2025-H1)",
    ),
    "a kept sum is deleted": Tampering(
        ("DELETE FROM sale_total WHERE batch_id = 1 AND month = '2025-05'",),
        "sums kept",
        "amazon in 2025-05",
    ),
    "a sum that no sale stands behind": Tampering(
        (
            (
                "INSERT INTO sale_total (batch_id, period_id, retailer_id, month, kind, currency, "
                f"lines, units, net) SELECT 1, {H2}, id, '2025-12', 1, 'USD', 1, 1, 1 "
                "FROM retailer WHERE key = 'hub'"
            ),
        ),
        "sums kept",
        "hub in 2025-12 (counted in 2025-H2)",
    ),
    "a sum that drafts use is deleted": Tampering(
        ("DELETE FROM batch_slice",), "sums kept", "for drafts is not the sum"
    ),
    "a sum that drafts use and nobody summed": Tampering(
        ("UPDATE batch_slicing SET grouping = NULL",), "sums kept", "that nobody summed"
    ),
    "a sum that drafts use of a closed period": Tampering(
        (f"INSERT INTO batch_slicing (period_id, batch_id) VALUES ({H1}, 1)",),
        "sums kept",
        "import 1 keeps sums for drafts, and has no sales in an open period",
    ),
    # Closed runs
    "a run's document": Tampering(
        (
            f"UPDATE closed_run SET document = replace(document, '20.00', '21.00') WHERE period_id = {H1}",
        ),
        "closed runs are as they were frozen",
        "2025-H1",
    ),
    "a run's setup": Tampering(
        (f"UPDATE closed_run SET revision = 1 WHERE period_id = {H1}",),
        "closed runs, computed again",
        "2025-H1",
    ),
    "a contract's carried balance": Tampering(
        (
            (
                "UPDATE contract_close SET carried_forward = carried_forward - 5, earned = earned - 5 "
                f"WHERE contract = 'hand-2020' AND period_id = {H2}"
            ),
        ),
        "every account equals",
        "liability:contract:hand-2020",
    ),
    "what was recouped": Tampering(
        (
            (
                "UPDATE contract_close SET recouped = recouped - 1, payable = payable + 1 "
                f"WHERE contract = 'foot-2015' AND period_id = {H1}"
            ),
        ),
        "every account equals",
        "asset:advances:foot-2015",
    ),
    "what was withheld": Tampering(
        (
            (
                "UPDATE contract_close SET withheld = withheld - 1, available = available + 1, "
                f"payable = payable + 1 WHERE contract = 'foot-2015' AND period_id = {H1}"
            ),
        ),
        "reserves",
        "contract foot-2015",
    ),
    "what was released": Tampering(
        (f"UPDATE reserve_release SET amount = amount + 1 WHERE period_id = {H2}",),
        "reserves",
        "contract foot-2015",
    ),
    "what came before": Tampering(
        (
            (
                "UPDATE contract_close SET undistributed_before = 7 "
                f"WHERE contract = 'foot-2015' AND period_id = {H2}"
            ),
        ),
        "contracts open where",
        "2025-H2, contract foot-2015",
    ),
    "a contract's identity": Tampering(
        (f"UPDATE contract_close SET earned = earned + 1 WHERE period_id = {H1}",),
        "contracts: earned",
        "2025-H1, contract foot-2015",
    ),
    "the revision a run names": Tampering(
        (f"UPDATE contract_close SET plan_revision = contract_revision WHERE period_id = {H2}",),
        "what closed runs left",
        "contract_close foot-2015: plan_revision",
    ),
    "an earned line": Tampering(
        (
            (
                "UPDATE earned_line SET earned = earned + 1 "
                f"WHERE contract = 'foot-2015' AND line = 1 AND period_id = {H1}"
            ),
        ),
        "earned lines",
        "contract foot-2015, line 1",
    ),
    "an earned line's retailer": Tampering(
        (
            (
                "UPDATE earned_line SET retailer = 'hub' "
                f"WHERE contract = 'foot-2015' AND line = 1 AND period_id = {H1}"
            ),
        ),
        "what closed runs left",
        "earned_line foot-2015 1: retailer",
    ),
    "a counter of the last period": Tampering(
        (
            f"UPDATE counter_close SET counted = '1' WHERE counter = 'hardcover' AND period_id = {H2}",
        ),
        "what closed runs left",
        "counter_close foot-2015 hardcover",
    ),
    "what a cap took": Tampering(
        ("UPDATE cap_close SET amount = amount - 1 WHERE name = 'start'",),
        "what closed runs left",
        "cap_close foot-2015 cities start",
    ),
    "an allocation": Tampering(
        (
            (
                "UPDATE allocation SET amount = amount + 1 WHERE contract = 'foot-2015' AND "
                f"step = 4 AND beneficiary = 'tacoma' AND period_id = {H1}"
            ),
        ),
        "allocated + undistributed",
        "2025-H1, contract foot-2015",
    ),
    "a cent from one member to another": Tampering(
        (
            (
                "UPDATE allocation SET amount = amount + 1 WHERE contract = 'foot-2015' AND "
                f"step = 4 AND beneficiary = 'spokane' AND period_id = {H1}"
            ),
            (
                "UPDATE allocation SET amount = amount - 1 WHERE contract = 'foot-2015' AND "
                f"step = 4 AND beneficiary = 'houston' AND period_id = {H1}"
            ),
        ),
        "allocated + undistributed",
        "2025-H1, spokane",
    ),
    "what is carried forward": Tampering(
        (
            (
                "UPDATE settlement SET carried_forward = carried_forward + 100, to_pay = to_pay - 100 "
                f"WHERE beneficiary = 'tacoma' AND period_id = {H2}"
            ),
        ),
        "every account equals",
        "liability:beneficiary:tacoma",
    ),
    "why nothing is to pay": Tampering(
        (f"UPDATE settlement SET reason = '' WHERE beneficiary = 'spokane' AND period_id = {H1}",),
        "what closed runs left",
        "settlement spokane USD: reason",
    ),
    "a settlement is deleted": Tampering(
        (f"DELETE FROM settlement WHERE beneficiary = 'spokane' AND period_id = {H2}",),
        "allocated + undistributed",
        "2025-H2, spokane",
    ),
    # Statements and files
    "a statement is deleted": Tampering(
        (
            "DELETE FROM issued WHERE number = '2025-H1-002'",
            "DELETE FROM statement WHERE number = '2025-H1-002'",
        ),
        "statements are complete",
        "2025-H1: statement numbers have a gap",
    ),
    "the last statement is deleted": Tampering(
        (
            "DELETE FROM issued WHERE number = '2025-H2-006'",
            "DELETE FROM statement WHERE number = '2025-H2-006'",
        ),
        "statements are complete",
        "2025-H2: ",
    ),
    "a statement's number": Tampering(
        (
            "DELETE FROM issued WHERE number = '2025-H2-001'",
            "UPDATE statement SET number = '2025-H2-901' WHERE number = '2025-H2-001'",
        ),
        "statements say",
        "2025-H2-901 is not 2025-H2-001",
    ),
    "a statement's content": Tampering(
        ("UPDATE statement SET content = '{}' WHERE number = '2025-H1-004'",),
        "statements are complete",
        "statement 2025-H1-004 was changed",
    ),
    "a statement's content, as it is kept": Tampering(
        ("UPDATE statement SET content = 'zlib:' || substr(content, 9) WHERE place = 4",),
        "statements are complete",
        "statement 2025-H1-004 was changed",
    ),
    "an issued file is forgotten": Tampering(
        ("DELETE FROM issued WHERE number = '2025-H1-001' AND file = 'twin'",),
        "the log tells",
        "2025-H1: other files are issued",
    ),
    "a file's fingerprint": Tampering(
        (f"UPDATE issued SET sha256 = '{'0' * 64}' WHERE number = '2025-H1-001'",),
        "issued files",
        "of statement 2025-H1-001 was changed",
    ),
    # The setup
    "a rate of a contract": Tampering(
        (
            """UPDATE revision SET body = replace(body, '"0.125"', '"0.126"') WHERE key = 'foot-2015'""",
        ),
        "closed runs, computed again",
        "2025-H1",
    ),
    "a share of a plan": Tampering(
        (
            """UPDATE revision SET body = replace(body, '"0.333"', '"0.334"') WHERE key = 'cities'""",
        ),
        "closed runs, computed again",
        "2025-H1",
    ),
    "a beneficiary's name": Tampering(
        ("UPDATE revision SET body = replace(body, 'Tacoma', 'Mallory') WHERE key = 'tacoma'",),
        "statements say",
        "the payee",
    ),
    "a revision that nobody can read": Tampering(
        ("UPDATE revision SET body = '{' WHERE kind = 'contracts' AND key = 'foot-2015'",),
        "the setup can be read",
        "cannot be read",
    ),
    "a day that is none": Tampering(
        ("UPDATE period SET ends = 'soon' WHERE name = '2025-H1'",),
        "periods follow the calendar",
        "'soon' is stored where a day is expected",
    ),
    "a moment that is none": Tampering(
        ("UPDATE closed_run SET closed_at = 'once'",),
        "closed runs are as they were frozen",
        "'once' is stored where a moment is expected",
    ),
    "a rate that is none": Tampering(
        ("UPDATE earned_line SET rate = 'much'",),
        "earned lines are",
        "'much' is stored where an exact number is expected",
    ),
    "a price": Tampering(
        ("UPDATE price SET micro = micro + 1 WHERE starts = '2025-04-01' AND currency = 'USD'",),
        "the setup can be read",
        f"edition {HARDCOVER} has other prices",
    ),
    "a retailer's code": Tampering(
        (
            (
                "UPDATE identifier SET edition_id = (SELECT id FROM edition WHERE isbn = "
                f"'{HARDCOVER}') WHERE value = 'B0XMPL6928'"
            ),
        ),
        "the setup can be read",
        "identifier B0XMPL6928",
    ),
    # Imports, periods and the log
    "an import's fingerprint": Tampering(
        (f"UPDATE batch SET sha256 = '{'1' * 64}' WHERE id = 1",),
        "received files",
        "import 1 (spring.csv) is missing",
    ),
    "an import's file name": Tampering(
        ("UPDATE batch SET file_name = 'other.csv' WHERE id = 1",),
        "the log tells",
        "import 1 (other.csv)",
    ),
    "an import is said to be undone": Tampering(
        ("UPDATE batch SET status = 'undone', undone_at = '2026-01-01' WHERE id = 1",),
        "sales belong",
        "import 1 was undone",
    ),
    "an alias for another book": Tampering(
        (
            (
                "UPDATE identifier SET edition_id = (SELECT max(id) FROM edition) "
                f"WHERE value = '{UNKNOWN}'"
            ),
        ),
        "the log tells",
        f"that {UNKNOWN} stands for",
    ),
    "a closed period is opened": Tampering(
        ("UPDATE period SET status = 'open', closed_at = null WHERE name = '2025-H2'",),
        "periods follow",
        "2025-H2 is open",
    ),
    "a period's days": Tampering(
        ("UPDATE period SET ends = '2025-07-31' WHERE name = '2025-H1'",),
        "periods follow",
        "2025-H1",
    ),
    "who did it": Tampering(
        ("UPDATE log SET actor = 'mallory' WHERE seq = 3",),
        "the log's chain",
        "line 3 of the log",
    ),
    "a line of the log": Tampering(
        ("DELETE FROM log WHERE seq = 3",),
        "the log's chain",
        "gap before line 4",
    ),
    "the log's end": Tampering(
        ("DELETE FROM log WHERE seq > 4",),
        "the log tells",
        "2025-H2",
    ),
}


@pytest.mark.parametrize(
    "tampering",
    one_of_each(TAMPERINGS.values(), attrgetter("invariant"), others="hostile values"),
    ids=TAMPERINGS.keys(),
)
def test_tampering_is_found_and_named(year: Office, tampering: Tampering) -> None:
    def tamper(work: Work) -> None:
        for statement in tampering.statements:
            done = work.connection.execute(text(statement))
            assert done.rowcount > 0, f"changes nothing: {statement}"

    faults = faults_after(year, tamper)
    assert tampering.named in told(faults, tampering.invariant), faults


OF_DRAFTS: dict[str, Callable[[SumRow], SumRow]] = {
    "receipts": lambda kept: kept._replace(net=kept.net + 1),
    "copies": lambda kept: kept._replace(units=kept.units - 1),
    "list value": lambda kept: kept._replace(list_value=-kept.list_value),
    "discount": lambda kept: kept._replace(discount=1),
    "retailer": lambda kept: kept._replace(retailer_id=kept.retailer_id + 1),
    "kind": lambda kept: kept._replace(kind=kept.kind % 3 + 1),
    "currency": lambda kept: kept._replace(currency="XTS"),
    "place": lambda kept: kept._replace(city="Atlantis"),
    "what is taken back": lambda kept: kept._replace(reverses=kept.reverses + 1),
}
ROWS_OF_DRAFTS = f"SELECT {', '.join(PackedRow._fields)} FROM batch_slice"


@pytest.mark.parametrize("change", OF_DRAFTS.values(), ids=OF_DRAFTS)
def test_a_changed_sum_that_drafts_use_is_found(
    year: Office, change: Callable[[SumRow], SumRow]
) -> None:
    def tamper(work: Work) -> None:
        for row in work.connection.execute(text(ROWS_OF_DRAFTS)).all():
            first, *others = unpacked_sums(PackedRow(*row))
            (changed,) = packed_sums([change(first), *others])
            work.connection.execute(
                text(
                    "UPDATE batch_slice SET is_split = :is_split, places = :places, sums = :sums "
                    "WHERE batch_id = :batch_id AND edition_id = :edition_id"
                ),
                changed._asdict(),
            )

    found = told(faults_after(year, tamper), "sums kept")
    assert f"what is kept of {HARDCOVER} for drafts is not the sum" in found


@pytest.mark.parametrize("cut", [1, 8, 64], ids=["of a number", "of a column", "of a block"])
def test_sums_for_drafts_that_cannot_be_read_are_found(year: Office, cut: int) -> None:
    def tamper(work: Work) -> None:
        for row in work.connection.execute(text(ROWS_OF_DRAFTS)).all():
            work.connection.execute(
                text("UPDATE batch_slice SET sums = :sums WHERE edition_id = :edition_id"),
                {"sums": row.sums[:-cut], "edition_id": row.edition_id},
            )

    assert "cannot be read" in told(faults_after(year, tamper), "sums kept")


def test_tampering_tests_restore_the_books(year: Office) -> None:
    assert year.faults() == {}


# Those who know how things are kept also mend what would give them away


def with_fingerprint(work: Work, table: str, column: str, key: str, old: str, new: str) -> None:
    """Change a text that a fingerprint vouches for, and the fingerprint with it."""
    where = f"{table} WHERE {key}"
    kept = work.connection.execute(text(f"SELECT {column} FROM {where}")).scalar_one()
    found = unpacked(kept)
    assert old in found
    changed = found.replace(old, new)
    work.connection.execute(
        text(f"UPDATE {table} SET {column} = :changed, fingerprint = :fingerprint WHERE {key}"),
        {"changed": changed, "fingerprint": sha256(changed.encode()).hexdigest()},
    )


def test_statement_with_a_recomputed_fingerprint_is_found(year: Office) -> None:
    [(content,)] = year.rows("SELECT content FROM statement WHERE number = '2025-H1-005'")
    to_pay = json.loads(unpacked(content))["to_pay"]

    def tamper(work: Work) -> None:
        with_fingerprint(
            work,
            "statement",
            "content",
            "number = '2025-H1-005'",
            f'"to_pay":{to_pay},',
            f'"to_pay":{to_pay + 100},',
        )

    faults = faults_after(year, tamper)
    assert told(faults, "statements say") == (
        "statement 2025-H1-005: to_pay is not what its closed run gave"
    )


def test_run_with_a_recomputed_fingerprint_is_found(year: Office) -> None:
    def tamper(work: Work) -> None:
        with_fingerprint(
            work, "closed_run", "document", f"period_id = {H1}", '"step":1', '"step":2'
        )

    faults = faults_after(year, tamper)
    assert "2025-H1" in told(faults, "closed runs, computed again, give the same figures")
    assert "2025-H1" in told(faults, "the log tells")


def test_log_lines_without_records_are_found(year: Office) -> None:
    def tamper(work: Work) -> None:
        for verb, payload in (
            ("close", {"period": "2026-H1", "fingerprint": "0"}),
            ("import", {"batch": 99, "file": "x", "sha256": "0", "lines": 1}),
        ):
            append_log(work.connection, work.stored_at, TESS.name, verb, payload)

    failures = told(faults_after(year, tamper), "the log tells")
    assert "close of 2026-H1" in failures
    assert "import 99, which is not there" in failures


# The files


def every_file(office: Office, folder: str) -> list[Path]:
    return sorted(p for p in (office.system.files.home / folder).rglob("*") if p.is_file())


@after(a_year)
def test_altered_or_lost_issued_file_is_found(office: Office) -> None:
    first, second, *_ = every_file(office, "issued")
    first.write_bytes(first.read_bytes()[:-1] + b"!")
    second.unlink()
    failures = told(office.faults(), "issued files")
    assert f"{first.name} of statement {first.name[:11]} was changed" in failures
    assert f"{second.name} of statement {second.name[:11]} is missing" in failures
    assert set(office.faults()) == {"Issued files are as they were issued (I16)"}


@after(a_year)
def test_altered_or_lost_received_file_is_found(office: Office) -> None:
    names = {sha: (number, name) for sha, number, name in office.rows(
        "SELECT sha256, id, file_name FROM batch WHERE status = 'recorded' AND corrects IS NULL"
    )}  # fmt: skip
    first, second, *_ = (path for path in every_file(office, "received") if path.name in names)
    first.write_bytes(first.read_bytes() + b"\n")
    second.unlink()
    failures = told(office.faults(), "received files")
    for path, what in ((first, "was changed"), (second, "is missing")):
        number, name = names[path.name]
        assert f"the received file of import {number} ({name}) {what}" in failures
    assert set(office.faults()) == {"Received files are kept"}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(takes_orders)
def test_altered_or_lost_order_file_is_found(office: Office) -> None:
    number = with_proof(office, somebody(office, "Orla", Role.ORGANIZATION, "guild"))
    assert office.faults() == {}
    kept = dict(office.rows("SELECT kind, sha256 FROM order_file"))
    office.system.files.order_file(kept["logo"]).unlink()
    proof = office.system.files.order_file(kept["proof"])
    proof.write_bytes(proof.read_bytes() + b"%")
    failures = told(office.faults(), "files sent")
    assert f"the logo logo.png of order {number} is missing" in failures
    assert f"the proof proof.pdf of order {number} was changed" in failures
