"""The finance desk's home and search."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import String, insert, update

from royalties.domain.orders.life import Action
from royalties.domain.people import Role
from royalties.domain.periods import Calendar, parse_period
from royalties.domain.royalties.results import Run
from royalties.domain.sales.reporting import ReportStatus, expected, in_runs, rhythm_of
from royalties.services.books import setup_in_force
from royalties.services.desk.dashboard import dashboard
from royalties.services.orders.billing import receivables
from royalties.services.orders.values import OrdersQuery, WhichOrders, order_values
from royalties.services.periods.draft import run_view
from royalties.services.periods.reserves import ReservesQuery, open_reserves
from royalties.services.terms.amending import save
from royalties.services.work import stored
from royalties.store.tables import explanation, mail, proposal, upload
from tests.builders.books import (
    AUTUMN,
    UNKNOWN,
    Office,
    a_row,
    a_setup,
    after,
    closed,
    nothing,
    opened,
    remainder,
    spring,
)
from tests.builders.orders import (
    ACCEPTED,
    IN_PROOF,
    go,
    orders_underway,
    person_called,
    requested,
)
from tests.builders.site import Site, Visitor

WORKED = Path(__file__).parents[4] / "examples" / "worked" / "setup.json"
H1, H2 = (parse_period(name, Calendar.HALF_YEARLY) for name in ("2025-H1", "2025-H2"))


def month(number: int, year: int = 2025) -> tuple[date, date]:
    return date(year, number, 3), date(year, number, 25)


# Which reports are missing


@pytest.mark.parametrize(
    ("spans", "rhythm"),
    [
        ([month(1), month(2), month(3)], Calendar.MONTHLY),
        ([month(1), month(3), month(4), month(5)], Calendar.MONTHLY),
        ([month(3), month(6), month(9)], Calendar.QUARTERLY),
        ([month(7), month(8), month(10), month(12)], Calendar.MONTHLY),
        ([month(7), month(8), month(10)], Calendar.MONTHLY),
        ([month(1), month(2), month(3), month(3, 2026)], Calendar.MONTHLY),
        ([month(3), month(6), month(9), month(12)], Calendar.QUARTERLY),
        ([month(1), month(4), month(10)], Calendar.QUARTERLY),
        ([month(3), month(4), month(9)], Calendar.QUARTERLY),
        ([month(6), month(12)], Calendar.HALF_YEARLY),
        ([(date(2025, 1, 3), date(2025, 6, 2))], Calendar.HALF_YEARLY),
        ([month(2)], Calendar.HALF_YEARLY),
        ([(date(2024, 2, 3), date(2024, 11, 2))], Calendar.YEARLY),
        ([month(4, 2024), month(5, 2025)], Calendar.YEARLY),
    ],
)
def test_reporting_rhythm_follows_earlier_reports(
    spans: list[tuple[date, date]], rhythm: Calendar
) -> None:
    assert rhythm_of(spans, Calendar.HALF_YEARLY) is rhythm


def test_month_between_two_reports_is_missing() -> None:
    found = expected([month(1), month(2), month(3), month(5)], H1, date(2025, 6, 10))
    assert found.standing is ReportStatus.DUE
    assert [str(each) for each in found.missing] == ["2025-04"]
    assert str(found.ahead) == "2025-06"


def test_report_missing_for_long_is_late() -> None:
    spans = [month(1), month(2)]
    assert expected(spans, H1, date(2025, 5, 30)).standing is ReportStatus.DUE
    assert expected(spans, H1, date(2025, 5, 31)).standing is ReportStatus.LATE


def test_retailer_is_complete_when_no_report_can_follow() -> None:
    spans = [month(number) for number in range(1, 7)]
    assert expected(spans, H1, date(2025, 12, 1)).standing is ReportStatus.IN
    assert expected(spans, H2, date(2025, 7, 15)).standing is ReportStatus.AHEAD


def test_a_retailer_is_expected_only_since_its_first_report() -> None:
    found = expected([month(5), month(6)], H1, date(2025, 12, 1))
    assert found.standing is ReportStatus.IN


def test_retailer_that_never_reported_is_shown_as_such() -> None:
    assert expected([], H1, date(2025, 12, 1)).standing is ReportStatus.NEVER


def test_list_of_missing_months_fits_its_column() -> None:
    """Else nobody could say why, and the period could not be closed."""
    months = [parse_period(f"2025-{n:02}", Calendar.MONTHLY) for n in range(1, 13)]
    lacks = [
        in_runs([month for n, month in enumerate(months) if chosen >> n & 1])
        for chosen in range(1, 1 << 12)
    ]
    assert "2025-01 to 2025-03, 2025-05" in lacks
    assert lacks[-1] == "2025-01 to 2025-12"
    column = explanation.c.figure.type
    assert isinstance(column, String)
    assert column.length == 100
    assert max(len(f"nothing covers {each}") for each in lacks) <= 100


def test_yearly_report_is_not_expected_mid_year() -> None:
    spans = [(date(2023, 1, 5), date(2023, 12, 5)), (date(2024, 1, 5), date(2024, 12, 5))]
    assert expected(spans, H1, date(2026, 1, 1)).missing == ()
    assert [str(each) for each in expected(spans, H2, date(2026, 1, 1)).missing] == ["2025"]


# Home


def rows_of(page: str) -> list[str]:
    """The rows of all tables, as plain words."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


