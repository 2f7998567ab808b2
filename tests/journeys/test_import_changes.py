"""A report is mended at the command line: cells read as something else, rows left out."""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.builders.books import SALES_COLUMNS, Office, a_row, after, opened
from tests.builders.commands import Run, command_line

UNITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[list(SALES_COLUMNS).index("units")]

pytestmark = pytest.mark.engines("either")


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books."""
    return command_line(office)


def faulty(office: Office) -> Path:
    return office.report([a_row(3), {**a_row(2), "units": "six"}, {**a_row(4), "isbn": "978"}])


@after(opened)
def test_cells_are_changed_and_rows_left_out(run: Run, office: Office) -> None:
    path = faulty(office)
    run("import", path, code=1)
    mend = ("--change", f"{UNITS}3= 6 ", "--leave-out", "4=a tote bag")
    tried = run("import", path, *mend, "--dry-run").stdout
    assert "changed: row 3" in tried
    assert office.rows("SELECT count(*) FROM batch") == [(0,)]
    before = path.read_bytes()
    done = json.loads(run("import", path, *mend, "--json").stdout)
    assert done["outcome"] == "recorded"
    assert (done["rows"], done["recordable"], done["units"]["sold"]) == (3, 2, 9)
    assert [(each["reason"], each["rows"]) for each in done["skipped"]] == [
        ("left out: a tote bag", 1)
    ]
    assert path.read_bytes() == before
    [told] = json.loads(run("imports", "--json").stdout)
    assert [(each["row"], each.get("to")) for each in told["changes"]] == [(3, "6"), (4, None)]
    assert "recorded, 2 changes" in run("imports").stdout
    again = json.loads(run("import", path, "--json").stdout)
    assert (again["outcome"], again["same_as"]) == ("nothing-new", done["batch"])
    assert office.faults() == {}


@after(opened)
def test_a_cell_of_a_workbook_is_named_with_its_sheet(run: Run, office: Office) -> None:
    path = office.outside / "two words.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "May 2025!"
    sheet.append(list(SALES_COLUMNS))
    for made in (a_row(3), {**a_row(2), "units": "x"}):
        sheet.append([made.get(name) for name in SALES_COLUMNS])
    book.save(path)
    cell = f"{UNITS}3"
    run("import", path, "--change", f"{cell}=4", code=1)
    done = json.loads(
        run("import", path, "--change", f"May 2025!!{cell.lower()}=4", "--json").stdout
    )
    assert (done["outcome"], done["units"]["sold"]) == ("recorded", 7)
    assert office.faults() == {}


@after(opened)
def test_a_change_that_fits_nothing_is_refused(run: Run, office: Office) -> None:
    path = faulty(office)
    before = office.hashes()
    for change in (("--change", "Sheet1!C3=4"), ("--leave-out", "99=a tote bag")):
        refused = run("import", path, *change, code=1)
        assert "problem:" in refused.stdout, change
    still = run("import", path, "--change", f"{UNITS}3=many", code=1).stdout
    assert "'many' is not a whole number" in still
    assert office.hashes() == before


@after(opened)
def test_malformed_change_is_a_usage_error(run: Run, office: Office) -> None:
    path = faulty(office)
    for option, value, told in (
        ("--change", "3=4", "is no cell"),
        ("--change", "C3", "write it as CELL=VALUE"),
        ("--change", f"C3={'6' * 501}", "at most"),
        ("--leave-out", "4=", "write ROW=REASON"),
        ("--leave-out", "C4=a tote bag", "write ROW=REASON"),
        ("--leave-out", "\u0664=a tote bag", "write ROW=REASON"),
        ("--leave-out", f"4={'x' * 501}", "at most"),
    ):
        assert told in run("import", path, option, value, code=2).stderr, value
    two = run("import", path, path, "--leave-out", "4=a tote bag", code=2).stderr
    assert "are for one file" in two
    assert office.rows("SELECT count(*) FROM batch") == [(0,)]
