"""Counts in words: 1 row, 2 rows; lists in words: A, B and C; how far a count went up or down."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def noun(count: int, singular: str, many: str = "") -> str:
    """The noun that goes with a count; ``many`` is its plural where the rules do not make it.

    >>> noun(2, "copy"), noun(1, "box"), noun(2, "box")
    ('copies', 'box', 'boxes')
    """
    if count == 1:
        return singular
    if many:
        return many
    if singular.endswith("y") and singular[-2:-1] not in "aeiou":
        return f"{singular[:-1]}ies"
    return f"{singular}es" if singular.endswith(("s", "x", "ch", "sh")) else f"{singular}s"


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun(count, one, many)}"


def series(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    >>> series(["A", "B", "C"]), series(["A"])
    ('A, B and C', 'A')
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def change(before: int | Decimal | Fraction, now: int | Decimal | Fraction) -> Fraction | None:
    """What is more or (negative) less than before, as a fraction of that.

    None where a percentage would say nothing: from or to zero, or a sum below it, since −117 % of
    what came in means that more went back than was sold.

    >>> change(200, 150)
    Fraction(-1, 4)
    """
    if before <= 0 or now <= 0:
        return None
    return (Fraction(now) - Fraction(before)) / Fraction(before)
