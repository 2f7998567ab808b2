"""Telling people what happened to their account."""

from royalties.services.mail.outbox import Message, write
from royalties.services.work import Work


def notice(work: Work, email: str, subject: str, *paragraphs: str) -> None:
    """Tell somebody by e-mail what happened to their account."""
    write(
        work,
        Message(
            email,
            subject,
            paragraphs,
            kind="notice",
            about="account",
            link=("Your account", "/account/me"),
        ),
    )
