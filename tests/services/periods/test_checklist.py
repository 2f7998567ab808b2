"""Every step of the checklist states its status, and names what stops a close."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from royalties.domain.approvals import Proposal, ProposalStatus
from royalties.domain.periods import ParallelStatus
from royalties.domain.royalties.earning import SalesException
from royalties.domain.royalties.matching import Uncovered
from royalties.domain.royalties.results import NotPaid
from royalties.domain.terms.catalogue import Channel
from royalties.services.periods.checklist import (
    Outlook,
    outlook,
    require_complete,
    require_confirmed,
    require_possible,
)
from royalties.services.periods.variances import CloseException, CloseExceptions
from royalties.services.work import RefusedError
from royalties.store.periods.closing import ExplanationRow
from royalties.store.periods.parallel import ParallelRow
from tests.builders.books import Office, after, closed

pytestmark = [after(closed), pytest.mark.engines("either")]
PERIOD = "2025-H2"
LAST_DAY = date(2025, 12, 31)
LOOKED = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def found(office: Office) -> Outlook:
    """The open period's, whose last day passed; tests change what they are about."""
    with office.work(read_only=True) as work:
        seen = outlook(work, PERIOD)
    assert seen.exceptions is not None
    calm = CloseExceptions((), (), (), (), (), replace(seen.exceptions.draft, explained=None))
    return replace(seen, exceptions=calm)


def said(found: Outlook) -> dict[str, tuple[str, bool, str]]:
    return {step.name: (step.words, step.done, step.remark) for step in found.steps}


def exceptions(found: Outlook) -> CloseExceptions:
    assert found.exceptions is not None
    return found.exceptions


def a_point(subject: str, figure: str = "1 thing", *, settled: bool = False) -> CloseException:
    note = ExplanationRow(subject, figure, "as expected", LOOKED, "Cleo")
    return CloseException(subject, "Book Hub", figure, explained=note if settled else None)


def excepted(found: Outlook, count: int) -> Outlook:
    """With so many exceptions, of 1, 2, 3 … copies; the second is of a contract."""
    assert found.shown is not None
    run = replace(
        found.shown.run,
        exceptions=tuple(
            SalesException(
                "foot" if n == 2 else None,
                f"isbn-{n}",
                "amazon",
                Channel("online"),
                n,
                (Uncovered.NO_RULE,),
            )
            for n in range(1, count + 1)
        ),
    )
    return replace(found, shown=replace(found.shown, run=run))


def a_proposal(found: Outlook, **more: object) -> Proposal:
    assert found.shown is not None
    values: dict[str, Any] = {
        "id": 1,
        "kind": "close",
        "subject": PERIOD,
        "body": {},
        "fingerprint": found.shown.fingerprint,
        "note": "",
        "status": "waiting",
        "prepared_at": "2026-01-02",
        "prepared_by": "Cleo",
        "prepared_by_id": 7,
        "decided_at": None,
        "decided_by": None,
        "reason": "",
    }
    return Proposal(**{**values, **more})


def test_parallel_run_is_a_step_until_it_is_signed_off(found: Outlook) -> None:
    """Nothing is posted while an old statement's totals differ, and only who runs one sees it."""
    assert "parallel" not in said(found)
    open_one = ParallelRow(
        1, PERIOD, "old.csv", [], {}, ParallelStatus.OPEN, LOOKED, "Cleo", None, None, ""
    )
    words, done, remark = said(replace(found, parallel=open_one))["parallel"]
    assert (words, done) == ("Parallel run signed off", False)
    assert remark.startswith("begun by Cleo: explain or mend")
    assert "parallel" in {step.name for step in replace(found, parallel=open_one).open_steps}
    signed = open_one._replace(status=ParallelStatus.SIGNED, decided_at=LOOKED, decided_by="Mona")
    assert said(replace(found, parallel=signed))["parallel"] == (words, True, "by Mona")
    order = [step.name for step in replace(found, parallel=signed).steps]
    assert order.index("parallel") == order.index("looked") - 1


def test_quiet_period_still_needs_a_look_and_two_people(found: Outlook) -> None:
    assert said(found) == {
        "ended": ("The period has ended", True, ""),
        "reports": ("Reports received", True, "none missing"),
        "unrecorded": ("Uploads and typed sheets recorded", True, "none not recorded"),
        "waiting": ("Waiting rows looked at", True, "no row waits"),
        "history": ("No sales from before the books", True, "none counted here"),
        "exceptions": ("No exceptions", True, "every sale has a rule and a price"),
        "jumps": ("Jumps explained", True, "none"),
        "looked": ("Draft looked at", False, "not yet"),
        "prepared": ("Prepared", False, "not yet"),
        "approved": ("Approved and closed", False, "by another manager"),
    }
    assert [step.name for step in found.steps] == list(said(found))
    assert found.obstacle == ""


