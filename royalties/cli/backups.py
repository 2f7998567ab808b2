"""backup, restore, move-to."""

from dataclasses import replace
from pathlib import Path

import click

from royalties.cli import homes
from royalties.cli.desk import Desk, actor, command
from royalties.domain.counting import counted
from royalties.runtime import DatabaseUnavailableError, System, open_system, url_without_password
from royalties.services.desk.backups import BackupSummary, has_books
from royalties.services.ledger.verifying import CheckedInvariant, verify

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=FILE)
@command
def backup(desk: Desk, file: Path) -> None:
    """Write the whole books, database and kept files, into one new FILE.

    It shows one moment, while others go on working. Only you may read the file: it holds
    everything but the secrets of the environment (ROYALTIES_SECRET_KEY, or cookie.key of the
    home folder), which you keep apart.
    """
    with desk.progress("Backing up") as progress:
        saved = desk.system.back_up(actor(), file.absolute(), progress)
    homes.note(desk.system.config)
    if desk.json:
        desk.show(
            {"outcome": "backed-up", "file": str(file), "bytes": saved.size, **saved.document()}
        )
        return
    desk.say(f"{file}: {_held(saved)}, {saved.size:,} bytes.")
    desk.say("Not in it: ROYALTIES_SECRET_KEY (or cookie.key of the home folder). Keep that apart.")


@click.command("restore")
@click.argument("file", type=FILE)
@command
def restore(desk: Desk, file: Path) -> None:
    """Bring whole books back from a backup FILE, into an empty home and database.

    ROYALTIES_HOME and ROYALTIES_DATABASE_URL say where; either engine will do, whichever the
    backup was made of. Nothing is ever overwritten, and all of it is there at the end or nothing.
    The books are brought to the newest migration and verified.
    """
    try:
        with desk.progress("Restoring") as progress:
            restored = desk.system.restore(actor(), file.absolute(), progress)
    except DatabaseUnavailableError as error:  # which elsewhere may mean that there are no books
        desk.refuse(f"Nothing was restored: {error}")
    homes.note(desk.system.config)
    failures = _verified(desk, desk.system)
    document = {
        "outcome": "restored",
        "home": str(desk.system.config.home),
        **restored.document(),
        "holds": not failures,
        "failures": [{"name": each.name, "failures": list(each.failures)} for each in failures],
    }
    message = f"Restored to {desk.system.config.home}, as of {restored.made_at}: {_held(restored)}."
    if failures:
        desk.refuse(
            f"{message}\nIt is what the backup holds, but {_failed(failures)}\n"
            f"Compare with an older backup before you go on.",
            document,
        )
    if desk.json:
        desk.show(document)
        return
    desk.say(f"{message} All invariants hold.")
    desk.say(
        "Bring ROYALTIES_SECRET_KEY or cookie.key too: without it everybody signs in again, and "
        "second factors cannot be checked. E-mail that waited then waits still: look at it before "
        "jobs run."
    )


@click.command("move-to")
@click.argument("url")
@command
def move_to(desk: Desk, url: str) -> None:
    """Copy the books into the empty database URL, of either engine.

    Kept files stay where they are. The old books stay too, as they are; nobody can write to
    them while this runs. Stop the server first, and start it with the new address.
    """
    with desk.progress("Moving") as progress:
        moved = desk.system.move_to(url, actor(), progress)
    there = open_system(replace(desk.system.config, database_url=url))
    try:
        failures = _verified(desk, there)
    finally:
        there.dispose()
    new, old = url_without_password(url), url_without_password(desk.system.config.database_url)
    document = {
        "outcome": "moved",
        "from": old,
        "to": new,
        **moved.document(),
        "holds": not failures,
        "failures": [{"name": each.name, "failures": list(each.failures)} for each in failures],
    }
    message = f"The books are in {new} now, row by row as they were: {_held(moved)}."
    if failures:
        desk.refuse(f"{message}\nAs before, perhaps: {_failed(failures)}", document)
    if desk.json:
        desk.show(document)
        return
    desk.say(f"{message} All invariants hold.")
    desk.say(
        f"Next: set ROYALTIES_DATABASE_URL to that address, for the server, its jobs and every "
        f"command; ROYALTIES_HOME stays. The old books in {old} are as they were: what is "
        f"recorded in them from now on is not in the new ones."
    )


def _held(backup: BackupSummary) -> str:
    rows, files = sum(backup.rows.values()), sum(backup.files.values())
    counts = f"{counted(rows, 'row')} of {counted(len(backup.rows), 'table')}"
    return f"{counts}, {counted(files, 'file')}" if backup.files else counts


def _failed(failures: list[CheckedInvariant]) -> str:
    named = [f"  {each.name}: {each.failures[0]}" for each in failures]
    return "\n".join([f"{counted(len(failures), 'invariant')} failed:", *named])


def _verified(desk: Desk, system: System) -> list[CheckedInvariant]:
    """What does not hold; books without a setup have nothing to be verified."""
    with (
        desk.progress("Verifying") as progress,
        system.work(actor(), read_only=True, progress=progress) as work,
    ):
        return [each for each in verify(work) if not each.holds] if has_books(work) else []


COMMANDS = [backup, restore, move_to]
