"""Browsers with which somebody came in before: strangers cannot use up their attempts.

Such a browser carries a random text and the numbers of who came in with it, signed. It opens
nothing; it only has wrong passwords counted apart (``services/people/throttle.py``).
"""

import secrets

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from royalties.services.people.sessions import Visit

_LASTS = 180 * 86_400
_MOST = 5
"""People who share a browser; the one who came in longest ago is forgotten."""


def read() -> tuple[str, frozenset[int]]:
    """The browser's text, and who came in with it; empty for one with which nobody did."""
    text, people = _read_cookie()
    return text, frozenset(people)


def init_app(app: Flask) -> None:
    """Let every browser with which somebody is in carry that."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    session: Visit | None = g.get("visit")
    if session is None or not session.is_full:
        return response
    text, people = _read_cookie()
    if session.person in people:
        return response
    people = [*people, session.person][-_MOST:]
    response.set_cookie(
        _name(),
        str(_signer().dumps([text or secrets.token_urlsafe(16), people])),
        max_age=_LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _read_cookie() -> tuple[str, list[int]]:
    try:
        text, people = _signer().loads(request.cookies.get(_name(), ""), max_age=_LASTS)
    except BadSignature:
        return "", []
    return str(text), [int(each) for each in people]


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known-browser")
