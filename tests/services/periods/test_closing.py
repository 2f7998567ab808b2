"""A close by two people: what must be looked at, who may approve, and what changes in between."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.domain.sales.reporting import ReportStatus
from royalties.services import approvals
from royalties.services.desk.dashboard import dashboard
from royalties.services.periods import approval as closing
from royalties.services.periods.checklist import Outlook, outlook
from royalties.services.periods.close import before_close, close
from royalties.services.periods.draft import draft_statement, run_view
from royalties.services.periods.lines import SalesOfLine
from royalties.services.periods.variances import Figures, varies
from royalties.services.sales import sheets, uploads
from royalties.services.sales.sheets import FIELDS, Draft
from royalties.services.statements.numbering import NoStatementError
from royalties.services.work import RefusedError, Work
from tests.builders.books import HARDCOVER, UNKNOWN, Office, a_row, after, closed, spring
from tests.builders.post import posted
from tests.builders.site import lend_site
from tests.services.racing import Racers, Task

pytestmark = after(closed)
PERIOD = "2025-H2"


@contextmanager
def working(office: Office, actor: Actor) -> Iterator[Work]:
    with office.system.work(actor) as work:
        yield work


def somebody(office: Office, role: Role) -> Actor:
    return lend_site(office).somebody(role, f"Some {role.value} {len(office.rows(PEOPLE))}")


PEOPLE = "SELECT id FROM person"


def look(office: Office, period: str = PERIOD) -> Outlook:
    with office.work(read_only=True) as work:
        return outlook(work, period)


def settle(office: Office, actor: Actor) -> None:
    """Explain everything that wants it, and look at the draft."""
    found = look(office)
    assert found.exceptions is not None
    with working(office, actor) as work:
        for point in found.exceptions.all:
            closing.explain_point(work, PERIOD, point.subject, point.figure, "as expected")


def prepare(office: Office, actor: Actor, note: str = "") -> int:
    settle(office, actor)
    with working(office, actor) as work:
        return closing.prepare(work, PERIOD, note)


def states(office: Office) -> dict[str, bool]:
    return {step.name: step.done for step in look(office).steps}


def test_a_checklist_begins_open_and_ends_with_approval(office: Office) -> None:
    clerk = somebody(office, Role.CLERK)
    office.bring_batch([a_row(2, date="2025-11-20", isbn=UNKNOWN)])
    assert states(office) == {
        "ended": True,
        "reports": False,  # the wholesaler sold in the spring and nothing since
        "unrecorded": True,
        "waiting": False,
        "history": True,
        "exceptions": True,
        "jumps": False,
        "looked": False,
        "prepared": False,
        "approved": False,
    }
    with working(office, clerk) as work, pytest.raises(RefusedError, match="not ready") as refused:
        closing.prepare(work, PERIOD, "")
    assert "Jumps explained" in str(refused.value)
    prepare(office, clerk, "all is well")
    assert [name for name, done in states(office).items() if not done] == ["approved"]
    proposal = look(office).proposal
    assert proposal is not None
    assert (proposal.note, proposal.prepared_by_id) == ("all is well", clerk.person)


def test_missing_report_is_listed_once(office: Office) -> None:
    exceptions = look(office).exceptions
    assert exceptions is not None
    assert [each.subject for each in exceptions.reports] == ["report:hub"]
    assert "retailer:hub:USD" not in {each.subject for each in exceptions.variances}


def test_changed_figure_needs_a_new_explanation(office: Office) -> None:
    settle(office, somebody(office, Role.CLERK))
    assert not look(office).open_steps
    office.bring_batch([a_row(1, date="2025-12-01")])
    exceptions = look(office).exceptions
    assert exceptions is not None
    outdated = {each.subject for each in exceptions.all if each.is_outdated}
    assert {"draft", "retailer:amazon:USD"} <= outdated
    assert "report:hub" not in outdated
    assert {step.name for step in look(office).open_steps} == {"jumps", "looked"}


@pytest.mark.parametrize(
    ("period", "subject", "words", "why"),
    [
        (PERIOD, "report:hub", "  ", "say in a sentence why the figure is right"),
        (
            PERIOD,
            "report:hub",
            "because\u202e",
            "the explanation cannot be recorded: it holds the control character U+202E: take it out",
        ),
        (PERIOD, "anything:else", "because", "there is no such figure to explain"),
        (
            "2025-H1",
            "report:hub",
            "because",
            "2025-H1 is closed already, and is not changed any more",
        ),
    ],
)
def test_empty_explanation_is_refused(
    office: Office, period: str, subject: str, words: str, why: str
) -> None:
    clerk = somebody(office, Role.CLERK)
    with pytest.raises(RefusedError) as refused, working(office, clerk) as work:
        closing.explain_point(work, period, subject, "nothing covers 2025-H2", words)
    assert str(refused.value) == why
    assert office.rows("SELECT count(*) FROM explanation") == [(0,)]


def test_explanation_of_oversized_figures_is_refused(office: Office) -> None:
    """A subject has 200 letters at most, the figures 100, as their columns have on PostgreSQL."""
    kind = "report:"
    longest = kind + "x" * (200 - len(kind))
    with working(office, somebody(office, Role.CLERK)) as work:
        for subject, figure in ((f"{longest}x", "1"), (kind, "1" * 101)):
            with pytest.raises(RefusedError, match="no such figure"):
                closing.explain_point(work, PERIOD, subject, figure, "because")
        closing.explain_point(work, PERIOD, longest, "1" * 100, "because")
    assert office.rows("SELECT subject, figure FROM explanation") == [(longest, "1" * 100)]


def test_explanation_is_stored_with_its_author_and_logged(office: Office) -> None:
    clerk = somebody(office, Role.CLERK)
    with working(office, clerk) as work:
        closing.explain_point(work, PERIOD, "report:hub", "nothing", f"  It  closed. {'y' * 2000}")
        closing.mark_draft_viewed(work, PERIOD, "the fingerprint")
    text = f"It closed. {'y' * 989}"
    kept = [("draft", "the fingerprint", "looked at"), ("report:hub", "nothing", text)]
    rows = office.rows('SELECT period, "by", subject, figure, text FROM explanation ORDER BY 3')
    assert rows == [(PERIOD, clerk.name, *each) for each in kept]
    logged = [
        json.loads(payload)
        for (payload,) in office.rows(
            "SELECT payload FROM log WHERE action = 'explain-jump' ORDER BY seq"
        )
    ]
    assert logged == [
        {"period": PERIOD, "subject": subject, "figure": figure, "text": words}
        for subject, figure, words in reversed(kept)
    ]


def test_prepared_close_cannot_be_prepared_again(office: Office) -> None:
    clerk = somebody(office, Role.CLERK)
    number = prepare(office, clerk, f"  all is well {'y' * 2000}")
    with pytest.raises(RefusedError), working(office, clerk) as work:
        closing.prepare(work, PERIOD, "once more")
    proposal = look(office).proposal
    assert proposal is not None
    assert (proposal.id, proposal.note) == (number, f"all is well {'y' * 988}")


def test_early_close_reason_is_dropped_if_the_period_has_ended(office: Office) -> None:
    clerk = somebody(office, Role.CLERK)
    settle(office, clerk)
    with working(office, clerk) as work:
        closing.prepare(work, PERIOD, "", early="The house is sold")
    proposal = look(office).proposal
    assert proposal is not None
    assert proposal.early == ""


@pytest.mark.parametrize(
    ("before", "now", "jumped"),
    [
        (Figures(30_000), Figures(39_000), False),  # 30 %, but less than 100 units
        (Figures(100_000), Figures(130_000), True),
        (Figures(100_000), Figures(129_999), False),
        (Figures(0), Figures(9_999), False),
        (Figures(0), Figures(10_000), True),
        (Figures(-10_000), Figures(10_000), True),
        (Figures(100, 50), Figures(100, 70), True),
        (Figures(100, 50), Figures(100, 69), False),
        (Figures(100, 1000), Figures(100, 1020), False),
    ],
)
def test_variance_thresholds(before: Figures, now: Figures, *, jumped: bool) -> None:
    assert varies(before, now, "USD") is jumped


def test_preparer_cannot_approve_close(office: Office) -> None:
    manager, other = somebody(office, Role.MANAGER), somebody(office, Role.MANAGER)
    number = prepare(office, manager)
    before = office.hashes()
    with pytest.raises(RefusedError, match="another manager"), working(office, manager) as work:
        closing.approve(work, number)
    assert office.hashes() == before
    with working(office, other) as work:
        done = closing.approve(work, number)
    assert (done.document["period"], done.confirmed) == (PERIOD, ())
    assert office.faults() == {}
    prepared = office.rows("SELECT fingerprint FROM proposal")
    assert prepared == office.rows(
        "SELECT fingerprint FROM closed_run ORDER BY period_id DESC LIMIT 1"
    )


def test_clerk_cannot_approve_close(office: Office) -> None:
    number = prepare(office, somebody(office, Role.MANAGER))
    with (
        pytest.raises(NotAllowedError, match="manager"),
        working(office, somebody(office, Role.CLERK)) as work,
    ):
        closing.approve(work, number)


def test_changed_draft_is_refused_and_must_be_prepared_again(office: Office) -> None:
    clerk, manager = somebody(office, Role.CLERK), somebody(office, Role.MANAGER)
    number = prepare(office, clerk)
    office.bring_batch([a_row(1, date="2025-12-01")])
    assert look(office).is_stale
    with pytest.raises(RefusedError, match="changed since"), working(office, manager) as work:
        closing.approve(work, number)
    again = prepare(office, clerk)
    assert again != number
    with working(office, manager) as work:
        closing.approve(work, again)
    assert office.faults() == {}


def test_outdated_explanation_stops_the_approval(office: Office) -> None:
    number = prepare(office, somebody(office, Role.CLERK))
    office.bring_batch([a_row(2, date="2025-11-20", isbn=UNKNOWN)])  # waits: no figure changes
    with (
        pytest.raises(RefusedError, match="Waiting rows"),
        working(office, somebody(office, Role.MANAGER)) as work,
    ):
        closing.approve(work, number)


def test_one_person_approves_when_the_second_is_switched_off(office: Office) -> None:
    manager, administrator = somebody(office, Role.MANAGER), somebody(office, Role.ADMINISTRATOR)
    with working(office, administrator) as work:
        approvals.set_two_people(work, on=False)
    assert not look(office).two_people
    number = prepare(office, manager)
    with working(office, manager) as work:
        closing.approve(work, number)
    assert office.faults() == {}


def test_person_cannot_close_past_the_checklist(office: Office) -> None:
    with (
        pytest.raises(RefusedError, match="two people"),
        working(office, somebody(office, Role.MANAGER)) as work,
    ):
        close(work, PERIOD)


def test_command_line_closes_without_preparation(office: Office) -> None:
    assert office.close(PERIOD).statements


def test_refused_or_withdrawn_close_no_longer_waits(office: Office) -> None:
    clerk, manager = somebody(office, Role.CLERK), somebody(office, Role.MANAGER)
    number = prepare(office, clerk)
    with pytest.raises(RefusedError, match="give a reason"), working(office, manager) as work:
        closing.refuse(work, number, " ")
    with working(office, manager) as work:
        closing.refuse(work, number, "the wholesaler is missing")
    assert look(office).proposal is None
    again = prepare(office, clerk)
    with working(office, clerk) as work:
        approvals.withdraw(work, again)
    kept = [(each.status, each.reason) for each in look(office).decided]
    assert kept == [("withdrawn", ""), ("refused", "the wholesaler is missing")]


def approve_as(office: Office, number: int, actor: Actor) -> int:
    with working(office, actor) as work:
        return len(closing.approve(work, number).statements)


def test_concurrent_approvals_close_once(office: Office, racers: Racers) -> None:
    number = prepare(office, somebody(office, Role.CLERK))
    config = office.system.config
    outcomes = racers.race(
        *[
            Task(
                config.database_url,
                config.home.parent,
                approve_as,
                (number, somebody(office, Role.MANAGER)),
            )
            for _ in range(2)
        ]
    )
    assert sorted(each.done for each in outcomes) == [False, True], outcomes
    assert [each.told for each in outcomes if not each.done] == [True]
    assert office.rows("SELECT count(*) FROM closed_run") == [(2,)]
    assert office.faults() == {}


def test_closed_period_cannot_be_prepared(office: Office) -> None:
    with (
        pytest.raises(RefusedError, match="closed already"),
        working(office, somebody(office, Role.CLERK)) as work,
    ):
        closing.prepare(work, "2025-H1", "")


def test_closed_period_shows_only_its_run(office: Office) -> None:
    prepare(office, somebody(office, Role.CLERK))
    done = look(office, "2025-H1")
    assert done.is_closed
    assert (done.exceptions, done.proposals, done.obstacle) == (None, (), "")


@after(spring)
def test_a_draft_is_remembered_until_something_changes(office: Office) -> None:
    def shown() -> object:
        with office.work(read_only=True) as work:
            return run_view(work, "2025-H1")

    first = shown()
    assert shown() is first
    somebody(office, Role.CLERK)
    with office.work() as work:
        closing.explain_point(work, "2025-H1", "draft", "x", "looked at")
    assert shown() is first
    office.bring_batch([a_row(1, date="2025-06-01")])
    assert shown() is not first


def test_open_period_is_listed_first(office: Office) -> None:
    with office.work() as work:
        assert [each.name for each in closing.periods_page(work)[0]] == ["2025-H2", "2025-H1"]


def test_missing_month_stops_a_close(office: Office) -> None:
    """A retailer that reports every month sold in the period, and a report is missing."""
    for day in ("2025-07-03", "2025-08-03", "2025-10-03", "2025-12-03"):
        office.bring_batch([a_row(1, date=day, retailer="bay")])
    found = look(office)
    assert found.exceptions is not None
    [bay] = [each for each in found.exceptions.reports if each.key == "bay"]
    assert (bay.name, bay.figure) == ("Elliott Bay", "nothing covers 2025-11")
    assert not next(step for step in found.steps if step.name == "reports").done
    office.bring_batch([a_row(1, date="2025-11-03", retailer="bay")])
    exceptions = look(office).exceptions
    assert exceptions is not None
    assert "bay" not in {each.key for each in exceptions.reports}


def test_home_and_checklist_list_the_same_missing_reports(office: Office) -> None:
    for place, day in enumerate(("2025-07-03", "2025-08-03", "2025-10-03")):
        office.bring_batch([a_row(place + 1, date=day, retailer="bay")])
    with office.work(read_only=True) as work:
        at_home = {
            (each.key, account, stands.missing)
            for each in dashboard(work).retailers
            for account, stands in each.accounts
            if stands.standing in (ReportStatus.DUE, ReportStatus.LATE)
        }
    exceptions = look(office).exceptions
    assert exceptions is not None
    assert {key for key, _, _ in at_home} == {"bay", "hub"}
    assert {each.subject: each.figure for each in exceptions.reports} == {
        "report:bay": "nothing covers 2025-11 to 2025-12",
        "report:hub": "nothing covers 2025-H2",
    }
    assert {key: list(map(str, missing)) for key, _, missing in at_home} == {
        "bay": ["2025-11", "2025-12"],
        "hub": ["2025-H2"],
    }


@after(spring)
def test_first_period_has_no_variances(office: Office) -> None:
    exceptions = look(office, "2025-H1").exceptions
    assert exceptions is not None
    assert (exceptions.variances, exceptions.reports) == ((), ())


def test_missing_input_of_a_run_stops_the_close(office: Office) -> None:
    office.bring_batch([a_row(1, date="2025-11-02", currency="CAD")])
    found = look(office)
    assert "CAD → USD" in found.obstacle
    assert found.shown is None
    assert {step.name for step in found.open_steps} == {
        *("reports", "unrecorded", "waiting", "history", "exceptions", "jumps", "looked")
    }


def test_sale_lines_are_paged_along_their_key(office: Office) -> None:
    with office.work() as work:
        shown = run_view(work, "2025-H1")
        done = next(each for each in shown.run.contracts if each.contract.key == "foot-2015")
        line = next(
            each
            for each in done.lines
            if (each.isbn, each.retailer, each.kind) == (HARDCOVER, "amazon", "sale")
        )
        sales = SalesOfLine(work, shown.setup, shown.run, done, line)
        everything = list(sales.all())
        first, then = sales.page(None, 1)
        second, end = sales.page(then, 1)
    assert len(everything) == 2
    assert first + second == everything
    assert end is None


def test_a_draft_statement_has_no_number(office: Office) -> None:
    with office.work() as work:
        found = draft_statement(work, PERIOD, "houston", "USD")
        assert found.number is None
        assert found.allocated == next(
            each.allocated
            for each in run_view(work, PERIOD).run.settlements
            if (each.beneficiary, each.currency) == ("houston", "USD")
        )
        with pytest.raises(NoStatementError):
            draft_statement(work, "2025-H1", "houston", "USD")


# At the command line, and before the end


def refusal(office: Office, **how: Any) -> str:
    """Why a close at the command line is refused; nothing is changed by it."""
    before = office.hashes()
    with pytest.raises(RefusedError) as refused, office.work() as work:
        close(work, PERIOD, **how)
    assert office.hashes() == before
    return str(refused.value)


def confirmed(office: Office) -> Any:
    """What the log says of the newest close."""
    rows = office.rows("SELECT payload FROM log WHERE action = 'close' ORDER BY seq DESC")
    return json.loads(rows[0][0])


def test_the_command_line_confirms_the_same_checklist(office: Office) -> None:
    office.bring_batch([a_row(2, date="2025-11-20", isbn=UNKNOWN)])
    said = refusal(office)
    missing = "no report of Book Hub: nothing covers 2025-H2"
    waits = "1 unknown ISBN: 1 row, 2 copies, which count nowhere until their edition is known"
    assert missing in said
    assert waits in said
    exceptions = look(office).exceptions
    assert exceptions is not None
    assert len(look(office).to_confirm) == len(exceptions.to_say)
    office.close(PERIOD)
    assert {missing, waits} <= set(confirmed(office)["confirmed"])


def test_confirmation_of_a_changed_checklist_is_refused(office: Office) -> None:
    seen = look(office).fingerprint
    batch = office.bring_batch([a_row(2, date="2025-11-20", isbn=UNKNOWN)])
    assert "has changed since you were asked" in refusal(office, confirm=True, seen=seen)
    office.undo(batch)
    to_confirm = look(office).to_confirm
    with office.work() as work:
        assert close(work, PERIOD, confirm=True, seen=seen).confirmed == to_confirm


def test_checklist_names_open_uploads_and_typed_sheets(office: Office) -> None:
    site = lend_site(office)
    clerk = site.somebody(Role.CLERK, "Carla Clerk")
    row = tuple("2" if name == "units" else "" for name in FIELDS)
    with working(office, clerk) as work:
        uploads.receive(work, "autumn of bay.csv", BytesIO(b"date,isbn\n"))
        sheets.save(work, Draft("bay", (row,), "token"))
        sheets.save(work, Draft("hub", (), "another"))
    assert not states(office)["unrecorded"]
    said = refusal(office)
    assert "autumn of bay.csv: sent, not recorded" in said
    assert "Elliott Bay, typed by Carla Clerk: 1 row typed, not recorded" in said
    assert "Hub, typed" not in said


def early(office: Office) -> None:
    """The clock stands before the open period's end."""
    office.system = replace(office.system, clock=lambda: datetime(2025, 12, 31, 9, tzinfo=UTC))


