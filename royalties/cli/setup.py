"""init, load, schema."""

import json
import sys
from pathlib import Path

import click

from royalties.adapters.zones import of_this_computer
from royalties.cli import homes
from royalties.cli.desk import Desk, command, show_warnings
from royalties.domain.counting import counted
from royalties.domain.terms.entry_words import ENTRY_WORDS
from royalties.services import time_zone as house
from royalties.services.examples import EXAMPLES
from royalties.services.terms.schema import setup_schema
from royalties.services.terms.setup import Loaded, load
from royalties.services.terms.warnings import warning_document


@click.command("init")
@click.option(
    "--time-zone",
    metavar="NAME",
    help="Time zone of the house, such as America/New_York; at first this computer's.",
)
@click.option(
    "--example", is_flag=True, help="Also write setup.toml, a commented setup file to begin with."
)
@command
def init(desk: Desk, *, time_zone: str | None, example: bool) -> None:
    """Create the home folder and bring the database to the newest migration.

    The house's time zone decides what day it is: it is noted once, and stays the same wherever
    the desk runs. Give --time-zone to change it.

    --example writes setup.toml into the home folder, unless there is one.

    Again changes nothing. Then the database is compared with what it should be: if a table, a
    column, an index or a key is missing, it is named, and this exits 1.
    """
    config = desk.system.config
    if not config.is_home_named and homes.is_empty(config) and (existing := homes.others(config)):
        desk.say(f"There are books in {existing[0]} already, and ROYALTIES_HOME is not set.")
        if sys.stdin.isatty() and not click.confirm(
            f"Begin a second set of books in {config.home}?", err=desk.json
        ):
            desk.refuse(f"Nothing was created. To use those books:\n{homes.export(existing[0])}")
    revision, days_of = make_ready(desk, time_zone)
    lacks, beside = desk.system.deviations()
    document = {"home": str(config.home), "migration": revision, "lacks": lacks, "beside": beside}
    written = _write_example(desk) if example else ""
    if lacks:
        desk.refuse(
            f"The database counts as migrated to {revision}, but its schema differs. "
            "Missing or different:\n"
            + "\n".join(f"  {lack}" for lack in lacks)
            + "\nA program from between two releases made it, or it was changed by hand. Make a "
            "copy of the books, add what is missing as migrations/versions define it, and run "
            "'royalties init' again; do not work with these books before.",
            {"outcome": "refused", **document},
        )
    if desk.json:
        desk.show({**document, "time_zone": days_of} | ({"example": written} if example else {}))
        return
    for text in beside:
        desk.say(f"  beside what is needed: {text} (it is left alone)")
    desk.say(f"Ready: {config.home} (migration {revision}, days of {days_of}).")
    if example:
        desk.say(f"{written}: write your own data into it, then: royalties load {written}")
        return
    desk.say("Next: royalties serve, and go on in the browser; or royalties load FILE.")


def _write_example(desk: Desk) -> str:
    """Write the commented setup file; one that is there stays as it is."""
    starter = EXAMPLES / "starter.toml"
    if not starter.is_file():
        desk.refuse(f"the examples are not at {EXAMPLES}: run this from a checkout of the project")
    target = desk.system.config.home / "setup.toml"
    if not target.exists():
        desk.system.files.write_out(target.parent, target.name, starter.read_bytes())
    return str(target)


def make_ready(desk: Desk, time_zone: str | None = None) -> tuple[str, str]:
    """Bring the database to the newest migration; returns that, and the house's time zone."""
    revision = desk.system.migrate()
    with desk.work() as work:
        days_of = str(work.now.tzinfo)
        if time_zone or not house.has_time_zone(work):
            days_of = time_zone or of_this_computer().key
            house.set_time_zone(work, days_of)
    homes.note(desk.system.config)
    return revision, days_of


@click.command("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--confirm", is_flag=True, help="Load it though it replaces what has counted.")
@command
def load_(desk: Desk, file: Path, *, confirm: bool) -> None:
    """Load a setup FILE (.json or .toml); entries are added or amended by key.

    At a terminal it asks before it replaces terms that have counted already. Elsewhere it tells
    of them, and exits 1 with nothing recorded if any would be left out or a dated version
    replaced: repeat with --confirm.
    """
    ask = not desk.json and sys.stdin.isatty()
    with desk.work() as work:
        loaded = load(work, file, file.name, confirm=confirm, ask=ask)
    warn(desk, loaded)
    if loaded.outcome == "confirm" and ask:
        click.confirm(f"{file.name}: {summary(loaded)} Load it?", abort=True)
        with desk.work() as work:
            loaded = load(work, file, file.name, confirm=True)
    if loaded.outcome == "confirm":
        desk.refuse(
            f"{file.name}: nothing recorded. Read the warnings, then repeat with --confirm.",
            loaded_document(loaded),
        )
    if desk.json:
        desk.show(loaded_document(loaded))
        return
    desk.say(f"{file.name}: {summary(loaded)}")
    say_released(desk, loaded)


def say_released(desk: Desk, loaded: Loaded) -> None:
    """Tell which waiting rows were recorded, and which still wait."""
    for identifier, rows in loaded.released.rows.items():
        desk.say(f"{counted(rows, 'waiting row')} of {identifier} recorded.")
    for identifier, rows in loaded.released.without_price.items():
        wait = "waits" if rows == 1 else "wait"
        desk.say(f"{counted(rows, 'row')} of {identifier} still {wait}: its edition has no price.")
    for each in loaded.released.warnings:
        desk.say(each)


def warn(desk: Desk, loaded: Loaded) -> None:
    """Tell what is replaced, and what never counts."""
    if desk.json:
        return
    for asked in loaded.replaced:
        desk.say(f"  {'replaces' if loaded.recorded else 'to confirm'}: {asked}")
    show_warnings(desk, [str(each) for each in loaded.warnings])


def loaded_document(loaded: Loaded) -> dict[str, object]:
    """What was loaded, as one JSON document."""
    return {
        "outcome": loaded.outcome,
        "added": loaded.added,
        "amended": loaded.amended,
        "unchanged": loaded.unchanged,
        "released": loaded.released.rows,
        "without_price": loaded.released.without_price,
        "warnings": [
            {
                "code": replaced.code,
                "part": replaced.part,
                "key": replaced.key,
                "path": "",
                "message": str(replaced),
                "confirm": replaced.loses,
            }
            for replaced in loaded.replaced
        ]
        + [warning_document(replaced) | {"confirm": False} for replaced in loaded.warnings]
        + [_released_warning(replaced) for replaced in loaded.released.warnings],
    }


def _released_warning(message: str) -> dict[str, object]:
    """Rows that waited and were recorded in a period that needs a remark."""
    return {
        "code": "released",
        "part": "",
        "key": "",
        "path": "",
        "message": message,
        "confirm": False,
    }


def summary(loaded: Loaded) -> str:
    """What was loaded, in a sentence."""
    if not loaded.changed:
        return "nothing new; the books say all of it already."
    parts = [
        f"{counted(count, ENTRY_WORDS[kind])} {word}"
        for word, counts in (("added", loaded.added), ("amended", loaded.amended))
        for kind, count in counts.items()
    ]
    return f"{', '.join(parts)}."


@click.command("schema")
def schema() -> None:
    """Print the JSON Schema of the setup file, for editors and checks."""
    click.echo(json.dumps(setup_schema(), indent=2, ensure_ascii=False))


COMMANDS = [init, load_, schema]
