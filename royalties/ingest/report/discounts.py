"""Discounts of a column: fractions, per cent, or a mixture that only the user can tell.

``42`` is no fraction, so that it is per cent; but a column that never says so could hold anything,
and beside ``0.42`` it may be a slip. A heading such as ``Discount %`` says it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from royalties.domain.problems import Choice
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.cells import BLANK, Ambiguous, Cell, NonValue, printed

KEY = "discount_unit"
PERCENT, FRACTION, MIXED = "percent", "fraction", "mixed"

Cells = Callable[[], Iterable[Sequence[Cell]]]
"""All cells of a column, by the block."""


class DiscountUnit:
    """What the bare numbers of a file's discounts are, asked where they leave it open."""

    def __init__(self, numbers: Numbers, choices: TrackedAnswers) -> None:
        self._numbers = numbers
        self._choices = choices
        self._answer = choices.peek(KEY, (PERCENT, FRACTION, MIXED))
        self._remembered = choices.remembered.get(KEY, "")
        self._above_one = ""
        self._below_one = ""
        self._asked = False

    def reader(
        self, *, says_percent: bool, cells: Cells
    ) -> Callable[[Cell], int | NonValue | None]:
        """The conversion of a column, which a heading may say is in per cent."""
        is_mixed: list[bool] = []

        def mixed() -> bool:
            if not is_mixed:
                is_mixed.append(self._has_above_one(cells()))
            return is_mixed[0]

        def convert(cell: Cell) -> int | NonValue | None:
            value = self._numbers.discount(cell)
            if value is BLANK:
                return None
            if isinstance(cell, str) and "%" in cell:
                return value
            per_cent = self._numbers.discount(cell, percent=True)
            if isinstance(value, int):
                return self._small(value, per_cent, cell, says_percent=says_percent, mixed=mixed)
            if isinstance(per_cent, int):
                return self._large(value, per_cent, cell, says_percent=says_percent)
            return value

        return convert

    def _small(
        self,
        value: int,
        per_cent: int | NonValue,
        cell: Cell,
        *,
        says_percent: bool,
        mixed: Callable[[], bool],
    ) -> int | NonValue:
        if not value:
            return value
        self._below_one = self._below_one or printed(cell)
        if (says_percent or self._remembered) and mixed():
            if not self._answer and self._remembered != MIXED:
                return self._undecided()
            self._counts()
        if self._answer == PERCENT:
            self._counts()
            return per_cent
        return value

    def _large(
        self, value: Any, per_cent: int, cell: Cell, *, says_percent: bool
    ) -> int | NonValue:
        self._above_one = self._above_one or printed(cell)
        if says_percent and not self._answer:
            return per_cent
        if answer := self._answer or self._remembered:
            self._counts()
            return value if answer == FRACTION else per_cent
        return self._undecided()

    def _counts(self) -> None:
        """An answer was needed: one that was given now is remembered, unless it was before."""
        self._choices.need((KEY,))
        if self._answer:
            self._choices.taken[KEY] = self._answer
        else:
            self._choices.recalled[KEY] = self._remembered

    def _undecided(self) -> Ambiguous:
        self._asked = True
        return Ambiguous(KEY)

    def _has_above_one(self, blocks: Iterable[Sequence[Cell]]) -> bool:
        for block in blocks:
            for cell in dict.fromkeys(block):
                value = self._numbers.discount(cell)
                if (
                    isinstance(value, NonValue)
                    and value is not BLANK
                    and isinstance(self._numbers.discount(cell, percent=True), int)
                ):
                    self._above_one = self._above_one or printed(cell)
                    return True
        return False

    def choice(self) -> Choice | None:
        """The question, if there is one."""
        if not self._asked:
            return None
        if self._below_one:
            return Choice(
                KEY,
                f"discounts such as {self._below_one} and {self._above_one} stand in one column: "
                f"choose whether all are per cent, all are fractions, or those above 1 are per "
                f"cent and the others fractions",
                (PERCENT, FRACTION, MIXED),
            )
        return Choice(
            KEY,
            f"the discounts are numbers such as {self._above_one}, and nothing says that they are "
            f"per cent: choose what they are",
            (PERCENT, FRACTION),
        )
