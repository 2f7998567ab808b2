"""Warnings of rows with contradictory figures or unknown places."""

from pathlib import Path

import pytest

from royalties.ingest.report.mapping import Mapping
from tests.ingest.shelf import RIVER, SAMPLES, TRADE, Read, read, read_text

A = "9780306406157"
STRANGER = "9783161484100"
HEADER = "date,isbn,retailer,kind,units,currency,list_price,net,discount,country,region\n"
OURS = {"figures-differ", "above-list", "free-price", "unknown-country", "unknown-region"}


def _standard(folder: Path, *rows: str, book: str = A) -> Read:
    text = HEADER + "".join(f"2025-03-01,{book},amazon,{row}\n" for row in rows)
    return read_text(folder, text, known=TRADE, mappings=[])


def _said(found: Read) -> dict[str, str]:
    assert not found.reading.problems, found.messages
    return {notice.code: notice.message for notice in found.reading.notices if notice.code in OURS}


@pytest.mark.parametrize("book", [A, STRANGER], ids=("known", "waiting"))
@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("sale,2,USD,10.00,14.00,0.40,US", "figures-differ", "makes 12.00"),
        ("sale,2,USD,10.00,12.02,0.40,US", "figures-differ", "column net"),
        ("sale,2,JPY,1000,1202,0.40,JP", "figures-differ", "1202.00 JPY"),
        ("return,-2,USD,10.00,-14.00,0.40,US", "figures-differ", "-14.00 USD"),
        ("sale,2,USD,10.00,20.02,,US", "above-list", "more than their list price of 10.00"),
        ("sale,2,USD,10.00,50.00,0.40,US", "above-list", "50.00 USD for 2 copies"),
        ("sale,2,USD,0,12.00,,US", "free-price", "column list_price"),
        ("sale,2,USD,$0.00,12.00,,US", "free-price", "write the list price"),
        ("sale,2,USD,10.00,12.00,,Narnia", "unknown-country", "column country: 'Narnia' is no"),
        ("sale,2,USD,10.00,12.00,,xx", "unknown-country", "'xx' is no country"),
        ("sale,2,USD,10.00,12.00,,GER", "unknown-country", "two letters"),
        ("sale,2,USD,10.00,12.00,,US,Was", "unknown-region", "'Was' is no region of US"),
        ("sale,2,USD,10.00,12.00,,US,QC", "unknown-region", "column region: 'QC'"),
        ("sale,2,USD,10.00,12.00,,ES,La Rioja", "unknown-region", "recorded as reported"),
        ("sale,2,USD,10.00,12.00,,,Neverland", "unknown-region", "is no region that is known"),
    ],
    ids=repr,
)
def test_contradictions_are_warned_of(
    tmp_path: Path, row: str, code: str, words: str, book: str
) -> None:
    said = _said(_standard(tmp_path, row, book=book))
    assert set(said) == {code}
    assert said[code].startswith("row 2, column ")
    assert words in said[code]


@pytest.mark.parametrize("book", [A, STRANGER], ids=("known", "waiting"))
@pytest.mark.parametrize(
    "row",
    [
        "sale,2,USD,10.00,12.00,0.40,US",
        "sale,3,USD,9.99,17.97,0.40,US",  # 5.99 a copy, not 5.994
        "sale,3,USD,9.99,17.98,0.40,US",  # rounded once for all
        "sale,2,JPY,999,1198,0.40,JP",
        "sale,3,USD,20.00,40.00,0.333333,US",
        "sale,2,USD,10.00,20.01,,US",
        "sale,2,USD,10.00,,0.40,",
        "sale,2,USD,,50.00,,gb",
        "sale,2,USD,0,0,,XK",
        "return,-2,USD,10.00,-12.00,0.40,US",
        "return,-2,USD,10.00,0,0.40,US",
        "return,-2,USD,10.00,-50.00,,US",
        "return,-2,USD,0,-12.00,,US",
        "free,2,USD,10.00,0,0.40,US",
        "free,2,USD,0,0,,US",
    ],
    ids=repr,
)
def test_consistent_rows_give_no_warning(tmp_path: Path, row: str, book: str) -> None:
    assert not _said(_standard(tmp_path, row, book=book))


def test_contradictions_of_one_kind_give_one_warning(tmp_path: Path) -> None:
    said = _said(
        _standard(
            tmp_path,
            "sale,2,USD,10.00,12.00,0.40,US",
            *(f"sale,2,USD,10.00,{net}.00,0.40,Narnia" for net in range(13, 19)),
        )
    )
    assert set(said) == {"figures-differ", "unknown-country"}
    for message in said.values():
        assert message.startswith("row 3, ")
        assert message.endswith("(5 more such rows)")


def test_countries_that_a_mapped_report_names_are_recorded_by_code(tmp_path: Path) -> None:
    mapping = Mapping(key="river", retailer="amazon", columns={**RIVER.columns, "country": "Where"})
    rows = "".join(
        f"{A},2025-03-01,1,5.00,USD,{country}\n"
        for country in (
            "Germany",
            "de",
            "",
            "Narnia",
            "Côte d'Ivoire",
            "U.S.A.",
            "St. Lucia",
            "FRANKREICH",
        )
    )
    found = read_text(
        tmp_path, f"ISBN,Sale date,Units,Net amount,Currency,Where\n{rows}", mappings=[mapping]
    )
    said = _said(found)
    assert said["unknown-country"].startswith("row 5, column Where: 'Narnia'")
    assert "more such" not in said["unknown-country"]
    recorded = [line[11] for line in found.sales]
    assert recorded == ["DE", "DE", "", "Narnia", "CI", "US", "LC", "FR"]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.[cx][sl]*")), ids=lambda path: path.name)
def test_no_sample_contradicts_itself(path: Path) -> None:
    assert not OURS & read(path).codes


def test_regions_are_recorded_by_the_code_of_their_country(tmp_path: Path) -> None:
    rows = "".join(
        f"2025-03-01,{A},amazon,sale,2,USD,10.00,12.00,,{place}\n"
        for place in (
            "US,Washington",
            "us,wash.",
            "United States,US-WA",
            "Australia,Western Australia",
            "Canada,Québec",
            "CA,quebec",
            "Kanada,Québec",
            "DE,Bavaria",
            "US,",
            ",Ontario",
            "US,Quebec",
            "Narnia,Ohio",
        )
    )
    found = read_text(tmp_path, HEADER + rows)
    assert [line[11:13] for line in found.sales] == [
        ("US", "WA"),
        ("US", "WA"),
        ("US", "WA"),
        ("AU", "WA"),
        ("CA", "QC"),
        ("CA", "QC"),
        ("CA", "QC"),
        ("DE", "BY"),
        ("US", ""),
        ("CA", "ON"),
        ("US", "Quebec"),
        ("Narnia", "OH"),
    ]
    said = _said(found)
    assert said["unknown-region"].startswith("row 12, column region: 'Quebec' is no region of US")
    assert said["unknown-country"].startswith("row 13, column country: 'Narnia'")
