"""The command line: parse, call a verb, show."""

from royalties.cli.main import main

__all__ = ["main"]
