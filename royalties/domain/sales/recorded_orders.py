"""Orders of a shop that are in the books, as a later export of the shop is compared with them."""

from typing import NamedTuple


class RecordedLines(NamedTuple):
    """What is recorded of an order: the lines of one import, book, kind and currency, added up.

    ``book`` is the number of an edition in the store, or the identifier for which lines wait.
    ``units`` of returns are negative; ``net`` is millionths of ``currency``.
    """

    order: str
    batch: int
    book: int | str
    kind: int
    currency: str
    units: int
    net: int
