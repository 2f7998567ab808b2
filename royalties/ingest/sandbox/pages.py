"""A PDF that somebody sent: looked through for what it should not hold, and shown page by page."""

import io
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as engine

from royalties.ingest.sandbox.archive import FileRefusedError
from royalties.ingest.sandbox.pictures import PREVIEW, png

SHORTEST, LONGEST = 7, 14_400
"""Points of a page's sides, from a tenth of an inch to what a PDF can have."""

_MOST_OBJECTS = 3_000
_MOST_FONTS = 5

_ACTIVE = {
    b"JavaScript": "a script (JavaScript)",
    b"JS": "a script (JavaScript)",
    b"Launch": "a command that starts a programme",
    b"EmbeddedFile": "another file inside it",
    b"EmbeddedFiles": "another file inside it",
    b"GoToE": "another file inside it",
    b"GoToR": "a link that opens another file",
    b"SubmitForm": "a form that sends data",
    b"ImportData": "a form that reads data",
    b"XFA": "an interactive form (XFA)",
    b"RichMedia": "film or sound",
    b"Movie": "film or sound",
    b"Sound": "film or sound",
    b"Rendition": "film or sound",
    b"Screen": "film or sound",
    b"3D": "a 3D scene",
}
_TELLING = 10
"""Letters from which a name is never met by chance among a file's compressed bytes."""

_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb">>[\x00\t\n\f\r ]{0,8}stream\r?\n")
_LENGTH = re.compile(rb"/Length (\d{1,10})(?!\d)")
_ABOUT, _ABOUT_END = b"<?xpacket begin", b"<?xpacket end"
"""Between them a file says something of itself: words, of which none acts."""

_TEXT = re.compile(rb"\\.|\((?:\\.|[^\\()]++)*+\)", re.DOTALL)
"""A sign that is escaped, or a text in parentheses; looked for together, a sign is read once."""

_WITHOUT_PDF = "saved without PDF Content"
_FLATTEN = "print it into a new PDF (or export it as PDF/X) and send that"


