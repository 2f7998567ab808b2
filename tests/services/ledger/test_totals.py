"""Sums that are kept with imports are those of their sale lines, whatever happens to the lines."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from royalties.store.sales.totals import TotalRow
from tests.builders.books import (
    HARDCOVER,
    SPRING,
    UNKNOWN,
    Office,
    a_row,
    after,
    closed,
    opened,
    spring,
)

MIGRATIONS = Path(__file__).parents[3] / "migrations"

KEPT = (
    "SELECT batch_id, period_id, retailer_id, month, kind, currency, lines, units, net "
    "FROM sale_total ORDER BY 1, 2, 3, 4, 5, 6"
)
AGAIN = (
    "SELECT batch_id, period_id, retailer_id, substr(day, 1, 7), kind, currency, count(*), "
    "sum(units), sum(net) FROM sale GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"
)


def kept(office: Office) -> list[TotalRow]:
    """What is kept, which must be what the lines add up to."""
    rows = [TotalRow(*row) for row in office.rows(KEPT)]
    assert [tuple(row) for row in rows] == [
        (*row[:6], *map(int, row[6:])) for row in office.rows(AGAIN)
    ]
    return rows


def of(office: Office, batch: int) -> list[TotalRow]:
    return [row for row in kept(office) if row.batch_id == batch]


@after(opened)
def test_import_stores_its_sums(office: Office) -> None:
    batch = office.bring_batch(SPRING)
    assert {(row.month, row.kind) for row in of(office, batch)} >= {("2025-03", 1), ("2025-05", 2)}
    assert sum(row.lines for row in of(office, batch)) == len(SPRING)


@after(opened)
def test_import_not_recorded_stores_no_sums(office: Office) -> None:
    assert office.bring(SPRING, dry_run=True).document["outcome"] == "recorded"
    assert office.bring([a_row(3), a_row(4, date="yesterday")]).outcome == "refused"
    assert office.rows(KEPT) == []


@after(spring)
def test_undone_import_has_no_sums(office: Office) -> None:
    other = office.bring_batch([a_row(3, reference="other")])
    office.undo(1)
    assert {row.batch_id for row in kept(office)} == {other}


@after(spring)
def test_released_rows_add_to_the_sums_of_their_import(office: Office) -> None:
    batch = office.bring_batch([a_row(2), a_row(5, isbn=UNKNOWN), a_row(7, retailer="bay")])
    before = {row[:6]: row.units for row in of(office, batch)}
    office.alias(UNKNOWN, HARDCOVER)
    grown = {row[:6]: row.units for row in of(office, batch)}
    assert {key: grown[key] - units for key, units in before.items()} == {
        key: 5 if units == 2 else 0 for key, units in before.items()
    }


@after(opened)
def test_rows_released_after_a_close_count_in_the_open_period(office: Office) -> None:
    batch = office.bring_batch([a_row(2), a_row(5, isbn=UNKNOWN)])
    office.close("2025-H1")
    office.alias(UNKNOWN, HARDCOVER)
    assert [(row.month, row.units) for row in of(office, batch)] == [("2025-03", 2), ("2025-03", 5)]


@after(closed)
def test_a_correction_mirrors_the_sums(office: Office) -> None:
    correction = office.correct(1).batch
    assert [(*row[2:6], row.lines, -row.units, -row.net) for row in of(office, correction)] == [
        (*row[2:6], row.lines, row.units, row.net) for row in of(office, 1)
    ]
    office.undo(correction)
    assert of(office, correction) == []
    assert office.faults() == {}


@after(opened)
def test_correction_may_merge_two_periods_into_one(office: Office) -> None:
    batch = office.bring_batch([a_row(2), a_row(5, isbn=UNKNOWN)])
    office.close("2025-H1")
    office.alias(UNKNOWN, HARDCOVER)
    correction = office.correct(batch).batch
    assert [(row.lines, row.units) for row in of(office, correction)] == [(2, -7)]


@after(closed)
def test_books_of_the_release_before_get_their_sums_by_the_migration(office: Office) -> None:
    before = kept(office)
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    for verb, revision in ((command.downgrade, "0001"), (command.upgrade, "head")):
        with office.system.engine.connect() as connection:
            made.attributes["connection"] = connection
            verb(made, revision)
            connection.commit()
    assert kept(office) == before
