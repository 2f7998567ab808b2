"""bank-lines: what came back from the bank, looked at and recorded."""

from pathlib import Path
from typing import Any, NoReturn

import click

from royalties.cli.confirming import confirm_final, final
from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.domain.money import amount_text
from royalties.domain.payments.bookings import TAKEN, BookingOutcome
from royalties.domain.payments.life import name_of
from royalties.ingest.payments.table import DATES, FIELDS, TableMap
from royalties.services.payments import bank_files, bank_imports, bank_lines
from royalties.services.payments.bank_files import FaultyBankFileError
from royalties.services.payments.bank_lines import BankOutlook, Recorded, Told

_HEADINGS = ("day", "currency", ">amount", "reference", "payment", "says", "why")
_SHOWN = 100
_LONGEST = 60
_NOTHING_ELSE = (
    "A payment that came back is owed again, and its payee gets nothing until a manager releases "
    "it."
)


@click.command("bank-lines")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Show what the file says, and record nothing.")
@click.option("--record", is_flag=True, help="Record what open bookings say by now.")
@click.option(
    "--column",
    "columns",
    nargs=2,
    multiple=True,
    metavar="FIELD HEADING",
    help=f"Of a table: which heading is which field; {', '.join(FIELDS)}.",
)
@click.option(
    "--dates",
    type=click.Choice([*DATES]),
    default="YYYY-MM-DD",
    help="Of a table: how days are written.",
)
@click.option("--decimal-mark", type=click.Choice([".", ","]), default=".", help="Of a table.")
@click.option("--currency", default="USD", help="Of a table that names none.")
@final
@command
def bank_lines_command(
    desk: Desk,
    *,
    file: Path | None,
    dry_run: bool,
    record: bool,
    yes: bool,
    **table: Any,  # noqa: ANN401 - click's options
) -> None:
    """Record what the bank says of payments: which have arrived, and which came back.

    FILE is a statement (camt.053, BAI2, OFX, or a table with --column) or a NACHA file of returns.
    A booking counts if both its reference and its amount are a payment's; everything else is
    listed. Without FILE it shows the bookings that are still open.
    """
    if file is None:
        _open(desk, record=record, yes=yes)
        return
    if record:
        raise click.UsageError("--record is for what is open: leave FILE out")
    if not file.is_file():
        desk.refuse(f"{file} is no file: give the one to read")
    columns = None
    if table["columns"]:
        columns = TableMap(
            dict(table["columns"]), table["dates"], table["decimal_mark"], table["currency"]
        )
    try:
        read = bank_files.read(file, file.name, columns)
    except FaultyBankFileError as error:
        _refuse(desk, error)
    with desk.work(read_only=True) as work:
        found = bank_lines.outlook(work, read)
    if found.earlier is not None:
        day = found.earlier.imported_at.date()
        words = f"{file.name} was imported on {day} by {found.earlier.imported_by} already: "
        _show(desk, found, "unchanged", f"{words}nothing changed.")
        return
    if dry_run:
        _show(desk, found, "dry-run", "Nothing was recorded.")
        return
    if BookingOutcome.RETURNED in found.counts:
        confirm_final(desk, _effect(found), yes=yes)
    with desk.work() as work:
        made = bank_lines.import_bank_file(work, read, seen=found.fingerprint)
    if not desk.json:
        _table(desk, found)
    _done(desk, found, made)


def _open(desk: Desk, *, record: bool, yes: bool) -> None:
    with desk.work(read_only=True) as work:
        found = bank_lines.look_again(work)
        files = bank_imports.imports(work, limit=20)
    if record:
        if BookingOutcome.RETURNED in found.counts:
            confirm_final(desk, _effect(found), yes=yes)
        with desk.work() as work:
            made = bank_lines.record_open(work, seen=found.fingerprint)
        _done(desk, found, made)
        return
    if desk.json:
        imports = [
            {"file": each.row.name, "format": each.row.format, **_counts(each.counts)}
            for each in files
        ]
        desk.show({"open": [_document(each) for each in found.told], "files": imports})
        return
    if found.told:
        _table(desk, found)
    else:
        desk.say("No booking of the bank is open.")
    for each in files:
        desk.say(f"{each.row.name} ({each.row.format}): {_summary(each.counts)}")


def _refuse(desk: Desk, error: FaultyBankFileError) -> NoReturn:
    document = {
        "outcome": "refused",
        "problems": [
            {"row": each.row, "value": each.value, "message": each.message, "remedy": each.remedy}
            for each in error.problems
        ],
    }
    lines = [
        f"  {bank_files.place_of(each)}: {each.message}"
        + (f" ({each.value})" if each.value else "")
        + f"; {each.remedy}"
        for each in error.problems[:_SHOWN]
    ]
    advice = "\nA table is read with --column FIELD HEADING." if error.sample else ""
    desk.refuse("\n".join([f"{error}", *lines[1:]]) + advice, document)


def _done(desk: Desk, found: BankOutlook, made: Recorded) -> None:
    if desk.json:
        documents = [_document(each) for each in found.news]
        desk.show({"outcome": "recorded", **_counts(made.counts), "bookings": documents})
        return
    repeated = f" {counted(made.repeated, 'booking')} came before." if made.repeated else ""
    desk.say(f"Recorded: {_summary(made.counts)}{repeated}")


def _show(desk: Desk, found: BankOutlook, outcome: str, words: str) -> None:
    if desk.json:
        documents = [_document(each) for each in found.told]
        desk.show({"outcome": outcome, **_counts(found.counts), "bookings": documents})
        return
    _table(desk, found)
    desk.say(words)


def _effect(found: BankOutlook) -> str:
    """What would be recorded, and which payments came back."""
    returned = [each for each in found.news if each.match.outcome is BookingOutcome.RETURNED]
    names = [
        f"{' '.join(map(name_of, each.match.payments))}: {each.match.words}"
        for each in returned[:_SHOWN]
    ]
    return "\n".join([_summary(found.counts), *names, _NOTHING_ELSE])


def _summary(counts: dict[BookingOutcome, int]) -> str:
    """How many bookings say what: ``2 settled, 1 returned, 3 match nothing.``."""
    words = {BookingOutcome.NOTHING: "match nothing", BookingOutcome.WAITS: "wait for a manager"}
    found = [f"{counts[each]} {words.get(each, each.value)}" for each in counts]
    return f"{', '.join(found) or 'nothing new'}."


def _counts(counts: dict[BookingOutcome, int]) -> dict[str, int]:
    return {each.value: count for each, count in counts.items()}


def _table(desk: Desk, found: BankOutlook) -> None:
    """New bookings, those that concern payments first; many others are counted."""
    news = sorted(found.news, key=lambda each: each.match.outcome not in TAKEN)
    desk.table(_HEADINGS, [_line(each) for each in news[:_SHOWN]])
    if len(news) > _SHOWN:
        desk.say(f"and {counted(len(news) - _SHOWN, 'more booking')}")


def _line(each: Told) -> tuple[object, ...]:
    booking, match = each.booking, each.match
    return (
        booking.day,
        booking.currency,
        amount_text(booking.amount, booking.currency),
        booking.reference[:_LONGEST],
        " ".join(map(name_of, match.payments)),
        match.outcome.value,
        match.words,
    )


def _document(each: Told) -> dict[str, Any]:
    names = [heading.lstrip(">") for heading in _HEADINGS]
    values = dict(zip(names, _line(each), strict=True))
    values["payment"] = [name_of(number) for number in each.match.payments]
    return {**values, "text": each.booking.text, "row": each.booking.row}


COMMANDS = [bank_lines_command]
