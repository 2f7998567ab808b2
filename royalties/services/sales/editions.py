"""The editions of the catalogue as people look for them: by ISBN, other identifier, or title."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from royalties.domain.people import Verb
from royalties.domain.terms.catalogue import Edition, Title
from royalties.domain.terms.identifiers import identifier_key
from royalties.services.books import Setup, of_setup, setup_in_force
from royalties.services.work import Work

_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class IndexedEdition:
    """An edition with its title; ``words`` and ``numbers`` are what is searched."""

    title: Title
    edition: Edition
    words: str
    numbers: tuple[str, ...]

    @property
    def isbn(self) -> str:
        """Its ISBN-13."""
        return self.edition.isbn

    @property
    def name(self) -> str:
        """Title and format in one text, which names the edition if its title has one of each."""
        return f"{self.title.title} ({self.edition.format.value})"


@dataclass(frozen=True, slots=True)
class EditionIndex:
    """All editions, by their titles' names."""

    books: tuple[IndexedEdition, ...]
    by_isbn: Mapping[str, IndexedEdition]

    def find(self, text: str, limit: int) -> list[IndexedEdition]:
        """Editions whose ISBN or identifier begins with a text, or whose title has its words."""
        number = identifier_key(text)
        if number in self.by_isbn:
            return [self.by_isbn[number]]
        words = _plain(text).split()
        if not words:
            return []
        fitting = (
            book
            for book in self.books
            if all(f" {word}" in book.words for word in words)
            or any(each.startswith(number) for each in book.numbers)
        )
        return list(islice(fitting, limit))

    def named(self, text: str) -> list[IndexedEdition]:
        """Editions of exactly this title, or the one of this title and format."""
        plain_text = _plain(text)
        return [
            book
            for book in self.books
            if plain_text in (_plain(book.title.title), _plain(book.name))
        ]

    def of_title(self, key: str) -> list[IndexedEdition]:
        """The editions of a title, by its key."""
        return [book for book in self.books if book.title.key == key]


def edition_index(work: Work) -> EditionIndex:
    """The shelf as the setup in force fills it; work that only reads remembers it."""
    work.actor.require(Verb.READ)
    return of_setup(work, "shelf", lambda: _filled(setup_in_force(work)))


def _filled(setup: Setup) -> EditionIndex:
    books = [
        IndexedEdition(
            title,
            edition,
            f" {_plain(title.title)} {_plain(' '.join(title.authors))} {edition.format.value}",
            (edition.isbn, *(identifier_key(value) for _, value in edition.identifiers)),
        )
        for title in setup.titles.values()
        for edition in title.editions
    ]
    books.sort(key=lambda book: (book.words, book.isbn))
    return EditionIndex(tuple(books), {book.isbn: book for book in books})


def _plain(text: str) -> str:
    """A text as it is compared: small letters and figures, one space between words."""
    return _NOT_A_LETTER.sub(" ", text.casefold()).strip()
