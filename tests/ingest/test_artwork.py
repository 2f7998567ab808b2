"""Artwork files: recognised, searched for hidden content, and checked within limits."""

import io
import os
import resource
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from royalties.domain.orders.artwork import Use
from royalties.domain.orders.pricing import Option
from royalties.ingest.uploads import children, studio
from royalties.ingest.uploads.artwork import CheckedFile, check, named
from tests.builders.pdfs import a_pdf, a_stream, an_image

FILES = Path(__file__).parent / "files" / "artwork"
ON_COVER = (Option.LOGO_ON_COVER,)

Checks = Callable[..., CheckedFile]


@pytest.fixture
def look(tmp_path: Path) -> Checks:
    def checked(
        data: bytes, name: str = "logo", use: Use = Use.LOGO, options: tuple[Option, ...] = ON_COVER
    ) -> CheckedFile:
        path = tmp_path / "received"
        path.write_bytes(data)
        return check(path, name, use, options)

    return checked


def processor_seconds() -> float:
    """What this process and those that it started have cost, however busy the machine is."""
    uses = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def a_picture(
    size: tuple[int, int] = (1200, 700),
    mode: str = "RGBA",
    kind: str = "PNG",
    colour: object = None,
    **more: object,
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **more)  # type: ignore[arg-type]
    return out.getvalue()


def an_svg(inside: str, more: str = 'viewBox="0 0 300 200"') -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f"{more}>{inside}</svg>"
    ).encode()


def chunks(png: bytes) -> set[bytes]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, found = 8, set()
    while at < len(png):
        size = struct.unpack_from(">I", png, at)[0]
        found.add(png[at + 4 : at + 8])
        at += size + 12
    assert at == len(png), "something follows the end"
    return found


def refusal(found: CheckedFile) -> str:
    assert found.problems, found
    assert not found.previews
    [problem] = found.problems
    assert problem.remedy, "a problem says what to do"
    assert problem.column in {use.value for use in Use}
    return problem.message


# The files of the corpus


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("svg-script.svg", "contains scripts"),
        ("svg-xxe.svg", "DTD"),
        ("svg-css-import.svg", "external reference"),
        ("png-ztxt-bomb.png", "metadata of the picture is too large"),
        ("eps-as-png.png", "PostScript (EPS), not a PDF, PNG, JPEG"),
        ("logo-empty.png", "the file is empty"),
    ],
)
def test_a_hostile_file_is_refused_with_a_reason(name: str, said: str) -> None:
    found = check(FILES / name, name, Use.LOGO, ON_COVER)
    assert said in refusal(found)
    assert found.problems[0].value == name


def test_bytes_after_a_picture_are_not_in_its_preview() -> None:
    found = check(FILES / "png-html-polyglot.png", "logo.png", Use.LOGO, ON_COVER)
    assert not found.problems
    assert b"script" not in found.previews[0]
    assert any("follows the end" in each for each in found.warnings)


# Pictures


@pytest.mark.usefixtures("own_processes")
@pytest.mark.thorough("combinations", but_one_in=3)
@pytest.mark.parametrize(
    ("data", "type_", "colours"),
    [
        (a_picture(), "image/png", "RGB"),
        (a_picture(mode="RGB"), "image/png", "RGB"),
        (a_picture(mode="L"), "image/png", "grey"),
        (a_picture(mode="LA"), "image/png", "grey"),
        (a_picture(mode="1"), "image/png", "black and white"),
        (a_picture(mode="P"), "image/png", "palette"),
        (a_picture(mode="I;16", colour=60_000), "image/png", "grey"),
        (a_picture(mode="RGB", kind="JPEG"), "image/jpeg", "RGB"),
        (a_picture(mode="CMYK", kind="JPEG"), "image/jpeg", "CMYK"),
        (a_picture(mode="L", kind="JPEG"), "image/jpeg", "grey"),
        (a_picture(mode="CMYK", kind="TIFF", compression="tiff_lzw"), "image/tiff", "CMYK"),
        (a_picture(mode="RGBA", kind="TIFF"), "image/tiff", "RGB"),
    ],
)
def test_usual_picture_formats_are_accepted(
    look: Checks, data: bytes, type_: str, colours: str
) -> None:
    found = look(data)
    assert not found.problems
    assert (found.type, found.facts["colours"]) == (type_, colours)
    assert found.facts["pixels"] == [1200, 700]
    assert any("RGB" in each for each in found.warnings) == (colours in {"RGB", "palette"})
    [preview] = found.previews
    assert chunks(preview) <= {b"IHDR", b"IDAT", b"IEND"}
    assert Image.open(io.BytesIO(preview)).size == (1200, 700)


