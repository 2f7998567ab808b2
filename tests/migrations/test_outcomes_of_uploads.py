"""Uploads from before what came of their check was a column."""

import pytest

from royalties.domain.people import Actor, Role
from royalties.services.sales import uploads
from tests.builders.books import Office, a_row, after, opened
from tests.builders.sent import as_file, send
from tests.migrations.test_migrations import run

CLERK = Actor("Cleo", Role.CLERK)
ASKED = "SELECT id, outcome FROM upload ORDER BY id"


@after(opened)
def test_uploads_learn_their_outcome_from_their_summary(office: Office) -> None:
    good, bad = a_row(3, date="2025-05-02"), {**a_row(2), "units": "six"}
    send(office, CLERK, as_file([good]), "good.csv")
    send(office, CLERK, as_file([bad]), "bad.csv")
    changed = send(office, CLERK, as_file([a_row(1, date="2025-05-03")]), "changed.csv")
    with office.system.work(CLERK) as work:
        uploads.change(work, changed.id, "standard", {})
    removed = send(office, CLERK, as_file([a_row(1, date="2025-05-04")]), "removed.csv")
    with office.system.work(CLERK) as work:
        uploads.remove(work, removed.id)
    told = office.rows(ASKED)
    assert told == [(1, "recorded"), (2, "refused"), (3, None), (4, None)]
    run(office.system.engine, "downgrade", "0013")
    run(office.system.engine, "upgrade", "head")
    assert office.rows(ASKED) == told
    assert office.system.deviations() == ([], [])
    with pytest.raises(Exception, match="ck_upload_outcome"):
        office.execute("UPDATE upload SET outcome = 'changed'")
