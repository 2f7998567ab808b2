"""Mapping a report by hand, page by page."""

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from royalties.domain.people import Role
from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN
from tests.builders.forms import typed_of
from tests.builders.site import Site, Visitor
from tests.ingest.shelf import BAD
from tests.web.finance.sales.test_importing import flashed, record, send, sent

HEADER = "Produkt;Verkauft am;Stück;Erlös;Vorgang;Geprüft"
JUNE = "\n".join(
    [
        "Rheinbuch GmbH",
        HEADER,
        f"{HARDCOVER};03.06.2025;3;50,25;Verkauf;Ja",
        f"{EBOOK};04.06.2025;-1;-9,10;Remission;Ja",
        f"{EBOOK};05.06.2025;2;8,00;Verkauf;Nein",
        f"{UNKNOWN};30.06.2025;1;7,50;Verkauf;Ja",
        "Ende;;;;;",
        "Seite 1;;;;;",
        "",
    ]
).encode()
JULY = JUNE.replace(b".06.2025", b".07.2025").replace(b"50,25", b"60,75")


def book(sheets: dict[str, list[list[Any]]]) -> bytes:
    """A workbook of some rows in each sheet."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def opened(clerk: Visitor, data: bytes = JUNE, name: str = "rheinbuch.csv") -> str:
    """Send a file that nobody knows and open its mapping page; the upload's address."""
    address = sent(clerk, data, name)
    assert "Map its columns" in clerk.page(address)
    answer = clerk.post(f"{address}/map")
    assert answer.location == f"{address}/mapping"
    return address


def filled(page: str, **more: str) -> dict[str, object]:
    """What a browser sends of the page's form, with some fields changed."""
    return {**typed_of(page, "data-preview"), **more}


def answers(page: str) -> dict[str, object]:
    more = {
        "retailer": "bay",
        "currency": "EUR",
        "decimal": ",",
        "date_order": "dmy",
        "name": "Rheinbuch, monthly",
        "ends": "words",
        "end_words": "Ende",
    }
    form = filled(page, **more)
    form["typed_filters"] = ["0"]
    form |= {"typed_filters-0-how": "only", "typed_filters-0-column": "Geprüft"}
    form["typed_filters-0-values"] = "ja"
    return form


def said(page: str, name: str) -> str:
    """What stands in a field of choices."""
    box = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    assert box is not None, name
    chosen = re.search(r'<option value="([^"]*)" selected', box[0])
    return unescape(chosen[1]) if chosen else ""


