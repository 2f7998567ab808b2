"""From configuration to a running system; one unit of work per command or request."""

import gc
import json
import secrets
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config import Config
from royalties.adapters.bank_vault import BankVault
from royalties.adapters.credentials import Credentials
from royalties.adapters.files import Files
from royalties.adapters.mailer import Mailer
from royalties.adapters.sealing import Sealer
from royalties.adapters.zones import DEFAULT, zone
from royalties.domain.people import Actor, Role
from royalties.services.frame import FRAME, FRAME_SETTINGS
from royalties.services.work import Progress, Work, nothing_to_show, stored
from royalties.store.engine import (
    LOCK_SECONDS,
    PATIENT,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
    Engine,
    UnsupportedDatabaseError,
    database_file,
    for_reading,
    make_engine,
    plain_errors,
)
from royalties.store.schema import BOOKS, TIME_ZONE, NotMigratedError, is_vacant, require_newest
from royalties.store.transfer import (
    NotEmptyError,
    UnfitError,
    new_database,
    snapshot,
    url_without_password,
)

if TYPE_CHECKING:
    from royalties.services.desk.backups import BackupSummary

__all__ = [
    "DatabaseBusyError",
    "DatabaseFullError",
    "DatabaseUnavailableError",
    "NotEmptyError",
    "NotMigratedError",
    "System",
    "UnfitError",
    "UnsupportedDatabaseError",
    "open_system",
    "plain_errors",
    "url_without_password",
]


_KEY = "cookie.key"
_ITSELF = Actor("royalties init", Role.ADMINISTRATOR)


def now() -> datetime:
    """The clock of a running system."""
    return datetime.now(UTC)


