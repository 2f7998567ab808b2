"""Books in which every page has something to show."""

from tests.builders.books import UNKNOWN, Office, a_row, closed


def rich(office: Office) -> None:
    """A closed half with issued statements, an open one with sales and rows that wait."""
    closed(office)
    office.bring_batch(
        [a_row(2, date="2025-11-20", isbn=UNKNOWN), a_row(3, date="2025-11-21")], "november.csv"
    )