def test_points_are_listed_at_their_step_until_explained(found: Outlook) -> None:
    kinds = {"reports": "report:hub", "unrecorded": "upload:7", "history": "history"}
    of = {"reports": "missing", "unrecorded": "not recorded", "history": "counted here"}
    for part, subject in {**kinds, "jumps": "title:collab:USD"}.items():
        two = (a_point(subject), a_point(subject, settled=True))
        field = "variances" if part == "jumps" else part
        changed: dict[str, Any] = {field: two}
        some = replace(found, exceptions=replace(exceptions(found), **changed))
        words, _, _ = said(found)[part]
        remark = f"2 {of.get(part, 'in all')}, 1 to explain"
        assert said(some) == {**said(found), part: (words, False, remark)}
        changed = {field: two[1:]}
        every = replace(found, exceptions=replace(exceptions(found), **changed))
        assert said(every)[part] == (words, True, "1 explained")


def test_waiting_rows_are_listed_until_somebody_has_seen_them(found: Outlook) -> None:
    for settled in (False, True):
        rows = (a_point("waiting", "3 rows, 5 copies", settled=settled),)
        some = replace(found, exceptions=replace(exceptions(found), waiting=rows))
        words = "Waiting rows looked at"
        assert said(some)["waiting"] == (words, settled, "3 rows, 5 copies")


def test_reviewer_of_the_draft_is_named_until_it_changes(found: Outlook) -> None:
    draft = exceptions(found).draft
    note = ExplanationRow(draft.subject, draft.figure, "looked at", LOOKED, "Cleo")
    for figure, done, remark in (
        (draft.figure, True, "by Cleo"),
        ("another", False, "it has changed since then"),
    ):
        looked = replace(draft, explained=note._replace(figure=figure))
        seen = replace(found, exceptions=replace(exceptions(found), draft=looked))
        assert said(seen)["looked"] == ("Draft looked at", done, remark)


def test_steps_without_a_draft_say_why_they_wait(found: Outlook) -> None:
    none = replace(found, shown=None, exceptions=None)
    why = "the draft cannot be computed"
    for name in ("reports", "unrecorded", "history", "exceptions", "jumps"):
        assert said(none)[name] == (said(found)[name][0], False, why)
    assert said(none)["waiting"] == ("Waiting rows looked at", False, "no row waits")
    assert said(none)["looked"] == ("Draft looked at", False, "not yet")
    assert (none.in_debit, none.undistributed, none.held_back, none.to_pay) == ([], [], [], {})
    assert none.to_confirm == ()
    assert none.fingerprint != found.fingerprint
    assert not none.is_closed
    assert not none.is_stale
    stale = replace(none, proposals=(a_proposal(found),))
    assert stale.is_stale


def test_prepared_close_names_preparer_and_validity(found: Outlook) -> None:
    old = replace(a_proposal(found), status=ProposalStatus.REFUSED)
    waits = replace(found, proposals=(a_proposal(found), old))
    assert said(waits)["prepared"] == ("Prepared", True, "by Cleo")
    assert waits.decided == [old]
    stale = replace(found, proposals=(a_proposal(found, fingerprint="before"), old))
    changed = "by Cleo; the draft has changed since then: prepare it again"
    assert said(stale)["prepared"] == ("Prepared", False, changed)


@pytest.mark.parametrize(
    ("days", "when"), [(0, "today"), (1, "tomorrow"), (2, "in 2 days"), (31, "in 31 days")]
)
def test_unfinished_period_shows_the_days_left(found: Outlook, days: int, when: str) -> None:
    early = replace(found, today=LAST_DAY - timedelta(days))
    assert said(early)["ended"] == ("The period has ended", False, when)
    asked = replace(early, proposals=(a_proposal(found, body={"early": "The house is sold"}),))
    remark = f"{when}; to be closed early: “The house is sold”"
    assert said(asked)["ended"] == ("The period has ended", False, remark)
    with pytest.raises(RefusedError, match=f"^2025-H2 ends on 2025-12-31, {when}, and what is"):
        require_possible(early, "  ")
    require_possible(early, "The house is sold")
    require_possible(replace(found, today=LAST_DAY + timedelta(1)), "")


def test_approver_depends_on_the_rule_and_the_day(found: Outlook) -> None:
    one = replace(found, two_people=False)
    same = "by a manager, who may be the same one"
    assert said(one)["approved"] == ("Approved and closed", False, same)
    early = replace(one, today=LAST_DAY)
    assert said(early)["approved"] == ("Approved and closed", False, "by another manager")


