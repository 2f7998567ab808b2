"""Entries of a close balance, and accounts equal the figures of the run."""

from collections import Counter as Tally
from fractions import Fraction

import pytest
from hypothesis import given

from royalties.domain.royalties.postings import (
    ADVANCES_PAID,
    BANK,
    OPENING,
    TAX,
    Entry,
    LedgerBefore,
    advances_account,
    beneficiary_account,
    contract_account,
    entries_of_close,
    entry_of_receipt,
    expense,
    meaning_of,
    pool_account,
    receivable_account,
    reserve_account,
    to_pay_account,
)
from royalties.domain.royalties.results import Run
from royalties.domain.terms.contracts import Basis
from tests.builders.domain import (
    Year,
    a_beneficiary,
    a_cap,
    a_contract,
    a_house,
    a_plan,
    a_reserve,
    a_rule,
    a_sale,
    account_of,
    an_advance,
    fixed,
    played,
    remainder,
    runs_of,
    to,
)
from tests.strategies import histories


class Ledger:
    """Entries of close after close, and the balances they leave (debit positive)."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.balances: Tally[tuple[str, str]] = Tally()
        self.closed: list[Run] = []

    def close(self, run: Run) -> list[Entry]:
        """Post a run's entries."""
        found = entries_of_close(run, self.standing())
        for entry in found:
            for posting in entry.postings:
                self.balances[posting.account, posting.currency] += posting.amount
        self.entries += found
        self.closed.append(run)
        return found

    def standing(self) -> LedgerBefore:
        """What the ledger holds already, as the store would say."""
        recouped: Tally[str] = Tally()
        booked: dict[str, int] = {}
        for run in self.closed:
            for done in run.contracts:
                key = done.contract.key
                recouped[key] += done.recouped
                advances = self.balances[advances_account(key), done.contract.currency]
                booked[key] = advances + recouped[key]
        return LedgerBefore(
            booked,
            frozenset(booked),
            frozenset(
                (each.beneficiary, each.currency) for run in self.closed for each in run.settlements
            ),
        )

    def owed(self, account: str, currency: str) -> int:
        """A credit balance."""
        return -self.balances[account, currency]


def ledger_of(runs: list[Run]) -> Ledger:
    ledger = Ledger()
    for run in runs:
        ledger.close(run)
    return ledger


@given(histories(most=2))
def test_every_entry_balances_per_currency(years: list[Year]) -> None:
    """Every journal entry balances per currency, has two sides or more, and none is zero."""
    for entry in ledger_of(played(years).runs).entries:
        sums: Tally[str] = Tally()
        for posting in entry.postings:
            assert posting.amount
            sums[posting.currency] += posting.amount
        assert not any(sums.values())
        assert len(entry.postings) >= 2
        sides = [(posting.account, posting.currency) for posting in entry.postings]
        assert len(sides) == len(set(sides))


@given(histories(most=3))
def test_account_balances_equal_figures_of_the_run(years: list[Year]) -> None:
    """Every account equals the sum of its postings, period after period."""
    ledger = Ledger()
    earned: Tally[tuple[str, str]] = Tally()
    taxed: Tally[str] = Tally()
    to_pay: Tally[tuple[str, str]] = Tally()
    held: Tally[str] = Tally()
    for run in played(years).runs:
        ledger.close(run)
        for done in run.contracts:
            key, currency = done.contract.key, done.contract.currency
            earned[key, currency] += done.earned
            held[key] += done.reserve.withheld - done.reserve.released
            outstanding = sum(each.outstanding for each in done.advances)
            assert ledger.balances[expense(key), currency] == earned[key, currency]
            assert ledger.owed(contract_account(key), currency) == done.carried_forward
            assert ledger.owed(reserve_account(key), currency) == held[key]
            assert ledger.balances[advances_account(key), currency] == outstanding
            assert ledger.owed(pool_account(key), currency) == done.undistributed
        for each in run.settlements:
            taxed[each.currency] += each.tax_withheld
            key, currency = each.beneficiary, each.currency
            to_pay[key, currency] += each.to_pay
            assert ledger.owed(to_pay_account(key), currency) == to_pay[key, currency]
            account = beneficiary_account(each.beneficiary)
            assert ledger.owed(account, each.currency) == each.carried_forward
        for currency in taxed:
            assert ledger.owed(TAX, currency) == taxed[currency]
    trial: Tally[str] = Tally()
    for (_, currency), amount in ledger.balances.items():
        trial[currency] += amount
    assert not any(trial.values())


