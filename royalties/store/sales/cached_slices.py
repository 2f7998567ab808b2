"""Slices cached with each import, so that a draft reads no sale line at all.

A row of ``batch_slice`` holds the sums of one edition's lines in one import, one for each
combination that the rules and plans in force distinguish. These distinctions may change, so
``batch_slicing`` records by which grouping an import's lines were summed. A draft that needs
another grouping reads that import's lines instead, until they are summed again. Lines without a
list price of their own are never cached: their value depends on the edition's price, which may
change as well.

A row of ``batch_slicing`` is the lock of its import's sums: whoever adds to them, or recomputes
them, holds it until the transaction ends, and has written the lines before or reads them after.
Only open periods have such rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from royalties.domain.periods import PeriodStatus
from royalties.domain.sales.slices import Block, blocks_of
from royalties.store.bulk import add_rows
from royalties.store.engine import READ_ONLY, all_or_nothing, insert_or, is_sqlite, is_too_large
from royalties.store.sales.packed_slices import (
    UNSPLIT,
    BlockReader,
    PackedRow,
    SumRow,
    SumTooLargeError,
    packed,
    unpacked,
)
from royalties.store.sales.slices import (
    PLACES,
    Distinctions,
    LineKeys,
    PeriodPart,
    as_distinguished,
    has_passed,
    has_unpriced,
    import_queries,
    slices_of,
    sums_by_class,
)
from royalties.store.tables import batch, batch_slice, batch_slicing, period, sale, sale_total

_AT_ONCE, _SUMMED_AT_ONCE = 5_000, 500
"""Editions in one query; and editions whose sums are in memory at once."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a period's lines are grouped; ``split`` are the editions with a discount rule."""

    distinctions: Distinctions
    split: frozenset[int]

    @classmethod
    def of(cls, distinctions: Distinctions, isbns: Mapping[int, str]) -> "Grouping":
        """The grouping that a period's rules and plans need."""
        return cls(
            distinctions,
            frozenset(id_ for id_, isbn in isbns.items() if isbn in distinctions.discounted),
        )

    @property
    def name(self) -> str:
        """Its fingerprint."""
        return self.distinctions.grouping


class Slicing(NamedTuple):
    """An import's lines in a period, and the grouping of its cached sums; None: none are."""

    period_id: int
    batch_id: int
    grouping: str | None
    lines: int
    is_correction: bool


_NOWHERE = ("", "", "", "")


def cache_sums(
    connection: Connection,
    period_id: int,
    batch_id: int,
    grouping: Grouping,
    editions: Collection[int],
    rows: Iterable[Sequence[PackedRow]] | None = None,
) -> None:
    """Cache the sums of lines of some editions that were just added to an import.

    Called before ``totals`` are written: these tell whether an import had lines before. Sums by
    another grouping are deleted.

    Args:
        connection: of the books.
        period_id: the period.
        batch_id: the import.
        grouping: how the lines are summed.
        editions: of the lines that were added.
        rows: what ``rows_of`` returns for them, if it was called already.
    """
    this_import = and_(batch_slicing.c.period_id == period_id, batch_slicing.c.batch_id == batch_id)
    had_lines = connection.execute(
        select(sale_total.c.batch_id)
        .where(sale_total.c.period_id == period_id, sale_total.c.batch_id == batch_id)
        .limit(1)
    ).first()
    created = connection.execute(
        insert_or(connection, batch_slicing)
        .values(
            period_id=period_id, batch_id=batch_id, grouping=None if had_lines else grouping.name
        )
        .on_conflict_do_nothing()
        .returning(batch_slicing.c.batch_id)
    ).first()
    current = connection.execute(
        select(batch_slicing.c.grouping).where(this_import).with_for_update()
    ).scalar()
    if current is None:
        return
    if created is None:
        stale_editions = None if current != grouping.name else editions
        connection.execute(_rows_of(period_id, [batch_id], stale_editions))
    if current != grouping.name or not (
        _sum(connection, period_id, [batch_id], grouping, editions)
        if rows is None
        else _write(connection, rows)
    ):
        connection.execute(_rows_of(period_id, [batch_id]))
        connection.execute(update(batch_slicing).where(this_import).values(grouping=None))


