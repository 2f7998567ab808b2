"""Importing reports in a browser, page by page."""

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from royalties.cli.jobs import work_off
from royalties.domain.people import Role
from royalties.domain.problems import Cause
from royalties.services.desk import jobs
from royalties.web.core import waiting
from royalties.web.finance.sales.upload_words import CAUSES
from tests.builders.books import (
    EBOOK,
    HARDCOVER,
    UNKNOWN,
    UNKNOWN_TOO,
    a_row,
    after,
    closed,
    spring,
)
from tests.builders.sent import as_file, found
from tests.builders.site import BASE, Site, Visitor

BAD = Path(__file__).parents[3] / "ingest" / "files" / "bad"
MAY = as_file([a_row(3, date="2025-05-02", list_price=None), a_row(-1, date="2025-05-20")])
FOR = {"isbn": UNKNOWN, "list_price": None, "discount": None}
WAITS = as_file([a_row(3), a_row(2, net="10.00", **FOR), a_row(1, net="5", **FOR)])
FAULTY = as_file(
    [a_row(3), {**a_row(2), "units": "six"}, {**a_row(2), "units": "ten"}, a_row(2, isbn="978")]
)
ASKS = as_file([a_row(3, date="07/08/2025", list_price=None)])


def send(visitor: Visitor, data: bytes, name: str = "may.csv", **more: Any) -> TestResponse:
    form = {"files": [(io.BytesIO(data), name)]}
    return visitor.post("/finance/imports", form, content_type="multipart/form-data", **more)


def sent(visitor: Visitor, data: bytes, name: str = "may.csv") -> str:
    """Send a report, and the address of its page."""
    answer = send(visitor, data, name)
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith("/finance/uploads/")
    return answer.location


def ticks(page: str) -> list[str]:
    """The warnings that a page asks to tick."""
    return [unescape(each) for each in re.findall(r'name="seen" value="([^"]*)"', page)]


def record(visitor: Visitor, address: str) -> str:
    """Record an upload, every warning ticked, and the address of the import's page."""
    answer = visitor.post(f"{address}/record", {"seen": ticks(visitor.page(address))})
    assert answer.status_code == 303
    onward = visitor.get(answer.location)
    assert onward.status_code == 302, onward.text
    assert onward.location.startswith("/finance/imports/")
    return onward.location


def flashed(visitor: Visitor, answer: TestResponse) -> str:
    """The page after a form was taken."""
    assert answer.status_code == 303, answer.text
    return visitor.page(answer.location)


# Sending


