"""The browser's cookie, as Flask signs it."""

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Cookies(SecureCookieSessionInterface):
    """No answer that caches may give to others carries somebody's cookie."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Let the browser carry the session, unless the answer is everybody's."""
        if not response.cache_control.public:
            super().save_session(app, session, response)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Write the cookie if the session changed; one that did not is only prolonged by a page.

        A picture or a script's request that is answered late would otherwise put back the session
        as it was when it began, and with it lose what a form flashed meanwhile, or a new sign-in.
        """
        is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        return session.modified or (is_page and super().should_set_cookie(app, session))
