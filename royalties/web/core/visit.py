"""One request: who visits, and the one transaction that their verb works in.

A request that only looks reads in a transaction that keeps nothing. One that changes something
keeps it when it ends well, and takes everything back when it answers with an error (a status of
400 or more): a page that comes back with red fields has changed nothing.

A refusal takes back at once what was done before it (``all_or_nothing``), and from then on the
request only looks: the page that answers shows what is, never what was rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TypeVar, cast

from flask import Flask, Response, current_app, g, request, session

from royalties.domain.people import ANONYMOUS, Actor
from royalties.runtime import DatabaseBusyError, DatabaseUnavailableError, System
from royalties.services.people.sessions import TOUCHED_EVERY, Visit, find_visit, touch
from royalties.services.work import Work
from royalties.web.core.writers import LOCK_SECONDS, WRITERS, Writers, writers_of

LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_ONLY_LOOK: set[Callable[..., object]] = set()
_ERROR = 400
_TOUCH_SECONDS = 0.01
_OF_ONE_ANSWER = ("Content-Type", "Content-Length", "Location", "Set-Cookie")
TOKEN = "token"  # noqa: S105 - the cookie's field, not a secret

_View = TypeVar("_View", bound=Callable[..., object])


class _TakeBackError(Exception):
    """Ends a transaction whose request answered with an error."""


def system() -> System:
    """The running system of this application."""
    return cast("System", current_app.extensions["royalties"])


def visit() -> Visit | None:
    """The session that the browser's cookie names, if it is in force."""
    if "visit" not in g:
        token = session.get(TOKEN)
        g.visit = find_visit(work(), token) if token else None
    return cast("Visit | None", g.visit)


def actor() -> Actor:
    """Who visits; a stranger until password and second factor are given."""
    session = visit()
    return session.actor if session is not None and session.is_full else ANONYMOUS


def remember(token: str) -> None:
    """Let the browser carry a new session; what it carried before is forgotten."""
    session.clear()
    session[TOKEN] = token
    session.permanent = True
    g.pop("visit", None)
    g.pop("locale", None)


def forget() -> None:
    """Let the browser carry nothing more."""
    session.clear()
    g.visit = None


def token() -> str | None:
    """The text that the browser carries."""
    return cast("str | None", session.get(TOKEN))


def read_only(view: _View) -> _View:
    """Let a page that receives a form save nothing, like a GET: no writer waits for it."""
    _ONLY_LOOK.add(view)
    return view


def _is_read_only() -> bool:
    return (
        "only_looks" in g
        or request.method in LOOKING
        or current_app.view_functions.get(request.endpoint or "") in _ONLY_LOOK
    )


def work() -> Work:
    """The request's unit of work, with who visits as its actor once that is known."""
    if "work" not in g:
        with ExitStack() as stack:
            unit = (
                system().work(ANONYMOUS, read_only=True, lock_seconds=LOCK_SECONDS, patient=False)
                if _is_read_only()
                else _write()
            )
            g.work = stack.enter_context(unit)
            g.work_stack = stack.pop_all()
    return cast("Work", g.work)


@contextmanager
def units(*, read_only: bool = False) -> Iterator[Work]:
    """Units of work in the visitor's name, for verbs that open several, each committed by itself.

    What the request did before is taken back; call it first.
    """
    release()
    who = actor()
    looks = system().work(who, read_only=True, lock_seconds=LOCK_SECONDS) if read_only else None
    with looks or _write(who) as unit:
        yield unit


@contextmanager
def _write(who: Actor = ANONYMOUS) -> Iterator[Work]:
    """A transaction that writes, in its turn.

    Raises:
        DatabaseBusyError: others have written, or waited to, for too long.
    """
    turns = writers_of(current_app)
    with turns.one(), system().work(who, lock_seconds=turns.lock_seconds) as unit:
        yield unit


def current_work() -> Work:
    """The unit of work in the visitor's name; what verbs are given."""
    visitor = actor()
    unit = work()
    if unit.actor is not visitor:
        g.work = unit = replace(unit, actor=visitor)
    return unit


def release() -> None:
    """End the request's transaction, so that nobody waits while something long is done.

    What the request did before is taken back; call it first. ``current_work()`` begins another one.
    """
    actor()  # who visits is known before, and stays known
    _end(failed=True)


def settle() -> None:
    """Keep what the request did, now; from here on it only looks."""
    actor()  # who visits is known before, and stays known
    _end(failed=False)
    g.only_looks = True


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """What a form asks for: refused, nothing of it is left for the page that answers.

    Every handler that catches a refusal calls its verbs in this block, with ``current_work()``.
    """
    try:
        yield
    except Exception:
        roll_back()
        raise


def roll_back() -> None:
    """Take back what the request has done; from now on it only looks at what is."""
    if not _is_read_only():
        _end(failed=True)
        g.only_looks = True


@contextmanager
def separate_work() -> Iterator[Work]:
    """A transaction of its own, committed even if the request answers with an error.

    What the request did before is taken back, since SQLite lets one at a time write; call it first.
    """
    _end(failed=True)
    with _write() as unit:
        yield unit


def _keep(response: Response) -> Response:
    """Keep what a request changed, or take it back, before the answer leaves.

    What cannot be committed is answered as any other error, though the answer was made already.
    """
    if not _is_read_only():
        try:
            _end(failed=response.status_code >= _ERROR)
        except (DatabaseBusyError, DatabaseUnavailableError) as error:
            return _error_answer(response, error)
    _touch()
    return response


def _error_answer(response: Response, error: Exception) -> Response:
    """An error's answer in place of one that was made, with the headers that all have."""
    answer = current_app.make_response(current_app.handle_user_exception(error))
    for name, value in response.headers:
        if name not in _OF_ONE_ANSWER:
            answer.headers.setdefault(name, value)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _touch() -> None:
    """Note that the session was used; it is looked at all the same if that cannot be written."""
    session: Visit | None = g.get("visit")
    if session is None or system().clock() - session.seen_at < TOUCHED_EVERY:
        return
    cannot = suppress(DatabaseBusyError, DatabaseUnavailableError)
    with cannot, system().work(session.actor, lock_seconds=_TOUCH_SECONDS) as unit:
        touch(unit, session)


def _end(*, failed: bool) -> None:
    stack: ExitStack | None = g.pop("work_stack", None)
    g.pop("work", None)
    if stack is None:
        return
    if not failed:
        stack.close()
        return
    # Nothing was to be committed: a database that is gone by now has committed nothing either.
    with suppress(DatabaseBusyError, DatabaseUnavailableError):
        stack.__exit__(_TakeBackError, _TakeBackError(), None)


def init_app(app: Flask) -> None:
    """Give every request its visit and its transaction."""
    app.extensions[WRITERS] = Writers()
    app.after_request(_keep)

    @app.teardown_request
    def _close(_error: BaseException | None) -> None:
        _end(failed=True)
