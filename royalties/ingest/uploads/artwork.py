"""What a logo, letter, cover or proof is, by its bytes and not its name, and how it prints."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.orders.artwork import (
    DPI,
    MOST_PAGES,
    Use,
    fitted,
    length_words,
    panel_of,
    pixels_for,
    print_size,
)
from royalties.domain.orders.pricing import Option
from royalties.domain.problems import Problem
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.uploads.studio import measured

LARGEST = 50_000_000
"""Bytes of a file that is taken."""

LONGEST_LETTER = 20_000
"""Bytes of a letter that is sent as text."""

ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/tiff": (".tif", ".tiff"),
    "application/pdf": (".pdf", ".ai"),
    "image/svg+xml": (".svg",),
    "text/plain": (".txt",),
}
"""The endings that a name may have, by what the file is; the first one is put behind others."""

_CALLED = {
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/tiff": "a TIFF picture",
    "application/pdf": "a PDF",
    "image/svg+xml": "an SVG drawing",
    "text/plain": "plain text",
}
_ARTWORK = frozenset({"picture", "pdf", "svg"})
_TAKEN = {
    Use.LOGO: _ARTWORK,
    Use.COVER: frozenset({"picture", "pdf"}),
    Use.LETTER: frozenset({"pdf", "text"}),
    Use.PROOF: frozenset({"pdf"}),
}
_ASKED = {
    Use.LOGO: "a logo is sent as PDF, SVG, PNG, TIFF or JPEG",
    Use.COVER: "a cover is sent as PDF, TIFF, PNG or JPEG",
    Use.LETTER: "a letter is typed as text, or sent as PDF",
    Use.PROOF: "a proof is sent as PDF",
}

_HEAD = 4_096
_POSTSCRIPT = "PostScript (EPS)"
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"%PDF-", "pdf"),
    (b"%!", _POSTSCRIPT),
    (b"\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a bitmap (BMP)"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"MZ", "a programme"),
    (b"\x7fELF", "a programme"),
    (b"#!", "a programme"),
)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What was found of a file: taken if there is no problem.

    Attributes:
        type: what it is, by its bytes; empty where that is nothing that is taken.
        facts: JSON values: ``pixels``, ``colours``, ``pages``, ``points`` … as far as known.
        warnings: what its sender should know; it is taken nevertheless.
        problems: why it is not taken, and what to do.
        previews: a PNG of each page, made anew from what was decoded.
        clean: the sanitised text of an SVG.
    """

    type: str
    facts: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    previews: tuple[bytes, ...] = ()
    clean: str = ""


def check(path: Path, name: str, use: Use, options: Sequence[Option] = ()) -> CheckedFile:
    """Look at a file that was sent; its name is only compared with what it is.

    Args:
        path: where its bytes are.
        name: as it was sent.
        use: what it is for.
        options: of the order; they say how large it is printed.
    """
    try:
        kind = _kind(path, use)
        measures = measured(path, kind, MOST_PAGES[use])
    except UnreadableError as error:
        return CheckedFile("", {}, problems=(_placed(error.problem, name, use),))
    facts = dict(measures.facts)
    clean = str(facts.pop("clean", ""))
    type_ = str(facts.pop("type"))
    most = MOST_PAGES[use]
    if facts.get("pages", 1) > most:
        pages = "page" if most == 1 else "pages"
        problem = Problem(
            f"the file has {counted(facts['pages'], 'page')}; a {use.value} has at most {most}",
            f"send the {most} {pages} alone"
            if use is not Use.PROOF
            else "send the cover and the pages that were changed",
        )
        return CheckedFile(type_, facts, problems=(_placed(problem, name, use),))
    warnings = (*_about_name(type_, name), *_about_print(type_, facts, use, options))
    return CheckedFile(type_, facts, warnings, (), measures.previews, clean)


def too_large(name: str, use: Use) -> Problem:
    """The problem of a file that was not even kept."""
    return _placed(
        Problem(
            f"the file is larger than {LARGEST // 1_000_000} MB",
            "reduce its pictures to 300 dpi at printed size and save it anew",
        ),
        name,
        use,
    )


def named(name: str, type_: str) -> str:
    """A name that ends as what the file is."""
    endings = ENDINGS.get(type_, ("",))
    return name if name.lower().endswith(endings) else name + endings[0]


def _kind(path: Path, use: Use) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise UnreadableError(Problem("the file is empty", "choose the file again and send it"))
    kind = next((kind for start, kind in _BEGINNINGS if head.startswith(start)), "")
    kind = kind or _of_text(path, head, use)
    if kind == _POSTSCRIPT:
        raise UnreadableError(
            Problem(
                "this is PostScript (EPS), not a PDF, PNG, JPEG, TIFF or SVG",
                "save it as PDF in your design programme and send that",
            )
        )
    if kind not in _TAKEN[use]:
        called = {"picture": "a picture", "pdf": "a PDF", "svg": "an SVG drawing"}.get(kind, kind)
        raise UnreadableError(Problem(f"this is {called or 'nothing that we know'}", _ASKED[use]))
    return kind