def test_sixteen_bit_picture_has_an_eight_bit_preview(look: Checks) -> None:
    found = look(a_picture(mode="I;16", colour=32_768))
    assert Image.open(io.BytesIO(found.previews[0])).convert("L").getpixel((5, 5)) == 128
    assert any("16 bits" in each for each in found.warnings)


def test_cmyk_picture_has_a_preview_close_to_print(look: Checks) -> None:
    found = look(a_picture(mode="CMYK", kind="TIFF", colour=(0, 255, 255, 0)))
    red, green, blue = Image.open(io.BytesIO(found.previews[0])).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 200
    assert green < 80
    assert blue < 80


def test_preview_keeps_transparency_and_warns_of_its_absence(look: Checks) -> None:
    clear = look(a_picture(colour=(9, 9, 9, 0)))
    assert clear.facts["transparent"] is True
    assert Image.open(io.BytesIO(clear.previews[0])).getpixel((3, 3))[3] == 0  # type: ignore[index]
    for opaque in (a_picture(colour=(9, 9, 9, 255)), a_picture(mode="RGB")):
        found = look(opaque)
        assert found.facts["transparent"] is False
        assert any("not transparent" in each for each in found.warnings)


def test_a_transparent_palette_is_transparent(look: Checks) -> None:
    assert look(a_picture(mode="P", transparency=0)).facts["transparent"] is True


@pytest.mark.parametrize(
    ("size", "options", "said"),
    [
        (
            (721, 400),
            ON_COVER,
            "sharp up to 6.1 cm (2.4 in) wide; on the cover it is 8 cm (3.1 in)",
        ),
        ((945, 500), ON_COVER, ""),
        ((720, 400), (Option.STICKER,), ""),
        ((500, 400), (Option.STICKER,), "on the sticker it is 5 cm"),
        ((400, 945), ON_COVER, ""),
    ],
)
def test_warning_of_a_coarse_logo_gives_its_print_size(
    look: Checks, size: tuple[int, int], options: tuple[Option, ...], said: str
) -> None:
    found = look(a_picture(size), options=options)
    coarse = [each for each in found.warnings if "prints sharp" in each]
    assert len(coarse) == bool(said)
    assert all(said in each for each in coarse)


def test_warning_of_a_coarse_logo_gives_the_pixels_needed(look: Checks) -> None:
    [said] = [each for each in look(a_picture((100, 50))).warnings if "prints sharp" in each]
    assert "945 × 473 pixels" in said
    assert not [each for each in look(a_picture((945, 473))).warnings if "prints sharp" in each]


def test_metadata_stays_out_of_previews(look: Checks) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    exif.get_ifd(0x8825)[1] = "N"
    found = look(a_picture(mode="RGB", kind="JPEG", exif=exif.tobytes(), comment=b"SECRET"))
    assert not found.problems
    assert b"SECRET" not in found.previews[0]
    assert any("GPS" in each for each in found.warnings)
    noted = PngImagePlugin.PngInfo()
    noted.add_text("Comment", "SECRET", zip=False)
    noted.add_itxt("XML:com.adobe.xmp", "SECRET")
    png = look(a_picture(pnginfo=noted, dpi=(72, 72)))
    assert b"SECRET" not in png.previews[0]
    assert chunks(png.previews[0]) == {b"IHDR", b"IDAT", b"IEND"}


def test_preview_follows_the_camera_orientation(look: Checks) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = look(a_picture((800, 400), "RGB", "JPEG", exif=exif.tobytes()))
    assert found.facts["pixels"] == [400, 800]


