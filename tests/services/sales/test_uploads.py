"""Uploads: stored whole or not at all, checked without recording, recorded as they were shown."""

import io
import os
import threading
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.books import open_period_of, setup_in_force
from royalties.services.enclosures import shown_name
from royalties.services.sales import uploads
from royalties.services.sales.importing import ImportResult
from royalties.services.sales.unrecorded import unrecorded
from royalties.services.work import RefusedError, Work
from tests.builders.books import HARDCOVER, NOW, TESS, UNKNOWN, Office, a_row, after, spring
from tests.builders.sent import as_file, found, kept, send

pytestmark = pytest.mark.engines("either")

CLERK = Actor("Cleo", Role.CLERK)
MAY = as_file(
    [
        a_row(3, date="2025-05-02", list_price=None),
        a_row(2, isbn=UNKNOWN, list_price=None, discount=None, net="10.00"),
    ]
)
BAD = as_file([a_row(3, date="2025-05-02"), {**a_row(2), "units": "six"}, a_row(2, isbn="978")])


def record(office: Office, number: int, *seen: str) -> ImportResult:
    with office.system.work(CLERK) as work:
        return uploads.record(work, number, seen)


def outcome_of(office: Office, number: int) -> object:
    """As lists and the home page ask for it."""
    return office.rows(f"SELECT outcome FROM upload WHERE id = {number}")[0][0]


def counted(office: Office) -> tuple[int, ...]:
    return tuple(
        int(office.rows(f"SELECT count(*) FROM {table}")[0][0])
        for table in ("batch", "sale", "waiting", "sale_total", "log")
    )


