"""What is wrong with data from outside, as values: where it stands, what it is, what to do."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a report: nothing of the report is recorded while one stands.

    ``row`` is the spreadsheet's row or the text file's line, the first being 1; 0 and an empty
    column mean the whole sheet or file.
    """

    message: str
    remedy: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be confirmed before a report is recorded (a *warning* of the interface)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a report can be read in two ways about, and nobody may guess."""

    key: str
    message: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetupFault:
    """One fault of a setup file, at a path such as ``contracts[0].rules[1].basis``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(slots=True)
class Skipped:
    """Rows left out on purpose, counted by reason."""

    by_reason: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, rows: int = 1) -> None:
        """Count rows that were left out for a reason."""
        self.by_reason[reason] = self.by_reason.get(reason, 0) + rows
