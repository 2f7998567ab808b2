"""Text reports: encodings, delimiters, quotes, line ends, and rows by the million."""

import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from royalties.ingest.recognise import as_received, open_report
from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import RIVER, TRADE, Read, read, read_text

HEADER = "ISBN,Title,Sale date,Units,Net amount,Currency\n"
ROW = "9780306406157,The River Clock,2026-07-15,10,129.90,USD\n"


def _read_bytes(folder: Path, data: bytes, **choices: str) -> Read:
    path = folder / "report.csv"
    path.write_bytes(data)
    return read(path, TRADE, [RIVER], **choices)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_delimiters(tmp_path: Path, ending: str, delimiter: str, last: bool) -> None:
    text = (HEADER + ROW * 3).replace(",", delimiter).replace("\n", ending)
    found = read_text(tmp_path, text if last else text.removesuffix(ending))
    assert [line[1] for line in found.sales] == [2, 3, 4]


@pytest.mark.parametrize("quoted", [True, False])
def test_csv_larger_than_a_block_is_read(tmp_path: Path, quoted: bool) -> None:
    """Rows keep their lines across the blocks that a file is read in, with quotes and without."""
    titles = ['"A, B"' if quoted and n % 7 == 0 else "T" for n in range(5_000)]
    rows = [
        f"9780306406157,{title},2026-07-15,{n % 9 + 1},{n}.50,USD\n"
        for n, title in enumerate(titles)
    ]
    found = read_text(tmp_path, HEADER + "".join(rows))
    assert [line[1] for line in found.sales] == list(range(2, 5_002))
    assert [line[9] for line in found.sales] == [n * 1_000_000 + 500_000 for n in range(5_000)]


def test_line_numbers_count_lines_inside_cells(tmp_path: Path) -> None:
    wide = '9780306406157,"a\nb\r\nc",2026-07-15,1,1.00,USD\n'
    bad = "9780306406157,x,2026-07-15,one,1.00,USD\n"
    found = read_text(tmp_path, HEADER + wide + ROW + bad + wide * 4_000 + bad)
    assert [problem.row for problem in found.reading.problems] == [6, 6 + 3 * 4_000 + 1]
    assert found.sales[1][1] == 5


def test_quoted_cell_across_blocks_is_read(tmp_path: Path) -> None:
    lines = "line\n" * 20_000
    row = f'9780306406157,"{lines}",2026-07-15,1,1.00,USD\n'
    found = read_text(tmp_path, HEADER + ROW + row + ROW)
    [problem] = found.reading.problems
    assert (problem.row, problem.column) == (3, "Title")
    assert [line[1] for line in found.sales] == [2, 3 + 20_001]


