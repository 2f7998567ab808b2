"""tax-deposits: what of the tax is open, and a register of what was deposited."""

from datetime import datetime

import click

from royalties.cli.desk import Desk, command
from royalties.cli.orders import DAY
from royalties.domain.money import amount_text, minor_units
from royalties.domain.payments.tax_deposits import DepositForm
from royalties.services.payments import tax_deposits
from royalties.services.payments.tax_deposits import DepositRegister, DepositRow

_OPEN = ("form", "currency", ">withheld", ">deposited", ">open", "open since", "due by")
_DEPOSITS = ("deposit", "day", "form", "currency", ">amount", "reference", "note", "taken back")


@click.command("tax-deposits")
@click.option(
    "--record",
    "recorded",
    nargs=3,
    metavar="FORM CURRENCY AMOUNT",
    help="A deposit for Form 945 or 1042.",
)
@click.option("--on", "day", type=DAY, metavar="DAY", help="When it was; today if left out.")
@click.option("--reference", default="", help="Such as the EFTPS number.")
@click.option("--note", default="", help="What else is to be known.")
@click.option("--take-back", type=int, metavar="DEPOSIT", help="It was recorded by mistake.")
@click.option("--reason", default="", help="With --take-back: why.")
@command
def tax_deposits_command(
    desk: Desk,
    *,
    recorded: tuple[str, str, str] | None,
    day: datetime | None,
    reference: str,
    note: str,
    take_back: int | None,
    reason: str,
) -> None:
    """Show what of the withheld tax is to be deposited, and since when; or record a deposit."""
    if recorded and take_back is not None:
        raise click.UsageError("take one step at a time")
    if recorded:
        _record(desk, recorded, day, reference, note)
        return
    if take_back is not None:
        with desk.work() as work:
            row = tax_deposits.take_back(work, take_back, reason)
        _show(desk, row, "taken back")
        return
    with desk.work(read_only=True) as work:
        found = tax_deposits.register(work)
    _show_register(desk, found)


def _record(
    desk: Desk, recorded: tuple[str, str, str], day: datetime | None, reference: str, note: str
) -> None:
    form, currency, amount = recorded
    if form not in {each.value for each in DepositForm}:
        desk.refuse(f"{form[:20]!r} is no such form: write 945 or 1042")
    with desk.work() as work:
        row = tax_deposits.record(
            work,
            work.credentials.token(),
            DepositForm(form),
            currency.upper(),
            minor_units(amount, currency.upper()),
            day.date() if day else work.today,
            reference=reference,
            note=note,
        )
    _show(desk, row, "recorded")


def _show(desk: Desk, row: DepositRow, outcome: str) -> None:
    if desk.json:
        names = ("deposit", "day", "form", "currency", "amount", "reference", "note")
        desk.show({"outcome": outcome, **dict(zip(names, _line(row), strict=False))})
        return
    desk.say(
        f"Deposit {row.id}, {outcome}: {row.currency} {amount_text(row.amount, row.currency)} for "
        f"Form {row.form.value} on {row.day}"
    )


def _show_register(desk: Desk, found: DepositRegister) -> None:
    open_rows = [
        (
            each.form.value,
            each.currency,
            *(
                amount_text(minor, each.currency)
                for minor in (each.withheld, each.deposited, each.open)
            ),
            str(each.open_since or ""),
            str(each.due or ""),
        )
        for each in found.accounts
    ]
    rows = [_line(row) for row in found.deposits]
    if desk.json:
        desk.show(
            {
                "open": [_named(_OPEN, row) for row in open_rows],
                "deposits": [_named(_DEPOSITS, row) for row in rows],
            }
        )
        return
    if not open_rows:
        desk.say("No tax was withheld.")
        return
    desk.table(_OPEN, open_rows)
    if rows:
        desk.say("")
        desk.table(_DEPOSITS, rows)


def _named(headings: tuple[str, ...], row: tuple[str, ...]) -> dict[str, str]:
    names = (heading.lstrip(">").replace(" ", "_") for heading in headings)
    return dict(zip(names, row, strict=True))


def _line(row: DepositRow) -> tuple[str, ...]:
    back = f"{row.undone_on}: {row.reason}" if row.undone_on else ""
    amount = amount_text(row.amount, row.currency)
    what = (str(row.id), str(row.day), row.form.value, row.currency, amount)
    return (*what, row.reference, row.note, back)


COMMANDS = [tax_deposits_command]