def _rows_of(
    period_id: int, batches: Collection[int], editions: Collection[int] | None = None
) -> Any:  # noqa: ANN401 - SQLAlchemy's Delete
    statement = delete(batch_slice).where(
        batch_slice.c.period_id == period_id, batch_slice.c.batch_id.in_(sorted(batches))
    )
    return (
        statement
        if editions is None
        else statement.where(batch_slice.c.edition_id.in_(sorted(editions)))
    )


def delete_sums(connection: Connection, number: int) -> None:
    """Delete the cached sums of an import whose lines are deleted."""
    this_import = batch_slicing.c.batch_id == number
    held = connection.execute(
        select(batch_slicing.c.period_id)
        .where(this_import)
        .order_by(batch_slicing.c.period_id)
        .with_for_update()
    ).scalars()
    for period_id in held.all():
        connection.execute(_rows_of(period_id, [number]))
    connection.execute(delete(batch_slicing).where(this_import))


def delete_period_sums(connection: Connection, period_id: int) -> None:
    """Delete the cached sums of a closed period: its run is frozen."""
    for table in (batch_slice, batch_slicing):
        connection.execute(delete(table).where(table.c.period_id == period_id))


def slicings(connection: Connection, periods: Collection[int] | None = None) -> list[Slicing]:
    """Every import with lines in some periods (None: open ones), and how it is summed."""
    keys = (
        sale_total.c.period_id,
        sale_total.c.batch_id,
        batch_slicing.c.grouping,
        batch.c.corrects,
    )
    query = (
        select(*keys, func.sum(sale_total.c.lines))
        .join(batch, batch.c.id == sale_total.c.batch_id)
        .outerjoin(
            batch_slicing,
            and_(
                batch_slicing.c.period_id == sale_total.c.period_id,
                batch_slicing.c.batch_id == sale_total.c.batch_id,
            ),
        )
        .group_by(*keys)
        .order_by(*keys[:2])
    )
    if periods is None:
        still_open = select(period.c.id).where(period.c.status == PeriodStatus.OPEN)
        query = query.where(sale_total.c.period_id.in_(still_open))
    else:
        query = query.where(sale_total.c.period_id.in_(sorted(periods)))
    return [
        Slicing(period_id, batch_id, grouping, int(lines), corrects is not None)
        for period_id, batch_id, grouping, corrects, lines in connection.execute(query)
    ]


def imports_without_classes(
    connection: Connection, period_id: int, editions: Collection[int]
) -> set[int]:
    """Imports with lines of editions that were summed without regard to discounts."""
    batches: set[int] = set()
    for some in _chunks(editions):
        query = select(batch_slice.c.batch_id).where(
            batch_slice.c.period_id == period_id,
            batch_slice.c.edition_id.in_(some),
            batch_slice.c.is_split == 0,
        )
        batches.update(connection.execute(query.distinct()).scalars())
    return batches


def sum_again(
    connection: Connection,
    period_id: int,
    batches: Iterable[int],
    grouping: Grouping,
    isbns: Mapping[int, str],
) -> None:
    """Sum the lines of imports by a grouping, and cache the sums.

    The caller holds the period's lock.
    """
    numbers = sorted(set(batches))
    if not numbers:
        return
    holding = insert_or(connection, batch_slicing)
    connection.execute(
        holding.on_conflict_do_update(
            index_elements=["period_id", "batch_id"], set_={"grouping": holding.excluded.grouping}
        ),
        [
            {"period_id": period_id, "batch_id": number, "grouping": grouping.name}
            for number in numbers
        ],
    )
    connection.execute(_rows_of(period_id, numbers))
    # Whoever held the lock may have undone an import.
    remaining = {slicing.batch_id for slicing in slicings(connection, [period_id])}
    connection.execute(
        delete(batch_slicing).where(
            batch_slicing.c.period_id == period_id,
            batch_slicing.c.batch_id.in_(sorted(set(numbers) - remaining)),
        )
    )
    numbers = [number for number in numbers if number in remaining]
    if not _sum(connection, period_id, numbers, grouping, isbns):
        connection.execute(_rows_of(period_id, numbers))
        connection.execute(
            update(batch_slicing)
            .where(batch_slicing.c.period_id == period_id, batch_slicing.c.batch_id.in_(numbers))
            .values(grouping=None)
        )


