"""The same value gives the same bytes: in another process, zone, hour, and with other hashes."""

import hashlib
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from reports import period, returned, statement
from tests.reports import samples

ROOT = Path(__file__).parents[2]
ROWS = [["Date", "ISBN"], ["2025-01-03", samples.HARDCOVER]]


def made() -> dict[str, bytes]:
    return {
        "statement": statement.workbook(samples.statement()),
        "draft": statement.workbook(samples.statement(number=None)),
        "twin": json.dumps(statement.twin(samples.statement())).encode(),
        "period": period.workbook(samples.period_report()),
        "returned": returned.workbook([("Sales", ROWS)], {("Sales", 2): "bad"}, {"Sales": 1}),
    }


def digests() -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in made().items()}


def test_workbook_written_twice_has_the_same_bytes() -> None:
    assert made() == made()


def test_workbook_of_an_equal_value_has_the_same_bytes() -> None:
    first = statement.workbook(samples.statement())
    kuwait = samples.contract(currency="KWD")
    statement.workbook(samples.statement(currency="KWD", contracts=(kuwait,)))
    assert statement.workbook(samples.statement()) == first


@pytest.mark.thorough("processes of their own")
@pytest.mark.parametrize(
    ("zone", "seed"), [("Pacific/Kiritimati", "1"), ("America/Anchorage", "2")]
)
def test_workbook_has_the_same_bytes_in_another_process(zone: str, seed: str) -> None:
    code = (
        "import json, time; real = time.time; time.time = lambda: real() + 4e7;"
        "from tests.reports.test_same_bytes import digests; print(json.dumps(digests()))"
    )
    environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == digests()


def test_workbook_contains_neither_clock_nor_machine() -> None:
    with ZipFile(BytesIO(statement.workbook(samples.statement()))) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.create_system, entry.external_attr) == (3, 0o600 << 16)
