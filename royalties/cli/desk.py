"""What every command shares: the system, the output, progress, and refusals."""

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click

from config import from_environment
from royalties.adapters.archive import AlreadyExistsError, NotABackupError
from royalties.adapters.files import AlreadyIssuedError, DiskError
from royalties.cli import homes
from royalties.domain.json_values import as_json
from royalties.domain.money import NotAnAmountError
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.domain.periods import NotAPeriodError
from royalties.runtime import (
    DatabaseBusyError,
    DatabaseUnavailableError,
    NotEmptyError,
    NotMigratedError,
    System,
    UnfitError,
    UnsupportedDatabaseError,
    open_system,
)
from royalties.services.books import EmptyBooksError
from royalties.services.errors import REFUSALS
from royalties.services.work import Progress, RefusedError, Units, Work, nothing_to_show

REFUSED = (
    *REFUSALS,
    AlreadyIssuedError,
    DatabaseBusyError,
    DatabaseUnavailableError,
    DiskError,
    NotABackupError,
    NotAPeriodError,
    NotAllowedError,
    NotAnAmountError,
    NotEmptyError,
    NotMigratedError,
    AlreadyExistsError,
    UnfitError,
    UnsupportedDatabaseError,
)
"""Errors that are a refusal with advice (exit 1); any other one is a bug and is not caught."""

_BEGIN = (
    "Run 'royalties load FILE' with a setup file that names the publisher ('royalties init "
    "--example' writes one to begin with), or 'royalties serve' and set it up in the browser."
)


@dataclass(slots=True)
class Desk:
    """One command at work."""

    system: System
    json: bool

    @contextmanager
    def work(
        self, title: str = "", *, read_only: bool = False, trial: bool = False
    ) -> Iterator[Work]:
        """A unit of work; ``title`` names its progress bar on a terminal.

        A trial is taken back, to say what would happen; only for verbs that write no files.
        """
        with (
            self.progress(title) as progress,
            self.system.work(actor(), read_only=read_only, trial=trial, progress=progress) as work,
        ):
            yield work
        homes.note(self.system.config)

    @contextmanager
    def units(self, what: str) -> Iterator[Units]:
        """For verbs that open several units of work, under one progress bar."""
        with self.progress(what) as progress:
            yield partial(self.system.work, actor(), progress=progress)
        homes.note(self.system.config)

    def say(self, text: str) -> None:
        """A message to the person, on standard error when output is JSON."""
        click.echo(text, err=self.json)

    def show(self, document: object) -> None:
        """The one JSON document of a command."""
        click.echo(json.dumps(document, ensure_ascii=False, default=as_json))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A plain table; numbers, which are the columns headed with ``>``, stand right."""
        click.echo(table_text(headings, rows))

    def refuse(self, message: str, document: object | None = None) -> NoReturn:
        """End with exit code 1, a message that says what to do, and a document with JSON."""
        if self.json:
            self.show(
                document if document is not None else {"outcome": "refused", "message": message}
            )
        click.echo(message, err=True)
        sys.exit(1)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """A progress bar on a terminal; without a name, or elsewhere, nothing is shown."""
        if not title or not sys.stderr.isatty():
            yield nothing_to_show
            return
        from rich import progress as bars  # noqa: PLC0415 - only a terminal pays for it
        from rich.console import Console  # noqa: PLC0415

        columns = (
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.TimeElapsedColumn(),
        )
        with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)


def table_text(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under headings in aligned columns."""
    right = [heading.startswith(">") for heading in headings]
    cells = [[heading.removeprefix(">") for heading in headings]]
    cells += [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def command(function: Callable[..., None]) -> Callable[..., None]:
    """A command with ``--json``, given the desk; refusals end with exit code 1."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @wraps(function)
    def run(*, as_json: bool, **options: object) -> None:
        try:
            system = open_system(from_environment())
        except REFUSED as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        desk = Desk(system, as_json)
        for words in system.guard():
            click.echo(f"warning: {words}", err=True)
        try:
            function(desk, **options)
        except (NotMigratedError, DatabaseUnavailableError) as error:
            config = system.config
            desk.refuse(homes.advice(config) if homes.is_empty(config) else str(error))
        except EmptyBooksError as error:
            desk.refuse(f"{error}. {_BEGIN}")
        except REFUSED as error:
            desk.refuse(str(error))
        finally:
            system.dispose()

    return run


def actor() -> Actor:
    """Who works at a command line may do everything: they hold the database."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Actor(f"{name} (command line)", Role.ADMINISTRATOR)


_MOST_WARNINGS = 20


def named_files(paths: Iterable[Path], advice: str = "") -> Iterator[tuple[str, BinaryIO]]:
    """Open files one after the other, each with its name; the last one is closed by the next.

    Raises:
        RefusedError: one is no file; ``advice`` says how they are named.
    """
    for path in paths:
        if not path.is_file():
            raise RefusedError(f"{path} is no file{advice and f': {advice}'}")
        with path.open("rb") as stream:
            yield path.name, stream


def show_warnings(desk: Desk, warnings: Sequence[str]) -> None:
    """Warnings about terms, a line each."""
    for each in warnings[:_MOST_WARNINGS]:
        desk.say(f"  warning: {each}")
    if len(warnings) > _MOST_WARNINGS:
        desk.say(f"  … and {len(warnings) - _MOST_WARNINGS} more warnings (--json shows all)")


def amounts(net: dict[str, Any]) -> str:
    """Amounts by currency on one line."""
    return ", ".join(f"{currency} {amount}" for currency, amount in net.items()) or "nothing"
