"""The parallel run in the browser: totals sent, a planted cent found, explained, signed off."""

import csv
import html
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from royalties.domain.people import Role
from royalties.domain.royalties.parallel import DifferenceCause
from royalties.services.books import setup_in_force
from royalties.services.names import Names
from royalties.services.periods import old_totals as typing
from royalties.services.periods import parallel as service
from royalties.services.work import RefusedError
from tests.builders.books import Document, Office, after, spring
from tests.builders.site import Site, Visitor

pytestmark = after(spring)

PAGE = "/finance/periods/2025-H1/parallel"


def old_totals(office: Office, planted: str = "0.01") -> list[dict[str, str]]:
    """What the draft says, but for one earned amount."""
    run: Document = office.run("2025-H1")
    rows: list[dict[str, str]] = []
    for contract in run["contracts"]:
        of = {"of": contract["key"], "currency": contract["currency"]}
        sums: dict[tuple[str, str], Decimal] = {}
        for line in contract["lines"]:
            key = (line["rule"], line["isbn"] or "")
            sums[key] = sums.get(key, Decimal(0)) + Decimal(line["earned"])
        rows += [
            of | {"what": "earned", "rule": rule, "edition": isbn, "amount": str(amount)}
            for (rule, isbn), amount in sums.items()
        ]
        rows.append(of | {"what": "payable", "amount": contract["payable"]})
    rows += [
        {
            "what": "allocated",
            "of": each["key"],
            "currency": each["currency"],
            "amount": each["allocated"],
        }
        for each in run["beneficiaries"]
    ]
    first = next(each for each in rows if each["what"] == "earned")
    first["amount"] = str(Decimal(first["amount"]) + Decimal(planted))
    return rows


