"""An archive with very many parts is refused by its directory, before its contents are read."""

import io
import struct
import zipfile

import pytest

from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.sandbox import archive
from royalties.ingest.uploads import attachments
from royalties.ingest.uploads.attachments import DOCX, type_of
from royalties.ingest.uploads.directory import directory


def packed(entries: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("[Content_Types].xml", "word/document.xml"):
            made.writestr(name, "x")
        for number in range(entries - 2):
            made.writestr(f"word/media/{number}", "")
    return out.getvalue()


def claiming(data: bytes, *, entries: int, size: int) -> bytes:
    """The same with another end, and what it was in the form for large archives."""
    at = data.rfind(b"PK\x05\x06")
    large = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    return data[:at] + large + locator + data[at:]


def test_archive_directory_is_read_or_refused() -> None:
    data = packed(12)
    found = directory(io.BytesIO(data))
    assert found is not None
    assert found.entries == 12
    assert found.holds_at_most(12)
    assert not found.holds_at_most(11)
    assert directory(io.BytesIO(b"PK\x03\x04" + b"x" * 100_000)) is None
    large = directory(io.BytesIO(claiming(data, entries=400_000, size=30_000_000)))
    assert large == (400_000, 30_000_000)
    assert type_of(io.BytesIO(data)) == DOCX


@pytest.mark.parametrize(
    "data",
    [
        packed(2_100),
        claiming(packed(3), entries=400_000, size=30_000_000),
        claiming(packed(3), entries=3, size=30_000_000),
    ],
    ids=["many", "many of a large archive", "a large directory"],
)
def test_very_many_parts_are_not_listed(
    data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    def listed(*_: object) -> None:
        raise AssertionError("its contents were read")

    monkeypatch.setattr(attachments, "ZipFile", listed)
    monkeypatch.setattr(zipfile, "ZipFile", listed)
    with pytest.raises(UnreadableError, match="packs more than"):
        type_of(io.BytesIO(data))
    path = tmp_path / "book.xlsx"  # type: ignore[operator]
    path.write_bytes(data)
    with pytest.raises(archive.FileRefusedError, match="packs"):
        archive.Archive(path)
