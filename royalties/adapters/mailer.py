"""E-mail leaves here, by SMTP."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

_TIMEOUT_SECONDS = 10
_HERE = ("localhost", "127.0.0.1", "::1")


class MailError(RuntimeError):
    """A message could not be handed to the mail server; it stays in the outbox."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    data: bytes
    type: str


@dataclass(frozen=True, slots=True)
class Mailer:
    """The mail server of a configuration; ``url`` may be empty, then nothing can leave."""

    url: str
    sender: str

    @property
    def is_set_up(self) -> bool:
        """Whether e-mail can leave at all."""
        return bool(self.url)

    def send(
        self,
        recipient: str,
        subject: str,
        text: str,
        html: str,
        attachments: Sequence[Attachment] = (),
        sender: str = "",
    ) -> None:
        """Hand one message to the mail server.

        Raises:
            MailError: the server cannot be reached or does not take it.
        """
        message = EmailMessage()
        try:
            message["From"] = self.sender or sender
            message["To"] = recipient
        except ValueError as error:
            raise MailError(f"{recipient!r} is not an address: {error}") from error
        addresses = message["To"].addresses
        if len(addresses) != 1 or not addresses[0].domain:
            raise MailError(f"{recipient!r} is not one address")
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate()
        domain = parseaddr(self.sender or sender)[1].partition("@")[2]
        message["Message-ID"] = make_msgid(domain=domain or "localhost")
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        for each in attachments:
            main, _, sub = each.type.partition("/")
            message.add_attachment(each.data, maintype=main, subtype=sub, filename=each.name)
        try:
            with self._connected() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{type(error).__name__}: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        """A connection that is encrypted to whom it is meant for, if it has to be.

        The server's certificate and name are verified. A password goes over an encrypted
        connection only. Without one, a mail server on this machine is spoken to in clear: nobody
        is between, and its certificate is rarely one that anybody could verify.
        """
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host,
                parts.port or 465,
                timeout=_TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=_TIMEOUT_SECONDS)
            server.ehlo()
            if parts.username and not server.has_extn("starttls"):
                server.close()
                raise smtplib.SMTPNotSupportedError(
                    f"{host} offers no encryption (STARTTLS), so the password was not sent: use "
                    "the server's port for it, often 587, or smtps://"
                )
            if server.has_extn("starttls") and (parts.username or host not in _HERE):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server
