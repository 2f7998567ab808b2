"""Files of quotes: made once when they are issued, and given out with the same bytes ever after."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from royalties.domain.people import Actor, Role
from royalties.services.orders import life, papers
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.quotes import Edits, IssuedQuote
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.orders import quoted, requested, somebody, takes_orders
from tests.services.ledger.test_verifying import without_guards

pytestmark = after(takes_orders)

CLERK = Actor("Cleo", Role.CLERK)
CHECKED = "Quotes, and files issued of orders, are as they were issued (I16)"


@pytest.fixture
def olga(office: Office) -> Actor:
    return somebody(office, "Olga Orr", Role.ORGANIZATION, "guild")


def issue(office: Office, number: str, edits: Edits) -> None:
    with office.system.work(CLERK) as work:
        quotes.issue_quote(work, number, edits=edits)


def versions_of(office: Office, actor: Actor, number: str) -> list[IssuedQuote]:
    with office.system.work(actor, read_only=True) as work:
        order = life.find(work, number)
        assert order is not None
        return quotes.quotes(work, order)


def file_of(office: Office, actor: Actor, number: str, version: int, file: str) -> papers.Paper:
    with office.system.work(actor, read_only=True) as work:
        return quotes.quote_paper(work, number, version, file)


def test_quote_files_are_made_once_and_never_change(
    office: Office, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = quoted(office, olga)
    first = {file: file_of(office, olga, number, 1, file) for file in papers.FILES}
    assert first["pdf"].name == f"Quote {number}-1.pdf"
    assert first["pdf"].data.startswith(b"%PDF")
    assert first["xlsx"].data.startswith(b"PK")
    monkeypatch.setattr("reports.quote.pdf", lambda _: b"otherwise")
    monkeypatch.setattr("reports.quote.workbook", lambda _: b"otherwise")
    assert {file: file_of(office, CLERK, number, 1, file) for file in papers.FILES} == first
    assert len(office.rows("SELECT * FROM paper")) == 2
    assert office.faults() == {}


@pytest.mark.parametrize("file", papers.FILES)
def test_altered_quote_file_is_refused_and_found_by_verify(
    office: Office, olga: Actor, file: str
) -> None:
    number = quoted(office, olga)
    (path,) = (office.system.files.home / "issued" / "orders").glob(f"*.{file}")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"!")
    with pytest.raises(RefusedError, match="was changed"):
        file_of(office, olga, number, 1, file)
    assert office.faults() == {CHECKED: (f"the issued file {path.name} was changed",)}
    path.unlink()
    with pytest.raises(RefusedError, match="missing"):
        file_of(office, olga, number, 1, file)
    assert office.faults() == {CHECKED: (f"the issued file {path.name} is missing",)}
    path.write_bytes(whole)
    assert office.faults() == {}


def test_altered_quote_is_found_by_verify(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    with office.work(read_only=True) as work:
        without_guards(office, work)
        work.connection.execute(text("UPDATE quote SET content = replace(content, 'Guild', 'B')"))
        assert list(papers.failures(work)) == [f"quote {number}/1 was changed"]
    with pytest.raises(DatabaseError, match="issue a new version"):
        office.execute("UPDATE quote SET content = replace(content, 'Guild', 'B')")


def test_rolled_back_quote_leaves_no_file(office: Office, olga: Actor) -> None:
    number = requested(office, olga).number

    class StoppedError(Exception):
        pass

    def work_that_fails() -> None:
        with office.system.work(CLERK) as work:
            quotes.issue_quote(work, number, edits=Edits(note="first thought"))
            raise StoppedError

    with pytest.raises(StoppedError):
        work_that_fails()
    assert versions_of(office, olga, number) == []
    issue(office, number, Edits(note="second thought"))
    assert versions_of(office, olga, number)[0].shown.note == "second thought"
    assert office.faults() == {}


def test_unknown_quote_files_are_not_found(office: Office, olga: Actor) -> None:
    number = quoted(office, olga)
    for version, file in ((1, "docx"), (2, "pdf"), (0, "pdf"), (-1, "pdf")):
        with pytest.raises(RefusedError, match="there is no quote"):
            file_of(office, olga, number, version, file)
