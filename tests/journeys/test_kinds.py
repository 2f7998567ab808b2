"""Setup files to begin with load, and give the figures that stand in them."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from royalties.cli.main import main
from royalties.services.periods.close import show_run
from royalties.services.terms.setup import load
from tests.builders.books import Office, after, nothing

FOLDER = Path(__file__).parents[2] / "examples" / "kinds"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.thorough("worked cases", but_one_in=2)
@pytest.mark.parametrize("path", FILES, ids=lambda each: each.stem)
@after(nothing)
def test_example_gives_the_figures_in_it(office: Office, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told = re.search(r"^# 2025-H1: (.+)$", text, re.MULTILINE)
    assert told
    wanted = dict(each.split(" ") for each in told[1].split(", "))
    with office.work() as work:
        load(work, path, path.name)
    assert office.bring_file(FOLDER / "sales.csv").outcome == "recorded"
    with office.work(read_only=True) as work:
        run = show_run(work, "2025-H1")
    [contract] = run["contracts"]
    found = {name: contract[name] for name in ("earned", "payable")}
    found |= {each["key"]: each["allocated"] for each in run["beneficiaries"]}
    assert {name: found[name] for name in wanted} == wanted
    assert run["exceptions"] == []


def test_examples_cover_every_kind_of_term() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    for basis in ("list", "net", "unit", "profit"):
        assert f'basis = "{basis}"' in texts
    for word in ("fixed", "share", "per_unit", "remainder", "cap", "when", "steps = [", "until"):
        assert f"{word} " in texts or word in texts
    for word in ("tiers", "tiers_by", "discount", "reserve", "advances", "subsidiary_rights"):
        assert word in texts


def run(home: Path, *words: str) -> str:
    done = CliRunner().invoke(main, list(words), env={"ROYALTIES_HOME": str(home)})
    assert done.exit_code == 0, done.output
    return done.output


def test_starter_file_loads_and_is_shown_in_plain_words(tmp_path: Path) -> None:
    told = run(tmp_path, "init", "--example")
    starter = tmp_path / "setup.toml"
    assert f"royalties load {starter}" in told
    assert starter.read_text(encoding="utf-8").startswith("# A setup file to begin with.")
    run(tmp_path, "load", str(starter))
    words = run(tmp_path, "terms")
    assert "contract first-contract: The First Title, with An Author" in words
    assert "1. E-book: 25 % of net receipts on e-book." in words
    assert "Advance: 1000.00 paid on 2025-06-01, of which 400.00 was earned back before." in words
    assert "1. 20 % of what is payable\n       to An Author" in words
    assert "plan" not in run(tmp_path, "terms", "first-contract").splitlines()[-1]
    unknown = CliRunner().invoke(main, ["terms", "x"], env={"ROYALTIES_HOME": str(tmp_path)})
    assert (unknown.exit_code, "there is no contract or plan 'x'" in unknown.output) == (1, True)


def test_starter_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "setup.toml").write_text("# mine\n")
    run(tmp_path, "init", "--example")
    assert (tmp_path / "setup.toml").read_text() == "# mine\n"


def test_terms_of_empty_books_say_how_to_begin(tmp_path: Path) -> None:
    run(tmp_path, "init")
    done = CliRunner().invoke(main, ["terms"], env={"ROYALTIES_HOME": str(tmp_path)})
    assert done.exit_code == 1
    assert "royalties serve" in done.output
