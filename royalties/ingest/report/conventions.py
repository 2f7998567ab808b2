"""What a file does alike everywhere and never says: its decimal mark, its order of day and month.

A convention is proven by cells that can be read one way only. Where none is found in the whole
file, a kind of report has its habit, or the user chooses; nobody guesses. A file whose every proof
speaks against the habit, as after a spreadsheet of another country saved it, is asked about. What
the user chose for such a report of this retailer before is not asked again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from royalties.domain.problems import Choice

_TELLING = (",", "dmy", "mdy")
"""Answers that a user wants to see; a decimal point is what everybody expects."""


class Convention:
    """One such question, its proofs and its answer."""

    def __init__(
        self, key: str, message: str, options: dict[str, str], fixed: str = "", habit: str = ""
    ) -> None:
        """Take options as words for the user by answer.

        Args:
            key: of the answer.
            message: the question.
            options: see above.
            fixed: the answer that the user gave, or the mapping.
            habit: how reports of this kind are written, as long as the file does not contradict.
        """
        self.key = key
        self.fixed = fixed
        self.habit = habit
        self.remembered = ""
        """What the user chose before: it counts only where there would be a question."""
        self.recalled = False
        self.asked = False
        self.consulted = bool(habit and fixed and fixed != habit)
        self._message = message
        self._options = options
        self._proofs: dict[str, int] = {}
        self._examples: dict[str, tuple[str, int]] = {}
        self._settled = ""
        self._search: Callable[[], None] | None = None
        self._contradicted = False

    def search_with(self, search: Callable[[], None]) -> None:
        """Set what looks through the whole file for proofs, once they are needed."""
        self._search = search

    def prove(self, answer: str, text: str, row: int = 0) -> None:
        """Take note of a cell that can be read one way only."""
        self._proofs[answer] = self._proofs.get(answer, 0) + 1
        if answer not in self._examples or not self._examples[answer][1]:
            self._examples[answer] = (text, row)

    def settle(self) -> None:
        """Go by the habit if it is proven, else by what most proofs so far say, or ask."""
        if self._settled or not self._proofs:
            return
        if self.habit in self._proofs:
            self._settled = self.habit
        elif not self.habit:
            self._settled = max(self._proofs, key=lambda answer: self._proofs[answer])
        elif not self.fixed and not self._contradicted:
            self._search_file()
            self._contradicted = self.habit not in self._proofs
            if self._contradicted and self._proofs.keys() == {self.remembered}:
                self._contradicted, self._settled, self.recalled = False, self.remembered, True
                return
            self.asked = self.asked or self._contradicted
            self.settle()

    @property
    def answer(self) -> str:
        """The answer as known so far, or nothing."""
        return self.fixed or self._settled or ("" if self._contradicted else self.habit)

    def beside(self, proof: str, text: str) -> str:
        """The answer as known beside a cell that can be read one way only; nothing: it is asked."""
        if not self.fixed and not self._settled:
            self.prove(proof, text)
            self.settle()
        return self.answer

    def found(self) -> str:
        """The answer, after a look through the whole file if need be; nothing if there is none."""
        if not self.answer:
            self._search_file()
            self.settle()
        return self.answer

    def needed(self) -> str:
        """The same; goes by what was chosen before, or asks, if there is none."""
        return self.found() or self.recall()

    def recall(self) -> str:
        """What was chosen before for what the file leaves open; asks if there was nothing."""
        if self.remembered and not self._contradicted:
            self.recalled = True
            return self.remembered
        self.asked = True
        return ""

    @property
    def is_open(self) -> bool:
        """Whether the user has to choose: also where a later table shows another answer."""
        return self.asked or (self.recalled and self._settled not in ("", self.remembered))

    def _search_file(self) -> None:
        if self._search:
            search, self._search = self._search, None
            search()

    def witness(self) -> str:
        """The cell that settled it, for a message about one that differs."""
        if self.fixed:
            return f"the report is set to {self._options[self.fixed]}"
        text, row = self._examples.get(self._settled, ("", 0))
        return f"row {row} has {text!r}" if row else f"other cells have {text!r}"

    def told(self) -> str:
        """What the file itself settled, where that is not what most files do."""
        if self._settled in _TELLING and self._settled != self.habit:
            return f"read with {self._options[self._settled]}"
        return ""

    def choice(self) -> Choice:
        """The question for the user."""
        message = self._message
        if self._contradicted:
            (text, row), *_ = self._examples.values()
            where = f"row {row} has {text!r}" if row else f"{text!r} stands in it"
            message = f"such reports are written with {self._options[self.habit]}, but {where}"
        return Choice(self.key, message, tuple(self._options))


def again(choice: Choice, choices: Mapping[str, str]) -> Choice:
    """A question, with the answer that did not fit if there was one."""
    answer = choices.get(choice.key)
    if not answer:
        return choice
    return replace(choice, message=f"{answer!r} does not fit: {choice.message}")


def decimal_mark(fixed: str, habit: str = "") -> Convention:
    """Which of point and comma parts the decimals."""
    return Convention(
        "decimal",
        "an amount such as 1,234 can mean a thousand or one and a bit: choose the decimal mark",
        {".": "a decimal point", ",": "a decimal comma"},
        fixed,
        habit,
    )


def date_order(fixed: str, habit: str = "") -> Convention:
    """Which of day and month comes first."""
    return Convention(
        "date_order",
        "dates such as 07/08/2026 can be read in two ways: choose whether day or month comes first",
        {"dmy": "day before month", "mdy": "month before day"},
        fixed if fixed in ("dmy", "mdy") else "",
        habit,
    )
