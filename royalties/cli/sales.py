"""undo, correct, imports, sales, waiting, no-book, bundle, remembered, forget."""

from collections.abc import Sequence
from typing import Any

import click

from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.domain.sales.changes import (
    as_values,
)
from royalties.services.sales.batches import correct, import_list, sales_list, undo
from royalties.services.sales.remembered import (
    forget,
    remembered_list,
    say_bundle,
    say_no_book,
    value_words,
)
from royalties.services.sales.waiting import waiting_list

_NUMBER = click.IntRange(1, 2**63 - 1)


@click.command("undo")
@click.argument("batch", type=_NUMBER)
@click.option("--reason", default="", help="Why; the log keeps it.")
@command
def undo_(desk: Desk, batch: int, reason: str) -> None:
    """Take the whole import BATCH back while no closed run used it."""
    with desk.work() as work:
        undone = undo(work, batch, reason)
    if desk.json:
        shown = {"batch": undone.batch, "sales": undone.sales, "waiting": undone.waiting}
        warning = {"warning": undone.warning} if undone.warning else {}
        desk.show(shown | {"sheet": undone.sheet, "upload": undone.upload} | warning)
        return
    after = "The same file may be imported again."
    if undone.sheet is not None:
        after = f"Its rows are in the sheet of {undone.typist} for {undone.sheet} again."
    elif undone.upload is not None:
        after = (
            f"What was changed in it is kept: upload {undone.upload} waits again in the browser."
        )
    desk.say(
        f"Import {undone.batch} ({undone.file_name}) is undone: "
        f"{counted(undone.sales, 'sale line')} and {counted(undone.waiting, 'waiting line')} "
        f"removed. {after}"
    )
    if undone.warning:
        desk.say(f"  warning: {undone.warning}.")


@click.command("correct")
@click.argument("batch", type=_NUMBER)
@click.option("--reason", default="", help="Why; the log keeps it.")
@command
def correct_(desk: Desk, batch: int, reason: str) -> None:
    """Reverse the import BATCH, which a closed run used, in the open period."""
    with desk.work() as work:
        corrected = correct(work, batch, reason)
    if desk.json:
        desk.show(
            {
                "batch": corrected.batch,
                "corrects": corrected.corrects,
                "period": corrected.period,
                "sales": corrected.sales,
            }
        )
        return
    desk.say(
        f"Import {corrected.corrects} is reversed in {corrected.period} by import "
        f"{corrected.batch} ({counted(corrected.sales, 'line')}). Import the mended report next, "
        f"or the same file with other choices."
    )


@click.command("imports")
@command
def imports(desk: Desk) -> None:
    """List all imports."""
    with desk.work(read_only=True) as work:
        rows = import_list(work)
    listed: list[dict[str, Any]] = [
        {
            "batch": row.id,
            "file": row.file_name,
            "report": row.report,
            "retailer": row.retailer,
            "rows": row.rows,
            "lines": row.lines,
            "status": row.status,
            "recorded_at": row.recorded_at,
            "recorded_by": row.recorded_by,
            "corrects": row.corrects,
            "corrected_by": row.corrected_by,
            "changes": as_values(row.changes),
        }
        for row in rows
    ]
    if desk.json:
        desk.show(listed)
    elif not listed:
        desk.say("No report has been imported yet: royalties import FILE.")
    else:
        columns = ("batch", "file", "report", "retailer", ">rows", ">lines", "status")
        names = [column.removeprefix(">") for column in columns]
        for row in listed:
            if row["corrected_by"] is not None:
                row["status"] = f"corrected by {row['corrected_by']}"
            if row["changes"]:
                row["status"] += f", {counted(len(row['changes']), 'change')}"
        desk.table(columns, [[row[name] for name in names] for row in listed])


@click.command("sales")
@click.option("--period", help="Only what counts in this period.")
@command
def sales(desk: Desk, period: str | None) -> None:
    """List recorded sales, each with the file and row it came from."""
    with desk.work(read_only=True) as work:
        rows = list(sales_list(work, period))
    if desk.json:
        desk.show(rows)
    elif not rows:
        desk.say("No sales are recorded yet: royalties import FILE.")
    else:
        desk.table(
            ("date", "isbn", "retailer", "kind", ">units", "currency", ">net", "period", "from"),
            [
                (
                    row["date"],
                    row["isbn"],
                    row["retailer"],
                    row["kind"],
                    row["units"],
                    row["currency"],
                    row["net"],
                    row["period"],
                    f"{row['file']}{' ' + row['sheet'] if row['sheet'] else ''} row {row['row']}",
                )
                for row in rows
            ],
        )


