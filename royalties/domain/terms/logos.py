"""The house's logos: every paper prints the one of its own day."""

from collections.abc import Sequence
from datetime import date

Logos = Sequence[tuple[date, bytes]]
"""Logos as PNG, each with the first day of papers that print it, in order; empty bytes are none."""


def logo_of_day(logos: Logos, day: date) -> bytes:
    """The logo of papers of a day; empty if they have none.

    >>> logo_of_day([(date.min, b"old"), (date(2026, 3, 1), b"new")], date(2026, 2, 28))
    b'old'
    """
    return next((png for since, png in reversed(logos) if since <= day), b"")
