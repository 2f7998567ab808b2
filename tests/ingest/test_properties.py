"""What holds for any report: rows come back as written, both ways of reading agree, nothing breaks."""

import csv
import io
import random
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from royalties.domain.money import micro_text
from royalties.ingest import places
from royalties.ingest.recognise import as_received, open_report
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.tables import Table
from tests.ingest.shelf import BAD, CATALOGUE, RIVER, SAMPLES, TRADE, Read, read
from tests.selection import costly

COLUMNS = (
    "date", "isbn", "retailer", "kind", "units", "currency", "list_price", "net", "discount",
    "country", "region", "city", "order", "reference",
)  # fmt: skip
ISBNS = {edition.id: edition.isbn for edition in CATALOGUE.editions.values()}
SHOPS = {shop.id: key for key, shop in CATALOGUE.retailers.items()}
KINDS = {1: "sale", 2: "return", 3: "free"}

micros = st.integers(0, 10**12)
texts = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=0, max_size=12
).filter(lambda text: not text.startswith("'"))


@st.composite
def lines(draw: st.DrawFn) -> tuple[Any, ...]:
    """A sale line as the store takes it, from the edition on."""
    kind = draw(st.sampled_from((1, 2, 3)))
    sign = -1 if kind == 2 else 1
    units = sign * draw(st.integers(1, 10_000))
    net = 0 if kind == 3 else sign * draw(micros)
    country, region, city, order, reference = (draw(texts) for _ in range(5))
    country = places.country(country) or places.store_country(country) or country
    of = country if places.is_country(country) else ""
    region = places.region(region, of) or region
    return (
        draw(st.sampled_from(sorted(ISBNS))), draw(st.sampled_from(sorted(SHOPS))), kind,
        draw(st.dates(date(2010, 1, 1), date(2026, 11, 1))).isoformat(), units,
        draw(st.sampled_from(("USD", "GBP", "JPY", "KWD"))), draw(st.none() | micros.filter(bool)), net,
        draw(st.integers(0, 10**6)), country, region, city, order, reference,
    )  # fmt: skip


def _printed(line: Sequence[Any]) -> list[str]:
    edition, shop, kind, day, units, currency, price, net, discount, *rest = line
    return [
        day, ISBNS[edition], SHOPS[shop], KINDS[kind], str(units), currency,
        "" if price is None else micro_text(price), micro_text(net), micro_text(discount), *rest,
    ]  # fmt: skip


def _read_bytes(data: bytes, name: str = "report.csv", **options: Any) -> Read:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read(path, **options)


def _as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",", ending: str = "\r\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return text.getvalue().encode()


@given(
    st.lists(lines(), min_size=1, max_size=30),
    st.sampled_from(",;\t|"),
    st.sampled_from(("\r\n", "\n", "\r")),
    st.permutations(range(len(COLUMNS))),
)
def test_csv_rows_read_back_as_written(
    written: list[tuple[Any, ...]], delimiter: str, ending: str, order: list[int]
) -> None:
    rows = [COLUMNS, *map(_printed, written)]
    shuffled = [[row[place] for place in order] for row in rows]
    found = _read_bytes(_as_csv(shuffled, delimiter, ending))
    assert not found.reading.problems, found.messages
    assert not found.reading.choices
    assert [line[2:] for line in found.sales] == written
    assert [line[1] for line in found.sales] == list(range(2, len(written) + 2))
    totals = found.reading.totals
    assert sum(totals.net.values()) == sum(line[7] for line in written)
    assert totals.sold - totals.returned + totals.free == sum(line[4] for line in written)


