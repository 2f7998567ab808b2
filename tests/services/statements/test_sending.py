"""Statements by e-mail: recipients, contents, and the record of what was sent."""

import json
from functools import partial

import pytest
from sqlalchemy import update

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.statements.issuing import (
    statement,
    statement_file,
    statement_files,
    statements_of,
)
from royalties.services.statements.numbering import NoStatementError
from royalties.services.statements.sending import Sending, send, sending_of
from royalties.services.work import RefusedError
from royalties.store.tables import mail
from tests.builders.books import NOW, Office, a_setup, after, closed, spring
from tests.builders.post import posted
from tests.builders.site import lend_site

PERIOD = "2025-H1"


def addressed(office: Office) -> None:
    """The closed half's beneficiaries have addresses; one has a user of the portal too."""
    closed(office)
    beneficiaries = a_setup()["beneficiaries"]
    for each in beneficiaries:
        if each["key"] in {"seattle", "houston"}:
            each["email"] = f"desk@{each['key']}.example.org"
    office.load({"beneficiaries": beneficiaries})
    site = lend_site(office)
    site.somebody(Role.NONPROFIT, "Sam Seattle", beneficiaries=("seattle",))
    site.somebody(Role.NONPROFIT, "Gone Away", beneficiaries=("tacoma",), status="disabled")


pytestmark = after(addressed)


def planned(office: Office, number: str = "") -> Sending:
    with office.work(read_only=True) as work:
        return sending_of(work, period=PERIOD, number=number)


def number_of(office: Office, beneficiary: str) -> str:
    return str(
        office.rows("SELECT min(number) FROM statement WHERE beneficiary = :key", key=beneficiary)[
            0
        ][0]
    )


def messages(office: Office) -> list[tuple[object, ...]]:
    return office.rows("SELECT about, recipient, attachments FROM mail ORDER BY id")


def test_preview_lists_recipients(office: Office) -> None:
    found = {each.statement.beneficiary: each for each in planned(office).letters}
    assert found["seattle"].recipients == ("desk@seattle.example.org", "sam.seattle@example.org")
    assert found["seattle"].can_sign_in
    assert found["houston"].recipients == ("desk@houston.example.org",)
    assert not found["houston"].can_sign_in
    assert found["tacoma"].recipients == ()
    assert {each.statement.beneficiary for each in planned(office).link_only} == {"houston"}


def test_recipient_gets_one_message_with_the_issued_workbook(office: Office) -> None:
    sent = send(office.work, period=PERIOD, attach=True)
    told = [each for each in planned(office).letters if each.recipients]
    assert sent.statements == len(told)
    assert sent.messages == len(messages(office)) == sum(each.size for each in told)
    for about, _, attachments in messages(office):
        ((period, name),) = json.loads(str(attachments))
        with office.work(read_only=True) as work:
            file = statement_file(work, str(about), "workbook")
        assert (period, name) == (PERIOD, file.name)
        assert office.system.files.issued(period, name).read_bytes() == file.data
    with pytest.raises(RefusedError, match="already been sent"):
        send(office.work, period=PERIOD)
    number = number_of(office, "seattle")
    again = send(office.work, period=PERIOD, number=number, again=True)
    assert (again.statements, again.messages) == (1, 2)


def test_message_contains_no_amount_but_a_portal_link(office: Office) -> None:
    number = number_of(office, "seattle")
    send(office.work, period=PERIOD, number=number)
    assert office.rows("SELECT attachments FROM mail WHERE recipient LIKE 'sam%'") == [("[]",)]
    [told] = posted(office, "recipient LIKE 'sam%'")
    assert f"/nonprofit/seattle/statements/{number}" in told.text
    with office.work(read_only=True) as work:
        said = statement(work, number)
    assert said.to_pay
    amount = f"{said.to_pay / 100:.2f}"
    assert amount not in f"{told.subject}{told.text}"
    assert told.subject == "Your royalty statement for 2025-H1 from Example House"


def test_sent_statements_are_marked(office: Office) -> None:
    number = number_of(office, "houston")

    def state() -> list[str]:
        with office.work(read_only=True) as work:
            (listed,), more = statements_of(work, numbers=[number])
        assert not more
        return [each.state for each in listed.mails]

    assert state() == []
    send(office.work, period=PERIOD, number=number)
    assert office.rows("SELECT count(*) FROM log WHERE action = 'send'") == [(1,)]
    assert state() == ["waiting"]
    with office.system.engine.begin() as connection:
        connection.execute(update(mail).values(sent_at=NOW, next_at=None))
    assert state() == ["sent"]
    with office.system.engine.begin() as connection:
        connection.execute(update(mail).values(sent_at=None, error="550 no such user"))
    assert state() == ["failed"]
    assert not planned(office, number).sent
    assert send(office.work, period=PERIOD, number=number).messages == 1


def test_beneficiary_without_address_is_left_out(office: Office) -> None:
    number = number_of(office, "tacoma")
    with pytest.raises(RefusedError, match="e-mail address"):
        send(office.work, period=PERIOD, number=number)
    assert messages(office) == []


def test_clerk_cannot_send_statements(office: Office) -> None:
    clerk = Actor("clara", Role.CLERK, 1)
    with pytest.raises(NotAllowedError):
        send(partial(office.system.work, clerk), period=PERIOD)


def test_nonprofit_finds_only_its_own_statements(office: Office) -> None:
    sam = Actor("Sam", Role.NONPROFIT, 1, frozenset({"seattle"}))
    own, other = number_of(office, "seattle"), number_of(office, "houston")
    with office.system.work(sam, read_only=True) as work:
        rows, _ = statements_of(work)
        assert {row.beneficiary for row in rows} == {"seattle"}
        assert statements_of(work, beneficiary="houston") == ([], False)
        assert statements_of(work, numbers=[other]) == ([], False)
        assert statement(work, own).payee.key == "seattle"
        assert statement_file(work, own, "twin").data
        names = [each.name for each in statement_files(work, PERIOD)]
        assert len(names) == 2 * len(rows)
        for reads in (
            lambda: statement(work, other),
            lambda: statement_file(work, other, "workbook"),
            lambda: statement(work, "2025-H1-999"),
        ):
            with pytest.raises(NoStatementError):
                reads()
    nobody = Actor("Nobody", Role.NONPROFIT, 1)
    with office.system.work(nobody, read_only=True) as work:
        assert statements_of(work) == ([], False)


@after(spring)
def test_sending_issues_statements_not_yet_issued(office: Office) -> None:
    office.close(PERIOD)
    beneficiaries = a_setup()["beneficiaries"]
    for each in beneficiaries:
        each["email"] = "desk@example.org"
    office.load({"beneficiaries": beneficiaries})
    number = number_of(office, "seattle")
    with office.work(read_only=True) as work, pytest.raises(RefusedError, match="not been issued"):
        statement_file(work, number, "workbook")
    send(office.work, period=PERIOD, number=number, attach=True)
    assert office.rows("SELECT DISTINCT number FROM issued") == [(number,)]
    assert office.faults() == {}
