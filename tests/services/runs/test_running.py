"""What a draft and a close hand out, and what a close writes down."""

import pytest

from tests.builders.books import Office, after, closed

pytestmark = [after(closed), pytest.mark.by_turns]
PERIOD = "2025-H2"


def test_a_draft_becomes_the_closed_run_with_the_same_figures(office: Office) -> None:
    draft = office.run(PERIOD)
    assert (draft["status"], draft["warnings"]) == ("draft", [])
    done = office.close(PERIOD)
    assert done.document["status"] == "closed"
    assert {**done.document, "status": "draft", "warnings": []} == draft
    assert office.run(PERIOD) == {**done.document, "warnings": []}