def test_columns_are_proposed_with_samples(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{opened(clerk)}/mapping")
    assert re.search(r'name="header_row" value="2"', page)
    columns = {"date": "Verkauft am", "units": "Stück", "net": "Erlös", "kind_column": "Vorgang"}
    assert {name: said(page, name) for name in columns} == columns
    assert "03.06.2025 · 04.06.2025 · 05.06.2025" in page
    assert said(page, "isbn") == "Produkt"


def test_report_is_mapped_recorded_and_recognised_next_month(site: Site) -> None:
    clerk = site.visitor(Role.CLERK, "Cleo")
    address = opened(clerk)
    page = clerk.page(f"{address}/mapping")
    # The words of the kind column are listed with what they mean in their language.
    assert "“Verkauf” means" in page
    assert (said(page, "typed_kinds-0-means"), said(page, "typed_kinds-1-means")) == (
        "sale",
        "return",
    )
    form = answers(page)
    shown = clerk.post(f"{address}/mapping/preview", form)
    assert shown.status_code == 200
    html = shown.get_json()["html"]
    assert "50.25 <abbr>EUR</abbr>" in html
    assert "1 row: Geprüft is not &#39;ja&#39;" in html
    assert "(waits)" in html
    assert site.office.rows("SELECT count(*) FROM revision WHERE kind = 'reports'") == [(0,)]
    told = flashed(clerk, clerk.post(f"{address}/mapping", {**form, "act": "save"}))
    assert "Saved as “Rheinbuch, monthly”" in told
    assert "Rheinbuch, monthly" in told
    record(clerk, address)
    assert site.office.rows("SELECT units FROM sale ORDER BY row") == [(3,), (-1,)]
    page = clerk.page(sent(clerk, JULY, "juli.csv"))
    assert "Ready" in page
    assert "Rheinbuch, monthly" in page
    assert site.office.faults() == {}


def test_preview_with_an_open_question_claims_no_difference_and_leads_to_the_answer(
    site: Site,
) -> None:
    clerk = site.visitor(Role.CLERK)
    rows = [
        f"{EBOOK};{day}.2025;{copies};{copies},00;Verkauf;Ja"
        for day, copies in (("03.06", 2), ("06.06", 3), ("04.06", 4))
    ]
    data = "\n".join([HEADER, *rows, "Summe;;9;9,00;;", ""]).encode()
    address = opened(clerk, data)
    form = filled(clerk.page(f"{address}/mapping"), retailer="bay", currency="EUR")
    form["typed_kinds-0-means"] = "sale"
    html = clerk.post(f"{address}/mapping/preview", form).get_json()["html"]
    assert "The import will ask" in html
    assert 'href="#date_order"' in html
    assert "differs" not in html
    told = {**form, "date_order": "dmy"}
    html = clerk.post(f"{address}/mapping/preview", told).get_json()["html"]
    assert "The import will ask" not in html
    assert "agrees with the sum" in html


def test_first_rows_have_the_letters_and_headings_of_their_columns(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    page = clerk.page(f"{opened(clerk)}/mapping")
    assert '<th scope="col">A <span class="quiet">Produkt</span></th>' in page
    assert '<th scope="col">F <span class="quiet">Geprüft</span></th>' in page


def test_missing_money_is_told_at_its_field(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    form = filled(clerk.page(f"{opened(clerk)}/mapping"), retailer="bay", net="")
    address = f"{site.office.rows('SELECT max(id) FROM upload')[0][0]}"
    html = clerk.post(f"/finance/uploads/{address}/mapping/preview", form).get_json()["html"]
    assert '<a href="#net">Net receipts: must name net receipts' in html


def test_another_row_says_where_the_headings_have_to_be(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = opened(clerk)
    form = filled(clerk.page(f"{address}/mapping"), retailer="bay", header_row="1")
    html = clerk.post(f"{address}/mapping/preview", form).get_json()["html"]
    assert "choose the sheet and the row in which its headings are" in html
    assert "leave the report" not in html
    assert "mapped report" not in html


def test_all_missing_answers_are_reported_at_once(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = opened(clerk)
    form = filled(clerk.page(f"{address}/mapping"), act="save", unread="Geprüft")
    answer = clerk.post(f"{address}/mapping", form)
    assert answer.status_code == 422
    assert "Name is missing: give it a name" in answer.text
    assert "Retailer is missing: name one, or a retailer column" in answer.text
    assert 'value="Geprüft"' in answer.text
    assert site.office.rows("SELECT count(*) FROM revision WHERE kind = 'reports'") == [(0,)]


def test_mapped_reports_are_listed_renamed_ended_and_taken_up_again(site: Site) -> None:
    clerk = site.visitor(Role.CLERK, "Cleo")
    address = opened(clerk)
    form = answers(clerk.page(f"{address}/mapping"))
    form |= {"typed_kinds-0-means": "sale", "typed_kinds-1-means": "return", "act": "save"}
    assert clerk.post(f"{address}/mapping", form).status_code == 303
    page = clerk.page("/finance/retailers")
    assert 'href="/finance/reports/rheinbuch-monthly"' in page
    page = clerk.page("/finance/reports/rheinbuch-monthly")
    for words in (
        "Verkauft am",
        "Remission",
        "in use",
        "by Cleo",
        "at the row that begins with Ende",
    ):
        assert words in page
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision is not None
    new = {"name": "Rhein <b>& Buch", "revision": revision[1]}
    told = flashed(clerk, clerk.post("/finance/reports/rheinbuch-monthly/rename", new))
    assert "Rhein &lt;b&gt;&amp; Buch" in told
    assert clerk.post("/finance/reports/rheinbuch-monthly/rename", new).status_code == 409
    revision = re.search(r'name="revision" value="(\d+)"', told)
    assert revision is not None
    blank = {"name": " ", "revision": revision[1]}
    assert clerk.post("/finance/reports/rheinbuch-monthly/rename", blank).status_code == 422
    told = flashed(
        clerk, clerk.post("/finance/reports/rheinbuch-monthly/end", {"revision": revision[1]})
    )
    assert "No file is recognised as it any more" in told
    assert "Map its columns" in clerk.page(sent(clerk, JULY, "juli.csv"))
    revision = re.search(r'name="revision" value="(\d+)"', told)
    assert revision is not None
    flashed(
        clerk, clerk.post("/finance/reports/rheinbuch-monthly/resume", {"revision": revision[1]})
    )
    history = clerk.page("/finance/reports/rheinbuch-monthly/history")
    assert "Rhein &lt;b&gt;" in history
    assert "Added." in history


def test_all_sheets_with_the_same_headings_are_read(site: Site) -> None:
    """Of one sheet for each country, the second has its headings a row lower."""
    clerk = site.visitor(Role.CLERK)
    rows: list[list[Any]] = [["EAN", "Sold", "Qty", "Net USD"], [HARDCOVER, "2025-05-02", 2, 10]]
    canada: list[list[Any]] = [["Canada"], rows[0], [EBOOK, "2025-05-03", 1, 4]]
    data = book({"USA": rows, "Canada": canada, "Notes": [["By wire"]]})
    address = opened(clerk, data, "may.xlsx")
    page = clerk.page(f"{address}/mapping")
    assert said(page, "sheet") == "USA"
    assert "all with these headings: USA, Canada" in page
    form = filled(page, retailer="bay", name="By country")
    html = clerk.post(f"{address}/mapping/preview", form).get_json()["html"]
    assert "Canada&#39; is not read: Net USD 4.00" in html
    form["sheet"] = "*"
    html = clerk.post(f"{address}/mapping/preview", form).get_json()["html"]
    assert "14.00 <abbr>USD</abbr>" in html, html
    assert "is not read" not in html
    assert clerk.post(f"{address}/mapping", {**form, "act": "save"}).status_code == 303
    record(clerk, address)
    assert site.office.rows("SELECT units FROM sale ORDER BY sheet") == [(2,), (1,)]
    # The next month's sheets are called otherwise; amended, all of them are still read.
    rows[1][1] = canada[2][1] = "2025-06-02"
    june = sent(clerk, book({"United States": rows, "Kanada": canada}), "june.xlsx")
    assert "Ready" in clerk.page(june)
    assert clerk.post(f"{june}/map").location == f"{june}/mapping"
    assert said(clerk.page(f"{june}/mapping"), "sheet") == "*"


def test_nothing_typed_is_lost_after_a_refusal(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = opened(clerk)
    form = answers(clerk.page(f"{address}/mapping")) | {"act": "save", "name": ""}
    form |= {"typed_kinds-0-means": "sale", "units": ""}
    answer = clerk.post(f"{address}/mapping", form)
    assert answer.status_code == 422
    assert "Something is not right yet" in answer.text
    assert said(answer.text, "decimal") == ","
    assert said(answer.text, "typed_filters-0-column") == "Geprüft"
    assert said(answer.text, "typed_kinds-0-means") == "sale"
    assert 'value="Ende"' in answer.text
    form |= {"units": "Stück"}
    answer = clerk.post(f"{address}/mapping", form)
    assert answer.status_code == 422
    assert "give it a name" in answer.text


def test_later_file_with_another_heading_begins_with_the_old_answers(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = opened(clerk)
    form = answers(clerk.page(f"{address}/mapping")) | {"act": "save"}
    form |= {"typed_kinds-0-means": "sale", "typed_kinds-1-means": "return"}
    assert clerk.post(f"{address}/mapping", form).status_code == 303
    renamed = JULY.replace("Erlös".encode(), "Netto-Erlös".encode())
    address = opened(clerk, renamed, "juli.csv")
    page = clerk.page(f"{address}/mapping")
    assert "Nearly a report that is known" in page
    assert said(page, "net") == "Netto-Erlös"
    assert (said(page, "decimal"), said(page, "retailer")) == (",", "bay")
    assert said(page, "typed_kinds-1-means") == "return"
    told = flashed(clerk, clerk.post(f"{address}/mapping", filled(page, act="save")))
    assert "Ready" in told
    rows = site.office.rows("SELECT count(*) FROM revision WHERE kind = 'reports'")
    assert rows == [(2,)]


def test_hostile_cells_are_escaped_in_the_preview(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    evil = "<script>alert(1)</script>"
    headings = [f"{evil}{n}" for n in range(300)]
    cells = ["{{7*7}}", "=cmd|' /C calc'!A0", "%s{0}", "x" * 400, *["1"] * 296]
    data = "\n".join([",".join(headings), ",".join(cells)]).encode()
    page = clerk.page(f"{opened(clerk, data)}/mapping")
    assert evil not in page
    assert "&lt;script&gt;" in page
    assert "49" not in re.findall(r"<td>([^<]*)</td>", page)


@pytest.mark.thorough("hostile values", but_one_in=2)
@pytest.mark.parametrize(
    "data",
    [
        b"1,2,3\n4,5,6\n",
        b"a,b\n" + b'"' + b"x" * 300_000 + b'",1\n',
        b"Title,Units\n" + b"a,1\n" * 5,
        "Ünïcode,\u202eRTL,\u0000\n1,2,3\n".encode(),
    ],
    ids=["no header", "huge cell", "no isbn", "control"],
)
def test_unusual_files_can_be_previewed(site: Site, data: bytes) -> None:
    clerk = site.visitor(Role.CLERK)
    address = opened(clerk, data)
    page = clerk.page(f"{address}/mapping")
    assert "Which column holds what" in page
    form = filled(page, name="Odd", retailer="bay", act="save")
    answer = clerk.post(f"{address}/mapping", form)
    assert answer.status_code in (409, 422)


def test_only_the_desk_maps_reports_and_only_open_ones(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    address = opened(clerk)
    other = site.visitor(Role.NONPROFIT)
    for path in ("mapping", "mapping/preview", "map"):
        assert other.post(f"{address}/{path}").status_code == 404
    clerk.post(f"{address}/remove")
    assert clerk.get(f"{address}/mapping").status_code == 404
    assert send(clerk, JUNE).status_code == 303


@pytest.mark.parametrize("name", ["xlsx-bitflip.xlsx", "xlsx-encrypted.xlsx", "csv-empty.csv"])
def test_file_that_cannot_be_read_is_not_offered_to_be_mapped(site: Site, name: str) -> None:
    clerk = site.visitor(Role.CLERK)
    address = sent(clerk, (BAD / name).read_bytes(), name)
    page = clerk.page(address)
    main = page.partition("<main")[2]
    assert "Map its columns" not in main
    assert "Read it differently" not in main
    assert re.search(r'href="/finance/imports">Send another file<', main)
