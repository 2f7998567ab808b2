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
        _take_back_or_retry(desk, back, again, reason)
        return
    with desk.work(read_only=True) as work:
        written = service.messages(work, before=before)
    if desk.json:
        desk.show([_document(message) for message in written])
        return
    if not written:
        desk.say("No e-mail was written.")
        return
    desk.table(
        (">number", "written (UTC)", "to", "subject", "state"),
        [
            (
                message.id,
                f"{message.created_at:%Y-%m-%d %H:%M}",
                message.recipient,
                message.subject,
                f"{message.state}: {message.error}" if message.error else message.state,
            )
            for message in written
        ],
    )


def _take_back_or_retry(desk: Desk, back: int | None, again: int | None, reason: str) -> None:
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


def _document(message: service.WrittenMail) -> dict[str, object]:
    return {
        "mail": message.id,
        "written_at": message.created_at,
        "to": message.recipient,
        "subject": message.subject,
        "kind": message.kind,
        "about": message.about,
        "state": message.state.value,
        "error": message.error or None,
        "sent_at": message.sent_at,
    }


COMMANDS = [mail]
