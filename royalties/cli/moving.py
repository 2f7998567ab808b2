"""openings, parallel: what a house that moves in brings, and its old statement beside a draft."""

from collections.abc import Callable
from pathlib import Path

import click

from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.domain.money import amount_text
from royalties.services.periods import parallel as runs
from royalties.services.periods.parallel import Parallel
from royalties.services.terms.openings import Openings, load, openings
from royalties.services.terms.openings import read as read_openings
from royalties.services.terms.openings import template as openings_template
from royalties.services.work import Work


@click.command("openings")
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False
)
@click.option(
    "--template",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the table to fill in, .xlsx or .csv.",
)
@command
def openings_(desk: Desk, *, file: Path | None, out: Path | None) -> None:
    """Show what is brought into the books, or load a filled-in table (FILE, .xlsx or .csv).

    A row sets one opening; what is blank stays as it is, and 0 takes it away.
    """
    if file is not None and out is not None:
        raise click.UsageError("--template writes a table, FILE is one that was filled in")
    if file is not None:
        rows = read_openings(file, file.name)
        with desk.work() as work:
            loaded = load(work, rows, file.name)
        if desk.json:
            desk.show({"outcome": loaded.outcome, "amended": loaded.amended})
            return
        many = sum(loaded.amended.values())
        desk.say(
            f"{file.name}: {counted(many, 'entry', 'entries')} amended."
            if many
            else f"{file.name}: nothing new; the books say all of it already."
        )
        return
    with desk.work(read_only=True) as work:
        brought_in = openings(work)
        data = (
            openings_template(work, "csv" if out.suffix.lower() == ".csv" else "xlsx")
            if out
            else b""
        )
    if out is not None:
        desk.system.files.write_out(out.parent, out.name, data)
        desk.say(f"{out}: fill it in, then: royalties openings {out}")
        return
    _show_openings(desk, brought_in)


def _kind(path: Path) -> str:
    return "csv" if path.suffix.lower() == ".csv" else "xlsx"


def _show_openings(desk: Desk, brought_in: Openings) -> None:
    if desk.json:
        desk.show(
            [
                {
                    "what": row.what.value,
                    "of": row.of,
                    "item": row.item,
                    "currency": row.currency,
                    "amount": row.amount,
                    "copies": row.copies,
                    "released_in": row.released_in,
                    "reason": row.reason,
                    "carried": brought_in.is_carried(row),
                }
                for row in brought_in.given
            ]
        )
        return
    if not brought_in.given:
        desk.say("Nothing is brought in yet: royalties openings --template openings.xlsx")
        return
    desk.table(
        ("what", "of", "item", "currency", ">amount", ">copies", "reason"),
        [
            (row.what.value, row.of, row.item, row.currency, row.amount, row.copies, row.reason)
            for row in brought_in.given
        ],
    )
    desk.say("")
    for what, currency, amount in brought_in.totals:
        desk.say(f"{what.value}: {currency} {amount_text(amount, currency)}")


@click.command("parallel")
@click.argument("period")
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False
)
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the table to fill in, .xlsx or .csv.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the comparison, .xlsx.",
)
@click.option("--explain", nargs=2, metavar="DIFFERENCE REASON", help="Say what made one.")
@click.option("--sign", is_flag=True, help="Sign it off: all is mended or explained.")
@click.option("--abandon", metavar="REASON", help="Leave it without signing.")
@command
def parallel_(
    desk: Desk,
    *,
    period: str,
    file: Path | None,
    template: Path | None,
    out: Path | None,
    explain: tuple[str, str] | None,
    sign: bool,
    abandon: str | None,
) -> None:
    """Compare the draft of PERIOD with the totals of the last old statement (FILE, filled in).

    While a parallel run is open its period is not closed: every difference is mended or explained,
    then it is signed off, or abandoned.
    """
    acts: list[Callable[[Work], object]] = []
    if file:
        rows = runs.read(file, file.name)
        acts.append(lambda work: runs.begin(work, period, rows, file.name))
    if explain:
        acts.append(lambda work: runs.explain(work, period, *explain))
    if sign:
        acts.append(lambda work: runs.sign(work, period))
    if abandon:
        acts.append(lambda work: runs.abandon(work, period, abandon))
    for act in acts:
        with desk.work(f"Comparing {period}") as work:
            act(work)
    _show_parallel(desk, period, template, out)


def _show_parallel(desk: Desk, period: str, template: Path | None, out: Path | None) -> None:
    with desk.work(f"Comparing {period}", read_only=True) as work:
        comparison = runs.parallel(work, period)
        written: dict[Path, bytes] = {}
        if template:
            written[template] = runs.template(work, period, _kind(template))
        if out:
            written[out] = runs.export(work, period)
    for path, data in written.items():
        desk.system.files.write_out(path.parent, path.name, data)
    if not written:
        _show_comparison(desk, period, comparison)
        return
    for path in written:
        desk.say(f"written: {path}")


def _show_comparison(desk: Desk, period: str, comparison: Parallel) -> None:
    status = (
        comparison.row.status
        if comparison.row
        else comparison.earlier[0].status
        if comparison.earlier
        else ""
    )
    rows = [
        {
            "difference": explained.token,
            "cause": explained.difference.cause.value,
            "why": explained.difference.why,
            "what": explained.difference.key.figure.value,
            "of": explained.difference.key.of,
            "rule": explained.difference.key.rule,
            "edition": explained.difference.key.isbn,
            "currency": explained.difference.key.currency,
            "old": amount_text(explained.difference.old, explained.difference.key.currency),
            "draft": amount_text(explained.difference.new, explained.difference.key.currency),
            "by": amount_text(explained.difference.amount, explained.difference.key.currency),
            "reason": explained.reason,
        }
        for explained in comparison.differences
    ]
    if desk.json:
        desk.show(
            {"period": period, "status": status, "equal": comparison.equal, "differences": rows}
        )
        return
    if not status:
        desk.say(f"No parallel run of {period}: royalties parallel {period} --template old.xlsx")
        return
    desk.say(f"{period}: {status}, {counted(comparison.equal, 'total')} reached to the cent")
    columns = ("difference", "cause", "what", "of", "rule", "edition", ">old", ">draft", ">by")
    names = [name.lstrip(">") for name in columns]
    desk.table(
        (*columns, "reason"), [(*(row[name] for name in names), row["reason"]) for row in rows]
    )


COMMANDS: list[click.Command] = [openings_, parallel_]
