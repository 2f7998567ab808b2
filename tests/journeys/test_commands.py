"""What commands print: once, and in good English."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from royalties.cli import main
from royalties.domain.counting import counted
from tests.builders.books import UNKNOWN, a_row, a_setup, a_title, an_edition, write_rows

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line in a home of its own, with the ordinary setup."""
    runner = CliRunner(env={"ROYALTIES_HOME": str(tmp_path / "home"), "ROYALTIES_DATABASE_URL": ""})

    def run(*arguments: str | Path, code: int = 0) -> Result:
        result = runner.invoke(main, [str(each) for each in arguments], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    file = tmp_path / "setup.json"
    file.write_text(json.dumps(a_setup()), encoding="utf-8")
    run("init")
    run("load", file)
    return run


def test_a_file_that_nobody_knows_is_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("Dear,Sir\nI,am\n", encoding="utf-8")
    result = run("import", file, code=1)
    assert result.stdout == ""
    assert result.stderr == (
        "letter.csv: refused: no report that is known has these columns: Dear, Sir; map its "
        "columns to a report in the setup (key reports), or name the report with --report\n"
    )


def test_a_damaged_file_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(b"date,isbn\n2025-01-01,caf\xc3\xa9\n2025-01-02,\xc3(\n")
    result = run("import", file, code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("broken.csv: refused: line 3: not valid UTF-8")


def test_what_is_wrong_with_rows_is_listed_with_their_places(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "bad.csv", [a_row(2), {**a_row(3), "units": "x"}])
    result = run("import", file, code=1)
    assert "  problem: row 3, column units 'x': 'x' is not a whole number; " in result.stdout
    assert result.stderr.startswith("bad.csv: refused, nothing recorded: 1 problem. The report")


@pytest.mark.parametrize(
    ("name", "text"),
    [("setup.json", '{"publisher": {}}'), ("setup.toml", '[publisher]\nname = "X"\n')],
)
def test_a_setup_given_to_import_is_told_where_it_belongs(
    run: Run, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    result = run("import", file, code=1)
    assert "as a setup file is, not a report" in result.stderr
    assert "'royalties load'" in result.stderr
    assert "quotation mark" not in result.output


def test_a_report_given_to_load_is_told_where_it_belongs(run: Run, tmp_path: Path) -> None:
    result = run("load", write_rows(tmp_path / "sales.csv", [a_row(2)]), code=1)
    assert "a retailer's report is taken by 'royalties import'" in result.stderr


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.json", '{\n "publisher": {]}', "line 2, column 16: is not JSON"),
        ("a.toml", "a = 1\nb = = 2", "line 2, column 5: is not TOML"),
    ],
)
def test_a_broken_setup_is_refused_with_its_place_and_what_to_do(
    run: Run, tmp_path: Path, name: str, text: str, place: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    told = run("load", file, code=1).stderr
    assert place in told
    assert "mend it there" in told


def test_load_tells_faults_of_every_kind_at_once(run: Run, tmp_path: Path) -> None:
    setup = a_setup()
    setup["contracts"][0]["plan"] = "nowhere"
    setup["beneficiaries"][0]["country"] = "USA"
    file = tmp_path / "more.json"
    file.write_text(json.dumps(setup), encoding="utf-8")
    told = run("load", file, code=1).stderr
    assert "more.json: 2 faults" in told
    assert "contracts[0].plan: unknown plan" in told
    assert "beneficiaries[0].country: " in told


def test_load_counts_one_as_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "more.json"
    setup = a_setup()
    shops = [{"key": "new", "name": "New", "channel": "direct"}]
    file.write_text(
        json.dumps(
            {
                "retailers": shops,
                "titles": [a_title("new", an_edition(UNKNOWN, prices=[]))],
                "income": [{**setup["income"][0], "note": "Danish"}],
                "beneficiaries": [
                    {**setup["beneficiaries"][0], "name": "A"},
                    {**setup["beneficiaries"][1], "name": "B"},
                ],
            }
        ),
        encoding="utf-8",
    )
    sales = [a_row(1, isbn=UNKNOWN, list_price=None), a_row(2)]
    run("import", write_rows(tmp_path / "sales.csv", sales))
    assert run("load", file).stdout.splitlines() == [
        (
            "more.json: 1 title added, 1 retailer added, 1 income entry added, "
            "2 beneficiaries amended."
        ),
        f"1 row of {UNKNOWN} still waits: its edition has no price.",
    ]


def test_a_close_counts_one_as_one(run: Run, tmp_path: Path) -> None:
    run("import", write_rows(tmp_path / "sales.csv", [a_row(1, isbn=UNKNOWN), a_row(2)]))
    assert "1 row still waits for an edition" in run("close", "2025-H1").stdout


def test_imports_say_which_were_corrected(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "sales.csv", [a_row(2)])
    run("import", file)
    run("close", "2025-H1")
    assert "or the same file with other choices" in run("correct", "1").stdout
    run("import", file, "--confirm")
    listed = [line.split() for line in run("imports").stdout.splitlines()[2:]]
    assert [(line[0], " ".join(line[6:])) for line in listed] == [
        ("1", "corrected by 2"),
        ("2", "recorded"),
        ("3", "recorded"),
    ]
    shown = json.loads(run("imports", "--json").stdout)
    assert [(each["status"], each["corrected_by"]) for each in shown] == [
        ("recorded", 2),
        ("recorded", None),
        ("recorded", None),
    ]


@pytest.mark.parametrize("command", ["undo", "correct"])
@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808"])
def test_a_number_that_no_import_can_have_is_wrong_usage(
    run: Run, command: str, number: str
) -> None:
    assert "is not in the range" in run(command, "--", number, code=2).stderr


def test_a_pipe_is_not_waited_for(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "save it as a file first" in run("import", tmp_path / "pipe", code=2).stderr


def test_a_file_name_of_another_encoding_is_taken(run: Run, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.csv")
    run("import", write_rows(file, [a_row(2)]))
    assert "caf\N{REPLACEMENT CHARACTER}.csv" in run("imports").stdout


def test_no_statement_is_drafted_before_its_time(run: Run, tmp_path: Path) -> None:
    result = run("statements", "2025-H2", "--out", tmp_path / "drafts", code=1)
    assert "2025-H1 is still open" in result.stderr
    assert not (tmp_path / "drafts").exists()


def test_plurals() -> None:
    words = ("row", "batch", "loss", "beneficiary", "day", "copy")
    assert [counted(1, word) for word in words] == [f"1 {word}" for word in words]
    assert [counted(2000, word).removeprefix("2,000 ") for word in words] == [
        "rows",
        "batches",
        "losses",
        "beneficiaries",
        "days",
        "copies",
    ]
