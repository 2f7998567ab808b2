"""The parallel run in the browser: totals sent, a planted cent found, explained, signed off."""

import csv
import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from royalties.domain.people import Role
from royalties.domain.royalties.parallel import DifferenceCause
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
