"""Names, titles and subjects reach mails as data: no header and no body is ever made of them.

Everything that reaches a mail is tried with line breaks in many encodings, through a real mail
server, and what arrives is read by two parsers, of which one decodes and one does not.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from quopri import encodestring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from royalties.adapters.mailer import Attachment, Mailer, RefusedMailError
from royalties.domain import one_line
from royalties.domain.approvals import ProposalKind
from royalties.domain.orders.life import OrderKind, Side
from royalties.domain.orders.order import Address
from royalties.domain.people import ANONYMOUS, Actor, Role
from royalties.services import approvals
from royalties.services.orders import notices
from royalties.services.orders.intake import requests
from royalties.services.orders.intake.requests import Requested
from royalties.services.orders.notice_words import NOTICE_WORDS
from royalties.services.people import colleagues, links, staff
from royalties.services.terms import contacts
from tests.builders.books import HARDCOVER, Office, after
from tests.builders.orders import ACCEPTED, an_organization, order_of, order_setup, orders_underway
from tests.builders.post import PostOffice, post_office
from tests.selection import costly
from tests.smtp.test_outbox import reach, sent

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
PARTS = ["multipart/alternative", "text/plain", "text/html"]
SMUGGLED = re.compile(r"reply-to|x-smuggled", re.IGNORECASE)

# Encodings of a line break and what comes after it


def q_encoded(text: str, charset: str = "utf-8") -> str:
    """An encoded word by RFC 2047 in quoted-printable, every character encoded."""
    return (
        f"=?{charset}?q?{''.join(f'={byte:02x}' for byte in text.encode(errors='surrogatepass'))}?="
    )


def b_encoded(text: str, charset: str = "utf-8") -> str:
    """The same in base 64."""
    return f"=?{charset}?B?{b64encode(text.encode(errors='surrogatepass')).decode()}?="


def part_encoded(text: str) -> str:
    """As the first attacker wrote it: only what must be is encoded."""
    coded = text.replace("\r", "=0d").replace("\n", "=0a").replace(" ", "_")
    return f"=?utf-8?q?{coded}?="


ENCODINGS: dict[str, Callable[[str], str]] = {
    "crlf": lambda text: text,
    "lf": lambda text: text.replace("\r\n", "\n"),
    "cr": lambda text: text.replace("\r\n", "\r"),
    "nul": lambda text: text.replace("\r\n", "\0\r\n\0"),
    "line separator": lambda text: text.replace("\r\n", "\u2028"),
    "paragraph separator": lambda text: text.replace("\r\n", "\u2029"),
    "next line": lambda text: text.replace("\r\n", "\x85"),
    "form feed": lambda text: text.replace("\r\n", "\x0c\x0b\x1c"),
    "q": q_encoded,
    "q in part": part_encoded,
    "b": b_encoded,
    "strange charset": lambda text: q_encoded(text, "no such charset"),
    "language": lambda text: q_encoded(text, "utf-8*en"),
    "utf-16": lambda text: (
        f"=?utf-16?b?{b64encode(text.encode('utf-16', 'surrogatepass')).decode()}?="
    ),
    "nested": lambda text: b_encoded(q_encoded(text)),
    "nested twice": lambda text: q_encoded(b_encoded(q_encoded(text))),
    "folded": lambda text: f"{q_encoded(text[:5])}\r\n {q_encoded(text[5:])}",
    "side by side": lambda text: f"{b_encoded(text[:5])} {b_encoded(text[5:])}",
    "never ended": lambda text: part_encoded(text).removesuffix("?="),
    "never begun": lambda text: part_encoded(text).removeprefix("=?utf-8"),
    "quoted-printable": lambda text: encodestring(
        text.encode(errors="surrogatepass"), quotetabs=True
    ).decode(),
    "percent": lambda text: f"utf-8''{text.replace(chr(13), '%0D').replace(chr(10), '%0A')}",
    "turned round": lambda text: f"\u202e{q_encoded(text)[::-1]}\u202c",
    "no width within": lambda text: q_encoded(text).replace("=?", "=\u200b?"),
    "soft hyphen within": lambda text: q_encoded(text).replace("=?", "=\xad?"),
    "byte-order mark within": lambda text: q_encoded(text).replace("?=", "?\ufeff="),
    "full width": lambda text: q_encoded(text).replace("=?", "\uff1d\uff1f"),
    "control within": lambda text: q_encoded(text).replace("=?", "=\0?"),
    "mark of direction within": lambda text: q_encoded(text).replace("=?", "=\u2066?"),
    "equals twice": lambda text: f"={q_encoded(text)}=",
    "tab within": lambda text: q_encoded(text).replace("=0d=0a", "\t=0d=0a\t"),
    "utf-7": lambda text: b_encoded(text.replace("\r\n", "+AA0ACg-"), "utf-7"),
    "utf-7 bare": lambda text: text.replace("\r\n", "+AA0ACg-"),
    "ebcdic": lambda text: f"=?cp037?b?{b64encode(text.encode('cp037', 'replace')).decode()}?=",
    "parameter with language": lambda text: (
        "; filename*0*=utf-8'en'" + text.replace("\r\n", "%0D%0A") + '; filename*1="x'
    ),
    "address before": lambda text: f'"a, b" <a@example.org>, {q_encoded(text)} <b@example.org>',
    "comment": lambda text: f"(a {q_encoded(text)} (b) \\",
    "end of the message": lambda text: f"{text}\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n",
    "end of the message, smuggled": lambda text: f"{text}\n.\r\nRSET\r\n\r.\r",
    "surrogate": lambda text: f"\udc0d\udc0a{text}",
}

HEADER = "\r\nReply-To: eve@evil.example"
BODY = f"{HEADER}\r\nContent-Type: text/html\r\n\r\n<b>X-Smuggled: a body of its own</b>\r\n.\r\n"


@st.composite
def smuggled(draw: st.DrawFn) -> str:
    """Text that would become a header or a body, in one encoding within another, among words."""
    text = draw(st.sampled_from([HEADER, BODY]))
    for name in draw(st.lists(st.sampled_from(sorted(ENCODINGS)), min_size=1, max_size=2)):
        text = ENCODINGS[name](text)
    before = draw(
        st.sampled_from(["", "A ", "Bücher, „Ä“ " * 8, "long " * 30, 'q"\\,;:<a@b.org> '])
    )
    after_it = draw(st.sampled_from(["", " Society", "x" * 300, " ü" * 60, "?=", " 書店" * 30]))
    return before + text + after_it


# What arrives


def decodings(value: str) -> Iterator[str]:
    """A header's value, decoded again and again."""
    for _ in range(4):
        yield value
        value = "".join(
            each.decode(charset if charset and _is_known(charset) else "latin-1", "replace")
            if isinstance(each, bytes)
            else each
            for each, charset in decode_header(value)
        )


