"""The sheet in which sales are typed, as a form that needs no script."""

import json
import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from royalties.domain.people import Role
from royalties.services.sales.sheets import FIELDS
from tests.builders.books import ATLAS, EBOOK, HARDCOVER, UNKNOWN, a_setup, after, nothing, spring
from tests.builders.site import Site, Visitor

pytestmark = after(spring)

SHEET = "/finance/entry/"
PHONE = {"key": "publisher-phone", "name": "Phone orders", "channel": "direct"}
ROW = {
    "date": "2025-06-30",
    "isbn": HARDCOVER,
    "kind": "sale",
    "units": "2",
    "currency": "USD",
    "list_price": "85.00",
    "discount": "10",
    "country": "US",
    "order": "T-1",
}


def rows_of(*rows: Mapping[str, str]) -> dict[str, list[str]]:
    """Typed rows as the plain form sends them."""
    return {field: [row.get(field, "") for row in rows] for field in FIELDS}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def form_of(page: str, *rows: Mapping[str, str], do: str = "record") -> dict[str, Any]:
    kept = {name: hidden(page, name) for name in ("retailer", "token", "version")}
    return {**kept, "do": do, **rows_of(*rows)}


def send(visitor: Visitor, *rows: Mapping[str, str], retailer: str = "hub") -> TestResponse:
    page = visitor.page(f"{SHEET}?retailer={retailer}")
    return visitor.post(SHEET, form_of(page, *rows))


def draft(visitor: Visitor, page: str, rows: Sequence[Mapping[str, str]], **more: str) -> Any:
    cells = [[row.get(field, "") for field in FIELDS] for row in rows]
    form = {**form_of(page), **rows_of(), "sheet": json.dumps(cells), **more}
    return visitor.post(f"{SHEET}draft", form)


def test_the_retailer_who_takes_telephone_orders_comes_first(site: Site) -> None:
    shop = {"key": "shop", "name": "A shop", "channel": "direct"}
    site.office.load(a_setup(retailers=[shop, PHONE]))
    page = site.visitor(Role.CLERK).page(SHEET)
    keys = re.findall(r'<option value="([a-z-]+)"', page)
    assert keys[:2] == ["publisher-phone", "shop"]
    assert hidden(page, "retailer") == "publisher-phone"


@after(nothing)
def test_entry_page_without_setup_says_what_to_do(site: Site) -> None:
    page = site.visitor(Role.CLERK).page(SHEET)
    assert "Nothing here yet" in page


def test_a_typed_sheet_is_recorded_and_gives_a_receipt(site: Site) -> None:
    visitor = site.visitor(Role.CLERK, "Kim Typer")
    answer = send(visitor, ROW, {"currency": "USD"})
    assert answer.status_code == 303
    receipt = visitor.page(answer.location)
    assert "153.00" in receipt
    assert "Kim Typer" in receipt
    assert site.office.rows("SELECT units, order_ref FROM sale WHERE batch_id = 2") == [(2, "T-1")]
    assert site.office.faults() == {}


