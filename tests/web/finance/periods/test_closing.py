"""The pages of a close: what is odd first, the checklist, two people, and what was closed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from royalties.domain.approvals import ProposalStatus
from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.periods import checklist
from tests.builders.books import UNKNOWN, Office, a_row, a_setup, after, closed, opened
from tests.builders.site import Site, Visitor

pytestmark = after(closed)
RUN = "/finance/periods/2025-H2"


@contextmanager
def counted(office: Office, most: int) -> Iterator[None]:
    """At most so many queries are asked."""
    seen: list[str] = []
    with office.before_statement(lambda _number, sql: seen.append(sql)):
        yield
    asked = [sql for sql in seen if sql.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(asked) <= most, "\n".join(asked)


def settle(site: Site, visitor: Visitor) -> None:
    """Explain everything and look at the draft, as the pages do it."""
    with site.office.work(read_only=True) as work:
        exceptions = checklist.outlook(work, "2025-H2").exceptions
    assert exceptions is not None
    page = visitor.page(f"{RUN}/jumps?show=all")
    for point in exceptions.to_say:
        assert point.name.split(" (")[0] in page.replace("&#39;", "'")
        form = {"subject": point.subject, "figure": point.figure, "text": "as expected"}
        assert visitor.post(f"{RUN}/jumps", form).status_code == 302
    visitor.post(f"{RUN}/looked", {"fingerprint": exceptions.draft.figure})


def prepare(site: Site, visitor: Visitor) -> int:
    settle(site, visitor)
    answer = visitor.post(f"{RUN}/prepare", {"note": "Look at the web shop."})
    assert answer.location == f"{RUN}/close", answer.text
    with site.office.work(read_only=True) as work:
        return approvals.proposals(work, status=ProposalStatus.WAITING)[0].id


def test_periods_begin_with_the_open_one(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/periods")
    assert page.index("2025-H2") < page.index("2025-H1")
    assert "Compute the draft" in page
    assert "by tess" in page


@after(opened)
def test_before_the_first_close_nothing_is_listed(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    assert "No period has been closed yet" in visitor.page("/finance/periods")
    assert "No statements yet" in visitor.page("/finance/statements")


def test_run_page_lists_warnings_first(site: Site) -> None:
    site.office.bring_batch([a_row(2, date="2025-11-20", isbn=UNKNOWN)])
    page = site.visitor(Role.CLERK).page(RUN)
    assert "Estimated (draft)" in page
    assert page.index("What to look at first") < page.index("Contract accounts")
    assert "A report of <strong>Book Hub</strong> is missing: nothing covers 2025-H2" in page
    assert "1 row, 2 copies" in page
    assert "Final" not in page


def test_exceptions_say_what_to_do(site: Site) -> None:
    rules = [{"name": "Only e-books", "formats": ["ebook"], "basis": "net", "rate": "0.1"}]
    contract = {**a_setup()["contracts"][0], "rules": rules}
    site.office.load({"contracts": [contract]})
    page = site.visitor(Role.CLERK).page(RUN)
    assert "no rule matches" in page
    assert "Add a rule to the contract" in page
    assert "to mend" in site.visitor(Role.CLERK).page(f"{RUN}/close")


def test_a_run_that_cannot_be_computed_says_why(site: Site) -> None:
    site.office.bring_batch([a_row(1, date="2025-11-02", currency="CAD")])
    for path in (RUN, f"{RUN}/jumps", f"{RUN}/close"):
        assert "CAD → USD" in site.visitor(Role.CLERK).page(path)


@pytest.mark.parametrize("period", ["2025-H1", "2025-H2"])
def test_figure_can_be_traced_to_file_and_row(site: Site, period: str) -> None:
    visitor = site.visitor(Role.CLERK)
    label = {"2025-H1": "Final (closed)", "2025-H2": "Estimated (draft)"}[period]
    contract = f"/finance/periods/{period}/contracts/foot-2015"
    assert f'href="{contract}"' in visitor.page(f"/finance/periods/{period}")
    page = visitor.page(contract)
    assert label in page
    assert "Earned = base × portion × exchange rate × rate" in page
    line = visitor.page(f"{contract}/lines/1")
    assert label in line
    assert {"2025-H1": "spring.csv", "2025-H2": "autumn.csv"}[period] in line
    assert visitor.get(f"{contract}/lines/999").status_code == 404
    assert visitor.get(f"/finance/periods/{period}/contracts/none").status_code == 404


def test_period_pages_run_few_queries(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    for path in (
        "/finance/periods",
        RUN,
        f"{RUN}/jumps",
        f"{RUN}/close",
        f"{RUN}/contracts/foot-2015",
        f"{RUN}/contracts/foot-2015/lines/1",
        f"{RUN}/drafts/seattle/USD",
        "/finance/periods/2025-H1",
        "/finance/periods/2025-H1/closed",
    ):
        visitor.page(path)
        with counted(site.office, 15):
            visitor.page(path)


def test_period_pages_contain_no_broken_sentences(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    form = {"subject": "report:hub", "figure": "nothing covers 2025-H2", "text": " "}
    answer = visitor.post(f"{RUN}/jumps", form)
    assert (answer.status_code, "Write at least one sentence" in answer.text) == (422, True)
    answer = visitor.post(f"{RUN}/jumps", {**form, "text": "x" * 1001})
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert site.office.rows("SELECT count(*) FROM explanation") == [(0,)]


def test_two_people_close_a_period(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK, "Carla Clerk"), site.visitor(Role.MANAGER)
    assert f'action="{RUN}/prepare"' not in clerk.page(f"{RUN}/close")
    number = prepare(site, clerk)
    page = clerk.page(f"{RUN}/close")
    assert "A manager other than Carla Clerk approves it" in page
    assert "approve/" not in page
    assert clerk.post(f"{RUN}/approve/{number}", {"looked": "y"}).status_code == 403
    page = manager.page(f"{RUN}/close")
    assert "Look at the web shop." in page
    assert re.search(r"<strong>\d+ statements</strong>, leaves <strong>[\d.,]+ <abbr>", page)
    answer = manager.post(f"{RUN}/approve/{number}")
    assert answer.status_code == 422
    assert "Look at the draft first" in answer.text
    assert site.office.rows("SELECT count(*) FROM closed_run") == [(1,)]
    answer = manager.post(f"{RUN}/approve/{number}", {"looked": "y"})
    assert answer.location == f"{RUN}/closed"
    page = manager.page(f"{RUN}/closed")
    assert "2025-H2 is closed" in page
    assert "Carla Clerk" in page
    assert manager.get(f"{RUN}/close").location == f"{RUN}/closed"
    assert site.office.faults() == {}
    again = manager.post(f"{RUN}/approve/{number}", {"looked": "y"})
    assert again.status_code == 409


def test_preparer_is_not_offered_to_approve(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    number = prepare(site, manager)
    page = manager.page(f"{RUN}/close")
    assert "another manager approves it" in page
    assert f"approve/{number}" not in page
    answer = manager.post(f"{RUN}/approve/{number}", {"looked": "y"})
    assert answer.status_code == 409
    assert site.office.rows("SELECT status FROM proposal") == [("waiting",)]


def test_changed_draft_is_shown_and_approval_refused(site: Site) -> None:
    number = prepare(site, site.visitor(Role.CLERK))
    site.office.bring_batch([a_row(30, date="2025-12-01")])
    manager = site.visitor(Role.MANAGER)
    page = manager.page(f"{RUN}/close")
    assert "The draft has changed since" in page
    assert f"approve/{number}" not in page
    assert "outdated" in manager.page(f"{RUN}/jumps")
    answer = manager.post(f"{RUN}/approve/{number}", {"looked": "y"})
    assert answer.status_code == 409
    assert "has changed since" in answer.text


def test_prepared_close_can_be_sent_back_or_withdrawn(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    number = prepare(site, clerk)
    assert manager.post(f"{RUN}/refuse/{number}", {"reason": ""}).status_code == 422
    manager.post(f"{RUN}/refuse/{number}", {"reason": "The wholesaler is missing."})
    assert "The wholesaler is missing." in clerk.page(f"{RUN}/close")
    number = prepare(site, clerk)
    assert clerk.post(f"{RUN}/withdraw/{number}").location == f"{RUN}/close"
    assert site.office.rows("SELECT status FROM proposal ORDER BY id") == [
        ("refused",),
        ("withdrawn",),
    ]


def test_single_approval_is_shown_on_the_checklist(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    with site.office.system.work(site.somebody(Role.ADMINISTRATOR)) as work:
        approvals.set_two_people(work, on=False)
    number = prepare(site, manager)
    assert "One person is enough" in manager.page(f"{RUN}/close")
    assert manager.post(f"{RUN}/approve/{number}", {"looked": "y"}).status_code == 302


def test_period_workbook_can_be_downloaded(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    for period, name in (
        ("2025-H1", "2025-H1 period.xlsx"),
        ("2025-H2", "2025-H2 period (draft).xlsx"),
    ):
        answer = visitor.get(f"/finance/periods/{period}/workbook")
        assert answer.data.startswith(b"PK")
        assert name in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("period", ["1999-H1", "2025-Q3", "nonsense", "2026-H1"])
def test_unknown_periods_are_not_found(site: Site, period: str) -> None:
    assert site.visitor(Role.CLERK).get(f"/finance/periods/{period}").status_code in {404, 409}


def test_early_close_needs_a_reason_and_a_tick(site: Site) -> None:
    before_its_end = datetime(2025, 12, 20, 9, tzinfo=UTC)
    site.office.system = replace(site.office.system, clock=lambda: before_its_end)
    site.app.extensions["royalties"] = site.office.system
    clerk, manager = site.visitor(Role.CLERK, "Carla Clerk"), site.visitor(Role.MANAGER)
    assert "2025-H2 has not ended." in clerk.page(f"{RUN}/close")
    settle(site, clerk)
    answer = clerk.post(f"{RUN}/prepare", {"note": ""})
    assert answer.status_code == 422
    assert "Say why the period does not wait for its end." in answer.text
    clerk.post(f"{RUN}/prepare", {"note": "", "early": "The house <is> sold"})
    with site.office.work(read_only=True) as work:
        number = approvals.proposals(work, status=ProposalStatus.WAITING)[0].id
    assert "“The house &lt;is&gt; sold”" in manager.page(f"{RUN}/close")
    assert "before it ends" in manager.page("/finance/approvals")
    answer = manager.post(f"{RUN}/approve/{number}", {"looked": "y"})
    assert answer.status_code == 422
    assert "Say that it is closed before it ends" in answer.text
    answer = manager.post(f"{RUN}/approve/{number}", {"looked": "y", "early": "y"})
    assert answer.location == f"{RUN}/closed"
    assert "“The house &lt;is&gt; sold”" in manager.page(f"{RUN}/closed")
    log = manager.page("/finance/audit")
    assert "Approved the early close of 2025-H2; prepared by Carla Clerk" in log
    assert "Prepared the early close of 2025-H2" in log
