"""Quotes, invoices and packing lists: as workbooks and PDFs that say the same, byte for byte."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from reports import invoice, order_words, packing_list, quote
from royalties.domain.orders.order import InvoiceKind
from royalties.domain.orders.papers import PackedLine, PaperLine, QuoteShown
from royalties.domain.orders.pricing import LineKind
from tests.reports.order_samples import (
    GOODS,
    GUILD,
    PUBLISHER,
    a_packing_list,
    a_quote,
    an_invoice,
)
from tests.reports.reading import formulas_in, opened, row_with, rows_of

ROOT = Path(__file__).parents[2]


def made() -> dict[str, bytes]:
    return {
        "quote.pdf": quote.pdf(a_quote()),
        "quote.xlsx": quote.workbook(a_quote()),
        "invoice.pdf": invoice.pdf(an_invoice()),
        "invoice.xlsx": invoice.workbook(an_invoice()),
        "packing.pdf": packing_list.pdf(a_packing_list()),
        "packing.xlsx": packing_list.workbook(a_packing_list()),
    }


def digests() -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in made().items()}


def text_of(document: bytes) -> str:
    """All that a PDF says, blanks single."""
    pages = pypdfium2.PdfDocument(document)
    try:
        texts = [page.get_textpage().get_text_bounded() for page in pages]
    finally:
        pages.close()
    return " ".join(" ".join(texts).split())


def pages_of(document: bytes) -> int:
    return len(pypdfium2.PdfDocument(document))


def texts_of(workbook: bytes) -> str:
    """All texts of a workbook, one after the other."""
    return " ".join(
        str(value)
        for sheet in opened(workbook).worksheets
        for row in rows_of(sheet)
        for value in row
        if isinstance(value, str)
    )


def numbers_of(workbook: bytes) -> list[Decimal]:
    return [
        Decimal(str(value))
        for sheet in opened(workbook).worksheets
        for row in rows_of(sheet)
        for value in row
        if isinstance(value, int | float)
    ]


# The same bytes


def test_same_quote_gives_the_same_bytes() -> None:
    assert made() == made()


@pytest.mark.thorough("processes of their own")
@pytest.mark.parametrize(
    ("zone", "seed"), [("Pacific/Kiritimati", "1"), ("America/Anchorage", "2")]
)
def test_quote_has_the_same_bytes_in_another_process_zone_and_hour(
    zone: str, seed: str, tmp_path: Path
) -> None:
    code = (
        "import json, time; real = time.time; time.time = lambda: real() + 4e7;"
        "from tests.reports.test_quote import digests; print(json.dumps(digests()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ
        | {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == digests()


# A quote


def words_of_pdf(shown: QuoteShown) -> str:
    return text_of(quote.pdf(shown))


def words_of_workbook(shown: QuoteShown) -> str:
    return texts_of(quote.workbook(shown))


@pytest.mark.parametrize("read", [words_of_pdf, words_of_workbook])
def test_a_quote_says_everything(read: Callable[[QuoteShown], str]) -> None:
    text = read(a_quote())
    for said in (
        "Example House",
        "1 Invented Lane",
        "O-2026-0001/2",
        "2 Mar 2026",
        "1 Apr 2026",
        "1 May 2026",
        "Dana Example",
        "Guild Society",
        "Tacoma, WA 98400",
        "Collaborating: a Book",
        "ISBN 978-1-4422-4693-5",
        "logo inside, own ISBN",
        "list price less 40 % from 100 copies on",
        "Freight to address 2, US-MN",
        "6.875 % of copies and charges",
        "Total USD",
        "Deposit without a purchase order",
        "2,000 copies would cost USD 1.00 in all",
        "Two house colours.",
        "We met on Monday.",
        "About 27 March 2026.",
        "Terminal north",
        "exempt",
        "Sales tax is charged for US-MN.",
        "Copies cannot be returned.",
        "accept quote O-2026-0001/2 with your name and the number of your purchase order",
    ):
        assert said in text, said


def test_pdf_and_workbook_show_the_figures_of_the_quote() -> None:
    shown = a_quote()
    text, numbers = text_of(quote.pdf(shown)), numbers_of(quote.workbook(shown))
    for minor in (*(line.amount for line in shown.lines), shown.total, shown.deposit):
        assert order_words.amount(minor, "USD") in text
        assert Decimal(minor) / 100 in numbers
    assert Decimal("0.085") in numbers
    assert "0.085" in text


def test_amounts_of_a_workbook_add_up() -> None:
    shown = a_quote()
    rows = rows_of(opened(quote.workbook(shown)).active)
    begin = next(place for place, row in enumerate(rows) if row[0] == "Item") + 1
    listed = rows[begin : begin + len(shown.lines)]
    total = row_with(opened(quote.workbook(shown)).active, "Total USD", 1)
    assert sum(Decimal(str(row[4])) for row in listed) == Decimal(str(total[4]))


def test_empty_parts_of_a_quote_are_left_out() -> None:
    plain = a_quote(
        cheaper=None, note="", deposit=0, ship_to=a_quote().ship_to[:1], need_by=None,
        goods=replace(GOODS, options=()), net_terms=False,
    )  # fmt: skip
    for text in (text_of(quote.pdf(plain)), texts_of(quote.workbook(plain))):
        for absent in (
            "would cost",
            "Agreed",
            "Deposit",
            "Needed by",
            "Custom edition",
            "purchase",
        ):
            assert absent not in text


HOSTILE = [
    "=cmd|' /C calc'!A0",
    '#import "/etc/passwd": *',
    "$ x $ *bold* _it_ #(1 + 1) [a] \\ @b <c> `d`",
    "</w:t><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "Ødegård & Søn, Łódź, Πάτρα, Київ, Đà Nẵng",
    "x" * 200,
]
UNPRINTABLE = ["a\x00b\x07c\x1f", "שלום \u202e evil", "\ud800 alone", "y" * 40_000, "日本語 🙂", ""]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_stays_text(text: str) -> None:
    shown = a_quote(
        organization=replace(GUILD, name=text),
        goods=replace(GOODS, title=text),
        note=text,
        terms=(text,),
    )
    workbook = quote.workbook(shown)
    assert not formulas_in(workbook)
    assert text in texts_of(workbook) or len(text) > 100
    said = text_of(quote.pdf(shown)).replace(" ", "")
    assert said.count(text.replace(" ", "")) >= 4 or len(text) > 100


@pytest.mark.parametrize("text", UNPRINTABLE, ids=lambda text: ascii(text[:12]))
def test_unprintable_characters_do_not_stop_a_quote(text: str) -> None:
    shown = a_quote(
        organization=replace(GUILD, name=text, lines=(text,)),
        goods=replace(GOODS, title=text, authors=(text,)),
        note=text,
        issued_by=text,
    )
    assert "O-2026-0001/2" in text_of(quote.pdf(shown))
    assert not formulas_in(quote.workbook(shown))


def test_a_quote_of_many_lines_repeats_its_head_and_counts_its_pages() -> None:
    line = PaperLine("agreed", "A charge", "as agreed", 1, "1.00", 100)
    document = quote.pdf(a_quote(lines=(line,) * 120))
    pages = pages_of(document)
    assert pages >= 4
    text = text_of(document)
    assert text.count("Quantity") >= 3
    assert f"Page 1 of {pages}" in text
    assert f"Page {pages} of {pages}" in text


def test_paper_size_follows_the_publisher() -> None:
    def size(document: bytes) -> tuple[int, int]:
        width, height = pypdfium2.PdfDocument(document)[0].get_size()
        return round(width), round(height)

    assert size(quote.pdf(a_quote())) == (612, 792)
    abroad = replace(PUBLISHER, currency="EUR")
    assert size(quote.pdf(a_quote(publisher=abroad))) == (595, 842)


def test_a_pdf_is_tagged_dated_and_carries_its_fonts() -> None:
    document = quote.pdf(a_quote())
    meta = pypdfium2.PdfDocument(document).get_metadata_dict()
    assert meta["Title"] == "Quote O-2026-0001/2"
    assert meta["Author"] == "Example House"
    assert meta["CreationDate"].startswith("D:20260302")
    assert b"/MarkInfo" in document or b"pdfuaid" in document


# An invoice


def test_an_invoice_shows_what_is_left_to_pay() -> None:
    shown = an_invoice(paid_before=1_000, balance=an_invoice().balance - 1_000)
    text = text_of(invoice.pdf(shown))
    left = order_words.amount(shown.balance, "USD")
    for said in (
        "Invoice I-000007",
        "20 May 2026",
        "PO-7781",
        "Deposit, paid before",
        "−10.00",
        f"Balance due USD {left}",
        f"Please pay USD {left} by 20 May 2026, naming invoice I-000007.",
    ):
        assert said in text, said
    row = row_with(opened(invoice.workbook(shown)).active, "Balance due USD", 1)
    assert Decimal(str(row[4])) == Decimal(shown.balance) / 100


def test_a_deposit_invoice_and_a_paid_one() -> None:
    deposit = an_invoice(kind=InvoiceKind.DEPOSIT, deposit_applied=0, balance=an_invoice().total)
    text = text_of(invoice.pdf(deposit))
    assert "Deposit invoice" in text
    assert "Balance due" not in text
    paid = an_invoice(balance=0)
    assert "Nothing is to be paid any more" in text_of(invoice.pdf(paid))


def test_a_credit_note_is_negative_and_names_its_invoice() -> None:
    lines = tuple(replace(line, amount=-line.amount) for line in an_invoice().lines[:1])
    total = sum(line.amount for line in lines)
    credit = an_invoice(
        number="I-000008", kind=InvoiceKind.CREDIT, of_number="I-000007", lines=lines,
        total=total, deposit_applied=0, balance=total,
    )  # fmt: skip
    text = text_of(invoice.pdf(credit))
    assert "Credit note I-000008" in text
    assert "For invoice I-000007" in text
    assert order_words.amount(total, "USD").startswith("−")
    assert order_words.amount(total, "USD") in text
    assert "Please pay" not in text
    assert Decimal(total) / 100 in numbers_of(invoice.workbook(credit))


@pytest.mark.parametrize("kind", InvoiceKind)
def test_every_kind_of_paper_is_printed(kind: InvoiceKind) -> None:
    assert pages_of(invoice.pdf(an_invoice(kind=kind))) == 1
    assert invoice.workbook(an_invoice(kind=kind)).startswith(b"PK")


# A packing list


def test_a_packing_list_says_what_is_in_the_carton_and_what_is_to_come() -> None:
    text = text_of(packing_list.pdf(a_packing_list()))
    for said in (
        "O-2026-0001-S1",
        "17 Apr 2026",
        "Example Freight",
        "1Z 999",
        "Warehouse",
        "Guild Society",
    ):
        assert said in text, said
    assert "1,200 0 1,000 200" in text
    row = row_with(opened(packing_list.workbook(a_packing_list())).active, GOODS.title)
    assert row[2:] == [1200, 0, 1000, 200]
    assert "USD" not in text


def test_over_delivery_leaves_no_copies_to_come() -> None:
    assert PackedLine(GOODS, 100, 60, 50).to_come == 0


# Words


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (0, "USD", "0.00"),
        (-5, "USD", "−0.05"),
        (123_456_789, "USD", "1,234,567.89"),
        (-123_456, "JPY", "−123,456"),
        (1_234_567, "KWD", "1,234.567"),
    ],
)
def test_amounts_are_written_in_their_currency(minor: int, currency: str, said: str) -> None:
    assert order_words.amount(minor, currency) == said


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("22.8", "USD", "22.80"),
        ("1234.5", "USD", "1,234.50"),
        ("0.085", "USD", "0.085"),
        ("12", "JPY", "12"),
        ("5/7", "USD", "5/7"),
    ],
)
def test_unit_prices_are_written_exactly(text: str, currency: str, said: str) -> None:
    assert order_words.unit(text, currency) == said


@pytest.mark.parametrize("kind", LineKind)
def test_only_lines_with_a_quantity_have_a_unit_price(kind: LineKind) -> None:
    """Elsewhere the amount says it all; an exact tax has more digits than anybody pays."""
    lines = (PaperLine(kind.value, "Line", "why", 3, "83.59123", 25_077),)
    text, numbers = (
        text_of(quote.pdf(a_quote(lines=lines))),
        numbers_of(quote.workbook(a_quote(lines=lines))),
    )
    is_counted = kind in {"copies", "option-copies", "address", "proof"}
    assert ("83.59123" in text) == is_counted
    assert (Decimal("83.59123") in numbers) == is_counted
    assert "250.77" in text
    taken_back = invoice.pdf(an_invoice(lines=(replace(lines[0], amount=-25_077),)))
    assert "83.59123" not in text_of(taken_back)


def test_publishers_own_number_is_not_an_isbn() -> None:
    own = replace(GOODS, isbn="2000000000015")
    assert order_words.goods_line(own) == "Kirsten Foot · Paperback · No. 2000000000015"
    assert order_words.day(date(2026, 4, 3)) == "3 Apr 2026"
