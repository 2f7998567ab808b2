"""A mail server of our own on this machine, and what it was handed."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.builders.books import Office


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of the outbox as it would leave: its text with its link."""

    recipient: str
    subject: str
    text: str
    kind: str


def posted(office: Office, where: str = "1 = 1", **values: object) -> list[Posted]:
    """Messages of the outbox, the oldest first; what is sealed in them is opened."""
    rows = office.rows(
        "SELECT recipient, subject, text, link_words, link, kind FROM mail "
        f"WHERE {where} ORDER BY id",
        **values,
    )
    return [
        Posted(recipient, subject, text + _link(office, words, link), kind)
        for recipient, subject, text, words, link, kind in rows
    ]


def _link(office: Office, words: str, link: str | None) -> str:
    if link is None:
        return ""
    return f"\n{words}:\nhttp://localhost:8000{office.system.sealer.open(link)}\n"


@dataclass  # no slots: Python 3.11.2 trips over them when it looks for the handler's methods
class PostOffice:
    """Takes messages, or refuses them with its own words."""

    url: str = ""
    refusal: str = ""
    has_smtputf8: bool = True
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one message."""
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.raw.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"

    def text(self, place: int = -1) -> str:
        """The plain words of a message."""
        part = self.taken[place].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def attachments(self, place: int = -1) -> dict[str, bytes]:
        """The files that came with a message, by name."""
        return {
            each.get_filename() or "": each.get_content()
            for each in self.taken[place].iter_attachments()
        }


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def post_office(made: PostOffice | None = None, *, smtputf8: bool = True) -> Iterator[PostOffice]:
    """A mail server that runs until the block ends; it may lack SMTPUTF8."""
    made = made or PostOffice()
    made.has_smtputf8 = smtputf8
    port = free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port, enable_SMTPUTF8=smtputf8)
    controller.start()
    made.url = f"smtp://127.0.0.1:{port}"
    try:
        yield made
    finally:
        controller.stop()
