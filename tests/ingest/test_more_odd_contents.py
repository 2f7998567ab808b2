"""Odd files of further kinds: recorded rightly, asked, warned of, or refused with their cell.

Each cell stands in the second row of a report whose first one is ordinary; each layout holds two
sales of two copies. What is understood says what was meant; nothing else is ever recorded unasked.
"""

from pathlib import Path

import pytest

from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.unread_columns import tells_a_return
from tests.ingest.shelf import RIVER, TRADE, Read, read, read_text

A, B = "9780306406157", "9781861972712"
HEADER = "ISBN,Sale date,Units,Net amount,Currency,Title\n"
FIRST = f"{A},2026-05-03,2,12.50,USD,\n"


def _with(folder: Path, column: str, cell: str) -> Read:
    cells = {
        "ISBN": B, "Sale date": "2026-05-03", "Units": "2", "Net amount": "12.50", "Currency": "USD",
    }  # fmt: skip
    quoted = cell.replace('"', '""')
    row = ",".join(f'"{quoted}"' if name == column else text for name, text in cells.items())
    return read_text(folder, f"{HEADER}{FIRST}{row},\n")


UNDERSTOOD = [
    *(("Units", cell, 3) for cell in ("+3", "3.", "3,0", "03", "3\u00a0", "+ 3", "  3", "3.0")),
    *(("Units", cell, 1_234) for cell in ("1 234", "1'234", "1,234", "1\u202f234")),
    *(
        ("Net amount", cell, 12_500_000)
        for cell in ("12.50 USD", "USD 12.50", "US$12.50", "$12.50", "12.50 $", "\u00a012.5 ")
    ),
    *(("Net amount", cell, 1_234_500_000) for cell in ("1'234.50", "1\u2019234.50", "1,234.50")),
    ("Net amount", ".50", 500_000),
    ("Net amount", "1,23,456.50", 123_456_500_000),
    *(
        ("Sale date", cell, "2026-05-03")
        for cell in (
            "3 mai 2026", "3. Mai 2026", "May 3rd, 2026", "2026/5/3", "2026.05.03", "2026\u5e745\u67083\u65e5",
            "2026-05-03T23:30:00-08:00", "3 maja 2026", "3 \u043c\u0430\u044f 2026",
        )
    ),
    *(("Sale date", cell, "2026-06-30") for cell in ("Q2 2026", "H1 2026")),
    ("Sale date", "2026-5", "2026-05-31"),
    *(("Currency", cell, "EUR") for cell in ("eur ", "\u20ac", "EUR\u200b")),
    ("Currency", "Fr.", "CHF"),
    *(("ISBN", cell, B) for cell in (f"ISBN {B}", f"{B}.00", f"{B}\n", "urn:isbn:" + B)),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "meant"), UNDERSTOOD, ids=repr)
def test_readable_cell_has_its_meaning(
    tmp_path: Path, column: str, cell: str, meant: object
) -> None:
    found = _with(tmp_path, column, cell)
    assert found.messages == []
    assert found.asked == set()
    line = found.sales[-1]
    values = {
        "Units": line.units, "Net amount": line.net, "Sale date": line.day,
        "Currency": line.currency,
    }  # fmt: skip
    if column == "ISBN":
        assert line.edition == TRADE.editions[B].id
    else:
        assert values[column] == meant


REFUSED = {
    "Units": (
        "3 copies", "3x", "x3", "three", "3e0", "\u0663", "\uff11", "\u2162", "3 / 4", "2+1", "1.234",
        "12.5", "\u00bd", "3%", "$3", "3 (returned)", "-", "nil", "3 (1 free)", "3 of 5", "0x10",
    ),
    "Net amount": (
        "25.00%", "25,00", "1 234,50", "(12.50)", "12.50-", "\u221212.50", "12.50 CR", "12.50 DR",
        "\u20ac12.50", "12.50 GBP", "12.50 GBp", "R$ 12,50", "12.50*", "~12.50", "12.5.0", "12,50,00",
        "1e2", "\u0661\u0662\u066b\u0665\u0660", "12\u00b750", "12.50 each", "free", "pending", "12.50/2", "50c", "1.2k",
        "999999999999", "12.5000001",
    ),
    "Sale date": (
        "2026-W60", "2026-123", "1777766400", "FY26 Q2", "2026-05-31/2026-06-01", "yesterday",
        "0000-00-00", "2026-02-30", "3.5.", "2569-05-03", "2026", "2062-05-03", "1826-05-03",
        "\u0663/\u0665/\u0662\u0660\u0662\u0666", "\u4ee4\u548c8\u5e745\u67083\u65e5", "2026-05-03*",
    ),
    "Currency": ("US Dollar", "GBp", "ZAc", "GBX", "p", "USD/EUR", "BTC", "840", "XAU", "USDT", ""),
    "ISBN": (
        f"{A} x2", f"{A}-01", A[:-1], f"{A}0", f"{A}|{B}", "97803O6406157", "9.78031E+12", "siehe: Anmerkung!",
        f"{A} / Title",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell"),
    [(column, cell) for column, cells in REFUSED.items() for cell in cells],
    ids=repr,
)
def test_unreadable_cell_is_a_problem_of_its_row_and_column(
    tmp_path: Path, column: str, cell: str
) -> None:
    found = _with(tmp_path, column, cell)
    assert found.reading.problems
    opposed = column == "Net amount" and "opposite signs" in found.messages[0]
    assert [(each.row, each.column) for each in found.reading.problems] == [(3, column)]
    assert found.reading.problems[0].value or opposed or not cell
    assert len(found.sales) == 1


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("May '26", "2026-05-31"), ("2026M05", "2026-05-31"), ("w/e 2026-05-10", "2026-05-10"),
        ("Week ending: 2026-05-10", "2026-05-10"),
    ],
)  # fmt: skip
def test_more_ways_of_writing_dates(tmp_path: Path, cell: str, day: str) -> None:
    assert [line.day for line in _with(tmp_path, "Sale date", cell).sales][-1] == day


