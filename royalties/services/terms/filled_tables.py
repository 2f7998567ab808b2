"""Tables that staff filled in: read before anything is held for them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from royalties.ingest.uploads.filled_apart import read_filled_apart
from royalties.ingest.uploads.filled_table import CellFault, FilledRow, FilledTableError
from royalties.services.work import RefusedError


class FaultyTableError(RefusedError):
    """A filled-in table has faults; nothing was recorded of it."""

    def __init__(self, name: str, faults: Iterable[CellFault]) -> None:
        self.faults = list(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"{name}: {count}", *map(str, self.faults)]))


def filled_rows(
    path: Path, name: str, columns: Sequence[str], needed: Sequence[str]
) -> list[FilledRow]:
    """The rows of a table that was filled in.

    Args:
        path: where its bytes are.
        name: as it was sent.
        columns: that are known.
        needed: of them, those without which it is not the table that is meant.

    Raises:
        FaultyTableError: it is no such table, or could not be read safely.
    """
    try:
        return read_filled_apart(path, columns, needed)
    except FilledTableError as error:
        raise FaultyTableError(name, [CellFault(1, "file", "", str(error))]) from None
