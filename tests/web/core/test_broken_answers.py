"""Answers that cannot be finished, and books that cannot be read: who asks, and the log, are told.

Nothing of it names an address that somebody opened, or where they are.
"""

import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, Response, g
from sqlalchemy import text
from waitress.adjustments import Adjustments

from royalties.cli import serving
from royalties.domain.people import Role
from royalties.web.core.health import readiness
from tests.builders.books import Office, after, closed
from tests.builders.site import BASE, Site, lend_site

SECONDS = 10.0
"""Longer than a page waits for a lock, and a third of what a command does."""


def let_the_connection_end(app: Flask, office: Office, patch: pytest.MonkeyPatch) -> None:
    """Let the database's server end a page's connection once all of the page is made."""
    engine = office.system.engine

    def end(response: Response) -> Response:
        unit = g.get("work")
        if unit is not None:
            number = unit.connection.connection.dbapi_connection.info.backend_pid
            with engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        return response

    others = app.after_request_funcs[None]  # the last of them is called first
    patch.setitem(app.after_request_funcs, None, [end, *others])


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@after(closed)
def test_page_is_answered_though_its_connection_is_gone_by_then(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = lend_site(office)
    visitor = site.visitor(Role.MANAGER)
    let_the_connection_end(site.app, office, monkeypatch)
    assert "Readers" in visitor.page("/finance/beneficiaries")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_download_that_breaks_off_is_found_by_its_number(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_more: object) -> Response:
        def lines() -> Iterator[str]:
            yield "one line"
            raise ZeroDivisionError("of pat@example.org")

        return Response(lines(), mimetype="text/csv")

    monkeypatch.setitem(site.app.view_functions, "account.sign_in", broken)
    answer = site.stranger().client.get("/account/sign-in", base_url=BASE)
    parts = answer.iter_encoded()
    assert next(parts) == b"one line"
    with pytest.raises(ZeroDivisionError):
        next(parts)
    answer.close()
    [line] = [each.getMessage() for each in caplog.records if each.name == "royalties.web"]
    assert f"id={answer.headers['X-Request-Id']} page=/account/sign-in: the answer broke" in line
    assert "example" not in line


def served(application: Callable[..., Iterable[bytes]]) -> bytes:
    """What our server answers to a request of an address that has a secret in it."""
    here, there = socket.socketpair()
    adjustments = Adjustments()
    server: Any = SimpleNamespace(
        adj=adjustments,
        application=application,
        effective_host="localhost",
        effective_port=80,
        server_name="localhost",
        active_channels={},
        door=SimpleNamespace(largest_body=lambda *_: 0),
        pull_trigger=lambda: None,
    )
    with here, there:
        channel: Any = serving._Channel(server, here, ("203.0.113.9", 5), adjustments, {})
        assert "203.0" not in repr(channel)
        request = serving._RequestParser(adjustments, server.door.largest_body, bytearray().extend)
        request.received(b"GET /quotes/a-secret HTTP/1.1\r\nHost: localhost\r\n\r\n")
        channel.requests = [request]
        channel.service()
        channel.handle_write()
        return there.recv(10_000)


def breaks_at_once(_environ: object, _start: object) -> Iterable[bytes]:
    raise ZeroDivisionError


def breaks_off(_environ: object, start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    yield b"begun"
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("application", "answer"), [(breaks_at_once, b"500 Internal"), (breaks_off, b"begun")]
)
def test_server_logs_what_escapes_without_the_address(
    application: Callable[..., Iterable[bytes]],
    answer: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    assert answer in served(application)
    assert "ZeroDivisionError" in caplog.text
    assert "id=- page=- an answer broke off" in caplog.text
    assert [word for word in ("quotes", "secret", "203.0") if word in caplog.text] == []


# Books that another program holds, or that are not what they should be


@contextlib.contextmanager
def held_by_another(office: Office) -> Iterator[None]:
    """Somebody has the tables to themselves, as while they are migrated."""
    theirs = office.another()
    with theirs.system.engine.begin() as connection:
        connection.execute(text("LOCK TABLE alembic_version, setting IN ACCESS EXCLUSIVE MODE"))
        yield
    theirs.system.dispose()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@after(closed)
def test_locked_books_do_not_block_others(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    site = lend_site(office)
    visitor = site.visitor(Role.MANAGER)
    with held_by_another(office):
        begun = time.monotonic()
        ready = site.app.test_client().get("/readyz", base_url=BASE)
        assert time.monotonic() - begun < SECONDS / 2
        assert (ready.status_code, ready.get_json()["database"]) == (503, "busy")
        assert ready.headers["Retry-After"]
        page = visitor.get("/finance/ledger/")
        assert time.monotonic() - begun < SECONDS
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert visitor.get("/finance/ledger/").status_code == 200
    assert "page=/readyz status=503: the database is busy" in caplog.text


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@after(closed)
def test_readiness_never_crashes(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    site = lend_site(office)
    office.execute("DROP TABLE alembic_version", "CREATE TABLE alembic_version (x text)")
    answer = site.app.test_client().get("/readyz", base_url=BASE)
    assert (answer.status_code, answer.get_json()["status"]) == (503, "not ready")
    assert answer.headers["Retry-After"]
    assert "page=/readyz status=503" in caplog.text
    assert site.app.test_client().get("/healthz", base_url=BASE).status_code == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_log_says_why_the_database_is_out_of_reach(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.system.dispose()
    file = office.system.config.database_url.removeprefix("sqlite:///")
    with open(file, "wb") as spoilt:  # noqa: PTH123 - a name
        spoilt.write(b"no database" * 1000)
    assert readiness(office.system)["database"] == "out of reach: the log says why"
    assert "file is not a database" in caplog.text
