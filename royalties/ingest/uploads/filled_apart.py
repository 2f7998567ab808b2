"""The parent's end of the child that reads a filled-in table."""

import json
import marshal
from collections.abc import Sequence
from pathlib import Path

from royalties.ingest.uploads.children import answer_of
from royalties.ingest.uploads.filled_table import FilledRow, FilledTableError

_MOST_BYTES = 200_000_000
"""Of the rows as they are sent; a table has at most 5 MB and 20,000 rows."""

_UNSAFE = (
    "the file could not be read safely: open it in a spreadsheet program, copy the table into a "
    "new file and save that as CSV"
)


def read_filled_apart(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[FilledRow]:
    """What ``read_filled`` reads, whatever the file does to its reader.

    Raises:
        FilledTableError: it cannot be read, has no such header, or took too long.
    """
    sent = answer_of(
        "royalties.ingest.sandbox.filled",
        str(path.absolute()),
        json.dumps(columns),
        json.dumps(needed),
        most_bytes=_MOST_BYTES,
    )
    try:
        rows = marshal.loads(sent or b"")  # noqa: S302 - from our own child
    except (EOFError, ValueError, TypeError):
        raise FilledTableError(_UNSAFE) from None
    if isinstance(rows, str):
        raise FilledTableError(rows)
    return [FilledRow(number, cells) for number, cells in rows]
