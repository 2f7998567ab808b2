"""What was said and decided about proofs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.store.tables import order_file, proof_comment, proof_decision


class CommentRow(NamedTuple):
    """What somebody said of a page; page 0 is the whole proof."""

    id: int
    file_id: int
    page: int
    text: str
    at: str
    by: str
    side: str


class DecisionRow(NamedTuple):
    """What was decided about a proof, and which bytes were shown."""

    file_id: int
    decision: str
    name: str
    sha256: str
    at: str
    by: str


def add_comment(connection: Connection, values: Mapping[str, object]) -> int:
    """Add a comment and return its number."""
    made = connection.execute(insert(proof_comment).values(**values).returning(proof_comment.c.id))
    return int(made.scalar_one())


def comments_of(connection: Connection, files: Sequence[int]) -> list[CommentRow]:
    """Comments on some proofs by page, the oldest first; the caller found the order."""
    names = CommentRow._fields
    rows = connection.execute(
        select(*(proof_comment.c[name] for name in names))
        .where(proof_comment.c.file_id.in_(files))
        .order_by(proof_comment.c.page, proof_comment.c.id)
    )
    return [CommentRow(*row) for row in rows]


def add_decision(connection: Connection, row: DecisionRow) -> None:
    """Keep what was decided about a proof; there is one decision for each."""
    connection.execute(insert(proof_decision).values(**row._asdict()))


def decisions_of(connection: Connection, files: Sequence[int]) -> dict[int, DecisionRow]:
    """Decisions about some proofs; the caller found the order."""
    names = DecisionRow._fields
    rows = connection.execute(
        select(*(proof_decision.c[name] for name in names)).where(
            proof_decision.c.file_id.in_(files)
        )
    )
    return {row[0]: DecisionRow(*row) for row in rows}


def proofs_sent(connection: Connection, order_id: int) -> int:
    """How many proofs of an order were sent."""
    query = (
        select(func.count())
        .select_from(order_file)
        .where(order_file.c.order_id == order_id, order_file.c.kind == "proof")
    )
    return int(connection.execute(query).scalar_one())
