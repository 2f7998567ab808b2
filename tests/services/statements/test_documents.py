"""Earlier statements: kept in whatever file, hidden until shown, and taken back."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from royalties.domain.documents import Document
from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services import enclosures
from royalties.services.statements import documents
from royalties.services.statements.documents import NoDocumentError
from royalties.services.terms import inverses
from royalties.services.work import RefusedError
from tests.builders.books import Office, after, opened
from tests.builders.documents import PDF, send_documents

pytestmark = after(opened)

CLERK, MANAGER = Actor("Cleo", Role.CLERK), Actor("Mona", Role.MANAGER)
SEATTLE = Actor("Sam", Role.NONPROFIT, beneficiaries=frozenset({"seattle"}))
HOUSTON = Actor("Hal", Role.NONPROFIT, beneficiaries=frozenset({"houston"}))


def kept_of(office: Office, key: str = "seattle") -> list[Document]:
    with office.work(read_only=True) as work:
        return documents.documents(work, key)


def seen_by(office: Office, actor: Actor, key: str = "seattle") -> list[str]:
    with office.system.work(actor, read_only=True) as work:
        return [each.name for each in documents.earlier(work, key)]


def one(office: Office, *, visible: bool = False) -> int:
    kept = send_documents(
        office, {"2023-H2.pdf": PDF}, MANAGER, beneficiary="seattle", visible=visible
    )
    return kept.kept[0]


def last_logged(office: Office) -> dict[str, object]:
    (payload,) = office.rows("SELECT payload FROM log ORDER BY seq DESC LIMIT 1")[0]
    said: dict[str, object] = json.loads(bytes(payload))
    return said


def test_statement_is_hidden_until_it_is_shown_and_can_be_hidden_again(office: Office) -> None:
    number = one(office)
    (kept,) = kept_of(office)
    assert (kept.period, kept.first, kept.last) == ("2023-H2", date(2023, 7, 1), date(2023, 12, 31))
    assert (kept.visible, kept.size, kept.type) == (False, len(PDF), "application/pdf")
    assert seen_by(office, SEATTLE) == []
    with office.system.work(SEATTLE, read_only=True) as work:
        assert documents.file_of(work, number, "seattle") is None
    with office.system.work(MANAGER) as work:
        documents.show(work, number)
        with pytest.raises(RefusedError, match="already"):
            documents.show(work, number)
    assert seen_by(office, SEATTLE) == ["2023-H2.pdf"]
    assert seen_by(office, HOUSTON) == []
    with office.system.work(SEATTLE, read_only=True) as work:
        found = documents.file_of(work, number, "seattle")
        assert found is not None
        assert found.path.read_bytes() == PDF
        assert documents.file_of(work, number, "houston") is None
    with office.system.work(HOUSTON, read_only=True) as work:
        assert documents.file_of(work, number) is None
    with office.system.work(CLERK) as work:
        documents.hide(work, number)
        with pytest.raises(RefusedError, match="already"):
            documents.hide(work, number)
    assert seen_by(office, SEATTLE) == []
    with office.work(read_only=True) as work:
        found_again = documents.find_document(work, number)
    assert found_again is not None
    assert [each.action for each in found_again[1]] == ["hidden", "shown", "kept"]
    assert last_logged(office)["what"] == "document-hidden"


def test_statement_taken_back_stays_in_history_and_may_be_sent_again(office: Office) -> None:
    number = one(office, visible=True)
    assert seen_by(office, SEATTLE) == ["2023-H2.pdf"]
    with office.system.work(CLERK) as work:
        for reason in ("", "   ", "x" * 1001, "a\0b"):
            with pytest.raises(RefusedError, match="say why"):
                documents.remove(work, number, reason)
        documents.remove(work, number, "It is Houston's")
    assert seen_by(office, SEATTLE) == []
    (removed,) = kept_of(office)
    assert removed.removed_at is not None
    with office.work(read_only=True) as work:
        found = documents.find_document(work, number)
        assert found is not None
        assert found[1][0].reason == "It is Houston's"
        assert documents.file_of(work, number) is not None, "the staff still has it"
    with office.system.work(MANAGER) as work:
        for act in (documents.show, documents.hide):
            with pytest.raises(RefusedError, match="taken back"):
                act(work, number)
    again = one(office)
    assert again != number
    send_documents(office, {"2023-H2.pdf": PDF}, beneficiary="houston")
    assert [each.removed_at is None for each in kept_of(office)] == [True, False]


def test_same_bytes_are_kept_once_of_one_beneficiary(office: Office) -> None:
    kept = send_documents(
        office, {"2023.pdf": PDF, "again 2023.pdf": PDF}, CLERK, beneficiary="seattle"
    )
    assert (len(kept.kept), kept.again) == (1, ("again 2023.pdf",))
    once_more = send_documents(office, {"2023.pdf": PDF}, CLERK, beneficiary="seattle")
    assert (once_more.kept, once_more.again) == ((), ("2023.pdf",))
    other = send_documents(office, {"2023.pdf": PDF}, CLERK, beneficiary="houston")
    with office.work(read_only=True) as work:
        (document,) = documents.documents(work, "houston")
        assert document.id == other.kept[0]
        assert documents.also_kept_of(work, document) == ["Seattle Readers"]
    assert len(list((office.system.config.home / "documents").rglob("*"))) == 2, "one file"


def test_files_of_one_name_are_two_statements(office: Office) -> None:
    send_documents(office, {"statement.pdf": PDF}, beneficiary="seattle", period="2022")
    send_documents(office, {"statement.pdf": PDF + b"!"}, beneficiary="seattle", period="2023")
    assert [(each.name, each.period) for each in kept_of(office)] == [
        ("statement.pdf", "2023"),
        ("statement.pdf", "2022"),
    ]


@pytest.mark.parametrize(
    ("files", "more", "words"),
    [
        ({"scan.pdf": PDF}, {"beneficiary": "seattle"}, "does not say of which period"),
        ({"2023.pdf": PDF}, {"beneficiary": "nobody"}, "no beneficiary"),
        ({"2023.pdf": PDF}, {"beneficiary": "seattle", "period": "soon"}, "no period"),
        ({"2023.pdf": PDF}, {"beneficiary": "seattle", "note": "x" * 1001}, "longer"),
        ({"2023.pdf": PDF}, {"beneficiary": "seattle", "note": "a\u202eb"}, "control"),
        ({"2023.exe": b"MZ"}, {"beneficiary": "seattle"}, "runs"),
        ({"2023.pdf": b""}, {"beneficiary": "seattle"}, "empty"),
        ({"2023.pdf": PDF}, {"visible": True}, "whose"),
    ],
)
def test_invalid_statement_is_refused_and_nothing_is_kept(
    office: Office, files: dict[str, bytes], more: dict[str, object], words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        send_documents(office, files, **more)  # type: ignore[arg-type]
    assert office.rows("SELECT count(*) FROM document") == [(0,)]
    assert not list((office.system.config.home / "uploads").glob("*"))


def test_files_are_stored_all_or_none(office: Office) -> None:
    with pytest.raises(RefusedError, match=r"scan\.pdf does not say"):
        send_documents(office, {"2023.pdf": PDF, "scan.pdf": PDF + b"2"}, beneficiary="seattle")
    assert kept_of(office) == []


def test_more_than_is_taken_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosures, "LARGEST", len(PDF) - 1)
    with pytest.raises(RefusedError, match="larger than"):
        send_documents(office, {"2023.pdf": PDF}, beneficiary="seattle")
    monkeypatch.undo()
    for limit, words in (
        ("MOST_AT_ONCE", "at once"),
        ("MOST_BYTES_AT_ONCE", "together"),
        ("MOST_A_DAY", "tomorrow"),
        ("MOST_BYTES_A_DAY", "tomorrow"),
        ("MOST_OF_ONE", "are kept of Seattle Readers"),
    ):
        monkeypatch.setattr(documents, limit, 0)
        with pytest.raises(RefusedError, match=words):
            send_documents(office, {"2023.pdf": PDF}, beneficiary="seattle")
        monkeypatch.undo()


def test_permissions_to_file_and_show_documents(office: Office) -> None:
    with pytest.raises(NotAllowedError, match="ask a manager"):
        send_documents(office, {"2023.pdf": PDF}, CLERK, beneficiary="seattle", visible=True)
    number = one(office)
    with office.system.work(CLERK) as work, pytest.raises(NotAllowedError):
        documents.show(work, number)
    for actor in (SEATTLE, ANONYMOUS, Actor("Olga", Role.ORGANIZATION)):
        with pytest.raises(NotAllowedError):
            send_documents(office, {"2022.pdf": PDF}, actor, beneficiary="seattle")
        with office.system.work(actor) as work:
            for act in (documents.hide, documents.show):
                with pytest.raises(NotAllowedError):
                    act(work, number)
            with pytest.raises(NotAllowedError):
                documents.remove(work, number, "why")
            with pytest.raises(NotAllowedError):
                documents.documents(work, "seattle")
            with pytest.raises(NotAllowedError):
                documents.guesses(work)
    with office.work() as work, pytest.raises(NoDocumentError):
        documents.hide(work, 999)


def test_period_and_note_are_amended_with_history(office: Office) -> None:
    number = one(office)
    with office.work() as work:
        assert documents.amend(work, number, "2023-Q4", "As mailed")
        assert not documents.amend(work, number, "2023-Q4", "As mailed")
        with pytest.raises(RefusedError, match="of which period"):
            documents.amend(work, number, " ", "")
    with office.work(read_only=True) as work:
        found = documents.find_document(work, number)
    assert found is not None
    assert (found[0].period, found[0].note) == ("2023-Q4", "As mailed")
    assert found[1][0].changes == (("note", "", "As mailed"), ("period", "2023-H2", "2023-Q4"))


# Many at once


MANY = {
    "Seattle Readers 2022.pdf": PDF + b"1",
    "houston_2023-H1.xls": b"old bytes",
    "scan 17.pdf": PDF + b"3",
}


def test_files_are_sorted_by_their_names(office: Office) -> None:
    send_documents(office, MANY, CLERK)
    with office.work(read_only=True) as work:
        guessed = documents.guesses(work)
    assert [(each.document.name, each.beneficiary, each.period) for each in guessed] == [
        ("Seattle Readers 2022.pdf", "seattle", "2022"),
        ("houston_2023-H1.xls", "houston", "2023-H1"),
        ("scan 17.pdf", "", ""),
    ]
    assert seen_by(office, SEATTLE) == seen_by(office, replace(SEATTLE, beneficiaries=frozenset()))
    with office.system.work(CLERK) as work:
        documents.file(work, guessed[0].document.id, "seattle", "2022")
        documents.file(work, guessed[1].document.id, "seattle", "2021")
        with pytest.raises(RefusedError, match="filed already"):
            documents.file(work, guessed[0].document.id, "houston", "2022")
        with pytest.raises(RefusedError, match="no beneficiary"):
            documents.file(work, guessed[2].document.id, "nobody", "2022")
        with pytest.raises(RefusedError, match="whose"):
            documents.file(work, guessed[2].document.id, "", "2022")
    with office.system.work(MANAGER) as work, pytest.raises(RefusedError, match="say first whose"):
        documents.show(work, guessed[2].document.id)
    assert [each.period for each in kept_of(office)] == ["2022", "2021"]
    assert seen_by(office, SEATTLE) == [], "sorted ones are hidden, too"
    with office.work(read_only=True) as work:
        assert [each.document.name for each in documents.guesses(work)] == ["scan 17.pdf"]


def test_file_cannot_be_filed_twice_for_a_beneficiary(office: Office) -> None:
    one(office)
    (number,) = send_documents(office, {"copy.pdf": PDF}, CLERK).kept
    with office.work() as work, pytest.raises(RefusedError, match="kept of Seattle Readers"):
        documents.file(work, number, "seattle", "2023")
    with office.work() as work:
        documents.file(work, number, "houston", "2023")


# With the rest of the books


def test_statements_follow_a_renamed_beneficiary_and_keep_it_from_being_removed(
    office: Office,
) -> None:
    plain = {"key": "portland", "name": "Portland Readers", "country": "US"}
    office.load({"beneficiaries": [plain]})
    send_documents(office, {"2022.pdf": PDF}, beneficiary="portland")
    with office.work() as work, pytest.raises(RefusedError, match="earlier statements are kept"):
        inverses.remove(work, "beneficiaries", "portland", "Never used")
    with office.work() as work:
        inverses.rename(work, "beneficiaries", "portland", "pdx", "Shorter")
    assert [each.name for each in kept_of(office, "pdx")] == ["2022.pdf"]
    assert kept_of(office, "portland") == []


def test_verify_names_a_file_that_is_missing_or_changed(office: Office) -> None:
    one(office)
    office.system.files.document(kept_of(office)[0].sha256).write_bytes(b"other")
    (found,) = office.faults().values()
    assert "earlier statement 1 (2023-H2.pdf) of seattle was changed" in str(found)
    office.system.files.document(kept_of(office)[0].sha256).unlink()
    (found,) = office.faults().values()
    assert "is missing" in str(found)
    with office.work(read_only=True) as work, pytest.raises(RefusedError, match="from a backup"):
        documents.file_of(work, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM document",
        "UPDATE document SET sha256 = 'x'",
        "UPDATE document SET name = 'other.pdf'",
        "DELETE FROM document_event",
        "UPDATE document_event SET reason = 'other'",
    ],
)
def test_database_keeps_the_file_and_the_history(office: Office, statement: str) -> None:
    one(office)
    with pytest.raises(Exception, match=r"stays|append-only"):
        office.execute(statement)


def test_database_keeps_one_of_the_same_bytes(office: Office) -> None:
    one(office)
    again = (
        'INSERT INTO document (beneficiary, note, visible, name, type, sha256, size, at, "by") '
        'SELECT beneficiary, note, visible, name, type, sha256, size, at, "by" FROM document'
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        office.execute(again)


def a_zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_each_file_of_a_zip_is_kept_as_one(office: Office) -> None:
    packed = a_zip(
        {
            "Seattle/": b"",
            "Seattle/2023-H1.pdf": PDF + b"1",
            "Seattle/2023-H2.pdf": PDF + b"2",
            "__MACOSX/Seattle/._2023-H2.pdf": b"of a computer's own",
            "Seattle/.DS_Store": b"of a computer's own",
            "../2022.pdf": PDF + b"3",
            "C:\\Statements\\2021.pdf": PDF + b"4",
        }
    )
    kept = send_documents(office, {"old.zip": packed}, MANAGER, beneficiary="seattle")
    assert len(kept.kept) == 4
    assert {(each.name, each.period) for each in kept_of(office)} == {
        ("Seattle - 2023-H1.pdf", "2023-H1"),
        ("Seattle - 2023-H2.pdf", "2023-H2"),
        ("2022.pdf", "2022"),
        ("C: - Statements - 2021.pdf", "2021"),
    }
    again = send_documents(office, {"old.zip": packed}, MANAGER, beneficiary="seattle")
    assert (len(again.kept), len(again.again)) == (0, 4)


def test_a_document_that_is_packed_is_a_file_of_its_own(office: Office) -> None:
    text = a_zip({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"})
    for name in ("letter 2023.odt", "letter 2022.zip"):
        kept = send_documents(office, {name: text + name.encode()}, MANAGER, beneficiary="seattle")
        assert len(kept.kept) == 1


def an_encrypted_zip() -> bytes:
    data = bytearray(a_zip({"2023.pdf": PDF}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        data[place] |= 1
    return bytes(data)


REFUSED_ZIPS = {
    "nothing in it": (a_zip({"a/": b""}), "no file in it"),
    "another one": (a_zip({"a/b.zip": a_zip({"2023.pdf": PDF})}), "another ZIP in it, a - b.zip"),
    "a program": (a_zip({"2023.pdf": PDF, "2022.exe": b"MZ"}), "2022.exe: this is something that"),
    "a bomb": (a_zip({"2023.pdf": b"%PDF-" + bytes(25_000_000)}), "larger than 20 MB"),
    "many files": (a_zip({f"{n}.pdf": PDF for n in range(201)}), "more than 200 files"),
    "very many files": (a_zip(dict.fromkeys(map(str, range(2001)), b"")), "more than 2,000"),
    "encrypted": (an_encrypted_zip(), "it is encrypted"),
    "damaged": (
        a_zip({"2023.pdf": PDF * 99}, zipfile.ZIP_STORED).replace(
            PDF * 9, PDF * 8 + b"x" * len(PDF)
        ),
        "it is damaged",
    ),
    "cut": (a_zip({"2023.pdf": PDF * 99})[:-9], "it is damaged"),
    "lzma": (a_zip({"2023.pdf": b""}, zipfile.ZIP_LZMA), "2023.pdf: the file is empty"),
}


@pytest.mark.parametrize("what", REFUSED_ZIPS)
def test_a_hostile_zip_is_refused_and_nothing_of_it_stays(office: Office, what: str) -> None:
    data, words = REFUSED_ZIPS[what]
    with pytest.raises(RefusedError, match=re.escape(words)) as refused:
        send_documents(office, {"old.zip": data}, MANAGER, beneficiary="seattle")
    assert str(refused.value).startswith("old.zip: ")
    assert kept_of(office) == []
