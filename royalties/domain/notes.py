"""Notes and questions of the staff: what they are about, and what is done with one."""

from enum import StrEnum


class NoteSubject(StrEnum):
    """What a note is attached to; parts of the setup as setup files call them, and periods."""

    CONTRACT = "contracts"
    BENEFICIARY = "beneficiaries"
    RETAILER = "retailers"
    PERIOD = "periods"


class NoteKind(StrEnum):
    """A remark, a question that waits for an answer, or an answer to one."""

    NOTE = "note"
    QUESTION = "question"
    ANSWER = "answer"


class NoteAction(StrEnum):
    """What was done with a note, as its history records it."""

    ADDED = "added"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