def test_nonsense_in_metadata_does_not_crash(look: Checks) -> None:
    found = look(
        a_picture(mode="RGB", kind="JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 90)
    )
    assert not found.problems


def test_animated_picture_is_reduced_to_its_first_frame(look: Checks) -> None:
    first, second = Image.new("RGB", (50, 50), "red"), Image.new("RGB", (50, 50), "blue")
    out = io.BytesIO()
    first.save(out, "PNG", save_all=True, append_images=[second])
    found = look(out.getvalue())
    assert any("2 pictures" in each for each in found.warnings)
    assert Image.open(io.BytesIO(found.previews[0])).getpixel((1, 1)) == (255, 0, 0)


def test_preview_is_never_longer_than_its_limit(look: Checks) -> None:
    found = look(a_picture((5000, 2000)))
    assert Image.open(io.BytesIO(found.previews[0])).size == (1200, 480)


def test_picture_one_pixel_high_has_a_preview(look: Checks) -> None:
    assert look(a_picture((20_000, 1))).previews


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_truncated_picture_is_refused(look: Checks, kind: str) -> None:
    noise = Image.frombytes("RGB", (200, 200), os.urandom(120_000))
    out = io.BytesIO()
    noise.save(out, kind)
    assert "damaged or incomplete" in refusal(look(out.getvalue()[: len(out.getvalue()) // 2]))


def test_a_wrong_checksum_is_refused(look: Checks) -> None:
    data = bytearray(a_picture())
    data[data.index(b"IDAT") + 10] ^= 0xFF
    assert "damaged" in refusal(look(bytes(data)))


@pytest.mark.usefixtures("own_processes")
@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (20_000, 20_000, "60 million pixels"),
        (2**31 - 1, 2**31 - 1, "million pixels"),
        (40_000, 9, "longer than 30,000"),
    ],
)
def test_huge_dimensions_in_the_header_are_refused(
    look: Checks, width: int, height: int, said: str
) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    began = processor_seconds()
    assert said in refusal(look(data))
    assert processor_seconds() - began < 10


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a" + b"\0" * 20, "a GIF picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"PK\x03\x04\x14\0", "a zip archive or an office document"),
        (b"MZ\x90\0", "a programme"),
        (b"\x1f\x8b\x08\0", "a compressed file"),
        (b"\xc5\xd0\xd3\xc6\x1e\0\0\0", "PostScript"),
        (b"%!PS-Adobe-3.0\n%%Creator: Adobe Illustrator", "PostScript"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a web page"),
        (b"\0\0\0\0", "nothing that we know"),
        (b"hello", "nothing that we know"),
    ],
)
def test_refusal_of_another_file_names_its_kind(look: Checks, data: bytes, said: str) -> None:
    assert said in refusal(look(data, "logo.png"))


def test_file_name_is_only_compared_with_the_content(look: Checks) -> None:
    found = look(a_picture(mode="RGB", kind="JPEG"), "logo.png")
    assert found.type == "image/jpeg"
    assert any("a JPEG picture, though its name ends in .png" in each for each in found.warnings)
    assert not any("though its name" in each for each in look(a_picture(), "LOGO.PNG").warnings)