def test_a_line_that_is_far_too_long_is_named_as_that(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="line 2: has more than 4,194,304 characters"):
        read_text(tmp_path, HEADER + f"9780306406157,{'y' * 5_000_000},2026-07-15,1,1.00,USD\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEADER + ROW + '9780306406157,"open,2026-07-15,1,1.00,USD\n' + ROW * 5, 3),
        (HEADER + '9780306406157,"a"b,2026-07-15,1,1.00,USD\n', 2),
        (HEADER + ROW * 2_000 + '9780306406157,"a" b,2026-07-15,1,1.00,USD\n', 2_002),
        (HEADER + ROW + '9780306406157,"open\n' + ROW * 150_000, 3),
    ],
)
def test_unbalanced_quotes_are_refused(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(UnreadableError, match="quotation mark") as refused:
        read_text(tmp_path, text)
    assert refused.value.problem.row == line


def test_row_with_more_values_than_columns_is_refused(tmp_path: Path) -> None:
    text = HEADER + ROW + "9780306406157,T,2026-07-15,1,1,234.50,USD\n" + ROW.replace("\n", ",,\n")
    found = read_text(tmp_path, text)
    [problem] = found.reading.problems
    assert problem.row == 3
    assert "more values" in problem.message
    assert len(found.sales) == 2
    same = read_text(
        tmp_path, HEADER + ROW.replace("\n", ",,\n") + "9780306406157,T,2026-07-15,1,1,2,USD,x\n"
    )
    assert [problem.row for problem in same.reading.problems] == [3]


def test_row_with_fewer_values_than_columns(tmp_path: Path) -> None:
    found = read_text(tmp_path, HEADER + ROW + "9780306406157,T,2026-07-15,1\n")
    assert found.messages == ["3 Net amount: Net amount is empty", "3 Currency: Currency is empty"]


@pytest.mark.parametrize(
    ("codec", "note"),
    [("cp1252", "cp1252"), ("utf-8-sig", ""), ("utf-16", ""), ("utf-8", "")],
)
def test_encodings_are_recognised(tmp_path: Path, codec: str, note: str) -> None:
    text = HEADER + ROW.replace("The River Clock", "Ännu en bok – “é”") * 2_000
    found = _read_bytes(tmp_path, text.encode(codec))
    assert len(found.sales) == 2_000
    assert any(note in said for said in found.reading.notes) if note else not found.reading.notes


def test_chosen_encoding_is_used(tmp_path: Path) -> None:
    data = (HEADER + ROW.replace("River", "Rïver")).encode("mac-roman")
    assert _read_bytes(tmp_path, data, encoding="mac-roman").sales
    wrong = _read_bytes(tmp_path, data, encoding="utf-8")
    assert [choice.key for choice in wrong.reading.choices] == ["encoding"]
    assert "klingon" in _read_bytes(tmp_path, data, encoding="klingon").reading.choices[0].message


def test_broken_utf8_is_reported(tmp_path: Path) -> None:
    rows = ROW.replace("River", "Rivér") * 3_000
    data = (HEADER + rows).encode() + b"9780306406157,Riv\xc3,2026-07-15,1,1.00,USD\n"
    with pytest.raises(UnreadableError, match="line 3002: not valid UTF-8"):
        _read_bytes(tmp_path, data)


@pytest.mark.parametrize("sign", ["\x00", "\x08", "\x0b", "\x1e", "\x7f", "\x85", "\x9f"])
def test_control_characters_are_reported_with_row_and_column(tmp_path: Path, sign: str) -> None:
    found = read_text(tmp_path, HEADER + ROW + ROW.replace("River", f"Riv{sign}er"))
    [problem] = found.reading.problems
    assert (problem.row, problem.column) == (3, "Title")
    assert f"U+{ord(sign):04X}" in problem.message


def test_too_long_cell_is_refused(tmp_path: Path) -> None:
    found = read_text(
        tmp_path, HEADER + ROW.replace("Clock", "C" * 485) + ROW.replace("Clock", "C" * 500)
    )
    assert [(problem.row, problem.column) for problem in found.reading.problems] == [(3, "Title")]
    assert len(found.reading.problems[0].value) == 200


def test_endless_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        _read_bytes(tmp_path, b"ISBN,Units\n" + b"9" * 6_000_000)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="more than 1,000 columns"):
        _read_bytes(tmp_path, b"a," * 500_000 + b"\n" + b"1," * 500_000)


@pytest.mark.thorough("measurements", but_one_in=4)
@pytest.mark.parametrize(
    "cell", ["1" * 400_000, " " * 400_000, "1 - " * 100_000, "9" * 300_000 + "x"]
)
def test_long_cells_are_read_in_linear_time(tmp_path: Path, cell: str) -> None:
    found = read_text(tmp_path, HEADER + ",".join([cell] * 6) + "\n")
    assert len(found.reading.problems) in (0, 6)


def test_problems_are_safe_to_show(tmp_path: Path) -> None:
    found = read_text(tmp_path, HEADER + ROW.replace("129.90", "\x1b[31m9"))
    assert found.reading.problems[0].value == "\ufffd[31m9"


