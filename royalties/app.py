"""The web application: pages on a running system."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask

from royalties import web
from royalties.runtime import System
from royalties.web.core.cookies import Cookies
from royalties.web.core.health import Health
from royalties.web.core.proxied import BehindProxy

_LARGEST_UPLOAD = 200_000_000
_LARGEST_FIELD = 5_000_000


_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""Names of one's own machine, of which people type any."""


def create_app(system: System) -> Flask:
    """Make the application of a system; nothing is global, so tests make as many as they want."""
    app = Flask("royalties.web")
    key, *older = system.secret_keys()
    secure = urlsplit(system.config.base_url).scheme == "https"
    app.config.update(
        SECRET_KEY=key,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="__Host-royalties" if secure else "royalties",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        MAX_CONTENT_LENGTH=_LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FIELD,
        TRUSTED_HOSTS=_trusted(urlsplit(system.config.base_url).hostname or "localhost"),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
    )
    app.extensions["royalties"] = system
    app.session_interface = Cookies()
    web.init_app(app)
    if secure:
        app.wsgi_app = BehindProxy(app.wsgi_app)  # type: ignore[method-assign]  # as Flask says
    app.wsgi_app = Health(app)  # type: ignore[method-assign]
    return app


def _trusted(host: str) -> list[str]:
    """The hosts that requests may be for."""
    name = f"[{host}]" if ":" in host else host
    return list(_LOOPBACK) if name in _LOOPBACK else [name]