def _zone(setting: str | None) -> ZoneInfo:
    """The house's time zone; a name that this computer does not know is not guessed at."""
    return zone(json.loads(setting)) if setting else DEFAULT


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

    @property
    def sealer(self) -> Sealer:
        """What encrypts secrets that have to be read again."""
        return Sealer(self.secret_keys)

    @property
    def bank_vault(self) -> BankVault:
        """What encrypts bank details of payees."""
        return BankVault(self.bank_keys)

    def bank_keys(self) -> tuple[str, ...]:
        """What encrypts bank details, the key in use first; older ones alone encrypt nothing."""
        configured = self.config.bank_key
        return tuple(dict.fromkeys((configured, *self.config.old_bank_keys))) if configured else ()

    def secret_keys(self) -> tuple[str, ...]:
        """What signs the browser's cookie and seals secrets; after it the older ones.

        If none is given, one is made once and stored in the home folder. That one stays an older
        key when the environment gives another.
        """
        configured, older = self.config.secret_key, self.config.old_secret_keys
        if not configured:
            created = self.files.keep_secret(_KEY, secrets.token_urlsafe(48))
            return (created, *older)
        stored_key = self.files.secret(_KEY)
        return tuple(dict.fromkeys((configured, *older, *((stored_key,) if stored_key else ()))))

    def guard(self) -> list[str]:
        """Let nobody else read the stored files; returns what could not be helped, in words."""
        return self.files.guard(database_file(self.config.database_url))

    def migrate(self) -> str:
        """Create the home folder and bring the database to the newest migration."""
        from royalties.store.migrate import upgrade  # noqa: PLC0415 - few commands pay for Alembic

        self.files.make_home(database_file(self.config.database_url))
        with plain_errors():
            newest = upgrade(self.engine)
        self._finish_migrating()
        return newest

    def is_vacant(self) -> bool:
        """Whether the database has no table at all, so that new books may begin there."""
        with plain_errors(), self.engine.connect() as connection:
            return is_vacant(connection)

    def deviations(self) -> tuple[list[str], list[str]]:
        """What the database lacks of the newest schema, and what it has beside it."""
        from royalties.store.migrate import schema_differences  # noqa: PLC0415 - few pay for Alembic

        with plain_errors(), self.engine.connect() as connection:
            return schema_differences(connection)

    @contextmanager
    def work(
        self,
        actor: Actor,
        *,
        read_only: bool = False,
        trial: bool = False,
        lock_seconds: float | None = None,
        patient: bool = True,
        progress: Progress = nothing_to_show,
    ) -> Iterator[Work]:
        """One transaction: committed when the block ends well, rolled back when it fails.

        Args:
            actor: in whose name the verbs are done.
            read_only: nothing is written, and nobody who writes is waited for.
            trial: what is written is taken back when the block ends.
            lock_seconds: so long another writer is waited for; None: as long as commands do.
            patient: what is asked for may take long; nobody waits for a page.
            progress: called with how much is done.

        Raises:
            NotMigratedError: the database is missing or old.
        """
        engine = for_reading(self.engine) if read_only else self.engine
        engine = engine.execution_options(**{LOCK_SECONDS: lock_seconds, PATIENT: patient})
        with plain_errors(), engine.connect() as connection, connection.begin() as transaction:
            settings = require_newest(connection, (TIME_ZONE, BOOKS, *FRAME_SETTINGS))
            here = _zone(settings.pop(TIME_ZONE, None))
            self._remember(settings.pop(BOOKS, None))
            work = Work(
                connection,
                self.files,
                actor,
                self.clock().astimezone(here),
                progress,
                self.credentials,
                self.mailer,
                self.sealer,
                self.bank_vault,
                self.config.base_url,
                memory=self.memory if read_only else None,
                seen={} if read_only else self.memory,
                patient=patient,
                is_address_known=self.config.is_address_named,
            )
            work.know(FRAME, {name: json.loads(value) for name, value in settings.items()})
            yield work
            if read_only or trial:
                transaction.rollback()

    def _remember(self, books: str | None) -> None:
        """Forget what was read of other books, which the database held before."""
        if self.memory.get("books", {}).get("number") != books:
            self.memory.clear()
            self.memory["books"] = {"number": books}

    def back_up(
        self, actor: Actor, target: Path, progress: Progress = nothing_to_show
    ) -> "BackupSummary":
        """Write the whole books into one new file, while others work."""
        from royalties.services.desk import backups  # noqa: PLC0415 - few commands pay for it

        with plain_errors(), snapshot(self.engine) as connection:
            return backups.back_up(
                connection, actor, self.config.home, target, stored(self.clock()), progress
            )

    def restore(
        self, actor: Actor, source: Path, progress: Progress = nothing_to_show
    ) -> "BackupSummary":
        """Bring whole books back from a file into this empty home and database."""
        from royalties.services.desk import backups  # noqa: PLC0415 - few commands pay for it

        with plain_errors():
            restored = backups.restore(
                actor, source, self.config.database_url, self.config.home, progress
            )
        self._finish_migrating()
        return restored

    def move_to(
        self, url: str, actor: Actor, progress: Progress = nothing_to_show
    ) -> "BackupSummary":
        """Copy the books into an empty database; the files, and the old books, stay."""
        from royalties.services.desk import backups  # noqa: PLC0415 - few commands pay for it

        with (
            plain_errors(),
            snapshot(self.engine, alone=True) as source,
            new_database(url) as target,
        ):
            return backups.move(source, target, actor, progress)

    def _finish_migrating(self) -> None:
        """What migrations leave to the program, because it takes a key, or the rules in force.

        Secrets are sealed that an earlier version stored in clear, or an older key sealed; what
        drafts read is summed of lines that an earlier version recorded.
        """
        from royalties.services.mail import outbox  # noqa: PLC0415 - few commands pay for it
        from royalties.services.people import second_factor  # noqa: PLC0415
        from royalties.services.sales.recording import sum_what_migrations_left  # noqa: PLC0415

        with self.work(_ITSELF) as work:
            second_factor.seal_all(work)
            outbox.seal_all(work)
            sum_what_migrations_left(work)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_system(config: Config) -> System:
    """Make the system of a configuration; the database is not touched yet."""
    # A run makes hundreds of thousands of small values that live until its end; looking for
    # cycles among them again and again costs a third of it.
    gc.set_threshold(50_000, 20, 100)
    return System(config, make_engine(config.database_url), Files(config.home))
