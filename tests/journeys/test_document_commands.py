"""``royalties documents``: earlier statements kept, sorted, shown, hidden and taken back."""

from pathlib import Path

import pytest

from tests.builders.books import Office, after, opened
from tests.builders.commands import Run, command_line, shown
from tests.builders.documents import PDF

pytestmark = after(opened)


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books."""
    return command_line(office, "documents")


def old(folder: Path, name: str, data: bytes = PDF) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_statement_is_kept_shown_hidden_and_taken_back(run: Run, tmp_path: Path) -> None:
    path = old(tmp_path, "2023-H2.pdf")
    assert "1 earlier statement of seattle kept" in run("seattle", path, "--note", "Mailed").stdout
    assert "there already" in run("seattle", path).stdout
    run("--show", 1)
    (row,) = shown(run("seattle", "--json"))
    assert (row["period"], row["visible"], row["note"], row["taken_back_at"]) == (
        "2023-H2",
        True,
        "Mailed",
        None,
    )
    assert "already" in run("--show", 1, code=1).stderr
    assert shown(run("--hide", 1, "--json")) == {"outcome": "hidden", "document": 1}
    run("--amend", 1, "--period", "2023")
    (row,) = shown(run("seattle", "--json"))
    assert (row["first_day"], row["last_day"], row["note"]) == (
        "2023-01-01",
        "2023-12-31",
        "Mailed",
    )
    assert "say why" in run("--take-back", 1, code=1).stderr
    run("--take-back", 1, "--reason", "Of another year")
    assert "nobody: taken back" in run("seattle").stdout
    run("--save", 1, "--out", tmp_path / "out")
    assert (tmp_path / "out" / "2023-H2.pdf").read_bytes() == PDF
    assert run("seattle", path, "--visible", "--json").exit_code == 0


def test_files_are_filed_by_their_names(run: Run, tmp_path: Path) -> None:
    assert "No earlier statement is to be sorted" in run().stdout
    paths = [
        old(tmp_path, "Seattle Readers 2022.pdf"),
        old(tmp_path, "houston 2021.xls", b"old"),
        old(tmp_path, "scan.pdf", PDF + b"3"),
    ]
    assert shown(run("--many", *paths, "--json"))["kept"] == [1, 2, 3]
    guessed = [each["guessed"] for each in shown(run("--json"))]
    assert guessed == [
        {"beneficiary": "seattle", "period": "2022"},
        {"beneficiary": "houston", "period": "2021"},
        {"beneficiary": "", "period": ""},
    ]
    assert "scan.pdf" in run().stdout
    said = run("--as-guessed").stdout
    assert "houston 2021.xls: houston, 2021" in said
    assert "2 earlier statements filed, 1 to be sorted" in said
    assert "of which period" in run("tacoma", "--file", 3, code=1).stderr
    run("tacoma", "--file", 3, "--period", "2020-H1")
    assert [each["file"] for each in shown(run("tacoma", "--json"))] == ["scan.pdf"]
    assert shown(run("--json")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("seattle", "nowhere.pdf"), 1, "is no file"),
        (("--many",), 2, "name the files"),
        (("--show", "1", "--hide", "1"), 2, "one step"),
        (("--many", "--visible", "a"), 2, "--visible belongs"),
        (("--file", "1"), 2, "belongs to one KEY"),
        (("--show", "99"), 1, "no such earlier statement"),
        (("--save", "99"), 1, "no such earlier statement"),
        (("--amend", "99", "--period", "2023"), 1, "no such earlier statement"),
    ],
)
def test_what_cannot_be_done_is_refused(
    run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in run(*arguments, code=code).stderr


def test_list_of_an_unknown_beneficiary_is_empty(run: Run) -> None:
    assert "No earlier statement of nobody is kept" in run("nobody").stdout
