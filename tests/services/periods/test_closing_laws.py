"""The list of periods at a glance, and what a close records of its preparation."""

from datetime import date

import pytest

from royalties.domain.approvals import ProposalKind
from royalties.domain.money import amount_text
from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.periods import approval as closing
from royalties.services.periods import checklist
from royalties.services.work import RefusedError
from tests.builders.books import NOW, SPRING, Office, a_row, after, closed, opened, spring
from tests.builders.site import lend_site

pytestmark = [after(closed), pytest.mark.engines("either")]
PERIOD = "2025-H2"


def periods(office: Office) -> list[closing.PeriodShown]:
    with office.work(read_only=True) as work:
        return closing.periods_page(work)[0]


def test_period_list_shows_all_facts_of_a_period(office: Office) -> None:
    office.bring_batch([a_row(3, date="2026-02-01")])
    open_, later, done = periods(office)
    assert (open_.name, open_.starts, open_.ends) == (
        "2025-H2",
        date(2025, 7, 1),
        date(2025, 12, 31),
    )
    assert (open_.state, open_.closed_at, open_.closed_by) == ("open", None, "")
    assert (open_.units, open_.amounts, open_.statements) == (12 - 4 + 3 + 8, (), 0)
    assert (later.name, later.state, later.units) == ("2026-H1", "later", 3)
    assert (done.name, done.starts, done.ends) == ("2025-H1", date(2025, 1, 1), date(2025, 6, 30))
    assert (done.state, done.closed_at, done.closed_by) == ("closed", NOW, "tess")
    run = office.run("2025-H1")
    assert done.statements == len(run["beneficiaries"])
    assert done.units == sum(int(row["units"]) for row in SPRING if row["kind"] != "free")
    assert [currency for currency, _ in done.amounts] == ["GBP", "USD"]


@after(opened)
def test_the_first_period_is_open_before_anything_is_closed(office: Office) -> None:
    (only,) = periods(office)
    assert (only.name, only.state, only.units, only.statements) == ("2025-H1", "open", 0, 0)


@after(spring)
def test_periods_are_listed_newest_first(office: Office) -> None:
    office.bring_batch([a_row(1, date="2026-02-01"), a_row(1, date="2025-08-01")])
    found = [(each.name, each.state) for each in periods(office)]
    assert found == [("2025-H1", "open"), ("2026-H1", "later"), ("2025-H2", "later")]
    office.close("2025-H1")
    office.close("2025-H2")
    found = [(each.name, each.state) for each in periods(office)]
    assert found == [("2026-H1", "open"), ("2025-H2", "closed"), ("2025-H1", "closed")]


def test_older_periods_are_on_further_pages(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages(*numbers: int) -> list[tuple[list[str], bool]]:
        with office.work(read_only=True) as work:
            found = [closing.periods_page(work, number) for number in numbers]
        return [([each.name for each in shown], more) for shown, more in found]

    monkeypatch.setattr(closing, "PAGE", 2)
    office.close("2025-H2")
    assert pages(1) == [(["2026-H1", "2025-H2", "2025-H1"], False)]
    office.close("2026-H1")
    assert pages(1, 2) == [
        (["2026-H2", "2026-H1", "2025-H2"], True),
        (["2025-H1"], False),
    ]


def test_draft_and_last_close_are_calculated_ahead_of_visitors(office: Office) -> None:
    with office.work(read_only=True) as work:
        closing.get_ready(work)
    ready = {name: list(kept) for name, kept in office.system.memory.items()}
    assert {"draft", "books of the last close"} <= set(ready)
    with office.work(read_only=True) as work:
        checklist.outlook(work, PERIOD)
    assert {name: list(kept) for name, kept in office.system.memory.items()} == ready


def test_prepared_close_states_what_it_would_pay(office: Office) -> None:
    site = lend_site(office)
    clerk, manager = site.somebody(Role.CLERK, "Cleo"), site.somebody(Role.MANAGER, "Mona")
    with office.work(read_only=True) as work:
        outlook = checklist.outlook(work, PERIOD)
    assert outlook.exceptions is not None
    assert outlook.shown is not None
    with office.system.work(clerk) as work:
        for point in outlook.exceptions.all:
            closing.explain_point(work, PERIOD, point.subject, point.figure, " as \n expected ")
        number = closing.prepare(work, PERIOD, "  all is well ")
    with office.work(read_only=True) as work:
        proposal = approvals.find(work, number)
        found = checklist.outlook(work, PERIOD)
    assert proposal is not None
    assert (proposal.kind, proposal.subject, proposal.note) == (
        ProposalKind.CLOSE,
        PERIOD,
        "all is well",
    )
    assert proposal.fingerprint == outlook.shown.fingerprint
    assert outlook.to_pay
    assert proposal.body == {
        "statements": len(office.run(PERIOD)["beneficiaries"]),
        "to_pay": {key: amount_text(value, key) for key, value in outlook.to_pay.items()},
    }
    assert [step.name for step in found.steps if not step.done] == ["approved"]
    assert found.exceptions is not None
    assert {each.explained.text for each in found.exceptions.all if each.explained} == {
        "as expected"
    }
    with (
        pytest.raises(RefusedError, match="there is no prepared close 99"),
        office.system.work(manager) as work,
    ):
        closing.approve(work, 99)
