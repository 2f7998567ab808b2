"""Sends e-mail by SMTP."""

import re
import smtplib
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from royalties.domain.mailboxes import is_mailbox
from royalties.domain.one_line import neutral_line, neutral_text

LONGEST_SUBJECT = 200
_LONGEST_NAME = 150
_LONGEST_ANSWER = 200

_TIMEOUT_SECONDS = 10.0
"""How long the mail server may take for each answer."""

_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")

_MESSAGE_SECONDS = 60.0
"""How long it may take for one message in all, however slowly it answers."""


class MailError(RuntimeError):
    """The mail server does not accept a message now; it may later."""


class RefusedMailError(MailError):
    """A message will never be accepted; the text says what to do."""


class MailServerError(MailError):
    """The mail server cannot be used now, whatever the message."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a message."""

    name: str
    data: bytes
    type: str


@dataclass(frozen=True, slots=True)
class Mailer:
    """The configured mail server; if ``url`` is empty, nothing can be sent."""

    url: str
    sender: str

    @property
    def is_set_up(self) -> bool:
        """Whether e-mail can be sent at all."""
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

        Names, titles and other typed texts are data: they cannot add a header.

        Raises:
            RefusedMailError: the message is refused for good.
            MailServerError: the server cannot be reached, or accepts nothing at all.
            MailError: the message is not accepted now.
        """
        if not is_mailbox(recipient):
            raise RefusedMailError(
                f"“{neutral_line(recipient, 80)}” is not one e-mail address: correct it, then send "
                "the message again"
            )
        name, address = parseaddr(self.sender) if self.sender else ("", sender)
        if not is_mailbox(address):
            raise RefusedMailError(
                f"the sender “{neutral_line(self.sender or sender, 80)}” is not an e-mail address: "
                "correct ROYALTIES_MAIL_FROM, or the publisher's e-mail, then try again"
            )
        message = EmailMessage()
        message["From"] = _address(address, neutral_line(name, _LONGEST_NAME))
        message["To"] = _address(recipient)
        message["Subject"] = neutral_line(subject, LONGEST_SUBJECT)
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
        message.set_content(neutral_text(text))
        if html:
            message.add_alternative(neutral_text(html), subtype="html")
        for attachment in attachments:
            main, _, sub = attachment.type.partition("/")
            message.add_attachment(
                attachment.data,
                maintype=main,
                subtype=sub,
                filename=neutral_line(attachment.name, LONGEST_SUBJECT),
            )
        _require_safe_headers(message)
        self._hand_over(message, address, recipient)

    def _hand_over(self, message: EmailMessage, sender: str, recipient: str) -> None:
        answer: bytes | str
        try:
            with self._connected() as server:
                server.send_message(message, sender, [recipient])
        except smtplib.SMTPNotSupportedError as error:
            if recipient.isascii() and sender.isascii():
                raise MailServerError(f"the mail server cannot do what we need: {error}") from error
            raise RefusedMailError(
                f"the mail server cannot write to {recipient}, which has letters beyond a to z "
                "before the @ (SMTPUTF8): ask for another address, or use another mail server"
            ) from error
        except smtplib.SMTPHeloError as error:
            raise MailServerError(
                "the mail server does not talk to us now "
                f"({_answer(error.smtp_code, error.smtp_error)})"
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refusal(code, answer, f"{recipient} is refused", "mailbox") from error
        except smtplib.SMTPSenderRefused as error:
            words = f"the sender {sender} is refused"
            raise _refusal(error.smtp_code, error.smtp_error, words, "sender") from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(
                error.smtp_code, error.smtp_error, "the message is refused", "message"
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerError(
                f"the mail server {urlsplit(self.url).hostname} cannot be reached or does not "
                f"answer ({type(error).__name__}: {neutral_line(str(error), _LONGEST_ANSWER)})"
            ) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection with a time limit, whatever the server does, encrypted unless it is local.

        The server's certificate and name are verified. A password is only sent over an encrypted
        connection. Without one, a mail server on this machine is used in clear text: nobody is in
        between, and its certificate is rarely verifiable.
        """
        is_tls = self.url.lower().startswith("smtps:")
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context())
            if is_tls
            else smtplib.SMTP(timeout=_TIMEOUT_SECONDS)
        )
        watch = threading.Timer(_MESSAGE_SECONDS, _force_close, [server])
        watch.daemon = True
        watch.start()
        try:
            with _server_errors():
                self._open(server, is_tls=is_tls)
            yield server
            with suppress(OSError, smtplib.SMTPException):
                server.quit()  # what was accepted stays accepted, whatever the answer
        finally:
            watch.cancel()
            server.close()

    def _open(self, server: smtplib.SMTP, *, is_tls: bool) -> None:
        """Connect, encrypt if need be, and sign in."""
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        # STARTTLS checks the certificate against this name.
        server._host = host  # type: ignore[attr-defined]  # noqa: SLF001 - set by the constructor else
        code, answer = server.connect(host, parts.port or (465 if is_tls else 25))
        if code != _READY:
            raise smtplib.SMTPConnectError(code, answer)
        server.ehlo()
        has_starttls = server.has_extn("starttls")
        if parts.username and not (is_tls or has_starttls):
            raise MailServerError(
                f"{host} offers no encryption (STARTTLS), so the password was not sent: use "
                "the server's port for it, often 587, or smtps://"
            )
        if has_starttls and not is_tls and (parts.username or host not in _LOCAL_HOSTS):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))


