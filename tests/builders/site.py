"""The web application on a small house's books, and people who visit it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask, Response, before_render_template, g, has_request_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, event, insert
from werkzeug.test import TestResponse

from royalties.adapters.credentials import Credentials, fingerprint
from royalties.app import create_app
from royalties.cli.jobs import work_once
from royalties.domain.people import Actor, Role
from royalties.runtime import System
from royalties.store.tables import membership, organization_member, person, session
from royalties.web.core import waiting
from royalties.web.core.rate_limits import RateLimiter
from royalties.web.public import quote_links
from tests.builders.books import Office
from tests.databases import RUN_FOLDER

BASE = "http://localhost:8000"
PASSWORD = "correct horse battery staple"  # noqa: S105 - a test's
CHEAP = Credentials(PasswordHasher.from_parameters(CHEAPEST))
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CSRF = "0123456789abcdef0123456789abcdef01234567"


@dataclass(slots=True)
class Visitor:
    """Somebody's browser, without a screen."""

    client: FlaskClient
    app: Flask
    actor: Actor

    def get(self, path: str, **more: Any) -> TestResponse:
        """Look at a page."""
        return self.client.get(path, base_url=BASE, buffered=True, **more)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form, with the token that every form has."""
        with self.client.session_transaction(base_url=BASE) as cookie:
            cookie["csrf_token"] = CSRF
        signer = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        form = {"csrf_token": signer.dumps(CSRF), **(data or {})}
        return self.client.post(path, data=form, base_url=BASE, buffered=True, **more)

    def send(
        self, method: str, path: str, data: Mapping[str, Any] | None = None, **more: Any
    ) -> TestResponse:
        """Ask by any method, with a form's token where there is a form."""
        if method == "POST":
            return self.post(path, data, **more)
        return self.client.open(
            path, method=method, data=data or None, base_url=BASE, buffered=True, **more
        )

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status, answer.location)
        return answer.text


@dataclass(slots=True)
class Site:
    """An application on an office's books."""

    office: Office
    app: Flask
    _numbers: Any = field(default_factory=lambda: count(1))

    def somebody(
        self,
        role: Role,
        name: str = "",
        *,
        beneficiaries: tuple[str, ...] = (),
        organizations: tuple[str, ...] = (),
        status: str = "active",
        totp: bool = True,
    ) -> Actor:
        """A person with the usual password and second factor."""
        name = name or f"{role.value.title()} {next(self._numbers)}"
        system = self.office.system
        with system.engine.begin() as connection:
            number = connection.execute(
                insert(person)
                .values(
                    email=f"{name.lower().replace(' ', '.')}@example.org",
                    name=name,
                    role=role.value,
                    status=status,
                    password_hash=CHEAP.hash_password(PASSWORD),
                    totp_key=system.sealer.seal(TOTP_KEY) if totp else None,
                    locale="en_US",
                    created_at=system.clock(),
                    created_by="test",
                )
                .returning(person.c.id)
            ).scalar_one()
            if beneficiaries:
                connection.execute(
                    insert(membership),
                    [{"person_id": number, "beneficiary": each} for each in beneficiaries],
                )
            if organizations:
                connection.execute(
                    insert(organization_member),
                    [{"person_id": number, "organization": each} for each in organizations],
                )
        return Actor(name, role, number, frozenset(beneficiaries), frozenset(organizations))

    def stranger(self) -> Visitor:
        """Somebody who has not signed in."""
        return Visitor(self.app.test_client(), self.app, Actor("a stranger", Role.STRANGER))

    def visitor(
        self,
        role: Role,
        name: str = "",
        *,
        beneficiaries: tuple[str, ...] = (),
        organizations: tuple[str, ...] = (),
    ) -> Visitor:
        """A new person, signed in with both factors."""
        return self.signed_in(
            self.somebody(role, name, beneficiaries=beneficiaries, organizations=organizations)
        )

    def signed_in(self, actor: Actor, *, stage: str = "full") -> Visitor:
        """A person with a session of their own."""
        token = f"token-{next(self._numbers)}"
        at = self.office.system.clock() - timedelta(seconds=5)
        with self.office.system.engine.begin() as connection:
            connection.execute(
                insert(session).values(
                    hash=fingerprint(token),
                    person_id=actor.person,
                    stage=stage,
                    created_at=at,
                    seen_at=at,
                    proved_at=at,
                    agent="test",
                )
            )
        visitor = Visitor(self.app.test_client(), self.app, actor)
        with visitor.client.session_transaction(base_url=BASE) as cookie:
            cookie["token"] = token
        return visitor


def open_site(office: Office) -> Site:
    """The application on an office's books, with cheap passwords."""
    office.system = replace(office.system, credentials=CHEAP)
    quote_links.PACING = RateLimiter(quote_links.PACING.times)
    return Site(office, _app(office.system))


def lend_site(office: Office) -> Site:
    """The same in no time, for one test alone: whoever asks next has this application."""
    office.system = replace(office.system, credentials=CHEAP)
    quote_links.PACING = RateLimiter(quote_links.PACING.times)
    app, config = _lent(office.system)
    app.config.clear()
    key, *older = office.system.secret_keys()
    app.config.update({**config, "SECRET_KEY": key, "SECRET_KEY_FALLBACKS": older})
    app.extensions["royalties"] = office.system
    return Site(office, app)


_LENT: list[tuple[Flask, dict[str, Any]]] = []


def _lent(system: System) -> tuple[Flask, dict[str, Any]]:
    """The application that tests use one after the other; making one takes as long as a test."""
    if not _LENT:
        app = _app(system)
        _LENT.append((app, dict(app.config)))
    return _LENT[0]


def _app(system: System) -> Flask:
    app = create_app(system)
    app.jinja_env.bytecode_cache = _compiled_templates()
    # A server has a worker beside it; here it works while a request waits for it.
    waiting.init_app(app, lambda: _work(app))
    app.testing = False  # errors answer as they would for a visitor
    _watch_what_is_drawn(app)
    return app


def _compiled_templates() -> FileSystemBytecodeCache:
    """What this test run compiled of templates, for all its processes and applications."""
    folder = Path(os.environ[RUN_FOLDER]) / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def _work(app: Flask) -> None:
    work_once(app.extensions["royalties"])


def _watch_what_is_drawn(app: Flask) -> None:
    """Fail where an error's page is drawn from changes that are taken back with it."""

    @before_render_template.connect_via(app, weak=False)
    def _drawn(_app: Flask, template: Any, **_more: Any) -> None:
        unit = g.get("work") if has_request_context() else None
        if unit is not None and unit.connection.info.get("changed"):
            g.drawn_of_changes = template.name

    @app.after_request
    def _is_true(answer: Response) -> Response:
        drawn = g.get("drawn_of_changes")
        assert not drawn or answer.status_code < 400, f"{drawn} shows what is taken back"
        return answer


@event.listens_for(Engine, "begin")
def _begins(connection: Connection) -> None:
    connection.info["changed"] = False


@event.listens_for(Engine, "after_cursor_execute")
def _changes(connection: Connection, cursor: Any, statement: str, *_more: Any) -> None:
    if statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"} and cursor.rowcount:
        connection.info["changed"] = True
