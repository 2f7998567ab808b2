"""Sums kept with imports answer every question as the lines do, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from royalties.domain.sales.lines import SalesTally
from royalties.domain.sales.slices import Place, SaleKind, Slice
from royalties.domain.terms.discounts import DiscountLimit
from royalties.store.sales import cached_slices, totals
from royalties.store.sales.cached_slices import Grouping, period_blocks
from royalties.store.sales.slices import Distinctions, LineKeys
from royalties.store.tables import batch, batch_slice
from tests.builders.books import Office, Shelf
from tests.selection import costly
from tests.store.test_slices import (
    ISBNS,
    OTHER_PERIOD,
    PERIOD,
    RETAILERS,
    Line,
    Priced,
    a_line,
    add,
    asked,
    hold,
    lines,
    naive,
    prepared,
    prices,
    summed,
)

NAMES = LineKeys(ISBNS, RETAILERS)
imports = st.lists(st.lists(lines(), max_size=6), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def both(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    folder = tmp_path_factory.mktemp("kept")
    with (
        shelf.office("sqlite", prepared, folder / "sqlite") as sqlite,
        shelf.office("postgresql", prepared, folder / "postgresql") as postgresql,
    ):
        yield sqlite, postgresql


def open_batches(connection: Connection, count: int) -> None:
    """Batches 2, 3 and so on, as many as there are imports."""
    made = connection.execute(batch.select().where(batch.c.id == 1)).mappings().one()
    for number in range(2, count + 2):
        values = {**made, "id": number, "sha256": str(number)}
        connection.execute(insert(batch).values(**values))


def bring(
    connection: Connection, number: int, sold: list[Line], grouping: Grouping, *, first: int = 100
) -> None:
    """Record lines of an import with all that is kept of them."""
    add(connection, sold, number, first)
    sums = {}
    for period_id in sorted({line.period for line in sold}):
        its = [line for line in sold if line.period == period_id]
        editions = {line.edition for line in its}
        cached_slices.cache_sums(connection, period_id, number, grouping, editions)
        sums[period_id] = SalesTally.of(line.as_read(0) for line in its).sums
    totals.add_totals(connection, number, sums)


def asks(connection: Connection, wanted: Distinctions) -> list[Slice]:
    blocks = period_blocks(connection, PERIOD, wanted, NAMES)
    return [each for block in blocks for each in block.slices()]


def paid_for(sold: list[Line]) -> list[Line]:
    """Lines but those of free copies, which no draft asks for."""
    return [line for line in sold if line.kind is not SaleKind.FREE]


@given(imports, prices, st.lists(asked, min_size=1, max_size=3), asked)
@costly()
def test_kept_sums_answer_any_coarser_question(
    both: tuple[Office, Office],
    sold: list[list[Line]],
    known: list[Priced],
    groupings: list[Distinctions],
    wanted: Distinctions,
) -> None:
    """Imports of different times were summed as was asked then; a draft asks as of now."""
    every = [line for of_import in sold for line in of_import]
    found = []
    for office in both:
        with office.system.engine.connect() as connection:
            open_batches(connection, len(sold))
            hold(connection, known)
            for place, of_import in enumerate(sold):
                by = Grouping.of(groupings[place % len(groupings)], ISBNS)
                bring(connection, place + 2, of_import, by)
            found.append(asks(connection, wanted))
            assert summed(found[-1]) == naive(paid_for(every), known, wanted)
            for each in (*groupings, wanted):
                for period_id in (PERIOD, OTHER_PERIOD):
                    assert not [*cached_slices.wrong_sums(connection, period_id, each, NAMES)]
            assert not [*cached_slices.orphaned_sums(connection)]
            connection.rollback()
    assert sorted(found[0]) == sorted(found[1])


@given(st.lists(lines(), max_size=8), st.lists(lines(), max_size=4), prices, asked, asked)
@costly()
def test_later_lines_are_added_to_kept_sums_or_the_sums_dropped(
    both: tuple[Office, Office],
    first: list[Line],
    later: list[Line],
    known: list[Priced],
    before: Distinctions,
    after: Distinctions,
) -> None:
    """Rows that waited are recorded with their import, perhaps when something else is asked."""
    for office in both:
        with office.system.engine.connect() as connection:
            open_batches(connection, 1)
            hold(connection, known)
            bring(connection, 2, first, Grouping.of(before, ISBNS))
            bring(connection, 2, later, Grouping.of(after, ISBNS), first=200)
            for wanted in (before, after):
                every = paid_for([*first, *later])
                assert summed(asks(connection, wanted)) == naive(every, known, wanted)
            connection.rollback()


def test_lines_kept_with_and_without_discounts_count_once(
    both: tuple[Office, Office],
) -> None:
    limits = (DiscountLimit(Fraction(2, 5), exclusive=False),)
    before = Distinctions(limits, frozenset())
    after = Distinctions(limits, frozenset(ISBNS.values()))
    shallow = Line(
        1, 1, SaleKind.SALE, "2025-06-30", 3, "USD", 10_000_000, 9, 300_000, Place(), PERIOD
    )
    deep = replace(shallow, discount=500_000)
    for office in both:
        with office.system.engine.connect() as connection:
            open_batches(connection, 1)
            bring(connection, 2, [shallow], Grouping.of(before, ISBNS))
            bring(connection, 2, [deep], Grouping.of(after, ISBNS), first=200)
            assert sorted((each.discount, each.units) for each in asks(connection, after)) == [
                (0, 3),
                (1, 3),
            ]
            assert [each.units for each in asks(connection, before)] == [3, 3]
            connection.rollback()


@given(imports, prices, asked, asked)
@costly()
def test_kept_sums_equal_a_new_sum_by_the_database(
    both: tuple[Office, Office],
    sold: list[list[Line]],
    known: list[Priced],
    before: Distinctions,
    after: Distinctions,
) -> None:
    for office in both:
        with office.system.engine.connect() as connection:
            open_batches(connection, len(sold))
            hold(connection, known)
            for place, of_import in enumerate(sold):
                bring(connection, place + 2, of_import, Grouping.of(after, ISBNS))
            wanted = kept(connection)
            for place in range(len(sold)):
                cached_slices.delete_sums(connection, place + 2)
            assert not kept(connection)
            for grouping in (before, after):
                by = Grouping.of(grouping, ISBNS)
                for period_id in (PERIOD, OTHER_PERIOD):
                    there = [
                        each.batch_id for each in cached_slices.slicings(connection, [period_id])
                    ]
                    cached_slices.sum_again(connection, period_id, there, by, ISBNS)
            assert kept(connection) == wanted
            known_by = {each.grouping for each in cached_slices.slicings(connection, [PERIOD])}
            assert known_by <= {after.grouping}
            connection.rollback()


def kept(connection: Connection) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in connection.execute(batch_slice.select().order_by(*batch_slice.primary_key))
    ]


def test_question_answered_by_kept_sums_reads_no_line(both: tuple[Office, Office]) -> None:
    """Were the lines not there, a draft would not notice."""
    wanted = Distinctions(
        [DiscountLimit(Fraction("0.55"), exclusive=False)], frozenset(ISBNS.values()), {"US"}
    )
    for office in both:
        with office.system.engine.connect() as connection:
            open_batches(connection, 2)
            sold = [a_line(units=3), a_line(retailer=2, discount=600_000)]
            for number in (2, 3):
                bring(connection, number, sold, Grouping.of(wanted, ISBNS))
            connection.exec_driver_sql("DELETE FROM sale")
            assert summed(asks(connection, wanted)) == naive(sold * 2, [], wanted)
            connection.rollback()


@pytest.mark.parametrize("most", [2**62 - 1, 2**40])
def test_sums_that_are_too_large_are_not_kept(both: tuple[Office, Office], most: int) -> None:
    """Receipts and copies times list prices neither overflow nor are rounded."""
    wanted = Distinctions()
    sold = [a_line(net=most, units=most, list_price=most), a_line(retailer=2), a_line(net=most)]
    sold.append(a_line(net=-most, units=-most, list_price=most, kind=SaleKind.RETURN))
    for office in both:
        with office.system.engine.connect() as connection:
            open_batches(connection, 2)
            by = Grouping.of(wanted, ISBNS)
            bring(connection, 2, sold, by)
            bring(connection, 3, [a_line()], by)
            assert [row[1] for row in kept(connection)] == [3]
            known = {each.batch_id: each.grouping for each in cached_slices.slicings(connection)}
            assert known == {2: None, 3: wanted.grouping}
            cached_slices.sum_again(connection, PERIOD, [2], by, ISBNS)
            assert {
                each.batch_id: each.grouping for each in cached_slices.slicings(connection)
            } == known
            connection.rollback()
