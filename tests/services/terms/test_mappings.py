"""Mapped reports at the desk: proposed, tried on a file's first rows, kept, renamed, ended."""

import re
from dataclasses import replace
from typing import Any

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.report.sheet_previews import COLUMNS, ROWS
from royalties.ingest.setup import SetupError
from royalties.services.sales import aliases, uploads, waiting
from royalties.services.terms import mappings
from royalties.services.terms.amending import EntryChangedError, find_entry, history
from royalties.services.work import RefusedError
from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN, Office, a_setup
from tests.builders.sent import found, send

pytestmark = pytest.mark.engines("either")

CLERK = Actor("Cleo", Role.CLERK)
NONPROFIT = Actor("Nell", Role.NONPROFIT)
REPORT = "\n".join(
    [
        "EAN,Sold on,Qty,Payable,Status",
        f"{HARDCOVER},2025-05-02,2,10.00,Paid",
        f"{EBOOK},2025-05-03,-1,-4.00,Paid",
        f"{UNKNOWN},2025-05-04,1,5.00,Paid",
        f"{EBOOK},2025-05-05,1,4.00,Pending",
        f"{EBOOK},2025-05-06,six,4.00,Paid",
        "",
    ]
).encode()
BODY: dict[str, Any] = {
    "retailer": "bay",
    "columns": {"isbn": "EAN", "date": "Sold on", "units": "Qty", "net": "Payable"},
    "currency": "USD",
    "leave_out": {"Status": ["Pending"]},
    "answers": {"decimal": "."},
}


def looked_at(office: Office, data: bytes = REPORT, name: str = "may.csv") -> int:
    number = send(office, CLERK, data, name).id
    with office.system.work(CLERK, read_only=True) as work:
        sheets = uploads.preview_rows(work, number)
    with office.system.work(CLERK) as work:
        uploads.save_first_rows(work, number, sheets)
    return number


def saved(office: Office, number: int, name: str = "River", **more: Any) -> str:
    with office.system.work(CLERK) as work:
        return mappings.save(work, number, BODY, name=name, **more)


def revision(office: Office, key: str) -> int:
    with office.work(read_only=True) as work:
        entry = find_entry(work, "reports", key)
    assert entry is not None
    return entry.id


def test_preview_accounts_for_every_row(office: Office) -> None:
    number = looked_at(office)
    with office.system.work(CLERK, read_only=True) as work:
        seen = mappings.preview(work, number, BODY)
    assert (seen.refused, seen.rows, seen.line_count) == ("", 5, 3)
    assert (seen.sold, seen.returned, seen.net) == (2, 1, {"USD": "6"})
    assert seen.skipped == {"Status is 'Pending'": 1}
    assert (seen.waiting, seen.problem_count) == (1, 1)
    recorded = seen.rows - seen.waiting - seen.problem_count - sum(seen.skipped.values())
    assert recorded == 2
    assert [line.title == "" for line in seen.lines] == [False, False, True]
    assert office.rows("SELECT count(*) FROM sale") == [(0,)]


def test_preview_says_why_the_rows_cannot_be_read(office: Office) -> None:
    number = looked_at(office)
    other = {**BODY, "columns": {**BODY["columns"], "net": "Netto"}}
    with office.system.work(CLERK, read_only=True) as work:
        assert "no column 'Netto'" in mappings.preview(work, number, other).refused
        with pytest.raises(SetupError, match="units"):
            mappings.preview(work, number, {**BODY, "columns": {"isbn": "EAN", "net": "Payable"}})


def test_saved_report_is_an_entry_of_the_setup_and_recognised(office: Office) -> None:
    number = looked_at(office)
    assert saved(office, number, "Café Ríver, monthly") == "cafe-river-monthly"
    with office.work(read_only=True) as work:
        entry = find_entry(work, "reports", "cafe-river-monthly")
    assert entry is not None
    assert entry.body == BODY | {"key": "cafe-river-monthly", "name": "Café Ríver, monthly"}
    assert entry.by == "Cleo"
    later = send(office, CLERK, REPORT.replace(b"2025-05", b"2025-06").replace(b"six", b"6"))
    assert later.document is not None
    assert later.document["report"] == "cafe-river-monthly"
    assert office.load({"reports": [entry.body]}).changed is False


def test_sheet_and_header_are_kept_only_where_the_file_does_not_show_them(office: Office) -> None:
    number = looked_at(office)
    with office.system.work(CLERK) as work:
        key = mappings.save(work, number, {**BODY, "header_row": 1}, name="River")
    with office.work(read_only=True) as work:
        entry = find_entry(work, "reports", key)
    assert entry is not None
    assert "header_row" not in entry.body


@pytest.mark.parametrize("name", ["", "  ", "standard", "Standard", "amazon-kdp"])
def test_mapping_name_is_required_and_unique(office: Office, name: str) -> None:
    number = looked_at(office)
    with pytest.raises(SetupError, match="name"):
        saved(office, number, name)


