"""Mending a refused report on its page: typed over, left out, taken back, and nothing typed lost."""

import re
from html import unescape
from typing import Any

import pytest

from royalties.domain.people import Role
from tests.builders.books import HARDCOVER, UNKNOWN, a_row, after, closed
from tests.builders.sent import as_file
from tests.builders.site import BASE, Site, Visitor
from tests.web.finance.sales.test_importing import flashed, record, sent

WAITS = {"isbn": UNKNOWN, "list_price": None, "discount": None, "net": "10.00"}
FAULTY = as_file([a_row(3), {**a_row(2), "units": "six"}, a_row(2, isbn="978"), a_row(4, **WAITS)])


def fields(page: str) -> dict[str, Any]:
    """The fields of the form to mend, as a browser sends them without a change."""
    form = page[page.index('/mend"') :]
    form = form[: form.index("</form>")]
    found = re.findall(r"<input[^>]*>", form)
    named = [
        (re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)) for each in found
    ]
    sent: dict[str, Any] = {}
    for name, value in named:
        if name is not None and name[1] != "csrf_token":
            sent.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    return sent


def field_of(form: dict[str, Any], value: str) -> str:
    """The name of the field that shows a value to be typed over."""
    return next(name for name, values in form.items() if name.endswith("-now") and value in values)


def reason_of(form: dict[str, Any], row: int) -> str:
    place = next(
        name for name, values in form.items() if name.endswith("-row") and str(row) in values
    )
    return place.removesuffix("row") + "reason"


@pytest.fixture
def clerk(site: Site) -> Visitor:
    return site.visitor(Role.CLERK, "Cleo")


def test_report_is_mended_recorded_and_undone(site: Site, clerk: Visitor) -> None:
    address = sent(clerk, FAULTY)
    page = clerk.page(address)
    assert "Mend it here" in page
    form = fields(page)
    form |= {field_of(form, "six"): "6", reason_of(form, 4): "a tote bag"}
    page = flashed(clerk, clerk.post(f"{address}/mend", form))
    assert "2 changes made" in page
    assert "Changed here" in page
    assert "Left out: a tote bag" in page
    assert "Mend it here" not in page
    batch = record(clerk, address)
    page = clerk.page(batch)
    assert "Changed before it was recorded" in page
    assert "a tote bag" in page
    assert "by Cleo" in page or "Cleo" in page
    page = flashed(clerk, clerk.post(f"{batch}/undo"))
    assert "What was changed in its file is kept" in page
    assert "Changed here" in page
    record(clerk, address)
    assert site.office.faults() == {}


def test_refused_change_keeps_what_was_typed(site: Site, clerk: Visitor) -> None:
    address = sent(clerk, FAULTY)
    cora = site.visitor(Role.CLERK, "Cora")
    hers = fields(cora.page(address))
    hers |= {field_of(hers, "six"): "7", field_of(hers, "978"): HARDCOVER}
    form = fields(clerk.page(address))
    form |= {field_of(form, "six"): "6"}
    flashed(clerk, clerk.post(f"{address}/mend", form))
    answer = cora.post(f"{address}/mend", hers)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "Cleo changed units of row 3 to '6' meanwhile (you typed '7')" in page
    assert f'value="{HARDCOVER}"' in page  # what was typed for the other row stays in its field
    assert "Nothing was changed" in page


def test_row_is_left_out_with_a_reason_only(clerk: Visitor) -> None:
    address = sent(clerk, FAULTY)
    form = fields(clerk.page(address))
    row = reason_of(form, 4).split("-")[1]
    answer = clerk.post(f"{address}/mend", {**form, "leave": row})
    assert answer.status_code == 422
    assert "Say why row 4 is left out" in answer.text
    page = flashed(
        clerk, clerk.post(f"{address}/mend", {**form, reason_of(form, 4): "no book", "leave": row})
    )
    assert "1 change made" in page
    page = flashed(clerk, clerk.post(f"{address}/mend", fields(page)))
    assert "Nothing was changed: type over a cell" in page


def test_change_is_taken_back(clerk: Visitor) -> None:
    address = sent(clerk, FAULTY)
    form = fields(clerk.page(address))
    page = flashed(clerk, clerk.post(f"{address}/mend", form | {field_of(form, "six"): "6"}))
    key = re.search(r'name="change" value="([^"]*)"', page)
    assert key is not None
    page = flashed(clerk, clerk.post(f"{address}/take-back", {"change": key[1]}))
    assert "The change is taken back" in page
    assert "Refused, 2 problems" in page
    page = flashed(clerk, clerk.post(f"{address}/take-back", {"change": key[1]}))
    assert "taken back by somebody meanwhile" in page


def test_unmatched_rows_can_be_left_out(clerk: Visitor) -> None:
    address = sent(clerk, as_file([a_row(3), a_row(4, **WAITS)]))
    form = {"identifier": UNKNOWN, "why": "not our book"}
    page = flashed(clerk, clerk.post(f"{address}/leave-out", form))
    assert "1 row left out" in page
    assert "left out: not our book" in page
    assert "Unknown ISBNs" not in page
    assert "no rows wait for" in flashed(clerk, clerk.post(f"{address}/leave-out", form))


def test_values_are_escaped(clerk: Visitor) -> None:
    bad = "<script>alert(1)</script>"
    address = sent(clerk, as_file([{**a_row(2), "units": bad}]))
    form = fields(clerk.page(address))
    page = flashed(clerk, clerk.post(f"{address}/mend", form | {field_of(form, bad): f'"{bad}'}))
    assert "<script>alert" not in page


@after(closed)
def test_mending_needs_a_token_and_a_role(site: Site, clerk: Visitor) -> None:
    address = sent(clerk, FAULTY)
    for path in ("mend", "take-back", "leave-out"):
        answer = clerk.client.post(f"{address}/{path}", base_url=BASE)
        assert answer.status_code == 400
        assert site.visitor(Role.NONPROFIT).post(f"{address}/{path}").status_code == 404
        assert clerk.post(f"/finance/uploads/999/{path}").status_code == 404
