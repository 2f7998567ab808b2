"""The demo, run as anybody would: a year of a small house, from an empty home to statements."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from royalties.cli import main
from royalties.services.desk import examples
from tests.builders.demo import demo, demo_of_this_run

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PAYEES = ("atlanta", "boston", "houston", "minneapolis", "pittsburgh", "san-diego", "seattle")
REPORTS = 18
SHIPMENTS = 2

Document = dict[str, Any]


def document(folder: Path, *arguments: str) -> Any:
    """What another command says of the books in a folder."""
    home = folder / "instance"
    runner = CliRunner(env={"ROYALTIES_HOME": str(home), "ROYALTIES_DATABASE_URL": ""})
    result = runner.invoke(main, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file that the demo wrote, but for the database."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sqlite" not in path.name
    }


def files(folder: Path, ending: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ending)


@pytest.fixture(scope="module")
def played() -> tuple[Path, str]:
    """A folder in which the demo was run once, and what it printed."""
    return demo_of_this_run()


def test_demo_reports_what_it_did(played: tuple[Path, str]) -> None:
    _, printed = played
    assert printed.startswith("Home: ./instance\nsetup.json: loaded\n")
    assert "2025-H1, closed" in printed
    assert "2025-H2, draft" in printed
    assert "7 statements and the period's workbook: ./instance/statements/2025-H1" in printed
    assert "7 drafts and the period's workbook: ./instance/statements/2025-H2" in printed
    assert printed.endswith("invariants hold.\n")


def test_demo_records_every_report(played: tuple[Path, str]) -> None:
    folder, _ = played
    imports = document(folder, "imports")
    assert [each["status"] for each in imports] == ["recorded"] * (REPORTS + SHIPMENTS)
    listed = json.loads((EXAMPLES / "demo.json").read_text(encoding="utf-8"))
    named = {report["file"] for part in listed["periods"] for report in part["reports"]}
    there = {
        path.relative_to(EXAMPLES).as_posix()
        for period in ("2025-H1", "2025-H2")
        for path in (EXAMPLES / "reports" / period).iterdir()
    }
    assert named == there
    assert len(named) == REPORTS


def test_demo_allocates_money_to_the_nonprofits(played: tuple[Path, str]) -> None:
    folder, _ = played
    closed = document(folder, "run", "2025-H1")
    assert closed["status"] == "closed"
    assert closed["exceptions"] == []
    (contract,) = closed["contracts"]
    assert contract["key"] == "foot-2015"
    assert contract["recouped"] == "650.00"
    assert {line["tier"] for line in contract["lines"] if line["rule"] == "Hardcover"} == {1, 2}
    assert any(line["kind"] == "income" for line in contract["lines"])
    assert {line["currency"] for line in contract["lines"]} == {"USD", "GBP", "EUR", "CAD", "JPY"}
    accounts = {each["key"]: each for each in closed["beneficiaries"]}
    assert set(accounts) == set(PAYEES)
    unpaid = {key for key, each in accounts.items() if each["to_pay"] == "0.00"}
    assert unpaid == {"pittsburgh"}
    assert accounts["pittsburgh"]["carried_forward"] == "120.00"
    taxed = {key for key, each in accounts.items() if each["tax"] != "0.00"}
    assert taxed == {"san-diego"}


def test_demo_leaves_a_draft_with_waiting_rows(played: tuple[Path, str]) -> None:
    folder, printed = played
    assert document(folder, "run", "2025-H2")["status"] == "draft"
    (waits,) = document(folder, "waiting")
    assert (waits["identifier"], waits["rows"], waits["units"]) == ("9780000024695", 2, 4)
    assert "waiting: 9780000024695 (2 rows) is unknown" in printed


def test_demo_books_verify(played: tuple[Path, str]) -> None:
    folder, _ = played
    assert document(folder, "verify")["holds"] is True


def test_demo_leaves_three_orders_waiting_or_paid(played: tuple[Path, str]) -> None:
    folder, printed = played
    still_open = sorted(each["order"] for each in document(folder, "orders"))
    paid, waits, proofed = (
        document(folder, "order", number) for number in ("O-2025-0001", *still_open)
    )
    assert [each["state"] for each in (paid, waits, proofed)] == ["paid", "quoted", "proof-sent"]
    assert all(each["order"] in printed for each in (paid, waits, proofed))
    assert paid["order"] == "O-2025-0001"
    assert waits["next"] == "The organization: accept or decline the quote."
    assert proofed["next"].startswith("The organization: look at the proof")
    (billed,) = paid["invoices"]
    (received,) = paid["receipts"]
    assert received["amount"] == billed["total"]
    assert {each["at"][:4] for each in paid["history"]} == {"2025"}


def test_demo_order_earns_royalties_in_the_second_half(played: tuple[Path, str]) -> None:
    folder, _ = played
    sales = [each for each in document(folder, "sales") if each["retailer"] == "custom-editions"]
    assert sum(each["units"] for each in sales) == 400
    assert {each["period"] for each in sales} == {"2025-H2"}
    (contract,) = document(folder, "run", "2025-H2")["contracts"]
    earned = [line for line in contract["lines"] if line["retailer"] == "custom-editions"]
    assert sum(line["units"] for line in earned) == 400
    assert [line["earned"] for line in earned] == ["928.00"]


def test_demo_statements_open_and_agree_with_their_json(played: tuple[Path, str]) -> None:
    folder = played[0] / "instance" / "statements" / "2025-H1"
    workbooks, twins = files(folder, ".xlsx"), files(folder, ".json")
    page = (ROOT / "docs" / "statements.md").read_text(encoding="utf-8")
    assert len(twins) == len(PAYEES)
    assert len(workbooks) == len(PAYEES) + 1
    for twin in twins:
        said = json.loads(twin.read_text(encoding="utf-8"))
        book = load_workbook(twin.with_suffix(".xlsx"), data_only=True)
        shown = {cell for row in book["Statement"].iter_rows(values_only=True) for cell in row}
        assert said["number"] in shown
        assert said["outcome"] in shown
        assert float(said["to_pay"]) in shown
        assert [name for name in book.sheetnames if f"| **{name}** |" not in page] == []


def test_demo_draft_statements_are_marked(played: tuple[Path, str]) -> None:
    folder = played[0] / "instance" / "statements" / "2025-H2"
    workbooks, twins = files(folder, ".xlsx"), files(folder, ".json")
    assert len(twins) == len(PAYEES)
    assert all("draft" in path.name.lower() for path in (*workbooks, *twins))
    assert {json.loads(twin.read_text(encoding="utf-8"))["number"] for twin in twins} == {None}
    for path in workbooks:
        load_workbook(path)


@pytest.mark.thorough("further runs of commands")
def test_running_demo_again_changes_nothing(played: tuple[Path, str]) -> None:
    folder, printed = played
    home = folder / "instance"
    before = fingerprints(home)
    imports, sales = document(folder, "imports"), document(folder, "sales")
    again, _ = demo(folder)
    assert again.count("nothing new") == REPORTS + 1
    summary = printed.index("\nperiod ")
    assert again[again.index("\nperiod ") :] == printed[summary:]
    assert fingerprints(home) == before
    assert document(folder, "imports") == imports
    assert document(folder, "sales") == sales


@pytest.mark.thorough("further runs of commands")
def test_demo_json_output_is_one_document(played: tuple[Path, str]) -> None:
    folder, _ = played
    found = json.loads(demo(folder, "--json")[0])
    assert found["verify"]["holds"] is True
    assert [part["status"] for part in found["periods"]] == ["closed", "draft"]
    assert [part["statements"] for part in found["periods"]] == [len(PAYEES)] * 2
    assert len(found["reports"]) == REPORTS
    assert {each["outcome"] for each in found["reports"]} == {"nothing-new"}
    assert all(each["rows"] for each in found["reports"])


@pytest.mark.thorough("on the other engine")
def test_demo_gives_the_same_on_postgresql(
    played: tuple[Path, str], tmp_path: Path, postgresql_url: str
) -> None:
    folder, _ = played
    found = json.loads(demo(tmp_path, "--json", url=postgresql_url)[0])
    for part in found["periods"]:
        assert part["run"] == document(folder, "run", part["period"])
    drafts = Path("instance") / "statements" / "2025-H2"
    for path in files(tmp_path / drafts, ".xlsx"):
        if path.name.startswith("DRAFT"):
            assert path.read_bytes() == (folder / drafts / path.name).read_bytes()


@pytest.mark.thorough("further runs of commands")
def test_demo_refuses_books_of_others(tmp_path: Path) -> None:
    document(tmp_path, "init")
    document(tmp_path, "load", str(EXAMPLES / "worked" / "setup.json"))
    _, refusal = demo(tmp_path, code=1)
    assert "holds the books of Worked Example, which the demo leaves alone" in refusal
    assert document(tmp_path, "imports") == []


def test_demo_without_examples_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "EXAMPLES", tmp_path / "nowhere")
    runner = CliRunner(env={"ROYALTIES_HOME": str(tmp_path), "ROYALTIES_DATABASE_URL": ""})
    result = runner.invoke(main, ["demo"])
    assert result.exit_code == 1
    assert "run the demo from a checkout of the project" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_worked_example_matches_the_documentation(tmp_path: Path) -> None:
    """The figures of docs/calculation.md."""
    folder = EXAMPLES / "worked"
    document(tmp_path, "init")
    document(tmp_path, "load", str(folder / "setup.json"))
    document(tmp_path, "import", str(folder / "sales-2025-H1.csv"))
    first = document(tmp_path, "close", "2025-H1", "--yes")
    (account,) = first["contracts"]
    lines = [line["earned"] for line in account["lines"]]
    assert lines == ["406.25", "710.94", "-31.25", "-54.69", "14.27", "180.00", "900.00"]
    assert [line["portion"] for line in account["lines"]][:4] == ["5/12", "7/12", "5/12", "7/12"]
    assert account["earned"] == "2125.52"
    assert account["withheld"] == "209.10"
    assert account["available"] == "1916.42"
    assert account["recouped"] == "650.00"
    assert account["payable"] == "1266.42"
    given = [(each["step"], each["amount"]) for each in account["allocations"]]
    assert given == [
        (1, "300.00"),
        (2, "104.34"),
        (3, "11.50"),
        (4, "283.53"),
        (4, "283.53"),
        (4, "283.52"),
    ]
    settled = [(each["due"], each["to_pay"]) for each in first["beneficiaries"]]
    assert settled == [("583.53", "583.53"), ("387.87", "0.00"), ("295.02", "295.02")]
    document(tmp_path, "import", str(folder / "sales-2025-H2.csv"))
    (account,) = document(tmp_path, "run", "2025-H2")["contracts"]
    assert {line["portion"] for line in account["lines"]} == {"3/10", "7/10"}
    assert account["earned"] == "-881.25"
    assert account["released"] == "209.10"
    assert account["carried_forward"] == "-672.15"