@contextmanager
def _server_errors() -> Iterator[None]:
    """Before a message is handed over, no refusal is about it: it stays in the outbox."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailServerError(
            "the mail server refuses the name or password of ROYALTIES_SMTP_URL: correct them "
            f"({_answer(error.smtp_code, error.smtp_error)})"
        ) from error
    except smtplib.SMTPResponseException as error:
        words = _answer(error.smtp_code, error.smtp_error)
        raise MailServerError(f"the mail server does not talk to us now ({words})") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailServerError(f"the mail server cannot do what we need: {error}") from error
    except OSError:  # includes a wrong certificate, which is a ValueError as well
        raise
    except ValueError as error:  # its text may contain part of the password
        raise MailServerError(
            "ROYALTIES_SMTP_URL cannot be used: write it as smtp://NAME:PASSWORD@HOST:PORT, signs "
            "such as @ : / in name and password as %40 %3A %2F, both of them in ASCII"
        ) from error


def _address(mailbox: str, name: str = "") -> Address:
    local, _, domain = mailbox.rpartition("@")
    return Address(name, local, domain)


_READY = 220
_CLOSING = 421
_NEEDS_SIGNING_IN = 530
_PERMANENT = 500

_ENHANCED = re.compile(r"\s*([45])\.(\d{1,3})\.(\d{1,3})")
"""An RFC 3463 status at the beginning of an answer."""

_REMEDIES = {
    "mailbox": "correct the address, then send the message again",
    "sender": "name another sender as ROYALTIES_MAIL_FROM, then try again",
    "message": "ask whoever runs the mail server why, then try again",
    "full": "their mailbox is full; ask them to make room or for another address, then try again",
    "large": "it is too large; send it again without the file",
    "policy": "by a rule of the mail server; ask whoever runs it, then try again",
}

_BY_STATUS = {
    ("1", "7"): "sender",
    ("1", "8"): "sender",
    ("2", "2"): "full",
    ("2", "3"): "large",
    ("3", "4"): "large",
}
_BY_SUBJECT = {"1": "mailbox", "2": "mailbox", "7": "policy"}


def _refusal(code: int, answer: bytes | str, refusal: str, about: str) -> MailError:
    """What a refusal means, and what to do."""
    words = _answer(code, answer)
    if code in {_CLOSING, _NEEDS_SIGNING_IN}:
        return MailServerError(f"the mail server takes nothing from us now ({words})")
    if code < _PERMANENT:
        return MailError(f"{refusal} for now ({words})")
    if found := _ENHANCED.match(_text(answer)):
        subject, detail = found[2], found[3]
        about = _BY_STATUS.get((subject, detail)) or _BY_SUBJECT.get(subject, about)
    elif code == 552:  # noqa: PLR2004 - RFC 5321: storage exceeded
        about = "full" if about == "mailbox" else "large"
    return RefusedMailError(f"{refusal}: {_REMEDIES[about]} ({words})")


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def _answer(code: int, answer: bytes | str) -> str:
    return f"it said: {code} {neutral_line(_text(answer), _LONGEST_ANSWER)}"


def _force_close(server: smtplib.SMTP) -> None:
    """Close a connection while another thread waits on it."""
    if server.sock is not None:
        with suppress(OSError):
            server.sock.shutdown(2)


def _require_safe_headers(message: EmailMessage) -> None:
    """Refuse a message in which one header would become two, or a body.

    Header values are sanitised by then; but Python's folding of long ones has let line breaks
    through more than once, and versions differ.
    """
    folded = [
        policy.default.clone(utf8=utf8).fold_binary(name, value)
        for part in message.walk()
        for name, value in part.raw_items()
        for utf8 in (False, True)
    ]
    if not all(map(_is_one_header, folded)):
        raise RefusedMailError(
            "a name in this message would have become part of its address lines: correct the name, "
            "then send the message again"
        )


def _is_one_header(folded: bytes) -> bool:
    lines = folded.removesuffix(b"\n").split(b"\n")
    goes_on = all(line[:1] in {b" ", b"\t"} and line.strip() for line in lines[1:])
    return goes_on and not {0, 13} & set(folded)
