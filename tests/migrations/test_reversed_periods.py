"""Corrections from before sale lines said what they reverse."""

from alembic.script import ScriptDirectory

from tests.builders.books import Office, after
from tests.migrations.test_migrations import config, run
from tests.services.sales.test_correcting import lines_of, paid, pounds

TOLD = "SELECT batch_id, reverses IS NOT NULL FROM sale ORDER BY batch_id"


def down_and_up(office: Office) -> None:
    """As if the correction was made before the column was there."""
    before = ScriptDirectory.from_config(config()).get_revision("0005").down_revision
    run(office.system.engine, "downgrade", str(before))
    run(office.system.engine, "upgrade", "head")


@after(paid)
def test_migration_fills_in_what_open_corrections_reverse(office: Office) -> None:
    """They take back what was paid, like corrections that are made today."""
    office.correct(1)
    office.bring_batch([pounds(1, date="2025-09-01")], "autumn.csv")
    down_and_up(office)
    assert [(number, bool(told)) for number, told in office.rows(TOLD)] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert lines_of(office.run("2025-H2"))[0] == (-10, "1.15", "-57.50")


@after(paid)
def test_migration_leaves_closed_corrections_unchanged(office: Office) -> None:
    """A run that was closed at another rate is computed again as it was closed."""
    office.correct(1)
    office.rewrite_sales("UPDATE sale SET reverses = NULL")
    office.close("2025-H2")
    assert lines_of(office.run("2025-H2")) == [(-10, "1.16", "-58.00")]
    down_and_up(office)
    assert [bool(told) for _, told in office.rows(TOLD)] == [False, False]
    assert office.faults() == {}