@costly(12)
@given(st.lists(lines(), min_size=1, max_size=10))
def test_workbook_rows_read_back_as_written(written: list[tuple[Any, ...]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(COLUMNS)
    for line in written:
        row: list[Any] = list(_printed(line))
        row[0] = date.fromisoformat(row[0])
        row[1], row[4] = int(row[1]), int(row[4])
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is no formula
    data = io.BytesIO()
    book.save(data)
    found = _read_bytes(data.getvalue(), "report.xlsx")
    assert not found.reading.problems, found.messages
    assert [line[2:] for line in found.sales] == written


odd_cells = st.sampled_from(
    ("", "x", "0", "-1", "1.5", "$5", "€5", "7/8/2025", "13/8/2025", "9783161484100", "Total", "2.5%",
     "amazonn", "1,234", "USD", "ten", "2030-01-01", "2001-01-01", "a\x00b", "y" * 501, "Salt & Light")
)  # fmt: skip


@st.composite
def untidy_rows(draw: st.DrawFn) -> list[list[str]]:
    """Rows of which many are wrong in some way, some blank, some shorter or longer."""
    rows = []
    for line in draw(st.lists(lines(), min_size=1, max_size=12)):
        row = _printed(line)
        for place in draw(st.lists(st.integers(0, len(row) - 1), max_size=3)):
            row[place] = draw(odd_cells | st.just(row[place]))
        if draw(st.booleans()):
            row[7] = ""
        if draw(st.booleans()):
            row[8] = ""
        size = draw(st.sampled_from((len(row), len(row), len(row), 0, 3, len(row) + 1)))
        rows.append([*row, "z"][:size])
    return rows + draw(st.lists(st.sampled_from(rows), max_size=2))


@given(untidy_rows())
def test_fast_and_slow_reader_agree(rows: list[list[str]]) -> None:
    data = _as_csv([COLUMNS, *rows])
    with patch.object(Table, "plain", property(lambda _: False)):
        one_by_one = _read_bytes(data)
    by_column = _read_bytes(data)
    assert by_column.sales == one_by_one.sales
    assert by_column.waiting == one_by_one.waiting
    for name in ("problems", "choices", "notices", "notes", "skipped", "unlisted"):
        assert getattr(by_column.reading, name) == getattr(one_by_one.reading, name), name
    assert asdict(by_column.reading.totals) == asdict(one_by_one.reading.totals)
    totals = by_column.reading.totals
    if not by_column.reading.choices:
        waiting = sum(count for count, _ in totals.waiting.values())
        left = sum(by_column.reading.skipped.by_reason.values())
        assert totals.rows == totals.recordable + totals.refused + waiting + left


def _tried(data: bytes, known: Any = TRADE) -> None:
    """Read bytes that may be anything: a reading or a clean refusal."""
    try:
        found = _read_bytes(data, known=known, mappings=[RIVER])
    except UnreadableError as refused:
        assert refused.problem.message
        assert refused.problem.remedy
    else:
        assert found.reading.report or found.reading.choices
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "again"
        path.write_bytes(data)
        try:
            for _, rows in as_received(path, {}):
                assert all(isinstance(row, list) for row in rows)
        except UnreadableError:
            pass


@given(
    st.sampled_from((b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"ISBN,Sale date,Units,Net amount,Currency\n")),
    st.binary(max_size=300),
)  # fmt: skip
def test_random_bytes_never_crash_the_reader(prefix: bytes, data: bytes) -> None:
    _tried(prefix + data)


@given(
    st.sampled_from(sorted(path.name for path in BAD.glob("*.csv"))),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3)), max_size=4),
)
def test_csv_with_changed_bytes_never_crashes_the_reader(
    name: str, changes: list[tuple[float, bytes]]
) -> None:
    data = bytearray((BAD / name).read_bytes()[:5_000])
    for where, put in changes:
        at = int(where * len(data))
        data[at : at + 1] = put
    _tried(bytes(data))


def _changed_workbook(source: Path, chance: random.Random) -> bytes:
    """A workbook whose parts lost, repeated or swapped some bytes, as a sound archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            part = bytearray(old.read(name))
            if chance.random() < 0.4 and part:
                for _ in range(chance.randint(1, 4)):
                    at, size = chance.randrange(len(part)), chance.randint(1, 12)
                    how = chance.randrange(4)
                    if how == 0:
                        del part[at : at + size]
                    elif how == 1:
                        part[at:at] = part[at : at + size] * chance.choice((1, 50))
                    elif how == 2:
                        part[at : at + size] = chance.randbytes(size)
                    else:
                        part[at : at + size] = chance.choice(
                            (b'"', b"<c>", b"/>", b"9" * 20, b"e", b"&x;")
                        )
            if chance.random() < 0.97:
                new.writestr(name, bytes(part))
    return data.getvalue()


@pytest.mark.thorough("hostile values", but_one_in=8)
@pytest.mark.parametrize("seed", range(40))
def test_workbook_with_changed_parts_never_crashes_the_reader(seed: int) -> None:
    chance = random.Random(seed)
    source = chance.choice(sorted(BAD.glob("xls-*.xlsx")))
    _tried(_changed_workbook(source, chance))


@pytest.mark.thorough("hostile values")
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(("standard-sales.xlsx", "barnes-noble.xls", "kdp-2011.xls")),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5),
)  # fmt: skip
def test_container_with_changed_bytes_never_crashes_the_reader(
    name: str, changes: list[tuple[float, bytes]]
) -> None:
    data = bytearray((SAMPLES / name).read_bytes())
    for where, put in changes:
        at = int(where * len(data))
        data[at : at + len(put)] = put
    _tried(bytes(data), CATALOGUE)


@pytest.mark.parametrize(
    "name",
    ["standard-sales-problems.csv", "elliott-bay-problems.csv", "phone-orders-problems.xlsx"],
)
def test_returned_report_can_be_mended_and_imported(tmp_path: Path, name: str) -> None:
    """The rows as received, in a workbook with a column of problems, are recognised again."""
    before = read(SAMPLES / name)
    wrong = {(problem.sheet, problem.row) for problem in before.reading.problems}
    assert wrong
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet_name, rows in as_received(SAMPLES / name, {}):
        sheet = book.create_sheet(sheet_name or "Report")
        for number, row in enumerate(rows, 1):
            bad = (sheet_name, number) in wrong
            sheet.append([None if bad else cell for cell in row])
            for cell in sheet[number]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        sheet.cell(1 if not sheet_name else 4, 30, "Problem")
    book.save(tmp_path / "mended.xlsx")
    after = read(tmp_path / "mended.xlsx")
    assert after.reading.report == before.reading.report
    assert not after.reading.problems, after.messages
    assert [line[1:] for line in after.sales] == [line[1:] for line in before.sales]
    assert after.reading.totals.net == before.reading.totals.net


def test_reading_twice_gives_the_same() -> None:
    for path in sorted(SAMPLES.glob("*.*s*")):
        if path.suffix == ".json":
            continue
        first, second = read(path), read(path)
        assert first.sales == second.sales
        assert asdict(first.reading.totals) == asdict(second.reading.totals)


def test_chunks_are_read_once() -> None:
    reading = open_report(
        SAMPLES / "standard-sales.csv", name="x", known=CATALOGUE, mappings=[], choices={}
    )
    assert sum(chunk.size for chunk in reading.chunks()) == 394
