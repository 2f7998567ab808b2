"""Earlier statements, from before the books: what is done with one."""

from enum import StrEnum


class DocumentAction(StrEnum):
    """What was done with an earlier statement, as its history keeps it."""

    KEPT = "kept"
    FILED = "filed"
    AMENDED = "amended"
    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"
