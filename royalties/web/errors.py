"""What a page says when something cannot be done: one table of errors and their answers."""

import logging
from collections.abc import Callable

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from royalties.adapters.files import AlreadyIssuedError, DiskError
from royalties.domain.money import NotAnAmountError
from royalties.domain.people import EVERYBODY, NotAllowedError
from royalties.domain.periods import NotAPeriodError
from royalties.runtime import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
    NotMigratedError,
)
from royalties.services.errors import REFUSALS
from royalties.services.orders.life import NoOrderError
from royalties.services.statements.issuing import NoStatementError
from royalties.services.statements.portal import NotYoursError
from royalties.web.again import is_own, to_send_again
from royalties.web.pages import Answer, Pages, door
from royalties.web.visit import take_back

_LOG = logging.getLogger("royalties.web")

STATUS: dict[type[Exception], int] = {
    **dict.fromkeys(REFUSALS, 409),
    AlreadyIssuedError: 409,
    NotAPeriodError: 404,
    NoOrderError: 404,
    NoStatementError: 404,
    NotYoursError: 404,
    NotAnAmountError: 422,
    NotAllowedError: 403,
    DatabaseBusyError: 503,
    DatabaseUnavailableError: 503,
    DatabaseFullError: 507,
    DiskError: 507,
    NotMigratedError: 503,
}
"""Refusals of the desk and the status each answers with; the message is the error's own."""

_WORDS = {
    400: ("That request was not understood", "Go back and try again."),
    403: ("Not allowed", "Your role does not allow this."),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what it showed is not yours to see.",
    ),
    405: ("That request was not understood", "Go back and try again."),
    409: ("This cannot be done at the moment", ""),
    413: (
        "That is too large",
        "Files of up to 200 MB are taken; send a larger report at the command line.",
    ),
    422: ("Something is not right yet", ""),
    429: ("Too many attempts", "Wait a little, then try again."),
    503: ("Busy just now", "Somebody else is writing; try again in a moment."),
    507: ("The disk is full", ""),
}


_WITHOUT_BOOKS = {500, 503, 507}
"""Answers whose page asks the database nothing: it may be what failed."""


def page(status: int, message: str = "") -> tuple[str, int]:
    """A page that says what is the matter and what to do."""
    heading, advice = _WORDS.get(status, ("This did not work", "Nothing was changed."))
    message = message or advice
    if status in _WITHOUT_BOOKS:
        bare = current_app.jinja_env.get_template("bare.html")  # what frames need asks the books
        return bare.render(heading=heading, message=message), status
    take_back()
    return render_template("error.html", heading=heading, message=message), status


def prepare(app: Flask) -> None:
    """Answer every error with a page of our own."""
    for error, status in STATUS.items():
        app.register_error_handler(error, _refusal(status))
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)


def _refusal(status: int) -> Callable[[Exception], Answer]:
    def answer(error: Exception) -> Answer:
        return page(status, str(error))

    return answer


def _stale(_error: CSRFError) -> Answer:
    room = current_app.blueprints.get(request.blueprint or "")
    if isinstance(room, Pages) and not room.audience >= EVERYBODY and is_own(request):
        again = to_send_again(door(), 400)
        if again is not None:
            return again
    return page(
        400,
        "This page had been open for long, or you signed in or out in another window. "
        "Go back, load the page again, and repeat what you did.",
    )


def _http(error: HTTPException) -> Answer:
    if isinstance(error, SecurityError):
        return "This is not the address of this desk (ROYALTIES_BASE_URL).", 400
    response = error.get_response()
    if response.status_code < 400:  # noqa: PLR2004 - a redirect is no error
        return response
    return page(response.status_code)


def _crash(_error: Exception) -> Answer:
    # The address may name a person's link, so only the page's name is written down.
    _LOG.exception("a request of %s failed", request.endpoint)
    return page(500, "This is a fault of the program, and it was written down. Nothing changed.")
