"""What an old statement is by its bytes, and what the name of its file tells."""

import io
import zipfile
from datetime import date

import pytest

from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.attachments import DOCX, JPEG, PDF, PNG, XLSX
from royalties.ingest.uploads.documents import ANY, name_for, payee_in, span_in, type_of_any

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "x")
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "type_"),
    [
        ("a.pdf", b"%PDF-1.4 x", PDF),
        ("a", b"\x89PNG\r\n\x1a\n", PNG),
        ("a.txt", b"\xff\xd8\xff\xe0", JPEG),
        ("a.xlsx", packed("xl/workbook.xml"), XLSX),
        ("a.docx", packed("word/document.xml"), DOCX),
        ("a.xls", OLE + b"\0" * 600, ANY),
        ("a.ods", packed("content.xml"), ANY),
        ("a.csv", b"ISBN,copies\n", ANY),
        ("a.html", b"<script>alert(1)</script>", ANY),
        ("a.zip", b"PK\x03\x04broken", ANY),
    ],
)
def test_any_attachment_is_accepted_and_only_known_types_named(
    name: str, data: bytes, type_: str
) -> None:
    stream = io.BytesIO(data)
    assert type_of_any(stream, name) == type_
    assert stream.read() == data


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"", "empty"),
        ("a.exe", b"MZ\x90", "runs"),
        ("a.pdf", b"\x7fELF\x02", "runs"),
        ("statement.pdf.scr", b"%PDF-1.4", "runs"),
        ("a.JS", b"alert(1)", "runs"),
        ("a.bat. ", b"echo", "runs"),
        ("a.txt", b"#!/bin/sh\n", "runs"),
        ("a.xlsm", packed("xl/workbook.xml"), "macros"),
        ("a.xlsx", packed("xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
        ("a.xls", OLE + b"\0" * 1_048_570 + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    ],
)
def test_executable_file_is_refused(name: str, data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        type_of_any(io.BytesIO(data), name)


def test_name_ends_as_what_the_file_is() -> None:
    assert name_for("report.exe.txt", PDF) == "report.exe.txt.pdf"
    assert name_for("old.wk1", ANY) == "old.wk1"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Seattle 2023-H2.pdf", "2023-07-01", "2023-12-31"),
        ("H1_2024 statement.xlsx", "2024-01-01", "2024-06-30"),
        ("2H 2022.pdf", "2022-07-01", "2022-12-31"),
        ("royalties Q3 2021.pdf", "2021-07-01", "2021-09-30"),
        ("statement May 2022.pdf", "2022-05-01", "2022-05-31"),
        ("seattle_2019.pdf", "2019-01-01", "2019-12-31"),
        ("1998 annual.doc", "1998-01-01", "1998-12-31"),
    ],
)
def test_name_of_a_file_tells_its_period(name: str, first: str, last: str) -> None:
    assert span_in(name) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "name", ["scan.pdf", "2021 and 2022.pdf", "12345.pdf", "invoice 9781442200012.pdf"]
)
def test_name_that_tells_no_period_or_several_tells_none(name: str) -> None:
    assert span_in(name) is None


PAYEES = {
    "seattle": "Seattle Readers",
    "seattle-north": "Seattle Readers North",
    "sao-paulo": "Leitores de São Paulo",
    "ab": "AB",
}


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("seattle 2023.pdf", "seattle"),
        ("SEATTLE_READERS_2023-H1.pdf", "seattle"),
        ("Seattle Readers North 2023.pdf", "seattle-north"),
        ("leitores de sao paulo.pdf", "sao-paulo"),
        ("seattleite.pdf", ""),
        ("ab 2023.pdf", ""),
        ("seattle and sao-paulo.pdf", "sao-paulo"),
        ("scan.pdf", ""),
    ],
)
def test_name_of_a_file_tells_whose_it_is(name: str, whose: str) -> None:
    assert payee_in(name, PAYEES) == whose
