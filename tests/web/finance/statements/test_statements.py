"""Statements on the screen: listed, shown as in the workbook, explained, downloaded, sent."""

import json
import re
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest

from royalties.domain.money import amount_text
from royalties.domain.people import Role
from royalties.domain.royalties.statements import Statement
from royalties.services.statements.issuing import statement, statement_file
from royalties.web.paper import paper_of
from tests.builders.books import Office, a_setup, after, closed, spring
from tests.builders.site import Site

pytestmark = after(closed)


def closed_only(office: Office) -> None:
    """The first half is closed, and nothing of it issued."""
    spring(office)
    beneficiaries = a_setup()["beneficiaries"]
    for each in beneficiaries:
        each["email"] = f"{each['key']}@example.org"
    office.load({"beneficiaries": beneficiaries})
    office.close("2025-H1")


def numbers(site: Site) -> list[str]:
    return [str(row[0]) for row in site.office.rows("SELECT number FROM statement ORDER BY place")]


def one_of(site: Site, beneficiary: str) -> tuple[str, Statement]:
    ((number,),) = site.office.rows(
        "SELECT min(number) FROM statement WHERE beneficiary = :key", key=beneficiary
    )
    with site.office.work(read_only=True) as work:
        return str(number), statement(work, str(number))


def test_statements_are_listed_and_filtered(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page("/finance/statements")
    assert all(number in page for number in numbers(site))
    page = visitor.page("/finance/statements?period=2025-H1&beneficiary=seattle")
    shown = set(re.findall(r"/finance/statements/(2025-H1-\d+)", page))
    assert shown == {
        str(row[0])
        for row in site.office.rows("SELECT number FROM statement WHERE beneficiary = 'seattle'")
    }
    assert "No such statement" in visitor.page("/finance/statements?beneficiary=nobody")


def test_statement_page_agrees_with_its_json(site: Site) -> None:
    for number in numbers(site):
        with site.office.work(read_only=True) as work:
            twin = json.loads(statement_file(work, number, "twin").data)
        page = site.visitor(Role.CLERK).page(f"/finance/statements/{number}")
        shown = set(re.findall(r"\N{MINUS SIGN}?[\d,]+\.\d\d", page))
        plain = {text.replace(",", "").replace("\N{MINUS SIGN}", "-") for text in shown}
        told = [twin[name] for name in ("brought_forward", "allocated", "due", "carried_forward")]
        for contract in twin["contracts"]:
            told += [contract[name] for name in ("earned", "available", "payable", "allocated")]
            told += [line["earned"] for line in contract["lines"]]
            told += [share["amount"] for share in contract["shares"]]
            told += [each["earned_life"] for each in contract["life_to_date"]]
            assert all(share["sentence"] in page for share in contract["shares"])
        assert set(told) <= plain
        assert twin["outcome"] in page.replace("&#39;", "'")


def test_sums_on_the_statement_page_agree(site: Site) -> None:
    for number in numbers(site):
        with site.office.work(read_only=True) as work:
            found = statement(work, number)
        for part in paper_of(found).contracts:
            assert sum(each.earned for each in part.editions) == part.account.earned
            assert sum(month.units for month in part.months) == part.total.units
            assert part.total.units == sum(units for _, units in part.retailers)


def test_statement_links_to_previous_and_next(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    first, second, third = numbers(site)[:3]
    page = visitor.page(f"/finance/statements/{second}")
    assert f'rel="prev" href="/finance/statements/{first}"' in page
    assert f'rel="next" href="/finance/statements/{third}"' in page
    assert 'rel="prev"' not in visitor.page(f"/finance/statements/{first}")
    assert visitor.get("/finance/statements/2025-H1-999").status_code == 404


def test_every_figure_is_explained_down_to_its_rows(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    number, _ = one_of(site, "seattle")
    page = visitor.page(f"/finance/statements/{number}")
    addresses = set(re.findall(r'href="(/finance/statements/[^"]+/explain/[^"]+)"', page))
    assert len(addresses) > 15
    for address in addresses:
        visitor.page(address)
    lines = [address for address in addresses if address.endswith("foot-2015/1")]
    assert "spring.csv" in visitor.page(lines[0])
    assert visitor.get(f"/finance/statements/{number}/explain/nothing").status_code == 404


def test_draft_statement_is_marked(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/periods/2025-H2/drafts/seattle/USD")
    assert "DRAFT – NOT ISSUED" in page
    assert "Estimated (draft)" in page
    assert "Final" not in page
    assert "/finance/periods/2025-H2/contracts/foot-2015/lines/1" in page
    missing = "/finance/periods/2025-H2/drafts/nobody/USD"
    assert site.visitor(Role.CLERK).get(missing).status_code == 404


@pytest.mark.thorough("combinations", but_one_in=2)
@pytest.mark.parametrize("file", ["workbook", "twin"])
def test_downloads_are_the_issued_bytes(site: Site, file: str) -> None:
    visitor = site.visitor(Role.CLERK)
    before = site.office.hashes()
    for number in numbers(site):
        answers = [visitor.get(f"/finance/statements/{number}/{file}") for _ in range(2)]
        ((name, fingerprint),) = site.office.rows(
            "SELECT name, sha256 FROM issued WHERE number = :number AND file = :file",
            number=number,
            file=file,
        )
        for answer in answers:
            assert sha256(answer.data).hexdigest() == fingerprint
            assert answer.headers["Cache-Control"] == "no-store"
            assert "attachment" in answer.headers["Content-Disposition"]
        assert site.office.system.files.issued("2025-H1", str(name)).read_bytes() == answers[0].data
    assert site.office.hashes("session") == {
        name: value for name, value in before.items() if name != "session"
    }


def test_statements_of_a_period_come_in_one_zip(site: Site) -> None:
    answer = site.visitor(Role.CLERK).get("/finance/periods/2025-H1/statements.zip")
    with ZipFile(BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        packed = {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert packed == dict(site.office.rows("SELECT name, sha256 FROM issued"))


@after(closed_only)
def test_period_page_counts_issued_statements(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    first, total = numbers(site)[0], len(numbers(site))
    where = "/finance/statements?period=2025-H1"
    assert "(ZIP)" not in manager.page(where)
    manager.post(f"/finance/statements/{first}/issue")
    page = manager.page(where)
    assert f"Download the 1 issued of {total} (ZIP)" in page
    assert "Issue all of" in page
    manager.post("/finance/periods/2025-H1/issue")
    page = manager.page(where)
    assert "Download all (ZIP)" in page
    assert "Issue all of" not in page


@after(closed_only)
def test_sending_without_a_mail_server_is_not_reported_as_sent(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    where = "/finance/periods/2025-H1/send"
    assert "No mail server is set up" in manager.page(where)
    answer = manager.post(where, {"attach": "y"})
    assert "nothing leaves before a mail server is set up" in manager.page(answer.location)


@after(closed_only)
def test_only_managers_issue_statements(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    number = numbers(site)[0]
    address = f"/finance/statements/{number}"
    assert "once a manager has issued it" in clerk.page(address)
    assert clerk.get(f"{address}/workbook").status_code == 409
    assert clerk.get("/finance/periods/2025-H1/statements.zip").status_code == 409
    assert clerk.post(f"{address}/issue").status_code == 403
    assert manager.post(f"{address}/workbook").data.startswith(b"PK")
    assert site.office.rows("SELECT number, file FROM issued ORDER BY file") == [
        (number, "twin"),
        (number, "workbook"),
    ]
    manager.post("/finance/periods/2025-H1/issue")
    issued = site.office.rows("SELECT count(*) FROM issued")
    assert issued == [(2 * len(numbers(site)),)]
    assert clerk.get(f"{address}/workbook").status_code == 200
    assert site.office.faults() == {}


@after(closed_only)
def test_statements_are_sent_after_saying_to_whom(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    page = manager.page("/finance/periods/2025-H1/send")
    assert f"Send {len(numbers(site))} statements" in page
    assert "seattle@example.org" in page
    answer = manager.post("/finance/periods/2025-H1/send", {"attach": "y"})
    assert answer.location == "/finance/statements?period=2025-H1"
    assert site.office.rows("SELECT count(*) FROM mail WHERE kind = 'statement'") == [
        (len(numbers(site)),)
    ]
    number, _ = one_of(site, "seattle")
    page = manager.page(f"/finance/statements/{number}")
    assert "goes out soon" in page
    assert "the workbook" in page
    again = manager.post(f"/finance/statements/{number}/send")
    assert again.status_code == 409
    assert "Send again" in manager.page(f"/finance/statements/{number}/send")
    assert manager.post(f"/finance/statements/{number}/send", {"again": "y"}).status_code == 302


def test_clerk_cannot_send_statements(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert clerk.get("/finance/periods/2025-H1/send").status_code == 403
    assert clerk.post("/finance/periods/2025-H1/send").status_code == 403
    assert "Send by e-mail" not in clerk.page("/finance/statements?period=2025-H1")


def test_amounts_follow_the_readers_number_format(site: Site) -> None:
    number, found = one_of(site, "seattle")
    page = site.visitor(Role.CLERK).page(f"/finance/statements/{number}")
    assert f"To pay {amount_text(found.to_pay, 'USD')} <abbr>USD</abbr>" in page