def _is_known(charset: str) -> bool:
    try:
        "".encode(charset)
    except LookupError:
        return False
    return True


def require_sealed(raw: bytes, parts: list[str] | None = None) -> None:
    """What arrived has the headers of ours, each once, and one body; for two parsers."""
    parts = parts or PARTS
    for how in (policy.default, policy.compat32):
        message: Message = message_from_bytes(raw, policy=how)
        assert message.keys() == HEADERS, (how, raw)
        assert [each.get_content_type() for each in message.walk()] == parts, (how, raw)
        assert not [each.defects for each in message.walk() if each.defects], (how, raw)
        for part in message.walk():
            for name, value in part.items():
                assert name.lower() in {each.lower() for each in HEADERS} | {
                    "content-transfer-encoding",
                    "content-disposition",
                }, (how, raw)
                unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(value))
                for decoded in decodings(unfolded):
                    assert not re.search(r"[\r\n\0\x0b\x0c\x85\u2028\u2029]", decoded), (how, raw)


# The mailer


@pytest.fixture(scope="module", params=[False, True], ids=["ascii", "smtputf8"])
def open_post(request: pytest.FixtureRequest) -> Iterator[PostOffice]:
    """A mail server for all messages of this file; one offers SMTPUTF8."""
    with post_office(smtputf8=request.param) as made:
        yield made


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize("name", sorted(ENCODINGS))
@pytest.mark.parametrize(
    ("text", "before"), [(HEADER, ""), (BODY, "Ünder the " * 7)], ids=["header", "body"]
)
def test_encoded_words_stay_data_in_every_header_field(
    open_post: PostOffice, name: str, text: str, before: str
) -> None:
    send_with(open_post, f"{before}{ENCODINGS[name](text)} Society")