def _sum(
    connection: Connection,
    period_id: int,
    batches: Sequence[int],
    grouping: Grouping,
    editions: Iterable[int],
) -> bool:
    """Write the sums of imports' lines of some editions; False: one is too large to be cached."""
    has_corrections = connection.execute(
        select(batch.c.id).where(batch.c.id.in_(batches), batch.c.corrects.is_not(None)).limit(1)
    ).first()
    return _write(
        connection,
        rows_of(
            connection,
            period_id,
            batches,
            grouping,
            editions,
            has_corrections=has_corrections is not None,
        ),
    )


def _write(connection: Connection, rows: Iterable[Sequence[PackedRow]]) -> bool:
    """Write rows of ``batch_slice``; False: a sum is too large, and nothing was written."""
    try:
        with all_or_nothing(connection):
            for some in rows:
                add_rows(connection, batch_slice.name, PackedRow._fields, some)
    except SumTooLargeError:
        return False
    except DBAPIError as error:
        if is_too_large(error):
            return False
        raise
    return True


def rows_of(
    connection: Connection,
    period_id: int,
    batches: Sequence[int],
    grouping: Grouping,
    editions: Iterable[int],
    *,
    has_corrections: bool,
) -> Iterator[list[PackedRow]]:
    """Sum imports' lines of some editions, some hundred of these at a time.

    Raises:
        DBAPIError: a sum or a product is too large for the database.
        SumTooLargeError: a sum is too large to be cached.
    """
    of_kind = {True: grouping.distinctions, False: replace(grouping.distinctions, limits=())}
    of = {True: grouping.split.intersection(editions), False: {*editions} - grouping.split}
    for is_split, chosen in of.items():
        for some in _chunks(chosen, _SUMMED_AT_ONCE):
            rows: list[SumRow] = []
            for query in import_queries(
                period_id,
                of_kind[is_split],
                PeriodPart(batches, some),
                has_corrections=has_corrections,
            ):
                sums = connection.execute(query).all()
                rows += _rows(period_id, sums, of_kind[is_split], is_split=is_split)
            yield packed(rows)


def _rows(
    period_id: int, sums: Sequence[Sequence[Any]], distinctions: Distinctions, *, is_split: bool
) -> list[SumRow]:
    """Rows of ``import_queries`` as sums to be cached."""
    has_places = [bool(values) for values in distinctions.places]
    keys = 4 + sum(has_places)
    limits = len(distinctions.limits)
    rows: list[SumRow] = []
    for row in sums:
        values = iter(row[4:keys])
        where = [next(values) if has else "" for has in has_places]
        reverses, number = row[-2:]
        for class_, *figures in sums_by_class(row[keys + 1 : -2], limits):
            of = class_ if is_split else UNSPLIT
            sums_of = (period_id, *row[:4], of, *where, reverses or 0, number, *figures)
            rows.append(SumRow._make(sums_of))
    return rows


def _class(distinctions: Distinctions) -> ColumnElement[int]:
    """The class of a line's discount: how many limits it exceeds."""
    passed: ColumnElement[int] = literal(0)
    for limit in distinctions.limits:
        passed += case((has_passed(limit, sale.c.discount), 1), else_=0)
    return passed


def _summed(
    part: ColumnElement[bool], distinctions: Distinctions, class_: ColumnElement[int]
) -> Any:  # noqa: ANN401 - a Select
    """Lines with a list price of their own as ``SumRow``, summed independently to verify."""
    keys = [
        sale.c.period_id,
        sale.c.edition_id,
        sale.c.retailer_id,
        sale.c.kind,
        sale.c.currency,
        class_.label("class_"),
        *(
            as_distinguished(column, values).label(f"in_{column.name}")
            for column, values in zip(PLACES, distinctions.places, strict=True)
        ),
        func.coalesce(sale.c.reverses, 0).label("taken_back"),
        sale.c.batch_id,
    ]
    figures = (sale.c.units, sale.c.net, sale.c.units * sale.c.list_price)
    lines = select(*keys, *figures).where(part, sale.c.list_price.is_not(None)).subquery()
    *named, units, net, worth = lines.c
    return select(*named, func.sum(units), func.sum(net), func.sum(worth)).group_by(*named)


