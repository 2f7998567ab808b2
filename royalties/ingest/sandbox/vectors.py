"""An SVG that somebody sent, written anew with only what draws; what acts is refused."""

import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # only builds and writes; defusedxml reads

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from royalties.ingest.sandbox import typesetting
from royalties.ingest.sandbox.archive import FileRefusedError
from royalties.ingest.sandbox.styles import PROPERTIES, declarations, external, rules

MOST_BYTES = 5_000_000
MOST_ELEMENTS = 50_000
DEEPEST = 60
_WIDEST_RATIO = 100
_SVG = "{http://www.w3.org/2000/svg}"
_HTML = "{http://www.w3.org/1999/xhtml}"
_XLINK = "{http://www.w3.org/1999/xlink}"

_DRAWING = """
svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath
linearGradient radialGradient stop pattern clipPath mask marker style
"""
_MEASURING = """
id class transform d points x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy rotate width height
viewBox preserveAspectRatio gradientUnits gradientTransform spreadMethod offset patternUnits
patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerWidth
markerHeight markerUnits refX refY orient textLength lengthAdjust startOffset pathLength
"""
_DRAW = frozenset(_DRAWING.split())
_GEOMETRY = frozenset(_MEASURING.split())
_GONE = frozenset({"title", "desc", "metadata", "namedview", "view", "cursor"})
_ACTS = frozenset({"script", "handler", "listener"})
_LETTERS = frozenset({"text", "tspan", "textPath"})
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\"()\s]+)['\"]?\s*\)")
_LENGTH = re.compile(
    r"\s*((?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*+(px|pt|pc|mm|cm|in)?+\s*+"
)
_LONGEST_BOX = 200
_AS_PDF = "save it as PDF and send that"


def measure(path: Path) -> tuple[dict[str, Any], list[bytes]]:
    """What an SVG is, its sanitised text (fact ``clean``), and its preview.

    Raises:
        FileRefusedError: it holds what acts, reaches out, or is no drawing.
    """
    writer, root, width, height = read(path)
    ET.register_namespace("", _SVG[1:-1])
    clean = ET.tostring(root, encoding="unicode")
    facts = {
        "type": "image/svg+xml",
        "colours": "RGB",
        "transparent": True,
        "size": [round(width, 2), round(height, 2)],
        "letters": writer.letters,
        "left_out": sorted(writer.left_out),
        "clean": clean,
    }
    return facts, [typesetting.vector(clean, width, height)]


def read(path: Path) -> tuple["_SvgWriter", ET.Element, float, float]:
    """A drawing written anew, with its size and what was left out, before it is painted.

    Raises:
        FileRefusedError: it holds what acts, reaches out, or is no drawing.
    """
    writer = _SvgWriter()
    return (writer, *writer.rewritten(_parse(path)))


def _parse(path: Path) -> ET.Element:
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise FileRefusedError("the SVG is larger than 5 MB", _AS_PDF)
    try:
        # What it says of its own encoding is not asked: it is UTF-8, or it is not read.
        text = _without_declaration(data.decode("utf-8-sig"))
        root: ET.Element = fromstring(text, forbid_dtd=True)
    except UnicodeDecodeError:
        raise FileRefusedError(
            "the SVG is not written in UTF-8", "export it again as SVG"
        ) from None
    except DefusedXmlException:
        raise FileRefusedError(
            "the SVG holds a DTD (DOCTYPE), which is not allowed",
            "export it again without it ('SVG 1.1, no DOCTYPE'), or save it as PDF",
        ) from None
    except ParseError:
        raise FileRefusedError("the SVG is damaged", f"export it again, or {_AS_PDF}") from None
    if root.tag != f"{_SVG}svg":
        raise FileRefusedError("this is not an SVG drawing", "send the logo as PNG, SVG or PDF")
    return root


def _without_declaration(text: str) -> str:
    """The document after ``<?xml …?>``."""
    start = text.lstrip()
    end = start.find("?>") if start.startswith("<?xml") else -1
    return start[end + 2 :] if end >= 0 else text


