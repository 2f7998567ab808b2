"""``royalties openings`` and ``royalties parallel``: moving in, by tables that are filled in."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.builders.books import Office, after, opened, spring
from tests.builders.commands import Run, command_line, shown

Rows = list[dict[str, str]]


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books."""
    return command_line(office)


def rows_of(path: Path) -> Rows:
    """A template as CSV, by column."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def filled(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


# What is brought in


@after(opened)
def test_openings_are_filled_in_loaded_amended_and_taken_away(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "openings.csv"
    assert "fill it in, then: royalties openings" in run("openings", "--template", table).stdout
    rows = rows_of(table)
    balances = [each for each in rows if each["what"] == "balance"]
    assert {each["of"] for each in balances} >= {"seattle", "houston", "tacoma"}
    (tacoma,) = [each for each in balances if (each["of"], each["amount"]) == ("tacoma", "7.77")]
    seattle = next(
        each for each in balances if (each["of"], each["currency"]) == ("seattle", "USD")
    )
    assert seattle["amount"] == ""
    seattle["amount"] = "12.34"
    assert "1 entry amended" in run("openings", filled(table, rows)).stdout
    brought = {(each["what"], each["of"]): each for each in shown(run("openings", "--json"))}
    assert brought["balance", "seattle"]["amount"] == "12.34"
    assert not brought["balance", "seattle"]["carried"]
    assert "balance: USD 20.11" in run("openings").stdout
    assert shown(run("openings", table, "--json")) == {"outcome": "nothing-new", "amended": {}}

    seattle["amount"], tacoma["amount"] = "0", ""
    assert shown(run("openings", filled(table, rows), "--json"))["amended"]
    left = {(each["what"], each["of"]): each for each in shown(run("openings", "--json"))}
    assert ("balance", "seattle") not in left, "0 takes it away"
    assert left["balance", "tacoma"]["amount"] == "7.77", "what is blank stays"


@after(opened)
def test_openings_as_a_workbook_come_back_as_they_went(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "openings.xlsx"
    run("openings", "--template", book)
    assert "nothing new" in run("openings", book).stdout


@after(opened)
def test_openings_with_a_fault_are_refused_as_a_whole(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "openings.csv"
    run("openings", "--template", table)
    rows = rows_of(table)
    seattle, houston = (
        next(each for each in rows if (each["what"], each["of"]) == ("balance", key))
        for key in ("seattle", "houston")
    )
    seattle["amount"], houston["amount"] = "12.34", "a lot"
    refused = run("openings", filled(table, rows), code=1)
    assert "a lot" in refused.stderr
    assert [each["of"] for each in shown(run("openings", "--json"))].count("seattle") == 0
    assert "was filled in" in run("openings", table, "--template", table, code=2).stderr


@after(spring)
def test_openings_that_a_close_carries_stay(run: Run, office: Office, tmp_path: Path) -> None:
    office.close("2025-H1")
    assert {each["carried"] for each in shown(run("openings", "--json"))} == {True}
    table = tmp_path / "openings.csv"
    run("openings", "--template", table)
    rows = rows_of(table)
    next(each for each in rows if each["amount"] == "7.77")["amount"] = "8.88"
    run("openings", filled(table, rows), code=1)
    assert office.faults() == {}


# The old statement beside the draft


def old_totals(office: Office, table: Path, planted: str) -> Rows:
    """The template as somebody fills it in from the old statement, in which one cent is other."""
    drafted = office.run("2025-H1")
    amounts: dict[tuple[str, ...], Decimal] = {}
    for contract in drafted["contracts"]:
        for line in contract["lines"]:
            key = ("earned", contract["key"], line["rule"], line["isbn"] or "")
            amounts[key] = amounts.get(key, Decimal(0)) + Decimal(line["earned"])
        for what in ("withheld", "released", "recouped", "payable"):
            amounts[what, contract["key"], "", ""] = Decimal(contract[what])
    rows = rows_of(table)
    for row in rows:
        amount = amounts.get((row["what"], row["of"], row["rule"], row["edition"]))
        row["amount"] = "" if amount is None else str(amount)
    first = next(each for each in rows if each["what"] == "earned" and each["amount"])
    first["amount"] = str(Decimal(first["amount"]) + Decimal(planted))
    return rows


@after(spring)
def test_a_planted_cent_is_found_explained_and_signed_off(
    run: Run, office: Office, tmp_path: Path
) -> None:
    period, table = "2025-H1", tmp_path / "old.csv"
    assert f"No parallel run of {period}" in run("parallel", period).stdout
    assert f"written: {table}" in run("parallel", period, "--template", table).stdout
    rows = old_totals(office, table, "0.01")
    said = run("parallel", period, filled(table, rows)).stdout
    assert f"{period}: open" in said
    assert "rounding" in said
    told = shown(run("parallel", period, "--json"))
    (difference,) = told["differences"]
    assert (difference["by"].lstrip("-"), difference["cause"]) == ("0.01", "rounding")
    assert told["equal"] > 1

    assert "1 difference is not explained yet" in run("parallel", period, "--sign", code=1).stderr
    assert "is not signed off" in run("close", period, "--yes", code=1).stderr
    token = difference["difference"]
    assert "say" in run("parallel", period, "--explain", token, " ", code=1).stderr.lower()
    run("parallel", period, "--explain", token, "Excel rounded each title")
    run("parallel", period, "--sign")
    assert shown(run("parallel", period, "--json"))["status"] == "signed"
    book = tmp_path / "compared.xlsx"
    run("parallel", period, "--out", book)
    sheet = load_workbook(book).active
    assert sheet is not None
    cells = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "Excel rounded each title" in cells
    run("close", period, "--yes")
    assert office.faults() == {}


@after(spring)
def test_totals_are_sent_again_and_a_run_is_left_with_a_reason(
    run: Run, office: Office, tmp_path: Path
) -> None:
    period, table = "2025-H1", tmp_path / "old.csv"
    run("parallel", period, "--template", table)
    rows = old_totals(office, table, "5.00")
    (difference,) = shown(run("parallel", period, filled(table, rows), "--json"))["differences"]
    assert difference["cause"] != "rounding"
    rows = old_totals(office, table, "0")
    again = shown(run("parallel", period, filled(table, rows), "--json"))
    assert (again["status"], again["differences"]) == ("open", [])
    assert run("parallel", period, "--abandon", " ", code=1).stderr
    run("parallel", period, "--abandon", "The old file was a draft")
    assert shown(run("parallel", period, "--json"))["status"] == "abandoned"
    assert run("parallel", period, "--sign", code=1).stderr
    run("close", period, "--yes")


@after(spring)
def test_totals_with_faults_begin_nothing(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "old.csv"
    run("parallel", "2025-H1", "--template", table)
    rows = rows_of(table)
    rows[0]["amount"] = "a lot"
    assert "a lot" in run("parallel", "2025-H1", filled(table, rows), code=1).stderr
    assert shown(run("parallel", "2025-H1", "--json"))["status"] == ""
