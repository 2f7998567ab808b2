"""bank-details: the accounts of payees, encrypted; a second person confirms them in the browser."""

from collections.abc import Callable, Mapping

import click

from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.domain.payments.account_life import BankAccount, PaymentHold
from royalties.domain.payments.accounts import Account, AccountType, as_parts
from royalties.ingest.payments.accounts import (
    AccountFaultError,
    canadian_account,
    iban_account,
    us_account,
)
from royalties.services.payments import accounts as service
from royalties.services.payments import sealing
from royalties.services.work import RefusedError, Work

_OUTCOMES = {"declined": "declined", "withdrawn": "taken back", "ended": "ended"}
_HOLDS = {
    None: "can be paid",
    PaymentHold.NO_ACCOUNT: "cannot be paid: no account is confirmed",
    PaymentHold.CHANGE_WAITS: "is not paid: a change waits for a second person",
    PaymentHold.COOLING: "is not paid yet: the account was confirmed lately",
}


@click.command("bank-details")
@click.argument("key", required=False)
@click.option(
    "--enter",
    type=click.Choice(["us", "iban", "ca"]),
    help="Enter KEY's account of this kind; the numbers are asked for, not shown.",
)
@click.option("--holder", default="", metavar="NAME", help="In whose name the account is.")
@click.option("--source", default="", metavar="TEXT", help="From which paper you have it.")
@click.option("--decline", "declined", type=int, metavar="NUMBER", help="Not the payee's.")
@click.option("--take-back", "withdrawn", type=int, metavar="NUMBER", help="It was wrong.")
@click.option("--end", "ended", type=int, metavar="NUMBER", help="Pay to it no more.")
@click.option("--clear", type=int, metavar="NUMBER", help="Show it in clear; the log keeps that.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is declined, ended or shown.")
@click.option("--encrypt-again", is_flag=True, help="Encrypt all with the key in use.")
@command
def bank_details(
    desk: Desk,
    *,
    key: str | None,
    enter: str | None,
    holder: str,
    source: str,
    clear: int | None,
    reason: str,
    encrypt_again: bool,
    **numbers: int | None,
) -> None:
    """List, enter or end bank details; those of KEY, or all that wait for a second person.

    A second person confirms them in the browser, where it is known who acts.
    """
    steps = {step: number for step, number in numbers.items() if number is not None}
    if len(steps) + bool(enter) + (clear is not None) + encrypt_again > 1:
        raise click.UsageError("take one step at a time")
    if enter:
        if not key:
            raise click.UsageError("--enter belongs to the KEY of a beneficiary")
        _enter(desk, key, enter, holder, source)
    elif steps:
        ((step, number),) = steps.items()
        with desk.work() as work:
            _STEPS[step](work, number, reason)
        _say(desk, {"outcome": step, "bank_details": number}, f"{number}: {_OUTCOMES[step]}")
    elif clear is not None:
        _clear(desk, clear, reason)
    elif encrypt_again:
        with desk.work() as work:
            accounts, files = sealing.seal_again(work)
        _say(
            desk,
            {"outcome": "encrypted", "accounts": accounts, "files": files},
            f"{counted(accounts, 'account')}, {counted(files, 'file')}",
        )
    elif key:
        _list_of(desk, key)
    else:
        _list_waiting(desk)


def _enter(desk: Desk, key: str, kind: str, holder: str, source: str) -> None:
    try:
        account = _asked(kind)
    except AccountFaultError as error:
        raise RefusedError(f"{error.field}: {error}") from error
    with desk.work() as work:
        number = service.enter(work, key, account, holder, source)
    _say(
        desk,
        {"outcome": "entered", "bank_details": number},
        f"{number}: waits for a second person; {key} is told",
    )


def _asked(kind: str) -> Account:
    """The account that is typed where a terminal, or another program, is asked for it."""

    def ask(words: str, *, again: bool = False) -> str:
        return str(click.prompt(words, hide_input=again, confirmation_prompt=again))

    match kind:
        case "us":
            routing, number = ask("Routing number"), ask("Account number", again=True)
            types = click.Choice([each.value for each in AccountType])
            return us_account(
                routing, number, AccountType(click.prompt("Kind", type=types, default="checking"))
            )
        case "ca":
            return canadian_account(
                ask("Institution number"),
                ask("Transit number"),
                ask("Account number", again=True),
            )
        case _:
            return iban_account(ask("IBAN"), str(click.prompt("BIC", default="")))


def _clear(desk: Desk, number: int, reason: str) -> None:
    with desk.work() as work:
        account = service.reveal(work, number, reason)
    parts = as_parts(account)
    if desk.json:
        desk.show(dict(parts))
        return
    for words, value in parts:
        desk.say(f"{words}: {value}")


def _list_of(desk: Desk, key: str) -> None:
    with desk.work(read_only=True) as work:
        known = service.accounts(work, key)
    every = [each for each in (known.proposed, known.confirmed, *known.former) if each]
    if desk.json:
        desk.show({"hold": known.hold, "bank_details": [_as_json(each) for each in every]})
        return
    desk.say(f"{key} {_HOLDS[known.hold]}.")
    if every:
        _table(desk, every)


def _list_waiting(desk: Desk) -> None:
    with desk.work(read_only=True) as work:
        waiting = service.waiting(work)
    if desk.json:
        desk.show([_as_json(each) for each in waiting])
        return
    if not waiting:
        desk.say("No bank details wait for a second person.")
        return
    _table(desk, waiting)


def _table(desk: Desk, accounts: list[BankAccount]) -> None:
    desk.table(
        (">number", "beneficiary", "account", "in the name of", "state", "entered by"),
        [
            (each.id, each.beneficiary, each.masked, each.holder, each.state, each.entered_by)
            for each in accounts
        ],
    )


def _say(desk: Desk, document: Mapping[str, object], words: str) -> None:
    if desk.json:
        desk.show(document)
        return
    desk.say(f"{words}.")


def _as_json(account: BankAccount) -> dict[str, object]:
    return {
        "bank_details": account.id,
        "beneficiary": account.beneficiary,
        "state": account.state,
        "account": account.masked,
        "holder": account.holder,
        "entered_at": account.entered_at,
        "entered_by": account.entered_by,
        "confirmed_by": account.decided_by if account.usable_from else None,
        "usable_from": account.usable_from,
        "reason": account.reason,
    }


_STEPS: Mapping[str, Callable[[Work, int, str], object]] = {
    "declined": service.decline,
    "withdrawn": service.withdraw,
    "ended": service.end,
}

COMMANDS = [bank_details]
