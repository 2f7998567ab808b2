"""Payments go to the accounts that two people let count, and to no others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from royalties.domain.payments.account_life import COOLING_DAYS
from royalties.domain.payments.accounts import IbanAccount, UsAccount
from royalties.domain.payments.life import Method, PaymentState
from royalties.domain.payments.proposing import Flag, LeftOutReason
from royalties.domain.people import Actor, Role
from royalties.services.payments import (
    accounts,
    approving,
    batch_files,
    listing,
    moving,
    proposing,
    sealing,
)
from royalties.services.work import RefusedError, Work
from tests.builders.books import BANK_KEY, Office, after, closed
from tests.builders.orders import somebody
from tests.services.racing import Racers, Task

CLEO, MONA, MAX = (
    Actor(name, role, place)
    for place, (name, role) in enumerate(
        (("Cleo", Role.CLERK), ("Mona", Role.MANAGER), ("Max", Role.MANAGER)), 1
    )
)
OURS, OTHER = UsAccount("021000021", "5550009012"), UsAccount("011000015", "7771234567")
BRITISH = IbanAccount("GB82WEST12345698765432", "WESTGB2L")
ASKED = "called Jo at the number of the contract"
ALL = ("author", "houston", "seattle", "tacoma")


def desk(office: Office) -> None:
    """The first half is closed; there are a clerk and two managers."""
    closed(office)
    for each in (CLEO, MONA, MAX):
        somebody(office, each.name, each.role)


pytestmark = [after(desk), pytest.mark.engines("both")]


@contextmanager
def at(office: Office, actor: Actor, days: float = 0) -> Iterator[Work]:
    """Work some days later."""
    system = replace(office.system, clock=lambda: office.system.clock() + timedelta(days=days))
    with system.work(actor) as work:
        yield work


def enter(
    office: Office, key: str, account: UsAccount | IbanAccount = OURS, days: float = 0
) -> int:
    with at(office, CLEO, days) as work:
        return accounts.enter(work, key, account, f"{key.title()} Fund", "letter of 3 May")


def count(office: Office, *keys: str, days: float = 0) -> None:
    """Let an account of its own count for each of some payees."""
    for place, key in enumerate(keys):
        number = enter(office, key, replace(OURS, number=f"55500090{place}2"), days)
        with at(office, MONA, days) as work:
            accounts.confirm(work, number, ASKED)


def left_out(office: Office, days: float, *, without: bool = False) -> dict[str, str]:
    with at(office, CLEO, days) as work:
        found = proposing.outlook(work, without_account=without)
    of_accounts = {"NO_ACCOUNT", "CHANGE_WAITS", "COOLING", "HAS_ACCOUNT"}
    said = [(each.beneficiary, each.reason.name) for each in found.left_out]
    kept = {key: reason for key, reason in said if reason in of_accounts}
    return kept | {each.beneficiary: "proposed" for each in found.proposed}


def propose(office: Office, days: float, *, without: bool = False) -> int:
    with at(office, CLEO, days) as work:
        return proposing.propose_payments(work, f"{days} {without}", without_account=without).number


def approve(office: Office, batch: int, days: float, actor: Actor = MONA) -> None:
    with at(office, actor, days) as work:
        approving.approve(work, batch, signed=range(20))


def states(office: Office) -> dict[str, str]:
    return {row[0]: row[1] for row in office.rows("SELECT beneficiary, state FROM payment")}


def test_all_payments_are_proposed_when_nobody_has_bank_details(office: Office) -> None:
    assert left_out(office, 0) == dict.fromkeys(ALL, "proposed")


def test_those_without_usable_account_are_left_out_with_reason(office: Office) -> None:
    count(office, "seattle")
    enter(office, "houston", OTHER)
    rest = {"author": "NO_ACCOUNT", "tacoma": "NO_ACCOUNT", "houston": "CHANGE_WAITS"}
    assert left_out(office, 0) == {**rest, "seattle": "COOLING"}
    assert left_out(office, COOLING_DAYS - 0.01)["seattle"] == "COOLING"
    assert left_out(office, COOLING_DAYS) == {**rest, "seattle": "proposed"}
    apart = {"author": "proposed", "tacoma": "proposed", "houston": "CHANGE_WAITS"}
    assert left_out(office, 4, without=True) == {**apart, "seattle": "HAS_ACCOUNT"}


def test_change_withdraws_approval_and_holds_it(office: Office) -> None:
    count(office, "seattle", "houston")
    batch = propose(office, 4)
    approve(office, batch, 4)
    waiting = enter(office, "seattle", OTHER, 5)
    assert states(office) == {"seattle": "proposed", "houston": "approved"}
    with at(office, MAX, 5) as work:
        assert [row.beneficiary for row in listing.batch(work, batch).unsettled] == ["seattle"]
    with pytest.raises(RefusedError, match="second person"):
        approve(office, batch, 5)
    with at(office, MONA, 5) as work:
        accounts.confirm(work, waiting, ASKED)
    with pytest.raises(RefusedError, match="less than 3 days ago"):
        approve(office, batch, 7.9)
    approve(office, batch, 8)
    assert states(office) == {"seattle": "approved", "houston": "approved"}
    with at(office, CLEO, 8) as work:
        numbers = [row.id for row in listing.batch(work, batch).approved]
        moving.send(work, numbers, work.today, Method.WIRE, "FED 1")
    assert office.faults() == {}


def test_declined_change_leaves_the_account_that_was_approved(office: Office) -> None:
    count(office, "seattle")
    batch = propose(office, 4)
    approve(office, batch, 4)
    waiting = enter(office, "seattle", OTHER, 5)
    with at(office, MONA, 5) as work:
        accounts.decline(work, waiting, "Jo knows nothing of it")
    approve(office, batch, 5)
    [(account,)] = office.rows("SELECT account FROM payment")
    [(ours,)] = office.rows("SELECT fingerprint FROM bank_account WHERE state = 'confirmed'")
    assert account == ours


def test_ended_account_withdraws_approval_and_check_may_pay(office: Office) -> None:
    count(office, "seattle")
    batch = propose(office, 4)
    approve(office, batch, 4)
    with at(office, CLEO, 5) as work:
        accounts.end(work, 1, "the branch closed")
    assert states(office) == {"seattle": "proposed"}
    approve(office, batch, 5)
    with at(office, CLEO, 5) as work:
        moving.send(work, [1], work.today, Method.CHECK, "1001")
    assert office.faults() == {}


def test_first_payment_to_another_account_is_looked_at(office: Office) -> None:
    count(office, *ALL)
    batch = propose(office, 4)
    approve(office, batch, 4)
    with at(office, CLEO, 4) as work:
        moving.send(work, [1, 2, 3, 4], work.today, Method.WIRE, "FED 1")
    number = enter(office, "tacoma", OTHER, 4)
    with at(office, MONA, 4) as work:
        accounts.confirm(work, number, ASKED)
    office.close("2025-H2")
    with at(office, CLEO, 8) as work:
        found = {each.beneficiary: each.flags for each in proposing.outlook(work).proposed}
    assert Flag.NEW_ACCOUNT in found["tacoma"]
    assert not any(Flag.NEW_ACCOUNT in each for key, each in found.items() if key != "tacoma")


def test_one_account_for_two_payees_is_ticked_by_itself(office: Office) -> None:
    numbers = {key: enter(office, key) for key in ("seattle", "houston")}
    for number in numbers.values():
        with at(office, MONA) as work:
            accounts.confirm(work, number, ASKED)
    with at(office, CLEO, 4) as work:
        found = proposing.outlook(work).proposed
    assert all(Flag.SHARED_ACCOUNT in each.flags for each in found)
    batch = propose(office, 4)
    with at(office, CLEO, 4) as work:
        accounts.end(work, numbers["houston"], "a slip")
    with at(office, MONA, 4) as work:
        flags = {row.beneficiary: row.flags for row in listing.batch(work, batch).waiting}
    assert Flag.SHARED_ACCOUNT in flags["seattle"], "they had it"
    assert Flag.SHARED_ACCOUNT not in flags["houston"], "it is theirs no more"


def test_account_that_another_payee_gets_meanwhile_is_ticked_before_approval(
    office: Office,
) -> None:
    count(office, "seattle")
    batch = propose(office, 4)
    with at(office, MONA, 4) as work:
        seen = listing.batch(work, batch)
    enter(office, "houston", replace(OURS, number="5550009002"), 4)
    signed = [row.id for row in seen.waiting if Flag.SHARED_ACCOUNT in row.flags]
    with at(office, MONA, 4) as work, pytest.raises(RefusedError, match="same bank account"):
        approving.approve(work, batch, seen=seen.fingerprint, signed=signed)


def filed(office: Office) -> bytes:
    """Two payees are approved, and their file is made."""
    count(office, "seattle")
    number = enter(office, "houston", BRITISH)
    with at(office, MONA) as work:
        accounts.confirm(work, number, ASKED)
    batch = propose(office, 4)
    approve(office, batch, 4)
    with at(office, CLEO, 4) as work:
        made = batch_files.make_file(work, batch, work.today)
    return made.content.encode()


def test_file_has_accounts_and_the_books_do_not(office: Office) -> None:
    first = filed(office)
    assert b"021000021" in first
    assert b"5550009002" in first
    assert b"GB82WEST12345698765432,WESTGB2L" in first
    assert b"Seattle Fund" in first
    [(kept,)] = office.rows("SELECT content FROM payment_file")
    assert "5550009" not in kept
    with at(office, CLEO, 5) as work:
        made = batch_files.file_of(work, 1)
        again = batch_files.make_file(work, 1, work.today)
        batch_files.note_taken(work, 1)
    assert made is not None
    assert made.content.encode() == again.content.encode() == first
    logged = [bytes(row[0]) for row in office.rows("SELECT payload FROM log")]
    assert sum(b"payment-file-taken" in each for each in logged) == 1
    assert office.faults() == {}


def test_change_after_the_file_is_told_and_what_the_bank_has_is_recorded(office: Office) -> None:
    filed(office)
    enter(office, "seattle", OTHER, 5)
    assert states(office) == {"seattle": "approved", "houston": "approved"}
    with at(office, MAX, 5) as work:
        shown = listing.batch(work, 1)
        assert [row.beneficiary for row in shown.unsettled] == ["seattle"]
        numbers = [row.id for row in shown.approved]
    with at(office, CLEO, 5) as work, pytest.raises(RefusedError, match="the file says"):
        moving.send(work, numbers, work.today, Method.FILE, "ACH 1")
    with at(office, CLEO, 5) as work:
        made = batch_files.file_of(work, 1)
        assert made is not None
        moving.send(work, numbers, made.day, Method.FILE, "ACH 1")
    assert office.faults() == {}


def test_file_outlives_its_key_being_changed(office: Office) -> None:
    first = filed(office)
    batch_two = propose(office, 5, without=True)
    config = replace(office.system.config, bank_key="another key of thirty-two letters")
    turned = replace(office.system, config=replace(config, old_bank_keys=(BANK_KEY,)))
    with turned.work(Actor("Ada", Role.ADMINISTRATOR)) as work:
        assert sealing.seal_again(work) == (2, 1)
        assert sealing.seal_again(work) == (0, 0)
    alone = replace(office, system=replace(office.system, config=config))
    with at(alone, CLEO, 5) as work:
        made = batch_files.file_of(work, 1)
        assert made is not None
        assert made.content.encode() == first
        shown = listing.batch(work, 1)
        assert not shown.unsettled
        assert all(row.account for row in shown.approved)
    with office.system.work(CLEO) as work, pytest.raises(RefusedError, match="key is missing"):
        batch_files.file_of(work, 1)
    assert batch_two == 2


def test_tampered_file_is_found(office: Office) -> None:
    filed(office)
    with office.system.engine.begin() as connection:
        content = connection.execute(text("SELECT content FROM payment_file")).scalar_one()
        other = content[:-8] + ("A" if content[-8] != "A" else "B") + content[-7:]
        connection.execute(text("UPDATE payment_file SET content = :c"), {"c": other})
    assert any(
        "file of B-0001 was changed" in each for of in office.faults().values() for each in of
    )
    with at(office, CLEO, 5) as work, pytest.raises(RefusedError, match="changed outside"):
        batch_files.file_of(work, 1)


def test_payment_without_account_stands_in_no_file_of_accounts(office: Office) -> None:
    count(office, "seattle", "houston")
    batch = propose(office, 4)
    with at(office, CLEO, 5) as work:
        accounts.end(work, 1, "the branch closed")
    approve(office, batch, 5)
    with at(office, CLEO, 5) as work, pytest.raises(RefusedError, match="no bank details for P-"):
        batch_files.make_file(work, batch, work.today)


def decide(office: Office, what: str) -> str:
    """Approve the batch, or enter another account, at the same moment."""
    later = replace(office.system, clock=lambda: office.system.clock() + timedelta(days=4))
    if what == "approve":
        with later.work(MONA) as work:
            approving.approve(work, 1, signed=range(20))
    elif what == "send":
        with later.work(CLEO) as work:
            moving.send(work, [1], work.today, Method.WIRE, "FED 1")
    else:
        with later.work(CLEO) as work:
            accounts.enter(work, "seattle", OTHER, "Seattle Fund", "letter of 9 May")
    return what


@pytest.mark.parametrize("what", ["approve", "send"])
def test_change_at_the_moment_of_approval_or_sending(
    office: Office, racers: Racers, what: str
) -> None:
    """Either it was done before the change, or it is refused; nothing stays approved."""
    count(office, "seattle")
    propose(office, 4)
    if what == "send":
        approve(office, 1, 4)
    config = office.system.config
    racing = (
        Task(config.database_url, config.home.parent, decide, (each,)) for each in (what, "enter")
    )
    outcomes = racers.race(*racing)
    assert outcomes[1].done
    assert outcomes[0].done or outcomes[0].told
    [(state,)] = office.rows("SELECT state FROM payment")
    sent = what == "send" and outcomes[0].done
    assert state == (PaymentState.SENT if sent else PaymentState.PROPOSED)
    assert office.faults() == {}


def test_reasons_for_leaving_out_are_worded(office: Office) -> None:
    count(office, "seattle")
    with at(office, CLEO) as work:
        said = {each.reason.value for each in proposing.outlook(work).left_out}
    assert LeftOutReason.COOLING.value == "the bank details were confirmed less than 3 days ago"
    assert {LeftOutReason.COOLING.value, LeftOutReason.NO_ACCOUNT.value} <= said
