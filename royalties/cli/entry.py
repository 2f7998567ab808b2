"""entry: takes an entry of the setup back; retired, ended, removed, or called otherwise."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

import click

from royalties.cli.desk import Desk, command
from royalties.services.terms import inverses as service
from royalties.services.terms.amending import Saved
from royalties.services.work import RefusedError, Work

PARTS = {word.replace(" ", "-"): part for part, word in service.WORDS.items()}
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("entry")
@click.argument("part", type=click.Choice(list(PARTS)))
@click.argument("key")
@click.option("--retire", is_flag=True, help="Offer it nowhere any more; what counted stays.")
@click.option("--bring-back", is_flag=True, help="Offer it again.")
@click.option("--remove", is_flag=True, help="Take it away; only if it was never used.")
@click.option("--rename", metavar="KEY", help="Give it another key; all that name it follow.")
@click.option("--end", type=_DAY, metavar="DAY", help="Of a contract: this is its last day.")
@click.option("--sell-off-until", type=_DAY, metavar="DAY", help="With --end: still sold until.")
@click.option("--go-on", is_flag=True, help="Of a contract: it has no end.")
@click.option("--right", default="", metavar="RIGHT", help="With --end, --go-on: this right alone.")
@click.option("--edition", default="", metavar="ISBN", help="Of a title: this edition alone.")
@click.option("--reason", default="", metavar="TEXT", help="Why; its history keeps it.")
@command
def entry(
    desk: Desk,
    part: str,
    key: str,
    *,
    edition: str,
    right: str,
    reason: str,
    sell_off_until: datetime | None,
    **asked: object,
) -> None:
    """Show what may be done with an entry of the setup, or take it back.

    Nothing of it is final: what was retired is brought back, what was removed is added again, and
    a key can be changed back. KEY of an exchange rate is "PERIOD|FROM|TO", of income
    "PERIOD|CONTRACT|RIGHT|NOTE".
    """
    steps = {name: value for name, value in asked.items() if value not in (None, False)}
    if len(steps) > 1:
        raise click.UsageError("take one step at a time")
    _require_fit(part, steps.keys(), right=right, sell_off_until=sell_off_until)
    if edition and not steps.keys() <= {"retire", "bring_back", "remove"}:
        raise click.UsageError("--edition belongs to --retire, --bring-back or --remove")
    if not steps:
        _show_entry(desk, PARTS[part], key)
        return
    ((step, value),) = steps.items()
    with desk.work() as work:
        if isinstance(value, datetime):
            until = sell_off_until.date() if sell_off_until else None
            saved = service.end(work, key, value.date(), reason, until, right)
            outcome = _saved(f"ends on {value:%Y-%m-%d}", saved)
        elif step == "go_on":
            outcome = _saved("goes on", service.go_on(work, key, reason, right))
        else:
            outcome = _STEPS[step](work, PARTS[part], key, value, edition, reason)
    if desk.json:
        desk.show({"outcome": outcome, "part": PARTS[part], "key": key})
        return
    desk.say(f"{part} {key}{f', edition {edition}' if edition else ''}: {outcome}.")


def _require_fit(
    part: str, steps: Collection[str], *, right: str, sell_off_until: datetime | None
) -> None:
    """Refuse options that do not go together."""
    of_ends = {"end", "go_on"}.intersection(steps)
    if (right and not of_ends) or (sell_off_until and "end" not in steps):
        raise click.UsageError("--right and --sell-off-until belong to --end; --right to --go-on")
    if of_ends and part != "contract":
        raise click.UsageError("a contract ends or goes on; retire or remove anything else")


def _saved(word: str, saved: Saved) -> str:
    return word if saved.proposal is None else f"prepared as proposal {saved.proposal}"


_Step = Callable[[Work, str, str, Any, str, str], str]


def _retire(work: Work, part: str, key: str, _: object, isbn: str, reason: str) -> str:
    return _saved("retired", service.retire(work, part, key, reason, isbn=isbn))


def _bring_back(work: Work, part: str, key: str, _: object, isbn: str, reason: str) -> str:
    return _saved("brought back", service.bring_back(work, part, key, reason, isbn=isbn))


def _remove(work: Work, part: str, key: str, _: object, isbn: str, reason: str) -> str:
    service.remove(work, part, key, reason, isbn=isbn)
    return "removed"


def _rename(work: Work, part: str, key: str, new: str, _: str, reason: str) -> str:
    followed = service.rename(work, part, key, new, reason)
    return f"called {new} now; {len(followed)} entries that named it followed"


_STEPS: dict[str, _Step] = {
    "retire": _retire,
    "bring_back": _bring_back,
    "remove": _remove,
    "rename": _rename,
}


def _show_entry(desk: Desk, part: str, key: str) -> None:
    with desk.work(read_only=True) as work:
        status = service.find_entry_status(work, part, key)
    if status is None:
        raise RefusedError(f"there is no {service.WORDS[part]} {key[:64]!r}")
    if desk.json:
        desk.show(
            {
                "part": part,
                "key": key,
                "name": status.name,
                "retired": status.retired,
                "named_by": [f"{of} {other}" for of, other in status.references],
                "removable": not status.kept,
                "renamable": not status.fixed,
            }
        )
        return
    desk.say(f"{status.word} {key}: {status.name}")
    if part in service.RETIRED:
        desk.say(f"  {_retired(status.retired)}")
    for isbn, day in status.editions:
        desk.say(f"  edition {isbn}: {_retired(day)}")
    removal = f"it stays, since {status.kept}" if status.kept else "it can be removed"
    desk.say(f"  {removal}")
    if part in service.RENAMED:
        stays = f"stays, since {status.fixed}" if status.fixed else "can be changed"
        desk.say(f"  its key {stays}")
    for of, other in status.references:
        desk.say(f"  named by {service.WORDS.get(of, 'mapped report')} {other}")


def _retired(day: date | None) -> str:
    return f"retired since {day}" if day else "not retired"


COMMANDS = [entry]
