"""Notes and questions on the pages of what they are about; nobody but the staff ever sees one."""

import io
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import html
from werkzeug.test import TestResponse

from royalties.domain.notes import NoteSubject
from royalties.domain.people import Role
from royalties.services import enclosures
from royalties.services.statements.sending import send as send_statements
from tests.builders.books import after, closed, opened
from tests.builders.documents import PDF
from tests.builders.notes import write_note
from tests.builders.post import posted
from tests.builders.site import Site, Visitor

OF_CONTRACT = "/finance/notes/contracts/foot-2015"
PAGES = {
    "/finance/contracts/foot-2015": OF_CONTRACT,
    "/finance/beneficiaries/seattle": "/finance/notes/beneficiaries/seattle",
    "/finance/retailers/amazon": "/finance/notes/retailers/amazon",
    "/finance/periods/2025-H1": "/finance/notes/periods/2025-H1",
    "/finance/periods/2025-H2": "/finance/notes/periods/2025-H2",
}


def post_note(visitor: Visitor, path: str, files: dict[str, bytes], **more: str) -> TestResponse:
    sent: dict[str, Any] = {
        **more,
        "files": [(io.BytesIO(data), name) for name, data in files.items()],
    }
    return visitor.post(path, sent, content_type="multipart/form-data")


def words_of(page: str) -> str:
    text: str = html.document_fromstring(page).text_content()
    return " ".join(text.split())


@pytest.mark.parametrize("page", PAGES)
@after(closed)
def test_note_with_a_file_stands_on_the_page_of_its_subject(site: Site, page: str) -> None:
    clerk = site.visitor(Role.CLERK)
    before = words_of(clerk.page(page))
    assert "Nobody wrote anything yet" in before
    form = html.document_fromstring(clerk.page(page)).xpath(
        f"//form[@action='{PAGES[page]}'][@enctype='multipart/form-data']"
    )
    assert form, "the note is written on the page itself"
    answer = post_note(clerk, PAGES[page], {"letter.pdf": PDF}, text="As agreed <b>\r\nby letter.")
    assert answer.status_code == 303
    assert answer.location == f"{PAGES[page]}#note-1"
    shown = clerk.page(page)
    assert "As agreed &lt;b&gt;" in shown
    assert "letter.pdf" in shown
    file = clerk.get("/finance/notes/files/1")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["Content-Type"] == "application/octet-stream"