def _chunks(editions: Iterable[int], size: int = _AT_ONCE) -> Iterator[list[int]]:
    ordered = sorted(editions)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def period_blocks(
    connection: Connection,
    period_id: int,
    distinctions: Distinctions,
    names: LineKeys,
    imports: Sequence[Slicing] | None = None,
) -> list[Block]:
    """A period's sales: cached sums, and sums over the lines of imports without any.

    This takes several queries. If a transaction may see another state with each, they are repeated
    if the sums were recomputed meanwhile.

    Args:
        connection: of the books.
        period_id: the period.
        distinctions: what rules and plans distinguish.
        names: of editions and retailers.
        imports: the period's, if already read.
    """
    before = list(slicings(connection, [period_id]) if imports is None else imports)
    while True:
        blocks = _read_blocks(connection, period_id, distinctions, names, before)
        if is_sqlite(connection) or connection.get_execution_options().get(READ_ONLY):
            return blocks
        after = list(slicings(connection, [period_id]))
        if after == before:
            return blocks
        before = after  # terms changed meanwhile, and sums were recomputed between two queries


def _read_blocks(
    connection: Connection,
    period_id: int,
    distinctions: Distinctions,
    names: LineKeys,
    slicings_: Sequence[Slicing],
) -> list[Block]:
    has_corrections = any(each.is_correction for each in slicings_)
    cached = [each.batch_id for each in slicings_ if each.grouping == distinctions.grouping]
    others = [each.batch_id for each in slicings_ if each.grouping != distinctions.grouping]
    blocks: list[Block] = []
    parts = [PeriodPart(others)] if others else []
    if cached:
        blocks, to_read = _cached_blocks(connection, period_id, cached, distinctions, names)
        if to_read:
            parts.append(PeriodPart(cached, to_read, unreported=False))
        if has_unpriced(connection, period_id):
            parts.append(PeriodPart(cached if others else None, reported=False))
    lines = slices_of(
        connection, period_id, distinctions, names, parts, has_corrections=has_corrections
    )
    return blocks + blocks_of(lines)


def _cached_blocks(
    connection: Connection,
    period_id: int,
    batches: Sequence[int],
    distinctions: Distinctions,
    names: LineKeys,
) -> tuple[list[Block], set[int]]:
    """Cached blocks, and the numbers of the editions left out because their lines must be read."""
    columns = (batch_slice.c[name] for name in ("edition_id", "is_split", "places", "sums"))
    rows = connection.execute(
        select(*columns).where(
            batch_slice.c.period_id == period_id, batch_slice.c.batch_id.in_(batches)
        )
    ).all()
    isbns, discounted = names.isbns, distinctions.discounted
    # If an edition's lines must be read, none of its cached sums count, split or not.
    to_read = {row[0] for row in rows if not row[1] and isbns[row[0]] in discounted}
    unpacking = BlockReader(names.retailers)
    blocks: list[Block] = []
    for edition, _, places, sums in rows:
        if edition not in to_read:
            isbn = isbns[edition]
            blocks += unpacking.blocks(isbn, places, sums, is_split=isbn in discounted)
    return blocks, to_read


