"""What a user is asked to confirm about a report, gathered while it is read."""

from collections.abc import Callable

from royalties.domain.problems import Notice


class Remarks:
    """One notice for each thing to be confirmed, however many rows it concerns."""

    def __init__(self) -> None:
        self._first: dict[str, Callable[[int], str]] = {}
        self._rows: dict[str, int] = {}

    def add(self, code: str, message: Callable[[int], str], rows: int = 1) -> None:
        """Count rows; the first says how to word the notice, given how many rows there are."""
        self._first.setdefault(code, message)
        self._rows[code] = self._rows.get(code, 0) + rows

    def say(self, code: str, message: str) -> None:
        """A notice about the file as a whole."""
        self.add(code, lambda _: message)

    def take(self, code: str) -> str:
        """Take a remark out, as the text it would have been; empty if there was none."""
        word = self._first.pop(code, None)
        return word(self._rows[code]) if word else ""

    def notices(self) -> list[Notice]:
        """All notices."""
        return [Notice(code, word(self._rows[code])) for code, word in self._first.items()]


def more(rows: int) -> str:
    """A phrase for further rows of the same kind."""
    return f" ({rows - 1:,} more such rows)" if rows > 1 else ""
