"""What commands print: once, and in good English."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from click.testing import CliRunner, Result

from royalties import cli
from royalties.cli import main
from royalties.cli.main import JOBS, load
from royalties.domain.counting import counted
from tests.builders.books import UNKNOWN, a_row, a_setup, a_title, an_edition, write_rows

Run = Callable[..., Result]


def in_home(home: Path) -> Run:
    """The command line in a home."""
    runner = CliRunner(env={"ROYALTIES_HOME": str(home), "ROYALTIES_DATABASE_URL": ""})

    def run(*arguments: str | Path, code: int = 0) -> Result:
        result = runner.invoke(main, [str(each) for each in arguments], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the ordinary setup, to be copied, and the setup's file beside it."""
    folder = tmp_path_factory.mktemp("begun")
    file, run = folder / "setup.json", in_home(folder / "home")
    file.write_text(json.dumps(a_setup()), encoding="utf-8")
    run("init")
    run("load", file)
    return folder


@pytest.fixture
def run(begun: Path, tmp_path: Path) -> Run:
    """The command line in a home of its own, with the ordinary setup."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return in_home(tmp_path / "home")


def test_a_file_that_nobody_knows_is_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("Dear,Sir\nI,am\n", encoding="utf-8")
    result = run("import", file, code=1)
    assert result.stdout == ""
    assert result.stderr == (
        "letter.csv: refused: no report that is known has these columns: Dear, Sir; map its "
        "columns: on its page in the browser, or under reports in the setup\n"
    )


def test_a_damaged_file_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(b"date,isbn\n2025-01-01,caf\xc3\xa9\n2025-01-02,\xc3(\n")
    result = run("import", file, code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("broken.csv: refused: line 3: not valid UTF-8")


def test_row_problems_are_listed_with_their_places(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "bad.csv", [a_row(2), {**a_row(3), "units": "x"}])
    result = run("import", file, code=1)
    assert "  problem: row 3, column units 'x': 'x' is not a whole number; " in result.stdout
    assert result.stderr.startswith("bad.csv: refused, nothing recorded: 1 problem. The report")


@pytest.mark.parametrize(
    ("name", "text"),
    [("setup.json", '{"publisher": {}}'), ("setup.toml", '[publisher]\nname = "X"\n')],
)
def test_import_of_a_setup_file_points_to_load(
    run: Run, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    result = run("import", file, code=1)
    assert "as a setup file is, not a report" in result.stderr
    assert "'royalties load'" in result.stderr
    assert "quotation mark" not in result.output


def test_load_of_a_report_points_to_import(run: Run, tmp_path: Path) -> None:
    result = run("load", write_rows(tmp_path / "sales.csv", [a_row(2)]), code=1)
    assert "a retailer's report is taken by 'royalties import'" in result.stderr


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.json", '{\n "publisher": {]}', "line 2, column 16: is not JSON"),
        ("a.toml", "a = 1\nb = = 2", "line 2, column 5: is not TOML"),
    ],
)
def test_broken_setup_is_refused_with_place_and_remedy(
    run: Run, tmp_path: Path, name: str, text: str, place: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    told = run("load", file, code=1).stderr
    assert place in told
    assert "mend it there" in told


def test_load_reports_all_faults_at_once(run: Run, tmp_path: Path) -> None:
    setup = a_setup()
    setup["contracts"][0]["plan"] = "nowhere"
    setup["beneficiaries"][0]["country"] = "Narnia"
    file = tmp_path / "more.json"
    file.write_text(json.dumps(setup), encoding="utf-8")
    told = run("load", file, code=1).stderr
    assert "more.json: 2 faults" in told
    assert "contracts[0].plan: unknown plan" in told
    assert "beneficiaries[0].country: " in told


def test_load_uses_the_singular_for_one(run: Run, tmp_path: Path) -> None:
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


def test_close_uses_the_singular_for_one(run: Run, tmp_path: Path) -> None:
    run("import", write_rows(tmp_path / "sales.csv", [a_row(1, isbn=UNKNOWN), a_row(2)]))
    assert "1 row still waits for an edition" in run("close", "2025-H1", "--yes").stdout


def test_imports_command_marks_corrected_imports(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "sales.csv", [a_row(2)])
    run("import", file)
    run("close", "2025-H1", "--yes")
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


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize("command", ["undo", "correct"])
@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808"])
def test_impossible_import_number_is_a_usage_error(run: Run, command: str, number: str) -> None:
    assert "is not in the range" in run(command, "--", number, code=2).stderr


def test_named_pipe_is_refused_without_waiting(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "save it as a file first" in run("import", tmp_path / "pipe", code=2).stderr


def test_a_file_name_of_another_encoding_is_taken(run: Run, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.csv")
    run("import", write_rows(file, [a_row(2)]))
    assert "caf\N{REPLACEMENT CHARACTER}.csv" in run("imports").stdout


def test_period_after_an_open_one_cannot_be_drafted(run: Run, tmp_path: Path) -> None:
    result = run("statements", "2025-H2", "--out", tmp_path / "drafts", code=1)
    assert "2025-H1 is still open" in result.stderr
    assert not (tmp_path / "drafts").exists()


def test_command_output_uses_plurals() -> None:
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


def test_help_lists_every_command_by_job_with_an_example(run: Run) -> None:
    told = run("--help").output
    for job, entries in JOBS.items():
        assert f"\n{job}:\n" in told
        for name, entry in entries.items():
            program, named, *rest = shlex.split(entry.example)
            assert (program, named) == ("royalties", name)
            options = {option for param in load(name).params for option in param.opts}
            assert {each for each in rest if each.startswith("--")} <= options
            assert entry.summary in told
            assert f"$ {entry.example}" in told
            assert f"Example: {entry.example}" in " ".join(run(name, "--help").output.split())


def test_every_command_that_a_module_defines_is_listed_once() -> None:
    listed = [(entry.module, name) for entries in JOBS.values() for name, entry in entries.items()]
    defined = [
        (module.name, command.name)
        for module in iter_modules(cli.__path__)
        for command in getattr(import_module(f"royalties.cli.{module.name}"), "COMMANDS", ())
    ]
    assert sorted(listed) == sorted(defined)


@pytest.mark.parametrize(
    ("asked", "kept_out"), [("--help", "sqlalchemy"), ("verify --help", "flask")]
)
def test_a_command_loads_only_what_it_needs(asked: str, kept_out: str) -> None:
    program = (
        f"import sys; from royalties.cli import main; main({asked.split()}, standalone_mode=False); "
        f"sys.exit('{kept_out}' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_import_of_several_files_treats_each_alone(run: Run, tmp_path: Path) -> None:
    """A refused file does not stop the others; the last line sums up."""
    good = write_rows(tmp_path / "good.csv", [a_row(2)])
    bad = write_rows(tmp_path / "bad.csv", [{**a_row(3), "units": "x"}])
    more = write_rows(tmp_path / "more.csv", [a_row(4, date="2025-04-02", retailer="bay")])
    told = run("import", good, bad, more, good, code=1)
    assert "Recorded as import 1." in told.stdout
    assert "Recorded as import 2." in told.stdout
    assert told.stdout.endswith("4 files: 2 recorded, 1 recorded before, 1 refused.\n")
    assert "bad.csv: refused, nothing recorded: 1 problem" in told.stderr
    assert [each["file"] for each in json.loads(run("imports", "--json").stdout)] == [
        "good.csv",
        "more.csv",
    ]
    again = run("import", good, more, "--json")
    assert [(each["file"], each["outcome"]) for each in json.loads(again.stdout)] == [
        ("good.csv", "nothing-new"),
        ("more.csv", "nothing-new"),
    ]
    assert json.loads(run("import", good, "--json").stdout)["outcome"] == "nothing-new"
    dry = run(
        "import", write_rows(tmp_path / "d.csv", [a_row(9, retailer="hub")]), good, "--dry-run"
    )
    assert dry.stdout.endswith("Dry run: nothing was recorded.\n")


def test_near_miss_of_a_report_format_is_explained(run: Run, tmp_path: Path) -> None:
    """It says which report it nearly is, what is missing, and what that may be called."""
    file = tmp_path / "renamed.csv"
    file.write_text("date,isbn13,units,currency\n2025-03-01,9781442246928,1,USD\n")
    told = run("import", file, code=1).stderr
    assert "renamed.csv: refused: renamed.csv is nearly " in told
    assert "it has no column 'isbn' (is it 'isbn13'?)" in told


def test_commands_suggested_as_remedies_work(run: Run, tmp_path: Path) -> None:
    """A date order of the setup that a file contradicts; a report given to load; a stray comma."""
    columns = {"isbn": "ISBN", "date": "Day", "units": "Qty", "net": "Net", "currency": "Cur"}
    river = {"key": "river", "retailer": "bay", "columns": columns, "date_order": "dmy"}
    setup = tmp_path / "river.json"
    setup.write_text(json.dumps({"reports": [river]}))
    run("load", setup)
    file = tmp_path / "river.csv"
    file.write_text("ISBN,Day,Qty,Net,Cur\n9781442246928,03/25/2025,1,40.00,USD\n")
    refused = run("import", file, code=1)
    assert "row 2 has '03/25/2025'" in refused.stderr
    assert "--choose date_order=dmy|mdy" in refused.stderr
    assert "Recorded" in run("import", file, "--choose", "date_order=mdy").stdout

    windows = tmp_path / "caf\u00e9.csv"
    windows.write_bytes("ISBN,Title\n9781442246928,Caf\u00e9\n".encode("cp1252"))
    told = run("load", windows, code=1).stderr
    assert "royalties import" in told
    assert "UTF-8" not in told

    comma = tmp_path / "comma.json"
    comma.write_text('{"retailers": [\n {"key": "x", "name": "X", "channel": "other"},\n]}')
    told = run("load", comma, code=1).stderr
    assert "line 2, column 47: is not JSON: nothing follows this comma, so take it away" in told
    text = comma.read_text().replace("},\n]", "}\n]")
    comma.write_text(text)
    run("load", comma)


def test_retailer_of_a_report_can_be_set_for_good(run: Run, tmp_path: Path) -> None:
    """Asked once; the retailer's entry answers from then on, until its name is taken out."""
    file = Path(__file__).parents[1] / "ingest/files/samples/elliott-bay.csv"
    asked = run("import", file, code=1).stderr
    assert "--choose retailer=" in asked
    assert "'reports': ['elliott-bay']" in asked
    bay = next(each for each in a_setup()["retailers"] if each["key"] == "bay")
    setup = tmp_path / "bay.json"
    setup.write_text(json.dumps({"retailers": [{**bay, "reports": ["elliott-bay"]}]}))
    run("load", setup)
    told = run("import", file, "--dry-run", "--confirm").stdout
    assert "report elliott-bay of bay" in told
    setup.write_text(json.dumps({"retailers": [bay]}))
    run("load", setup)
    assert "--choose retailer=" in run("import", file, code=1).stderr


