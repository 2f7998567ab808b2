"""The parent's end of the child that reads a bank's file, and what passes between the two."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from royalties.ingest.payments.faults import MOST_BYTES, BankFile
from royalties.ingest.payments.table import TableMap, read_table
from royalties.ingest.uploads.children import answer_of
from royalties.ingest.uploads.filled_apart import read_filled_apart
from royalties.ingest.uploads.filled_table import FilledTableError

_MOST_ANSWERED = 100_000_000
_FILE = TypeAdapter(BankFile)


def sent(file: BankFile) -> bytes:
    """What the child sends."""
    return _FILE.dump_json(file)


def read_bank_file_apart(path: Path) -> BankFile:
    """What a camt.053, BAI2, OFX or NACHA return file says, whatever it does to its reader."""
    if path.stat().st_size > MOST_BYTES:
        return _refused(
            f"the file is larger than {MOST_BYTES // 1_000_000} MB", "choose fewer days"
        )
    answer = answer_of(
        "royalties.ingest.sandbox.bank", str(path.absolute()), most_bytes=_MOST_ANSWERED
    )
    try:
        return _FILE.validate_json(answer or b"")
    except ValidationError:
        return _refused("the file could not be read safely", "export it again, for fewer days")


def read_table_apart(path: Path, columns: TableMap) -> BankFile:
    """Bookings of a bank's CSV or workbook, by a map in which ``faults_of`` finds no fault."""
    try:
        rows = read_filled_apart(path, list(columns.columns.values()), columns.needed)
    except FilledTableError as error:
        return _refused(str(error), "compare its headings with the map of its columns")
    file = read_table(rows, columns)
    file.format = "table"
    return file


def _refused(message: str, remedy: str) -> BankFile:
    file = BankFile()
    file.fault(0, message, remedy)
    return file
