"""Notes and questions of the staff: written, answered, settled, withdrawn; theirs alone."""

import json

import pytest

from royalties.domain.notes import NoteAction, NoteSubject
from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services.desk import note_lists, notes
from royalties.services.desk.note_lists import Note
from royalties.services.desk.notes import NoNoteError
from royalties.services.terms import inverses
from royalties.services.work import RefusedError
from tests.builders.books import Office, after, closed, opened
from tests.builders.documents import PDF
from tests.builders.notes import write_note
from tests.builders.orders import somebody

pytestmark = after(opened)

CLERK = Actor("Cleo", Role.CLERK)
SEATTLE = Actor("Sam", Role.NONPROFIT, beneficiaries=frozenset({"seattle"}))
GUILD = Actor("Olga", Role.ORGANIZATION, organizations=frozenset({"guild"}))
CONTRACT = (NoteSubject.CONTRACT, "foot-2015")
PAYEE = (NoteSubject.BENEFICIARY, "seattle")


def about(office: Office, subject: NoteSubject = CONTRACT[0], key: str = CONTRACT[1]) -> list[Note]:
    with office.work(read_only=True) as work:
        return list(note_lists.notes_about(work, subject, key).notes)


def one(office: Office, number: int) -> Note:
    with office.work(read_only=True) as work:
        found = note_lists.find_note(work, number)
    assert found is not None
    return found


def asked(office: Office) -> list[int]:
    with office.work(read_only=True) as work:
        return [each.id for each in note_lists.open_questions(work).notes]


def logged(office: Office) -> list[str]:
    rows = office.rows("SELECT payload FROM log ORDER BY seq")
    said = [json.loads(bytes(payload)) for (payload,) in rows]
    return [each["what"] for each in said if isinstance(each, dict) and "note" in each]


def test_question_is_answered_settled_and_opened_again(office: Office) -> None:
    number = write_note(office, "Is the rate agreed?", CLERK, about=CONTRACT, is_question=True)
    assert asked(office) == [number]
    write_note(office, "By telephone.", answers=number, files={"letter.pdf": PDF})
    assert asked(office) == [number], "an answer alone does not settle it"
    with office.system.work(CLERK) as work:
        notes.answer(work, number, "Then it is settled.", resolves=True)
        with pytest.raises(RefusedError, match="settled already"):
            notes.resolve(work, number)
    assert asked(office) == []
    (found,) = about(office)
    assert (found.is_question, found.is_open, found.by) == (True, False, "Cleo")
    assert [each.text for each in found.answers] == ["By telephone.", "Then it is settled."]
    assert [file.name for file in found.answers[0].files] == ["letter.pdf"]
    with office.system.work(CLERK) as work:
        notes.reopen(work, number)
        with pytest.raises(RefusedError, match="is open"):
            notes.reopen(work, number)
    assert asked(office) == [number]
    with office.system.work(CLERK) as work:
        notes.resolve(work, number)
    assert asked(office) == []
    actions = [each.action for each in one(office, number).events]
    assert actions == [NoteAction.RESOLVED, NoteAction.REOPENED, NoteAction.RESOLVED]
    assert logged(office) == [
        "question-added",
        "answer-added",
        "answer-added",
        "question-resolved",
        "question-reopened",
        "question-resolved",
    ]


def test_note_is_withdrawn_with_a_reason_and_brought_back(office: Office) -> None:
    number = write_note(office, "Of another contract", files={"scan.tif": b"II*\0"})
    with office.work() as work:
        with pytest.raises(RefusedError, match="say why"):
            notes.withdraw(work, number, " ")
        notes.withdraw(work, number, "It was the other one")
        with pytest.raises(RefusedError, match="already"):
            notes.withdraw(work, number, "Again")
    with office.work(read_only=True) as work:
        assert note_lists.latest_about(work, *CONTRACT, 3) == ()
        assert note_lists.latest_notes(work).notes == ()
    (found,) = about(office)
    assert found.withdrawn_at is not None
    assert found.events[0].reason == "It was the other one"
    with office.work() as work:
        notes.restore(work, number)
        with pytest.raises(RefusedError, match="it stands"):
            notes.restore(work, number)
    (found,) = about(office)
    assert found.withdrawn_at is None
    assert [each.action for each in found.events] == [NoteAction.WITHDRAWN, NoteAction.RESTORED]


