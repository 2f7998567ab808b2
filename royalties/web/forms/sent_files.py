"""A file that is sent, looked at, and then saved: what the pages for such files share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import render_template, request
from werkzeug.datastructures import FileStorage

from royalties.adapters.files import TooLargeError
from royalties.ingest.setup import SetupError
from royalties.services.enclosures import shown_name
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.work import RefusedError
from royalties.web.core.names import in_names
from royalties.web.core.visit import release, system
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import Hidden

MOST_FAULTS = 200
"""Faults of a file that a page shows."""

GONE = "The file is not here any more: choose it again."

_FINGERPRINT = 64
_LONGEST_NAME = 100


class SentFileForm(EntryForm):
    """What the page that shows what a file would do carries; ``seen`` tells what it showed."""

    file = Hidden(longest=_FINGERPRINT)
    name = Hidden(longest=_LONGEST_NAME)
    seen = Hidden(longest=_FINGERPRINT)

    @property
    def sent(self) -> "SentFile":
        """The file that was looked at."""
        return SentFile(self.file.data, self.name.data[:_LONGEST_NAME])


class NotSentError(RefusedError):
    """No file was sent, or one that is too large; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file whose bytes are stored until it is saved, by their fingerprint, and its name."""

    fingerprint: str
    name: str

    @property
    def path(self) -> Path | None:
        """Where its bytes are; None where they are not here any more."""
        text = self.fingerprint
        if len(text) != _FINGERPRINT or not (text.isalnum() and text.isascii()):
            return None
        path = system().files.enclosure(text)
        return path if path.is_file() else None

    def drop(self) -> None:
        """Let its bytes go."""
        system().files.drop_enclosure(self.fingerprint)


def chosen_file() -> FileStorage:
    """The file that came in the field ``file``.

    Raises:
        NotSentError: none was chosen.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise NotSentError("Choose a file.")
    return sent


def store_sent(largest: int, *, may_be_split: bool = True) -> SentFile:
    """Write down the file that came in the field ``file``; what the request did is taken back.

    Args:
        largest: bytes.
        may_be_split: whether it may come in several files.

    Raises:
        NotSentError: none was chosen, or it is too large.
    """
    sent = chosen_file()
    release()  # nobody waits while bytes are written
    try:
        fingerprint, _ = system().files.keep_enclosure(sent.stream, largest)
    except TooLargeError:
        advice = ": split it, it may come in several" if may_be_split else ""
        raise NotSentError(f"The file is larger than {largest >> 20} MB{advice}.") from None
    return SentFile(fingerprint, shown_name(sent.filename or "")[:_LONGEST_NAME])


def fault_count(error: SetupError | FaultyTableError, what: str) -> str:
    """How many faults a file has, so that nothing was done; ``what`` is "saved" or the like."""
    count = len(error.faults)
    return f"The file has {count} fault{'s' if count > 1 else ''}, so nothing was {what}."


def faults_by_place(error: SetupError | FaultyTableError) -> list[tuple[str, str]]:
    """Where each fault of a file is, and what is wrong there."""
    if isinstance(error, FaultyTableError):
        return [
            (
                f"row {fault.row}, {fault.column}",
                f"“{fault.value}” {in_names(fault.message)}"
                if fault.value
                else in_names(fault.message),
            )
            for fault in error.faults
        ]
    return [(fault.path, fault.message) for fault in error.faults]


def preview_page(template: str, found: object, sent: SentFile, refused: str) -> tuple[str, int]:
    """What a file would change, with what is against saving it."""
    page = render_template(
        template, found=found, name=sent.name, file=sent.fingerprint, refused=refused
    )
    return page, 409 if refused else 200


def faults_shown(error: SetupError | FaultyTableError | None) -> dict[str, Any]:
    """What a template is given of a file's faults: the first ones, and how many more there are."""
    faults = faults_by_place(error) if error else []
    return {"faults": faults[:MOST_FAULTS], "more": max(0, len(faults) - MOST_FAULTS)}
