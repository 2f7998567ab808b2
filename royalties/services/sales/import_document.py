"""The import document of the public interface: what a report holds, and what came of it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from royalties.domain.currencies import EXPONENTS, exponent
from royalties.domain.money import micro_text
from royalties.domain.problems import Choice, Notice, Problem, Skipped
from royalties.domain.sales.changes import as_values, cell_name
from royalties.domain.sales.slices import ImportOutcome
from royalties.ingest.report.reading import ControlTotals, Findings, RefusedRow, UnknownBook
from royalties.store.sales.batches import BatchRow

Document: TypeAlias = dict[str, Any]

_SHOWN_PROBLEMS = 1000

NO_USAGE: Document = {"rows": 0, "net": {}}


def units_of(totals: ControlTotals) -> dict[str, int]:
    """Copies by what became of them."""
    return {"sold": totals.sold, "returned": totals.returned, "free": totals.free}


def net_of(totals: ControlTotals) -> dict[str, str]:
    """Net receipts of copies by currency, as texts."""
    return _texts(totals.net)


def usage_of(totals: ControlTotals) -> Document:
    """Rows of subscriptions and loans, and their net receipts by currency."""
    return {"rows": totals.usage_lines, "net": _texts(totals.usage)}


def receipts_of(document: Mapping[str, Any]) -> dict[str, str]:
    """All receipts of an import document by currency, of copies and of use, as texts.

    Documents of releases before usage was counted separately have ``net`` alone.
    """
    together: dict[str, Decimal] = {}
    for net in (document["net"], document.get("usage", {}).get("net", {})):
        for currency, amount in net.items():
            together[currency] = together.get(currency, Decimal(0)) + Decimal(amount)
    return {currency: f"{amount:f}" for currency, amount in sorted(together.items())}


def _texts(amounts: Mapping[str, int]) -> dict[str, str]:
    return {
        currency: micro_text(micro, EXPONENTS.get(currency, 2))
        for currency, micro in sorted(amounts.items())
    }


def _skipped(skipped: Skipped, reason: str, rows: int) -> Document:
    """Rows that were left out for a reason; with their money, where the report states it."""
    document: Document = {"rows": rows, "reason": reason}
    net = _texts({code: micro for code, micro in skipped.net.get(reason, {}).items() if code})
    return document | {"net": net} if net else document


def document_of(
    outcome: ImportOutcome,
    reading: Findings,
    fingerprint: str,
    notices: list[Notice] | None = None,
    waiting: list[dict[str, Any]] | None = None,
) -> Document:
    """The document of a report that could be read."""
    totals = reading.totals
    return {
        "outcome": outcome,
        "batch": None,
        "report": reading.report,
        "retailer": reading.retailer,
        "sha256": fingerprint,
        "period_from": totals.first_day or None,
        "period_to": totals.last_day or None,
        "rows": totals.rows,
        "recorded": totals.recordable if outcome is ImportOutcome.RECORDED else 0,
        "recordable": totals.recordable,
        "sale_lines": totals.lines,
        "skipped": [
            _skipped(reading.skipped, reason, rows)
            for reason, rows in reading.skipped.by_reason.items()
        ],
        "waiting": waiting or [],
        "units": units_of(totals),
        "net": net_of(totals),
        "usage": usage_of(totals),
        "problems": [_problem(problem) for problem in reading.problems[:_SHOWN_PROBLEMS]],
        "problem_count": len(reading.problems) + reading.unlisted,
        "warnings": [
            {"code": notice.code, "message": notice.message}
            for notice in (reading.notices if notices is None else notices)
        ],
        "notes": list(reading.notes),
        "choices": [_choice(choice) for choice in reading.choices],
        "changes": as_values(reading.changes),
        "refused_rows": [_refused_row(row) for row in reading.refused_rows],
        "same_as": None,
    }


def waiting_of(reading: Findings) -> list[Document]:
    """What waits, by identifier, with what the report states about each book."""
    return [
        {"isbn": identifier, "rows": rows, "units": units}
        | _unknown_identifier(reading.unknown_books.get(identifier, UnknownBook()))
        for identifier, (rows, units) in sorted(reading.totals.waiting.items())
    ]


def _unknown_identifier(book: UnknownBook) -> Document:
    return {
        "title": book.title,
        "author": book.author,
        "net": _texts(book.net),
        "at": [{"sheet": sheet, "row": row} for sheet, row in book.rows],
    }


def _refused_row(refused: RefusedRow) -> Document:
    return {
        "sheet": refused.sheet,
        "row": refused.row,
        "cells": [
            {"cell": cell_name(place, refused.row), "column": column, "value": value}
            for place, column, value in refused.cells
        ],
    }


def _problem(problem: Problem) -> Document:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "cell": cell_name(problem.place, problem.row) if problem.place >= 0 else None,
        "code": problem.cause.value,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def _choice(choice: Choice) -> Document:
    document: Document = {
        "key": choice.key,
        "options": list(choice.options),
        "message": choice.message,
    }
    return document | ({"proposed": list(choice.proposed)} if choice.proposed else {})


def _empty(outcome: ImportOutcome, fingerprint: str) -> Document:
    return {
        "outcome": outcome,
        "batch": None,
        "report": None,
        "retailer": None,
        "sha256": fingerprint,
        "period_from": None,
        "period_to": None,
        "rows": 0,
        "recorded": 0,
        "recordable": 0,
        "sale_lines": 0,
        "skipped": [],
        "waiting": [],
        "units": {"sold": 0, "returned": 0, "free": 0},
        "net": {},
        "usage": NO_USAGE,
        "problems": [],
        "problem_count": 0,
        "warnings": [],
        "notes": [],
        "choices": [],
        "changes": [],
        "refused_rows": [],
        "same_as": None,
    }


def document_of_order(
    *,
    report: str,
    retailer: str,
    fingerprint: str,
    day: str,
    batch: int,
    lines: int,
    copies: int,
    net: dict[str, int],
    is_return: bool,
    order: Document,
) -> Document:
    """The document of an order's sales, which come from no file.

    Args:
        report: what brought them, ``OF_SHIPMENT`` or ``OF_CREDIT_NOTE`` of ``domain.sales``.
        retailer: under whom they are recorded.
        fingerprint: of the batch's name.
        day: of the sales.
        batch: its number.
        lines: how many sale lines.
        copies: negative if they came back.
        net: net receipts in millionths by currency.
        is_return: whether the lines are returns.
        order: its number, what the lines refer to, and the charges that count.
    """
    units = {"sold": 0, "returned": -copies} if is_return else {"sold": copies, "returned": 0}
    return _empty(ImportOutcome.RECORDED, fingerprint) | {
        "batch": batch,
        "report": report,
        "retailer": retailer,
        "period_from": day,
        "period_to": day,
        "rows": lines,
        "recorded": lines,
        "recordable": lines,
        "sale_lines": lines,
        "units": {**units, "free": 0},
        "net": {currency: micro_text(micro, exponent(currency)) for currency, micro in net.items()},
        "order": order,
    }


def nothing_new(earlier: BatchRow, day: date) -> Document:
    """The document of bytes that were recorded before, on a day."""
    return _empty(ImportOutcome.NOTHING_NEW, earlier.sha256) | {
        "report": earlier.report,
        "retailer": earlier.retailer,
        "same_as": earlier.id,
        "notes": [
            (f"the same file was recorded as import {earlier.id} ({earlier.file_name}) on {day}")
        ],
    }


def unreadable(fingerprint: str, problem: Problem) -> Document:
    """The document of a file that is refused whole."""
    return _empty(ImportOutcome.REFUSED, fingerprint) | {
        "problems": [_problem(problem)],
        "problem_count": 1,
    }
