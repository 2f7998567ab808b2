"""Earlier statements, from before the books: one of them, and what is done with it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from royalties.domain.spans import span_name


class DocumentAction(StrEnum):
    """What was done with an earlier statement, as its history records it."""

    KEPT = "kept"
    FILED = "filed"
    AMENDED = "amended"
    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Document:
    """An earlier statement.

    Attributes:
        beneficiary: its key; empty until somebody says it.
        first: the first day that it is about; None until somebody says it.
        last: the last one.
        note: of the staff alone.
        visible: whether the beneficiary's people see it.
        removed_at: when it was taken back; None: it was not.
    """

    id: int
    beneficiary: str
    first: date | None
    last: date | None
    note: str
    visible: bool
    name: str
    type: str
    sha256: str
    size: int
    at: datetime
    by: str
    removed_at: datetime | None

    @property
    def period(self) -> str:
        """The days it is about, as they are typed; empty until somebody says them."""
        return span_name(self.first, self.last) if self.first and self.last else ""

    @property
    def is_filed(self) -> bool:
        """Whether it is known whose it is, and of when."""
        return bool(self.beneficiary and self.last)