def test_a_period_ends_with_its_last_day(office: Office) -> None:
    early(office)
    assert "2025-H2 ends on 2025-12-31, today, and" in refusal(office, confirm=True)
    assert "2025-H2 ends on" in refusal(office, confirm=True, early="  ")
    office.system = replace(office.system, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    office.close(PERIOD, early="not needed")
    assert "early" not in confirmed(office)


def test_reason_to_close_early_must_be_readable_text(office: Office) -> None:
    clerk = somebody(office, Role.CLERK)
    early(office)
    settle(office, clerk)
    with pytest.raises(RefusedError) as refused, working(office, clerk) as work:
        closing.prepare(work, PERIOD, "", early="The house is sold\u202e")
    assert str(refused.value) == (
        "the reason cannot be recorded: it holds the control character U+202E: take it out"
    )
    assert look(office).proposal is None


def test_an_early_close_at_the_command_line_is_logged_and_told(office: Office) -> None:
    lend_site(office).somebody(Role.MANAGER, "Mara Manager")
    early(office)
    office.close(PERIOD, early="The house is sold")
    assert confirmed(office)["early"] == "The house is sold"
    [told] = posted(office)
    assert told.recipient == "mara.manager@example.org"
    assert "tess has closed 2025-H2 before its end" in told.text
    assert "The house is sold" in told.text
    assert office.faults() == {}


def test_close_preview_lists_what_it_would_override(office: Office) -> None:
    expected = look(office)
    with office.work(read_only=True) as work:
        found = before_close(work, PERIOD)
        with pytest.raises(RefusedError, match="2025-H2 is still open"):
            before_close(work, "2026-H1")
    assert (found.to_confirm, found.fingerprint) == (expected.to_confirm, expected.fingerprint)
    assert found.obstacle == ""
    with (
        pytest.raises(NotAllowedError, match="manager"),
        working(office, somebody(office, Role.CLERK)) as work,
    ):
        before_close(work, PERIOD)
    early(office)
    with office.work(read_only=True) as work:
        with pytest.raises(RefusedError, match="ends on 2025-12-31, today"):
            before_close(work, PERIOD)
        assert not before_close(work, PERIOD, early="The house is sold").has_ended


def test_early_close_needs_two_people_even_with_single_approval(office: Office) -> None:
    manager, other = somebody(office, Role.MANAGER), somebody(office, Role.MANAGER)
    with working(office, somebody(office, Role.ADMINISTRATOR)) as work:
        approvals.set_two_people(work, on=False)
    early(office)
    settle(office, manager)
    with working(office, manager) as work, pytest.raises(RefusedError, match="ends on 2025-12-31"):
        closing.prepare(work, PERIOD, "")
    with working(office, manager) as work:
        number = closing.prepare(work, PERIOD, "", early="The house is sold")
    with pytest.raises(RefusedError, match="another manager"), working(office, manager) as work:
        closing.approve(work, number, early=True)
    with pytest.raises(RefusedError, match="say that you close"), working(office, other) as work:
        closing.approve(work, number)
    with pytest.raises(RefusedError, match="one person prepares"), working(office, other) as work:
        close(work, PERIOD, confirm=True, early="The house is sold")
    with working(office, other) as work:
        closing.approve(work, number, early=True)
    told = confirmed(office)
    assert (told["early"], told["prepared_by"]) == ("The house is sold", manager.name)
    assert office.faults() == {}


def test_person_cannot_confirm_instead_of_explaining(office: Office) -> None:
    with working(office, somebody(office, Role.ADMINISTRATOR)) as work:
        approvals.set_two_people(work, on=False)
    with (
        pytest.raises(RefusedError, match="not ready to be closed"),
        working(office, somebody(office, Role.MANAGER)) as work,
    ):
        close(work, PERIOD, confirm=True)
