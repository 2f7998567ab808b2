"""What is closed, sealed, issued or logged cannot be changed by anybody's SQL, on both engines."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from royalties.store.tables import metadata
from tests.builders.books import (
    AUTUMN,
    SPRING,
    Office,
    Shelf,
    a_row,
    a_setup,
    after,
    spring,
)

pytestmark = pytest.mark.engines("both")

CLOSED_RUN = (
    "closed_run",
    "contract_close",
    "brought_in",
    "earned_line",
    "counter_close",
    "cap_close",
    "reserve_release",
    "allocation",
    "settlement",
)
CARRIED = ("carried", "account_carried", "period_total")
APPEND_ONLY = (*CARRIED, "log", "revision", "statement", "issued", "posting", "entry", *CLOSED_RUN)
OF_A_PERIOD = (*CLOSED_RUN, "statement", "entry")


def a_year(office: Office) -> None:
    """Both halves are closed and issued; one import was undone."""
    spring(office)
    setup = a_setup()
    setup["contracts"][0]["brought_in"] = {"undistributed": "1.00"}
    office.load(setup)
    office.close("2025-H1")
    office.statements("2025-H1")
    office.bring_batch(AUTUMN, "autumn.csv")
    office.close("2025-H2")
    office.statements("2025-H2")
    office.undo(office.bring_batch([a_row(date="2026-02-01")]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def year(
    request: pytest.FixtureRequest, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """A year's books for all tests that leave them as they were."""
    with shelf.office(request.param, a_year, tmp_path_factory.mktemp("year")) as office:
        yield office


def refuses(office: Office, statements: str | Sequence[str], message: str) -> None:
    """The database refuses the last of some statements; nothing of them is kept in any case."""
    *first, last = [statements] if isinstance(statements, str) else statements
    with office.system.engine.connect() as connection:
        for statement in first:
            connection.execute(text(statement))
        with pytest.raises(DatabaseError, match=message):
            connection.execute(text(last))
        connection.rollback()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_database_refuses_update_and_delete_of_records(year: Office, table: str) -> None:
    assert year.rows(f"SELECT 1 FROM {table}"), "the story leaves rows in every table"
    column = list(metadata.tables[table].columns)[-1].name
    refuses(year, f"UPDATE {table} SET {column} = {column}", r"append-only|cannot be changed")
    refuses(year, f"DELETE FROM {table}", r"append-only|cannot be (changed|deleted)")


@pytest.mark.parametrize("table", OF_A_PERIOD)
def test_database_refuses_inserts_into_a_closed_period(year: Office, table: str) -> None:
    refuses(year, f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1", "closed")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE period SET status = 'open', closed_at = null WHERE name = '2025-H1'",
        "UPDATE period SET ends = '2030-01-01' WHERE status = 'closed'",
        "DELETE FROM period WHERE status = 'closed'",
        "DELETE FROM batch WHERE id = 1",
        "UPDATE batch SET status = 'recorded', undone_at = null WHERE status = 'undone'",
    ],
)
def test_database_refuses_reopening_periods_and_batches(year: Office, change: str) -> None:
    refuses(year, change, r"cannot be changed|never deleted")


