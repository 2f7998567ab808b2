"""documents: old statements from before the books, stored with their beneficiary."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from royalties.cli.desk import Desk, command, named_files
from royalties.domain.counting import counted
from royalties.domain.documents import Document
from royalties.services.enclosures import enclosed, take_each
from royalties.services.statements import documents as service
from royalties.services.work import Work

_OUTCOMES = {
    "shown": "the beneficiary's people see it in their portal",
    "hidden": "only the staff sees it",
    "amended": "amended",
    "removed": "taken back",
    "filed": "filed",
}


class _StepArguments(NamedTuple):
    """What was given with a step: names, and options."""

    names: Sequence[str]
    period: str
    note: str | None
    reason: str


@click.command("documents")
@click.argument("names", metavar="[KEY] [FILE]...", nargs=-1)
@click.option("--many", is_flag=True, help="FILEs of several beneficiaries, to be sorted.")
@click.option("--period", default="", metavar="PERIOD", help="2023-H2, 2023-12-31, A to B.")
@click.option("--note", metavar="TEXT", help="For the staff; nobody else reads it.")
@click.option("--visible", is_flag=True, help="With FILEs: their portal shows them at once.")
@click.option("--as-guessed", is_flag=True, help="File those whose names tell whose and when.")
@click.option("--file", "filed", type=int, metavar="NUMBER", help="Say that it is KEY's.")
@click.option("--show", "shown", type=int, metavar="NUMBER", help="Let their portal show it.")
@click.option("--hide", "hidden", type=int, metavar="NUMBER", help="Let only the staff see it.")
@click.option("--amend", "amended", type=int, metavar="NUMBER", help="Correct --period, --note.")
@click.option("--take-back", "removed", type=int, metavar="NUMBER", help="Kept by mistake.")
@click.option("--save", "saved", type=int, metavar="NUMBER", help="Write its file to --out.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
@click.option("--reason", default="", metavar="TEXT", help="Why it is taken back.")
@command
def documents_(
    desk: Desk,
    *,
    names: tuple[str, ...],
    many: bool,
    period: str,
    note: str | None,
    visible: bool,
    as_guessed: bool,
    out: Path | None,
    reason: str,
    saved: int | None,
    **numbers: int | None,
) -> None:
    """List or keep earlier statements, from before these books, in whatever files they are.

    KEY alone lists those of a beneficiary; with FILEs it keeps them, each of the --period, or of
    the one that its name tells; of a ZIP each file that is in it. Without KEY those are listed that
    are to be sorted. Every step can be taken back.
    """
    steps = {step: number for step, number in numbers.items() if number is not None}
    if len(steps) + many + as_guessed + (saved is not None) > 1:
        raise click.UsageError("take one step at a time")
    if visible and (many or steps or as_guessed):
        raise click.UsageError("--visible belongs to KEY and FILEs; --show NUMBER shows one")
    if saved is not None:
        _save(desk, saved, out or Path())
    elif steps:
        _take(desk, steps, _StepArguments(names, period, note, reason))
    elif as_guessed:
        _file_as_guessed(desk)
    elif many or len(names) > 1:
        key, paths = ("", names) if many else (names[0], names[1:])
        _keep(desk, key, [Path(each) for each in paths], period, note or "", visible=visible)
    elif names:
        _list_of(desk, names[0])
    else:
        _list_to_sort(desk)


def _keep(
    desk: Desk, key: str, paths: Sequence[Path], period: str, note: str, *, visible: bool
) -> None:
    if not paths:
        raise click.UsageError("name the files")
    files = desk.system.files
    taken = (
        each
        for name, stream in named_files(paths, "name the files after the beneficiary's key")
        for each in take_each(files, name, stream)
    )
    with enclosed(files, taken, service.require_few) as sent, desk.work() as work:
        saved = service.save(work, sent, beneficiary=key, period=period, note=note, visible=visible)
    if desk.json:
        desk.show({"outcome": "kept", "kept": list(saved.kept), "again": list(saved.again)})
        return
    of = f"of {key}" if key else "to be sorted"
    desk.say(f"{counted(len(saved.kept), 'earlier statement')} {of} kept.")
    for name in saved.again:
        desk.say(f"{name}: there already.")


def _take(desk: Desk, steps: Mapping[str, int], arguments: _StepArguments) -> None:
    ((step, number),) = steps.items()
    if step == "filed" and len(arguments.names) != 1:
        raise click.UsageError("--file NUMBER belongs to one KEY")
    with desk.work() as work:
        _STEPS[step](work, number, arguments)
    if desk.json:
        desk.show({"outcome": step, "document": number})
        return
    desk.say(f"Earlier statement {number}: {_OUTCOMES[step]}.")


def _save(desk: Desk, number: int, out: Path) -> None:
    with desk.work(read_only=True) as work:
        found = service.file_of(work, number)
    if found is None:
        raise service.NoDocumentError
    target = desk.system.files.write_out(out, found.name, found.path.read_bytes())
    if desk.json:
        desk.show({"outcome": "saved", "document": number, "file": str(target)})
        return
    desk.say(f"written: {target}")


def _file_as_guessed(desk: Desk) -> None:
    with desk.work() as work:
        guesses = service.guesses(work)
        ready = [guess for guess in guesses if guess.beneficiary and guess.period]
        for guess in ready:
            service.file(work, guess.document.id, guess.beneficiary, guess.period)
    left = len(guesses) - len(ready)
    if desk.json:
        desk.show(
            {"outcome": "filed", "filed": [guess.document.id for guess in ready], "left": left}
        )
        return
    for guess in ready:
        desk.say(f"{guess.document.name}: {guess.beneficiary}, {guess.period}")
    desk.say(f"{counted(len(ready), 'earlier statement')} filed, {left} to be sorted.")


def _list_of(desk: Desk, key: str) -> None:
    with desk.work(read_only=True) as work:
        listed = service.documents(work, key)
    if desk.json:
        desk.show([_as_json(each) for each in listed])
        return
    if not listed:
        desk.say(f"No earlier statement of {key} is kept.")
        return
    desk.table(
        (">number", "period", "file", "seen by", "note"),
        [(each.id, each.period, each.name, _seen_by(each), each.note) for each in listed],
    )


def _list_to_sort(desk: Desk) -> None:
    with desk.work(read_only=True) as work:
        to_sort = service.guesses(work)
    if desk.json:
        desk.show(
            [
                {
                    **_as_json(guess.document),
                    "guessed": {"beneficiary": guess.beneficiary, "period": guess.period},
                }
                for guess in to_sort
            ]
        )
        return
    if not to_sort:
        desk.say("No earlier statement is to be sorted.")
        return
    desk.table(
        (">number", "file", "beneficiary?", "period?"),
        [
            (guess.document.id, guess.document.name, guess.beneficiary, guess.period)
            for guess in to_sort
        ],
    )


def _seen_by(document: Document) -> str:
    if document.removed_at is not None:
        return "nobody: taken back"
    return "the beneficiary" if document.visible else "the staff"


def _as_json(document: Document) -> dict[str, object]:
    return {
        "document": document.id,
        "beneficiary": document.beneficiary or None,
        "period": document.period or None,
        "first_day": document.first,
        "last_day": document.last,
        "file": document.name,
        "type": document.type,
        "sha256": document.sha256,
        "bytes": document.size,
        "note": document.note,
        "visible": document.visible,
        "kept_at": document.at,
        "kept_by": document.by,
        "taken_back_at": document.removed_at,
    }


def _amend(work: Work, number: int, arguments: _StepArguments) -> None:
    document = service.find_document(work, number)
    if document is None:
        raise service.NoDocumentError
    note = document[0].note if arguments.note is None else arguments.note
    service.amend(work, number, arguments.period or document[0].period, note)


def _file(work: Work, number: int, arguments: _StepArguments) -> None:
    guessed = {each.document.id: each.period for each in service.guesses(work)}
    service.file(work, number, arguments.names[0], arguments.period or guessed.get(number, ""))


_STEPS: Mapping[str, Callable[[Work, int, _StepArguments], object]] = {
    "shown": lambda work, number, _: service.show(work, number),
    "hidden": lambda work, number, _: service.hide(work, number),
    "removed": lambda work, number, said: service.remove(work, number, said.reason),
    "amended": _amend,
    "filed": _file,
}

COMMANDS = [documents_]
