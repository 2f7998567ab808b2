"""What a draft and a close hand out, and what a close writes down."""

import pytest

from tests.builders.books import UNKNOWN, UNKNOWN_TOO, Office, a_row, after, closed

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