def test_load_asks_before_replacing_terms_in_use(run: Run, tmp_path: Path) -> None:
    run("import", write_rows(tmp_path / "sales.csv", [a_row(4), a_row(2, region="WA")]))
    file = tmp_path / "plan.json"
    steps = [{"remainder": True, "to": [{"beneficiary": "houston"}]}]
    plan = {"key": "cities", "versions": [{"from": "2025-02-01", "steps": steps}]}
    file.write_text(json.dumps({"plans": [plan]}), encoding="utf-8")
    result = run("load", file, code=1)
    told = (
        'plan "cities": the version from 2015-01-01 is left out. 2025-H1 and later periods are '
        "distributed by the version from 2025-02-01 instead of the one from 2015-01-01, including "
        "2 sale lines already recorded. To keep what was, list that version as well."
    )
    assert f"  to confirm: {told}\n" in result.stdout
    assert result.stderr == (
        "plan.json: nothing recorded. Read the warnings, then repeat with --confirm.\n"
    )
    document = json.loads(run("load", file, "--json", code=1).stdout)
    assert (document["outcome"], document["amended"]) == ("confirm", {"plans": 1})
    assert document["warnings"][0] == {
        "code": "replaces-version",
        "part": "plans",
        "key": "cities",
        "path": "",
        "message": told,
        "confirm": True,
    }
    assert {each["confirm"] for each in document["warnings"][1:]} == {False}
    loaded = run("load", file, "--confirm").stdout
    assert f"  replaces: {told}\n" in loaded
    assert loaded.endswith("plan.json: 1 plan amended.\n")
    assert run("load", file).stdout == (
        "plan.json: nothing new; the books say all of it already.\n"
    )


