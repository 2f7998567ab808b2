"""Vectors and letters as pictures, set by Typst from nothing but what it is handed."""

import json
from typing import Any

import typst

from royalties.ingest.sandbox.pictures import PREVIEW

_PPI = 133  # a page of nine inches is as long as a preview may be
_VECTOR = """
#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)
#image(bytes(sys.inputs.source), format: "svg", width: 100%, height: 100%)
"""
_LETTER = """
#set page(width: 6in, height: 9in, margin: (x: 0.85in, y: 1in), fill: white)
#set text(font: "Libertinus Serif", size: 10.5pt, hyphenate: false)
#set par(leading: 0.7em, spacing: 1.4em)
#for paragraph in json(bytes(sys.inputs.source)) {
  par(paragraph.map(line => [#line]).join(linebreak()))
}
"""


def vector(svg: str, width: float, height: float) -> bytes:
    """A sanitised SVG of these proportions as a PNG."""
    # Rounded down a little: a thousandth of a point more would be a pixel more.
    scale = PREVIEW * 72 / _PPI / max(width, height)
    sides = {"width": f"{width * scale - 0.001:.3f}", "height": f"{height * scale - 0.001:.3f}"}
    return _pictures(_VECTOR.format(**sides), svg)[0]


def letter(text: str) -> list[bytes]:
    """A letter as pages of the book, each a PNG."""
    paragraphs = [block.split("\n") for block in text.split("\n\n") if block.strip()]
    return _pictures(_LETTER, json.dumps(paragraphs))


def _pictures(source: str, value: str) -> list[bytes]:
    # One page comes as bytes, several as a list of them.
    made: Any = typst.compile(source.encode(), format="png", ppi=_PPI, sys_inputs={"source": value})
    return list(made) if isinstance(made, list) else [made]