def measure(path: Path, most_pages: int) -> tuple[dict[str, Any], list[bytes]]:
    """What a PDF is, and a picture of every page if there are no more than may be.

    Raises:
        FileRefusedError: it is damaged, encrypted, active, or no page can be shown.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise _encrypted() from None
        raise FileRefusedError(
            "the PDF is damaged", "open it in your design programme and save it anew as PDF"
        ) from None
    if engine.FPDF_GetSecurityHandlerRevision(document.raw) != -1:
        raise _encrypted()
    _require_passive(document, path)
    pages = len(document)
    facts: dict[str, Any] = {"type": "application/pdf", "pages": pages}
    if not pages:
        raise FileRefusedError("the PDF has no page", "save it anew as PDF and send that")
    facts["points"] = _points(document[0])
    if pages > most_pages:
        return facts, []
    facts["dpi"], facts["fonts"] = _looked_through(document)
    return facts, [_picture(page) for page in document]


def _encrypted() -> FileRefusedError:
    return FileRefusedError(
        "the PDF is protected by a password", "save it without one and send that"
    )


def _require_passive(document: pdfium.PdfDocument, path: Path) -> None:
    """Refuse what acts: in the document as it was understood, and in the bytes as they are."""
    out = io.BytesIO()
    document.save(out)
    names_found = names(out.getvalue())
    raw = without_texts(without_words(path.read_bytes()))
    names_found |= {name for name in _ACTIVE if len(name) >= _TELLING and b"/" + name in raw}
    if active := sorted({_ACTIVE[name] for name in names_found & _ACTIVE.keys()}):
        raise FileRefusedError(f"the PDF holds {' and '.join(active)}", _FLATTEN)


def names(written: bytes) -> set[bytes]:
    """All names in a PDF as the engine writes it: plain objects, and streams with their length."""
    names_found: set[bytes] = set()
    at = 0
    while at < len(written):
        stream = _STREAM.search(written, at)
        end = stream.end() if stream else len(written)
        names_found.update(
            _ESCAPED.sub(lambda each: bytes([int(each[1], 16)]), name[1])
            for name in _NAME.finditer(without_texts(written[at:end]))
        )
        at = end + _length_before(written, at, end) if stream else end
    return names_found


def _length_before(written: bytes, begin: int, end: int) -> int:
    """How long the stream is whose dictionary ends here, as the engine writes it."""
    begin = max(written.rfind(b"endobj", begin, end), begin)
    stated = _LENGTH.search(written, begin, end)
    return int(stated[1]) if stated else 0


def without_texts(data: bytes) -> bytes:
    """A file with empty parentheses in the place of its texts."""
    return _TEXT.sub(lambda each: b"()" if each[0][:1] == b"(" else each[0], data)


def without_words(data: bytes) -> bytes:
    """A file without what it says of itself."""
    kept, at = [], 0
    while (start := data.find(_ABOUT, at)) >= 0:
        end = data.find(_ABOUT_END, start)
        close = data.find(b">", end) if end >= 0 else -1
        if close < 0:
            break
        kept.append(data[at:start])
        at = close + 1
    return b"".join([*kept, data[at:]])


def _points(page: pdfium.PdfPage) -> list[int]:
    width, height = (round(side) for side in page.get_size())
    if not (SHORTEST <= width <= LONGEST and SHORTEST <= height <= LONGEST):
        raise FileRefusedError(
            f"a page of the PDF is {width} × {height} points large", "save it at its printed size"
        )
    return [width, height]


def _looked_through(document: pdfium.PdfDocument) -> tuple[int | None, list[str]]:
    """The coarsest picture's pixels per inch, and fonts that are not in the file."""
    coarsest: int | None = None
    fonts: set[str] = set()
    wanted = [engine.FPDF_PAGEOBJ_IMAGE, engine.FPDF_PAGEOBJ_TEXT]
    for number, page in enumerate(document):
        for item in islice(page.get_objects(filter=wanted, max_depth=5), _MOST_OBJECTS):
            if item.type == engine.FPDF_PAGEOBJ_IMAGE:
                dpi = _dpi(item, page)
                coarsest = dpi if coarsest is None else min(coarsest, dpi or coarsest)
            elif len(fonts) < _MOST_FONTS and (name := _missing_font(item)):
                fonts.add(name)
        if number == 0 and _WITHOUT_PDF in page.get_textpage().get_text_range():
            raise FileRefusedError(
                "the Illustrator file was saved without its PDF part",
                "save it again with 'Create PDF Compatible File', or as PDF",
            )
    return coarsest or None, sorted(fonts)


def _dpi(picture: pdfium.PdfObject, page: pdfium.PdfPage) -> int:
    metadata = engine.FPDF_IMAGEOBJ_METADATA()
    if not engine.FPDFImageObj_GetImageMetadata(picture.raw, page.raw, metadata):
        return 0
    return int(min(metadata.horizontal_dpi, metadata.vertical_dpi))


def _missing_font(text: pdfium.PdfObject) -> str:
    font = engine.FPDFTextObj_GetFont(text.raw)
    if not font or engine.FPDFFont_GetIsEmbedded(font):
        return ""
    size = engine.FPDFFont_GetBaseFontName(font, None, 0)
    name = bytearray(size)
    engine.FPDFFont_GetBaseFontName(font, (engine.c_char * size).from_buffer(name), size)
    return name.rstrip(b"\0").decode("utf-8", "replace")[:60] or "a font without a name"


def _picture(page: pdfium.PdfPage) -> bytes:
    width, height = _points(page)
    bitmap = page.render(scale=PREVIEW / max(width, height))
    image = bitmap.to_pil()
    image.thumbnail((PREVIEW, PREVIEW))
    return png(image.convert("RGB"))
