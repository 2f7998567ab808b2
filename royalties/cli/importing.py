"""import: reports of retailers, one or several."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from royalties.cli.desk import Desk, amounts, command
from royalties.domain.counting import counted
from royalties.domain.sales.changes import (
    LONGEST_CELL,
    LONGEST_REASON,
    CellChange,
    Change,
    RowLeftOut,
    cell_at,
    of_values,
    one_line,
    words_of,
)
from royalties.domain.sales.slices import ImportOutcome
from royalties.services.sales.importing import ImportResult, Request, import_file
from royalties.services.work import RefusedError

_SHOWN = 20


_NOT_RECORDED = (ImportOutcome.REFUSED, ImportOutcome.CONFIRM, ImportOutcome.CHOOSE)


_OUTCOMES = {
    ImportOutcome.RECORDED: "recorded",
    ImportOutcome.NOTHING_NEW: "recorded before",
    ImportOutcome.CONFIRM: "to be confirmed",
    ImportOutcome.CHOOSE: "to be chosen",
    ImportOutcome.REFUSED: "refused",
}


def key_values(_context: object, _parameter: object, values: tuple[str, ...]) -> dict[str, str]:
    """What an option that may stand several times says, by key."""
    chosen = {}
    for value in values:
        key, equals, answer = value.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{value!r}: write KEY=VALUE, such as date_order=dmy")
        chosen[key.strip()] = answer.strip()
    return chosen


def _placed(value: str, example: str) -> tuple[str, str, str]:
    """Sheet, place and text of a change."""
    where, equals, text = value.partition("=")
    sheet, _, place = where.rpartition("!")
    text = one_line(text)
    if not equals or not place:
        raise click.BadParameter(f"{value!r}: write it as {example}")
    if len(text) > LONGEST_CELL:
        raise click.BadParameter(f"{value!r}: a cell holds at most {LONGEST_CELL} letters")
    return sheet, place.strip(), text


def cell_changes(_context: object, _parameter: object, values: tuple[str, ...]) -> list[Change]:
    """Cells that are read as something else."""
    changes: dict[tuple[str, int, int], Change] = {}
    for value in values:
        sheet, name, text = _placed(value, "CELL=VALUE, such as C12=4")
        place = cell_at(name)
        if place is None:
            raise click.BadParameter(f"{name!r} is no cell: write its column and row, such as C12")
        changes[sheet, place[1], place[0]] = CellChange(sheet, place[1], place[0], None, text)
    return list(changes.values())


def rows_left_out(_context: object, _parameter: object, values: tuple[str, ...]) -> list[Change]:
    """Rows that are left out."""
    changes: dict[tuple[str, int], Change] = {}
    for value in values:
        sheet, number, reason = _placed(value, "ROW=REASON, such as 14='a tote bag'")
        if not number.isdecimal() or not number.isascii() or not reason:
            raise click.BadParameter(f"{value!r}: write ROW=REASON, such as 14='a tote bag'")
        if len(reason) > LONGEST_REASON:
            raise click.BadParameter(f"a reason has at most {LONGEST_REASON} letters")
        changes[sheet, int(number)] = RowLeftOut(sheet, int(number), reason)
    return list(changes.values())


@click.command("import")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
)
@click.option("--report", metavar="NAME", help="Read it as this report instead of recognising it.")
@click.option("--dry-run", is_flag=True, help="Show what it holds; record nothing.")
@click.option("--confirm", is_flag=True, help="Record it in spite of the warnings.")
@click.option(
    "--choose",
    "choices",
    metavar="KEY=VALUE",
    multiple=True,
    callback=key_values,
    help="Say what the report does not, such as date_order=dmy.",
)
@click.option(
    "--change",
    "cells",
    metavar="CELL=VALUE",
    multiple=True,
    callback=cell_changes,
    help="Read a cell as something else, such as C12=4 or 'Sheet 1!C12=4'; the file stays.",
)
@click.option(
    "--leave-out",
    "rows",
    metavar="ROW=REASON",
    multiple=True,
    callback=rows_left_out,
    help="Leave a row out, such as 14='a tote bag' or 'Sheet 1!14=a tote bag'.",
)
@command
def import_(
    desk: Desk,
    files: tuple[Path, ...],
    report: str | None,
    *,
    dry_run: bool,
    confirm: bool,
    choices: dict[str, str],
    cells: list[Change],
    rows: list[Change],
) -> None:
    """Import retailers' reports, each FILE in one transaction, or nothing of it.

    Exit 0: recorded, or nothing new. Exit 1: refused, to be confirmed (--confirm) or to be
    chosen (--choose); then nothing of that file is recorded. Of several files each stands for
    itself: one that is refused does not keep the others out.
    """
    for file in files:
        if not file.is_file():
            raise click.BadParameter(f"{file} is a device or a pipe: save it as a file first")
    changes = [*cells, *rows]
    if changes and len(files) > 1:
        raise click.BadParameter("--change and --leave-out are for one file: import it alone")
    requests = [
        Request(
            file,
            os.fsencode(file.name).decode(errors="replace"),
            report,
            choices,
            dry_run=dry_run,
            confirm=confirm,
            changes=changes,
        )
        for file in files
    ]
    if len(requests) == 1:
        _import_one(desk, requests[0])
    else:
        _import_several(desk, requests)


def _import_one(desk: Desk, request: Request) -> None:
    result = _imported(desk, request)
    if not desk.json:
        _show_result(desk, request, result)
    if result.outcome in _NOT_RECORDED:
        desk.refuse(_refusal(request, result), result.document)
    if desk.json:
        desk.show(result.document)


def _import_several(desk: Desk, requests: Sequence[Request]) -> None:
    """Import one after the other, whatever comes of each, and sum up what became of all."""
    documents, outcomes = [], Counter[str]()
    for request in requests:
        try:
            result = _imported(desk, request)
        except RefusedError as error:
            result = ImportResult(
                ImportOutcome.REFUSED, {"outcome": "refused", "message": str(error)}
            )
            message = f"{request.name}: {error}"
        else:
            message = _refusal(request, result) if result.outcome in _NOT_RECORDED else ""
            if not desk.json:
                _show_result(desk, request, result)
        if message:
            click.echo(message, err=True)
        documents.append({"file": request.name, **result.document})
        outcomes[result.outcome] += 1
    if desk.json:
        desk.show(documents)
    counts = [
        f"{outcomes[outcome]} {words}" for outcome, words in _OUTCOMES.items() if outcomes[outcome]
    ]
    dry = " Dry run: nothing was recorded." if requests[0].dry_run else ""
    desk.say(f"{len(requests)} files: {', '.join(counts)}.{dry}")
    if any(outcomes[outcome] for outcome in _NOT_RECORDED):
        sys.exit(1)


def _imported(desk: Desk, request: Request) -> ImportResult:
    with desk.units(f"Importing {request.name}") as units:
        return import_file(units, request)


def _show_result(desk: Desk, request: Request, result: ImportResult) -> None:
    document = result.document
    if result.outcome is ImportOutcome.NOTHING_NEW:
        desk.say(f"{request.name}: nothing new; {document['notes'][0]}.")
        return
    if document["report"] and result.outcome is not ImportOutcome.CHOOSE:
        _show_totals(desk, request, document)
    if document["report"]:  # else the refusal names the file's one problem
        for problem in document["problems"][:_SHOWN]:
            desk.say(f"  problem: {_problem(problem)}")
    if document["problem_count"] > _SHOWN:
        desk.say(f"  … and {document['problem_count'] - _SHOWN} more problems")
    for warning in document["warnings"]:
        desk.say(f"  warning: {warning['message']}")
    for note in document["notes"]:
        desk.say(f"  note: {note}")
    if result.outcome is ImportOutcome.RECORDED:
        if request.dry_run:
            desk.say("Dry run: nothing was recorded.")
        else:
            desk.say(
                f"Recorded as import {document['batch']}. "
                f"'royalties undo {document['batch']}' takes it back."
            )


def _problem(problem: dict[str, Any]) -> str:
    """A problem, behind the place where it stands, if it has one."""
    parts = (
        f"sheet {problem['sheet']}" if problem["sheet"] else "",
        f"row {problem['row']}" if problem["row"] else "",
        f"column {problem['column']}" if problem["column"] else "",
    )
    place = ", ".join(filter(None, parts))
    if problem["value"]:
        place = f"{place} {problem['value']!r}".strip()
    return f"{place}{': ' if place else ''}{problem['message']}; {problem['remedy']}"


def _show_totals(desk: Desk, request: Request, document: dict[str, Any]) -> None:
    retailer = document["retailer"] or "several retailers"
    period = (
        f", {document['period_from']} to {document['period_to']}" if document["period_from"] else ""
    )
    desk.say(f"{request.name}: report {document['report']} of {retailer}{period}")
    units = document["units"]
    desk.say(
        f"  {counted(document['rows'], 'row')}: {document['recordable']:,} to record, "
        f"{sum(each['rows'] for each in document['skipped']):,} skipped, "
        f"{sum(each['rows'] for each in document['waiting']):,} waiting, "
        f"{counted(document['problem_count'], 'problem')}"
    )
    desk.say(
        f"  {units['sold']:,} sold, {units['returned']:,} returned, {units['free']:,} free; "
        f"net receipts {amounts(document['net'])}"
    )
    if usage := document["usage"]["rows"]:
        desk.say(
            f"  and {amounts(document['usage']['net'])} for subscriptions and loans "
            f"({counted(usage, 'row')}), which are no copies"
        )
    for skipped in document["skipped"]:
        money = f", {amounts(skipped['net'])}" if "net" in skipped else ""
        desk.say(f"  skipped: {counted(skipped['rows'], 'row')}: {skipped['reason']}{money}")
    for change in of_values(document["changes"]):
        where = f"sheet {change.sheet}, row" if change.sheet else "row"
        desk.say(f"  changed: {where} {change.row}: {words_of(change)}")
    for waiting in document["waiting"]:
        desk.say(
            f"  waiting: {waiting['isbn']} ({counted(waiting['rows'], 'row')}) is not in the "
            f"catalogue: load its edition, or 'royalties alias {waiting['isbn']} ISBN'"
        )


def _refusal(request: Request, result: ImportResult) -> str:
    document = result.document
    name = request.name
    if result.outcome is ImportOutcome.CONFIRM:
        return f"{name}: nothing recorded. Read the warnings, then repeat with --confirm."
    if result.outcome is ImportOutcome.CHOOSE:
        choices = "; ".join(
            f"--choose {each['key']}={'|'.join(each['options']) or 'VALUE'} ({each['message']})"
            for each in document["choices"]
        )
        return f"{name}: nothing recorded. The report does not say it, so choose: {choices}"
    first = document["problems"][0]
    if document["report"] is None:
        return f"{name}: refused: {first['message']}; {first['remedy']}"
    back = (
        f" The report with each reason beside its row is {result.returned}: mend it there and "
        f"import that."
        if result.returned
        else ""
    )
    return (
        f"{name}: refused, nothing recorded: {counted(document['problem_count'], 'problem')}.{back}"
    )


COMMANDS = [import_]
