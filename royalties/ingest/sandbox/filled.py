"""The child that reads a filled-in table, with little memory and time.

``python -m royalties.ingest.sandbox.filled PATH COLUMNS NEEDED SECONDS`` writes one marshalled
value: the rows as ``[number, cells]``, or why there are none as text.
"""

import json
import marshal
import sys
from pathlib import Path
from typing import Any

from royalties.ingest.sandbox.limits import limit
from royalties.ingest.uploads.filled_table import FilledTableError, read_filled


def main(path: str, columns: str, needed: str, seconds: str) -> int:
    """Read one table for the parent."""
    limit(int(seconds))
    try:
        rows = read_filled(Path(path), json.loads(columns), json.loads(needed))
        found: Any = [[row.number, row.cells] for row in rows]
    except FilledTableError as error:
        found = str(error)
    sys.stdout.buffer.write(marshal.dumps(found))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
