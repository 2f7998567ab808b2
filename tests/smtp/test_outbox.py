"""E-mail through a real mail server: once, again after a refusal, and never more than it says."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config import Config
from royalties.adapters.mailer import Mailer, MailError
from royalties.services.mail.log import try_again
from royalties.services.mail.outbox import LOST_KEY, Message, Outcome, deliver, write
from royalties.services.work import Work
from tests.builders.books import NOW, TESS, CrashError, Office, after, closed
from tests.builders.post import PostOffice, free_port, post_office, posted
from tests.patience import PATIENCE

pytestmark = after(closed)

INVITATION = Message(
    "ada@example.org",
    "Your invitation",
    ["Set a password, <b>soon</b>."],
    "invitation",
    "1",
    link=("Set a password", "/account/invitation/s3cret"),
    secret=True,
)
NOTE = Message("bo@example.org", "For information", ["Nothing to do."], "note", "2")


def reach(office: Office, url: str, *, minutes: int = 0, since: datetime = NOW) -> None:
    """Let an office send by a mail server, some time later than now."""
    config = replace(office.system.config, smtp_url=url, mail_from="Desk <desk@example.com>")
    office.system = replace(
        office.system, config=config, clock=lambda: since + timedelta(minutes=minutes)
    )


def with_key(office: Office, key: str, *older: str, alone: bool = False) -> None:
    """Give an office's process secret keys; ``alone`` if the home's own is gone."""
    config = replace(office.system.config, secret_key=key, old_secret_keys=older)
    office.system = replace(office.system, config=config)
    if alone:
        (config.home / "cookie.key").unlink()


def wrote(office: Office, *messages: Message) -> None:
    with office.work() as work:
        for each in messages:
            write(work, each)


def sent(office: Office) -> int:
    """Deliver what is due; returns how many were dealt with."""

    def unit() -> AbstractContextManager[Work]:
        return office.system.work(TESS)

    count = 0
    while deliver(unit):
        count += 1
    return count


def test_message_is_sent_only_once(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(office, INVITATION, NOTE)
    assert sent(office) == 2
    assert sent(office) == 0
    assert post.recipients == [["ada@example.org"], ["bo@example.org"]]
    first = post.taken[0]
    assert first["Subject"] == "Your invitation"
    assert first["From"] == "Desk <desk@example.com>"
    assert first["Message-ID"].endswith("@example.com>")
    assert "http://localhost:8000/account/invitation/s3cret" in post.text(0).splitlines()
    html = first.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;soon&lt;/b&gt;" in html.get_content()


@pytest.mark.parametrize("is_tried", [False, True])
def test_message_dated_in_the_future_is_sent_now(
    office: Office, post: PostOffice, *, is_tried: bool
) -> None:
    reach(office, post.url, minutes=400 * 24 * 60)
    wrote(office, NOTE)
    if is_tried:
        post.refusal = "451 later"
        assert sent(office) == 1
        post.refusal = ""
    reach(office, post.url)
    assert sent(office) == 1
    assert post.recipients == [["bo@example.org"]]


def test_message_waits_for_its_next_attempt(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(office, NOTE)
    office.execute("UPDATE mail SET attempts = 6, next_at = '2025-01-01T00:00:00+00:00'")
    post.refusal = "451 later"
    assert sent(office) == 1
    post.refusal = ""
    reach(office, post.url, minutes=127)
    assert sent(office) == 0
    reach(office, post.url, minutes=129)
    assert sent(office) == 1


def test_message_of_a_rolled_back_transaction_is_never_sent(
    office: Office, post: PostOffice
) -> None:
    reach(office, post.url)
    with suppress(CrashError), office.work() as work:
        write(work, NOTE)
        raise CrashError
    assert sent(office) == 0


def test_without_a_mail_server_messages_wait(office: Office, post: PostOffice) -> None:
    wrote(office, NOTE)
    assert sent(office) == 0
    reach(office, post.url, minutes=60)
    assert sent(office) == 1


def test_refused_message_is_retried_at_growing_intervals(office: Office, post: PostOffice) -> None:
    wrote(office, NOTE)
    post.refusal = "451 the disk is full"
    tried, minute = [], 0
    while (waits := office.rows("SELECT next_at FROM mail"))[0][0] is not None:
        reach(office, post.url, minutes=minute)
        before = waits[0][0] > office.system.clock().isoformat(timespec="seconds")
        assert sent(office) == (0 if before else 1)
        if not before:
            tried.append(minute)
        minute += 1
    assert tried == [0, 2, 6, 14, 30, 62, 126, 254]
    assert "the disk is full" in office.rows("SELECT error FROM mail")[0][0]
    assert office.rows("SELECT attempts, sent_at FROM mail") == [(8, None)]


def test_message_refused_once_arrives_once(office: Office, post: PostOffice) -> None:
    wrote(office, NOTE)
    reach(office, f"smtp://127.0.0.1:{free_port()}")
    assert sent(office) == 1
    assert "refused" in office.rows("SELECT error FROM mail")[0][0].lower()
    reach(office, post.url, minutes=1)
    assert sent(office) == 0
    reach(office, post.url, minutes=2)
    assert sent(office) == 1
    assert len(post.taken) == 1
    assert office.rows("SELECT attempts, next_at, error FROM mail") == [(2, None, "")]


def test_failing_message_does_not_hold_back_others(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(
        office,
        replace(NOTE, recipient="not an address"),
        replace(NOTE, recipient="bo@example.org\r\nBcc: eve@example.org"),
        replace(NOTE, recipient="bo@example.org, eve@example.org"),
        replace(NOTE, attachments=[("2025-H1", "gone.xlsx")]),
        NOTE,
    )
    assert sent(office) == 5
    assert post.recipients == [["bo@example.org"]]
    errors = [row[0] for row in office.rows("SELECT error FROM mail ORDER BY id")]
    assert [bool(error) for error in errors] == [True, True, True, True, False]
    assert "gone.xlsx" in errors[3]


def test_subject_cannot_inject_a_header(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(office, replace(NOTE, subject="Hello\r\nBcc: eve@example.org\n\nA body"))
    assert sent(office) == 1
    assert post.recipients == [["bo@example.org"]]
    assert post.taken[0]["Subject"] == "Hello Bcc: eve@example.org A body"
    assert post.taken[0]["Bcc"] is None


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_mailer_refuses_an_invalid_address(office: Office, post: PostOffice) -> None:
    for bad in ("", "a@x.org,b@x.org", "a@x.org\nCc: b@x.org", "Group: a@x.org, b@x.org;"):
        with pytest.raises(MailError):
            Mailer(post.url, "desk@example.com").send(bad, "Hi", "Text", "")
    assert post.taken == []


def test_a_secret_is_forgotten_once_it_was_sent(office: Office, post: PostOffice) -> None:
    wrote(office, INVITATION, NOTE)
    reach(office, post.url)
    post.refusal = "451 later"
    sent(office)
    assert "/s3cret" in posted(office)[0].text
    post.refusal = ""
    reach(office, post.url, minutes=5)
    sent(office)
    texts = office.rows("SELECT text, html, link FROM mail ORDER BY id")
    assert texts[0] == ("", "", None)
    assert "Nothing to do." in texts[1][0]
    assert "s3cret" in post.text(0)


def test_a_secret_link_is_sealed_while_it_waits(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(office, INVITATION, replace(INVITATION, secret=False))
    [(sealed,), (open_,)] = office.rows("SELECT link FROM mail ORDER BY id")
    assert "s3cret" not in sealed
    assert open_ == "/account/invitation/s3cret"
    assert sent(office) == 2
    assert "http://localhost:8000/account/invitation/s3cret" in post.text(0).splitlines()


def test_message_with_an_unreadable_link_is_reported_and_sent_once_its_key_is_back(
    office: Office, post: PostOffice
) -> None:
    with_key(office, "the first")
    wrote(office, INVITATION, NOTE)
    with_key(office, "another")
    reach(office, post.url)
    assert sent(office) == 2
    assert post.recipients == [["bo@example.org"]], "others leave"
    [first, _] = office.rows("SELECT error, next_at, attempts FROM mail ORDER BY id")
    assert first == (LOST_KEY, None, 1)
    with_key(office, "another", "the first")
    with office.work() as work:
        try_again(work, 1)
    assert sent(office) == 1
    assert "/account/invitation/s3cret" in post.text()


def test_links_kept_in_clear_by_earlier_versions_are_sealed_by_init(
    office: Office, post: PostOffice
) -> None:
    wrote(office, INVITATION, INVITATION, NOTE)
    office.execute(
        "UPDATE mail SET link = '/account/invitation/s3cret' WHERE id = 1",
        "UPDATE mail SET text = 'See http://h/s3cret', html = '<p>http://h/s3cret</p>', "
        "link = NULL, link_words = NULL WHERE id = 2",
    )
    office.system.migrate()
    kept = office.rows("SELECT text, html, link FROM mail ORDER BY id")
    assert "s3cret" not in str(kept)
    assert kept[2][0] == "Nothing to do."
    with_key(office, "given now")
    office.system.migrate()
    reach(office, post.url)
    with_key(office, "given now", alone=True)
    assert sent(office) == 3
    assert "http://localhost:8000/account/invitation/s3cret" in post.text(0)
    assert post.text(1).strip() == "See http://h/s3cret"


def test_an_attachment_is_the_issued_file(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    folder = office.system.files.home / "issued" / "2025-H1"
    names = sorted(path.name for path in folder.iterdir() if "Seattle" in path.name)
    assert len(names) == 2
    wrote(office, replace(NOTE, attachments=[("2025-H1", name) for name in names]))
    assert sent(office) == 1
    assert post.attachments() == {name: (folder / name).read_bytes() for name in names}


def test_slow_mail_server_does_not_block_writers(office: Office) -> None:
    meanwhile: list[int] = []

    class Slow(PostOffice):
        async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
            another = office.another(busy_seconds=0.2).system
            with another.work(TESS) as work:
                meanwhile.append(write(work, NOTE))
            another.dispose()
            return "250 taken"

    with post_office(Slow()) as post:
        reach(office, post.url)
        wrote(office, NOTE)
        assert deliver(lambda: office.system.work(TESS)) is Outcome.SENT
    assert meanwhile == [2]


def test_two_senders_never_send_a_message_twice(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    wrote(office, *[replace(NOTE, about=str(n), subject=f"Note {n}") for n in range(20)])
    senders = [threading.Thread(target=sent, args=(office,)) for _ in range(2)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    assert sorted(each["Subject"] for each in post.taken) == sorted(f"Note {n}" for n in range(20))


_SENDER = """
import sys
from config import from_environment
from royalties.domain.people import Actor, Role
from royalties.runtime import open_system
from royalties.services.mail.outbox import deliver
system = open_system(from_environment())
while deliver(lambda: system.work(Actor("post", Role.ADMINISTRATOR))): pass
"""


def test_a_sender_killed_at_work_sends_at_most_one_twice(office: Office) -> None:
    """The mail server kills the sender when it has the second message, before it can say so."""
    senders: list[int] = []

    class Deadly(PostOffice):
        async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
            answer = await PostOffice.handle_DATA(self, *arguments)
            if len(self.taken) == 2:
                os.kill(senders[0], signal.SIGKILL)
            return answer

    with post_office(Deadly()) as post:
        reach(office, post.url)
        wrote(office, *[replace(NOTE, subject=f"Note {n}") for n in range(4)])
        config: Config = office.system.config
        process = subprocess.Popen(
            [sys.executable, "-c", _SENDER],
            env={
                **os.environ,
                "ROYALTIES_HOME": str(config.home),
                "ROYALTIES_DATABASE_URL": config.database_url,
                "ROYALTIES_SMTP_URL": post.url,
            },
        )
        senders.append(process.pid)
        assert process.wait(PATIENCE) == -signal.SIGKILL
        assert len(post.taken) == 2
        reach(office, post.url, minutes=60, since=datetime.now(UTC))
        sent(office)
        subjects = sorted(str(each["Subject"]) for each in post.taken)
    assert subjects == ["Note 0", "Note 1", "Note 1", "Note 2", "Note 3"]
    assert office.rows("SELECT count(*) FROM mail WHERE sent_at IS NULL") == [(0,)]
