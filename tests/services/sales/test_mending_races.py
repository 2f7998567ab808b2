"""Two clerks mend one upload at the same moment: nothing of either is lost, the second is told."""

from typing import Any

import pytest

from royalties.domain.people import Actor, Role
from royalties.domain.sales.changes import CellChange, Change, RowLeftOut
from royalties.services.sales import mending, uploads
from royalties.services.sales.uploads import Upload
from tests.builders.books import Office, a_row, after, spring
from tests.builders.sent import as_file, found, send
from tests.services.racing import Outcome, Racers, tasks

CLEO = Actor("Cleo", Role.CLERK)
FAULTY = as_file([a_row(3), {**a_row(2), "units": "six"}, {**a_row(4), "units": "ten"}])
UNITS = FAULTY.decode().partition("\n")[0].split(",").index("units")


def mend(office: Office, number: int, change: Change, by: str) -> str:
    with office.system.work(Actor(by, Role.CLERK)) as work:
        mending.mend(work, number, [change])
    return by


def check(office: Office, number: int) -> None:
    with office.system.work(CLEO, read_only=True) as work:
        seen = uploads.examine(work, number)
    with office.system.work(CLEO) as work:
        uploads.save_result(work, number, seen)


def record(office: Office, number: int) -> str:
    upload = found(office, number)
    assert upload.document is not None
    seen = [each["message"] for each in upload.document["warnings"]]
    with office.system.work(CLEO) as work:
        return str(uploads.record(work, number, seen).outcome)


def row(number: int, was: str, now: str) -> CellChange:
    return CellChange("", number, UNITS, was, now)


def texts(upload: Upload) -> dict[int, str]:
    return {each.row: each.now for each in upload.changes if isinstance(each, CellChange)}


def raced(office: Office, racers: Racers, *what: tuple[Any, ...]) -> list[Outcome]:
    outcomes = racers.race(*tasks(office, *what, pause="upload"))
    assert all(each.done or each.told for each in outcomes), outcomes
    return outcomes


@after(spring)
@pytest.mark.parametrize("trial", range(2))
def test_second_of_two_edits_of_a_cell_is_reported(
    office: Office, racers: Racers, trial: int
) -> None:
    number = send(office, CLEO, FAULTY).id
    outcomes = raced(
        office,
        racers,
        (mend, number, row(3, "six", "6"), "Cleo"),
        (mend, number, row(3, "six", "16"), "Cora"),
    )
    [winner] = [each.value for each in outcomes if each.done]
    assert texts(found(office, number)) == {3: "6" if winner == "Cleo" else "16"}
    [told] = [each.error for each in outcomes if not each.done]
    assert "somebody changed" in told or f"{winner} changed" in told


@after(spring)
@pytest.mark.parametrize("trial", range(2))
def test_concurrent_changes_of_two_rows_lose_nothing(
    office: Office, racers: Racers, trial: int
) -> None:
    number = send(office, CLEO, FAULTY).id
    left: Change = RowLeftOut("", 4, "a tote bag")
    calls = {"Cleo": row(3, "six", "6"), "Cora": left}
    outcomes = raced(office, racers, *((mend, number, made, by) for by, made in calls.items()))
    assert len(found(office, number).changes) == sum(each.done for each in outcomes) > 0
    check(office, number)
    for by in calls.keys() - {each.value for each in outcomes}:
        mend(office, number, calls[by], by)
        check(office, number)
    assert {each.by for each in found(office, number).changes} == {"Cleo", "Cora"}
    assert record(office, number) == "recorded"
    assert office.rows("SELECT sum(units) FROM sale WHERE batch_id = (SELECT max(id) FROM batch)") == [
        (9,)
    ]  # fmt: skip
    assert office.faults() == {}


@after(spring)
@pytest.mark.parametrize("trial", range(2))
def test_check_does_not_cover_later_changes(office: Office, racers: Racers, trial: int) -> None:
    number = send(office, CLEO, FAULTY).id
    mend(office, number, row(3, "six", "6"), "Cleo")
    check(office, number)
    raced(office, racers, (check, number), (mend, number, row(4, "ten", "10"), "Cora"))
    upload = found(office, number)
    assert texts(upload) == {3: "6", 4: "10"}
    if upload.document is not None:
        assert {each["row"] for each in upload.document["changes"]} == {3, 4}
        assert not upload.document["problems"]


@after(spring)
@pytest.mark.parametrize("trial", range(2))
def test_recording_and_mending_an_upload_exclude_each_other(
    office: Office, racers: Racers, trial: int
) -> None:
    number = send(office, CLEO, as_file([a_row(3), {**a_row(2), "units": "six"}])).id
    mend(office, number, row(3, "six", "6"), "Cleo")
    check(office, number)
    again: Change = RowLeftOut("", 3, "typed by mistake")
    recorded, mended = raced(office, racers, (record, number), (mend, number, again, "Cora"))
    if recorded.done:
        assert not mended.done
        assert office.rows("SELECT sum(units) FROM sale WHERE batch_id = (SELECT max(id) FROM batch)") == [
            (9,)
        ]  # fmt: skip
    else:
        assert mended.done
        assert found(office, number).changes
    assert office.faults() == {}
