"""What is brought into the books, in the browser: listed, filled in as a table, and by hand."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from royalties.domain.people import Actor, Role
from royalties.ingest.uploads.filled_apart import read_filled_apart
from royalties.ingest.uploads.filled_table import FilledRow, FilledTableError
from royalties.services.books import setup_in_force
from royalties.services.terms import filled_tables
from royalties.services.terms.openings import openings
from royalties.store.work import write_setting
from tests.builders.books import HARDCOVER, Office, after, closed, opened
from tests.builders.forms import typed_of
from tests.builders.site import Site, Visitor

pytestmark = after(opened)

CLERK = Actor("Carla", Role.CLERK)


def template(visitor: Visitor) -> list[dict[str, str]]:
    """The table to fill in."""
    data = visitor.get("/finance/openings/template.csv").get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data)))


def send(visitor: Visitor, rows: list[dict[str, str]], name: str = "openings.csv") -> TestResponse:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    data = io.BytesIO(out.getvalue().encode())
    return visitor.post("/finance/openings", {"file": (data, name)})


def hidden(page: str) -> dict[str, str]:
    form = page.partition('action="/finance/openings/save"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(file|name|seen|confirmed)" value="([^"]+)"', form))


@pytest.mark.parametrize("page", ["/finance/openings", "/finance/periods/2025-H1/parallel"])
def test_table_is_read_while_nobody_waits_for_the_database(
    site: Site, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    """Whatever a file does to its reader, a colleague signs in meanwhile; it does not stay."""
    read: list[Path] = []

    def slow(path: Path, *_: object) -> list[FilledRow]:
        with site.office.system.work(CLERK, lock_seconds=0.1) as other:
            write_setting(other.connection, "meanwhile", 1, other.at, "Carla")
        read.append(path)
        raise FilledTableError("it took too long")

    monkeypatch.setattr(filled_tables, "read_filled_apart", slow)
    visitor = site.visitor(Role.MANAGER)
    answer = visitor.post(page, {"file": (io.BytesIO(b"what,of,item\n"), "openings.csv")})
    assert (answer.status_code, "it took too long" in answer.text) == (422, True)
    assert [each.exists() for each in read] == [False]


def test_table_is_read_again_before_it_is_saved_while_nobody_waits(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.visitor(Role.MANAGER)
    page = send(visitor, filled(visitor))
    read = read_filled_apart

    def slow(path: Path, *of: Any) -> list[FilledRow]:
        with site.office.system.work(CLERK, lock_seconds=0.1) as other:
            write_setting(other.connection, "meanwhile", 1, other.at, "Carla")
        return read(path, *of)

    monkeypatch.setattr(filled_tables, "read_filled_apart", slow)
    saved = visitor.post("/finance/openings/save", hidden(page.text))
    assert (saved.status_code, saved.location) == (303, "/finance/approvals")


def test_reading_tables_is_limited_by_a_budget(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled_tables, "read_filled_apart", lambda *_: [])
    visitor = site.visitor(Role.MANAGER)
    answers = [
        visitor.post("/finance/openings", {"file": (io.BytesIO(b"x"), "openings.csv")})
        for _ in range(21)
    ]
    assert [each.status_code for each in answers] == [*[200] * 20, 429]
    assert "more files were sent within a minute" in answers[-1].text.lower()


FILLED = {
    ("counter", "hardcover"): {"copies": "4,200"},
    ("reserve", "2024-H2"): {"amount": "1,080.50"},
    ("cap used", "start"): {"amount": "25"},
    ("undistributed", ""): {"amount": "3.20"},
    ("edition to date", HARDCOVER): {"copies": "4200", "amount": "31000"},
    ("advance recouped", "2024-05-01"): {"amount": "20"},
}


def filled(visitor: Visitor) -> list[dict[str, str]]:
    rows = template(visitor)
    for row in rows:
        if row["of"] == "foot-2015":
            row.update(FILLED.get((row["what"], row["item"]), {}))
    more = {"what": "adjustment", "of": "tacoma", "currency": "USD", "amount": "-2.00"}
    return [*rows, dict.fromkeys(rows[0], "") | more | {"reason": "Overpaid in 2024-H2"}]


def test_filled_in_table_is_previewed_then_saved(site: Site) -> None:
    visitor = site.visitor(Role.ADMINISTRATOR)
    site.office.execute("UPDATE setting SET value = 'false' WHERE name = 'two_people'")
    page = send(visitor, filled(visitor))
    assert page.status_code == 200, page.text
    assert "Nothing is saved yet" in page.text
    assert "Contract Kim Foote: The Collab" in page.text
    assert "<ins>4,200</ins>" in page.text
    assert "amount 1,080.50" in page.text
    with site.office.work(read_only=True) as work:
        assert not setup_in_force(work).contracts["foot-2015"].brought_in
    saved = visitor.post("/finance/openings/save", hidden(page.text))
    assert saved.status_code == 303, saved.text
    if "approvals" in (saved.location or ""):
        number = re.search(r"/finance/approvals/(\d+)", visitor.page("/finance/approvals"))
        assert number is not None
        other = site.visitor(Role.MANAGER)
        assert other.post(f"/finance/approvals/{number[1]}/approve").status_code == 303
    with site.office.work(read_only=True) as work:
        found = setup_in_force(work)
    contract = found.contracts["foot-2015"]
    assert contract.brought_in.undistributed == 320
    assert [(each.withheld_in, each.amount) for each in contract.brought_in.reserves] == [
        ("2024-H2", 108_050)
    ]
    assert [(each.name, each.amount) for each in contract.brought_in.caps] == [("start", 2500)]
    assert contract.rules[0].counter.opening == 4200
    assert contract.advances[0].recouped == 2000
    assert [each.reason for each in found.beneficiaries["tacoma"].brought_in] == [
        "Overpaid in 2024-H2"
    ]
    listed = visitor.page("/finance/openings")
    assert "1,080.50" in listed
    assert re.search(r"of [\d,]+\.\d\d USD paid on \w+ \d", listed)
    assert re.search(r"at most [\d,]+\.\d\d USD", listed)
    assert "Overpaid in 2024-H2" in listed
    again = send(visitor, template(visitor))
    assert "there is nothing to save" in again.text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"what": "present"}, "is none of counter"),
        ({"what": "reserve", "of": "nobody", "amount": "1"}, "is no contract of the books"),
        ({"what": "reserve", "of": "foot-2015", "amount": "one"}, "is no amount in USD"),
        ({"what": "reserve", "of": "foot-2015", "amount": "1"}, "is missing: write the period"),
        ({"what": "cap used", "of": "foot-2015", "item": "x", "amount": "1"}, "there are start"),
        (
            {"what": "counter", "of": "foot-2015", "item": "x", "copies": "1"},
            "it has hardcover",
        ),
        (
            {"what": "edition to date", "of": "foot-2015", "item": "1", "copies": "1"},
            "is no edition of this contract",
        ),
        ({"what": "adjustment", "of": "tacoma", "amount": "1"}, "say what the adjustment mends"),
        (
            {"what": "debit balance", "of": "hand-2020", "currency": "USD", "amount": "1"},
            "is not the contract’s, GBP",
        ),
    ],
)
def test_faults_are_reported_with_their_rows_and_nothing_is_saved(
    site: Site, row: dict[str, str], said: str
) -> None:
    visitor = site.visitor(Role.MANAGER)
    blank = dict.fromkeys(template(visitor)[0], "")
    answer = send(visitor, [blank | row])
    assert answer.status_code == 422
    assert said in answer.text
    assert "row 2" in answer.text


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04rest", b"%PDF-1.7", b"a,b\n1,2\n", b"\xff\xfe\x00", b"{" * 10_000]
)
def test_submitting_without_a_table_is_refused(site: Site, data: bytes) -> None:
    answer = site.visitor(Role.MANAGER).post(
        "/finance/openings", {"file": (io.BytesIO(data), "../../x<script>.csv")}
    )
    assert answer.status_code == 422
    assert "nothing was saved" in answer.text


def test_the_template_opens_in_excel_with_a_row_for_whatever_could_be(site: Site) -> None:
    data = site.visitor(Role.CLERK).get("/finance/openings/template.xlsx").get_data()
    rows = list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    what = {row[0] for row in rows}
    assert {"counter", "reserve", "cap used", "undistributed", "balance"} <= what
    sent = site.visitor(Role.MANAGER).post(
        "/finance/openings", {"file": (io.BytesIO(data), "openings.xlsx")}
    )
    assert "there is nothing to save" in sent.text


def test_reserves_caps_and_editions_are_entered_with_the_contract(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    form = typed_of(visitor.page("/finance/contracts/foot-2015/amend"), "data-rows-form")
    form.pop("csrf_token", None)
    fields = {
        "undistributed": "3.20",
        "reserves": "a",
        "reserves-a-withheld_in": "2024-H2",
        "reserves-a-amount": "80.00",
        "caps": "a",
        "caps-a-cap": "start",
        "caps-a-used": "25.00",
        "editions_to_date": "a",
        "editions_to_date-a-isbn": HARDCOVER,
        "editions_to_date-a-units": "4200",
        "editions_to_date-a-earned": "31000.00",
    }
    wrong = visitor.post(
        "/finance/contracts/foot-2015/amend", form | fields | {"reserves-a-withheld_in": "2025-H2"}
    )
    assert wrong.status_code == 422
    assert "is not before 2025-H1" in wrong.text
    assert 'value="31000.00"' in wrong.text, "what was typed is kept"
    saved = visitor.post("/finance/contracts/foot-2015/amend", form | fields)
    assert saved.status_code == 303, saved.text
    number = re.search(r"/finance/approvals/(\d+)", visitor.page("/finance/approvals"))
    assert number is not None
    told = visitor.page(f"/finance/approvals/{number[1]}")
    assert "brought into the books" in told
    assert "80.00" in told


@after(closed)
def test_openings_page_marks_what_closed_periods_carry(site: Site) -> None:
    listed = site.visitor(Role.MANAGER).page("/finance/openings")
    assert "carried by closed periods" in listed


def test_verb_lists_all_brought_in_figures(office: Office) -> None:
    with office.work(read_only=True) as work:
        given = [each.what.value for each in openings(work).given]
    assert given == ["counter", "advance recouped", "debit balance", "balance"]
