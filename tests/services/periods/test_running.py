"""Results of drafts and closes, and what a close records."""

import json

import pytest

from royalties.domain.people import Role
from tests.builders.books import UNKNOWN, UNKNOWN_TOO, Office, a_row, a_setup, after, closed, spring
from tests.builders.site import lend_site

pytestmark = [after(closed), pytest.mark.engines("either")]
PERIOD = "2025-H2"


def test_a_draft_becomes_the_closed_run_with_the_same_figures(office: Office) -> None:
    draft = office.run(PERIOD)
    assert (draft["status"], draft["warnings"]) == ("draft", [])
    done = office.close(PERIOD)
    assert done.document["status"] == "closed"
    assert {**done.document, "status": "draft", "warnings": []} == draft
    assert office.run(PERIOD) == {**done.document, "warnings": []}


def test_a_close_says_how_many_rows_still_wait(office: Office) -> None:
    office.bring_batch([a_row(2, date="2025-11-20", isbn=UNKNOWN)])
    office.bring_batch([a_row(n, date="2025-11-21", isbn=UNKNOWN_TOO) for n in (1, 3)])
    assert office.close(PERIOD).waiting == 3


def test_a_close_without_waiting_rows_says_so(office: Office) -> None:
    assert office.close(PERIOD).waiting == 0


def test_the_log_says_what_a_close_wrote_and_what_was_confirmed(office: Office) -> None:
    done = office.close(PERIOD)
    [(fingerprint, document)] = office.rows(
        "SELECT fingerprint, document FROM closed_run ORDER BY period_id DESC LIMIT 1"
    )
    [(entries,)] = office.rows(
        "SELECT count(*) FROM entry WHERE period_id = (SELECT max(period_id) FROM closed_run)"
    )
    [(logged,)] = office.rows(
        "SELECT payload FROM log WHERE action = 'close' ORDER BY seq DESC LIMIT 1"
    )
    assert entries > 0
    assert done.statements
    assert done.confirmed
    assert json.loads(document) == done.document
    assert json.loads(logged) == {
        "period": PERIOD,
        "fingerprint": fingerprint,
        "statements": len(done.statements),
        "entries": entries,
        "confirmed": list(done.confirmed),
    }


def test_close_by_command_after_the_periods_end_sends_no_mail(office: Office) -> None:
    lend_site(office).somebody(Role.MANAGER, "Mara Manager")
    office.close(PERIOD)
    assert office.rows("SELECT count(*) FROM mail") == [(0,)]


@after(spring)
def test_advance_is_posted_once_with_its_unrecouped_amount(
    office: Office,
) -> None:
    """Of 50.00, 12.34 had been earned back before the books; of 5,000.00 most never is."""
    contract = a_setup()["contracts"][0]
    advances = [*contract["advances"], {"amount": "5000.00", "paid_on": "2025-03-01"}]
    office.load({"contracts": [{**contract, "advances": advances}]})
    advanced = (
        "SELECT posting.amount FROM posting JOIN entry ON entry.id = posting.entry_id "
        "WHERE entry.event = 'advanced' AND posting.account = 'asset:advances:foot-2015'"
    )
    office.close("2025-H1")
    assert office.rows(advanced) == [(503_766,)]
    office.close(PERIOD)
    assert office.rows(advanced) == [(503_766,)]
    assert office.faults() == {}
