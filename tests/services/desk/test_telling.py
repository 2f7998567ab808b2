"""The staff is told by e-mail what it can act on, each person once and as they chose."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from royalties.domain.approvals import ProposalKind
from royalties.domain.events import NOTIFIED_ROLES, StaffEvent, is_notified
from royalties.domain.people import Actor, Role
from royalties.services import approvals
from royalties.services.desk import notes
from royalties.services.desk.calendar import tell_of_days
from royalties.services.desk.jobs import WORKER
from royalties.services.mail import telling
from royalties.services.mail.outbox import Outcome, deliver
from royalties.services.statements.sending import send as send_statements
from royalties.services.work import RefusedError
from tests.builders.books import Office, a_row, after, closed, opened
from tests.builders.notes import write_note
from tests.builders.orders import somebody
from tests.builders.post import PostOffice, post_office, posted
from tests.builders.sent import as_file, send
from tests.smtp.test_outbox import reach

pytestmark = after(opened)


def told(office: Office, event: StaffEvent) -> list[str]:
    return [each.recipient for each in posted(office, "kind = :kind", kind=event.value)]


def chosen(office: Office, actor: Actor, **wanted: bool) -> None:
    with office.system.work(actor) as work:
        telling.choose(
            work, {StaffEvent(name.replace("_", "-")): on for name, on in wanted.items()}
        )


def days_pass(office: Office, day: datetime) -> int:
    with office.work() as work:
        return tell_of_days(replace(work, now=day))


def test_choices_are_those_that_the_role_can_act_on(office: Office) -> None:
    clerk, manager = somebody(office, "Cleo", Role.CLERK), somebody(office, "Mona", Role.MANAGER)
    with office.system.work(clerk, read_only=True) as work:
        of_clerk = telling.choices(work)
    with office.system.work(manager, read_only=True) as work:
        assert set(telling.choices(work)) == set(StaffEvent)
    assert StaffEvent.APPROVAL_WAITS not in of_clerk
    assert of_clerk[StaffEvent.RETAILER_LATE]
    assert not of_clerk[StaffEvent.PERIOD_ENDED]
    for role in (Role.NONPROFIT, Role.ORGANIZATION):
        assert not any(is_notified(event, role, choice=True) for event in NOTIFIED_ROLES)
    stranger = somebody(office, "Sam", Role.NONPROFIT)
    with office.system.work(stranger) as work:
        telling.choose(work, {StaffEvent.QUESTION_ASKED: True})
        assert telling.choices(work) == {}


def test_question_and_answer_notify_those_who_chose_it(office: Office) -> None:
    cleo = somebody(office, "Cleo", Role.CLERK)
    somebody(office, "Mona", Role.MANAGER)
    quiet = somebody(office, "Quinn", Role.MANAGER)
    chosen(office, quiet, question_asked=False)
    number = write_note(office, "Is the rate agreed?", cleo, is_question=True)
    (asked,) = posted(office, "kind = 'question-asked'")
    assert asked.recipient == "mona@example.org"
    assert "“Is the rate agreed?”" in asked.text
    assert f"/finance/notes/{number}" in asked.text
    with office.system.work(quiet) as work:
        notes.answer(work, number, "Yes.")
    assert told(office, StaffEvent.QUESTION_ANSWERED) == ["cleo@example.org"]
    chosen(office, quiet, question_asked=True)
    chosen(office, cleo, question_answered=False)
    with office.system.work(quiet) as work:
        notes.answer(work, number, "By letter.")
    assert len(told(office, StaffEvent.QUESTION_ANSWERED)) == 1
    write_note(office, "And the other?", cleo, is_question=True)
    assert told(office, StaffEvent.QUESTION_ASKED)[1:] == ["mona@example.org", "quinn@example.org"]


@after(closed)
def test_approval_is_notified_by_choice(office: Office) -> None:
    clerk = somebody(office, "Cleo", Role.CLERK)
    mona, quinn = somebody(office, "Mona", Role.MANAGER), somebody(office, "Quinn", Role.MANAGER)
    chosen(office, quinn, approval=False)
    chosen(office, clerk, decided=False)
    with office.system.work(clerk) as work:
        number = approvals.prepare(work, ProposalKind.CLOSE, "2025-H2", {})
    assert told(office, StaffEvent.APPROVAL_WAITS) == ["mona@example.org"]
    with office.system.work(mona) as work:
        approvals.refuse(work, number, "Not yet")
    assert told(office, StaffEvent.APPROVAL_WAITS) == ["mona@example.org"], "the clerk chose not to"


@after(closed)
def test_ended_period_and_late_retailer_are_notified_once_each(office: Office) -> None:
    somebody(office, "Mona", Role.MANAGER)
    cleo = somebody(office, "Cleo", Role.CLERK)
    before, later = datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    days_pass(office, before)
    assert told(office, StaffEvent.PERIOD_ENDED) == []
    assert days_pass(office, later) > 0
    assert told(office, StaffEvent.PERIOD_ENDED) == ["mona@example.org"]
    late = told(office, StaffEvent.RETAILER_LATE)
    assert {"mona@example.org", "cleo@example.org"} == set(late)
    assert days_pass(office, later) == 0, "once"
    chosen(office, cleo, period_ended=True)
    assert days_pass(office, later) == 1, "who chooses it later is told, too"
    assert days_pass(office, later) == 0
    assert "zq" not in "".join(each.text for each in posted(office))


def test_empty_books_send_no_notices(office: Office) -> None:
    somebody(office, "Mona", Role.MANAGER)
    assert days_pass(office, datetime(2026, 6, 1, tzinfo=UTC)) == 0


def test_refused_report_notifies_its_sender(office: Office) -> None:
    cleo, other = somebody(office, "Cleo", Role.CLERK), somebody(office, "Cora", Role.CLERK)
    chosen(office, other, upload_refused=False)
    wrong = [{**a_row(2), "units": "six"}]
    send(office, cleo, as_file(wrong), "wrong.csv")
    send(office, other, as_file([*wrong, a_row(1)]), "wrong too.csv")
    send(office, cleo, as_file([a_row(1)]), "right.csv")
    (mail,) = posted(office, "kind = 'upload-refused'")
    assert mail.recipient == "cleo@example.org"
    assert "wrong.csv" in mail.subject


@after(closed)
def test_undeliverable_statement_notifies_managers(office: Office) -> None:
    somebody(office, "Mona", Role.MANAGER)
    somebody(office, "Cleo", Role.CLERK)
    payee = {"key": "seattle", "name": "Seattle Readers", "country": "US"}
    office.load({"beneficiaries": [{**payee, "email": "s@example.org"}]})
    send_statements(office.work, period="2025-H1")
    with post_office(PostOffice(refusal="550 5.1.1 no such mailbox")) as there:
        reach(office, there.url)
        assert deliver(partial(office.system.work, WORKER)) is Outcome.NOT_TAKEN
    (written,) = posted(office, "kind = 'statement-bounced'")
    assert written.recipient == "mona@example.org"
    assert "s@example.org" in written.subject
    with post_office() as there:
        reach(office, there.url)
        while deliver(partial(office.system.work, WORKER)):
            pass
        assert "/account/told" in there.text(), "each such message leads to the choices"


def test_question_to_one_colleague_notifies_only_them_as_they_chose(office: Office) -> None:
    cleo = somebody(office, "Cleo", Role.CLERK)
    somebody(office, "Mona", Role.MANAGER)
    quinn = somebody(office, "Quinn", Role.MANAGER)
    number = write_note(office, "Is the rate agreed?", cleo, asked=quinn.person)
    assert told(office, StaffEvent.QUESTION_ASKED) == []
    (asked,) = posted(office, "kind = 'question-put'")
    assert asked.recipient == "quinn@example.org"
    assert asked.subject.startswith("A question to you about")
    assert f"/finance/notes/{number}" in asked.text
    chosen(office, quinn, question_put=False)
    write_note(office, "And now?", cleo, asked=quinn.person)
    assert told(office, StaffEvent.QUESTION_PUT) == ["quinn@example.org"]


def test_question_is_put_to_a_colleague_at_the_desk(office: Office) -> None:
    cleo, sam = somebody(office, "Cleo", Role.CLERK), somebody(office, "Sam", Role.NONPROFIT)
    for wrong in (cleo.person, sam.person, 0, 99):
        with pytest.raises(RefusedError, match="choose a colleague"):
            write_note(office, "Who?", cleo, asked=wrong)
