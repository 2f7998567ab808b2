"""The user's answers to what reports leave open, and which of them were needed."""

from collections.abc import Collection, Iterator, Mapping


class TrackedAnswers(Mapping[str, str]):
    """Answers by the key of their question; one that is looked up counts as needed."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = dict(answers)
        self._standing: Mapping[str, str] = {}
        self._needed: set[str] = set()
        self.remembered: Mapping[str, str] = {}
        """Answers that were given to such a report of this retailer before, by question."""
        self.recalled: dict[str, str] = {}
        """Those of them that counted."""
        self.taken: dict[str, str] = {}
        """Answers given now that counted and are to be remembered."""

    def beside(self, standing: Mapping[str, str]) -> "TrackedAnswers":
        """The same answers, falling back to those that always hold for a format."""
        both = TrackedAnswers(self._answers)
        both._standing = {**standing}
        both._needed = self._needed
        return both

    def __getitem__(self, key: str) -> str:
        if key not in self._answers and key in self._standing:
            return self._standing[key]
        self._needed.add(key)
        return self._answers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def peek(self, key: str, options: Collection[str] = ()) -> str:
        """An answer that may not be needed after all, if it is one of the options; else empty."""
        answer = self._answers.get(key) or self._standing.get(key, "")
        return answer if not options or answer in options else ""

    def given(self, key: str) -> str:
        """The answer that the user gives now; empty if there is none."""
        return self._answers.get(key, "")

    def need(self, keys: Collection[str]) -> None:
        """Mark answers as needed: they changed what was read."""
        self._needed.update(keys)

    def idle(self) -> list[str]:
        """Answers that had no effect, as the user gave them."""
        return [f"{key}={text}" for key, text in self._answers.items() if key not in self._needed]
