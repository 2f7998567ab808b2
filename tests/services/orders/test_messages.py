"""Messages on orders: who reads them, which files come along, and who is told."""

import io
from hashlib import sha256
from zipfile import ZipFile

import pytest

from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services import enclosures
from royalties.services.orders import life, messages
from royalties.services.orders.life import NoOrderError
from royalties.services.orders.messages import AttachmentUpload
from royalties.services.work import RefusedError
from tests.builders.books import TESS, Office, after
from tests.builders.orders import letters, requested, somebody, takes_orders

pytestmark = after(takes_orders)

NUMBER = "O-2026-0001"
PDF = b"%PDF-1.7\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20


@pytest.fixture
def olga(office: Office) -> Actor:
    actor = somebody(office, "Olga", Role.ORGANIZATION, "guild")
    assert requested(office, actor).number == NUMBER
    return actor


@pytest.fixture
def lena(office: Office) -> Actor:
    return somebody(office, "Lena", Role.ORGANIZATION, "league")


def document(*names: str) -> bytes:
    """An archive with entries of these names."""
    data = io.BytesIO()
    with ZipFile(data, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "x")
    return data.getvalue()


def post(
    office: Office, actor: Actor, text: str, *files: tuple[str, bytes], internal: bool = False
) -> int:
    sent = [AttachmentUpload(name, io.BytesIO(data)) for name, data in files]
    with office.system.work(actor) as work:
        return messages.post(work, NUMBER, text, sent, internal=internal)


def read(office: Office, actor: Actor) -> list[messages.OrderMessage]:
    with office.system.work(actor, read_only=True) as work:
        order = life.find(work, NUMBER)
        assert order is not None
        return messages.messages(work, order)


def test_both_sides_read_each_others_messages(office: Office, olga: Actor) -> None:
    post(office, olga, "Can it be blue?\r\nLike the sky.")
    post(office, TESS, "Yes.")
    assert [(each.by, each.side.value, each.text) for each in read(office, olga)] == [
        ("Olga", "organization", "Can it be blue?\nLike the sky."),
        ("tess", "staff", "Yes."),
    ]
    ours, theirs = letters(office)[-2:]
    assert ours[:2] == ("desk@example.com", f"Order {NUMBER}: a message from Olga")
    assert "Can it be blue?" in ours[2]
    assert f"http://localhost:8000/finance/orders/{NUMBER}" in ours[2]
    assert theirs[:2] == ("olga@example.org", f"Order {NUMBER}: a message")
    assert f"http://localhost:8000/organization/orders/{NUMBER}" in theirs[2]


def test_staff_notes_are_never_shown_to_the_organization(office: Office, olga: Actor) -> None:
    before = len(letters(office))
    post(office, TESS, "They always ask for blue", ("margin.pdf", PDF), internal=True)
    assert len(letters(office)) == before
    assert read(office, olga) == []
    [note] = read(office, TESS)
    assert note.internal
    with office.system.work(olga, read_only=True) as work:
        assert messages.file_of(work, NUMBER, note.files[0].id) is None
    with office.work(read_only=True) as work:
        assert messages.file_of(work, NUMBER, note.files[0].id) is not None
    with pytest.raises(NotAllowedError):
        post(office, olga, "Secret", internal=True)


