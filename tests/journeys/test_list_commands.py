"""titles and beneficiaries at the command line: shown, saved, asked, refused."""

import json
from pathlib import Path

import pytest

from royalties.services.books import setup_in_force
from tests.builders.books import HARDCOVER, Office, after, opened
from tests.builders.commands import Run, command_line
from tests.builders.rich import GOOD_TITLES, OPEN_TITLES, SOME_BENEFICIARIES
from tests.house.repository import ROOT

pytestmark = pytest.mark.engines("either")


@pytest.fixture
def run(office: Office) -> Run:
    return command_line(office)


@pytest.fixture
def titles(tmp_path: Path) -> Path:
    path = tmp_path / "titles.csv"
    path.write_text(GOOD_TITLES, encoding="utf-8")
    return path


@after(opened)
def test_dry_run_shows_field_by_field_and_saves_nothing(
    run: Run, office: Office, titles: Path
) -> None:
    before = office.hashes()
    told = run("titles", titles, "--dry-run").stdout
    assert "adds title Tides of Elsewhere" in told
    assert "changes title The Collab" in told
    assert "note: Columns that are not read: Shelf." in told
    assert "1 title added, 1 title amended. Nothing was saved." in told
    assert office.hashes() == before


@after(opened)
def test_titles_are_saved_and_again_change_nothing(run: Run, office: Office, titles: Path) -> None:
    assert "1 title added, 1 title amended." in run("titles", titles).stdout
    with office.work(read_only=True) as work:
        assert "tides-of-elsewhere" in setup_in_force(work).titles
    assert "nothing new" in run("titles", titles).stdout


@after(opened)
@pytest.mark.parametrize("rows", ["Payee\nQuay House\n", "Payee,Colour\nQuay House,blue\n"])
def test_the_one_column_that_must_be_there_is_enough(run: Run, tmp_path: Path, rows: str) -> None:
    path = tmp_path / "payees.csv"
    path.write_text(rows, encoding="utf-8")
    document = json.loads(run("beneficiaries", path, "--json").stdout)
    assert document["added"] == {"beneficiaries": 1}


@after(opened)
def test_onix_example_is_loaded(run: Run) -> None:
    sample = ROOT / "examples" / "lists" / "collaborating.onix.xml"
    document = json.loads(run("titles", sample, "--json").stdout)
    assert (document["outcome"], document["added"]) == ("loaded", {"titles": 1})


@after(opened)
def test_open_list_says_how_to_answer(run: Run, titles: Path) -> None:
    titles.write_text(OPEN_TITLES, encoding="utf-8")
    told = run("titles", titles, code=1).stderr
    assert "--answer 'form.Mug=…': hardcover, paperback" in told
    answers = ("--answer", "form.Mug=ebook", "--answer", "date_order=dmy")
    assert "1 title added" in run("titles", titles, *answers).stdout


@after(opened)
def test_faults_are_reported_with_their_rows(run: Run, office: Office, titles: Path) -> None:
    titles.write_text(GOOD_TITLES.replace(HARDCOVER, "9781442200013"), encoding="utf-8")
    before = office.hashes()
    assert "row 2, ISBN: " in run("titles", titles, code=1).stderr
    assert office.hashes() == before


@after(opened)
def test_beneficiaries_are_saved(run: Run, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "payees.csv"
    path.write_text(SOME_BENEFICIARIES, encoding="utf-8")
    assert "1 beneficiary added, 1 beneficiary amended." in run("beneficiaries", path).stdout
    with office.work(read_only=True) as work:
        assert setup_in_force(work).beneficiaries["portland-readers"].region == "OR"


@after(opened)
def test_template_is_written_once_and_never_over_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert "fill it in" in run("titles", path, "--template").stdout
    assert "is there already" in run("titles", path, "--template", code=1).stderr
    assert "name it .xlsx or .csv" in run("titles", tmp_path / "a.doc", "--template", code=1).stderr
    assert "no rows below its headings" in run("titles", path, code=1).stderr
    assert "is no file" in run("titles", tmp_path / "none.csv", code=1).stderr
