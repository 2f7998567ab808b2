"""Files that are handed out."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from flask import Response, request, send_file

from royalties.ingest.uploads.attachments import ENDINGS
from royalties.services import enclosures
from royalties.services.enclosures import TakenFile
from royalties.services.orders import messages
from royalties.web.core.visit import release, system

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


@contextmanager
def enclosed(name: str, types: frozenset[str] = frozenset(ENDINGS)) -> Iterator[list[TakenFile]]:
    """The files that came with a form in a field, looked at and written down; none stays here.

    Nobody waits for the database meanwhile: what the request did before is taken back, and work
    of before must not be used within.

    Raises:
        RefusedError: one is not taken, or they are too large together.
    """
    sent = [upload for upload in request.files.getlist(name) if upload.filename]
    if sent:
        release()
    files = system().files
    taken = (enclosures.take(files, upload.filename or "", upload.stream, types) for upload in sent)
    with enclosures.enclosed(files, taken, messages.require_few) as enclosed_files:
        yield enclosed_files


def download(name: str, data: bytes | IO[bytes]) -> Response:
    """A download, never shown in the browser nor cached by it."""
    file = BytesIO(data) if isinstance(data, bytes) else data
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    answer = send_file(file, kind, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
