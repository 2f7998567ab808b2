"""Failures of the mail server: refusals are explained, and nobody waits for it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from royalties.adapters import mailer
from royalties.cli.jobs import Post
from royalties.services.mail.log import MailState, messages
from royalties.services.mail.outbox import Message, Outcome, deliver
from tests.builders.books import TESS, Office, after, closed
from tests.builders.post import PostOffice, post_office
from tests.smtp.test_outbox import INVITATION, NOTE, reach, sent, wrote

pytestmark = [
    after(closed),
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
]

REFUSED = [
    ("RCPT", "550 5.1.1 no such user", "correct the address"),
    ("RCPT", "550 unknown", "correct the address"),
    ("RCPT", "552 5.2.2 over quota", "mailbox is full"),
    ("RCPT", "554 5.7.1 relay denied", "a rule of the mail server"),
    ("MAIL", "553 5.1.8 who are you", "ROYALTIES_MAIL_FROM"),
    ("MAIL", "550 no", "ROYALTIES_MAIL_FROM"),
    ("DATA", "552 5.3.4 too big", "without the file"),
    ("DATA", "554 5.7.1 spam\r\nBcc: eve@example.org", "a rule of the mail server"),
    ("DATA", "550 no reason", "ask whoever runs the mail server"),
]


class Refusing(PostOffice):
    """Answers one command with a refusal; without slots, as the class above."""

    command = answer = ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self.answer if self.command == "MAIL" else "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer if self.command == "RCPT" else "250 OK"

    async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.command == "DATA":
            return self.answer
        return await PostOffice.handle_DATA(self, *arguments)


@pytest.mark.parametrize(("command", "answer", "remedy"), REFUSED)
def test_permanent_refusal_ends_delivery_and_is_explained(
    office: Office, command: str, answer: str, remedy: str
) -> None:
    made = Refusing()
    made.command, made.answer = command, answer
    with post_office(made) as post:
        reach(office, post.url)
        wrote(office, NOTE)
        assert sent(office) == 1
        reach(office, post.url, minutes=6000)
        assert sent(office) == 0
    with office.work(read_only=True) as work:
        [told] = messages(work)
    assert told.state is MailState.FAILED
    assert told.attempts == 1
    assert remedy in told.error
    assert answer[:3] in told.error
    assert "\n" not in told.error


@contextmanager
def silent(drips: bytes = b"") -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes connections and never answers, or a character at a time."""
    met: list[socket.socket] = []
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    met.append(server.accept()[0])
                    while drips and not ended.wait(0.02):
                        met[-1].sendall(drips)

        taker = threading.Thread(target=take, daemon=True)
        taker.start()
        try:
            yield f"smtp://127.0.0.1:{server.getsockname()[1]}", met
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)
            for each in met:
                each.close()
            taker.join()


def test_hanging_server_delays_one_message_and_no_job(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "_TIMEOUT_SECONDS", 0.05)
    wrote(office, *[replace(NOTE, subject=f"Note {n}") for n in range(8)])
    with silent() as (url, met):
        reach(office, url)
        post = Post(office.system)
        assert [post.send_one() for _ in range(9)] == [True, *[False] * 8]
        assert len(met) == 1
    assert office.rows("SELECT attempts FROM mail ORDER BY id") == [(1,), *[(0,)] * 7]
    assert "does not answer" in office.rows("SELECT error FROM mail ORDER BY id")[0][0]


def test_slowly_dripping_server_is_given_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "_MESSAGE_SECONDS", 0.2)
    wrote(office, NOTE)
    with silent(b"2") as (url, _):
        reach(office, url)
        assert deliver(lambda: office.system.work(TESS)) is Outcome.NO_SERVER


