"""Imports from before they said where their sales come from."""

from tests.builders.books import Office, a_row, after, opened
from tests.migrations.test_migrations import run

TYPED = "typed by Pat\\_100% 2025-07-01 09:00.csv"


@after(opened)
def test_migration_infers_the_origin_of_imports(office: Office) -> None:
    for place, name in enumerate((TYPED, TYPED, "typed by Pat.csv", "Shipment 1", "january.csv")):
        office.bring_batch([a_row(place, date=f"2025-0{place + 1}-05")], name)
    office.execute("UPDATE batch SET recorded_by = 'Pat\\_100%' WHERE id = 1")
    office.execute("UPDATE batch SET report = 'shipment' WHERE id = 4")
    office.execute("UPDATE batch SET report = 'correction', corrects = 1 WHERE id = 5")
    run(office.system.engine, "downgrade", "0012")
    run(office.system.engine, "upgrade", "head")
    assert office.rows("SELECT id, origin FROM batch ORDER BY id") == [
        (1, "typed"),
        (2, "report"),
        (3, "report"),
        (4, "order"),
        (5, "typed"),
    ]
