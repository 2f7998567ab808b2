"""What was sent or typed in the browser and is not recorded yet: a close would be without it."""

import json
from dataclasses import dataclass

from royalties.domain.periods import Period
from royalties.services.books import Setup
from royalties.services.sales.entering import is_empty
from royalties.services.work import Work
from royalties.store import sheets, uploads

_MOST = 200


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """An upload or a typed sheet.

    Attributes:
        subject: ``upload:12`` or ``sheet:publisher-phone:3``, the last being the person.
        name: the file's, or the retailer's.
        figure: what it holds, in words.
    """

    subject: str
    name: str
    figure: str


def unrecorded(work: Work, setup: Setup, period: Period) -> list[Unrecorded]:
    """Uploads that may concern a period, and all sheets in which something is typed."""
    return [*_uploads(work, period), *_sheets(work, setup)]


def _uploads(work: Work, period: Period) -> list[Unrecorded]:
    found = []
    for row in uploads.open_uploads(work.connection, _MOST):
        summary = json.loads(row.summary) if row.summary else {}
        starts = summary.get("period_from") or ""
        if summary.get("outcome") == "nothing-new" or starts > period.ends.isoformat():
            continue
        lines = summary.get("sale_lines") or 0
        holds = f"{lines:,} sale {'line' if lines == 1 else 'lines'}, " if lines else ""
        found.append(Unrecorded(f"upload:{row.id}", row.name[:100], f"{holds}sent, not recorded"))
    return found


def _sheets(work: Work, setup: Setup) -> list[Unrecorded]:
    found = []
    for row in sheets.all_drafts(work.connection):
        rows = sum(not is_empty(cells) for cells in json.loads(row.rows))
        if rows:
            retailer = setup.retailers.get(row.retailer)
            found.append(
                Unrecorded(
                    f"sheet:{row.retailer}:{row.person}",
                    f"{retailer.name if retailer else row.retailer}, typed by {row.name}",
                    f"{rows:,} {'row' if rows == 1 else 'rows'} typed, not recorded",
                )
            )
    return found