def test_load_and_run_warn_of_terms_that_never_apply(run: Run, tmp_path: Path) -> None:
    setup = a_setup()
    rules = [{"name": name, "basis": "net", "rate": "0.1"} for name in ("All", "E-books")]
    contract = {**setup["contracts"][0], "rules": rules}
    file = tmp_path / "contract.json"
    file.write_text(json.dumps({"contracts": [contract]}), encoding="utf-8")
    told = (
        'contract "foot-2015", rule "E-books": never takes a sale, because rule "All" before it '
        "takes every sale it could match: move it up, or remove it"
    )
    assert run("load", file).stdout.splitlines() == [
        f"  warning: {told}",
        "contract.json: 1 contract amended.",
    ]
    assert run("run", "2025-H1").stdout.splitlines()[-1] == f"  warning: {told}"
    (warning,) = json.loads(run("run", "2025-H1", "--json").stdout)["warnings"]
    assert warning == {
        "code": "rule-behind-others",
        "part": "contracts",
        "key": "foot-2015",
        "path": "rules[1].name",
        "message": told,
    }


def test_places_command_mends_only_after_confirmation(run: Run, tmp_path: Path) -> None:
    assert "is a code of ISO 3166" in run("places").stdout
    report = write_rows(tmp_path / "sales.csv", [a_row(2, region="Mis"), a_row(3, region="WA")])
    assert "'Mis' is no region of US" in run("import", report, code=1).stdout
    run("import", report, "--confirm")
    listed = run("places").stdout
    assert "sales of 2025-H1  US-Mis" in listed
    assert "nobody knows what is meant: say it with --choose" in listed
    choice = ("--choose", "US-Mis=US-MS")
    refused = run("places", "--mend", *choice, code=1).stderr
    assert "1 place would be mended:\n  sales of 2025-H1: US-Mis becomes US-MS\n" in refused
    assert "repeat with --yes" in refused
    done = json.loads(run("places", "--mend", *choice, "--yes", "--json").stdout)
    assert done["strays"] == []
    assert [(each["place"], each["becomes"]) for each in done["mended"]] == [("US-Mis", "US-MS")]
    assert '"region": "MS"' in run("sales", "--json").stdout
    assert "invariants hold" in run("verify").stdout
