"""Drafts as they are displayed: totals, caching, and background calculation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.domain.periods import Period
from royalties.domain.royalties import earned_lines
from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.results import Run
from royalties.services import cache as remembering
from royalties.services.cache import BeingCalculatedError, Failed
from royalties.services.periods.close import show_run
from royalties.services.periods.draft import (
    AccountFigures,
    RunView,
    account_of,
    draft,
    draft_at_hand,
    draft_statement,
    draft_warnings,
    fingerprint_of,
    run_view,
    shown_closed,
    state_of,
    to_pay_of,
    totals_of,
)
from royalties.services.statements.numbering import NoStatementError
from royalties.services.work import RefusedError, Work
from tests.builders.books import (
    AUTUMN,
    SPRING,
    TESS,
    Document,
    Office,
    a_plan,
    a_row,
    after,
    closed,
    remainder,
)

pytestmark = [after(closed), pytest.mark.engines("either")]
CLOSED, PERIOD = "2025-H1", "2025-H2"
OUTSIDER = Actor("nell", Role.NONPROFIT)


def look(office: Office, period: str = PERIOD) -> RunView:
    with office.work(read_only=True) as work:
        return run_view(work, period)


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def accounts_in(document: Document) -> list[tuple[str, AccountFigures]]:
    """What the contracts' accounts say on paper; amounts have two digits in both currencies."""
    return [
        (each["currency"], AccountFigures(*(cents(each[name]) for name in AccountFigures._fields)))
        for each in document["contracts"]
    ]


# What it adds up to


@pytest.mark.parametrize("period", [CLOSED, PERIOD])
def test_account_agrees_with_the_run_document(office: Office, period: str) -> None:
    run = look(office, period).run
    found = [(done.contract.currency, account_of(done)) for done in run.contracts]
    assert found == accounts_in(office.run(period))
    assert all(any(getattr(each, name) for _, each in found) for name in ("earned", "payable"))


