"""The browser's cookie, as Flask signs it."""

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Cookies(SecureCookieSessionInterface):
    """No answer that caches may give to others carries somebody's cookie."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Let the browser carry the session, unless the answer is everybody's."""
        if not response.cache_control.public:
            super().save_session(app, session, response)