_DRAWING = re.compile(rb"<(?:[\w.-]+:)?svg[\s>/]", re.IGNORECASE)
"""Whether it might be a drawing; the reader of drawings says whether it is one."""


def _of_text(path: Path, head: bytes, use: Use) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lowered = start[:1_000].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if lowered.startswith((b"<?xml", b"<svg", b"<!doctype", b"<!--")):
        return "svg" if _DRAWING.search(head) or use is Use.LOGO else "an XML document"
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftypavif", b"ftypmif1"}:
        return "a telephone's picture (HEIC)"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "a WebP picture"
    return _letter(path) if use is Use.LETTER else ""


def _letter(path: Path) -> str:
    if path.stat().st_size > LONGEST_LETTER:
        raise UnreadableError(
            Problem(
                f"the letter is longer than {LONGEST_LETTER:,} letters, or no text",
                "shorten it to four pages, or send it as PDF",
            )
        )
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if not all(each.isprintable() or each in "\r\n\t" for each in text) or not text.strip():
        raise UnreadableError(
            Problem("this is no text that can be read", "type the letter, or send it as PDF")
        )
    return "text"


def _placed(problem: Problem, name: str, use: Use) -> Problem:
    return Problem(problem.message, problem.remedy, column=use.value, value=name)


def _about_name(type_: str, name: str) -> list[str]:
    suffix = Path(name).suffix.lower()
    if not suffix or suffix in ENDINGS[type_]:
        return []
    return [f"the file is {_CALLED[type_]}, though its name ends in {suffix[:16]}"]


def _about_print(
    type_: str, facts: Mapping[str, Any], use: Use, options: Sequence[Option]
) -> list[str]:
    if "pixels" in facts:
        return [*_about_size(facts, use, options), *_about_picture(facts, use)]
    if type_ == "application/pdf":
        return _about_pdf(facts, use, options)
    if type_ == "image/svg+xml":
        return _about_drawing(facts)
    return []


def _about_size(facts: Mapping[str, Any], use: Use, options: Sequence[Option]) -> list[str]:
    panel = panel_of(use, options)
    width, height = facts["pixels"]
    if panel is None:
        return []
    wide, high = fitted(width, height, panel)
    if print_size(width) >= wide:
        return []
    return [_coarse(print_size(width), wide, high, panel.where)]


def _coarse(sharp: Fraction, wide: Fraction, high: Fraction, where: str) -> str:
    return (
        f"it prints sharp up to {length_words(sharp)} wide; on {where} it is {length_words(wide)} "
        f"wide: send one of {pixels_for(wide):,} × {pixels_for(high):,} pixels or more, or a PDF "
        f"or SVG, which print sharp at any size"
    )


def _about_picture(facts: Mapping[str, Any], use: Use) -> list[str]:
    remarks = []
    if facts["colours"] in {"RGB", "palette"}:
        remarks.append(_RGB)
    if facts["depth"] > 8:
        remarks.append(f"its {facts['depth']} bits per colour will be reduced to 8, as printed")
    if use is Use.LOGO and not facts["transparent"]:
        remarks.append(
            "its ground is not transparent: it will stand in a box of its own colour; "
            "send one with a transparent ground if that is not meant"
        )
    if facts["frames"] > 1:
        remarks.append(f"it holds {facts['frames']} pictures: only the first one is used")
    if facts["place"]:
        remarks.append("it says where it was taken (GPS): previews do not, the original does")
    if facts["trailing"]:
        remarks.append("something follows the end of the picture: it is no part of what is shown")
    return remarks


_RGB = "its colours are RGB and will be converted to CMYK: bright ones come out duller in print"


def _about_pdf(facts: Mapping[str, Any], use: Use, options: Sequence[Option]) -> list[str]:
    remarks = []
    panel = panel_of(use, options)
    width, height = (Fraction(side, 72) for side in facts["points"])
    if facts.get("dpi") and panel is not None:
        dpi = int(facts["dpi"] * width / fitted(width, height, panel)[0])
        if dpi < DPI:
            remarks.append(
                f"a picture inside prints at {dpi} dpi on {panel.where}: {DPI} dpi print sharp"
            )
    if use is Use.COVER and panel is not None and (width < panel.width or height < panel.height):
        remarks.append(
            f"the page is {length_words(width)} × {length_words(height)}: a cover is "
            f"{length_words(panel.width)} × {length_words(panel.height)}, and 0.3 cm (0.125 in) "
            f"more on each side to be trimmed"
        )
    if facts.get("fonts"):
        remarks.append(
            f"fonts are missing in it ({', '.join(facts['fonts'])}): letters may look different; "
            f"embed them, or convert letters to outlines"
        )
    return remarks


def _about_drawing(facts: Mapping[str, Any]) -> list[str]:
    remarks = [_RGB]
    if facts["letters"]:
        remarks.append(
            "it holds letters, which may look different without their font: convert them to "
            "outlines, and compare the preview"
        )
    if facts["left_out"]:
        remarks.append(f"parts that do not print were left out: {', '.join(facts['left_out'])}")
    return remarks
