"""Odd contents of reports: each is recorded rightly, asked, warned of, or refused with its cell."""

import codecs
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import isbn

from royalties.ingest.report.reading import UnreadableError
from tests.ingest.shelf import RIVER, TRADE, Read, read, read_text

ISBNS = ("9780306406157", "9781861972712", "9780804429573")
HEADINGS = ("ISBN", "Sale date", "Units", "Net amount", "Currency")


@dataclass(frozen=True)
class Sale:
    """What a row means, whatever it looks like."""

    number: str
    day: str
    units: int
    cents: int


sales = st.builds(
    Sale,
    st.sampled_from(ISBNS),
    st.dates(date(2021, 1, 1), date(2026, 1, 1)).map(str),
    st.integers(1, 40),
    st.integers(100, 9_999),
)

INVISIBLE = (
    "{}", " {}", "{} ", "\N{NO-BREAK SPACE}{}", "{}\N{NO-BREAK SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}{}",
    "\N{ZERO WIDTH SPACE}{}", "{}\N{LEFT-TO-RIGHT MARK}", "\t{}",
)  # fmt: skip
"""What may stand around any cell and says nothing."""


def _lost_zero(number: str) -> str:
    ten = isbn.to_isbn10(number)
    return ten.lstrip("0") if ten.startswith("0") else number


NUMBERS = (
    lambda number: number,
    isbn.to_isbn10,
    isbn.format,
    lambda number: f"{number}.0",
    lambda number: f"ISBN: {number}",
    lambda number: f"ISBN-13 {number}",
    lambda number: f"'{number}",
    lambda number: f'="{number}"',
    lambda number: f"00{number}",
    _lost_zero,
)
UNITS = ("{}", "+{}", "{}.0", "{:03d}")
NETS = ("{}", "{}00", "${}", "USD {}", "{} USD", "+{}")
"""With two decimals or four: a lone 1.000 may be a thousand, which is asked."""

WRONG = (
    ("ISBN", "9780306406158"), ("ISBN", "9.78031E+12"), ("ISBN", ""), ("ISBN", "n/a"),
    ("Sale date", "2025-02-30"), ("Sale date", "soon"), ("Units", "2.5"), ("Units", "two"),
    ("Units", ""), ("Units", "#REF!"), ("Net amount", "1,2345.60"), ("Net amount", "12.50 EUR"),
    ("Net amount", "x"), ("Currency", "XYZ"), ("Currency", ""), ("Net amount", "-5.00"),
)  # fmt: skip
"""Cells that nobody can read; each has to be named."""

SHAPES = (
    "plain", "upper", "lower", "commas", "thousand", "ctrl-z", "bom", "blank-lines", "header-again",
    "utf-16", "preamble",
)  # fmt: skip


def _quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if any(sign in cell for sign in ',"\n') else cell


def _written(
    rows: list[list[str]], order: list[int], shape: str, more: tuple[str, list[str]] = ("", [])
) -> bytes:
    heading, extra = more
    table = [list(HEADINGS), *rows]
    lines = []
    for place, row in enumerate(table):
        cells = [row[at] for at in order]
        if heading:
            cells.append(heading if place == 0 else extra[place - 1])
        if shape in ("upper", "lower") and place == 0:
            cells = [cell.upper() if shape == "upper" else cell.lower() for cell in cells]
        cells += [""] * {"commas": 7, "thousand": 1_200}.get(shape, 0)
        lines.append(",".join(map(_quoted, cells)))
    if shape == "blank-lines":
        lines[2:2] = ["", ",,,,"]
    if shape == "header-again":
        lines.insert(2, lines[0])
    if shape == "preamble":
        lines[:0] = ["River Books,,,,", "Sales report,,,,"]
    text = "\r\n".join(lines) + "\r\n"
    if shape == "ctrl-z":
        text += "\x1a"
    if shape == "utf-16":
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return (codecs.BOM_UTF8 if shape == "bom" else b"") + text.encode()


