"""Everything that people read is in words: on pages, in mails, statements, papers and files.

The books of the walk have keys that no word resembles (``tests/builders/keyed.py``).
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pypdfium2
import pytest
from openpyxl import load_workbook

from royalties.domain.people import Role
from tests.browser.test_every_page import its_page
from tests.browser.visits import BELONGS, FILES, STATES, VISITS, Visit
from tests.builders.books import Shelf
from tests.builders.post import posted
from tests.builders.site import Site, Visitor, open_site
from tests.selection import InFull
from tests.web.core.spoken import faults_of, faults_of_page, form_of

SENT_BY_OTHERS = {
    path
    for endpoint, (path, _) in FILES.items()
    if endpoint
    in {
        "documents.document_file",
        "importing.received_file",
        "nonprofit.earlier_statement",
        "notes.note_file",
        "public.sample",
        "order_files.original",
        "order_files.drawing",
        "organization_certificates.file",
        "organization_orders.original",
        "organizations.certificate_file",
        "uploading.problems_workbook",
    }
}
"""Files that are what somebody sent: nobody here words them."""


@dataclass(slots=True)
class Reader:
    """Who reads a site's pages: one person of each role."""

    site: Site
    _visitors: dict[tuple[Role, str], Visitor] = field(default_factory=dict)

    def visitor(self, role: Role, stage: str = "full") -> Visitor:
        """The person of a role."""
        if role is Role.STRANGER:
            return self.site.stranger()
        if (role, stage) not in self._visitors:
            keys = BELONGS.get(role, ())
            actor = self.site.somebody(
                role,
                beneficiaries=keys if role is Role.NONPROFIT else (),
                organizations=keys if role is Role.ORGANIZATION else (),
            )
            self._visitors[role, stage] = self.site.signed_in(actor, stage=stage)
        return self._visitors[role, stage]

    def page(self, visit: Visit) -> str:
        """The page of a visit; with ``submit`` what its form answers as it stands."""
        visitor = self.visitor(visit.role, visit.stage)
        page = visitor.get(visit.path).text
        if not visit.submit:
            return page
        form = form_of(page, visit.submit)
        sent: dict[str, list[str]] = {}
        for name, value in form.form_values():
            sent.setdefault(name, []).append(value)
        sent.pop("csrf_token", None)
        answer = visitor.post(form.action or visit.path, sent)
        return answer.text if answer.status_code == 422 else ""


@pytest.fixture(scope="module")
def readers(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Reader]]:
    """A site in each state."""
    with ExitStack() as stack:
        yield {
            name: Reader(
                open_site(
                    stack.enter_context(
                        shelf.office("sqlite", story, tmp_path_factory.mktemp(name))
                    )
                )
            )
            for name, story in STATES.items()
        }


def test_pages_contain_no_internal_words(readers: dict[str, Reader], in_full: InFull) -> None:
    """Every day the first state of each page, and of its answer to a form that is wrong."""
    firsts = {(its_page(visit), visit.submit): visit for visit in reversed(VISITS)}
    found = []
    for visit in VISITS if in_full("further states of pages") else firsts.values():
        page = readers[visit.state].page(visit)
        if page:
            found += faults_of_page(str(visit), page)
    assert not found, "\n".join(found)


def test_exported_files_contain_no_internal_words(readers: dict[str, Reader]) -> None:
    found = []
    for path, role in FILES.values():
        answer = readers["rich"].visitor(role).get(path)
        assert answer.status_code == 200, path
        named = answer.headers["Content-Disposition"]
        found += faults_of(path, iter([named]))
        if path not in SENT_BY_OTHERS:
            found += faults_of(path, words_of_file(answer.data))
    assert not found, "\n".join(found)


def words_of_file(data: bytes) -> Iterator[str]:
    """The texts of a workbook or a PDF."""
    if data.startswith(b"%PDF"):
        pdf = pypdfium2.PdfDocument(data)
        for page in pdf:
            yield from page.get_textpage().get_text_bounded().splitlines()
    elif (
        data.startswith(b"PK")
        and "xl/workbook.xml" not in (inner := zipfile.ZipFile(io.BytesIO(data))).namelist()
    ):
        for name in inner.namelist():
            yield name
            yield from words_of_file(inner.read(name))
    elif data.startswith(b"PK"):
        for sheet in load_workbook(io.BytesIO(data), read_only=True):
            for row in sheet.iter_rows(values_only=True):
                yield from (cell for cell in row if isinstance(cell, str))


def test_mails_contain_no_internal_words(readers: dict[str, Reader]) -> None:
    found = []
    for mail in posted(readers["rich"].site.office):
        text = re.sub(r"https?://\S+", "", mail.text)
        found += faults_of(f"mail {mail.kind}", iter([mail.subject, *text.splitlines()]))
    assert not found, "\n".join(found)
