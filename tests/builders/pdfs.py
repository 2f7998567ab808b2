"""PDFs built by hand, with whatever should not be in them."""

import zlib
from collections.abc import Mapping, Sequence
from hashlib import md5

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_IDENTITY = b"0123456789abcdef"


def a_pdf(
    *,
    pages: int = 1,
    size: tuple[int, int] = (432, 648),
    catalog: str = "",
    page: str = "",
    content: bytes = b"0.1 0.4 0.6 rg 100 200 200 200 re f",
    objects: Mapping[int, bytes] | None = None,
    packed: Mapping[int, str] | None = None,
    encrypted: str | None = None,
) -> bytes:
    """A PDF.

    Args:
        pages: how many; each shows its number by its line's position.
        size: of each page, in points.
        catalog: more of the catalog's dictionary.
        page: more of each page's dictionary.
        content: what each page draws.
        objects: more objects, by number from 100 on.
        packed: objects that are compressed in an object stream.
        encrypted: the password that opens it, empty or not; None: it is not encrypted.
    """
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(pages))
    made: dict[int, bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
    }
    for number in range(pages):
        drawn = content + f" 0 0 m {100 + 10 * number} 40 l S".encode()
        made[10 + 2 * number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] "
            f"/Contents {11 + 2 * number} 0 R {page} >>"
        ).encode()
        made[11 + 2 * number] = a_stream(drawn)
    made |= objects or {}
    trailer = "/Root 1 0 R"
    if encrypted is not None:
        made[90] = _encryption(encrypted)
        trailer += f" /Encrypt 90 0 R /ID [<{_IDENTITY.hex()}> <{_IDENTITY.hex()}>]"
    return _with_table(made, packed or {}, trailer)


def a_stream(data: bytes, dictionary: str = "") -> bytes:
    """A stream object's body."""
    head = f"<< /Length {len(data)} {dictionary} >>\nstream\n".encode()
    return head + data + b"\nendstream"


def an_image(width: int, height: int) -> bytes:
    """A grey picture of a single shade, however large: a few bytes."""
    packer = zlib.compressobj(1)
    row = b"\x80" * width
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return a_stream(
        packed,
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 "
        f"/ColorSpace /DeviceGray /Filter /FlateDecode",
    )


def _with_table(made: Mapping[int, bytes], packed: Mapping[int, str], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places: dict[int, tuple[int, int, int]] = {}
    for number, body in made.items():
        places[number] = (1, len(out), 0)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    if not packed:
        return bytes(out) + _table(places, len(out), trailer)
    # Objects in a stream need a table in a stream.
    bodies = [body.encode() for body in packed.values()]
    starts = [sum(len(each) + 1 for each in bodies[:place]) for place in range(len(bodies))]
    index = " ".join(f"{n} {at}" for n, at in zip(packed, starts, strict=True)) + " "
    data = zlib.compress(index.encode() + b" ".join(bodies))
    places[80] = (1, len(out), 0)
    places |= {number: (2, 80, place) for place, number in enumerate(packed)}
    more = f"/Type /ObjStm /N {len(packed)} /First {len(index)} /Filter /FlateDecode"
    out += b"80 0 obj\n" + a_stream(data, more) + b"\nendobj\n"
    start = len(out)
    places[81] = (1, start, 0)
    size = max(places) + 1
    rows = b"".join(
        bytes([kind]) + where.to_bytes(4) + place.to_bytes(2)
        for kind, where, place in (places.get(number, (0, 0, 0)) for number in range(size))
    )
    table = a_stream(rows, f"/Type /XRef /Size {size} /W [1 4 2] {trailer}")
    out += b"81 0 obj\n" + table + b"\nendobj\n"
    return bytes(out) + f"startxref\n{start}\n%%EOF\n".encode()


def _table(places: Mapping[int, Sequence[int]], start: int, trailer: str) -> bytes:
    lines = ["xref\n0 1\n0000000000 65535 f \n"]
    lines += [f"{number} 1\n{place[1]:010} 00000 n \n" for number, place in places.items()]
    end = f"trailer\n<< /Size {max(places) + 1} {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return ("".join(lines) + end).encode()


def _encryption(password: str) -> bytes:
    """The oldest kind of encryption, whose keys take a few lines."""
    padded = (password.encode() + _PADDING)[:32]
    owner_key = md5((b"owner" + _PADDING)[:32], usedforsecurity=False).digest()[:5]
    owner = _rc4(owner_key, padded)
    allowed = (-4).to_bytes(4, "little", signed=True)
    key = md5(padded + owner + allowed + _IDENTITY, usedforsecurity=False).digest()[:5]
    user = _rc4(key, _PADDING)
    return (
        f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>"
    ).encode()


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for each in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(each ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
