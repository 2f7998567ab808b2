"""Calculations too long for a page run in the background, with few queries."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from royalties.domain.people import Role
from royalties.services import cache as remembering
from royalties.services.periods import approval as closing
from royalties.web.core.calculating import Calculator
from tests.builders.books import a_row, a_setup, after, closed
from tests.builders.site import Site
from tests.patience import PATIENCE
from tests.web.core.test_matrix import without_tokens
from tests.web.finance.terms.test_terms import contract_form, sent_queries

pytestmark = after(closed)

RUN = "/finance/periods/2025-H2"
PAGES = (
    RUN,
    f"{RUN}/jumps",
    f"{RUN}/close",
    f"{RUN}/contracts/foot-2015",
    f"{RUN}/drafts/seattle/USD",
    "/finance/ledger/verify?now=a-click",
    "/finance/periods/2025-H1",
    "/finance/periods/2025-H1/contracts/foot-2015",
)
TRY = "/finance/contracts/foot-2015/preview"
MOST_QUERIES = 19
"""Two of them for kept sums and lines without a list price, one for what no rule covers, one for a
parallel run, one for notes about the period."""


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sale line counts as many."""
    monkeypatch.setattr(remembering, "AT_ONCE", 0)


@pytest.fixture(autouse=True)
def _sold(site: Site) -> None:
    site.office.bring_batch([a_row(2, date="2025-11-20")])


def finally_(ask: Callable[[], TestResponse]) -> TestResponse:
    """Ask until it is there."""
    ends = time.monotonic() + PATIENCE
    while (answer := ask()).status_code == 202:
        assert "1 sale line" in answer.text or "sale lines" in answer.text
        assert time.monotonic() < ends
        time.sleep(0.01)
    return answer


@pytest.mark.thorough("further pages", but_one_in=4)
@pytest.mark.parametrize("path", PAGES)
def test_a_long_draft_is_shown_when_it_is_ready(
    site: Site, slow: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    visitor = site.visitor(Role.MANAGER)
    assert visitor.get(path).status_code == 202
    shown = finally_(lambda: visitor.get(path))
    assert shown.status_code == 200
    monkeypatch.setattr(remembering, "AT_ONCE", 1_000_000)
    site.office.system.memory.clear()
    assert without_tokens(visitor.page(path)) == without_tokens(shown.text)


def test_draft_is_recalculated_if_its_input_changed_meanwhile(site: Site, slow: None) -> None:
    visitor = site.visitor(Role.MANAGER)
    before = finally_(lambda: visitor.get(RUN)).text
    assert without_tokens(visitor.page(RUN)) == without_tokens(before)
    site.office.bring_batch([a_row(500, date="2025-11-21")])
    assert visitor.get(RUN).status_code == 202
    assert finally_(lambda: visitor.get(RUN)).text != before


def test_page_says_why_there_is_no_draft(site: Site, slow: None) -> None:
    foreign = {**a_setup()["contracts"][0], "currency": "EUR"}
    site.office.load({"contracts": [{**foreign, "key": "in-euro"}]})
    visitor = site.visitor(Role.MANAGER)
    for _ in range(2):
        answer = finally_(lambda: visitor.get(RUN))
        assert answer.status_code == 200
        assert "exchange rate" in answer.text
        assert visitor.get(RUN).status_code == 200


def test_failed_calculation_is_reported_once_and_retried(
    site: Site, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the machine does not stay on the page when the machine is well again."""
    visitor = site.visitor(Role.MANAGER)
    with monkeypatch.context() as broken:
        broken.setattr("royalties.services.periods.draft.draft", _fail)
        assert finally_(lambda: visitor.get(RUN)).status_code == 500
    assert finally_(lambda: visitor.get(RUN)).status_code == 200


def _fail(*_: Any) -> None:
    raise OSError("the disk is gone")


def test_a_long_preview_keeps_what_was_typed(site: Site, slow: None) -> None:
    one, other = site.visitor(Role.MANAGER), site.visitor(Role.CLERK)
    form = contract_form(site, **{"rules-0-rate": "0.5"})
    first = one.post(TRY, form)
    assert first.status_code == 202
    assert 'value="0.5"' in first.text
    assert 'name="csrf_token"' in first.text
    same = contract_form(site)
    shown = [finally_(lambda: one.post(TRY, form)), finally_(lambda: other.post(TRY, same))]
    assert [each.status_code for each in shown] == [200, 200]
    assert one.post(TRY, form).status_code == 200, "the other one's did not drive it out"
    assert shown[0].text != shown[1].text


def test_calculation_state_is_visible_to_readers_only(site: Site, slow: None) -> None:
    outside = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    assert {outside.get(path).status_code for path in PAGES} == {404}
    assert not site.office.system.memory.get("draft")


def brief(asked: list[str]) -> str:
    """The tables of each question."""
    return "\n".join(
        " ".join(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", each)) for each in asked
    )


@pytest.mark.thorough("further pages", but_one_in=4)
@pytest.mark.parametrize("path", [path for path in PAGES if "verify" not in path])
def test_first_draft_of_new_sales_runs_few_queries(site: Site, path: str) -> None:
    visitor = site.visitor(Role.MANAGER)
    get_ready(site)
    site.office.bring_batch([a_row(3, date="2025-11-22")])
    asked = sent_queries(site, lambda: visitor.page(path))
    assert len(asked) <= MOST_QUERIES, brief(asked)


def test_preview_runs_few_queries(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    get_ready(site)
    form = contract_form(site, **{"rules-0-rate": "0.5"})
    asked = sent_queries(site, lambda: visitor.post(TRY, form).text)
    # Two more than a page, none of which reads the sales of all years.
    assert len(asked) <= MOST_QUERIES + 2, brief(asked)


def get_ready(site: Site) -> None:
    """What a server does when it starts."""
    with site.office.work(read_only=True) as work:
        closing.get_ready(work)


def test_server_warms_up_when_it_starts(site: Site) -> None:
    calculator = Calculator()
    calculator.get_ready(site.app)
    calculator.finish()
    assert "draft" in site.office.system.memory