def _cells(draw: st.DrawFn, sale: Sale) -> list[str]:
    spelt = draw(st.sampled_from(NUMBERS))(sale.number)
    amount = f"{sale.cents // 100}.{sale.cents % 100:02d}"
    cells = [
        spelt,
        sale.day,
        draw(st.sampled_from(UNITS)).format(sale.units),
        draw(st.sampled_from(NETS)).format(amount),
        draw(st.sampled_from(("USD", "usd", "Usd"))),
    ]
    around = [draw(st.sampled_from(INVISIBLE)) for _ in cells]
    return [shape.format(cell) for shape, cell in zip(around, cells, strict=True)]


@st.composite
def files(draw: st.DrawFn) -> tuple[list[Sale], list[list[str]], list[int], str]:
    """What rows mean, their cells, the order of the columns, and the file's shape."""
    meant = draw(
        st.lists(sales, min_size=1, max_size=6, unique_by=lambda sale: (sale.number, sale.day))
    )
    rows = [_cells(draw, sale) for sale in meant]
    order = draw(st.permutations(range(len(HEADINGS))))
    return meant, rows, order, draw(st.sampled_from(SHAPES))


def _read(folder: Path, data: bytes, **options: Any) -> Read:
    path = folder / "report.csv"
    path.write_bytes(data)
    return read(path, TRADE, [options.pop("mapping", RIVER)], **options)


