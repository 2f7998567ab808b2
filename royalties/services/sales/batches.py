"""Take back an import: undo it while it is open, correct it once a closed run used it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.people import Verb
from royalties.domain.sales.changes import as_values
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import Origin, SaleKind
from royalties.ingest.recognise import reports_by_order
from royalties.services.books import setup_in_force
from royalties.services.sales import sheets, uploads
from royalties.services.sales.reasons import reason_of
from royalties.services.sales.recording import sum_batch
from royalties.services.sales.waiting import release_waiting
from royalties.services.work import RefusedError, Work
from royalties.store.periods import periods
from royalties.store.sales import batches as store
from royalties.store.sales import recorded_orders

_MOST_ORDERS = 5_000
_SHOWN_ORDERS = 5


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An import that was undone.

    Attributes:
        batch: its number.
        file_name: of its file.
        sales: how many sale lines were removed.
        waiting: how many waiting lines.
        sheet: the retailer whose sheet has the rows again, if they were typed.
        typist: the name of the sheet's owner; empty: whoever undid it.
        upload: the upload that waits again, if something was changed in its file.
        warning: what later imports hold of its orders; empty if nothing.
    """

    batch: int
    file_name: str
    sales: int
    waiting: int
    sheet: str | None = None
    typist: str = ""
    upload: int | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A closed import that was reversed in the open period."""

    batch: int
    corrects: int
    period: str
    sales: int


def undo(work: Work, number: int, reason: str = "") -> TakenBack:
    """Take a whole import back while no closed run used it.

    Without its correction an import counts as before: its rows wait again, and those whose
    edition is known by now are recorded. Typed rows are put back into the sheet of whoever undoes
    them (at the command line: of whoever typed them), and a file in which something was changed
    waits again with its changes.

    Args:
        work: the unit of work.
        number: the import's.
        reason: why; the log keeps it.

    Raises:
        RefusedError: it is unknown, undone already, corrected, or a closed run used it; or it is
            a correction, and the file it took back was recorded again; or the sheet has no room
            for its rows.
    """
    work.actor.require(Verb.UNDO)
    why = reason_of(reason)
    setup = setup_in_force(work)
    sheet = _sheet_of(work, number)
    periods.lock_for_sales(work.connection, setup.first_period)
    batch = _recorded(work, number)
    _require_no_order(batch)
    closed = store.closed_periods_of(work.connection, number)
    if closed and batch.corrects is None:
        raise RefusedError(
            f"import {number} was used by the closed run of {', '.join(closed)} and stays: "
            f"correct import {number}, which reverses it in the open period"
        )
    if closed:
        raise RefusedError(
            f"import {number} was used by the closed run of {', '.join(closed)} and stays: "
            f"{_again(work, batch.corrects)}"
        )
    if batch.corrected_by is not None:
        raise RefusedError(
            f"import {number} is corrected by import {batch.corrected_by}: undo "
            f"{batch.corrected_by} first"
        )
    if batch.corrects is not None:
        _require_not_again(work, number, batch.corrects)
    warning = left_alone(work, batch)
    sales, rows = store.undo_batch(work.connection, number, work.stored_at)
    work.record(Verb.UNDO, {"batch": number, "lines": sales, "waiting": rows, **why})
    if batch.corrects is not None:
        store.mark_corrected(work.connection, batch.corrects, None)
        release_waiting(work, setup)
    taken_back = TakenBack(number, batch.file_name, sales, rows, warning=warning)
    if batch.corrects is not None:
        return taken_back
    if sheet is not None:
        sheet.fill()
        return replace(taken_back, sheet=sheet.draft.retailer, typist=sheet.owner)
    return replace(taken_back, upload=uploads.reopen(work, number))


def undo_warning(work: Work, number: int) -> str:
    """What somebody should know before an import is undone; empty if there is nothing."""
    work.actor.require(Verb.READ)
    batch = store.find_batch(work.connection, number)
    return "" if batch is None or batch.status != BatchStatus.RECORDED else left_alone(work, batch)


def left_alone(work: Work, batch: store.BatchRow) -> str:
    """What later imports hold of a web shop's orders, such as refunds, without the orders."""
    if batch.report not in reports_by_order() or batch.corrects is not None:
        return ""
    held: dict[int, set[str]] = {}
    for shop, orders in recorded_orders.orders_of(work.connection, batch.id).items():
        for first in range(0, len(orders), _MOST_ORDERS):
            some = orders[first : first + _MOST_ORDERS]
            for line in recorded_orders.recorded_orders(work.connection, shop, some):
                if line.batch > batch.id:
                    held.setdefault(line.batch, set()).add(line.order)
    if not held:
        return ""
    corrections = "; ".join(
        f"import {number} holds what changed since in {counted(len(names), 'order')} "
        f"({', '.join(sorted(names)[:_SHOWN_ORDERS])}{', …' if len(names) > _SHOWN_ORDERS else ''})"
        for number, names in sorted(held.items())
    )
    later = ", ".join(map(str, sorted(held)))
    return (
        f"Without import {batch.id}, {corrections}, such as refunds of sales that no longer stand: "
        f"undo {later} as well, and import the newest export again"
    )


