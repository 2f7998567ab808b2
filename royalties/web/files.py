"""Files that are handed out."""

from io import BytesIO
from typing import IO

from flask import Response, send_file

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


def download(name: str, data: bytes | IO[bytes]) -> Response:
    """A file to be kept, never shown in the browser nor kept by it."""
    file = BytesIO(data) if isinstance(data, bytes) else data
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    answer = send_file(file, kind, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
