"""terms: contracts and plans in plain words."""

import click

from royalties.cli.desk import Desk, command
from royalties.services.terms.in_words import terms_in_words


@click.command("terms")
@click.argument("key", default="")
@command
def terms(desk: Desk, key: str) -> None:
    """Show all contracts and plans in plain words, or those called KEY."""
    with desk.work(read_only=True) as work:
        entries = terms_in_words(work, key)
    if desk.json:
        desk.show(
            [
                {"kind": entry.kind, "key": entry.key, "words": [entry.heading, *entry.lines]}
                for entry in entries
            ]
        )
        return
    if not entries:
        desk.say("There are no contracts and plans yet.")
    for number, entry in enumerate(entries):
        if number:
            desk.say("")
        desk.say(f"{entry.kind} {entry.key}: {entry.heading}")
        for line in entry.lines:
            desk.say(f"  {line}")


COMMANDS: list[click.Command] = [terms]
