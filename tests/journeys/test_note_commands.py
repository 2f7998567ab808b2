"""``royalties notes``: written, answered, settled, withdrawn, and listed."""

from pathlib import Path

import pytest

from royalties.domain.people import Role
from royalties.services.desk import note_lists
from tests.builders.books import Office, after, opened
from tests.builders.commands import Run, command_line, shown
from tests.builders.documents import PDF
from tests.builders.orders import somebody

pytestmark = after(opened)


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books."""
    return command_line(office, "notes")


def test_question_is_asked_answered_settled_and_opened_again(run: Run, tmp_path: Path) -> None:
    assert "No question is open" in run().stdout
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    asked = run("contract", "foot-2015", "Is the rate agreed?", "--question").stdout
    assert "Question 1 about foot-2015 is kept" in asked
    assert "Is the rate agreed?" in run().stdout
    run("--answer", 1, "--text", "By letter.", "--file", letter)
    (question,) = shown(run("--json"))
    assert (question["subject"], question["key"]) == ("contract", "foot-2015")
    (answer,) = question["answers"]
    assert (answer["text"], answer["files"]) == (
        "By letter.",
        [{"name": "letter.pdf", "bytes": len(PDF)}],
    )
    run("--save", answer["note"], "--out", tmp_path / "out")
    assert (tmp_path / "out" / "letter.pdf").read_bytes() == PDF
    run("--resolve", 1)
    assert shown(run("--json")) == []
    assert "settled" in run("--all").stdout
    assert shown(run("--reopen", 1, "--json")) == {"outcome": "reopened", "note": 1}
    assert "open" in run("contract", "foot-2015").stdout


def test_question_is_put_to_one_colleague(run: Run, office: Office) -> None:
    mona = somebody(office, "Mona", Role.MANAGER)
    assert (
        "nobody at the desk has the address"
        in run("contract", "foot-2015", "Agreed?", "--to", "max@example.org", code=1).stderr
    )
    assert "belongs to a question" in run("--to", "mona@example.org", code=2).stderr
    assert "belongs to a question" in run("--resolve", 1, "--to", "mona@example.org", code=2).stderr
    told = run("contract", "foot-2015", "Agreed?", "--to", "MONA@Example.org").stdout
    assert "Question 1 about foot-2015 is kept" in told
    with office.system.work(mona, read_only=True) as work:
        [question] = note_lists.open_questions(work).notes
    assert question.asked == "Mona"


def test_note_is_withdrawn_and_brought_back(run: Run) -> None:
    assert shown(run("retailer", "amazon", "They send late", "--json")) == {
        "outcome": "added",
        "note": 1,
    }
    assert "say why" in run("--withdraw", 1, code=1).stderr
    run("--withdraw", 1, "--reason", "Not this one")
    assert "withdrawn" in run("retailer", "amazon").stdout
    assert "No note stands here" in run("--all").stdout
    run("--bring-back", 1)
    assert "They send late" in run("--all").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("contract",), 2, "its kind, and its key"),
        (("contract", "nothing", "Hello"), 1, "no contract 'nothing'"),
        (("title", "collab"), 2, "is not one of"),
        (("period", "2025-H1", "--file", "nowhere.pdf"), 1, "is no file"),
        (("--resolve", "1", "--reopen", "1"), 2, "one step"),
        (("--resolve", "1", "--reason", "Why"), 2, "--reason belongs"),
        (("--resolve", "1", "--text", "Yes"), 2, "--text and --file belong"),
        (("--resolve", "99"), 1, "no such note"),
        (("--save", "99"), 1, "no such note"),
    ],
)
def test_what_cannot_be_done_is_refused(
    run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in run(*arguments, code=code).stderr


def test_note_without_a_file_has_none_to_save(run: Run, tmp_path: Path) -> None:
    run("period", "2025-H1", "Two reports late")
    assert "has no file" in run("--save", 1, "--out", tmp_path, code=1).stderr
