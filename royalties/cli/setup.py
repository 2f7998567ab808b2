"""init, load, schema."""

import json
from pathlib import Path

import click

from royalties.cli.desk import Desk, command, plural
from royalties.services.terms.schema import setup_schema
from royalties.services.terms.setup import Loaded, load


@click.command("init")
@command
def init(desk: Desk) -> None:
    """Create the home folder and bring the database to the newest migration."""
    revision = desk.system.migrate()
    if desk.json:
        desk.show({"home": str(desk.system.config.home), "migration": revision})
        return
    desk.say(f"Ready: {desk.system.config.home} (migration {revision}).")
    desk.say("Next: royalties load FILE with your setup; 'royalties schema' shows its form.")


@click.command("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@command
def load_(desk: Desk, file: Path) -> None:
    """Load a setup FILE (.json or .toml); entries are added or amended by key."""
    with desk.work() as work:
        loaded = load(work, file, file.name)
    if desk.json:
        desk.show(_document(loaded))
        return
    desk.say(f"{file.name}: {_summary(loaded)}")
    for identifier, rows in loaded.released.rows.items():
        desk.say(f"{plural(rows, 'waiting row')} of {identifier} recorded.")
    for identifier, rows in loaded.released.without_price.items():
        wait = "waits" if rows == 1 else "wait"
        desk.say(f"{plural(rows, 'row')} of {identifier} still {wait}: its edition has no price.")


_ONE_OF = {
    "publisher": "publisher",
    "titles": "title",
    "retailers": "retailer",
    "contracts": "contract",
    "beneficiaries": "beneficiary",
    "plans": "plan",
    "exchange_rates": "exchange rate",
    "organizations": "organization",
    "price_lists": "price list",
    "payment_details": "payment details",
    "income": "income entry",
    "reports": "mapped report",
}


def _document(loaded: Loaded) -> dict[str, object]:
    return {
        "outcome": "loaded" if loaded.changed else "nothing-new",
        "added": loaded.added,
        "amended": loaded.amended,
        "unchanged": loaded.unchanged,
        "released": loaded.released.rows,
        "without_price": loaded.released.without_price,
    }


def _summary(loaded: Loaded) -> str:
    if not loaded.changed:
        return "nothing new; the books say all of it already."
    parts = [
        f"{plural(count, _ONE_OF[kind])} {word}"
        for word, counts in (("added", loaded.added), ("amended", loaded.amended))
        for kind, count in counts.items()
    ]
    return f"{', '.join(parts)}."


@click.command("schema")
def schema() -> None:
    """Print the JSON Schema of the setup file, for editors and checks."""
    click.echo(json.dumps(setup_schema(), indent=2, ensure_ascii=False))


COMMANDS = [init, load_, schema]