class Endless(io.RawIOBase):
    """Bytes without end, which are asked for in blocks."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 1 << 20, "asked for all at once"
        given = min(size, self.left)
        self.left -= given
        return b"x" * given


def test_upload_is_streamed_to_disk(office: Office) -> None:
    tracemalloc.start()
    try:
        with office.system.work(CLERK) as work:
            received = uploads.receive(work, "big.csv", Endless(40_000_000))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert received.upload.size == 40_000_000
    assert peak < 12_000_000


def test_too_large_upload_leaves_no_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 2_000_000)
    with (
        office.system.work(CLERK) as work,
        pytest.raises(RefusedError, match="split it, or have it imported"),
    ):
        uploads.receive(work, "big.csv", Endless(2_000_001))  # type: ignore[arg-type]
    assert kept(office) == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\pat\\Q3 report.xlsx", "Q3 report.xlsx"),
        ("a\x00b\r\nSet-Cookie: c.csv", "a b Set-Cookie: c.csv"),
        ("gpj\u202exslx.exe", "gpj xslx.exe"),
        ("<b>x</b>.csv", "b>.csv"),
        ("", "a report"),
        ("/", "a report"),
        ("\ud800.csv", ".csv"),
        ("é" * 300 + ".csv", "é" * 251 + ".csv"),
    ],
)
def test_file_name_is_never_used_as_a_path(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


def test_bytes_are_named_by_their_fingerprint(office: Office) -> None:
    upload = send(office, CLERK, MAY, "../../../royalties.sqlite")
    assert upload.name == "royalties.sqlite"
    assert [path.name for path in kept(office)] == [upload.sha256]


def test_a_check_records_nothing(office: Office) -> None:
    before = office.hashes("upload")
    upload = send(office, CLERK, MAY)
    assert upload.status == "checked"
    assert upload.document is not None
    assert upload.document["outcome"] == "recorded"
    assert upload.document["sale_lines"] == 1
    assert outcome_of(office, upload.id) == "recorded"
    assert office.hashes("upload") == before


def test_a_report_is_recorded_once(office: Office) -> None:
    upload = send(office, CLERK, MAY, "may.csv")
    result = record(office, upload.id)
    assert result.outcome == "recorded"
    recorded = found(office, upload.id)
    assert (recorded.status, recorded.batch) == ("recorded", 1)
    assert office.rows("SELECT file_name, recorded_by FROM batch") == [("may.csv", "Cleo")]
    before = office.hashes()
    with pytest.raises(RefusedError, match="recorded already, as import 1"):
        record(office, upload.id)
    assert office.hashes() == before
    assert office.faults() == {}


def test_identical_upload_waits_once(office: Office) -> None:
    first = send(office, CLERK, MAY, "may.csv")
    with office.system.work(TESS) as work:
        again = uploads.receive(work, "other.csv", io.BytesIO(MAY))
    assert again.again
    assert (again.upload.id, again.upload.name) == (first.id, "may.csv")


@after(spring)
def test_unseen_warning_stops_the_recording(office: Office) -> None:
    upload = send(office, CLERK, as_file([a_row(3, date="2025-08-02", list_price=None)]))
    assert upload.document is not None
    assert upload.document["warnings"] == []
    office.bring_batch([a_row(1, date="2025-08-02", list_price=None)], "meanwhile.csv")
    before = counted(office)
    assert record(office, upload.id).outcome == "confirm"
    assert counted(office) == before
    now = found(office, upload.id).document
    assert now is not None
    messages = [each["message"] for each in now["warnings"]]
    assert record(office, upload.id, "something else").outcome == "confirm"
    assert record(office, upload.id, *messages).outcome == "recorded"


def test_upload_that_changed_since_its_check_is_not_recorded(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    office.alias(UNKNOWN, HARDCOVER)
    before = counted(office)
    assert record(office, upload.id).outcome == "changed"
    assert counted(office) == before
    now = found(office, upload.id)
    assert now.status == "checked"
    assert now.document is not None
    assert (now.document["outcome"], now.document["sale_lines"]) == ("recorded", 2)
    assert now.document["batch"] is None
    assert outcome_of(office, upload.id) == "recorded"
    assert record(office, upload.id).outcome == "recorded"
    assert office.faults() == {}


def test_upload_of_recorded_bytes_is_nothing_new(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    assert outcome_of(office, upload.id) == "recorded"
    path = office.outside / "may.csv"
    path.write_bytes(MAY)
    office.bring_file(path)
    assert record(office, upload.id).outcome == "nothing-new"
    document = found(office, upload.id).document
    assert document is not None
    assert document["same_as"] == 1
    assert outcome_of(office, upload.id) == "nothing-new"
    with office.work(read_only=True) as work:
        setup = setup_in_force(work)
        assert unrecorded(work, setup, open_period_of(work, setup)) == []


def test_problems_come_back_as_a_workbook(office: Office) -> None:
    upload = send(office, CLERK, BAD)
    assert upload.document is not None
    assert upload.document["outcome"] == "refused"
    assert upload.document["problem_count"] == 2
    assert outcome_of(office, upload.id) == "refused"
    before = counted(office)
    assert record(office, upload.id).outcome == "refused"
    assert counted(office) == before


def test_report_format_can_be_chosen_and_reset(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    with office.system.work(CLERK) as work:
        changed = uploads.change(work, upload.id, "kdp-2011", {"decimal": " , ", "sheet": ""})
    assert (changed.status, changed.report, changed.choices) == (
        "received",
        "kdp-2011",
        {"decimal": ","},
    )
    assert outcome_of(office, upload.id) is None
    with pytest.raises(RefusedError, match="check it first"):
        record(office, upload.id)
    with office.system.work(CLERK) as work, pytest.raises(RefusedError, match="no report"):
        uploads.change(work, upload.id, "nonsense", {})


def test_a_removed_upload_is_gone(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    with office.system.work(CLERK) as work:
        uploads.remove(work, upload.id)
    with office.work(read_only=True) as work:
        assert uploads.find(work, upload.id) is None
    assert outcome_of(office, upload.id) is None
    with pytest.raises(RefusedError, match="was removed"):
        record(office, upload.id)


def test_sweep_removes_only_old_unneeded_files(office: Office) -> None:
    needed = send(office, CLERK, MAY)
    done = send(office, CLERK, BAD)
    with office.system.work(CLERK) as work:
        uploads.remove(work, done.id)
    folder = office.system.files.home / "uploads"
    (folder / ".part-lost").write_bytes(b"half a file")
    old = (NOW - timedelta(hours=2)).timestamp()
    for name in (needed.sha256, ".part-lost"):
        os.utime(folder / name, (old, old))
    with office.work(read_only=True) as work:
        assert uploads.sweep(work) == 1
    assert {path.name for path in kept(office)} == {needed.sha256, done.sha256}
    os.utime(folder / done.sha256, (old, old))
    with office.work(read_only=True) as work:
        assert uploads.sweep(work) == 1
    assert {path.name for path in kept(office)} == {needed.sha256}


def test_lost_upload_file_is_reported(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    kept(office)[0].unlink()
    with pytest.raises(RefusedError, match="send it again"):
        record(office, upload.id)


VERBS: dict[str, Callable[[Work, int], object]] = {
    "receive": lambda work, _: uploads.receive(work, "x.csv", io.BytesIO(b"x")),
    "find": uploads.find,
    "open_uploads": lambda work, _: uploads.open_uploads(work),
    "change": lambda work, number: uploads.change(work, number, None, {}),
    "examine": uploads.examine,
    "record": lambda work, number: uploads.record(work, number, []),
    "remove": uploads.remove,
}


def test_nonprofit_user_cannot_use_uploads(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    before = office.hashes()
    stranger = Actor("Nora", Role.NONPROFIT, 7, frozenset({"seattle"}))
    for verb in VERBS.values():
        with office.system.work(stranger) as work, pytest.raises(NotAllowedError):
            verb(work, upload.id)
    assert office.hashes() == before


def test_concurrent_recordings_of_an_upload_record_once(office: Office) -> None:
    upload = send(office, CLERK, MAY)
    begun = threading.Barrier(2)
    told: list[str] = []

    def do(at: Office) -> None:
        begun.wait()
        try:
            told.append(record(at, upload.id).outcome)
        except RefusedError as error:
            told.append(str(error))

    offices = [office, office.another()]
    threads = [threading.Thread(target=do, args=(each,)) for each in offices]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    offices[1].system.dispose()
    assert sorted(told) == ["recorded", "report.csv was recorded already, as import 1"]
    assert office.rows("SELECT count(*) FROM batch") == [(1,)]
