"""Sales reports in XML: read as what they are, and refused where they could do harm."""

from pathlib import Path

import pytest

from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.sandbox import markup
from tests.ingest.shelf import CATALOGUE, Read, read

SAMPLE = Path(__file__).parents[2] / "examples" / "reports" / "sellers" / "editx-2025-q3.xml"
TEXT = SAMPLE.read_text(encoding="utf-8")


def _read(folder: Path, data: bytes) -> Read:
    path = folder / "report.xml"
    path.write_bytes(data)
    return read(path, CATALOGUE, retailer="meridian-digital")


def _figures(found: Read) -> list[tuple[int, int, int, str]]:
    assert found.messages == []
    return [(line.kind, line.units, line.net, line.day) for line in found.sales]


LINES = [
    (1, 4, 100_800_000, "2025-09-30"),
    (2, -1, -25_200_000, "2025-09-30"),
    (1, 2, 50_400_000, "2025-09-30"),
    (3, 1, 0, "2025-09-30"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_report_in_xml_is_read_in_any_encoding_it_states(tmp_path: Path, encoding: str) -> None:
    stated = "utf-16" if encoding == "utf-16" else encoding.replace("cp", "windows-")
    text = TEXT.replace("UTF-8", stated.removesuffix("-sig"), 1)
    found = _read(tmp_path, text.encode(encoding))
    assert found.reading.report == "editx-sales-report"
    assert _figures(found) == LINES


def test_namespaces_and_prefixes_do_not_matter(tmp_path: Path) -> None:
    text = TEXT.replace('<SalesReport version="1.1">', '<SalesReport version="1.1" xmlns="urn:x">')
    assert _figures(_read(tmp_path, text.encode())) == LINES
    prefixed = TEXT.replace("</", "</e:").replace(" <", " <e:").replace("e:/", "/")
    prefixed = prefixed.replace("<e:/e:", "</e:").replace(
        "<SalesReport", '<e:SalesReport xmlns:e="urn:x"'
    )
    prefixed = prefixed.replace("><ProductIDType", "><e:ProductIDType").replace(
        "><Identifier", "><e:Identifier"
    )
    assert _figures(_read(tmp_path, prefixed.encode())) == LINES


def test_lines_in_an_element_of_their_own_and_a_single_line(tmp_path: Path) -> None:
    inside = TEXT.replace(" <ItemDetail>", " <Lines><ItemDetail>", 1)
    inside = inside.replace(" <Summary>", " </Lines><Summary>", 1)
    assert _figures(_read(tmp_path, inside.encode())) == LINES
    first, _, rest = TEXT.partition(" <ItemDetail>")
    second = rest.partition(" <ItemDetail>")[2]
    assert _figures(_read(tmp_path, f"{first} <ItemDetail>{second}".encode())) == LINES[2:]


def test_an_xml_of_another_kind_is_named_with_its_columns(tmp_path: Path) -> None:
    text = "<?xml version='1.0'?><Orders><Order><Sku>1</Sku><Copies>2</Copies></Order></Orders>"
    with pytest.raises(
        UnreadableError, match="no report that is known has these columns: Sku, Cop"
    ):
        _read(tmp_path, text.encode())


HOSTILE = {
    "entities that grow": '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    "an entity outside": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "a type outside": '<!DOCTYPE SalesReport SYSTEM "http://example.org/x.dtd">',
}


@pytest.mark.parametrize("declared", HOSTILE.values(), ids=HOSTILE)
def test_declared_entities_and_types_are_refused(tmp_path: Path, declared: str) -> None:
    text = TEXT.replace("?>\n", f"?>\n{declared}\n", 1)
    with pytest.raises(UnreadableError, match="declares a document type or entities"):
        _read(tmp_path, text.encode())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (TEXT[:-20].encode(), "the XML is damaged"),
        (TEXT.replace("UTF-8", "x-none", 1).encode(), "the XML is damaged"),
        (b"<?xml version='1.0'?>" + b"<a>" * 40 + b"</a>" * 40, "elements deep"),
        (b"<?xml version='1.0'?><SalesReport/>", "has no lines below <SalesReport>"),
    ],
    ids=["cut off", "an encoding nobody knows", "deep", "empty"],
)
def test_damaged_and_odd_xml_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        _read(tmp_path, data)


def test_nesting_beyond_all_measure_ends_the_child_only(tmp_path: Path) -> None:
    deep = 200_000
    with pytest.raises(UnreadableError):
        _read(tmp_path, b"<?xml version='1.0'?>" + b"<a>" * deep + b"</a>" * deep)


def test_a_large_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    padding = b"<!--" + b"x" * markup.MOST_BYTES + b"-->"
    with pytest.raises(UnreadableError, match="larger than 40 MB"):
        _read(tmp_path, TEXT.encode().replace(b"<Header>", padding + b"<Header>", 1))
