"""Imports: what they tell, what they ask, and that they leave nothing behind when refused."""

from collections.abc import Callable

import pytest

from royalties.services.work import RefusedError
from tests.builders.books import (
    HARDCOVER,
    UNKNOWN,
    Document,
    Office,
    a_row,
    after,
    opened,
)


def refused(office: Office, do: Callable[[], object], *told: str) -> None:
    """It is refused with these words, and nothing of it is kept."""
    before = office.hashes()
    with pytest.raises(RefusedError) as found:
        do()
    for words in told:
        assert words in str(found.value)
    assert office.hashes() == before


# Corrections


def corrected(office: Office) -> None:
    """The first half is closed with a report of which a row waits; the report is corrected."""
    opened(office)
    office.bring_batch([a_row(8), a_row(-2), a_row(3, isbn=UNKNOWN)], "spring.csv")
    office.close("2025-H1")
    office.correct(1)


def again(office: Office) -> Document:
    """What comes of the corrected file, brought once more."""
    return office.bring_file(office.outside / "spring.csv").document


@after(corrected)
def test_a_corrected_file_may_be_imported_again(office: Office) -> None:
    document = again(office)
    assert document["outcome"] == "recorded"
    assert "period-covered" not in {each["code"] for each in document["warnings"]}
    assert office.rows(
        "SELECT sum(units), sum(net) FROM sale JOIN period ON id = period_id WHERE name = '2025-H2'"
    ) == [(0, 0)]
    assert office.rows("SELECT sum(units) FROM sale") == [(6,)]
    assert again(office)["same_as"] == document["batch"]
    released = office.alias(UNKNOWN, HARDCOVER)
    assert released.rows == {UNKNOWN: 1}, "the corrected import's own row waits no more"
    assert office.faults() == {}


@after(corrected)
def test_a_correction_stays_while_its_file_is_recorded_again(office: Office) -> None:
    number = again(office)["batch"]
    refused(office, lambda: office.undo(2), f"would count twice: undo {number} first")
    refused(office, lambda: office.undo(1), "royalties correct 1")
    refused(office, lambda: office.correct(1), "corrected by import 2 already")
    office.undo(number)
    office.undo(2)
    assert again(office)["same_as"] == 1
    assert office.faults() == {}


@after(corrected)
def test_a_file_may_be_corrected_as_often_as_it_is_wrong(office: Office) -> None:
    second = again(office)["batch"]
    office.close("2025-H2")
    fourth = office.correct(second).batch
    third = again(office)["batch"]
    refused(office, lambda: office.undo(fourth), f"undo {third} first")
    refused(office, lambda: office.undo(2), "to count import 1 again, import its report")
    assert office.faults() == {}


@after(corrected)
def test_a_correction_is_not_corrected(office: Office) -> None:
    refused(office, lambda: office.correct(2), "no closed run used import 2")
    office.close("2025-H2")
    refused(office, lambda: office.correct(2), "import 2 is a correction", "(spring.csv) once more")
    again(office)
    assert office.rows("SELECT sum(units) FROM sale") == [(6,)]
    assert office.faults() == {}


@after(corrected)
def test_an_import_knows_by_what_it_is_corrected(office: Office) -> None:
    rows = "SELECT id, status, corrects, corrected_by FROM batch ORDER BY id"
    assert office.rows(rows) == [(1, "recorded", None, 2), (2, "recorded", 1, None)]
    office.undo(2)
    assert office.rows(rows) == [(1, "recorded", None, None), (2, "undone", 1, None)]
    office.execute("UPDATE batch SET corrected_by = 2 WHERE id = 1")
    (failures,) = office.faults().values()
    assert failures == ("import 1 counts as corrected by 2, but none corrects it",)