def test_close_posts_a_period_entry_by_entry() -> None:
    """Fifty earned, half reserved, five of an advance earned back; one is full at twelve."""
    house = a_house(
        a_contract(
            a_rule(1, Basis.NET),
            reserve=a_reserve("0.5"),
            advances=[an_advance(1000, recouped=500)],
            opening_balance=-100,
        ),
        plans=[a_plan(remainder(to("ann", cap=a_cap(12)), to("ben", cap=a_cap(3))))],
        beneficiaries=[a_beneficiary("ann", tax="0.25", opening_balance=700)],
    )
    ledger = Ledger()
    first, second = runs_of(house, [a_sale(net=50)], [])
    assert [(entry.event, entry.subject, dict(_sides(entry))) for entry in ledger.close(first)] == [
        ("opening", "foot", {contract_account("foot"): 100, OPENING: -100}),
        ("advanced", "foot", {advances_account("foot"): 500, ADVANCES_PAID: -500}),
        ("earned", "foot", {expense("foot"): 5000, contract_account("foot"): -5000}),
        ("reserved", "foot", {contract_account("foot"): 2500, reserve_account("foot"): -2500}),
        ("recouped", "foot", {contract_account("foot"): 500, advances_account("foot"): -500}),
        (
            "allocated",
            "foot",
            {
                contract_account("foot"): 1900,
                pool_account("foot"): -400,
                beneficiary_account("ann"): -1200,
                beneficiary_account("ben"): -300,
            },
        ),
        ("opening", "ann", {OPENING: 700, beneficiary_account("ann"): -700}),
        ("settled", "ann", {beneficiary_account("ann"): 1900, to_pay_account("ann"): -1900}),
        ("settled", "ben", {beneficiary_account("ben"): 300, to_pay_account("ben"): -300}),
    ]
    assert [(entry.event, dict(_sides(entry))) for entry in ledger.close(second)] == [
        ("reserved", {reserve_account("foot"): 2500, contract_account("foot"): -2500}),
        (
            "allocated",
            {
                contract_account("foot"): 2500,
                pool_account("foot"): -1000,
                beneficiary_account("ann"): -1200,
                beneficiary_account("ben"): -300,
            },
        ),
        ("settled", {beneficiary_account("ann"): 1200, to_pay_account("ann"): -1200}),
        ("settled", {beneficiary_account("ben"): 300, to_pay_account("ben"): -300}),
    ]


def _sides(entry: Entry) -> list[tuple[str, int]]:
    return [(posting.account, posting.amount) for posting in entry.postings]


def test_placed_money_leaves_the_undistributed_account() -> None:
    plan = a_plan(remainder(to("ann", cap=a_cap(10))))
    ledger = Ledger()
    runs = runs_of(a_house(a_contract(a_rule(1, Basis.NET)), plans=[plan]), [a_sale(net=15)], [])
    for run, stands in zip(runs, (500, 0), strict=True):
        ledger.close(run)
        assert ledger.owed(pool_account("foot"), "USD") == stands
        assert account_of(run).undistributed == stands


def test_period_without_movements_has_no_entries() -> None:
    (run,) = runs_of(a_house(), [])
    assert Ledger().close(run) == []


def test_currencies_are_posted_to_separate_accounts() -> None:
    house = a_house(
        a_contract(a_rule(1, Basis.NET), key="dollars"),
        a_contract(a_rule(1, Basis.NET), key="yen", currency="JPY"),
        exchange_rates={("USD", "JPY"): Fraction(150)},
    )
    ledger = ledger_of(runs_of(house, [a_sale(net=2)]))
    assert ledger.owed(to_pay_account("author"), "USD") == 200
    assert ledger.owed(to_pay_account("author"), "JPY") == 300


def test_entries_of_a_close_say_in_words_what_they_are() -> None:
    """The journal shows the events of a contract in the order of its account."""
    contract = a_contract(
        a_rule(1, Basis.NET),
        advances=[an_advance(1000)],
        reserve=a_reserve("0.5", formats=["hardcover"]),
        opening_balance=-300,
    )
    author = a_beneficiary("author", opening_balance=200)
    (done,) = runs_of(a_house(contract, beneficiaries=[author]), [a_sale(net=100)])
    found = entries_of_close(done, LedgerBefore({}, frozenset(), frozenset()))
    assert [(each.event, each.subject, each.description) for each in found] == [
        ("opening", "foot", "Debit balance brought into the books"),
        ("advanced", "foot", "Advances counted from this period"),
        ("earned", "foot", "Royalties earned, 1 earned lines"),
        ("reserved", "foot", "Reserve withheld and released"),
        ("recouped", "foot", "Advances earned back"),
        ("allocated", "foot", "Payable distributed by the plan"),
        ("opening", "author", "Balance brought into the books"),
        ("settled", "author", "Amount to pay set aside"),
    ]


def test_allocations_of_two_steps_to_one_beneficiary_are_one_posting() -> None:
    plan = a_plan(fixed(30, to("ann")), remainder(to("ann"), to("ben")))
    house = a_house(a_contract(a_rule(1, Basis.NET)), plans=[plan])
    (run,) = runs_of(house, [a_sale(net=100)])
    (entry,) = [each for each in Ledger().close(run) if each.event == "allocated"]
    assert dict(_sides(entry)) == {
        contract_account("foot"): 10000,
        beneficiary_account("ann"): -6500,
        beneficiary_account("ben"): -3500,
    }


@pytest.mark.parametrize(
    ("amount", "reverses", "event", "words"),
    [
        (1, None, "received", "Received from hope: wire 7"),
        (-1, None, "paid-back", "Paid back to hope: wire 7"),
        (-250, 3, "receipt-reversed", "Receipt 3 reversed, hope: wire 7"),
    ],
)
def test_money_of_an_organization_is_posted_to_the_bank(
    amount: int, reverses: int | None, event: str, words: str
) -> None:
    entry = entry_of_receipt("hope", "O-1", "USD", amount, "wire 7", reverses=reverses)
    assert entry is not None
    assert (entry.event, entry.subject, entry.description) == (event, "O-1", words)
    assert {each.account: each.amount for each in entry.postings} == {
        BANK: amount,
        receivable_account("hope"): -amount,
    }


def test_long_reference_is_cut_to_the_journals_limit() -> None:
    """300 characters, which is what the column of the journal takes on PostgreSQL."""
    entry = entry_of_receipt("hope", "O-1", "USD", 1, "x" * 400)
    assert entry is not None
    assert entry.description == f"Received from hope: {'x' * 280}"


def test_shared_account_has_no_owner() -> None:
    assert meaning_of(OPENING)[1] == ""
    assert meaning_of(beneficiary_account("ann"))[1] == "ann"
