"""Deployment facts from the environment; nothing here changes an amount of money."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Config:
    """Where the desk keeps things.

    Attributes:
        home: folder of the database, received files and issued statements
            (``ROYALTIES_HOME``, default ``./instance``).
        database_url: any SQLAlchemy URL of SQLite or PostgreSQL
            (``ROYALTIES_DATABASE_URL``, default a SQLite file in the home folder).
    """

    home: Path
    database_url: str


def from_environment() -> Config:
    """Read the configuration; nothing is created."""
    home = Path(os.environ.get("ROYALTIES_HOME") or "instance").absolute()
    url = os.environ.get("ROYALTIES_DATABASE_URL") or f"sqlite:///{home / 'royalties.sqlite'}"
    return Config(home, url)
