"""Broken and hostile files, each treated as its case says."""

import json
import re
from typing import Any

import pytest

from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import BAD, FILES, RIVER, TRADE, Read, read

CASES: dict[str, Any] = {
    case["id"]: case
    for case in json.loads((FILES / "bad_inputs.json").read_text(encoding="utf-8"))["cases"]
    if not case["big"]
}

ELSEWHERE = {
    "date-closed": "closed periods are the books' matter",
    "date-straddle": "periods are the books' matter",
}
OTHERWISE = {
    "num-3-decimals": "accept",  # half cents are kept, to six decimals
    "isbn-unknown": "wait",  # a good ISBN waits for its title
    "isbn-upc": "wait",  # and so does any other good number of an article
    "xls-legacy": "accept",  # real .xls is read
    "csv-no-header": "reject_file",  # the message says how to map the columns
    "csv-header-german": "reject_file",
}


def _of(outcome: str) -> list[str]:
    return [
        id_
        for id_, case in CASES.items()
        if OTHERWISE.get(id_, case["expected"]["outcome"]) == outcome and id_ not in ELSEWHERE
    ]


def _read(id_: str, **choices: str) -> Read:
    return read(BAD / CASES[id_]["file"], TRADE, [RIVER], **choices)


def _truth(found: Read) -> list[Any]:
    totals = found.reading.totals
    units = totals.sold - totals.returned + totals.free
    assert set(totals.net) == {"USD"}
    return [totals.lines, units, totals.net["USD"] / 10_000, "USD"]


def test_every_bad_input_has_a_test() -> None:
    outcomes = ("accept", "warn", "reject_rows", "reject_file", "ask", "wait")
    assert sum(len(_of(outcome)) for outcome in outcomes) + len(ELSEWHERE) == len(CASES)


@pytest.mark.parametrize("id_", _of("accept"))
def test_harmless_input_is_accepted_without_warning(id_: str) -> None:
    found = _read(id_)
    assert not found.reading.problems
    assert not found.reading.choices
    assert not found.reading.notices
    truth = CASES[id_]["truth"] or [3, 35, 33740.5 if id_ == "num-3-decimals" else 33740, "USD"]
    assert _truth(found) == truth


@pytest.mark.parametrize("id_", _of("warn"))
def test_suspicious_input_asks_for_confirmation(id_: str) -> None:
    found = _read(id_)
    assert not found.reading.problems
    assert not found.reading.choices
    assert len(found.reading.notices) == 1
    assert _truth(found) == CASES[id_]["truth"]


@pytest.mark.parametrize("id_", _of("reject_rows"))
def test_bad_rows_are_refused(id_: str) -> None:
    found = _read(id_)
    [problem] = found.reading.problems
    assert not found.reading.choices
    where = CASES[id_]["expected"]["where"]
    if named := re.fullmatch(r"row (\d+)(?:, column (.+))?", where):
        assert problem.row == int(named[1])
        assert named[2] in (None, problem.column)
    elif cell := re.search(r"cell ([A-H])(\d+)", where):
        columns = (
            "ISBN",
            "Title",
            "Channel",
            "Sale date",
            "Units",
            "Unit price",
            "Net amount",
            "Currency",
        )
        assert problem.sheet == "Sales"
        assert problem.row == int(cell[2])
        assert problem.column == columns[ord(cell[1]) - 65]
    assert problem.message
    assert problem.remedy
    assert len(problem.value) <= 200


