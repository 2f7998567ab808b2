"""A picture that somebody sent: decoded whole, measured, and painted anew as a plain PNG."""

import io
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

from royalties.ingest.sandbox.archive import FileRefusedError

FORMATS = ("PNG", "JPEG", "TIFF")
"""Named one by one: Pillow would hand PostScript to another programme."""

MOST_PIXELS = 60_000_000
LONGEST_SIDE = 30_000
PREVIEW = 1_200
"""Pixels of a preview's longer side."""

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "TIFF": "image/tiff"}
_COLOURS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey",
    "I;16": "grey",
    "I;16B": "grey",
    "I;16L": "grey",
    "I": "grey",
    "P": "palette",
    "PA": "palette",
    "RGB": "RGB",
    "RGBA": "RGB",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "CMYK": "CMYK",
}
_GPS = 0x8825
_BITS_PER_SAMPLE = 258
_PNG = b"\x89PNG\r\n\x1a\n"


def damaged() -> FileRefusedError:
    """The refusal of a picture that cannot be decoded to its end."""
    return FileRefusedError(
        "the picture is damaged or incomplete",
        "open it in your design programme, save it anew and send that",
    )


def measure(path: Path) -> tuple[dict[str, Any], list[bytes]]:
    """What a picture is, and its preview.

    Raises:
        FileRefusedError: it is damaged, too large, or hides too much.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=FORMATS) as image:
            _bounded(image)
            image.verify()
        with Image.open(path, formats=FORMATS) as image:
            return _measured(image, path)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefusedError(
            f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels",
            "make it smaller: a cover of 6 × 9 in at 600 dpi has 19 million",
        ) from None
    except ValueError as error:
        if "too large" in str(error) or "too much memory" in str(error).lower():
            raise FileRefusedError(
                "the metadata of the picture is too large",
                "save it anew without metadata ('export for web') and send that",
            ) from None
        raise damaged() from error
    except (OSError, SyntaxError, UnidentifiedImageError) as error:
        raise damaged() from error


def png(image: Image.Image) -> bytes:
    """A picture as a PNG with nothing but its pixels."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue()


def _bounded(image: Image.Image) -> None:
    if max(image.size) > LONGEST_SIDE:
        raise FileRefusedError(
            f"the picture is {image.width:,} × {image.height:,} pixels, longer than "
            f"{LONGEST_SIDE:,}",
            "make it smaller: a cover of 6 × 9 in at 600 dpi is 5,400 pixels long",
        )
    if image.mode not in _COLOURS:
        raise FileRefusedError(
            f"the picture keeps its colours in a way that is not read ({image.mode})",
            "save it as RGB or CMYK and send that",
        )


def _measured(image: Image.Image, path: Path) -> tuple[dict[str, Any], list[bytes]]:
    kind = str(image.format)
    frames = int(getattr(image, "n_frames", 1)) if kind != "MPO" else 1
    image.seek(0)
    depth = _depth(image, path, kind)
    image.load()
    facts: dict[str, Any] = {
        "type": _TYPES[kind],
        "colours": _COLOURS[image.mode],
        "depth": depth,
        "frames": frames,
        "place": _has_place(image),
        "trailing": kind == "PNG" and _trailing(path),
    }
    picture = _upright(image)
    facts["pixels"] = list(picture.size)
    picture = _reduced(picture)
    facts["transparent"] = picture.mode == "RGBA" and min(picture.getchannel("A").tobytes()) < 255
    return facts, [png(picture)]


def _reduced(image: Image.Image) -> Image.Image:
    """At most ``PREVIEW`` pixels long, in eight bits of RGB or RGBA."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    alpha = image.has_transparency_data
    if image.mode in {"P", "PA", "1", "LA", "YCbCr", "RGBX"} or (alpha and image.mode != "RGBA"):
        image = image.convert("RGBA" if alpha else "RGB")
    image.thumbnail((PREVIEW, PREVIEW), Image.Resampling.LANCZOS, reducing_gap=3)
    if image.mode == "CMYK":
        return _from_cmyk(image, profile)
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


def _from_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    """As close to how it prints as its own profile says."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its camera says; what a camera wrote may be nonsense."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - whatever nonsense is written there, the pixels stand
        return image


def _has_place(image: Image.Image) -> bool:
    try:
        return bool(image.getexif().get_ifd(_GPS))
    except Exception:  # noqa: BLE001 - whatever nonsense is written there, the pixels stand
        return False


def _depth(image: Image.Image, path: Path, kind: str) -> int:
    if kind == "PNG":
        with path.open("rb") as file:
            return file.read(25)[24]
    if kind == "TIFF":
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, (8,))  # type: ignore[attr-defined]
        return max(bits) if isinstance(bits, tuple) else int(bits)
    return 8


def _trailing(path: Path) -> bool:
    """Whether anything follows the end of a PNG."""
    with path.open("rb") as file:
        ended = next((True for name in _chunks(file) if name == b"IEND"), False)
        return ended and bool(file.read(1))


def _chunks(file: io.BufferedReader) -> Iterator[bytes]:
    file.seek(len(_PNG))
    while len(header := file.read(8)) == 8:
        size, name = struct.unpack(">I4s", header)
        file.seek(size + 4, 1)
        yield name


PngImagePlugin.MAX_TEXT_CHUNK = 1 << 20
PngImagePlugin.MAX_TEXT_MEMORY = 4 << 20
