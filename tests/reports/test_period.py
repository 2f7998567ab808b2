"""The period's workbook: its control sheet first, then all there is to know."""

from dataclasses import replace

from reports import period
from royalties.domain.royalties.statements import Check
from tests.reports import samples
from tests.reports.reading import formulas_in, opened, row_with, rows_of, sheet_of, texts_of

SHEETS = [
    "Control",
    "Contracts",
    "Beneficiaries",
    "Allocations",
    "Earned lines",
    "Imports",
    "Exceptions",
    "Waiting",
]


def test_sheets_are_in_order() -> None:
    workbook = period.workbook(samples.period_report())
    assert opened(workbook).sheetnames == SHEETS
    assert not formulas_in(workbook)


def test_a_draft_says_so_on_paper() -> None:
    for status, marked in (("draft", "DRAFT – NOT CLOSED"), ("closed", None)):
        workbook = opened(period.workbook(samples.period_report(status=status)))
        assert {sheet.oddHeader.right.text for sheet in workbook.worksheets} == {marked}


def test_all_checks_are_zero() -> None:
    sheet = sheet_of(period.workbook(samples.period_report()), "Control")
    assert "All checks are zero" in texts_of(sheet)
    assert row_with(sheet, "Earned lines and contracts' earned")[1:] == [
        "USD",
        9720.68,
        9720.68,
        0,
        "in order",
    ]
    assert row_with(sheet, "Net copies: imports and earned lines")[1:5] == ["copies", 2029, 2029, 0]


def test_failed_check_is_named_and_marked() -> None:
    checks = (Check("Ledger", "KWD", 1500, 1001), Check("Copies", "", 5, 5))
    sheet = sheet_of(period.workbook(samples.period_report(checks=checks)), "Control")
    assert "1 of 2 checks are not zero: Ledger" in texts_of(sheet)
    assert row_with(sheet, "Ledger")[1:] == ["KWD", 1.5, 1.001, 0.499, "differs"]
    fills = {row[0].value: row[4].fill.fgColor.rgb for row in sheet.iter_rows()}
    assert fills["Ledger"] != fills["Copies"]


def test_missing_checks_are_not_reported_as_passed() -> None:
    sheet = sheet_of(period.workbook(samples.period_report(checks=())), "Control")
    assert "No checks were made" in texts_of(sheet)


def test_sums_are_by_currency() -> None:
    workbook = period.workbook(samples.period_report())
    sheet = sheet_of(workbook, "Beneficiaries")
    totals = [row for row in rows_of(sheet) if row[0] == "Total"]
    assert totals[0][2:] == ["JPY", 0, 88123, 88123, 0, 0, 0, 88123]
    assert totals[1][2:] == ["USD", 12.4, 6732.98, 6745.38, 6745.38, 782.37, 5963.01, 0]
    sheet = sheet_of(workbook, "Contracts")
    assert row_with(sheet, "Total")[2:4] == ["JPY", 88123]


def test_allocations_and_lines_are_listed() -> None:
    workbook = period.workbook(samples.period_report())
    assert row_with(sheet_of(workbook, "Allocations"), "shima-2022")[1:] == [
        1,
        "haven",
        "JPY",
        88123,
    ]
    lines = sheet_of(workbook, "Earned lines")
    assert row_with(lines, "8", 3)[11:] == ["GBP", 3588, 1, 1.2712, 0.075, 342.08, "USD"]
    assert row_with(lines, "Total")[-2:] == [9762.68, "USD"]


def test_imports_show_net_receipts_by_currency() -> None:
    sheet = sheet_of(period.workbook(samples.period_report()), "Imports")
    heading = row_with(sheet, "Batch")
    assert heading[-2:] == ["Net receipts GBP", "Net receipts USD"]
    assert row_with(sheet, "amazon-2025-h1.xlsx", 1)[-3:] == [40, 1794.0025, 24123.3]
    assert row_with(sheet, "elliott-bay.csv", 1)[-2:] == [None, 1520]
    assert row_with(sheet, "Total", 1)[-2:] == [1794.0025, 25643.3]


def test_exceptions_and_waiting_rows_are_listed() -> None:
    workbook = period.workbook(samples.period_report())
    assert row_with(sheet_of(workbook, "Exceptions"), "bridges-2021")[-1] == "no rule matches"
    assert row_with(sheet_of(workbook, "Waiting"), "9780131103627")[1:] == [1, 2, 5]


def test_tables_can_be_filtered_without_their_sums() -> None:
    workbook = opened(period.workbook(samples.period_report()))
    assert workbook["Contracts"].auto_filter.ref == "A4:M7"
    assert workbook["Earned lines"].auto_filter.ref == "A4:R15"


def test_an_empty_period_says_none() -> None:
    report = samples.period_report(
        contracts=(),
        settlements=(),
        allocations=(),
        lines=(),
        batches=(),
        exceptions=(),
        waiting=(),
    )
    workbook = opened(period.workbook(report))
    for name in SHEETS[1:]:
        assert "None." in texts_of(workbook[name])


def test_hostile_text_stays_text() -> None:
    report = samples.period_report()
    evil = "=cmd|' /C calc'!A0\x00" + "x" * 500
    changed = replace(
        report,
        contracts=tuple(replace(one, contract=evil, author=evil) for one in report.contracts),
        exceptions=tuple(replace(one, reason=evil, isbn=evil) for one in report.exceptions),
        batches=tuple(replace(one, file=evil) for one in report.batches),
        checks=(Check(evil, "", 1, 2),) * 40,
    )
    workbook = period.workbook(changed)
    assert not formulas_in(workbook)
    assert row_with(sheet_of(workbook, "Exceptions"), "bridges-2021")[1] == evil.replace("\x00", "")