def test_recognised_encoding_and_delimiter_are_reported(tmp_path: Path) -> None:
    row = ROW.replace(",", ";").replace("129.90", "129,90").replace("2026-07-15", "15/07/2026")
    found = read_text(tmp_path, HEADER.replace(",", ";") + row)
    assert found.reading.notes == [
        "the delimiter is a semicolon",
        "read with a decimal comma",
        "read with day before month",
    ]


def test_received_rows_are_kept_as_sent(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b'sep=;\r\na;b\r\n\r\n1;"x\ny"\r\n2;z\r\n')
    [(name, rows)] = as_received(path, {})
    assert name == ""
    assert list(rows) == [["sep=;"], ["a", "b"], [], ["1", "x\ny"], [], ["2", "z"]]


def test_progress_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(HEADER + ROW * 20_000, encoding="utf-8")
    told: list[tuple[int, int]] = []
    reading = open_report(
        path, name="x", known=TRADE, mappings=[RIVER], choices={},
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    list(reading.chunks())
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == path.stat().st_size


def test_number_of_listed_problems_is_limited(tmp_path: Path) -> None:
    found = read_text(tmp_path, HEADER + ROW.replace(",10,", ",x,") * 12_345)
    assert len(found.reading.problems) == 10_000
    assert found.reading.unlisted == 2_345
    assert found.reading.totals.refused == found.reading.totals.rows == 12_345


def _million(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "date,isbn,retailer,kind,units,currency,list_price,net,discount,country,region,city,order,reference\r\n"
        )
        for start in range(0, rows, 10_000):
            file.write(
                "".join(
                    f"2026-0{n % 6 + 1}-1{n % 10},9780306406157,amazon,sale,{n % 5 + 1},USD,12.99,"
                    f"{(n % 5 + 1) * 6}.50,,US,WA,Seattle,,REF-{n}\r\n"
                    for n in range(start, min(start + 10_000, rows))
                )
            )


MEASURE = """
import resource, sys
from pathlib import Path
from royalties.ingest.recognise import open_report
from tests.ingest.shelf import RIVER, TRADE
reading = open_report(Path(sys.argv[1]), name="x", known=TRADE, mappings=[RIVER], choices={})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lines = sum(chunk.size for chunk in reading.chunks())
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(lines, grown // 1024, reading.totals.net["USD"])
"""


def _measured(path: Path) -> tuple[int, int, int]:
    """Lines, megabytes that reading them took at most, and their net."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], check=True, capture_output=True, text=True
    )
    lines, grown, net = map(int, done.stdout.split())
    return lines, grown, net


@pytest.mark.thorough("large files")
def test_million_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    """More rows than a spreadsheet has, in memory that does not grow with the file."""
    path = tmp_path / "million.csv"
    _million(path, 1_048_577)
    lines, grown, net = _measured(path)
    assert lines == 1_048_577
    assert net == sum((n % 5 + 1) * 6_000_000 + 500_000 for n in range(1_048_577))
    assert grown < 60


@pytest.mark.thorough("large files")
def test_distinct_cells_do_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    rows = (
        f"9780306406157,Title {n},2026-07-15,{n % 1000 + 1},{n}.{n % 100:02d},USD\n"
        for n in range(200_000)
    )
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    lines, grown, _ = _measured(path)
    assert lines == 200_000
    assert grown < 100


def test_output_of_the_csv_module_is_read_back(tmp_path: Path) -> None:
    cells: list[list[Any]] = [
        ["9780306406157", 'a "quoted", title', "2026-07-15", 1, "1.00", "USD"],
        ["9780306406157", "two\nlines", "2026-07-15", 2, "2.00", "USD"],
        ["9780306406157", ",,,", "2026-07-15", 3, "3.00", "USD"],
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER.strip().split(","), *cells])
    found = read_text(tmp_path, text.getvalue())
    assert [line[6] for line in found.sales] == [1, 2, 3]