def test_withdrawn_question_is_neither_open_nor_answered(office: Office) -> None:
    number = write_note(office, "Who signs?", is_question=True)
    with office.work() as work:
        notes.withdraw(work, number, "Found out")
        for act in (notes.resolve, notes.reopen):
            with pytest.raises(RefusedError, match="bring it back"):
                act(work, number)
    assert asked(office) == []
    with pytest.raises(RefusedError, match="bring it back"):
        write_note(office, "I do", answers=number)


def test_only_who_wrote_a_note_or_a_manager_withdraws_it(office: Office) -> None:
    cleo, cora = somebody(office, "Cleo", Role.CLERK), somebody(office, "Cora", Role.CLERK)
    manager = somebody(office, "Mona", Role.MANAGER)
    number = write_note(office, actor=cleo)
    with office.system.work(cora) as work, pytest.raises(RefusedError, match="Cleo wrote this"):
        notes.withdraw(work, number, "Not mine")
    with office.system.work(cleo) as work:
        notes.withdraw(work, number, "Mine")
    with office.system.work(cora) as work, pytest.raises(RefusedError, match="Cleo wrote this"):
        notes.restore(work, number)
    with office.system.work(manager) as work:
        notes.restore(work, number)
        notes.withdraw(work, number, "Everybody's")


@pytest.mark.parametrize("actor", [SEATTLE, GUILD, ANONYMOUS], ids=lambda actor: actor.role)
def test_only_staff_can_read_or_write_notes(office: Office, actor: Actor) -> None:
    number = write_note(office, about=PAYEE, files={"letter.pdf": PDF}, is_question=True)
    with office.system.work(actor) as work:
        for read in (
            lambda: note_lists.notes_about(work, *PAYEE),
            lambda: note_lists.latest_about(work, *PAYEE, 3),
            lambda: note_lists.counts(work, *PAYEE),
            lambda: note_lists.latest_notes(work),
            lambda: note_lists.open_questions(work),
            lambda: note_lists.newest_open(work, 3),
            lambda: note_lists.find_note(work, number),
            lambda: note_lists.file_of(work, 1),
            lambda: notes.add(work, *PAYEE, "Hello"),
            lambda: notes.answer(work, number, "Hello"),
            lambda: notes.resolve(work, number),
            lambda: notes.reopen(work, number),
            lambda: notes.withdraw(work, number, "Why not"),
            lambda: notes.restore(work, number),
        ):
            with pytest.raises(NotAllowedError):
                read()


@pytest.mark.parametrize(
    ("subject", "key", "words"),
    [
        (NoteSubject.CONTRACT, "nothing", "no contract 'nothing'"),
        (NoteSubject.BENEFICIARY, "foot-2015", "no beneficiary"),
        (NoteSubject.RETAILER, "x" * 500, "no retailer"),
        (NoteSubject.PERIOD, "2031-H1", "no period"),
        (NoteSubject.PERIOD, "soon", "soon"),
        (NoteSubject.PERIOD, "2025-h1", "2025-h1"),
    ],
)
def test_note_about_an_unknown_entry_is_refused(
    office: Office, subject: NoteSubject, key: str, words: str
) -> None:
    with pytest.raises(NoNoteError, match=words):
        write_note(office, about=(subject, key))


@after(closed)
def test_notes_can_be_about_every_kind_of_subject(office: Office) -> None:
    subjects = [CONTRACT, PAYEE, (NoteSubject.RETAILER, "amazon")]
    subjects += [(NoteSubject.PERIOD, "2025-H1"), (NoteSubject.PERIOD, "2025-H2")]
    for subject in subjects:
        write_note(office, about=subject)
        assert [each.key for each in about(office, *subject)] == [subject[1]]
    with office.work(read_only=True) as work:
        assert len(note_lists.latest_notes(work).notes) == len(subjects)
        name = note_lists.subject_name(work, *PAYEE)
    assert name == "Seattle Readers"


@pytest.mark.parametrize(
    ("text", "files", "words"),
    [
        (" \r\n ", {}, "write something"),
        ("x" * 10_001, {}, "10,001 characters"),
        ("a\x1b[31mb", {}, "signs that nobody can read"),
        ("Look", {"run.exe": b"MZ\0"}, "a computer runs"),
        ("Look", {"empty.pdf": b""}, "empty"),
        ("Look", {f"{each}.txt": b"%d" % each for each in range(11)}, "up to 10 files"),
    ],
)
def test_invalid_note_is_refused_with_all_its_files(
    office: Office, text: str, files: dict[str, bytes], words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        write_note(office, text, files=files)
    assert about(office) == []
    assert not list((office.system.config.home / "documents").rglob("*"))


def test_question_needs_text_and_a_note_may_be_a_file_alone(office: Office) -> None:
    with pytest.raises(RefusedError, match="what you want to know"):
        write_note(office, "", files={"letter.pdf": PDF}, is_question=True)
    write_note(office, "", files={"letter.pdf": PDF})
    assert [file.name for file in about(office)[0].files] == ["letter.pdf"]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("MOST_BYTES", "together"),
        ("MOST_A_DAY", "tomorrow"),
        ("MOST_BYTES_A_DAY", "tomorrow"),
    ],
)
def test_note_with_too_many_files_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    monkeypatch.setattr(notes, limit, 0)
    with pytest.raises(RefusedError, match=words):
        write_note(office, files={"letter.pdf": PDF})


