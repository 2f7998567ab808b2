"""Bank details: nobody changes where money goes alone, and nobody reads them who need not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from royalties.domain.payments.account_life import (
    COOLING_DAYS,
    AccountState,
    BankAccount,
    PaymentHold,
    payment_hold,
    usable_from,
)
from royalties.domain.payments.accounts import IbanAccount, UsAccount
from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services.payments import accounts, facts, sealing
from royalties.services.payments.accounts import NoAccountError, SameAccountError
from royalties.services.terms import inverses
from royalties.services.work import RefusedError, Work
from royalties.store.tables import metadata
from tests.builders.books import BANK_KEY, Office, a_setup, after, opened
from tests.builders.orders import somebody
from tests.services.racing import Racers, Task

SEATTLE = Actor("Sam", Role.NONPROFIT, None, frozenset({"seattle"}))
HOUSTON = Actor("Hal", Role.NONPROFIT, None, frozenset({"houston"}))
OURS = UsAccount("021000021", "5550009012")
OTHER = UsAccount("011000015", "7771234567")
ASKED = "called Jo at the number of the contract"


def people(office: Office) -> None:
    """The setup, and staff who can be told apart."""
    opened(office)
    entries = [
        {**each, "email": f"{each['key']}@example.org"} for each in a_setup()["beneficiaries"]
    ]
    office.load({"beneficiaries": entries})
    for name, role in (("Cleo", Role.CLERK), ("Mona", Role.MANAGER), ("Max", Role.MANAGER)):
        somebody(office, name, role)


pytestmark = after(people)

CLERK = Actor("Cleo", Role.CLERK, 1)
MONA, MAX = Actor("Mona", Role.MANAGER, 2), Actor("Max", Role.MANAGER, 3)


@contextmanager
def later(office: Office, actor: Actor, **time: float) -> Iterator[Work]:
    system = replace(office.system, clock=lambda: office.system.clock() + timedelta(**time))
    with system.work(actor) as work:
        yield work


def entered(office: Office, actor: Actor = SEATTLE, account: UsAccount | IbanAccount = OURS) -> int:
    with office.system.work(actor) as work:
        return accounts.enter(work, "seattle", account, "Seattle Fund", "letter of 3 May")


def confirmed(office: Office, actor: Actor = MONA) -> int:
    number = entered(office)
    with office.system.work(actor) as work:
        accounts.confirm(work, number, ASKED)
    return number


def hold_of(office: Office, **time: float) -> PaymentHold | None:
    with later(office, MONA, **time) as work:
        return facts.account_holds(work, ["seattle"])["seattle"]


def told(office: Office) -> set[str]:
    return {row[0] for row in office.rows("SELECT recipient FROM mail WHERE kind = 'notice'")}


@pytest.mark.engines("both")
def test_account_is_paid_to_days_after_second_person_confirmed_it(office: Office) -> None:
    assert hold_of(office) is PaymentHold.NO_ACCOUNT
    number = entered(office)
    assert hold_of(office) is PaymentHold.CHANGE_WAITS
    with office.system.work(MONA) as work:
        accounts.confirm(work, number, ASKED)
    assert hold_of(office) is PaymentHold.COOLING
    assert hold_of(office, days=COOLING_DAYS, seconds=-1) is PaymentHold.COOLING
    assert hold_of(office, days=COOLING_DAYS) is None


@pytest.mark.parametrize("actor", [CLERK, MONA])
def test_staff_cannot_confirm_what_they_entered(office: Office, actor: Actor) -> None:
    number = entered(office, actor)
    expected = RefusedError if actor is MONA else NotAllowedError
    with office.system.work(actor) as work, pytest.raises(expected):
        accounts.confirm(work, number, ASKED)
    with office.system.work(MAX) as work:
        accounts.confirm(work, number, ASKED)


def test_command_line_cannot_confirm(office: Office) -> None:
    number = entered(office)
    with office.work() as work, pytest.raises(RefusedError, match="browser"):
        accounts.confirm(work, number, ASKED)


def test_confirmation_says_how_it_was_made_sure(office: Office) -> None:
    number = entered(office)
    for said in ("", "  ", "ok", "x" * 1001, "a\0bcdefghijkl"):
        with office.system.work(MONA) as work, pytest.raises(RefusedError):
            accounts.confirm(work, number, said)
    assert hold_of(office) is PaymentHold.CHANGE_WAITS


def test_change_holds_payments_to_former_account(office: Office) -> None:
    first = confirmed(office)
    assert hold_of(office, days=COOLING_DAYS) is None
    second = entered(office, CLERK, OTHER)
    assert hold_of(office, days=COOLING_DAYS) is PaymentHold.CHANGE_WAITS
    with office.system.work(MONA) as work:
        accounts.confirm(work, second, ASKED)
        known = accounts.accounts(work, "seattle")
    assert known.confirmed is not None
    assert known.confirmed.id == second
    assert [(each.id, each.state) for each in known.former] == [(first, AccountState.REPLACED)]
    assert known.hold is PaymentHold.COOLING


@pytest.mark.parametrize("ends", ["decline", "withdraw"])
def test_refused_change_leaves_account_in_force(office: Office, ends: str) -> None:
    first = confirmed(office)
    second = entered(office, SEATTLE, OTHER)
    actor = MONA if ends == "decline" else SEATTLE
    with office.system.work(actor) as work:
        getattr(accounts, ends)(work, second, "not ours")
    with office.system.work(MONA) as work:
        known = accounts.accounts(work, "seattle")
        with pytest.raises(RefusedError, match="already"):
            accounts.confirm(work, second, ASKED)
    assert known.confirmed is not None
    assert known.confirmed.id == first
    assert hold_of(office, days=COOLING_DAYS) is None


def test_payee_stops_what_staff_entered_and_ends_account(office: Office) -> None:
    number = confirmed(office)
    staffs = entered(office, CLERK, OTHER)
    with office.system.work(SEATTLE) as work:
        accounts.withdraw(work, staffs)
        accounts.end(work, number, "the branch closed")
    assert hold_of(office, days=COOLING_DAYS) is PaymentHold.NO_ACCOUNT
    assert entered(office) > staffs


def test_only_one_change_waits_and_account_in_force_is_no_change(office: Office) -> None:
    confirmed(office)
    with pytest.raises(SameAccountError):
        entered(office)
    entered(office, SEATTLE, OTHER)
    with pytest.raises(RefusedError, match="wait for a second person"):
        entered(office, CLERK, OTHER)


@pytest.mark.parametrize("actor", [HOUSTON, ANONYMOUS, Actor("Olga", Role.ORGANIZATION)])
def test_nobody_sees_or_changes_account_of_another(office: Office, actor: Actor) -> None:
    number = confirmed(office)
    waiting = entered(office, SEATTLE, OTHER)
    refused = (NoAccountError, RefusedError, NotAllowedError)
    for do in (
        lambda work: accounts.enter(work, "seattle", OTHER, "Me"),
        lambda work: accounts.withdraw(work, waiting),
        lambda work: accounts.end(work, number, "mine"),
        lambda work: accounts.confirm(work, waiting, ASKED),
        lambda work: accounts.decline(work, waiting, "no"),
        lambda work: accounts.reveal(work, number, "look"),
        lambda work: accounts.accounts(work, "seattle"),
        accounts.waiting,
        sealing.seal_again,
    ):
        with office.system.work(actor) as work, pytest.raises(refused):
            do(work)
    if actor is HOUSTON:
        with office.system.work(actor) as work:
            assert accounts.find_account(work, number) is None


def test_clear_view_takes_manager_and_reason_and_is_logged(office: Office) -> None:
    number = confirmed(office)
    for actor in (CLERK, SEATTLE):
        with office.system.work(actor) as work, pytest.raises(NotAllowedError):
            accounts.reveal(work, number, "a wire")
    with office.system.work(MAX) as work:
        with pytest.raises(RefusedError):
            accounts.reveal(work, number, " ")
        assert accounts.reveal(work, number, "a wire") == OURS
        staff = accounts.accounts(work, "seattle").history
    assert (staff[0].action, staff[0].reason, staff[0].by) == ("viewed", "a wire", "Max")
    with office.system.work(SEATTLE) as work:
        assert "viewed" not in {each.action for each in accounts.accounts(work, "seattle").history}


def test_account_number_is_absent_from_books_log_and_mail(office: Office) -> None:
    number = confirmed(office)
    with office.system.work(MAX) as work:
        accounts.reveal(work, number, "a wire")
    for table in metadata.tables:
        for row in office.rows(f'SELECT * FROM "{table}"'):
            assert OURS.number not in repr(row), table


def test_payee_hears_at_its_address_and_at_the_one_before(office: Office) -> None:
    entry = next(each for each in a_setup()["beneficiaries"] if each["key"] == "seattle")
    office.load({"beneficiaries": [{**entry, "email": "thief@example.com"}]})
    entered(office, CLERK)
    assert told(office) >= {"seattle@example.org", "thief@example.com"}
    managers = office.rows("SELECT recipient FROM mail WHERE kind = 'bank-details'")
    assert {row[0] for row in managers} == {"mona@example.org", "max@example.org"}


def test_same_account_of_two_payees_is_pointed_out(office: Office) -> None:
    confirmed(office)
    with office.system.work(HOUSTON) as work:
        accounts.enter(work, "houston", replace(OURS), "Houston")
    with office.system.work(MONA) as work:
        (waiting,) = accounts.waiting(work)
        assert accounts.others_with(work, waiting) == ["seattle"]


def test_account_moved_to_another_payee_opens_for_nobody(office: Office) -> None:
    number = confirmed(office)
    assert not office.faults()
    with office.system.engine.begin() as connection:
        guard = "bank_account_as_entered" + ("" if office.is_sqlite else " ON bank_account")
        connection.execute(text(f"DROP TRIGGER {guard}"))
        connection.execute(text("UPDATE bank_account SET beneficiary = 'houston'"))
    assert any("Bank details" in each for each in office.faults())
    with office.system.work(MONA) as work, pytest.raises(RefusedError, match="changed outside"):
        accounts.reveal(work, number, "a wire")


@pytest.mark.engines("both")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM bank_account",
        "UPDATE bank_account SET holder = 'Me'",
        "UPDATE bank_account SET beneficiary = 'houston'",
        "DELETE FROM bank_account_event",
        "UPDATE bank_account_event SET reason = 'other'",
    ],
)
def test_database_refuses_to_rewrite_history(office: Office, statement: str) -> None:
    confirmed(office)
    with pytest.raises(Exception, match="bank details"), office.system.engine.begin() as connection:
        connection.execute(text(statement))


def test_missing_key_refuses_new_accounts_and_keeps_old_ones(office: Office) -> None:
    number = confirmed(office)
    config = replace(office.system.config, bank_key="")
    without = replace(office.system, config=config)
    with without.work(HOUSTON) as work:
        assert not accounts.is_available(work)
        with pytest.raises(RefusedError, match="cannot be kept yet"):
            accounts.enter(work, "houston", OTHER, "Houston")
    with without.work(MONA) as work:
        assert accounts.accounts(work, "seattle").confirmed is not None
        with pytest.raises(RefusedError, match="key is missing"):
            accounts.reveal(work, number, "a wire")


def test_accounts_are_encrypted_again_with_another_key(office: Office) -> None:
    number = confirmed(office)
    config = replace(office.system.config, bank_key="another key of thirty-two letters")
    turned = replace(office.system, config=replace(config, old_bank_keys=(BANK_KEY,)))
    admin = Actor("Ada", Role.ADMINISTRATOR)
    with turned.work(admin) as work:
        assert sealing.seal_again(work) == (1, 0)
        assert sealing.seal_again(work) == (0, 0)
    alone = replace(office.system, config=config)
    with alone.work(MAX) as work:
        assert accounts.reveal(work, number, "a wire") == OURS
    with alone.work(HOUSTON) as work:
        accounts.enter(work, "houston", OURS, "Houston")
    with alone.work(MAX) as work:
        assert accounts.others_with(work, accounts.waiting(work)[0]) == ["seattle"]


def test_key_of_payee_with_bank_details_stays(office: Office) -> None:
    entered(office)
    with office.work() as work:
        status = inverses.find_entry_status(work, "beneficiaries", "seattle")
        assert status is not None
        assert "bank details" in status.why_in_use + status.why_fixed
        with pytest.raises(RefusedError):
            inverses.rename(work, "beneficiaries", "seattle", "seattle-2", "shorter")


def decide(office: Office, argument: str) -> str:
    number, name = argument.split()
    with office.system.work(MONA if name == "Mona" else MAX) as work:
        if name == "Mona":
            accounts.confirm(work, int(number), ASKED)
        else:
            accounts.decline(work, int(number), "no")
    return name


@pytest.mark.engines("both")
def test_one_of_two_concurrent_decisions_wins(office: Office, racers: Racers) -> None:
    number = entered(office)
    config = office.system.config
    outcomes = racers.race(
        *(
            Task(config.database_url, config.home.parent, decide, (f"{number} {name}",))
            for name in ("Mona", "Max")
        )
    )
    assert [each.done for each in outcomes].count(True) == 1
    assert all(each.done or each.told for each in outcomes)
    with office.system.work(MONA) as work:
        known = accounts.accounts(work, "seattle")
    winner = next(each.value for each in outcomes if each.done)
    assert (known.confirmed is not None) == (winner == "Mona")
    assert [each.action for each in known.history] == [
        "confirmed" if winner == "Mona" else "declined",
        "entered",
    ]


@given(st.booleans(), st.booleans(), st.integers(-5, 5))
def test_hold_is_lifted_only_for_confirmed_account_after_cooling(
    waits: bool, there: bool, days: int
) -> None:
    now = datetime(2026, 5, 10, tzinfo=UTC)
    at = now - timedelta(days=COOLING_DAYS) + timedelta(days=days)
    proposed = (1, "seattle", AccountState.PROPOSED, "", "", "", "", False, at, "")
    base = BankAccount(*proposed, None, None, None, "", None, "")
    ours = replace(base, state=AccountState.CONFIRMED, usable_from=usable_from(at))
    hold = payment_hold(base if waits else None, ours if there else None, now)
    assert (hold is None) == (there and not waits and days <= 0)