def test_report_is_amended_renamed_ended_and_resumed_with_its_history(office: Office) -> None:
    number = looked_at(office)
    key = saved(office, number)
    first = revision(office, key)
    with pytest.raises(SetupError, match="is taken already"):
        saved(office, number)
    assert saved(office, number, "Rivers", of=key, revision=first) == key
    with pytest.raises(EntryChangedError):
        saved(office, number, "Rivers", of=key, revision=first)
    with office.system.work(CLERK) as work:
        mappings.rename(work, key, "The River", revision(office, key))
    with office.system.work(CLERK) as work:
        mappings.end(work, key, revision(office, key), ended=True)
    refused = send(office, CLERK, REPORT + b"\n")
    assert refused.document is not None
    assert refused.document["report"] in (None, "")
    with pytest.raises(EntryChangedError), office.system.work(CLERK) as work:
        mappings.end(work, key, first, ended=False)
    with office.system.work(CLERK) as work:
        mappings.end(work, key, revision(office, key), ended=False)
    with office.work(read_only=True) as work:
        told = history(work, "reports", key)
        entry = find_entry(work, "reports", key)
    assert entry is not None
    assert entry.body == BODY | {"key": key, "name": "The River"}
    assert [[each.field for each in said.changes] for said in told[:-1]] == [
        ["ended"], ["ended"], ["name"], ["name"],
    ]  # fmt: skip
    assert {said.by for said in told} == {"Cleo"}


def test_every_verb_requires_permission(office: Office) -> None:
    number = looked_at(office)
    key = saved(office, number)
    upload = found(office, number)
    for verb in (
        lambda work: uploads.preview_rows(work, number),
        lambda work: uploads.save_first_rows(work, number, []),
        lambda work: uploads.first_rows_of(work, number),
        lambda work: mappings.start(work, upload, None, None),
        lambda work: mappings.preview(work, number, BODY),
        lambda work: mappings.save(work, number, BODY, name="Mine"),
        lambda work: mappings.rename(work, key, "Mine", 1),
        lambda work: mappings.end(work, key, 1, ended=True),
    ):
        with pytest.raises(NotAllowedError), office.system.work(NONPROFIT) as work:
            verb(work)


def test_first_rows_of_an_upload_are_limited_and_removed_with_it(office: Office) -> None:
    wide = ",".join(f"c{n}" for n in range(900))
    long = b'"' + b"y" * 3_900_000 + b'",1\n'
    data = f"{wide}\n".encode() + long + b"1,2\n" * 5_000
    number = looked_at(office, data)
    with office.system.work(CLERK, read_only=True) as work:
        (sheet,) = mappings.first_rows(work, number)
    assert (len(sheet.rows), sheet.width) == (ROWS, COLUMNS)
    assert max(len(str(cell)) for row in sheet.rows for cell in row) <= 501
    kept = office.rows(f"SELECT length(first_rows) FROM upload WHERE id = {number}")
    assert int(kept[0][0]) < 2_000_000
    with office.system.work(CLERK) as work:
        uploads.remove(work, number)
    assert office.rows(f"SELECT first_rows FROM upload WHERE id = {number}") == [(None,)]


def test_file_without_a_preview_cannot_be_mapped(office: Office) -> None:
    number = send(office, CLERK, REPORT).id
    with office.system.work(CLERK, read_only=True) as work:
        with pytest.raises(RefusedError, match="not looked at"):
            mappings.preview(work, number, BODY)
        assert uploads.first_rows_of(work, number) is None
    empty = looked_at(office, b"\n\n\n", "empty.csv")
    with (
        office.system.work(CLERK, read_only=True) as work,
        pytest.raises(RefusedError, match="no rows"),
    ):
        mappings.start(work, found(office, empty), None, None)


def test_words_of_a_column_are_found_beyond_the_rows_that_are_shown(office: Office) -> None:
    rows = [f"{HARDCOVER},2025-05-02,1,5.00,Paid"] * 1_000 + [f"{EBOOK},2025-05-02,1,5.00,Late"]
    data = "\n".join(["EAN,Sold on,Qty,Payable,Status", *rows]).encode()
    number = looked_at(office, data)
    with office.system.work(CLERK, read_only=True) as work:
        (sheet,) = mappings.first_rows(work, number)
    assert sheet.words[4] == ("Status", "Paid", "Late")


CATALOGUE_READS = re.compile(r"\bFROM (edition|identifier|price|title)\b")


def test_preview_reads_the_catalogue_once_and_sees_every_change(office: Office) -> None:
    number = looked_at(office)

    def tried(office: Office) -> mappings.MappingPreview:
        with office.system.work(CLERK, read_only=True) as work:
            return mappings.preview(work, number, BODY)

    def reads_of_catalogue() -> int:
        return sum(bool(CATALOGUE_READS.search(each)) for each in office.statements_of(tried))

    def in_full() -> mappings.MappingPreview:
        with office.system.work(CLERK, read_only=True) as work:
            return mappings.preview(replace(work, memory=None), number, BODY)

    def waiting_now() -> int:
        tried(office)
        assert reads_of_catalogue() == 0, "what was read once is remembered"
        assert tried(office) == in_full()
        return tried(office).waiting

    assert waiting_now() == 1
    office.system.memory.clear()
    assert reads_of_catalogue() > 0
    with office.work() as work:
        waiting.alias(work, UNKNOWN, EBOOK)
    assert waiting_now() == 0
    with office.work() as work:
        aliases.move_alias(work, UNKNOWN, None, seen=EBOOK)
    assert waiting_now() == 1
    setup = a_setup()
    setup["titles"][0]["editions"].append({"isbn": UNKNOWN, "format": "audiobook"})
    office.load(setup)
    assert waiting_now() == 0