class _SvgWriter:
    """Writes a drawing anew; remembers what was left out."""

    def __init__(self) -> None:
        self.left_out: set[str] = set()
        self.letters = False
        self._elements = 0

    def rewritten(self, root: ET.Element) -> tuple[ET.Element, float, float]:
        """The drawing with its own size, and that size."""
        x, y, width, height = _box(root)
        drawing = self._element(root, 0)
        assert drawing is not None  # noqa: S101 - the root is an svg
        for name in ("x", "y", "preserveAspectRatio"):
            drawing.attrib.pop(name, None)
        drawing.set("viewBox", f"{x:g} {y:g} {width:g} {height:g}")
        drawing.set("width", f"{width:g}")
        drawing.set("height", f"{height:g}")
        _require_finite(drawing)
        return drawing, width, height

    def _element(self, old: ET.Element, depth: int) -> ET.Element | None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or depth > DEEPEST:
            raise FileRefusedError("the SVG is too complex to be shown", _AS_PDF)
        name = _local(old.tag)
        _require_still(old.tag, name)
        if name == "a" and old.tag.startswith(_SVG):
            name = "g"
        if not old.tag.startswith(_SVG) or name in _GONE:
            return None
        if name not in _DRAW:
            self.left_out.add(name)
            _require_harmless(old)
            return None
        element = ET.Element(f"{_SVG}{name}", self._attributes(old))
        if name == "style":
            element.text = rules("".join(old.itertext()))
            return element
        if name in _LETTERS:
            element.text = old.text
            self.letters = True
        for child in old:
            part = self._element(child, depth + 1)
            if part is not None:
                part.tail = child.tail if name in _LETTERS else None
                element.append(part)
        return element

    def _attributes(self, old: ET.Element) -> dict[str, str]:
        made: dict[str, str] = {}
        for full, value in old.attrib.items():
            name = _local(full)
            if name.lower().startswith("on"):
                raise _scripts()
            if full == "filter":
                self.left_out.add("filter")
            text = _attribute(full, name, value, link=_local(old.tag) == "a")
            if text:
                made[name] = text
        return made


def _attribute(full: str, name: str, value: str, *, link: bool) -> str:
    """What is kept of an attribute; empty: nothing."""
    if name == "href":
        return "" if link else _inside(value)
    if full == "style":
        return declarations(value)
    if full in PROPERTIES:
        return declarations(f"{full}:{value}").partition(":")[2]
    return value if full in _GEOMETRY else ""


def _require_still(tag: str, name: str) -> None:
    if name.lower() in _ACTS:
        raise _scripts()
    if name == "foreignObject" or tag.startswith(_HTML):
        raise FileRefusedError("the SVG holds a web page (foreignObject)", _AS_PDF)
    if name in {"image", "feImage"} and tag.startswith(_SVG):
        raise FileRefusedError(
            "the SVG holds a picture of pixels", "send that picture as PNG or TIFF, or save as PDF"
        )


def _require_harmless(old: ET.Element) -> None:
    """What is left out may still not act: nobody sends that by accident."""
    for each in old.iter():
        _require_still(each.tag, _local(each.tag))


def _scripts() -> FileRefusedError:
    return FileRefusedError(
        "the SVG contains scripts", f"export it again as a plain SVG, or {_AS_PDF}"
    )


def _inside(value: str) -> str:
    if not value.startswith("#"):
        if value.strip().lower().startswith("javascript:"):
            raise _scripts()
        raise external()
    return value


def _box(root: ET.Element) -> tuple[float, float, float, float]:
    try:
        x, y, width, height = (
            float(number)
            for number in root.attrib["viewBox"][:_LONGEST_BOX].replace(",", " ").split()
        )
    except (KeyError, ValueError):
        x = y = 0.0
        width, height = (_length(root.attrib.get(side, "")) for side in ("width", "height"))
    whole = all(math.isfinite(number) for number in (x, y, width, height))
    if not whole or width <= 0 or height <= 0:
        raise FileRefusedError(
            "the SVG does not say how large it is", "export it again with a viewBox, or as PDF"
        )
    if max(width / height, height / width) > _WIDEST_RATIO:
        raise FileRefusedError("the SVG is a line, not a drawing", "crop it to the logo")
    return x, y, width, height


def _length(value: str) -> float:
    found = _LENGTH.fullmatch(value)
    return float(found[1]) if found else 0.0


def _require_finite(root: ET.Element) -> None:
    """Refuse drawings that repeat themselves without end, or nearly so."""
    known = {each.attrib["id"]: each for each in root.iter() if "id" in each.attrib}
    sizes: dict[str, int] = {}
    open_: set[str] = set()

    def size(element: ET.Element) -> int:
        elements = 1 + sum(size(child) for child in element)
        for value in element.attrib.values():
            named = {value[1:]} if value.startswith("#") else set(_REFERENCE.findall(value))
            elements += sum(size_of(name) for name in named if name in known)
        if elements > MOST_ELEMENTS:
            raise FileRefusedError("the SVG is too complex to be shown", _AS_PDF)
        return elements

    def size_of(name: str) -> int:
        if name in open_:
            raise FileRefusedError("a part of the SVG refers to itself", _AS_PDF)
        if name not in sizes:
            open_.add(name)
            sizes[name] = size(known[name])
            open_.discard(name)
        return sizes[name]

    size(root)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
