"""The catalogue as rows of reports are matched against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from royalties.domain.terms.catalogue import Price
from royalties.domain.terms.identifiers import EditionNames
from royalties.ingest.report.declaration import normal

_LEAST_LETTERS = 10


@dataclass(frozen=True, slots=True)
class KnownEdition:
    """An edition of the catalogue as reports are matched against it; ``id`` is the store's."""

    id: int
    isbn: str
    title: str
    published: date | None
    prices: tuple[Price, ...]


class Catalogue(dict[str, KnownEdition]):
    """Editions by ISBN-13 and by every other identifier, upper case.

    What follows from all of them is made when it is first asked for, and once: many readings of a
    few rows share one shelf. Nothing is added to it.
    """

    @cached_property
    def by_number(self) -> Mapping[int, KnownEdition]:
        """Editions by the store's number."""
        return {edition.id: edition for edition in self.values()}

    @cached_property
    def names(self) -> EditionNames:
        """Finds editions by what names them."""
        return EditionNames({name: edition.id for name, edition in self.items()})

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Currencies of list prices."""
        prices = (price for edition in self.by_number.values() for price in edition.prices)
        return tuple(sorted({price.currency for price in prices}))

    @cached_property
    def published(self) -> Mapping[int, str]:
        """ISO days of publication by number, of those that have one."""
        return {
            number: edition.published.isoformat()
            for number, edition in self.by_number.items()
            if edition.published
        }

    @cached_property
    def latest_publication(self) -> str:
        """The last of these days; empty if there is none."""
        return max(self.published.values(), default="")

    @cached_property
    def titles(self) -> "Titles":
        """Tells whether a printed title is that of an edition."""
        return Titles(self.by_number)


class Titles:
    """Titles of the catalogue, to see whether a row names another book than its ISBN."""

    def __init__(self, editions: Mapping[int, KnownEdition]) -> None:
        self._own = {id_: _letters(edition.title) for id_, edition in editions.items()}
        self._all = {title for title in self._own.values() if title}
        self._lengths = {len(title) for title in self._all if len(title) >= _LEAST_LETTERS}

    def differs(self, book: int, title: str) -> bool:
        """Whether a printed title is clearly another one of the catalogue's."""
        letters, own = _letters(title), self._own.get(book, "")
        if not own or letters.startswith(own) or own.startswith(letters):
            return False
        return letters in self._all or any(letters[:size] in self._all for size in self._lengths)


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, normal(title)))
