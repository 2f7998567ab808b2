"""Sheets of typed sales: a draft for each person and retailer, stored until it is recorded."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from royalties.domain.people import Verb
from royalties.services.books import Setup, setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store.people import people
from royalties.store.sales import sheets as store
from royalties.store.sales.batches import BatchRow
from royalties.store.sales.sheets import SheetDraftRow

FIELDS = (
    "date",
    "isbn",
    "kind",
    "units",
    "currency",
    "list_price",
    "discount",
    "net",
    "country",
    "region",
    "city",
    "order",
)
"""The cells of a typed row, in order: columns of the standard sales file."""

_BEHIND = ("retailer", "entry")
"""Columns behind them in the file that the rows become."""

MOST_ROWS = 2000
LONGEST_CELL = 500
_LONGEST_TOKEN = 64

Rows: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """Rows as typed; version and token show whether another window changed or recorded them."""

    retailer: str
    rows: Rows
    token: str
    version: int = 0
    changed_at: str = ""


class DraftChangedError(RefusedError):
    """Another window changed the sheet meanwhile; ``draft`` is the sheet now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("this sheet was changed in another window: nothing was lost yet")
        self.draft = draft


def find_drafts(work: Work) -> dict[str, Draft]:
    """The person's drafts by retailer."""
    work.actor.require(Verb.ENTER)
    return {row.retailer: _draft(row) for row in store.drafts_of(work.connection, _person(work))}


def new_draft(work: Work, retailer: str) -> Draft:
    """An empty sheet, not yet stored."""
    return Draft(retailer, (), work.credentials.token())


def save(work: Work, draft: Draft, *, force: bool = False) -> Draft:
    """Keep what is typed so far.

    Args:
        draft: what the page holds, with the version it began with.
        force: whether it replaces what another window saved meanwhile.

    Raises:
        DraftChangedError: another window saved or recorded the sheet meanwhile.
    """
    work.actor.require(Verb.ENTER)
    require_retailer(setup_in_force(work), draft.retailer)
    rows = cleaned(draft.rows)
    held = lock_draft(work, draft)
    if differ(held, draft) and not force:
        raise DraftChangedError(held)
    return _write(work, replace(held, rows=rows))


def find_draft(work: Work, draft: Draft) -> Draft:
    """The draft as it is stored, an empty one with the page's token if nothing is."""
    first = _draft(_first(work, draft))
    return find_drafts(work).get(draft.retailer, first)


def lock_draft(work: Work, draft: Draft) -> Draft:
    """The draft as it is stored, held against the person's other windows until the work ends."""
    return _draft(store.lock_draft(work.connection, _person(work), _first(work, draft)))


def _first(work: Work, draft: Draft) -> SheetDraftRow:
    if not draft.token or len(draft.token) > _LONGEST_TOKEN or not draft.token.isascii():
        raise RefusedError("this sheet has lost its token: load the page again")
    return SheetDraftRow(draft.retailer, (), draft.token, 0, work.stored_at)


def differ(held: Draft, draft: Draft) -> bool:
    """Whether the stored draft is not what a page began with."""
    return (held.token, held.version) != (draft.token, draft.version)


def emptied(work: Work, draft: Draft) -> Draft:
    """A fresh sheet, once the rows of one are recorded."""
    return _write(work, replace(draft, rows=(), token=work.credentials.token()))


@dataclass(frozen=True, slots=True)
class SheetToFill:
    """A draft that is held, and the rows of an import that go before its own; see ``fill``."""

    work: Work
    draft: Draft
    rows: Rows
    owner: str

    def fill(self) -> None:
        """Put the rows in."""
        _write(self.work, replace(self.draft, rows=cleaned((*self.rows, *self.draft.rows))))


def to_fill(work: Work, batch: BatchRow) -> SheetToFill | None:
    """Hold the draft that the rows of a typed import go back into.

    It is that of who acts, and at the command line that of who typed them (``owner``). Hold it
    before the period, as recording a sheet does. None where nobody has the typist's name any more.

    Raises:
        RefusedError: the draft has no room for them.
    """
    retailer, rows = rows_of_file(work.files.received(batch.sha256))
    owner = ""
    if work.actor.person is None:
        owner = batch.recorded_by
        number = people.number_of_name(work.connection, owner)
        if number is None:
            return None
        work = replace(work, actor=replace(work.actor, person=number))
    draft = lock_draft(work, new_draft(work, retailer))
    if len(draft.rows) + len(rows) > MOST_ROWS:
        raise RefusedError(
            f"the {len(rows):,} rows of import {batch.id} go back into the sheet, where "
            f"{len(draft.rows):,} are typed already, and it takes {MOST_ROWS:,}: record or empty "
            f"that sheet first"
        )
    return SheetToFill(work, draft, rows, owner)


def write_file(path: Path, draft: Draft, rows: Iterable[Sequence[str]]) -> None:
    """Write typed rows as the standard sales file that is imported of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*FIELDS, *_BEHIND))
        for row in rows:
            writer.writerow((*row, draft.retailer, draft.token))


def rows_of_file(path: Path) -> tuple[str, Rows]:
    """Retailer and rows of a file as ``write_file`` made it."""
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.reader(file, strict=True))
    discount = FIELDS.index("discount")
    rows = tuple(
        tuple(
            cell.removesuffix("%") if place == discount else cell
            for place, cell in enumerate(record[: len(FIELDS)])
        )
        for record in records[1:]
    )
    return records[1][len(FIELDS)], rows


def cleaned(rows: Sequence[Sequence[str]]) -> Rows:
    """Rows of single-line cells, without empty ones at the end.

    Raises:
        RefusedError: more rows, cells or letters than a sheet may have.
    """
    filled = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    while filled and not any(filled[-1]):
        filled.pop()
    if len(filled) > MOST_ROWS:
        raise RefusedError(
            f"a sheet has at most {MOST_ROWS:,} rows: record it in parts, or import it as a file"
        )
    if any(len(row) != len(FIELDS) for row in filled):
        raise RefusedError("a row of the sheet is incomplete: load the page again")
    if any(len(cell) > LONGEST_CELL for row in filled for cell in row):
        raise RefusedError(f"a cell holds at most {LONGEST_CELL} letters: shorten it")
    return tuple(filled)


def require_retailer(setup: Setup, key: str) -> None:
    """Refuse a retailer that is not in the setup."""
    if key not in setup.retailers:
        raise RefusedError(f"no retailer is known as {key!r}: choose one from the list")


def _write(work: Work, draft: Draft) -> Draft:
    saved = replace(draft, version=draft.version + 1, changed_at=work.stored_at)
    store.write_draft(
        work.connection,
        _person(work),
        SheetDraftRow(saved.retailer, saved.rows, saved.token, saved.version, saved.changed_at),
    )
    return saved


def _draft(row: SheetDraftRow) -> Draft:
    return Draft(row.retailer, row.rows, row.token, row.version, row.changed_at)


def _person(work: Work) -> int:
    if work.actor.person is None:
        raise RefusedError("sales are typed by a person who signed in: import a file instead")
    return work.actor.person
