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
from royalties.ingest.sandbox.looks import Styles, look
from royalties.ingest.sandbox.pages import names, without_texts, without_words
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

    assert not growth(lambda xml: look(xml, styles), _sized(make, _XML_SIZES))


@pytest.mark.parametrize("attribute", ['a{}="1"', 'r="{}"', 't="e" x{}=""', "a{}='&lt;'"])
@pytest.mark.parametrize("element", ["c", "row", "worksheet", "f"])
def test_scanning_many_attributes_is_linear(attribute: str, element: str) -> None:
    def make(size: int) -> bytes:
        many = " ".join(attribute.format(each) for each in range(size // 10))
        return _SHEET.replace(f"<{element} ", f"<{element} {many} ", 1).encode()

    assert not growth(lambda xml: look(xml, Styles(frozenset({1}))), _sized(make, _XML_SIZES))


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