def correct(work: Work, number: int, reason: str = "") -> Corrected:
    """Reverse an import that a closed run used, by new sales in the open period.

    Every line is mirrored (copies and receipts negative) and names the batch it corrects, and
    its rows wait no more; a mended report, or the same file read in another way, is then
    imported like any other.

    Args:
        work: the unit of work.
        number: the import's.
        reason: why; the log keeps it.

    Raises:
        RefusedError: no closed run used it (undo it instead), it is corrected already, or it is
            itself a correction.
    """
    work.actor.require(Verb.CORRECT)
    why = reason_of(reason)
    setup = setup_in_force(work)
    open_period = periods.lock_for_sales(work.connection, setup.first_period)
    batch = _recorded(work, number)
    _require_no_order(batch)
    if not store.closed_periods_of(work.connection, number):
        raise RefusedError(f"no closed run used import {number}: undo it instead")
    if batch.corrected_by is not None:
        raise RefusedError(f"import {number} was corrected by import {batch.corrected_by} already")
    if batch.corrects is not None:
        raise RefusedError(f"import {number} is a correction: {_again(work, batch.corrects)}")
    correction = store.add_batch(
        work.connection,
        {
            "file_name": batch.file_name,
            "sha256": sha256(f"correction of batch {number}".encode()).hexdigest(),
            "size": 0,
            "report": "correction",
            "origin": batch.origin,
            "retailer": batch.retailer,
            "account": batch.account,
            "sheets": batch.sheets,
            "choices": {},
            "document": {"outcome": "recorded", "corrects": number},
            "rows": 0,
            "lines": 0,
            "status": BatchStatus.RECORDED,
            "recorded_at": work.stored_at,
            "recorded_by": work.actor.name,
            "corrects": number,
            "changes": batch.changes,
        },
    )
    store.mark_corrected(work.connection, number, correction)
    lines = store.reverse_sales(work.connection, number, correction, open_period)
    sum_batch(work, setup, correction)
    store.finish_batch(work.connection, correction, {"rows": lines, "lines": lines})
    work.record(Verb.CORRECT, {"batch": correction, "corrects": number, "lines": lines, **why})
    first = setup.first_period
    return Corrected(correction, number, str(first.shift(open_period - first.ordinal)), lines)


def import_list(work: Work) -> list[store.BatchRow]:
    """Every import, undone ones included."""
    work.actor.require(Verb.READ)
    return store.batches(work.connection)


