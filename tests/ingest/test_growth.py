"""Reading takes time linear in the length of the text, even of hostile text."""

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import reports
import royalties
from royalties.ingest.recognise import open_report
from royalties.ingest.sandbox import vectors
from royalties.ingest.sandbox.markup import MarkupPages
from royalties.ingest.sandbox.onix import OnixPages
from royalties.ingest.sandbox.pages import names, without_texts, without_words
from royalties.ingest.sandbox.sheet_xml import Styles, inspect_sheet
from royalties.ingest.sandbox.styles import declarations, rules
from tests.ingest.growth import growth, hard_texts, seconds
from tests.ingest.shelf import CATALOGUE, RIVER

pytestmark = pytest.mark.thorough("measurements")

_LEAST_PATTERNS = 80
_TRIED, _AT_MOST = (60, 250, 2_000), 0.002
_SIZES = (60, 125, 250, 500, 1_000, 2_000, 4_000, 8_000)


def _patterns() -> Iterator[tuple[str, "re.Pattern[Any]", list[str]]]:
    """Every compiled pattern that a module keeps, in whatever it keeps it, and how it is used."""
    seen = set()
    for package in (royalties, reports):
        root = Path(package.__file__ or "").parent
        for source in sorted(root.rglob("*.py")):
            text = source.read_text("utf-8")
            if "re.compile(" not in text:
                continue
            module = ".".join(source.relative_to(root.parent).with_suffix("").parts)
            for name, value in vars(importlib.import_module(module)).items():
                values = value.values() if isinstance(value, dict) else [value]
                for each in values:
                    if isinstance(each, re.Pattern) and each not in seen:
                        seen.add(each)
                        yield f"{module}.{name}", each, _ways(name, text)


def _ways(name: str, source: str) -> list[str]:
    """By which methods a pattern is used; one that other modules may use is searched for, too."""
    used = set(re.findall(rf"\b{name}(?:\[[^\]]*\])?\.(\w+)\(", source))
    searched = not name.startswith("_") or used & {"search", "sub", "findall", "finditer", "split"}
    return [*(["search"] if searched else []), *(used & {"match"}), "fullmatch"]


def test_time_of_a_pattern_is_linear_in_its_text() -> None:
    patterns = list(_patterns())
    assert len(patterns) > _LEAST_PATTERNS
    assert [each for found in patterns for each in _too_fast(*found)] == []


def _too_fast(name: str, pattern: "re.Pattern[Any]", ways: list[str]) -> Iterator[str]:
    for what, make in hard_texts(pattern):
        for way in ways:
            read = getattr(pattern, way)
            if _is_slow(read, make) and (
                found := growth(read, [(size, partial(make, size)) for size in _SIZES])
            ):
                yield f"{name}.{way} on {what}: {found}"
                return


def _is_slow(read: Callable[[Any], object], make: Callable[[int], Any]) -> bool:
    """Whether a pattern takes so long that it has to be measured; a cubic one shows at once."""
    return any(seconds(read, make(size)) > _AT_MOST for size in _TRIED)


# Readers of whole files

_FIRST_LINES = (
    " ",
    '"',
    "a",
    "1",
    ",",
    ";",
    "\t",
    "=[",
    "A=[",
    "]",
    "1-",
    "- ",
    "[(",
    "é",
    "\r",
    "\n",
    '""',
    "sep=",
    "<",
    "{",
    "Date,ISBN,",
    "2025-01-01 ",
)
_FILE_SIZES = (25_000, 50_000, 100_000)


@pytest.mark.parametrize("unit", _FIRST_LINES)
def test_time_to_recognise_a_text_is_linear(unit: str, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"

    def make(size: int) -> bytes:
        return f"Viewing Range=[{unit * (size // len(unit))}\nASIN,Shipped COGS\n".encode()

    def read(data: bytes) -> None:
        path.write_bytes(data)
        reading = open_report(path, name="x", known=CATALOGUE, mappings=[RIVER], choices={})
        for _ in reading.chunks():
            pass

    assert not growth(read, [(size, partial(make, size)) for size in _FILE_SIZES])


_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '{}<sheetData>{}<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c>{}</row></sheetData>{}'
    "</worksheet>"
)
_XML = (
    "<f/>", "<foo/>", "<f>1</f>", '<c t="e"/>', '<c t="e"><v>#N/A</v></c>', '<x t="e"/>', "<!-- -->",
    "<!--<row-->", "<v/>", "<is/>", "<row/>", '<row r="1"/>', '<col min="1" max="16384" hidden="1"/>',
    "&amp;", " ", "<c/>", '<c s="1"/>', "<v><row ", "\n",
)  # fmt: skip
_XML_SIZES = (50_000, 100_000, 200_000)


