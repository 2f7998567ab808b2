"""Reports that are sent in a browser, and the people and workers around them."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from royalties.domain.people import Actor
from royalties.services.desk.jobs import start
from royalties.services.sales import uploads
from royalties.services.sales.uploads import Upload
from tests.builders.books import SALES_COLUMNS, Office


def as_file(rows: Iterable[Mapping[str, str]]) -> bytes:
    """A standard sales file's bytes."""
    lines = [",".join(SALES_COLUMNS)]
    lines += [",".join(row.get(name, "") for name in SALES_COLUMNS) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def send(
    office: Office, actor: Actor, data: bytes, name: str = "report.csv", *, as_job: bool = False
) -> Upload:
    """Send a report and have it checked, at once or by the worker."""
    with office.system.work(actor) as work:
        received = uploads.receive(work, name, io.BytesIO(data))
        number = received.upload.id
        if not received.again and as_job:
            start(work, "check", received.upload, {})
    if not received.again and not as_job:
        with office.system.work(actor, read_only=True) as work:
            seen = uploads.examine(work, number)
        with office.system.work(actor) as work:
            uploads.save_result(work, number, seen)
    return found(office, number)


def found(office: Office, number: int) -> Upload:
    """An upload as it stands."""
    with office.work(read_only=True) as work:
        made = uploads.find(work, number)
    assert made is not None
    return made


def kept(office: Office) -> list[Path]:
    """Files among the uploads."""
    folder = office.system.files.home / "uploads"
    return sorted(folder.iterdir()) if folder.is_dir() else []