@pytest.mark.parametrize(
    ("name", "type_", "kept"),
    [
        ("logo.png", "image/png", "logo.png"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("logo.png%00.exe", "image/png", "logo.png%00.exe.png"),
        ("page.html", "image/svg+xml", "page.html.svg"),
        ("mark.ai", "application/pdf", "mark.ai"),
        ("CON", "image/png", "CON.png"),
    ],
)
def test_kept_name_ends_like_the_content(name: str, type_: str, kept: str) -> None:
    assert named(name, type_) == kept


# Drawings


@pytest.mark.usefixtures("own_processes")
def test_svg_is_rewritten_with_drawing_elements_only(look: Checks) -> None:
    found = look(
        an_svg(
            "<metadata>SECRET</metadata><title>SECRET</title><!-- SECRET --><?php SECRET ?>"
            '<style type="text/css">.a{fill:#f00;behavior:none} .b{fill:url(#g)}</style>'
            '<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>'
            '<a xlink:href="https://example.org/SECRET"><rect class="a" width="9" height="9" '
            'data-x="SECRET" style="stroke:blue;unknown:SECRET"/></a>'
            '<use xlink:href="#r"/><path id="r" d="M0 0L9 9" filter="url(#f)"/>'
            '<animate attributeName="x" to="9"/><text x="1" y="9">Hi <tspan>there</tspan></text>'
        )
    )
    assert not found.problems
    clean = found.clean
    assert "SECRET" not in clean
    assert ".a { fill:#f00 }" in clean
    assert "fill:url(#g)" in clean
    assert 'href="#r"' in clean
    assert "stroke:blue" in clean
    assert "<tspan>there</tspan>" in clean
    assert "animate" not in clean
    assert "filter" not in clean
    assert any("animate, filter" in each for each in found.warnings)
    assert any("letters" in each for each in found.warnings)
    assert Image.open(io.BytesIO(found.previews[0])).size == (1200, 800)
    assert chunks(found.previews[0]) <= {b"IHDR", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA"}
    # What is kept is taken once more, and is the same.
    assert look(clean.encode()).clean == clean


def test_svg_keeps_its_transparent_background(look: Checks) -> None:
    found = look(an_svg('<rect width="150" height="200" fill="#00f"/>'))
    shown = Image.open(io.BytesIO(found.previews[0]))
    assert shown.getpixel((10, 10)) == (0, 0, 255, 255)
    assert shown.getpixel((1100, 400))[3] == 0  # type: ignore[index]


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "scripts"),
        ("<SCRIPT>alert(1)</SCRIPT>", "scripts"),
        ('<g><rect onclick="alert(1)"/></g>', "scripts"),
        ('<rect ONLOAD="alert(1)"/>', "scripts"),
        ('<handler type="text/ecmascript">x</handler>', "scripts"),
        ('<filter id="f"><g><script>x</script></g></filter>', "scripts"),
        ('<use href="javascript:alert(1)"/>', "scripts"),
        ('<use xlink:href="https://evil.example/x.svg#a"/>', "external reference"),
        ('<use xlink:href="data:image/svg+xml;base64,AAAA"/>', "external reference"),
        ('<use href="file:///etc/passwd#a"/>', "external reference"),
        ('<rect fill="url(https://evil.example/#g)"/>', "external reference"),
        ('<rect style="fill:url(//evil.example/x)"/>', "external reference"),
        ("<style>@import '//evil.example/x.css';</style>", "external reference"),
        ("<style>@\\69mport '//evil.example/x.css';</style>", "style rules"),
        ("<style>a{fill:u\\72l(//evil.example)}</style>", "style rules"),
        ("<style>a{background:url(//evil.example</style>", "style rules"),
        ("<style>a{fill:url(//evil.example/x)}</style>", "external reference"),
        ("<style>@font-face{src:url(//evil.example/f)}</style>", "external reference"),
        ("<style>@media print{a{fill:red}}</style>", "style rules"),
        ('<image href="data:image/png;base64,AAAA"/>', "picture of pixels"),
        ('<image xlink:href="file:///etc/passwd"/>', "picture of pixels"),
        ("<foreignObject><p>hi</p></foreignObject>", "web page"),
        ('<x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>', "scripts"),
        ('<x:iframe xmlns:x="http://www.w3.org/1999/xhtml"/>', "web page"),
        ('<g id="a"><use href="#a"/></g>', "refers to itself"),
        ('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>', "refers to itself"),
        ("<g>" * 100 + "</g>" * 100, "too complex"),
        ("<g/>" * 60_000, "too complex"),
        ("<g>", "damaged"),
    ],
)
def test_svg_with_scripts_or_external_references_is_refused(
    look: Checks, inside: str, said: str
) -> None:
    assert said in refusal(look(an_svg(inside)))


@pytest.mark.usefixtures("own_processes")
def test_svg_with_too_many_repetitions_is_refused(look: Checks) -> None:
    doubled = "".join(
        f'<g id="a{n}"><use href="#a{n - 1}"/><use href="#a{n - 1}"/></g>' for n in range(1, 40)
    )
    began = processor_seconds()
    assert "too complex" in refusal(look(an_svg(f'<g id="a0"><rect/></g>{doubled}')))
    assert processor_seconds() - began < 10


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg/>', "DTD"),
        (b'<!DOCTYPE s [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"/>', "DTD"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"), "nothing that we know"),
        (b'<?xml version="1.0" encoding="utf-7"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">+ADw-script+AD4-</svg>', ""),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\xff</svg>', "UTF-8"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "how large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 nan 9"/>', "how large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1e300 1"/>', "a line"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"/>', "how large"),
        (b'<svg width="9" height="9"/>', "not an SVG"),
        (b'<?xml version="1.0"?><invoice/>', "not an SVG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' + b" " * 5_000_000 + b"</svg>", "5 MB"),
    ],
)  # fmt: skip
def test_svg_must_be_plain_xml_with_a_size(look: Checks, data: bytes, said: str) -> None:
    found = look(data, "logo.svg")
    if said:
        assert said in refusal(found)
    else:  # what it says of its encoding is not believed: the letters are nothing but letters
        assert "script" not in found.clean


