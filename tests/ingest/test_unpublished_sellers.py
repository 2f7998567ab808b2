"""Sellers whose layouts nobody publishes: the mapping page proposes each of their columns.

What stands here is invented, after what the sellers' help says that a report holds.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest.kind_words import usual_kind
from royalties.ingest.proposing import propose, returns_by_kind, samples
from royalties.ingest.report.cells import Cell
from royalties.ingest.report.sheet_previews import preview_of

ISBN = "9780306406157"


@dataclass(frozen=True)
class Heading:
    """A column: what it holds (empty: nothing of ours), what it may be called, and a value."""

    field: str
    names: tuple[str, ...]
    value: Cell


SELLERS: dict[str, tuple[Heading, ...]] = {
    # Lulu's help (2018, 2024): date, title, format, channel, region, quantity, currency, revenue.
    "Lulu": (
        Heading("date", ("Sales Date", "Sale Date", "Date Sold", "Date"), "2025-07-03"),
        Heading("isbn", ("ISBN", "ISBN-13", "ISBN / Project ID"), ISBN),
        Heading("", ("Project ID", "Lulu ID"), "15wqjr"),
        Heading("title", ("Title", "Project Title", "Project"), "Collaborating"),
        Heading("", ("Format", "Product Type", "Binding"), "Paperback"),
        Heading("retailer", ("Distribution Channel", "Sales Channel", "Channel"), "Amazon"),
        Heading("", ("Author", "Contributor", "Payee"), "A. Author"),
        Heading("country", ("Country", "Ship Country", "Country of Sale"), "US"),
        Heading("units", ("Quantity", "Qty", "Units Sold", "Quantity Sold"), 2),
        Heading("list_price", ("List Price", "Retail Price", "Price"), "24.00"),
        Heading("", ("Print Cost", "Manufacturing Cost"), "6.10"),
        Heading("currency", ("Currency", "Revenue Currency", "Payment Currency"), "USD"),
        Heading(
            "net",
            ("Creator Revenue", "Estimated Revenue", "Your Revenue", "Revenue", "Author Revenue"),
            "14.32",
        ),
    ),
    # Bookshop.org: orders of an affiliate's or a publisher's own shop, with a commission on each.
    "Bookshop.org": (
        Heading("reference", ("Order Number", "Order ID", "Order"), "R123456789"),
        Heading("date", ("Order Date", "Order Completed At", "Completed Date", "Date"), "7/3/2025"),
        Heading("isbn", ("ISBN", "EAN", "SKU"), ISBN),
        Heading("title", ("Title", "Product Title", "Book Title"), "Collaborating"),
        Heading("units", ("Quantity", "Qty", "Units"), 1),
        Heading("list_price", ("List Price", "Price", "Unit Price"), "24.00"),
        Heading("", ("Discount Code", "Commission Rate"), "10%"),
        Heading(
            "net",
            ("Commission", "Commission Amount", "Affiliate Commission", "Your Commission",
             "Commission Earned"),
            "2.40",
        ),
        Heading("region", ("State", "Ship State", "Shipping State"), "WA"),
    ),
    # Gardners: a British wholesaler's sales of a publisher's books, at a discount off the RRP.
    "Gardners": (
        Heading("isbn", ("ISBN", "ISBN13", "EAN"), ISBN),
        Heading("title", ("Title", "Title Description", "Description"), "Collaborating"),
        Heading("", ("Author", "Publisher", "Imprint"), "A. Author"),
        Heading("", ("Publication Date", "Pub Date"), "01/02/2024"),
        Heading(
            "date", ("Invoice Date", "Sales Date", "Transaction Date", "Date of Sale"), "03/07/2025"
        ),
        Heading("reference", ("Invoice No", "Invoice Number", "Document No", "Invoice"), "INV-1"),
        Heading("units", ("Qty", "Quantity", "Sales Qty", "Qty Sold", "Invoiced Qty"), 3),
        Heading("list_price", ("RRP", "RRP (GBP)", "Retail Price", "Publisher Price"), "18.00"),
        Heading("discount", ("Discount %", "Discount", "Disc %", "Trade Discount"), "45.0"),
        Heading(
            "net",
            ("Net Value", "Net Amount", "Nett Value", "Nett", "Total Net", "Line Value"),
            "29.70",
        ),
        Heading("country", ("Country", "Territory", "Ship Country"), "GB"),
    ),
    # Baker & Taylor: an American library wholesaler's sales and returns, at a discount.
    "Baker & Taylor": (
        Heading("isbn", ("ISBN", "ISBN-13", "ISBN/EAN", "BT Key / ISBN"), ISBN),
        Heading("title", ("Title", "Product Title", "Short Title"), "Collaborating"),
        Heading("", ("Author", "Format", "Binding"), "Hardcover"),
        Heading("date", ("Sales Month", "Invoice Date", "Period", "Ship Date"), "07/03/2025"),
        Heading("reference", ("PO Number", "Invoice Number", "Invoice No"), "PO-77"),
        Heading("kind", ("Transaction Type", "Type", "Sale Type", "Trans Type"), "Sale"),
        Heading("units", ("Units", "Units Sold", "Net Units", "Quantity", "Qty Shipped"), 4),
        Heading("list_price", ("List Price", "List", "Retail Price"), "24.00"),
        Heading("discount", ("Discount", "Discount %", "Discount Percent"), "40"),
        Heading(
            "net",
            ("Net Sales", "Net Amount", "Extended Net", "Net Dollars", "Net Sales $",
             "Extended Amount"),
            "57.60",
        ),
    ),
}  # fmt: skip
HABITS = (str, str.upper, str.lower, lambda name: f"{name}*", lambda name: f" {name}  ",
          lambda name: name.replace(" ", "_"))  # fmt: skip


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[list[Cell]], dict[str, str]]:
    """A seller's file as it might be, and the heading of each field."""
    own = SELLERS[draw(st.sampled_from(sorted(SELLERS)))]
    habit = draw(st.sampled_from(HABITS))
    named = [(each, draw(st.sampled_from(each.names))) for each in own]
    columns = [(each, habit(name)) for each, name in named]
    columns = draw(st.permutations(columns))
    rows: list[list[Cell]] = [[name for _, name in columns]]
    rows += [[each.value for each, _ in columns] for _ in range(3)]
    above: list[list[Cell]] = draw(st.sampled_from([[], [["Sales report"], []]]))
    wanted = {each.field: " ".join(name.split()) for each, name in columns if each.field}
    return [*above, *rows], wanted