@pytest.mark.parametrize("id_", _of("reject_file"))
def test_bad_file_is_refused(id_: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        _read(id_)
    assert refused.value.problem.message
    assert refused.value.problem.remedy


@pytest.mark.parametrize(
    ("id_", "key", "answers"),
    [
        ("enc-utf16be-nobom", "encoding", {"utf-16-be": [3, 35, 33740, "USD"]}),
        ("num-ambiguous", "decimal", {".": [3, 35, 144150, "USD"]}),
        ("cur-symbol", "currency", {"USD": [3, 35, 33740, "USD"]}),
        ("date-ambiguous", "date_order", {"dmy": "2026-08-07", "mdy": "2026-07-08"}),
        ("date-month-name", "date_language", {"french": "2026-07-15"}),
        ("date-range", "date_range", {"start": "2026-07-01", "end": "2026-09-30"}),
        ("csv-two-tables", "second_table", {"returns": [4, 33, 31142, "USD"], "sales": [4, 37, 36338, "USD"], "ignore": [3, 35, 33740, "USD"]}),
    ],
)  # fmt: skip
def test_ambiguous_input_is_read_once_its_question_is_answered(
    id_: str, key: str, answers: dict[str, Any]
) -> None:
    assert CASES[id_]["expected"]["outcome"] == "ask"
    found = _read(id_)
    [choice] = found.reading.choices
    assert choice.key == key
    for answer, truth in answers.items():
        assert answer in choice.options
        answered = _read(id_, **{key: answer})
        assert not answered.reading.choices
        assert not answered.reading.problems
        assert (answered.sales[0][5] if isinstance(truth, str) else _truth(answered)) == truth


def test_every_question_has_a_case() -> None:
    assert len(_of("ask")) == 7


@pytest.mark.parametrize(
    ("id_", "identifier"), [("isbn-unknown", "9783161484100"), ("isbn-upc", "036000291452")]
)
def test_sale_of_an_unknown_identifier_waits(id_: str, identifier: str) -> None:
    found = _read(id_)
    assert not found.reading.problems
    assert found.reading.totals.waiting == {identifier: (1, 10)}
    [line] = found.waiting
    assert line[2:10] == (identifier, 1, 1, "2026-07-15", 10, "USD", None, 129_900_000)
    assert len(found.sales) == 2


SAYS = {
    "enc-nul": "U\\+0000",
    "enc-surrogate": "line 2: not valid UTF-8",
    "csv-empty": "empty",
    "csv-200kb-field": "longer than 500 characters",
    "csv-quoted-table": "only one column",
    "csv-transposed": "columns",
    "csv-header-german": "map its columns",
    "csv-no-header": "map its columns",
    "num-eu": "row [23] has '(12.99|47.50)'",
    "num-bad-group": "'1,2345.60' is not a number",
    "num-arabic": "digits 0-9",
    "num-percent": "not an amount",
    "num-dash": "enter 0",
    "num-blank": "Net amount is empty",
    "unit-fraction": "whole number",
    "unit-blank": "Units is empty",
    "unit-int64": "more than 10,000,000 units",
    "unit-int32": "more than 10,000,000 units",
    "unit-text": "'ten' is not a whole number",
    "ret-sign-clash": "opposite signs",
    "cur-unknown": "unknown currency XYZ",
    "cur-blank": "Currency is empty",
    "isbn-sci": "damaged by a spreadsheet",
    "isbn-checksum": "expected 7",
    "isbn-two": "two ISBNs",
    "isbn-blank": "The River Clock",
    "date-impossible": "no such date",
    "date-year9999": "future",
    "date-buddhist": "future",
    "date-zero": "no such date",
    "xlsx-bitflip": "damaged",
    "xlsx-not-office-zip": "not an Excel workbook",
    "xlsx-encrypted": "password",
    "xls-xml2003": "XML Spreadsheet",
    "xlsx-lying-size": "unpacks to more than",
    "xlsx-dup-entry": "same name",
    "xlsx-encrypted-entry": "encrypted",
    "xls-serial-60": "out of range",
    "xls-serial-overflow": "not a date",
    "xls-bool": "TRUE is not",
    "csv-totals-row": "row 5 looks like a total: excluded, and it agrees",
    "xls-table-totals": "row 5 looks like a total: excluded",
    "num-float-noise": "rounded to 129.90",
    "num-zero-net": "10 units at zero net: free copies",
    "date-2digit-year": "2026-07-15",
    "date-serial-text": "2026-07-15",
    "isbn-title-clash": "The River Clock",
    "xlsx-external-link": "links to other workbooks",
    "xls-hidden-sheet": "'Old'",
    "xls-hidden-col": "column E",
    "xls-percent": "E2",
    "xls-strikethrough": "row 3 is struck through",
}


@pytest.mark.parametrize("id_", SAYS)
def test_messages_about_bad_inputs(id_: str) -> None:
    try:
        found = _read(id_)
    except UnreadableError as refused:
        said = [str(refused)]
    else:
        problems = [f"{each.message} {each.remedy}" for each in found.reading.problems]
        said = [*problems, *(notice.message for notice in found.reading.notices)]
    assert re.search(SAYS[id_], "\n".join(said)), said