def test_accounts_are_there_without_any_earned_line(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are made when somebody looks at one; there may be many thousands."""
    whole = office.run(PERIOD)
    assert any(each["lines"] for each in whole["contracts"])

    def no_line(*_: object) -> EarnedLine:
        raise AssertionError("a line was made")

    monkeypatch.setattr(earned_lines, "EarnedLine", no_line)
    with office.work(read_only=True) as work:
        run, _ = draft(work, PERIOD)
        document = show_run(work, PERIOD, with_lines=False)
    lines = [len(each["lines"]) for each in whole["contracts"]]
    assert [len(done.lines) for done in run.contracts] == lines
    for each in whole["contracts"]:
        del each["lines"]
    assert document == whole
    with pytest.raises(AssertionError, match="a line was made"):
        list(run.contracts[0].lines)


def test_debit_account_states_the_carried_balance(office: Office) -> None:
    done = replace(look(office).run.contracts[0], carried_forward=-721)
    assert account_of(done).carried_forward == -721


@pytest.mark.parametrize("period", [CLOSED, PERIOD])
def test_account_totals_are_by_currency(office: Office, period: str) -> None:
    run = look(office, period).run
    (dollars,) = (each for currency, each in accounts_in(office.run(period)) if currency == "USD")
    (pounds,) = (each for currency, each in accounts_in(office.run(period)) if currency == "GBP")
    first = next(each for each in run.contracts if each.contract.currency == "USD")
    totals = totals_of(replace(run, contracts=(first, *run.contracts)))
    assert list(totals) == ["GBP", "USD"]
    assert totals == {"GBP": pounds, "USD": AccountFigures(*(2 * amount for amount in dollars))}


def test_payment_totals_are_by_currency(office: Office) -> None:
    run = look(office, CLOSED).run
    to_pay: dict[str, int] = {}
    for each in office.run(CLOSED)["beneficiaries"]:
        to_pay[each["currency"]] = to_pay.get(each["currency"], 0) + cents(each["to_pay"])
    assert sum(to_pay.values()) > 0
    turned = replace(run, settlements=run.settlements[::-1])
    for either in (run, turned):
        assert to_pay_of(either) == to_pay
        assert list(to_pay_of(either)) == sorted(to_pay)
    nothing: Run = replace(run, contracts=(), settlements=())
    assert (to_pay_of(nothing), totals_of(nothing)) == ({}, {})


# What is shown


def test_a_draft_has_the_fingerprint_that_its_close_freezes(office: Office) -> None:
    shown = look(office)
    assert (shown.is_final, shown.closed_at, shown.closed_by) == (False, None, "")
    assert shown.fingerprint == fingerprint_of(shown.run)
    office.close(PERIOD)
    done = look(office)
    assert (done.is_final, done.closed_by) == (True, "tess")
    assert done.fingerprint == shown.fingerprint
    assert (done.period, totals_of(done.run)) == (shown.period, totals_of(shown.run))
    [(at, kept)] = office.rows(
        "SELECT closed_at, fingerprint FROM closed_run ORDER BY period_id DESC LIMIT 1"
    )
    assert (done.closed_at, done.fingerprint) == (datetime.fromisoformat(at), kept)


def test_a_closed_run_has_the_terms_that_it_used(office: Office) -> None:
    before = look(office, CLOSED)
    office.load({"plans": [a_plan("halves", remainder("houston"), starts="2025-07-01")]})
    office.system.memory.clear()
    after_ = look(office, CLOSED)
    assert after_.setup.plans == before.setup.plans
    assert look(office).setup.plans != before.setup.plans


def test_drafts_need_the_right_to_read(office: Office) -> None:
    shown = look(office)
    verbs: tuple[Callable[[Work], object], ...] = (
        lambda work: draft(work, PERIOD),
        lambda work: run_view(work, PERIOD),
        lambda work: draft_warnings(work, shown),
        lambda work: draft_statement(work, PERIOD, "houston", "USD"),
    )
    for verb in verbs:
        with office.system.work(OUTSIDER) as work, pytest.raises(NotAllowedError):
            verb(work)


def test_a_period_is_not_drafted_before_the_one_before_it_is_closed(office: Office) -> None:
    with office.work(read_only=True) as work:
        for verb in (draft, run_view):
            with pytest.raises(RefusedError, match="2025-H2 is still open"):
                verb(work, "2026-H1")
        with pytest.raises(RefusedError, match="2025-H1 is closed"):
            draft(work, CLOSED)
        with pytest.raises(NoStatementError) as refused:
            draft_statement(work, PERIOD, "nobody", "USD")
    assert str(refused.value) == "there is no draft statement of nobody for 2025-H2"


def test_a_draft_warns_of_terms_that_never_count_and_a_closed_run_does_not(
    office: Office,
) -> None:
    far = {"share": "0.5", "when": {"cities": ["Seatle"]}, "to": [{"beneficiary": "houston"}]}
    office.load({"plans": [a_plan("halves", far, remainder("author"))]})
    with office.work(read_only=True) as work:
        found = draft_warnings(work, run_view(work, PERIOD))
        assert [(each.code, each.key) for each in found] == [("step-without-sales", "halves")]
        assert draft_warnings(work, run_view(work, CLOSED)) == ()


def test_a_draft_statement_has_the_last_day_of_its_period_and_no_number(office: Office) -> None:
    with office.work(read_only=True) as work:
        found = draft_statement(work, PERIOD, "houston", "GBP")
    assert (found.number, found.dated) == (None, date(2025, 12, 31))
    assert (found.payee.key, found.currency) == ("houston", "GBP")


# What is remembered, and who waits


def test_draft_is_cached_after_the_first_look(office: Office) -> None:
    with office.work(read_only=True) as work:
        period = open_period(work)
        assert draft_at_hand(work, period) is None
        shown = run_view(work, PERIOD)
        assert draft_at_hand(work, period) is shown
    office.bring_batch([a_row(1, date="2025-12-01")])
    with office.work(read_only=True) as work:
        assert draft_at_hand(work, period) is None


def test_failed_draft_is_not_cached_as_a_draft(office: Office) -> None:
    with office.work(read_only=True) as work:
        period = open_period(work)
        failed = Failed(RefusedError("the rate GBP → USD is missing"), lasts=True)
        office.system.memory["draft"] = {state_of(work, period): failed}
        assert draft_at_hand(work, period) is None


def open_period(work: Work) -> Period:
    return run_view(work, CLOSED).period.shift(1)


def statement(work: Work) -> object:
    return draft_statement(work, PERIOD, "houston", "USD")


@pytest.mark.parametrize(
    ("name", "words", "period", "verb"),
    [
        ("draft", "the draft of 2025-H2", PERIOD, lambda work: run_view(work, PERIOD)),
        ("closed run", "the run of 2025-H1", CLOSED, lambda work: run_view(work, CLOSED)),
        (
            "draft warnings",
            "the draft of 2025-H2",
            PERIOD,
            lambda work: draft_warnings(work, run_view(work, PERIOD)),
        ),
        ("draft statements", "what statements of 2025-H2 say", PERIOD, statement),
    ],
)
def test_page_does_not_wait_for_a_draft_of_many_sales(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    words: str,
    period: str,
    verb: Callable[[Work], object],
) -> None:
    with office.work(read_only=True) as work:
        shown = run_view(work, period)
        state = state_of(work, shown.period)
        expected = verb(work)
    keys = {"closed run": shown.period, "draft statements": (state, shown.fingerprint)}
    kept = office.system.memory.pop(name)
    assert list(kept) == [keys.get(name, state)]
    monkeypatch.setattr(remembering, "AT_ONCE", 0)
    with (
        office.system.work(TESS, read_only=True, patient=False) as work,
        pytest.raises(BeingCalculatedError) as waits,
    ):
        verb(work)
    told = waits.value
    lines = len({CLOSED: SPRING, PERIOD: AUTUMN}[period])
    assert (told.name, told.words, told.lines) == (name, words, lines)
    assert told.key == keys.get(name, state)
    with office.work(read_only=True) as work:
        told.again(work)
    with office.system.work(TESS, read_only=True, patient=False) as work:
        assert verb(work) == expected
    assert list(office.system.memory[name]) == [told.key]


def test_newest_closed_runs_are_cached(office: Office) -> None:
    for each in (PERIOD, "2026-H1", "2026-H2"):
        office.close(each, early="The house is sold")
    for each in (CLOSED, PERIOD, "2026-H1", "2026-H2"):
        look(office, each)
    known = office.system.memory["closed run"]
    assert [str(each) for each in known] == [PERIOD, "2026-H1", "2026-H2"]
    with office.work(read_only=True) as work:
        assert shown_closed(work, look(office).period) is known[look(office).period]
        assert shown_closed(work, look(office).period.shift(9)) is None