def test_file_that_waited_too_long_is_refused(office: Office) -> None:
    from royalties.services.enclosures import TakenFile  # noqa: PLC0415

    gone = TakenFile("letter.pdf", "application/pdf", "0" * 64, 9)
    with office.work() as work, pytest.raises(RefusedError, match="waited for too long"):
        notes.add(work, *CONTRACT, "", [gone])


def test_note_without_a_question_cannot_be_answered(office: Office) -> None:
    number = write_note(office)
    with pytest.raises(NoNoteError, match="no such question"):
        write_note(office, "Yes", answers=number)
    with office.work() as work:
        for act in (notes.resolve, notes.reopen):
            with pytest.raises(NoNoteError):
                act(work, number)
        for unknown in (99, 2**63):
            with pytest.raises(NoNoteError):
                notes.withdraw(work, unknown, "Why not")


def test_long_list_of_notes_is_paged(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(note_lists, "PER_PAGE", 2)
    for place in range(5):
        write_note(office, f"Question {place}", is_question=True)
    with office.work(read_only=True) as work:
        pages = [note_lists.open_questions(work, page) for page in (1, 2, 3, 4)]
    assert [[each.text[-1] for each in page.notes] for page in pages] == [
        ["4", "3"],
        ["2", "1"],
        ["0"],
        [],
    ]
    assert [page.more for page in pages] == [True, True, False, False]


def test_latest_notes_show_open_questions_first(office: Office) -> None:
    first = write_note(office, "Who signs?", is_question=True)
    second, third = write_note(office, "One"), write_note(office, "Two")
    with office.work(read_only=True) as work:
        latest = note_lists.latest_about(work, *CONTRACT, 2)
        counts = note_lists.counts(work, *CONTRACT)
    assert [each.id for each in latest] == [first, third]
    assert (counts.threads, counts.open) == (3, 1)
    assert second < third


# With the rest of the books


def test_notes_follow_a_renamed_entry_and_keep_it_from_being_removed(office: Office) -> None:
    plain = {"key": "portland", "name": "Portland Readers", "country": "US"}
    office.load({"beneficiaries": [plain]})
    number = write_note(office, about=(NoteSubject.BENEFICIARY, "portland"))
    with office.work() as work, pytest.raises(RefusedError, match="notes are kept about it"):
        inverses.remove(work, "beneficiaries", "portland", "Never used")
    with office.work() as work:
        inverses.rename(work, "beneficiaries", "portland", "pdx", "Shorter")
    assert [each.id for each in about(office, NoteSubject.BENEFICIARY, "pdx")] == [number]
    with office.work() as work:
        notes.withdraw(work, number, "It was another one")
        inverses.remove(work, "beneficiaries", "pdx", "Never used")


def test_verify_names_a_file_of_a_note_that_is_missing_or_changed(office: Office) -> None:
    number = write_note(office, files={"letter.pdf": PDF})
    with office.work(read_only=True) as work:
        found = note_lists.file_of(work, 1)
    assert found is not None
    assert found.path.read_bytes() == PDF
    found.path.write_bytes(b"other")
    (fault,) = office.faults().values()
    assert f"file letter.pdf of note {number} was changed" in str(fault)
    found.path.unlink()
    (fault,) = office.faults().values()
    assert "is missing" in str(fault)
    with office.work(read_only=True) as work, pytest.raises(RefusedError, match="from a backup"):
        note_lists.file_of(work, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM note",
        "UPDATE note SET text = 'other'",
        "UPDATE note SET \"by\" = 'other'",
        "DELETE FROM note_file",
        "UPDATE note_file SET sha256 = 'x'",
        "DELETE FROM note_event",
        "UPDATE note_event SET reason = 'other'",
    ],
)
def test_database_protects_text_file_and_history_of_a_note(office: Office, statement: str) -> None:
    write_note(office, files={"letter.pdf": PDF})
    with pytest.raises(Exception, match=r"stays|append-only"):
        office.execute(statement)