@click.command("waiting")
@command
def waiting(desk: Desk) -> None:
    """List rows that wait for an unknown edition."""
    with desk.work(read_only=True) as work:
        entries = waiting_list(work)
    if desk.json:
        desk.show(
            [
                {
                    "identifier": entry.identifier,
                    "batch": entry.batch,
                    "rows": entry.rows,
                    "units": entry.units,
                }
                for entry in entries
            ]
        )
    elif not entries:
        desk.say("Nothing waits.")
    else:
        desk.table(
            ("identifier", ">batch", ">rows", ">units"),
            [(entry.identifier, entry.batch, entry.rows, entry.units) for entry in entries],
        )


@click.command("no-book")
@click.argument("identifier")
@click.option("--retailer", required=True, metavar="KEY", help="In whose reports.")
@command
def no_book(desk: Desk, identifier: str, retailer: str) -> None:
    """Say that IDENTIFIER, or a title of rows without one, is no book: a tote bag, a gift card."""
    with desk.work() as work:
        decision = say_no_book(work, retailer, identifier)
    if desk.json:
        desk.show({"number": decision.number, "rows": decision.rows})
        return
    desk.say(
        f"{identifier} is no book in reports of {retailer}: its rows are skipped from now on; "
        f"{counted(decision.rows, 'waiting row')} set aside. 'royalties forget "
        f"{decision.number}' takes that back."
    )


@click.command("bundle")
@click.argument("identifier")
@click.argument("shares", metavar="ISBN=SHARE...", nargs=-1, required=True)
@click.option("--retailer", required=True, metavar="KEY", help="In whose reports.")
@command
def bundle(desk: Desk, identifier: str, shares: Sequence[str], retailer: str) -> None:
    """Say that IDENTIFIER is several editions together, each with its SHARE of the price."""
    pairs = []
    for text in shares:
        isbn, equals, share = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r}: write ISBN=SHARE, such as 9781442246928=2/3")
        pairs.append((isbn, share))
    with desk.work() as work:
        decision = say_bundle(work, retailer, identifier, pairs)
    if desk.json:
        document = {"number": decision.number, "rows": decision.rows}
        desk.show(document | {"without_price": decision.without_price})
        return
    desk.say(
        f"{identifier} is a bundle of {counted(len(pairs), 'edition')} in reports of {retailer} "
        f"from now on; {counted(decision.rows, 'waiting row')} recorded. 'royalties forget "
        f"{decision.number}' takes that back for later reports."
    )
    if decision.without_price:
        desk.say(
            f"{counted(decision.without_price, 'row')} still wait: they have no money of their own."
        )


@click.command("remembered")
@command
def remembered(desk: Desk) -> None:
    """List what was said once of reports: what is no book, bundles, answers; and what ended."""
    with desk.work(read_only=True) as work:
        rows = remembered_list(work)
    listed = [
        {
            "number": row.id,
            "retailer": row.retailer,
            "said": row.said,
            "name": row.name,
            "value": row.value,
            "said_at": row.said_at,
            "said_by": row.said_by,
            "ended_at": row.ended_at,
            "ended_by": row.ended_by,
        }
        for row in rows
    ]
    if desk.json:
        desk.show(listed)
    elif not listed:
        desk.say("Nothing is remembered yet: see 'royalties no-book' and 'royalties bundle'.")
    else:
        columns = (">number", "retailer", "said", "name", "what", "by", "stands")
        desk.table(
            columns,
            [
                (
                    row.id, row.retailer, row.said, row.name, value_words(row), row.said_by,
                    "yes" if row.ended_at is None else f"ended by {row.ended_by}",
                )
                for row in rows
            ],
        )  # fmt: skip


@click.command("forget")
@click.argument("number", type=_NUMBER)
@command
def forget_(desk: Desk, number: int) -> None:
    """Take back what 'royalties remembered' lists as NUMBER."""
    with desk.work() as work:
        forgotten = forget(work, number)
    if desk.json:
        desk.show({"number": number, "rows": forgotten.rows})
        return
    desk.say(
        f"{number} is taken back; {counted(forgotten.rows, 'row')} that it had set aside wait "
        f"again. What was recorded or skipped of imports stays: undo and import them again."
    )


COMMANDS = [
    undo_, correct_, imports, sales, waiting, no_book, bundle, remembered, forget_,
]  # fmt: skip