@given(layouts())
def test_every_column_is_proposed_and_no_other(
    layout: tuple[list[list[Cell]], dict[str, str]],
) -> None:
    rows, wanted = layout
    assert propose([preview_of("", rows)]).columns == {
        field: wanted[field] for field in sorted(wanted, key=list(wanted).index)
    }


DAYS: tuple[Cell, ...] = ("03.11.2025", "3/11/25", "2025-11-03", "mayo 2025", "2025年5月", "Nov-25")


@given(
    st.sampled_from(DAYS),
    st.sampled_from(["DKK", "usd", " EUR "]),
    st.lists(
        st.sampled_from(["Salgsdag", "Når", "Kol 7", "Zzz"]), min_size=2, max_size=2, unique=True
    ),
    st.booleans(),
)
def test_date_and_currency_are_proposed_by_their_values_under_any_heading(
    day: Cell, currency: str, names: list[str], with_total: bool
) -> None:
    rows: list[list[Cell]] = [["Varenr", *names, "Antal", "Retur", "Rabat %", "Netto (DKK)"]]
    rows += [[ISBN, day, currency, 3, 1, "40", "12,50"]] * 3
    if with_total:
        rows.append(["", "I alt", "", 9, 3, "", "37,50"])
    assert propose([preview_of("", rows)]).columns == {
        "isbn": "Varenr", "date": names[0], "currency": names[1], "units": "Antal",
        "returned_units": "Retur", "discount": "Rabat %", "net": "Netto (DKK)",
    }  # fmt: skip


def test_date_is_not_proposed_where_two_columns_may_be_it() -> None:
    rows: list[list[Cell]] = [["ISBN", "Udgivet", "Når", "Antal"]]
    rows += [[ISBN, "01.02.2020", "03.11.2025", 3]] * 3
    assert "date" not in propose([preview_of("", rows)]).columns


@pytest.mark.parametrize(
    ("units", "net"),
    [
        ("Unidades", "Importe neto"), ("Unidades vendidas", "Importe neto"), ("Menge", "Nettobetrag"),
        ("Verkaufte Einheiten", "Netto"), ("Unités vendues", "Montant net"), ("Antal", "Netto"),
    ],
)  # fmt: skip
def test_copies_and_receipts_are_proposed_in_languages_of_sellers(units: str, net: str) -> None:
    rows: list[list[Cell]] = [["ISBN", units, net], [ISBN, 3, "12,50"]]
    columns = propose([preview_of("", rows)]).columns
    assert columns == {"isbn": "ISBN", "units": units, "net": net}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Vorgang", ("Verkauf", "Remission", "Freiexemplar")),
        ("Movimiento", ("Venta directa", "Devolución", "Obsequio")),
        ("Mouvement", ("Vente", "Retour", "Gratuit")),
        ("Causale", ("Vendita", "Reso", "Omaggio")),
        ("Postering", ("Salg", "Retur", "Frieksemplar")),
        ("Umieszczenie", ("Sprzedaż", "Zwrot", "Bezpłatny")),
        ("区分", ("販売", "返品", "献本")),
    ],
)
def test_words_of_kinds_are_known_in_other_languages(
    heading: str, words: tuple[str, str, str]
) -> None:
    """By what stands below it, the column is found under a heading that nobody knows."""
    assert [usual_kind(word.upper()) for word in words] == ["sale", "return", "free"]
    rows: list[list[Cell]] = [["ISBN", "Tag", heading, "Stück", "Erlös"]]
    rows += [[ISBN, "2025-07-03", word, 1, "9.00"] for word in words]
    rows += [["Summe", "", "", 3, "27.00"], ["Summe Juli", "", "", 3, "27.00"]]
    sheet = preview_of("S", rows)
    found = propose([sheet])
    assert (found.columns["kind"], found.columns["isbn"]) == (heading, "ISBN")
    assert returns_by_kind(sheet, 1, found.columns)
    rows[2][3] = -1
    assert not returns_by_kind(preview_of("S", rows), 1, found.columns)


@pytest.mark.parametrize(
    "word", ["Storniert", "No vendido", "Pending", "Sale or free", "Karte", ""]
)
def test_words_that_tell_no_kind_are_left_to_the_reader(word: str) -> None:
    assert usual_kind(word) == ""


def test_isbns_are_found_above_totals_and_totals_are_no_samples() -> None:
    rows: list[list[Cell]] = [["Artikel", "Datum", "Menge", "Betrag"]]
    rows += [[ISBN, "2025-07-03", 1, "9.00"]] * 3
    rows += [["Zwischensumme", "", 3, "27.00"], ["Summe", "", 3, "27.00"]]
    rows += [["Erstellt am 1. August", "", "", ""]]
    sheet = preview_of("S", rows)
    assert propose([sheet]).columns["isbn"] == "Artikel"
    assert samples(sheet, 1, 0) == [ISBN, "Erstellt am 1. August"]