# Documents


@pytest.mark.usefixtures("own_processes")
def test_pdf_has_a_preview_of_every_page(look: Checks) -> None:
    found = look(a_pdf(pages=3), "proof.pdf", Use.PROOF)
    assert not found.problems
    assert (found.facts["pages"], found.facts["points"]) == (3, [432, 648])
    assert len(set(found.previews)) == 3
    for each in found.previews:
        assert chunks(each) <= {b"IHDR", b"IDAT", b"IEND"}
        assert Image.open(io.BytesIO(each)).size == (800, 1200)
    again = look(a_pdf(pages=3), "proof.pdf", Use.PROOF)
    assert again.previews == found.previews, "the same page looks the same"


def test_an_illustrator_file_is_a_pdf_inside(look: Checks) -> None:
    found = look(a_pdf(), "logo.ai")
    assert not found.problems
    assert found.type == "application/pdf"
    assert not any("though" in each for each in found.warnings)


def test_an_illustrator_file_without_its_pdf_is_refused(look: Checks) -> None:
    words = b"BT /F1 12 Tf 20 300 Td (This is an Adobe Illustrator File that was saved without PDF Content.) Tj ET"
    font = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    assert "without its PDF part" in refusal(look(a_pdf(content=words, page=font), "logo.ai"))


