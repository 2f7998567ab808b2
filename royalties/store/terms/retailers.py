"""Reports received from retailers, and the days they cover."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from royalties.domain.sales.imports import BatchStatus
from royalties.store.tables import batch, coverage, retailer


class ReportRow(NamedTuple):
    """One import that holds sales of a retailer."""

    batch: int
    file_name: str
    account: str
    first_day: str
    last_day: str
    recorded_at: str
    recorded_by: str
    corrects: int | None
    corrected_by: int | None


def reports_of(
    connection: Connection, key: str, *, before: int = 0, limit: int = 50
) -> list[ReportRow]:
    """Recorded imports with sales of a retailer, the newest first."""
    query = (
        select(
            batch.c.id,
            batch.c.file_name,
            coverage.c.account,
            coverage.c.first_day,
            coverage.c.last_day,
            batch.c.recorded_at,
            batch.c.recorded_by,
            batch.c.corrects,
            batch.c.corrected_by,
        )
        .join_from(coverage, batch, batch.c.id == coverage.c.batch_id)
        .join(retailer, retailer.c.id == coverage.c.retailer_id)
        .where(retailer.c.key == key, batch.c.status == BatchStatus.RECORDED)
        .order_by(batch.c.id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(batch.c.id < before)
    return [ReportRow(*row) for row in connection.execute(query)]