def sales_list(work: Work, period: str | None) -> Iterator[dict[str, Any]]:
    """Recorded sales as plain values, streamed; of one period or of all."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    chosen = setup.period(period).ordinal if period else None
    return (sale_shown(row) for row in store.sales_of(work.connection, chosen))


def sale_shown(row: tuple[Any, ...]) -> dict[str, Any]:
    """One recorded sale as the interface shows it, with the file and row it came from.

    What an order brought comes from no file: ``of_order`` names the order instead of a row.
    """
    (
        batch,
        file_name,
        sheets,
        sheet,
        place,
        period,
        day,
        isbn,
        retailer,
        kind,
        units,
        currency,
        list_price,
        net,
        discount,
        country,
        region,
        city,
        order,
        reference,
        corrects,
        origin,
        _,
    ) = row
    is_of_order = origin == Origin.ORDER
    digits = exponent(currency)
    return {
        "batch": batch,
        "file": file_name,
        "sheet": sheets[sheet] if sheet < len(sheets) else "",
        "row": None if is_of_order else place,
        "period": period,
        "date": day,
        "isbn": isbn,
        "retailer": retailer,
        "kind": SaleKind(kind).word,
        "units": units,
        "currency": currency,
        "list_price": None if list_price is None else micro_text(list_price, digits),
        "net": micro_text(net, digits),
        "discount": None if discount is None else micro_text(discount),
        "country": country or None,
        "region": region or None,
        "city": city or None,
        "order": order or None,
        "reference": reference or None,
        "corrects": corrects,
        "of_order": order if is_of_order else None,
    }


def with_changes(work: Work, shown: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sales as ``sale_shown`` gives them, ``changes`` telling what was changed in its row."""
    changes: dict[int, dict[tuple[str, int], list[dict[str, Any]]]] = {}
    for sale in shown:
        number = sale["batch"]
        if number not in changes:
            batch = store.find_batch(work.connection, number)
            of_row: dict[tuple[str, int], list[dict[str, Any]]] = {}
            for each in as_values(batch.changes) if batch else ():
                of_row.setdefault((each["sheet"], each["row"]), []).append(each)
            changes[number] = of_row
        own = changes[number].get((sale["sheet"], sale["row"]))
        yield sale | {"changes": own} if own else sale


def _sheet_of(work: Work, number: int) -> sheets.SheetToFill | None:
    """The sheet that the rows of an import go back into, where they were typed."""
    batch = store.find_batch(work.connection, number)
    is_typed = batch is not None and batch.origin == Origin.TYPED
    if (
        batch is None
        or not is_typed
        or batch.status != BatchStatus.RECORDED
        or batch.corrects is not None
    ):
        return None
    return sheets.to_fill(work, batch)


def _require_no_order(batch: store.BatchRow) -> None:
    """What was shipped is taken back on its order, where copies and money follow."""
    if batch.origin == Origin.ORDER:
        raise RefusedError(
            f"import {batch.id} holds the sales of an order ({batch.file_name}): enter on the "
            f"order what came back, or credit it there"
        )


def _again(work: Work, number: int | None) -> str:
    """How the sales of an import come back that a correction took away for good."""
    taken = store.find_batch(work.connection, number or 0)
    name = f" ({taken.file_name})" if taken else ""
    return f"to count import {number} again, import its report{name} once more"


def _require_not_again(work: Work, correction: int, number: int) -> None:
    """Without its correction an import counts again, so nothing else may have its file."""
    taken = store.find_batch(work.connection, number)
    again = store.find_recorded(work.connection, taken.sha256) if taken else None
    if again is not None:
        raise RefusedError(
            f"import {correction} takes back import {number}, whose file was recorded again as "
            f"import {again.id}, and would count twice: undo {again.id} first"
        )


def _recorded(work: Work, number: int) -> store.BatchRow:
    batch = store.find_batch(work.connection, number)
    if batch is None:
        raise RefusedError(f"there is no import {number}: look it up in the list of imports")
    if batch.status != BatchStatus.RECORDED:
        raise RefusedError(f"import {number} was undone already")
    return batch
