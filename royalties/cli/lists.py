"""titles, beneficiaries: lists of them, read from a file."""

from collections.abc import Mapping
from pathlib import Path

import click

from royalties.cli.desk import Desk, command
from royalties.cli.importing import key_values
from royalties.cli.setup import loaded_document, say_released, summary, warn
from royalties.services.terms import list_templates, lists
from royalties.services.terms.lists import ListKind
from royalties.services.terms.loading import FileDifference

_SHARED_HELP = """

    What the file does not say stays as it is. --dry-run shows field by field what would change.
    If terms that have counted already would be lost, nothing is saved without --confirm."""


def _command(kind: ListKind, words: str) -> click.Command:
    @click.command(kind.value, help=words + _SHARED_HELP)
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @click.option(
        "--template", is_flag=True, help="Write a template to fill in to FILE, .xlsx or .csv."
    )
    @click.option("--dry-run", is_flag=True, help="Show what would change, and save nothing.")
    @click.option(
        "--answer",
        "answers",
        metavar="KEY=VALUE",
        multiple=True,
        callback=key_values,
        help="Answer what the list leaves open; it says which keys.",
    )
    @click.option("--confirm", is_flag=True, help="Save though it replaces what has counted.")
    @command
    def load(
        desk: Desk,
        *,
        file: Path,
        template: bool,
        dry_run: bool,
        answers: dict[str, str],
        confirm: bool,
    ) -> None:
        if template:
            _write_template(desk, kind, file)
        else:
            _load_list(desk, kind, file, dry_run=dry_run, answers=answers, confirm=confirm)

    return load


titles = _command(
    ListKind.TITLES,
    "Add and amend titles and editions from FILE: a table (CSV, Excel) or ONIX 3.0 or 3.1.",
)
beneficiaries = _command(
    ListKind.BENEFICIARIES, "Add and amend beneficiaries from FILE: a table (CSV, Excel)."
)


def _load_list(
    desk: Desk,
    kind: ListKind,
    file: Path,
    *,
    dry_run: bool,
    answers: Mapping[str, str],
    confirm: bool,
) -> None:
    if not file.is_file():
        desk.refuse(f"{file} is no file: give the one to read")
    with desk.work() as work:
        difference, loaded = lists.load(work, file, kind, answers, dry_run=dry_run, confirm=confirm)
    document = {**loaded_document(loaded), "notes": list(difference.notes)}
    if not desk.json:
        for note in difference.notes:
            desk.say(f"  note: {note}")
        if dry_run:
            _show_changes(desk, difference.found)
    warn(desk, loaded)
    if dry_run:
        if desk.json:
            desk.show({**document, "outcome": "dry-run"})
            return
        desk.say(f"{file.name}: {summary(loaded)} Nothing was saved.")
        return
    if loaded.outcome == "confirm":
        desk.refuse(
            f"{file.name}: nothing recorded. Read the warnings, then repeat with --confirm.",
            document,
        )
    if desk.json:
        desk.show(document)
        return
    desk.say(f"{file.name}: {summary(loaded)}")
    say_released(desk, loaded)


def _write_template(desk: Desk, kind: ListKind, file: Path) -> None:
    ending = file.suffix.removeprefix(".").lower()
    if ending not in {"xlsx", "csv"}:
        desk.refuse("a template is a workbook or CSV: name it .xlsx or .csv")
    if file.exists():
        desk.refuse(f"{file} is there already: name another file")
    with desk.work(read_only=True) as work:
        _, data = list_templates.template(work, kind, ending)
    desk.system.files.write_out(file.parent, file.name, data)
    if desk.json:
        desk.show({"outcome": "written", "file": str(file)})
        return
    desk.say(f"{file}: fill it in, then: royalties {kind.value} {file}")


def _show_changes(desk: Desk, found: FileDifference) -> None:
    for word, entries in (("adds", found.added), ("changes", found.changed)):
        for entry in entries:
            desk.say(f"{word} {entry.word} {entry.name}")
            for each in entry.changes:
                before = f"{each.before} → " if each.before else ""
                desk.say(f"    {each.field}: {before}{each.after}")


COMMANDS: list[click.Command] = [titles, beneficiaries]