@given(smuggled())
@settings(
    max_examples=costly(25).max_examples,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nested_encoded_words_stay_data(open_post: PostOffice, text: str) -> None:
    send_with(open_post, text)


def send_with(post: PostOffice, text: str) -> None:
    """Send a message that has a text in every place, and look at what arrives."""
    post.raw.clear()
    sender = f'"{re.sub(r"[^ -~]", "", text)[:90]}" <desk@example.com>'.replace('\\"', "")
    utf8 = "bö" if post.has_smtputf8 else "bo"
    Mailer(post.url, sender if sender.count('"') == 2 else "desk@example.com").send(
        f"{utf8}@example.org",
        f"{text} invites you",
        f"Dear {text},\n\nwelcome.\n",
        f"<p>{text}</p>",
        [Attachment(f"2025 {text}.xlsx", b"{}", "application/json")],
    )
    [raw] = post.raw
    require_sealed(raw, ["multipart/mixed", *PARTS, "application/json"])


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_address_cannot_inject_a_header(open_post: PostOffice, name: str) -> None:
    """Neither the recipient's address nor the sender's in the setup."""
    open_post.raw.clear()
    coded = ENCODINGS[name](HEADER)
    for bad in (f"{coded}@example.org", f"bo@example.org{coded}", f"bo@{coded}.org"):
        with pytest.raises(RefusedMailError):
            Mailer(open_post.url, "desk@example.com").send(bad, "Hi", "Text", "")
        with pytest.raises(RefusedMailError):
            Mailer(open_post.url, "").send("bo@example.org", "Hi", "Text", "", sender=bad)
    assert not open_post.raw


# Everything that is written to anybody, in books from before anything was refused


OLD_BOOKS = {
    "q": (part_encoded(HEADER), ""),
    "b": (b_encoded(HEADER), ""),
    "a body": (part_encoded(BODY) + " long name" * 12, ""),
    "nested": (b_encoded(q_encoded(HEADER)), ""),
    "begun in one name, ended in another": (part_encoded(HEADER).removesuffix("?="), "?="),
}


@pytest.fixture
def before_the_rule(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names are taken as they were when encoded words were not refused."""
    with monkeypatch.context() as patched:
        patched.setattr(one_line, "_ENCODED_WORD", re.compile(r"(?!)"))
        yield


@pytest.mark.thorough("further books")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", OLD_BOOKS)
@pytest.mark.usefixtures("before_the_rule")
@after(orders_underway)
def test_name_of_older_books_cannot_inject_a_header(
    office: Office, post: PostOffice, name: str
) -> None:
    begin, end = OLD_BOOKS[name]
    everybody_written_to(office, begin, end)
    reach(office, post.url)
    written = office.rows("SELECT subject FROM mail")
    assert sent(office) == len(written)
    assert office.rows("SELECT recipient, error FROM mail WHERE sent_at IS NULL") == []
    for raw in post.raw:
        require_sealed(raw)
    holding = [raw for raw in post.raw if b"?q?" in raw or b"?B?" in raw or b"?=" in raw]
    assert len(holding) > len(NOTICE_WORDS), "the names do not reach the mails: this tries nothing"


def everybody_written_to(office: Office, begin: str, end: str) -> None:
    """Have every verb write that writes, with hostile names in all places."""
    office.execute("DELETE FROM mail")
    setup = order_setup()
    setup["publisher"]["name"] = f"House {begin} and {end}"
    setup["organizations"] = [an_organization("guild", name=f"Guild {end} {begin}"[:500])]
    setup["titles"] = [{**each, "title": f"{end} Title {begin}"} for each in setup["titles"]]
    setup["beneficiaries"] = [
        {**each, "name": f"Readers {begin} {end}"} for each in setup["beneficiaries"]
    ]
    office.load(setup, "poisoned.json")
    [(olga,)] = office.rows("SELECT id FROM person WHERE name = 'Olga'")
    guild = Actor(
        f"Olga {begin} {end}", Role.ORGANIZATION, olga, organizations=frozenset({"guild"})
    )
    clerk = Actor(f"Carla {begin} {end}", Role.CLERK, olga)
    values = {
        name: f"{begin} {name} {end}"
        for name in ("text", "files", "reason", "name", "carrier", "tracking", "how", "po_number")
    }
    facts = {"invoice": "I-000001", "amount": 5, "total": 7, "currency": "USD", "shipped": "5"}
    with office.system.work(guild) as work:
        order = replace(
            order_of(office, ACCEPTED),
            contact_name=f"Olga {begin} {end}",
            po_number=f"{begin} {end}",
        )
        for event in NOTICE_WORDS:
            for side in Side:
                notices.notify(work, order, event, side=side, detail={**values, **facts})
        colleagues.invite_colleague(work, "guild", "new@example.org", f"New {begin}"[:100])
    with office.work() as work:
        staff.invite(work, "ivy@example.org", f"Ivy {begin}"[:100], Role.NONPROFIT, ["seattle"])
        links.ask_for_reset(work, "olga@example.org")
        contacts._notify(work, "a@example.org", f"{begin}", ["email"])
        approvals.notify_of_early_close(work, "2025-H1", f"{begin} {end}")
    with office.system.work(clerk) as work:
        approvals.prepare(
            work, ProposalKind.CONTACT, f"{ACCEPTED} contact {begin}"[:200], {}, note=begin
        )
    with office.system.work(ANONYMOUS) as work:
        requests.ask_for(
            work,
            Requested(
                OrderKind.BULK,
                "collab",
                HARDCOVER,
                (Address(20, "School", ("1 Main St",), "Seattle", "WA", "98101", "US"),),
                organization=f"{begin} {end}"[:120],
                contact_name=f"{begin} {end}"[:200],
                contact_email="stranger@example.org",
            ),
            "192.0.2.1",
        )
