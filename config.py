"""Deployment facts from the environment; nothing here changes an amount of money."""

import os
from dataclasses import dataclass
from pathlib import Path

BASE_URL = "http://localhost:8000"
GUESSED = "_ROYALTIES_BASE_URL_GUESSED"
"""Set by ``serve`` where nobody named the address that it gave itself."""
STATE = Path("~/.local/state/royalties").expanduser()


@dataclass(frozen=True, slots=True)
class Config:
    """Where the desk keeps things, and how the world reaches it.

    Attributes:
        home: folder of the database, received files and issued statements
            (``ROYALTIES_HOME``, default ``./instance``).
        database_url: any SQLAlchemy URL of SQLite or PostgreSQL
            (``ROYALTIES_DATABASE_URL``, default a SQLite file in the home folder).
        base_url: address that people type, without a slash at its end; links in e-mails begin
            with it, and requests for other hosts are refused (``ROYALTIES_BASE_URL``).
        secret_key: signs the browser's cookie and seals second factors
            (``ROYALTIES_SECRET_KEY``; empty: one is made and kept in the home folder).
        old_secret_keys: keys that were in use before (``ROYALTIES_OLD_SECRET_KEYS``, separated by
            spaces): what they signed or sealed still counts.
        smtp_url: where e-mail leaves, ``smtp://user:password@host:25`` or ``smtps://…``
            (``ROYALTIES_SMTP_URL``; empty: e-mail waits in the outbox).
        mail_from: sender of e-mail (``ROYALTIES_MAIL_FROM``; empty: the publisher's address).
        bank_key: encrypts bank details of payees (``ROYALTIES_BANK_KEY``); none is made where it is
            missing, since who loses it loses every account.
        old_bank_keys: keys that were in use before (``ROYALTIES_OLD_BANK_KEYS``, separated by
            spaces): what they encrypted can still be read.
        is_address_named: whether the environment says the base URL; else messages with a link
            wait, since nobody would find the desk by it.
        is_home_named: whether the environment says which home it is.
        state: folder in which the command line remembers homes (``XDG_STATE_HOME``).
    """

    home: Path
    database_url: str
    base_url: str = BASE_URL
    secret_key: str = ""
    smtp_url: str = ""
    mail_from: str = ""
    is_home_named: bool = True
    is_address_named: bool = True
    state: Path = STATE
    old_secret_keys: tuple[str, ...] = ()
    bank_key: str = ""
    old_bank_keys: tuple[str, ...] = ()


def from_environment() -> Config:
    """Read the configuration; nothing is created."""
    home = Path(os.environ.get("ROYALTIES_HOME") or "instance").absolute()
    state = os.environ.get("XDG_STATE_HOME")
    return Config(
        home,
        os.environ.get("ROYALTIES_DATABASE_URL") or f"sqlite:///{home / 'royalties.sqlite'}",
        (os.environ.get("ROYALTIES_BASE_URL") or BASE_URL).rstrip("/"),
        os.environ.get("ROYALTIES_SECRET_KEY") or "",
        os.environ.get("ROYALTIES_SMTP_URL") or "",
        os.environ.get("ROYALTIES_MAIL_FROM") or "",
        is_home_named=bool(os.environ.get("ROYALTIES_HOME")),
        is_address_named=bool(os.environ.get("ROYALTIES_BASE_URL")) and not os.environ.get(GUESSED),
        state=Path(state) / "royalties" if state else STATE,
        old_secret_keys=tuple((os.environ.get("ROYALTIES_OLD_SECRET_KEYS") or "").split()),
        bank_key=(os.environ.get("ROYALTIES_BANK_KEY") or "").strip(),
        old_bank_keys=tuple((os.environ.get("ROYALTIES_OLD_BANK_KEYS") or "").split()),
    )
