"""proposals: what waits for a second person, and how it is taken back."""

import click

from royalties.cli.desk import Desk, command
from royalties.services import approvals
from royalties.services.desk import deciding


@click.command("proposals")
@click.option("--withdraw", type=int, metavar="NUMBER", help="Take this proposal back.")
@click.option("--reason", default="", metavar="TEXT", help="Why; who prepared it is told.")
@command
def proposals(desk: Desk, withdraw: int | None, reason: str) -> None:
    """List what waits for a second person; or take one of it back.

    Nothing changes by that, and it may be prepared again. It is approved in the browser, where
    it is known who approves it.
    """
    if withdraw is None:
        if reason:
            raise click.UsageError("--reason belongs to --withdraw")
        _list_waiting(desk)
        return
    with desk.work() as work:
        left = [each.id for each in deciding.withdraw(work, withdraw, reason)]
        [proposal] = approvals.numbered(work, [withdraw])
    if desk.json:
        document: dict[str, object] = {"outcome": "withdrawn", "proposal": proposal.id}
        desk.show({**document, "left_behind": left} if left else document)
        return
    desk.say(f"Withdrawn: {proposal.words}. Nothing was changed.")
    if left:
        numbers = ", ".join(map(str, left))
        desk.say(f"Depends on it, and cannot be approved before it is prepared again: {numbers}.")


def _list_waiting(desk: Desk) -> None:
    with desk.work(read_only=True) as work:
        waiting = approvals.numbered(work, approvals.waiting_numbers(work))[::-1]
    if desk.json:
        desk.show(
            [
                {
                    "proposal": proposal.id,
                    "what": proposal.words,
                    "prepared_at": proposal.prepared_at,
                    "prepared_by": proposal.prepared_by,
                    "note": proposal.note or None,
                    "depends_on": list(proposal.depends_on),
                }
                for proposal in waiting
            ]
        )
        return
    if not waiting:
        desk.say("Nothing waits for a second person.")
        return
    desk.table(
        (">proposal", "what", "prepared (UTC)", "by", "why", "depends on"),
        [
            (
                proposal.id,
                proposal.words,
                f"{proposal.prepared_at:%Y-%m-%d %H:%M}",
                proposal.prepared_by,
                proposal.note,
                ", ".join(map(str, proposal.depends_on)),
            )
            for proposal in waiting
        ],
    )


COMMANDS = [proposals]
