"""What a user is asked to confirm about a report, gathered while it is read."""

from royalties.domain.problems import Notice

_SHOWN = 5


class RowWarnings:
    """One notice for each thing to be confirmed, however many rows it concerns."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[tuple[int, int], str]] = {}
        self._rows: dict[str, int] = {}
        self._said: dict[str, list[str]] = {}

    def add(self, code: str, at: tuple[int, int], message: str, rows: int = 1) -> None:
        """Count rows; the message of the first, by sheet and row, stands for all."""
        if code not in self._first or at < self._first[code][0]:
            self._first[code] = (at, message)
        self._rows[code] = self._rows.get(code, 0) + rows

    def say(self, code: str, message: str) -> None:
        """Say something about the file as a whole."""
        self._said.setdefault(code, []).append(message)

    def take(self, code: str) -> str:
        """Take a remark about rows out, as its text; empty if there was none."""
        return self._text(code) if code in self._first else ""

    def notices(self) -> list[Notice]:
        """All notices that were not taken out."""
        said = [
            Notice(code, "; ".join(texts[:_SHOWN]) + (" and more" if len(texts) > _SHOWN else ""))
            for code, texts in self._said.items()
        ]
        return said + [Notice(code, self._text(code)) for code in sorted(self._first)]

    def _text(self, code: str) -> str:
        rows = self._rows.pop(code)
        message = self._first.pop(code)[1]
        return message + (f" ({rows - 1:,} more such rows)" if rows > 1 else "")
