"""Documents as PDF: a Typst template filled with data; the same data gives the same bytes."""

import json
import struct
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import typst

from reports.streaming import clean

_HERE = Path(__file__).parent
_LOGO_WIDEST, _LOGO_HIGHEST = 48, 13
"""Millimetres."""

_TEMPLATES = _HERE / "typst"
_FONTS = _HERE / "fonts"


def pdf(template: str, data: Mapping[str, object], dated: date, logo: bytes = b"") -> bytes:
    """Fill a template and make a tagged PDF (PDF/UA-1) of it.

    Our fonts cover Latin, Greek, Cyrillic and Hebrew. A document with other scripts is printed with
    the machine's fonts, and is not PDF/UA, which requires a glyph for every character.

    Args:
        template: name of a file in ``reports/typst``, without its suffix.
        data: what the template shows, as JSON values; texts are never read as markup.
        dated: the creation date in the file.
        logo: a PNG above the letterhead; empty: none.
    """
    moment = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    content = json.dumps({**_without_controls(data), **_logo(logo)}, ensure_ascii=False)
    try:
        return _compile(template, content, moment)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compile(template, content, moment, every_sign=False)


def _compile(template: str, data: str, moment: datetime, *, every_sign: bool = True) -> bytes:
    compiled = typst.compile(
        str(_TEMPLATES / f"{template}.typ"),
        root=str(_TEMPLATES),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=every_sign,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards="ua-1" if every_sign else [],
        timestamp=int(moment.timestamp()),
    )
    if not isinstance(compiled, bytes):
        raise TypeError
    return compiled


def _logo(png: bytes) -> dict[str, object]:
    """A logo as the templates' data: its bytes, and its width in millimetres."""
    if not png:
        return {"logo": [], "logo_width": 0}
    width, height = struct.unpack(">II", png[16:24])
    return {"logo": list(png), "logo_width": min(_LOGO_WIDEST, _LOGO_HIGHEST * width / height)}


def _without_controls(data: Mapping[str, object]) -> dict[str, object]:
    return {key: _cleaned(item) for key, item in data.items()}


def _cleaned(value: object) -> object:
    """The value without characters that no text contains, such as control characters."""
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {key: _cleaned(item) for key, item in value.items()}
        case list():
            return [_cleaned(item) for item in value]
        case _:
            return value
