"""pay, payments: what is to pay is proposed, approved, sent, arrives or comes back."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from royalties.cli.confirming import confirm_final, final
from royalties.cli.desk import Desk, command
from royalties.cli.orders import DAY
from royalties.domain.counting import counted
from royalties.domain.money import amount_text, minor_units
from royalties.domain.payments.life import Method, PaymentState, batch_name, name_of
from royalties.domain.payments.proposing import PayeeLeftOut, ProposedPayment
from royalties.services.names import names_of
from royalties.services.payments import approving, batch_files, listing, moving, proposing
from royalties.services.payments.listing import PaymentBatch, PaymentRow
from royalties.services.work import RefusedError, Work

_NUMBERED = re.compile(r"(?:(?P<kind>[PB])-)?(?P<number>[0-9]{1,12})", re.ASCII | re.IGNORECASE)
_STEPS = ("approve", "file", "hold", "sent", "settled", "returned", "void", "release")
_HEADINGS = ("payment", "beneficiary", "currency", ">amount", ">tax", ">net", "state", "reference")


@click.command("pay")
@click.option("--propose", is_flag=True, help="Propose a payment to each, of all that waits.")
@click.option(
    "--amount",
    "amounts",
    nargs=3,
    multiple=True,
    metavar="KEY CURRENCY AMOUNT",
    help="With --propose: pay this one only so much; 0 holds everything back.",
)
@click.option(
    "--without-account",
    is_flag=True,
    help="With --propose: those without bank details, by check or another way.",
)
@click.option("--approve", metavar="BATCH", help="Approve all that waits of a batch.")
@click.option(
    "--looked-at",
    multiple=True,
    metavar="PAYMENT",
    help="With --approve: a first or unusual payment that was looked at on its own.",
)
@click.option("--file", metavar="BATCH", help="Make a batch's file for the bank, once.")
@click.option(
    "--bank", default="", metavar="KEY", help="With --file: as this bank of ours takes it."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where it goes.")
@click.option("--hold", metavar="PAYMENT AMOUNT", nargs=2, help="Pay less of one.")
@click.option("--sent", metavar="PAYMENT", multiple=True, help="It has left; or a whole batch.")
@click.option("--method", type=click.Choice([each.value for each in Method]), help="How.")
@click.option("--reference", default="", help="The bank's, or the check's number.")
@click.option("--settled", metavar="PAYMENT", multiple=True, help="It has arrived; or a batch.")
@click.option("--returned", metavar="PAYMENT", help="It came back: it is owed again.")
@click.option("--void", metavar="PAYMENT", help="It is not sent, or was stopped.")
@click.option("--release", metavar="PAYMENT", help="Pay again whose payment came back.")
@click.option("--on", "day", type=DAY, metavar="DAY", help="When it happened; today if left out.")
@click.option("--reason", default="", help="Why, or what was put right.")
@click.option("--note", default="", help="With --propose: for whoever approves it.")
@final
@command
def pay(desk: Desk, *, propose: bool, **asked: Any) -> None:  # noqa: ANN401 - click's options
    """Pay beneficiaries: propose, have it approved, and record what became of it.

    Without a step it shows what would be proposed, and who is left out and why. Two people are
    needed: nobody approves what they proposed. A step takes P-000001, or a whole batch, B-0001.
    """
    steps = [name for name in _STEPS if asked[name]]
    if len(steps) + propose > 1:
        raise click.UsageError("take one step at a time")
    if propose:
        _propose(desk, asked)
    elif steps:
        _TAKEN[steps[0]](desk, asked)
    else:
        with desk.work(read_only=True) as work:
            found = proposing.outlook(work, without_account=asked["without_account"])
        _show_outlook(desk, found.proposed, found.left_out)


def _propose(desk: Desk, asked: dict[str, Any]) -> None:
    wanted = {
        (key, currency): minor_units(amount, currency) for key, currency, amount in asked["amounts"]
    }
    with desk.work() as work:
        token = work.credentials.token()
        made = proposing.propose_payments(
            work,
            token,
            wanted=wanted,
            note=asked["note"],
            without_account=asked["without_account"],
        )
        shown = listing.batch(work, made.number)
    left_out = [_left_out_document(each) for each in made.left_out]
    _show_batch(desk, shown, "proposed", {"left_out": left_out})
    if not desk.json:
        _say_left_out(desk, made.left_out)
        desk.say(f"Next, by somebody else: royalties pay --approve {batch_name(made.number)}")


def _approve(desk: Desk, asked: dict[str, Any]) -> None:
    with desk.work() as work:
        number = _number(asked["approve"], "B")
        approving.approve(work, number, signed=[_number(each) for each in asked["looked_at"]])
        shown = listing.batch(work, number)
    _show_batch(desk, shown, "approved")


def _file(desk: Desk, asked: dict[str, Any]) -> None:
    out: Path | None = asked["out"]
    if out is None:
        raise click.UsageError("--file needs --out FILE")
    if out.exists():
        raise RefusedError(f"{out} is there already: name another file")
    with desk.work() as work:
        number = _number(asked["file"], "B")
        made = batch_files.make_file(work, number, _day(work, asked["day"]), asked["bank"])
        batch_files.note_taken(work, number)
    out.write_bytes(made.content.encode())
    what = {"batch": batch_name(number), "day": made.day, "sha256": made.fingerprint}
    if desk.json:
        desk.show({"outcome": "made", **what, "file": str(out)})
        return
    desk.say(
        f"{out} is the file of {batch_name(number)}: {counted(len(made.amounts), 'payment')}, to "
        f"be paid on {made.day}. It is made once; asked for again, it is the same."
    )


def _hold(desk: Desk, asked: dict[str, Any]) -> None:
    name, amount = asked["hold"]
    with desk.work() as work:
        number = _number(name)
        currency = listing.payment(work, number).row.currency
        proposing.hold_back(work, number, minor_units(amount, currency), asked["reason"])
        row = listing.payment(work, number).row
    _show_payments(desk, [row], "held back")


def _sent(desk: Desk, asked: dict[str, Any]) -> None:
    if asked["method"] is None:
        raise click.UsageError("--sent needs --method")
    with desk.work() as work:
        numbers = _numbers(work, asked["sent"], PaymentState.APPROVED)
        rows = moving.send(
            work, numbers, _day(work, asked["day"]), Method(asked["method"]), asked["reference"]
        )
    _show_payments(desk, rows, "sent")


def _settled(desk: Desk, asked: dict[str, Any]) -> None:
    with desk.work() as work:
        numbers = _numbers(work, asked["settled"], PaymentState.SENT)
        rows = moving.settle(work, numbers, _day(work, asked["day"]))
    _show_payments(desk, rows, "settled")


def _returned(desk: Desk, asked: dict[str, Any]) -> None:
    number = _number(asked["returned"])
    _confirm_owed_again(desk, number, asked, "came back")
    with desk.work() as work:
        row = moving.take_back(work, number, _day(work, asked["day"]), asked["reason"])
    _show_payments(desk, [row], "returned")
    if not desk.json and (kept := _kept_words(row)):
        desk.say(kept.strip())


def _void(desk: Desk, asked: dict[str, Any]) -> None:
    number = _number(asked["void"])
    _confirm_owed_again(desk, number, asked, "was stopped")
    with desk.work() as work:
        row = moving.void(work, number, asked["reason"])
    _show_payments(desk, [row], "voided")
    if not desk.json and (kept := _kept_words(row)):
        desk.say(kept.strip())


def _confirm_owed_again(desk: Desk, number: int, asked: Mapping[str, Any], what: str) -> None:
    """Ask before a payment that was sent is owed again; one that was not only waits again."""
    with desk.work(read_only=True) as work:
        row = listing.payment(work, number).row
        payee = names_of(work).of("beneficiaries", row.beneficiary)
        day = _day(work, asked["day"] if asked["returned"] else None)
    if row.state not in (PaymentState.SENT, PaymentState.SETTLED):
        return
    ended = row._replace(tax_kept=moving.tax_kept_if(row, day))
    amount = f"{row.currency} {amount_text(ended.owed_again, row.currency)}"
    confirm_final(
        desk,
        f"{name_of(number)} to {payee} {what}: {amount} would be owed again, and only another "
        f"payment pays it.{_kept_words(ended)}",
        yes=asked["yes"],
    )


def _kept_words(row: PaymentRow) -> str:
    """What becomes of the tax of a payment that ended in a later year than it was sent."""
    if row.tax_kept is None or row.sent_on is None:
        return ""
    kept = f"{row.currency} {amount_text(row.tax_kept, row.currency)}"
    return (
        f" It was sent in {row.sent_on.year}, whose figures stay: its tax ({kept}) stays "
        f"withheld, and what is owed again is not taxed or reported once more."
    )


def _release(desk: Desk, asked: dict[str, Any]) -> None:
    with desk.work() as work:
        row = moving.release(work, _number(asked["release"]), asked["reason"])
    _show_payments(desk, [row], "released")


_TAKEN: dict[str, Callable[[Desk, dict[str, Any]], None]] = {
    "approve": _approve,
    "file": _file,
    "hold": _hold,
    "sent": _sent,
    "settled": _settled,
    "returned": _returned,
    "void": _void,
    "release": _release,
}


@click.command("payments")
@click.argument("name", metavar="[PAYMENT]", required=False)
@click.option("--state", type=click.Choice([each.value for each in PaymentState]))
@click.option("--beneficiary", default="", metavar="KEY", help="Only to this one.")
@command
def payments(desk: Desk, *, name: str | None, state: str | None, beneficiary: str) -> None:
    """List payments, the newest first; or show one with what it settles, and its history."""
    if name is None:
        with desk.work(read_only=True) as work:
            states = [PaymentState(state)] if state else []
            rows = listing.payments(work, states=states, beneficiary=beneficiary)
        _show_payments(desk, rows)
        return
    with desk.work(read_only=True) as work:
        shown = listing.payment(work, _number(name))
        days = [work.day_of(each.at) for each in shown.events]
    parts = [(part.statement, amount_text(part.amount, shown.row.currency)) for part in shown.parts]
    events = [
        (str(day), each.action.value, each.by) for day, each in zip(days, shown.events, strict=True)
    ]
    if desk.json:
        desk.show({**_document(shown.row), "settles": dict(parts), "history": events})
        return
    desk.table(_HEADINGS, [_line(shown.row)])
    desk.say("")
    desk.table(("settles", f">{shown.row.currency}"), parts)
    desk.say("")
    desk.table(("day", "what", "by"), events)
    if shown.row.reason:
        desk.say(f"Why: {shown.row.reason}")
    if kept := _kept_words(shown.row):
        desk.say(kept.strip())
    if shown.row.taxed_before:
        before = amount_text(shown.row.taxed_before, shown.row.currency)
        desk.say(f"Of it, {before} was taxed and reported in an earlier year.")


def _number(text: str, kind: str = "P") -> int:
    """The number in ``P-000007``, ``B-0002`` or ``7``."""
    found = _NUMBERED.fullmatch(text.strip())
    if found is None or (found["kind"] or kind).upper() != kind:
        example = name_of(1) if kind == "P" else batch_name(1)
        raise RefusedError(f"{text[:40]!r} is none: write {example}")
    return int(found["number"])


def _numbers(work: Work, texts: Iterable[str], state: PaymentState) -> list[int]:
    """The payments that are named, and those of batches that are named which are in a state."""
    found: list[int] = []
    for text in texts:
        if text.strip().upper().startswith("B-"):
            rows = listing.batch(work, _number(text, "B")).payments
            found += [row.id for row in rows if row.state is state]
        else:
            found.append(_number(text))
    return found


def _day(work: Work, given: datetime | None) -> date:
    return given.date() if given else work.today


def _line(row: PaymentRow) -> tuple[object, ...]:
    return (
        name_of(row.id),
        row.beneficiary,
        row.currency,
        amount_text(row.gross, row.currency),
        "" if row.tax is None else amount_text(row.tax, row.currency),
        "" if row.tax is None else amount_text(row.net, row.currency),
        row.state.value,
        row.reference,
    )


def _document(row: PaymentRow) -> dict[str, Any]:
    names = [heading.lstrip(">") for heading in _HEADINGS]
    days = {"sent_on": row.sent_on, "settled_on": row.settled_on, "ended_on": row.ended_on}
    return {
        **dict(zip(names, _line(row), strict=True)),
        "batch": batch_name(row.batch_id),
        "method": row.method,
        **days,
        "reason": row.reason,
        "flags": row.flags,
        **{
            name: amount_text(value, row.currency)
            for name, value in (("tax_kept", row.tax_kept), ("taxed_before", row.taxed_before))
            if value is not None
        },
    }


def _show_payments(desk: Desk, rows: Iterable[PaymentRow], outcome: str = "") -> None:
    listed = list(rows)
    if desk.json:
        documents = [_document(row) for row in listed]
        desk.show({"outcome": outcome, "payments": documents} if outcome else documents)
    elif not listed:
        desk.say("There is no such payment.")
    else:
        desk.table(_HEADINGS, [_line(row) for row in listed])


def _show_batch(
    desk: Desk, shown: PaymentBatch, outcome: str, more: dict[str, Any] | None = None
) -> None:
    name = batch_name(shown.row.id)
    if desk.json:
        documents = [_document(row) for row in shown.payments]
        desk.show({"outcome": outcome, "batch": name, "payments": documents, **(more or {})})
        return
    desk.say(f"{name}, {outcome}:")
    desk.table(_HEADINGS, [_line(row) for row in shown.payments])
    for row in shown.payments:
        for flag in row.flags:
            desk.say(f"To be looked at on its own: {name_of(row.id)}, {flag}")


def _show_outlook(
    desk: Desk, proposed: Iterable[ProposedPayment], left_out: Iterable[PayeeLeftOut]
) -> None:
    rows = [
        (
            each.beneficiary,
            each.currency,
            amount_text(each.gross, each.currency),
            " ".join(part.statement for part in each.parts),
        )
        for each in proposed
    ]
    if desk.json:
        names = ("beneficiary", "currency", "amount", "statements")
        desk.show(
            {
                "to_propose": [dict(zip(names, row, strict=True)) for row in rows],
                "left_out": [_left_out_document(each) for each in left_out],
            }
        )
        return
    if rows:
        desk.table(("beneficiary", "currency", ">amount", "settles"), rows)
    else:
        desk.say("Nothing is to be proposed.")
    _say_left_out(desk, left_out)


def _say_left_out(desk: Desk, left_out: Iterable[PayeeLeftOut]) -> None:
    rows = [
        (each.beneficiary, each.currency, amount_text(each.amount, each.currency), each.reason)
        for each in left_out
    ]
    if rows:
        desk.say("")
        desk.table(("left out", "currency", ">amount", "why"), rows)


def _left_out_document(each: PayeeLeftOut) -> dict[str, str]:
    return {
        "beneficiary": each.beneficiary,
        "currency": each.currency,
        "amount": amount_text(each.amount, each.currency),
        "reason": each.reason.value,
    }


COMMANDS = [pay, payments]
