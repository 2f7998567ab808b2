"""proposals: what waits for a second person, and how it is taken back."""

import click

from royalties.cli.desk import Desk, command
from royalties.domain.approvals import ProposalStatus
from royalties.services import approvals


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
        proposal = approvals.withdraw(work, withdraw, reason)
    if desk.json:
        desk.show({"outcome": "withdrawn", "proposal": proposal.id})
        return
    desk.say(f"Withdrawn: {proposal.words}. Nothing was changed.")


def _list_waiting(desk: Desk) -> None:
    with desk.work(read_only=True) as work:
        waiting = approvals.proposals(work, status=ProposalStatus.WAITING)
    if desk.json:
        desk.show(
            [
                {
                    "proposal": proposal.id,
                    "what": proposal.words,
                    "prepared_at": proposal.prepared_at,
                    "prepared_by": proposal.prepared_by,
                    "note": proposal.note or None,
                }
                for proposal in waiting
            ]
        )
        return
    if not waiting:
        desk.say("Nothing waits for a second person.")
        return
    desk.table(
        (">proposal", "what", "prepared (UTC)", "by", "why"),
        [
            (
                proposal.id,
                proposal.words,
                f"{proposal.prepared_at:%Y-%m-%d %H:%M}",
                proposal.prepared_by,
                proposal.note,
            )
            for proposal in waiting
        ],
    )


COMMANDS = [proposals]