@after(opened)
def test_question_goes_from_home_to_its_answer_and_back(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    assert "Question of" not in words_of(manager.page("/finance/"))
    clerk.post(OF_CONTRACT, {"text": "Is the rate agreed?", "is_question": "1"})
    home = words_of(manager.page("/finance/"))
    assert "about Kim Foote: The Collab" in home
    assert "Is the rate agreed?" in home
    assert "1 open question" in words_of(clerk.page("/finance/contracts/foot-2015"))
    assert "Is the rate agreed?" in words_of(manager.page("/finance/notes"))

    empty = manager.post("/finance/notes/1/answer", {"text": " ", "resolves": "1"})
    assert empty.status_code == 422
    assert "Write something, or attach a file" in empty.text
    said = {"text": "Yes, by telephone.", "resolves": "1"}
    assert manager.post("/finance/notes/1/answer", said).location == "/finance/notes/1"
    page = words_of(clerk.page("/finance/notes/1"))
    assert "Yes, by telephone." in page
    assert "settled it." in page
    assert "Is the rate agreed?" not in words_of(manager.page("/finance/"))
    assert "No question is open" in words_of(manager.page("/finance/notes"))
    assert "Is the rate agreed?" in words_of(manager.page("/finance/notes?show=all"))

    assert clerk.post("/finance/notes/1/reopen").status_code == 303
    assert "Is the rate agreed?" in words_of(manager.page("/finance/"))
    assert clerk.post("/finance/notes/1/resolve").status_code == 303
    again = clerk.post("/finance/notes/1/resolve")
    assert again.status_code == 422
    assert "settled already" in again.text


@after(opened)
def test_withdrawn_note_is_gone_from_the_page_and_stays_in_its_history(site: Site) -> None:
    clerk, other = site.visitor(Role.CLERK), site.visitor(Role.CLERK)
    clerk.post(OF_CONTRACT, {"text": "Of another contract"})
    assert "Withdraw it" not in other.page("/finance/notes/1")
    assert other.post("/finance/notes/1/withdraw", {"reason": "Not mine"}).status_code == 422
    refused = clerk.post("/finance/notes/1/withdraw", {"reason": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert clerk.post("/finance/notes/1/withdraw", {"reason": "It was Hand"}).status_code == 303
    assert "Of another contract" not in clerk.page("/finance/contracts/foot-2015")
    assert "withdrew it. “It was Hand”" in words_of(clerk.page("/finance/notes/1"))
    assert "Of another contract" in clerk.page(OF_CONTRACT)
    assert clerk.post("/finance/notes/1/restore").status_code == 303
    assert "Of another contract" in clerk.page("/finance/contracts/foot-2015")


@after(opened)
def test_refused_note_comes_back_with_what_was_typed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = site.visitor(Role.CLERK)
    answer = post_note(clerk, OF_CONTRACT, {"run.exe": b"MZ\0"}, text="As agreed", is_question="1")
    assert answer.status_code == 422
    assert "Choose the files again" in answer.text
    page = html.document_fromstring(answer.text)
    assert page.get_element_by_id("text").text_content().strip() == "As agreed"
    assert page.get_element_by_id("is_question").get("checked") is not None
    monkeypatch.setattr(enclosures, "LARGEST", 10)
    answer = post_note(clerk, OF_CONTRACT, {"letter.pdf": PDF}, text="As agreed")
    assert answer.status_code == 422
    assert "is larger than" in answer.text
    assert "Nobody wrote anything yet" in clerk.page(OF_CONTRACT)
    assert not list((site.office.system.config.home / "uploads").glob("*"))


@after(opened)
def test_pages_about_nothing_are_not_found(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    for path in (
        "/finance/notes/titles/collab",
        "/finance/notes/contracts/nothing",
        "/finance/notes/periods/2031-H1",
        "/finance/notes/periods/2025-Q1",
        "/finance/notes/99",
        "/finance/notes/files/99",
    ):
        assert clerk.get(path).status_code == 404, path


def told(data: bytes) -> bytes:
    """All that a page or a file says, that of workbooks and archives within it too."""
    if not data.startswith(b"PK"):
        return data
    with ZipFile(io.BytesIO(data)) as packed:
        return b"\n".join(told(packed.read(name)) for name in packed.namelist())


SECRETS = ("They dispute it; do not tell", "secret letter", "Whom do we owe?")


@after(closed)
def test_nonprofit_sees_no_note_on_any_page(site: Site) -> None:
    """Notes about a nonprofit, its contract and its period, and then all that it can open."""
    office = site.office
    for subject in (
        (NoteSubject.BENEFICIARY, "seattle"),
        (NoteSubject.CONTRACT, "foot-2015"),
        (NoteSubject.PERIOD, "2025-H1"),
    ):
        write_note(office, SECRETS[0], about=subject, files={"secret letter.pdf": PDF})
        write_note(office, SECRETS[2], about=subject, is_question=True)
    office.load(
        {
            "beneficiaries": [
                {
                    "key": "seattle",
                    "name": "Seattle Readers",
                    "country": "US",
                    "email": "s@example.org",
                }
            ]
        }
    )
    send_statements(office.work, period="2025-H1")
    nonprofit = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    seen, todo = set[str](), ["/nonprofit/seattle/"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = nonprofit.get(path)
        assert not any(each.encode() in told(answer.data) for each in SECRETS), path
        if answer.mimetype == "text/html":
            links = html.document_fromstring(answer.text).xpath("//a/@href")
            todo += [each.partition("#")[0] for each in links if each.startswith("/nonprofit/")]
    assert len(seen) > 8, "the portal's pages are walked"
    for visitor in (nonprofit, site.visitor(Role.ORGANIZATION), site.stranger()):
        for path in ("", "/1", "/files/1", "/beneficiaries/seattle", "/contracts/foot-2015"):
            answer = visitor.get(f"/finance/notes{path}")
            assert answer.status_code in (302, 404), path
            assert not any(each in answer.text for each in SECRETS)
    written = [str(each) for each in posted(office)]
    assert written
    assert not any(secret in each for each in written for secret in SECRETS)


@after(closed)
def test_question_to_one_colleague_stands_first_on_their_home(site: Site) -> None:
    clerk, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    page = html.document_fromstring(clerk.page(OF_CONTRACT))
    offered = {each.text: each.get("value") for each in page.xpath("//*[@name='asked']/option")}
    assert set(offered) == {"Nobody in particular", "Mona"}
    answer = post_note(clerk, OF_CONTRACT, {}, text="Is the rate agreed?", asked=offered["Mona"])
    assert answer.status_code == 303
    for number in range(4):
        write_note(site.office, f"Another {number}", is_question=True)
    assert "Question to you from Cleo" in words_of(mona.page("/finance/"))
    assert "Question to you" not in words_of(clerk.page("/finance/"))
    assert "Cleo to you" in words_of(mona.page("/finance/notes/1"))
    assert "Cleo to Mona" in words_of(clerk.page("/finance/notes"))
    for wrong in ("x", "0", "999", "1" * 50, offered["Mona"] + "0"):
        answer = post_note(clerk, OF_CONTRACT, {}, text="Half a word", asked=wrong)
        assert answer.status_code == 422
        assert "choose a colleague" in words_of(answer.text).lower()
        assert "Half a word" in answer.text


@after(closed)
def test_closing_checklist_shows_open_questions_and_is_not_held_up_by_them(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    path = "/finance/periods/2025-H2/close"
    before = clerk.page(path)
    assert "Open questions" not in before
    numbers = [write_note(site.office, f"Question {each}", is_question=True) for each in range(6)]
    page = clerk.page(path)
    listed = html.document_fromstring(page).xpath("//*[@aria-labelledby='questions']//li")
    assert len(listed) == 6, "five, and the way to the others"
    assert "Question 5" in listed[0].text_content()
    assert f"/finance/notes/{numbers[-1]}" in page
    steps = "//ol[@class='steps']/li"
    assert len(html.document_fromstring(page).xpath(steps)) == len(
        html.document_fromstring(before).xpath(steps)
    )


@after(opened)
def test_refusal_keeps_a_files_name_as_it_was_given(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    answer = post_note(clerk, OF_CONTRACT, {"empty.pdf": b""}, text="With a file.")
    assert answer.status_code == 422
    assert "empty.pdf" in answer.text
    assert "Empty.pdf" not in answer.text
