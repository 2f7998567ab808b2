"""The ledger's pages: balances, accounts, entries, and the books verified at a click."""

import re
from datetime import date
from html import unescape

import pytest

from royalties.domain.people import Role
from royalties.services.ledger import balances as service
from tests.builders.books import Office, after, closed, opened
from tests.builders.site import Site

pytestmark = after(closed)

LEDGER = "/finance/ledger/"


def twice(office: Office) -> None:
    """Two periods are closed."""
    closed(office)
    office.close("2025-H2")


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())


def totals(page: str) -> list[list[str]]:
    """Debit and credit of each trial balance."""
    feet = re.findall(r"<tfoot>(.*?)</tfoot>", page, re.DOTALL)
    return [re.findall(r'<td class="figure">(.*?)</td>', foot) for foot in feet]


def test_debits_equal_credits_in_every_currency(site: Site) -> None:
    page = site.visitor(Role.CLERK).page(LEDGER)
    found = totals(page)
    assert len(found) == 2
    assert all(debit == credit != "0.00" for debit, credit in found)
    assert "expense:royalties:foot-2015" in page


@after(twice)
def test_balances_are_those_of_the_chosen_day(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    first, last = visitor.page(f"{LEDGER}?period=2025-H1"), visitor.page(LEDGER)
    assert totals(first) != totals(last)
    assert totals(visitor.page(f"{LEDGER}?day=2025-06-30")) == totals(first)
    assert totals(visitor.page(f"{LEDGER}?day=2025-12-30")) == totals(first)
    assert totals(visitor.page(f"{LEDGER}?day=2025-12-31")) == totals(last)
    assert "Nothing is posted until then" in visitor.page(f"{LEDGER}?day=2025-06-29")


@after(twice)
@pytest.mark.parametrize("day", [None, date(2025, 6, 30)])
def test_every_balance_leads_to_postings_that_come_to_it(site: Site, day: date | None) -> None:
    visitor = site.visitor(Role.CLERK)
    with site.office.work(read_only=True) as work:
        found = service.balances(work, day=day)
        standings = [
            (trial.currency, standing)
            for trial in found.trials
            for group in trial.groups
            for standing in group.standings
        ]
        assert len(standings) > 10
        for currency, standing in standings:
            account = service.statement(work, standing.account.name, currency, until=day)
            assert account is not None
            assert account.balance == standing.debit - standing.credit
            assert account.balance == sum(each.line.amount for each in account.movements)
    currency, standing = standings[0]
    link = re.search(
        rf'href="([^"]*/accounts/{standing.account.name}[^"]*)"',
        visitor.page(f"{LEDGER}?day={day}"),
    )
    assert link is not None
    page = text_of(visitor.page(unescape(link[1])))
    assert page.count("2025") >= 2
    if day:
        assert "Balance on the evening of Jun 30, 2025" in page
        assert "Dec 31, 2025" not in page
    empty = visitor.page(f"{LEDGER}accounts/{standing.account.name}?day=2025-01-01")
    assert "Nothing is posted until then" in empty


@after(twice)
def test_a_long_account_is_paged_with_its_balance_carried(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 2)
    with site.office.work(read_only=True) as work:
        whole: list[service.Movement] = []
        after_ = None
        while True:
            page = service.statement(work, "liability:contract:foot-2015", "USD", after=after_)
            assert page is not None
            assert page.opening == (whole[-1].balance if whole else 0)
            whole += page.movements
            after_ = page.after
            if after_ is None:
                break
        assert len(whole) > 4
        assert whole[-1].balance == page.balance
        assert len({(each.line.entry, each.line.line) for each in whole}) == len(whole)
    visitor = site.visitor(Role.CLERK)
    first = visitor.page(f"{LEDGER}accounts/liability:contract:foot-2015")
    more = unescape(re.findall(r'href="([^"]*)" rel="next"', first)[0])
    assert "Brought forward" in visitor.page(more)


@after(twice)
def test_entries_are_paged_and_filtered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = site.visitor(Role.CLERK)
    everything = site.office.rows("SELECT e.id, p.name, event, subject FROM entry e JOIN period p "
                                  "ON p.id = e.period_id ORDER BY e.id DESC")  # fmt: skip
    monkeypatch.setattr(service, "PAGE", 3)
    seen: list[int] = []
    path = f"{LEDGER}entries"
    while path:
        page = visitor.page(path)
        seen += map(int, re.findall(r'<th scope="rowgroup"[^>]*><a href="[^"]*/(\d+)"', page))
        more = re.findall(r'href="([^"]*)" rel="next"', page)
        path = unescape(more[0]) if more else ""
    assert seen == [row[0] for row in everything]
    monkeypatch.undo()
    filters: dict[str, tuple[str, str, str]] = {
        "period=2025-H1": ("2025-H1", "", ""),
        "event=settled": ("", "settled", ""),
        "subject=tacoma": ("", "", "tacoma"),
        "period=2025-H2&event=earned&subject=hand-2020": ("2025-H2", "earned", "hand-2020"),
    }
    for query, wanted in filters.items():
        page = visitor.page(f"{LEDGER}entries?{query}")
        found = re.findall(r'<th scope="rowgroup"[^>]*><a href="[^"]*/(\d+)"', page)
        assert found
        assert list(map(int, found)) == [
            row[0]
            for row in everything
            if all(asked in ("", has) for asked, has in zip(wanted, row[1:], strict=True))
        ]


def test_an_entry_is_shown_with_both_sides(site: Site) -> None:
    ((number,),) = site.office.rows(
        "SELECT id FROM entry WHERE event = 'earned' AND subject = 'foot-2015'"
    )
    page = text_of(site.visitor(Role.CLERK).page(f"{LEDGER}entries/{number}"))
    assert "Royalties earned, Kim Foote: The Collab" in page
    assert "Earned and not yet passed on, Kim Foote: The Collab" in page


@pytest.mark.parametrize(
    ("format_", "words"),
    [("beancount", "Expenses:Royalties"), ("hledger", "expense:royalties"), ("csv", "entry,date")],
)
def test_journal_can_be_downloaded(site: Site, format_: str, words: str) -> None:
    answer = site.visitor(Role.CLERK).get(f"{LEDGER}journal?format={format_}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert words in answer.text


def test_verify_button_checks_the_books(site: Site) -> None:
    visitor = site.visitor(Role.CLERK)
    before = site.office.hashes()
    assert "invariants hold" not in visitor.page(f"{LEDGER}verify")
    clicks = [visitor.get(f"{LEDGER}verify?now=yes").location for _ in range(2)]
    assert len(set(clicks)) == len(clicks), "every click verifies anew"
    assert re.search(r"All \d+ invariants hold", visitor.page(clicks[0]))
    assert site.office.hashes() == before


def test_verify_page_names_faults(site: Site) -> None:
    site.office.execute("UPDATE sale SET units = units + 1 WHERE batch_id = 2 AND row = 2")
    page = site.visitor(Role.CLERK).page(f"{LEDGER}verify?now=a-click")
    assert "does not hold" in page
    assert "import 2 (autumn.csv): copies or receipts are not as recorded" in page


@pytest.mark.parametrize("path", ["", "entries"])
@after(opened)
def test_empty_ledger_says_what_to_do(site: Site, path: str) -> None:
    assert "Run and close a period" in site.visitor(Role.CLERK).page(LEDGER + path)


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("accounts/liability:nobody", 404),
        ("accounts/a%00b", 400),
        ("accounts/liability:contract:foot-2015?currency=XXX", 404),
        ("accounts/liability:contract:foot-2015?currency=usd", 404),
        ("accounts/liability:contract:foot-2015?after=x", 200),
        ("entries/999", 404),
        ("entries/9223372036854775808", 404),
        ("entries?below=99999999999999999999", 200),
        ("entries?subject=%00", 400),
        ("?day=2025-02-30", 200),
        ("?day=%00", 400),
        ("?period=zzz", 404),
        ("?kind=nonsense", 200),
        ("journal?format=xls", 404),
    ],
)
def test_ledger_pages_survive_odd_addresses(site: Site, path: str, status: int) -> None:
    assert site.visitor(Role.CLERK).get(LEDGER + path).status_code == status


@pytest.mark.thorough("addresses that the walk tries too", but_one_in=3)
@pytest.mark.parametrize("path", ["", "entries", "entries/1", "journal", "verify?now=yes"])
def test_ledger_is_not_found_outside_the_desk(site: Site, path: str) -> None:
    assert site.visitor(Role.NONPROFIT).get(LEDGER + path).status_code == 404
    assert site.stranger().get(LEDGER + path).status_code == 302


@pytest.mark.parametrize("path", ["", "entries", "accounts/liability:contract:foot-2015"])
def test_ledger_pages_run_few_queries(site: Site, path: str) -> None:
    visitor = site.visitor(Role.CLERK)
    visitor.get(LEDGER + path)
    assert len(site.office.statements_of(lambda _: visitor.get(LEDGER + path))) <= 15
