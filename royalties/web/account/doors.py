"""What all ways in share: who knocks, how often, and where to go on."""

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from royalties.services.people.networks import network
from royalties.services.people.sessions import BegunSession, Browser, Visit
from royalties.services.people.throttle import Asker, Blocked
from royalties.web.account import known
from royalties.web.core import errors
from royalties.web.core.pages import own_address, to_sign_in
from royalties.web.core.visit import remember, token, visit


def browser() -> Browser:
    """The browser that asks."""
    return Browser(request.user_agent.string, token())


def asker() -> Asker:
    """Who asks, as far as attempts are counted by it."""
    number, people = known.read()
    return Asker(network(request.remote_addr or ""), number, people)


def way_on() -> str:
    """Where somebody wanted to go, if that is one of our pages; else empty."""
    return own_address(request.args.get("next")) or ""


def come_in(begun: BegunSession) -> Response:
    """Let the browser carry the new session, and go on."""
    remember(begun.token)
    if begun.is_full:
        return redirect(way_on() or url_for("account.root"), 303)
    return redirect(url_for("account.second_factor", next=way_on() or None), 303)


def too_many(held: Blocked) -> Response:
    """The answer to who tried too often."""
    minutes = -(-held.seconds // 60)
    if minutes <= 60:  # noqa: PLR2004 - an hour
        wait = f"{minutes} minute{'s' if minutes > 1 else ''}"
    else:
        hours = -(-minutes // 60)
        wait = f"{hours} hour{'s' if hours > 1 else ''}"
    page, status = errors.page(
        429, f"There were too many attempts. Wait {wait}, then try again; nothing is lost."
    )
    answer = make_response(page, status)
    answer.headers["Retry-After"] = str(held.seconds)
    return answer


def present() -> Visit | Response:
    """Who is signed in, or the way to sign in."""
    session = visit()
    return session if session is not None and session.is_full else to_sign_in()