def test_a_second_click_shows_the_same_receipt(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page(f"{SHEET}?retailer=hub")
    first = visitor.post(SHEET, form_of(page, ROW))
    second = visitor.post(SHEET, form_of(page, ROW))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert site.office.rows("SELECT count(*) FROM batch") == [(2,)]


def test_the_back_button_does_not_record_again(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page(f"{SHEET}?retailer=hub")
    visitor.post(SHEET, form_of(page, ROW))
    answer = visitor.post(SHEET, form_of(page, ROW, {**ROW, "isbn": ATLAS}))
    assert answer.status_code == 422
    assert "in another window" in answer.text
    assert ATLAS in answer.text
    assert site.office.rows("SELECT count(*) FROM batch") == [(2,)]
    again = visitor.post(SHEET, form_of(answer.text, {**ROW, "isbn": ATLAS}))
    assert again.status_code == 422  # its days are covered now: to be confirmed
    confirmed = {"confirmed": re.findall(r'name="confirmed" value="(\w+)"', again.text)}
    last = visitor.post(SHEET, form_of(again.text, {**ROW, "isbn": ATLAS}) | confirmed)
    assert last.status_code == 303


def test_wrong_cells_are_marked_and_rows_kept(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    wrong = {**ROW, "units": "<b>two</b>", "isbn": UNKNOWN, "city": "Zürich"}
    before = site.office.hashes("sales_draft")
    answer = send(visitor, ROW, wrong)
    assert answer.status_code == 422
    assert site.office.hashes("sales_draft") == before
    cells = re.findall(r"<input[^>]*aria-invalid[^>]*>", answer.text)
    assert [re.findall(r'id="(c-[^"]*)"', cell)[0] for cell in cells] == ["c-1-isbn", "c-1-units"]
    for cell in cells:
        (why,) = re.findall(r'aria-describedby="([^"]*)"', cell)
        assert f'id="{why}"' in answer.text
    assert 'href="#c-1-units"' in answer.text
    assert "<b>two</b>" not in answer.text
    assert "Zürich" in answer.text
    assert "<title>Error: Enter sales" in answer.text


def test_warnings_must_be_ticked(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    first = send(visitor, ROW, ROW)
    assert first.status_code == 422
    keys = re.findall(r'name="confirmed" value="(\w+)"', first.text)
    assert len(keys) == 1
    form = form_of(first.text, ROW, ROW)
    assert visitor.post(SHEET, form).status_code == 422
    assert visitor.post(SHEET, form | {"confirmed": keys}).status_code == 303


def test_undo_on_the_imports_page_fills_the_sheet_again(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    number = send(visitor, ROW).location.rpartition("/")[2]
    answer = visitor.post(f"/finance/imports/{number}/undo")
    assert answer.status_code == 303
    page = visitor.page(answer.location)
    assert "Its rows are in the sheet again" in page
    assert f'value="{HARDCOVER}"' in page


def test_undone_rows_are_in_the_sheet_again(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    receipt = send(visitor, ROW).location
    answer = visitor.post(f"{receipt}/undo")
    assert answer.status_code == 303
    assert f'value="{HARDCOVER}"' in visitor.page(answer.location)
    assert "Undone" in visitor.page(receipt)
    assert visitor.post(f"{receipt}/undo").status_code == 409


def test_rows_are_added_and_kept_without_a_script(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page(f"{SHEET}?retailer=hub")
    assert page.count('name="isbn"') == 10
    blank = {"currency": "USD"}
    answer = visitor.post(SHEET, form_of(page, ROW, *[blank] * 9, do="more"))
    page = visitor.page(answer.location)
    assert page.count('name="isbn"') == 20
    assert f'value="{HARDCOVER}"' in page
    answer = visitor.post(SHEET, form_of(page, ROW, {**ROW, "isbn": ATLAS}, do="keep"))
    assert f'value="{ATLAS}"' in visitor.page(answer.location)
    assert "(2 rows not recorded)" in visitor.page(SHEET)
    visitor.post(SHEET, form_of(page, do="clear"))
    assert HARDCOVER not in visitor.page(f"{SHEET}?retailer=hub")


def test_the_page_keeps_a_draft_while_one_types(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page(f"{SHEET}?retailer=hub")
    first = draft(visitor, page, [ROW])
    assert first.status_code == 200
    again = draft(visitor, page, [ROW, ROW])
    assert again.status_code == 409  # another window, as far as the server can tell
    kept = {"version": str(first.json["version"]), "token": first.json["token"]}
    assert draft(visitor, page, [ROW, ROW], **kept).status_code == 200
    assert draft(visitor, page, [ROW], force="yes").status_code == 200
    assert visitor.page(f"{SHEET}?retailer=hub").count(HARDCOVER) == 1


@pytest.mark.parametrize("sheet", ["{", "[1]", "[[1]]", '{"a": 1}', '[["a"]]'])
def test_a_sheet_that_no_page_sends_is_refused(site: Site, sheet: str) -> None:
    visitor = site.visitor(Role.CLERK)
    page = visitor.page(f"{SHEET}?retailer=hub")
    for path in (SHEET, f"{SHEET}draft"):
        answer = visitor.post(path, form_of(page) | {"sheet": sheet})
        assert answer.status_code in {400, 409, 422}


def test_books_are_found_by_number_and_title(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)

    def found(query: str) -> list[str]:
        answer = visitor.get(f"{SHEET}books?{query}")
        assert answer.json is not None
        return [each["isbn"] for each in answer.json["editions"]]

    assert found("q=coll") == [EBOOK, HARDCOVER]
    assert found("q=collab+hard") == [HARDCOVER]
    assert found("q=978-1-4422-0001") == [HARDCOVER]
    assert found("q=b0xmpl") == [EBOOK]
    assert found("q=zzz") == []
    assert found("q=") == []
    assert found(f"isbn={ATLAS}&isbn={UNKNOWN}&isbn={EBOOK}") == [ATLAS, EBOOK]
    answer = visitor.get(f"{SHEET}books?isbn={HARDCOVER}").json
    assert answer is not None
    assert answer["editions"][0]["prices"] == [
        ["USD", "2015-07-01", "80.00"],
        ["USD", "2025-04-01", "85.00"],
    ]


def test_another_numbers_are_read_as_its_reader_writes_them(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    site.office.execute("UPDATE person SET locale = 'de_DE'")
    row = {**ROW, "date": "03.04.2025", "list_price": "575,25", "discount": "", "net": "1.150,50"}
    assert send(visitor, row).status_code == 303
    found = site.office.rows("SELECT day, net FROM sale WHERE batch_id = 2")
    assert found == [("2025-04-03", 1_150_500_000)]


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{SHEET}?retailer=nobody", 404),
        (f"{SHEET}recorded/1", 404),
        (f"{SHEET}recorded/99", 404),
        (f"{SHEET}recorded/9223372036854775808", 404),
        (f"{SHEET}?rows=99999999999", 200),
        (f"{SHEET}?rows=x", 200),
    ],
)
def test_entry_pages_survive_odd_addresses(site: Site, path: str, status: int) -> None:
    assert site.visitor(Role.CLERK).get(path).status_code == status


@pytest.mark.thorough("addresses that the walk tries too", but_one_in=3)
@pytest.mark.parametrize("role", [Role.NONPROFIT, Role.ORGANIZATION])
@pytest.mark.parametrize("path", ["", "books?q=collab", "recorded/1"])
def test_entry_is_not_found_outside_the_desk(site: Site, role: Role, path: str) -> None:
    visitor = site.visitor(role)
    assert visitor.get(SHEET + path).status_code == 404
    assert visitor.post(SHEET, rows_of(ROW)).status_code == 404
    assert visitor.post(f"{SHEET}draft", rows_of(ROW)).status_code == 404


def test_fresh_token_is_given_to_own_pages_with_its_owner(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    found: Any = visitor.get(f"{SHEET}token").json
    assert found["person"] == hidden(visitor.page(f"{SHEET}?retailer=hub"), "person")
    assert found["csrf"]
    for where in ("cross-site", "same-site", "none"):
        answer = visitor.get(f"{SHEET}token", headers={"Sec-Fetch-Site": where})
        assert answer.status_code == 404
    assert site.stranger().get(f"{SHEET}token").status_code == 302


def test_sheet_can_be_recorded_only_by_its_author(site: Site) -> None:
    page = site.visitor(Role.CLERK).page(f"{SHEET}?retailer=hub")
    form = form_of(page, ROW) | {"person": hidden(page, "person")}
    other = site.visitor(Role.CLERK)
    before = site.office.hashes("session")
    for path in (SHEET, f"{SHEET}draft"):
        answer = other.post(path, form)
        assert answer.status_code in {409, 422}
        assert "somebody else typed this sheet" in answer.text
    assert site.office.hashes("session") == before
