"""Which of the formats a bank's file is written in, by its first lines."""

from collections.abc import Callable

from royalties.ingest.payments.ach_returns import read_ach_returns
from royalties.ingest.payments.bai2 import read_bai2
from royalties.ingest.payments.camt import read_camt
from royalties.ingest.payments.faults import MOST_BYTES, BankFile
from royalties.ingest.payments.ofx import read_ofx

_LOOKED_AT = 4_096


def read_bank_file(data: bytes) -> BankFile:
    """What a camt.053, BAI2, OFX or NACHA return file says; a table is read by a map instead."""
    if len(data) > MOST_BYTES:
        return _refused(
            f"the file is larger than {MOST_BYTES // 1_000_000} MB", "choose fewer days"
        )
    head = data[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \r\n\t")
    if b"OFXHEADER" in head or b"<OFX>" in head:
        return _text("OFX", data, read_ofx)
    if head.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        return _named("camt.053", read_camt(data))
    if head.startswith(b"01,"):
        return _text("BAI2", data, read_bai2)
    if head.startswith(b"101"):
        return _text("NACHA", data, read_ach_returns)
    return _refused(
        "this is neither camt.053 nor BAI2, OFX or a NACHA file of returns",
        "export one of these at the bank, or import a table by a map of its columns",
    )


def _text(name: str, data: bytes, read: Callable[[str], BankFile]) -> BankFile:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return _named(name, read(data.decode(encoding)))
        except UnicodeDecodeError:
            continue
    refused = _refused(
        "the file's characters are neither UTF-8 nor Windows-1252", "export it again"
    )
    return _named(name, refused)


def _named(name: str, file: BankFile) -> BankFile:
    file.format = name
    return file


def _refused(message: str, remedy: str) -> BankFile:
    file = BankFile()
    file.fault(0, message, remedy)
    return file
