"""notes: what the staff wrote about contracts, beneficiaries, retailers and periods."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from royalties.cli.desk import Desk, command, named_files
from royalties.domain.notes import NoteSubject
from royalties.services import enclosures
from royalties.services.desk import note_lists
from royalties.services.desk import notes as service
from royalties.services.desk.note_lists import Note
from royalties.services.enclosures import TakenFile
from royalties.services.work import RefusedError, Work

Writes = Callable[[Work, Sequence[TakenFile]], int]
"""What is written with the files that were looked at; returns its number."""

_SUBJECTS = {
    "contract": NoteSubject.CONTRACT,
    "beneficiary": NoteSubject.BENEFICIARY,
    "retailer": NoteSubject.RETAILER,
    "period": NoteSubject.PERIOD,
}
_WORDS = {subject: word for word, subject in _SUBJECTS.items()}
_OUTCOMES = {
    "answered": "answered",
    "resolved": "settled",
    "reopened": "open again",
    "withdrawn": "withdrawn",
    "restored": "brought back",
}
_NO_NOTE = "No note stands here, and no question."


@click.command("notes")
@click.argument("subject", type=click.Choice(list(_SUBJECTS)), required=False)
@click.argument("key", required=False)
@click.argument("text", default="")
@click.option("--question", is_flag=True, help="TEXT asks: somebody is to answer it.")
@click.option(
    "--to",
    "colleague",
    default="",
    metavar="EMAIL",
    help="Put the question to one colleague, who is told.",
)
@click.option(
    "--file",
    "paths",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="Attach a file to what is written.",
)
@click.option("--answer", "answered", type=int, metavar="NUMBER", help="Answer with --text.")
@click.option("--text", "said", default="", metavar="TEXT", help="What the answer says.")
@click.option("--resolve", "resolved", type=int, metavar="NUMBER", help="A question is settled.")
@click.option("--reopen", "reopened", type=int, metavar="NUMBER", help="It is not after all.")
@click.option("--withdraw", "withdrawn", type=int, metavar="NUMBER", help="It was wrong.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is withdrawn.")
@click.option("--bring-back", "restored", type=int, metavar="NUMBER", help="It was right.")
@click.option("--save", "saved", type=int, metavar="NUMBER", help="Write a note's files to --out.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
@click.option("--all", "every", is_flag=True, help="List notes too, not open questions alone.")
@command
def notes(
    desk: Desk,
    *,
    subject: str | None,
    key: str | None,
    text: str,
    question: bool,
    colleague: str,
    paths: tuple[Path, ...],
    said: str,
    reason: str,
    saved: int | None,
    out: Path | None,
    every: bool,
    **numbers: int | None,
) -> None:
    """List open questions; or list, write, answer and withdraw notes and questions.

    SUBJECT KEY lists what was written about one contract, beneficiary, retailer or period; with
    TEXT, or a --file, it adds a note. Only the staff ever sees notes.
    """
    steps = {step: number for step, number in numbers.items() if number is not None}
    if len(steps) + (saved is not None) > 1:
        raise click.UsageError("take one step at a time")
    if (subject is None) != (key is None):
        raise click.UsageError("name what it is about: its kind, and its key")
    is_asked = bool(subject and text) and not steps and saved is None
    if colleague and not is_asked:
        raise click.UsageError("--to belongs to a question: say what it is about, and ask")
    if saved is not None:
        _save(desk, saved, out or Path())
    elif steps:
        _take(desk, steps, said, reason, paths)
    elif subject and key and (text or paths):
        _add(desk, _SUBJECTS[subject], key, text, paths, is_question=question, to=colleague)
    else:
        _list(desk, _SUBJECTS[subject] if subject else None, key or "", every=every)


def _add(
    desk: Desk,
    subject: NoteSubject,
    key: str,
    text: str,
    paths: Sequence[Path],
    *,
    is_question: bool,
    to: str,
) -> None:
    is_question = is_question or bool(to)

    def write(work: Work, sent: Sequence[TakenFile]) -> int:
        asked = service.find_colleague(work, to).id if to else None
        return service.add(work, subject, key, text, sent, is_question=is_question, asked=asked)

    number = _with_files(desk, paths, write)
    if desk.json:
        desk.show({"outcome": "added", "note": number})
        return
    desk.say(f"{'Question' if is_question else 'Note'} {number} about {key} is kept.")


def _take(
    desk: Desk, steps: Mapping[str, int], text: str, reason: str, paths: Sequence[Path]
) -> None:
    ((step, number),) = steps.items()
    if (text or paths) and step != "answered":
        raise click.UsageError("--text and --file belong to --answer")
    if reason and step != "withdrawn":
        raise click.UsageError("--reason belongs to --withdraw")
    if step == "answered":
        _with_files(desk, paths, lambda work, sent: service.answer(work, number, text, sent))
    else:
        with desk.work() as work:
            if step == "withdrawn":
                service.withdraw(work, number, reason)
            else:
                {
                    "resolved": service.resolve,
                    "reopened": service.reopen,
                    "restored": service.restore,
                }[step](work, number)
    if desk.json:
        desk.show({"outcome": step, "note": number})
        return
    desk.say(f"Note {number}: {_OUTCOMES[step]}.")


def _save(desk: Desk, number: int, out: Path) -> None:
    with desk.work(read_only=True) as work:
        found = note_lists.find_note(work, number)
        if found is None:
            raise service.NoNoteError
        files = [
            file for each in found.files if (file := note_lists.file_of(work, each.id)) is not None
        ]
    if not files:
        raise RefusedError(f"note {number} has no file")
    written = [
        desk.system.files.write_out(out, each.name, each.path.read_bytes()) for each in files
    ]
    if desk.json:
        desk.show({"outcome": "saved", "note": number, "files": [str(each) for each in written]})
        return
    for path in written:
        desk.say(f"written: {path}")


def _list(desk: Desk, subject: NoteSubject | None, key: str, *, every: bool) -> None:
    with desk.work(read_only=True) as work:
        if subject is not None:
            service.require_subject(work, subject, key)
            listed = note_lists.notes_about(work, subject, key).notes
        elif every:
            listed = note_lists.latest_notes(work).notes
        else:
            listed = note_lists.open_questions(work).notes
    if desk.json:
        desk.show([_as_json(note) for note in listed])
        return
    if not listed:
        desk.say("No question is open." if subject is None and not every else _NO_NOTE)
        return
    with_answers = [entry for note in listed for entry in (note, *note.answers)]
    desk.table(
        (">number", "about", "kind", "by", "state", "text", "files"),
        [
            (
                note.id,
                f"{_WORDS[note.subject]} {note.key}",
                note.kind.value,
                note.by,
                _state(note),
                " ".join(note.text.split()),
                ", ".join(file.name for file in note.files),
            )
            for note in with_answers
        ],
    )


def _state(note: Note) -> str:
    if note.withdrawn_at is not None:
        return "withdrawn"
    return "open" if note.is_open else "settled" if note.is_question else ""


def _as_json(note: Note) -> dict[str, object]:
    return {
        "note": note.id,
        "subject": _WORDS[note.subject],
        "key": note.key,
        "kind": note.kind,
        "text": note.text,
        "written_at": note.at,
        "written_by": note.by,
        "asked": note.asked or None,
        "resolved_at": note.resolved_at,
        "withdrawn_at": note.withdrawn_at,
        "files": [{"name": each.name, "bytes": each.size} for each in note.files],
        "answers": [_as_json(each) for each in note.answers],
    }


def _with_files(desk: Desk, paths: Sequence[Path], write: Writes) -> int:
    """Look at files, then write with them; what waits is let go whatever comes of it."""
    files = desk.system.files
    taken = (enclosures.take(files, name, stream) for name, stream in named_files(paths))
    with enclosures.enclosed(files, taken, service.require_few) as sent, desk.work() as work:
        return write(work, sent)


COMMANDS = [notes]
