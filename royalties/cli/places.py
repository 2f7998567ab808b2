"""places: what names no place, and its mending."""

import click

from royalties.cli.confirming import confirm_final, final
from royalties.cli.desk import Desk, command
from royalties.cli.importing import key_values
from royalties.domain.counting import counted
from royalties.services.desk.places import Stray, mend, strays


@click.command("places")
@click.option("--mend", "mends", is_flag=True, help="Give what is open the codes that are meant.")
@click.option(
    "--choose",
    "choices",
    metavar="PLACE=CODE",
    multiple=True,
    callback=key_values,
    help="Say what a listed place means, such as US-MIS=US-MS.",
)
@final
@command
def places(desk: Desk, *, mends: bool, yes: bool, choices: dict[str, str]) -> None:
    """List places in the books that are no codes of ISO 3166, and mend them.

    Setup entries, addresses of orders, certificates, and sales of open periods are mended where
    one code alone can be meant; what is closed stays, with what to do about it.
    """
    with desk.work("Looking at places", read_only=True) as work:
        entries = strays(work, choices)
    count = sum(stray.can_be_mended for stray in entries)
    if not mends or not count:
        _show_places(desk, entries, [])
        return
    mendable = [stray for stray in entries if stray.can_be_mended]
    lines = [f"  {stray.where}: {stray.place} becomes {stray.becomes}" for stray in mendable]
    confirm_final(desk, "\n".join([f"{counted(count, 'place')} would be mended:", *lines]), yes=yes)
    with desk.work("Mending places") as work:
        mended = mend(work, choices)
        left = strays(work, choices)
    _show_places(desk, left, mended)


def _show_places(desk: Desk, entries: list[Stray], mended: list[Stray]) -> None:
    if desk.json:
        desk.show(
            {
                "strays": [stray.shown for stray in entries],
                "mended": [stray.shown for stray in mended],
            }
        )
        return
    if mended:
        _table(desk, mended)
        desk.say(f"{counted(len(mended), 'place')} mended.")
    if not entries:
        desk.say("Every place in the books is a code of ISO 3166.")
        return
    if mended:
        desk.say("")
    _table(desk, entries)
    for reason in dict.fromkeys(stray.stays for stray in entries if stray.stays):
        alike = sum(stray.stays == reason for stray in entries)
        desk.say(f"{counted(alike, 'place')}: {reason}.")
    if count := sum(stray.can_be_mended for stray in entries):
        desk.say(f"'royalties places --mend' mends {counted(count, 'place')}.")


def _table(desk: Desk, entries: list[Stray]) -> None:
    desk.table(
        ["where", "place", "becomes", ">lines", "net receipts", "mended"],
        [
            (
                stray.where,
                stray.place,
                stray.becomes or "?",
                f"{stray.lines:,}" if stray.lines else "",
                ", ".join(f"{currency} {net}" for currency, net in (stray.net or {}).items()),
                "stays" if stray.stays else "yes",
            )
            for stray in entries
        ],
    )


COMMANDS = (places,)
