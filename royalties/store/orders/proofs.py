"""Comments and decisions about proofs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from royalties.domain.orders.life import Side
from royalties.domain.orders.order import FileKind, ProofDecision
from royalties.store.tables import order_file, proof_comment, proof_decision


class Comment(NamedTuple):
    """A comment on a page of a proof; page 0 is the whole proof."""

    id: int
    file_id: int
    page: int
    text: str
    at: datetime
    by: str
    side: Side


class Decision(NamedTuple):
    """A decision about a proof, and the bytes that were shown."""

    file_id: int
    decision: ProofDecision
    name: str
    sha256: str
    at: datetime
    by: str

    @property
    def approved(self) -> bool:
        """Whether the proof may be printed."""
        return self.decision is ProofDecision.APPROVED


def add_comment(connection: Connection, values: Mapping[str, object]) -> Comment:
    """Add a comment."""
    columns = (proof_comment.c[name] for name in Comment._fields)
    inserted = connection.execute(insert(proof_comment).values(**values).returning(*columns))
    return Comment(*inserted.one())


def comments_of(connection: Connection, files: Sequence[int]) -> list[Comment]:
    """Comments on some proofs by page, the oldest first; the caller has checked access."""
    names = Comment._fields
    rows = connection.execute(
        select(*(proof_comment.c[name] for name in names))
        .where(proof_comment.c.file_id.in_(files))
        .order_by(proof_comment.c.page, proof_comment.c.id)
    )
    return [Comment(*row) for row in rows]


def add_decision(connection: Connection, row: Decision) -> None:
    """Record the decision about a proof; each has only one."""
    connection.execute(insert(proof_decision).values(**row._asdict()))


def decisions_of(connection: Connection, files: Sequence[int]) -> dict[int, Decision]:
    """Decisions about some proofs; the caller has checked access."""
    names = Decision._fields
    rows = connection.execute(
        select(*(proof_decision.c[name] for name in names)).where(
            proof_decision.c.file_id.in_(files)
        )
    )
    return {row[0]: Decision(*row) for row in rows}


def proofs_sent(connection: Connection, order_id: int) -> int:
    """How many proofs of an order were sent."""
    query = (
        select(func.count())
        .select_from(order_file)
        .where(order_file.c.order_id == order_id, order_file.c.kind == FileKind.PROOF)
    )
    return int(connection.execute(query).scalar_one())