@after(closed)
def test_home_compares_the_open_period_with_the_one_before(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/")
    assert "Second half of 2025" in page
    assert "Estimated" in page
    with site.office.work(read_only=True) as work:
        found = dashboard(work)
    assert str(found.against) == "2025-H1"
    assert found.sold.units == sum(int(row["units"]) for row in AUTUMN)
    [(gbp, usd)] = site.office.rows(
        "SELECT sum(CASE currency WHEN 'GBP' THEN net END), "
        "sum(CASE currency WHEN 'USD' THEN net END) FROM sale JOIN period "
        "ON period.id = period_id WHERE name = '2025-H2' AND kind <> 3"
    )
    assert [(currency, round(float(amount) * 10**6)) for currency, amount in found.sold.net] == [
        ("USD", int(usd)),
        ("GBP", int(gbp)),
    ]


@after(closed)
def test_home_compares_the_same_months(office: Office) -> None:
    """Sales until September are compared with those until March of the period before."""
    office.undo(2)
    office.bring_batch([a_row(4, date="2025-09-03")])
    with office.work(read_only=True) as work:
        found = dashboard(work)
    assert found.months == (date(2025, 7, 1), date(2025, 9, 1))
    [(units,)] = office.rows(
        "SELECT sum(units) FROM sale JOIN period ON period.id = period_id "
        "WHERE name = '2025-H1' AND kind <> 3 AND day < '2025-04-01'"
    )
    assert found.before.units == units


@after(closed)
def test_home_says_what_is_missing_by_retailer(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    rows = rows_of(visitor.page("/finance/"))
    assert "2 of 3" in visitor.page("/finance/")
    assert any(row.startswith("Book Hub late") and "2025 missing" in row for row in rows), rows
    assert any(row.startswith("Amazon in") for row in rows), rows


@after(spring)
def test_home_lists_what_needs_somebody(site: Site) -> None:
    office = site.office
    office.bring_batch([a_row(isbn=UNKNOWN), a_row(2, isbn=UNKNOWN)])
    clerk = site.somebody(Role.CLERK)
    now = office.system.clock()
    at = stored(now)
    with office.system.engine.begin() as connection:
        connection.execute(
            insert(upload).values(
                name="a.csv", sha256="a" * 64, size=1, choices={}, status="checked",
                created_at=at, created_by=clerk.name,
            )
        )  # fmt: skip
        for outcome in ("refused", "refused", "nothing-new"):
            connection.execute(
                insert(upload).values(
                    name="b.csv", sha256="b" * 64, size=1, choices={}, status="checked",
                    outcome=outcome, created_at=at, created_by=clerk.name,
                )
            )  # fmt: skip
        for text in ("Dear all", ""):  # one that failed, and one whose place another took
            connection.execute(
                insert(mail).values(
                    recipient="a@example.org", subject="s", text=text, html="", attachments=[],
                    kind="statement", about="", secret=False, created_at=now, created_by="x",
                    attempts=8, error="refused",
                )
            )  # fmt: skip
        connection.execute(
            insert(proposal).values(
                kind="close", subject="2025-H1", body={}, fingerprint="", note="",
                status="waiting", prepared_at=now, prepared_by=clerk.name,
                prepared_by_id=clerk.person, reason="",
            )
        )  # fmt: skip
    page = site.visitor(Role.MANAGER).page("/finance/")
    for words in (
        "1 unknown ISBN</a>: 2 rows of reports wait",
        "1 report</a> checked, not recorded yet",
        "2 reports</a> refused: send them again corrected, or remove them",
        "1 message</a> could not be sent",
        f"Close 2025-H1</a>: prepared by {clerk.name}",
        "Close the first half of 2025</a>: it ended on Jun 30, 2025",
    ):
        assert words in page
    assert "prepared by" not in site.signed_in(clerk).page("/finance/")


@after(closed)
def test_home_shows_exceptions_once_the_draft_is_computed(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    assert "Compute the draft" in visitor.page("/finance/")
    visitor.page("/finance/periods/2025-H2")
    page = visitor.page("/finance/")
    assert "Compute the draft" not in page
    assert "exception" not in page
    rules = [{"name": "Only e-books", "formats": ["ebook"], "basis": "net", "rate": "0.1"}]
    site.office.load({"contracts": [{**a_setup()["contracts"][0], "rules": rules}]})
    assert "Compute the draft" in visitor.page("/finance/")
    run = visitor.page("/finance/periods/2025-H2")
    assert "2 exceptions</a> in the draft" in visitor.page("/finance/")
    assert re.search(r"<template data-lacks>\s*<span><a [^>]*>2 exceptions</a>", run)


@after(spring)
def test_home_does_not_ask_the_proposer_to_approve(site: Site) -> None:
    manager = site.somebody(Role.MANAGER)
    at = site.office.system.clock()
    with site.office.system.engine.begin() as connection:
        connection.execute(
            insert(proposal).values(
                kind="close", subject="2025-H1", body={}, fingerprint="", note="",
                status="waiting", prepared_at=at, prepared_by=manager.name,
                prepared_by_id=manager.person, reason="",
            )
        )  # fmt: skip
    assert "prepared by" not in site.signed_in(manager).page("/finance/")
    other = site.somebody(Role.CLERK)
    with site.office.system.engine.begin() as connection:
        connection.execute(update(proposal).values(prepared_by_id=other.person))
    assert "prepared by" in site.signed_in(manager).page("/finance/")


@after(nothing)
def test_home_without_books_says_how_to_begin(site: Site) -> None:
    page = site.visitor(Role.ADMINISTRATOR).page("/finance/")
    assert "Set up your house" in page


@after(opened)
def test_home_without_sales_says_the_next_step(site: Site) -> None:
    page = site.visitor(Role.CLERK).page("/finance/")
    assert "To the first statement" in page
    assert 'href="/finance/imports"' in page


def owed_in(run: Run) -> dict[str, tuple[int, int]]:
    """What a run pays and carries forward for beneficiaries that are not in debit, by currency."""
    owed: dict[str, tuple[int, int]] = {}
    for each in run.settlements:
        paid, carried = owed.get(each.currency, (0, 0))
        owed[each.currency] = (paid + each.to_pay, carried + max(each.carried_forward, 0))
    return owed


@after(closed)
def test_home_says_what_is_owed_after_the_last_close_and_the_draft(site: Site) -> None:
    office, clerk = site.office, site.visitor(Role.CLERK)
    with office.work(read_only=True) as work:
        royalties = dashboard(work).royalties
        done = run_view(work, "2025-H1").run
        reserves = dict(open_reserves(work, ReservesQuery()).sums)
    assert str(royalties.period) == "2025-H1"
    assert royalties.estimated is None
    assert {each.currency: (each.to_pay, each.carried) for each in royalties.closed} == owed_in(
        done
    )
    assert {each.currency: each.held for each in royalties.closed if each.held} == reserves
    page = clerk.page("/finance/")
    assert "Royalties owed" in page
    assert "to see its estimate here" in page
    with office.work(read_only=True) as work:
        draft = run_view(work, "2025-H2").run
        estimated = dashboard(work).royalties.estimated
    assert estimated is not None
    assert {each.currency: (each.to_pay, each.carried) for each in estimated} == owed_in(draft)
    assert "to see its estimate here" not in clerk.page("/finance/")
    office.close("2025-H2")
    with office.work(read_only=True) as work:
        assert dashboard(work).royalties.closed == estimated


@after(orders_underway)
def test_home_says_what_orders_are_worth(site: Site) -> None:
    with site.office.work(read_only=True) as work:
        (found,) = dashboard(work).orders
        (total,) = order_values(work, OrdersQuery(which=WhichOrders.OPEN)).totals
        invoices = receivables.still_open(work)
    assert found[:4] == (total.currency, total.orders, total.accepted, total.to_invoice)
    assert found.owed == sum(each.balance for each in invoices)
    assert "Value of orders" in site.visitor(Role.CLERK).page("/finance/")


def queries(visitor: Visitor, site: Site, path: str) -> int:
    return len(
        [s for s in site.office.statements_of(lambda _: visitor.page(path)) if s != "COMMIT"]
    )


@after(closed)
def test_home_asks_few_queries(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    site.office.system.memory.clear()
    assert queries(visitor, site, "/finance/") <= 15, "in a process that remembers nothing"
    assert queries(visitor, site, "/finance/") <= 11


# Orders


@after(orders_underway)
def test_no_report_is_expected_for_order_sales(site: Site) -> None:
    clerk = site.visitor(Role.CLERK)
    with site.office.work(read_only=True) as work:
        setup, found = setup_in_force(work), dashboard(work)
    stands = {each.key: each.worst.standing for each in found.retailers}
    of_orders = {key for each in setup.price_lists.values() for key in each.retailers.values()}
    assert of_orders == {key for key, each in stands.items() if each is ReportStatus.OWN}
    never = [key for key, each in stands.items() if each is ReportStatus.NEVER]
    assert found.expected == len(stands) - len(of_orders) - len(never)
    assert any("own orders they bring its sales" in row for row in rows_of(clerk.page("/finance/")))
    assert "own orders" in clerk.page("/finance/retailers")
    for key in of_orders:
        assert "own orders" in clerk.page(f"/finance/retailers/{key}")


@after(orders_underway)
def test_home_lists_orders_that_wait_for_staff(site: Site) -> None:
    office = site.office
    clerk = site.visitor(Role.CLERK)
    quiet = clerk.page("/finance/")
    for words in ("requested order", "proof</a> to change", "late, or promised", "overdue"):
        assert words not in quiet
    requested(office, person_called(office, "Olga"))
    go(office, IN_PROOF, Action.ASK_CHANGES)
    office.execute(f"UPDATE orders SET need_by = '2026-08-01' WHERE number = '{ACCEPTED}'")
    page = clerk.page("/finance/")
    for words in ("1 requested order</a> to quote", "1 proof</a> to change", "1 order</a> late"):
        assert words in page
    assert "overdue" not in page


# The steps to the first close


def steps_of(page: str) -> dict[str, tuple[bool, str]]:
    """Each step's heading, with whether it is done, and what stands below it."""
    listed = page.partition('aria-labelledby="first-steps"')[2].partition("</ol>")[0]
    found = {}
    for done, rest in re.findall(r"<li( class=\"done\")?><div>(.*?)</div></li>", listed, re.DOTALL):
        heading = re.search(r"<h3>([^<]+)", rest)
        assert heading
        found[heading[1].strip()] = bool(done), rest
    return found


HOUSE_ALONE = {"publisher": a_setup()["publisher"]}


@after(nothing)
def test_first_steps_say_what_is_missing_and_where_it_is_done(site: Site) -> None:
    site.office.load(HOUSE_ALONE)
    steps = steps_of(site.visitor(Role.MANAGER).page("/finance/"))
    assert list(steps) == [
        "Retailers", "Titles", "Beneficiaries", "A plan", "A contract", "What was before",
        "The first report", "A draft", "The first close",
    ]  # fmt: skip
    assert not any(done for done, _ in steps.values())
    for name, address in (
        ("Retailers", "/finance/new-retailer"),
        ("Titles", "/finance/new-title"),
        ("Beneficiaries", "/finance/new-beneficiary"),
        ("A plan", "/finance/new-plan"),
        ("A contract", "/finance/new-contract"),
        ("The first report", "/finance/imports"),
    ):
        assert f'href="{address}"' in steps[name][1], name
    assert "There is nothing to close yet" in steps["The first close"][1]
    assert "href" not in steps["The first close"][1]
    assert "href" not in steps["A draft"][1]


@after(nothing)
def test_empty_books_do_not_ask_for_a_close(site: Site) -> None:
    site.office.load(HOUSE_ALONE)
    page = site.visitor(Role.MANAGER).page("/finance/")
    assert "Close the first half of 2025" not in page, "it ended, and nothing is in it"
    assert "is not closed yet" not in page


@after(spring)
def test_first_steps_are_done_one_by_one_and_go_away_with_the_first_close(site: Site) -> None:
    visitor = site.visitor(Role.MANAGER)
    steps = steps_of(visitor.page("/finance/"))
    done = {name for name, (done, _) in steps.items() if done}
    assert {"Retailers", "Beneficiaries", "A plan", "A contract", "What was before"} <= done
    assert "The draft has not been computed" in steps["A draft"][1]
    assert 'href="/finance/periods/2025-H1"' in steps["A draft"][1]
    assert "The period has ended" in steps["The first close"][1]
    visitor.page("/finance/periods/2025-H1")
    assert "not been computed" not in steps_of(visitor.page("/finance/"))["A draft"][1]


@after(closed)
def test_first_steps_are_gone_after_the_first_close(site: Site) -> None:
    assert "To the first statement" not in site.visitor(Role.MANAGER).page("/finance/")


@after(nothing)
def test_titles_without_contract_and_editions_are_named(site: Site) -> None:
    title = {"key": "pier", "title": "The Pier"}
    site.office.load({**HOUSE_ALONE, "titles": [title]})
    steps = steps_of(site.visitor(Role.MANAGER).page("/finance/"))
    assert "“The Pier” has no edition yet" in steps["Titles"][1]


@after(nothing)
def test_list_price_is_asked_for_only_where_a_rule_goes_by_it(site: Site) -> None:
    """The worked example's hardcover earns by its list price, which it has; others by receipts."""
    setup = json.loads(WORKED.read_text(encoding="utf-8"))
    site.office.load(setup)
    visitor = site.visitor(Role.MANAGER)
    assert steps_of(visitor.page("/finance/"))["Titles"][0]
    for edition in setup["titles"][0]["editions"]:
        edition.pop("prices", None)
    site.office.load({"titles": setup["titles"]})
    _, rest = steps_of(visitor.page("/finance/"))["Titles"]
    assert "An edition of “A Book” has no list price, and earns by it." in rest


@after(nothing)
def test_income_alone_is_a_draft_and_something_to_close(site: Site) -> None:
    site.office.load(json.loads(WORKED.read_text(encoding="utf-8")))
    page = site.visitor(Role.MANAGER).page("/finance/")
    steps = steps_of(page)
    assert "Close the first half of 2025" in page
    assert "no sales" not in steps["A draft"][1]
    assert "The period has ended" in steps["The first close"][1]


@after(nothing)
def test_that_there_are_no_openings_is_noted(site: Site) -> None:
    site.office.load(HOUSE_ALONE)
    assert "There are none" not in site.visitor(Role.CLERK).page("/finance/")
    assert site.visitor(Role.CLERK).post("/finance/no-openings").status_code == 403
    manager = site.visitor(Role.MANAGER)
    assert manager.post("/finance/no-openings").status_code == 303
    assert steps_of(manager.page("/finance/"))["What was before"][0]


@after(nothing)
def test_step_that_waits_for_approval_says_so(site: Site) -> None:
    site.office.load({**HOUSE_ALONE, "beneficiaries": [{"key": "seattle", "name": "Seattle"}]})
    manager = site.visitor(Role.MANAGER)
    with site.office.system.work(manager.actor) as work:
        saved = save(
            work,
            "plans",
            {"key": "all", "versions": [{"from": "2015-01-01", "steps": [remainder("seattle")]}]},
            revision=0,
            is_new=True,
        )
    plan = steps_of(manager.page("/finance/"))["A plan"]
    assert not plan[0]
    assert f'href="/finance/approvals/{saved.proposal}"' in plan[1]
    asked = site.visitor(Role.MANAGER, "Mo").page("/finance/")
    assert f'href="/finance/approvals/{saved.proposal}">New plan “' in asked
