"""Earlier statements at the desk and in the portal: sent, sorted, shown, hidden, taken back."""

import io
import re
from typing import Any

import pytest
from lxml import html
from werkzeug.test import TestResponse

from royalties.domain.people import Role
from royalties.services import enclosures
from tests.builders.books import after, closed, opened
from tests.builders.documents import PDF, send_documents
from tests.builders.site import Site, Visitor

OF_SEATTLE = "/finance/beneficiaries/seattle/earlier-statements"
ALL = "/finance/earlier-statements"


def post_files(visitor: Visitor, path: str, files: dict[str, bytes], **more: str) -> TestResponse:
    sent: dict[str, Any] = {
        **more,
        "files": [(io.BytesIO(data), name) for name, data in files.items()],
    }
    return visitor.post(path, sent, content_type="multipart/form-data")


def words_of(page: str) -> str:
    text: str = html.document_fromstring(page).text_content()
    return " ".join(text.split())


@after(closed)
def test_old_statement_goes_from_the_desk_to_the_portal_and_back(site: Site) -> None:
    clerk, manager = site.visitor(Role.CLERK), site.visitor(Role.MANAGER)
    theirs = site.visitor(Role.NONPROFIT, beneficiaries=("seattle",))
    answer = post_files(clerk, OF_SEATTLE, {"Q3 2024.pdf": PDF}, note="She disputed this one")
    assert (answer.status_code, answer.location) == (303, OF_SEATTLE)
    shown = words_of(clerk.page("/finance/beneficiaries/seattle"))
    assert "Third quarter of 2024 Q3 2024.pdf" in shown
    assert "staff only" in shown
    assert "Earlier statements" not in theirs.page("/nonprofit/seattle/statements")
    assert theirs.get("/nonprofit/seattle/earlier-statements/1").status_code == 404

    assert "Let them see it" not in clerk.page(f"{ALL}/1")
    assert clerk.post(f"{ALL}/1/show").status_code == 403
    assert manager.post(f"{ALL}/1/show").status_code == 303
    page = theirs.page("/nonprofit/seattle/statements")
    assert "Earlier statements" in page
    assert "Third quarter of 2024" in page
    assert "disputed" not in page, "the note is the staff's"
    file = theirs.get("/nonprofit/seattle/earlier-statements/1")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["X-Content-Type-Options"] == "nosniff"

    assert clerk.post(f"{ALL}/1/hide").status_code == 303
    assert "Earlier statements" not in theirs.page("/nonprofit/seattle/statements")
    assert manager.post(f"{ALL}/1/show").status_code == 303
    refused = clerk.post(f"{ALL}/1/remove", {"reason": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert clerk.post(f"{ALL}/1/remove", {"reason": "Of another year"}).status_code == 303
    assert theirs.get("/nonprofit/seattle/earlier-statements/1").status_code == 404
    history = words_of(clerk.page(f"{ALL}/1"))
    assert "took it back. “Of another year”" in history
    assert "let the beneficiary see it" in history
    assert clerk.get(f"{ALL}/1/file").data == PDF
    assert "Taken back: 1" in clerk.page(OF_SEATTLE)


@after(opened)
def test_portal_without_a_statement_shows_earlier_ones(site: Site) -> None:
    send_documents(site.office, {"2022.xls": b"an old sheet"}, beneficiary="seattle", visible=True)
    theirs = site.visitor(Role.NONPROFIT, beneficiaries=("seattle", "houston"))
    page = theirs.page("/nonprofit/seattle/statements")
    assert "No statement yet" in page
    assert "2022.xls" in page
    assert "2022.xls" not in theirs.page("/nonprofit/houston/statements")
    assert theirs.get("/nonprofit/houston/earlier-statements/1").status_code == 404


@pytest.mark.parametrize(
    ("files", "more", "words"),
    [
        ({}, {}, "Choose the files"),
        ({"scan.pdf": PDF}, {}, "does not say of which period"),
        ({"scan.pdf": PDF}, {"period": "<b>soon"}, "is no period and no day"),
        ({"2023.exe": PDF}, {}, "something that a computer runs"),
        ({"2023.pdf": PDF, "2024.pdf": b""}, {}, "2024.pdf: the file is empty"),
    ],
)
@after(opened)
def test_refused_files_come_back_with_what_was_typed(
    site: Site, files: dict[str, bytes], more: dict[str, str], words: str
) -> None:
    clerk = site.visitor(Role.CLERK)
    answer = post_files(clerk, OF_SEATTLE, files, note="From the attic", **more)
    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert "choose the files again" in answer.text
    assert 'value="From the attic"' in answer.text
    assert "<b>soon" not in answer.text
    assert site.office.rows("SELECT count(*) FROM document") == [(0,)]


@after(opened)
def test_clerk_does_not_show_what_they_send(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    assert 'name="visible"' not in clerk.page(OF_SEATTLE)
    answer = post_files(clerk, OF_SEATTLE, {"2023.pdf": PDF}, visible="1")
    assert answer.status_code == 403
    manager = site.visitor(Role.MANAGER)
    post_files(manager, OF_SEATTLE, {"2023.pdf": PDF}, visible="1")
    assert "beneficiary" in manager.page(OF_SEATTLE)
    assert site.office.rows("SELECT visible FROM document") == [(1,)]


@after(opened)
def test_many_files_are_sorted_by_their_names(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    many = {
        "Seattle Readers 2023.pdf": PDF,
        "houston H1 2022.pdf": PDF + b"2",
        "scan 17.pdf": PDF + b"3",
    }
    assert post_files(clerk, ALL, many).location == ALL
    page = html.document_fromstring(clerk.page(ALL))
    form = next(each for each in page.forms if (each.action or "").endswith("/file"))
    sent = [(name, value) for name, value in form.form_values() if name != "csrf_token"]
    assert dict(sent)["payee-1"] == "seattle"
    assert dict(sent)["period-2"] == "2022-H1"
    assert dict(sent)["payee-3"] == dict(sent)["period-3"] == ""
    values: dict[str, Any] = {"number": ["1", "2", "3"]}
    values |= {name: value for name, value in sent if name != "number"}
    wrong = clerk.post(f"{ALL}/file", {**values, "period-2": "soon"})
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.text, "nothing typed is lost"
    assert site.office.rows("SELECT count(*) FROM document WHERE beneficiary IS NULL") == [(3,)]
    assert clerk.post(f"{ALL}/file", values).status_code == 303
    left = clerk.page(ALL)
    assert "2 statements sorted; 1 still to be sorted" in left
    assert re.findall(r'name="payee-(\d)"', left) == ["3"]
    assert "scan 17.pdf" in left
    assert clerk.post(f"{ALL}/file", {"number": ["3"], "payee-3": "seattle"}).status_code == 422


@after(opened)
def test_uploading_stored_bytes_names_the_existing_document(site: Site) -> None:
    for key in ("seattle", "houston"):
        send_documents(site.office, {"2023.pdf": PDF}, beneficiary=key)
    page = site.visitor(Role.CLERK).page(f"{ALL}/1")
    assert "The same file is kept of Houston Readers as well" in page
    clerk = site.visitor(Role.CLERK)
    assert post_files(clerk, OF_SEATTLE, {"2023.pdf": PDF}).status_code == 303
    assert "There already, and left as it is: 2023.pdf" in clerk.page(OF_SEATTLE)


@after(opened)
def test_amended_statement_says_what_it_said_before(site: Site) -> None:
    send_documents(site.office, {"2023.pdf": PDF}, beneficiary="seattle")
    clerk = site.visitor(Role.CLERK)
    wrong = clerk.post(f"{ALL}/1/amend", {"period": "soon", "note": "x"})
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.text
    assert clerk.post(f"{ALL}/1/amend", {"period": "2023-H1", "note": "x"}).status_code == 303
    page = words_of(clerk.page(f"{ALL}/1"))
    assert "First half of 2023" in page
    assert "Period: 2023 → 2023-H1." in page


@after(opened)
def test_more_bytes_than_are_taken_do_not_come_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enclosures, "LARGEST", 10)
    answer = post_files(site.visitor(Role.CLERK), OF_SEATTLE, {"2023.pdf": PDF})
    assert answer.status_code == 422
    assert "larger than" in answer.text
    assert not list((site.office.system.config.home / "uploads").glob("*"))
