"""run, close, statements, explain."""

from pathlib import Path
from typing import Any

import click

from royalties.cli.confirming import confirm_final, final
from royalties.cli.desk import Desk, command, show_warnings
from royalties.domain.counting import counted
from royalties.domain.money import amount_text
from royalties.domain.sales.changes import of_values, words_of
from royalties.services.periods.checklist import Outlook
from royalties.services.periods.close import before_close, close, show_run
from royalties.services.periods.explain import explain
from royalties.services.statements.issuing import write_statements

_SHOWN_SALES = 50
_SHOWN_TO_CONFIRM = 40


@click.command("run")
@click.argument("period")
@command
def run_(desk: Desk, period: str) -> None:
    """Compute the draft run of PERIOD; nothing is written."""
    with desk.work(f"Running {period}", read_only=True) as work:
        document = show_run(work, period, with_lines=desk.json)
    if desk.json:
        desk.show(document)
    else:
        show_document(desk, document)


_SETTLED = ("brought_forward", "allocated", "due", "to_pay", "tax", "net", "carried_forward")
_HEADINGS = {"tax": "expected tax", "net": "net of it"}


def show_document(desk: Desk, document: dict[str, Any]) -> None:
    """A run document as tables for people."""
    desk.say(f"{document['period']}: {document['status']} run")
    columns = ("earned", "withheld", "released", "recouped", "payable", "carried_forward")
    desk.table(
        ("contract", "currency", *(f">{name.replace('_', ' ')}" for name in columns)),
        [
            (contract["key"], contract["currency"], *(contract[name] for name in columns))
            for contract in document["contracts"]
        ],
    )
    desk.say("")
    desk.table(
        (
            "beneficiary",
            "currency",
            *(f">{_HEADINGS.get(name, name.replace('_', ' '))}" for name in _SETTLED),
        ),
        [
            (beneficiary["key"], beneficiary["currency"], *(beneficiary[name] for name in _SETTLED))
            for beneficiary in document["beneficiaries"]
        ],
    )
    for exception in document["exceptions"]:
        desk.say(
            f"exception: {exception['isbn']} at {exception['retailer']} ({exception['channel']}): "
            f"{exception['reason']}, {counted(exception['units'], 'copy')}"
        )
    if document["exceptions"]:
        desk.say("The period cannot be closed while an exception stands.")
    show_warnings(desk, [warning["message"] for warning in document.get("warnings", ())])


@click.command("close")
@click.argument("period")
@final
@click.option("--early", is_flag=True, help="Close it although it has not ended.")
@click.option("--reason", default="", help="With --early: why; the log keeps it.")
@command
def close_(desk: Desk, period: str, *, yes: bool, early: bool, reason: str) -> None:
    """Compute, post, freeze PERIOD and number its statements. A close cannot be taken back.

    It says what is missing, waits or has changed much, and asks; --yes confirms that as well.
    """
    if reason and not early:
        raise click.UsageError("--reason belongs to --early")
    why = (reason.strip() or "no reason was given") if early else ""
    seen = None
    if not yes:
        with desk.work(f"Computing {period}", read_only=True) as work:
            found = before_close(work, period, early=why)
        confirm_final(desk, _effect(found), yes=yes)
        seen = found.fingerprint
    with desk.work(f"Closing {period}") as work:
        closed = close(work, period, confirm=True, seen=seen, early=why)
    if desk.json:
        desk.show(
            {**closed.document, "statements": list(closed.statements), "waiting": closed.waiting}
        )
    else:
        show_document(desk, closed.document)
        desk.say("")
    if yes:
        for each in closed.confirmed:
            desk.say(f"confirmed: {each}")
    desk.say(f"{period} is closed; {counted(len(closed.statements), 'statement')} numbered.")
    if closed.waiting:
        wait = "waits" if closed.waiting == 1 else "wait"
        desk.say(
            f"{counted(closed.waiting, 'row')} still {wait} for an edition ('royalties waiting') "
            f"and will count in the open period once it is known."
        )
    desk.say(f"Next: royalties statements {period} --out FOLDER")


def _effect(outlook: Outlook) -> str:
    """What a close would do, and in spite of what."""
    to_pay = ", ".join(
        f"{currency} {amount_text(amount, currency)}" for currency, amount in outlook.to_pay.items()
    )
    count = counted(len(outlook.shown.run.settlements) if outlook.shown else 0, "statement")
    lines = [f"Closing {outlook.period} numbers {count} and leaves {to_pay or 'nothing'} to pay."]
    if not outlook.has_ended:
        lines.append(f"It has not ended: its last day is {outlook.ends}.")
    if outlook.to_confirm:
        lines.append("It is closed in spite of this:")
        lines += [f"  {each}" for each in outlook.to_confirm[:_SHOWN_TO_CONFIRM]]
        if len(outlook.to_confirm) > _SHOWN_TO_CONFIRM:
            lines.append(f"  and {len(outlook.to_confirm) - _SHOWN_TO_CONFIRM:,} more")
    return "\n".join(lines)


@click.command("statements")
@click.argument("period")
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the files into.",
)
@command
def statements(desk: Desk, period: str, folder: Path) -> None:
    """Write every beneficiary's statement of PERIOD, and the period's workbook, into a folder.

    A closed period's statements are issued and kept; an open one's are marked as drafts.
    """
    with desk.units(f"Statements of {period}") as units:
        written = write_statements(units, period, folder)
    if desk.json:
        desk.show(
            {
                "period": period,
                "draft": written.draft,
                "statements": written.statements,
                "files": [str(path) for path in written.files],
            }
        )
        return
    word = "draft statement" if written.draft else "statement"
    desk.say(f"{counted(written.statements, word)} and the period's workbook are in {folder}.")


@click.command("explain")
@click.argument("statement")
@click.argument("line", required=False)
@command
def explain_(desk: Desk, statement: str, line: str | None) -> None:
    """Show how a figure of STATEMENT came about, down to file and row.

    LINE is a figure (due, allocated, tax, ...), a contract's (foot-2015/payable) or an earned
    line (foot-2015/12).
    """
    with desk.work(read_only=True) as work:
        explained = explain(work, statement, line)
    if desk.json:
        desk.show(explained.document())
        return
    desk.say(
        f"Statement {explained.statement}, {explained.figure}: "
        f"{explained.currency} {explained.amount}"
    )
    for sentence in explained.how:
        desk.say(f"  {sentence}")
    if explained.parts:
        desk.say("")
        desk.table(("made of", ">amount"), explained.parts)
    if explained.sales:
        desk.say("")
        _show_sales(desk, explained.sales)


def _show_sales(desk: Desk, sales: list[dict[str, Any]]) -> None:
    desk.table(
        ("date", ">units", ">list price", ">net", ">discount", "place", "file", "sheet", ">row"),
        [
            (
                row["date"],
                row["units"],
                row["list_price"],
                row["net"],
                row["discount"],
                " ".join(row[name] for name in ("country", "region", "city") if row[name]),
                row["file"],
                row["sheet"],
                row["row"],
            )
            for row in sales[:_SHOWN_SALES]
        ],
    )
    for row in sales[:_SHOWN_SALES]:
        for change in of_values(row.get("changes", ())):
            where = f"{row['file']}, {row['sheet']}".rstrip(", ")
            desk.say(
                f"changed before it was recorded: {where}, row {change.row}: {words_of(change)} "
                f"({change.by}, {change.at[:10]})"
            )
    if len(sales) > _SHOWN_SALES:
        desk.say(f"… and {len(sales) - _SHOWN_SALES} more sale lines (--json shows all)")


COMMANDS = [run_, close_, statements, explain_]