@pytest.mark.parametrize("year", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", [*APPEND_ONLY, "batch", "period"])
def test_database_refuses_truncate(year: Office, table: str) -> None:
    refuses(year, f"TRUNCATE {table} CASCADE", r"append-only|cannot be|never")


@pytest.mark.parametrize("year", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", [*APPEND_ONLY, "batch", "period"])
def test_database_refuses_replace(year: Office, table: str) -> None:
    """SQLite's REPLACE removes the row that is in the way without asking any DELETE trigger."""
    refuses(year, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", ".")


# Entries


def an_entry(*postings: tuple[str, str, int], sealed: int = 0) -> list[str]:
    """The statements that write entry 900 into the open period."""
    insert = (
        "INSERT INTO entry (id, period_id, dated, event, subject, description, sealed) SELECT "
        f"900, id, ends, 'test', 'test', 'test', {sealed} FROM period WHERE name = '2026-H1'"
    )
    return [
        insert,
        *(
            f"INSERT INTO posting VALUES (900, {line}, '{account}', '{currency}', {amount})"
            for line, (account, currency, amount) in enumerate(postings, 1)
        ),
    ]


SEAL = "UPDATE entry SET sealed = 1 WHERE id = 900"
BALANCED = (("a", "USD", 5), ("b", "USD", -5), ("a", "GBP", 7), ("b", "GBP", -7))


@after(a_year)
def test_balanced_entry_stays_sealed(office: Office) -> None:
    office.execute(*an_entry(*BALANCED), SEAL)
    before = office.hashes()
    for change in (
        "UPDATE entry SET description = 'other' WHERE id = 900",
        "UPDATE entry SET sealed = 0 WHERE id = 900",
        "DELETE FROM entry WHERE id = 900",
        "UPDATE posting SET amount = 6 WHERE entry_id = 900 AND line = 1",
        "DELETE FROM posting WHERE entry_id = 900",
        "INSERT INTO posting VALUES (900, 9, 'a', 'USD', 1)",
    ):
        with pytest.raises(DatabaseError, match=r"cannot be|no more postings"):
            office.execute(change)
    assert office.hashes() == before


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (("a", "USD", 5),),
        (("a", "USD", 5), ("b", "USD", -4)),
        (("a", "USD", 5), ("b", "GBP", -5)),
        (("a", "USD", 5), ("b", "USD", -5), ("a", "GBP", 1)),
        (("a", "USD", 2**62), ("b", "USD", 2**62), ("c", "USD", -1)),
    ],
    ids=["empty", "one side", "unequal", "two currencies", "one of two currencies", "huge"],
)
def test_an_entry_that_does_not_balance_is_not_sealed(
    year: Office, postings: Sequence[tuple[str, str, int]]
) -> None:
    refuses(year, [*an_entry(*postings), SEAL], r"must balance|overflow|out of range")


@pytest.mark.parametrize(
    ("amount", "currency"), [(0, "USD"), (5, "US"), (5, "")], ids=["zero", "short", "none"]
)
@after(a_year)
def test_posting_moves_an_amount_in_one_currency(
    office: Office, amount: int, currency: str
) -> None:
    with pytest.raises(DatabaseError, match="ck_posting"):
        office.execute(*an_entry(("a", currency, amount)))


@after(a_year)
def test_an_entry_does_not_begin_sealed(office: Office) -> None:
    with pytest.raises(DatabaseError, match="sealed after its postings"):
        office.execute(*an_entry(*BALANCED, sealed=1))


@after(a_year)
def test_an_entry_that_stays_unsealed_is_refused_or_named(office: Office) -> None:
    if not office.is_sqlite:
        with pytest.raises(DatabaseError, match="never sealed"):
            office.execute(*an_entry(*BALANCED))
        return
    office.execute(*an_entry(*BALANCED))
    assert "entry 900 is unsealed" in str(office.faults())


@after(a_year)
def test_an_entry_is_reversed_once(office: Office) -> None:
    office.execute(*an_entry(*BALANCED), "UPDATE entry SET reverses = 1, sealed = 1 WHERE id = 900")
    again = [statement.replace("900", "901") for statement in an_entry(*BALANCED)]
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        office.execute(*again, "UPDATE entry SET reverses = 1, sealed = 1 WHERE id = 901")


# Keys that let two people do the same thing once


@after(a_year)
def test_database_refuses_recording_the_same_file_twice(office: Office) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        office.execute(
            "INSERT INTO batch (file_name, sha256, size, report, account, sheets, choices, "
            "document, rows, lines, status, recorded_at, recorded_by) SELECT file_name, sha256, "
            "size, report, account, sheets, choices, document, rows, lines, status, recorded_at, "
            "recorded_by FROM batch WHERE id = 1"
        )


@after(a_year)
def test_batch_can_be_corrected_only_once(office: Office) -> None:
    office.correct(1)
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        office.execute(
            "INSERT INTO batch (file_name, sha256, size, report, account, sheets, choices, "
            "document, rows, lines, status, recorded_at, recorded_by, corrects) SELECT "
            "file_name, 'other', size, report, account, sheets, choices, document, rows, lines, "
            "status, recorded_at, recorded_by, corrects FROM batch WHERE corrects = 1"
        )


@after(a_year)
def test_foreign_keys_are_enforced(office: Office) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"):
        office.execute("UPDATE sale SET batch_id = 999")
    assert len(SPRING) == office.rows("SELECT count(*) FROM sale WHERE batch_id = 1")[0][0]
