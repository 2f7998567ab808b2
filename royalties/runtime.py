"""From configuration to a running system; one unit of work per command or request."""

import gc
import secrets
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from config import Config
from royalties.adapters.credentials import Credentials
from royalties.adapters.files import Files
from royalties.adapters.mailer import Mailer
from royalties.domain.people import Actor
from royalties.services.work import Progress, Work, nothing_to_show
from royalties.store.engine import (
    HASTY,
    READ_ONLY,
    DatabaseBusyError,
    DatabaseUnavailableError,
    Engine,
    UnsupportedDatabaseError,
    make_engine,
    plain_errors,
)
from royalties.store.migrate import NotMigratedError, require_newest, upgrade

__all__ = [
    "DatabaseBusyError",
    "DatabaseUnavailableError",
    "NotMigratedError",
    "System",
    "UnsupportedDatabaseError",
    "open_system",
]


def now() -> datetime:
    """The clock of a running system."""
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True)
class System:
    """The desk at work: its database, its files, its clock, its secrets and its mail server."""

    config: Config
    engine: Engine
    files: Files
    clock: Callable[[], datetime] = now
    credentials: Credentials = field(default_factory=Credentials)
    memory: dict[str, dict[Hashable, Any]] = field(default_factory=dict)

    @property
    def mailer(self) -> Mailer:
        """The mail server of the configuration."""
        return Mailer(self.config.smtp_url, self.config.mail_from)

    def secret_key(self) -> str:
        """What signs the browser's cookie; made once and kept in the home folder if not given."""
        if self.config.secret_key:
            return self.config.secret_key
        return self.files.keep_secret("cookie.key", secrets.token_urlsafe(48))

    def migrate(self) -> str:
        """Create the home folder and bring the database to the newest migration."""
        self.config.home.mkdir(parents=True, exist_ok=True)
        with plain_errors():
            return upgrade(self.engine)

    @contextmanager
    def work(
        self,
        actor: Actor,
        *,
        read_only: bool = False,
        trial: bool = False,
        hasty: bool = False,
        patient: bool = True,
        progress: Progress = nothing_to_show,
    ) -> Iterator[Work]:
        """One transaction: kept when the block ends well, taken back when it fails.

        Args:
            actor: in whose name the verbs are done.
            read_only: nothing is written, and nobody who writes is waited for.
            trial: what is written is taken back when the block ends.
            hasty: rather give up than wait for another writer (SQLite).
            patient: what is asked for may take long; nobody waits for a page.
            progress: told how much is done.

        Raises:
            NotMigratedError: the database is missing or old.
        """
        engine = self.engine.execution_options(**{READ_ONLY: read_only, HASTY: hasty})
        with plain_errors(), engine.connect() as connection, connection.begin() as transaction:
            require_newest(connection)
            yield Work(
                connection,
                self.files,
                actor,
                self.clock(),
                progress,
                self.credentials,
                self.mailer,
                self.config.base_url,
                memory=self.memory if read_only else None,
                seen={} if read_only else self.memory,
                patient=patient,
                is_address_known=self.config.is_address_named,
            )
            if read_only or trial:
                transaction.rollback()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_system(config: Config) -> System:
    """Make the system of a configuration; the database is not touched yet."""
    # A run makes hundreds of thousands of small values that live until its end; looking for
    # cycles among them again and again costs a third of it.
    gc.set_threshold(50_000, 20, 100)
    return System(config, make_engine(config.database_url), Files(config.home))
