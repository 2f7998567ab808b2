"""mail: what was written to whom; taken back before it leaves, or tried again."""

import click

from royalties.cli.desk import Desk, command
from royalties.services.mail import log as service


@click.command("mail")
@click.option("--take-back", "back", type=int, metavar="NUMBER", help="Do not send this message.")
@click.option("--again", type=int, metavar="NUMBER", help="Try this message again.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is taken back.")
@click.option("--before", default=0, metavar="NUMBER", help="List those before this one.")
@command
def mail(desk: Desk, back: int | None, again: int | None, reason: str, before: int) -> None:
    """List e-mail, the newest first; or take back a message that has not left.

    A message that failed may be tried again, too.
    """
    if back is not None and again is not None:
        raise click.UsageError("--take-back or --again, not both")
    if reason and back is None:
        raise click.UsageError("--reason belongs to --take-back")
    if back is not None or again is not None:
        _act(desk, back, again, reason)
        return
    with desk.work(read_only=True) as work:
        written = service.messages(work, before=before)
    if desk.json:
        desk.show([_document(each) for each in written])
        return
    if not written:
        desk.say("No e-mail was written.")
        return
    desk.table(
        (">number", "written (UTC)", "to", "subject", "state"),
        [
            (
                each.id,
                f"{each.created_at:%Y-%m-%d %H:%M}",
                each.recipient,
                each.subject,
                f"{each.state}: {each.error}" if each.error else each.state,
            )
            for each in written
        ],
    )


def _act(desk: Desk, back: int | None, again: int | None, reason: str) -> None:
    with desk.work() as work:
        if back is not None:
            service.give_up(work, back, reason)
        elif again is not None:
            service.try_again(work, again)
    outcome = "tried again" if back is None else "taken back"
    if desk.json:
        desk.show({"outcome": outcome.replace(" ", "-"), "mail": again if back is None else back})
        return
    desk.say(f"The message is {outcome}.")


def _document(each: service.WrittenMail) -> dict[str, object]:
    return {
        "mail": each.id,
        "written_at": each.created_at,
        "to": each.recipient,
        "subject": each.subject,
        "kind": each.kind,
        "about": each.about,
        "state": each.state.value,
        "error": each.error or None,
        "sent_at": each.sent_at,
    }


COMMANDS = [mail]
