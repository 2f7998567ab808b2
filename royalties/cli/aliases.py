"""alias, aliases: identifiers matched by hand to an edition; moved, ended, and shown."""

import dataclasses
from typing import Any

import click

from royalties.cli.confirming import confirm_final
from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.services.sales.aliases import Alias, alias_list, find_alias, move_alias
from royalties.services.sales.waiting import alias, edition_words
from royalties.services.work import RefusedError, Work

_UNTIL_A_CLOSE = (
    "'royalties alias --move' and '--end' change it later; rows that a close has counted by then "
    "stay as they are."
)


@click.command("aliases")
@command
def aliases_(desk: Desk) -> None:
    """List identifiers that were matched to an edition by hand."""
    with desk.work(read_only=True) as work:
        aliases = alias_list(work)
    if desk.json:
        desk.show([_alias_document(entry) for entry in aliases])
    elif not aliases:
        desk.say("No identifier was matched by hand: see 'royalties alias'.")
    else:
        desk.table(
            ("identifier", "edition", "title", "format"),
            [
                (entry.identifier, entry.edition.isbn, entry.edition.title, entry.edition.format)
                for entry in aliases
                if entry.edition is not None
            ],
        )


@click.command("alias")
@click.argument("identifier")
@click.argument("isbn", required=False, default="")
@click.option("--move", is_flag=True, help="From now on, it is to stand for ISBN instead.")
@click.option("--end", is_flag=True, help="From now on, it is to stand for no edition.")
@click.option("--rows", is_flag=True, help="With these: also its rows that count in open periods.")
@click.option("--reason", default="", help="With --move or --end: why; the log keeps it.")
@click.option("--yes", is_flag=True, help="Do not ask. Rows that a close counts later stay.")
@command
def alias_(
    desk: Desk,
    identifier: str,
    isbn: str,
    *,
    move: bool,
    end: bool,
    rows: bool,
    reason: str,
    yes: bool,
) -> None:
    """Let IDENTIFIER (an ASIN, an old ISBN) stand for the edition ISBN from now on.

    Without ISBN, show what it stands for, where it was used, and what was decided about it.
    """
    if (move and (end or not isbn)) or (end and isbn) or ((rows or reason) and not (move or end)):
        raise click.UsageError(
            "write 'alias IDENTIFIER ISBN' to match it, 'alias IDENTIFIER ISBN --move' to move "
            "it, or 'alias IDENTIFIER --end'; --rows and --reason go with the last two"
        )
    if move or end:
        _move(desk, identifier, isbn or None, rows=rows, reason=reason, yes=yes)
    elif isbn:
        _match(desk, identifier, isbn, yes=yes)
    else:
        _show_alias(desk, identifier)


def _match(desk: Desk, identifier: str, isbn: str, *, yes: bool) -> None:
    if not yes:
        with desk.work(trial=True) as work:
            released = alias(work, identifier, isbn)
            edition = edition_words(work, isbn)
        rows = counted(sum(released.rows.values()), "waiting row")
        effect = (
            f"{identifier} would stand for {edition} in every report from now on, and {rows} "
            f"would be recorded."
        )
        effect = " ".join([effect, *released.warnings])
        confirm_final(desk, effect, yes=yes, warning=_UNTIL_A_CLOSE)
    with desk.work() as work:
        released = alias(work, identifier, isbn)
    if desk.json:
        desk.show({"released": released.rows, "without_price": released.without_price})
        return
    count = sum(released.rows.values())
    desk.say(f"{identifier} stands for {isbn}; {counted(count, 'waiting row')} recorded.")
    for each in released.warnings:
        desk.say(each)


def _move(
    desk: Desk, identifier: str, isbn: str | None, *, rows: bool, reason: str, yes: bool
) -> None:
    with desk.work(trial=True) as work:
        alias_ = _require_alias(work, identifier)
        seen = "" if alias_.edition is None else alias_.edition.isbn
        moved = move_alias(work, identifier, isbn, seen=seen, rows=rows, reason=reason)
        edition = "no edition" if isbn is None else edition_words(work, isbn)
    if not yes:
        effect = [
            f"{moved.identifier} stands for {moved.was}; it would stand for {edition} from now on."
        ]
        if rows:
            went = "wait again" if isbn is None else "go with it"
            effect.append(f"{counted(moved.rows, 'recorded row')} would {went}.")
        elif alias_.open_rows:
            staying = counted(alias_.open_rows, "row that counts", "rows that count")
            effect.append(f"{staying} in open periods would stay: --rows takes them along.")
        if alias_.closed_rows:
            closed = alias_.closed_rows
            stay, their = ("stays", "its") if closed == 1 else ("stay", "their")
            effect.append(
                f"{counted(closed, 'row')} that a close counted {stay}: correct {their} import."
            )
        confirm_final(desk, " ".join(effect), yes=yes, warning=_UNTIL_A_CLOSE)
    with desk.work() as work:
        moved = move_alias(work, identifier, isbn, seen=seen, rows=rows, reason=reason)
    if desk.json:
        document = {"identifier": moved.identifier, "was": moved.was, "isbn": moved.now}
        desk.show({**document, "rows": moved.rows})
        return
    stands = "no edition" if moved.now is None else moved.now
    went = f"; {counted(moved.rows, 'recorded row')} went with it" if rows else ""
    desk.say(f"{moved.identifier} stands for {stands} from now on{went}.")


def _show_alias(desk: Desk, identifier: str) -> None:
    with desk.work(read_only=True) as work:
        alias_ = _require_alias(work, identifier)
    if desk.json:
        desk.show(_alias_document(alias_, in_full=True))
        return
    edition = alias_.edition
    words = f"{edition.isbn} ({edition.title}, {edition.format})" if edition else "no edition"
    desk.say(f"{alias_.identifier} stands for {words}.")
    if alias_.uses:
        desk.table(
            (">import", "file", ">rows in open periods", ">in closed ones"),
            [(use.batch, use.file_name, use.open_rows, use.closed_rows) for use in alias_.uses],
        )
    desk.table(
        ("decided", "by", "from", "to", ">rows moved"),
        [
            (each.at, each.by, each.from_isbn or "", each.to_isbn or "", each.rows)
            for each in alias_.history
        ],
    )


def _require_alias(work: Work, identifier: str) -> Alias:
    alias_ = find_alias(work, identifier)
    if alias_ is None:
        raise RefusedError(
            f"{identifier!r} was not matched by hand: 'royalties aliases' lists what was"
        )
    return alias_


def _alias_document(alias_: Alias, *, in_full: bool = False) -> dict[str, Any]:
    edition = alias_.edition
    document: dict[str, Any] = {
        "identifier": alias_.identifier,
        "isbn": edition and edition.isbn,
        "title": edition and edition.title,
        "format": edition and edition.format,
    }
    if in_full:
        document["uses"] = [dataclasses.asdict(use) for use in alias_.uses]
        document["history"] = [each._asdict() for each in alias_.history]
    return document


COMMANDS = [alias_, aliases_]
