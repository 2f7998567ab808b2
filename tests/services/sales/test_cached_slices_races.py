"""Sums kept with imports for drafts stay correct under concurrent writes."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders.books import (
    EBOOK,
    HARDCOVER,
    UNKNOWN,
    UNKNOWN_TOO,
    Office,
    a_row,
    after,
    spring,
)
from tests.services import racing
from tests.services.racing import Racers, tasks
from tests.services.sales.test_cached_slices import agree, with_limit, with_places

Race = tuple[tuple[Any, ...], ...]


def waiting(office: Office) -> None:
    """An import with rows of two unknown books, beside known ones."""
    spring(office)
    rows = [a_row(3), a_row(5, isbn=UNKNOWN), a_row(7, isbn=UNKNOWN), a_row(2, isbn=UNKNOWN_TOO)]
    office.bring_batch(rows)
    office.bring_batch([a_row(4, isbn=UNKNOWN), a_row(4, isbn=UNKNOWN_TOO, reference="later")])


def two_imports(office: Office) -> Race:
    return tuple(
        (racing.bring, office.report([a_row(number, reference=f"{number}")])) for number in (1, 2)
    )


def an_import_and_other_terms(office: Office) -> Race:
    path = office.report([a_row(number + 1, reference=f"R{number}") for number in range(20)])
    return ((racing.bring, path), (racing.load, with_limit("0.5"), "limit.json"))


def two_books_become_known(_office: Office) -> Race:
    return ((racing.alias, UNKNOWN, HARDCOVER), (racing.alias, UNKNOWN_TOO, HARDCOVER))


def a_book_becomes_known_and_other_terms(_office: Office) -> Race:
    return ((racing.alias, UNKNOWN, EBOOK), (racing.load, with_places("TX", "WA"), "places.json"))


def undone_while_terms_change(_office: Office) -> Race:
    return ((racing.undo, 1), (racing.load, with_limit("0.4"), "limit.json"))


def closed_while_terms_change(_office: Office) -> Race:
    return ((racing.close, "2025-H1"), (racing.load, with_limit("0.5"), "limit.json"))


def three_at_once(office: Office) -> Race:
    return (
        *two_books_become_known(office),
        (racing.load, with_limit("0.5"), "limit.json"),
    )


@pytest.mark.thorough("combinations", but_one_in=6)
@after(waiting)
@pytest.mark.parametrize(
    "race",
    [
        two_imports,
        an_import_and_other_terms,
        two_books_become_known,
        a_book_becomes_known_and_other_terms,
        undone_while_terms_change,
        closed_while_terms_change,
        three_at_once,
    ],
)
@pytest.mark.parametrize("pause", ["INSERT INTO", "batch_slic"])
def test_kept_sums_equal_the_lines_after_a_race(
    office: Office, racers: Racers, race: Callable[[Office], Race], pause: str
) -> None:
    outcomes = racers.race(*tasks(office, *race(office), pause=pause))
    assert all(each.done or each.told for each in outcomes), outcomes
    assert any(each.done for each in outcomes)
    agree(office)
    assert office.faults() == {}
