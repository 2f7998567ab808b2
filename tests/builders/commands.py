"""The command line on an office's books, and what a command shows as JSON."""

import json
from collections.abc import Callable
from typing import Any

from click.testing import CliRunner, Result

from royalties.cli import main
from tests.builders.books import Office

Run = Callable[..., Result]


def command_line(office: Office, *begin: str) -> Run:
    """A function that runs a command and expects its exit code; ``begin`` begins each call.

    ``typed`` comes through a pipe.
    """
    config = office.system.config
    env = {
        "ROYALTIES_HOME": str(config.home),
        "ROYALTIES_DATABASE_URL": config.database_url,
        "ROYALTIES_BANK_KEY": config.bank_key,
    }
    runner = CliRunner(env=env)

    def run(*arguments: object, typed: str = "", code: int = 0) -> Result:
        call = [*begin, *map(str, arguments)]
        result = runner.invoke(main, call, input=typed, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return run


def shown(result: Result) -> Any:
    """What a command with ``--json`` shows."""
    return json.loads(result.stdout)