def wrong_sums(
    connection: Connection, period_id: int, distinctions: Distinctions, names: LineKeys
) -> Iterator[str]:
    """Cached sums of a period's imports that are not the sum of their lines: a sentence for each.

    Sums by another grouping than ``distinctions`` are compared without discount classes and
    places.
    """
    cached_slicings = [
        each for each in slicings(connection, [period_id]) if each.grouping is not None
    ]
    same_grouping = {
        each.batch_id for each in cached_slicings if each.grouping == distinctions.grouping
    }
    others = {each.batch_id for each in cached_slicings} - same_grouping
    for batches, grouped_by in ((same_grouping, distinctions), (others, Distinctions())):
        wrong: set[tuple[int, int]] = set()
        for editions in _chunks(names.isbns, _SUMMED_AT_ONCE) if batches else ():
            recomputed = _compared_lines(connection, period_id, (batches, editions), grouped_by)
            cached = _compared_cache(
                connection,
                period_id,
                (batches, editions),
                recomputed,
                is_coarse=grouped_by is not distinctions,
            )
            wrong |= {
                of
                for of in recomputed.keys() | cached.keys()
                if recomputed.get(of) != cached.get(of)
            }
        for number, edition in sorted(wrong):
            yield (
                f"import {number}: what is kept of {names.isbns[edition]} for drafts is not the "
                f"sum of its sales"
            )


_Compared = dict[tuple[int, int], dict[tuple[Any, ...], tuple[int, ...]]]
_Subset = tuple[Collection[int], Collection[int]]
"""Imports and editions."""


def _compared_lines(
    connection: Connection, period_id: int, of: _Subset, distinctions: Distinctions
) -> _Compared:
    """Lines summed again, by import and edition."""
    query = _summed(PeriodPart(*of).chosen(period_id), distinctions, _class(distinctions))
    return _by_edition(connection.execute(query))


def _compared_cache(
    connection: Connection, period_id: int, of: _Subset, recomputed: _Compared, *, is_coarse: bool
) -> _Compared:
    """The cached sums; those without classes are compared without, on both sides."""
    columns = (batch_slice.c[name] for name in PackedRow._fields)
    batches, editions = of
    stored = connection.execute(
        select(*columns).where(
            batch_slice.c.period_id == period_id,
            batch_slice.c.batch_id.in_(sorted(batches)),
            batch_slice.c.edition_id.in_(sorted(editions)),
        )
    )
    rows = (each for row in stored for each in unpacked(PackedRow(*row)))
    cached = _by_edition(rows)
    for edition, sums in cached.items():
        if is_coarse:
            cached[edition] = _without_classes(sums, without_places=True)
            recomputed[edition] = _without_classes(recomputed.get(edition, {}), without_places=True)
        elif any(key[3] == UNSPLIT for key in sums):
            cached[edition] = _without_classes(sums)
            recomputed[edition] = _without_classes(recomputed.get(edition, {}))
    return cached


def _by_edition(rows: Iterable[Sequence[Any]]) -> _Compared:
    """Sums by import and edition."""
    sums_by_edition: _Compared = {}
    for _, edition, *keys, number, units, net, worth in rows:
        sums_by_edition.setdefault((number, edition), {})[tuple(keys)] = (
            int(units),
            int(net),
            int(worth),
        )
    return sums_by_edition


def _without_classes(
    sums: Mapping[tuple[Any, ...], tuple[int, ...]], *, without_places: bool = False
) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """The same sums without discount classes, and optionally without places."""
    folded: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for (*group, _, country, region, city, order, reverses), figures in sums.items():
        places = _NOWHERE if without_places else (country, region, city, order)
        key = (*group, UNSPLIT, *places, reverses)
        sums_so_far = folded.get(key, (0, 0, 0))
        folded[key] = tuple(map(add, sums_so_far, figures))
    return folded


def orphaned_sums(connection: Connection) -> Iterator[str]:
    """Cached sums of imports without lines in an open period, or without a recorded grouping."""
    with_lines = {each[:2] for each in slicings(connection)}
    rows = connection.execute(select(*batch_slicing.c)).all()
    for period_id, batch_id, _ in rows:
        if (period_id, batch_id) not in with_lines:
            yield f"import {batch_id} keeps sums for drafts, and has no sales in an open period"
    with_grouping = {(period_id, batch_id) for period_id, batch_id, grouping in rows if grouping}
    cached = connection.execute(select(batch_slice.c.period_id, batch_slice.c.batch_id).distinct())
    for period_id, batch_id in cached:
        if (period_id, batch_id) not in with_grouping:
            yield f"import {batch_id} keeps sums for drafts that nobody summed"
