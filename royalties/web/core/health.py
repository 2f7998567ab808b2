"""What a machine asks: does the process live, and can it do its work?

Both answer whatever host they are asked for, since who watches a server may know it by another
name than its visitors do, and neither tells what a stranger may not know.
"""

import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask

from royalties.domain.people import ANONYMOUS
from royalties.runtime import (
    DatabaseBusyError,
    DatabaseUnavailableError,
    NotMigratedError,
    System,
)

_LOG = logging.getLogger("royalties.web")

LIVES, READY = "/healthz", "/readyz"
_SILENT_AFTER = 120
"""Seconds after which the worker counts as silent."""

_LOCK_SECONDS = 1.0
"""So long the database is waited for: who asks comes again soon, and takes a thread each time."""

_Environ = dict[str, Any]
_Start = Callable[..., Any]


class Health:
    """The application, with what answers beside it: no session, no host, no page."""

    def __init__(self, app: Flask) -> None:
        self._app, self._application = app, app.wsgi_app

    def __call__(self, environ: _Environ, start_response: _Start) -> Iterable[bytes]:
        """Answer a request."""
        path, method = environ.get("PATH_INFO"), environ.get("REQUEST_METHOD")
        if path not in {LIVES, READY} or method not in {"GET", "HEAD"}:
            return self._application(environ, start_response)
        state = {"status": "ok"} if path == LIVES else readiness(self._app.extensions["royalties"])
        status = HTTPStatus.OK if state["status"] == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
        body = (json.dumps(state) + "\n").encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if status is not HTTPStatus.OK:
            headers.append(("Retry-After", "5"))
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if method == "HEAD" else [body]


def readiness(system: System) -> dict[str, str]:
    """Whether the desk can work: its database, the database's schema, and the worker beside it.

    A silent worker is reported and no reason to keep visitors away: pages do not need it.
    """
    database = schema = "ok"
    try:
        with system.work(ANONYMOUS, read_only=True, lock_seconds=_LOCK_SECONDS, patient=False):
            pass
    except NotMigratedError as error:
        schema = "missing or old: run royalties init"
        _note(error)
    except DatabaseBusyError as error:
        database, schema = "busy", "unknown"
        _note(error)
    except DatabaseUnavailableError as error:
        database, schema = "out of reach: the log says why", "unknown"
        _note(error)
    except Exception:  # noqa: BLE001 - whatever it is, the answer has the same form
        database, schema = "cannot be read: the log says why", "unknown"
        _LOG.exception("id=- page=%s status=503", READY)
    return {
        "status": "ok" if database == schema == "ok" else "not ready",
        "database": database,
        "schema": schema,
        "worker": _worker(system),
    }


def _note(error: Exception) -> None:
    """Log for those who run the desk what the answer leaves out."""
    _LOG.error("id=- page=%s status=503: %s", READY, error)


def _worker(system: System) -> str:
    beat = system.files.last_beat()
    if beat is None:
        return "never seen"
    seconds = int(system.clock().timestamp() - beat)
    if seconds < -_SILENT_AFTER:
        return "silent since the clock was set back"
    return "ok" if seconds <= _SILENT_AFTER else f"silent for {seconds} s"
