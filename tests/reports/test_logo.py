"""The house's logo on its papers: in workbooks byte for byte, and in PDFs."""

import io
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from reports import invoice, packing_list, quote, statement
from tests.builders.rich_orders import a_logo
from tests.reports import order_samples, samples

LOGO = a_logo()

Make = Callable[[bytes], bytes]

WORKBOOKS: dict[str, Make] = {
    "statement": lambda logo: statement.workbook(samples.statement(), logo),
    "invoice": lambda logo: invoice.workbook(order_samples.an_invoice(), logo),
    "quote": lambda logo: quote.workbook(order_samples.a_quote(), logo),
    "packing list": lambda logo: packing_list.workbook(order_samples.a_packing_list(), logo),
}
PDFS: dict[str, Make] = {
    "invoice": lambda logo: invoice.pdf(order_samples.an_invoice(), logo),
    "quote": lambda logo: quote.pdf(order_samples.a_quote(), logo),
    "packing list": lambda logo: packing_list.pdf(order_samples.a_packing_list(), logo),
}


def pictures(workbook: bytes) -> list[bytes]:
    with ZipFile(io.BytesIO(workbook)) as archive:
        return [archive.read(each) for each in archive.namelist() if each.startswith("xl/media/")]


@pytest.mark.parametrize("paper", WORKBOOKS)
def test_workbook_begins_with_the_logo(paper: str) -> None:
    make = WORKBOOKS[paper]
    made = make(LOGO)
    assert pictures(made) == [LOGO]
    assert made == make(LOGO), "the same bytes again"
    sheet: Any = load_workbook(io.BytesIO(made)).worksheets[0]
    [image] = sheet._images
    assert (image.anchor._from.row, image.anchor._from.col) == (0, 0)


@pytest.mark.parametrize("paper", WORKBOOKS)
def test_workbook_without_a_logo_has_no_picture(paper: str) -> None:
    assert pictures(WORKBOOKS[paper](b"")) == []


@pytest.mark.parametrize("paper", PDFS)
def test_pdf_has_the_logo(paper: str) -> None:
    make = PDFS[paper]
    made, bare = make(LOGO), make(b"")
    assert made == make(LOGO)
    assert b"/Subtype /Image" in made or b"/Subtype/Image" in made
    assert b"/Subtype /Image" not in bare
    assert b"/Subtype/Image" not in bare