def test_empty_imports_page_says_the_next_step(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/imports")
    assert "Nothing is recorded yet" in page
    assert 'enctype="multipart/form-data"' in page
    assert "multiple required" in page


def test_a_report_is_sent_checked_recorded_and_undone(site: Site) -> None:
    clerk = site.visitor(Role.CLERK, "Cleo")
    address = sent(clerk, MAY)
    page = clerk.page(address)
    assert "Ready to record" in page
    assert "Record 2 sale lines, 83.20 USD" in page or "Record 2 sale lines" in page
    assert site.office.rows("SELECT count(*) FROM sale") == [(0,)]
    batch = record(clerk, address)
    receipt = clerk.page(batch)
    assert "Recorded as import 1" in receipt
    assert "by Cleo" in receipt
    assert found(site.office, 1).sha256 in receipt
    sales = re.search(r'href="(/finance/sales[^"]*)"[^>]*>Its sales', receipt)
    assert sales is not None
    assert HARDCOVER in clerk.page(sales[1]).replace("-", "")
    assert "takes back 2 sale lines" in receipt
    told = flashed(clerk, clerk.post(f"{batch}/undo", {"reason": "Wrong file"}))
    assert "2 sale lines and 0 waiting rows removed" in told
    assert "undone" in told
    assert site.office.rows("SELECT count(*) FROM sale") == [(0,)]
    assert site.office.faults() == {}


def test_several_reports_are_sent_at_once(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    files = [(io.BytesIO(each), f"{name}.csv") for name, each in (("a", MAY), ("b", FAULTY))]
    answer = clerk.post("/finance/imports", {"files": files}, content_type="multipart/form-data")
    assert answer.location == "/finance/imports"
    page = clerk.page(answer.location)
    assert "Ready to record" in page
    assert "Refused, 3 problems" in page


def test_uploads_of_colleagues_are_listed(site: Site) -> None:
    sent(site.visitor(Role.CLERK, "Cleo"), MAY)
    assert "Cleo" in site.visitor(Role.MANAGER).page("/finance/imports")


def test_a_form_without_a_file_says_so(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    answer = clerk.post("/finance/imports", {}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.text


def test_script_gets_the_next_address_as_json(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    answer = send(clerk, MAY, headers={"Accept": "application/json"})
    assert answer.json == {"to": "/finance/uploads/1"}


def test_file_sent_twice_leads_to_the_first_upload(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER)
    address = sent(clerk, MAY)
    again = send(manager, MAY, "copy.csv")
    assert again.location == address
    assert "sent already, by Cleo" in manager.page(address)
    record(manager, address)
    third = sent(clerk, MAY, "third.csv")
    page = clerk.page(third)
    assert "Nothing new" in page
    assert 'href="/finance/imports/1"' in page
    assert "may.csv" in page


def test_more_than_may_be_sent_is_refused_with_advice(site: Site) -> None:
    site.app.config["MAX_CONTENT_LENGTH"] = 1_000
    answer = send(site.visitor(Role.CLERK), MAY * 10)
    assert answer.status_code == 413
    assert "200 MB" in answer.text
    assert "command line" in answer.text


HOSTILE = (
    ("csv-empty.csv", "report.csv", "The file is empty"),
    ("xls-xml2003.xls", "report.xls", "XML Spreadsheet of 2003"),
    ("xlsx-encrypted.xlsx", "report.xlsx", "protected by a password"),
    ("xlsx-bitflip.xlsx", "report.xlsx", "Refused"),
    ("xlsx-lying-size.xlsx", "report.xlsx", "Refused"),
    ("xlsx-not-office-zip.xlsx", "report.xlsx", "Refused"),
    ("xlsx-dup-entry.xlsx", "report.xlsx", "Refused"),
    ("csv-no-header.csv", "../../../cookie.key", "Refused"),
)


def test_a_hostile_file_is_refused_with_a_reason(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for name, as_, told in HOSTILE:
        page = clerk.page(sent(clerk, (BAD / name).read_bytes(), as_))
        assert told in page, name
        assert "Record " not in page.partition("<main")[2], name
        assert "../" not in page, name


def test_html_named_as_a_workbook_is_refused_and_shown_as_text(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    data = b"<html><script>alert(1)</script><table><tr><td>x</td></tr></table></html>"
    page = clerk.page(sent(clerk, data, "<script>alert(2)</script>.xls"))
    assert "The file is a web page under a spreadsheet" in page
    assert "<script>alert" not in page


# What a check finds


@after(spring)
def test_warnings_are_ticked_before_it_is_recorded(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, MAY)
    page = clerk.page(address)
    assert "Ready, 1 warning" in page
    assert len(ticks(page)) == 1
    before = site.office.hashes()
    answer = clerk.post(f"{address}/record")
    assert answer.status_code == 422
    assert "Tick every warning" in answer.text
    assert "<title>Error: may.csv" in answer.text
    assert clerk.post(f"{address}/record", {"seen": "I saw it"}).status_code == 422
    assert site.office.hashes() == before
    receipt = clerk.page(record(clerk, address))
    assert "Warnings that were confirmed" in receipt


def test_every_cause_in_a_row_has_a_heading() -> None:
    assert set(CAUSES) == set(Cause) - {Cause.FILE, Cause.OTHER_REPORT, Cause.OTHER_COLUMNS}


def test_problems_are_listed_by_cause_and_come_as_a_workbook(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, FAULTY, "faulty.csv")
    page = clerk.page(address)
    assert "3 problems: nothing of it can be recorded" in page
    assert unescape(page).count("'six' is not a whole number") == 1
    assert ">Not a whole number</th>" in page
    link = re.search(r'href="([^"]*cause=no-whole-number[^"]*)#problems"', page)
    assert link is not None
    only = clerk.page(unescape(link[1]))
    assert "Rows with this problem" in only
    assert "'six'" in unescape(only)
    table = only.partition("Rows with this problem")[2].partition("</table>")[0]
    assert "'978'" not in unescape(table)
    assert "'978' is not an ISBN" in unescape(page)
    answer = clerk.get(f"{address}/problems")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "faulty - problems.xlsx" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert any("'six' is not a whole number" in text for text in texts)


def test_many_problems_are_shown_a_page_at_a_time(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    rows = [{**a_row(1), "units": f"x{number}"} for number in range(1_050)]
    address = sent(clerk, as_file(rows))
    page = clerk.page(address)
    assert "1 to 100 of 1000" in page
    assert "Only the first 1,000 of 1,050 problems" in page
    assert "901 to 1000 of 1000" in clerk.page(f"{address}?page=10")


def test_answer_to_a_question_can_be_withdrawn(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, ASKS)
    page = clerk.page(address)
    assert "Which comes first in a date?" in page
    assert "day first: 03/04/2026 is 3 April" in page
    assert "Record " not in page.partition("<main")[2]
    page = flashed(clerk, clerk.post(f"{address}/check", {"choice.date_order": "mdy"}))
    assert "Jul 8, 2025" in page
    page = flashed(
        clerk,
        clerk.post(f"{address}/check", {"read": "again", "choice.date_order": "dmy"}),
    )
    assert "Aug 7, 2025" in page
    page = flashed(clerk, clerk.post(f"{address}/check", {"read": "again"}))
    assert "Which comes first in a date?" in page
    clerk.post(f"{address}/check", {"choice.date_order": "dmy"})
    assert "day first" in clerk.page(record(clerk, address))


def test_the_report_is_chosen_by_hand(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, MAY)
    page = flashed(clerk, clerk.post(f"{address}/check", {"read": "1", "report": "elliott-bay"}))
    assert "is not the invoices to Elliott Bay Book Company" in unescape(page)
    page = flashed(clerk, clerk.post(f"{address}/check", {"read": "1", "report": "nonsense"}))
    assert "no report is called" in page
    page = flashed(clerk, clerk.post(f"{address}/check", {"read": "1", "report": ""}))
    assert "Ready to record" in page


@after(closed)
def test_totals_are_shown_beside_those_of_the_previous_import(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    data = as_file([a_row(4, date="2026-02-03", list_price=None)])
    page = clerk.page(sent(clerk, data))
    assert "Change" not in page, "another retailer's report is nothing to compare with"
    record(clerk, sent(clerk, data))
    page = clerk.page(sent(clerk, as_file([a_row(6, date="2026-05-03", list_price=None)])))
    assert "Feb 3, 2026 to Feb 3, 2026" in page
    assert "50 %" in page


def test_an_unknown_isbn_is_matched_on_the_page(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, WAITS)
    page = clerk.page(address)
    assert "Record 1 sale line" in page
    assert "2 rows will wait for 1 unknown ISBN" in page
    page = clerk.page(f"{address}?match={UNKNOWN}&q=the+COLLAB")
    assert f'value="{HARDCOVER}"' in page
    assert f'value="{EBOOK}"' in page
    form = {"identifier": UNKNOWN, "isbn": HARDCOVER, "upload": 1, "back": address}
    page = flashed(clerk, clerk.post("/finance/waiting/match", form))
    assert f"{UNKNOWN} stands for {HARDCOVER} from now on" in page
    assert "Record 3 sale lines" in page
    assert "Unknown ISBNs" not in page


def test_failed_match_is_explained(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    before = site.office.hashes()
    form = {"identifier": UNKNOWN, "isbn": "9780000000000", "back": "https://elsewhere.example/"}
    answer = clerk.post("/finance/waiting/match", form)
    assert answer.location == "/finance/waiting"
    assert "no edition has the ISBN" in clerk.page(answer.location)
    assert site.office.hashes() == before


def test_upload_can_be_removed(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, MAY)
    assert "may.csv is removed" in flashed(clerk, clerk.post(f"{address}/remove"))
    assert clerk.get(address).status_code == 404
    assert clerk.post(f"{address}/record").status_code == 404


# Two people


def test_second_recording_of_an_upload_is_refused(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    address = sent(clerk, MAY)
    record(clerk, address)
    answer = manager.post(f"{address}/record")
    assert answer.status_code == 303
    onward = manager.get(answer.location)
    assert onward.location == "/finance/imports/1"
    assert "recorded already, as import 1" in manager.page(onward.location)
    assert site.office.rows("SELECT count(*) FROM batch") == [(1,)]


def test_upload_changed_since_it_was_seen_is_not_recorded(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, WAITS)
    site.office.alias(UNKNOWN, HARDCOVER)
    page = flashed(clerk, clerk.post(f"{address}/record"))
    assert "Nothing was recorded" in page
    assert "Record 3 sale lines" in page
    assert site.office.rows("SELECT count(*) FROM sale") == [(0,)]
    record(clerk, address)


# Long work


def test_a_large_report_goes_through_jobs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1)
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, MAY)
    page = clerk.page(address)
    assert "Waits for its turn" in page
    assert "You can leave this page" in page
    assert "Remove this upload" not in page
    states = clerk.get("/finance/uploads/states?of=1&of=99").json
    assert states == {"1": {"words": "Waits for its turn", "done": 0, "total": 0}}
    assert "Waits for its turn" in clerk.page("/finance/imports")
    assert "being worked on" in flashed(clerk, clerk.post(f"{address}/remove"))
    with site.office.system.work(jobs.WORKER) as work:
        job = jobs.take(work)
    assert job is not None
    site.office.system.files.tell_progress(job.id, 41, 100)
    page = clerk.page(address)
    assert "Being checked" in page
    assert "41 %" in page
    states = clerk.get("/finance/uploads/states?of=1").json
    assert states == {"1": {"words": "Being checked", "done": 41, "total": 100}}
    site.office.execute("UPDATE job SET status = 'queued'")
    work_off(site.office.system)
    assert clerk.get("/finance/uploads/states?of=1").json == {}
    assert "Ready to record" in clerk.page(address)
    answer = clerk.post(f"{address}/record")
    assert "Waits for its turn" in clerk.page(answer.location)
    work_off(site.office.system)
    assert clerk.get(address).location == "/finance/imports/1"
    assert site.office.faults() == {}


def test_a_job_that_failed_says_why(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1)
    address = sent(site.visitor(Role.CLERK, "Cleo"), MAY)
    site.office.execute("UPDATE person SET status = 'disabled' WHERE name = 'Cleo'")
    work_off(site.office.system)
    manager = site.visitor(Role.MANAGER)
    page = manager.page(address)
    assert "It could not be checked" in page
    assert "may not come in any more" in page
    assert "Not checked" in manager.page("/finance/imports")
    manager.post(f"{address}/check")
    work_off(site.office.system)
    assert "Ready to record" in manager.page(address)


def test_page_says_when_no_worker_takes_up_a_job(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1)
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, MAY)
    assert "Nothing has taken it up" not in clerk.page(address)
    site.office.execute("UPDATE job SET created_at = '2026-08-20T09:28:00+00:00'")
    assert "Nothing has taken it up" in clerk.page(address)


# Imports


@after(closed)
def test_imports_are_listed_and_narrowed(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page("/finance/imports")
    assert "spring.csv" in page
    assert "autumn.csv" in page
    page = clerk.page("/finance/imports?period=2025-H1")
    assert "spring.csv" in page
    assert "autumn.csv" not in page
    site.office.undo(2)
    page = clerk.page("/finance/imports?status=undone")
    assert "autumn.csv" in page
    assert "spring.csv" not in page
    assert "No import is like that" in clerk.page("/finance/imports?retailer=amazon&status=undone")
    assert "No import is like that" in clerk.page("/finance/imports?page=2")
    assert clerk.get("/finance/imports?page=x&status=no&retailer='").status_code == 200


@after(closed)
def test_a_closed_import_is_corrected_by_a_manager(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    assert "/finance/imports/1/undo" not in clerk.page("/finance/imports/1")
    assert "A manager does that" in clerk.page("/finance/imports/1")
    assert clerk.post("/finance/imports/1/correct").status_code == 403
    assert clerk.post("/finance/imports/1/undo").status_code == 409
    sent = manager.post("/finance/imports/1/correct", {"reason": "A month came twice"})
    page = flashed(manager, sent)
    assert "A month came twice" in site.visitor(Role.ADMINISTRATOR).page("/finance/audit")
    assert "Import 1 is reversed in 2025-H2 by import 3" in page
    assert "corrects 1" in page
    assert "corrected by 3" in manager.page("/finance/imports/1")
    assert manager.get("/finance/imports/3/file").status_code == 404
    assert site.office.faults() == {}


@after(closed)
def test_received_file_is_downloaded_and_never_displayed(site: Site) -> None:
    answer = site.visitor(Role.CLERK).get("/finance/imports/1/file")
    assert answer.data == (site.office.outside / "spring.csv").read_bytes()
    assert answer.headers["Content-Disposition"] == "attachment; filename=spring.csv"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


# Waiting


def test_waiting_page_without_rows_says_so(site: Site) -> None:
    assert "Nothing waits" in site.visitor(Role.CLERK).page("/finance/waiting")


def test_waiting_rows_can_be_matched(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    batch = record(clerk, sent(clerk, WAITS, "waits.csv"))
    assert "2 rows of it wait for 1 edition" in clerk.page(batch)
    site.office.bring([a_row(4, isbn=UNKNOWN), a_row(1, isbn=UNKNOWN_TOO)], "more.csv")
    page = clerk.page("/finance/waiting")
    assert "4 rows under 2 identifiers" in page
    assert "waits.csv" in page
    assert "more.csv" in page
    page = clerk.page(f"/finance/waiting?match={UNKNOWN}&q={HARDCOVER[:9]}")
    assert f'value="{HARDCOVER}"' in page
    assert "No edition is found" in clerk.page(f"/finance/waiting?match={UNKNOWN}&q=zzzz")
    form = {"identifier": UNKNOWN, "isbn": HARDCOVER, "back": "/finance/waiting"}
    page = flashed(clerk, clerk.post("/finance/waiting/match", form))
    assert "3 waiting rows recorded" in page
    assert "1 row under 1 identifier" in page


# Everything


@after(spring)
def test_import_pages_run_few_queries(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, WAITS)
    more = sent(clerk, FAULTY)
    paths = (
        "/finance/imports",
        "/finance/imports/1",
        "/finance/waiting",
        f"/finance/waiting?match={UNKNOWN}&q=collab",
        f"{address}?match={UNKNOWN}&q=collab",
        more,
        "/finance/uploads/states?of=1&of=2",
    )
    for path in paths:
        clerk.page(path)
        asked = site.office.statements_of(lambda _, path=path: clerk.page(path))  # type: ignore[misc]
        assert len(asked) <= 15, (path, len(asked))


@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
def test_imports_are_not_found_outside_the_desk(site: Site, role: Role) -> None:
    address = sent(site.visitor(Role.CLERK), FAULTY)
    other = site.visitor(role, beneficiaries=("seattle",) if role is Role.NONPROFIT else ())
    before = site.office.hashes("session")
    for path in (
        "/finance/imports",
        "/finance/imports/1",
        "/finance/imports/1/file",
        "/finance/waiting",
        "/finance/uploads/states?of=1",
        address,
        f"{address}/problems",
    ):
        assert other.get(path).status_code == 404, path
    for path in ("check", "record", "remove"):
        assert other.post(f"{address}/{path}").status_code == 404, path
    assert send(other, MAY).status_code == 404
    assert other.post("/finance/waiting/match", {"identifier": UNKNOWN}).status_code == 404
    assert site.office.hashes("session") == before


def test_unknown_imports_are_not_found(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    for number in ("0", "99", "99999999999999999999"):
        for path in ("uploads/{}", "uploads/{}/problems", "imports/{}", "imports/{}/file"):
            assert manager.get(f"/finance/{path.format(number)}").status_code == 404
        for path in ("uploads/{}/record", "imports/{}/undo", "imports/{}/correct"):
            assert manager.post(f"/finance/{path.format(number)}").status_code == 404


def test_upload_without_csrf_token_is_refused(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    form = {"files": [(io.BytesIO(MAY), "may.csv")]}
    answer = clerk.client.post("/finance/imports", data=form, base_url=BASE)
    assert answer.status_code == 400
    assert site.office.rows("SELECT count(*) FROM upload") == [(0,)]