ACTION = "/S /JavaScript /JS (app.alert\\(1\\))"


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize(
    ("made", "said"),
    [
        (a_pdf(catalog=f"/OpenAction << {ACTION} >>"), "JavaScript"),
        (a_pdf(catalog="/OpenAction << /S /J#61vaScript /J#53 (1) >>"), "JavaScript"),
        (a_pdf(catalog=f"/Names << /JavaScript << /Names [(a) << {ACTION} >>] >> >>"), "JavaScript"),
        (a_pdf(page=f"/AA << /O << {ACTION} >> >>"), "JavaScript"),
        (a_pdf(catalog="/OpenAction 100 0 R", packed={100: f"<< {ACTION} >>"}), "JavaScript"),
        (a_pdf(catalog="/OpenAction 100 0 R", packed={100: "<< /S /J#61vaScript /J#53 (1) >>"}), "JavaScript"),
        (a_pdf(objects={100: f"<< {ACTION} >>".encode()}), "JavaScript"),
        (a_pdf(catalog="/OpenAction << /S /Launch /F (calc.exe) >>"), "starts a programme"),
        (a_pdf(catalog="/Names << /EmbeddedFiles << /Names [(a) 100 0 R] >> >>",
               objects={100: b"<< /Type /Filespec /F (a) /EF << /F 101 0 R >> >>",
                        101: a_stream(b"MZ", "/Type /EmbeddedFile")}), "another file"),
        (a_pdf(page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /GoToR /F (x) >> >>]"), "opens another file"),
        (a_pdf(page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /SubmitForm /F (x) >> >>]"), "sends data"),
        (a_pdf(page="/Annots [<< /Subtype /RichMedia /Rect [0 0 9 9] >>]"), "film"),
        (a_pdf(catalog="/AcroForm << /XFA 100 0 R >>", objects={100: a_stream(b"<x/>")}), "XFA"),
        (a_pdf(encrypted=""), "password"),
        (a_pdf(encrypted="secret"), "password"),
        (a_pdf()[:200], "damaged"),
        (b"%PDF-1.7\n" + b"\0" * 5_000, "damaged"),
        (a_pdf(size=(20_000, 20_000)), "points large"),
        (a_pdf(size=(1, 1)), "points large"),
        (a_pdf(pages=2), "2 pages"),
    ],
)  # fmt: skip
def test_pdf_with_actions_or_hidden_content_or_of_another_kind_is_refused(
    look: Checks, made: bytes, said: str
) -> None:
    assert said in refusal(look(made, "logo.pdf"))


@pytest.mark.usefixtures("own_processes")
def test_drawing_works_after_the_working_directory_was_deleted(
    look: Checks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert look(an_svg('<circle cx="150" cy="90" r="37"/>'), "logo.svg").previews


def test_text_that_only_looks_like_an_action_is_accepted(look: Checks) -> None:
    font = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    words = b"BT /F1 12 Tf 20 300 Td (read /JS, /JavaScript and /Launch) Tj ET"
    uri = "/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/JS) >> >>]"
    found = look(a_pdf(content=words, page=f"{font} {uri}"), "logo.pdf")
    assert not found.problems
    assert any("Helvetica" in each for each in found.warnings), "its font is not in it"


def test_coarse_picture_in_a_pdf_is_warned_of(look: Checks) -> None:
    page = "/Resources << /XObject << /I 100 0 R >> >>"
    draw = b"q 300 0 0 300 20 20 cm /I Do Q"
    coarse = look(a_pdf(page=page, content=draw, objects={100: an_image(200, 200)}), "c", Use.COVER)
    assert any("prints at 48 dpi" in each for each in coarse.warnings)
    fine = look(a_pdf(page=page, content=draw, objects={100: an_image(1300, 1300)}), "c", Use.COVER)
    assert not any("dpi on" in each for each in fine.warnings)


def test_cover_that_is_too_small_is_warned_of(look: Checks) -> None:
    found = look(a_pdf(size=(400, 600)), "cover.pdf", Use.COVER)
    assert any("a cover is 15.2 cm (6 in)" in each for each in found.warnings)
    assert not look(a_pdf(size=(450, 666)), "cover.pdf", Use.COVER).warnings


@pytest.mark.thorough("large files")
def test_a_proof_has_at_most_forty_pages(look: Checks) -> None:
    assert not look(a_pdf(pages=40), "p.pdf", Use.PROOF).problems
    assert "41 pages" in refusal(look(a_pdf(pages=41), "p.pdf", Use.PROOF))


@pytest.mark.parametrize("use", [Use.PROOF, Use.LETTER])
def test_letters_and_proofs_must_be_documents(look: Checks, use: Use) -> None:
    assert "a picture" in refusal(look(a_picture(), "page.png", use))
    assert "an SVG" in refusal(look(an_svg("<g/>"), "page.svg", use))


# Letters


@pytest.mark.usefixtures("own_processes")
def test_letter_keeps_typed_line_breaks(look: Checks) -> None:
    text = "Dear *reader*,\r\n\r\n#it costs $5 [sic] @you.\r\n\r\nYours\r\nAnna"
    found = look(text.encode(), "letter.txt", Use.LETTER)
    assert not found.problems
    assert found.facts["pages"] == 1
    assert Image.open(io.BytesIO(found.previews[0])).height == 1197


def test_a_long_letter_is_refused(look: Checks) -> None:
    assert "pages" in refusal(look(b"word " * 3_500, "letter.txt", Use.LETTER))
    assert "longer than" in refusal(look(b"a" * 20_001, "letter.txt", Use.LETTER))


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfea\0", b"   \n", "a\u202eb".encode()])
def test_letter_that_is_not_text_is_refused(look: Checks, data: bytes) -> None:
    assert refusal(look(data, "letter.txt", Use.LETTER))


# What it costs


@pytest.mark.usefixtures("own_processes")
def test_decompression_bomb_ends_only_the_child_process(
    look: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "CPU_SECONDS", 3)
    page = "/Resources << /XObject << /I 100 0 R >> >>"
    draw = b"q 300 0 0 300 20 20 cm /I Do Q"
    bomb = a_pdf(page=page, content=draw, objects={100: an_image(25_000, 25_000)})
    assert len(bomb) < 3_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = processor_seconds()
    found = look(bomb, "logo.pdf")
    assert processor_seconds() - began < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    assert found.problems or found.previews


@pytest.mark.usefixtures("own_processes")
def test_child_process_that_takes_too_long_is_ended(
    look: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "WAIT_SECONDS", 0)
    assert "could not be looked at safely" in refusal(look(a_picture()))


@pytest.mark.usefixtures("own_processes")
@pytest.mark.thorough("measurements")
def test_child_process_that_computes_too_long_is_ended(
    look: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "CPU_SECONDS", 1)
    monkeypatch.setattr(children, "WAIT_SECONDS", 30)
    lines = b" ".join(b"%d 0 m 300 600 l S" % (n % 400) for n in range(1_500_000))
    began = processor_seconds()
    found = look(a_pdf(content=lines), "logo.pdf")
    assert "could not be looked at safely" in refusal(found)
    assert processor_seconds() - began < 20


@pytest.mark.usefixtures("own_processes")
def test_child_process_with_too_much_output_is_ended(
    look: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "MOST_BYTES", 1_000)
    assert "safely" in refusal(look(a_pdf(pages=3), "p.pdf", Use.PROOF))
