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
        found = terms_in_words(work, key)
    if desk.json:
        desk.show(
            [
                {"kind": each.kind, "key": each.key, "words": [each.heading, *each.lines]}
                for each in found
            ]
        )
        return
    if not found:
        desk.say("There are no contracts and plans yet.")
    for number, each in enumerate(found):
        if number:
            desk.say("")
        desk.say(f"{each.kind} {each.key}: {each.heading}")
        for line in each.lines:
            desk.say(f"  {line}")


COMMANDS: list[click.Command] = [terms]
