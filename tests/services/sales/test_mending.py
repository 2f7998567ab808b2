"""A report mended where it was refused: what is changed counts, is told, and can be taken back."""

import json
from typing import Any

import pytest
from openpyxl import load_workbook

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.domain.sales.changes import (
    LONGEST_CELL,
    MOST_CHANGES,
    CellChange,
    Change,
    RowLeftOut,
    key_of,
    of_values,
)
from royalties.services.sales import mending, uploads
from royalties.services.sales.importing import ImportResult
from royalties.services.sales.mending import OutdatedError
from royalties.services.sales.uploads import Upload
from royalties.services.work import RefusedError
from tests.builders.books import HARDCOVER, UNKNOWN, Office, a_row, after, spring
from tests.builders.sent import as_file, found, send

pytestmark = pytest.mark.engines("either")

CLEO, CORA = Actor("Cleo", Role.CLERK), Actor("Cora", Role.CLERK)
WAITS = {"isbn": UNKNOWN, "list_price": None, "discount": None, "net": "10.00"}
FAULTY = as_file([a_row(3), {**a_row(2), "units": "six"}, a_row(2, isbn="978"), a_row(4, **WAITS)])
"""Row 3 has no number of units, row 4 no ISBN, and row 5 waits."""


def mended(office: Office, number: int, *changes: Change, by: Actor = CLEO) -> Upload:
    """Change an upload and check it again."""
    with office.system.work(by) as work:
        mending.mend(work, number, changes)
    return checked(office, number, by)


def checked(office: Office, number: int, by: Actor = CLEO) -> Upload:
    with office.system.work(by, read_only=True) as work:
        seen = uploads.examine(work, number)
    with office.system.work(by) as work:
        uploads.save_result(work, number, seen)
    return found(office, number)


def record(office: Office, number: int) -> ImportResult:
    seen = [each["message"] for each in document(found(office, number))["warnings"]]
    with office.system.work(CLEO) as work:
        return uploads.record(work, number, seen)


def document(upload: Upload) -> dict[str, Any]:
    assert upload.document is not None
    return dict(upload.document)


def problems(upload: Upload) -> list[tuple[int, str, str]]:
    return [(each["row"], each["cell"], each["value"]) for each in document(upload)["problems"]]


def place_of(cell: str) -> int:
    return ord(cell[0]) - ord("A")


def over(upload: Upload, row: int, now: str) -> CellChange:
    """What is wrong in a row, typed over."""
    problem = next(each for each in document(upload)["problems"] if each["row"] == row)
    return CellChange(problem["sheet"], row, place_of(problem["cell"]), problem["value"], now)


def adds_up(shown: dict[str, Any]) -> bool:
    """recorded + skipped + waiting + problems = rows."""
    refused = {(each["sheet"], each["row"]) for each in shown["problems"]}
    parts = sum(each["rows"] for part in ("skipped", "waiting") for each in shown[part])
    return bool(shown["rows"] == shown["recordable"] + parts + len(refused))


