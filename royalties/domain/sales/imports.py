"""Reports on their way into the books: uploads, and the batches that they are recorded as."""

from enum import StrEnum


class BatchStatus(StrEnum):
    """Whether the sales of an import are in the books, or were taken out of them again."""

    RECORDED = "recorded"
    UNDONE = "undone"


class UploadStatus(StrEnum):
    """How far a report is that was sent in a browser."""

    RECEIVED = "received"
    CHECKED = "checked"
    RECORDED = "recorded"
    REMOVED = "removed"


OPEN_UPLOADS = (UploadStatus.RECEIVED, UploadStatus.CHECKED)
"""Statuses of an upload that may still be recorded."""
