"""The child that reads a bank's file, with little memory and time.

``python -m royalties.ingest.sandbox.bank PATH SECONDS`` writes one JSON value: what
``royalties.ingest.payments.apart`` makes a file of.
"""

import sys
from pathlib import Path

from royalties.ingest.payments.apart import sent
from royalties.ingest.payments.recognised import read_bank_file
from royalties.ingest.payments.table_columns import first_rows
from royalties.ingest.sandbox.limits import limit


def main(path: str, seconds: str) -> int:
    """Read one file for the parent."""
    limit(int(seconds))
    file = read_bank_file(Path(path).read_bytes())
    if not file.format:
        file.sample = first_rows(Path(path))
    sys.stdout.buffer.write(sent(file))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
