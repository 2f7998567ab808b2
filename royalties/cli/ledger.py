"""verify, journal."""

import click

from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.services.ledger.journal import FORMATS, journal
from royalties.services.ledger.verifying import verify


@click.command("verify")
@command
def verify_(desk: Desk) -> None:
    """Check every invariant over the whole database; exit 1 if any fails."""
    with desk.work("Verifying", read_only=True) as work:
        invariants = verify(work)
    failed = [invariant for invariant in invariants if not invariant.holds]
    document = {
        "holds": not failed,
        "checks": [
            {"name": invariant.name, "holds": invariant.holds, "failures": list(invariant.failures)}
            for invariant in invariants
        ],
    }
    if not desk.json:
        for invariant in invariants:
            desk.say(f"{'ok  ' if invariant.holds else 'FAIL'}  {invariant.name}")
            for failure in invariant.failures[:20]:
                desk.say(f"        {failure}")
    if failed:
        desk.refuse(
            f"{counted(len(failed), 'invariant')} of {len(invariants)} failed: nothing was "
            f"changed; restore a backup or ask for help before you go on",
            document,
        )
    if desk.json:
        desk.show(document)
    else:
        desk.say(f"All {len(invariants)} invariants hold.")


@click.command("journal")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="beancount")
@command
def journal_(desk: Desk, format_: str) -> None:
    """Export the ledger for beancount, hledger or a spreadsheet."""
    with desk.work(read_only=True) as work:
        lines = list(journal(work, format_))
    if desk.json:
        desk.show({"format": format_, "text": "\n".join(lines)})
        return
    for line in lines:
        click.echo(line)


COMMANDS = [verify_, journal_]