def send(visitor: Visitor, rows: list[dict[str, str]]) -> TestResponse:
    out = io.StringIO()
    writer = csv.DictWriter(out, service.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    data = io.BytesIO(out.getvalue().encode())
    return visitor.post(PAGE, {"file": (data, "old.csv")})


def test_a_planted_cent_is_found_explained_and_signed_off(site: Site) -> None:
    manager, clerk = site.visitor(Role.MANAGER), site.visitor(Role.CLERK)
    assert send(clerk, old_totals(site.office)).status_code == 303
    page = manager.page(PAGE)
    assert "Rounding: 1 difference" in page
    with pytest.raises(RefusedError, match="is not signed off: explain or mend"):
        site.office.close("2025-H1")
    checklist = clerk.page("/finance/periods/2025-H1/close")
    assert "Parallel run signed off" in checklist
    assert f'<a href="{PAGE}">Go on with it</a>' in checklist
    refused = manager.post(f"{PAGE}/sign")
    assert refused.status_code == 409
    assert "1 difference is not explained yet" in refused.text
    [token] = re.findall(r'name="token" value="([^"]+)"', page)
    kept = clerk.post(f"{PAGE}/explain", {"token": token, "reason": "Excel rounded each title"})
    assert kept.status_code == 303
    assert "Excel rounded each title" in manager.page(PAGE)
    table = load_workbook(io.BytesIO(manager.get(f"{PAGE}.xlsx").get_data())).active
    assert any("rounding" in row for row in table.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert clerk.post(f"{PAGE}/sign").status_code == 403
    assert manager.post(f"{PAGE}/sign", {"note": "Ready"}).status_code == 303
    assert "Signed off by" in manager.page(PAGE)
    assert f'<a href="{PAGE}">Look at it</a>' in clerk.page("/finance/periods/2025-H1/close")
    site.office.close("2025-H1")
    assert site.office.faults() == {}


def test_corrected_total_needs_no_explanation(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    assert send(manager, old_totals(site.office, "5.00")).status_code == 303
    with site.office.work(read_only=True) as work:
        found = service.parallel(work, "2025-H1")
    assert len(found.open) == 1
    assert found.open[0].difference.cause is not DifferenceCause.ROUNDING
    assert send(manager, old_totals(site.office, "0")).status_code == 303
    assert "Every old total is reached to the cent" in manager.page(PAGE)
    assert manager.post(f"{PAGE}/sign").status_code == 303


def named(office: Office, part: str) -> dict[str, str]:
    """What entries are called, by key."""
    with office.work(read_only=True) as work:
        return Names(setup_in_force(work)).all_of(part)


def typed(page: str) -> list[tuple[str, dict[str, str]]]:
    """The rows of the form: what each is, and what its fields say by their names."""
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    found = []
    for row in rows:
        fields = {}
        for tag in re.findall(r"<input[^>]*>", row):
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            assert name
            fields[name[1]] = value[1] if value else ""
        what = re.sub(r"<[^>]+>", " ", row.partition("<input")[0])
        found.append((" ".join(html.unescape(what).split()), fields))
    return found


def test_totals_are_typed_row_by_row_and_come_back(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    rows = typed(clerk.page(f"{PAGE}/type"))
    earned = next(each for _, each in rows if any(name.endswith("-copies") for name in each))
    payable = next(each for what, each in rows if what.startswith("Payable"))
    sent: dict[str, Any] = {
        **earned,
        **payable,
        "called": "2025-H1 as sent",
        "others": "0",
        "act": "save",
    }
    for row, said in ((earned, {"copies": "7", "amount": "1,250.50"}), (payable, {"amount": "3"})):
        for field, text in said.items():
            sent[next(name for name in row if name.endswith(f"-{field}"))] = text
    sent |= {"others-0-what": "allocated", "others-0-amount": "12.34", "others-0-currency": "GBP"}
    sent["figures"] = [row["figures"] for row in (earned, payable)]
    refused = clerk.post(f"{PAGE}/type", sent)
    assert refused.status_code == 422
    assert "Say whose." in refused.text
    sent["others-0-beneficiary"] = named(site.office, "beneficiaries")["tacoma"]
    assert clerk.post(f"{PAGE}/type", sent).status_code == 303
    page = clerk.page(PAGE)
    for told in ("1,250.50", "7 copies", "12.34", "2025-H1 as sent"):
        assert told in page, told
    again = [text for _, row in typed(clerk.page(f"{PAGE}/type")) for text in row.values()]
    assert {"7", "1250.50", "3.00", "12.34"} <= set(again)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("amount", "some", "Is no amount in"),
        ("copies", "1.5", "Is no whole number of copies"),
        ("figure", "gone", "This figure is not in the draft any more"),
    ],
)
def test_what_cannot_be_a_total_is_told_at_its_field(
    site: Site, field: str, text: str, said: str
) -> None:
    clerk = site.visitor(Role.CLERK)
    rows = typed(clerk.page(f"{PAGE}/type"))
    earned = next(row for _, row in rows if any(each.endswith("-copies") for each in row))
    for name in earned:
        if name.endswith("-amount"):
            earned[name] = "1.00"
    earned[next(name for name in earned if name.endswith(f"-{field}"))] = text
    refused = clerk.post(f"{PAGE}/type", earned)
    assert refused.status_code == 422
    assert said in refused.text
    assert "1.00" in refused.text or field == "amount"
    with site.office.work(read_only=True) as work:
        assert service.parallel(work, "2025-H1").row is None


def test_nothing_typed_begins_nothing(site: Site) -> None:
    refused = site.visitor(Role.CLERK).post(f"{PAGE}/type", {"act": "save"})
    assert refused.status_code == 422
    assert "Type at least one amount" in refused.text


def test_more_figures_than_anybody_types_are_a_table(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing, "MOST_TYPED", 3)
    answer = site.visitor(Role.CLERK).get(f"{PAGE}/type")
    assert answer.status_code == 409
    assert "a form takes 3: fill in the template" in " ".join(answer.text.split())
    assert "parallel/template.xlsx" in answer.text


def test_a_table_may_name_whose_its_totals_are(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    rows = old_totals_named(site.office)
    assert send(clerk, rows).status_code == 303
    assert "Every old total is reached to the cent" in clerk.page(PAGE)


def old_totals_named(office: Office) -> list[dict[str, str]]:
    """The draft's totals, contracts and payees by name as a manager writes them."""
    known = {**named(office, "contracts"), **named(office, "beneficiaries")}
    return [each | {"of": known[each["of"]]} for each in old_totals(office, "0")]


def test_parallel_run_can_be_abandoned_with_a_reason(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    assert send(manager, old_totals(site.office)).status_code == 303
    assert manager.post(f"{PAGE}/abandon", {"note": ""}).status_code == 409
    left = manager.post(f"{PAGE}/abandon", {"note": "The old file was a draft"})
    assert left.status_code == 303
    assert "The old file was a draft" in manager.page(PAGE)
    assert "Parallel run signed off" not in manager.page("/finance/periods/2025-H1/close")
    site.office.close("2025-H1")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"what": "profit", "amount": "1"}, "is none of earned"),
        ({"what": "earned", "of": "nobody", "amount": "1"}, "is no contract of the books"),
        ({"what": "due", "of": "foot-2015", "amount": "1"}, "is no beneficiary of the books"),
        ({"what": "earned", "of": "foot-2015", "amount": "1.234,567"}, "is no amount in USD"),
        ({"what": "earned", "of": "foot-2015", "rule": "x", "amount": "1"}, "is no rule or right"),
        ({"what": "earned", "of": "foot-2015", "copies": "1.5", "amount": "1"}, "no whole number"),
        ({"what": "earned", "of": "foot-2015"}, "no row has an amount"),
    ],
)
def test_faults_are_reported_and_nothing_starts(site: Site, row: dict[str, str], said: str) -> None:
    answer = send(site.visitor(Role.MANAGER), [row])
    assert answer.status_code == 422
    assert said in answer.text
    site.office.close("2025-H1")


def test_the_template_has_every_figure_of_the_draft(site: Site) -> None:
    data = site.visitor(Role.CLERK).get(f"{PAGE}/template.csv").get_data().decode("utf-8-sig")
    what = {row["what"] for row in csv.DictReader(io.StringIO(data))}
    assert {"earned", "withheld", "recouped", "payable", "allocated", "due"} <= what
