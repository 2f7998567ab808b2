"""A preview of an edition's cover before there is a proof: a plain drawing with the logo.

Typst sets the text, from values that it only prints; Pillow pastes the picture.
"""

import io
import json
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files

import typst
from PIL import Image

from royalties.domain.orders.artwork import COVER_LOGO, TRIM, fitted

TEMPLATE_VERSION = "1"
"""Changes whenever the same cover would be drawn differently."""

HEIGHT = 1_000
"""Pixels of the preview."""

_PPI = Fraction(HEIGHT) / TRIM.height
_PANEL_TOP = Fraction(515, 100)
_MARGIN = Fraction(15, 100)


@dataclass(frozen=True, slots=True)
class Cover:
    """What a cover shows. ``logo`` and ``picture`` are PNGs of our own making.

    Attributes:
        has_panel: whether the cover has a panel for the logo; empty until there is a logo.
        picture: the organization's own cover, instead of the drawn one.
    """

    title: str
    subtitle: str
    authors: tuple[str, ...]
    publisher: str
    has_panel: bool
    logo: bytes | None = None
    picture: bytes | None = None


def cover_png(cover: Cover) -> bytes:
    """A preview of a cover, as PNG."""
    words = {
        "title": cover.title,
        "subtitle": cover.subtitle,
        "authors": list(cover.authors),
        "publisher": cover.publisher,
        "panel": cover.has_panel and cover.picture is None,
        "empty": cover.logo is None,
        "plain": cover.picture is not None,
    }
    source = files("reports").joinpath("typst", "cover.typ").read_bytes()
    page = typst.compile(
        source,
        ignore_system_fonts=True,
        format="png",
        ppi=float(_PPI),
        sys_inputs={"words": json.dumps(words)},
    )
    if not isinstance(page, bytes):
        raise TypeError
    paper = Image.open(io.BytesIO(page), formats=("PNG",)).convert("RGB")
    if cover.picture is not None:
        paper = _with_picture(cover.picture, paper)
    elif cover.has_panel and cover.logo is not None:
        _paste_logo(cover.logo, paper)
    out = io.BytesIO()
    paper.info = {}
    paper.save(out, "PNG")
    return out.getvalue()


def _with_picture(picture: bytes, banner: Image.Image) -> Image.Image:
    """The organization's own cover, below the banner of the drawn page."""
    size = banner.size
    paper = Image.new("RGB", size, "white")
    cover = Image.open(io.BytesIO(picture), formats=("PNG",)).convert("RGBA")
    cover.thumbnail(size, Image.Resampling.LANCZOS)
    place = ((size[0] - cover.width) // 2, (size[1] - cover.height) // 2)
    paper.paste(cover, place, cover)
    foot = banner.crop((0, HEIGHT - _pixels(Fraction(38, 100)), *size))
    paper.paste(foot, (0, HEIGHT - foot.height))
    return paper


def _paste_logo(logo: bytes, paper: Image.Image) -> None:
    """Paste the logo into the middle of its panel, as large as it will be printed."""
    scaled = Image.open(io.BytesIO(logo), formats=("PNG",)).convert("RGBA")
    width, height = fitted(scaled.width, scaled.height, COVER_LOGO)
    size = (max(1, _pixels(width)), max(1, _pixels(height)))
    scaled = scaled.resize(size, Image.Resampling.LANCZOS)
    middle = _pixels(TRIM.width / 2), _pixels(_PANEL_TOP + _MARGIN + COVER_LOGO.height / 2)
    paper.paste(scaled, (middle[0] - size[0] // 2, middle[1] - size[1] // 2), scaled)


def _pixels(length: Fraction) -> int:
    return int(length * _PPI)
