"""What the desk's search finds: names, numbers, amounts, references; and who finds it."""

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.desk.search import search
from royalties.services.desk.searched_amounts import searched_amount
from royalties.services.orders.billing import invoicing
from tests.builders.books import HARDCOVER, UNKNOWN, a_row, after, closed, nothing, opened
from tests.builders.orders import ACCEPTED, UNPAID, order_of, orders_underway
from tests.builders.shipped import paid, token
from tests.builders.site import Site, Visitor

FOUND = {
    "collab": ["/finance/titles/collab"],
    "978-1-4422-0001": ["/finance/titles/collab"],
    "B0XMPL": ["/finance/titles/collab"],
    "kim foote": ["/finance/titles/collab", "/finance/contracts/hand-2020"],
    "book h": ["/finance/retailers/hub"],
    "tacoma r": ["/finance/beneficiaries/tacoma"],
    "halve": ["/finance/plans/halves"],
    "2025-h1-00": ["/finance/statements/2025-H1-001", "/finance/statements/2025-H1-004"],
    "autumn": ["/finance/imports/2"],
}


@after(closed)
def test_search_finds_entries_by_name_and_number(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    for text, links in FOUND.items():
        answer = visitor.get("/finance/search", query_string={"q": text})
        if answer.location:
            assert links == [answer.location], text
        for link in [] if answer.location else links:
            assert f'href="{link}"' in answer.text, text


EXACT = {
    "2025-h1-004": "/finance/statements/2025-H1-004",
    HARDCOVER: "/finance/titles/collab",
    "978-1-4422-0001-2": "/finance/titles/collab",
    "1442200014": "/finance/titles/collab",
    "b0xmpl6928": "/finance/titles/collab",
    "foot-2015": "/finance/contracts/foot-2015",
    "spring.csv": "/finance/imports/1",
    "2": "/finance/imports/2",
    "1442200015": None,
    "foot": None,
}


@after(closed)
def test_search_for_an_exact_name_opens_it(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    for text, address in EXACT.items():
        answer = visitor.get("/finance/search", query_string={"q": text})
        assert answer.location == address, text


@after(closed)
def test_search_finds_people_for_those_who_may_see_them(site: Site) -> None:
    other = site.somebody(Role.CLERK, "Robin Goodfellow")
    path = "/finance/search?q=goodfel"
    assert f'href="/finance/people/{other.person}"' in site.visitor(Role.MANAGER).page(path)
    assert "Goodfellow" not in site.visitor(Role.CLERK).page(path)


@after(closed)
def test_search_survives_any_text(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    for text in ("", "%", "_", "\\", "' OR 1=1 --", "<b>", "x" * 5000, "🙂", "٣", "%%", "__"):
        page = visitor.get("/finance/search", query_string={"q": text})
        assert page.status_code == 200
        assert "<b>" not in page.text
        assert "/finance/imports/1" not in page.text, text


@after(nothing)
def test_search_in_empty_books_finds_nothing(site: Site) -> None:
    assert "Nothing found" in site.visitor(Role.CLERK).page("/finance/search?q=anything")


@after(orders_underway)
def test_an_order_is_found_by_its_number_its_organization_and_its_purchase_order(
    site: Site,
) -> None:
    clerk = site.visitor(Role.CLERK)
    assert clerk.get(f"/finance/search?q={ACCEPTED}").location == f"/finance/orders/{ACCEPTED}"
    assert clerk.get("/finance/search?q=Guild+Society").location == "/finance/organizations/guild"
    found = clerk.page("/finance/search?q=uild+soc")
    assert f"/finance/orders/{ACCEPTED}" in found
    assert f"/finance/orders/{UNPAID}" not in found, "the league's"
    page = clerk.page("/finance/search?q=PO-7")
    assert f"/finance/orders/{ACCEPTED}" in page
    assert "Guild Society, The Collab, purchase order PO-7" in page
    with site.office.work() as work:
        version = order_of(site.office, UNPAID).version
        issued = invoicing.invoice_deposit(work, UNPAID, version=version, token=token())
    answer = clerk.get(f"/finance/search?q={issued.row.number.lower()}")
    assert answer.location == f"/finance/invoices/{issued.row.number}"
    nonprofit = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    assert nonprofit.get("/finance/search?q=PO-7").status_code == 404


# Amounts


def minors(text: str, currency: str) -> list[int]:
    """What a text is in minor units of a currency."""
    return [minor for currencies, minor in searched_amount(text) if currency in currencies]


@pytest.mark.parametrize(
    ("text", "usd", "jpy"),
    [
        ("353.90", [35390], []),
        ("353,9", [35390], []),
        ("1,415.60", [141560], []),
        ("1.415,60", [141560], []),
        ("1 415,60", [141560], []),
        ("$353.90", [35390], []),
        ("353.90 USD", [35390], []),
        ("usd 353.90", [35390], []),
        ("-353.90", [35390], []),
        ("(353.90)", [35390], []),
        ("353", [35300], [353]),
        ("1,415", [141500], [1415]),
        (".90", [90], []),
        ("¥353", [], [353]),
        ("£353.90", [], []),
        ("353.905", [35390500], [353905]),
        ("353.9051", [], []),
        ("0.00", [], []),
        ("353.90 %", [], []),
        ("99999999999999999999", [], []),
        ("O-2026-0001", [], []),
        ("2025-H1", [], []),
        ("", [], []),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, usd: list[int], jpy: list[int]) -> None:
    assert (minors(text, "USD"), minors(text, "JPY")) == (usd, jpy)


def found(visitor: Visitor, text: str) -> str:
    answer = visitor.get("/finance/search", query_string={"q": text})
    assert answer.status_code == 200, (text, answer.location)
    return answer.text


def section(page: str, kind: str) -> str:
    """What a page lists of a kind."""
    return page.partition(f'id="found-{kind}"')[2].partition("</section>")[0]


@after(closed)
def test_statements_contracts_and_entries_are_found_by_their_amounts(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for text in ("154.78", "$154.78", "154.78 usd", "154,78", "(154.78)"):
        statements = section(found(clerk, text), "statement")
        assert "/finance/statements/2025-H1-006" in statements, text
        assert "2025-H1-001" not in statements
        assert "to pay" in statements
        assert "154.78 <abbr>USD" in statements
    assert "allocated <" in section(found(clerk, "147.01"), "statement")
    earned = section(found(clerk, "341.23"), "contract-period")
    assert 'href="/finance/periods/2025-H1/contracts/foot-2015"' in earned
    assert "earned <" in earned
    assert "first half of 2025" in earned
    assert "withheld <" in section(found(clerk, "52.54"), "contract-period")
    page = found(clerk, "341.23")
    assert 'href="/finance/ledger/entries/2"' in section(page, "entry")
    assert "foot-2015" not in section(page, "entry").replace("contracts/foot-2015", "")
    assert "Nothing found" in found(clerk, "154.78 GBP")
    assert "Nothing found" in found(clerk, "154.79")


@after(closed)
def test_searching_for_an_amount_asks_few_queries(site: Site) -> None:
    manager = site.visitor(Role.MANAGER)
    manager.page("/finance/")
    by_name = site.office.statements_of(lambda _: found(manager, "example"))
    by_amount = site.office.statements_of(lambda _: found(manager, "341.23"))
    for asked in (by_name, by_amount):
        assert len([each for each in asked if each != "COMMIT"]) <= 15


@after(paid)
def test_orders_invoices_and_receipts_are_found_by_amount_reference_and_parcel(site: Site) -> None:
    office, clerk = site.office, site.visitor(Role.CLERK)
    [(total,)] = office.rows("SELECT total FROM quote")
    text = f"{total // 100:,}.{total % 100:02}"
    orders = section(found(clerk, text), "order")
    assert "/finance/orders/O-2026-0001" in orders
    assert f'total <span class="nowrap">{text}' in orders
    bills = section(found(clerk, "561.00"), "invoice")
    assert "/finance/invoices/I-000002" in bills, "a credit note, whatever its sign"
    came = section(found(clerk, "5,000.00"), "receipt")
    assert "/finance/invoices/I-000001" in came
    assert "received <" in came
    assert "wire 17" in section(found(clerk, "WIRE"), "receipt")
    for parcel in ("1Z 999", "1z999"):
        answer = clerk.get("/finance/search", query_string={"q": parcel})
        assert (answer.location or answer.text).count("/finance/orders/O-2026-0001") == 1, parcel
    assert "parcel 1Z 999" in found(clerk, "1z999")


@after(opened)
def test_sales_are_found_by_their_reference_and_order(site: Site) -> None:
    office, clerk = site.office, site.visitor(Role.CLERK)
    rows = [
        a_row(2, reference="EB-4711", date="2025-03-01"),
        a_row(1, reference="EB-4711", date="2025-03-04"),
        a_row(1, reference="EB-4712"),
        a_row(5, order="O-2019-0007"),
    ]
    office.bring_batch(rows, "spring.csv")
    sales = section(found(clerk, "eb-4711"), "sale")
    assert 'href="/finance/sales/?reference=EB-4711&amp;period=all"' in sales
    assert "2 lines" in sales
    page = clerk.page("/finance/sales/?reference=EB-4711&period=all")
    assert "2 lines of 2" in page or "2 of 2" in page or page.count('class="day"') == 2
    assert "O-2019-0007" in section(found(clerk, "O-2019-0007"), "sale")
    assert "Nothing found" in found(clerk, "EB-47")
    csv = clerk.get("/finance/sales/sales.csv?reference=EB-4712&period=all").text
    assert csv.count("EB-471") == 1


@after(opened)
def test_unmatched_rows_are_found_by_their_reference(site: Site) -> None:
    office, clerk = site.office, site.visitor(Role.CLERK)
    rows = [
        a_row(2, isbn=UNKNOWN, reference="EB-4711", date="2025-03-01"),
        a_row(1, isbn=UNKNOWN, reference="EB-4711", date="2025-03-04"),
        a_row(5, isbn=UNKNOWN, order="O-2019-0007"),
        a_row(1, reference="EB-4711"),
    ]
    number = office.bring_batch(rows, "spring.csv")
    waits = section(found(clerk, "eb-4711"), "waiting")
    assert f'href="/finance/waiting?match={UNKNOWN}"' in waits
    assert "2 lines" in waits
    assert "waits for the edition of" in waits
    assert "O-2019-0007" in section(found(clerk, "O-2019-0007"), "waiting")
    assert "found-sale" in found(clerk, "EB-4711"), "the one that was recorded"
    office.undo(number)
    assert "Nothing found" in found(clerk, "EB-4711")


@after(paid)
def test_search_is_not_found_outside_the_desk(site: Site) -> None:
    nonprofit = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    assert nonprofit.get("/finance/search?q=1Z999").status_code == 404
    outsiders = (
        Actor("Sam", Role.NONPROFIT, 1, frozenset({"seattle"})),
        Actor("Olga", Role.ORGANIZATION, 2, organizations=frozenset({"guild"})),
    )
    for outsider in outsiders:
        with (
            site.office.system.work(outsider, read_only=True) as work,
            pytest.raises(NotAllowedError),
        ):
            search(work, "5,000.00")
