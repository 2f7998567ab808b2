"""By which references sales are found: a table of its own.

An index of ``sale`` would repeat the table's key of eight columns in each entry, and made the
import of a report in which each line has a reference half as long again (docs/decisions/0026).
An entry says in which batch and edition a reference stands; ``lines_found`` joins the lines.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    ScalarSelect,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    tuple_,
    union,
)

from royalties.store.engine import insert_or
from royalties.store.tables import sale, sale_reference, sale_total

_COLUMNS = (sale.c.reference, sale.c.order_ref)
"""What a line is found by: the retailer's reference, and the order's."""

_AT_ONCE = 400
"""References named in one statement."""


def add_references(
    connection: Connection, batch_id: int, references: Iterable[tuple[str, int]]
) -> None:
    """Note the references of some lines of a batch, each with its line's edition."""
    rows = [
        {"reference": reference, "edition_id": edition_id, "batch_id": batch_id}
        for reference, edition_id in sorted(set(references))
        if reference
    ]
    if rows:
        connection.execute(insert_or(connection, sale_reference).on_conflict_do_nothing(), rows)


def copy_references(connection: Connection, lines: ColumnElement[bool], batch_id: int) -> None:
    """Note the references of recorded lines as those of a batch."""
    named = _named(lines).subquery()
    connection.execute(
        insert(sale_reference).from_select(
            ["reference", "edition_id", "batch_id"],
            select(named.c.reference, named.c.edition_id, literal(batch_id)),
        )
    )


def delete_references(connection: Connection, lines: ColumnElement[bool], batch_id: int) -> None:
    """Forget the references of a batch, whose lines are recorded still."""
    named = _named(lines).subquery()
    connection.execute(
        delete(sale_reference).where(
            tuple_(sale_reference.c.reference, sale_reference.c.edition_id).in_(
                select(named.c.reference, named.c.edition_id)
            ),
            sale_reference.c.batch_id == batch_id,
        )
    )


def delete_unused(
    connection: Connection,
    batch_id: int,
    edition_id: ScalarSelect[int],
    references: Iterable[str],
) -> None:
    """Forget references under which a batch has no line of an edition any more."""
    named = sorted(set(references))
    for first in range(0, len(named), _AT_ONCE):
        connection.execute(
            delete(sale_reference).where(
                sale_reference.c.reference.in_(named[first : first + _AT_ONCE]),
                sale_reference.c.edition_id == edition_id,
                sale_reference.c.batch_id == batch_id,
                ~exists(select(sale.c.row).where(_is_found())),
            )
        )


def lines_found() -> FromClause:
    """References with their lines; filter by ``sale_reference.c.reference``."""
    return sale_reference.join(sale, _is_found())


def editions_with_reference(connection: Connection, references: Sequence[str]) -> tuple[int, ...]:
    """Numbers of the editions with sales under one of some references."""
    numbers = (
        select(sale_reference.c.edition_id)
        .where(sale_reference.c.reference.in_(references))
        .distinct()
        .order_by(sale_reference.c.edition_id)
    )
    return tuple(connection.execute(numbers).scalars())


def _named(lines: ColumnElement[bool]) -> CompoundSelect[tuple[str, int]]:
    return union(
        *(
            select(column.label("reference"), sale.c.edition_id).where(lines, column != "")
            for column in _COLUMNS
        )
    )


def _is_found() -> ColumnElement[bool]:
    """A line is one of those that a reference names.

    The periods lead SQLite along the table's key: without them it would scan all years.
    """
    periods = (
        select(sale_total.c.period_id)
        .where(sale_total.c.batch_id == sale_reference.c.batch_id)
        .correlate(sale_reference)
    )
    return (
        (sale.c.edition_id == sale_reference.c.edition_id)
        & sale.c.period_id.in_(periods)
        & (sale.c.batch_id == sale_reference.c.batch_id)
        & or_(*(column == sale_reference.c.reference for column in _COLUMNS))
    )