@after(spring)
def test_mended_report_is_recorded_with_its_changes(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    assert adds_up(document(upload))
    (row, _, value), (other, _, _) = problems(upload)
    assert (row, value, other) == (3, "six", 4)
    changes = (over(upload, 3, " 6 "), RowLeftOut("", 4, "a tote bag"))
    upload = mended(office, upload.id, *changes)
    shown = document(upload)
    assert shown["outcome"] in {"recorded", "confirm"}
    assert adds_up(shown)
    assert [each["reason"] for each in shown["skipped"]] == ["left out: a tote bag"]
    assert shown["rows"] == 4
    assert shown["units"]["sold"] == 9
    assert shown["sha256"] == upload.sha256
    done = record(office, upload.id)
    assert done.outcome == "recorded"
    [(kept,)] = office.rows("SELECT changes FROM batch WHERE id = (SELECT max(id) FROM batch)")
    told = [
        (each["row"], each.get("from"), each.get("to"), each["by"]) for each in json.loads(kept)
    ]
    assert told == [(3, "six", "6", "Cleo"), (4, None, None, "Cleo")]
    [(log,)] = office.rows(
        "SELECT payload FROM log WHERE action = 'import' ORDER BY seq DESC LIMIT 1"
    )
    assert json.loads(bytes(log))["changes"] == 2
    assert office.faults() == {}


@after(spring)
def test_same_bytes_are_the_same_file_after_mending(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    mended(office, upload.id, over(upload, 3, "6"), RowLeftOut("", 4, "a tote bag"))
    assert record(office, upload.id).outcome == "recorded"
    again = send(office, CORA, FAULTY)
    assert document(again)["outcome"] == "nothing-new"


@after(spring)
def test_undo_keeps_changes_with_the_upload(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    mended(office, upload.id, over(upload, 3, "6"), RowLeftOut("", 4, "a tote bag"))
    batch = record(office, upload.id).document["batch"]
    with office.system.work(CLEO) as work:
        uploads.sweep(work)
    assert office.undo(batch).upload == upload.id
    again = found(office, upload.id)
    assert again.is_open
    assert len(again.changes) == 2
    checked(office, upload.id)
    assert record(office, upload.id).outcome == "recorded"
    assert office.faults() == {}


@after(spring)
def test_changes_are_taken_back_one_by_one(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    first = problems(upload)
    upload = mended(office, upload.id, over(upload, 3, "6"), RowLeftOut("", 4, "a tote bag"))
    for change in upload.changes:
        with office.system.work(CLEO) as work:
            mending.take_back(work, upload.id, key_of(change))
    upload = checked(office, upload.id)
    assert (upload.changes, problems(upload)) == ((), first)
    with office.system.work(CLEO) as work, pytest.raises(OutdatedError, match="taken back"):
        mending.take_back(work, upload.id, "nothing")


@after(spring)
def test_typing_the_original_value_is_no_change(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    upload = mended(office, upload.id, over(upload, 3, "sixteen"))
    assert [(each.was, each.now) for each in upload.changes if isinstance(each, CellChange)] == [
        ("six", "sixteen")
    ]
    upload = mended(office, upload.id, over(upload, 3, "six"))
    assert upload.changes == ()


@after(spring)
def test_second_clerk_learns_who_changed_the_cell_first(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    theirs, theirs_too = over(upload, 3, "7"), over(upload, 4, HARDCOVER)
    mended(office, upload.id, over(upload, 3, "6"))
    with (
        office.system.work(CORA) as work,
        pytest.raises(OutdatedError, match=r"Cleo changed.*'6'.*you typed '7'"),
    ):
        mending.mend(work, upload.id, [theirs])
    with office.system.work(CLEO) as work:
        mending.mend(work, upload.id, [RowLeftOut("", 4, "a tote bag")])
    with (
        office.system.work(CORA) as work,
        pytest.raises(OutdatedError, match="until it is checked"),
    ):
        mending.mend(work, upload.id, [theirs_too])
    upload = checked(office, upload.id)
    with (
        office.system.work(CORA) as work,
        pytest.raises(OutdatedError, match="Cleo left row 4 out"),
    ):
        mending.mend(work, upload.id, [theirs_too])
    assert len(found(office, upload.id).changes) == 2


@after(spring)
def test_invalid_changes_are_refused(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    wrong: list[tuple[Change, str]] = [
        (RowLeftOut("", 4, "  "), "say why row 4"),
        (RowLeftOut("", 2, "no reason"), "row 2 is not as it was shown"),
        (CellChange("", 3, place_of(problems(upload)[0][1]), "six", "6" * (LONGEST_CELL + 1)), "at most"),
        (CellChange("", 3, 25, "six", "6"), "not as it was shown"),
        (CellChange("Sheet1", 3, 4, "six", "6"), "not as it was shown"),
    ]  # fmt: skip
    for change, told in wrong:
        with office.system.work(CLEO) as work, pytest.raises(RefusedError, match=told):
            mending.mend(work, upload.id, [change])
    stranger = Actor("Sam", Role.NONPROFIT)
    with office.system.work(stranger) as work, pytest.raises(NotAllowedError):
        mending.mend(work, upload.id, [RowLeftOut("", 4, "a tote bag")])
    with office.system.work(stranger) as work, pytest.raises(NotAllowedError):
        mending.take_back(work, upload.id, "x")
    assert found(office, upload.id).changes == ()


@after(spring)
def test_too_many_changes_are_referred_to_the_workbook(office: Office) -> None:
    rows = [
        {**a_row(2), "units": "six", "reference": str(each)} for each in range(MOST_CHANGES + 5)
    ]
    upload = send(office, CLEO, as_file(rows))
    refused = document(upload)["refused_rows"]
    assert len(refused) == MOST_CHANGES
    upload = mended(office, upload.id, *[RowLeftOut("", each["row"], "x") for each in refused])
    assert len(upload.changes) == MOST_CHANGES
    more = [RowLeftOut("", each["row"], "x") for each in document(upload)["refused_rows"]]
    with office.system.work(CLEO) as work, pytest.raises(RefusedError, match="spreadsheet program"):
        mending.mend(work, upload.id, more)


@after(spring)
def test_unmatched_rows_can_be_left_out(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    [waits] = document(upload)["waiting"]
    assert (waits["isbn"], waits["net"], waits["at"]) == (
        UNKNOWN,
        {"USD": "10.00"},
        [{"sheet": "", "row": 5}],
    )
    upload = mended(office, upload.id, RowLeftOut("", 5, "not our book"))
    shown = document(upload)
    assert shown["waiting"] == []
    assert shown["skipped"] == [
        {"rows": 1, "reason": "left out: not our book", "net": {"USD": "10.00"}}
    ]
    assert adds_up(shown)


@after(spring)
def test_change_that_finds_another_cell_is_a_problem(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    mended(office, upload.id, over(upload, 3, "6"))
    [(kept,)] = office.rows(f"SELECT changes FROM upload WHERE id = {upload.id}")
    changed = of_values(json.loads(kept.replace('"six"', '"seven"')))
    with office.work() as work:
        uploads.changed(work, upload.id, {"changes": changed})
    shown = document(checked(office, upload.id))
    unfit = [each for each in shown["problems"] if each["code"] == "change-unfit"]
    assert [(each["row"], each["value"], each["remedy"]) for each in unfit] == [
        (3, "six", "take the change back")
    ]


@after(spring)
def test_returned_workbook_has_the_changes(office: Office) -> None:
    upload = send(office, CLEO, FAULTY)
    upload = mended(office, upload.id, over(upload, 3, "6"))
    book = load_workbook(document(upload)["returned"])
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert "6" in rows[2]
    assert "six" not in rows[2]
    told = [[cell.value for cell in row] for row in book["Changes"].iter_rows()]
    assert told[1][1:4] == [3, "units 'six' → '6'", "Cleo"]