@pytest.mark.parametrize(
    ("column", "cell", "asked"),
    [
        ("Net amount", "1,234", "decimal"),
        ("Sale date", "3/5/2026", "date_order"),
        ("Sale date", "03 Mag 2026", "date_language"),
        ("Sale date", "2026-W18", "date_range"),
        ("Sale date", "01.05.2026 - 31.05.2026", "date_range"),
        ("Sale date", "01/05/2026-31/05/2026", "date_range"),
        ("Sale date", "", "period"),
        ("Currency", "$", "currency"),
        ("Currency", "kr", "currency"),
    ],
)
def test_ambiguous_cell_is_asked_about(tmp_path: Path, column: str, cell: str, asked: str) -> None:
    assert _with(tmp_path, column, cell).asked == {asked}


TWO = HEADER + FIRST + FIRST.replace(A, B)
LAYOUTS = {
    "tabs under the name of CSV": TWO.replace(",", "\t").encode(),
    "a mark and a line that names the separator": ("\ufeffsep=;\n" + TWO.replace(",", ";")).encode(),
    "UTF-16 with a line that names the separator": ("sep=,\n" + TWO).encode("utf-16"),
    "a first heading ID": TWO.replace("ISBN,", "ID,ISBN,").replace("978", "7,978").encode(),
    "a cell of several lines": TWO.replace("USD,\n", 'USD,"River\nClock"\n').encode(),
    "a heading of two lines": TWO.replace("Net amount", '"Net\namount"').encode(),
    "groups above the header": (",,Sales,Sales,,\n" + TWO).encode(),
    "a quoted empty row": TWO.replace("USD,\n", 'USD,\n"","","","","",""\n', 1).encode(),
    "bars with blanks": TWO.replace(",", " | ").encode(),
    "old ends of lines": TWO.replace("\n", "\r").encode(),
    "doubled ends of lines": TWO.replace("\n", "\r\r\n").encode(),
    "two marks": ("\ufeff\ufeff" + TWO).encode(),
    "a form feed and the header again": (HEADER + FIRST + "\f" + HEADER + FIRST.replace(A, B)).encode(),
    "semicolons and decimal commas": TWO.replace(",", ";").replace("12.50", "12,50").encode(),
    "semicolons and thin spaces": TWO.replace(",", ";").replace("12.50", "12,50\u202f").encode(),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_odd_layouts_hold_the_same_sales(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(LAYOUTS[layout])
    found = read(path, TRADE, [RIVER])
    assert (found.messages, found.asked, found.codes) == ([], set(), set())
    assert [(line.units, line.net, line.currency) for line in found.sales] == [
        (2, 12_500_000, "USD"),
    ] * 2


@pytest.mark.parametrize(
    "data",
    [
        b"<html><table><tr><td>ISBN</td></tr></table></html>",
        b"<table><tr><td>ISBN</td><td>Sale date</td></tr></table>",
        b'ID;PWXL;N;E\nC;Y1;X1;K"ISBN"\nE\n',
        TWO.replace("\n", "\u0085").encode(),
        TWO.replace("\n", "\u2028").encode(),
        TWO.encode("cp500"),
        TWO.replace(",", ":").encode(),
        "\n".join(f'"{line}"' for line in TWO.splitlines()).encode(),
        TWO.replace(",", "','").encode(),
        TWO.replace("USD,", r'USD,"River \"Clock\""').encode(),
        TWO.replace("Units", "Units (000)").encode(),
        TWO.replace("Net amount", "Net amount incl. VAT").encode(),
        TWO.replace("Net amount", "Your earnings").encode(),
    ],
    ids=range(13),
)
def test_file_that_no_mapping_fits_is_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "report.xls"
    path.write_bytes(data)
    with pytest.raises(UnreadableError):
        read(path, TRADE, [RIVER])


@pytest.mark.parametrize(
    ("heading", "words", "signs", "told"),
    [
        ("Type", ("Sale", "Return"), ("", ""), "Type: Return is not read"),
        ("Doc type", ("Invoice", "Credit memo"), ("", ""), "Doc type: Credit memo is not read"),
        ("D/C", ("D", "C"), ("", ""), "D/C: D, C is not read"),
        ("Vorgang", ("Verkauf", "Storno"), ("", ""), "Vorgang: Storno is not read"),
        ("Type", ("Sale", "Return"), ("", "-"), ""),
        ("Book", ("A", "The return of the king"), ("", ""), ""),
        ("Type", ("Sale", "Sale"), ("", ""), ""),
    ],
)
def test_returns_that_only_an_unread_column_tells_are_warned_of(
    tmp_path: Path, heading: str, words: tuple[str, str], signs: tuple[str, str], told: str
) -> None:
    rows = [
        f"{number},2026-05-03,{sign}2,{sign}12.50,USD,{word}"
        for number, word, sign in zip((A, B), words, signs, strict=True)
    ]
    text = "\n".join((HEADER.replace("Title", heading).strip(), *rows, ""))
    found = read_text(tmp_path, text)
    assert [each.message for each in found.reading.notices] == ([told] if told else [])
    assert not found.messages


@pytest.mark.parametrize("word", ["Return", "REFUND", "Credit note", "Full refund", "rückgaben"])
def test_words_of_returns(word: str) -> None:
    assert tells_a_return(word)
    assert not tells_a_return(f"{word} policy")
