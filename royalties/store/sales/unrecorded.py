"""Uploads and sheets of typed sales that are not recorded yet."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, literal, null, select, union_all

from royalties.domain.sales.imports import OPEN_UPLOADS
from royalties.domain.sales.slices import ImportOutcome
from royalties.store.tables import person, sales_draft, upload

UPLOAD, SHEET = "upload", "sheet"


class UnrecordedRow(NamedTuple):
    """An upload (``number``, file name, summary), or somebody's typed sheet.

    A sheet has the retailer's key, the person as ``number`` and ``name``, and its rows.
    """

    kind: str
    retailer: str | None
    number: int
    name: str
    body: Any


def unrecorded_rows(connection: Connection) -> list[UnrecordedRow]:
    """Open uploads, the newest first, then sheets by retailer and person; one query for both.

    Uploads that hold nothing new are left out.
    """
    uploads = select(
        literal(UPLOAD).label("kind"),
        null().label("retailer"),
        upload.c.id.label("number"),
        upload.c.name,
        upload.c.summary.label("body"),
    ).where(
        upload.c.status.in_(OPEN_UPLOADS),
        upload.c.outcome.is_(None) | (upload.c.outcome != ImportOutcome.NOTHING_NEW),
    )
    sheets = (
        select(
            literal(SHEET),
            sales_draft.c.retailer,
            sales_draft.c.person_id,
            person.c.name,
            sales_draft.c.rows,
        )
        .join(person, person.c.id == sales_draft.c.person_id)
        .where(sales_draft.c.rows != [])
    )
    rows = [UnrecordedRow(*row) for row in connection.execute(union_all(uploads, sheets))]
    return sorted(
        rows,
        key=lambda row: (
            row.kind == SHEET,
            row.retailer or "",
            row.number if row.kind == SHEET else -row.number,
        ),
    )