def test_accepted_message_is_not_resent_after_an_error_on_quit(
    office: Office,
) -> None:
    class Rude(PostOffice):
        async def handle_QUIT(self, *_arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return "500 never"

    with post_office(Rude()) as post:
        reach(office, post.url)
        wrote(office, NOTE)
        assert sent(office) == 1
        assert len(post.taken) == 1
    assert office.rows("SELECT error, next_at FROM mail") == [("", None)]


@pytest.mark.thorough("measurements")
def test_unreachable_server_is_retried_for_days(office: Office) -> None:
    """Also longer than a message that is refused for now would be tried."""
    wrote(office, NOTE)
    minutes, tries = 0, 0
    with silent() as (url, _):
        pass
    while office.rows("SELECT next_at FROM mail") != [(None,)]:
        reach(office, url, minutes=minutes)
        tries += sent(office)
        minutes += 30
    assert tries > 8
    assert 5 * 24 * 60 <= minutes - 30 <= 5 * 24 * 60 + 60


def test_wrong_smtp_password_gives_up_no_message(office: Office) -> None:
    class Guarded(PostOffice):
        async def handle_MAIL(self, *_arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return "530 5.7.0 authentication required"

    with post_office(Guarded()) as post:
        reach(office, post.url)
        wrote(office, NOTE)
        assert deliver(lambda: office.system.work(TESS)) is Outcome.NO_SERVER
    assert office.rows("SELECT next_at IS NULL FROM mail") == [(0,)]


class Scripted:
    """A server of few words: what it says to each command stands in a table."""

    def __init__(self, greeting: str = "220 here", **answers: str) -> None:
        self._greeting = greeting
        self._answers = {"EHLO": "250-here\r\n250 STARTTLS", "QUIT": "221 bye"} | answers

    @contextmanager
    def running(self) -> Iterator[int]:
        """Serve, at a port, until the block ends."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            serving = threading.Thread(target=self._serve, args=(server,), daemon=True)
            serving.start()
            yield int(server.getsockname()[1])
            server.shutdown(socket.SHUT_RDWR)
            serving.join()

    def _serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                with server.accept()[0] as met, met.makefile("rb") as lines:
                    met.sendall(f"{self._greeting}\r\n".encode())
                    for line in lines:
                        word = line.split()[0].decode().upper()
                        met.sendall(f"{self._answers.get(word, '250 fine')}\r\n".encode())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (Scripted(STARTTLS="454 4.7.0 no TLS now"), "does not talk to us now (it said: 454"),
        (Scripted(STARTTLS="554 5.7.3 never"), "does not talk to us now (it said: 554"),
        (Scripted(STARTTLS="502 what"), "does not talk to us now (it said: 502"),
        (Scripted(greeting="554 no service"), "does not talk to us now (it said: 554"),
        (Scripted(greeting="220 " + "x" * 9000), "does not talk to us now (it said: 500"),
        (Scripted(EHLO="250 here"), "offers no encryption (STARTTLS)"),
    ],
    ids=["no TLS now", "no TLS", "no STARTTLS", "no service", "a long greeting", "nothing offered"],
)
def test_refusal_before_a_message_is_handed_over_ends_no_message(
    office: Office, script: Scripted, words: str
) -> None:
    with script.running() as port:
        reach(office, f"smtp://desk:secret@127.0.0.1:{port}")
        wrote(office, NOTE)
        assert deliver(lambda: office.system.work(TESS)) is Outcome.NO_SERVER
    [(error, is_over)] = office.rows("SELECT error, next_at IS NULL FROM mail")
    assert words in error
    assert not is_over


@pytest.mark.parametrize(
    "url",
    [
        "smtp://localhost:port",
        "smtp://desk:sec/ret@localhost:25",
        "smtp://mail..example",
        "smtp://[::1:25",
    ],
)
def test_unusable_smtp_url_is_reported_without_its_password(office: Office, url: str) -> None:
    reach(office, url)
    wrote(office, NOTE)
    assert deliver(lambda: office.system.work(TESS)) is Outcome.NO_SERVER
    [(error, is_over)] = office.rows("SELECT error, next_at IS NULL FROM mail")
    assert error.startswith("ROYALTIES_SMTP_URL cannot be used")
    assert "sec" not in error.lower().replace("ascii", "")
    assert not is_over


# Links


def named(office: Office, base_url: str, *, is_named: bool = True) -> None:
    """Let the desk's address be another one from now on."""
    config = replace(office.system.config, base_url=base_url, is_address_named=is_named)
    office.system = replace(office.system, config=config)


def test_links_are_made_when_a_message_leaves(office: Office, post: PostOffice) -> None:
    named(office, "http://localhost:8000", is_named=False)
    wrote(office, INVITATION)
    reach(office, post.url)
    named(office, "https://desk.example.org")
    assert sent(office) == 1
    assert "https://desk.example.org/account/invitation/s3cret" in post.text()
    html = post.taken[0].get_body(("html",))
    assert html is not None
    assert 'href="https://desk.example.org/account/invitation/s3cret"' in html.get_content()
    assert b"localhost" not in post.raw[0]


def test_messages_with_links_wait_without_a_base_url(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    named(office, "http://localhost:8000", is_named=False)
    wrote(office, INVITATION, NOTE)
    assert sent(office) == 1
    assert post.recipients == [["bo@example.org"]]
    with office.work(read_only=True) as work:
        told = {each.recipient: each for each in messages(work)}
    assert told["ada@example.org"].state is MailState.HELD
    assert "ROYALTIES_BASE_URL" in told["ada@example.org"].error
    named(office, "https://desk.example.org")
    assert sent(office) == 1
    assert office.rows("SELECT count(*) FROM mail WHERE sent_at IS NULL OR error <> ''") == [(0,)]


def test_message_of_an_earlier_release_is_sent_unchanged(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(office, NOTE)
    office.execute("UPDATE mail SET text = 'Whole text', html = '<p>Whole page</p>'")
    assert sent(office) == 1
    assert post.text().strip() == "Whole text"


# Addresses beyond ASCII


def test_international_domain_is_sent_in_ascii(office: Office, post: PostOffice) -> None:
    """As old books have it; what is typed today is kept so."""
    reach(office, post.url)
    wrote(office, Message("Bo@Bücher.example", "Hi", ["Text"], "note", "1"))
    assert sent(office) == 1
    assert post.recipients == [["bo@xn--bcher-kva.example"]]


@pytest.mark.parametrize("smtputf8", [True, False])
def test_non_ascii_mailbox_needs_a_server_with_smtputf8(office: Office, *, smtputf8: bool) -> None:
    with post_office(smtputf8=smtputf8) as post:
        reach(office, post.url)
        wrote(office, Message("jürgen@example.org", "Hi", ["Text"], "note", "1"))
        assert sent(office) == 1
        assert len(post.taken) == int(smtputf8)
    [(error, next_at)] = office.rows("SELECT error, next_at FROM mail")
    assert next_at is None
    assert ("SMTPUTF8" in error) is not smtputf8
