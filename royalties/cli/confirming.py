"""What cannot be taken back asks first: one guard for every such command.

On a terminal it says what would happen and asks. Where nobody can answer (a pipe, a script,
``--json``) it refuses, unless ``--yes`` was given. Whatever can be taken back in full by another
command does not ask; docs/operations.md lists both.
"""

import sys
from collections.abc import Callable
from typing import Any

import click

from royalties.cli.desk import Desk
from royalties.services.work import RefusedError

final: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--yes", is_flag=True, help="Do not ask, though it cannot be taken back."
)
"""Option of a command that cannot be taken back; ``confirm_final`` is given its value."""

FOR_GOOD = "This cannot be taken back."


class NotConfirmedError(RefusedError):
    """An irreversible step was not confirmed, so nothing was done."""


def confirm_final(desk: Desk, effect: str, *, yes: bool, warning: str = FOR_GOOD) -> None:
    """Go on only if somebody says so; to be called before anything is written.

    Args:
        desk: the command at work.
        effect: what would happen, as sentences.
        yes: whether ``--yes`` was given.
        warning: what becomes final by it, as a sentence.

    Raises:
        NotConfirmedError: the answer was no, or nobody can be asked.
    """
    if yes:
        return
    if desk.json or sys.stdin is None or not sys.stdin.isatty():
        raise NotConfirmedError(
            f"{effect}\n{warning} Nothing was done: repeat with --yes to do it."
        )
    click.echo(effect, err=True)
    try:
        agreed = click.confirm(f"{warning} Go on?", err=True)
    except click.Abort:
        click.echo(err=True)
        agreed = False
    if not agreed:
        raise NotConfirmedError("Nothing was done.")
