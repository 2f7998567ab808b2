"""unclaimed: what is owed and was not paid, by age and state."""

from pathlib import Path

import click

from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.domain.money import amount_text
from royalties.services.payments import unclaimed
from royalties.services.payments.unclaimed import UnclaimedAmount

_HEADINGS = ("state", "beneficiary", "currency", ">amount", "owed since", "age", "why")


@click.command("unclaimed")
@click.option(
    "--older-than",
    "months",
    type=click.IntRange(0, 1200),
    default=0,
    metavar="MONTHS",
    help="Only what has been owed for so long.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a workbook.")
@command
def unclaimed_command(desk: Desk, *, months: int, out: Path | None) -> None:
    """Show what closed periods left to beneficiaries and no payment has taken out of the house.

    By state, the oldest first: for the review of unclaimed property.
    """
    if out is not None:
        _write(desk, months, out)
        return
    with desk.work(read_only=True) as work:
        amounts = unclaimed.unclaimed(work, months)
    if desk.json:
        desk.show({"amounts": [_document(each) for each in amounts]})
        return
    if not amounts:
        desk.say("Nothing is unclaimed." if not months else "Nothing is that old.")
        return
    desk.table(_HEADINGS, [_line(each) for each in amounts])


def _write(desk: Desk, months: int, out: Path) -> None:
    if out.suffix.lower() != ".xlsx":
        desk.refuse("the list is a workbook: name it .xlsx")
    if out.exists():
        desk.refuse(f"{out} is there already: name another file")
    with desk.work(read_only=True) as work:
        count = len(unclaimed.unclaimed(work, months))
        data = unclaimed.workbook(work, months)
    desk.system.files.write_out(out.parent, out.name, data)
    if desk.json:
        desk.show({"outcome": "written", "file": str(out)})
        return
    desk.say(f"{out}: {counted(count, 'amount')}")


def _line(each: UnclaimedAmount) -> tuple[str, ...]:
    return (
        each.place,
        each.beneficiary,
        each.currency,
        amount_text(each.amount, each.currency),
        each.since.isoformat(),
        each.age,
        each.reason,
    )


def _document(each: UnclaimedAmount) -> dict[str, object]:
    return {
        "beneficiary": each.beneficiary,
        "name": each.name,
        "country": each.country,
        "region": each.region,
        "currency": each.currency,
        "amount": amount_text(each.amount, each.currency),
        "since": each.since,
        "months": each.months,
        "reason": each.reason,
        "last_arrived": each.last_arrived,
        "last_seen": each.last_seen,
    }


COMMANDS = (unclaimed_command,)