@pytest.mark.parametrize(
    ("count", "begins", "more"),
    [
        (1, "while 1 exception stands: ", ""),
        (2, "while 2 exceptions stand: ", ""),
        (5, "while 5 exceptions stand: ", ""),
        (6, "while 6 exceptions stand: ", "; and 1 more"),
    ],
)
def test_exceptions_stop_every_close_and_the_first_five_are_named(
    found: Outlook, count: int, begins: str, more: str
) -> None:
    named = [
        "isbn-1 at amazon: no rule matches, 1 copy",
        "isbn-2 at amazon (contract foot): no rule matches, 2 copies",
        *(f"isbn-{n} at amazon: no rule matches, {n} copies" for n in (3, 4, 5)),
    ]
    stopped = excepted(found, count)
    assert said(stopped)["exceptions"] == ("No exceptions", False, f"{count} to mend")
    with pytest.raises(RefusedError) as refused:
        require_possible(stopped, "early or not")
    assert str(refused.value) == (
        f"2025-H2 cannot be closed {begins}{'; '.join(named[:count])}{more}"
        ". Add a rule, a contract or a price to the setup file and load it"
    )


def test_open_steps_are_named_together_with_what_is_open(found: Outlook) -> None:
    waits = (a_point("waiting", "3 rows"),)
    some = replace(found, exceptions=replace(exceptions(found), waiting=waits), today=LAST_DAY)
    assert [step.name for step in some.open_steps] == ["waiting", "looked"]
    with pytest.raises(RefusedError) as refused:
        require_complete(some)
    assert str(refused.value) == (
        "2025-H2 is not ready to be closed yet. "
        "Waiting rows looked at: 3 rows; Draft looked at: not yet"
    )
    assert found.shown is not None
    done = replace(some, shown=replace(found.shown, closed_at=LOOKED))
    assert done.is_closed
    with pytest.raises(RefusedError, match="2025-H2 is closed already"):
        require_complete(done)


def test_confirmation_covers_what_was_shown(found: Outlook) -> None:
    things = replace(
        exceptions(found),
        reports=(
            a_point("report:hub", "nothing covers 2025-H2"),
            a_point("report:a", settled=True),
        ),
        unrecorded=(a_point("upload:7", "sent, not recorded"), a_point("sheet:3", "2 rows typed")),
        waiting=(a_point("waiting", "3 rows"),),
        history=(a_point("history", "2 rows"),),
        variances=(replace(a_point("title:collab:USD", "from 1 to 9"), measure="earned"),),
    )
    some = replace(found, exceptions=things)
    named = (
        "no report of Book Hub: nothing covers 2025-H2",
        "Book Hub: sent, not recorded",
        "Book Hub: 2 rows typed",
        "Book Hub: 3 rows, which count nowhere until their edition is known",
        "Book Hub count here: 2 rows",
        "Book Hub, earned: from 1 to 9",
    )
    assert some.to_confirm == named
    with pytest.raises(RefusedError) as refused:
        require_confirmed(some, confirm=False, seen=None)
    assert str(refused.value).endswith(f"and is not confirmed: {'; '.join(named)}")
    assert require_confirmed(some, confirm=True, seen=None) == named
    assert require_confirmed(some, confirm=True, seen=some.fingerprint) == named
    with pytest.raises(RefusedError, match="has changed since you were asked"):
        require_confirmed(some, confirm=True, seen=found.fingerprint)
    assert require_confirmed(found, confirm=False, seen="of another draft") == ()


def test_confirmation_is_bound_to_its_draft(
    found: Outlook,
) -> None:
    assert found.shown is not None
    other = replace(found, shown=replace(found.shown, fingerprint="another"))
    assert (found.to_confirm, other.to_confirm) == ((), ())
    with pytest.raises(RefusedError, match="has changed since you were asked"):
        require_confirmed(other, confirm=True, seen=found.fingerprint)


def test_unpaid_and_undistributed_amounts_are_listed(found: Outlook) -> None:
    assert found.shown is not None
    run = found.shown.run
    account, other, *_ = run.contracts
    one, two, three, four, *_ = (replace(run.settlements[0], due=0, reason=None) for _ in range(4))
    debit = replace(account, carried_forward=-1, undistributed=0)
    placed = replace(other, carried_forward=0, undistributed=1)
    owes, held = replace(one, due=-1), replace(two, due=1, reason=NotPaid.ON_HOLD)
    small, nothing = (
        replace(three, due=1, reason=NotPaid.BELOW_MINIMUM),
        replace(four, reason=NotPaid.ON_HOLD),
    )
    changed = replace(run, contracts=(debit, placed), settlements=(owes, held, small, nothing))
    some = replace(found, shown=replace(found.shown, run=changed))
    assert some.in_debit == [debit]
    assert some.undistributed == [placed]
    assert some.held_back == [owes, held]