@pytest.mark.parametrize("unit", _XML)
@pytest.mark.parametrize("place", range(4))
def test_time_to_scan_a_sheet_is_linear(unit: str, place: int) -> None:
    styles = Styles(frozenset({1}), frozenset({2}))

    def make(size: int) -> bytes:
        filled = [""] * 4
        filled[place] = unit * (size // len(unit))
        return _SHEET.format(*filled).encode()

    assert not growth(lambda xml: inspect_sheet(xml, styles), _sized(make, _XML_SIZES))


@pytest.mark.parametrize("attribute", ['a{}="1"', 'r="{}"', 't="e" x{}=""', "a{}='&lt;'"])
@pytest.mark.parametrize("element", ["c", "row", "worksheet", "f"])
def test_scanning_many_attributes_is_linear(attribute: str, element: str) -> None:
    def make(size: int) -> bytes:
        many = " ".join(attribute.format(each) for each in range(size // 10))
        return _SHEET.replace(f"<{element} ", f"<{element} {many} ", 1).encode()

    assert not growth(
        lambda xml: inspect_sheet(xml, Styles(frozenset({1}))), _sized(make, _XML_SIZES)
    )


def _attributes(count: int) -> str:
    return " ".join(f'a{at}=""' for at in range(count))


_REPORT = "<SalesReport>{}</SalesReport>"
_LINE = "<L><b>1</b></L>"
_LINES_OF_XML: dict[str, Callable[[int], str]] = {
    "types beside each other": lambda n: f"<L>{'<aType/>' * n}</L>{_LINE}",
    "types and values": lambda n: f"<L>{'<aType/>' * n}{'<v/>' * n}</L>{_LINE}",
    "head and lines": lambda n: "<a/>" * n + _LINE * n,
    "a column for each line": lambda n: "".join(f"<L><b{at}>1</b{at}></L>" for at in range(n)),
    "attributes": lambda n: f"<L {_attributes(n)}/>{_LINE * 2}",
    "deep": lambda n: "<L>" * n + "</L>" * n,
}
_ONIX = '<ONIXMessage release="3.0">{}</ONIXMessage>'
_PRODUCTS: dict[str, Callable[[int], str]] = {
    "products": lambda n: "<Product/>" * n,
    "namespaces": lambda n: "".join(f'<Product xmlns:a{at}="u{at}"/>' for at in range(n)),
    "attributes": lambda n: f"<Product {_attributes(n)}/>",
    "names": lambda n: f"<Product>{''.join(f'<a{at}/>' for at in range(n))}</Product>",
    "markup in a title": lambda n: (
        "<Product><DescriptiveDetail><TitleDetail><TitleElement><TitleText>"
        f"{'x<b/>' * n}</TitleText></TitleElement></TitleDetail></DescriptiveDetail></Product>"
    ),
    "supplies": lambda n: (
        "<Product>"
        + "<ProductSupply><SupplyDetail><Price><PriceAmount>1</PriceAmount></Price></SupplyDetail>"
        "</ProductSupply>" * n + "</Product>"
    ),
    "works": lambda n: (
        f"<Product><RelatedMaterial><RelatedWork><WorkRelationCode>01</WorkRelationCode>"
        f"{'<WorkIdentifier/>' * n}</RelatedWork></RelatedMaterial></Product>"
    ),
}


@pytest.mark.parametrize("name", _LINES_OF_XML)
def test_time_to_read_a_report_in_xml_is_linear(name: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        for _ in MarkupPages(path).rows(""):
            pass

    assert not growth(
        read,
        _sized(lambda n: _REPORT.format(_LINES_OF_XML[name](n)).encode(), (2_000, 4_000, 8_000)),
    )


@pytest.mark.parametrize("name", _PRODUCTS)
def test_time_to_read_onix_is_linear(name: str, tmp_path: Path) -> None:
    path = tmp_path / "titles.xml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        for _ in OnixPages(path).rows(""):
            pass

    assert not growth(
        read, _sized(lambda n: _ONIX.format(_PRODUCTS[name](n)).encode(), (4_000, 8_000, 16_000))
    )


def test_values_repeated_in_each_row_of_a_product_are_limited(tmp_path: Path) -> None:
    """Prices have a row each, in which all the rest is said again."""
    works = "<WorkIdentifier><WorkIDType>01</WorkIDType><IDValue>x</IDValue></WorkIdentifier>" * 300
    work = f"<RelatedWork><WorkRelationCode>01</WorkRelationCode>{works}</RelatedWork>"
    related = (
        "<RelatedProduct><ProductRelationCode>06</ProductRelationCode><ProductIdentifier>"
        "<ProductIDType>15</ProductIDType><IDValue>9780306406157</IDValue></ProductIdentifier>"
        "</RelatedProduct>"
    )
    path = tmp_path / "titles.xml"
    material = f"<RelatedMaterial>{work * 300}{related * 300}</RelatedMaterial>"
    path.write_text(_ONIX.format(f"<Product>{material * 2}</Product>"))
    columns, row = OnixPages(path).rows("")
    said = dict(zip(columns, row, strict=True))
    assert (said["works"].count("01 x"), said["related"].count("978")) == (200, 200)


_STYLES = (
    "/*", "*/", "/*/", "{", "}", "a{}", " ", "url(", "url( ", "url(#a)", "url('#a", "a{fill:red}",
    "fill:red;", "<!--", "-->", "@", ";", ":", "a,",
)  # fmt: skip


@pytest.mark.parametrize("unit", _STYLES)
@pytest.mark.parametrize("read", [rules, declarations])
def test_time_to_read_style_rules_is_linear(read: Callable[[str], str], unit: str) -> None:
    assert not growth(read, _sized(lambda size: unit * (size // len(unit)), _FILE_SIZES))
    assert not growth(read, _sized(lambda size: unit * (size // len(unit)) + "!", _FILE_SIZES))


_PAPER = (
    b"(", b")", b"\\(", b"(\\", b"/Length 1 ", b"/Length 1>>stream\n", b">> ", b">>  stream\n", b"/",
    b"#41", b"endobj", b"<?xpacket begin", b"<?xpacket end", b"<?xpacket end>", b"stream\n", b" ",
    b"(a", b"(\\)", b"/Length 0>>stream\r\n",
)  # fmt: skip


@pytest.mark.parametrize("unit", _PAPER)
@pytest.mark.parametrize("read", [names, without_texts, without_words])
def test_scanning_a_pdf_ends_in_time(read: Callable[[bytes], object], unit: bytes) -> None:
    def make(size: int) -> bytes:
        return unit * (size // len(unit))

    assert not growth(read, _sized(make, _FILE_SIZES))


@pytest.mark.parametrize(
    "drawing",
    [
        " {} <svg/>", "<?xml {} ?><svg/>", "<?xml{}", "{}<?xml", '<svg width="{}1x"/>',
        '<svg viewBox="{}"/>', '<svg viewBox="0 0 1 1" fill="{}"/>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("unit", [" ", "1", "<?xml", "url(#", "1.", ","])
def test_reading_an_svg_ends_in_time(drawing: str, unit: str, tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    drawing = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"')

    def make(size: int) -> bytes:
        return drawing.format(unit * (size // len(unit))).encode()

    def read(data: bytes) -> None:
        path.write_bytes(data)
        vectors.read(path)

    assert not growth(read, _sized(make, _FILE_SIZES))


def _sized(make: Callable[[int], Any], sizes: Sequence[int]) -> list[tuple[int, Callable[[], Any]]]:
    return [(size, partial(make, size)) for size in sizes]