@pytest.mark.parametrize(
    ("name", "data", "kept", "type_"),
    [
        ("po 7.pdf", PDF, "po 7.pdf", "application/pdf"),
        ("photo.png", PNG, "photo.png", "image/png"),
        ("photo.JPEG", JPEG, "photo.JPEG", "image/jpeg"),
        ("photo.png", JPEG, "photo.png.jpg", "image/jpeg"),
        ("list.xlsx", document("xl/workbook.xml"), "list.xlsx", None),
        ("letter.docx", document("word/document.xml"), "letter.docx", None),
        ("../../etc/passwd", PDF, "passwd.pdf", "application/pdf"),
        ("a\u202efdp.exe", PDF, "a fdp.exe.pdf", "application/pdf"),
    ],
)
def test_attachment_type_follows_its_content(
    office: Office, olga: Actor, name: str, data: bytes, kept: str, type_: str | None
) -> None:
    post(office, olga, "", (name, data))
    [message] = read(office, TESS)
    [file] = message.files
    assert file.name == kept
    assert type_ in {None, file.type}
    with office.work(read_only=True) as work:
        found = messages.file_of(work, NUMBER, file.id)
    assert found is not None
    assert found.path.read_bytes() == data
    assert found.path.name == sha256(data).hexdigest()
    assert kept in letters(office)[-1][2]


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.html", b"<!doctype html><script>alert(1)</script>", "save it as PDF"),
        ("logo.svg", b"<svg onload='alert(1)'/>", "save it as PDF"),
        ("tool.exe", b"MZ\x90\0", "save it as PDF"),
        ("empty.pdf", b"", "empty"),
        ("files.zip", document("a.txt"), "save it as PDF"),
        ("broken.xlsx", b"PK\x03\x04 and no more", "save it as PDF"),
        ("sums.xlsm", document("xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
    ],
)
def test_unsupported_attachment_is_refused(
    office: Office, olga: Actor, name: str, data: bytes, words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        post(office, olga, "Look", (name, data))
    assert read(office, TESS) == []
    assert not (office.system.files.home / "orders").exists()


def test_too_large_a_file_is_refused(
    office: Office, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enclosures, "LARGEST", 10)
    with pytest.raises(RefusedError, match="larger than"):
        post(office, olga, "Look", ("big.pdf", PDF))


def test_empty_message_is_refused(office: Office, olga: Actor) -> None:
    for text, words in (("  ", "write something"), ("x" * 10_001, "shorten"), ("\x1b[2J", "signs")):
        with pytest.raises(RefusedError, match=words):
            post(office, olga, text)
    with pytest.raises(RefusedError, match="up to 10 files"):
        post(office, olga, "Look", *[(f"{place}.pdf", PDF) for place in range(11)])


def test_another_organizations_order_has_no_messages(
    office: Office, olga: Actor, lena: Actor
) -> None:
    post(office, olga, "", ("po.pdf", PDF))
    [message] = read(office, olga)
    with pytest.raises(NoOrderError):
        post(office, lena, "Hello")
    with office.system.work(lena, read_only=True) as work:
        assert messages.file_of(work, NUMBER, message.files[0].id) is None
        assert messages.file_of(work, "O-2026-0009", message.files[0].id) is None
    for actor in (ANONYMOUS, Actor("Nora", Role.NONPROFIT, 9)):
        with pytest.raises(NotAllowedError):
            post(office, actor, "Hello")


# What may come


def kept(office: Office) -> list[str]:
    """Names of the files among the uploads."""
    folder = office.system.files.home / "uploads"
    return [each.name for each in folder.iterdir()] if folder.is_dir() else []


def test_refused_file_is_removed(office: Office, olga: Actor) -> None:
    with pytest.raises(RefusedError, match="save it as"):
        post(office, olga, "", ("a.exe", b"MZ" * 50))
    assert kept(office) == []
    post(office, olga, "", ("a.pdf", PDF))
    assert kept(office) == []


def test_total_size_of_a_message_is_limited(
    office: Office, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_BYTES_AT_ONCE", 2 * len(PDF))
    post(office, olga, "", ("a.pdf", PDF), ("b.pdf", PDF[:-1]))
    with pytest.raises(RefusedError, match="together: send them one after"):
        post(office, olga, "", ("a.pdf", PDF), ("b.pdf", PDF), ("c.pdf", PDF))


def test_bytes_sent_per_organization_and_day_are_limited(
    office: Office, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_BYTES_A_DAY", 2 * len(PDF) + 1)
    post(office, olga, "", ("a.pdf", PDF), ("b.pdf", PDF))
    with pytest.raises(RefusedError, match="as much as is taken: send the others tomorrow"):
        post(office, olga, "", ("c.pdf", PDF))
    post(office, olga, "Without a file it is written.")
    post(office, TESS, "", ("staff.pdf", PDF))


def test_files_sent_per_organization_and_day_are_limited(
    office: Office, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_A_DAY", 2)
    post(office, olga, "", ("a.pdf", PDF))
    with pytest.raises(RefusedError, match="within a day"):
        post(office, olga, "", ("b.pdf", PDF), ("c.pdf", PDF))