def _recorded(found: Read) -> list[Sale]:
    isbns = {edition.id: edition.isbn for edition in TRADE.editions.values()}
    return [
        Sale(isbns[line.edition], line.day, line.units, line.net // 10_000) for line in found.sales
    ]


ONE_ROW = ["9780306406157", "2021-01-01", "1", "1.00", "USD"]


@given(files())
@example(([Sale(ISBNS[0], "2021-01-01", 1, 100)], [ONE_ROW], [0, 1, 2, 3, 4], "header-again"))
def test_odd_looks_are_understood_without_asking(
    tmp_path_factory: pytest.TempPathFactory,
    file: tuple[list[Sale], list[list[str]], list[int], str],
) -> None:
    meant, rows, order, shape = file
    found = _read(tmp_path_factory.mktemp("odd"), _written(rows, order, shape))
    assert not found.reading.problems, found.messages
    assert not found.asked, found.reading.choices
    assert found.codes <= {"above-list", "net-implausible", "zero-net"}
    by_row = sorted(_recorded(found), key=str)
    assert by_row == sorted(meant, key=str)
    assert {line.currency for line in found.sales} == {"USD"}


@given(files(), st.sampled_from(WRONG), st.integers(0, 5))
def test_unreadable_cells_are_named(
    tmp_path_factory: pytest.TempPathFactory,
    file: tuple[list[Sale], list[list[str]], list[int], str],
    wrong: tuple[str, str],
    at: int,
) -> None:
    _, rows, order, shape = file
    column, cell = wrong
    rows[at % len(rows)][HEADINGS.index(column)] = cell
    found = _read(tmp_path_factory.mktemp("odd"), _written(rows, order, shape))
    assert [problem.column.casefold() for problem in found.reading.problems] == [
        column.casefold()
    ], found.messages
    assert all(problem.remedy for problem in found.reading.problems)


@given(
    files(),
    st.sampled_from(
        ("Returns", "Units", "Net amount", "Currency", "Status", "Verified", "Refund amount", "Qty returned")
    ),
    st.sampled_from(("1", "2.50", "EUR", "Pending")),
)  # fmt: skip
def test_columns_that_would_change_the_sum_are_never_passed_over(
    tmp_path_factory: pytest.TempPathFactory,
    file: tuple[list[Sale], list[list[str]], list[int], str],
    heading: str,
    cell: str,
) -> None:
    _, rows, order, shape = file
    data = _written(rows, order, shape, (heading, [cell] * len(rows)))
    try:
        found = _read(tmp_path_factory.mktemp("odd"), data)
    except UnreadableError:
        return
    told = found.asked | found.codes | {problem.column for problem in found.reading.problems}
    assert told & {"column-not-read", *(f"column_{name}" for name in ("units", "net", "currency"))}


@given(files(), st.integers(0, 5), st.sampled_from(("total", "footer", "returns", "pages")))
def test_rows_that_are_no_sales_are_told(
    tmp_path_factory: pytest.TempPathFactory,
    file: tuple[list[Sale], list[list[str]], list[int], str],
    at: int,
    what: str,
) -> None:
    meant, rows, _, _ = file
    sums = (sum(sale.units for sale in meant), sum(sale.cents for sale in meant))
    row = {
        "total": ["Grand total", "", str(sums[0]), f"{sums[1] // 100}.{sums[1] % 100:02d}", ""],
        "footer": ["Figures are preliminary", "", "", "", ""],
        "returns": [ISBNS[at % 3], "2025-03-01", "-3", "-4.00", "USD"],
        "pages": [ISBNS[at % 3], "2025-03-01", "0", "4.00", "USD"],
    }[what]
    data = _written([*rows, row], list(range(5)), "plain")
    found = _read(tmp_path_factory.mktemp("odd"), data)
    assert not found.reading.problems, found.messages
    told = {"total": "totals-row", "footer": "footer", "pages": "money-without-units"}
    if what in told:
        assert told[what] in found.codes
    net = sum(line.net for line in found.sales)
    extra = {"returns": -4_000_000, "pages": 4_000_000}.get(what, 0)
    assert net == sums[1] * 10_000 + extra


PERIODS = replace(
    RIVER, columns={name: head for name, head in RIVER.columns.items() if name != "date"}
)


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("sales-2025-05.csv", ("2025-05",)),
        ("2025_05 River.csv", ("2025-05",)),
        ("River May 2025.csv", ("2025-05",)),
        ("ventas mayo 2025.csv", ("2025-05",)),
        ("Q3-2025.csv", ("2025-Q3",)),
        ("river 2025 q3.csv", ("2025-Q3",)),
        ("H1 2025.csv", ("2025-H1",)),
        ("202505.csv", ("2025-05",)),
        ("2025-04-01_2025-06-30.csv", ("2025-Q2",)),
        ("20250401-20250430.csv", ("2025-04",)),
        ("report 2025-06-14.csv", ()),
        ("report 2025-03-05 2025-03-09.csv", ()),
        ("report.csv", ()),
        ("978030640615.csv", ()),
        ("v2025.csv", ()),
    ],
)
def test_a_period_in_the_name_of_a_file_is_offered(
    tmp_path: Path, name: str, proposed: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_text(f"ISBN,Units,Net amount,Currency\n{ISBNS[0]},2,5.00,USD\n", encoding="utf-8")
    [choice] = read(path, TRADE, [PERIODS]).reading.choices
    assert (choice.key, choice.proposed) == ("period", proposed)
    if proposed:
        assert f"the name of the file says {proposed[0]}" in choice.message
        [line] = read(path, TRADE, [PERIODS], period=proposed[0]).sales
        assert line.day[:4] == "2025"


@pytest.mark.parametrize(
    "above", ["Statement for May 2025", "Period: 05/2025", "2025-05-01 to 2025-05-31"]
)
def test_a_period_above_the_header_is_offered_for_rows_without_a_date(
    tmp_path: Path, above: str
) -> None:
    text = f"{above},,,,\n{','.join(HEADINGS)}\n{ISBNS[0]},,2,5.00,USD\n"
    [choice] = read_text(tmp_path, text).reading.choices
    assert choice.proposed == ("2025-05",)
    assert "row 1 says 2025-05" in choice.message
    [line] = read_text(tmp_path, text, period="2025-05").sales
    assert line.day == "2025-05-31"
