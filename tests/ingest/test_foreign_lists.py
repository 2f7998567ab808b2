"""Every kind of value in every column of a list: taken rightly, asked about, or told with its row."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from royalties.ingest.lists import table
from royalties.ingest.lists.beneficiaries import read_beneficiaries
from royalties.ingest.lists.columns import BENEFICIARIES, TITLES, ListColumn
from royalties.ingest.lists.titles import read_titles
from royalties.ingest.report.cells import Cell
from tests.ingest.test_foreign_values import FOREIGN, Typed

TODAY = date(2026, 12, 2)
MORE: tuple[Cell, ...] = (
    10**400, -(10**400), 1e308, "1" * 400, "1/0", "1e-400", "1.2.3,4", "--5", "$$5", "US$ 5 USD",
    "24 %", "100%", "%", "\uff11\uff12", "\u0663", "\n\n", ";;;", "a;" * 200, "\x1e", "\x85", "\u2028x",
    "=?utf-8?q?=0d=0aReply-To:x?=", "\U000e0001", "\ud800",
)  # fmt: skip
BASE: Mapping[str, Cell] = {
    "ISBN": "9780306406157", "Title": "Tides", "Format": "PB", "Name": "Riverside Shelter",
    "City": "Seattle",
}  # fmt: skip


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize(
    "column", [*TITLES, *BENEFICIARIES], ids=lambda each: each.heading.replace(" ", "-")
)
def test_foreign_value_in_a_list_is_accepted_asked_about_or_reported(
    column: ListColumn, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = TITLES if column in TITLES else BENEFICIARIES
    headings: list[Cell] = [each.heading for each in columns]
    good: list[Cell] = [BASE.get(each.heading, "") for each in columns]
    for value in (*FOREIGN, *MORE):
        row = list(good)
        row[columns.index(column)] = value
        lines = [headings, row]

        @contextmanager
        def opened(
            *_: object, lines: list[list[Cell]] = lines
        ) -> Iterator[tuple[list[Typed], list[str]]]:
            yield [Typed(lines)], []

        monkeypatch.setattr(table, "_opened", opened)
        listed = (
            read_titles(Path(), {}, currency="USD", known=(), today=TODAY)
            if columns is TITLES
            else read_beneficiaries(Path(), {}, today=TODAY)
        )
        json.dumps(listed.records)
        assert listed.records or listed.faults or listed.questions, value
        assert all("row 2" in each.place and each.message for each in listed.faults), value
